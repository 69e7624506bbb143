//! The programs that the benches run, written by hand as the compiler should write them.

use crate::common::Source;
use raya_bytecode::assemble::FunctionBuilder;
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;
use raya_storages::programs::Program;
use std::sync::Arc;

const F: Slot = Slot::F64;
const I: Slot = Slot::I32;

/// `fib(n)`; function 1.
pub fn fib() -> Arc<Program> {
    let mut source = Source::new();
    let fib = source.image.declare_function();
    source.define(fib, &[F], F, &[F, F, F], &[], |f| {
        let more = f.label();
        f.branch(Op::JNLtFI, 0, 2, more);
        f.emit(Op::RetF, 0, 0, 0);
        f.bind(more);
        f.emit(Op::SubFI, 3, 0, 1);
        f.call(Op::Call, [1, 0, fib as u16], None, 1, 0);
        f.emit(Op::SubFI, 3, 0, 2);
        f.call(Op::Call, [2, 0, fib as u16], None, 1, 0);
        f.emit(Op::AddF, 1, 1, 2);
        f.emit(Op::RetF, 1, 0, 0);
    });
    source.finish()
}

/// How many primes are below n; function 1.
pub fn sieve() -> Arc<Program> {
    let mut source = Source::new();
    let sieve = source.image.declare_function();
    let (n, i, j, count, yes, t) = (0, 1, 2, 3, 4, 5);
    source.define(
        sieve,
        &[I],
        I,
        &[I, I, I, I, Slot::BOOL, Slot::BOOL],
        &[Slot::ARR_BOOL],
        |f: &mut FunctionBuilder| {
            let [outer, inner, next, done] = std::array::from_fn(|_| f.label());
            f.emit(Op::NewArr, 0, Slot::ARR_BOOL.0, n);
            f.emit(Op::ConstZ, yes, 1, 0);
            f.emit_i32(Op::ConstI, i, 2);
            f.emit_i32(Op::ConstI, count, 0);
            f.bind(outer);
            f.branch(Op::JLeI, n, i, done);
            f.emit(Op::ElemZ, t, 0, i);
            f.branch(Op::JTrue, t, 0, next);
            f.emit(Op::AddWI, count, count, 1);
            f.emit(Op::AddW, j, i, i);
            f.branch(Op::JLeI, n, j, next);
            f.bind(inner);
            f.emit(Op::SetElemZ, 0, j, yes);
            f.emit(Op::AddW, j, j, i);
            f.branch(Op::JLtI, j, n, inner);
            f.bind(next);
            f.emit(Op::AddWI, i, i, 1);
            f.jump(outer);
            f.bind(done);
            f.emit(Op::RetF, count, 0, 0);
        },
    );
    source.finish()
}
