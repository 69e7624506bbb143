//! Every opcode does what the table says: a case for each that fails if the handler does anything else, and a list that can't rot.
//!
//! Cases stand in the other files by family. Instructions on numbers alone are written from the operands that the table names; the rest is
//! written out. Each case runs for all `INPUTS`, with a collection before every allocation, whole and with fuel of 1.

#[path = "../common/mod.rs"]
mod common;
mod control;
mod memory;
mod numbers;

use common::{Source, World, number};
use raya_bytecode::assemble::{FieldSpec, FunctionBuilder, ImportSpec, Label, MethodSpec};
use raya_bytecode::builtins::Builtin;
use raya_bytecode::elements::Element;
use raya_bytecode::image::*;
use raya_bytecode::isa::{Inst, OPS, Op, Operand};
use raya_bytecode::slot::Slot;
use raya_storages::programs::Program;
use raya_storages::runs::RunOutcome;
use raya_systems::execute::HostFunction;
use std::sync::Arc;

const F: Slot = Slot::F64;
const ANY: Slot = Slot::ANY;

// Numeric locals of the function under test: its three parameters, results, ints, booleans. Temps follow.
const A: u16 = 0;
const B: u16 = 1;
const C: u16 = 2;
const X: u16 = 3;
const Y: u16 = 4;
const I: u16 = 5;
const K: u16 = 8;
const P: u16 = 9;
const Q: u16 = 12;
const NUM_TEMP: u16 = 13;

// Its reference locals.
const S: u16 = 0;
const T: u16 = 1;
const U: u16 = 2;
const V: u16 = 3;
const FS: u16 = 4;
const IS: u16 = 5;
const ZS: u16 = 6;
const RS: u16 = 7;
const MS: u16 = 8;
const O: u16 = 9;
const N: u16 = 10;
const TYPED: u16 = 11;
const REF_TEMP: u16 = 12;

/// Numbers in which roundings, signs, ranges and what is no number show.
const INPUTS: [[f64; 3]; 17] = [
    [7.0, 3.0, 2.0],
    [3.0, 3.0, -1.0],
    [-8.5, 2.5, 0.1],
    [0.0, -0.0, 1.0],
    [f64::NAN, 1.0, 2.0],
    [1.0, f64::NAN, 0.0],
    [2147483647.0, 1.0, 0.0],
    [-2147483648.0, -1.0, 5.0],
    [-7.0, 0.0, 0.0],
    [1e10, 31.0, 1.0],
    [0.5, -0.5, 0.0],
    [65536.0, 65537.0, 9.0],
    [f64::INFINITY, f64::NEG_INFINITY, 3.0],
    [1.0, 2.0, 0.0],
    [-2147483648.0, 1.0, 0.0],
    [2.3, -0.3, 1.0],
    [-2.7, 4.0, 2.0],
];

/// What an instruction is to do.
#[derive(Clone, Copy)]
enum Case {
    /// Its operands, in order, give this number; `None` is a trap. Ints and booleans come as numbers.
    Gives(fn(&[f64]) -> Option<f64>),
    /// It jumps for these operands.
    Jumps(fn(f64, f64) -> bool),
    /// This code leaves in `X`, for three arguments, what is said.
    Code(fn(&mut Writer<'_>), fn([f64; 3]) -> Option<f64>),
    /// A typed array of these elements holds what is stored by one of the instructions and loaded by the other.
    Element(Element, Op, Op),
    /// It is never run: the verifier refuses code that gets there (`bytecode/tests/verify_code.rs`).
    NeverRun,
}

type Cases = &'static [(Op, Case)];

/// The rest of the program.
struct Ids {
    point: u16,
    x: u16,
    label: u16,
    count: u16,
    result: u16,
    text: u16,
    member_x: u16,
    member_double: u16,
    member_other: u16,
    double: u16,
    nothing: u16,
    name: u16,
    mixed: u16,
    body: u16,
    waiter: u16,
    closure: u16,
    sig: u16,
    host: u16,
    desc: u16,
    ab: u16,
    b: u16,
    empty: u16,
    digits: u16,
    tenth: u16,
    /// The arguments, as number constants.
    args: [u16; 3],
}

/// Writes the function under test.
struct Writer<'a> {
    f: &'a mut FunctionBuilder,
    ids: &'a Ids,
}

impl Writer<'_> {
    fn emit(&mut self, op: Op, a: u16, b: u16, c: u16) {
        self.f.emit(op, a, b, c);
    }

