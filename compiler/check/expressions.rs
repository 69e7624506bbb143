//! Expressions: the type of each, with what the context wants.
//!
//! `check_expr` gives every expression its type and notes it; `check_against` also holds it to a wanted type.
//! Absent: literals, operators, calls, assignments (files of those names).

use super::codes::*;
use super::flow::Env;
use super::members::Member;
use super::scope::Value;
use super::{BindingSource, Checker};
use crate::ast::*;
use crate::checked::{MemberRes, Resolution};
use crate::types::{Type, TypeId};

impl<'a> Checker<'a> {
    /// The type of an expression; `expected` is what its place would like it to be.
    pub(super) fn check_expr(&mut self, expr: &'a Expr, expected: Option<TypeId>) -> TypeId {
        let expected = expected.filter(|&ty| !self.is_error(ty));
        let expected = expected.map(|ty| self.unfold(ty));
        let ty = self.expr_type(expr, expected);
        let ty = self.unfold(ty);
        self.expr_types[expr.id.index()] = ty;
        ty
    }

    /// Checks an expression and that it may stand where `target` is wanted.
    pub(super) fn check_against(&mut self, expr: &'a Expr, target: TypeId) -> TypeId {
        let ty = self.check_expr(expr, Some(target));
        self.expect_assignable(expr, ty, target, NOT_ASSIGNABLE);
        ty
    }

    fn expr_type(&mut self, expr: &'a Expr, expected: Option<TypeId>) -> TypeId {
        match &expr.kind {
            ExprKind::Number(value) => self.number_lit(*value),
            ExprKind::String(text) => match String::from_utf16(text) {
                Ok(text) => self.string_lit(text),
                Err(_) => self.t.string,
            },
            ExprKind::Bool(value) => self.intern(Type::BoolLit(*value)),
            ExprKind::Null => self.t.null,
            ExprKind::Undefined => self.t.undefined,
            ExprKind::Ident(name) => self.ident(expr, name, expected),
            ExprKind::This => self.this(expr),
            ExprKind::Template { exprs, .. } => {
                for part in exprs {
                    self.check_expr(part, None);
                }
                self.t.string
            }
            ExprKind::Regex { .. } => {
                let message = "regular expressions are not supported yet";
                let help = "use the methods of strings";
                self.error_help(UNSUPPORTED, expr.span, message, help);
                self.t.error
            }
            ExprKind::Array(elems) => self.array_literal(elems, expected),
            ExprKind::Object(props) => self.object_literal(props, expected),
            ExprKind::Function(f) => self.function_expr(f, expected),
            ExprKind::Call {
                callee,
                type_args,
                args,
                optional,
            } => self.call(expr, callee, type_args, args, *optional, expected),
            ExprKind::SuperCall(args) => self.super_call(expr, args),
            ExprKind::SuperMethod { name, args } => self.super_method(expr, name, args, expected),
            ExprKind::New {
                callee,
                type_args,
                args,
            } => self.new_instance(expr, callee, type_args, args, expected),
            ExprKind::Member {
                object,
                name,
                optional,
            } => self.member(expr, object, name, *optional).0,
            ExprKind::Index {
                object,
                index,
                optional,
            } => self.index(expr, object, index, *optional),
            ExprKind::OptionalChain(inner) => {
                self.chains.push(false);
                let ty = self.check_expr(inner, expected);
                let cut = self.chains.pop().unwrap_or(false);
                if cut { self.optional(ty) } else { ty }
            }
            ExprKind::Unary { op, operand } => self.unary(expr, *op, operand),
            ExprKind::Typeof(operand) => {
                self.check_expr(operand, None);
                self.typeof_names()
            }
            ExprKind::Update { target, .. } => self.update(target),
            ExprKind::Binary { .. } => self.binary_chain(expr),
            ExprKind::Logical { .. } => {
                let (when_true, when_false) = self.logical(expr, expected);
                self.cx.env = self.join(when_true, when_false);
                self.expr_types[expr.id.index()]
            }
            ExprKind::Assign { op, target, value } => self.assign(expr, *op, target, value),
            ExprKind::Cond {
                test,
                then,
                otherwise,
            } => self.conditional(test, then, otherwise, expected),
            ExprKind::Await(operand) => self.await_value(expr, operand, expected),
            ExprKind::As { operand, ty } => self.cast(expr, operand, ty),
            ExprKind::AsConst(operand) => self.const_expr(operand),
            ExprKind::Satisfies { operand, ty } => {
                let target = self.resolve_type(ty, self.cx.scope);
                self.check_against(operand, target)
            }
            ExprKind::NonNull(operand) => {
                let ty = self.check_expr(operand, expected);
                self.non_null(ty)
            }
            ExprKind::Sequence(exprs) => {
                let mut ty = self.t.undefined;
                for (at, part) in exprs.iter().enumerate() {
                    let wanted = if at + 1 == exprs.len() {
                        expected
                    } else {
                        None
                    };
                    ty = self.check_expr(part, wanted);
                }
                ty
            }
        }
    }

