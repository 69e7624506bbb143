//! Arrays of any kind: length, copying, filling, reversing, searching.

use super::{Outcome, Window, int, nothing};
use crate::execute::errors::Halt;
use crate::execute::machine::Machine;
use raya_bytecode::isa::Trap;
use raya_bytecode::slot::{Slot, TAG_BOOLEAN, TAG_NUMBER};
use raya_storages::layout::Kind;

pub(super) fn set_len(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let (array, length) = (w.r(0)?, w.i(0));
    if length < 0 {
        return Err(Halt::Trap(Trap::InvalidLength));
    }
    let (now, then) = (m.array_len(array), length as u32);
    if then > now {
        m.grow_array(array, then - now)?;
        m.pay(u64::from(then - now) / 8);
    } else {
        m.pay(u64::from(now - then) / 8);
        clear(m, array, then as usize, now as usize);
    }
    let word = &mut m.words_mut(array)[1];
    *word = *word & !0xffff_ffff | u64::from(then);
    nothing()
}

/// Zeroes elements, so that those beyond the length are 0.
fn clear(m: &mut Machine<'_>, array: u32, from: usize, to: usize) {
    match m.kind(array) {
        Some(Kind::ArrayF64) => m.heap.f64s_mut(array)[from..to].fill(0.0),
        Some(Kind::ArrayI32) => m.heap.i32s_mut(array)[from..to].fill(0),
        Some(Kind::ArrayBool) => m.heap.bools_mut(array)[from..to].fill(0),
        Some(Kind::ArrayRef) => m.heap.refs_mut(array)[from..to].fill(0),
        Some(Kind::ArrayMixed) => {
            let (nums, refs) = m.heap.mixed_mut(array);
            nums[from..to].fill(0);
            refs[from..to].fill(0);
        }
        _ => unreachable!("the verifier sends only arrays here"),
    }
}

/// A range of an array, or the trap that it isn't one.
fn range(
    m: &Machine<'_>,
    array: u32,
    start: i32,
    count: i32,
) -> Result<std::ops::Range<usize>, Halt> {
    let end = i64::from(start) + i64::from(count);
    if start < 0 || end > i64::from(m.array_len(array)) {
        return Err(Halt::Trap(Trap::IndexOutOfRange));
    }
    Ok(start as usize..end as usize)
}

pub(super) fn copy(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let (target, source) = (w.r(0)?, w.r(1)?);
    let count = w.i(2);
    if count <= 0 {
        return nothing();
    }
    let to = range(m, target, w.i(0), count)?;
    let from = range(m, source, w.i(1), count)?;
    let kind = m.kind(target);
    if kind != m.kind(source) {
        return Err(Halt::Trap(Trap::WrongType));
    }
    m.pay(count as u64 / 8);
    let bytes = match kind {
        Some(Kind::ArrayF64 | Kind::ArrayMixed) => 8,
        Some(Kind::ArrayBool) => 1,
        _ => 4,
    };
    let (to_store, from_store) = (m.array_store(target), m.array_store(source));
    let at = |store: u32, index: usize, bytes: usize| (store as usize + 2) * 8 + index * bytes;
    let (to_at, from_at) = (
        at(to_store, to.start, bytes),
        at(from_store, from.start, bytes),
    );
    let to_refs = at(to_store, m.array_capacity(target) as usize, 8) + to.start * 4;
    let from_refs = at(from_store, m.array_capacity(source) as usize, 8) + from.start * 4;
    let heap: &mut [u8] = bytemuck::cast_slice_mut(&mut m.heap.words);
    heap.copy_within(from_at..from_at + from.len() * bytes, to_at);
    if kind == Some(Kind::ArrayMixed) {
        heap.copy_within(from_refs..from_refs + from.len() * 4, to_refs);
    }
    nothing()
}

