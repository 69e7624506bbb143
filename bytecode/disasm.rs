//! A program image as text, for people and for goldens.
//!
//! Registers: `n0`, `r0` locals; `tn0`, `tr0` temps. A terminator shows what its block costs. Works on any image,
//! also an unverified one: what is out of range shows as `?`. Absent: a way back.

use crate::builtins::Builtin;
use crate::describe::{describe, quote};
use crate::image::*;
use crate::isa::{Bank, Inst, Op, Operand};
use crate::slot::Slot;
use std::fmt::Write;

/// The whole image.
pub fn dump(image: &Image) -> String {
    let mut out = String::new();
    dump_entry(&mut out, image);
    dump_imports(&mut out, image);
    dump_exports(&mut out, image);
    for id in 0..image.classes.len() {
        dump_class(&mut out, image, id as u32);
    }
    for id in 0..image.functions.len() {
        out.push_str(&dump_function(image, id as u32));
    }
    out
}

/// Appends a formatted line; writing to a string can't fail.
macro_rules! line {
    ($out:expr, $($format:tt)*) => {{
        let _ = writeln!($out, $($format)*);
    }};
}

fn dump_entry(out: &mut String, image: &Image) {
    let entry = &image.entry;
    line!(
        out,
        "entry: init {}, globals {}",
        function_name(image, entry.init),
        class_name(image, entry.globals)
    );
}

fn dump_imports(out: &mut String, image: &Image) {
    for import in &image.imports {
        line!(
            out,
            "import {}.{}: {} at {}",
            image.text(import.module),
            image.text(import.name),
            describe(image, import.desc),
            place(image, import.line)
        );
    }
}

fn dump_exports(out: &mut String, image: &Image) {
    for export in &image.exports {
        let what = match export.kind {
            EXPORT_FUNCTION => function_name(image, export.index),
            EXPORT_CLASS => class_name(image, export.index),
            _ => format!("global {}", export.index),
        };
        line!(
            out,
            "export {}: {} = {what}",
            image.text(export.name),
            describe(image, export.desc)
        );
    }
}

fn dump_class(out: &mut String, image: &Image, id: u32) {
    let class = &image.classes[id as usize];
    let extends = match class.base {
        NONE => String::new(),
        base => format!(" extends {}", class_name(image, base)),
    };
    line!(
        out,
        "\n{} {}{extends}, {} words",
        kind_name(class.kind),
        class_name(image, id),
        class.words
    );
    for field in rows(&image.fields, class.fields) {
        line!(out, "  {}", field_text(image, field));
    }
    for method in rows(&image.methods, class.methods) {
        let kind = match method.kind {
            METHOD_GETTER => "get ",
            METHOD_SETTER => "set ",
            _ => "",
        };
        line!(
            out,
            "  {kind}{}() = {}",
            image.text(method.name),
            function_name(image, method.function)
        );
    }
    if class.function != NONE {
        line!(out, "  calls {}", function_name(image, class.function));
    }
}

fn field_text(image: &Image, field: &Field) -> String {
    let mut text = format!(
        "{}: {}",
        image.text(field.name),
        type_name(image, field.slot)
    );
    if field.slot.has_num() {
        let _ = write!(text, " num@{}", field.num_offset);
    }
    if field.slot.has_ref() {
        let _ = write!(text, " ref@{}", field.ref_offset);
    }
    text
}

/// One function.
pub fn dump_function(image: &Image, id: u32) -> String {
    let mut out = String::new();
    let Some(function) = image.functions.get(id as usize) else {
        return out;
    };
    line!(
        out,
        "\n{}{}({}) -> {}  locals n{} r{}, temps n{} r{}",
        if function.flags & FUNCTION_ASYNC != 0 {
            "async "
        } else {
            ""
        },
        function_name(image, id),
        type_list(image, rows(&image.slots, function.params)),
        type_name(image, function.ret),
        function.num_locals,
        function.ref_locals,
        function.num_temps,
        function.ref_temps
    );
    for handler in rows(&image.handlers, function.handlers) {
        line!(
            out,
            "  errors in {}..{} go to {}",
            handler.start,
            handler.end,
            handler.target
        );
    }
    dump_code(&mut out, image, function);
    out
}

fn dump_code(out: &mut String, image: &Image, function: &Function) {
    let code = rows(&image.code, function.code);
    let mut lines = rows(&image.lines, function.lines).iter().peekable();
    let mut pc = 0;
    while pc < code.len() {
        let source = lines
            .next_if(|line| line.pc as usize <= pc)
            .map_or(String::new(), |line| {
                format!("  ; {}:{}", place(image, line.line), line.column)
            });
        let next = code.get(pc + 1).copied();
        let (text, words) = instruction(image, function, pc, code[pc], next);
        let cost = match code[pc].cost {
            0 => String::new(),
            cost => format!("  [{cost}]"),
        };
        line!(out, "  {pc:5}  {text}{cost}{source}");
        pc += words;
    }
}

