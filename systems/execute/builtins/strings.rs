//! Strings: parts, repetition, case, joining.

use super::{Outcome, Window, float, reference};
use crate::execute::errors::Halt;
use crate::execute::machine::Machine;
use crate::execute::strings::{STRING_MAX, Text};
use raya_bytecode::slot::NULL;
use raya_storages::heaps::Units;
use raya_storages::layout::{latin1_words, utf16_words};
use std::cmp::Ordering;

/// A position: truncated, NaN as 0, kept within the length.
pub(super) fn clamp(position: f64, length: usize) -> usize {
    if position.is_nan() || position <= 0.0 {
        0
    } else {
        position.min(length as f64) as usize
    }
}

/// A position that counts from the end when negative.
fn relative(position: f64, length: usize) -> usize {
    let position = libm::trunc(position);
    if position < 0.0 {
        clamp(position + length as f64, length)
    } else {
        clamp(position, length)
    }
}

impl Machine<'_> {
    /// A part of a flat string.
    pub fn part(&mut self, string: u32, start: usize, end: usize) -> Result<u32, Halt> {
        let length = self.text_len(string) as usize;
        if start >= end {
            return Ok(self.program.well_known.empty);
        }
        if start == 0 && end == length {
            return Ok(string);
        }
        self.reserve(u64::from(utf16_words((end - start) as u32)))?;
        self.pay((end - start) as u64 / 8);
        match self.text(string) {
            Text::Latin1(bytes) => {
                let part = bytes[start..end].to_vec();
                self.new_latin1(&part)
            }
            Text::Utf16(units) => {
                let part = units[start..end].to_vec();
                self.new_units(&part)
            }
        }
    }

    /// "true" or "false".
    pub fn bool_text(&self, value: bool) -> u32 {
        let known = &self.program.well_known;
        if value { known.r#true } else { known.r#false }
    }

    /// Fails if a text that is being built could not be held by the heap.
    pub fn check_text(&self, units: usize) -> Result<(), Halt> {
        if units as u64 > self.limits.heap_bytes_max {
            let used = self.heap.bytes_used().saturating_add(units as u64);
            let max = self.limits.heap_bytes_max;
            return Err(Halt::Limit(raya_storages::tasks::LimitFault::Heap {
                used,
                max,
            }));
        }
        if units as u64 > STRING_MAX {
            return Err(Halt::range_error("Invalid string length"));
        }
        Ok(())
    }
}

pub(super) fn slice(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let string = m.flatten(w.r(0)?)?;
    let length = m.text_len(string) as usize;
    let (start, end) = (relative(w.f(0), length), relative(w.f(1), length));
    reference(m.part(string, start, end)?)
}

pub(super) fn substring(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let string = m.flatten(w.r(0)?)?;
    let length = m.text_len(string) as usize;
    let (start, end) = (clamp(w.f(0), length), clamp(w.f(1), length));
    reference(m.part(string, start.min(end), start.max(end))?)
}

/// The index that a number is, if it lies in the string.
fn index(position: f64, length: usize) -> Option<usize> {
    let position = if position.is_nan() {
        0.0
    } else {
        libm::trunc(position)
    };
    (position >= 0.0 && position < length as f64).then_some(position as usize)
}

pub(super) fn char_at(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let string = m.flatten(w.r(0)?)?;
    let length = m.text_len(string) as usize;
    match index(w.f(0), length) {
        Some(at) => reference(m.part(string, at, at + 1)?),
        None => reference(m.program.well_known.empty),
    }
}

pub(super) fn code_point_at(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let string = m.flatten(w.r(0)?)?;
    let text = m.text(string);
    let units = text.units();
    let Some(at) = index(w.f(0), units.len()) else {
        return float(f64::NAN);
    };
    let first = units.get(at).unwrap_or(0);
    let second = units.get(at + 1).unwrap_or(0);
    if (0xd800..0xdc00).contains(&first) && (0xdc00..0xe000).contains(&second) {
        let point = 0x10000 + ((u32::from(first) - 0xd800) << 10) + (u32::from(second) - 0xdc00);
        return float(f64::from(point));
    }
    float(f64::from(first))
}

pub(super) fn repeat(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let given = w.r(0)?;
    let count = if w.f(0).is_nan() {
        0.0
    } else {
        libm::trunc(w.f(0))
    };
    if !(0.0..f64::INFINITY).contains(&count) {
        let shown = super::numbers::text(w.f(0));
        return Err(Halt::range_error(format!("Invalid count value: {shown}")));
    }
    let length = f64::from(m.text_len(given)) * count;
    if length == 0.0 {
        return reference(m.program.well_known.empty);
    }
    m.check_text(length.min(u64::MAX as f64) as usize)?;
    let string = m.flatten(given)?;
    let (length, count) = (length as usize, count as usize);
    let is_latin1 = matches!(m.text(string), Text::Latin1(_));
    let words = if is_latin1 {
        latin1_words(length as u32)
    } else {
        utf16_words(length as u32)
    };
    m.reserve(u64::from(words))?;
    m.pay(length as u64 / 8);
    match m.text(string) {
        Text::Latin1(bytes) => {
            let all = bytes.repeat(count);
            reference(m.new_latin1(&all)?)
        }
        Text::Utf16(units) => {
            let all = units.repeat(count);
            reference(m.new_units(&all)?)
        }
    }
}

