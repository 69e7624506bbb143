//! Builders for program images: what the compiler's emitter and the tests write bytecode with.
//!
//! `FunctionBuilder` resolves labels, expands jumps that are too long, and fills in fuel costs and frame sizes;
//! `ImageBuilder` interns constants, lays out objects and puts everything in the order the verifier demands.
//! Invariant: what they make has correct costs, jumps and pools; whether its types hold, the verifier says.
//! Absent: register allocation, any knowledge of the language.

mod function;
mod image;
mod layout;
mod renumber;

pub use function::{Body, FunctionBuilder, Label};
pub use image::{FieldSpec, FunctionSpec, ImageBuilder, ImportSpec, MethodSpec};

use thiserror::Error;

/// Why a program cannot be assembled.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AssembleError {
    /// A jump or handler names a label that was never bound, or is bound behind the last instruction.
    #[error("label {label} is used but stands before no instruction")]
    Unbound {
        /// The label's number.
        label: u32,
    },
    /// A block is so costly that it must be split, but some temp is live at every place.
    #[error("a basic block from instruction {start} on costs more than 255 and cannot be split")]
    BlockTooCostly {
        /// The block's first instruction, in the order of emission.
        start: usize,
    },
    /// More of something than the format can hold.
    #[error("too many {what}: {count}, at most {max} fit")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many fit.
        max: usize,
    },
    /// A function was declared but not defined.
    #[error("function {function} was declared but never defined")]
    Undefined {
        /// Its id.
        function: u32,
    },
}

/// Refuses a count above its limit.
fn at_most(what: &'static str, count: usize, max: usize) -> Result<(), AssembleError> {
    if count > max {
        return Err(AssembleError::TooMany { what, count, max });
    }
    Ok(())
}
