//! Assignments: `=`, `+=`, `??=`, `++`, destructuring, and what may be assigned to.

use super::Checker;
use super::codes::*;
use super::flow::{Env, Reference, Root};
use crate::ast::*;
use crate::checked::{MemberRes, Resolution};
use crate::types::{Type, TypeId};

impl<'a> Checker<'a> {
    pub(super) fn assign(
        &mut self,
        expr: &'a Expr,
        op: AssignOp,
        target: &'a AssignTarget,
        value: &'a Expr,
    ) -> TypeId {
        match (op, target) {
            (AssignOp::Assign, AssignTarget::Expr(target)) => {
                let declared = self.target_type(target);
                let ty = self.check_against(value, declared);
                self.note_assigned(target, declared, ty);
                ty
            }
            (AssignOp::Assign, _) => {
                let context = self.target_context(target);
                let ty = self.check_expr(value, context);
                self.assign_pattern(target, ty);
                ty
            }
            (AssignOp::Binary(op), AssignTarget::Expr(target)) => {
                let (current, declared) = self.read_and_target(target);
                let right = self.check_expr(value, None);
                let ty = if self.is_error(current) || self.is_error(right) {
                    self.t.error
                } else {
                    self.operands(op, expr.span, (target, current), (value, right))
                };
                if !self.assignable(ty, declared) {
                    self.report_not_assignable(ty, declared, expr.span, NOT_ASSIGNABLE);
                }
                self.note_assigned(target, declared, ty);
                ty
            }
            (AssignOp::Logical(op), AssignTarget::Expr(target)) => {
                self.assign_logical(op, target, value)
            }
            _ => {
                self.error(
                    UNSUPPORTED,
                    expr.span,
                    "a pattern can only be assigned with `=`",
                );
                self.t.error
            }
        }
    }

    /// `a ??= b`: the value is only looked at where `a` doesn't decide.
    fn assign_logical(&mut self, op: LogicalOp, target: &'a Expr, value: &'a Expr) -> TypeId {
        let (current, declared) = self.read_and_target(target);
        self.expr_types[target.id.index()] = current;
        let before = self.cx.env.clone();
        let (kept_env, entered) = match op {
            LogicalOp::And => (
                self.narrow(before.clone(), target, false),
                self.narrow(before, target, true),
            ),
            LogicalOp::Or => (
                self.narrow(before.clone(), target, true),
                self.narrow(before, target, false),
            ),
            LogicalOp::Coalesce => (
                self.narrow_nullish(before.clone(), target, false),
                self.narrow_nullish(before, target, true),
            ),
        };
        self.cx.env = entered;
        let right = self.check_against(value, declared);
        self.expr_types[target.id.index()] = declared;
        self.note_assigned(target, declared, right);
        let assigned = std::mem::replace(&mut self.cx.env, Env::unreachable());
        self.cx.env = self.join(kept_env, assigned);
        let kept = match op {
            LogicalOp::And => self.falsy_part(current),
            LogicalOp::Or => self.truthy_part(current),
            LogicalOp::Coalesce => self.non_null(current),
        };
        self.union([kept, right])
    }

    /// The value of a target now, and what it may be given.
    fn read_and_target(&mut self, target: &'a Expr) -> (TypeId, TypeId) {
        let current = self.check_expr(target, None);
        let before = self.diagnostics.errors.len();
        let declared = self.target_type(target);
        // Reading has reported what is wrong with the place already, apart from writing to it.
        let late = self.diagnostics.errors.split_off(before);
        for error in late {
            if error.code == NOT_WRITABLE {
                self.diagnostics.errors.push(error);
            }
        }
        (current, declared)
    }

