//! The index behind `Map` and `Set`: entry numbers by key, open addressing with linear probing.
//!
//! The keys stand in an array beside it. Invariants: the number of slots is a power of two, at most three quarters of them
//! taken, removed ones included; -1 marks a removed entry, entry + 1 a taken slot. What is where depends on the
//! operations alone: keys hash by value, objects by an identity given when first asked for.

use super::{Outcome, Window, int, nothing, reference};
use crate::execute::arrays::store_of;
use crate::execute::errors::Halt;
use crate::execute::machine::Machine;
use raya_bytecode::slot::{CONSTANT_BIT, Slot, TAG_BOOLEAN, TAG_NUMBER};
use raya_storages::layout::{HASH_WORDS, Kind, header, header_identity};

/// Slots that an index begins with.
const SLOTS_MIN: usize = 8;
/// A slot whose entry was removed.
const REMOVED: i32 = -1;

pub(super) fn new(m: &mut Machine<'_>) -> Outcome {
    m.reserve(u64::from(HASH_WORDS))?;
    reference(m.take(HASH_WORDS as usize, header(Kind::Hash)))
}

pub(super) fn clear(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let index = w.r(0)?;
    m.words_mut(index)[1] = 0;
    m.words_mut(index)[2] = 0;
    nothing()
}

pub(super) fn find(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let (index, keys, key) = operands(m, w)?;
    int(place_of(m, index, keys, key).map_or(-1, |(_, entry)| entry))
}

pub(super) fn remove(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let (index, keys, key) = operands(m, w)?;
    let Some((place, entry)) = place_of(m, index, keys, key) else {
        return int(-1);
    };
    slots_mut(m, index)[place] = REMOVED;
    m.words_mut(index)[1] -= 1;
    m.words_mut(index)[2] += 1;
    int(entry)
}

pub(super) fn insert(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let (index, keys, key) = operands(m, w)?;
    make_room(m, index, keys)?;
    let hash = hash_of(m, key);
    put(slots_mut(m, index), hash, w.i(1));
    m.words_mut(index)[1] += 1;
    nothing()
}

/// The index, its keys and the key looked for; a rope among the keys was made flat, so that its hash can be kept.
fn operands(m: &mut Machine<'_>, w: Window<'_>) -> Result<(u32, u32, (u64, u32)), Halt> {
    let (index, keys) = (w.r(0)?, w.r(1)?);
    let (num, mut key) = w.mixed(0, 2);
    if key > TAG_BOOLEAN && m.is_type(key, Slot::STR) {
        key = m.flatten(key)?;
        m.pay(u64::from(m.text_len(key)) / 16);
    }
    Ok((index, keys, (num, key)))
}

/// The word range of the slots.
fn slots_range(m: &Machine<'_>, index: u32) -> std::ops::Range<usize> {
    let store = (m.words(index)[1] >> 32) as u32;
    if store == 0 {
        return 0..0;
    }
    let first = store as usize + 2;
    first..first + m.words(store)[1] as u32 as usize / 2
}

fn slots<'a>(m: &'a Machine<'_>, index: u32) -> &'a [i32] {
    bytemuck::cast_slice(&m.heap.words[slots_range(m, index)])
}

fn slots_mut<'a>(m: &'a mut Machine<'_>, index: u32) -> &'a mut [i32] {
    let range = slots_range(m, index);
    bytemuck::cast_slice_mut(&mut m.heap.words[range])
}

/// The slot and entry of a key.
fn place_of(m: &mut Machine<'_>, index: u32, keys: u32, key: (u64, u32)) -> Option<(usize, i32)> {
    let count = slots_range(m, index).len() * 2;
    if count == 0 || m.words(index)[1] as u32 == 0 {
        return None;
    }
    let hash = hash_if_known(m, key)?;
    let mut place = hash as usize & (count - 1);
    loop {
        let slot = slots(m, index)[place];
        if slot == 0 {
            return None;
        }
        if slot != REMOVED && m.same_key(keys, (slot - 1) as usize, key) {
            return Some((place, slot - 1));
        }
        m.pay(1);
        place = (place + 1) & (count - 1);
    }
}