    fn await_value(
        &mut self,
        expr: &'a Expr,
        operand: &'a Expr,
        expected: Option<TypeId>,
    ) -> TypeId {
        if !self.cx.is_async {
            let message = "`await` is only allowed in async functions and at the top of a module";
            self.error_help(MISPLACED, expr.span, message, "make the function `async`");
        }
        let wanted = expected.filter(|&ty| !self.is_error(ty)).map(|ty| {
            let promise = self.promise_of(ty);
            self.union([ty, promise])
        });
        let ty = self.check_expr(operand, wanted);
        self.awaited(ty)
    }

    fn refuse_void(&mut self, ty: TypeId, span: Span) {
        if ty == self.t.void {
            self.error(
                OPERATOR,
                span,
                "an expression of type `void` has no value to use",
            );
        }
    }

    fn cast(&mut self, expr: &'a Expr, operand: &'a Expr, ty: &'a TypeNode) -> TypeId {
        let target = self.resolve_type(ty, self.cx.scope);
        self.as_types[expr.id.index()] = Some(target);
        let source = self.check_expr(operand, Some(target));
        let wide = self.widen(source);
        if !self.comparable(target, wide) && !self.comparable(target, source) {
            let message = format!(
                "a `{}` is never a `{}`",
                self.show(source),
                self.show(target)
            );
            self.error_help(
                NO_OVERLAP,
                expr.span,
                message,
                "go through `unknown` if it is meant",
            );
        }
        target
    }

    fn conditional(
        &mut self,
        test: &'a Expr,
        then: &'a Expr,
        otherwise: &'a Expr,
        expected: Option<TypeId>,
    ) -> TypeId {
        let (when_true, when_false) = self.test(test);
        self.cx.env = when_true;
        let first = self.check_expr(then, expected);
        let after_first = std::mem::replace(&mut self.cx.env, when_false);
        let second = self.check_expr(otherwise, expected);
        let after_second = std::mem::take(&mut self.cx.env);
        self.cx.env = self.join(after_first, after_second);
        let ty = self.union_reduced(vec![first, second]);
        if expected.is_none() && first != second {
            self.construct_as(vec![then, otherwise], ty);
        }
        ty
    }

    fn ident(&mut self, expr: &'a Expr, name: &Name, expected: Option<TypeId>) -> TypeId {
        let Some(resolution) = self.resolutions[expr.id.index()] else {
            return self.t.error;
        };
        match resolution {
            Resolution::Binding(id) => {
                let declared = self.binding_type(id, expr.span);
                self.check_initialised(id, name, expr.span);
                self.known_type(expr, declared)
            }
            Resolution::Class(id) => {
                self.check_class_declared(id, expr.span);
                if let Some(ty) = self.conversion(expr, id, expected) {
                    return ty;
                }
                self.intern(Type::ClassValue(id))
            }
            other => self.resolution_type(other, expr.span),
        }
    }

    /// `String`, `Number` and `Boolean` where a function is wanted: their static `from`.
    fn conversion(
        &mut self,
        expr: &Expr,
        class: ClassId,
        expected: Option<TypeId>,
    ) -> Option<TypeId> {
        let known = self.known;
        if ![known.string, known.number, known.boolean].contains(&class) {
            return None;
        }
        self.expected_fn(expected)?;
        let member = self.class_member(class, &[], "from", true)?;
        let MemberRes::StaticMethod(_, id) = member.res else {
            return None;
        };
        self.resolutions[expr.id.index()] = Some(Resolution::Function(id));
        Some(member.ty)
    }

