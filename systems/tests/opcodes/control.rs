//! Jumps, calls, tasks and errors.

use super::Case::{Code, Jumps, NeverRun};
use super::*;

/// Calls `op` with the first argument in the window; what it gives is in `X`, or `U`.
fn call(w: &mut Writer<'_>, op: Op, result: [u16; 2], what: u16, ext: Option<u16>, refs: u16) {
    w.emit(Op::MovN, NUM_TEMP, A, 0);
    w.f.call(op, [result[0], result[1], what], ext, 1, refs);
}

/// A digit for whether the jump is taken for undefined, null and an object.
fn nullish(w: &mut Writer<'_>, op: Op) {
    w.point(O, A);
    for tag in [0, 1] {
        w.emit(Op::Tag, U, tag, 0);
        w.digit(op, U, 0);
    }
    w.digit(op, O, 0);
}

/// A digit for each of the flags `[false, true]` and what is beside them.
fn flags(w: &mut Writer<'_>, op: Op) {
    w.array(ZS, Slot::ARR_BOOL, 2);
    w.emit(Op::ConstZ, Q, 1, 0);
    w.emit(Op::ConstI, K, 1, 0);
    w.emit(Op::SetElemZ, ZS, K, Q);
    for index in -1..3 {
        if op == Op::JElemZ {
            w.f.emit_i32(Op::ConstI, K, index);
            w.digit(op, ZS, K);
        } else {
            w.f.emit_i32(Op::ConstFI, Y, index);
            w.digit(op, ZS, Y);
        }
    }
}

/// A digit for an object and itself, and one for it and another.
fn same(w: &mut Writer<'_>, op: Op) {
    w.point(O, A);
    w.point(N, A);
    w.digit(op, O, O);
    w.digit(op, O, N);
}

