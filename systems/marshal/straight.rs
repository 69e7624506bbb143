//! Rust's own types straight into a heap, without a value between: what a type says of itself, part by part.
//!
//! Invariant: what goes straight is what its value would become, word for word; what doesn't is a `Misfit`, and whoever has the
//! type makes a value of it then, which goes its way or says why not. Steps and depth are counted as for the value, so that nothing crosses
//! that would be too complex or too deep.
//! Absent: maps, and objects of no declared type, which are looked for by all their names at once: they go as values.

use super::into::{In, number, set_element, set_field};
use super::types::{array_slot, element_slot};
use super::value::{class_of_kind, fits};
use super::{MarshalError, VALUE_BYTES_MAX};
use raya_bytecode::image::*;
use raya_bytecode::slot::{Slot, TAG_BOOLEAN, UNDEFINED};
use raya_storages::heaps::{Heap, Key};
use raya_storages::layout::array_kinds;
use raya_storages::programs::{LinkedClass, LinkedField, Plain, Program};
use raya_storages::typed::{TypedArray, TypedElement};
use raya_storages::values::Value;
use smallvec::SmallVec;
use std::fmt;

/// It does not go straight. A value may; if it doesn't either, that says why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Misfit;

impl From<Box<MarshalError>> for Misfit {
    fn from(_: Box<MarshalError>) -> Misfit {
        Misfit
    }
}

/// What was put in a heap: a mixed pair.
pub type Put = Result<Key, Misfit>;

/// Where something is put.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// The declared type, in the program's `descs`; none where it comes as it is.
    pub desc: Option<u32>,
    /// What holds it.
    pub slot: Slot,
    /// It may be left out, which is to be undefined.
    pub is_optional: bool,
    /// Whether type and slot are those of a plain value.
    pub plain: Plain,
}

impl Place {
    /// A place of its own, which holds anything.
    fn whole(desc: Option<u32>) -> Place {
        Place {
            desc,
            slot: Slot::MIXED,
            is_optional: false,
            plain: Plain::No,
        }
    }
}

/// Several things that go into a heap together, such as what a function is called with.
pub trait Source: fmt::Debug {
    /// How many they are.
    fn count(&self) -> usize;
    /// Puts one in the heap.
    fn put(&self, at: usize, into: &mut In<'_>, place: Place) -> Put;
    /// All of them as values, for where they don't go straight.
    fn values(&self) -> Result<Vec<Value>, MarshalError>;
}

/// Puts all in a heap or none, each as `copy_all_in` would its value. A misfit: they have to go as values. Else the error is the words
/// that are missing: collect, then try again.
pub fn put_all(
    program: &Program,
    heap: &mut Heap,
    source: &dyn Source,
    (descs, first): (&[u32], usize),
    words_after: u32,
) -> Result<Result<SmallVec<[Key; 8]>, u32>, Misfit> {
    let mut into = In::new(program, heap);
    let mut put = SmallVec::new();
    for at in 0..source.count() {
        let typed = at.checked_sub(first).and_then(|at| descs.get(at));
        put.push(into.put_with(typed.copied(), |into, place| source.put(at, into, place))?);
    }
    Ok(into.finish(words_after).map(|()| put))
}

/// The items of an array or tuple while they are put.
pub struct Items<'p> {
    place: Place,
    own: Slot,
    reference: Option<u32>,
    kind: ItemsKind<'p>,
    at: usize,
    len: usize,
    depth: u32,
}

enum ItemsKind<'p> {
    Array {
        item: Place,
    },
    Tuple {
        types: &'p [u32],
        fields: &'p [LinkedField],
    },
}

/// The fields of an object while they are put.
pub struct Fields<'p> {
    place: Place,
    own: Slot,
    reference: Option<u32>,
    fields: &'p [LinkedField],
    at: usize,
    depth: u32,
}

/// The type of a part, below unions.
type Row = Option<Desc>;

/// Parts that have none.
impl<'a> In<'a> {
    /// Puts something by itself, as the type or as it comes.
    #[inline]
    pub fn put_with(
        &mut self,
        desc: Option<u32>,
        put: impl FnOnce(&mut Self, Place) -> Put,
    ) -> Put {
        self.begin_value();
        put(self, Place::whole(desc))
    }

