//! Types with parts that host functions take and give: options, arrays, tuples, and data of whatever serde type.
//!
//! Invariant: as for their parts (`values`). Absent: typed arrays (`typed`), objects of the host (`objects`).

use super::HostError;
use super::values::{Param, Ret};
use crate::data::{self, from_value, to_value};
use raya_bytecode::slot::UNDEFINED;
use raya_storages::heaps::Key;
use raya_storages::values::Value;
use raya_systems::marshal::{In, Lent, LentItems, Out, Place, Put};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;

impl<T: Param> Param for Option<T> {
    type Item<'a> = Option<T::Item<'a>>;

    fn type_text() -> String {
        format!("{} | undefined", T::type_text())
    }

    fn from_value(value: &Value) -> Option<Self::Item<'_>> {
        match value {
            Value::Undefined => Some(None),
            value => T::from_value(value).map(Some),
        }
    }

    fn lend<'h>(from: &mut Out<'h>, value: Key) -> Option<Self::Item<'h>> {
        if value.1 == UNDEFINED {
            from.lend(value).ok()?;
            return Some(None);
        }
        T::lend(from, value).map(Some)
    }

    const LIES_IN_HEAP: bool = T::LIES_IN_HEAP;
}

impl<T: Ret> Ret for Option<T> {
    fn type_text() -> String {
        format!("{} | undefined", T::type_text())
    }

    fn into_result(self) -> Result<Value, HostError> {
        self.map_or(Ok(Value::Undefined), T::into_result)
    }

    fn put(&self, into: &mut In<'_>, place: Place) -> Put {
        match self {
            Some(value) => value.put(into, place),
            None => into.put_undefined(place),
        }
    }

    const HAS_PARTS: bool = T::HAS_PARTS;
}

fn array_text(element: String) -> String {
    if element.contains(' ') {
        format!("({element})[]")
    } else {
        format!("{element}[]")
    }
}

/// The items of an array, read by `read`; none if it is no array, or one of them is something else.
fn lend_items<'h, R>(
    from: &mut Out<'h>,
    value: Key,
    read: impl FnOnce(&mut Out<'h>, &LentItems<'h>) -> Option<R>,
) -> Option<R> {
    match from.lend(value) {
        Ok(Lent::Items(items)) => {
            let read = read(from, &items)?;
            from.leave();
            Some(read)
        }
        _ => None,
    }
}

impl<T: Param> Param for Vec<T> {
    type Item<'a> = Vec<T::Item<'a>>;

    fn type_text() -> String {
        array_text(T::type_text())
    }

    fn from_value(value: &Value) -> Option<Self::Item<'_>> {
        match value {
            Value::Array(values) => values.iter().map(T::from_value).collect(),
            _ => None,
        }
    }

    fn lend<'h>(from: &mut Out<'h>, value: Key) -> Option<Self::Item<'h>> {
        lend_items(from, value, T::lend_all)
    }
}

impl<T: Ret> Ret for Vec<T> {
    fn type_text() -> String {
        array_text(T::type_text())
    }

    fn into_result(self) -> Result<Value, HostError> {
        self.into_iter()
            .map(T::into_result)
            .collect::<Result<_, _>>()
            .map(Value::Array)
    }

    fn put(&self, into: &mut In<'_>, place: Place) -> Put {
        T::put_all(self, into, place)
    }

    const HAS_PARTS: bool = true;
}

impl<T: Ret + Clone> Ret for &[T] {
    fn type_text() -> String {
        array_text(T::type_text())
    }

    fn into_result(self) -> Result<Value, HostError> {
        self.to_vec().into_result()
    }

    fn put(&self, into: &mut In<'_>, place: Place) -> Put {
        T::put_all(self, into, place)
    }

    const HAS_PARTS: bool = true;
}

