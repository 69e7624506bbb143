//! Loading: from an entry file to all modules of its program.
//!
//! Relative imports are resolved as a bundler does (`./x`, `./x.ts`, `./x.js` for `x.ts`, `./x.raya`,
//! `./x/index.ts`); `host:NAME` is looked for in the `*.d.ts` files beside the importing module and in
//! the directories above it; `raya:NAME` comes from the prelude. Cycles are allowed.
//!
//! Invariants: `FileId`s index `Diagnostics::sources` and `Program::kinds`; `Program::modules` holds each
//! file once, in initialisation order. Paths use `/` and are normalised, so a file has one path.
//! Absent: packages (`node_modules`), path mapping.

mod order;
mod provider;

pub use provider::{FileSystem, MemoryFiles, SourceProvider};

use crate::ast::{FileId, ImportSource, Module, Name, Span, StmtKind};
use crate::diagnostics::Diagnostics;
use crate::parse::{self, Dialect, Ids, Resolver};
use crate::prelude::{self, LIB};
use provider::{directory, join, parent};
use rustc_hash::FxHashMap;

/// All modules of a program.
#[derive(Debug)]
pub struct Program {
    /// The modules in initialisation order: `raya:lib`, then the entry's imports depth first, the entry,
    /// and behind it those that are only there for their types, whose statements never run.
    pub modules: Vec<Module>,
    /// Whose exports are the program's.
    pub entry: FileId,
    /// The prelude's built-in types.
    pub lib: FileId,
    /// How many expressions, functions, classes and bindings there are: the lengths of the side tables.
    pub ids: Ids,
    /// By `FileId`: what kind of file it is.
    pub kinds: Vec<Dialect>,
    /// For a module and the `host:NAME` it imports (the key has `host:NAME` in full, as has
    /// `DeclareModule::name`): the `.d.ts` with its `DeclareModule`.
    pub hosts: FxHashMap<(FileId, Name), FileId>,
    /// Path to file, as in `Diagnostics::sources`.
    pub files: FxHashMap<String, FileId>,
}

impl Program {
    /// The module of a file.
    pub fn module(&self, file: FileId) -> &Module {
        self.modules
            .iter()
            .find(|module| module.file == file)
            .expect("every file has a module")
    }
}

/// Loads the program whose entry is at `path`. Errors go to `diagnostics`; `None` only if there is no such file,
/// which is an error too.
pub fn load(
    path: &str,
    provider: &dyn SourceProvider,
    diagnostics: &mut Diagnostics,
) -> Option<Program> {
    let path = provider::normalise(path);
    let Some(text) = provider.read(&path) else {
        report_missing(path, diagnostics);
        return None;
    };
    let mut loader = Loader {
        provider,
        ids: Ids::default(),
        kinds: Vec::new(),
        hosts: FxHashMap::default(),
        files: FxHashMap::default(),
        importer: FileId(0),
    };
    let lib = loader.add(
        LIB.to_owned(),
        prelude::LIB_TEXT.to_owned(),
        Dialect::Prelude,
        diagnostics,
    );
    let entry = loader.add(path.clone(), text, dialect(&path), diagnostics);
    let modules = loader.parse_all(diagnostics);
    Some(Program {
        modules: order::initialisation_order(modules, lib, entry),
        entry,
        lib,
        ids: loader.ids,
        kinds: loader.kinds,
        hosts: loader.hosts,
        files: loader.files,
    })
}

/// The module graph while it grows.
struct Loader<'a> {
    provider: &'a dyn SourceProvider,
    ids: Ids,
    kinds: Vec<Dialect>,
    hosts: FxHashMap<(FileId, Name), FileId>,
    files: FxHashMap<String, FileId>,
    /// The module being parsed.
    importer: FileId,
}