    /// A value.
    pub fn put_value(&mut self, value: &Value, place: Place) -> Put {
        Ok(self.part(value, place.desc, place.slot)?)
    }

    fn tag(&self, place: Place) -> Option<u32> {
        place
            .desc
            .map(|desc| self.program.image.descs[desc as usize].tag)
    }

    /// A number.
    #[inline(always)]
    pub fn put_number(&mut self, n: f64, place: Place) -> Put {
        let is_plain = place.plain == Plain::Number
            || matches!(self.tag(place), None | Some(DESC_NUMBER))
                && matches!(place.slot, Slot::F64 | Slot::MIXED);
        if !is_plain {
            return self.put_value(&Value::Number(n), place);
        }
        self.take_step()?;
        Ok(number(n))
    }

    /// A boolean.
    #[inline(always)]
    pub fn put_bool(&mut self, value: bool, place: Place) -> Put {
        let is_plain = place.plain == Plain::Boolean
            || matches!(self.tag(place), None | Some(DESC_BOOLEAN))
                && matches!(place.slot, Slot::BOOL | Slot::MIXED);
        if !is_plain {
            return self.put_value(&Value::Bool(value), place);
        }
        self.take_step()?;
        Ok((value.into(), TAG_BOOLEAN))
    }

    /// Text.
    #[inline(always)]
    pub fn put_text(&mut self, text: &str, place: Place) -> Put {
        let is_plain = place.plain == Plain::Text
            || matches!(self.tag(place), None | Some(DESC_STRING))
                && matches!(place.slot, Slot::STR | Slot::ANY | Slot::MIXED);
        if !is_plain {
            return self.put_value(&Value::String(text.into()), place);
        }
        self.take_step()?;
        Ok((0, self.text(text)))
    }

    /// Undefined.
    pub fn put_undefined(&mut self, place: Place) -> Put {
        if place.is_optional && place.slot.has_ref() {
            return Ok((0, UNDEFINED));
        }
        self.put_value(&Value::Undefined, place)
    }

    /// Null.
    pub fn put_null(&mut self, place: Place) -> Put {
        self.put_value(&Value::Null, place)
    }

    /// A typed array.
    pub fn put_typed<T: TypedElement>(&mut self, items: &[T], place: Place) -> Put {
        let depth = self.depth;
        let row = self.enter(place, |tag| tag == DESC_TYPED)?;
        let is_of = |row: Desc| row.tag != DESC_TYPED || row.arg == T::ELEMENT as u32;
        if !row.is_none_or(is_of) || size_of_val(items) > VALUE_BYTES_MAX {
            return Err(Misfit);
        }
        let key = (0, self.typed_array(&TypedArray::of(items)));
        self.leave(depth, key, T::ELEMENT.slot(), place)
    }

    /// Goes down to the type that a part with parts is of: of a union, the first member that may be one.
    fn enter(&mut self, place: Place, may_be: impl Fn(u32) -> bool) -> Result<Row, Misfit> {
        let program = self.program;
        let tag = |desc: u32| program.image.descs[desc as usize].tag;
        let mut desc = place.desc;
        loop {
            self.take_step()?;
            self.depth += 1;
            let Some(row) = desc.map(|desc| program.image.descs[desc as usize]) else {
                return Ok(None);
            };
            match row.tag {
                DESC_UNKNOWN | DESC_PARAM => return Ok(None),
                DESC_UNION => {}
                tag if may_be(tag) => return Ok(Some(row)),
                _ => return Err(Misfit),
            }
            let members = &program.image.desc_children[row.children.indices()];
            let is_candidate = |member: &u32| {
                let tag = tag(*member);
                may_be(tag) || matches!(tag, DESC_UNKNOWN | DESC_PARAM | DESC_UNION)
            };
            let at = members.iter().position(is_candidate).ok_or(Misfit)?;
            for _ in 0..at {
                self.take_step()?;
            }
            desc = Some(members[at]);
        }
    }

    /// Comes up again with what is there now.
    fn leave(&mut self, depth: u32, key: Key, own: Slot, place: Place) -> Put {
        self.depth = depth;
        if place.slot == Slot::MIXED || fits(self.program, (key, own), place.slot) {
            Ok(key)
        } else {
            Err(Misfit)
        }
    }
}

