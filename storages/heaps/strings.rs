//! Strings: flat ones of bytes or UTF-16 units, and ropes of two parts that become flat when they are read.
//!
//! Invariants: a string whose units are all up to 0xff is Latin-1, so equal flat strings are equal bytes; the parts of a
//! rope are not empty, so a rope of n units has fewer than n ropes below it. Absent: what methods of strings do.

use super::{Heap, is_object};
use crate::layout::{Kind, ROPE_WORDS, header, latin1_words, string_hash, utf16_words};
use raya_bytecode::slot::CONSTANT_BIT;
use smallvec::{SmallVec, smallvec};
use std::cmp::Ordering;

/// The bits that no byte of a word has if all are ASCII.
const NOT_ASCII: u64 = 0x8080_8080_8080_8080;

/// A flat string's contents.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Units<'a> {
    /// Units up to 0xff, one byte each.
    Latin1(&'a [u8]),
    /// UTF-16 units, at least one of them above 0xff.
    Utf16(&'a [u16]),
}

impl<'a> Units<'a> {
    /// As text where it lies: most is ASCII, which is UTF-8 as it stands.
    pub fn as_ascii(&self) -> Option<&'a str> {
        match self {
            Units::Latin1(bytes) if bytes.is_ascii() => str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// How many units.
    pub fn len(&self) -> usize {
        match self {
            Units::Latin1(bytes) => bytes.len(),
            Units::Utf16(units) => units.len(),
        }
    }

    /// Whether it is the empty string.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A unit.
    pub fn get(&self, index: usize) -> Option<u16> {
        match self {
            Units::Latin1(bytes) => bytes.get(index).map(|b| u16::from(*b)),
            Units::Utf16(units) => units.get(index).copied(),
        }
    }

    /// All units.
    pub fn iter(self) -> impl Iterator<Item = u16> + 'a {
        (0..self.len()).filter_map(move |index| self.get(index))
    }

    /// Those before a place and those from there on.
    fn split_at(self, at: usize) -> (Units<'a>, Units<'a>) {
        match self {
            Units::Latin1(bytes) => {
                let (before, after) = bytes.split_at(at);
                (Units::Latin1(before), Units::Latin1(after))
            }
            Units::Utf16(units) => {
                let (before, after) = units.split_at(at);
                (Units::Utf16(before), Units::Utf16(after))
            }
        }
    }

    fn compare(self, other: Units<'_>) -> Ordering {
        match (self, other) {
            (Units::Latin1(x), Units::Latin1(y)) => x.cmp(y),
            (Units::Utf16(x), Units::Utf16(y)) => x.cmp(y),
            (x, y) => x.iter().cmp(y.iter()),
        }
    }

    /// As text, with lone surrogates replaced.
    pub fn text(&self) -> String {
        match self {
            Units::Latin1(bytes) => match self.as_ascii() {
                Some(text) => text.into(),
                None => bytes.iter().map(|b| char::from(*b)).collect(),
            },
            Units::Utf16(units) => String::from_utf16_lossy(units),
        }
    }
}

/// Strings. `constants` is the program's constants region.
impl Heap {
    /// A new string of units up to 0xff.
    pub fn new_latin1(&mut self, bytes: &[u8]) -> Option<u32> {
        let string = self.allocate(latin1_words(u32::try_from(bytes.len()).ok()?))?;
        self.fill_string(string, Kind::Latin1, bytes.len(), bytes);
        Some(string)
    }

    /// A new string of units of which at least one is above 0xff.
    pub fn new_utf16(&mut self, units: &[u16]) -> Option<u32> {
        debug_assert!(units.iter().any(|u| *u > 0xff), "a string has one form");
        let string = self.allocate(utf16_words(u32::try_from(units.len()).ok()?))?;
        self.fill_string(
            string,
            Kind::Utf16,
            units.len(),
            bytemuck::cast_slice(units),
        );
        Some(string)
    }

    fn fill_string(&mut self, string: u32, kind: Kind, len: usize, bytes: &[u8]) {
        self.words[string as usize] = header(kind);
        self.words[string as usize + 1] = len as u64;
        let body = bytemuck::cast_slice_mut(&mut self.words[string as usize + 2..]);
        body[..bytes.len()].copy_from_slice(bytes);
    }

    /// A new string of any units.
    pub fn new_units(&mut self, units: &[u16]) -> Option<u32> {
        if units.iter().any(|u| *u > 0xff) {
            return self.new_utf16(units);
        }
        let string = self.allocate(latin1_words(u32::try_from(units.len()).ok()?))?;
        self.fill_string(string, Kind::Latin1, units.len(), &[]);
        let body = bytemuck::cast_slice_mut::<u64, u8>(&mut self.words[string as usize + 2..]);
        for (byte, unit) in body.iter_mut().zip(units) {
            *byte = *unit as u8;
        }
        Some(string)
    }

    /// A new string from text.
    pub fn new_text(&mut self, text: &str) -> Option<u32> {
        self.new_counted_text(text).1
    }

    /// A new string from text, and the words that it takes.
    #[inline]
    pub fn new_counted_text(&mut self, text: &str) -> (u64, Option<u32>) {
        if text.is_ascii() {
            return (
                2 + text.len().div_ceil(8) as u64,
                self.new_latin1(text.as_bytes()),
            );
        }
        self.new_unicode(text)
    }

    #[inline(never)]
    fn new_unicode(&mut self, text: &str) -> (u64, Option<u32>) {
        if text.chars().all(|c| c <= '\u{ff}') {
            let bytes: Vec<u8> = text.chars().map(|c| c as u8).collect();
            (2 + bytes.len().div_ceil(8) as u64, self.new_latin1(&bytes))
        } else {
            let units: Vec<u16> = text.encode_utf16().collect();
            (2 + units.len().div_ceil(4) as u64, self.new_utf16(&units))
        }
    }

    /// A new rope. Neither part is empty.
    pub fn new_rope(&mut self, left: u32, right: u32, len: u32) -> Option<u32> {
        let rope = self.new_plain(Kind::Rope, ROPE_WORDS)?;
        self.words[rope as usize + 1] = u64::from(len);
        self.words[rope as usize + 2] = u64::from(left) | u64::from(right) << 32;
        Some(rope)
    }

    /// The region that a reference is into, and where.
    fn region<'a>(&'a self, constants: &'a [u64], reference: u32) -> (&'a [u64], usize) {
        if reference & CONSTANT_BIT == 0 {
            (&self.words, reference as usize)
        } else {
            (constants, (reference & !CONSTANT_BIT) as usize)
        }
    }

    /// The kind of an object wherever it lies.
    pub fn kind_of(&self, constants: &[u64], reference: u32) -> Kind {
        let (words, at) = self.region(constants, reference);
        Kind::of(words[at]).expect("a reference is to an object")
    }

    /// Whether a reference is to a string.
    pub fn is_string(&self, constants: &[u64], reference: u32) -> bool {
        is_object(reference) && self.kind_of(constants, reference).is_string()
    }

    /// How many units a string has.
    pub fn string_len(&self, constants: &[u64], string: u32) -> u32 {
        let (words, at) = self.region(constants, string);
        words[at + 1] as u32
    }

    /// The parts of a rope that is not flattened yet.
    pub fn rope_parts(&self, rope: u32) -> Option<(u32, u32)> {
        let is_open = self.kind(rope) == Kind::Rope && self.half(rope, 5) != 0;
        is_open.then(|| (self.half(rope, 4), self.half(rope, 5)))
    }

    /// A string's units where they lie; none for a rope that is not flattened.
    pub fn units<'a>(&'a self, constants: &'a [u64], string: u32) -> Option<Units<'a>> {
        let (words, at) = self.region(constants, string);
        let (len, body) = (words[at + 1] as u32 as usize, &words[at + 2..]);
        match Kind::of(words[at]) {
            Some(Kind::Latin1) => Some(Units::Latin1(&bytemuck::cast_slice(body)[..len])),
            Some(Kind::Utf16) => Some(Units::Utf16(&bytemuck::cast_slice(body)[..len])),
            Some(Kind::Rope) if body[0] >> 32 == 0 => self.units(constants, body[0] as u32),
            Some(Kind::Rope) => None,
            _ => panic!("the reference is not to a string"),
        }
    }

    /// The text of a string where it lies, if it is flat and ASCII; none for what is no string.
    #[inline]
    pub fn ascii<'a>(&'a self, constants: &'a [u64], string: u32) -> Option<&'a str> {
        if !is_object(string) {
            return None;
        }
        let (words, at) = self.region(constants, string);
        if words[at] as u8 != Kind::Latin1 as u8 {
            return None;
        }
        let len = words[at + 1] as u32 as usize;
        // What pads the bytes is 0, and whole words are looked at faster.
        let body = &words[at + 2..at + latin1_words(len as u32) as usize];
        if body.iter().any(|word| word & NOT_ASCII != 0) {
            return None;
        }
        let padded = str::from_utf8(bytemuck::cast_slice(body)).ok()?;
        padded.get(..len)
    }

    /// A string's flat parts in order. Takes memory for each rope that one is in, no more than the ropes do.
    pub fn parts<'a>(
        &'a self,
        constants: &'a [u64],
        string: u32,
    ) -> impl Iterator<Item = Units<'a>> {
        let mut rest: SmallVec<[u32; 8]> = smallvec![string];
        std::iter::from_fn(move || {
            loop {
                let part = rest.pop()?;
                let Some(units) = self.units(constants, part) else {
                    let (left, right) = self.rope_parts(part).expect("only ropes have no units");
                    rest.extend([right, left]);
                    continue;
                };
                return Some(units);
            }
        })
    }

    /// Whether two strings have the same units.
    pub fn same_text(&self, constants: &[u64], x: u32, y: u32) -> bool {
        self.string_len(constants, x) == self.string_len(constants, y)
            && match (self.units(constants, x), self.units(constants, y)) {
                (Some(x), Some(y)) => x == y,
                _ => self.compare(constants, x, y).is_eq(),
            }
    }

    /// Compares two strings by units, where they lie.
    pub fn compare(&self, constants: &[u64], x: u32, y: u32) -> Ordering {
        if let (Some(x), Some(y)) = (self.units(constants, x), self.units(constants, y)) {
            return x.compare(y);
        }
        let (mut xs, mut ys) = (self.parts(constants, x), self.parts(constants, y));
        let (mut x, mut y) = (xs.next(), ys.next());
        loop {
            let (Some(of_x), Some(of_y)) = (x, y) else {
                return x.is_some().cmp(&y.is_some());
            };
            let len = of_x.len().min(of_y.len());
            let ((x_begins, x_left), (y_begins, y_left)) = (of_x.split_at(len), of_y.split_at(len));
            match x_begins.compare(y_begins) {
                Ordering::Equal => {}
                decided => return decided,
            }
            x = (!x_left.is_empty()).then_some(x_left).or_else(|| xs.next());
            y = (!y_left.is_empty()).then_some(y_left).or_else(|| ys.next());
        }
    }

    /// A string as text, with lone surrogates replaced, cut after so many units.
    pub fn text_within(&self, constants: &[u64], string: u32, units_max: usize) -> String {
        let units = self.parts(constants, string).flat_map(Units::iter);
        let units: Vec<u16> = units.take(units_max).collect();
        let mut text = String::from_utf16_lossy(&units);
        if self.string_len(constants, string) as usize > units_max {
            text.push('…');
        }
        text
    }

    /// A string's units, copied.
    pub fn copy_units(&self, constants: &[u64], string: u32) -> Vec<u16> {
        let mut units = Vec::with_capacity(self.string_len(constants, string) as usize);
        for part in self.parts(constants, string) {
            units.extend(part.iter());
        }
        units
    }

    /// A string as text, with lone surrogates replaced.
    pub fn text(&self, constants: &[u64], string: u32) -> String {
        match self.units(constants, string) {
            Some(units) => units.text(),
            None => String::from_utf16_lossy(&self.copy_units(constants, string)),
        }
    }

    /// Whether all units of a string are up to 0xff.
    pub fn is_latin1(&self, constants: &[u64], string: u32) -> bool {
        let mut parts = self.parts(constants, string);
        parts.all(|part| matches!(part, Units::Latin1(_)))
    }

    /// The words that flattening a string takes; 0 if it is flat.
    pub fn flatten_words(&self, constants: &[u64], string: u32) -> u32 {
        if self.units(constants, string).is_some() {
            return 0;
        }
        let len = self.string_len(constants, string);
        if self.is_latin1(constants, string) {
            latin1_words(len)
        } else {
            utf16_words(len)
        }
    }

    /// Makes a string flat and gives the flat one; a rope keeps it. None: collect `flatten_words` first.
    pub fn flatten(&mut self, constants: &[u64], string: u32) -> Option<u32> {
        if self.kind_of(constants, string) != Kind::Rope {
            return Some(string);
        }
        if self.rope_parts(string).is_none() {
            return Some(self.half(string, 4));
        }
        let flat = self.new_flat(constants, string)?;
        self.words[string as usize + 2] = u64::from(flat);
        Some(flat)
    }

    fn new_flat(&mut self, constants: &[u64], rope: u32) -> Option<u32> {
        if !self.is_latin1(constants, rope) {
            return self.new_utf16(&self.copy_units(constants, rope));
        }
        let mut bytes = Vec::with_capacity(self.string_len(constants, rope) as usize);
        for part in self.parts(constants, rope) {
            match part {
                Units::Latin1(part) => bytes.extend_from_slice(part),
                Units::Utf16(_) => unreachable!("all parts are Latin-1"),
            }
        }
        self.new_latin1(&bytes)
    }

    /// The hash of a flat string; kept in it.
    pub fn string_hash(&mut self, constants: &[u64], string: u32) -> u32 {
        let (words, at) = self.region(constants, string);
        let kept = (words[at + 1] >> 32) as u32;
        if kept != 0 {
            return kept;
        }
        let hash = match self.units(constants, string).expect("the string is flat") {
            Units::Latin1(bytes) => string_hash(bytes),
            Units::Utf16(units) => string_hash(bytemuck::cast_slice(units)),
        };
        assert!(string & CONSTANT_BIT == 0, "constants have their hash");
        self.set_half(string, 3, hash);
        hash
    }
}
