//! Parsing: source text into `ast.rs`, refusing what Raya leaves out by name.
//!
//! oxc does the reading; the files here convert its tree into ours, one idea of the language a file, and
//! report every construct that Raya has not. What can't be converted leaves a placeholder, so that all
//! errors of a file come at once.
//!
//! Invariants: never panics, whatever the text; neither oxc nor the conversion goes deeper than `nesting`
//! allows. Callers still need a stack for that depth: see `with_deep_stack` in the crate's root.
//! Absent: names' and types' meanings, duplicate declarations (`check/`).

mod classes;
mod expressions;
mod functions;
mod jumps;
mod modules;
mod names;
mod nesting;
mod objects;
mod patterns;
pub mod refuse;
mod statements;
mod types;

#[cfg(test)]
mod tests;

use crate::ast::{
    BindingId, ClassId, Expr, ExprId, ExprKind, FileId, FnId, ImportSource, Module, Name, Span,
};
use crate::diagnostics::Diagnostics;
use jumps::Jumps;
use oxc_allocator::Allocator;
use oxc_parser::{ParseOptions, Parser};
use oxc_span::SourceType;
use refuse::Refusal;
use rustc_hash::{FxHashMap, FxHashSet};

/// Longest source text, in bytes.
pub const MAX_SOURCE_BYTES: usize = 16 << 20;

/// Deepest tree: expressions in expressions, statements in statements, types in types.
pub const MAX_TREE_DEPTH: u32 = 1000;

/// Hands out the dense ids; one for all modules of a program. Afterwards: how many there are of each.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Ids {
    /// Expressions.
    pub exprs: u32,
    /// Functions of any form.
    pub functions: u32,
    /// Classes.
    pub classes: u32,
    /// Binding identifiers.
    pub bindings: u32,
}

impl Ids {
    fn expr(&mut self) -> ExprId {
        self.exprs += 1;
        ExprId(self.exprs - 1)
    }

    fn function(&mut self) -> FnId {
        self.functions += 1;
        FnId(self.functions - 1)
    }

    fn class(&mut self) -> ClassId {
        self.classes += 1;
        ClassId(self.classes - 1)
    }

    fn binding(&mut self) -> BindingId {
        self.bindings += 1;
        BindingId(self.bindings - 1)
    }
}

/// Finds what an import's quoted text names; reports and answers `None` if there is nothing.
pub trait Resolver {
    /// Resolves `specifier`, imported at `span`.
    fn resolve(
        &mut self,
        specifier: &str,
        span: Span,
        diagnostics: &mut Diagnostics,
    ) -> Option<ImportSource>;
}

/// What kind of text a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// A program's module (`.ts`, `.raya`).
    Program,
    /// Declarations only (`.d.ts`): functions have no bodies, `declare module "host:…"` may stand here.
    Declarations,
    /// A prelude file: functions and methods without a body are intrinsics.
    Prelude,
}

/// Parses the source of `file` (its text is in `diagnostics`). Errors go there; what could be read is returned.
pub fn parse_module(
    file: FileId,
    dialect: Dialect,
    ids: &mut Ids,
    resolver: &mut dyn Resolver,
    diagnostics: &mut Diagnostics,
) -> Module {
    let text = diagnostics.sources[file.index()].text.clone();
    let mut converter = Converter::new(file, ids, resolver, diagnostics);
    if converter.is_readable(&text) {
        converter.read(&text, dialect);
    }
    let imports = modules::elide_unused(converter.imports, &converter.used);
    Module {
        file,
        imports,
        body: converter.body,
        exports: converter.exports,
    }
}

/// The conversion of one file.
struct Converter<'a> {
    file: FileId,
    ids: &'a mut Ids,
    resolver: &'a mut dyn Resolver,
    diagnostics: &'a mut Diagnostics,
    imports: Vec<crate::ast::Import>,
    body: Vec<crate::ast::Stmt>,
    exports: Vec<crate::ast::Export>,
    /// How deep in the tree the conversion is.
    depth: u32,
    /// The depth error has been reported.
    too_deep: bool,
    /// Where `break` and `continue` may lead.
    jumps: Jumps,
    /// Names used as values, which keep an import alive.
    used: FxHashSet<Name>,
    /// Names declared somewhere in the file.
    declared: FxHashSet<Name>,
    /// First uses of names that mean something unsupported unless the file declares them.
    suspects: FxHashMap<&'static str, (Span, Refusal)>,
}