impl Loader<'_> {
    /// Parses every file added so far and those that they import; a list, not a recursion, since import
    /// chains may be long.
    fn parse_all(&mut self, diagnostics: &mut Diagnostics) -> Vec<Module> {
        let mut modules = Vec::new();
        while modules.len() < self.kinds.len() {
            let file = FileId(modules.len() as u32);
            self.importer = file;
            let mut ids = self.ids;
            modules.push(parse::parse_module(
                file,
                self.kinds[file.index()],
                &mut ids,
                self,
                diagnostics,
            ));
            self.ids = ids;
            if self.kinds[file.index()] != Dialect::Declarations {
                refuse_host_declarations(&modules[file.index()], diagnostics);
            }
        }
        modules
    }

    fn add(
        &mut self,
        path: String,
        text: String,
        kind: Dialect,
        diagnostics: &mut Diagnostics,
    ) -> FileId {
        let file = diagnostics.add_source(path.clone(), text);
        assert_eq!(
            file.index(),
            self.kinds.len(),
            "one program per Diagnostics"
        );
        self.kinds.push(kind);
        self.files.insert(path, file);
        file
    }

    /// The file at `path`, read if it is new.
    fn file(&mut self, path: &str, diagnostics: &mut Diagnostics) -> Option<FileId> {
        if let Some(&file) = self.files.get(path) {
            return Some(file);
        }
        let text = self.provider.read(path)?;
        Some(self.add(path.to_owned(), text, dialect(path), diagnostics))
    }

    fn relative(
        &mut self,
        specifier: &str,
        span: Span,
        diagnostics: &mut Diagnostics,
    ) -> Option<ImportSource> {
        let base = directory(&diagnostics.sources[self.importer.index()].path).to_owned();
        let path = join(&base, specifier);
        for candidate in candidates(&path) {
            if let Some(file) = self.file(&candidate, diagnostics) {
                return Some(ImportSource::File(file));
            }
        }
        let help = format!("looked for `{path}` with the endings .ts, .raya, .d.ts and /index.ts");
        diagnostics.error_help(
            2001,
            span,
            format!("there is no module `{specifier}`"),
            help,
        );
        None
    }

    fn runtime(
        &mut self,
        specifier: &str,
        span: Span,
        diagnostics: &mut Diagnostics,
    ) -> Option<ImportSource> {
        let Some(text) = prelude::importable(specifier) else {
            let known: Vec<_> = prelude::importable_names().collect();
            let help = format!("the runtime's modules are: {}", known.join(", "));
            diagnostics.error_help(
                2003,
                span,
                format!("the runtime has no module `{specifier}`"),
                help,
            );
            return None;
        };
        let file = self.add(
            specifier.to_owned(),
            text.to_owned(),
            Dialect::Prelude,
            diagnostics,
        );
        Some(ImportSource::Runtime(file))
    }

    fn host(
        &mut self,
        specifier: &str,
        span: Span,
        diagnostics: &mut Diagnostics,
    ) -> Option<ImportSource> {
        let name: Name = specifier.trim_start_matches("host:").into();
        let key = (self.importer, Name::from(specifier));
        if self.hosts.contains_key(&key) {
            return Some(ImportSource::Host(name));
        }
        let Some(path) = self.find_declaration(specifier, diagnostics) else {
            let help = format!(
                "write `declare module \"{specifier}\" {{ … }}` in a .d.ts beside this file"
            );
            diagnostics.error_help(
                2002,
                span,
                format!("the capability `{specifier}` is declared nowhere"),
                help,
            );
            return None;
        };
        let file = self.file(&path, diagnostics)?;
        self.hosts.insert(key, file);
        Some(ImportSource::Host(name))
    }

    /// The `.d.ts` nearest to the importer that declares `specifier`.
    fn find_declaration(&self, specifier: &str, diagnostics: &Diagnostics) -> Option<String> {
        let importer = &diagnostics.sources[self.importer.index()].path;
        let mut dir = Some(directory(importer).to_owned());
        while let Some(current) = dir {
            let mut names = self.provider.list(&current);
            names.retain(|name| name.ends_with(".d.ts"));
            names.sort();
            let paths = names.iter().map(|name| join(&current, name));
            if let Some(path) = paths
                .into_iter()
                .find(|path| self.declares(path, specifier))
            {
                return Some(path);
            }
            dir = parent(&current);
        }
        None
    }

    /// A look at the text only: files that declare other things are not parsed at all.
    fn declares(&self, path: &str, specifier: &str) -> bool {
        let text = self.provider.read(path).unwrap_or_default();
        ["\"", "'"].iter().any(|quote| {
            let name = format!("{quote}{specifier}{quote}");
            text.match_indices(&name)
                .any(|(at, _)| text[..at].trim_end().ends_with("module"))
        })
    }
}

impl Resolver for Loader<'_> {
    fn resolve(
        &mut self,
        specifier: &str,
        span: Span,
        diagnostics: &mut Diagnostics,
    ) -> Option<ImportSource> {
        if specifier.starts_with("host:") {
            self.host(specifier, span, diagnostics)
        } else if specifier.starts_with("raya:") {
            self.runtime(specifier, span, diagnostics)
        } else if specifier.starts_with("./") || specifier.starts_with("../") {
            self.relative(specifier, span, diagnostics)
        } else {
            let help = "import a file as \"./name\", a capability as \"host:name\", the runtime as \"raya:name\"";
            diagnostics.error_help(
                2004,
                span,
                format!("packages such as `{specifier}` can't be imported"),
                help,
            );
            None
        }
    }
}

fn report_missing(path: String, diagnostics: &mut Diagnostics) {
    let message = format!("the file `{path}` can't be read as UTF-8 text");
    let file = diagnostics.add_source(path, String::new());
    diagnostics.error(
        2000,
        Span {
            file,
            start: 0,
            end: 0,
        },
        message,
    );
}

/// What a file holds, by its name.
fn dialect(path: &str) -> Dialect {
    if path.ends_with(".d.ts") {
        Dialect::Declarations
    } else {
        Dialect::Program
    }
}

/// The paths that `path`, as imported, may stand for; the first that exists is meant.
fn candidates(path: &str) -> Vec<String> {
    let mut all = Vec::new();
    if path.ends_with(".ts") || path.ends_with(".raya") {
        all.push(path.to_owned());
    }
    if let Some(stem) = path.strip_suffix(".js") {
        all.push(format!("{stem}.ts"));
    }
    all.extend(["ts", "raya", "d.ts"].map(|ending| format!("{path}.{ending}")));
    all.push(join(path, "index.ts"));
    all
}

/// Declarations of capabilities belong in `.d.ts` files, where every importer finds the same ones.
fn refuse_host_declarations(module: &Module, diagnostics: &mut Diagnostics) {
    for stmt in &module.body {
        if let StmtKind::DeclareModule(declared) = &stmt.kind {
            let message = format!(
                "`declare module \"{}\"` outside of a .d.ts file",
                declared.name
            );
            diagnostics.error_help(
                2005,
                stmt.span,
                message,
                "move it to a .d.ts file beside this one",
            );
        }
    }
}

#[cfg(test)]
mod tests;
