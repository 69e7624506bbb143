//! What the verifier says of a bad image: where, and which rule is broken.

use crate::slot::Slot;
use thiserror::Error;

/// A broken rule and where.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum VerifyError {
    /// In a row of a section.
    #[error("{section}[{row}]: {problem}")]
    Row {
        /// The section.
        section: &'static str,
        /// The row.
        row: usize,
        /// What is wrong.
        problem: Problem,
    },
    /// In an instruction.
    #[error("function {function} `{name}`, pc {pc}, {op}: {problem}")]
    Code {
        /// The function.
        function: usize,
        /// Its name.
        name: String,
        /// The instruction, relative to the function.
        pc: usize,
        /// Its name.
        op: &'static str,
        /// What is wrong.
        problem: Problem,
    },
}

impl VerifyError {
    /// What is wrong, wherever it is.
    pub fn problem(&self) -> &Problem {
        match self {
            VerifyError::Row { problem, .. } | VerifyError::Code { problem, .. } => problem,
        }
    }
}

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Problem {
    /// An index that names nothing.
    #[error("{what} {index} does not exist, there are {count}")]
    NoSuch {
        /// What the index should name.
        what: &'static str,
        /// The index.
        index: u64,
        /// How many there are.
        count: usize,
    },
    /// More of something than is admitted.
    #[error("{count} {what}, at most {max} are admitted")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        count: u64,
        /// How many may be.
        max: u64,
    },
    /// A range that does not begin where the one before it in the pool ends.
    #[error("its range of {pool} does not start where the one before ends")]
    Overlap {
        /// The pool.
        pool: &'static str,
    },
    /// A slot that no value has here.
    #[error("slot {slot:?} is no {expected}")]
    BadSlot {
        /// The slot.
        slot: Slot,
        /// What it should be.
        expected: &'static str,
    },
    /// Another rule, in words.
    #[error("{0}")]
    Rule(&'static str),
    /// A byte that is no opcode.
    #[error("{opcode} is no opcode")]
    NoOpcode {
        /// The byte.
        opcode: u8,
    },
    /// A cost byte that is not the cost of the block.
    #[error("the cost byte is {found}, should be {expected}")]
    Cost {
        /// What it is.
        found: u8,
        /// What it should be.
        expected: u32,
    },
    /// A jump or handler to where no instruction starts.
    #[error("goes to {target}, where no instruction starts")]
    BadTarget {
        /// Where it goes.
        target: i64,
    },
    /// An operand that is not what it must be.
    #[error("operand {operand} is {found}, must be {expected}")]
    Operand {
        /// Its letter.
        operand: char,
        /// Its value.
        found: u16,
        /// What is admitted.
        expected: &'static str,
    },
    /// A register that the function does not have.
    #[error("operand {operand}: register {register} of {count}")]
    NoRegister {
        /// Its letter.
        operand: char,
        /// The register.
        register: u16,
        /// How many there are in the bank.
        count: usize,
    },
    /// A temp that holds nothing here.
    #[error("operand {operand}: temp {register} holds nothing here")]
    DeadTemp {
        /// Its letter.
        operand: char,
        /// The register.
        register: u16,
    },
    /// A temp where a local is needed.
    #[error("operand {operand}: register {register} must be a local")]
    NotLocal {
        /// Its letter.
        operand: char,
        /// The register.
        register: u16,
    },
    /// A register or field of another type.
    #[error("operand {operand} is {found:?}, must be {expected:?}")]
    Type {
        /// Its letter; `w` for the window.
        operand: char,
        /// Its type.
        found: Slot,
        /// The type needed.
        expected: Slot,
    },
    /// A class has no such field.
    #[error("operand {operand}: {class:?} has no such field at {offset}")]
    NoField {
        /// Its letter.
        operand: char,
        /// The class.
        class: Slot,
        /// The offset.
        offset: u16,
    },
}

/// A problem in a row.
pub fn in_row(section: &'static str, row: usize) -> impl Fn(Problem) -> VerifyError {
    move |problem| VerifyError::Row {
        section,
        row,
        problem,
    }
}

/// Refuses an index that is out of range.
pub fn exists(what: &'static str, index: u32, count: usize) -> Result<(), Problem> {
    if (index as usize) < count {
        return Ok(());
    }
    Err(Problem::NoSuch {
        what,
        index: u64::from(index),
        count,
    })
}

/// Refuses a count above a limit.
pub fn at_most(what: &'static str, count: usize, max: usize) -> Result<(), Problem> {
    if count <= max {
        return Ok(());
    }
    Err(Problem::TooMany {
        what,
        count: count as u64,
        max: max as u64,
    })
}

/// Refuses what breaks a rule.
pub fn rule(holds: bool, words: &'static str) -> Result<(), Problem> {
    if holds {
        Ok(())
    } else {
        Err(Problem::Rule(words))
    }
}
