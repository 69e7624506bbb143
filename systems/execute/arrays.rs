//! Arrays: elements, appending, growth.
//!
//! Invariants: a store's elements from the array's length on are 0. Indices are compared as unsigned numbers,
//! so that one comparison finds those below 0 too.

use super::errors::Halt;
use super::machine::{Machine, Need};
use super::objects::is_instance_of;
use super::state::{Exit, State, handlers, is_object};
use raya_bytecode::elements::Element;
use raya_bytecode::isa::Trap;
use raya_bytecode::slot::{NULL, Slot};
use raya_storages::layout::{Kind, header};

/// Elements that an array's first store has room for.
const CAPACITY_MIN: u32 = 4;
/// The longest array.
pub(super) const LENGTH_MAX: u32 = i32::MAX as u32 - 1;

/// Where element 0 of the array with this second word is, from the heap's base.
///
/// # Safety
/// As `State`.
#[inline(always)]
#[allow(unsafe_op_in_unsafe_fn, reason = "argued on State")]
unsafe fn elements<T>(s: &State<'_, '_>, word: u64) -> *mut T {
    s.heap.add((word >> 32) as usize + 2).cast::<T>()
}

/// An f64 as an index: above every length unless it is exactly one.
#[inline(always)]
pub(super) fn index_of(value: f64) -> u64 {
    let index = truncated(value);
    if index as f64 == value {
        index as u64
    } else {
        u64::MAX
    }
}

/// An f64 without its fraction; what an i64 can't hold becomes some number below 0.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn truncated(value: f64) -> i64 {
    use std::arch::x86_64::{_mm_cvttsd_si64, _mm_set_sd};
    // SAFETY: every x86-64 has these instructions.
    #[allow(unused_unsafe)]
    unsafe {
        _mm_cvttsd_si64(_mm_set_sd(value))
    }
}

/// An f64 without its fraction; what an i64 can't hold becomes the nearest that it can.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn truncated(value: f64) -> i64 {
    value as i64
}

/// Reads an element, or traps. The index is an i32 unless it is given.
macro_rules! read {
    ($s:ident, [$index:expr], $ty:ty, |$v:ident| $write:expr) => {{
        let array = $s.r($s.b());
        if !is_object(array) {
            return $s.trap(Trap::Nullish);
        }
        let word = $s.word(array, 1);
        let index: u64 = $index;
        if index >= u64::from(word as u32) {
            return $s.trap(Trap::IndexOutOfRange);
        }
        let $v: $ty = *elements::<$ty>(&$s, word).add(index as usize);
        $write
    }};
    ($s:ident, $ty:ty, |$v:ident| $write:expr) => {
        read!($s, [u64::from($s.i($s.c()) as u32)], $ty, |$v| $write)
    };
}

/// Writes an element at an index below the length; at the length, appends.
macro_rules! write {
    ($s:ident, [$index:expr], $append:ident, $ty:ty, $value:expr) => {{
        let array = $s.r($s.a());
        if !is_object(array) {
            return $s.trap(Trap::Nullish);
        }
        let word = $s.word(array, 1);
        let index: u64 = $index;
        if index >= u64::from(word as u32) {
            return $s.go($append);
        }
        *elements::<$ty>(&$s, word).add(index as usize) = $value;
        $s.next()
    }};
    ($s:ident, $ty:ty, $value:expr) => {
        write!(
            $s,
            [u64::from($s.i($s.b()) as u32)],
            append_or_trap, $ty, $value
        )
    };
}

/// Appends an element where the store has room.
macro_rules! push {
    ($s:ident, $ty:ty, $value:expr) => {{
        let array = $s.r($s.a());
        if !is_object(array) {
            return $s.trap(Trap::Nullish);
        }
        let word = $s.word(array, 1);
        // An array without a store has 0 there: word 1 of the heap is never used, so its capacity reads 0.
        let capacity = $s.word((word >> 32) as u32, 1) as u32;
        if word as u32 >= capacity {
            return $s.go(grow);
        }
        *elements::<$ty>(&$s, word).add(word as u32 as usize) = $value;
        *$s.heap.add(array as usize + 1) = word + 1;
        $s.next()
    }};
}

