//! Writing straight into a heap: what a type says of itself is put where its value would go.
//!
//! Invariant: what is put is what `to_value` makes, copied in; whatever this can't see at once (maps, variants with fields, objects
//! of no declared type, sequences of unknown length) becomes a value and goes as one. An error says only that the whole has to go as a
//! value, which then says why not. Absent: how things lie in heaps (`systems/marshal`).

use super::DataError;
use super::ser::{self, Writer, exact_signed, exact_unsigned};
use crate::Value;
use raya_storages::heaps::Key;
use raya_storages::values::VALUE_DEPTH_MAX;
use raya_systems::marshal::{self, In, Misfit, Place, Put};
use serde::ser::Serialize;

impl From<Misfit> for DataError {
    fn from(_: Misfit) -> DataError {
        DataError(Box::default())
    }
}

/// Puts data in a heap.
pub(crate) fn put<T: Serialize + ?Sized>(data: &T, into: &mut In<'_>, place: Place) -> Put {
    let level = 0;
    data.serialize(Putter { into, place, level })
        .map_err(|_| Misfit)
}

/// Puts one value, so many levels deep in others.
struct Putter<'a, 'p> {
    into: &'a mut In<'p>,
    place: Place,
    level: u32,
}

type Written = Result<Key, DataError>;

impl<'a, 'p> Putter<'a, 'p> {
    fn value(self, value: &Value) -> Written {
        Ok(self.into.put_value(value, self.place)?)
    }

    #[inline(always)]
    fn number(self, n: f64) -> Written {
        Ok(self.into.put_number(n, self.place)?)
    }

    /// What makes a value of the part instead.
    fn writer(&self) -> Writer {
        Writer::at(self.level)
    }

    /// The level of parts: the same bound as for values.
    fn inner(&self) -> Result<u32, DataError> {
        let level = self.level + 1;
        if level < VALUE_DEPTH_MAX {
            Ok(level)
        } else {
            Err(Misfit.into())
        }
    }

    fn items(self, len: usize) -> Result<Sequence<'a, 'p>, DataError> {
        let level = self.inner()?;
        let items = self.into.begin_items(len, self.place)?;
        Ok(Sequence::Straight(Straight {
            into: self.into,
            parts: items,
            level,
        }))
    }

    fn later<T>(self, parts: T) -> Later<'a, 'p, T> {
        Later { to: self, parts }
    }
}

macro_rules! numbers {
    ($($name:ident $ty:ty => $exact:ident;)*) => {$(
        #[inline]
        fn $name(self, n: $ty) -> Written {
            self.number($exact(n.into())?)
        }
    )*};
}

impl<'a, 'p> serde::Serializer for Putter<'a, 'p> {
    type Ok = Key;
    type Error = DataError;
    type SerializeSeq = Sequence<'a, 'p>;
    type SerializeTuple = Sequence<'a, 'p>;
    type SerializeTupleStruct = Sequence<'a, 'p>;
    type SerializeTupleVariant = Later<'a, 'p, ser::Parts>;
    type SerializeMap = Later<'a, 'p, ser::Pairs>;
    type SerializeStruct = Record<'a, 'p>;
    type SerializeStructVariant = Later<'a, 'p, ser::Fields>;

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

    #[inline(always)]
    fn serialize_bool(self, value: bool) -> Written {
        Ok(self.into.put_bool(value, self.place)?)
    }

    fn serialize_f32(self, n: f32) -> Written {
        self.number(n.into())
    }

    #[inline(always)]
    fn serialize_f64(self, n: f64) -> Written {
        self.number(n)
    }

    fn serialize_char(self, c: char) -> Written {
        self.serialize_str(c.encode_utf8(&mut [0; 4]))
    }

