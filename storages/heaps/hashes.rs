//! Hash indexes: open addressing over entry numbers, beside an array of keys. Behind `Map` and `Set`.
//!
//! ```text
//! slots    0 free | entry + 1 | -1 removed      linear probing, a power of two
//! ```
//! Invariants: at most three quarters of the slots are not free, so a search ends. Keys compare as SameValueZero: numbers by
//! value, strings by contents, objects by identity. Where a slot lies depends on hashes that are part of the heap (identities)
//! or of the key, never on addresses, so a collection moves nothing. Whatever a program does to the array of keys,
//! operations stay in bounds. Absent: the order of entries (the prelude's).

use super::Heap;
use crate::layout::{Kind, store_words, string_hash};
use raya_bytecode::image::CANONICAL_NAN;
use raya_bytecode::slot::{TAG_BOOLEAN, TAG_NUMBER, UNDEFINED};

/// The fewest slots of an index that has any.
const SLOTS_MIN: u32 = 8;

/// Slots looked at for each entry on average, from which on all are sorted first when an index grows.
const PROBES_PER_ENTRY_MAX: usize = 8;

/// A slot whose entry was removed.
const REMOVED: i32 = -1;

/// A key: a mixed pair. Strings among keys should be flat: others are gone through part by part.
pub type Key = (u64, u32);

/// What a search found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Found {
    /// The entry, or -1.
    pub entry: i32,
    /// The slots it looked at, for who charges fuel.
    pub probes: u32,
}

/// A key in the one form that equal keys have.
fn normalize((num, reference): Key) -> Key {
    let number = f64::from_bits(num);
    match reference {
        TAG_NUMBER if number.is_nan() => (CANONICAL_NAN, reference),
        TAG_NUMBER if number == 0.0 => (0, reference),
        TAG_NUMBER => (num, reference),
        TAG_BOOLEAN => (num & 1, reference),
        _ => (0, reference),
    }
}

/// Spreads the bits of a number.
fn mix(value: u64) -> u32 {
    let mixed = (value ^ value >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) as u32
}

/// How many slots an index for so many keys gets.
fn slots_for(keys: u32) -> u32 {
    (keys * 2).next_power_of_two().max(SLOTS_MIN)
}

/// The words of the slots that `hash_reserve` gives.
pub fn hash_reserve_words(keys: u32) -> u32 {
    if keys == 0 {
        return 0;
    }
    store_words(Kind::StoreI32, slots_for(keys)).expect("an index is smaller than its keys")
}

impl Heap {
    /// The entry of a key.
    pub fn hash_find(&mut self, constants: &[u64], index: u32, keys: u32, key: Key) -> Found {
        let (found, probes) = self.hash_search(constants, index, keys, key);
        let entry = found.map_or(-1, |slot| self.hash_slots(index)[slot as usize] - 1);
        Found { entry, probes }
    }

    /// The words that the next insertion allocates.
    pub fn hash_insert_words(&self, index: u32) -> u32 {
        self.hash_growth(index).map_or(0, |slots| {
            store_words(Kind::StoreI32, slots).expect("an index is smaller than its keys")
        })
    }

    /// Gives an index without slots enough of them for so many keys. None: collect `hash_reserve_words` first.
    pub fn hash_reserve(&mut self, index: u32, keys: u32) -> Option<()> {
        assert!(self.half(index, 3) == 0, "the index is new");
        if keys > 0 {
            let store = self.new_store(Kind::StoreI32, slots_for(keys))?;
            self.set_half(index, 3, store);
        }
        Some(())
    }

    /// Enters a key that is not there yet; it stands in `keys[entry]` already. None: collect `hash_insert_words` first.
    pub fn hash_insert(
        &mut self,
        constants: &[u64],
        index: u32,
        keys: u32,
        key: Key,
        entry: u32,
    ) -> Option<()> {
        if let Some(slots) = self.hash_growth(index) {
            self.hash_rebuild(constants, index, keys, slots)?;
        }
        let hash = self.key_hash(constants, key);
        self.hash_place(index, hash, entry);
        let count = self.half(index, 2) + 1;
        self.set_half(index, 2, count);
        Some(())
    }

    /// Takes a key out and gives its entry.
    pub fn hash_remove(&mut self, constants: &[u64], index: u32, keys: u32, key: Key) -> Found {
        let (found, probes) = self.hash_search(constants, index, keys, key);
        let Some(slot) = found else {
            return Found { entry: -1, probes };
        };
        let entry = self.hash_slots(index)[slot as usize] - 1;
        self.hash_slots_mut(index)[slot as usize] = REMOVED;
        let (count, removed) = (self.half(index, 2) - 1, self.half(index, 4) + 1);
        self.set_half(index, 2, count);
        self.set_half(index, 4, removed);
        Found { entry, probes }
    }

    /// Empties an index.
    pub fn hash_clear(&mut self, index: u32) {
        for offset in 2..5 {
            self.set_half(index, offset, 0);
        }
    }

