//! Reading: a value tells a type what it is.
//!
//! Strings are borrowed from the value. Absent: nesting limits, since a value has been made within them.

use super::DataError;
use crate::{Element, Value};
use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer, StrDeserializer};
use serde::de::{self, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

impl de::Error for DataError {
    fn custom<T: std::fmt::Display>(message: T) -> DataError {
        DataError::new(message)
    }
}

/// Reads one value.
#[derive(Clone, Copy)]
pub(super) struct Reader<'de>(&'de Value);

impl<'de> Reader<'de> {
    pub fn new(value: &'de Value) -> Reader<'de> {
        Reader(value)
    }
}

impl<'de> IntoDeserializer<'de, DataError> for Reader<'de> {
    type Deserializer = Reader<'de>;

    fn into_deserializer(self) -> Reader<'de> {
        self
    }
}

/// A number as the integer that it is, where it is one.
pub(super) fn number<'de, V: Visitor<'de>>(n: f64, visitor: V) -> Result<V::Value, DataError> {
    let integer = n as i64;
    // Minus zero is a double.
    if integer as f64 == n && (integer != 0 || n.is_sign_positive()) {
        match u64::try_from(integer) {
            Ok(natural) => visitor.visit_u64(natural),
            Err(_) => visitor.visit_i64(integer),
        }
    } else {
        visitor.visit_f64(n)
    }
}

fn sequence<'de, V: Visitor<'de>>(values: &'de [Value], visitor: V) -> Result<V::Value, DataError> {
    let mut sequence = SeqDeserializer::new(values.iter().map(Reader));
    let read = visitor.visit_seq(&mut sequence)?;
    sequence.end()?;
    Ok(read)
}

impl<'de> de::Deserializer<'de> for Reader<'de> {
    type Error = DataError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DataError> {
        match self.0 {
            Value::Undefined | Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(n) => number(*n, visitor),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(values) | Value::Set(values) => sequence(values, visitor),
            Value::Object(fields) => {
                let fields = fields.iter().map(|(k, v)| (k.as_str(), Reader(v)));
                let mut map = MapDeserializer::new(fields.map(|(k, v)| (Borrowed(k), v)));
                let read = visitor.visit_map(&mut map)?;
                map.end()?;
                Ok(read)
            }
            Value::Map(pairs) => {
                let pairs = pairs.iter().map(|(k, v)| (Reader(k), Reader(v)));
                let mut map = MapDeserializer::new(pairs);
                let read = visitor.visit_map(&mut map)?;
                map.end()?;
                Ok(read)
            }
            Value::Handle(_) => Err(DataError::new("a handle is no data")),
            Value::Typed(array) => {
                let mut sequence = SeqDeserializer::new(array.numbers().map(Plain));
                let read = visitor.visit_seq(&mut sequence)?;
                sequence.end()?;
                Ok(read)
            }
        }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DataError> {
        match self.0 {
            Value::Typed(array) if matches!(array.element(), Element::U8 | Element::U8Clamped) => {
                visitor.visit_borrowed_bytes(array.bytes())
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DataError> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DataError> {
        match self.0 {
            Value::Number(n) => visitor.visit_f64(*n),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DataError> {
        match self.0 {
            Value::Undefined | Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DataError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DataError> {
        match self.0 {
            Value::String(variant) => {
                visitor.visit_enum(StrDeserializer::<DataError>::new(variant))
            }
            Value::Object(fields) if fields.len() == 1 => {
                let field = fields.iter().map(|(k, v)| (k.as_str(), Reader(v)));
                visitor.visit_enum(MapAccessDeserializer::new(MapDeserializer::new(field)))
            }
            _ => Err(DataError::new(
                "a variant is a string, or an object with one field",
            )),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 char str string
        unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// An element of a typed array.
struct Plain(f64);

impl<'de> IntoDeserializer<'de, DataError> for Plain {
    type Deserializer = Plain;

    fn into_deserializer(self) -> Plain {
        self
    }
}

impl<'de> de::Deserializer<'de> for Plain {
    type Error = DataError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DataError> {
        number(self.0, visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DataError> {
        visitor.visit_f64(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DataError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DataError> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 char str string bytes byte_buf enum
        unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// A property's name.
struct Borrowed<'de>(&'de str);

impl<'de> IntoDeserializer<'de, DataError> for Borrowed<'de> {
    type Deserializer = de::value::BorrowedStrDeserializer<'de, DataError>;

    fn into_deserializer(self) -> Self::Deserializer {
        de::value::BorrowedStrDeserializer::new(self.0)
    }
}