    /// What a target may be given; reports what can't be assigned.
    fn target_type(&mut self, target: &'a Expr) -> TypeId {
        let ty = match &target.kind {
            ExprKind::Ident(name) => self.name_target(target, name),
            ExprKind::Member { object, name, .. } => {
                let outer = self.cx.env.narrowed.clone();
                if let Some(reference) = self.place(object, name) {
                    self.cx.env.narrowed.remove(&reference);
                }
                let ty = self.check_expr(target, None);
                self.cx.env.narrowed = outer;
                if self.is_writable_member(target, object, name) {
                    ty
                } else {
                    self.t.error
                }
            }
            ExprKind::Index { object, .. } => {
                let outer = std::mem::take(&mut self.cx.env.narrowed);
                self.cx.env.narrowed = outer.clone();
                if let Some(reference) = self.reference(target) {
                    self.cx.env.narrowed.remove(&reference);
                }
                let ty = self.check_expr(target, None);
                self.cx.env.narrowed = outer;
                self.check_writable_index(target, object);
                ty
            }
            ExprKind::NonNull(inner) => self.target_type(inner),
            _ => {
                self.check_expr(target, None);
                self.error(NOT_WRITABLE, target.span, "this can't be assigned to");
                self.t.error
            }
        };
        self.expr_types[target.id.index()] = ty;
        ty
    }

    /// The reference of a member before its own resolution is known.
    fn place(&self, object: &Expr, name: &Name) -> Option<Reference> {
        let mut reference = self.reference(object)?;
        reference.path.push(name.clone());
        Some(reference)
    }

    fn name_target(&mut self, target: &Expr, name: &Name) -> TypeId {
        match self.resolutions[target.id.index()] {
            Some(Resolution::Binding(id)) => {
                let extra = &self.binding_extra[id.index()];
                if !extra.mutable {
                    let imported = self.bindings[id.index()].span.file != target.span.file;
                    let what = if imported { "an import" } else { "a constant" };
                    let message = format!("`{name}` is {what} and can't be assigned to");
                    self.error_help(NOT_WRITABLE, target.span, message, "declare it with `let`");
                    return self.t.error;
                } else if self.bindings[id.index()].span.file != target.span.file {
                    let message = format!("`{name}` is an import and can't be assigned to");
                    let help = "export a function that changes it";
                    self.error_help(NOT_WRITABLE, target.span, message, help);
                }
                self.binding_type(id, target.span)
            }
            Some(_) => {
                let message = format!("`{name}` is not a variable and can't be assigned to");
                self.error(NOT_WRITABLE, target.span, message);
                self.t.error
            }
            None => self.t.error,
        }
    }

    fn is_writable_member(&mut self, target: &Expr, object: &Expr, name: &Name) -> bool {
        if let Some(MemberRes::Module(_) | MemberRes::EnumMember(..)) =
            self.members[target.id.index()]
        {
            let message = format!("`{name}` can't be assigned to");
            self.error(NOT_WRITABLE, target.span, message);
            return false;
        }
        let object_ty = self.expr_types[object.id.index()];
        let object_ty = self.non_null(object_ty);
        let Some(member) = self.find_member(object_ty, name) else {
            return true;
        };
        if !member.readonly || self.is_initialising(object, &member.res) {
            return true;
        }
        let message = if member.method {
            format!("`{name}` is a method and can't be assigned to")
        } else {
            format!("`{name}` is read-only")
        };
        self.error(NOT_WRITABLE, target.span, message);
        false
    }

    /// `this.x = …` in the constructor of the class that declares a `readonly x`.
    fn is_initialising(&self, object: &Expr, res: &MemberRes) -> bool {
        let MemberRes::Field(class, _) = res else {
            return false;
        };
        let in_constructor = self.cx.function.is_some_and(|id| {
            self.fns[id.index()]
                .node
                .is_some_and(|n| n.form == FunctionForm::Constructor)
        });
        matches!(object.kind, ExprKind::This) && in_constructor && self.cx.class == Some(*class)
    }