    fn check_class_declared(&mut self, id: ClassId, span: Span) {
        let data = &self.classes[id.index()];
        let Some(node) = data.node else { return };
        let early = data.file == span.file
            && span.start < node.span.start
            && self.cx.function.is_none()
            && !self.is_prelude(span.file);
        if early {
            let message = format!("the class `{}` is used before its declaration", node.name);
            self.error(USED_BEFORE_DECLARED, span, message);
        }
    }

    /// A variable must be declared above and have a value.
    fn check_initialised(&mut self, id: BindingId, name: &Name, span: Span) {
        let info = &self.bindings[id.index()];
        let extra = &self.binding_extra[id.index()];
        let here = info.owner == self.cx.function && info.span.file == span.file;
        let is_var = matches!(extra.source, BindingSource::Var(..));
        if here && is_var && span.start < extra.end && span.start >= info.span.end {
            let message = format!("`{name}` is used in its own initial value");
            self.error(USED_BEFORE_DECLARED, span, message);
        } else if here && is_var && span.start < info.span.start {
            let message = format!("`{name}` is used before its declaration");
            self.error(USED_BEFORE_DECLARED, span, message);
        } else if self.cx.env.unassigned.contains(&id) {
            let message = format!("`{name}` is used before it has a value");
            self.error_help(
                UNASSIGNED,
                span,
                message,
                "give it one on every path to here",
            );
            self.cx.env.unassigned.remove(&id);
        }
    }

    fn this(&mut self, expr: &'a Expr) -> TypeId {
        match self.cx.this_type {
            Some(ty) => {
                if self.cx.in_constructor {
                    let message = "`super(…)` must be called before `this` is used";
                    self.error(SUPER, expr.span, message);
                    self.cx.in_constructor = false;
                }
                ty
            }
            None => {
                self.error_help(
                    THIS,
                    expr.span,
                    "`this` has no meaning here",
                    "use it in methods of classes and in arrows inside them",
                );
                self.t.error
            }
        }
    }

    /// `a.b`: its type, and all declarations of an overloaded method.
    pub(super) fn member(
        &mut self,
        expr: &'a Expr,
        object: &'a Expr,
        name: &Name,
        optional: bool,
    ) -> (TypeId, Vec<(FnId, TypeId)>) {
        if let Some(ty) = self.qualified(expr, object, name) {
            return (ty, Vec::new());
        }
        let object_ty = self.check_expr(object, None);
        let Some(object_ty) = self.object_type(object, object_ty, optional) else {
            return (self.t.error, Vec::new());
        };
        let Some(member) = self.visible_member(expr, object, object_ty, name) else {
            return (self.t.error, Vec::new());
        };
        self.members[expr.id.index()] = Some(member.res.clone());
        let declared = if member.optional {
            self.optional(member.ty)
        } else {
            member.ty
        };
        let ty = if member.method {
            declared
        } else {
            self.known_type(expr, declared)
        };
        let overloads = if member.overloads.len() > 1 {
            member.overloads
        } else {
            Vec::new()
        };
        (ty, overloads)
    }

    /// The type whose member is taken: without `null` and `undefined`, which `?.` lets through.
    pub(super) fn object_type(
        &mut self,
        object: &Expr,
        ty: TypeId,
        optional: bool,
    ) -> Option<TypeId> {
        if self.is_error(ty) {
            return None;
        }
        let ty = if self.is_nullish(ty) {
            if optional {
                if let Some(cut) = self.chains.last_mut() {
                    *cut = true;
                }
            } else {
                self.report_nullish(object, ty);
            }
            self.non_null(ty)
        } else {
            ty
        };
        if ty == self.t.unknown {
            let message = "the value is of type `unknown`";
            self.error_help(
                IS_UNKNOWN,
                object.span,
                message,
                "narrow it with `typeof` or `instanceof`",
            );
            return None;
        }
        Some(ty)
    }

    pub(super) fn report_nullish(&mut self, object: &Expr, ty: TypeId) {
        let parts = self.members_of(ty);
        let what = match (
            parts.contains(&self.t.null),
            parts.contains(&self.t.undefined),
        ) {
            (true, true) => "`null` or `undefined`",
            (true, false) => "`null`",
            _ => "`undefined`",
        };
        let text = self.text(object.span);
        let message = if text.len() <= 40 && !text.contains('\n') {
            format!("`{text}` is possibly {what}")
        } else {
            format!("the object is possibly {what}")
        };
        self.error_help(NULLISH, object.span, message, "test it first, or use `?.`");
    }

