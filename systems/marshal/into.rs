//! Into a heap: what a value on its way in has taken, and how it is given back.
//!
//! Everything is written where it will stay, in one pass: a part's place is taken before those of its own parts. What finds no room
//! is counted only, so that `finish` knows the words that were asked for in all. Nothing lies beyond the mark that asks for a
//! collection, however large the value is.
//! Invariants: what is not brought to its end by `finish` leaves nothing behind: `undo` zeroes the words and takes back what objects
//! that were there before were given. Rows of handles are made by `finish`, when nothing can fail any more.
//! Absent: what a value is and whether it is of its type (`value`).

use super::types::{
    TABLE_ADDED, TABLE_INDEX, TABLE_KEYS, TABLE_ORDER, TABLE_SIZE, TABLE_VALUES, column,
};
use super::{CHECK_STEPS_MAX, CopyError, MarshalError, Problem};
use raya_bytecode::image::{CANONICAL_NAN, CLASS_MAP};
use raya_bytecode::slot::{Slot, TAG_NUMBER, UNDEFINED};
use raya_storages::handles::{Foreign, HANDLES_MAX, REVOKED, RIGHT_PASS, Room};
use raya_storages::heaps::{Heap, Key, hash_reserve_words, is_in_heap, is_object};
use raya_storages::layout::{
    ARRAY_WORDS, HANDLE_WORDS, HASH_WORDS, array_kinds, header_identity, store_words, typed_words,
};
use raya_storages::programs::{LinkedField, Program};
use raya_storages::typed::TypedArray;
use raya_storages::values::ObjectRef;
use std::collections::BTreeMap;
use std::sync::Arc;

/// So many slots may be looked at for a key without taking a step.
const PROBES_FREE: u32 = 8;

/// Why what lies in a table has room.
const ROOM: &str = "the table's words were taken";

/// A handle that `finish` makes a row for: what it is to, and the handle object's place.
type NewHandle = (ObjectRef, u32);

/// What new handles are found by, as in `Foreign`.
type HandleKey = (u64, u64, Arc<str>, u8);

/// Values on their way into a heap.
pub struct In<'a> {
    pub(super) program: &'a Program,
    pub(super) heap: &'a mut Heap,
    /// The words asked for so far, whether there was room or not.
    asked: u64,
    start: Mark,
    /// What is left of `CHECK_STEPS_MAX` for the value at hand.
    pub(super) steps_left: u32,
    /// How many parts the one at hand is within.
    pub(super) depth: u32,
    /// Few values have objects as keys, or handles.
    rare: Option<Box<Rare>>,
    is_finished: bool,
}

/// What is not finished is taken back, also where the host's own code panics while it says what it has.
impl Drop for In<'_> {
    #[inline]
    fn drop(&mut self) {
        if !self.is_finished {
            self.undo(self.start);
        }
    }
}

/// What few values have.
#[derive(Default)]
struct Rare {
    /// Objects that got an identity.
    identified: Vec<u32>,
    /// Handles without a row.
    handles: Vec<NewHandle>,
    handle_places: BTreeMap<HandleKey, u32>,
    /// Handles that the heap did not have when they were met; those of types that did not fit are among them.
    new_handles: u32,
}

/// How far things had come.
#[derive(Clone, Copy)]
pub struct Mark {
    top: u32,
    last_identity: u32,
    asked: u64,
    identified: usize,
    handles: usize,
}

/// A table that is being filled, if there is room for it.
pub(super) struct Table {
    class: u16,
    place: Option<u32>,
    keys: (u32, Slot),
    order: (u32, Slot),
    values: Option<(u32, Slot)>,
    index: u32,
    count: u32,
}

