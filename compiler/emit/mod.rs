//! From the mid-level IR to an image: classes and layouts, registers, code, reflection.

mod classes;
mod function;
mod reflect;
mod registers;

use crate::ast::Span;
use crate::diagnostics::Diagnostics;
use crate::lower::Exported;
use crate::lower::program::{GlobalKey, Program};
use raya_bytecode::assemble::{AssembleError, FieldSpec, ImageBuilder, ImportSpec};
use raya_bytecode::image::{self, Entry, Image};
use reflect::Reflector;

/// Builds the image of a lowered program.
pub fn emit(mut program: Program<'_>, init: u32, exports: &[Exported]) -> Option<Image> {
    match build(&mut program, init, exports) {
        Ok(image) => Some(image),
        Err(Refused { at, error }) => {
            let entry = program.checked.entry;
            let span = at.unwrap_or(Span {
                file: entry,
                start: 0,
                end: 0,
            });
            program.diagnostics.error_help(
                4030,
                span,
                format!("this is too large to compile: {error}"),
                "split it into several mods, or its largest functions into smaller ones",
            );
            None
        }
    }
}

/// What the image cannot hold, and where it stands if that is one function.
struct Refused {
    at: Option<Span>,
    error: AssembleError,
}

fn build(program: &mut Program<'_>, init: u32, exports: &[Exported]) -> Result<Image, Refused> {
    let mut builder = ImageBuilder::new();
    intern_constants(program, &mut builder);
    let lines = LineTable::new(program.diagnostics);
    for source in &program.diagnostics.sources {
        builder.file(&source.path);
    }
    for _ in 0..program.functions.items.len() {
        builder.declare_function();
    }
    let mut reflector = Reflector::default();
    // Descriptions of exports and imports may need classes of their own: before classes are laid out.
    let export_descs = reflector.exports(program, &mut builder);
    let import_descs = reflector.imports(program, &mut builder);
    let type_tokens = type_tokens(program, &mut builder, &mut reflector)?;
    classes::declare(program, &mut builder, &mut reflector);
    let globals = declare_globals(program, &mut builder, &mut reflector);
    classes::finish(program, &mut builder, &mut reflector);
    for (index, func) in std::mem::take(&mut program.lowered).into_iter().enumerate() {
        let func = func.expect("every function asked for was lowered");
        let emitted = function::emit(
            &mut builder,
            index as u32,
            &func,
            globals,
            &lines,
            &type_tokens,
        );
        emitted.map_err(|error| Refused {
            at: func.span(),
            error,
        })?;
    }
    for (import, desc) in program.imports.items.clone().iter().zip(import_descs) {
        builder.import(&ImportSpec {
            module: &import.module,
            name: &import.name,
            params: &import.params,
            ret: import.ret,
            desc,
            line: lines.at(import.at.0, import.at.1).0,
        });
    }
    for ((info, export), desc) in program
        .checked
        .exports
        .iter()
        .zip(exports)
        .zip(export_descs)
    {
        let (kind, index) = match *export {
            Exported::Function(f) => (image::EXPORT_FUNCTION, f),
            Exported::Class(c) => (image::EXPORT_CLASS, u32::from(c)),
            Exported::Global(g) => (image::EXPORT_GLOBAL, g),
            Exported::Nothing => continue,
        };
        builder.export(&info.name, kind, index, desc);
    }
    let entry = entry(program, init, globals);
    builder
        .finish(entry)
        .map_err(|error| Refused { at: None, error })
}

/// The types that the code has as values; their numbers are operands.
fn type_tokens(
    program: &mut Program<'_>,
    builder: &mut ImageBuilder,
    reflector: &mut Reflector,
) -> Result<Vec<u32>, Refused> {
    let tokens = reflector.type_tokens(program, builder);
    match tokens.iter().find(|desc| **desc > u16::MAX.into()) {
        Some(&desc) => Err(Refused {
            at: None,
            error: AssembleError::TooMany {
                what: "types",
                count: desc as usize,
                max: u16::MAX.into(),
            },
        }),
        None => Ok(tokens),
    }
}