macro_rules! slices {
    ($($ty:ty, $items:ident;)*) => {$(
        /// Borrowed from the heap where the array is packed likewise.
        impl Param for Cow<'static, [$ty]> {
            type Item<'a> = Cow<'a, [$ty]>;

            fn type_text() -> String {
                <Vec<$ty> as Param>::type_text()
            }

            fn from_value(value: &Value) -> Option<Self::Item<'_>> {
                <Vec<$ty> as Param>::from_value(value).map(Cow::Owned)
            }

            fn lend<'h>(from: &mut Out<'h>, value: Key) -> Option<Self::Item<'h>> {
                lend_items(from, value, |from, items| match items {
                    LentItems::$items(items) => {
                        from.spend_items(items.len()).ok()?;
                        Some(Cow::Borrowed(*items))
                    }
                    items => <$ty>::lend_all(from, items).map(Cow::Owned),
                })
            }
        }
    )*};
}

slices! {
    f64, Numbers;
    i32, Integers;
}

macro_rules! tuples {
    ($($t:ident $at:tt)*; $count:literal) => {
        impl<$($t: Param),*> Param for ($($t,)*) {
            type Item<'a> = ($($t::Item<'a>,)*);

            fn type_text() -> String {
                format!("[{}]", [$($t::type_text()),*].join(", "))
            }

            fn from_value(value: &Value) -> Option<Self::Item<'_>> {
                match value {
                    Value::Array(values) if values.len() == $count => {
                        Some(($($t::from_value(&values[$at])?,)*))
                    }
                    _ => None,
                }
            }

            fn lend<'h>(from: &mut Out<'h>, value: Key) -> Option<Self::Item<'h>> {
                lend_items(from, value, |from, items| {
                    if items.len() != $count {
                        return None;
                    }
                    Some(($({
                        let key = from.item_of(items, $at);
                        $t::lend(from, key)?
                    },)*))
                })
            }
        }

        impl<$($t: Ret),*> Ret for ($($t,)*) {
            fn type_text() -> String {
                format!("[{}]", [$($t::type_text()),*].join(", "))
            }

            fn into_result(self) -> Result<Value, HostError> {
                Ok(Value::Array(vec![$(self.$at.into_result()?),*]))
            }

            fn put(&self, into: &mut In<'_>, place: Place) -> Put {
                let mut items = into.begin_items($count, place)?;
                $(into.item(&mut items, |into, place| self.$at.put(into, place))?;)*
                into.end_items(items)
            }

            const HAS_PARTS: bool = true;
        }
    };
}

tuples!(A 0; 1);
tuples!(A 0 B 1; 2);
tuples!(A 0 B 1 C 2; 3);
tuples!(A 0 B 1 C 2 D 3; 4);
tuples!(A 0 B 1 C 2 D 3 E 4; 5);
tuples!(A 0 B 1 C 2 D 3 E 4 F 5; 6);

/// What stands in signatures for a type that Rust doesn't know.
pub(crate) const ANY_TYPE: &str = "*";

/// Data of a type that serde knows, as a parameter or a result: see [`to_value`](crate::to_value) for what becomes what.
///
/// What TypeScript calls the type is up to the program: any type is taken for it, and what crosses is checked when it does.
///
/// ```
/// use raya_core::{Call, Capability, Data};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct Point {
///     x: f64,
///     y: f64,
/// }
///
/// let moved = |_: &Call, Data(at): Data<Point>, by: f64| Data(Point { x: at.x + by, y: at.y });
/// let world = Capability::new("world").function("moved", moved);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Data<T>(pub T);

impl<T: DeserializeOwned> Param for Data<T> {
    type Item<'a> = Data<T>;

    fn type_text() -> String {
        ANY_TYPE.into()
    }

    fn from_value(value: &Value) -> Option<Data<T>> {
        from_value(value).ok().map(Data)
    }

    fn refusal(value: &Value) -> String {
        match from_value::<T>(value) {
            Err(error) => format!(": {error}"),
            Ok(_) => String::new(),
        }
    }

    fn lend<'h>(from: &mut Out<'h>, value: Key) -> Option<Data<T>> {
        data::lend(from, value).map(Data)
    }
}

impl<T: Serialize> Ret for Data<T> {
    fn type_text() -> String {
        ANY_TYPE.into()
    }

    fn into_result(self) -> Result<Value, HostError> {
        to_value(&self.0).map_err(|e| HostError(e.to_string()))
    }

    fn put(&self, into: &mut In<'_>, place: Place) -> Put {
        data::put(&self.0, into, place)
    }

    const HAS_PARTS: bool = true;
}
