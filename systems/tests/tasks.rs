//! Tasks: the order of microtasks is JavaScript's, with any fuel and with a collection before every allocation.

mod common;

use common::{Source, World};
use raya_bytecode::assemble::{FieldSpec, FunctionBuilder};
use raya_bytecode::image::{DESC_UNKNOWN, FUNCTION_ASYNC};
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;
use raya_storages::programs::Program;
use std::sync::Arc;

const F: Slot = Slot::F64;
const ANY: Slot = Slot::ANY;

/// What Node prints for the program below.
const ORDER: &[f64] = &[
    10.0, 20.0, 0.0, 99.0, 21.0, 30.0, 40.0, 1.0, 47.0, 2.0, 3.0, 11.0, 4.0, 5.0, 6.0, 7.0,
];

/// `log(n)` pushes to the global array.
fn define_log(source: &mut Source, log: u32, log_field: u16) {
    source.define(log, &[F], Slot::VOID, &[F], &[Slot::ARR_F64], |f| {
        f.emit(Op::GlobalR, 0, log_field, 0);
        f.emit(Op::PushF, 0, 0, 0);
        f.emit(Op::Ret, 0, 0, 0);
    });
}

/// Calls `log` with a constant; numeric temps begin at `temp`.
fn say(f: &mut FunctionBuilder, log: u32, temp: u16, value: i32) {
    f.emit_i32(Op::ConstFI, temp, value);
    f.call(Op::Call, [0, 0, log as u16], None, 1, 0);
}

/// `await undefined` in a function whose locals begin with a number and a reference.
fn pause(f: &mut FunctionBuilder) {
    f.emit(Op::Tag, 0, 0, 0);
    f.emit_ext(Op::Await, [0, 0, 0], [0, 0, 0]);
}

fn program() -> (Arc<Program>, u16) {
    let mut source = Source::new();
    let globals = source.entry.globals as u16;
    let name = source.image.string("log");
    let desc = source.image.desc(DESC_UNKNOWN, 0, &[]);
    let field = FieldSpec {
        name,
        member: None,
        slot: Slot::ARR_F64,
        flags: 0,
        desc: Some(desc),
    };
    source.image.set_fields(globals, &[field]);
    let log_field = source.image.fields(globals)[0].ref_offset;
    let [main, log, r, q, p, other, thrower, catcher] =
        std::array::from_fn(|_| source.image.declare_function());
    define_log(&mut source, log, log_field);
    let mut body = |id: u32, write: &dyn Fn(&mut FunctionBuilder)| {
        source.define_flagged(id, &[], ANY, &[F, F], &[ANY], FUNCTION_ASYNC, |f| write(f));
    };
    body(r, &|f| {
        say(f, log, 2, 30);
        f.emit(Op::RetRef, 0, 0, 0);
    });
    body(q, &|f| {
        say(f, log, 2, 20);
        pause(f);
        say(f, log, 2, 21);
        f.call(Op::Spawn, [0, 0, r as u16], None, 0, 0);
        f.emit(Op::RetRef, 0, 0, 0);
    });
    body(p, &|f| {
        say(f, log, 2, 10);
        f.call(Op::Spawn, [0, 0, q as u16], None, 0, 0);
        f.emit_ext(Op::Await, [0, 0, 0], [0, 0, 0]);
        say(f, log, 2, 11);
        f.emit(Op::RetRef, 0, 0, 0);
    });
    body(other, &|f| {
        f.emit_i32(Op::ConstFI, 1, 0);
        let again = f.here();
        f.emit(Op::MovN, 2, 1, 0);
        f.call(Op::Call, [0, 0, log as u16], None, 1, 0);
        pause(f);
        f.emit(Op::AddFI, 1, 1, 1);
        f.branch(Op::JLtFI, 1, 8, again);
        f.emit(Op::RetRef, 0, 0, 0);
    });
    body(thrower, &|f| {
        pause(f);
        say(f, log, 2, 40);
        f.emit_i32(Op::ConstFI, 0, 7);
        f.emit(Op::Tag, 0, 2, 0);
        f.emit(Op::Throw, 0, 0, 0);
    });
    body(catcher, &|f| {
        let [start, end, caught] = std::array::from_fn(|_| f.label());
        f.bind(start);
        f.call(Op::Spawn, [0, 0, thrower as u16], None, 0, 0);
        f.emit_ext(Op::Await, [0, 0, 0], [0, 0, 0]);
        say(f, log, 2, -1);
        f.bind(end);
        f.emit(Op::RetRef, 0, 0, 0);
        f.bind(caught);
        f.emit(Op::Catch, 0, 0, 0);
        f.emit(Op::AddFI, 2, 0, 40);
        f.call(Op::Call, [0, 0, log as u16], None, 1, 0);
        f.emit(Op::RetRef, 0, 0, 0);
        f.handler(start, end, caught);
    });
    source.define(main, &[], Slot::VOID, &[F], &[ANY, Slot::ARR_F64], |f| {
        f.emit_i32(Op::ConstI, 1, 0);
        f.emit(Op::NewArr, 1, Slot::ARR_F64.0, 1);
        f.emit(Op::SetGlobalR, log_field, 1, 0);
        for task in [p, catcher, other] {
            f.call(Op::Spawn, [0, 0, task as u16], None, 0, 0);
        }
        say(f, log, 1, 99);
        f.emit(Op::Ret, 0, 0, 0);
    });
    (source.finish(), log_field)
}

fn order(world: &World, log_field: u16) -> Vec<f64> {
    world.numbers(world.heap.half(world.heap.globals, log_field))
}

#[test]
fn microtasks_run_in_javascripts_order() {
    let (program, log_field) = program();
    let mut whole = World::new(program.clone());
    whole.start(1, &[]);
    whole.run(1 << 40);
    assert_eq!(order(&whole, log_field), ORDER);
    let mut sliced = World::new(program.clone());
    sliced.start(1, &[]);
    sliced.run(1);
    assert_eq!(sliced.heap, whole.heap);
    assert_eq!(sliced.outcome(), whole.outcome());
    assert!(!sliced.activity.is_runnable() && !whole.activity.is_runnable());
    assert_eq!(sliced.steps, whole.steps);
    for fuel in [1, 1 << 40] {
        let mut zealous = World::new(program.clone());
        zealous.zeal = true;
        zealous.start(1, &[]);
        zealous.run(fuel);
        assert!(zealous.collections > 5);
        assert_eq!(order(&zealous, log_field), ORDER);
    }
}
