//! Out of a heap without a value between: what lies there, lent part by part to who makes a type of their own of it.
//!
//! Invariant: what is lent is what a value would be copied from, with the same bytes counted, the same depth and no cycle; where that
//! is not so, or a value is needed, there is a `Misfit`, and whoever asked takes the value and what it says.
//! Absent: Maps and Sets, handles, and what can't leave: those go as values.

use super::out::{Out, plain};
use super::straight::Misfit;
use raya_bytecode::elements::Element;
use raya_bytecode::image::*;
use raya_bytecode::slot::{NULL, TAG_BOOLEAN, TAG_NUMBER, UNDEFINED};
use raya_storages::heaps::{Heap, Key};
use raya_storages::layout::Kind;
use raya_storages::programs::{LinkedField, Program};
use raya_storages::values::Value;
use std::borrow::Cow;

/// What a mixed pair is. Of `Items` and `Fields` the way leads back by `Out::leave`.
pub enum Lent<'h> {
    /// `undefined`
    Undefined,
    /// `null`
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string; lone surrogates are replaced.
    Text(Cow<'h, str>),
    /// A typed array: its elements' bytes.
    Typed(Element, &'h [u8]),
    /// An array or tuple.
    Items(LentItems<'h>),
    /// A plain object.
    Fields(LentFields<'h>),
}

/// The items of an array or tuple.
#[derive(Clone, Copy)]
pub enum LentItems<'h> {
    /// Numbers.
    Numbers(&'h [f64]),
    /// Integers.
    Integers(&'h [i32]),
    /// Booleans, 0 or 1 each.
    Booleans(&'h [u8]),
    /// References.
    References(&'h [u32]),
    /// Mixed pairs.
    Mixed(&'h [u64], &'h [u32]),
    /// Those of a tuple.
    Tuple(LentFields<'h>),
}

/// The fields of an object.
#[derive(Clone, Copy)]
pub struct LentFields<'h> {
    object: u32,
    /// All that it has, those among them that are left out.
    pub fields: &'h [LinkedField],
}

impl<'h> LentItems<'h> {
    /// How many.
    pub fn len(&self) -> usize {
        match self {
            LentItems::Numbers(items) => items.len(),
            LentItems::Integers(items) => items.len(),
            LentItems::Booleans(items) => items.len(),
            LentItems::References(items) => items.len(),
            LentItems::Mixed(_, items) => items.len(),
            LentItems::Tuple(fields) => fields.fields.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<'h> Out<'h> {
    /// What it copies from.
    pub fn source(&self) -> (&'h Program, &'h Heap) {
        (self.program, self.heap)
    }

    /// What a mixed pair is.
    #[inline]
    pub fn lend(&mut self, (num, reference): Key) -> Result<Lent<'h>, Misfit> {
        self.spend(size_of::<Value>())?;
        match reference {
            UNDEFINED => Ok(Lent::Undefined),
            NULL => Ok(Lent::Null),
            TAG_NUMBER => Ok(Lent::Number(f64::from_bits(num))),
            TAG_BOOLEAN => Ok(Lent::Bool(num & 1 != 0)),
            _ => self.lend_object(reference),
        }
    }

    /// A number, if it is one.
    #[inline]
    pub fn lend_number(&mut self, (num, reference): Key) -> Result<f64, Misfit> {
        self.spend(size_of::<Value>())?;
        if reference == TAG_NUMBER {
            Ok(f64::from_bits(num))
        } else {
            Err(Misfit)
        }
    }

    fn lend_object(&mut self, reference: u32) -> Result<Lent<'h>, Misfit> {
        let constants = &self.program.constants;
        if let Some(text) = self.heap.ascii(constants, reference) {
            self.spend(text.len())?;
            return Ok(Lent::Text(Cow::Borrowed(text)));
        }
        let kind = self.heap.kind_of(constants, reference);
        if kind.is_string() {
            self.spend(self.heap.string_len(constants, reference) as usize)?;
            let text = self.heap.text(constants, reference);
            return Ok(Lent::Text(Cow::Owned(text)));
        }
        if kind == Kind::Typed {
            let bytes = self.heap.typed_bytes(reference);
            self.spend(bytes.len())?;
            return Ok(Lent::Typed(self.heap.element_of(reference), bytes));
        }
        let parts = self.parts(kind, reference)?;
        self.go_into(reference)?;
        Ok(parts)
    }

    fn parts(&self, kind: Kind, reference: u32) -> Result<Lent<'h>, Misfit> {
        let heap = self.heap;
        Ok(Lent::Items(match kind {
            Kind::ArrayF64 => LentItems::Numbers(heap.f64s(reference)),
            Kind::ArrayI32 => LentItems::Integers(heap.i32s(reference)),
            Kind::ArrayBool => LentItems::Booleans(heap.bools(reference)),
            Kind::ArrayRef => LentItems::References(heap.refs(reference)),
            Kind::ArrayMixed => {
                let (nums, refs) = heap.mixed(reference);
                LentItems::Mixed(nums, refs)
            }
            Kind::Object => {
                let class = self.class_of(reference);
                let fields = LentFields {
                    object: reference,
                    fields: self.program.fields_of(class),
                };
                match class.kind {
                    CLASS_TUPLE => LentItems::Tuple(fields),
                    CLASS_CLOSURE | CLASS_CELL | CLASS_GLOBALS | CLASS_MAP | CLASS_SET => {
                        return Err(Misfit);
                    }
                    _ => return Ok(Lent::Fields(fields)),
                }
            }
            _ => return Err(Misfit),
        }))
    }

    /// An item; there are more.
    #[inline]
    pub fn item_of(&self, items: &LentItems<'h>, at: usize) -> Key {
        match items {
            LentItems::Numbers(items) => (items[at].to_bits(), TAG_NUMBER),
            LentItems::Integers(items) => (f64::from(items[at]).to_bits(), TAG_NUMBER),
            LentItems::Booleans(items) => (items[at].into(), TAG_BOOLEAN),
            LentItems::References(items) => (0, items[at]),
            LentItems::Mixed(nums, refs) => (nums[at], refs[at]),
            LentItems::Tuple(fields) => self.field(fields.object, &fields.fields[at]),
        }
    }

    /// A field, unless it is left out. Its name is not counted yet.
    #[inline]
    pub fn field_of(&self, of: &LentFields<'h>, field: &LinkedField) -> Option<Key> {
        let key = self.field(of.object, field);
        let is_left_out = field.is_hidden || field.is_optional && key.1 == UNDEFINED;
        (!is_left_out).then_some(key)
    }

    /// Counts the name of a field.
    #[inline]
    pub fn spend_name(&mut self, field: &LinkedField) -> Result<(), Misfit> {
        Ok(self.spend(size_of::<String>() + field.name.len())?)
    }

    /// Counts the items of a packed array that is taken in one piece.
    pub fn spend_items(&mut self, count: usize) -> Result<(), Misfit> {
        Ok(self.spend(count * size_of::<Value>())?)
    }

    /// Looks at a part that nobody wants, as a copy would.
    pub fn pass_over(&mut self, key: Key) -> Result<(), Misfit> {
        match plain(key.0, key.1) {
            Some(_) => self.spend(size_of::<Value>())?,
            None => drop(self.value(key, None)?),
        }
        Ok(())
    }
}
