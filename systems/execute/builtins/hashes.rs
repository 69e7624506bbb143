//! The index behind `Map` and `Set`: fuel and memory for what the heap does.

use super::{Outcome, Window, int, nothing, reference};
use crate::execute::errors::Halt;
use crate::execute::machine::Machine;
use raya_bytecode::isa::Trap;
use raya_bytecode::slot::{Slot, TAG_BOOLEAN};
use raya_storages::layout::{HASH_WORDS, Kind, header};

/// Units of a string that one step hashes.
const UNITS_PER_STEP: u64 = 16;

pub(super) fn new(m: &mut Machine<'_>) -> Outcome {
    m.reserve(u64::from(HASH_WORDS))?;
    reference(m.take(HASH_WORDS as usize, header(Kind::Hash)))
}

pub(super) fn clear(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let index = w.r(0)?;
    m.heap.hash_clear(index);
    nothing()
}

pub(super) fn find(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let (index, keys, key) = operands(m, w)?;
    let found = m.heap.hash_find(&m.program.constants, index, keys, key);
    m.pay(u64::from(found.probes));
    int(found.entry)
}

pub(super) fn remove(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let (index, keys, key) = operands(m, w)?;
    let found = m.heap.hash_remove(&m.program.constants, index, keys, key);
    m.pay(u64::from(found.probes));
    int(found.entry)
}

pub(super) fn insert(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let (index, keys, key) = operands(m, w)?;
    let entry = u32::try_from(w.i(1)).map_err(|_| Halt::Trap(Trap::IndexOutOfRange))?;
    let words = m.heap.hash_insert_words(index);
    m.reserve(u64::from(words))?;
    // Where the slots grow, all entries are entered again.
    m.pay(2 + u64::from(words));
    let inserted = m
        .heap
        .hash_insert(&m.program.constants, index, keys, key, entry);
    inserted.expect("memory was reserved");
    nothing()
}

/// The index, its keys and the key looked for; a rope is made flat first, so that its hash is kept.
fn operands(m: &mut Machine<'_>, w: Window<'_>) -> Result<(u32, u32, (u64, u32)), Halt> {
    let (index, keys) = (w.r(0)?, w.r(1)?);
    let (num, mut key) = w.mixed(0, 2);
    if key > TAG_BOOLEAN && m.is_type(key, Slot::STR) {
        key = m.flatten(key)?;
        m.pay(u64::from(m.text_len(key)) / UNITS_PER_STEP);
    }
    Ok((index, keys, (num, key)))
}
