//! Strings: joining, comparing, reading units. Joining long strings makes ropes; reading a unit flattens them.
//!
//! Invariant: no string is longer than what the heap could hold of it, flat; so whatever reads one has work and memory in proportion.

use super::errors::Halt;
use super::machine::{Machine, Need};
use super::state::{handlers, is_object};
use raya_bytecode::isa::Trap;
use raya_bytecode::slot::{CONSTANT_BIT, NULL};
use raya_storages::heaps::Units;
use raya_storages::layout::{Kind, ROPE_WORDS, header, latin1_words, utf16_words};
use std::borrow::Cow;
use std::cmp::Ordering;

/// Strings up to this length are copied when joined; longer ones become ropes.
const FLAT_MAX: u32 = 24;
/// The longest string.
pub(super) const STRING_MAX: u64 = 536_870_888;

handlers! {
    concat(s) {
        let (left, right) = (s.r(s.b()), s.r(s.c()));
        if !is_object(left) || !is_object(right) {
            return s.trap(Trap::Nullish);
        }
        s.m.fuel = s.fuel;
        match s.m.concat(left, right) {
            Ok(string) => {
                s.fuel = s.m.fuel;
                s.heap = s.m.heap.words.as_mut_ptr();
                s.set_r(s.a(), string);
                s.next_by_loop()
            }
            Err(halt) => {
                s.m.halt = Some(halt);
                s.m.need = Need::default();
                s.go(super::errors::raise_halt)
            }
        }
    }
    str_len(s) {
        let string = s.r(s.b());
        if !is_object(string) {
            return s.trap(Trap::Nullish);
        }
        let v = s.word_any(string, 1) as u32 as i32;
        s.set_i(s.a(), v);
        s.next()
    }
    char_code(s) {
        let mut string = s.r(s.b());
        if !is_object(string) {
            return s.trap(Trap::Nullish);
        }
        let index = s.i(s.c()) as u32;
        if index >= s.word_any(string, 1) as u32 {
            s.set_f(s.a(), f64::NAN);
            return s.next();
        }
        let mut kind = s.word_any(string, 0) as u8;
        if kind == Kind::Rope as u8 {
            let parts = s.word(string, 2);
            if parts >> 32 != 0 {
                return s.go(flatten_operand);
            }
            string = parts as u32;
            kind = s.word_any(string, 0) as u8;
        }
        let base = if string & CONSTANT_BIT == 0 {
            s.heap.cast_const().add(string as usize)
        } else {
            s.m.constants.add((string & !CONSTANT_BIT) as usize)
        };
        let unit = if kind == Kind::Latin1 as u8 {
            u16::from(*base.add(2).cast::<u8>().add(index as usize))
        } else {
            *base.add(2).cast::<u16>().add(index as usize)
        };
        s.set_f(s.a(), f64::from(unit));
        s.next()
    }

    /// Flattens the rope in operand `b` and runs the instruction again.
    #[cold]
    #[inline(never)]
    flatten_operand(s) {
        let string = s.r(s.b());
        s.m.fuel = s.fuel;
        match s.m.flatten(string) {
            Ok(_) => {
                s.fuel = s.m.fuel;
                s.heap = s.m.heap.words.as_mut_ptr();
                s.dispatch_by_loop()
            }
            Err(halt) => {
                s.m.halt = Some(halt);
                s.m.need = Need::default();
                s.go(super::errors::raise_halt)
            }
        }
    }

    eq_s(s) {
        let (x, y) = (s.r(s.b()), s.r(s.c()));
        s.m.fuel = s.fuel;
        let v = x == y || x > NULL && y > NULL && s.m.same_text(x, y);
        s.fuel = s.m.fuel;
        s.set_z(s.a(), v);
        s.next()
    }
    lt_s(s) {
        let (x, y) = (s.r(s.b()), s.r(s.c()));
        if !is_object(x) || !is_object(y) {
            return s.trap(Trap::Nullish);
        }
        s.m.fuel = s.fuel;
        let v = s.m.compare_text(x, y) == Ordering::Less;
        s.fuel = s.m.fuel;
        s.set_z(s.a(), v);
        s.next()
    }
    le_s(s) {
        let (x, y) = (s.r(s.b()), s.r(s.c()));
        if !is_object(x) || !is_object(y) {
            return s.trap(Trap::Nullish);
        }
        s.m.fuel = s.fuel;
        let v = s.m.compare_text(x, y) != Ordering::Greater;
        s.fuel = s.m.fuel;
        s.set_z(s.a(), v);
        s.next()
    }
}

