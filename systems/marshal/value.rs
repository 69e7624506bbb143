//! A value into a heap, as the type that the program declares or as it comes: checked and written in one go.
//!
//! Invariant: what is written fits the slots of the classes and arrays that hold it, whatever the types of a hostile program say, so
//! the heap stays sound. Members of a union are tried in order, within a budget of steps, and what one has written is taken back before the
//! next.

use super::into::{In, is_home, number, set_element, set_field};
use super::types::{TABLE_KEYS, TABLE_VALUES, array_slot, column, element_slot, table_class};
use super::{CHECK_STEPS_MAX, MarshalError, Problem, VALUE_BYTES_MAX, name_of};
use raya_bytecode::describe::describe;
use raya_bytecode::image::*;
use raya_bytecode::slot::{NULL, Slot, TAG_BOOLEAN, UNDEFINED};
use raya_storages::heaps::Key;
use raya_storages::layout::array_kinds;
use raya_storages::programs::{LinkedClass, LinkedField, Plain, Program};
use raya_storages::typed::TypedArray;
use raya_storages::values::{ObjectRef, VALUE_DEPTH_MAX, Value};
use xxhash_rust::xxh3::xxh3_64;

/// Bytes or units of text that one step compares.
const BYTES_PER_STEP: usize = 16;

/// Classes of tables that one step looks at.
const CLASSES_PER_STEP: usize = 16;

/// So few properties are looked through for each name.
const LOOKED_THROUGH_MAX: usize = 16;

/// What was written: its mixed pair, and the narrowest slot that holds it.
type Written = Result<(Key, Slot), Box<MarshalError>>;

