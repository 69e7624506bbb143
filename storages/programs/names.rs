//! The names in an image as text, each made once: however many fields share a name, its text lies in memory once.
//!
//! Absent: names looked up at run time by member id (`Program::member`).

use raya_bytecode::image::Image;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

/// What a shared text has before it: two counts.
const COUNTS_BYTES: usize = 16;

/// A name's text and its hash.
type Name = (Arc<str>, u64);

/// Names of an image while it is linked.
pub(super) struct Names<'a> {
    image: &'a Image,
    /// By string index.
    known: Vec<Option<Name>>,
}

impl<'a> Names<'a> {
    pub fn new(image: &'a Image) -> Names<'a> {
        Names {
            image,
            known: vec![None; image.strings.len()],
        }
    }

    fn name(&mut self, string: u32) -> &Name {
        self.known[string as usize].get_or_insert_with(|| {
            let text: Arc<str> = self.image.text(string).into();
            let hash = xxh3_64(text.as_bytes());
            (text, hash)
        })
    }

    /// The text of a string.
    pub fn text(&mut self, string: u32) -> Arc<str> {
        self.name(string).0.clone()
    }

    /// The hash of some strings in their order, as `hash_of` has it.
    pub fn hash(&mut self, strings: impl Iterator<Item = u32>) -> u64 {
        join(strings.map(|string| self.name(string).1))
    }

    /// What the texts take, in bytes.
    pub fn bytes(&self) -> usize {
        let texts = self.known.iter().flatten();
        texts.map(|(text, _)| text.len() + COUNTS_BYTES).sum()
    }
}

/// A hash of names in their order.
pub(super) fn hash_of<'n>(names: impl Iterator<Item = &'n str>) -> u64 {
    join(names.map(|name| xxh3_64(name.as_bytes())))
}

fn join(hashes: impl Iterator<Item = u64>) -> u64 {
    hashes.fold(0, |all: u64, hash| all.rotate_left(5) ^ hash)
}
