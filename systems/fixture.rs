//! A small program for tests: a node of every kind of field, a shape, a map and a set, and a function with registers
//! that calls itself.

use raya_bytecode::assemble::{Body, FieldSpec, FunctionBuilder, FunctionSpec, ImageBuilder};
use raya_bytecode::image::*;
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;
use raya_bytecode::verify::verify;
use raya_storages::programs::Program;
use std::sync::Arc;

/// `globals { root: unknown; count: number }`
pub const GLOBALS: u16 = 0;
/// `class Node { left, right: any reference; weight: number; tag: mixed; items: ref[] }`
pub const NODE: u16 = 1;
/// `{ x: number; y?: string }`
pub const SHAPE: u16 = 2;
/// `Map<mixed, mixed>`
pub const MAP: u16 = 3;
/// `Set<mixed>`
pub const SET: u16 = 4;
/// `[number, string]`
pub const TUPLE: u16 = 5;
/// The reference locals of function 1.
pub const LOCALS: u16 = 3;

/// Offsets of a class's field: in words, and in half words.
pub fn field(program: &Program, class: u16, index: usize) -> (u16, u16) {
    let field = &program.image.fields[program.classes[usize::from(class)].fields.indices()][index];
    (field.num_offset, field.ref_offset)
}

fn body(nums: u16, refs: u16) -> Body {
    let mut f = FunctionBuilder::new();
    f.line(1, 1);
    f.emit(Op::Ret, 0, 0, 0);
    f.finish(nums, refs).expect("assembles")
}

fn declare(b: &mut ImageBuilder, name: &str, kind: u16, fields: &[(&str, Slot, u32, u16)]) -> u16 {
    let class = b.declare_class(name, kind, None);
    let spec = |&(name, slot, tag, flags): &(&str, Slot, u32, u16)| FieldSpec {
        name: b.string(name),
        member: Some(b.member(name)),
        slot,
        flags,
        desc: Some(b.desc(tag, 0, &[])),
    };
    let fields: Vec<FieldSpec> = fields.iter().map(spec).collect();
    b.set_fields(class, &fields);
    class
}

fn declare_classes(b: &mut ImageBuilder) {
    let unknown = DESC_UNKNOWN;
    let table = |name: &'static str, slot| (name, slot, unknown, FIELD_HIDDEN);
    let columns = [
        table("__keys", Slot::ARR_MIXED),
        table("__order", Slot::ARR_F64),
        table("__index", Slot::HASH),
        table("__size", Slot::F64),
        table("__first", Slot::F64),
        table("__added", Slot::F64),
        table("__epoch", Slot::F64),
        table("__values", Slot::ARR_MIXED),
    ];
    let globals = [
        ("root", Slot::ANY, unknown, 0),
        ("count", Slot::F64, DESC_NUMBER, 0),
    ];
    let node = [
        ("left", Slot::ANY, unknown, 0),
        ("right", Slot::ANY, unknown, 0),
        ("weight", Slot::F64, DESC_NUMBER, 0),
        ("tag", Slot::MIXED, unknown, 0),
        ("items", Slot::ARR_REF, unknown, 0),
    ];
    let shape = [
        ("x", Slot::F64, DESC_NUMBER, 0),
        ("y", Slot::STR, DESC_STRING, FIELD_OPTIONAL),
    ];
    let tuple = [
        ("0", Slot::F64, DESC_NUMBER, 0),
        ("1", Slot::STR, DESC_STRING, 0),
    ];
    assert_eq!(declare(b, "globals", CLASS_GLOBALS, &globals), GLOBALS);
    assert_eq!(declare(b, "Node", CLASS_NOMINAL, &node), NODE);
    assert_eq!(declare(b, "{ x, y }", CLASS_SHAPE, &shape), SHAPE);
    assert_eq!(declare(b, "Map", CLASS_MAP, &columns), MAP);
    assert_eq!(declare(b, "Set", CLASS_SET, &columns[..7]), SET);
    assert_eq!(declare(b, "[number, string]", CLASS_TUPLE, &tuple), TUPLE);
}

/// The program, with the types that `describe` adds to it.
pub fn program_with<T>(describe: impl FnOnce(&mut ImageBuilder) -> T) -> (Program, T) {
    let mut b = ImageBuilder::new();
    b.file("fixture.ts");
    declare_classes(&mut b);
    let spec = FunctionSpec {
        name: "init",
        params: &[],
        ret: Slot::VOID,
        num_locals: &[],
        ref_locals: &[],
        receiver: None,
        flags: FUNCTION_ASYNC,
    };
    let init = b.declare_function();
    b.define_function(init, &spec, body(0, 0));
    let locals = FunctionSpec {
        name: "locals",
        num_locals: &[Slot::F64],
        ref_locals: &[Slot::ANY; LOCALS as usize],
        flags: 0,
        ..spec
    };
    let function = b.declare_function();
    let mut calls_itself = FunctionBuilder::new();
    calls_itself.line(1, 1);
    calls_itself.call(Op::Call, [0, 0, function as u16], None, 0, 0);
    calls_itself.emit(Op::Ret, 0, 0, 0);
    let calls_itself = calls_itself.finish(1, LOCALS).expect("assembles");
    b.define_function(function, &locals, calls_itself);
    let described = describe(&mut b);
    let entry = Entry {
        map: MAP.into(),
        set: SET.into(),
        ..Entry::of(init, GLOBALS.into())
    };
    let image = b.finish(entry).expect("assembles");
    let image = verify(image).unwrap_or_else(|e| panic!("{e}"));
    (Program::link(Arc::new(image), 1), described)
}

/// The program.
pub fn program() -> Program {
    program_with(|_| ()).0
}