    /// A new point whose `x` is a number.
    fn point(&mut self, object: u16, x: u16) {
        self.emit(Op::New, object, self.ids.point, 0);
        self.emit(Op::SetN, object, self.ids.x, x);
    }

    /// An array with so many elements.
    fn array(&mut self, array: u16, slot: Slot, length: i32) {
        self.f.emit_i32(Op::ConstI, K, length);
        self.emit(Op::NewArr, array, slot.0, K);
    }

    /// Appends a binary digit to `X`: whether a jump is taken.
    fn digit(&mut self, op: Op, a: u16, b: u16) {
        let taken = self.f.label();
        let end = self.f.label();
        self.emit(Op::MulFI, X, X, 2);
        self.f.branch(op, a, b, taken);
        self.f.jump(end);
        self.f.bind(taken);
        self.emit(Op::AddFI, X, X, 1);
        self.f.bind(end);
    }

    /// Appends a binary digit to `X`: a boolean.
    fn flag(&mut self, boolean: u16) {
        self.emit(Op::Z2F, Y, boolean, 0);
        self.emit(Op::MulFI, X, X, 2);
        self.emit(Op::AddF, X, X, Y);
    }

    /// Appends a decimal digit to `X`: an int.
    fn decimal(&mut self, int: u16) {
        self.emit(Op::I2F, Y, int, 0);
        self.emit(Op::MulFI, X, X, 10);
        self.emit(Op::AddF, X, X, Y);
    }

    /// The end of a block, so that temps can be used anew.
    fn cut(&mut self) {
        let next = self.f.label();
        self.f.jump(next);
        self.f.bind(next);
    }

    fn label(&mut self) -> Label {
        self.f.label()
    }

    /// The arguments as the operands of an instruction want them; those that it writes are results.
    fn operands(&mut self, op: Op, args: [f64; 3]) -> ([u16; 3], [u16; 3], Vec<f64>) {
        let info = op.info();
        let (mut values, mut next) = (Vec::new(), 0);
        let mut place = |w: &mut Self, operand: Operand| {
            let (arg, value) = (next % 3, args[usize::from(next % 3)]);
            let (register, seen) = match operand {
                Operand::None | Operand::Jump => return 0,
                Operand::DefF | Operand::DefN => return X,
                Operand::DefI => return K,
                Operand::DefZ => return Q,
                Operand::UseF | Operand::UseN | Operand::UpdF => (arg, value),
                Operand::UseI | Operand::UpdI => (I + arg, f64::from(to_int(value))),
                Operand::UseZ => (P + arg, f64::from(u8::from(is_truthy(value)))),
                Operand::Imm => {
                    let value = to_int(value) as i16;
                    (value as u16, f64::from(value))
                }
                Operand::Number => (w.ids.args[usize::from(arg)], value),
                other => panic!("{op:?} has {other:?}: write it out"),
            };
            next += 1;
            values.push(seen);
            if matches!(operand, Operand::UseI | Operand::UpdI) {
                w.emit(Op::F2W, register, arg, 0);
            }
            if operand == Operand::UseZ {
                w.emit(Op::TruthyF, register, arg, 0);
            }
            register
        };
        let base = info.operands.map(|operand| place(self, operand));
        let ext = info.ext.map(|ext| ext.map(|operand| place(self, operand)));
        (base, ext.unwrap_or_default(), values)
    }

    /// Writes an instruction on numbers, its result into `X`; gives its operands.
    fn numeric(&mut self, op: Op, args: [f64; 3]) -> Vec<f64> {
        let ([a, b, c], ext, values) = self.operands(op, args);
        match op.info().ext {
            Some(_) => self.f.emit_ext(op, [a, b, c], ext),
            None => self.emit(op, a, b, c),
        }
        match op.info().operands[0] {
            Operand::DefI => self.emit(Op::I2F, X, K, 0),
            Operand::DefZ => self.emit(Op::Z2F, X, Q, 0),
            _ => {}
        }
        values
    }

