//! The built-ins: native functions behind `CallBuiltin`, by family; `run` is the index.
//!
//! Invariants: none calls guest code; each makes sure of its memory, then pays for its work, then works, so that it may run
//! again from the start after a collection. Their arguments are the window; they give both halves of the result.
//! Absent: what each does (the table in `bytecode/builtins`).

mod arrays;
mod collate;
mod convert;
mod hashes;
mod inspect;
mod json;
mod maths;
mod numbers;
mod parse;
mod quote;
mod search;
mod strings;
#[cfg(test)]
mod tests;
mod timing;
mod typed;

use super::errors::Halt;
use super::machine::Machine;
use raya_bytecode::builtins::Builtin;
use raya_bytecode::isa::Trap;
use raya_bytecode::slot::{NULL, UNDEFINED};

/// The halves of a result.
pub(super) type Outcome = Result<(u64, u32), Halt>;

/// The registers that arguments are in: each bank counted by itself.
#[derive(Clone, Copy)]
pub(super) struct Window<'a> {
    pub nums: &'a [u64],
    pub refs: &'a [u32],
}

impl Window<'_> {
    fn f(&self, index: usize) -> f64 {
        f64::from_bits(self.nums[index])
    }
    fn i(&self, index: usize) -> i32 {
        self.nums[index] as i32
    }
    fn z(&self, index: usize) -> bool {
        self.nums[index] != 0
    }
    /// A reference that must not be undefined or null.
    fn r(&self, index: usize) -> Result<u32, Halt> {
        let reference = self.refs[index];
        if reference <= NULL {
            Err(Halt::Trap(Trap::Nullish))
        } else {
            Ok(reference)
        }
    }
    /// A mixed pair.
    fn mixed(&self, num: usize, reference: usize) -> (u64, u32) {
        (self.nums[num], self.refs[reference])
    }
}

fn float(value: f64) -> Outcome {
    Ok((
        (if value.is_nan() { f64::NAN } else { value }).to_bits(),
        UNDEFINED,
    ))
}

fn int(value: i32) -> Outcome {
    Ok((i64::from(value) as u64, UNDEFINED))
}

fn boolean(value: bool) -> Outcome {
    Ok((u64::from(value), UNDEFINED))
}

fn reference(value: u32) -> Outcome {
    Ok((0, value))
}

fn nothing() -> Outcome {
    Ok((0, UNDEFINED))
}

/// Runs a built-in with the window's registers.
pub(super) fn run(m: &mut Machine<'_>, builtin: Builtin, nums: &[u64], refs: &[u32]) -> Outcome {
    let w = Window { nums, refs };
    match builtin {
        Builtin::StrSlice => strings::slice(m, w),
        Builtin::StrSubstring => strings::substring(m, w),
        Builtin::StrCharAt => strings::char_at(m, w),
        Builtin::StrCodePointAt => strings::code_point_at(m, w),
        Builtin::StrIndexOf => search::index_of(m, w),
        Builtin::StrLastIndexOf => search::last_index_of(m, w),
        Builtin::StrStartsWith => search::starts_with(m, w),
        Builtin::StrEndsWith => search::ends_with(m, w),
        Builtin::StrRepeat => strings::repeat(m, w),
        Builtin::StrTrim => strings::trim(m, w),
        Builtin::StrUpper => strings::upper(m, w),
        Builtin::StrLower => strings::lower(m, w),
        Builtin::StrSplit => search::split(m, w),
        Builtin::StrReplace => search::replace(m, w),
        Builtin::StrFromCharCode => strings::from_char_code(m, w),
        Builtin::StrFromCodePoint => strings::from_code_point(m, w),
        Builtin::StrCompare => strings::compare(m, w),
        Builtin::StrLocaleCompare => collate::locale_compare(m, w),
        Builtin::StrJoin => strings::join(m, w),

        Builtin::NumToStr => numbers::to_str(m, w.f(0)),
        Builtin::IntToStr => numbers::int_to_str(m, w.i(0)),
        Builtin::BoolToStr => reference(m.bool_text(w.z(0))),
        Builtin::NumToStrRadix => numbers::to_radix(m, w),
        Builtin::NumToFixed => numbers::to_fixed(m, w),
        Builtin::NumToPrecision => numbers::to_precision(m, w),
        Builtin::NumToExponential => numbers::to_exponential(m, w),
        Builtin::StrToNum => parse::to_number(m, w),
        Builtin::ParseInt => parse::parse_int(m, w),
        Builtin::ParseFloat => parse::parse_float(m, w),
        Builtin::ToStr => convert::to_str(m, w.mixed(0, 0)),
        Builtin::ToNum => convert::to_num(m, w.mixed(0, 0)),
        Builtin::Inspect => inspect::inspect(m, w.mixed(0, 0)),
        Builtin::JsonStringify => json::stringify(m, w),

        Builtin::ArrSetLen => arrays::set_len(m, w),
        Builtin::ArrCopy => arrays::copy(m, w),
        Builtin::ArrFillRange => arrays::fill(m, w),
        Builtin::ArrReverse => arrays::reverse(m, w),
        Builtin::ArrIndexOf => arrays::index_of(m, w),

        Builtin::TypedLike => typed::like(m, w),
        Builtin::TypedBytes => int(m.heap.element_of(w.r(0)?).bytes() as i32),
        Builtin::TypedGet => typed::get(m, w),
        Builtin::TypedSet => typed::set(m, w),
        Builtin::TypedFill => typed::fill(m, w),
        Builtin::TypedCopy => typed::copy(m, w),
        Builtin::TypedReverse => typed::reverse(m, w),
        Builtin::TypedSort => typed::sort(m, w),
        Builtin::TypedIndexOf => typed::index_of(m, w),

        Builtin::HashNew => hashes::new(m),
        Builtin::HashFind => hashes::find(m, w),
        Builtin::HashInsert => hashes::insert(m, w),
        Builtin::HashRemove => hashes::remove(m, w),
        Builtin::HashClear => hashes::clear(m, w),

        Builtin::PromiseNew => timing::promise_new(m),
        Builtin::PromiseResolve => timing::promise_resolve(m, w),
        Builtin::PromiseReject => timing::promise_reject(m, w),
        Builtin::PromiseProbe => timing::promise_probe(m, w),
        Builtin::PromiseCancel => Ok((u64::from(m.cancel_promise(w.r(0)?)?), UNDEFINED)),
        Builtin::Sleep => timing::sleep(m, w),
        Builtin::Now => float(m.now_ms),
        Builtin::StackTrace => timing::stack_trace(m),

        _ => maths::run(m, builtin, w),
    }
}