pub(super) fn fill(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let (array, value) = (w.r(0)?, w.mixed(0, 1));
    let count = w.i(2).saturating_sub(w.i(1));
    if count <= 0 {
        return nothing();
    }
    let place = range(m, array, w.i(1), count)?;
    m.pay(count as u64 / 8);
    let wanted = match m.kind(array) {
        Some(Kind::ArrayF64) => Slot::F64,
        Some(Kind::ArrayI32) => Slot::I32,
        Some(Kind::ArrayBool) => Slot::BOOL,
        Some(Kind::ArrayMixed) => Slot::MIXED,
        _ => Slot::ANY,
    };
    let (num, reference) = m.adapt(value, Slot::MIXED, wanted).map_err(Halt::Trap)?;
    match wanted {
        Slot::F64 => m.heap.f64s_mut(array)[place].fill(f64::from_bits(num)),
        Slot::I32 => m.heap.i32s_mut(array)[place].fill(num as i32),
        Slot::BOOL => m.heap.bools_mut(array)[place].fill(num as u8),
        Slot::MIXED => {
            let (nums, refs) = m.heap.mixed_mut(array);
            nums[place.clone()].fill(num);
            refs[place].fill(reference);
        }
        _ => m.heap.refs_mut(array)[place].fill(reference),
    }
    nothing()
}

pub(super) fn reverse(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let array = w.r(0)?;
    m.pay(u64::from(m.array_len(array)) / 4);
    match m.kind(array) {
        Some(Kind::ArrayF64) => m.heap.f64s_mut(array).reverse(),
        Some(Kind::ArrayI32) => m.heap.i32s_mut(array).reverse(),
        Some(Kind::ArrayBool) => m.heap.bools_mut(array).reverse(),
        Some(Kind::ArrayMixed) => {
            let (nums, refs) = m.heap.mixed_mut(array);
            nums.reverse();
            refs.reverse();
        }
        _ => m.heap.refs_mut(array).reverse(),
    }
    nothing()
}

/// Steps of comparisons before others may run: the same long text may stand in many places.
const COMPARE_STEPS_MAX: i64 = 4_096;

pub(super) fn index_of(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let (array, mut value) = (w.r(0)?, w.mixed(0, 1));
    let (from, same_value_zero) = (w.i(1).max(0) as usize, w.z(2));
    let length = m.array_len(array) as usize;
    if from >= length {
        return int(-1);
    }
    let is_text = value.1 > TAG_BOOLEAN && m.is_type(value.1, Slot::STR);
    let kind = m.kind(array);
    if is_text {
        value.1 = m.flatten(value.1)?;
    }
    if kind == Some(Kind::ArrayMixed) || kind == Some(Kind::ArrayRef) && is_text {
        return int(index_of_mixed(m, array, value, from, same_value_zero));
    }
    m.pay((length - from) as u64 / 4);
    let found = match kind {
        Some(Kind::ArrayF64) => number_in(value, same_value_zero).and_then(|wanted| {
            let same = |x: &f64| *x == wanted || wanted.is_nan() && x.is_nan();
            m.heap.f64s(array)[from..].iter().position(same)
        }),
        Some(Kind::ArrayI32) => number_in(value, false).and_then(|wanted| {
            m.heap.i32s(array)[from..]
                .iter()
                .position(|x| f64::from(*x) == wanted)
        }),
        Some(Kind::ArrayBool) if value.1 == TAG_BOOLEAN => m.heap.bools(array)[from..]
            .iter()
            .position(|x| u64::from(*x) == value.0),
        Some(Kind::ArrayBool) => None,
        _ => m.heap.refs(array)[from..]
            .iter()
            .position(|r| *r == value.1),
    };
    int(found.map_or(-1, |at| (at + from) as i32))
}

/// The number to look for: NaN only where it equals itself.
fn number_in(value: (u64, u32), same_value_zero: bool) -> Option<f64> {
    let number = f64::from_bits(value.0);
    (value.1 == TAG_NUMBER && (same_value_zero || !number.is_nan())).then_some(number)
}

/// Compares one after the other, texts by contents, and stops after some work: then -2 less the place to go on at.
fn index_of_mixed(
    m: &mut Machine<'_>,
    array: u32,
    value: (u64, u32),
    from: usize,
    same_value_zero: bool,
) -> i32 {
    let until = m.fuel - COMPARE_STEPS_MAX;
    for at in from..m.array_len(array) as usize {
        if m.fuel < until {
            return -2 - at as i32;
        }
        m.pay(1);
        let element = m.element(array, at);
        let both_nan = || {
            let is_nan = |v: (u64, u32)| v.1 == TAG_NUMBER && f64::from_bits(v.0).is_nan();
            same_value_zero && is_nan(value) && is_nan(element)
        };
        if m.same_mixed(element, value) || both_nan() {
            return at as i32;
        }
    }
    -1
}