/// Gives constants, signatures and members the numbers that the code has for them.
fn intern_constants(program: &Program<'_>, builder: &mut ImageBuilder) {
    for units in &program.strings.items {
        builder.string_units(units);
    }
    for &bits in &program.numbers.items {
        builder.number(f64::from_bits(bits));
    }
    for (params, ret) in &program.sigs.items {
        builder.sig(params, *ret);
    }
    for name in &program.members.items {
        builder.member(name);
    }
}

/// The class of the globals.
fn declare_globals(
    program: &mut Program<'_>,
    builder: &mut ImageBuilder,
    reflector: &mut Reflector,
) -> u16 {
    let class = builder.declare_class("globals", image::CLASS_GLOBALS, None);
    let mut fields = Vec::new();
    for (key, slot) in program
        .globals
        .items
        .clone()
        .into_iter()
        .zip(program.global_slots.clone())
    {
        let (name, desc) = match key {
            GlobalKey::Binding(b) => {
                let info = &program.checked.bindings[b.index()];
                let empty = crate::lower::repr::Env::empty();
                let desc = reflector.desc(program, builder, info.ty, &empty);
                (info.name.to_string(), Some(desc))
            }
            GlobalKey::Initialized(b) => {
                let info = &program.checked.bindings[b.index()];
                (format!("{} is set", info.name), None)
            }
            GlobalKey::Static(c, index) => {
                let info = &program.checked.classes[c.index()];
                let field = &info.static_fields[index as usize];
                (format!("{}.{}", program.class_name(c), field.name), None)
            }
            GlobalKey::Closure(f) => (format!("closure {f}"), None),
        };
        fields.push(FieldSpec {
            name: builder.string(&name),
            member: None,
            slot,
            flags: 0,
            desc: Some(desc.unwrap_or_else(|| builder.desc(image::DESC_UNKNOWN, 0, &[]))),
        });
    }
    builder.set_fields(class, &fields);
    class
}

fn entry(program: &mut Program<'_>, init: u32, globals: u16) -> Entry {
    let known = program.checked.known;
    // An instance is named only if it is part of the program.
    let find = |class| {
        let of_class = |c: &crate::lower::program::ClassInst| {
            c.declared.as_ref().is_some_and(|d| d.0 == class)
        };
        let at = program.classes.iter().position(of_class);
        at.map_or(image::NONE, |i| i as u32)
    };
    Entry {
        init,
        globals: u32::from(globals),
        error: find(known.error),
        type_error: find(known.type_error),
        range_error: find(known.range_error),
        map: find(known.map),
        set: find(known.set),
        reserved: 0,
    }
}

/// Where lines begin, by file: places as the source map has them.
pub struct LineTable {
    starts: Vec<Vec<u32>>,
    texts: Vec<String>,
}

impl LineTable {
    fn new(diagnostics: &Diagnostics) -> LineTable {
        let starts = |text: &str| {
            let ends = text.bytes().enumerate().filter(|b| b.1 == b'\n');
            std::iter::once(0)
                .chain(ends.map(|b| b.0 as u32 + 1))
                .collect()
        };
        LineTable {
            starts: diagnostics
                .sources
                .iter()
                .map(|s| starts(&s.text))
                .collect(),
            texts: diagnostics.sources.iter().map(|s| s.text.clone()).collect(),
        }
    }

    /// Line (with the file in its upper 8 bits) and column, from 1.
    pub fn at(&self, file: crate::ast::FileId, offset: u32) -> (u32, u32) {
        let starts = &self.starts[file.index()];
        let line = starts.partition_point(|&s| s <= offset).max(1);
        let start = starts[line - 1] as usize;
        let text = &self.texts[file.index()];
        let column = text
            .get(start..offset as usize)
            .map_or(0, |t| t.encode_utf16().count());
        (file.0 << 24 | line as u32, column as u32 + 1)
    }
}