impl<'a> In<'a> {
    /// Nothing has been taken yet.
    #[inline]
    pub fn new(program: &'a Program, heap: &'a mut Heap) -> In<'a> {
        let start = Mark {
            top: heap.top,
            last_identity: heap.last_identity,
            asked: 0,
            identified: 0,
            handles: 0,
        };
        In {
            program,
            heap,
            asked: 0,
            start,
            steps_left: CHECK_STEPS_MAX,
            depth: 0,
            rare: None,
            is_finished: false,
        }
    }

    /// How far things have come.
    pub fn mark(&self) -> Mark {
        let rare = self.rare.as_deref();
        Mark {
            top: self.heap.top,
            last_identity: self.heap.last_identity,
            asked: self.asked,
            identified: rare.map_or(0, |rare| rare.identified.len()),
            handles: rare.map_or(0, |rare| rare.handles.len()),
        }
    }

    /// Takes back all since a mark.
    #[cold]
    pub fn undo(&mut self, mark: Mark) {
        self.heap.release_from(mark.top);
        self.heap.last_identity = mark.last_identity;
        self.asked = mark.asked;
        let Some(rare) = &mut self.rare else {
            return;
        };
        for object in rare.identified.drain(mark.identified..) {
            self.heap.forget_identity(object);
        }
        for (object, _) in rare.handles.drain(mark.handles..) {
            rare.handle_places.remove(&handle_key(&object));
        }
    }

    /// Lets all of it stand, if `words_after` more words are free behind it; else nothing of it stays, and the error is how many words
    /// were asked for.
    #[inline]
    pub fn finish(mut self, words_after: u32) -> Result<(), u32> {
        let words = self.asked + u64::from(words_after);
        let words = u32::try_from(words).unwrap_or(u32::MAX);
        let free = self.heap.collect_at_words;
        if words > 0 && self.start.top_used() + u64::from(words) > u64::from(free) {
            return Err(words);
        }
        if let Some(rare) = self.rare.take() {
            for (object, place) in &rare.handles {
                self.heap.hold_handle(object, *place);
            }
        }
        self.is_finished = true;
        Ok(())
    }

    /// A value by itself has steps of its own.
    pub(super) fn begin_value(&mut self) {
        self.steps_left = CHECK_STEPS_MAX;
        self.depth = 0;
    }
}

/// What an error makes of a copy.
#[cold]
pub(super) fn refused(error: MarshalError) -> CopyError {
    match error.problem {
        Problem::HandlesUncollected => CopyError::NeedsCollection(0),
        _ => CopyError::Refused(error),
    }
}

impl Mark {
    /// Where the first word that was free lies.
    fn top_used(self) -> u64 {
        self.top.max(raya_bytecode::slot::HEAP_START).into()
    }
}

/// Whether it is an object of the context that this lies beside.
pub(super) fn is_home(foreign: &Foreign, object: &ObjectRef) -> bool {
    foreign.context == object.owner && object.owner != 0
}

fn handle_key(object: &ObjectRef) -> HandleKey {
    let kind = object.kind.clone();
    (object.owner, object.object, kind, object.rights)
}

