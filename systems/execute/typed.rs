//! Typed arrays: elements. One instruction for each kind of element, and one more for an index that is an f64.
//!
//! Invariants: as in `state`; a typed array's second word is its length. Numbers in floating-point arrays have one NaN
//! (stores see to it), and so have loads. Absent: making arrays (`arrays`), whole ranges (`builtins/typed`).

use super::arrays::{LENGTH_MAX, index_of};
use super::errors::Halt;
use super::machine::Machine;
use super::state::{handlers, is_object};
use raya_bytecode::elements::{Element, clamped, rounded};
use raya_bytecode::isa::Trap;
use raya_storages::layout::{TYPED_START, typed_header, typed_words};

/// Where element `$index` of the typed array in register `$array` is, or a trap.
macro_rules! place {
    ($s:ident, $array:expr, $index:expr, $ty:ty) => {{
        let array = $s.r($array);
        if !is_object(array) {
            return $s.trap(Trap::Nullish);
        }
        let index: u64 = $index;
        if index >= $s.word(array, 1) {
            return $s.trap(Trap::IndexOutOfRange);
        }
        $s.heap
            .add((array + TYPED_START) as usize)
            .cast::<$ty>()
            .add(index as usize)
    }};
}

/// Declares the loads and stores of one kind of element: with an i32 for an index, and with an f64.
macro_rules! accesses {
    (loads { $($load:ident $load_x:ident $ty:ty, |$s:ident, $v:ident| $give:expr;)* }
     stores { $($store:ident $store_x:ident $to:ty, |$r:ident| $value:expr;)* }) => {
        handlers! {
            $($load($s) {
                let $v: $ty = *place!($s, $s.b(), u64::from($s.i($s.c()) as u32), $ty);
                $give
            }
            $load_x($s) {
                let $v: $ty = *place!($s, $s.b(), index_of($s.f($s.c())), $ty);
                $give
            })*
            $($store($r) {
                let place = place!($r, $r.a(), u64::from($r.i($r.b()) as u32), $to);
                *place = $value;
                $r.next()
            }
            $store_x($r) {
                let place = place!($r, $r.a(), index_of($r.f($r.b())), $to);
                *place = $value;
                $r.next()
            })*
        }
    };
}

accesses! {
    loads {
    load_i8 load_x_i8 i8, |s, v| { s.set_i(s.a(), v.into()); s.next() };
    load_u8 load_x_u8 u8, |s, v| { s.set_i(s.a(), v.into()); s.next() };
    load_i16 load_x_i16 i16, |s, v| { s.set_i(s.a(), v.into()); s.next() };
    load_u16 load_x_u16 u16, |s, v| { s.set_i(s.a(), v.into()); s.next() };
    load_i32 load_x_i32 i32, |s, v| { s.set_i(s.a(), v); s.next() };
    load_u32 load_x_u32 u32, |s, v| { s.set_f(s.a(), v.into()); s.next() };
    load_f32 load_x_f32 f32, |s, v| s.give(v.into());
    load_f64 load_x_f64 f64, |s, v| s.give(v);
    }
    stores {
    store_8 store_x_8 u8, |s| s.i(s.c()) as u8;
    store_8c store_x_8c u8, |s| clamped(s.f(s.c()));
    store_16 store_x_16 u16, |s| s.i(s.c()) as u16;
    store_32 store_x_32 i32, |s| s.i(s.c());
    store_f32 store_x_f32 f32, |s| rounded(s.f(s.c()));
    store_f64 store_x_f64 f64, |s| s.f(s.c());
    }
}

impl Machine<'_> {
    /// A new typed array whose elements are 0.
    pub fn new_typed(&mut self, element: Element, length: u32) -> Result<u32, Halt> {
        let words = typed_words(element, length).filter(|_| length <= LENGTH_MAX);
        let words = words.ok_or(Halt::Trap(Trap::InvalidLength))?;
        self.reserve(words.into())?;
        self.pay(u64::from(words) / 8);
        let array = self.take(words as usize, typed_header(element));
        self.words_mut(array)[1] = length.into();
        Ok(array)
    }
}
