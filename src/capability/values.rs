//! The types that host functions take and give, with their TypeScript names: those without parts.
//!
//! Invariants: what `type_text` says is what `from_value` takes and `into_result` gives; what goes straight between a type and a heap
//! (`lend`, `put`) is what would have gone as a value. Absent: how things leave and enter heaps (`systems/marshal`), types with parts
//! (`compound`).

use super::HostError;
use raya_bytecode::slot::{TAG_BOOLEAN, TAG_NUMBER, UNDEFINED};
use raya_storages::heaps::Key;
use raya_storages::values::Value;
use raya_systems::marshal::{In, Lent, LentItems, Misfit, Out, Place, Put};
use std::borrow::Cow;
use std::fmt;

/// A type that host functions take.
pub trait Param {
    /// The type as a parameter, which may borrow from the call.
    type Item<'a>;
    /// Its TypeScript type.
    fn type_text() -> String;
    /// Reads it from a value.
    fn from_value(value: &Value) -> Option<Self::Item<'_>>;
    /// Whether it is a numeric register: then a call copies nothing.
    const IS_SCALAR: bool = false;
    /// Reads it from a register, if it is one.
    fn from_register<'a>(_register: u64) -> Option<Self::Item<'a>> {
        None
    }
    /// Reads it from a mixed pair, if that is all of it: then a result is not copied first.
    fn from_mixed<'a>(_num: u64, _reference: u32) -> Option<Self::Item<'a>> {
        None
    }
    /// Whether it may lie in a heap.
    #[doc(hidden)]
    const LIES_IN_HEAP: bool = true;
    /// Why it can't be read from a value, after what the value is for.
    fn refusal(_value: &Value) -> String {
        format!(" is no {}", Self::type_text())
    }
    /// Reads it from where it lies in a heap; none if it has to be read from a copy.
    #[doc(hidden)]
    fn lend<'h>(from: &mut Out<'h>, value: Key) -> Option<Self::Item<'h>> {
        let item = Self::from_mixed(value.0, value.1)?;
        from.spend_items(1).ok()?;
        Some(item)
    }
    /// Reads all items of an array, likewise.
    #[doc(hidden)]
    fn lend_all<'h>(from: &mut Out<'h>, items: &LentItems<'h>) -> Option<Vec<Self::Item<'h>>> {
        lend_each::<Self>(from, items)
    }
}

/// Reads items one by one.
fn lend_each<'h, P: Param + ?Sized>(
    from: &mut Out<'h>,
    items: &LentItems<'h>,
) -> Option<Vec<P::Item<'h>>> {
    let item = |at| {
        let key = from.item_of(items, at);
        P::lend(from, key)
    };
    (0..items.len()).map(item).collect()
}

