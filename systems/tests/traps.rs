//! Every trap: what it says, that it is caught, and where it came from; limits, which are not caught.

mod common;

use common::{Source, World, number};
use raya_bytecode::assemble::{FieldSpec, FunctionBuilder};
use raya_bytecode::image::{CLASS_ERROR, DESC_UNKNOWN};
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;
use raya_storages::runs::{Cause, RunOutcome};
use raya_storages::tasks::LimitFault;
use raya_storages::values::Value;

const F: Slot = Slot::F64;
const I: Slot = Slot::I32;

/// A program whose function 1 runs `write` and gives what that throws; else undefined. Numeric locals: an f64, the
/// parameter as i32, an i32. Reference locals: any, `f64[]`, string.
fn trying(write: impl FnOnce(&mut FunctionBuilder)) -> World {
    let mut source = Source::new();
    let error = source.image.declare_class("Error", CLASS_ERROR, None);
    let desc = source.image.desc(DESC_UNKNOWN, 0, &[]);
    let fields = ["name", "message", "stack"].map(|name| FieldSpec {
        name: source.image.string(name),
        member: None,
        slot: Slot::STR,
        flags: 0,
        desc: Some(desc),
    });
    source.image.set_fields(error, &fields);
    source.entry.error = u32::from(error);
    source.image.file("main.ts");
    let f1 = source.image.declare_function();
    let locals = [I, F, I];
    source.define(
        f1,
        &[I],
        Slot::ANY,
        &locals,
        &[Slot::ANY, Slot::ARR_F64, Slot::STR],
        |f| {
            let [start, end, caught] = std::array::from_fn(|_| f.label());
            f.line(3, 7);
            f.bind(start);
            write(f);
            f.bind(end);
            if f.falls_through() {
                f.emit(Op::RetRef, 0, 0, 0);
            }
            f.bind(caught);
            f.emit(Op::Catch, 1, 0, 0);
            f.emit(Op::RetRef, 0, 0, 0);
            f.handler(start, end, caught);
        },
    );
    World::new(source.finish())
}

/// The name, message and stack of what was caught.
fn caught(world: &mut World, argument: f64) -> [String; 3] {
    let error = match world.call(1, &[number(argument)]) {
        RunOutcome::Returned(Value::Object(fields)) => fields,
        other => panic!("nothing was caught: {other:?}"),
    };
    ["name", "message", "stack"].map(|name| {
        let field = error.iter().find(|(n, _)| n == name);
        match field {
            Some((_, Value::String(text))) => text.clone(),
            other => panic!("{name} is {other:?}"),
        }
    })
}

fn zero_array(f: &mut FunctionBuilder) {
    f.emit(Op::NewArr, 1, Slot::ARR_F64.0, 2);
}

#[test]
fn every_trap_is_an_error_with_a_message_and_a_place() {
    type Write = fn(&mut FunctionBuilder);
    let cases: &[(Write, f64, &str, &str)] = &[
        (
            |f| f.emit(Op::Len, 2, 1, 0),
            0.0,
            "TypeError",
            "Cannot read properties of undefined or null",
        ),
        (
            |f| f.emit(Op::NonNull, 0, 0, 0),
            0.0,
            "TypeError",
            "Cannot read properties of undefined or null",
        ),
        (
            |f| {
                zero_array(f);
                f.emit(Op::MovR, 0, 1, 0);
                f.emit(Op::Cast, 2, 0, Slot::STR.0)
            },
            0.0,
            "TypeError",
            "Value is not of the type that the program says",
        ),
        (
            |f| {
                zero_array(f);
                f.emit(Op::ElemF, 1, 1, 0)
            },
            0.0,
            "RangeError",
            "Index out of range",
        ),
        (
            |f| {
                zero_array(f);
                f.emit(Op::SetElemF, 1, 0, 1)
            },
            1.0,
            "RangeError",
            "Index out of range",
        ),
        (
            |f| {
                zero_array(f);
                f.emit(Op::SetElemF, 1, 0, 1)
            },
            -1.0,
            "RangeError",
            "Index out of range",
        ),
        (
            |f| f.emit(Op::AddII, 2, 0, 1),
            2147483647.0,
            "RangeError",
            "Integer overflow",
        ),
        (
            |f| f.emit(Op::NegI, 2, 0, 0),
            -2147483648.0,
            "RangeError",
            "Integer overflow",
        ),
        (
            |f| f.emit(Op::RemI, 2, 0, 2),
            5.0,
            "RangeError",
            "Division by zero",
        ),
        (
            |f| f.emit(Op::NewArr, 1, Slot::ARR_F64.0, 0),
            -1.0,
            "RangeError",
            "Invalid array length",
        ),
        (
            |f| f.emit(Op::Trap, 4, 0, 0),
            0.0,
            "Error",
            "Cannot access a variable before initialization",
        ),
        (
            |f| f.emit(Op::Trap, 5, 0, 0),
            0.0,
            "TypeError",
            "Unreachable code was reached",
        ),
    ];
    for (write, argument, name, message) in cases {
        for zeal in [false, true] {
            let mut world = trying(write);
            world.zeal = zeal;
            let [n, m, stack] = caught(&mut world, *argument);
            assert_eq!((n.as_str(), m.as_str()), (*name, *message));
            assert_eq!(stack, format!("{name}: {message}\n    at f1 (main.ts:3:7)"));
        }
    }
}

#[test]
fn limits_are_not_caught() {
    // An array that is pushed to for ever.
    let mut world = trying(|f| {
        zero_array(f);
        let again = f.here();
        f.emit(Op::PushF, 1, 1, 0);
        f.jump(again);
    });
    world.limits.heap_bytes_max = 1 << 20;
    world.heap.collect_at_words = 4096;
    let fault = limit(world.call(1, &[number(0.0)]));
    assert!(matches!(fault, LimitFault::Heap { max, .. } if max == 1 << 20));
    assert!(world.heap.bytes_used() <= (1 << 20) + 4096);

    // Recursion without end.
    let mut source = Source::new();
    let f1 = source.image.declare_function();
    source.define(f1, &[F], F, &[F], &[], |f| {
        f.emit(Op::MovN, 1, 0, 0);
        f.call(Op::Call, [0, 0, f1 as u16], None, 1, 0);
        f.emit(Op::RetF, 0, 0, 0);
    });
    let mut world = World::new(source.finish());
    let (frames, max) = (10_001, 10_000);
    let fault = limit(world.call(1, &[number(1.0)]));
    assert_eq!(fault, LimitFault::Stack { frames, max });
}

fn limit(outcome: RunOutcome) -> LimitFault {
    match outcome {
        RunOutcome::Failed(failure) => match failure.cause {
            Cause::Limit(fault) => fault,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}
