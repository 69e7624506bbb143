//! A guest's failure as an embedder reads it: what was thrown, and where by file and line.
//!
//! Invariant: made from a run's row and the program's source map, never from running anything.
//! Absent: how a failure came about (`systems/execute`).

use crate::error::VmError;
use raya_bytecode::image::Image;
use raya_storages::runs::{Cause, Failure};
use raya_storages::tasks::LimitFault;
use std::fmt;

/// The name of the error that a cancelled task is for whoever awaits it.
pub(crate) const CANCELLED_ERROR: &str = "CancelledError";

/// What a program threw, or the limit that it met, with its stack.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The context's name.
    pub context: String,
    /// The error's name, `TypeError` for one; of what is no error, nothing.
    pub name: String,
    /// Its message; of what is no error, what would be printed for it.
    pub message: String,
    /// Where it was thrown, innermost first.
    pub trace: Vec<TraceFrame>,
}

/// A line of a stack trace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TraceFrame {
    /// The function.
    pub function: String,
    /// The source file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.name.as_str(), self.message.as_str()) {
            ("", message) => write!(f, "Uncaught {message}")?,
            (name, "") => f.write_str(name)?,
            (name, message) => write!(f, "{name}: {message}")?,
        }
        for TraceFrame {
            function,
            file,
            line,
            column,
        } in &self.trace
        {
            write!(f, "\n    at {function} ({file}:{line}:{column})")?;
        }
        if !self.context.is_empty() {
            write!(f, "\n    in {}", self.context)?;
        }
        Ok(())
    }
}

impl std::error::Error for Fault {}

/// Where a pc of a function is in the source.
pub(crate) fn trace_frame(image: &Image, function: u32, pc: u32) -> TraceFrame {
    let row = &image.functions[function as usize];
    let lines = &image.lines[row.lines.indices()];
    let known = lines
        .partition_point(|l| l.pc <= pc)
        .checked_sub(1)
        .map(|at| lines[at]);
    let (file, line, column) =
        known.map_or((0, 0, 0), |l| (l.line >> 24, l.line & 0xff_ffff, l.column));
    let file = image
        .files
        .get(file as usize)
        .map_or(String::new(), |&name| image.text(name));
    TraceFrame {
        function: image.text(row.name),
        file,
        line,
        column,
    }
}

/// A failure with names and lines.
pub(crate) fn fault(image: &Image, context: &str, failure: &Failure) -> Fault {
    let (name, message) = match &failure.cause {
        Cause::Threw { name, message } => (name.clone(), message.clone()),
        Cause::Limit(limit) => ("Error".into(), limit_error(*limit).to_string()),
        Cause::Marshal(message) => ("TypeError".into(), message.clone()),
        Cause::Cancelled => (CANCELLED_ERROR.into(), VmError::Cancelled.to_string()),
    };
    let trace = failure
        .trace
        .iter()
        .map(|&(function, pc)| trace_frame(image, function, pc))
        .collect();
    Fault {
        context: context.into(),
        name,
        message,
        trace,
    }
}

/// The error that a limit is.
pub(crate) fn limit_error(limit: LimitFault) -> VmError {
    match limit {
        LimitFault::Heap { used, max } => VmError::HeapLimitExceeded { used, max },
        LimitFault::Tasks { count, max } => VmError::TaskLimitExceeded { count, max },
        LimitFault::Steps { steps, max } => VmError::StepBudgetExceeded { steps, max },
        LimitFault::Stack { frames, max } => VmError::StackLimitExceeded { frames, max },
    }
}

/// The error that a failed run is for whoever asked for its result.
pub(crate) fn failure_error(image: &Image, context: &str, failure: &Failure) -> VmError {
    match &failure.cause {
        Cause::Limit(limit) => limit_error(*limit),
        Cause::Cancelled => VmError::Cancelled,
        Cause::Marshal(message) => VmError::Marshal(message.as_str().into()),
        Cause::Threw { .. } => VmError::Guest(Box::new(fault(image, context, failure))),
    }
}
