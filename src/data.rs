//! Rust's own types as values and back, through serde.
//!
//! ```
//! use raya_core::{from_value, to_value};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize, PartialEq, Debug)]
//! struct Item<'a> {
//!     name: &'a str,
//!     count: Option<u32>,
//! }
//!
//! let value = to_value(&Item { name: "potion", count: Some(3) })?;
//! let item: Item = from_value(&value)?;
//! assert_eq!(item, Item { name: "potion", count: Some(3) });
//! # Ok::<(), raya_core::DataError>(())
//! ```
//!
//! | Rust | value |
//! |---|---|
//! | `bool`, `f64`, integers that a double holds exactly | boolean, number |
//! | `&str`, `String`, `char`, a variant without fields | string |
//! | `None` | `undefined`; left out of objects |
//! | `()` | `null` |
//! | sequences, tuples | array |
//! | bytes (as `serde_bytes` has them) | `Uint8Array` |
//! | structs | object |
//! | maps | `Map` |
//! | a variant with fields | `{ Variant: fields }` |
//!
//! Reading is as lenient as TypeScript's types are: `null` is `None` too, an object is read as a map, a `Set` or typed array as a
//! sequence. Strings and bytes are borrowed from the value. `put` and `lend` come to the same straight into and out of a heap.
//! Invariants: nothing is rounded; nesting is bounded as for all values that cross.
//! Absent: how values get into heaps (`systems/marshal`); handles, which are no data.

mod de;
mod lend;
mod put;
mod ser;

pub(crate) use lend::lend;
pub(crate) use put::put;

use crate::Value;
use serde::{Deserialize, Serialize};

/// What a type can't be as a value, or a value not as a type.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct DataError(Box<str>);

impl DataError {
    pub(crate) fn new(message: impl std::fmt::Display) -> DataError {
        DataError(message.to_string().into())
    }
}

/// A value of a type.
///
/// # Errors
/// For an integer that no double holds exactly, and for what nests deeper than values may.
pub fn to_value<T: Serialize + ?Sized>(data: &T) -> Result<Value, DataError> {
    data.serialize(ser::Writer::default())
}

/// A type from a value, of which it may borrow strings.
///
/// # Errors
/// Where the value is not what the type asks for.
pub fn from_value<'v, T: Deserialize<'v>>(value: &'v Value) -> Result<T, DataError> {
    T::deserialize(de::Reader::new(value))
}

#[cfg(test)]
mod tests;
