//! Values in and out of heaps.
//!
//! Out: what a mixed pair is, deep: primitives, strings, arrays, tuples, plain objects (an instance gives its visible fields), maps
//! and sets. In: first a plan is made against the type that the program declares (`plan`), then all of it is
//! written or nothing (`write`). What has no declared type becomes mixed arrays, and objects take the shape of an object literal
//! of the program with the same names in the same order.
//! Invariants: values nest at most `VALUE_DEPTH_MAX` deep and take at most `VALUE_BYTES_MAX`; a cycle is an error; what is
//! written is sound whatever the types of a hostile program say. Cost: in proportion to `Value::bytes`, which callers charge.
//! Absent: functions and promises (they don't cross), serde (`src/`).

mod out;
mod plan;
mod write;

#[cfg(test)]
mod tests;

use raya_storages::heaps::Heap;
use raya_storages::programs::Program;
use raya_storages::values::{VALUE_DEPTH_MAX, Value};
use smallvec::SmallVec;

/// What a value that leaves a heap may take, in bytes.
pub const VALUE_BYTES_MAX: usize = 16 << 20;

/// What checking a value against a type may take, in steps: unions are tried member by member.
pub const CHECK_STEPS_MAX: u32 = 1 << 20;

/// Why a value can't cross.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MarshalError {
    /// Where in the value: `.items[3].name`; empty for the value itself.
    pub path: String,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Problem {
    /// It contains itself.
    Cycle,
    /// It nests deeper than this.
    TooDeep(u32),
    /// It takes more bytes than this.
    TooLarge(usize),
    /// It takes more steps than this to find out whether it is of the type.
    TooComplex(u32),
    /// It is bound to its context: a function, a promise.
    Bound(&'static str),
    /// It is not of the declared type.
    WrongType {
        /// The type, as TypeScript writes it.
        expected: String,
        /// What it is.
        found: &'static str,
    },
    /// An object of no declared type, and the program has no object literal with these names.
    NoShape(Vec<String>),
}

impl std::fmt::Display for MarshalError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.problem {
            Problem::Cycle => f.write_str("the value contains itself")?,
            Problem::TooDeep(max) => write!(f, "the value nests deeper than {max}")?,
            Problem::TooLarge(max) => write!(f, "the value takes more than {max} bytes")?,
            Problem::TooComplex(max) => {
                write!(f, "checking the value's type takes more than {max} steps")?;
            }
            Problem::Bound(what) => write!(f, "{what} can't leave its context")?,
            Problem::WrongType { expected, found } => {
                write!(f, "expected {expected}, found {found}")?
            }
            Problem::NoShape(names) => {
                let names = names.join(", ");
                write!(
                    f,
                    "the program has no type for an object with {{ {names} }}"
                )?;
            }
        }
        if self.path.is_empty() {
            Ok(())
        } else {
            write!(f, " (at {})", self.path)
        }
    }
}

impl std::error::Error for MarshalError {}

impl From<Problem> for MarshalError {
    fn from(problem: Problem) -> MarshalError {
        MarshalError {
            path: String::new(),
            problem,
        }
    }
}

impl MarshalError {
    /// The same error of a part, seen from the whole.
    fn within(mut self, part: std::fmt::Arguments<'_>) -> MarshalError {
        self.path.insert_str(0, &part.to_string());
        self
    }
}

/// Why a value was not copied in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CopyError {
    /// So many words are missing: collect, then try again.
    NeedsCollection(u32),
    /// It can't cross.
    Refused(MarshalError),
}

/// What a mixed pair is, copied out of a heap.
pub fn copy_out(program: &Program, heap: &Heap, mixed: (u64, u32)) -> Result<Value, MarshalError> {
    out::Out::new(program, heap).value(mixed)
}

/// Copies a value into a heap, as the type in the program's `descs` or as it comes, and gives it as a mixed pair.
pub fn copy_in(
    program: &Program,
    heap: &mut Heap,
    value: &Value,
    desc: Option<u32>,
) -> Result<(u64, u32), CopyError> {
    let planned = plan::plan(program, value, desc).map_err(CopyError::Refused)?;
    let words = write::words(program, &planned);
    let words = u32::try_from(words).unwrap_or(u32::MAX);
    if !heap.has_room(words) {
        return Err(CopyError::NeedsCollection(words));
    }
    Ok(write::write(program, heap, &planned))
}

/// Copies values into a heap, all or none, each as `copy_in` does; `words_after` words must be free after them.
pub fn copy_all_in(
    program: &Program,
    heap: &mut Heap,
    values: &[Value],
    descs: &[u32],
    words_after: u32,
) -> Result<SmallVec<[(u64, u32); 8]>, CopyError> {
    let plan = |(at, value)| plan::plan(program, value, descs.get(at).copied());
    let plans = values.iter().enumerate().map(plan);
    let plans: SmallVec<[plan::Plan; 8]> = plans
        .collect::<Result<_, _>>()
        .map_err(CopyError::Refused)?;
    let words: u64 = plans.iter().map(|plan| write::words(program, plan)).sum();
    let words = u32::try_from(words + u64::from(words_after)).unwrap_or(u32::MAX);
    if !heap.has_room(words) {
        return Err(CopyError::NeedsCollection(words));
    }
    Ok(plans
        .iter()
        .map(|plan| write::write(program, heap, plan))
        .collect())
}

/// Whether a value is of a type in the program's `descs`.
pub fn check_value(program: &Program, value: &Value, desc: u32) -> Result<(), MarshalError> {
    plan::plan(program, value, Some(desc)).map(drop)
}

/// What a value is, in messages.
fn name_of(value: &Value) -> &'static str {
    match value {
        Value::Undefined => "undefined",
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
        Value::Map(_) => "a Map",
        Value::Set(_) => "a Set",
    }
}

const _: () = assert!(
    VALUE_DEPTH_MAX <= 200,
    "copying recurses once for each level"
);