    /// The source text of a place.
    pub(super) fn text(&self, span: Span) -> String {
        let text = &self.diagnostics.sources[span.file.index()].text;
        text.get(span.start as usize..span.end as usize)
            .unwrap_or_default()
            .to_owned()
    }

    /// A member that exists and may be used here; reports otherwise.
    fn visible_member(
        &mut self,
        expr: &Expr,
        object: &Expr,
        object_ty: TypeId,
        name: &Name,
    ) -> Option<Member> {
        let hidden = name.starts_with("__") && !self.is_prelude(self.cx.file);
        let member = self.find_member(object_ty, name).filter(|member| {
            let from_prelude = member
                .class
                .is_some_and(|c| self.is_prelude(self.classes[c.index()].file));
            !(hidden && from_prelude)
        });
        let Some(member) = member else {
            self.report_no_member(expr.span, object, object_ty, name);
            return None;
        };
        self.check_visibility(&member, name, expr.span);
        Some(member)
    }

    pub(super) fn check_visibility(&mut self, member: &Member, name: &Name, span: Span) {
        let Some(class) = member.class else { return };
        let here = self.cx.class;
        let allowed = match member.visibility {
            Visibility::Public => true,
            Visibility::Private => here.is_some_and(|c| self.is_inside(c, class)),
            Visibility::Protected => here.is_some_and(|c| self.extends(c, class)),
        };
        if !allowed {
            let kind = match member.visibility {
                Visibility::Private => "private",
                _ => "protected",
            };
            let message = format!(
                "`{name}` is {kind} in the class `{}`",
                self.class_name(class)
            );
            self.error(VISIBILITY, span, message);
        }
    }

    /// Whether code of the class `inner` is code of `class`.
    fn is_inside(&self, inner: ClassId, class: ClassId) -> bool {
        if inner == class {
            return true;
        }
        let inside = |id: ClassId| self.classes[id.index()].node.map(|n| n.span);
        match (inside(inner), inside(class)) {
            (Some(a), Some(b)) => a.file == b.file && b.start <= a.start && a.end <= b.end,
            _ => false,
        }
    }

    fn report_no_member(&mut self, span: Span, object: &Expr, ty: TypeId, name: &Name) {
        if self.refuse_typed_member(ty, name, span) {
            return;
        }
        let shown = self.show(ty);
        if let Type::Union(members) = self.get(ty).clone() {
            let lacking = members
                .into_iter()
                .find(|&m| self.find_member(m, name).is_none());
            if let Some(lacking) = lacking {
                let message = format!("`{name}` does not exist on `{}`", self.show(lacking));
                let help = format!("`{shown}` has other members: narrow it first");
                self.error_help(NO_MEMBER, span, message, help);
                return;
            }
        }
        let message = format!("`{name}` does not exist on `{shown}`");
        let instance = match *self.get(ty) {
            Type::Class(class, _) => self.class_member(class, &[], name, true).map(|_| class),
            _ => None,
        };
        match instance {
            Some(class) => {
                let help = format!("it is static: write `{}.{name}`", self.class_name(class));
                self.error_help(NO_MEMBER, span, message, help);
            }
            None if matches!(object.kind, ExprKind::This) => {
                self.error_help(
                    NO_MEMBER,
                    span,
                    message,
                    "declare it as a field of the class",
                );
            }
            None => self.error(NO_MEMBER, span, message),
        }
    }

