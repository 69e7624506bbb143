//! Into a heap: writes a plan, for which there is room.

use super::plan::{
    Plan, TABLE_ADDED, TABLE_INDEX, TABLE_KEYS, TABLE_ORDER, TABLE_SIZE, TABLE_VALUES, column,
};
use raya_bytecode::image::{CANONICAL_NAN, CLASS_MAP, Field};
use raya_bytecode::slot::{NULL, Slot, TAG_BOOLEAN, TAG_NUMBER, UNDEFINED};
use raya_storages::heaps::{Heap, Key, hash_reserve_words};
use raya_storages::layout::{
    ARRAY_WORDS, HANDLE_WORDS, HASH_WORDS, array_kinds, latin1_words, store_words, typed_words,
    utf16_words,
};
use raya_storages::programs::Program;
use raya_storages::values::Value;

/// Why there is always room.
const ROOM: &str = "the words of the plan were there";

/// The words that a plan takes.
pub fn words(program: &Program, plan: &Plan) -> u64 {
    let all = |plans: &[Plan]| plans.iter().map(|plan| words(program, plan)).sum::<u64>();
    let class_words = |class: u16| u64::from(program.classes[usize::from(class)].words);
    match plan {
        Plan::Text(text) => text_words(text),
        Plan::Numbers(items) => array_words(Slot::ARR_F64, items.len()),
        Plan::Array { slot, items } => array_words(*slot, items.len()) + all(items),
        Plan::Object { class, fields } => class_words(*class) + all(fields),
        Plan::Table {
            class,
            keys,
            values,
        } => {
            let arrays = array_words(column(program, *class, TABLE_KEYS), keys.len())
                + array_words(Slot::ARR_F64, keys.len())
                + if program.classes[usize::from(*class)].kind == CLASS_MAP {
                    array_words(column(program, *class, TABLE_VALUES), keys.len())
                } else {
                    0
                };
            let index = u64::from(HASH_WORDS) + u64::from(hash_reserve_words(keys.len() as u32));
            class_words(*class) + arrays + index + all(keys) + all(values)
        }
        Plan::Away(_) => HANDLE_WORDS.into(),
        Plan::Typed(array) => {
            typed_words(array.element(), array.len() as u32).map_or(u64::from(u32::MAX), u64::from)
        }
        Plan::Undefined | Plan::Null | Plan::Bool(_) | Plan::Number(_) | Plan::Home(_) => 0,
    }
}

fn array_words(slot: Slot, len: usize) -> u64 {
    let (_, store) = array_kinds(slot).expect("plans have arrays of one kind");
    let store = if len == 0 {
        Some(0)
    } else {
        store_words(store, len as u32)
    };
    u64::from(ARRAY_WORDS) + store.map_or(u64::from(u32::MAX), u64::from)
}

fn text_words(text: &str) -> u64 {
    if text.is_ascii() {
        match text.len() {
            0 => 0,
            len => latin1_words(len as u32).into(),
        }
    } else if text.chars().all(|c| c <= '\u{ff}') {
        match text.chars().count() {
            0 => 0,
            len => latin1_words(len as u32).into(),
        }
    } else {
        utf16_words(text.encode_utf16().count() as u32).into()
    }
}

/// Writes a plan, and gives it as a mixed pair.
pub fn write(program: &Program, heap: &mut Heap, plan: &Plan) -> Key {
    let reference = match plan {
        Plan::Undefined => UNDEFINED,
        Plan::Null => NULL,
        Plan::Bool(value) => return (u64::from(*value), TAG_BOOLEAN),
        Plan::Number(value) if value.is_nan() => return (CANONICAL_NAN, TAG_NUMBER),
        Plan::Number(value) => return (value.to_bits(), TAG_NUMBER),
        Plan::Text("") => program.well_known.empty,
        Plan::Away(object) => heap.new_handle(object).expect(ROOM),
        Plan::Home(object) => *object,
        Plan::Text(text) => heap.new_text(text).expect(ROOM),
        Plan::Typed(from) => {
            let len = from.len() as u32;
            let array = heap.new_typed(from.element(), len).expect(ROOM);
            heap.typed_bytes_mut(array).copy_from_slice(from.bytes());
            array
        }
        Plan::Numbers(items) => {
            let len = items.len() as u32;
            let array = heap.new_array(Slot::ARR_F64, len, len).expect(ROOM);
            for (place, item) in heap.f64s_mut(array).iter_mut().zip(*items) {
                *place = number(item);
            }
            array
        }
        Plan::Array { slot, items } => {
            let len = items.len() as u32;
            let array = heap.new_array(*slot, len, len).expect(ROOM);
            for (at, item) in items.iter().enumerate() {
                let item = write(program, heap, item);
                set_element(heap, array, *slot, at, item);
            }
            array
        }
        Plan::Object { class, fields } => {
            let object = new_object(program, heap, *class);
            for (at, plan) in fields.iter().enumerate() {
                let value = write(program, heap, plan);
                set_field(heap, object, field(program, *class, at), value);
            }
            object
        }
        Plan::Table {
            class,
            keys,
            values,
        } => write_table(program, heap, *class, keys, values),
    };
    (0, reference)
}

