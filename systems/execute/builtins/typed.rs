//! Typed arrays of any kind: making one alike, elements where the kind is not known, filling, copying, reversing, sorting, searching.
//!
//! Cost: a step for each eight bytes moved, or elements converted; sorting as comparing does.

use super::{Outcome, Window, float, int, nothing, reference};
use crate::execute::errors::Halt;
use crate::execute::machine::Machine;
use raya_bytecode::elements::Element;
use raya_bytecode::isa::Trap;
use raya_storages::layout::Kind;
use std::ops::Range;

/// So many bytes moved, or elements converted, take one step.
const PER_STEP: u64 = 8;

/// A range of an array, or the trap that it isn't one.
fn range(m: &Machine<'_>, array: u32, start: i32, count: i32) -> Result<Range<usize>, Halt> {
    let end = i64::from(start) + i64::from(count);
    if start < 0 || end > i64::from(m.array_len(array)) {
        return Err(Halt::Trap(Trap::IndexOutOfRange));
    }
    Ok(start as usize..end as usize)
}

/// A range of elements as a range of bytes.
fn bytes_of(element: Element, range: &Range<usize>) -> Range<usize> {
    let size = element.bytes() as usize;
    range.start * size..range.end * size
}

pub(super) fn like(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let element = m.heap.element_of(w.r(0)?);
    let length = u32::try_from(w.i(0)).map_err(|_| Halt::Trap(Trap::InvalidLength))?;
    reference(m.new_typed(element, length)?)
}

pub(super) fn get(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let array = w.r(0)?;
    let place = range(m, array, w.i(0), 1)?;
    float(
        m.heap
            .element_of(array)
            .read(m.heap.typed_bytes(array), place.start),
    )
}

pub(super) fn set(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let array = w.r(0)?;
    let place = range(m, array, w.i(0), 1)?;
    let element = m.heap.element_of(array);
    element.write(m.heap.typed_bytes_mut(array), place.start, w.f(1));
    nothing()
}

pub(super) fn fill(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let (array, value) = (w.r(0)?, w.f(0));
    let count = w.i(2).saturating_sub(w.i(1));
    if count <= 0 {
        return nothing();
    }
    let place = range(m, array, w.i(1), count)?;
    let element = m.heap.element_of(array);
    let place = bytes_of(element, &place);
    m.pay(place.len() as u64 / PER_STEP);
    let size = element.bytes() as usize;
    let mut one = [0; 8];
    element.write(&mut one, 0, value);
    for part in m.heap.typed_bytes_mut(array)[place].chunks_exact_mut(size) {
        part.copy_from_slice(&one[..size]);
    }
    nothing()
}

pub(super) fn copy(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let (target, source, count) = (w.r(0)?, w.r(1)?, w.i(2));
    let is_numbers = matches!(
        m.kind(source),
        Some(Kind::ArrayF64 | Kind::ArrayI32 | Kind::Typed)
    );
    if !is_numbers {
        return Err(Halt::Trap(Trap::WrongType));
    }
    if count <= 0 {
        return nothing();
    }
    let to = range(m, target, w.i(0), count)?;
    let from = range(m, source, w.i(1), count)?;
    let element = m.heap.element_of(target);
    let is_same = m.kind(source) == Some(Kind::Typed) && m.heap.element_of(source) == element;
    if is_same {
        return copy_bytes(m, element, (target, to), (source, from));
    }
    m.pay(from.len() as u64);
    for (to, from) in to.zip(from) {
        let number = f64::from_bits(m.element(source, from).0);
        element.write(m.heap.typed_bytes_mut(target), to, number);
    }
    nothing()
}

/// Copies between arrays of one kind, or within one.
fn copy_bytes(
    m: &mut Machine<'_>,
    element: Element,
    (target, to): (u32, Range<usize>),
    (source, from): (u32, Range<usize>),
) -> Outcome {
    let (to, from) = (bytes_of(element, &to), bytes_of(element, &from));
    m.pay(from.len() as u64 / PER_STEP);
    let (target, source) = (
        m.heap.typed_place(target).start,
        m.heap.typed_place(source).start,
    );
    let heap: &mut [u8] = bytemuck::cast_slice_mut(&mut m.heap.words);
    heap.copy_within(source + from.start..source + from.end, target + to.start);
    nothing()
}

pub(super) fn reverse(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let array = w.r(0)?;
    let size = m.heap.element_of(array).bytes() as usize;
    m.pay(m.heap.typed_place(array).len() as u64 / PER_STEP);
    let bytes = m.heap.typed_bytes_mut(array);
    // The last byte of the last element comes first; then each element's bytes are put in order again.
    bytes.reverse();
    bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    nothing()
}

pub(super) fn sort(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let array = w.r(0)?;
    let element = m.heap.element_of(array);
    let length = u64::from(m.array_len(array));
    m.pay(length * u64::from(64 - length.leading_zeros()) / 2);
    let bytes = m.heap.typed_bytes_mut(array);
    match element {
        Element::I8 => bytemuck::cast_slice_mut::<_, i8>(bytes).sort_unstable(),
        Element::U8 | Element::U8Clamped => bytes.sort_unstable(),
        Element::I16 => bytemuck::cast_slice_mut::<_, i16>(bytes).sort_unstable(),
        Element::U16 => bytemuck::cast_slice_mut::<_, u16>(bytes).sort_unstable(),
        Element::I32 => bytemuck::cast_slice_mut::<_, i32>(bytes).sort_unstable(),
        Element::U32 => bytemuck::cast_slice_mut::<_, u32>(bytes).sort_unstable(),
        // The order of all floats has -0 before 0 and the one NaN, which is positive, last.
        Element::F32 => bytemuck::cast_slice_mut(bytes).sort_unstable_by(f32::total_cmp),
        Element::F64 => bytemuck::cast_slice_mut(bytes).sort_unstable_by(f64::total_cmp),
    }
    nothing()
}

pub(super) fn index_of(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let (array, wanted) = (w.r(0)?, w.f(0));
    let (from, same_value_zero) = (w.i(1).max(0) as usize, w.z(2));
    let length = m.array_len(array) as usize;
    m.pay(length.saturating_sub(from) as u64 / 2);
    let element = m.heap.element_of(array);
    let bytes = m.heap.typed_bytes(array);
    let is_it = |at: &usize| {
        let number = element.read(bytes, *at);
        number == wanted || same_value_zero && number.is_nan() && wanted.is_nan()
    };
    let found = (from..length).find(is_it);
    int(found.map_or(-1, |at| at as i32))
}