impl In<'_> {
    /// Copies a value that will stand in a mixed slot.
    #[inline]
    pub fn value(&mut self, value: &Value, desc: Option<u32>) -> Result<Key, Box<MarshalError>> {
        self.begin_value();
        self.part(value, desc, Slot::MIXED)
    }

    /// Copies a value that will stand in a slot.
    pub(super) fn part(
        &mut self,
        value: &Value,
        desc: Option<u32>,
        slot: Slot,
    ) -> Result<Key, Box<MarshalError>> {
        self.take_step()?;
        match desc.and_then(|desc| self.scalar(value, desc, slot)) {
            Some(scalar) => Ok(scalar),
            None => self.compound(value, desc, slot),
        }
    }

    #[inline]
    pub(super) fn is_exhausted(&self) -> bool {
        self.steps_left == 0 || self.depth >= VALUE_DEPTH_MAX
    }

    #[inline]
    pub(super) fn take_step(&mut self) -> Result<(), Box<MarshalError>> {
        if self.is_exhausted() {
            return Err(self.exhausted());
        }
        self.steps_left -= 1;
        Ok(())
    }

    /// Steps for work beside the parts themselves.
    pub(super) fn take_steps(&mut self, steps: usize) -> Result<(), Box<MarshalError>> {
        if steps > self.steps_left as usize {
            self.steps_left = 0;
            return Err(self.exhausted());
        }
        self.steps_left -= steps as u32;
        Ok(())
    }

    #[cold]
    fn exhausted(&self) -> Box<MarshalError> {
        if self.steps_left == 0 {
            Problem::TooComplex(CHECK_STEPS_MAX).into()
        } else {
            Problem::TooDeep(VALUE_DEPTH_MAX).into()
        }
    }

    /// What most parts of values are: a number or text of just the type of its slot.
    #[inline]
    fn scalar(&mut self, value: &Value, desc: u32, slot: Slot) -> Option<Key> {
        match (value, self.program.image.descs[desc as usize].tag) {
            (Value::Number(n), DESC_NUMBER) if slot == Slot::F64 => Some(number(*n)),
            (Value::Bool(b), DESC_BOOLEAN) if slot == Slot::BOOL => {
                Some((u64::from(*b), TAG_BOOLEAN))
            }
            (Value::String(text), DESC_STRING) if slot == Slot::STR => Some((0, self.text(text))),
            _ => None,
        }
    }

    fn compound(
        &mut self,
        value: &Value,
        desc: Option<u32>,
        slot: Slot,
    ) -> Result<Key, Box<MarshalError>> {
        self.depth += 1;
        let written = match desc {
            Some(desc) => self.typed(value, desc, slot),
            None => self.untyped(value, slot),
        };
        self.depth -= 1;
        let (key, own) = written?;
        if slot != Slot::MIXED && !fits(self.program, (key, own), slot) {
            return Err(self.mismatch(value, desc));
        }
        Ok(key)
    }

    #[cold]
    fn mismatch(&self, value: &Value, desc: Option<u32>) -> Box<MarshalError> {
        let expected = desc.map_or("another type".into(), |d| describe(&self.program.image, d));
        Problem::WrongType {
            expected,
            found: name_of(value),
        }
        .into()
    }

    fn typed(&mut self, value: &Value, desc: u32, slot: Slot) -> Written {
        let program = self.program;
        let row = program.image.descs[desc as usize];
        let children = &program.image.desc_children[row.children.indices()];
        let child = |index: usize| children.get(index).copied();
        match (row.tag, value) {
            (DESC_UNKNOWN | DESC_PARAM, _) => self.untyped(value, slot),
            (DESC_VOID | DESC_UNDEFINED, Value::Undefined)
            | (DESC_NULL, Value::Null)
            | (DESC_BOOLEAN, Value::Bool(_))
            | (DESC_NUMBER, Value::Number(_))
            | (DESC_STRING, Value::String(_)) => self.untyped(value, slot),
            (DESC_INT, Value::Number(n)) if f64::from(*n as i32) == *n => self.untyped(value, slot),
            (DESC_STRING_LITERAL, Value::String(text)) => {
                let literal = program.image.units(row.arg);
                self.take_steps(literal.len().min(text.len()) / BYTES_PER_STEP)?;
                if !text.encode_utf16().eq(literal.iter().copied()) {
                    return Err(self.mismatch(value, Some(desc)));
                }
                self.untyped(value, slot)
            }
            (DESC_ARRAY, Value::Array(items)) => {
                let kind = if array_kinds(slot).is_some() {
                    slot
                } else {
                    array_slot(program, child(0))
                };
                self.array(items, child(0), kind)
            }
            (DESC_TYPED, Value::Typed(array)) if array.element() as u32 == row.arg => {
                self.bounded(array)
            }
            (DESC_TUPLE, Value::Array(items)) => self.tuple(value, items, desc),
            (DESC_OBJECT, Value::Object(properties)) => {
                self.object(value, properties, Some(desc), row.arg as u16)
            }
            (DESC_UNION, _) => self.union(value, desc, children, slot),
            (DESC_HANDLE | DESC_CLASS | DESC_FUNCTION, Value::Handle(object)) => {
                let (key, own) = self.handle(object, row.tag == DESC_HANDLE)?;
                if self.is_of(object, own, &row) {
                    Ok((key, own))
                } else {
                    Err(self.mismatch(value, Some(desc)))
                }
            }
            (DESC_MAP, Value::Map(pairs)) => self.map(value, pairs, [child(0), child(1)], slot),
            (DESC_SET, Value::Set(items)) => self.set(value, items, child(0), slot),
            _ => Err(self.mismatch(value, Some(desc))),
        }
    }

    fn untyped(&mut self, value: &Value, slot: Slot) -> Written {
        match value {
            // Any reference may be undefined or null.
            Value::Undefined => Ok(((0, UNDEFINED), Slot::ANY)),
            Value::Null => Ok(((0, NULL), Slot::ANY)),
            Value::Bool(value) => Ok(((u64::from(*value), TAG_BOOLEAN), Slot::BOOL)),
            Value::Number(value) => Ok((number(*value), Slot::F64)),
            Value::String(text) => Ok(((0, self.text(text)), Slot::STR)),
            Value::Typed(array) => self.bounded(array),
            Value::Array(items) => {
                let kind = if array_kinds(slot).is_some() {
                    slot
                } else {
                    Slot::ARR_MIXED
                };
                self.array(items, None, kind)
            }
            Value::Object(properties) => self.shaped(value, properties),
            Value::Handle(object) => self.handle(object, false),
            Value::Map(pairs) => self.map(value, pairs, [None, None], slot),
            Value::Set(items) => self.set(value, items, None, slot),
        }
    }

    fn bounded(&mut self, array: &TypedArray) -> Written {
        if array.bytes().len() > VALUE_BYTES_MAX {
            return Err(Problem::TooLarge(VALUE_BYTES_MAX).into());
        }
        Ok(((0, self.typed_array(array)), array.element().slot()))
    }

    /// A handle, or the object itself where it comes home and no handle is wanted.
    fn handle(&mut self, object: &ObjectRef, wants_handle: bool) -> Written {
        let foreign = self.heap.foreign.as_deref();
        let home = foreign.filter(|f| is_home(f, object));
        if let Some(home) = home.filter(|_| !wants_handle) {
            let gone = || Problem::Revoked(object.kind.to_string());
            let reference = home.pinned(object.object).ok_or_else(gone)?;
            return Ok(((0, reference), Slot::class(self.heap.class(reference))));
        }
        Ok(((0, self.handle_away(object)?), Slot::HANDLE))
    }

    /// Whether a handle, or the object that it was to, is of a type.
    fn is_of(&self, object: &ObjectRef, own: Slot, desc: &Desc) -> bool {
        match (own.as_class(), desc.tag) {
            (None, DESC_HANDLE) => *object.kind == *self.program.image.text(desc.arg),
            (Some(class), DESC_CLASS) => self.program.is_subclass(class, desc.arg as u16),
            (Some(class), DESC_FUNCTION) => is_closure(self.program, class),
            _ => false,
        }
    }

    /// The first member of a union that takes it. Being too large or complex is an answer, not a reason to go on.
    fn union(&mut self, value: &Value, desc: u32, members: &[u32], slot: Slot) -> Written {
        let before = self.mark();
        for member in members {
            if is_other_kind(value, self.program.image.descs[*member as usize].tag) {
                self.take_step()?;
                continue;
            }
            match self.part(value, Some(*member), slot) {
                Err(error) if error.is_mismatch() => self.undo(before),
                // The member was seen to fit.
                decided => return decided.map(|key| (key, slot)),
            }
        }
        Err(self.mismatch(value, Some(desc)))
    }
}

