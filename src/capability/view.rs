//! A value where it lies, read as whatever serde type is wanted, which may borrow from it.
//!
//! Invariants: what is read is what `Data` would read, and each time it counts as much: whoever calls the host pays for that. A copy is
//! made only where something can't be read in its place, and kept for as long as the view. Absent: views as results, which would outlive what they look at.

use super::compound::ANY_TYPE;
use super::values::Param;
use crate::data::{self, DataError, from_value};
use raya_storages::heaps::{Heap, Key};
use raya_storages::programs::Program;
use raya_storages::values::Value;
use raya_systems::marshal::{self, Out};
use serde::Deserialize;
use std::cell::{Cell, OnceCell};
use std::fmt;

/// A value in a guest's heap, as a parameter of a host function or as the result of [`Function::call_with`](crate::Function::call_with).
///
/// ```
/// use raya_core::{Call, Capability, HostError, View};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Named<'a> {
///     name: &'a str,
/// }
///
/// let length = |_: &Call, value: View<'_>| -> Result<f64, HostError> {
///     let Named { name } = value.read().map_err(|error| HostError(error.to_string()))?;
///     Ok(name.len() as f64)
/// };
/// let world = Capability::new("world").function("length", length);
/// ```
pub struct View<'h> {
    from: From<'h>,
    copy: OnceCell<Value>,
    /// Where what is read is counted, in bytes.
    counter: Option<&'h Cell<u64>>,
}

/// Where the value is.
enum From<'h> {
    Heap(&'h Program, &'h Heap, Key),
    Value(&'h Value),
}

impl fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
}

impl View<'_> {
    /// Reads it. Strings can be borrowed where they are ASCII and in one piece; borrowing others makes a copy of the whole value.
    ///
    /// # Errors
    /// Where it is not what the type asks for, or can't leave its context.
    pub fn read<'s, T: Deserialize<'s>>(&'s self) -> Result<T, DataError> {
        let (program, heap, key) = match self.from {
            From::Value(value) => return from_value(value),
            From::Heap(program, heap, key) => (program, heap, key),
        };
        let mut out = Out::new(program, heap, None);
        if let Some(read) = data::lend(&mut out, key) {
            self.count(out.bytes());
            return Ok(read);
        }
        if self.copy.get().is_none() {
            let copy = marshal::copy_out(program, heap, key).map_err(DataError::new)?;
            self.count(copy.bytes());
            self.copy.get_or_init(|| copy);
        }
        from_value(self.copy.get().expect("was copied"))
    }

    fn count(&self, bytes: usize) {
        if let Some(counter) = self.counter {
            counter.update(|all| all + bytes as u64);
        }
    }
}

impl Param for View<'static> {
    type Item<'a> = View<'a>;

    fn type_text() -> String {
        ANY_TYPE.into()
    }

    fn from_value(value: &Value) -> Option<View<'_>> {
        Some(View {
            from: From::Value(value),
            copy: OnceCell::new(),
            counter: None,
        })
    }

    fn lend<'h>(out: &mut Out<'h>, value: Key) -> Option<View<'h>> {
        let (program, heap) = out.source();
        Some(View {
            from: From::Heap(program, heap, value),
            copy: OnceCell::new(),
            counter: out.counter(),
        })
    }
}