/// The units of a string, copied only if it is a rope.
pub(super) enum Text<'a> {
    Latin1(Cow<'a, [u8]>),
    Utf16(Cow<'a, [u16]>),
}

impl Text<'_> {
    pub fn units(&self) -> Units<'_> {
        match self {
            Text::Latin1(bytes) => Units::Latin1(bytes),
            Text::Utf16(units) => Units::Utf16(units),
        }
    }
}

/// Strings, for slow paths and built-ins.
impl Machine<'_> {
    /// How many units a string has.
    pub fn text_len(&self, string: u32) -> u32 {
        self.words(string)[1] as u32
    }

    /// A string's units, where they lie if it is flat.
    pub fn text(&self, string: u32) -> Text<'_> {
        let constants = &self.program.constants;
        match self.heap.units(constants, string) {
            Some(Units::Latin1(bytes)) => Text::Latin1(Cow::Borrowed(bytes)),
            Some(Units::Utf16(units)) => Text::Utf16(Cow::Borrowed(units)),
            None if self.heap.is_latin1(constants, string) => {
                let mut bytes = Vec::with_capacity(self.text_len(string) as usize);
                for part in self.heap.parts(constants, string) {
                    if let Units::Latin1(part) = part {
                        bytes.extend_from_slice(part);
                    }
                }
                Text::Latin1(Cow::Owned(bytes))
            }
            None => Text::Utf16(Cow::Owned(self.heap.copy_units(constants, string))),
        }
    }

    /// A string's units, copied.
    pub fn copy_units(&self, string: u32) -> Vec<u16> {
        self.heap.copy_units(&self.program.constants, string)
    }

    /// Whether two strings have the same units.
    pub fn same_text(&mut self, x: u32, y: u32) -> bool {
        if x == y {
            return true;
        }
        let length = self.text_len(x);
        if length != self.text_len(y) {
            return false;
        }
        self.pay(u64::from(length) / 8);
        self.pay_for_parts(&[x, y]);
        self.heap.same_text(&self.program.constants, x, y)
    }

    /// Compares two strings by units.
    pub fn compare_text(&mut self, x: u32, y: u32) -> Ordering {
        self.pay(u64::from(self.text_len(x).min(self.text_len(y))) / 8);
        self.pay_for_parts(&[x, y]);
        self.heap.compare(&self.program.constants, x, y)
    }

    /// Pays for reading or copying ropes, whose parts may be single units.
    pub fn pay_for_parts(&mut self, strings: &[u32]) {
        let constants = &self.program.constants;
        let is_rope = |string: &&u32| self.heap.units(constants, **string).is_none();
        let ropes = strings.iter().filter(is_rope);
        let units: u64 = ropes.map(|rope| u64::from(self.text_len(*rope))).sum();
        self.pay(units);
    }

    /// Joins two strings.
    pub fn concat(&mut self, left: u32, right: u32) -> Result<u32, Halt> {
        let (left_len, right_len) = (self.text_len(left), self.text_len(right));
        if left_len == 0 {
            return Ok(right);
        }
        if right_len == 0 {
            return Ok(left);
        }
        let length = u64::from(left_len) + u64::from(right_len);
        // A rope takes little, but is read as a whole.
        self.check_text(length as usize)?;
        if length as u32 > FLAT_MAX {
            self.reserve(u64::from(ROPE_WORDS))?;
            let rope = self.take(ROPE_WORDS as usize, header(Kind::Rope));
            let words = self.words_mut(rope);
            words[1] = length;
            words[2] = u64::from(left) | u64::from(right) << 32;
            return Ok(rope);
        }
        self.reserve(u64::from(utf16_words(FLAT_MAX)))?;
        Ok(self.take_joined(left, right, length as usize))
    }

    /// Joins two short flat strings in reserved memory.
    fn take_joined(&mut self, left: u32, right: u32, length: usize) -> u32 {
        if let (Text::Latin1(x), Text::Latin1(y)) = (self.text(left), self.text(right)) {
            let mut bytes = [0; FLAT_MAX as usize];
            bytes[..x.len()].copy_from_slice(&x);
            bytes[x.len()..length].copy_from_slice(&y);
            return self.take_latin1(&bytes[..length]);
        }
        let mut units = [0; FLAT_MAX as usize];
        let both = self.text(left);
        let after = self.text(right);
        for (place, unit) in units
            .iter_mut()
            .zip(both.units().iter().chain(after.units().iter()))
        {
            *place = unit;
        }
        self.take_utf16(&units[..length])
    }

    /// Makes a rope flat; gives the flat string.
    pub fn flatten(&mut self, string: u32) -> Result<u32, Halt> {
        if self.kind(string) != Some(Kind::Rope) {
            return Ok(string);
        }
        let words = self.heap.flatten_words(&self.program.constants, string);
        self.reserve(u64::from(words))?;
        if words > 0 {
            self.pay(u64::from(self.text_len(string)) / 4);
        }
        Ok(self
            .heap
            .flatten(&self.program.constants, string)
            .expect("memory was reserved"))
    }

    /// A new string of Latin-1 units; constants for the shortest.
    pub fn new_latin1(&mut self, bytes: &[u8]) -> Result<u32, Halt> {
        match *bytes {
            [] => Ok(self.program.well_known.empty),
            [unit] => Ok(self.program.unit_string(unit)),
            _ => {
                self.reserve(Self::latin1_words(bytes.len()))?;
                Ok(self.take_latin1(bytes))
            }
        }
    }

    /// A new string of any units.
    pub fn new_units(&mut self, units: &[u16]) -> Result<u32, Halt> {
        if units.iter().all(|u| *u <= 0xff) {
            let bytes: Vec<u8> = units.iter().map(|u| *u as u8).collect();
            return self.new_latin1(&bytes);
        }
        if units.len() as u64 > STRING_MAX {
            return Err(Halt::range_error("Invalid string length"));
        }
        self.reserve(u64::from(utf16_words(units.len() as u32)))?;
        Ok(self.take_utf16(units))
    }

    /// A new string of text.
    pub fn new_text(&mut self, text: &str) -> Result<u32, Halt> {
        if text.is_ascii() {
            return self.new_latin1(text.as_bytes());
        }
        self.new_units(&text.encode_utf16().collect::<Vec<u16>>())
    }

    /// The most words that a string of this text takes.
    pub fn text_words_max(text: &str) -> u64 {
        u64::from(utf16_words(text.len() as u32))
    }

    fn latin1_words(length: usize) -> u64 {
        u64::from(latin1_words(length.min(u32::MAX as usize / 2) as u32))
    }

    /// A string of text in reserved memory.
    pub fn take_text(&mut self, text: &str) -> u32 {
        if text.is_ascii() {
            return self.take_latin1(text.as_bytes());
        }
        let units: Vec<u16> = text.encode_utf16().collect();
        if units.iter().all(|u| *u <= 0xff) {
            let bytes: Vec<u8> = units.iter().map(|u| *u as u8).collect();
            return self.take_latin1(&bytes);
        }
        self.take_utf16(&units)
    }

    /// A string of Latin-1 units in reserved memory.
    pub fn take_latin1(&mut self, bytes: &[u8]) -> u32 {
        match *bytes {
            [] => self.program.well_known.empty,
            [unit] => self.program.unit_string(unit),
            _ => self.heap.new_latin1(bytes).expect("memory was reserved"),
        }
    }

    /// A string with a unit above 0xff in reserved memory.
    pub fn take_utf16(&mut self, units: &[u16]) -> u32 {
        self.heap.new_utf16(units).expect("memory was reserved")
    }
}
