//! Typed arrays as parameters and results of host functions: `Typed<f64>` is a `Float64Array`, `Typed<u8>` a `Uint8Array`.
//!
//! `Vec<f64>` stays what it is, a `number[]`. Absent: arrays whose kind only the call shows (`Value::Typed`).

use super::HostError;
use super::values::{Param, Ret};
use raya_storages::heaps::Key;
use raya_storages::typed::{TypedArray, TypedElement};
use raya_storages::values::Value;
use raya_systems::marshal::{In, Lent, Out, Place, Put};

/// The elements of a typed array.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Typed<T>(pub Vec<T>);

impl<T: TypedElement> Param for Typed<T> {
    type Item<'a> = Typed<T>;

    fn type_text() -> String {
        T::ELEMENT.class_name().into()
    }

    fn from_value(value: &Value) -> Option<Typed<T>> {
        match value {
            Value::Typed(array) if array.element() == T::ELEMENT => array.to_vec().map(Typed),
            _ => None,
        }
    }

    fn lend<'h>(from: &mut Out<'h>, value: Key) -> Option<Typed<T>> {
        match from.lend(value) {
            Ok(Lent::Typed(element, bytes)) if element == T::ELEMENT => {
                Some(Typed(TypedArray::elements_of(bytes)))
            }
            _ => None,
        }
    }
}

impl<T: TypedElement> Ret for Typed<T> {
    fn type_text() -> String {
        T::ELEMENT.class_name().into()
    }

    fn into_result(self) -> Result<Value, HostError> {
        Ok(Value::from(TypedArray::of(&self.0)))
    }

    fn put(&self, into: &mut In<'_>, place: Place) -> Put {
        into.put_typed(&self.0, place)
    }

    const HAS_PARTS: bool = true;
}
