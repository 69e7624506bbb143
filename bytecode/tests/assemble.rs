//! What the assembler makes of labels, long functions and costly blocks, and that the verifier accepts it.

mod common;

use proptest::prelude::*;
use raya_bytecode::assemble::{AssembleError, Body, FunctionBuilder, FunctionSpec};
use raya_bytecode::isa::{Inst, Op};
use raya_bytecode::slot::Slot;
use raya_bytecode::verify::verify;

/// Verifies a body with the numeric locals f64, i32, bool and the reference local any.
fn verify_body(body: Body) {
    let mut sample = common::sample();
    let id = sample.builder.declare_function();
    let spec = FunctionSpec {
        name: "test",
        params: &[],
        ret: Slot::VOID,
        num_locals: &[Slot::F64, Slot::I32, Slot::BOOL],
        ref_locals: &[Slot::ANY],
        receiver: None,
        flags: 0,
    };
    sample.builder.define_function(id, &spec, body);
    verify(sample.finish()).unwrap_or_else(|e| panic!("{e}"));
}

fn op(inst: &Inst) -> Op {
    Op::from_u8(inst.op).expect("an opcode")
}

#[test]
fn a_loop() {
    let mut f = FunctionBuilder::new();
    f.emit_i32(Op::ConstI, 1, 0);
    let top = f.here();
    f.emit(Op::AddII, 1, 1, 1);
    f.branch(Op::JLtII, 1, 100, top);
    f.emit(Op::Ret, 0, 0, 0);
    let body = f.finish(3, 1).expect("assembles");
    let ops: Vec<(Op, u8)> = body.code.iter().map(|i| (op(i), i.cost)).collect();
    let expected = [
        (Op::ConstI, 0),
        (Op::Charge, 1),
        (Op::AddII, 0),
        (Op::JLtII, 2),
        (Op::Ret, 2),
    ];
    assert_eq!(ops, expected);
    assert_eq!(body.code[3].c as i16, -1);
    assert_eq!((body.num_temps, body.ref_temps), (0, 0));
    verify_body(body);
}

#[test]
fn a_jump_too_far_goes_by_a_longer_one() {
    let mut f = FunctionBuilder::new();
    let out = f.label();
    f.branch(Op::JTrue, 2, 0, out);
    for _ in 0..40_000 {
        f.emit(Op::NegF, 0, 0, 0);
    }
    f.bind(out);
    f.emit(Op::Ret, 0, 0, 0);
    let body = f.finish(3, 1).expect("assembles");
    assert_eq!(body.code[0].c, 2);
    assert_eq!((op(&body.code[1]), body.code[1].i32_bc()), (Op::Jmp, 2));
    let target = 2 + body.code[2].i32_bc() as usize;
    assert_eq!(target, body.code.len() - 1);
    verify_body(body);
}

#[test]
fn a_costly_block_is_split_where_no_temp_lives() {
    let mut f = FunctionBuilder::new();
    for _ in 0..300 {
        f.emit(Op::MovN, 3, 0, 0);
        f.emit(Op::NegF, 0, 3, 0);
    }
    f.emit(Op::Ret, 0, 0, 0);
    let body = f.finish(3, 1).expect("assembles");
    let charges = body.code.iter().filter(|i| op(i) == Op::Charge);
    assert_eq!(charges.count(), 2);
    verify_body(body);
}

#[test]
fn a_costly_block_without_such_a_place_is_refused() {
    let mut f = FunctionBuilder::new();
    f.emit(Op::MovN, 3, 0, 0);
    for _ in 0..300 {
        f.emit(Op::NegF, 3, 3, 0);
    }
    f.emit(Op::MovN, 0, 3, 0);
    f.emit(Op::Ret, 0, 0, 0);
    assert_eq!(
        f.finish(3, 1),
        Err(AssembleError::BlockTooCostly { start: 0 })
    );
}

#[test]
fn a_label_that_stands_nowhere_is_refused() {
    let mut f = FunctionBuilder::new();
    let nowhere = f.label();
    f.jump(nowhere);
    assert_eq!(f.finish(0, 0), Err(AssembleError::Unbound { label: 0 }));
    let mut f = FunctionBuilder::new();
    let end = f.label();
    f.jump(end);
    f.bind(end);
    assert_eq!(f.finish(0, 0), Err(AssembleError::Unbound { label: 0 }));
}

#[test]
fn handlers_stand_inner_ones_first() {
    let mut f = FunctionBuilder::new();
    let [a, b, c, d, catch] = std::array::from_fn(|_| f.label());
    f.bind(a);
    f.emit(Op::NegF, 0, 0, 0);
    f.bind(b);
    f.emit(Op::NegF, 0, 0, 0);
    f.bind(c);
    f.emit(Op::NegF, 0, 0, 0);
    f.bind(d);
    f.emit(Op::Ret, 0, 0, 0);
    f.bind(catch);
    f.emit(Op::Catch, 0, 0, 0);
    f.emit(Op::Ret, 0, 0, 0);
    f.handler(a, d, catch);
    f.handler(b, c, catch);
    f.handler(c, c, catch);
    let body = f.finish(3, 1).expect("assembles");
    let ranges: Vec<_> = body.handlers.iter().map(|h| (h.start, h.end)).collect();
    assert_eq!(ranges, [(1, 2), (0, 3)]);
    verify_body(body);
}

#[test]
fn lines_stay_with_their_instructions() {
    let mut f = FunctionBuilder::new();
    f.line(1, 1);
    f.line(2, 1);
    f.emit(Op::NegF, 0, 0, 0);
    f.line(2, 1);
    f.emit(Op::NegF, 0, 0, 0);
    f.line(3, 1);
    let top = f.here();
    f.jump(top);
    f.line(4, 1);
    let body = f.finish(3, 1).expect("assembles");
    let lines: Vec<_> = body.lines.iter().map(|l| (l.pc, l.line)).collect();
    // The jump stands behind a `Charge`.
    assert_eq!(lines, [(0, 2), (3, 3)]);
}

proptest! {
    /// Random jumps over random stretches assemble to code that verifies.
    #[test]
    fn any_jumps_verify(
        stretches in prop::collection::vec((0usize..400, any::<prop::sample::Index>(), any::<bool>()), 1..20),
    ) {
        let mut f = FunctionBuilder::new();
        let labels: Vec<_> = stretches.iter().map(|_| f.label()).collect();
        for ((length, target, conditional), label) in stretches.into_iter().zip(&labels) {
            f.bind(*label);
            for _ in 0..length {
                f.emit(Op::RemF, 3, 0, 0);
                f.emit(Op::PowF, 0, 3, 0);
            }
            let target = *target.get(&labels);
            if conditional {
                f.branch(Op::JLtF, 0, 0, target);
            } else {
                f.jump(target);
            }
        }
        f.emit(Op::Ret, 0, 0, 0);
        verify_body(f.finish(3, 1).expect("assembles"));
    }
}
