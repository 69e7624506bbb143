//! Entries started from outside of a context, and how they ended: one row each.
//!
//! A row is made by `run_entry`, and an entry of the context's activity names it; when that ends its outcome is put here and
//! stays until it is taken.
//! Invariants: a run's context is live (terminating it frees its runs); an outcome is written once; a row with `asker` has
//! a promise `owed` in that context. Starting an entry drops the context's outcomes but for the latest `OUTCOMES_KEPT_MAX`; those that
//! take more than its heap may, together with later ones, go as soon as another has ended.
//! Absent: what traces look like with names (`src/fault`), how values are copied (`systems/marshal`).

use crate::dump::{LoadError, Persist, Reader, Writer};
use crate::table::table;
use crate::tasks::LimitFault;
use crate::values::Value;

/// The outcomes that a context keeps when another entry is started; half as many more before the oldest go.
pub const OUTCOMES_KEPT_MAX: usize = 8;

/// UTF-16 units of a name or message of what was thrown that an outcome keeps; what is longer is cut.
pub const THROWN_UNITS_MAX: usize = 4_096;

/// Why a run failed.
#[derive(Clone, PartialEq, Debug)]
pub enum Cause {
    /// Something was thrown and not caught.
    Threw {
        /// The error's name; of what is no error, nothing.
        name: String,
        /// Its message; of what is no error, what would be printed for it.
        message: String,
    },
    /// A limit.
    Limit(LimitFault),
    /// The result is nothing that can cross, or an argument is not what the function takes.
    Marshal(String),
    /// The context ended first.
    Cancelled,
}

/// A failure and where it was.
#[derive(Clone, PartialEq, Debug)]
pub struct Failure {
    /// Why.
    pub cause: Cause,
    /// Function and pc, innermost first.
    pub trace: Vec<(u32, u32)>,
}

impl Failure {
    /// About what it takes in memory, in bytes.
    fn bytes(&self) -> usize {
        let text = match &self.cause {
            Cause::Threw { name, message } => name.len() + message.len(),
            Cause::Marshal(message) => message.len(),
            Cause::Limit(_) | Cause::Cancelled => 0,
        };
        size_of::<Failure>() + text + size_of_val(self.trace.as_slice())
    }

    /// A failure that happened in no function.
    pub fn without_trace(cause: Cause) -> Failure {
        Failure {
            cause,
            trace: Vec::new(),
        }
    }
}

/// How a run ended.
#[derive(Clone, PartialEq, Debug)]
pub enum RunOutcome {
    /// With a value.
    Returned(Value),
    /// Without.
    Failed(Box<Failure>),
}

table! {
    /// The runs of a runtime.
    Runs, RunRow, RunId "run" {
        /// The context, as bits.
        contexts: u64,
        /// The exported function; `NONE` for the modules themselves.
        functions: u32,
        /// The context that asked for it and owes a promise the answer, as bits; 0 for the embedder.
        askers: u64,
        /// It is a method that another context called on an object.
        is_method: bool,
        /// How it ended.
        outcomes: Option<RunOutcome>,
    }
}

impl RunOutcome {
    /// About what it takes in memory, in bytes.
    pub fn bytes(&self) -> usize {
        match self {
            RunOutcome::Returned(value) => value.bytes(),
            RunOutcome::Failed(failure) => failure.bytes(),
        }
    }

    /// Calls `look` with the value that was returned.
    pub fn value(&self, mut look: impl FnMut(&Value)) {
        if let RunOutcome::Returned(value) = self {
            look(value);
        }
    }
}

impl Persist for Cause {
    const BYTES_MIN: usize = 1;

    fn dump(&self, to: &mut Writer) {
        match self {
            Cause::Threw { name, message } => {
                to.pod(0u8);
                name.dump(to);
                message.dump(to);
            }
            Cause::Limit(fault) => {
                to.pod(1u8);
                fault.dump(to);
            }
            Cause::Marshal(message) => {
                to.pod(2u8);
                message.dump(to);
            }
            Cause::Cancelled => to.pod(3u8),
        }
    }

    fn load(from: &mut Reader) -> Result<Cause, LoadError> {
        Ok(match from.pod::<u8>()? {
            0 => Cause::Threw {
                name: String::load(from)?,
                message: String::load(from)?,
            },
            1 => Cause::Limit(LimitFault::load(from)?),
            2 => Cause::Marshal(String::load(from)?),
            3 => Cause::Cancelled,
            _ => return Err(LoadError::Invalid("a cause is one of four")),
        })
    }
}

impl Failure {
    /// Whether its trace names functions of a program that has so many.
    pub fn is_of(&self, functions: usize) -> bool {
        self.trace.iter().all(|(f, _)| (*f as usize) < functions)
    }
}

impl Persist for Failure {
    const BYTES_MIN: usize = 5;

    fn dump(&self, to: &mut Writer) {
        self.cause.dump(to);
        self.trace.dump(to);
    }

    fn load(from: &mut Reader) -> Result<Failure, LoadError> {
        Ok(Failure {
            cause: Cause::load(from)?,
            trace: Vec::load(from)?,
        })
    }
}

impl Persist for RunOutcome {
    const BYTES_MIN: usize = 2;

    fn dump(&self, to: &mut Writer) {
        match self {
            RunOutcome::Returned(value) => {
                to.pod(0u8);
                value.dump(to);
            }
            RunOutcome::Failed(failure) => {
                to.pod(1u8);
                failure.dump(to);
            }
        }
    }

    fn load(from: &mut Reader) -> Result<RunOutcome, LoadError> {
        Ok(match from.pod::<u8>()? {
            0 => RunOutcome::Returned(Value::load(from)?),
            1 => RunOutcome::Failed(Box::load(from)?),
            _ => return Err(LoadError::Invalid("a run returned or failed")),
        })
    }
}
