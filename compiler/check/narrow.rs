//! Narrowing: what a condition says about the references in it.
//!
//! Works on expressions already checked, changes nothing but the `Env` given.
//! Absent: `&&`, `||`, `!` (`expressions.rs`), which put the pieces together.

use super::Checker;
use super::flow::Env;
use crate::ast::*;
use crate::checked::{MemberRes, Resolution};
use crate::types::{EnumValue, Type, TypeId};

/// How deep a constant that names a condition is looked through.
const ALIAS_DEPTH_MAX: u32 = 4;

impl<'a> Checker<'a> {
    /// What is known if `expr` turns out to be true (or false).
    pub(super) fn narrow(&mut self, env: Env, expr: &'a Expr, truth: bool) -> Env {
        self.narrow_at(env, expr, truth, ALIAS_DEPTH_MAX)
    }

    fn narrow_at(&mut self, mut env: Env, expr: &'a Expr, truth: bool, depth: u32) -> Env {
        if env.dead {
            return env;
        }
        match &expr.kind {
            ExprKind::Binary { op, left, right } => {
                self.narrow_binary(&mut env, *op, left, right, truth);
            }
            ExprKind::Call { args, .. } => {
                self.narrow_call(&mut env, expr, args, truth);
                self.narrow_truthy(&mut env, expr, truth);
            }
            ExprKind::Assign {
                op: AssignOp::Assign,
                target,
                ..
            } => {
                if let AssignTarget::Expr(target) = &**target {
                    self.narrow_truthy(&mut env, target, truth);
                }
            }
            ExprKind::Ident(_) => {
                self.narrow_truthy(&mut env, expr, truth);
                if let Some(condition) = self.named_condition(expr)
                    && depth > 0
                {
                    return self.narrow_named(env, condition, truth, depth - 1);
                }
            }
            ExprKind::OptionalChain(inner) => {
                if truth {
                    self.narrow_chain(&mut env, inner);
                }
                self.narrow_truthy(&mut env, inner, truth);
                if let ExprKind::Call { args, .. } = &inner.kind
                    && truth
                {
                    self.narrow_call(&mut env, inner, args, truth);
                }
            }
            _ => self.narrow_truthy(&mut env, expr, truth),
        }
        env
    }

    /// A named condition may have `&&`, `||` and `!` in it.
    fn narrow_named(&mut self, env: Env, expr: &'a Expr, truth: bool, depth: u32) -> Env {
        match &expr.kind {
            ExprKind::Unary {
                op: UnaryOp::Not,
                operand,
            } => self.narrow_named(env, operand, !truth, depth),
            ExprKind::Logical { op, left, right } if *op != LogicalOp::Coalesce && depth > 0 => {
                let both = (*op == LogicalOp::And) == truth;
                if both {
                    let env = self.narrow_named(env, left, truth, depth - 1);
                    self.narrow_named(env, right, truth, depth - 1)
                } else {
                    let one = self.narrow_named(env.clone(), left, truth, depth - 1);
                    let other = self.narrow_named(env, left, !truth, depth - 1);
                    let other = self.narrow_named(other, right, truth, depth - 1);
                    self.join(one, other)
                }
            }
            _ => self.narrow_at(env, expr, truth, depth),
        }
    }