    /// The key that stands at a place of an array, as a mixed pair.
    pub fn key_at(&self, keys: u32, entry: u32) -> Option<Key> {
        let at = entry as usize;
        match self.kind(keys) {
            Kind::ArrayF64 => self.f64s(keys).get(at).map(|n| (n.to_bits(), TAG_NUMBER)),
            Kind::ArrayI32 => self
                .i32s(keys)
                .get(at)
                .map(|n| (f64::from(*n).to_bits(), TAG_NUMBER)),
            Kind::ArrayBool => self
                .bools(keys)
                .get(at)
                .map(|b| (u64::from(*b), TAG_BOOLEAN)),
            Kind::ArrayRef => self.refs(keys).get(at).map(|r| (0, *r)),
            Kind::ArrayMixed => {
                let (nums, refs) = self.mixed(keys);
                nums.get(at).zip(refs.get(at)).map(|(n, r)| (*n, *r))
            }
            other => panic!("{other:?} is no array"),
        }
    }

    /// Whether two values are the same key.
    pub fn same_key(&self, constants: &[u64], a: Key, b: Key) -> bool {
        let (a, b) = (normalize(a), normalize(b));
        if a == b {
            return true;
        }
        self.is_string(constants, a.1)
            && self.is_string(constants, b.1)
            && self.same_text(constants, a.1, b.1)
    }

    /// The hash of a key; gives identities to objects.
    fn key_hash(&mut self, constants: &[u64], key: Key) -> u32 {
        let (num, reference) = normalize(key);
        if self.is_string(constants, reference) {
            return self.text_hash(constants, reference);
        }
        if super::is_in_heap(reference) {
            return mix(u64::from(self.identity(reference)));
        }
        mix(num ^ u64::from(reference) << 1)
    }

    fn text_hash(&mut self, constants: &[u64], string: u32) -> u32 {
        if self.units(constants, string).is_some() {
            let is_rope = self.kind_of(constants, string) == Kind::Rope;
            let flat = if is_rope {
                self.half(string, 4)
            } else {
                string
            };
            return self.string_hash(constants, flat);
        }
        let units = self.copy_units(constants, string);
        if units.iter().any(|unit| *unit > 0xff) {
            return string_hash(bytemuck::cast_slice(&units));
        }
        string_hash(&units.iter().map(|unit| *unit as u8).collect::<Vec<u8>>())
    }

    fn hash_slots(&self, index: u32) -> &[i32] {
        match self.half(index, 3) {
            0 => &[],
            store => {
                &bytemuck::cast_slice(self.store_body(store))[..self.store_capacity(store) as usize]
            }
        }
    }

    fn hash_slots_mut(&mut self, index: u32) -> &mut [i32] {
        let store = self.half(index, 3);
        let capacity = self.store_capacity(store) as usize;
        match store {
            0 => &mut [],
            store => &mut bytemuck::cast_slice_mut(self.store_body_mut(store))[..capacity],
        }
    }

    /// The slot of a key, and how many were looked at.
    fn hash_search(
        &mut self,
        constants: &[u64],
        index: u32,
        keys: u32,
        key: Key,
    ) -> (Option<u32>, u32) {
        let slots = self.store_capacity(self.half(index, 3));
        if slots == 0 {
            return (None, 0);
        }
        let mut at = self.key_hash(constants, key) & (slots - 1);
        for probes in 1.. {
            let slot = self.hash_slots(index)[at as usize];
            if slot == 0 {
                return (None, probes);
            }
            let entry = u32::try_from(slot).ok().map(|slot| slot - 1);
            let stands = entry.and_then(|entry| self.key_at(keys, entry));
            if stands.is_some_and(|stands| self.same_key(constants, stands, key)) {
                return (Some(at), probes);
            }
            at = (at + 1) & (slots - 1);
        }
        unreachable!("an index has a free slot")
    }

    /// The slots that an index must get before one more key, if it must.
    fn hash_growth(&self, index: u32) -> Option<u32> {
        let (count, removed) = (self.half(index, 2), self.half(index, 4));
        let slots = self.store_capacity(self.half(index, 3));
        let is_full = (u64::from(count) + u64::from(removed) + 1) * 4 > u64::from(slots) * 3;
        is_full.then(|| slots_for(count + 1))
    }

    fn hash_rebuild(&mut self, constants: &[u64], index: u32, keys: u32, slots: u32) -> Option<()> {
        let store = self.new_store(Kind::StoreI32, slots)?;
        let entries: Vec<i32> = self
            .hash_slots(index)
            .iter()
            .copied()
            .filter(|slot| *slot > 0)
            .collect();
        self.set_half(index, 3, store);
        self.set_half(index, 4, 0);
        let mut placed: Vec<(u32, i32)> = Vec::with_capacity(entries.len());
        for slot in entries {
            let key = self.key_at(keys, slot as u32 - 1);
            let hash = self.key_hash(constants, key.unwrap_or((0, UNDEFINED)));
            placed.push((hash & (slots - 1), slot));
        }
        place_all(self.hash_slots_mut(index), &mut placed);
        Some(())
    }