impl<'a> Converter<'a> {
    fn new(
        file: FileId,
        ids: &'a mut Ids,
        resolver: &'a mut dyn Resolver,
        diagnostics: &'a mut Diagnostics,
    ) -> Self {
        Self {
            file,
            ids,
            resolver,
            diagnostics,
            imports: Vec::new(),
            body: Vec::new(),
            exports: Vec::new(),
            depth: 0,
            too_deep: false,
            jumps: Jumps::default(),
            used: FxHashSet::default(),
            declared: FxHashSet::default(),
            suspects: FxHashMap::default(),
        }
    }

    /// Whether the text is small and flat enough to be read at all.
    fn is_readable(&mut self, text: &str) -> bool {
        let start = Span {
            file: self.file,
            start: 0,
            end: 0,
        };
        if text.len() > MAX_SOURCE_BYTES {
            let message = format!(
                "the file has {} bytes, of at most {MAX_SOURCE_BYTES}",
                text.len()
            );
            self.diagnostics
                .error_help(1002, start, message, "split it into modules");
            return false;
        }
        match nesting::too_deep_at(text) {
            Some(at) => {
                self.report_depth(Span {
                    file: self.file,
                    start: at,
                    end: at + 1,
                });
                false
            }
            None => true,
        }
    }

    fn read(&mut self, text: &str, dialect: Dialect) {
        let allocator = Allocator::default();
        let source_type = match dialect {
            Dialect::Declarations => SourceType::d_ts(),
            Dialect::Program | Dialect::Prelude => SourceType::ts(),
        };
        let options = ParseOptions {
            preserve_parens: false,
            ..ParseOptions::default()
        };
        let parsed = Parser::new(&allocator, text, source_type.with_module(true))
            .with_options(options)
            .parse();
        for error in parsed.diagnostics.errors() {
            let label = error.labels.first();
            let (start, length) = label.map_or((0, 0), |l| (l.offset(), l.len()));
            let span = self.text_span(text, start as usize, length as usize);
            let help = error.help.as_ref().map(ToString::to_string);
            let message = error.message.to_string();
            self.diagnostics
                .errors
                .push(crate::diagnostics::Diagnostic {
                    code: 1000,
                    message,
                    span,
                    help,
                });
        }
        self.module_items(&parsed.program.body);
        self.report_suspects();
    }

    /// A span given by another's diagnostics, cut to the text.
    fn text_span(&self, text: &str, start: usize, length: usize) -> Span {
        let start = start.min(text.len());
        let end = (start + length).min(text.len());
        Span {
            file: self.file,
            start: start as u32,
            end: end as u32,
        }
    }

    fn span(&self, span: oxc_span::Span) -> Span {
        Span {
            file: self.file,
            start: span.start,
            end: span.end,
        }
    }

    fn refuse(&mut self, refusal: Refusal, span: oxc_span::Span) {
        let span = self.span(span);
        self.refuse_at(refusal, span);
    }

    fn refuse_at(&mut self, refusal: Refusal, span: Span) {
        let message = format!("{} is not part of Raya", refusal.what);
        self.diagnostics
            .error_help(refusal.code, span, message, refusal.help);
    }

    /// Runs `convert` one level deeper; `None` (and one error a file) if that is too deep.
    fn deeper<T>(
        &mut self,
        span: oxc_span::Span,
        convert: impl FnOnce(&mut Self) -> T,
    ) -> Option<T> {
        if self.depth >= MAX_TREE_DEPTH {
            let span = self.span(span);
            self.report_depth(span);
            return None;
        }
        self.depth += 1;
        let converted = convert(self);
        self.depth -= 1;
        Some(converted)
    }

    fn report_depth(&mut self, span: Span) {
        if !std::mem::replace(&mut self.too_deep, true) {
            let help = "give the parts names of their own, or use an array and a loop";
            self.diagnostics
                .error_help(1001, span, "this is nested too deeply", help);
        }
    }

    /// Stands for an expression that was refused.
    fn placeholder(&mut self, span: oxc_span::Span) -> Expr {
        Expr {
            id: self.ids.expr(),
            span: self.span(span),
            kind: ExprKind::Undefined,
        }
    }

    fn report_suspects(&mut self) {
        let suspects = std::mem::take(&mut self.suspects);
        for (name, (span, refusal)) in suspects {
            if !self.declared.contains(name) {
                self.refuse_at(refusal, span);
            }
        }
    }
}