/// JavaScript's white space and line terminators.
pub(super) fn is_space(unit: u16) -> bool {
    matches!(unit, 9..=13 | 32 | 0xa0 | 0x1680 | 0x2000..=0x200a | 0x2028 | 0x2029 | 0x202f | 0x205f | 0x3000 | 0xfeff)
}

pub(super) fn trim(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let string = m.flatten(w.r(0)?)?;
    let text = m.text(string);
    let units = text.units();
    let (mut start, mut end) = (0, units.len());
    while w.z(0) && start < end && units.get(start).is_some_and(is_space) {
        start += 1;
    }
    while w.z(1) && start < end && units.get(end - 1).is_some_and(is_space) {
        end -= 1;
    }
    let length = units.len();
    drop(text);
    m.pay((length - (end - start)) as u64);
    reference(m.part(string, start, end)?)
}

pub(super) fn upper(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    change_case(m, w, u8::to_ascii_uppercase, str::to_uppercase)
}

pub(super) fn lower(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    change_case(m, w, u8::to_ascii_lowercase, str::to_lowercase)
}

fn change_case(
    m: &mut Machine<'_>,
    w: Window<'_>,
    ascii: fn(&u8) -> u8,
    all: fn(&str) -> String,
) -> Outcome {
    let string = m.flatten(w.r(0)?)?;
    let length = m.text_len(string);
    // One unit may become three.
    m.reserve(u64::from(utf16_words(length)) * 3)?;
    m.pay(u64::from(length) / 2);
    if let Text::Latin1(bytes) = m.text(string)
        && bytes.is_ascii()
    {
        let changed: Vec<u8> = bytes.iter().map(ascii).collect();
        return reference(m.new_latin1(&changed)?);
    }
    let mut changed = Vec::with_capacity(length as usize);
    let mut run = String::new();
    for part in char::decode_utf16(m.copy_units(string)) {
        match part {
            Ok(c) => run.push(c),
            Err(lone) => {
                changed.extend(all(&run).encode_utf16());
                changed.push(lone.unpaired_surrogate());
                run.clear();
            }
        }
    }
    changed.extend(all(&run).encode_utf16());
    reference(m.new_units(&changed)?)
}

pub(super) fn from_char_code(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let unit = raya_bytecode::elements::to_int32(w.f(0)) as u16;
    reference(m.new_units(&[unit])?)
}

pub(super) fn from_code_point(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let point = w.f(0);
    if !(0.0..=1_114_111.0).contains(&point) || libm::trunc(point) != point {
        let shown = super::numbers::text(point);
        return Err(Halt::range_error(format!("Invalid code point {shown}")));
    }
    let point = point as u32;
    if point <= 0xffff {
        return reference(m.new_units(&[point as u16])?);
    }
    let rest = point - 0x10000;
    let pair = [0xd800 + (rest >> 10) as u16, 0xdc00 + (rest & 0x3ff) as u16];
    reference(m.new_units(&pair)?)
}

pub(super) fn compare(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let order = m.compare_text(w.r(0)?, w.r(1)?);
    float(order_number(order))
}

pub(super) fn order_number(order: Ordering) -> f64 {
    match order {
        Ordering::Less => -1.0,
        Ordering::Equal => 0.0,
        Ordering::Greater => 1.0,
    }
}

pub(super) fn join(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let (array, separator) = (w.r(0)?, w.r(1)?);
    let count = m.array_len(array) as usize;
    let parts: Vec<u32> = m.heap.refs(array).to_vec();
    m.pay(count as u64);
    let is_text =
        |m: &Machine<'_>, part: u32| part > NULL && m.is_type(part, raya_bytecode::slot::Slot::STR);
    let mut length = u64::from(m.text_len(separator)) * (count.max(1) as u64 - 1);
    for part in &parts {
        if is_text(m, *part) {
            length += u64::from(m.text_len(*part));
        } else if *part > NULL {
            return Err(Halt::Trap(raya_bytecode::isa::Trap::WrongType));
        }
    }
    m.check_text(length as usize)?;
    m.pay_for_parts(&[separator]);
    for &part in parts.iter().filter(|part| **part > NULL) {
        m.pay_for_parts(&[part]);
    }
    let is_latin1 = |m: &Machine<'_>, part: u32| m.heap.is_latin1(&m.program.constants, part);
    let all_latin1 =
        is_latin1(m, separator) && parts.iter().all(|p| *p <= NULL || is_latin1(m, *p));
    let words = if all_latin1 {
        latin1_words(length as u32)
    } else {
        utf16_words(length as u32)
    };
    m.reserve(u64::from(words))?;
    m.pay(length / 8);
    if all_latin1 {
        let mut bytes: Vec<u8> = Vec::with_capacity(length as usize);
        for (i, part) in parts.iter().enumerate() {
            if i > 0 {
                push_latin1(m, separator, &mut bytes);
            }
            if *part > NULL {
                push_latin1(m, *part, &mut bytes);
            }
        }
        return reference(m.new_latin1(&bytes)?);
    }
    let mut units: Vec<u16> = Vec::with_capacity(length as usize);
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            units.extend(m.copy_units(separator));
        }
        if *part > NULL {
            units.extend(m.copy_units(*part));
        }
    }
    reference(m.new_units(&units)?)
}

fn push_latin1(m: &Machine<'_>, string: u32, bytes: &mut Vec<u8>) {
    if let Units::Latin1(part) = m.text(string).units() {
        bytes.extend_from_slice(part);
    }
}
