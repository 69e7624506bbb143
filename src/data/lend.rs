//! Reading straight from a heap: what lies there tells a type what it is, and lends it its text.
//!
//! Invariant: what is read is what `from_value` makes of the value that would be copied out, of which every part is looked at, wanted or
//! not. An error says only that the whole has to be read from that value, which then says why not. Strings that are flat and ASCII are
//! borrowed, others are made. Absent: Maps and Sets, variants with fields: those are read from a value.

use super::DataError;
use super::de::number;
use crate::Element;
use raya_bytecode::slot::{NULL, TAG_NUMBER, UNDEFINED};
use raya_storages::heaps::Key;
use raya_storages::programs::LinkedField;
use raya_systems::marshal::{Lent, LentFields, LentItems, Misfit, Out};
use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{self, DeserializeSeed, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use std::borrow::Cow;

/// Reads data from a heap; none if it has to be read from a value.
#[inline]
pub(crate) fn lend<'h, T: Deserialize<'h>>(from: &mut Out<'h>, key: Key) -> Option<T> {
    T::deserialize(Part { from, key }).ok()
}

/// Reads one part.
struct Part<'a, 'h> {
    from: &'a mut Out<'h>,
    key: Key,
}

fn misfit<T>() -> Result<T, DataError> {
    Err(Misfit.into())
}

impl<'h> Part<'_, 'h> {
    fn items<V: Visitor<'h>>(
        from: &mut Out<'h>,
        items: LentItems<'h>,
        visitor: V,
    ) -> Result<V::Value, DataError> {
        let len = items.len();
        let mut sequence = Items {
            from,
            items,
            at: 0,
            len,
        };
        let read = visitor.visit_seq(&mut sequence)?;
        if sequence.at < len {
            return misfit();
        }
        from.leave();
        Ok(read)
    }

    fn fields<V: Visitor<'h>>(
        from: &mut Out<'h>,
        of: LentFields<'h>,
        visitor: V,
    ) -> Result<V::Value, DataError> {
        let mut map = Fields {
            from,
            of,
            at: 0,
            value: None,
        };
        let read = visitor.visit_map(&mut map)?;
        if map.value.is_some() || map.next().is_some() {
            return misfit();
        }
        from.leave();
        Ok(read)
    }

    /// Fields of just these names, in this order.
    fn record<V: Visitor<'h>>(
        from: &mut Out<'h>,
        of: LentFields<'h>,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DataError> {
        let mut record = Record {
            from,
            of,
            names,
            at: 0,
        };
        let read = visitor.visit_seq(&mut record)?;
        if record.at < names.len() {
            return misfit();
        }
        from.leave();
        Ok(read)
    }
}

impl<'h> de::Deserializer<'h> for Part<'_, 'h> {
    type Error = DataError;

    fn deserialize_any<V: Visitor<'h>>(self, visitor: V) -> Result<V::Value, DataError> {
        match self.from.lend(self.key)? {
            Lent::Undefined | Lent::Null => visitor.visit_unit(),
            Lent::Bool(value) => visitor.visit_bool(value),
            Lent::Number(n) => number(n, visitor),
            Lent::Text(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Lent::Text(Cow::Owned(text)) => visitor.visit_string(text),
            Lent::Items(items) => Self::items(self.from, items, visitor),
            Lent::Fields(fields) => Self::fields(self.from, fields, visitor),
            Lent::Typed(..) => misfit(),
        }
    }

