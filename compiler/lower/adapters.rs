//! Adapters between function types of which one takes a rest parameter where the other takes single ones.
//!
//! A call through a type with `...rest` passes an array; a function without one expects its parameters. Where such a
//! function value changes its type, a closure that repacks the arguments goes between.

use super::function::{Fx, NOTHING, Val};
use super::program::{FieldSpec, FuncKey};
use super::repr::{element_of, optional};
use crate::ast::*;
use crate::checked::CallParam;
use crate::mir::{Func, NO_REG};
use crate::types::{FnType, Type, TypeId};
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;

impl<'a> Fx<'a, '_> {
    /// The function type among the members of a type.
    fn function_type(&self, ty: TypeId) -> Option<(TypeId, &'a FnType)> {
        match self.p.ty(ty) {
            Type::Function(function) => Some((ty, function)),
            Type::Union(members) => members.iter().find_map(|&m| self.function_type(m)),
            _ => None,
        }
    }

    /// A function value of expression `e` as one of type `ty`.
    pub fn fit_function(&mut self, val: Val, e: &'a Expr, ty: TypeId) -> Val {
        if val.slot != Slot::FUNC {
            return val;
        }
        let own = self.type_of(e);
        let (Some((from, have)), Some((to, want))) =
            (self.function_type(own), self.function_type(ty))
        else {
            return val;
        };
        let rest_at = |f: &FnType| f.params.iter().position(|p| p.rest);
        let unused = |f: &FnType| f.params.is_empty();
        if rest_at(have) == rest_at(want) || unused(have) {
            return val;
        }
        let key = FuncKey::Adapter(from, to, self.env.clone());
        let field = FieldSpec {
            name: "function".into(),
            slot: Slot::FUNC,
            flags: 0,
            ty: None,
        };
        let class = self.p.closure_class(key, vec![field]);
        let closure = self.new_object(class);
        self.set_field(closure.r, class, 0, val);
        Val {
            slot: Slot::FUNC,
            ..closure
        }
    }

    /// The slots of a function type's parameters.
    fn type_params_slots(&mut self, function: &FnType) -> Vec<Slot> {
        let env = self.env.clone();
        let param = |p: &crate::types::FnParam| CallParam {
            ty: p.ty,
            optional: p.optional,
            rest: p.rest,
        };
        function
            .params
            .iter()
            .map(|p| self.p.param_slot(&param(p), &env))
            .collect()
    }

    /// Lowers the function of an adapter's closures.
    pub fn lower_adapter(mut self, from: TypeId, to: TypeId, key: &FuncKey) -> Func {
        let (Some((_, have)), Some((_, want))) = (self.function_type(from), self.function_type(to))
        else {
            unreachable!("adapters are between functions")
        };
        let class = self.p.known_closure(key).expect("made with the closure");
        let closure = self.param(Slot::class(class));
        self.f.is_method = true;
        let env = self.env.clone();
        self.f.ret = self.p.ret_slot(want.ret, &env);
        let given_slots = self.type_params_slots(want);
        let mut given: Vec<Val> = given_slots.iter().map(|&s| self.param(s)).collect();
        let rest = want
            .params
            .last()
            .is_some_and(|p| p.rest)
            .then(|| given.pop())
            .flatten();
        let params = self.type_params_slots(have);
        let mut args = Vec::new();
        for (i, (param, &slot)) in have.params.iter().zip(&params).enumerate() {
            args.push(if param.rest {
                self.packed(&given, rest, i, slot)
            } else {
                self.single(&given, rest, i, slot)
            });
        }
        let function = self.get_field(closure.r, class, 0);
        let ret = self.p.ret_slot(have.ret, &env);
        let val = self.dynamic_call(Op::CallClosure, function, None, &params, ret, &args);
        let val = if self.f.ret == Slot::VOID {
            NOTHING
        } else {
            self.convert(val, self.f.ret)
        };
        self.ret(val);
        self.f
    }

    /// Argument `i` of what was given one by one and in an array.
    fn single(&mut self, given: &[Val], rest: Option<Val>, i: usize, slot: Slot) -> Val {
        let val = match (given.get(i), rest) {
            (Some(&val), _) => val,
            (None, Some(rest)) => {
                let index = self.int((i - given.len()) as i32);
                let want = if slot.has_num() {
                    optional(element_of(rest.slot))
                } else {
                    slot
                };
                self.element_or_undefined(rest, index, want)
            }
            (None, None) => return self.zero(slot),
        };
        self.convert(val, slot)
    }

    /// The arguments from `i` on, in an array.
    fn packed(&mut self, given: &[Val], rest: Option<Val>, i: usize, slot: Slot) -> Val {
        let array = self.new_array(slot, 0);
        for &val in given.get(i..).unwrap_or(&[]) {
            // What the caller left out is not there.
            let (there, end) = (self.block(), self.block());
            match val.r {
                NO_REG => self.jump(there),
                _ => self.branch(Op::JTag, val.r.0, 0, end, there),
            }
            self.start(there);
            self.push_element(array, val);
            self.start(end);
        }
        if let Some(rest) = rest {
            let from = i.saturating_sub(given.len());
            let tail = self.pattern_rest(rest, from as u32);
            self.iterate_array(tail, None, &mut |fx, item| fx.push_element(array, item));
        }
        array
    }
}
