//! Values in and out of heaps.
//!
//! Out: what a mixed pair is, deep: primitives, strings, arrays, tuples, plain objects (an instance gives its visible fields), maps
//! and sets. In: checked against the type that the program declares and written in one go (`value`), all of it or nothing
//! (`into`). What has no declared type becomes mixed arrays, and objects take the shape of an object literal
//! of the program with the same names in the same order.
//! Invariants: values nest at most `VALUE_DEPTH_MAX` deep and take at most `VALUE_BYTES_MAX`; a cycle is an error; what is
//! written is sound whatever the types of a hostile program say. Cost: in proportion to `Value::bytes`, which callers charge.
//! Instances of classes and functions stay where they are: others get handles to them, which become the object again when they
//! come home. Absent: promises (they don't cross), serde (`src/`).

mod into;
mod lend;
mod out;
mod straight;
mod types;
mod value;

pub use into::In;
pub use lend::{Lent, LentFields, LentItems};
pub use out::{Out, plain};
pub use straight::{Fields, Items, Misfit, Place, Put, Source, put_all};

#[cfg(test)]
mod effort_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod undo_tests;

use raya_bytecode::slot::TAG_NUMBER;
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
    /// It is bound to its context: a promise, a variable.
    Bound(&'static str),
    /// What a handle of this kind was to is no more.
    Stale(String),
    /// A handle of this kind was revoked.
    Revoked(String),
    /// A handle of this kind may not be called.
    NotToCall(String),
    /// A handle of this kind may not be given to others.
    NotToPassOn(String),
    /// Without a collection the handles would be too many.
    HandlesUncollected,
    /// The context holds so many handles, or others hold so many of its objects, and no more are allowed.
    TooManyHandles(u32),
    /// It is not of the declared type.
    WrongType {
        /// The type, as TypeScript writes it.
        expected: String,
        /// What it is.
        found: &'static str,
    },
    /// An object of no declared type, and the program has no object literal with these names.
    NoShape(Vec<String>),
    /// What the host has is no value: it says why.
    NoValue(String),
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
            Problem::Stale(kind) => write!(f, "this {kind} is no more")?,
            Problem::Revoked(kind) => write!(f, "this {kind} was revoked")?,
            Problem::NotToCall(kind) => write!(f, "this {kind} may not be called")?,
            Problem::NotToPassOn(kind) => write!(f, "this {kind} may not be passed on")?,
            Problem::HandlesUncollected => f.write_str("a collection comes first")?,
            Problem::TooManyHandles(max) => write!(f, "handle limit exceeded: {max} handles")?,
            Problem::WrongType { expected, found } => {
                write!(f, "expected {expected}, found {found}")?
            }
            Problem::NoValue(why) => f.write_str(why)?,
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

/// On its way out of a value it is boxed: what goes well is returned much more often.
impl From<Problem> for Box<MarshalError> {
    fn from(problem: Problem) -> Box<MarshalError> {
        Box::new(problem.into())
    }
}

impl MarshalError {
    /// The name of the error that a guest gets.
    pub fn name(&self) -> &'static str {
        match self.problem {
            Problem::Stale(_) => "HandleStale",
            Problem::Revoked(_) => "HandleRevoked",
            Problem::NotToCall(_) | Problem::NotToPassOn(_) => "HandleRights",
            Problem::TooManyHandles(_) => "HandleLimit",
            _ => "TypeError",
        }
    }

    /// The same error of a part, seen from the whole.
    #[cold]
    fn within(mut self: Box<Self>, part: std::fmt::Arguments<'_>) -> Box<MarshalError> {
        self.path.insert_str(0, &part.to_string());
        self
    }

    /// Whether it only says that the value is of another type.
    fn is_mismatch(&self) -> bool {
        matches!(
            self.problem,
            Problem::WrongType { .. } | Problem::NoShape(_)
        )
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

impl From<MarshalError> for CopyError {
    fn from(error: MarshalError) -> CopyError {
        CopyError::Refused(error)
    }
}

/// What a mixed pair is, copied out of a heap that stays as it is: instances of classes are copied, functions refused.
pub fn copy_out(program: &Program, heap: &Heap, mixed: (u64, u32)) -> Result<Value, MarshalError> {
    if mixed.1 == TAG_NUMBER {
        return Ok(Value::Number(f64::from_bits(mixed.0)));
    }
    out::Out::new(program, heap, None)
        .value(mixed, None)
        .map_err(|error| *error)
}

/// The same for an argument of a function of the host, which must be allowed to use its objects.
pub fn copy_argument(
    program: &Program,
    heap: &Heap,
    mixed: (u64, u32),
) -> Result<Value, MarshalError> {
    if mixed.1 == TAG_NUMBER {
        return Ok(Value::Number(f64::from_bits(mixed.0)));
    }
    out::Out::new(program, heap, None)
        .for_call()
        .value(mixed, None)
        .map_err(|error| *error)
}

/// What a mixed pair of a declared type is, for others than the context with these bits: instances of classes and functions stay
/// where they are and are named, unless the type says that a copy is wanted.
pub fn give_out(
    program: &Program,
    heap: &mut Heap,
    context: u64,
    mixed: (u64, u32),
    desc: Option<u32>,
) -> Result<Value, MarshalError> {
    // Only objects can lead to what is named.
    let is_object = raya_storages::heaps::is_in_heap(mixed.1);
    if !is_object || heap.is_string(&program.constants, mixed.1) {
        return copy_out(program, heap, mixed);
    }
    let before = heap.foreign.take();
    let mut foreign = before.unwrap_or_default();
    foreign.context = context;
    let out = out::Out::new(program, heap, Some(&mut foreign)).value(mixed, desc);
    heap.foreign = (!foreign.is_usual()).then_some(foreign);
    out.map_err(|error| *error)
}

/// Copies a value into a heap, as the type in the program's `descs` or as it comes, and gives it as a mixed pair.
pub fn copy_in(
    program: &Program,
    heap: &mut Heap,
    value: &Value,
    desc: Option<u32>,
) -> Result<(u64, u32), CopyError> {
    let mut into = In::new(program, heap);
    let mixed = into.value(value, desc).map_err(|e| into::refused(*e))?;
    into.finish(0).map_err(CopyError::NeedsCollection)?;
    Ok(mixed)
}

/// Copies values into a heap, all or none, each as `copy_in` does, from the place that stands beside them on as `descs` say; `words_after` words must be free after them.
pub fn copy_all_in(
    program: &Program,
    heap: &mut Heap,
    values: &[Value],
    (descs, first): (&[u32], usize),
    words_after: u32,
) -> Result<SmallVec<[(u64, u32); 8]>, CopyError> {
    let mut into = In::new(program, heap);
    let mut mixed = SmallVec::new();
    for (at, value) in values.iter().enumerate() {
        let typed = usize::checked_sub(at, first).and_then(|at| descs.get(at));
        let copied = into.value(value, typed.copied());
        mixed.push(copied.map_err(|e| into::refused(*e))?);
    }
    let finished = into.finish(words_after);
    finished.map_err(CopyError::NeedsCollection)?;
    Ok(mixed)
}

/// Whether a value is of a type in the program's `descs`.
pub fn check_value(program: &Program, value: &Value, desc: u32) -> Result<(), MarshalError> {
    // Without room it is counted only.
    let mut nowhere = Heap::default();
    let checked = In::new(program, &mut nowhere).value(value, Some(desc));
    match checked {
        Err(error) if error.problem != Problem::HandlesUncollected => Err(*error),
        _ => Ok(()),
    }
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
        Value::Handle(_) => "a handle",
        Value::Typed(array) => array.element().class_name(),
    }
}

const _: () = assert!(
    VALUE_DEPTH_MAX <= 200,
    "copying recurses once for each level"
);
