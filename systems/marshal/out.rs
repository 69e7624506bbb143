//! Out of a heap: walks what a mixed pair refers to, with the objects above it at hand to notice a cycle.

use super::types::{TABLE_KEYS, TABLE_ORDER, TABLE_VALUES};
use super::{MarshalError, Problem, VALUE_BYTES_MAX};
use raya_bytecode::image::*;
use raya_bytecode::slot::{NULL, Slot, TAG_BOOLEAN, TAG_NUMBER, UNDEFINED};
use raya_storages::handles::{Foreign, PinUse, REVOKED, RIGHT_CALL, RIGHTS_ALL};
use raya_storages::heaps::{Heap, Key, is_object};
use raya_storages::layout::Kind;
use raya_storages::programs::{LinkedClass, LinkedField, Program};
use raya_storages::typed::TypedArray;
use raya_storages::values::{ObjectRef, REMOTE, VALUE_DEPTH_MAX, Value};
use smallvec::SmallVec;
use std::cell::Cell;

/// Arrays of so many items get their memory at once.
const ITEMS_AT_ONCE_MAX: usize = 1 << 12;

/// A mixed pair as a value, if it refers to no object.
pub fn plain(num: u64, reference: u32) -> Option<Value> {
    match reference {
        UNDEFINED => Some(Value::Undefined),
        NULL => Some(Value::Null),
        TAG_NUMBER => Some(Value::Number(f64::from_bits(num))),
        TAG_BOOLEAN => Some(Value::Bool(num & 1 != 0)),
        _ => None,
    }
}

/// What a reference to a string is, or undefined or null; beyond the most bytes it is not copied.
fn leaf_text(heap: &Heap, constants: &[u64], string: u32, bytes: &mut usize) -> Value {
    if !is_object(string) {
        return plain(0, string).unwrap_or_default();
    }
    *bytes += heap.string_len(constants, string) as usize;
    if *bytes > VALUE_BYTES_MAX {
        return Value::Undefined;
    }
    Value::String(match heap.ascii(constants, string) {
        Some(text) => text.into(),
        None => heap.text(constants, string),
    })
}

#[cold]
fn too_large() -> Box<MarshalError> {
    Problem::TooLarge(VALUE_BYTES_MAX).into()
}

/// A copy on its way out.
pub struct Out<'a> {
    pub(super) program: &'a Program,
    pub(super) heap: &'a Heap,
    /// The objects that the one being copied is part of.
    above: SmallVec<[u32; 8]>,
    bytes: usize,
    /// What names objects that stay; it was taken out of the heap. Without it they are copied, or refused.
    naming: Option<&'a mut Foreign>,
    /// It is an argument of a function of the host.
    is_argument: bool,
    /// What is read later is counted here, in bytes.
    counter: Option<&'a Cell<u64>>,
}

impl<'a> Out<'a> {
    /// A copy from a heap.
    pub fn new(program: &'a Program, heap: &'a Heap, naming: Option<&'a mut Foreign>) -> Out<'a> {
        Out {
            program,
            heap,
            above: SmallVec::new(),
            bytes: 0,
            naming,
            is_argument: false,
            counter: None,
        }
    }

    /// The copy is an argument of a function of the host.
    pub fn for_call(mut self) -> Out<'a> {
        self.is_argument = true;
        self
    }

    /// What is read later, when this is gone, is counted there.
    pub fn counting(mut self, counter: &'a Cell<u64>) -> Out<'a> {
        self.counter = Some(counter);
        self
    }

    /// Where what is read later is counted.
    pub fn counter(&self) -> Option<&'a Cell<u64>> {
        self.counter
    }

    /// How many bytes were read.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// What a mixed pair of a declared type is.
    pub fn value(
        &mut self,
        (num, reference): Key,
        desc: Option<u32>,
    ) -> Result<Value, Box<MarshalError>> {
        self.spend(size_of::<Value>())?;
        if let Some(value) = plain(num, reference) {
            return Ok(value);
        }
        let constants = &self.program.constants;
        let kind = self.heap.kind_of(constants, reference);
        if kind.is_string() {
            return self.text(reference);
        }
        // What leads nowhere is part of nothing but what it is found in.
        let is_leaf = kind == Kind::Object && self.class_of(reference).leaf_bytes > 0;
        if is_leaf {
            self.check_depth()?;
            return self.instance(reference, desc);
        }
        self.go_into(reference)?;
        let value = self.object(kind, reference, desc);
        self.leave();
        value
    }