    /// Stores the second argument as an element and loads it into `X`.
    fn element(&mut self, element: Element, store: Op, load: Op) {
        self.array(TYPED, element.slot(), 3);
        self.f.emit_i32(Op::ConstI, K, 2);
        self.f.emit_i32(Op::ConstFI, Y, 2);
        self.emit(Op::F2W, I, B, 0);
        let index = |operand| if operand == Operand::UseF { Y } else { K };
        let [_, at, value] = store.info().operands;
        let value = if value == Operand::UseF { B } else { I };
        self.emit(store, TYPED, index(at), value);
        let [result, _, at] = load.info().operands;
        if result == Operand::DefF {
            self.emit(load, X, TYPED, index(at));
        } else {
            self.emit(load, I, TYPED, index(at));
            self.emit(Op::I2F, X, I, 0);
        }
    }
}

/// JavaScript's ToInt32.
fn to_int(value: f64) -> i32 {
    if value.is_finite() {
        value.trunc().rem_euclid(4294967296.0) as u32 as i32
    } else {
        0
    }
}

fn is_truthy(value: f64) -> bool {
    value != 0.0 && !value.is_nan()
}

fn field(source: &mut Source, name: &str, slot: Slot) -> FieldSpec {
    FieldSpec {
        name: source.image.string(name),
        member: Some(source.image.member(name)),
        slot,
        flags: 0,
        desc: Some(0),
    }
}

/// The classes, constants and functions that cases use, and the function under test, which is not defined yet.
fn fixture(args: [f64; 3]) -> (Source, Ids, u32) {
    let mut source = Source::new();
    source.image.desc(DESC_UNKNOWN, 0, &[]);
    let desc = source.image.desc(DESC_NUMBER, 0, &[]) as u16;
    let globals = source.entry.globals as u16;
    let fields = [("count", F), ("result", F), ("text", Slot::STR)];
    let fields = fields.map(|(name, slot)| field(&mut source, name, slot));
    source.image.set_fields(globals, &fields);
    let [count, result, text] = [0, 1, 2].map(|at| source.image.fields(globals)[at]);
    let point = source.image.declare_class("Point", CLASS_NOMINAL, None);
    let fields = [("x", F), ("label", Slot::STR)];
    let fields = fields.map(|(name, slot)| field(&mut source, name, slot));
    source.image.set_fields(point, &fields);
    let [x, label] = [0, 1].map(|at| source.image.fields(point)[at]);
    let functions = std::array::from_fn(|_| source.image.declare_function());
    let [
        test,
        double,
        nothing,
        name,
        mixed,
        body,
        waiter,
        method,
        called,
    ] = functions;
    let closure = source.image.declare_class("closure", CLASS_CLOSURE, None);
    source.image.set_fields(closure, &[]);
    source.image.set_closure(closure, called);
    let doubles = MethodSpec {
        name: source.image.string("double"),
        member: Some(source.image.member("double")),
        function: method,
        kind: METHOD_PLAIN,
        desc: None,
    };
    source.image.set_methods(point, vec![doubles]);
    let host_desc = source
        .image
        .desc(DESC_FUNCTION, 0, &[u32::from(desc), u32::from(desc)]);
    let host = source.image.import(&ImportSpec {
        module: "host",
        name: "double",
        params: &[F],
        ret: F,
        desc: host_desc,
        line: 1,
    });
    let ids = Ids {
        point,
        x: x.num_offset,
        label: label.ref_offset,
        count: count.num_offset,
        result: result.num_offset,
        text: text.ref_offset,
        member_x: source.image.member("x") as u16,
        member_double: source.image.member("double") as u16,
        member_other: source.image.member("other") as u16,
        double: double as u16,
        nothing: nothing as u16,
        name: name as u16,
        mixed: mixed as u16,
        body: body as u16,
        waiter: waiter as u16,
        closure,
        sig: source.image.sig(&[ANY, F], F) as u16,
        host: host as u16,
        desc,
        ab: source.image.string("ab") as u16,
        b: source.image.string("b") as u16,
        empty: source.image.string("") as u16,
        digits: source.image.string("42") as u16,
        tenth: source.image.number(0.1) as u16,
        args: args.map(|arg| source.image.number(arg) as u16),
    };
    let object = Slot::class(point);
    for (id, receiver) in [
        (double, None),
        (method, Some(object)),
        (called, Some(Slot::class(closure))),
    ] {
        let params: Vec<Slot> = receiver.into_iter().chain([F]).collect();
        let refs: Vec<Slot> = receiver.into_iter().collect();
        source.define(id, &params, F, &[F], &refs, |f| {
            f.emit(Op::AddF, 0, 0, 0);
            f.emit(Op::RetF, 0, 0, 0);
        });
    }
    source.define(nothing, &[F], Slot::VOID, &[F], &[], |f| {
        f.emit(Op::SetGlobalN, ids.count, 0, 0);
        f.emit(Op::Ret, 0, 0, 0);
    });
    source.define(name, &[], Slot::STR, &[], &[Slot::STR], |f| {
        f.emit(Op::ConstS, 0, ids.b, 0);
        f.emit(Op::RetRef, 0, 0, 0);
    });
    source.define(mixed, &[F], Slot::MIXED, &[F], &[ANY], |f| {
        f.emit(Op::Tag, 0, 2, 0);
        f.emit(Op::RetM, 0, 0, 0);
    });
    source.define_flagged(body, &[F], Slot::MIXED, &[F], &[ANY], FUNCTION_ASYNC, |f| {
        f.emit(Op::SetGlobalN, ids.count, 0, 0);
        f.emit(Op::Tag, 0, 2, 0);
        f.emit(Op::RetM, 0, 0, 0);
    });
    source.define_flagged(waiter, &[F], ANY, &[F, F], &[ANY], FUNCTION_ASYNC, |f| {
        f.emit(Op::MovN, 2, 0, 0);
        f.call(Op::Spawn, [0, 0, ids.body], None, 1, 0);
        f.emit_ext(Op::Await, [1, 0, 0], [0, 0, 0]);
        f.emit(Op::SetGlobalN, ids.result, 1, 0);
        f.emit(Op::RetRef, 0, 0, 0);
    });
    (source, ids, test)
}

