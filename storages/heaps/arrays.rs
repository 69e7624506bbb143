//! Arrays and their stores: making them and reading and writing elements by kind.
//!
//! Invariants: an array without a store has length 0; elements from the length on are 0. Absent: growing (execution's).

use super::Heap;
use crate::layout::{ARRAY_WORDS, Kind, array_kinds, header, store_words};
use raya_bytecode::slot::Slot;

/// Arrays and their stores.
impl Heap {
    /// How many elements an array has.
    pub fn array_len(&self, array: u32) -> u32 {
        self.half(array, 2)
    }

    /// An array's store, or 0.
    pub fn array_store(&self, array: u32) -> u32 {
        self.half(array, 3)
    }

    /// How many elements fit a store; 0 for none.
    pub fn store_capacity(&self, store: u32) -> u32 {
        if store == 0 { 0 } else { self.half(store, 2) }
    }

    /// A new store, its elements 0.
    pub fn new_store(&mut self, kind: Kind, capacity: u32) -> Option<u32> {
        let store = self.allocate(store_words(kind, capacity)?)?;
        self.words[store as usize] = header(kind);
        self.words[store as usize + 1] = u64::from(capacity);
        Some(store)
    }

    /// A new array of an `ARR_…` slot with zeroed elements, in one allocation.
    pub fn new_array(&mut self, slot: Slot, len: u32, capacity: u32) -> Option<u32> {
        assert!(len <= capacity, "elements fit their store");
        let (kind, store_kind) = array_kinds(slot).expect("the slot is one kind of array");
        let store_size = if capacity == 0 {
            0
        } else {
            store_words(store_kind, capacity)?
        };
        let array = self.allocate(store_size.checked_add(ARRAY_WORDS)?)?;
        self.words[array as usize] = header(kind);
        let store = if capacity == 0 {
            0
        } else {
            array + ARRAY_WORDS
        };
        self.words[array as usize + 1] = u64::from(len) | u64::from(store) << 32;
        if store != 0 {
            self.words[store as usize] = header(store_kind);
            self.words[store as usize + 1] = u64::from(capacity);
        }
        Some(array)
    }

    /// The words of a store's elements.
    pub(super) fn store_body(&self, store: u32) -> &[u64] {
        let words = store_words(self.kind(store), self.store_capacity(store));
        let end = store + words.expect("a store's size was checked when it was made");
        &self.words[store as usize + 2..end as usize]
    }

    pub(super) fn store_body_mut(&mut self, store: u32) -> &mut [u64] {
        let words = store_words(self.kind(store), self.store_capacity(store));
        let end = store + words.expect("a store's size was checked when it was made");
        &mut self.words[store as usize + 2..end as usize]
    }

    fn elements<T: bytemuck::Pod>(&self, array: u32, kind: Kind) -> &[T] {
        assert_eq!(self.kind(array), kind, "the array is of another kind");
        match self.array_store(array) {
            0 => &[],
            store => {
                &bytemuck::cast_slice(self.store_body(store))[..self.array_len(array) as usize]
            }
        }
    }

    fn elements_mut<T: bytemuck::Pod>(&mut self, array: u32, kind: Kind) -> &mut [T] {
        assert_eq!(self.kind(array), kind, "the array is of another kind");
        let len = self.array_len(array) as usize;
        match self.array_store(array) {
            0 => &mut [],
            store => &mut bytemuck::cast_slice_mut(self.store_body_mut(store))[..len],
        }
    }

    /// The elements of an `f64[]`.
    pub fn f64s(&self, array: u32) -> &[f64] {
        self.elements(array, Kind::ArrayF64)
    }

    /// The elements of an `f64[]`.
    pub fn f64s_mut(&mut self, array: u32) -> &mut [f64] {
        self.elements_mut(array, Kind::ArrayF64)
    }

    /// The elements of an `i32[]`.
    pub fn i32s(&self, array: u32) -> &[i32] {
        self.elements(array, Kind::ArrayI32)
    }

    /// The elements of an `i32[]`.
    pub fn i32s_mut(&mut self, array: u32) -> &mut [i32] {
        self.elements_mut(array, Kind::ArrayI32)
    }

    /// The elements of a `bool[]`, 0 or 1 each.
    pub fn bools(&self, array: u32) -> &[u8] {
        self.elements(array, Kind::ArrayBool)
    }

    /// The elements of a `bool[]`, 0 or 1 each.
    pub fn bools_mut(&mut self, array: u32) -> &mut [u8] {
        self.elements_mut(array, Kind::ArrayBool)
    }

    /// The elements of a `ref[]`.
    pub fn refs(&self, array: u32) -> &[u32] {
        self.elements(array, Kind::ArrayRef)
    }

    /// The elements of a `ref[]`.
    pub fn refs_mut(&mut self, array: u32) -> &mut [u32] {
        self.elements_mut(array, Kind::ArrayRef)
    }

    /// The numeric and reference halves of a `mixed[]`'s elements.
    pub fn mixed(&self, array: u32) -> (&[u64], &[u32]) {
        assert_eq!(
            self.kind(array),
            Kind::ArrayMixed,
            "the array is of another kind"
        );
        let (store, len) = (self.array_store(array), self.array_len(array) as usize);
        if store == 0 {
            return (&[], &[]);
        }
        let (nums, refs) = self
            .store_body(store)
            .split_at(self.store_capacity(store) as usize);
        (&nums[..len], &bytemuck::cast_slice(refs)[..len])
    }

    /// The numeric and reference halves of a `mixed[]`'s elements.
    pub fn mixed_mut(&mut self, array: u32) -> (&mut [u64], &mut [u32]) {
        assert_eq!(
            self.kind(array),
            Kind::ArrayMixed,
            "the array is of another kind"
        );
        let (store, len) = (self.array_store(array), self.array_len(array) as usize);
        if store == 0 {
            return (&mut [], &mut []);
        }
        let capacity = self.store_capacity(store) as usize;
        let (nums, refs) = self.store_body_mut(store).split_at_mut(capacity);
        (&mut nums[..len], &mut bytemuck::cast_slice_mut(refs)[..len])
    }
}