    /// Goes into an object that is no part of itself, and not too deep.
    #[inline]
    pub(super) fn go_into(&mut self, object: u32) -> Result<(), Box<MarshalError>> {
        if self.above.contains(&object) {
            return Err(Problem::Cycle.into());
        }
        self.check_depth()?;
        self.above.push(object);
        Ok(())
    }

    fn check_depth(&self) -> Result<(), Box<MarshalError>> {
        if self.above.len() as u32 + 1 >= VALUE_DEPTH_MAX {
            return Err(Problem::TooDeep(VALUE_DEPTH_MAX).into());
        }
        Ok(())
    }

    /// Comes out of the object gone into last.
    #[inline]
    pub fn leave(&mut self) {
        self.above.pop();
    }

    fn text(&mut self, string: u32) -> Result<Value, Box<MarshalError>> {
        let constants = &self.program.constants;
        if let Some(text) = self.heap.ascii(constants, string) {
            self.spend(text.len())?;
            return Ok(Value::String(text.into()));
        }
        self.spend(self.heap.string_len(constants, string) as usize)?;
        Ok(Value::String(self.heap.text(constants, string)))
    }

    pub(super) fn class_of(&self, object: u32) -> &'a LinkedClass {
        &self.program.classes[usize::from(self.heap.class(object))]
    }

    #[inline]
    pub(super) fn spend(&mut self, bytes: usize) -> Result<(), Box<MarshalError>> {
        self.bytes += bytes;
        if self.bytes > VALUE_BYTES_MAX {
            return Err(too_large());
        }
        Ok(())
    }

    fn object(
        &mut self,
        kind: Kind,
        reference: u32,
        desc: Option<u32>,
    ) -> Result<Value, Box<MarshalError>> {
        match kind {
            kind if kind.is_array() => {
                let element = self.part(desc, DESC_ARRAY, 0);
                Ok(Value::Array(self.items(reference, element)?))
            }
            Kind::Object => self.instance(reference, desc),
            Kind::Handle => self.held(reference),
            Kind::Typed => self.typed(reference),
            Kind::Promise => Err(Problem::Bound("a promise").into()),
            _ => Err(Problem::Bound("part of a Map or Set").into()),
        }
    }

    fn typed(&mut self, array: u32) -> Result<Value, Box<MarshalError>> {
        let bytes = self.heap.typed_bytes(array);
        self.spend(bytes.len())?;
        let copy = TypedArray::from_bytes(self.heap.element_of(array), bytes.to_vec());
        Ok(copy.expect("its elements are whole").into())
    }

    /// A part of a type, if it is of the kind that has such parts.
    fn part(&self, desc: Option<u32>, tag: u32, index: usize) -> Option<u32> {
        let row = self.program.image.descs[desc? as usize];
        let parts = &self.program.image.desc_children[row.children.indices()];
        parts.get(index).copied().filter(|_| row.tag == tag)
    }

    fn items(&mut self, array: u32, desc: Option<u32>) -> Result<Vec<Value>, Box<MarshalError>> {
        if self.heap.kind(array) == Kind::ArrayF64 {
            return self.numbers(array);
        }
        let len = self.heap.array_len(array) as usize;
        // A long array may stand in others as long: each takes memory only once it has an item.
        let mut items = Vec::with_capacity(if len <= ITEMS_AT_ONCE_MAX { len } else { 0 });
        let references = match self.heap.kind(array) {
            Kind::ArrayRef => self.heap.refs(array),
            _ => &[],
        };
        for index in 0..len as u32 {
            items.push(match references.get(index as usize) {
                Some(reference) => self.value_within((0, *reference), index, desc)?,
                None => self.item(array, index, desc)?,
            });
            if index == 0 {
                items.reserve_exact(len - 1);
            }
        }
        Ok(items)
    }

    fn numbers(&mut self, array: u32) -> Result<Vec<Value>, Box<MarshalError>> {
        let numbers = self.heap.f64s(array);
        self.spend(numbers.len() * size_of::<Value>())?;
        Ok(numbers.iter().copied().map(Value::Number).collect())
    }

    fn item(
        &mut self,
        array: u32,
        index: u32,
        desc: Option<u32>,
    ) -> Result<Value, Box<MarshalError>> {
        let element = self.heap.key_at(array, index).unwrap_or((0, UNDEFINED));
        self.value_within(element, index, desc)
    }

    #[inline]
    fn value_within(
        &mut self,
        element: Key,
        index: u32,
        desc: Option<u32>,
    ) -> Result<Value, Box<MarshalError>> {
        self.value(element, desc)
            .map_err(|e| e.within(format_args!("[{index}]")))
    }

    fn instance(&mut self, object: u32, desc: Option<u32>) -> Result<Value, Box<MarshalError>> {
        let class = self.class_of(object);
        match class.kind {
            CLASS_NOMINAL if self.naming.is_some() && !self.wants_copy(desc) => self.named(object),
            CLASS_CLOSURE if self.naming.is_some() => self.named(object),
            CLASS_CLOSURE => Err(Problem::Bound("a function").into()),
            CLASS_CELL | CLASS_GLOBALS => Err(Problem::Bound("a variable").into()),
            CLASS_MAP | CLASS_SET => self.table(object, class),
            CLASS_TUPLE => {
                let fields = self.program.fields_of(class).iter().enumerate();
                let items = fields.map(|(index, field)| {
                    let part = self.part(desc, DESC_TUPLE, index);
                    let part = part.or(field.desc);
                    self.value(self.field(object, field), part)
                });
                items.collect::<Result<_, _>>().map(Value::Array)
            }
            _ => self.plain(object, class),
        }
    }

    /// Whether a type says what an object looks like, and not of which class it is.
    fn wants_copy(&self, desc: Option<u32>) -> bool {
        let Some(desc) = desc else {
            return false;
        };
        let row = self.program.image.descs[desc as usize];
        let parts = &self.program.image.desc_children[row.children.indices()];
        let tag = |part: &u32| self.program.image.descs[*part as usize].tag;
        row.tag == DESC_OBJECT
            || row.tag == DESC_UNION && parts.iter().any(|part| tag(part) == DESC_OBJECT)
    }

    /// An object that stays here, for others to name.
    fn named(&mut self, object: u32) -> Result<Value, Box<MarshalError>> {
        let foreign = self.naming.as_deref_mut().expect("asked before");
        let max = foreign.handles_max;
        let pin = foreign.pin(object, PinUse::Given);
        let pin = pin.ok_or(Problem::TooManyHandles(max))?;
        Ok(Value::Handle(Box::new(ObjectRef {
            owner: foreign.context,
            kind: REMOTE.into(),
            object: pin.to_bits(),
            rights: RIGHTS_ALL,
            is_passed_on: false,
        })))
    }

    /// What a handle is to.
    fn held(&self, handle: u32) -> Result<Value, Box<MarshalError>> {
        let inside = self.heap.foreign.as_deref();
        let foreign = self.naming.as_deref().or(inside);
        let foreign = foreign.expect("who has a handle holds something");
        let row = foreign.get(self.heap.num(handle, 1));
        let row = row.expect("a handle names a live row");
        let handles = &foreign.handles;
        let kind = handles.kinds[row].clone();
        let (owner, rights) = (handles.owners[row], handles.rights[row]);
        let refuse = |problem: fn(String) -> Problem| Err(problem(kind.to_string()).into());
        if handles.stale[row] {
            return refuse(Problem::Stale);
        }
        if rights == REVOKED {
            return refuse(Problem::Revoked);
        }
        if self.is_argument && owner == 0 && rights & RIGHT_CALL == 0 {
            return refuse(Problem::NotToCall);
        }
        Ok(Value::Handle(Box::new(ObjectRef {
            owner,
            kind,
            object: handles.objects[row],
            rights,
            is_passed_on: owner == 0 || owner != foreign.context,
        })))
    }

    /// A field as a mixed pair.
    pub(super) fn field(&self, object: u32, field: &LinkedField) -> Key {
        let num = || self.heap.num(object, field.num_offset);
        let reference = || self.heap.half(object, field.ref_offset);
        match field.slot {
            Slot::F64 => (num(), TAG_NUMBER),
            Slot::I32 => (f64::from(num() as i32).to_bits(), TAG_NUMBER),
            Slot::BOOL => (num(), TAG_BOOLEAN),
            Slot::MIXED => (num(), reference()),
            _ => (0, reference()),
        }
    }

    fn plain(&mut self, object: u32, class: &LinkedClass) -> Result<Value, Box<MarshalError>> {
        let fields = self.program.fields_of(class);
        if class.leaf_bytes > 0
            && let Some(properties) = self.leaf(object, class, fields)
        {
            return Ok(Value::Object(properties));
        }
        let mut properties = Vec::with_capacity(fields.len());
        for field in fields {
            let mixed = self.field(object, field);
            if field.is_hidden || field.is_optional && mixed.1 == UNDEFINED {
                continue;
            }
            self.spend(size_of::<String>() + field.name.len())?;
            let value = self.value(mixed, field.desc);
            let value = value.map_err(|e| e.within(format_args!(".{}", field.name)))?;
            properties.push((String::from(&*field.name), value));
        }
        Ok(Value::Object(properties))
    }

    /// A plain object that leads nowhere, in one loop. None: somewhere in it the bytes are too many.
    fn leaf(
        &mut self,
        object: u32,
        class: &LinkedClass,
        fields: &[LinkedField],
    ) -> Option<Vec<(String, Value)>> {
        let (heap, constants) = (self.heap, &self.program.constants);
        let object = heap.object(object, class.words);
        let mut bytes = self.bytes + class.leaf_bytes as usize;
        if bytes > VALUE_BYTES_MAX {
            return None;
        }
        let property = |field: &LinkedField| {
            let num = || object[usize::from(field.num_offset)];
            let value = match field.slot {
                Slot::F64 => Value::Number(f64::from_bits(num())),
                Slot::I32 => Value::Number(f64::from(num() as i32)),
                Slot::BOOL => Value::Bool(num() & 1 != 0),
                _ => {
                    let halves: &[u32] = bytemuck::cast_slice(object);
                    let string = halves[usize::from(field.ref_offset)];
                    leaf_text(heap, constants, string, &mut bytes)
                }
            };
            (String::from(&*field.name), value)
        };
        let properties = fields.iter().map(property).collect();
        let is_within = bytes <= VALUE_BYTES_MAX;
        if is_within {
            self.bytes = bytes;
        }
        is_within.then_some(properties)
    }

    /// A `Map` or `Set`: its live entries in order.
    fn table(&mut self, object: u32, class: &LinkedClass) -> Result<Value, Box<MarshalError>> {
        let fields = self.program.fields_of(class);
        let column = |index: usize| self.heap.half(object, fields[index].ref_offset);
        let (keys, order) = (column(TABLE_KEYS), column(TABLE_ORDER));
        let values = if class.kind == CLASS_MAP {
            column(TABLE_VALUES)
        } else {
            UNDEFINED
        };
        let (mut pairs, mut set) = (Vec::new(), Vec::new());
        for entry in self.live_entries(keys, order) {
            let key = self.item(keys, entry, None)?;
            if class.kind == CLASS_SET {
                set.push(key);
            } else if is_object(values) {
                pairs.push((key, self.item(values, entry, None)?));
            }
        }
        Ok(if class.kind == CLASS_MAP {
            Value::Map(pairs)
        } else {
            Value::Set(set)
        })
    }

    /// Entries whose `__order` is not negative. A table whose constructor has not run has no columns yet.
    fn live_entries(&self, keys: u32, order: u32) -> Vec<u32> {
        if !is_object(keys) || !is_object(order) {
            return Vec::new();
        }
        let is_live = |entry: &u32| {
            let number = self
                .heap
                .key_at(order, *entry)
                .map(|(num, _)| f64::from_bits(num));
            number.is_some_and(|number| number >= 0.0)
        };
        (0..self.heap.array_len(keys)).filter(is_live).collect()
    }
}