pub const CASES: Cases = &[
    (
        Op::Jmp,
        Code(
            |w| {
                let end = w.label();
                w.f.emit_i32(Op::ConstFI, X, 5);
                w.f.jump(end);
                w.f.emit_i32(Op::ConstFI, X, 9);
                w.f.bind(end);
            },
            |_| Some(5.0),
        ),
    ),
    (
        // What it charges has a test of its own.
        Op::Charge,
        Code(
            |w| {
                w.f.emit_i32(Op::ConstFI, Y, 6);
                let top = w.f.here();
                w.emit(Op::AddFI, X, X, 2);
                w.f.branch(Op::JLtF, X, Y, top);
            },
            |_| Some(6.0),
        ),
    ),
    (Op::JTrue, Jumps(|a, _| a == 1.0)),
    (Op::JFalse, Jumps(|a, _| a == 0.0)),
    (Op::JLtF, Jumps(|a, b| a < b)),
    (Op::JLeF, Jumps(|a, b| a <= b)),
    (Op::JEqF, Jumps(|a, b| a == b)),
    (Op::JNLtF, Jumps(|a, b| a.is_nan() || b.is_nan() || a >= b)),
    (Op::JNLeF, Jumps(|a, b| a.is_nan() || b.is_nan() || a > b)),
    (Op::JNeF, Jumps(|a, b| a != b)),
    (Op::JLtFI, Jumps(|a, b| a < b)),
    (Op::JLeFI, Jumps(|a, b| a <= b)),
    (Op::JGtFI, Jumps(|a, b| a > b)),
    (Op::JGeFI, Jumps(|a, b| a >= b)),
    (Op::JEqFI, Jumps(|a, b| a == b)),
    (Op::JNLtFI, Jumps(|a, b| a.is_nan() || a >= b)),
    (Op::JNLeFI, Jumps(|a, b| a.is_nan() || a > b)),
    (Op::JNGtFI, Jumps(|a, b| a.is_nan() || a <= b)),
    (Op::JNGeFI, Jumps(|a, b| a.is_nan() || a < b)),
    (Op::JNeFI, Jumps(|a, b| a != b)),
    (Op::JLtI, Jumps(|a, b| a < b)),
    (Op::JLeI, Jumps(|a, b| a <= b)),
    (Op::JEqI, Jumps(|a, b| a == b)),
    (Op::JNeI, Jumps(|a, b| a != b)),
    (Op::JLtII, Jumps(|a, b| a < b)),
    (Op::JLeII, Jumps(|a, b| a <= b)),
    (Op::JGtII, Jumps(|a, b| a > b)),
    (Op::JGeII, Jumps(|a, b| a >= b)),
    (Op::JEqII, Jumps(|a, b| a == b)),
    (Op::JNeII, Jumps(|a, b| a != b)),
    (Op::JEqR, Code(|w| same(w, Op::JEqR), |_| Some(2.0))),
    (Op::JNeR, Code(|w| same(w, Op::JNeR), |_| Some(1.0))),
    (
        Op::JTag,
        Code(
            |w| {
                w.emit(Op::Tag, U, 3, 0);
                (0..4).for_each(|tag| w.digit(Op::JTag, U, tag));
            },
            |_| Some(1.0),
        ),
    ),
    (
        Op::JNTag,
        Code(
            |w| {
                w.emit(Op::Tag, U, 3, 0);
                (0..4).for_each(|tag| w.digit(Op::JNTag, U, tag));
            },
            |_| Some(14.0),
        ),
    ),
    (
        Op::JNullish,
        Code(|w| nullish(w, Op::JNullish), |_| Some(6.0)),
    ),
    (
        Op::JNNullish,
        Code(|w| nullish(w, Op::JNNullish), |_| Some(1.0)),
    ),
    (
        Op::JInBounds,
        Code(
            |w| {
                w.array(FS, Slot::ARR_F64, 2);
                for index in -1..3 {
                    w.f.emit_i32(Op::ConstI, K, index);
                    w.digit(Op::JInBounds, FS, K);
                }
            },
            |_| Some(6.0),
        ),
    ),
    (Op::JElemZ, Code(|w| flags(w, Op::JElemZ), |_| Some(2.0))),
    (Op::JElemXZ, Code(|w| flags(w, Op::JElemXZ), |_| Some(2.0))),
    (Op::IncJLtF, Jumps(|a, b| a + 1.0 < b)),
    (Op::IncJLeF, Jumps(|a, b| a + 1.0 <= b)),
    (
        Op::IncJLtI,
        Jumps(|a, b| (a as i32).wrapping_add(1) < b as i32),
    ),
    (
        Op::IncJLtLen,
        Code(
            |w| {
                w.array(FS, Slot::ARR_F64, 3);
                w.emit(Op::ConstI, K, 0, 0);
                w.cut();
                let top = w.f.here();
                w.emit(Op::AddFI, X, X, 1);
                w.f.branch(Op::IncJLtLen, FS, K, top);
            },
            |_| Some(3.0),
        ),
    ),
    (
        Op::Call,
        Code(
            |w| call(w, Op::Call, [X, 0], w.ids.double, None, 0),
            |[a, ..]| Some(a + a),
        ),
    ),
    (
        Op::CallClosure,
        Code(
            |w| {
                w.emit(Op::New, REF_TEMP, w.ids.closure, 0);
                call(w, Op::CallClosure, [X, 0], w.ids.sig, None, 1);
            },
            |[a, ..]| Some(a + a),
        ),
    ),
    (
        Op::CallMember,
        Code(
            |w| {
                w.emit(Op::New, REF_TEMP, w.ids.point, 0);
                call(
                    w,
                    Op::CallMember,
                    [X, 0],
                    w.ids.member_double,
                    Some(w.ids.sig),
                    1,
                );
            },
            |[a, ..]| Some(a + a),
        ),
    ),
    (
        Op::CallHost,
        Code(
            |w| call(w, Op::CallHost, [X, 0], w.ids.host, None, 0),
            |[a, ..]| Some(a + a),
        ),
    ),
    (
        Op::CallBuiltin,
        Code(
            |w| {
                w.emit(Op::ConstS, REF_TEMP, w.ids.digits, 0);
                w.f.call(
                    Op::CallBuiltin,
                    [X, 0, Builtin::StrToNum as u16],
                    None,
                    0,
                    1,
                );
            },
            |_| Some(42.0),
        ),
    ),
    (
        Op::Spawn,
        Code(
            |w| {
                w.emit(Op::MovN, NUM_TEMP, A, 0);
                w.f.call(Op::Spawn, [U, 0, w.ids.body], None, 1, 0);
                w.emit(Op::GlobalN, X, w.ids.count, 0);
            },
            |[a, ..]| Some(a),
        ),
    ),
    (
        Op::Ret,
        Code(
            |w| {
                call(w, Op::Call, [0, 0], w.ids.nothing, None, 0);
                w.emit(Op::GlobalN, X, w.ids.count, 0);
            },
            |[a, ..]| Some(a),
        ),
    ),
    (
        Op::RetF,
        Code(
            |w| call(w, Op::Call, [X, 0], w.ids.double, None, 0),
            |[a, ..]| Some(a + a),
        ),
    ),
    (
        Op::RetRef,
        Code(
            |w| {
                w.f.call(Op::Call, [0, S, w.ids.name], None, 0, 0);
                w.emit(Op::ConstI, K, 0, 0);
                w.emit(Op::CharCode, X, S, K);
            },
            |_| Some(98.0),
        ),
    ),
    (
        Op::RetM,
        Code(
            |w| {
                call(w, Op::Call, [Y, U], w.ids.mixed, None, 0);
                // The tag says what the number is.
                w.digit(Op::JTag, U, 2);
                w.emit(Op::MulF, X, X, Y);
            },
            |[a, ..]| Some(a),
        ),
    ),
    (
        // The waiter goes on once the function under test is over.
        Op::Await,
        Code(
            |w| {
                w.emit(Op::MovN, NUM_TEMP, A, 0);
                w.f.call(Op::Spawn, [U, 0, w.ids.waiter], None, 1, 0);
            },
            |[a, ..]| Some(a),
        ),
    ),
    (Op::Throw, Code(thrown_and_caught, |[a, ..]| Some(a))),
    (Op::Catch, Code(thrown_and_caught, |[a, ..]| Some(a))),
    (
        Op::Throw,
        Code(
            |w| {
                w.emit(Op::Tag, U, 2, 0);
                w.emit(Op::Throw, A, U, 0);
            },
            |_| None,
        ),
    ),
    // What it throws, `systems/tests/traps.rs` says.
    (Op::Trap, Code(|w| w.emit(Op::Trap, 5, 0, 0), |_| None)),
    (Op::Ext, NeverRun),
];

fn thrown_and_caught(w: &mut Writer<'_>) {
    let [start, end, caught] = [w.label(), w.label(), w.label()];
    w.f.bind(start);
    w.emit(Op::Tag, U, 2, 0);
    w.emit(Op::Throw, A, U, 0);
    w.f.bind(end);
    w.f.bind(caught);
    w.emit(Op::Catch, Y, V, 0);
    w.digit(Op::JTag, V, 2);
    w.emit(Op::MulF, X, X, Y);
    w.f.handler(start, end, caught);
}