    /// `Enum.Member` and `ns.name`.
    fn qualified(&mut self, expr: &'a Expr, object: &'a Expr, name: &Name) -> Option<TypeId> {
        let resolution = match &object.kind {
            ExprKind::Ident(_) => self.resolutions[object.id.index()],
            ExprKind::Member {
                object: outer,
                name: inner,
                ..
            } => {
                // `ns.Enum.Member`
                if self.namespace_of(outer).is_some() {
                    self.qualified(object, outer, inner);
                    match self.members[object.id.index()] {
                        Some(MemberRes::Module(resolution)) => Some(resolution),
                        _ => None,
                    }
                } else {
                    None
                }
            }
            _ => None,
        }?;
        let (found, ty) = match resolution {
            Resolution::Enum(id) => {
                let members = &self.types.enums[id.index()].members;
                let at = members.iter().position(|(member, _)| member == name);
                let Some(at) = at else {
                    let enum_name = self.types.enums[id.index()].name.clone();
                    let message = format!("the enum `{enum_name}` has no member `{name}`");
                    self.error(NO_MEMBER, expr.span, message);
                    return Some(self.t.error);
                };
                let ty = self.enum_member(id, at as u32);
                (MemberRes::EnumMember(id, at as u32), ty)
            }
            Resolution::Namespace(_) | Resolution::HostNamespace => {
                let Some(value) = self.namespace_member(object, name) else {
                    let message = format!("the module does not export `{name}`");
                    self.error(NOT_EXPORTED, expr.span, message);
                    return Some(self.t.error);
                };
                let resolution = self.resolution(&value, expr.span);
                self.members[expr.id.index()] = Some(MemberRes::Module(resolution));
                let ty = match resolution {
                    Resolution::Binding(id) => {
                        let declared = self.binding_type(id, expr.span);
                        self.known_type(expr, declared)
                    }
                    Resolution::Enum(_) => self.t.unknown,
                    other => self.resolution_type(other, expr.span),
                };
                (MemberRes::Module(resolution), ty)
            }
            _ => return None,
        };
        self.members[expr.id.index()] = Some(found);
        self.expr_types[object.id.index()] = self.t.unknown;
        self.expr_types[expr.id.index()] = ty;
        Some(ty)
    }

    /// The namespace that an expression names.
    fn namespace_of(&self, expr: &Expr) -> Option<Value> {
        let ExprKind::Ident(name) = &expr.kind else {
            return None;
        };
        match self.resolutions[expr.id.index()] {
            Some(Resolution::Namespace(_) | Resolution::HostNamespace) => {
                self.values[expr.span.file.index()].get(name).cloned()
            }
            _ => None,
        }
    }

    fn namespace_member(&mut self, object: &Expr, name: &Name) -> Option<Value> {
        match self.namespace_of(object)? {
            Value::Namespace(file) => self.exported(file, name)?.value,
            Value::HostNamespace(file, module) => {
                let declared = self.hosts.get(&(file, module.clone()))?;
                declared.values.get(name)?;
                Some(Value::Host(file, module, name.clone()))
            }
            _ => None,
        }
    }

    /// `a[b]`
    fn index(
        &mut self,
        expr: &'a Expr,
        object: &'a Expr,
        index: &'a Expr,
        optional: bool,
    ) -> TypeId {
        let object_ty = self.check_expr(object, None);
        let index_ty = self.check_expr(index, None);
        let Some(object_ty) = self.object_type(object, object_ty, optional) else {
            return self.t.error;
        };
        if self.is_error(index_ty) {
            return self.t.error;
        }
        let object_ty = self.apparent(object_ty);
        let mut parts = Vec::new();
        for member in self.members_of(object_ty) {
            match self.index_one(expr, index, member, index_ty) {
                Some(ty) => parts.push(ty),
                None => return self.t.error,
            }
        }
        let declared = self.union(parts);
        self.known_type(expr, declared)
    }

    fn index_one(
        &mut self,
        expr: &'a Expr,
        index: &'a Expr,
        object: TypeId,
        index_ty: TypeId,
    ) -> Option<TypeId> {
        let index_base = self.apparent(index_ty);
        let is_number = self.assignable(index_base, self.t.number);
        match self.get(object).clone() {
            Type::Array(elem) | Type::ReadonlyArray(elem) if is_number => Some(elem),
            Type::Class(class, _) if is_number && self.known.is_typed(class) => Some(self.t.number),
            Type::String | Type::StringLit(_) if is_number => Some(self.t.string),
            Type::Enum(_) | Type::EnumMember(..)
                if is_number && self.assignable(object, self.t.string) =>
            {
                Some(self.t.string)
            }
            Type::Tuple { elems, required } if is_number => match *self.get(index_ty) {
                Type::NumberLit(bits) => {
                    self.tuple_elem(expr, object, &elems, required, f64::from_bits(bits))
                }
                _ => {
                    let all = self.union(elems.iter().copied());
                    Some(if elems.len() > required as usize {
                        self.optional(all)
                    } else {
                        all
                    })
                }
            },
            _ => match self.get(index_ty).clone() {
                Type::StringLit(name) => {
                    let found = self.find_member(object, &name);
                    let Some(member) = found else {
                        let message = format!("`{name}` does not exist on `{}`", self.show(object));
                        self.error(NO_MEMBER, index.span, message);
                        return None;
                    };
                    self.check_visibility(&member, &name, index.span);
                    self.members[expr.id.index()] = Some(member.res.clone());
                    Some(if member.optional {
                        self.optional(member.ty)
                    } else {
                        member.ty
                    })
                }
                _ => {
                    let message = format!(
                        "`{}` can't be indexed with `{}`",
                        self.show(object),
                        self.show(index_ty)
                    );
                    let help = "objects have fixed properties: use a `Map` for computed keys";
                    self.error_help(NO_MEMBER, index.span, message, help);
                    None
                }
            },
        }
    }