    /// `const isText = typeof x === "string"`: the condition behind the name, if nothing in it changes.
    fn named_condition(&self, expr: &Expr) -> Option<&'a Expr> {
        let Some(Resolution::Binding(id)) = self.resolutions[expr.id.index()] else {
            return None;
        };
        let super::BindingSource::Var(decl, declarator) = self.binding_extra[id.index()].source
        else {
            return None;
        };
        let init = declarator.init.as_ref()?;
        let usable = !decl.mutable
            && declarator.ty.is_none()
            && matches!(declarator.pattern.kind, PatternKind::Name(..))
            && self.is_stable(init, 8);
        usable.then_some(init)
    }

    fn is_stable(&self, expr: &Expr, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return false;
        };
        match &expr.kind {
            ExprKind::Binary { left, right, .. } | ExprKind::Logical { left, right, .. } => {
                self.is_stable(left, depth) && self.is_stable(right, depth)
            }
            ExprKind::Unary { operand, .. } | ExprKind::Typeof(operand) => {
                self.is_stable(operand, depth)
            }
            ExprKind::Ident(_) => match self.resolutions[expr.id.index()] {
                Some(Resolution::Binding(id)) => !self.bindings[id.index()].reassigned,
                _ => true,
            },
            ExprKind::Member { object, .. } => self.is_stable(object, depth),
            ExprKind::Call { args, .. } => args.iter().all(|arg| match arg {
                Arg::Expr(e) => self.is_stable(e, depth),
                Arg::Spread(_) => false,
            }),
            ExprKind::This
            | ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Undefined => true,
            _ => false,
        }
    }

    /// Changes what is known of a reference.
    fn change(
        &mut self,
        env: &mut Env,
        target: &'a Expr,
        f: impl FnOnce(&mut Self, TypeId) -> TypeId,
    ) {
        let target = strip(target);
        let Some(reference) = self.reference(target) else {
            return;
        };
        let known = self.expr_types[target.id.index()];
        let current = env.narrowed.get(&reference).copied().unwrap_or(known);
        if self.is_error(current) {
            return;
        }
        let ty = f(self, current);
        env.narrowed.insert(reference, ty);
    }

    /// Keeps the members of a union whose property fits.
    fn discriminate(
        &mut self,
        env: &mut Env,
        access: &'a Expr,
        mut fits: impl FnMut(&mut Self, TypeId) -> bool,
    ) {
        let access = strip(access);
        let (object, name) = match &access.kind {
            ExprKind::Member { object, name, .. } => (object, name.clone()),
            ExprKind::Index { object, index, .. } => match &index.kind {
                ExprKind::String(text) => {
                    (object, Name::from(String::from_utf16_lossy(text).as_str()))
                }
                ExprKind::Number(value) => (object, Name::from(value.to_string().as_str())),
                _ => return,
            },
            _ => return,
        };
        // What is left of a union may be a single type; then nothing may be left of it.
        let was_narrowed = self
            .reference(strip(object))
            .is_some_and(|reference| env.narrowed.contains_key(&reference));
        self.change(env, object, |c, ty| {
            let apparent = c.apparent(ty);
            if !matches!(c.get(apparent), Type::Union(_)) && !was_narrowed {
                return ty;
            }
            let narrowed = c.filter_members(apparent, |c, member| {
                if [c.t.null, c.t.undefined].contains(&member) {
                    return true;
                }
                match c.find_member(member, &name) {
                    Some(found) => {
                        let ty = if found.optional {
                            c.optional(found.ty)
                        } else {
                            found.ty
                        };
                        fits(c, ty)
                    }
                    None => true,
                }
            });
            if narrowed == apparent { ty } else { narrowed }
        });
    }

    /// As `filter`, but `boolean` and enums stay whole.
    fn filter_members(
        &mut self,
        ty: TypeId,
        mut keep: impl FnMut(&mut Self, TypeId) -> bool,
    ) -> TypeId {
        let mut kept = Vec::new();
        for member in self.members_of(ty) {
            if keep(self, member) {
                kept.push(member);
            }
        }
        self.union(kept)
    }

    /// Everything that a `?.` chain went through is there.
    fn narrow_chain(&mut self, env: &mut Env, expr: &'a Expr) {
        let mut at = expr;
        loop {
            let (object, optional) = match &at.kind {
                ExprKind::Member {
                    object, optional, ..
                }
                | ExprKind::Index {
                    object, optional, ..
                } => (object, *optional),
                ExprKind::Call {
                    callee, optional, ..
                } => (callee, *optional),
                ExprKind::NonNull(inner) => (inner, false),
                _ => return,
            };
            if optional {
                self.change(env, object, |c, ty| c.non_null(ty));
            }
            at = object;
        }
    }

    fn narrow_truthy(&mut self, env: &mut Env, target: &'a Expr, truth: bool) {
        self.change(env, target, |c, ty| {
            if truth {
                c.truthy_part(ty)
            } else {
                c.falsy_part_of_reference(ty)
            }
        });
        self.discriminate(env, target, |c, ty| {
            let part = if truth {
                c.truthy_part(ty)
            } else {
                c.falsy_part(ty)
            };
            part != c.t.never
        });
    }

    /// The values that count as true.
    pub(super) fn truthy_part(&mut self, ty: TypeId) -> TypeId {
        self.filter(ty, |c, m| !c.is_always_falsy(m))
    }

    /// The values that count as false.
    pub(super) fn falsy_part(&mut self, ty: TypeId) -> TypeId {
        self.filter(ty, |c, m| c.may_be_falsy(m))
    }

    /// As `falsy_part`; a type that stays whole stays itself.
    fn falsy_part_of_reference(&mut self, ty: TypeId) -> TypeId {
        self.falsy_part(ty)
    }

    fn is_always_falsy(&self, ty: TypeId) -> bool {
        match self.get(ty) {
            Type::Null | Type::Undefined | Type::Void | Type::BoolLit(false) => true,
            Type::StringLit(text) => text.is_empty(),
            Type::NumberLit(bits) => f64::from_bits(*bits) == 0.0,
            Type::EnumMember(id, index) => match self.enum_value(*id, *index) {
                EnumValue::Number(value) => *value == 0.0,
                EnumValue::String(text) => text.is_empty(),
            },
            _ => false,
        }
    }

    fn may_be_falsy(&self, ty: TypeId) -> bool {
        match self.get(ty) {
            Type::String
            | Type::Number
            | Type::Int
            | Type::Unknown
            | Type::Error
            | Type::Param(_) => true,
            _ => self.is_always_falsy(ty),
        }
    }

    fn narrow_binary(
        &mut self,
        env: &mut Env,
        op: BinaryOp,
        left: &'a Expr,
        right: &'a Expr,
        truth: bool,
    ) {
        match op {
            BinaryOp::Eq | BinaryOp::Ne => {
                let equal = truth == (op == BinaryOp::Eq);
                self.narrow_equal(env, left, right, equal);
                self.narrow_equal(env, right, left, equal);
            }
            BinaryOp::EqNullish | BinaryOp::NeNullish => {
                let nullish = truth == (op == BinaryOp::EqNullish);
                let target = if self.is_nullish_literal(right) {
                    left
                } else {
                    right
                };
                self.narrow_nullish_in(env, target, nullish);
            }
            BinaryOp::InstanceOf => {
                if let Some(class) = self.as_types[right.id.index()] {
                    self.change(env, left, |c, ty| c.narrow_instance(ty, class, truth));
                }
            }
            BinaryOp::In => {
                if let ExprKind::String(text) = &left.kind {
                    let name = String::from_utf16_lossy(text);
                    self.change(env, right, |c, ty| c.narrow_in(ty, &name, truth));
                }
            }
            _ => {}
        }
    }

    fn is_nullish_literal(&self, expr: &Expr) -> bool {
        matches!(expr.kind, ExprKind::Null | ExprKind::Undefined)
    }

    /// What is known if a value is `null` or `undefined`, or neither.
    pub(super) fn narrow_nullish(&mut self, mut env: Env, target: &'a Expr, nullish: bool) -> Env {
        self.narrow_nullish_in(&mut env, target, nullish);
        env
    }

    fn narrow_nullish_in(&mut self, env: &mut Env, target: &'a Expr, nullish: bool) {
        if env.dead {
            return;
        }
        if let (ExprKind::OptionalChain(inner), false) = (&target.kind, nullish) {
            self.narrow_chain(env, inner);
        }
        self.change(env, target, |c, ty| {
            if !nullish {
                return c.non_null(ty);
            }
            if ty == c.t.unknown {
                return c.union([c.t.null, c.t.undefined]);
            }
            let common = c.t;
            c.filter(ty, |_, m| {
                [common.null, common.undefined, common.void].contains(&m)
            })
        });
        self.discriminate(env, target, |c, ty| {
            if nullish {
                c.is_nullish(ty)
            } else {
                c.non_null(ty) != c.t.never
            }
        });
    }

    /// `target === other`
    fn narrow_equal(&mut self, env: &mut Env, target: &'a Expr, other: &'a Expr, equal: bool) {
        if let (ExprKind::Typeof(operand), ExprKind::String(text)) = (&target.kind, &other.kind) {
            let name = String::from_utf16_lossy(text);
            if let (ExprKind::OptionalChain(inner), true) =
                (&operand.kind, equal && name != "undefined")
            {
                self.narrow_chain(env, inner);
            }
            self.change(env, operand, |c, ty| c.narrow_typeof(ty, &name, equal));
            self.discriminate(env, operand, |c, ty| {
                c.narrow_typeof(ty, &name, equal) != c.t.never
            });
            return;
        }
        let value = self.expr_types[other.id.index()];
        if self.is_error(value) {
            return;
        }
        if let ExprKind::OptionalChain(inner) = &target.kind {
            let undefined = self.t.undefined;
            let is_undefined = value == undefined;
            if (equal && !self.is_nullish(value)) || (!equal && is_undefined) {
                self.narrow_chain(env, inner);
            }
        }
        self.change(env, target, |c, ty| c.narrow_to_value(ty, value, equal));
        if self.is_unit(value) {
            self.discriminate(env, target, |c, ty| {
                c.narrow_to_value(ty, value, equal) != c.t.never
            });
        }
    }

    /// What is known if `subject` equals a case's value, or doesn't.
    pub(super) fn narrow_case(
        &mut self,
        mut env: Env,
        subject: &'a Expr,
        test: &'a Expr,
        equal: bool,
    ) -> Env {
        self.narrow_equal(&mut env, subject, test, equal);
        env
    }

    /// The part of a type that may equal (or differ from) a value of type `value`.
    pub(super) fn narrow_to_value(&mut self, ty: TypeId, value: TypeId, equal: bool) -> TypeId {
        if !equal {
            if !self.is_unit(value) {
                return ty;
            }
            return self.filter(ty, |_, m| m != value);
        }
        if ty == self.t.unknown {
            return if self.is_unit(value) { value } else { ty };
        }
        if matches!(self.get(ty), Type::Param(_)) {
            return ty;
        }
        let mut kept = Vec::new();
        for member in self.expand(ty) {
            for part in self.expand(value) {
                if self.assignable(part, member) && self.is_unit(part) {
                    kept.push(part);
                } else if self.assignable(member, part) || self.comparable(member, part) {
                    kept.push(member);
                }
            }
        }
        self.union(kept)
    }

    /// `typeof x === name`
    fn narrow_typeof(&mut self, ty: TypeId, name: &str, equal: bool) -> TypeId {
        let common = self.t;
        if ty == common.unknown {
            if !equal {
                return ty;
            }
            return match name {
                "string" => common.string,
                "number" => common.number,
                "boolean" => common.boolean,
                "undefined" => common.undefined,
                "object" => self.union([common.any_object, common.null]),
                _ => ty,
            };
        }
        let apparent = self.apparent(ty);
        if let (Type::Param(_), true) = (self.get(apparent).clone(), equal) {
            return match name {
                "string" => common.string,
                "number" => common.number,
                "boolean" => common.boolean,
                "undefined" => common.undefined,
                _ => ty,
            };
        }
        let narrowed = self.filter(apparent, |c, m| match c.typeof_of(m) {
            Some(own) => (own == name) == equal,
            None => true,
        });
        if narrowed == apparent { ty } else { narrowed }
    }

    /// What `typeof` gives for a type that is no union.
    fn typeof_of(&self, ty: TypeId) -> Option<&'static str> {
        Some(match self.get(ty) {
            Type::String | Type::StringLit(_) => "string",
            Type::Number | Type::Int | Type::NumberLit(_) => "number",
            Type::Boolean | Type::BoolLit(_) => "boolean",
            Type::Undefined | Type::Void => "undefined",
            Type::Null
            | Type::Array(_)
            | Type::ReadonlyArray(_)
            | Type::Tuple { .. }
            | Type::Class(..)
            | Type::Interface(..)
            | Type::Object(_)
            | Type::AnyObject => "object",
            Type::Function(_) | Type::ClassValue(_) => "function",
            Type::EnumMember(id, index) => match self.enum_value(*id, *index) {
                EnumValue::Number(_) => "number",
                EnumValue::String(_) => "string",
            },
            Type::Error
            | Type::Never
            | Type::Unknown
            | Type::Enum(_)
            | Type::Union(_)
            | Type::Param(_) => return None,
        })
    }

    /// `x instanceof C`: `class` is C with its own type parameters as arguments.
    fn narrow_instance(&mut self, ty: TypeId, class: TypeId, truth: bool) -> TypeId {
        let plain = self.unknown_args(class);
        let apparent = self.apparent(ty);
        if !truth {
            let narrowed = self.filter_members(apparent, |c, m| !c.is_instance(m, class));
            return if narrowed == apparent { ty } else { narrowed };
        }
        let mut kept = Vec::new();
        for member in self.members_of(apparent) {
            if self.is_instance(member, class) {
                kept.push(member);
            } else if let Some(narrow) = self.instance_within(member, class) {
                kept.push(narrow);
            }
        }
        if kept.is_empty()
            && self
                .members_of(apparent)
                .into_iter()
                .any(|m| self.may_hold(m, plain))
        {
            return plain;
        }
        self.union(kept)
    }

    /// Whether a type that names no class may have instances of `plain` among its values.
    fn may_hold(&mut self, ty: TypeId, plain: TypeId) -> bool {
        match self.get(ty) {
            Type::Param(_) => true,
            Type::Unknown | Type::AnyObject | Type::Interface(..) | Type::Object(_) => {
                self.assignable(plain, ty)
            }
            _ => false,
        }
    }

    fn unknown_args(&mut self, class: TypeId) -> TypeId {
        let unknown = self.t.unknown;
        match self.get(class).clone() {
            Type::Class(id, args) => self.intern(Type::Class(id, vec![unknown; args.len()])),
            Type::Array(_) => self.array_of(unknown),
            _ => class,
        }
    }

    /// Whether every value of the type is an instance of the class.
    fn is_instance(&self, ty: TypeId, class: TypeId) -> bool {
        match (self.get(ty), self.get(class)) {
            (Type::Class(own, _), Type::Class(class, _)) => self.extends(*own, *class),
            (Type::Array(_) | Type::ReadonlyArray(_) | Type::Tuple { .. }, Type::Array(_)) => true,
            _ => false,
        }
    }

    /// The subclass with the type arguments that follow from a base's.
    fn instance_within(&mut self, base: TypeId, class: TypeId) -> Option<TypeId> {
        let (Type::Class(base_id, _), Type::Class(id, own)) =
            (self.get(base).clone(), self.get(class).clone())
        else {
            return None;
        };
        if !self.extends(id, base_id) {
            return None;
        }
        let params = self.classes[id.index()].type_params.clone();
        let mut inference = super::unify::Inference::new(&params);
        let mut at = (id, own);
        while at.0 != base_id {
            at = self.base_of(at.0, &at.1)?;
        }
        let as_base = self.intern(Type::Class(at.0, at.1));
        self.infer(&mut inference, as_base, base);
        let map = self.solution(&mut inference, class);
        Some(self.subst(class, &map))
    }

    /// `"name" in x`
    fn narrow_in(&mut self, ty: TypeId, name: &str, truth: bool) -> TypeId {
        let apparent = self.apparent(ty);
        let narrowed = self.filter_members(apparent, |c, m| match c.find_member(m, name) {
            Some(member) => truth || member.optional,
            None => !truth,
        });
        if narrowed == apparent { ty } else { narrowed }
    }

    /// A call of a predicate.
    fn narrow_call(&mut self, env: &mut Env, call: &'a Expr, args: &'a [Arg], truth: bool) {
        let Some(&(index, wanted)) = self.predicates.get(&call.id) else {
            return;
        };
        let Some(Arg::Expr(arg)) = args.get(index as usize) else {
            return;
        };
        self.change(env, arg, |c, ty| c.narrow_to_type(ty, wanted, truth));
    }

    /// A call of a function that `asserts` something of its argument.
    pub(super) fn narrow_asserted(&mut self, mut env: Env, call: &'a Expr) -> Env {
        let ExprKind::Call { callee, args, .. } = &call.kind else {
            return env;
        };
        let function = match (
            &self.members[callee.id.index()],
            self.resolutions[callee.id.index()],
        ) {
            (Some(MemberRes::Method(_, id) | MemberRes::StaticMethod(_, id)), _) => *id,
            (_, Some(Resolution::Function(id))) => id,
            _ => return env,
        };
        let Some((index, wanted)) = self.fns[function.index()].asserts else {
            return env;
        };
        let Some(Arg::Expr(arg)) = args.get(index as usize) else {
            return env;
        };
        match wanted {
            Some(wanted) => {
                self.change(&mut env, arg, |c, ty| c.narrow_to_type(ty, wanted, true));
                env
            }
            None => self.narrow_named(env, arg, true, ALIAS_DEPTH_MAX),
        }
    }

    /// The part of a type that is (or isn't) a `wanted`.
    fn narrow_to_type(&mut self, ty: TypeId, wanted: TypeId, truth: bool) -> TypeId {
        let apparent = self.apparent(ty);
        if !truth {
            let narrowed = self.filter(apparent, |c, m| !c.assignable(m, wanted));
            return if narrowed == apparent { ty } else { narrowed };
        }
        if self.assignable(wanted, ty) && !matches!(self.get(apparent), Type::Union(_)) {
            return wanted;
        }
        let mut kept = Vec::new();
        for member in self.expand(apparent) {
            if self.assignable(member, wanted) {
                kept.push(member);
            } else {
                for part in self.members_of(wanted) {
                    if self.assignable(part, member) {
                        kept.push(part);
                    }
                }
            }
        }
        self.union(kept)
    }

    /// The part of a declared type that an assigned value leaves.
    pub(super) fn assigned_part(&mut self, declared: TypeId, assigned: TypeId) -> TypeId {
        if !matches!(self.get(declared), Type::Union(_)) || self.is_error(assigned) {
            return declared;
        }
        let parts = self.members_of(assigned);
        let narrowed = self.filter_members(declared, |c, m| {
            parts.iter().any(|&part| c.assignable(part, m))
        });
        if narrowed == self.t.never {
            declared
        } else {
            narrowed
        }
    }
}

/// The expression itself, without `!` and the mark of a chain.
fn strip(expr: &Expr) -> &Expr {
    let mut at = expr;
    while let ExprKind::NonNull(inner) | ExprKind::OptionalChain(inner) = &at.kind {
        at = inner;
    }
    at
}