/// Parts that have parts.
impl In<'_> {
    fn array(&mut self, items: &[Value], desc: Option<u32>, slot: Slot) -> Written {
        let array = self.new_array(slot, items.len());
        let reference = array.unwrap_or(UNDEFINED);
        if slot != Slot::ARR_F64 || !self.numbers(array, items, desc) {
            self.items(array, items, desc, slot)?;
        }
        Ok(((0, reference), slot))
    }

    fn items(
        &mut self,
        array: Option<u32>,
        items: &[Value],
        desc: Option<u32>,
        array_slot: Slot,
    ) -> Result<(), Box<MarshalError>> {
        let slot = element_slot(array_slot);
        for (index, item) in items.iter().enumerate() {
            let item = self.part(item, desc, slot);
            let item = item.map_err(|e| e.within(format_args!("[{index}]")))?;
            if let Some(array) = array {
                set_element(self.heap, (array, array_slot), index, item);
            }
        }
        Ok(())
    }

    /// Writes a `number[]` if all are numbers, as their type asks for: they take the same steps, but are looked at in one loop. False:
    /// they are not, or there are too many.
    fn numbers(&mut self, array: Option<u32>, items: &[Value], desc: Option<u32>) -> bool {
        let tag = desc.map(|desc| self.program.image.descs[desc as usize].tag);
        if !matches!(tag, None | Some(DESC_NUMBER))
            || items.len() > self.steps_left as usize
            || self.depth >= VALUE_DEPTH_MAX
        {
            return false;
        }
        let are_numbers = match array {
            Some(array) => {
                let mut places = self.heap.f64s_mut(array).iter_mut().zip(items);
                places.all(|(place, item)| match item {
                    Value::Number(n) => {
                        *place = f64::from_bits(number(*n).0);
                        true
                    }
                    _ => false,
                })
            }
            None => items.iter().all(|item| matches!(item, Value::Number(_))),
        };
        if are_numbers {
            self.steps_left -= items.len() as u32;
        }
        are_numbers
    }

    fn tuple(&mut self, value: &Value, items: &[Value], desc: u32) -> Written {
        let program = self.program;
        let Desc {
            arg: class,
            children,
            ..
        } = program.image.descs[desc as usize];
        let types = &program.image.desc_children[children.indices()];
        let row = class_of_kind(program, class, CLASS_TUPLE);
        let row = row.ok_or_else(|| self.mismatch(value, Some(desc)))?;
        let fields = program.fields_of(row);
        if items.len() > fields.len() {
            return Err(self.mismatch(value, Some(desc)));
        }
        let tuple = self.new_object(class as u16, row.words);
        for (index, field) in fields.iter().enumerate() {
            let item = items.get(index).unwrap_or(&Value::Undefined);
            // Tuples of one layout share a class: only the type at hand says what the parts are.
            let part = types.get(index).copied().or(field.desc);
            self.field(tuple, field, part, item)
                .map_err(|e| e.within(format_args!("[{index}]")))?;
        }
        Ok(((0, tuple.unwrap_or(UNDEFINED)), Slot::class(class as u16)))
    }

    /// Writes a field of an instance, if there is room for it.
    fn field(
        &mut self,
        object: Option<u32>,
        field: &LinkedField,
        desc: Option<u32>,
        value: &Value,
    ) -> Result<(), Box<MarshalError>> {
        if field.is_optional && matches!(value, Value::Undefined) && field.slot.has_ref() {
            return Ok(());
        }
        let key = self.part(value, desc, field.slot)?;
        if let Some(object) = object {
            set_field(self.heap, object, field, key);
        }
        Ok(())
    }

    /// Writes a field that is just what its type says, without looking further. False: it is not.
    #[inline]
    fn plain_field(&mut self, object: Option<u32>, field: &LinkedField, value: &Value) -> bool {
        if self.is_exhausted() {
            return false;
        }
        match (field.plain, value) {
            (Plain::Number, Value::Number(n)) => {
                if let Some(object) = object {
                    let (num, _) = number(*n);
                    self.heap.set_num(object, field.num_offset, num);
                }
            }
            (Plain::Text, Value::String(text)) => {
                let text = self.text(text);
                if let Some(object) = object {
                    self.heap.set_half(object, field.ref_offset, text);
                }
            }
            (Plain::Boolean, Value::Bool(value)) => {
                if let Some(object) = object {
                    self.heap.set_num(object, field.num_offset, (*value).into());
                }
            }
            _ => return false,
        }
        self.steps_left -= 1;
        true
    }

    /// An instance of a shape. What it has no field for is left out.
    fn object(
        &mut self,
        value: &Value,
        properties: &[(String, Value)],
        desc: Option<u32>,
        class: u16,
    ) -> Written {
        let program = self.program;
        let row = class_of_kind(program, class.into(), CLASS_SHAPE);
        let row = row.ok_or_else(|| self.mismatch(value, desc))?;
        let object = self.new_object(class, row.words);
        let mut found = Finder::new(properties);
        for (at, field) in program.fields_of(row).iter().enumerate() {
            // Objects mostly come in the order of their type.
            let value = match properties.get(at) {
                Some((name, value)) if **name == *field.name => value,
                _ => found.property(&field.name),
            };
            if !self.plain_field(object, field, value) {
                self.field(object, field, field.desc, value)
                    .map_err(|e| e.within(format_args!(".{}", field.name)))?;
            }
        }
        Ok(((0, object.unwrap_or(UNDEFINED)), Slot::class(class)))
    }

    /// An object of no declared type: the first shape with its names that takes it.
    fn shaped(&mut self, value: &Value, properties: &[(String, Value)]) -> Written {
        let program = self.program;
        let before = self.mark();
        let names = properties.iter().map(|(name, _)| name.as_str());
        let names_bytes: usize = names.clone().map(str::len).sum();
        for class in program.shapes_named(names.clone()) {
            self.take_steps(names_bytes / BYTES_PER_STEP)?;
            match self.object(value, properties, None, class) {
                Err(error) if error.is_mismatch() => self.undo(before),
                decided => return decided,
            }
        }
        Err(Problem::NoShape(names.map(String::from).collect()).into())
    }

    /// The class of a table, which all that there are may be looked at for.
    fn table_class(
        &mut self,
        value: &Value,
        kind: u16,
        descs: [Option<u32>; 2],
        slot: Slot,
    ) -> Result<u16, Box<MarshalError>> {
        self.take_steps(self.program.tables.len() / CLASSES_PER_STEP)?;
        let class = table_class(self.program, kind, descs, slot);
        class.ok_or_else(|| self.mismatch(value, None))
    }

    fn map(
        &mut self,
        value: &Value,
        pairs: &[(Value, Value)],
        descs: [Option<u32>; 2],
        slot: Slot,
    ) -> Written {
        let program = self.program;
        let class = self.table_class(value, CLASS_MAP, descs, slot)?;
        let [keys, values] =
            [TABLE_KEYS, TABLE_VALUES].map(|at| element_slot(column(program, class, at)));
        let mut table = self.new_table(class, pairs.len());
        for (key, value) in pairs {
            let key = self.part(key, descs[0], keys)?;
            let entry = self.enter_key(&mut table, key)?;
            let value = self.part(value, descs[1], values)?;
            self.enter_value(&table, entry, value);
        }
        Ok(((0, self.close_table(&table)), Slot::class(class)))
    }

    fn set(&mut self, value: &Value, items: &[Value], desc: Option<u32>, slot: Slot) -> Written {
        let class = self.table_class(value, CLASS_SET, [desc, None], slot)?;
        let keys = element_slot(column(self.program, class, TABLE_KEYS));
        let mut table = self.new_table(class, items.len());
        for (index, item) in items.iter().enumerate() {
            let item = self.part(item, desc, keys);
            let item = item.map_err(|e| e.within(format_args!("[{index}]")))?;
            self.enter_key(&mut table, item)?;
        }
        Ok(((0, self.close_table(&table)), Slot::class(class)))
    }
}