/// Enters an entry at the first slot that no entry takes.
fn put(slots: &mut [i32], hash: u32, entry: i32) {
    let mask = slots.len() - 1;
    let mut place = hash as usize & mask;
    while slots[place] != 0 {
        place = (place + 1) & mask;
    }
    slots[place] = entry + 1;
}

/// Makes sure that one more entry fits; moving to a larger (or cleaned) table enters the others again.
fn make_room(m: &mut Machine<'_>, index: u32, keys: u32) -> Result<(), Halt> {
    let count = m.words(index)[1] as u32 as usize;
    let removed = m.words(index)[2] as u32 as usize;
    let capacity = slots_range(m, index).len() * 2;
    if (count + removed + 1) * 4 <= capacity * 3 {
        return Ok(());
    }
    let slots_then = ((count + 1) * 2).next_power_of_two().max(SLOTS_MIN);
    let words = 2 + store_of(Kind::ArrayI32, slots_then as u32).1;
    m.reserve(words)?;
    m.pay((count + slots_then / 4) as u64);
    let old: Vec<i32> = slots(m, index).iter().copied().filter(|s| *s > 0).collect();
    let store = m.take(words as usize, header(Kind::StoreI32));
    m.words_mut(store)[1] = slots_then as u64;
    m.words_mut(index)[1] = count as u64 | u64::from(store) << 32;
    m.words_mut(index)[2] = 0;
    for slot in old {
        let key = m.element(keys, (slot - 1) as usize);
        let hash = hash_of(m, key);
        put(slots_mut(m, index), hash, slot - 1);
    }
    Ok(())
}

/// The hash of a key; objects that were never a key get an identity.
fn hash_of(m: &mut Machine<'_>, key: (u64, u32)) -> u32 {
    if key.1 > TAG_BOOLEAN && !m.is_type(key.1, Slot::STR) && key.1 & CONSTANT_BIT == 0 {
        return spread(u64::from(m.heap.identity(key.1)));
    }
    hash_if_known(m, key).unwrap_or(0)
}

/// The hash of a key; none for an object that was never a key.
fn hash_if_known(m: &mut Machine<'_>, key: (u64, u32)) -> Option<u32> {
    match key.1 {
        TAG_NUMBER => {
            // -0 and 0 are one key.
            let number = f64::from_bits(key.0) + 0.0;
            Some(spread(number.to_bits()))
        }
        TAG_BOOLEAN => Some(spread(key.0 + 2)),
        r if r < TAG_NUMBER => Some(spread(u64::from(r))),
        r if m.is_type(r, Slot::STR) => {
            let flat = flat_part(m, r);
            Some(m.heap.string_hash(&m.program.constants, flat))
        }
        r if r & CONSTANT_BIT == 0 => {
            let identity = header_identity(m.words(r)[0]);
            (identity != 0).then(|| spread(u64::from(identity)))
        }
        r => Some(spread(u64::from(r))),
    }
}

/// The flat string behind a key, which was made flat when it was entered.
fn flat_part(m: &Machine<'_>, string: u32) -> u32 {
    if m.kind(string) == Some(Kind::Rope) {
        m.words(string)[2] as u32
    } else {
        string
    }
}

fn spread(bits: u64) -> u32 {
    (bits.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
}

impl Machine<'_> {
    /// SameValueZero of an element and a key.
    fn same_key(&mut self, keys: u32, entry: usize, key: (u64, u32)) -> bool {
        if entry >= self.array_len(keys) as usize {
            return false;
        }
        let element = self.element(keys, entry);
        let is_nan = |v: (u64, u32)| v.1 == TAG_NUMBER && f64::from_bits(v.0).is_nan();
        self.same_mixed(element, key) || is_nan(element) && is_nan(key)
    }
}
