//! Converts values between slots, with the checks that a narrower slot needs.
//!
//! Widening never fails. Narrowing checks at run time; what can never succeed traps, except where two kinds of array
//! meet, which is refused: seeing one as the other would need a copy.

use super::function::{Fx, NOTHING, Val};
use super::repr::{array_of, element_of, is_array, is_typed};
use crate::mir::NO_REG;
use crate::types::TypeId;
use raya_bytecode::isa::{Op, Trap};
use raya_bytecode::slot::Slot;

impl<'a> Fx<'a, '_> {
    /// The value in slot `to`.
    pub fn convert(&mut self, val: Val, to: Slot) -> Val {
        let from = val.slot;
        if from == to {
            return val;
        }
        match (from, to) {
            (_, Slot::VOID) => NOTHING,
            (Slot::VOID, _) if to.has_ref() => self.nullish(to, 0),
            (Slot::I32, Slot::F64) => self.def(Op::I2F, Slot::F64, val.n.0, 0),
            (Slot::F64, Slot::I32) => self.def(Op::F2I, Slot::I32, val.n.0, 0),
            (Slot::F64 | Slot::I32 | Slot::BOOL, Slot::MIXED) => self.widen(val),
            (_, Slot::MIXED) => {
                let n = self.def(Op::ConstFI, Slot::F64, 0, 0).n;
                Val {
                    slot: to,
                    n,
                    r: val.r,
                }
            }
            (Slot::MIXED, Slot::F64) => self.narrow(val, 2, Slot::F64),
            (Slot::MIXED, Slot::BOOL) => self.narrow(val, 3, Slot::BOOL),
            (Slot::MIXED, Slot::I32) => {
                let number = self.narrow(val, 2, Slot::F64);
                self.convert(number, Slot::I32)
            }
            (Slot::ANY, Slot::F64 | Slot::I32 | Slot::BOOL) => {
                let mixed = self.convert(val, Slot::MIXED);
                self.convert(mixed, to)
            }
            (_, Slot::ANY) if from.has_ref() => Val {
                slot: to,
                n: NO_REG,
                r: val.r,
            },
            _ if from.has_ref() && to.has_ref() => self.cast(val, to),
            _ => {
                // A number where a reference is meant, or the other way round.
                self.trap(Trap::WrongType);
                self.zero(to)
            }
        }
    }

    /// A number or boolean as a mixed value.
    fn widen(&mut self, val: Val) -> Val {
        let mixed = self.fresh(Slot::MIXED);
        let op = if val.slot == Slot::I32 {
            Op::I2F
        } else {
            Op::MovN
        };
        let tag = if val.slot == Slot::BOOL { 3 } else { 2 };
        self.emit(op, mixed.n.0, val.n.0, 0);
        self.emit(Op::Tag, mixed.r.0, tag, 0);
        mixed
    }

    /// The number (tag 2) or boolean (tag 3) in a mixed value; traps if it is none.
    fn narrow(&mut self, val: Val, tag: u32, to: Slot) -> Val {
        let (good, bad) = (self.block(), self.block());
        self.branch(Op::JTag, val.r.0, tag, good, bad);
        self.start(bad);
        self.trap(Trap::WrongType);
        self.start(good);
        if to == Slot::F64 {
            return self.val(to, val.n);
        }
        self.def(Op::MovN, to, val.n.0, 0)
    }

    /// A reference as another type of reference.
    fn cast(&mut self, val: Val, to: Slot) -> Val {
        if self.is_subtype(val.slot, to) {
            return Val {
                slot: to,
                n: NO_REG,
                r: val.r,
            };
        }
        if is_array(val.slot) && is_array(to) && self.copies_arrays {
            return self.copy_array(val, to);
        }
        if is_array(val.slot) && is_array(to) {
            return self.refuse(
                4010,
                self.span,
                &format!(
                    "an array held as {} can't be seen as one held as {}",
                    val.slot.name(),
                    to.name()
                ),
                "make a new array with the wider element type, for example with a loop or an annotated literal",
            );
        }
        if let Some(array) = self.tuple_as_array(val, to) {
            return array;
        }
        self.def(Op::Cast, to, val.r.0, u32::from(to.0))
    }

    /// The elements in a new array of another kind; undefined and null stay as they are.
    fn copy_array(&mut self, val: Val, to: Slot) -> Val {
        let result = self.fresh(to);
        self.clear(result);
        let (there, end) = (self.block(), self.block());
        self.branch(Op::JNullish, val.r.0, 0, end, there);
        self.start(there);
        let array = self.new_array(to, 0);
        self.iterate_array(val, None, &mut |fx, item| fx.push_element(array, item));
        self.assign(result, array);
        self.start(end);
        result
    }

    /// Whether every value of reference slot `from` is one of `to`.
    pub fn is_subtype(&self, from: Slot, to: Slot) -> bool {
        let is_general = to == Slot::ARR && is_array(from) || to == Slot::TYPED && is_typed(from);
        if from == to || to == Slot::ANY || is_general {
            return true;
        }
        match (from.as_class(), to.as_class()) {
            (Some(_), None) => to == Slot::OBJECT,
            (Some(mut class), Some(target)) => loop {
                if class == target {
                    return true;
                }
                match self.p.classes[class as usize].base {
                    Some(base) => class = base,
                    None => return false,
                }
            },
            _ => false,
        }
    }

    /// A tuple's elements in a new array, if that is what is asked for.
    pub fn tuple_as_array(&mut self, val: Val, to: Slot) -> Option<Val> {
        let class = val.slot.as_class()?;
        let is_tuple = self.p.classes[class as usize].kind == raya_bytecode::image::CLASS_TUPLE;
        if !is_tuple || !is_array(to) {
            return None;
        }
        let fields = self.p.fields(class);
        let array = self.new_array(to, 0);
        for index in 0..fields.len() {
            let element = self.get_field(val.r, class, index as u32);
            self.push_element(array, element);
        }
        Some(array)
    }

    /// The array slot that holds all elements of a tuple.
    pub fn tuple_array_slot(&mut self, tuple: Slot) -> Option<Slot> {
        let class = tuple.as_class()?;
        if self.p.classes[class as usize].kind != raya_bytecode::image::CLASS_TUPLE {
            return None;
        }
        let fields = self.p.fields(class);
        let mut kinds: Vec<Slot> = fields.iter().map(|f| f.slot).collect();
        kinds.dedup();
        Some(match kinds[..] {
            [one] => array_of(one),
            _ if kinds.iter().all(|&k| !k.has_num()) => Slot::ARR_REF,
            _ => Slot::ARR_MIXED,
        })
    }

    /// The value in the slot of a type, where it is known to be undefined or null if the type has nothing else.
    pub fn convert_to_type(&mut self, val: Val, ty: TypeId) -> Val {
        let slot = self.slot(ty);
        self.convert(val, slot)
    }

    /// A new array of `length` zero elements.
    pub fn new_array(&mut self, slot: Slot, length: i32) -> Val {
        let length = self.int(length);
        self.def(Op::NewArr, slot, u32::from(slot.0), length.n.0)
    }

    /// Appends to an array.
    pub fn push_element(&mut self, array: Val, value: Val) {
        let element = element_of(array.slot);
        let value = self.convert(value, element);
        let (op, b, c) = match element {
            Slot::F64 => (Op::PushF, value.n, NO_REG),
            Slot::I32 => (Op::PushI, value.n, NO_REG),
            Slot::BOOL => (Op::PushZ, value.n, NO_REG),
            Slot::MIXED => (Op::PushM, value.n, value.r),
            _ => (Op::PushR, value.r, NO_REG),
        };
        let c = if c == NO_REG { 0 } else { c.0 };
        self.emit(op, array.r.0, b.0, c);
    }

    /// Reads an element at an index that may be out of range (traps); `want`: the slot of the result, if it is a reference.
    pub fn get_element(&mut self, array: Val, index: Val, want: Slot) -> Val {
        let (a, i) = (array.r.0, index.n.0);
        if is_typed(array.slot) {
            return self.get_typed(array, index);
        }
        match element_of(array.slot) {
            Slot::F64 => self.def(Op::ElemF, Slot::F64, a, i),
            Slot::I32 => self.def(Op::ElemI, Slot::I32, a, i),
            Slot::BOOL => self.def(Op::ElemZ, Slot::BOOL, a, i),
            Slot::MIXED => {
                let val = self.fresh(Slot::MIXED);
                self.emit(Op::ElemMN, val.n.0, a, i);
                self.emit(Op::ElemMR, val.r.0, a, i);
                val
            }
            _ if want == Slot::ANY || !want.has_ref() || want == Slot::MIXED => {
                self.def(Op::ElemR, Slot::ANY, a, i)
            }
            _ => {
                let val = self.fresh(want);
                let mut inst = crate::mir::Inst::new(Op::ElemT, [val.r.0, a, i], self.span);
                inst.x[3] = u32::from(want.0);
                self.push(inst);
                val
            }
        }
    }

    /// Writes an element; at the length of an array it appends.
    pub fn set_element(&mut self, array: Val, index: Val, value: Val) {
        if is_typed(array.slot) {
            return self.set_typed(array, index, value);
        }
        let element = element_of(array.slot);
        let value = self.convert(value, element);
        let op = match element {
            Slot::F64 => Op::SetElemF,
            Slot::I32 => Op::SetElemI,
            Slot::BOOL => Op::SetElemZ,
            Slot::MIXED => Op::SetElemM,
            _ => Op::SetElemR,
        };
        let register = if value.n == NO_REG { value.r } else { value.n };
        let mut inst = crate::mir::Inst::new(op, [array.r.0, index.n.0, register.0], self.span);
        if op == Op::SetElemM {
            inst.x[3] = value.r.0;
        }
        self.push(inst);
    }

    /// A string for a template, `+` or `String(x)`, `ty` being the value's type.
    pub fn text_of(&mut self, val: Val, ty: TypeId) -> Val {
        use raya_bytecode::builtins::Builtin;
        match val.slot {
            Slot::STR if !self.p.admits_nullish(ty) => val,
            Slot::F64 => self.builtin(Builtin::NumToStr, &[val]),
            Slot::I32 => self.builtin(Builtin::IntToStr, &[val]),
            Slot::BOOL => self.builtin(Builtin::BoolToStr, &[val]),
            _ => {
                if let Some(text) = self.user_text(val, ty) {
                    return text;
                }
                if matches!(
                    val.slot,
                    Slot::FUNC | Slot::PROMISE | Slot::HASH | Slot::STR
                ) {
                    return self.builtin(Builtin::ToStr, &[val]);
                }
                self.text_of_any(val)
            }
        }
    }

    /// `String(x)` of a value of which nothing is known.
    pub fn text_of_any(&mut self, val: Val) -> Val {
        let mixed = self.convert(val, Slot::MIXED);
        let function = self.p.function(super::program::FuncKey::Text);
        self.call(Op::Call, Slot::STR, function, 0, &[mixed])
    }
}
