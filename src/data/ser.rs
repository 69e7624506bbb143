//! Writing: what a type says of itself becomes a value.
//!
//! Invariant: a value is at most `VALUE_DEPTH_MAX` deep, so that a recursive type can't exhaust the native stack.

use super::DataError;
use crate::Value;
use raya_storages::typed::TypedArray;
use raya_storages::values::VALUE_DEPTH_MAX;
use serde::ser::{self, Serialize};

/// Integers up to this size are exact as doubles.
const EXACT_MAX: u64 = 1 << 53;

impl ser::Error for DataError {
    fn custom<T: std::fmt::Display>(message: T) -> DataError {
        DataError::new(message)
    }
}

/// Writes one value, so deep inside others.
#[derive(Clone, Copy, Default)]
pub(super) struct Writer {
    depth: u32,
}

type Written = Result<Value, DataError>;

impl Writer {
    /// Writes a part so deep in others.
    pub fn at(depth: u32) -> Writer {
        Writer { depth }
    }

    fn inner(self) -> Result<Writer, DataError> {
        let depth = self.depth + 1;
        if depth >= VALUE_DEPTH_MAX {
            return Err(DataError::new(format_args!(
                "the value nests deeper than {VALUE_DEPTH_MAX}"
            )));
        }
        Ok(Writer { depth })
    }

    fn parts(self, len: Option<usize>, variant: Option<&'static str>) -> Result<Parts, DataError> {
        Ok(Parts {
            writer: self.inner()?,
            variant,
            values: Vec::with_capacity(len.unwrap_or(0)),
        })
    }

    fn fields(self, len: usize, variant: Option<&'static str>) -> Result<Fields, DataError> {
        Ok(Fields {
            writer: self.inner()?,
            variant,
            fields: Vec::with_capacity(len),
        })
    }
}

/// An integer as a number.
pub(super) fn exact_unsigned(n: u64) -> Result<f64, DataError> {
    if n > EXACT_MAX {
        return Err(DataError::new(format_args!("{n} is no exact number")));
    }
    Ok(n as f64)
}

/// An integer as a number.
pub(super) fn exact_signed(n: i64) -> Result<f64, DataError> {
    if n.unsigned_abs() > EXACT_MAX {
        return Err(DataError::new(format_args!("{n} is no exact number")));
    }
    Ok(n as f64)
}

fn tagged(variant: Option<&'static str>, value: Value) -> Value {
    match variant {
        Some(name) => Value::Object(vec![(name.into(), value)]),
        None => value,
    }
}

macro_rules! numbers {
    ($($name:ident $ty:ty => $write:ident;)*) => {$(
        fn $name(self, n: $ty) -> Written {
            $write(n.into()).map(Value::Number)
        }
    )*};
}

impl ser::Serializer for Writer {
    type Ok = Value;
    type Error = DataError;
    type SerializeSeq = Parts;
    type SerializeTuple = Parts;
    type SerializeTupleStruct = Parts;
    type SerializeTupleVariant = Parts;
    type SerializeMap = Pairs;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Fields;

    numbers! {
        serialize_i8 i8 => exact_signed;
        serialize_i16 i16 => exact_signed;
        serialize_i32 i32 => exact_signed;
        serialize_i64 i64 => exact_signed;
        serialize_u8 u8 => exact_unsigned;
        serialize_u16 u16 => exact_unsigned;
        serialize_u32 u32 => exact_unsigned;
        serialize_u64 u64 => exact_unsigned;
    }

    fn serialize_bool(self, value: bool) -> Written {
        Ok(Value::Bool(value))
    }

    fn serialize_f32(self, n: f32) -> Written {
        Ok(Value::Number(n.into()))
    }

    fn serialize_f64(self, n: f64) -> Written {
        Ok(Value::Number(n))
    }

    fn serialize_char(self, c: char) -> Written {
        Ok(Value::String(c.into()))
    }

    fn serialize_str(self, text: &str) -> Written {
        Ok(Value::String(text.into()))
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Written {
        Ok(TypedArray::of(bytes).into())
    }

    fn serialize_none(self) -> Written {
        Ok(Value::Undefined)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Written {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Written {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Written {
        Ok(Value::String(variant.into()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Written {
        let inner = value.serialize(self.inner()?)?;
        Ok(tagged(Some(variant), inner))
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Parts, DataError> {
        self.parts(len, None)
    }

    fn serialize_tuple(self, len: usize) -> Result<Parts, DataError> {
        self.parts(Some(len), None)
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Parts, DataError> {
        self.parts(Some(len), None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Parts, DataError> {
        self.inner()?.parts(Some(len), Some(variant))
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Pairs, DataError> {
        Ok(Pairs {
            writer: self.inner()?,
            key: Value::Undefined,
            pairs: Vec::with_capacity(len.unwrap_or(0)),
        })
    }

    fn serialize_struct(self, _: &'static str, len: usize) -> Result<Fields, DataError> {
        self.fields(len, None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Fields, DataError> {
        self.inner()?.fields(len, Some(variant))
    }
}

/// The elements of an array.
pub(super) struct Parts {
    writer: Writer,
    variant: Option<&'static str>,
    values: Vec<Value>,
}

macro_rules! parts {
    ($($interface:ident $add:ident;)*) => {$(
        impl ser::$interface for Parts {
            type Ok = Value;
            type Error = DataError;

            fn $add<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), DataError> {
                self.values.push(value.serialize(self.writer)?);
                Ok(())
            }

            fn end(self) -> Written {
                Ok(tagged(self.variant, Value::Array(self.values)))
            }
        }
    )*};
}

parts! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}

/// The entries of a map.
pub(super) struct Pairs {
    writer: Writer,
    key: Value,
    pairs: Vec<(Value, Value)>,
}

impl ser::SerializeMap for Pairs {
    type Ok = Value;
    type Error = DataError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), DataError> {
        self.key = key.serialize(self.writer)?;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), DataError> {
        let value = value.serialize(self.writer)?;
        self.pairs.push((std::mem::take(&mut self.key), value));
        Ok(())
    }

    fn end(self) -> Written {
        Ok(Value::Map(self.pairs))
    }
}

/// The fields of an object. Those that are `undefined` are left out.
pub(super) struct Fields {
    writer: Writer,
    variant: Option<&'static str>,
    fields: Vec<(String, Value)>,
}

macro_rules! fields {
    ($($interface:ident)*) => {$(
        impl ser::$interface for Fields {
            type Ok = Value;
            type Error = DataError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), DataError> {
                match value.serialize(self.writer)? {
                    Value::Undefined => {}
                    value => self.fields.push((name.into(), value)),
                }
                Ok(())
            }

            fn end(self) -> Written {
                Ok(tagged(self.variant, Value::Object(self.fields)))
            }
        }
    )*};
}

fields! { SerializeStruct SerializeStructVariant }