/// Finds properties by their names, by hash where there are many: each field of a type asks for one.
struct Finder<'v> {
    properties: &'v [(String, Value)],
    /// Hashes of names and their places, sorted; made when first asked for.
    by_hash: Vec<(u64, usize)>,
}

impl<'v> Finder<'v> {
    fn new(properties: &'v [(String, Value)]) -> Finder<'v> {
        Finder {
            properties,
            by_hash: Vec::new(),
        }
    }

    /// The first property of a name; undefined if there is none.
    #[inline(never)]
    fn property(&mut self, name: &str) -> &'v Value {
        let found = match self.properties.len() {
            ..=LOOKED_THROUGH_MAX => self.properties.iter().find(|(key, _)| key == name),
            _ => self.hashed(name),
        };
        found.map_or(&Value::Undefined, |(_, value)| value)
    }

    fn hashed(&mut self, name: &str) -> Option<&'v (String, Value)> {
        let hash = |name: &str| xxh3_64(name.as_bytes());
        if self.by_hash.is_empty() {
            let hashes = self.properties.iter().map(|(name, _)| hash(name));
            self.by_hash = hashes.zip(0..).collect();
            self.by_hash.sort_unstable();
        }
        let wanted = hash(name);
        let start = self.by_hash.partition_point(|(hash, _)| *hash < wanted);
        let same = self.by_hash[start..].iter();
        let mut same = same.take_while(|(hash, _)| *hash == wanted);
        let found = same.find(|(_, at)| self.properties[*at].0 == name)?;
        Some(&self.properties[found.1])
    }
}