/// Arrays and tuples.
impl<'a> In<'a> {
    /// Begins so many items.
    #[inline]
    pub fn begin_items(&mut self, len: usize, place: Place) -> Result<Items<'a>, Misfit> {
        let program = self.program;
        let depth = self.depth;
        let row = self.enter(place, |tag| matches!(tag, DESC_ARRAY | DESC_TUPLE))?;
        let parts = |row: Desc| &program.image.desc_children[row.children.indices()];
        let (own, reference, kind) = match row {
            Some(row) if row.tag == DESC_TUPLE => {
                let class = class_of_kind(program, row.arg, CLASS_TUPLE).ok_or(Misfit)?;
                let fields = program.fields_of(class);
                if len > fields.len() {
                    return Err(Misfit);
                }
                let types = parts(row);
                let tuple = self.new_object(row.arg as u16, class.words);
                let own = Slot::class(row.arg as u16);
                (own, tuple, ItemsKind::Tuple { types, fields })
            }
            row => {
                let desc = row.and_then(|row| parts(row).first().copied());
                let own = match array_kinds(place.slot) {
                    Some(_) => place.slot,
                    None if row.is_some() => array_slot(program, desc),
                    None => Slot::ARR_MIXED,
                };
                let slot = element_slot(own);
                let tag = desc.map(|desc| program.image.descs[desc as usize].tag);
                let item = Place {
                    desc,
                    slot,
                    is_optional: false,
                    plain: Plain::of(tag, slot),
                };
                (own, self.new_array(own, len), ItemsKind::Array { item })
            }
        };
        Ok(Items {
            place,
            own,
            reference,
            kind,
            at: 0,
            len,
            depth,
        })
    }

    /// Puts the next item.
    #[inline(always)]
    pub fn item(
        &mut self,
        items: &mut Items<'_>,
        put: impl FnOnce(&mut Self, Place) -> Put,
    ) -> Result<(), Misfit> {
        let at = items.at;
        if at >= items.len {
            return Err(Misfit);
        }
        items.at += 1;
        match &items.kind {
            ItemsKind::Array { item } => {
                let key = put(self, *item)?;
                if let Some(array) = items.reference {
                    set_element(self.heap, (array, items.own), at, key);
                }
            }
            ItemsKind::Tuple { types, fields } => {
                let field = &fields[at];
                let desc = types.get(at).copied().or(field.desc);
                self.field_at(items.reference, field, desc, put)?;
            }
        }
        Ok(())
    }

    /// Ends items, all of which are there.
    #[inline]
    pub fn end_items(&mut self, items: Items<'_>) -> Put {
        if items.at != items.len {
            return Err(Misfit);
        }
        if let ItemsKind::Tuple { types, fields } = items.kind {
            for (at, field) in fields.iter().enumerate().skip(items.len) {
                let desc = types.get(at).copied().or(field.desc);
                self.field_at(items.reference, field, desc, Self::put_undefined)?;
            }
        }
        let key = (0, items.reference.unwrap_or(UNDEFINED));
        self.leave(items.depth, key, items.own, items.place)
    }

    /// Puts a slice of a `Copy` type: in one piece where its array is packed likewise, else one by one.
    fn put_slice<T: Copy>(
        &mut self,
        items: &[T],
        place: Place,
        (own, tag): (Slot, u32),
        pack: impl FnOnce(&mut Self, u32),
        put: impl Fn(&mut Self, T, Place) -> Put,
    ) -> Put {
        let mut parts = self.begin_items(items.len(), place)?;
        let is_packed = match &parts.kind {
            ItemsKind::Array { item } => {
                parts.own == own && self.tag(*item).is_none_or(|of| of == tag)
            }
            ItemsKind::Tuple { .. } => false,
        };
        if is_packed && items.len() <= self.steps_left as usize && !self.is_exhausted() {
            self.steps_left -= items.len() as u32;
            parts.at = items.len();
            if let Some(array) = parts.reference {
                pack(self, array);
            }
        } else {
            for item in items {
                self.item(&mut parts, |into, place| put(into, *item, place))?;
            }
        }
        self.end_items(parts)
    }

    /// An array of numbers.
    pub fn put_f64s(&mut self, items: &[f64], place: Place) -> Put {
        let pack = |into: &mut Self, array| {
            let nan = f64::from_bits(CANONICAL_NAN);
            let places = into.heap.f64s_mut(array).iter_mut();
            places
                .zip(items)
                .for_each(|(place, n)| *place = if n.is_nan() { nan } else { *n });
        };
        let packed = (Slot::ARR_F64, DESC_NUMBER);
        self.put_slice(items, place, packed, pack, Self::put_number)
    }

    /// An array of integers.
    pub fn put_i32s(&mut self, items: &[i32], place: Place) -> Put {
        let pack = |into: &mut Self, array| into.heap.i32s_mut(array).copy_from_slice(items);
        let put = |into: &mut Self, item: i32, place| into.put_number(item.into(), place);
        self.put_slice(items, place, (Slot::ARR_I32, DESC_INT), pack, put)
    }

    /// An array of booleans.
    pub fn put_bools(&mut self, items: &[bool], place: Place) -> Put {
        let pack = |into: &mut Self, array| {
            let places = into.heap.bools_mut(array).iter_mut();
            places
                .zip(items)
                .for_each(|(place, item)| *place = (*item).into());
        };
        let packed = (Slot::ARR_BOOL, DESC_BOOLEAN);
        self.put_slice(items, place, packed, pack, Self::put_bool)
    }
}