/// Parts that have none.
impl In<'_> {
    /// Text, as a reference.
    #[inline]
    pub fn text(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return self.program.well_known.empty;
        }
        let (words, string) = self.heap.new_counted_text(text);
        self.asked += words;
        string.unwrap_or(UNDEFINED)
    }

    /// A typed array, as a reference. It is one step to copy, however long: its bytes have a limit of their own.
    pub(super) fn typed_array(&mut self, from: &TypedArray) -> u32 {
        let len = from.len() as u32;
        let words = typed_words(from.element(), len);
        self.asked += words.map_or(u64::from(u32::MAX), u64::from);
        let Some(array) = self.heap.new_typed(from.element(), len) else {
            return UNDEFINED;
        };
        self.heap
            .typed_bytes_mut(array)
            .copy_from_slice(from.bytes());
        array
    }

    /// An instance without its fields.
    #[inline]
    pub(super) fn new_object(&mut self, class: u16, words: u16) -> Option<u32> {
        self.asked += u64::from(words);
        self.heap.new_object(class, words)
    }

    /// An array with zeroed elements.
    #[inline]
    pub(super) fn new_array(&mut self, slot: Slot, len: usize) -> Option<u32> {
        self.asked += array_words(slot, len);
        let len = u32::try_from(len).ok()?;
        self.heap.new_array(slot, len, len)
    }

    /// A handle to what lies elsewhere.
    pub(super) fn handle_away(&mut self, object: &ObjectRef) -> Result<u32, Box<MarshalError>> {
        if object.rights == REVOKED {
            return Err(Problem::Revoked(object.kind.to_string()).into());
        }
        let foreign = self.heap.foreign.as_deref();
        if !foreign.is_some_and(|f| is_home(f, object))
            && object.is_passed_on
            && object.rights & RIGHT_PASS == 0
        {
            return Err(Problem::NotToPassOn(object.kind.to_string()).into());
        }
        // One that is held already is asked for as if it were not.
        self.asked += u64::from(HANDLE_WORDS);
        if let Some((foreign, row)) = foreign.and_then(|f| Some((f, f.find(object)?))) {
            return Ok(foreign.handles.places[row as usize]);
        }
        let rare = self.rare.get_or_insert_default();
        rare.new_handles += 1;
        let more = rare.new_handles;
        match foreign.map_or(Foreign::default_room(more), |f| f.room(more)) {
            Room::Enough => Ok(self.new_handle(object)),
            Room::Collect => Err(Problem::HandlesUncollected.into()),
            Room::Full => {
                let max = foreign.map_or(HANDLES_MAX, |f| f.handles_max);
                Err(Problem::TooManyHandles(max).into())
            }
        }
    }

    fn new_handle(&mut self, object: &ObjectRef) -> u32 {
        let rare = self.rare.get_or_insert_default();
        let key = handle_key(object);
        if let Some(&place) = rare.handle_places.get(&key) {
            return place;
        }
        let Some(place) = self.heap.new_open_handle() else {
            return UNDEFINED;
        };
        rare.handle_places.insert(key, place);
        rare.handles.push((object.clone(), place));
        place
    }
}

/// A number that is to be a guest's, as a mixed pair: guests know one NaN only.
#[inline]
pub(super) fn number(number: f64) -> Key {
    let bits = if number.is_nan() {
        CANONICAL_NAN
    } else {
        number.to_bits()
    };
    (bits, TAG_NUMBER)
}

/// The words of an array and its store.
#[inline]
fn array_words(slot: Slot, len: usize) -> u64 {
    let (_, store) = array_kinds(slot).expect("an array is of one kind");
    let store = match len {
        0 => Some(0),
        len => u32::try_from(len)
            .ok()
            .and_then(|len| store_words(store, len)),
    };
    u64::from(ARRAY_WORDS) + store.map_or(u64::from(u32::MAX), u64::from)
}

fn as_i32(num: u64) -> i32 {
    f64::from_bits(num) as i32
}

#[inline]
pub(super) fn set_field(heap: &mut Heap, object: u32, field: &LinkedField, (num, reference): Key) {
    match field.slot {
        Slot::I32 => heap.set_num(object, field.num_offset, i64::from(as_i32(num)) as u64),
        slot if slot.has_num() => heap.set_num(object, field.num_offset, num),
        _ => {}
    }
    if field.slot.has_ref() {
        heap.set_half(object, field.ref_offset, reference);
    }
}

pub(super) fn set_element(
    heap: &mut Heap,
    (array, slot): (u32, Slot),
    at: usize,
    (num, reference): Key,
) {
    match slot {
        Slot::ARR_F64 => heap.f64s_mut(array)[at] = f64::from_bits(num),
        Slot::ARR_I32 => heap.i32s_mut(array)[at] = as_i32(num),
        Slot::ARR_BOOL => heap.bools_mut(array)[at] = num as u8 & 1,
        Slot::ARR_REF => heap.refs_mut(array)[at] = reference,
        _ => {
            let (nums, refs) = heap.mixed_mut(array);
            (nums[at], refs[at]) = (num, reference);
        }
    }
}