    /// Puts an entry in the first free slot from its hash on.
    fn hash_place(&mut self, index: u32, hash: u32, entry: u32) {
        let slots = self.hash_slots_mut(index);
        let begin = hash & (slots.len() as u32 - 1);
        let mut probes_left = slots.len();
        let is_placed = place(slots, (begin, entry as i32 + 1), &mut probes_left);
        assert!(is_placed, "an index has a free slot");
    }
}

/// Puts entries, each with the slot that its hash begins at, in free slots. Takes time in proportion, whatever the hashes are: keys that
/// all have the same would else be looked past by each other.
fn place_all(slots: &mut [i32], entries: &mut [(u32, i32)]) {
    let mut probes_left = entries.len() * PROBES_PER_ENTRY_MAX;
    let mut each = entries.iter();
    if each.all(|entry| place(slots, *entry, &mut probes_left)) {
        return;
    }
    slots.fill(0);
    entries.sort_unstable();
    let mut next = 0;
    let mut behind = entries.len();
    for (at, &(begin, entry)) in entries.iter().enumerate() {
        next = next.max(begin as usize);
        if next == slots.len() {
            behind = at;
            break;
        }
        slots[next] = entry;
        next += 1;
    }
    // All slots from where these begin to the last are taken: they go on at the first.
    let mut free = 0;
    for &(_, entry) in &entries[behind..] {
        while slots[free] != 0 {
            free += 1;
        }
        slots[free] = entry;
    }
}

/// Puts an entry in the first free slot from where its hash begins on, as long as so many taken ones may be looked past.
fn place(slots: &mut [i32], (begin, entry): (u32, i32), probes_left: &mut usize) -> bool {
    let mask = slots.len() - 1;
    let mut at = begin as usize;
    while slots[at] != 0 {
        if *probes_left == 0 {
            return false;
        }
        *probes_left -= 1;
        at = (at + 1) & mask;
    }
    slots[at] = entry;
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use raya_bytecode::slot::Slot;

    fn heap() -> Heap {
        Heap {
            collect_at_words: 1 << 20,
            ..Heap::default()
        }
    }

    #[test]
    fn keys_of_one_hash_are_placed_in_proportion() {
        // As many as one by one would take minutes for; the last begin where there is no more room and go on at the first slot.
        let count = 200_000;
        let mut slots = vec![0; 1 << 19];
        let begin = |entry: i32| {
            if entry % 2 == 0 {
                7
            } else {
                (1 << 19) - 50_000
            }
        };
        let mut entries: Vec<(u32, i32)> = (1..=count).map(|entry| (begin(entry), entry)).collect();
        place_all(&mut slots, &mut entries);
        let mask = slots.len() - 1;
        for begin in [7, (1 << 19) - 50_000] {
            let mut found: Vec<i32> = Vec::new();
            let mut at = begin as usize;
            while slots[at] != 0 {
                found.push(slots[at]);
                at = (at + 1) & mask;
            }
            let own = entries.iter().filter(|(b, _)| *b == begin);
            assert!(own.clone().count() > 0);
            found.sort_unstable();
            let are_found = own
                .into_iter()
                .all(|(_, entry)| found.binary_search(entry).is_ok());
            assert!(are_found);
        }
    }

    proptest! {
        #[test]
        fn finds_what_a_list_finds(ops in prop::collection::vec((0u8..4, 0u8..40), 0..300)) {
            let mut heap = heap();
            let index = heap.new_hash().expect("there is room");
            let keys = heap.new_array(Slot::ARR_MIXED, 300, 300).expect("there is room");
            let mut twin: Vec<(u8, u32)> = Vec::new();
            for (entry, (op, pick)) in (0..).zip(ops) {
                // Numbers (0 as -0 now and then), and texts of one and of two parts.
                let key = match pick {
                    0 => (if entry % 2 == 0 { 0.0f64 } else { -0.0 }.to_bits(), TAG_NUMBER),
                    1 => (f64::NAN.to_bits(), TAG_NUMBER),
                    2..20 => (f64::from(pick).to_bits(), TAG_NUMBER),
                    _ => {
                        let left = heap.new_text("λ").expect("there is room");
                        let right = heap.new_text(&pick.to_string()).expect("there is room");
                        let rope = heap.new_rope(left, right, 3).expect("there is room");
                        if op == 1 {
                            heap.flatten(&[], rope).expect("there is room");
                        }
                        (0, rope)
                    }
                };
                let expected = twin.iter().find(|t| t.0 == pick).map_or(-1, |t| t.1 as i32);
                prop_assert_eq!(heap.hash_find(&[], index, keys, key).entry, expected);
                if op == 3 {
                    prop_assert_eq!(heap.hash_remove(&[], index, keys, key).entry, expected);
                    twin.retain(|t| t.0 != pick);
                } else if expected < 0 {
                    let (nums, refs) = heap.mixed_mut(keys);
                    (nums[entry as usize], refs[entry as usize]) = key;
                    heap.hash_insert(&[], index, keys, key, entry).expect("there is room");
                    twin.push((pick, entry));
                }
            }
        }
    }
}