    #[inline(always)]
    fn serialize_str(self, text: &str) -> Written {
        Ok(self.into.put_text(text, self.place)?)
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Written {
        Ok(self.into.put_typed(bytes, self.place)?)
    }

    fn serialize_none(self) -> Written {
        Ok(self.into.put_undefined(self.place)?)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Written {
        Ok(self.into.put_null(self.place)?)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Written {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Written {
        self.serialize_str(variant)
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
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Written {
        let writer = self.writer();
        let value = writer.serialize_newtype_variant(name, index, variant, value)?;
        self.value(&value)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Self::SerializeSeq, DataError> {
        match len {
            Some(len) => self.items(len),
            None => {
                let parts = self.writer().serialize_seq(None)?;
                Ok(Sequence::Later(self.later(parts)))
            }
        }
    }

    fn serialize_tuple(self, len: usize) -> Result<Self::SerializeTuple, DataError> {
        self.items(len)
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleStruct, DataError> {
        self.items(len)
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleVariant, DataError> {
        let writer = self.writer();
        let parts = writer.serialize_tuple_variant(name, index, variant, len)?;
        Ok(self.later(parts))
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Self::SerializeMap, DataError> {
        let parts = self.writer().serialize_map(len)?;
        Ok(self.later(parts))
    }

    fn serialize_struct(
        self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStruct, DataError> {
        let level = self.inner()?;
        match self.into.begin_object(self.place)? {
            Some(parts) => Ok(Record::Straight(Straight {
                into: self.into,
                parts,
                level,
            })),
            None => {
                let parts = self.writer().serialize_struct(name, len)?;
                Ok(Record::Later(self.later(parts)))
            }
        }
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStructVariant, DataError> {
        let writer = self.writer();
        let parts = writer.serialize_struct_variant(name, index, variant, len)?;
        Ok(self.later(parts))
    }
}

/// Parts that are put one after the other.
pub(super) struct Straight<'a, 'p, T> {
    into: &'a mut In<'p>,
    parts: T,
    level: u32,
}

/// Parts that become a value first.
pub(super) struct Later<'a, 'p, T> {
    to: Putter<'a, 'p>,
    parts: T,
}

/// The elements of an array.
pub(super) enum Sequence<'a, 'p> {
    Straight(Straight<'a, 'p, marshal::Items<'p>>),
    Later(Later<'a, 'p, ser::Parts>),
}

macro_rules! sequences {
    ($($interface:ident $add:ident;)*) => {$(
        impl serde::ser::$interface for Sequence<'_, '_> {
            type Ok = Key;
            type Error = DataError;

            #[inline]
            fn $add<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), DataError> {
                match self {
                    Sequence::Straight(Straight { into, parts, level }) => {
                        let level = *level;
                        Ok(into.item(parts, |into, place| {
                            let written = value.serialize(Putter { into, place, level });
                            written.map_err(|_| Misfit)
                        })?)
                    }
                    Sequence::Later(later) => serde::ser::$interface::$add(&mut later.parts, value),
                }
            }

            fn end(self) -> Written {
                match self {
                    Sequence::Straight(straight) => Ok(straight.into.end_items(straight.parts)?),
                    Sequence::Later(later) => {
                        let value = serde::ser::$interface::end(later.parts)?;
                        later.to.value(&value)
                    }
                }
            }
        }
    )*};
}

sequences! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
}

impl serde::ser::SerializeTupleVariant for Later<'_, '_, ser::Parts> {
    type Ok = Key;
    type Error = DataError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), DataError> {
        serde::ser::SerializeTupleVariant::serialize_field(&mut self.parts, value)
    }

    fn end(self) -> Written {
        let value = serde::ser::SerializeTupleVariant::end(self.parts)?;
        self.to.value(&value)
    }
}

impl serde::ser::SerializeMap for Later<'_, '_, ser::Pairs> {
    type Ok = Key;
    type Error = DataError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), DataError> {
        self.parts.serialize_key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), DataError> {
        self.parts.serialize_value(value)
    }

    fn end(self) -> Written {
        let value = self.parts.end()?;
        self.to.value(&value)
    }
}

/// The fields of an object.
pub(super) enum Record<'a, 'p> {
    Straight(Straight<'a, 'p, marshal::Fields<'p>>),
    Later(Later<'a, 'p, ser::Fields>),
}

impl serde::ser::SerializeStruct for Record<'_, '_> {
    type Ok = Key;
    type Error = DataError;

    #[inline(always)]
    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), DataError> {
        match self {
            Record::Straight(Straight { into, parts, level }) => {
                let level = *level;
                Ok(into.field_named(parts, name, |into, place| {
                    let written = value.serialize(Putter { into, place, level });
                    written.map_err(|_| Misfit)
                })?)
            }
            Record::Later(later) => {
                serde::ser::SerializeStruct::serialize_field(&mut later.parts, name, value)
            }
        }
    }

    fn end(self) -> Written {
        match self {
            Record::Straight(straight) => Ok(straight.into.end_object(straight.parts)?),
            Record::Later(later) => {
                let value = serde::ser::SerializeStruct::end(later.parts)?;
                later.to.value(&value)
            }
        }
    }
}

impl serde::ser::SerializeStructVariant for Later<'_, '_, ser::Fields> {
    type Ok = Key;
    type Error = DataError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), DataError> {
        serde::ser::SerializeStructVariant::serialize_field(&mut self.parts, name, value)
    }

    fn end(self) -> Written {
        let value = serde::ser::SerializeStructVariant::end(self.parts)?;
        self.to.value(&value)
    }
}