/// A number that is to be a guest's: guests know one NaN only.
fn number(value: &Value) -> f64 {
    match value {
        Value::Number(number) if !number.is_nan() => *number,
        _ => f64::from_bits(CANONICAL_NAN),
    }
}

fn new_object(program: &Program, heap: &mut Heap, class: u16) -> u32 {
    heap.new_object(class, program.classes[usize::from(class)].words)
        .expect(ROOM)
}

fn field(program: &Program, class: u16, index: usize) -> &Field {
    &program.image.fields[program.classes[usize::from(class)].fields.indices()][index]
}

fn as_i32(num: u64) -> i32 {
    f64::from_bits(num) as i32
}

fn set_field(heap: &mut Heap, object: u32, field: &Field, (num, reference): Key) {
    match field.slot {
        Slot::I32 => heap.set_num(object, field.num_offset, i64::from(as_i32(num)) as u64),
        slot if slot.has_num() => heap.set_num(object, field.num_offset, num),
        _ => {}
    }
    if field.slot.has_ref() {
        heap.set_half(object, field.ref_offset, reference);
    }
}

fn set_element(heap: &mut Heap, array: u32, slot: Slot, at: usize, (num, reference): Key) {
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

/// A table as if its entries were set one after the other: of equal keys the last value counts.
fn write_table(
    program: &Program,
    heap: &mut Heap,
    class: u16,
    keys: &[Plan],
    values: &[Plan],
) -> u32 {
    let table = new_object(program, heap, class);
    let is_map = program.classes[usize::from(class)].kind == CLASS_MAP;
    let new_column = |heap: &mut Heap, at: usize| {
        let slot = column(program, class, at);
        let array = heap.new_array(slot, 0, keys.len() as u32).expect(ROOM);
        heap.set_half(table, field(program, class, at).ref_offset, array);
        (array, slot)
    };
    let key_column = new_column(heap, TABLE_KEYS);
    let order_column = new_column(heap, TABLE_ORDER);
    let value_column = is_map.then(|| new_column(heap, TABLE_VALUES));
    let index = heap.new_hash().expect(ROOM);
    heap.hash_reserve(index, keys.len() as u32).expect(ROOM);
    heap.set_half(table, field(program, class, TABLE_INDEX).ref_offset, index);
    let mut count = 0;
    for (at, key) in keys.iter().enumerate() {
        let (num, reference) = write(program, heap, key);
        // Tables keep no -0.
        let is_zero = reference == TAG_NUMBER && f64::from_bits(num) == 0.0;
        let num = if is_zero { 0 } else { num };
        let found = heap
            .hash_find(&program.constants, index, key_column.0, (num, reference))
            .entry;
        let entry = u32::try_from(found).unwrap_or(count);
        if found < 0 {
            push(heap, key_column, entry, (num, reference));
            push(
                heap,
                order_column,
                entry,
                (f64::from(entry).to_bits(), TAG_NUMBER),
            );
            let constants = &program.constants;
            heap.hash_insert(constants, index, key_column.0, (num, reference), entry)
                .expect(ROOM);
            count += 1;
        }
        if let Some(value_column) = value_column {
            let value = write(program, heap, &values[at]);
            push(heap, value_column, entry, value);
        }
    }
    for at in [TABLE_SIZE, TABLE_ADDED] {
        let number = (f64::from(count).to_bits(), TAG_NUMBER);
        set_field(heap, table, field(program, class, at), number);
    }
    table
}

/// Sets an element of an array, at most one behind its last.
fn push(heap: &mut Heap, (array, slot): (u32, Slot), at: u32, value: Key) {
    let len = heap.array_len(array).max(at + 1);
    heap.set_half(array, 2, len);
    set_element(heap, array, slot, at as usize, value);
}
