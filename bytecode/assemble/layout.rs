//! Lays out objects: which offset each field has, and where the references are.
//!
//! A layout begins with the base's. What a class adds starts on a word: its references first, then its numbers.

use crate::image::{Field, NONE, RefSpan};
use crate::slot::Slot;

/// Offsets, reference spans and size of a class.
#[derive(Clone, Debug)]
pub struct Layout {
    /// All fields, inherited ones first.
    pub fields: Vec<Field>,
    /// Words of an instance.
    pub words: usize,
}

impl Default for Layout {
    fn default() -> Layout {
        Layout {
            fields: Vec::new(),
            words: 1,
        }
    }
}

impl Layout {
    /// The layout of a class with further fields; their offsets are filled in.
    pub fn extend(&self, own: &[Field]) -> Layout {
        let refs = own.iter().filter(|f| f.slot.has_ref()).count();
        let mut next_ref = self.words * 2;
        let mut next_num = self.words + refs.div_ceil(2);
        let mut layout = self.clone();
        for field in own {
            let mut field = *field;
            if field.slot.has_ref() {
                field.ref_offset = next_ref as u16;
                next_ref += 1;
            }
            if field.slot.has_num() {
                field.num_offset = next_num as u16;
                next_num += 1;
            }
            layout.fields.push(field);
        }
        layout.words = next_num;
        layout
    }

    /// Where the references are, as few spans as possible.
    pub fn ref_spans(&self) -> Vec<RefSpan> {
        let mut offsets: Vec<u16> = self
            .fields
            .iter()
            .filter(|f| f.slot.has_ref())
            .map(|f| f.ref_offset)
            .collect();
        offsets.sort_unstable();
        let mut spans: Vec<RefSpan> = Vec::new();
        for start in offsets {
            match spans.last_mut() {
                Some(last) if last.start + last.count == start => last.count += 1,
                _ => spans.push(RefSpan { start, count: 1 }),
            }
        }
        spans
    }
}

/// A field without offsets.
pub fn field(name: u32, member: Option<u32>, slot: Slot, flags: u16, desc: Option<u32>) -> Field {
    Field {
        name,
        member: member.unwrap_or(NONE),
        slot,
        num_offset: 0,
        ref_offset: 0,
        flags,
        desc: desc.unwrap_or(NONE),
    }
}
