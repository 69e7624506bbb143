//! Assignments and updates: targets are evaluated once, before the value, as JavaScript does.

use super::function::{Fx, Val};
use super::member::MemberPlace;
use crate::ast::*;
use crate::checked::Resolution;
use crate::mir::NO_REG;
use crate::types::TypeId;
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;

/// A target with its parts evaluated.
#[derive(Clone)]
enum Target {
    Binding(BindingId),
    Member(MemberPlace),
    Element(Val, Val, Slot),
}

impl<'a> Fx<'a, '_> {
    /// `a = b`, `a += b`, `a ??= b`
    pub fn assign_expr(
        &mut self,
        e: &'a Expr,
        op: AssignOp,
        target: &'a AssignTarget,
        value: &'a Expr,
    ) -> Val {
        let AssignTarget::Expr(target) = target else {
            let val = self.expr(value);
            let ty = self.type_of(value);
            self.assign_pattern(target, val, ty);
            return val;
        };
        let place = self.target(target, &[value]);
        match op {
            AssignOp::Assign => {
                let ty = self.type_of(target);
                let val = self.expr_to(value, ty);
                self.write(&place, val);
                val
            }
            AssignOp::Binary(op) => {
                let old = self.read(&place, target);
                let old = if self.p.scopes.assigning.contains(&value.id) {
                    self.copy(old)
                } else {
                    old
                };
                let val = self.compound(e, op, target, old, value);
                self.write(&place, val);
                val
            }
            AssignOp::Logical(op) => self.assign_logical(e, op, target, &place, value),
        }
    }

    fn compound(
        &mut self,
        e: &'a Expr,
        op: BinaryOp,
        target: &'a Expr,
        old: Val,
        value: &'a Expr,
    ) -> Val {
        let ty = self.type_of(e);
        let slot = self.slot(ty);
        if op == BinaryOp::Add && slot == Slot::STR {
            let (old_type, value_type) = (self.type_of(target), self.type_of(value));
            let a = self.text_of(old, old_type);
            let b = self.raw(value);
            let b = self.text_of(b, value_type);
            return self.def(Op::Concat, Slot::STR, a.r.0, b.r.0);
        }
        let b = self.right_operand(op, value);
        self.arithmetic(op, old, b, slot)
    }

    fn assign_logical(
        &mut self,
        e: &'a Expr,
        op: LogicalOp,
        target: &'a Expr,
        place: &Target,
        value: &'a Expr,
    ) -> Val {
        let ty = self.type_of(e);
        let slot = self.slot(ty);
        let result = self.fresh(slot);
        let (keep, other, end) = (self.block(), self.block(), self.block());
        let old = self.read_lenient(place, target);
        match op {
            LogicalOp::And => self.branch_truthy(old, other, keep),
            LogicalOp::Or => self.branch_truthy(old, keep, other),
            LogicalOp::Coalesce if old.r == NO_REG => self.jump(keep),
            LogicalOp::Coalesce => self.branch(Op::JNullish, old.r.0, 0, other, keep),
        }
        self.start(keep);
        let kept = self.convert(old, slot);
        self.assign(result, kept);
        self.jump(end);
        self.start(other);
        let target_type = self.type_of(target);
        let val = self.expr_to(value, target_type);
        self.write(place, val);
        let val = self.convert(val, slot);
        self.assign(result, val);
        self.start(end);
        result
    }

    /// `a++`, `--a`; `unused`: nobody looks at the value.
    pub fn update(&mut self, e: &'a Expr, target: &'a Expr, unused: bool) -> Val {
        let ExprKind::Update {
            increment, prefix, ..
        } = e.kind
        else {
            unreachable!("called for updates")
        };
        let place = self.target(target, &[]);
        let old = self.read(&place, target);
        let op = if increment {
            BinaryOp::Add
        } else {
            BinaryOp::Sub
        };
        let slot = self.slot_of(target);
        let (old, one) = if slot == Slot::I32 {
            (self.convert(old, Slot::I32), self.int(1))
        } else {
            (self.convert(old, Slot::F64), self.number(1.0))
        };
        let kept = if prefix || unused {
            old
        } else {
            self.copy(old)
        };
        let new = self.arithmetic(op, old, one, slot);
        self.write(&place, new);
        if prefix { new } else { kept }
    }

    /// Evaluates a target's parts.
    fn target(&mut self, target: &'a Expr, later: &[&'a Expr]) -> Target {
        let span = std::mem::replace(&mut self.span, target.span);
        let place = self.target_inner(target, later);
        self.span = span;
        place
    }

    fn target_inner(&mut self, target: &'a Expr, later: &[&'a Expr]) -> Target {
        match &target.kind {
            ExprKind::Ident(_) => match self.p.checked.resolutions[target.id.index()] {
                Some(Resolution::Binding(b)) => Target::Binding(b),
                _ => {
                    self.refuse(
                        4019,
                        target.span,
                        "this name can't be assigned",
                        "declare a variable with `let`",
                    );
                    Target::Member(MemberPlace::Global(0, Slot::MIXED))
                }
            },
            ExprKind::NonNull(inner) | ExprKind::As { operand: inner, .. } => {
                self.target_inner(inner, later)
            }
            ExprKind::Index { object, index, .. } if self.member_res(target).is_none() => {
                let mut all = vec![&**index];
                all.extend(later);
                let val = self.operand(object, &all);
                let slot = self.object_slot(object);
                let array = self.convert(val, slot);
                let at = self.index_value(index);
                let at = self.keep(at, index, later);
                let element = self.slot_of(target);
                Target::Element(array, at, element)
            }
            ExprKind::Member { object, .. } | ExprKind::Index { object, .. } => {
                let Some(res) = self.member_res(target) else {
                    self.refuse(
                        4013,
                        target.span,
                        "this can't be assigned",
                        "declare the member in a class or interface",
                    );
                    return Target::Member(MemberPlace::Global(0, Slot::MIXED));
                };
                let place = self.member_place(target, object, res, false);
                Target::Member(self.keep_place(place, object, later))
            }
            _ => {
                self.refuse(
                    4019,
                    target.span,
                    "this can't be assigned",
                    "assign to a variable, member or element",
                );
                Target::Member(MemberPlace::Global(0, Slot::MIXED))
            }
        }
    }

    /// The place with its object copied if `later` assigns the variable that it came from.
    fn keep_place(
        &mut self,
        place: MemberPlace,
        object: &'a Expr,
        later: &[&'a Expr],
    ) -> MemberPlace {
        match place {
            MemberPlace::Field(val, class, index) => {
                MemberPlace::Field(self.keep(val, object, later), class, index)
            }
            MemberPlace::Named(val, name, slot) => {
                MemberPlace::Named(self.keep(val, object, later), name, slot)
            }
            other => other,
        }
    }

    fn read(&mut self, place: &Target, target: &'a Expr) -> Val {
        match place {
            Target::Binding(b) => self.read_binding(*b),
            Target::Member(place) => self.read_member(place),
            Target::Element(array, index, slot) => {
                let val = self.get_element(*array, *index, *slot);
                let slot = self.slot_of(target);
                self.convert(val, slot)
            }
        }
    }

    fn read_lenient(&mut self, place: &Target, target: &'a Expr) -> Val {
        match place {
            Target::Element(array, index, slot) => self.element_or_undefined(*array, *index, *slot),
            _ => self.read(place, target),
        }
    }

    fn write(&mut self, place: &Target, val: Val) {
        match place {
            Target::Binding(b) => self.write_binding(*b, val),
            Target::Member(place) => self.write_member(place, val),
            Target::Element(array, index, _) => {
                let class = array.slot.as_class();
                if class.is_some() {
                    self.refuse(
                        4020,
                        self.span,
                        "an element of a tuple is assigned by a constant index only",
                        "use an array, or write the index as a number",
                    );
                    return;
                }
                self.set_element(*array, *index, val);
            }
        }
    }

    /// `[a, b] = …`, `({ a } = …)`
    pub fn assign_pattern(&mut self, target: &'a AssignTarget, val: Val, ty: TypeId) {
        match target {
            AssignTarget::Expr(e) => {
                let place = self.target(e, &[]);
                self.write(&place, val);
            }
            AssignTarget::Array { elems, rest, .. } => {
                // Evaluated in order; each target after its element was read.
                let mut parts = Vec::new();
                for (i, elem) in elems.iter().enumerate() {
                    if let Some((target, default)) = elem {
                        let want = self.target_slot(target, default.is_some());
                        let part = self.pattern_element(val, ty, i as u32, want);
                        let part = self.with_default(part, default.as_ref(), want);
                        let part = self.copy(part);
                        parts.push((target, part, self.element_type(ty, i as u32)));
                    }
                }
                for (target, part, part_type) in parts {
                    self.assign_pattern(target, part, part_type.unwrap_or(ty));
                }
                if let Some(rest) = rest {
                    let part = self.pattern_rest(val, elems.len() as u32);
                    self.assign_pattern(rest, part, ty);
                }
            }
            AssignTarget::Object { props, .. } => {
                for (name, target, default) in props {
                    let want = self.target_slot(target, default.is_some());
                    let part = self.property(val, name, want);
                    let part = self.with_default(part, default.as_ref(), want);
                    let part_type = self.property_type(ty, name).unwrap_or(ty);
                    self.assign_pattern(target, part, part_type);
                }
            }
        }
    }

    /// The slot in which a target takes its value.
    fn target_slot(&mut self, target: &'a AssignTarget, has_default: bool) -> Slot {
        let slot = match target {
            AssignTarget::Expr(e) => self.slot_of(e),
            _ => Slot::ANY,
        };
        if has_default {
            self.optional(slot)
        } else {
            slot
        }
    }
}