/// A type that host functions give.
pub trait Ret {
    /// Its TypeScript type.
    fn type_text() -> String;
    /// As a value, or the error to throw.
    fn into_result(self) -> Result<Value, HostError>;
    /// Whether it is a numeric register, or nothing.
    const IS_SCALAR: bool = false;
    /// Whether it may be an array or object.
    #[doc(hidden)]
    const HAS_PARTS: bool = false;
    /// As a register, if it is one, or the error to throw.
    fn into_register(self) -> Result<u64, HostError>
    where
        Self: Sized,
    {
        Err(HostError("a result that is no number".into()))
    }
    /// Puts it in a heap, if it needs no value for that.
    #[doc(hidden)]
    fn put(&self, _into: &mut In<'_>, _place: Place) -> Put {
        Err(Misfit)
    }
    /// Puts an array of them in a heap, likewise.
    #[doc(hidden)]
    fn put_all(items: &[Self], into: &mut In<'_>, place: Place) -> Put
    where
        Self: Sized,
    {
        let mut parts = into.begin_items(items.len(), place)?;
        for item in items {
            into.item(&mut parts, |into, place| item.put(into, place))?;
        }
        into.end_items(parts)
    }
}

/// How scalars lie in registers and packed arrays.
trait Scalar: Sized {
    fn from_register(register: u64) -> Self;
    fn into_register(self) -> u64;
    fn from_mixed(num: u64, reference: u32) -> Option<Self>;
    fn packed(items: &LentItems<'_>) -> Option<Vec<Self>>;
    fn put(self, into: &mut In<'_>, place: Place) -> Put;
    fn put_packed(items: &[Self], into: &mut In<'_>, place: Place) -> Put;
}

impl Scalar for f64 {
    fn packed(items: &LentItems<'_>) -> Option<Vec<f64>> {
        match items {
            LentItems::Numbers(items) => Some(items.to_vec()),
            _ => None,
        }
    }

    #[inline]
    fn put(self, into: &mut In<'_>, place: Place) -> Put {
        into.put_number(self, place)
    }

    fn put_packed(items: &[f64], into: &mut In<'_>, place: Place) -> Put {
        into.put_f64s(items, place)
    }

    fn from_mixed(num: u64, reference: u32) -> Option<f64> {
        (reference == TAG_NUMBER).then_some(f64::from_bits(num))
    }

    fn from_register(register: u64) -> f64 {
        f64::from_bits(register)
    }

    /// Guests know one NaN only.
    fn into_register(self) -> u64 {
        if self.is_nan() { f64::NAN } else { self }.to_bits()
    }
}

impl Scalar for i32 {
    fn packed(items: &LentItems<'_>) -> Option<Vec<i32>> {
        match items {
            LentItems::Integers(items) => Some(items.to_vec()),
            _ => None,
        }
    }

    #[inline]
    fn put(self, into: &mut In<'_>, place: Place) -> Put {
        into.put_number(self.into(), place)
    }

    fn put_packed(items: &[i32], into: &mut In<'_>, place: Place) -> Put {
        into.put_i32s(items, place)
    }

    fn from_mixed(num: u64, reference: u32) -> Option<i32> {
        <f64 as Scalar>::from_mixed(num, reference).and_then(exact_i32)
    }

    fn from_register(register: u64) -> i32 {
        register as i32
    }

    fn into_register(self) -> u64 {
        i64::from(self) as u64
    }
}

impl Scalar for bool {
    fn packed(items: &LentItems<'_>) -> Option<Vec<bool>> {
        match items {
            LentItems::Booleans(items) => Some(items.iter().map(|item| *item != 0).collect()),
            _ => None,
        }
    }

    #[inline]
    fn put(self, into: &mut In<'_>, place: Place) -> Put {
        into.put_bool(self, place)
    }

    fn put_packed(items: &[bool], into: &mut In<'_>, place: Place) -> Put {
        into.put_bools(items, place)
    }

    fn from_mixed(num: u64, reference: u32) -> Option<bool> {
        (reference == TAG_BOOLEAN).then_some(num != 0)
    }

    fn from_register(register: u64) -> bool {
        register != 0
    }

    fn into_register(self) -> u64 {
        self.into()
    }
}

macro_rules! plain {
    ($($ty:ty, $text:literal, $from:pat => $get:expr, $give:ident => $value:expr $(, $scalar:ident)?;)*) => { $(
        impl Param for $ty {
            type Item<'a> = $ty;
            fn type_text() -> String {
                $text.into()
            }
            fn from_value(value: &Value) -> Option<$ty> {
                match value {
                    $from => $get,
                    _ => None,
                }
            }
            $(plain!(@param $scalar);)?
        }
        impl Ret for $ty {
            fn type_text() -> String {
                $text.into()
            }
            fn into_result(self) -> Result<Value, HostError> {
                let $give = self;
                Ok($value)
            }
            $(plain!(@ret $scalar);)?
        }
    )* };
    (@param scalar) => {
        fn lend_all<'h>(from: &mut Out<'h>, items: &LentItems<'h>) -> Option<Vec<Self>> {
            match Scalar::packed(items) {
                Some(packed) => {
                    from.spend_items(items.len()).ok()?;
                    Some(packed)
                }
                None => lend_each::<Self>(from, items),
            }
        }
        const LIES_IN_HEAP: bool = false;
        const IS_SCALAR: bool = true;
        fn from_register<'a>(register: u64) -> Option<Self::Item<'a>> {
            Some(Scalar::from_register(register))
        }
        fn from_mixed<'a>(num: u64, reference: u32) -> Option<Self::Item<'a>> {
            Scalar::from_mixed(num, reference)
        }
    };
    (@param text) => {
        fn lend<'h>(from: &mut Out<'h>, value: Key) -> Option<Self::Item<'h>> {
            match from.lend(value) {
                Ok(Lent::Text(text)) => Some(text.into_owned()),
                _ => None,
            }
        }
    };
    (@ret text) => {
        fn put(&self, into: &mut In<'_>, place: Place) -> Put {
            into.put_text(self, place)
        }
    };
    (@ret scalar) => {
        #[inline]
        fn put(&self, into: &mut In<'_>, place: Place) -> Put {
            Scalar::put(*self, into, place)
        }
        fn put_all(items: &[Self], into: &mut In<'_>, place: Place) -> Put {
            Scalar::put_packed(items, into, place)
        }
        const IS_SCALAR: bool = true;
        fn into_register(self) -> Result<u64, HostError> {
            Ok(Scalar::into_register(self))
        }
    };
}

plain! {
    f64, "number", Value::Number(n) => Some(*n), n => Value::Number(n), scalar;
    i32, "int", Value::Number(n) => exact_i32(*n), n => Value::Number(n.into()), scalar;
    bool, "boolean", Value::Bool(b) => Some(*b), b => Value::Bool(b), scalar;
    String, "string", Value::String(s) => Some(s.clone()), s => Value::String(s), text;
}

impl Param for Value {
    type Item<'a> = Value;