handlers! {
    new_arr(s) {
        let length = s.i(s.c());
        if length < 0 {
            return s.trap(Trap::InvalidLength);
        }
        s.m.fuel = s.fuel;
        match s.m.new_of_slot(Slot(s.b()), length as u32) {
            Ok(array) => {
                s.fuel = s.m.fuel;
                s.heap = s.m.heap.words.as_mut_ptr();
                s.set_r(s.a(), array);
                s.next()
            }
            Err(halt) => {
                s.m.halt = Some(halt);
                s.m.need = Need::default();
                s.go(super::errors::raise_halt)
            }
        }
    }
    len(s) {
        let array = s.r(s.b());
        if !is_object(array) {
            return s.trap(Trap::Nullish);
        }
        let v = s.word(array, 1) as i32;
        s.set_i(s.a(), v);
        s.next()
    }
    elem_f(s) { read!(s, f64, |v| { s.set_f(s.a(), v); s.next() }) }
    elem_i(s) { read!(s, i32, |v| { s.set_i(s.a(), v); s.next() }) }
    elem_z(s) { read!(s, u8, |v| { s.set_n(s.a(), u64::from(v)); s.next() }) }
    elem_r(s) { read!(s, u32, |v| { s.set_r(s.a(), v); s.next() }) }
    elem_t(s) { read!(s, u32, |v| give_typed(s, v)) }
    elem_xf(s) { read!(s, [index_of(s.f(s.c()))], f64, |v| { s.set_f(s.a(), v); s.next() }) }
    elem_xz(s) { read!(s, [index_of(s.f(s.c()))], u8, |v| { s.set_n(s.a(), u64::from(v)); s.next() }) }
    elem_xr(s) { read!(s, [index_of(s.f(s.c()))], u32, |v| { s.set_r(s.a(), v); s.next() }) }
    elem_xt(s) { read!(s, [index_of(s.f(s.c()))], u32, |v| give_typed(s, v)) }
    elem_mn(s) { read!(s, u64, |v| { s.set_n(s.a(), v); s.next() }) }
    elem_mr(s) {
        let array = s.r(s.b());
        if !is_object(array) {
            return s.trap(Trap::Nullish);
        }
        let word = s.word(array, 1);
        let index = s.i(s.c()) as u32;
        if index >= word as u32 {
            return s.trap(Trap::IndexOutOfRange);
        }
        let v = *mixed_refs(&s, word).add(index as usize);
        s.set_r(s.a(), v);
        s.next()
    }
    set_elem_f(s) { write!(s, f64, s.f(s.c())) }
    set_elem_i(s) { write!(s, i32, s.i(s.c())) }
    set_elem_z(s) { write!(s, u8, s.n(s.c()) as u8) }
    set_elem_r(s) { write!(s, u32, s.r(s.c())) }
    j_elem_z(s) { let index = u64::from(s.i(s.b()) as u32); branch_on_element(s, index) }
    j_elem_xz(s) { let index = index_of(s.f(s.b())); branch_on_element(s, index) }
    set_elem_xf(s) { write!(s, [index_of(s.f(s.b()))], append_or_trap_x, f64, s.f(s.c())) }
    set_elem_xz(s) { write!(s, [index_of(s.f(s.b()))], append_or_trap_x, u8, s.n(s.c()) as u8) }
    set_elem_xr(s) { write!(s, [index_of(s.f(s.b()))], append_or_trap_x, u32, s.r(s.c())) }
    set_elem_m(s) {
        let array = s.r(s.a());
        if !is_object(array) {
            return s.trap(Trap::Nullish);
        }
        let word = s.word(array, 1);
        let index = s.i(s.b()) as u32;
        if index >= word as u32 {
            return s.go(append_or_trap);
        }
        *elements::<u64>(&s, word).add(index as usize) = s.n(s.c());
        *mixed_refs(&s, word).add(index as usize) = s.r(s.ext().a);
        s.next2()
    }
    push_f(s) { push!(s, f64, s.f(s.b())) }
    push_i(s) { push!(s, i32, s.i(s.b())) }
    push_z(s) { push!(s, u8, s.n(s.b()) as u8) }
    push_r(s) { push!(s, u32, s.r(s.b())) }
    push_m(s) {
        let array = s.r(s.a());
        if !is_object(array) {
            return s.trap(Trap::Nullish);
        }
        let word = s.word(array, 1);
        let capacity = s.word((word >> 32) as u32, 1) as u32;
        if word as u32 >= capacity {
            return s.go(grow);
        }
        *elements::<u64>(&s, word).add(word as u32 as usize) = s.n(s.b());
        *mixed_refs(&s, word).add(word as u32 as usize) = s.r(s.c());
        *s.heap.add(array as usize + 1) = word + 1;
        s.next()
    }

    /// Writing at the length appends.
    #[cold]
    #[inline(never)]
    append_or_trap(s) { let index = u64::from(s.i(s.b()) as u32); append(s, index) }

    /// The same with an f64 for an index.
    #[cold]
    #[inline(never)]
    append_or_trap_x(s) { let index = index_of(s.f(s.b())); append(s, index) }

    /// `ElemT` of what isn't an object of exactly the class: that is in `Machine::element`.
    #[inline(never)]
    give_typed_slowly(s) {
        let v = s.m.element;
        if v > NULL && !s.m.is_type(v, Slot(s.ext().a)) {
            return s.trap(Trap::WrongType);
        }
        s.set_r(s.a(), v);
        s.next2()
    }

    /// Makes room for one more element in array `a` and runs the instruction again.
    #[cold]
    #[inline(never)]
    grow(s) {
        let array = s.r(s.a());
        s.m.fuel = s.fuel;
        match s.m.grow_array(array, 1) {
            Ok(()) => {
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
}

/// Jumps if the `bool[]` in `a` has the element and that is true.
///
/// # Safety
/// As `State`.
#[inline(always)]
#[allow(unsafe_op_in_unsafe_fn, reason = "argued on State")]
unsafe fn branch_on_element(s: State<'_, '_>, index: u64) -> Exit {
    let array = s.r(s.a());
    if !is_object(array) {
        return s.trap(Trap::Nullish);
    }
    let word = s.word(array, 1);
    let t = index < u64::from(word as u32) && *elements::<u8>(&s, word).add(index as usize) != 0;
    s.branch(t)
}

/// Lengthens array `a` by one if `index` is its length, and runs the instruction again.
///
/// # Safety
/// As `State`.
#[inline(always)]
#[allow(unsafe_op_in_unsafe_fn, reason = "argued on State")]
unsafe fn append(s: State<'_, '_>, index: u64) -> Exit {
    let array = s.r(s.a());
    let word = s.word(array, 1);
    if index != u64::from(word as u32) {
        return s.trap(Trap::IndexOutOfRange);
    }
    if word as u32 >= s.word((word >> 32) as u32, 1) as u32 {
        return s.go(grow);
    }
    *s.heap.add(array as usize + 1) = word + 1;
    s.dispatch()
}

/// Writes an element to `a` if it is of the type in the `Ext`: an instance of the very class, or else by the slow path.
///
/// # Safety
/// As `State`.
#[inline(always)]
#[allow(unsafe_op_in_unsafe_fn, reason = "argued on State")]
unsafe fn give_typed(mut s: State<'_, '_>, v: u32) -> Exit {
    if !is_instance_of(&s, v, Slot(s.ext().a)) {
        s.m.element = v;
        return s.go(give_typed_slowly);
    }
    s.set_r(s.a(), v);
    s.next2()
}

/// Where the reference halves of a `mixed[]` with this second word are.
///
/// # Safety
/// As `State`.
#[inline(always)]
#[allow(unsafe_op_in_unsafe_fn, reason = "argued on State")]
unsafe fn mixed_refs(s: &State<'_, '_>, word: u64) -> *mut u32 {
    let capacity = s.word((word >> 32) as u32, 1) as u32;
    s.heap
        .add((word >> 32) as usize + 2 + capacity as usize)
        .cast::<u32>()
}

/// The kind of array that a slot type names.
pub(super) fn array_kind(slot: Slot) -> Kind {
    match slot {
        Slot::ARR_F64 => Kind::ArrayF64,
        Slot::ARR_I32 => Kind::ArrayI32,
        Slot::ARR_BOOL => Kind::ArrayBool,
        Slot::ARR_MIXED => Kind::ArrayMixed,
        _ => Kind::ArrayRef,
    }
}

/// The kind of an array's store, and the words that `capacity` elements take in it.
pub(super) fn store_of(array: Kind, capacity: u32) -> (Kind, u64) {
    let n = u64::from(capacity);
    match array {
        Kind::ArrayF64 => (Kind::StoreF64, n),
        Kind::ArrayI32 => (Kind::StoreI32, n.div_ceil(2)),
        Kind::ArrayBool => (Kind::StoreBool, n.div_ceil(8)),
        Kind::ArrayMixed => (Kind::StoreMixed, n + n.div_ceil(2)),
        _ => (Kind::StoreRef, n.div_ceil(2)),
    }
}

impl Machine<'_> {
    /// The words that an array takes, store included.
    pub fn array_words(kind: Kind, length: u32) -> u64 {
        if length == 0 {
            2
        } else {
            4 + store_of(kind, length).1
        }
    }

    /// A new array or typed array whose elements are 0.
    fn new_of_slot(&mut self, slot: Slot, length: u32) -> Result<u32, Halt> {
        match Element::of_slot(slot) {
            Some(element) => self.new_typed(element, length),
            None => self.new_array(array_kind(slot), length),
        }
    }

    /// A new array whose elements are 0.
    pub fn new_array(&mut self, kind: Kind, length: u32) -> Result<u32, Halt> {
        if length > LENGTH_MAX {
            return Err(Halt::Trap(Trap::InvalidLength));
        }
        self.reserve(Self::array_words(kind, length))?;
        self.pay(u64::from(length) / 8);
        Ok(self.take_array(kind, length))
    }

    /// A new array in reserved memory.
    pub fn take_array(&mut self, kind: Kind, length: u32) -> u32 {
        let array = self.take(2, header(kind));
        if length > 0 {
            let store = self.take_store(kind, length);
            self.words_mut(array)[1] = u64::from(length) | u64::from(store) << 32;
        }
        array
    }

    fn take_store(&mut self, kind: Kind, capacity: u32) -> u32 {
        let (store_kind, words) = store_of(kind, capacity);
        let store = self.take(2 + words as usize, header(store_kind));
        self.words_mut(store)[1] = u64::from(capacity);
        store
    }

    /// An array's length.
    pub fn array_len(&self, array: u32) -> u32 {
        self.words(array)[1] as u32
    }

    /// An array's store, 0 for none.
    pub fn array_store(&self, array: u32) -> u32 {
        (self.words(array)[1] >> 32) as u32
    }

    /// How many elements fit an array's store.
    pub fn array_capacity(&self, array: u32) -> u32 {
        match self.array_store(array) {
            0 => 0,
            store => self.words(store)[1] as u32,
        }
    }

    /// Makes room for `more` elements beyond the length.
    pub fn grow_array(&mut self, array: u32, more: u32) -> Result<(), Halt> {
        let length = self.array_len(array);
        let capacity = self.array_capacity(array);
        let needed = u64::from(length) + u64::from(more);
        if needed <= u64::from(capacity) {
            return Ok(());
        }
        if needed > u64::from(LENGTH_MAX) {
            return Err(Halt::Trap(Trap::InvalidLength));
        }
        let kind = self.kind(array).expect("an array");
        let grown = (u64::from(capacity) * 2).min(u64::from(LENGTH_MAX));
        let capacity_then = needed.max(grown).max(u64::from(CAPACITY_MIN)) as u32;
        self.reserve(2 + store_of(kind, capacity_then).1)?;
        self.pay(u64::from(length) / 8);
        let old = self.array_store(array);
        let store = self.take_store(kind, capacity_then);
        if old != 0 {
            self.move_elements(kind, (old, capacity), (store, capacity_then), length);
        }
        self.words_mut(array)[1] = u64::from(length) | u64::from(store) << 32;
        Ok(())
    }

    /// Copies the first `length` elements of a store (with its capacity) to the start of another.
    fn move_elements(&mut self, kind: Kind, from: (u32, u32), to: (u32, u32), length: u32) {
        let heap = &mut self.heap.words;
        let (source, target) = (from.0 as usize + 2, to.0 as usize + 2);
        if kind == Kind::ArrayMixed {
            heap.copy_within(source..source + length as usize, target);
            let source = source + from.1 as usize;
            let words = length.div_ceil(2) as usize;
            heap.copy_within(source..source + words, target + to.1 as usize);
        } else {
            let words = store_of(kind, length).1 as usize;
            heap.copy_within(source..source + words, target);
        }
    }
}