/// An instruction as text, and how many words it takes.
fn instruction(
    image: &Image,
    function: &Function,
    pc: usize,
    inst: Inst,
    next: Option<Inst>,
) -> (String, usize) {
    let Some(op) = Op::from_u8(inst.op) else {
        return (format!("op{}", inst.op), 1);
    };
    let info = op.info();
    let ext = info.ext.and(next);
    let meanings = info
        .operands
        .into_iter()
        .chain(info.ext.into_iter().flatten());
    let values = [Some(inst), ext]
        .into_iter()
        .flatten()
        .flat_map(|i| [i.a, i.b, i.c]);
    let context = Context {
        image,
        function,
        pc,
        inst,
    };
    let operands: Vec<String> = meanings
        .zip(values)
        .filter_map(|(operand, value)| context.operand(operand, value))
        .collect();
    let text = format!("{:<10} {}", info.name, operands.join(", "));
    (text.trim_end().into(), 1 + usize::from(ext.is_some()))
}

/// What the text of an operand depends on.
struct Context<'a> {
    image: &'a Image,
    function: &'a Function,
    pc: usize,
    inst: Inst,
}

impl Context<'_> {
    fn operand(&self, operand: Operand, value: u16) -> Option<String> {
        let image = self.image;
        let index = u32::from(value);
        Some(match operand {
            Operand::None | Operand::Imm32High | Operand::Jump32High => return None,
            Operand::Imm => (value as i16).to_string(),
            Operand::Imm32 => self.inst.i32_bc().to_string(),
            Operand::Jump => self.target(i64::from(value as i16)),
            Operand::Jump32 => self.target(i64::from(self.inst.i32_bc())),
            Operand::Number => image
                .numbers
                .get(usize::from(value))
                .map_or("?".into(), |n| format!("{n:?}")),
            Operand::String => quote(&image.text(index)),
            Operand::Class => class_name(image, index),
            Operand::Type => type_name(image, Slot(value)),
            Operand::Function => function_name(image, index),
            Operand::Sig => sig_text(image, index),
            Operand::Member => image
                .members
                .get(usize::from(value))
                .map_or("?".into(), |name| format!(".{}", image.text(*name))),
            Operand::Desc => describe(image, index),
            Operand::Import => image
                .imports
                .get(usize::from(value))
                .map_or("?".into(), |i| {
                    format!("{}.{}", image.text(i.module), image.text(i.name))
                }),
            Operand::Builtin => {
                Builtin::from_u16(value).map_or("?".into(), |b| b.info().name.into())
            }
            Operand::NumField => format!("num@{value}"),
            Operand::RefField => format!("ref@{value}"),
            register => self.register(register.bank()?, value),
        })
    }

    fn target(&self, offset: i64) -> String {
        format!("-> {}", self.pc as i64 + offset)
    }

    fn register(&self, bank: Bank, register: u16) -> String {
        let (letter, locals) = match bank {
            Bank::Num => ('n', self.function.num_locals),
            Bank::Ref => ('r', self.function.ref_locals),
        };
        match register.checked_sub(locals) {
            Some(temp) => format!("t{letter}{temp}"),
            None => format!("{letter}{register}"),
        }
    }
}

/// The rows of a pool, none if the range is bad.
fn rows<T>(pool: &[T], range: Range) -> &[T] {
    pool.get(range.indices()).unwrap_or(&[])
}

fn function_name(image: &Image, id: u32) -> String {
    match image.functions.get(id as usize) {
        Some(function) => format!("fn{id} {}", image.text(function.name)),
        None => "?".into(),
    }
}

fn class_name(image: &Image, id: u32) -> String {
    match image.classes.get(id as usize) {
        Some(class) => format!("class{id} {}", image.text(class.name)),
        None => "?".into(),
    }
}

fn type_name(image: &Image, slot: Slot) -> String {
    match slot.as_class() {
        Some(class) => class_name(image, u32::from(class)),
        None => slot.name(),
    }
}

fn type_list(image: &Image, slots: &[Slot]) -> String {
    let names: Vec<String> = slots.iter().map(|s| type_name(image, *s)).collect();
    names.join(", ")
}

fn sig_text(image: &Image, id: u32) -> String {
    match image.sigs.get(id as usize) {
        Some(sig) => {
            let params = type_list(image, rows(&image.sig_params, sig.params));
            format!("({params}) -> {}", sig.ret.name())
        }
        None => "?".into(),
    }
}

/// `file:line`.
fn place(image: &Image, line: u32) -> String {
    let file = image
        .files
        .get((line >> 24) as usize)
        .map_or("?".into(), |name| image.text(*name));
    format!("{file}:{}", line & 0xff_ffff)
}

fn kind_name(kind: u16) -> &'static str {
    const NAMES: [&str; 9] = [
        "class", "shape", "tuple", "closure", "cell", "globals", "error", "map", "set",
    ];
    NAMES.get(usize::from(kind)).unwrap_or(&"?")
}
