//! Typed arrays: making them, and their elements.
//!
//! Where the kind of element is known an element is one instruction. Of a union of several kinds only that it is a typed
//! array is known (slot `TYPED`), and built-ins look at the kind. Absent: their methods (the prelude).

use super::call::arg_expr;
use super::function::{Fx, Val};
use super::program::FuncKey;
use super::repr::{Env, is_array};
use crate::ast::{Arg, Expr};
use crate::mir::Inst;
use crate::types::{Type, TypeId};
use raya_bytecode::builtins::Builtin;
use raya_bytecode::elements::Element;
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;

impl<'a> Fx<'a, '_> {
    /// `new Float64Array(source)`
    pub fn new_typed(&mut self, element: Element, args: &'a [Arg]) -> Val {
        let slot = element.slot();
        let Some(source) = args.first().map(arg_expr) else {
            return self.new_array(slot, 0);
        };
        let ty = self.type_of(source);
        let val = self.operand_value(source, ty);
        if matches!(val.slot, Slot::F64 | Slot::I32) {
            let length = self.typed_length(val);
            return self.sized_array(slot, length);
        }
        let items = self.numbers_of(val, ty);
        let length = self.length(items);
        let array = self.def(Op::NewArr, slot, u32::from(slot.0), length.n.0);
        let zero = self.int(0);
        self.builtin(Builtin::TypedCopy, &[array, zero, items, zero, length]);
        array
    }

    /// An argument in the slot of its values that are neither undefined nor null.
    fn operand_value(&mut self, e: &'a Expr, ty: TypeId) -> Val {
        let val = self.raw(e);
        let slot = self.value_slot(ty);
        self.convert(val, slot)
    }

    /// A length that was checked, as the prelude does it.
    fn typed_length(&mut self, length: Val) -> Val {
        let class = self.p.checked.known.typed_array;
        let methods = &self.p.checked.classes[class.index()].methods;
        let check = methods.iter().find(|m| &*m.0 == "__length");
        let check = check.expect("the prelude declares it").1;
        let number = self.convert(length, Slot::F64);
        let function = self.p.function(FuncKey::Plain(check, Env::empty()));
        self.call(Op::Call, Slot::F64, function, 0, &[number])
    }

    /// What is gone through, as an array that can be copied from.
    fn numbers_of(&mut self, val: Val, ty: TypeId) -> Val {
        if self.has_numbers(ty) {
            return val;
        }
        if val.slot.as_class().is_none() && !is_array(val.slot) {
            return self.refuse(
                4025,
                self.span,
                "what to make the typed array of is not known here",
                "narrow it to a length, an array or another iterable first",
            );
        }
        let made = self.new_array(Slot::ARR_F64, 0);
        self.iterate_value(val, ty, &mut |fx, item| fx.push_element(made, item));
        made
    }

    /// Whether all values of a type are arrays of numbers or typed arrays.
    fn has_numbers(&self, ty: TypeId) -> bool {
        match self.p.ty(ty) {
            Type::Array(element) | Type::ReadonlyArray(element) => {
                matches!(self.p.ty(*element), Type::Number | Type::Int)
            }
            Type::Class(class, _) => self.p.checked.known.is_typed(*class),
            Type::Union(members) => members.iter().all(|&member| self.has_numbers(member)),
            _ => false,
        }
    }

    /// A typed array of the same kind, with so many zeros.
    pub fn typed_like(&mut self, array: Val, length: Val) -> Val {
        match Element::of_slot(array.slot) {
            Some(_) => self.sized_array(array.slot, length),
            None => self.builtin(Builtin::TypedLike, &[array, length]),
        }
    }

    /// Bytes that an element takes.
    pub fn element_bytes(&mut self, array: Val) -> Val {
        match Element::of_slot(array.slot) {
            Some(element) => self.int(element.bytes() as i32),
            None => self.builtin(Builtin::TypedBytes, &[array]),
        }
    }

    /// Reads an element; traps out of range.
    pub fn get_typed(&mut self, array: Val, index: Val) -> Val {
        let (op, slot) = match Element::of_slot(array.slot) {
            None => return self.builtin(Builtin::TypedGet, &[array, index]),
            Some(Element::I8) => (Op::LoadI8, Slot::I32),
            Some(Element::U8 | Element::U8Clamped) => (Op::LoadU8, Slot::I32),
            Some(Element::I16) => (Op::LoadI16, Slot::I32),
            Some(Element::U16) => (Op::LoadU16, Slot::I32),
            Some(Element::I32) => (Op::LoadI32, Slot::I32),
            Some(Element::U32) => (Op::LoadU32, Slot::F64),
            Some(Element::F32) => (Op::LoadF32, Slot::F64),
            Some(Element::F64) => (Op::LoadF64, Slot::F64),
        };
        self.def(op, slot, array.r.0, index.n.0)
    }

    /// Writes an element; traps out of range.
    pub fn set_typed(&mut self, array: Val, index: Val, value: Val) {
        let op = match Element::of_slot(array.slot) {
            None => {
                self.builtin(Builtin::TypedSet, &[array, index, value]);
                return;
            }
            Some(Element::I8 | Element::U8) => Op::Store8,
            Some(Element::U8Clamped) => Op::Store8C,
            Some(Element::I16 | Element::U16) => Op::Store16,
            Some(Element::I32 | Element::U32) => Op::Store32,
            Some(Element::F32) => Op::StoreF32,
            Some(Element::F64) => Op::StoreF64,
        };
        let value = match op {
            Op::Store8 | Op::Store16 | Op::Store32 => self.word_of(value),
            _ => self.convert(value, Slot::F64),
        };
        self.push(Inst::new(op, [array.r.0, index.n.0, value.n.0], self.span));
    }
}