/// Objects.
impl<'a> In<'a> {
    /// Begins an object; none if its type is not declared, which is for a value to find by its names.
    #[inline]
    pub fn begin_object(&mut self, place: Place) -> Result<Option<Fields<'a>>, Misfit> {
        let program = self.program;
        let (depth, steps) = (self.depth, self.steps_left);
        let Some(row) = self.enter(place, |tag| tag == DESC_OBJECT)? else {
            // The value takes its own steps.
            (self.depth, self.steps_left) = (depth, steps);
            return Ok(None);
        };
        let class = row.arg as u16;
        let linked: &LinkedClass =
            class_of_kind(program, class.into(), CLASS_SHAPE).ok_or(Misfit)?;
        let reference = self.new_object(class, linked.words);
        Ok(Some(Fields {
            place,
            own: Slot::class(class),
            reference,
            fields: program.fields_of(linked),
            at: 0,
            depth,
        }))
    }

    /// Puts a field, which is the next of the type but for some that may be left out.
    #[inline(always)]
    pub fn field_named(
        &mut self,
        fields: &mut Fields<'_>,
        name: &str,
        put: impl FnOnce(&mut Self, Place) -> Put,
    ) -> Result<(), Misfit> {
        loop {
            let field = fields.fields.get(fields.at).ok_or(Misfit)?;
            fields.at += 1;
            if *field.name == *name {
                return self.field_at(fields.reference, field, field.desc, put);
            }
            if !can_be_missing(field) {
                return Err(Misfit);
            }
        }
    }

    /// Ends an object.
    #[inline]
    pub fn end_object(&mut self, fields: Fields<'_>) -> Put {
        if !fields.fields[fields.at..].iter().all(can_be_missing) {
            return Err(Misfit);
        }
        let key = (0, fields.reference.unwrap_or(UNDEFINED));
        self.leave(fields.depth, key, fields.own, fields.place)
    }

    #[inline(always)]
    fn field_at(
        &mut self,
        object: Option<u32>,
        field: &LinkedField,
        desc: Option<u32>,
        put: impl FnOnce(&mut Self, Place) -> Put,
    ) -> Result<(), Misfit> {
        let place = Place {
            desc,
            slot: field.slot,
            is_optional: field.is_optional,
            // A tuple's type says what its fields are, not their class.
            plain: if desc == field.desc {
                field.plain
            } else {
                Plain::No
            },
        };
        let key = put(self, place)?;
        if let Some(object) = object {
            set_field(self.heap, object, field, key);
        }
        Ok(())
    }
}

/// Whether a field that is not named is undefined without further ado.
fn can_be_missing(field: &LinkedField) -> bool {
    field.is_optional && field.slot.has_ref()
}
