//! A small program that uses most of the format, and a way to break one function of it.
#![allow(dead_code)]

use raya_bytecode::assemble::*;
use raya_bytecode::image::*;
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;

/// The pieces of the sample program that tests refer to.
pub struct Sample {
    pub builder: ImageBuilder,
    pub entry: Entry,
    /// `class Point { x: number; next: Point; tag: unknown }`.
    pub point: u16,
    /// `class Point3 extends Point { z: number; name: string }`.
    pub point3: u16,
    /// A closure without captures.
    pub closure: u16,
    /// `int` field at 0, reference field at 1.
    pub globals: u16,
    /// An error.
    pub error: u16,
    /// `(number, string) => number`.
    pub plain: u32,
    /// `async (unknown) => void`.
    pub body: u32,
    /// `host:world` `spawn(string, number): number`.
    pub host: u32,
    /// Member `x`.
    pub member: u32,
}

fn spec(builder: &mut ImageBuilder, name: &str, slot: Slot, desc: u32) -> FieldSpec {
    FieldSpec {
        name: builder.string(name),
        member: Some(builder.member(name)),
        slot,
        flags: 0,
        desc: Some(desc),
    }
}

/// Returns nothing, at once.
pub fn empty_body() -> Body {
    let mut function = FunctionBuilder::new();
    function.line(1, 1);
    function.emit(Op::Ret, 0, 0, 0);
    function.finish(0, 0).expect("assembles")
}

fn sample_classes(b: &mut ImageBuilder) -> [u16; 5] {
    let unknown = b.desc(DESC_UNKNOWN, 0, &[]);
    let number = b.desc(DESC_NUMBER, 0, &[]);
    let string = b.desc(DESC_STRING, 0, &[]);
    let globals = b.declare_class("globals", CLASS_GLOBALS, None);
    let count = spec(b, "count", Slot::I32, number);
    let label = spec(b, "label", Slot::STR, string);
    b.set_fields(globals, &[count, label]);
    let point = b.declare_class("Point", CLASS_NOMINAL, None);
    let closure = b.declare_class("closure", CLASS_CLOSURE, None);
    let point3 = b.declare_class("Point3", CLASS_NOMINAL, Some(point));
    let fields = [
        spec(b, "x", Slot::F64, number),
        spec(b, "next", Slot::class(point), unknown),
        spec(b, "tag", Slot::MIXED, unknown),
    ];
    b.set_fields(point, &fields);
    let fields = [
        spec(b, "z", Slot::F64, number),
        spec(b, "name", Slot::STR, string),
    ];
    b.set_fields(point3, &fields);
    let error = b.declare_class("Error", CLASS_ERROR, None);
    let fields = [
        spec(b, "name", Slot::STR, string),
        spec(b, "message", Slot::STR, string),
        spec(b, "stack", Slot::STR, string),
    ];
    b.set_fields(error, &fields);
    [point, point3, closure, globals, error]
}

/// `function plain(x: number, s: string): number { return x + 1 }`.
fn define_plain(b: &mut ImageBuilder, id: u32) {
    let mut f = FunctionBuilder::new();
    f.emit(Op::AddFI, 1, 0, 1);
    f.emit(Op::RetF, 1, 0, 0);
    let body = f.finish(1, 1).expect("assembles");
    let spec = FunctionSpec {
        name: "plain",
        params: &[Slot::F64, Slot::STR],
        ret: Slot::F64,
        num_locals: &[Slot::F64],
        ref_locals: &[Slot::STR],
        receiver: None,
        flags: 0,
    };
    b.define_function(id, &spec, body);
}

fn define_empty(b: &mut ImageBuilder, id: u32, name: &str, params: &[Slot], flags: u16) {
    let refs: Vec<Slot> = params
        .iter()
        .map(|p| if *p == Slot::MIXED { Slot::ANY } else { *p })
        .collect();
    let nums: Vec<Slot> = params
        .iter()
        .filter(|p| **p == Slot::MIXED)
        .map(|_| Slot::F64)
        .collect();
    let spec = FunctionSpec {
        name,
        params,
        ret: Slot::VOID,
        num_locals: &nums,
        ref_locals: &refs,
        receiver: params.first().and_then(|p| p.as_class()),
        flags,
    };
    b.define_function(id, &spec, empty_body());
}

/// The sample program without the function under test.
pub fn sample() -> Sample {
    let mut b = ImageBuilder::new();
    b.file("mod.ts");
    let [point, point3, closure, globals, error] = sample_classes(&mut b);
    let (init, plain, body, called, method) = (
        b.declare_function(),
        b.declare_function(),
        b.declare_function(),
        b.declare_function(),
        b.declare_function(),
    );
    define_empty(&mut b, init, "init", &[], FUNCTION_ASYNC);
    define_plain(&mut b, plain);
    define_empty(&mut b, body, "body", &[Slot::MIXED], FUNCTION_ASYNC);
    define_empty(&mut b, called, "closure", &[Slot::class(closure)], 0);
    define_empty(&mut b, method, "Point.move", &[Slot::class(point)], 0);
    b.set_closure(closure, called);
    let name = b.string("move");
    let member_move = b.member("move");
    b.set_methods(
        point,
        vec![MethodSpec {
            name,
            member: Some(member_move),
            function: method,
            kind: METHOD_PLAIN,
            desc: None,
        }],
    );
    let number = b.desc(DESC_NUMBER, 0, &[]);
    let string = b.desc(DESC_STRING, 0, &[]);
    let function = b.desc(DESC_FUNCTION, 0, &[string, number, number]);
    let host = b.import(&ImportSpec {
        module: "world",
        name: "spawn",
        params: &[Slot::STR, Slot::F64],
        ret: Slot::F64,
        desc: function,
        line: 3,
    });
    let function = b.desc(DESC_FUNCTION, 0, &[number, string, number]);
    b.export("plain", EXPORT_FUNCTION, plain, function);
    let instance = b.desc(DESC_CLASS, u32::from(point), &[]);
    b.export("Point", EXPORT_CLASS, u32::from(point), instance);
    b.export("count", EXPORT_GLOBAL, 0, number);
    b.number(0.5);
    let member = b.member("x");
    let entry = Entry {
        error: u32::from(error),
        ..Entry::of(init, u32::from(globals))
    };
    Sample {
        builder: b,
        entry,
        point,
        point3,
        closure,
        globals,
        error,
        plain,
        body,
        host,
        member,
    }
}

impl Sample {
    /// The image, with nothing added.
    pub fn finish(self) -> Image {
        self.builder.finish(self.entry).expect("assembles")
    }
}
