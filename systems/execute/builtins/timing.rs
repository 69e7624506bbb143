//! Promises, sleep and stack traces.

use super::{Outcome, Window, float, nothing, reference};
use crate::execute::machine::Machine;
use crate::execute::tasks::Settled;
use raya_bytecode::image::{CLASS_ERROR, NONE};
use raya_storages::layout::{PROMISE_FULFILLED, PROMISE_HANDLED, PROMISE_REJECTED, PROMISE_WORDS};
use raya_storages::timers::ELAPSED_MS_MAX;

/// Words that the error of a promise resolved with itself takes at most.
const CYCLE_WORDS: u64 = 512;

pub(super) fn promise_new(m: &mut Machine<'_>) -> Outcome {
    m.reserve(u64::from(PROMISE_WORDS))?;
    reference(m.take_promise())
}

pub(super) fn promise_resolve(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let promise = w.r(0)?;
    let value = w.mixed(0, 1);
    if value.1 == promise {
        m.reserve(CYCLE_WORDS)?;
    }
    m.settle(promise, Settled::Resolved(value));
    nothing()
}

pub(super) fn promise_reject(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    m.settle(w.r(0)?, Settled::Rejected(w.mixed(0, 1)));
    nothing()
}

/// What has become of a promise and of who waited for it, as a number that `BUILTIN_INFO` explains.
pub(super) fn promise_probe(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let words = m.words(w.r(0)?);
    let (flags, has_waiters) = (words[1] as u8, words[3] != 0);
    float(match flags & 3 {
        PROMISE_FULFILLED => 3.0,
        PROMISE_REJECTED => 4.0,
        _ if has_waiters => 1.0,
        _ if flags & PROMISE_HANDLED != 0 => 2.0,
        _ => 0.0,
    })
}

pub(super) fn sleep(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    m.reserve(u64::from(PROMISE_WORDS))?;
    let promise = m.take_promise();
    let due = m.now_ms + w.f(0).clamp(0.0, ELAPSED_MS_MAX).max(0.0);
    m.activity.timers.insert(due, promise);
    reference(promise)
}

/// The frames of the task without those that are making the error.
pub(super) fn stack_trace(m: &mut Machine<'_>) -> Outcome {
    let trace = m.trace(true);
    let makes_error = |function: u32| {
        let receiver = m.program.image.functions[function as usize].receiver;
        receiver != NONE && m.program.classes[receiver as usize].kind == CLASS_ERROR
    };
    let skipped = trace
        .iter()
        .take_while(|(function, _)| makes_error(*function))
        .count();
    m.pay(16 * (trace.len() - skipped) as u64);
    let text = m.stack_text(&trace[skipped..]);
    reference(m.new_text(text.trim_start_matches('\n'))?)
}