    fn check_writable_index(&mut self, target: &Expr, object: &Expr) {
        let object_ty = self.expr_types[object.id.index()];
        match self.get(object_ty) {
            Type::ReadonlyArray(_) => {
                self.error(
                    NOT_WRITABLE,
                    target.span,
                    "the elements of this array are read-only",
                );
            }
            Type::String | Type::StringLit(_) => {
                self.error(
                    NOT_WRITABLE,
                    target.span,
                    "the characters of a string can't be changed",
                );
            }
            _ => {}
        }
    }

    /// Notes what is known after an assignment.
    fn note_assigned(&mut self, target: &'a Expr, declared: TypeId, ty: TypeId) {
        let target = match &target.kind {
            ExprKind::NonNull(inner) => inner,
            _ => target,
        };
        let Some(reference) = self.reference(target) else {
            return;
        };
        if let (Root::Binding(id), true) = (reference.root, reference.path.is_empty()) {
            self.cx.env.unassigned.remove(&id);
            self.forget_elements(id);
        }
        if let (Root::This, [name]) = (reference.root, reference.path.as_slice()) {
            self.cx.env.fields.remove(name);
        }
        self.cx.env.forget(&reference);
        let narrowed = self.assigned_part(declared, ty);
        if narrowed != declared {
            self.cx.env.narrowed.insert(reference, narrowed);
        }
    }

    /// Elements known by an index that has changed are no longer known.
    fn forget_elements(&mut self, index: BindingId) {
        let key = format!("[{}]", index.0);
        self.cx
            .env
            .narrowed
            .retain(|known, _| !known.path.iter().any(|part| **part == *key));
    }

    /// `++x` and its like.
    pub(super) fn update(&mut self, target: &'a Expr) -> TypeId {
        let (current, declared) = self.read_and_target(target);
        if self.is_error(current) || self.is_error(declared) {
            return self.t.number;
        }
        if !self.assignable(current, self.t.number) {
            if self.is_nullish(current) {
                self.report_nullish(target, current);
            } else {
                let message = format!("`++` and `--` need a number, not `{}`", self.show(current));
                self.error(OPERATOR, target.span, message);
            }
        }
        let ty = if declared == self.t.int {
            self.t.int
        } else {
            self.t.number
        };
        self.note_assigned(target, declared, ty);
        ty
    }

    /// The contextual type that a destructured value gets from its targets.
    fn target_context(&mut self, target: &'a AssignTarget) -> Option<TypeId> {
        let AssignTarget::Array {
            elems, rest: None, ..
        } = target
        else {
            return None;
        };
        let mut types = Vec::new();
        for elem in elems {
            let Some((AssignTarget::Expr(place), _)) = elem else {
                return None;
            };
            let (ty, _) = self.silently(|c| c.target_type(place));
            types.push(ty);
        }
        let required = types.len() as u32;
        Some(self.intern(Type::Tuple {
            elems: types,
            required,
        }))
    }

    fn assign_pattern(&mut self, target: &'a AssignTarget, ty: TypeId) {
        match target {
            AssignTarget::Expr(place) => {
                let declared = self.target_type(place);
                if !self.assignable(ty, declared) {
                    self.report_not_assignable(ty, declared, place.span, NOT_ASSIGNABLE);
                }
                self.note_assigned(place, declared, ty);
            }
            AssignTarget::Array { elems, rest, span } => {
                for (at, elem) in elems.iter().enumerate() {
                    if let Some((target, default)) = elem {
                        let part = self.element_type(ty, at, *span);
                        self.assign_part(target, default.as_ref(), part);
                    }
                }
                if let Some(rest) = rest {
                    let part = self.rest_type(ty, elems.len(), *span);
                    self.assign_pattern(rest, part);
                }
            }
            AssignTarget::Object { props, span } => {
                for (name, target, default) in props {
                    let part = self.property_type(ty, name, *span);
                    self.assign_part(target, default.as_ref(), part);
                }
            }
        }
    }

    fn assign_part(&mut self, target: &'a AssignTarget, default: Option<&'a Expr>, part: TypeId) {
        let part = match default {
            Some(default) => self.with_default(part, default),
            None => part,
        };
        self.assign_pattern(target, part);
    }
}
