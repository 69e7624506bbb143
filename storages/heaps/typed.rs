//! Typed arrays: making them and reaching their bytes.
//!
//! Invariants: a typed array owns its bytes, which lie in its object; those behind the last element are 0, and every NaN
//! among the elements is the one NaN. Absent: how numbers become elements (`raya_bytecode::elements`).

use super::Heap;
use crate::layout::{TYPED_START, header_element, typed_header, typed_words};
use raya_bytecode::elements::Element;

/// Typed arrays.
impl Heap {
    /// A new typed array with zeroed elements.
    pub fn new_typed(&mut self, element: Element, len: u32) -> Option<u32> {
        let array = self.allocate(typed_words(element, len)?)?;
        self.words[array as usize] = typed_header(element);
        self.words[array as usize + 1] = u64::from(len);
        Some(array)
    }

    /// What a typed array's elements are.
    pub fn element_of(&self, array: u32) -> Element {
        header_element(self.header(array)).expect("the array is a typed one")
    }

    /// Where the elements of a typed array are among the bytes of the region.
    pub fn typed_place(&self, array: u32) -> std::ops::Range<usize> {
        let start = (array + TYPED_START) as usize * 8;
        start..start + self.array_len(array) as usize * self.element_of(array).bytes() as usize
    }

    /// The bytes of a typed array's elements.
    pub fn typed_bytes(&self, array: u32) -> &[u8] {
        &bytemuck::cast_slice(&self.words)[self.typed_place(array)]
    }

    /// The bytes of a typed array's elements.
    pub fn typed_bytes_mut(&mut self, array: u32) -> &mut [u8] {
        let place = self.typed_place(array);
        &mut bytemuck::cast_slice_mut(&mut self.words)[place]
    }
}
