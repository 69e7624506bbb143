//! The types that host functions take and give, with their TypeScript names.
//!
//! Invariant: what `type_text` says is what `from_value` takes and `into_result` gives.
//! Absent: how values leave and enter heaps (`systems/marshal`).

use super::HostError;
use raya_bytecode::slot::{TAG_BOOLEAN, TAG_NUMBER, UNDEFINED};
use raya_storages::values::Value;
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
}

/// A type that host functions give.
pub trait Ret {
    /// Its TypeScript type.
    fn type_text() -> String;
    /// As a value, or the error to throw.
    fn into_result(self) -> Result<Value, HostError>;
    /// Whether it is a numeric register, or nothing.
    const IS_SCALAR: bool = false;
    /// As a register, if it is one, or the error to throw.
    fn into_register(self) -> Result<u64, HostError>
    where
        Self: Sized,
    {
        Err(HostError("a result that is no number".into()))
    }
}

/// How scalars lie in registers.
trait Scalar: Sized {
    fn from_register(register: u64) -> Self;
    fn into_register(self) -> u64;
    fn from_mixed(num: u64, reference: u32) -> Option<Self>;
}

impl Scalar for f64 {
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
        const IS_SCALAR: bool = true;
        fn from_register<'a>(register: u64) -> Option<Self::Item<'a>> {
            Some(Scalar::from_register(register))
        }
        fn from_mixed<'a>(num: u64, reference: u32) -> Option<Self::Item<'a>> {
            Scalar::from_mixed(num, reference)
        }
    };
    (@ret scalar) => {
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
    String, "string", Value::String(s) => Some(s.clone()), s => Value::String(s);
}

impl Param for Value {
    type Item<'a> = Value;

    fn type_text() -> String {
        "unknown".into()
    }

    fn from_value(value: &Value) -> Option<Value> {
        Some(value.clone())
    }
}

impl Ret for Value {
    fn type_text() -> String {
        "unknown".into()
    }

    fn into_result(self) -> Result<Value, HostError> {
        Ok(self)
    }
}

impl Ret for &str {
    fn type_text() -> String {
        "string".into()
    }

    fn into_result(self) -> Result<Value, HostError> {
        Ok(Value::String(self.into()))
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
}

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
}

fn array_text(element: String) -> String {
    if element.contains(' ') {
        format!("({element})[]")
    } else {
        format!("{element}[]")
    }
}

impl Ret for () {
    fn type_text() -> String {
        "void".into()
    }

    fn into_result(self) -> Result<Value, HostError> {
        Ok(Value::Undefined)
    }

    const IS_SCALAR: bool = true;

    fn into_register(self) -> Result<u64, HostError> {
        Ok(0)
    }
}

impl<T: Ret> Ret for Option<T> {
    fn type_text() -> String {
        format!("{} | undefined", T::type_text())
    }

    fn into_result(self) -> Result<Value, HostError> {
        self.map_or(Ok(Value::Undefined), T::into_result)
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
}

impl<T: Ret, E: fmt::Display> Ret for Result<T, E> {
    fn type_text() -> String {
        T::type_text()
    }

    fn into_result(self) -> Result<Value, HostError> {
        self.map_err(|e| HostError(e.to_string()))
            .and_then(T::into_result)
    }

    const IS_SCALAR: bool = T::IS_SCALAR;

    fn into_register(self) -> Result<u64, HostError> {
        self.map_err(|e| HostError(e.to_string()))
            .and_then(T::into_register)
    }
}