/// The program that tries an instruction, and what it is to leave.
fn program(op: Op, case: Case, args: [f64; 3]) -> (Arc<Program>, u32, u16, Option<f64>) {
    let (mut source, ids, test) = fixture(args);
    let nums = [
        F,
        F,
        F,
        F,
        F,
        Slot::I32,
        Slot::I32,
        Slot::I32,
        Slot::I32,
        Slot::BOOL,
        Slot::BOOL,
        Slot::BOOL,
        Slot::BOOL,
    ];
    let object = Slot::class(ids.point);
    let typed = match case {
        Case::Element(element, ..) => element.slot(),
        _ => Slot::FLOAT64,
    };
    let refs = [
        Slot::STR,
        Slot::STR,
        ANY,
        ANY,
        Slot::ARR_F64,
        Slot::ARR_I32,
        Slot::ARR_BOOL,
        Slot::ARR_REF,
        Slot::ARR_MIXED,
        object,
        object,
        typed,
    ];
    assert_eq!((nums.len(), refs.len()), (NUM_TEMP.into(), REF_TEMP.into()));
    let mut want = None;
    let result = ids.result;
    source.define(test, &[F, F, F], Slot::VOID, &nums, &refs, |f| {
        let mut w = Writer { f, ids: &ids };
        want = write(&mut w, op, case, args);
        if w.f.falls_through() {
            w.emit(Op::SetGlobalN, result, X, 0);
            w.emit(Op::Ret, 0, 0, 0);
        }
    });
    (source.finish(), test, result, want)
}

fn write(w: &mut Writer<'_>, op: Op, case: Case, args: [f64; 3]) -> Option<f64> {
    match case {
        Case::Gives(want) => want(&w.numeric(op, args)),
        Case::Jumps(want) => {
            let ([a, b, _], _, values) = w.operands(op, args);
            w.digit(op, a, b);
            let second = values.get(1).copied().unwrap_or_default();
            Some(f64::from(u8::from(want(values[0], second))))
        }
        Case::Code(code, want) => {
            code(w);
            want(args)
        }
        Case::Element(element, store, load) => {
            w.element(element, store, load);
            let mut bytes = [0; 8];
            element.write(&mut bytes, 0, args[1]);
            Some(element.read(&bytes, 0))
        }
        Case::NeverRun => None,
    }
}

