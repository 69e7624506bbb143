//! How an entry ended: read from its promise and the tasks behind it.
//!
//! Invariant: what is read depends on the context's rows alone. Absent: what is done with it (`entries`).

use crate::runtime::Runtime;
use raya_bytecode::image::{CLASS_ERROR, NONE};
use raya_bytecode::slot::UNDEFINED;
use raya_storages::heaps::{Heap, is_object};
use raya_storages::layout::{Kind, PROMISE_FULFILLED, PROMISE_PENDING, header_class};
use raya_storages::programs::Program;
use raya_storages::runs::{Cause, Failure, RunOutcome};
use raya_storages::tasks::{LimitFault, Outcome};
use raya_storages::values::Value;
use raya_systems::marshal;

/// State and value of a promise.
fn promise(heap: &Heap, promise: u32) -> (u8, u64, u32) {
    let state = heap.num(promise, 1);
    (state as u8 & 3, heap.num(promise, 2), (state >> 32) as u32)
}

impl Runtime {
    /// Whether a promise of a context has settled, or never will because the context has no steps left.
    pub(crate) fn is_settled(&self, row: usize, promise_ref: u32) -> bool {
        promise(&self.contexts.heaps[row], promise_ref).0 != PROMISE_PENDING
            || self.contexts.counters[row].steps >= self.contexts.limits[row].steps_max
    }

    /// The outcome of an entry on a function, whose promise has settled.
    pub(crate) fn outcome(&self, row: usize, promise_ref: u32, function: u32) -> RunOutcome {
        let (program, heap) = (self.program(row), &self.contexts.heaps[row]);
        let (state, num, reference) = promise(heap, promise_ref);
        if state == PROMISE_PENDING {
            // Only without steps left: nothing will ever settle it.
            let (steps, max) = (
                self.contexts.counters[row].steps,
                self.contexts.limits[row].steps_max,
            );
            let cause = Cause::Limit(LimitFault::Steps { steps, max });
            return RunOutcome::Failed(Box::new(Failure {
                cause,
                trace: Vec::new(),
            }));
        }
        if state != PROMISE_FULFILLED {
            return RunOutcome::Failed(Box::new(self.failure(row, num, reference)));
        }
        if function == NONE {
            return RunOutcome::Returned(Value::Undefined);
        }
        match marshal::copy_out(program, heap, (num, reference)) {
            Ok(value) => RunOutcome::Returned(value),
            Err(message) => {
                let cause = Cause::Marshal(message.to_string());
                RunOutcome::Failed(Box::new(Failure {
                    cause,
                    trace: Vec::new(),
                }))
            }
        }
    }

    /// Why a promise was rejected with a value: the task that failed with it tells more than the value does.
    fn failure(&self, row: usize, num: u64, reference: u32) -> Failure {
        let (program, heap) = (self.program(row), &self.contexts.heaps[row]);
        let activity = self.contexts.activities[row]
            .as_ref()
            .expect("an entry is watched");
        for (_, task) in activity.tasks.iter() {
            let is_source = task.promise != 0
                && promise(heap, task.promise).2 == reference
                && reference != UNDEFINED;
            match &task.outcome {
                Some(Outcome::Limit(fault, trace)) if is_source => {
                    return Failure {
                        cause: Cause::Limit(*fault),
                        trace: trace.clone(),
                    };
                }
                Some(Outcome::Threw(trace)) if is_source => {
                    return Failure {
                        cause: thrown(program, heap, num, reference),
                        trace: trace.clone(),
                    };
                }
                _ => {}
            }
        }
        Failure {
            cause: thrown(program, heap, num, reference),
            trace: Vec::new(),
        }
    }
}

/// A thrown value, by name and message if it is an error.
fn thrown(program: &Program, heap: &Heap, num: u64, reference: u32) -> Cause {
    if let Some((name, message)) = error_texts(program, heap, reference) {
        return Cause::Threw { name, message };
    }
    let message = match marshal::copy_out(program, heap, (num, reference)) {
        Ok(Value::Number(number)) => number.to_string(),
        Ok(Value::Bool(value)) => value.to_string(),
        Ok(Value::String(text)) => text,
        Ok(Value::Undefined) => "undefined".into(),
        Ok(Value::Null) => "null".into(),
        _ => "an object".into(),
    };
    Cause::Threw {
        name: String::new(),
        message,
    }
}

fn error_texts(program: &Program, heap: &Heap, reference: u32) -> Option<(String, String)> {
    let constants = &program.constants;
    if !is_object(reference) || heap.kind_of(constants, reference) != Kind::Object {
        return None;
    }
    let class = &program.classes[usize::from(header_class(heap.header(reference)))];
    if class.kind != CLASS_ERROR {
        return None;
    }
    let text = |name: &str| {
        let fields = &program.image.fields[class.fields.indices()];
        let field = fields.iter().find(|f| program.image.text(f.name) == name)?;
        let string = heap.half(reference, field.ref_offset);
        heap.is_string(constants, string)
            .then(|| heap.text(constants, string))
    };
    Some((
        text("name").unwrap_or_default(),
        text("message").unwrap_or_default(),
    ))
}
