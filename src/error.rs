//! What can go wrong for an embedder: one small error, each variant named and with its numbers.
//!
//! Invariants: an error fits three words (there is a test), so results stay cheap; what needs text is boxed. Kept apart
//! from it: a guest's fault that nobody asked for (in its run's row), a pause (no error at all), a bug of ours (an assertion).
//! Absent: how errors are printed with source lines (the command line does).

use crate::TaskId;
use crate::fault::Fault;
use raya_storages::contexts::ContextId;
use std::fmt;

/// What went wrong.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VmError {
    /// The context was terminated, or never existed.
    #[error("there is no context {0}")]
    ContextNotFound(ContextId),
    /// The task's outcome was taken, dropped with its context, or it never existed.
    #[error("there is no task {0}")]
    TaskNotFound(TaskId),
    /// The context has no program yet.
    #[error("no program is loaded in {0}")]
    NoProgram(ContextId),
    /// The context has a program already.
    #[error("{0} has a program already")]
    AlreadyLoaded(ContextId),
    /// The program exports no function of this name.
    #[error("no function `{0}` is exported")]
    FunctionNotFound(Box<str>),
    /// The program exports the function with another type.
    #[error(transparent)]
    FunctionMismatch(Box<FunctionMismatch>),
    /// A typed function was called in a context with another program than it is of.
    #[error("{0} has another program than the function is of")]
    OtherProgram(ContextId),
    /// The program imports what the context was not granted.
    #[error(transparent)]
    CapabilityNotFound(Box<CapabilityNotFound>),
    /// The program imports a function with another type than it has.
    #[error(transparent)]
    SignatureMismatch(Box<SignatureMismatch>),
    /// The bytes are no valid program.
    #[error("invalid binary: {0}")]
    InvalidBinary(Box<str>),
    /// A file or the program loader failed.
    #[error("{0}")]
    NotLoaded(Box<str>),
    /// The heap limit.
    #[error("heap limit exceeded: {used} of {max} bytes")]
    HeapLimitExceeded {
        /// Bytes in use, with what was asked for.
        used: u64,
        /// The limit.
        max: u64,
    },
    /// The task limit.
    #[error("task limit exceeded: {count} of {max} tasks")]
    TaskLimitExceeded {
        /// How many there would be.
        count: u32,
        /// The limit.
        max: u32,
    },
    /// The step budget.
    #[error("step budget exceeded: {steps} of {max} steps")]
    StepBudgetExceeded {
        /// Steps taken.
        steps: u64,
        /// The limit.
        max: u64,
    },
    /// The depth of a stack.
    #[error("stack limit exceeded: {frames} of {max} frames")]
    StackLimitExceeded {
        /// How many there would be.
        frames: u32,
        /// The limit.
        max: u32,
    },
    /// The program threw, and nobody caught it.
    #[error(transparent)]
    Guest(Box<Fault>),
    /// A value can't cross.
    #[error("{0}")]
    Marshal(Box<str>),
    /// An option has a value that it can't have.
    #[error(transparent)]
    InvalidOption(Box<InvalidOption>),
    /// `call` can't give a result now: the function waits for time or for another context. The task goes on.
    #[error("task {0} waits for something that a call can't give it")]
    Pending(TaskId),
    /// The task was cancelled.
    #[error("the task was cancelled")]
    Cancelled,
    /// The context ended, and with it what was waited for.
    #[error("the context {0} ended")]
    ContextEnded(Box<str>),
    /// Bytes that claim to be a dump are none, or capabilities that it needs are missing.
    #[error("invalid dump: {0}")]
    InvalidDump(Box<str>),
}

/// See [`VmError::FunctionMismatch`].
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the function `{function}` is exported as `{declared}`, not as `{wanted}`")]
pub struct FunctionMismatch {
    /// The function.
    pub function: String,
    /// The type that the program exports.
    pub declared: String,
    /// The type that the host asked for.
    pub wanted: String,
}

/// See [`VmError::CapabilityNotFound`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CapabilityNotFound {
    /// The capability.
    pub capability: String,
    /// The function that is imported from it.
    pub function: String,
    /// The file that imports it.
    pub file: String,
    /// The line of the import.
    pub line: u32,
    /// Whether the capability is there and only lacks the function.
    pub granted: bool,
}

impl fmt::Display for CapabilityNotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            capability,
            function,
            file,
            line,
            granted,
        } = self;
        if *granted {
            write!(
                f,
                "{file}:{line}: the capability `{capability}` has no function `{function}`"
            )
        } else {
            write!(
                f,
                "{file}:{line}: the capability `{capability}` (for `{function}`) was not granted"
            )
        }
    }
}

impl std::error::Error for CapabilityNotFound {}

/// See [`VmError::SignatureMismatch`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignatureMismatch {
    /// The capability.
    pub capability: String,
    /// The function.
    pub function: String,
    /// The file that imports it.
    pub file: String,
    /// The line of the import.
    pub line: u32,
    /// The type the program declares.
    pub declared: String,
    /// The type the host gives it.
    pub provided: String,
}

impl fmt::Display for SignatureMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            capability,
            function,
            file,
            line,
            declared,
            provided,
        } = self;
        write!(
            f,
            "{file}:{line}: `{function}` of the capability `{capability}` is declared as `{declared}`, but is `{provided}`"
        )
    }
}

impl std::error::Error for SignatureMismatch {}

/// See [`VmError::InvalidOption`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InvalidOption {
    /// The field.
    pub field: &'static str,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for InvalidOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid option `{}`: {}", self.field, self.message)
    }
}

impl std::error::Error for InvalidOption {}

impl VmError {
    /// An error that names the option at fault.
    pub(crate) fn option(field: &'static str, message: impl Into<String>) -> VmError {
        let message = message.into();
        VmError::InvalidOption(Box::new(InvalidOption { field, message }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_fits_three_words() {
        assert!(size_of::<VmError>() <= 24);
    }
}