    #[inline]
    fn deserialize_f64<V: Visitor<'h>>(self, visitor: V) -> Result<V::Value, DataError> {
        if self.key.1 == TAG_NUMBER {
            visitor.visit_f64(self.from.lend_number(self.key)?)
        } else {
            self.deserialize_any(visitor)
        }
    }

    fn deserialize_bytes<V: Visitor<'h>>(self, visitor: V) -> Result<V::Value, DataError> {
        match self.from.lend(self.key)? {
            Lent::Typed(Element::U8 | Element::U8Clamped, bytes) => {
                visitor.visit_borrowed_bytes(bytes)
            }
            _ => misfit(),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'h>>(self, visitor: V) -> Result<V::Value, DataError> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'h>>(self, visitor: V) -> Result<V::Value, DataError> {
        if matches!(self.key.1, UNDEFINED | NULL) {
            self.from.lend(self.key)?;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'h>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DataError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'h>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DataError> {
        match self.from.lend(self.key)? {
            Lent::Text(variant) => visitor.visit_enum(StrDeserializer::<DataError>::new(&variant)),
            _ => misfit(),
        }
    }

    fn deserialize_struct<V: Visitor<'h>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DataError> {
        match self.from.lend(self.key)? {
            Lent::Fields(fields) if is_record(self.from, &fields, names) => {
                Self::record(self.from, fields, names, visitor)
            }
            Lent::Fields(fields) => Self::fields(self.from, fields, visitor),
            Lent::Items(items) => Self::items(self.from, items, visitor),
            _ => misfit(),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'h>>(self, visitor: V) -> Result<V::Value, DataError> {
        self.from.pass_over(self.key)?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        <V: Visitor<'h>>
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 char str string
        unit unit_struct seq tuple tuple_struct map identifier
    }
}

/// Whether an object has fields of these names in this order, and nothing else.
#[inline]
fn is_record(from: &Out<'_>, of: &LentFields<'_>, names: &[&str]) -> bool {
    let is_there = |(field, name): (&LinkedField, &&str)| {
        *field.name == **name
            && !field.is_hidden
            && (!field.is_optional || from.field_of(of, field).is_some())
    };
    of.fields.len() == names.len() && of.fields.iter().zip(names).all(is_there)
}

/// The items of an array.
struct Items<'a, 'h> {
    from: &'a mut Out<'h>,
    items: LentItems<'h>,
    at: usize,
    len: usize,
}

impl<'h> de::SeqAccess<'h> for Items<'_, 'h> {
    type Error = DataError;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'h>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, DataError> {
        if self.at == self.len {
            return Ok(None);
        }
        let key = self.from.item_of(&self.items, self.at);
        self.at += 1;
        let from = &mut *self.from;
        seed.deserialize(Part { from, key }).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.len - self.at)
    }
}

/// The fields of an object that is read as a record.
struct Record<'a, 'h> {
    from: &'a mut Out<'h>,
    of: LentFields<'h>,
    names: &'static [&'static str],
    at: usize,
}

impl<'h> de::SeqAccess<'h> for Record<'_, 'h> {
    type Error = DataError;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'h>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, DataError> {
        if self.at == self.names.len() {
            return Ok(None);
        }
        let field = &self.of.fields[self.at];
        self.at += 1;
        self.from.spend_name(field)?;
        let key = self.from.field_of(&self.of, field).ok_or(Misfit)?;
        let from = &mut *self.from;
        seed.deserialize(Part { from, key }).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.names.len() - self.at)
    }
}

/// The fields of an object that is read as a map.
struct Fields<'a, 'h> {
    from: &'a mut Out<'h>,
    of: LentFields<'h>,
    at: usize,
    value: Option<Key>,
}

impl<'h> Fields<'_, 'h> {
    fn next(&mut self) -> Option<(&'h LinkedField, Key)> {
        loop {
            let fields: &'h [LinkedField] = self.of.fields;
            let field = fields.get(self.at)?;
            self.at += 1;
            if let Some(key) = self.from.field_of(&self.of, field) {
                return Some((field, key));
            }
        }
    }
}

impl<'h> de::MapAccess<'h> for Fields<'_, 'h> {
    type Error = DataError;

    fn next_key_seed<S: DeserializeSeed<'h>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, DataError> {
        if self.value.is_some() {
            return misfit();
        }
        let Some((field, key)) = self.next() else {
            return Ok(None);
        };
        self.from.spend_name(field)?;
        self.value = Some(key);
        let name = BorrowedStrDeserializer::new(&field.name);
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'h>>(&mut self, seed: S) -> Result<S::Value, DataError> {
        let key = self.value.take().ok_or(Misfit)?;
        let from = &mut *self.from;
        seed.deserialize(Part { from, key })
    }
}