    fn type_text() -> String {
        "unknown".into()
    }

    fn from_value(value: &Value) -> Option<Value> {
        Some(value.clone())
    }

    fn lend<'h>(from: &mut Out<'h>, value: Key) -> Option<Value> {
        from.value(value, None).ok()
    }
}

impl Ret for Value {
    fn type_text() -> String {
        "unknown".into()
    }

    fn into_result(self) -> Result<Value, HostError> {
        Ok(self)
    }

    fn put(&self, into: &mut In<'_>, place: Place) -> Put {
        into.put_value(self, place)
    }
}

impl Ret for &str {
    fn type_text() -> String {
        "string".into()
    }

    fn into_result(self) -> Result<Value, HostError> {
        Ok(Value::String(self.into()))
    }

    fn put(&self, into: &mut In<'_>, place: Place) -> Put {
        into.put_text(self, place)
    }
}

impl Param for () {
    type Item<'a> = ();

    fn type_text() -> String {
        "void".into()
    }

    fn from_value(value: &Value) -> Option<()> {
        (*value == Value::Undefined).then_some(())
    }

    const LIES_IN_HEAP: bool = false;

    fn from_mixed<'a>(_num: u64, reference: u32) -> Option<Self::Item<'a>> {
        (reference == UNDEFINED).then_some(())
    }
}

fn exact_i32(n: f64) -> Option<i32> {
    (f64::from(n as i32) == n).then_some(n as i32)
}

impl Param for &'static str {
    type Item<'a> = &'a str;

    fn type_text() -> String {
        "string".into()
    }

    fn from_value(value: &Value) -> Option<&str> {
        match value {
            Value::String(s) => Some(s),
            _ => None,
        }
    }

    fn lend<'h>(from: &mut Out<'h>, value: Key) -> Option<&'h str> {
        match from.lend(value) {
            Ok(Lent::Text(Cow::Borrowed(text))) => Some(text),
            _ => None,
        }
    }
}

impl Ret for () {
    fn type_text() -> String {
        "void".into()
    }

    fn into_result(self) -> Result<Value, HostError> {
        Ok(Value::Undefined)
    }

    fn put(&self, into: &mut In<'_>, place: Place) -> Put {
        into.put_undefined(place)
    }

    const IS_SCALAR: bool = true;

    fn into_register(self) -> Result<u64, HostError> {
        Ok(0)
    }
}

impl<T: Ret, E: fmt::Display> Ret for Result<T, E> {
    fn type_text() -> String {
        T::type_text()
    }

    fn into_result(self) -> Result<Value, HostError> {
        self.map_err(|e| HostError(e.to_string()))
            .and_then(T::into_result)
    }

    fn put(&self, into: &mut In<'_>, place: Place) -> Put {
        self.as_ref().map_err(|_| Misfit)?.put(into, place)
    }

    const IS_SCALAR: bool = T::IS_SCALAR;
    const HAS_PARTS: bool = T::HAS_PARTS;

    fn into_register(self) -> Result<u64, HostError> {
        self.map_err(|e| HostError(e.to_string()))
            .and_then(T::into_register)
    }
}