    fn tuple_elem(
        &mut self,
        expr: &Expr,
        object: TypeId,
        elems: &[TypeId],
        required: u32,
        index: f64,
    ) -> Option<TypeId> {
        let found = elems
            .get(index as usize)
            .filter(|_| index >= 0.0 && index.fract() == 0.0);
        let Some(&elem) = found else {
            let message = format!("`{}` has no element {index}", self.show(object));
            self.error(NO_MEMBER, expr.span, message);
            return None;
        };
        self.members[expr.id.index()] = Some(MemberRes::TupleElem(index as u32));
        Some(if index as u32 >= required {
            self.optional(elem)
        } else {
            elem
        })
    }

    /// The type of a `let` that starts with this value: literals written there widen, others stay.
    pub(super) fn widened(&mut self, expr: &Expr, ty: TypeId) -> TypeId {
        if self.is_fresh(expr, 8) {
            return self.widen(ty);
        }
        match &expr.kind {
            ExprKind::Cond {
                then, otherwise, ..
            } => {
                let then = self.widened(then, self.expr_types[then.id.index()]);
                let otherwise = self.widened(otherwise, self.expr_types[otherwise.id.index()]);
                self.union_reduced(vec![then, otherwise])
            }
            _ => ty,
        }
    }

    /// Whether literal types that inference finds in an argument are to be widened.
    pub(super) fn has_fresh_literal(&self, expr: &Expr) -> bool {
        self.is_fresh(expr, 8)
    }