/// Whether a value can't be of a type with this tag, as looking once shows.
fn is_other_kind(value: &Value, tag: u32) -> bool {
    match tag {
        DESC_VOID | DESC_UNDEFINED => !matches!(value, Value::Undefined),
        DESC_NULL => !matches!(value, Value::Null),
        DESC_BOOLEAN => !matches!(value, Value::Bool(_)),
        DESC_NUMBER | DESC_INT => !matches!(value, Value::Number(_)),
        DESC_STRING | DESC_STRING_LITERAL => !matches!(value, Value::String(_)),
        DESC_ARRAY | DESC_TUPLE => !matches!(value, Value::Array(_)),
        DESC_OBJECT => !matches!(value, Value::Object(_)),
        _ => false,
    }
}

pub(super) fn class_of_kind(program: &Program, class: u32, kind: u16) -> Option<&LinkedClass> {
    let row = program.classes.get(class as usize);
    row.filter(|row| row.kind == kind)
}

fn is_closure(program: &Program, class: u16) -> bool {
    program.classes[usize::from(class)].kind == CLASS_CLOSURE
}

/// Whether a slot, which is not mixed, can hold what was written.
pub(super) fn fits(program: &Program, ((num, _), own): (Key, Slot), slot: Slot) -> bool {
    if own == slot {
        return true;
    }
    match own {
        Slot::ANY => slot.has_ref(),
        Slot::F64 => slot == Slot::I32 && is_i32(num),
        Slot::BOOL => false,
        Slot::STR | Slot::HANDLE => slot == Slot::ANY,
        _ if slot == Slot::ANY => true,
        own if array_kinds(own).is_some() => slot == Slot::ARR,
        own => match own.as_class() {
            Some(class) => {
                slot == Slot::OBJECT
                    || slot == Slot::FUNC && is_closure(program, class)
                    || slot
                        .as_class()
                        .is_some_and(|of| program.is_subclass(class, of))
            }
            None => slot == Slot::TYPED,
        },
    }
}

fn is_i32(num: u64) -> bool {
    let number = f64::from_bits(num);
    f64::from(number as i32) == number
}