/// What a program leaves; `None` if it fails.
fn run(program: Arc<Program>, test: u32, result: u16, args: [f64; 3], fuel: i64) -> Option<f64> {
    let mut world = World::new(program);
    world.zeal = true;
    world.host.functions = vec![HostFunction::Scalars {
        function: Arc::new(|_, args| {
            let doubled = f64::from_bits(args[0]) * 2.0;
            let doubled = if doubled.is_nan() { f64::NAN } else { doubled };
            Ok(doubled.to_bits())
        }),
        gives: true,
    }];
    world.host.gives_handles = vec![false];
    world.start(test, &args.map(number));
    world.run(fuel);
    match world.outcome() {
        RunOutcome::Returned(_) => {
            let globals = world.heap.globals;
            Some(f64::from_bits(world.heap.num(globals, result)))
        }
        _ => None,
    }
}

/// A number's bits, where one NaN is like any other.
fn canonical(value: f64) -> u64 {
    let one = if value.is_nan() { f64::NAN } else { value };
    one.to_bits()
}

fn check(op: Op, case: Case) {
    if matches!(case, Case::NeverRun) {
        return;
    }
    for args in INPUTS {
        let (program, test, result, want) = program(op, case, args);
        let is_there = |inst: &Inst| inst.op == op as u8;
        assert!(
            program.image.code.iter().any(is_there),
            "{op:?} is not tried"
        );
        for fuel in [1 << 40, 1] {
            let got = run(program.clone(), test, result, args, fuel);
            assert_eq!(
                got.map(f64::to_bits),
                want.map(canonical),
                "{op:?} of {args:?} gives {got:?}, not {want:?}"
            );
        }
    }
}

fn cases() -> impl Iterator<Item = &'static (Op, Case)> {
    [numbers::CASES, control::CASES, memory::CASES]
        .into_iter()
        .flatten()
}

#[test]
fn every_opcode_does_what_the_table_says() {
    for (op, case) in cases() {
        check(*op, *case);
    }
}

#[test]
fn every_opcode_has_a_case() {
    let missing: Vec<&Op> = OPS
        .iter()
        .filter(|op| !cases().any(|(tried, _)| tried == *op))
        .collect();
    assert!(missing.is_empty(), "no case tries {missing:?}");
}

/// The cases tell instructions with the same operands from each other: none passes as another.
#[test]
fn cases_tell_instructions_apart() {
    let mut alike = Vec::new();
    for (op, case) in cases().filter(|(_, case)| matches!(case, Case::Gives(_) | Case::Jumps(_))) {
        let shape = |op: Op| (op.info().operands, op.info().ext);
        for &other in OPS.iter().filter(|&&o| o != *op && shape(o) == shape(*op)) {
            let differs = INPUTS.iter().any(|&args| {
                let (program, test, result, want) = program(other, *case, args);
                let got = run(program, test, result, args, 1 << 40);
                got.map(canonical) != want.map(canonical)
            });
            if !differs {
                alike.push(format!("{other:?} passes as {op:?}"));
            }
        }
    }
    assert!(alike.is_empty(), "{}", alike.join("; "));
}

/// What the loop charges is what the table says, block by block: also of a block that falls through into a jump's target.
#[test]
fn charge_takes_the_fuel_of_a_block_that_falls_through() {
    let mut source = Source::new();
    let [straight, loops] = std::array::from_fn(|_| source.image.declare_function());
    source.define(straight, &[F], F, &[F, F], &[], |f| {
        f.emit_i32(Op::ConstFI, 1, 0);
        f.emit(Op::RetF, 1, 0, 0);
    });
    source.define(loops, &[F], F, &[F, F], &[], |f| {
        f.emit_i32(Op::ConstFI, 1, 0);
        let top = f.here();
        f.branch(Op::IncJLtF, 1, 0, top);
        f.emit(Op::RetF, 1, 0, 0);
    });
    let mut world = World::new(source.finish());
    let charges = |inst: &Inst| inst.op == Op::Charge as u8;
    assert!(world.program.image.code.iter().any(charges));
    let mut steps_of = |f: u32, turns: f64| {
        let before = world.steps;
        world.call(f, &[number(turns)]);
        world.steps - before
    };
    // The first call is behind the modules' statements.
    steps_of(straight, 1.0);
    let turn = i64::from(Op::IncJLtF.info().cost);
    let once = steps_of(loops, 1.0);
    assert_eq!(once - steps_of(straight, 1.0), turn);
    assert_eq!(steps_of(loops, 10.0) - once, 9 * turn);
}