/// Tables.
impl In<'_> {
    /// A table with room for so many entries.
    pub(super) fn new_table(&mut self, class: u16, entries: usize) -> Table {
        let program = self.program;
        // More have no steps to be checked in.
        let entries = entries.min(CHECK_STEPS_MAX as usize) as u32;
        let row = &program.classes[usize::from(class)];
        let columns = [TABLE_KEYS, TABLE_ORDER, TABLE_VALUES];
        let columns = &columns[..if row.kind == CLASS_MAP { 3 } else { 2 }];
        let place = self.new_object(class, row.words);
        let mut column = |at: &usize| {
            let slot = column(program, class, *at);
            self.asked += array_words(slot, entries as usize);
            let array = self.heap.new_array(slot, 0, entries);
            (array.unwrap_or(UNDEFINED), slot)
        };
        let arrays: Vec<(u32, Slot)> = columns.iter().map(&mut column).collect();
        self.asked += u64::from(HASH_WORDS) + u64::from(hash_reserve_words(entries));
        let index = self.heap.new_hash();
        let index = index.filter(|index| self.heap.hash_reserve(*index, entries).is_some());
        let mut table = Table {
            class,
            // What lacks a part is not filled: it will be taken back.
            place: place.filter(|_| index.is_some() && arrays.iter().all(|a| is_object(a.0))),
            keys: arrays[0],
            order: arrays[1],
            values: arrays.get(2).copied(),
            index: index.unwrap_or(UNDEFINED),
            count: 0,
        };
        if let Some(place) = table.place {
            table.name_parts(program, self.heap, place);
        }
        table
    }

    /// Enters a key, as if keys were set one after the other, and gives its entry. Keys of one hash take steps.
    pub(super) fn enter_key(
        &mut self,
        table: &mut Table,
        (num, reference): Key,
    ) -> Result<u32, Box<MarshalError>> {
        if table.place.is_none() {
            return Ok(0);
        }
        // Tables keep no -0.
        let is_zero = reference == TAG_NUMBER && f64::from_bits(num) == 0.0;
        let key = (if is_zero { 0 } else { num }, reference);
        self.note_identity(reference);
        let (constants, index) = (&self.program.constants, table.index);
        let found = self.heap.hash_find(constants, index, table.keys.0, key);
        self.take_steps(found.probes.saturating_sub(PROBES_FREE) as usize)?;
        if let Ok(entry) = u32::try_from(found.entry) {
            return Ok(entry);
        }
        let entry = table.count;
        push(self.heap, table.keys, entry, key);
        push(self.heap, table.order, entry, number(entry.into()));
        let keys = table.keys.0;
        let inserted = self.heap.hash_insert(constants, index, keys, key, entry);
        inserted.expect(ROOM);
        table.count += 1;
        Ok(entry)
    }

    /// Sets the value of an entry: of equal keys the last value counts.
    pub(super) fn enter_value(&mut self, table: &Table, entry: u32, value: Key) {
        if let (Some(_), Some(values)) = (table.place, table.values) {
            push(self.heap, values, entry, value);
        }
    }

    /// A table whose entries are all there, as a reference.
    pub(super) fn close_table(&mut self, table: &Table) -> u32 {
        let Some(place) = table.place else {
            return UNDEFINED;
        };
        for at in [TABLE_SIZE, TABLE_ADDED] {
            let field = field(self.program, table.class, at);
            set_field(self.heap, place, field, number(table.count.into()));
        }
        place
    }

    /// Using an object as a key gives it an identity.
    fn note_identity(&mut self, reference: u32) {
        if is_in_heap(reference)
            && !self.heap.kind(reference).is_string()
            && header_identity(self.heap.header(reference)) == 0
        {
            let rare = self.rare.get_or_insert_default();
            rare.identified.push(reference);
        }
    }
}

impl Table {
    fn name_parts(&mut self, program: &Program, heap: &mut Heap, place: u32) {
        let mut name = |at: usize, part: u32| {
            heap.set_half(place, field(program, self.class, at).ref_offset, part);
        };
        name(TABLE_KEYS, self.keys.0);
        name(TABLE_ORDER, self.order.0);
        name(TABLE_INDEX, self.index);
        if let Some((values, _)) = self.values {
            name(TABLE_VALUES, values);
        }
    }
}

fn field(program: &Program, class: u16, index: usize) -> &LinkedField {
    &program.fields_of(&program.classes[usize::from(class)])[index]
}

/// Sets an element of an array, at most one behind its last.
fn push(heap: &mut Heap, (array, slot): (u32, Slot), at: u32, value: Key) {
    let len = heap.array_len(array).max(at + 1);
    heap.set_half(array, 2, len);
    set_element(heap, (array, slot), at as usize, value);
}