    /// Whether the literal types of an expression come from literals written in it.
    fn is_fresh(&self, expr: &Expr, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return false;
        };
        match &expr.kind {
            ExprKind::Number(_) | ExprKind::String(_) | ExprKind::Bool(_) => true,
            ExprKind::Unary { operand, .. } => self.is_fresh(operand, depth),
            ExprKind::Binary { .. } => true,
            ExprKind::Member { .. } => {
                matches!(
                    self.members[expr.id.index()],
                    Some(MemberRes::EnumMember(..))
                )
            }
            ExprKind::Cond {
                then, otherwise, ..
            } => self.is_fresh(then, depth) && self.is_fresh(otherwise, depth),
            ExprKind::Logical { left, right, .. } => {
                self.is_fresh(left, depth) && self.is_fresh(right, depth)
            }
            ExprKind::Call { .. } => {
                let ty = self.expr_types[expr.id.index()];
                self.is_unit(ty)
                    && self.calls[expr.id.index()]
                        .as_ref()
                        .is_some_and(|c| !c.type_args.is_empty())
            }
            ExprKind::Ident(_) => match self.resolutions[expr.id.index()] {
                Some(Resolution::Binding(id)) => {
                    let extra = &self.binding_extra[id.index()];
                    match extra.source {
                        BindingSource::Var(decl, declarator) => {
                            !decl.mutable
                                && declarator.ty.is_none()
                                && matches!(declarator.pattern.kind, PatternKind::Name(..))
                                && declarator
                                    .init
                                    .as_ref()
                                    .is_some_and(|init| self.is_fresh(init, depth))
                        }
                        BindingSource::Given => false,
                    }
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Checks that a value fits, with the reason in its right place if not.
    pub(super) fn expect_assignable(
        &mut self,
        expr: &'a Expr,
        ty: TypeId,
        target: TypeId,
        code: u16,
    ) {
        if self.assignable(ty, target) {
            self.check_excess(expr, target);
        } else if !self.report_inside(expr, target, code) {
            self.report_not_assignable(ty, target, expr.span, code);
        }
    }

    /// Finds the part of a literal that doesn't fit; `false` if it is not one part.
    fn report_inside(&mut self, expr: &'a Expr, target: TypeId, code: u16) -> bool {
        let target = self.non_null(target);
        match &expr.kind {
            ExprKind::Object(props) => {
                if !matches!(self.get(target), Type::Object(_) | Type::Interface(..)) {
                    return false;
                }
                let mut reported = false;
                for prop in props {
                    let ObjectProp::Property { key, value, .. } = prop else {
                        continue;
                    };
                    let Some(wanted) = self.find_member(target, key) else {
                        continue;
                    };
                    let wanted_ty = if wanted.optional {
                        self.optional(wanted.ty)
                    } else {
                        wanted.ty
                    };
                    let ty = self.expr_types[value.id.index()];
                    if !self.assignable(ty, wanted_ty) {
                        if !self.report_inside(value, wanted_ty, code) {
                            self.report_not_assignable(ty, wanted_ty, value.span, code);
                        }
                        reported = true;
                    }
                }
                reported
            }
            ExprKind::Array(elems) => {
                let elem_ty = match self.get(target) {
                    Type::Array(elem) | Type::ReadonlyArray(elem) => *elem,
                    _ => return false,
                };
                let mut reported = false;
                for elem in elems {
                    let ArrayElem::Expr(value) = elem else {
                        continue;
                    };
                    let ty = self.expr_types[value.id.index()];
                    if !self.assignable(ty, elem_ty) {
                        if !self.report_inside(value, elem_ty, code) {
                            self.report_not_assignable(ty, elem_ty, value.span, code);
                        }
                        reported = true;
                    }
                }
                reported
            }
            ExprKind::Cond {
                then, otherwise, ..
            } => {
                let mut reported = false;
                for part in [then, otherwise] {
                    let ty = self.expr_types[part.id.index()];
                    if !self.assignable(ty, target) {
                        if !self.report_inside(part, target, code) {
                            self.report_not_assignable(ty, target, part.span, code);
                        }
                        reported = true;
                    }
                }
                reported
            }
            _ => false,
        }
    }

    pub(super) fn report_not_assignable(
        &mut self,
        ty: TypeId,
        target: TypeId,
        span: Span,
        code: u16,
    ) {
        let (from, to) = (self.show(ty), self.show(target));
        let what = if code == ARGUMENT {
            "an argument"
        } else {
            "a value"
        };
        let mut message = format!("{what} of type `{from}` is not assignable to type `{to}`");
        if let Some(reason) = self.why_not(ty, target) {
            message = format!("{message}: {reason}");
        }
        let core = self.non_null(target);
        match (self.get(ty).clone(), self.get(core).clone()) {
            (Type::Object(_) | Type::Interface(..), Type::Class(class, _)) => {
                let name = self.class_name(class);
                let help = format!("make an instance: `new {name}(…)`");
                self.error_help(LITERAL_FOR_CLASS, span, message, help);
            }
            (Type::Tuple { .. }, Type::Array(_) | Type::ReadonlyArray(_)) => {
                let help = "copy the tuple into an array: `[...tuple]`";
                self.error_help(TUPLE_FOR_ARRAY, span, message, help);
            }
            (Type::ReadonlyArray(_), Type::Array(_)) => {
                let help = "copy it: `[...array]`, or take a `readonly` array";
                self.error_help(code, span, message, help);
            }
            _ if self.is_nullish(ty) && {
                let rest = self.non_null(ty);
                rest != self.t.never && self.assignable(rest, target)
            } =>
            {
                self.error_help(code, span, message, "test for `null` and `undefined` first");
            }
            _ => self.error(code, span, message),
        }
    }

    /// What an `if`, a loop or `?:` tests: a condition that has a value.
    pub(super) fn test(&mut self, expr: &'a Expr) -> (Env, Env) {
        let envs = self.condition(expr);
        self.refuse_void(self.expr_types[expr.id.index()], expr.span);
        envs
    }

    /// A condition: its type is noted, and what is known when it is true and when it is false.
    pub(super) fn condition(&mut self, expr: &'a Expr) -> (Env, Env) {
        match &expr.kind {
            ExprKind::Unary {
                op: UnaryOp::Not,
                operand,
            } => {
                let (when_true, when_false) = self.condition(operand);
                let ty = self.negated(self.expr_types[operand.id.index()]);
                self.expr_types[expr.id.index()] = ty;
                (when_false, when_true)
            }
            ExprKind::Logical { .. } => self.logical(expr, None),
            ExprKind::Bool(value) => {
                self.check_expr(expr, None);
                let env = self.cx.env.clone();
                if *value {
                    (env, Env::unreachable())
                } else {
                    (Env::unreachable(), env)
                }
            }
            _ => {
                self.check_expr(expr, None);
                let env = self.cx.env.clone();
                let when_true = self.narrow(env.clone(), expr, true);
                let when_false = self.narrow(env, expr, false);
                (when_true, when_false)
            }
        }
    }

    fn negated(&mut self, ty: TypeId) -> TypeId {
        match *self.get(ty) {
            Type::BoolLit(value) => self.intern(Type::BoolLit(!value)),
            _ => self.t.boolean,
        }
    }

    /// A chain of `&&`, `||`, `??`: the type is noted, what is known either way is given.
    pub(super) fn logical(&mut self, expr: &'a Expr, expected: Option<TypeId>) -> (Env, Env) {
        let mut first = expr;
        let mut links: Vec<&'a Expr> = Vec::new();
        while let ExprKind::Logical { left, .. } = &first.kind {
            links.push(first);
            first = left;
        }
        let innermost = links.last().copied();
        let wanted = match innermost.map(|e| &e.kind) {
            Some(ExprKind::Logical {
                op: LogicalOp::And, ..
            })
            | None => None,
            Some(_) => expected,
        };
        let (mut when_true, mut when_false) = if self.is_condition_like(first) {
            self.condition(first)
        } else {
            self.check_expr(first, wanted);
            let env = self.cx.env.clone();
            (
                self.narrow(env.clone(), first, true),
                self.narrow(env, first, false),
            )
        };
        for link in links.into_iter().rev() {
            let ExprKind::Logical { op, left, right } = &link.kind else {
                continue;
            };
            let left_ty = self.expr_types[left.id.index()];
            (when_true, when_false) =
                self.logical_link(*op, left, right, (when_true, when_false), expected);
            let right_ty = self.expr_types[right.id.index()];
            let ty = self.logical_type(*op, left_ty, right_ty);
            self.expr_types[link.id.index()] = ty;
        }
        (when_true, when_false)
    }

    fn is_condition_like(&self, expr: &Expr) -> bool {
        matches!(
            expr.kind,
            ExprKind::Unary {
                op: UnaryOp::Not,
                ..
            } | ExprKind::Binary { .. }
        )
    }

    fn logical_link(
        &mut self,
        op: LogicalOp,
        left: &'a Expr,
        right: &'a Expr,
        (when_true, when_false): (Env, Env),
        expected: Option<TypeId>,
    ) -> (Env, Env) {
        let right_env = match op {
            LogicalOp::And => when_true.clone(),
            LogicalOp::Or => when_false.clone(),
            LogicalOp::Coalesce => {
                let env = self.join(when_true.clone(), when_false.clone());
                self.narrow_nullish(env, left, true)
            }
        };
        self.cx.env = right_env;
        let left_ty = self.expr_types[left.id.index()];
        let wanted = expected.or(match op {
            LogicalOp::And => None,
            LogicalOp::Or | LogicalOp::Coalesce => Some(self.non_null(left_ty)),
        });
        let (right_true, right_false) = match &right.kind {
            ExprKind::Logical { .. } => self.logical(right, wanted),
            _ if self.is_condition_like(right) => self.condition(right),
            _ => {
                self.check_expr(right, wanted);
                let env = self.cx.env.clone();
                (
                    self.narrow(env.clone(), right, true),
                    self.narrow(env, right, false),
                )
            }
        };
        match op {
            LogicalOp::And => (right_true, self.join(when_false, right_false)),
            LogicalOp::Or => (self.join(when_true, right_true), right_false),
            LogicalOp::Coalesce => {
                let kept = self.narrow_nullish(when_true, left, false);
                (
                    self.join(kept, right_true),
                    self.join(when_false, right_false),
                )
            }
        }
    }

    fn logical_type(&mut self, op: LogicalOp, left: TypeId, right: TypeId) -> TypeId {
        if self.is_error(left) || self.is_error(right) {
            return self.t.error;
        }
        let kept = match op {
            LogicalOp::And => self.falsy_part(left),
            LogicalOp::Or => self.truthy_part(left),
            LogicalOp::Coalesce => self.non_null(left),
        };
        self.union_reduced(vec![kept, right])
    }
}
