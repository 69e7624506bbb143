//! Destructuring declarations and parameters.

use super::function::{Fx, Val};
use super::repr::{element_of, is_array};
use crate::ast::*;
use crate::mir::NO_REG;
use crate::types::{Type, TypeId};
use raya_bytecode::builtins::Builtin;
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;

impl<'a> Fx<'a, '_> {
    /// Declares the names of a pattern with parts of a value of this type.
    pub fn bind(&mut self, pattern: &'a Pattern, val: Val, ty: TypeId) {
        match &pattern.kind {
            PatternKind::Name(binding, _) => self.initialize(*binding, val),
            PatternKind::Object { props, rest } => {
                let slot = self.value_slot(ty);
                let val = self.convert(val, slot);
                for prop in props {
                    let part_type = self.property_type(ty, &prop.key);
                    let want = self.elem_slot(&prop.value, part_type);
                    let part = self.property(val, &prop.key, want);
                    self.bind_elem(&prop.value, part, part_type.unwrap_or(ty), want);
                }
                if let Some(rest) = rest {
                    let names: Vec<Name> = props.iter().map(|p| p.key.clone()).collect();
                    let object = self.object_rest(val, ty, &names);
                    self.bind(rest, object, ty);
                }
            }
            PatternKind::Array { elems, rest } => {
                let slot = self.value_slot(ty);
                let val = self.convert(val, slot);
                let val = self.iterable_as_array(val, ty);
                for (i, elem) in elems.iter().enumerate() {
                    let Some(elem) = elem else {
                        continue;
                    };
                    let part_type = self.element_type(ty, i as u32);
                    let want = self.elem_slot(elem, part_type);
                    let part = self.pattern_element(val, ty, i as u32, want);
                    self.bind_elem(elem, part, part_type.unwrap_or(ty), want);
                }
                if let Some(rest) = rest {
                    let array = self.pattern_rest(val, elems.len() as u32);
                    self.bind(rest, array, ty);
                }
            }
        }
    }

    fn bind_elem(&mut self, elem: &'a PatternElem, part: Val, ty: TypeId, want: Slot) {
        let part = self.with_default(part, elem.default.as_ref(), want);
        self.bind(&elem.pattern, part, ty);
    }

    /// The slot in which a part is wanted: its name's, or undefined too where there is a default.
    fn elem_slot(&mut self, elem: &'a PatternElem, ty: Option<TypeId>) -> Slot {
        let slot = match (&elem.pattern.kind, ty) {
            (PatternKind::Name(binding, _), _) => self.binding_slot(*binding),
            (_, Some(ty)) => self.value_slot(ty),
            _ => Slot::ANY,
        };
        if elem.default.is_some() {
            self.optional(slot)
        } else {
            slot
        }
    }

    /// The value, or the default if it is undefined.
    pub fn with_default(&mut self, part: Val, default: Option<&'a Expr>, want: Slot) -> Val {
        let Some(default) = default else {
            return part;
        };
        if part.r == NO_REG {
            return part;
        }
        let result = self.fresh(want);
        let (missing, given, end) = (self.block(), self.block(), self.block());
        self.branch(Op::JTag, part.r.0, 0, missing, given);
        self.start(given);
        let val = self.convert(part, want);
        self.assign(result, val);
        self.jump(end);
        self.start(missing);
        let val = self.expr_as(default, want);
        self.assign(result, val);
        self.start(end);
        result
    }

    /// Element `i` of a tuple or array; undefined past the end where `want` can take it.
    pub fn pattern_element(&mut self, val: Val, ty: TypeId, i: u32, want: Slot) -> Val {
        let val = self.iterable_as_array(val, ty);
        if let Some(class) = val.slot.as_class() {
            let count = self.p.fields(class).len() as u32;
            return if i < count {
                self.get_field(val.r, class, i)
            } else {
                self.nullish(Slot::ANY, 0)
            };
        }
        let index = self.int(i as i32);
        if want.has_ref() && (want == Slot::MIXED || element_of(val.slot) == Slot::ANY) {
            return self.element_or_undefined(val, index, want);
        }
        self.get_element(val, index, want)
    }

    /// The elements from `from` on, in a new array.
    pub fn pattern_rest(&mut self, val: Val, from: u32) -> Val {
        let array = match self.tuple_array_slot(val.slot) {
            Some(slot) => self.convert(val, slot),
            None => val,
        };
        let rest = self.new_array(array.slot, 0);
        let length = self.def(Op::Len, Slot::I32, array.r.0, 0);
        let start = self.int(from as i32);
        let (some, end) = (self.block(), self.block());
        self.branch(Op::JLtI, start.n.0, length.n.0, some, end);
        self.start(some);
        let count = self.def(Op::SubI, Slot::I32, length.n.0, start.n.0);
        self.builtin(Builtin::ArrSetLen, &[rest, count]);
        let zero = self.int(0);
        self.builtin(Builtin::ArrCopy, &[rest, zero, array, start, count]);
        self.start(end);
        rest
    }

    /// The type of an element of an array or tuple type.
    pub fn element_type(&self, ty: TypeId, i: u32) -> Option<TypeId> {
        match self.p.ty(ty) {
            Type::Array(element) | Type::ReadonlyArray(element) => Some(*element),
            Type::Tuple { elems, .. } => elems.get(i as usize).copied(),
            Type::Union(members) => members.iter().find_map(|&m| self.element_type(m, i)),
            _ => None,
        }
    }

    /// What an array pattern takes apart: arrays and tuples as they are, other iterables collected.
    fn iterable_as_array(&mut self, val: Val, ty: TypeId) -> Val {
        let is_tuple = self.tuple_array_slot(val.slot).is_some();
        if is_array(val.slot) || is_tuple {
            return val;
        }
        let element = self.iterated_slot(ty, val.slot);
        let made = self.new_array(super::repr::array_of(element), 0);
        self.iterate_value(val, ty, &mut |fx, item| fx.push_element(made, item));
        made
    }

    fn object_rest(&mut self, val: Val, ty: TypeId, taken: &[Name]) -> Val {
        let mut fields = Vec::new();
        if let Some((props, env)) = self.props_of(ty) {
            for prop in props.iter().filter(|p| !taken.contains(&p.name)) {
                let spec = self.p.prop_field(prop, &env);
                let part = self.get_named(val, &prop.name, spec.slot);
                fields.push((spec, part));
            }
        } else if let Some(class) = val.slot.as_class() {
            let all = self.p.fields(class);
            for (index, field) in all.iter().enumerate() {
                if !taken.contains(&field.name) {
                    let part = self.get_field(val.r, class, index as u32);
                    fields.push((field.clone(), part));
                }
            }
        }
        let specs = fields.iter().map(|f| f.0.clone()).collect();
        let class = self.p.shape_class(specs);
        let object = self.new_object(class);
        for (index, (_, part)) in fields.into_iter().enumerate() {
            self.set_field(object.r, class, index as u32, part);
        }
        Val {
            slot: Slot::OBJECT,
            ..object
        }
    }
}
