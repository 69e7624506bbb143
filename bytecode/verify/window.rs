//! Calls: what the window must hold, and what the callee gives.

use super::code::{Results, Step, expect};
use super::error::{Problem, rule};
use super::functions::params;
use super::rules::{reference, value};
use super::types::{num_half, ref_half};
use crate::builtins::Builtin;
use crate::image::{FUNCTION_ASYNC, Sig};
use crate::isa::{Bank, Op};
use crate::slot::Slot;

/// Checks a call against its callee or signature.
pub fn check(step: &Step<'_, '_>) -> Result<Results, Problem> {
    let image = step.image;
    match step.op {
        Op::Call | Op::Spawn => function(step),
        Op::CallHost => {
            let import = &image.imports[usize::from(step.inst.c)];
            arguments(step, &image.slots[import.params.indices()])?;
            Ok(value(import.ret))
        }
        Op::CallBuiltin => {
            let info = Builtin::from_u16(step.inst.c)
                .ok_or(Problem::Rule("no such built-in"))?
                .info();
            arguments(step, info.params)?;
            Ok(value(info.ret))
        }
        Op::CallClosure => {
            let sig = &image.sigs[usize::from(step.inst.c)];
            dynamic(step, sig, Slot::FUNC)
        }
        _ => {
            let sig = step.ext.map_or(0, |ext| ext.a);
            dynamic(step, &image.sigs[usize::from(sig)], Slot::OBJECT)
        }
    }
}

fn function(step: &Step<'_, '_>) -> Result<Results, Problem> {
    let callee = &step.image.functions[usize::from(step.inst.c)];
    let is_async = callee.flags & FUNCTION_ASYNC != 0;
    let spawn = step.op == Op::Spawn;
    rule(
        is_async == spawn,
        "async bodies are spawned, other functions called",
    )?;
    arguments(step, params(step.image, callee))?;
    Ok(if spawn {
        reference(Slot::PROMISE)
    } else {
        value(callee.ret)
    })
}

/// A call as a signature says; the receiver is its first parameter.
fn dynamic(step: &Step<'_, '_>, sig: &Sig, receiver: Slot) -> Result<Results, Problem> {
    let kinds = &step.image.sig_params[sig.params.indices()];
    rule(
        kinds.first() == Some(&Slot::ANY),
        "the signature's first parameter must be the receiver",
    )?;
    arguments(step, kinds)?;
    let found = window_temp(step, Bank::Ref, 0)?;
    step.assign('w', found, receiver)?;
    Ok(value(sig.ret))
}

/// The first temps of each bank must hold the parameters.
fn arguments(step: &Step<'_, '_>, params: &[Slot]) -> Result<(), Problem> {
    let (mut nums, mut refs) = (0, 0);
    for &param in params {
        if let Some(kind) = num_half(param) {
            let found = window_temp(step, Bank::Num, nums)?;
            expect('w', param == Slot::MIXED || found == kind, found, kind)?;
            nums += 1;
        }
        if let Some(slot) = ref_half(param) {
            let found = window_temp(step, Bank::Ref, refs)?;
            step.assign('w', found, slot)?;
            refs += 1;
        }
    }
    Ok(())
}

fn window_temp(step: &Step<'_, '_>, bank: Bank, index: usize) -> Result<Slot, Problem> {
    step.frame.temp(bank, index).ok_or(Problem::DeadTemp {
        operand: 'w',
        register: (step.frame.locals(bank) + index) as u16,
    })
}
