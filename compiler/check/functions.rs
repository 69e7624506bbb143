//! Functions: their signatures, their bodies, and functions as expressions with what the context tells of them.
//!
//! Signatures without annotations are found when first asked for, by checking the body.
//! Absent: calls (`calls.rs`), classes (`classes.rs`).

use super::codes::*;
use super::flow::{Env, Root};
use super::{BindingSource, BodyState, Checker, Context, Lazy};
use crate::ast::*;
use crate::types::{FnParam, FnType, Type, TypeId};
use std::rc::Rc;

/// How deep types are found on demand inside each other.
const DEMAND_MAX: u32 = 100;

impl<'a> Checker<'a> {
    pub(super) fn report_circular(&mut self, name: &str, span: Span) {
        let message = format!("the type of `{name}` depends on itself");
        self.error_help(CIRCULAR, span, message, "write its type");
    }

    /// Counts how deep types are found on demand; `false` if it is too deep.
    fn enter_demand(&mut self, name: &str, span: Span) -> bool {
        self.demand_depth += 1;
        if self.demand_depth > DEMAND_MAX {
            let message = format!("the type of `{name}` hangs on too many others");
            self.error_help(TOO_COMPLEX, span, message, "write its type");
            self.demand_depth -= 1;
            return false;
        }
        true
    }

    /// The declared or inferred type of a variable.
    pub(super) fn binding_type(&mut self, id: BindingId, span: Span) -> TypeId {
        let extra = &self.binding_extra[id.index()];
        let source = extra.source;
        let name = self.bindings[id.index()].name.clone();
        match (extra.ty, source) {
            (Lazy::Done(ty), _) => return ty,
            (Lazy::Busy, BindingSource::Var(_, declarator))
                if let Some(ty) = self.known_early(declarator) =>
            {
                return ty;
            }
            (Lazy::Busy, _) => {
                self.report_circular(&name, self.bindings[id.index()].span);
                self.set_binding(id, self.t.error);
            }
            (Lazy::No, BindingSource::Given) => {
                let message = format!("the type of `{name}` is not known here yet");
                self.error_help(
                    IMPLICIT_ANY,
                    span,
                    message,
                    "write the function's return type",
                );
            }
            (Lazy::No, BindingSource::Var(decl, declarator)) => {
                self.binding_extra[id.index()].ty = Lazy::Busy;
                if self.enter_demand(&name, span) {
                    self.var_on_demand(id, decl, declarator);
                    self.demand_depth -= 1;
                }
            }
        }
        match self.binding_extra[id.index()].ty {
            Lazy::Done(ty) => ty,
            _ => self.t.error,
        }
    }

    /// The type of a variable that its own initial value mentions, if it can be told without all of it.
    fn known_early(&mut self, declarator: &'a Declarator) -> Option<TypeId> {
        match declarator.pattern.kind {
            PatternKind::Name(..) => self.peek(declarator.init.as_ref()?),
            _ => None,
        }
    }

    fn peek(&mut self, expr: &'a Expr) -> Option<TypeId> {
        match &expr.kind {
            ExprKind::Function(f) if f.ret.is_some() => Some(self.fn_type(f.id)),
            ExprKind::Call { callee, .. } => {
                let (ty, _) = self.silently(|c| c.check_expr(callee, None));
                match self.get(ty) {
                    Type::Function(f) if f.type_params.is_empty() => Some(f.ret),
                    _ => None,
                }
            }
            ExprKind::New {
                callee, type_args, ..
            } => {
                let (ty, _) = self.silently(|c| c.check_expr(callee, None));
                let Type::ClassValue(class) = *self.get(ty) else {
                    return None;
                };
                let params = self.classes[class.index()].type_params.clone();
                if params.len() != type_args.len() {
                    return None;
                }
                let scope = self.cx.scope;
                let args = type_args
                    .iter()
                    .map(|arg| self.resolve_type(arg, scope))
                    .collect();
                Some(self.instance(class, args))
            }
            ExprKind::As { ty, .. } => Some(self.resolve_type(ty, self.cx.scope)),
            _ => None,
        }
    }

    fn var_on_demand(&mut self, id: BindingId, decl: &'a VarDecl, declarator: &'a Declarator) {
        let info = &self.bindings[id.index()];
        let file = info.span.file;
        let context = if info.global {
            Context::module(file, self.module_scopes[file.index()])
        } else {
            self.nested_context(self.cx.function, self.cx.scope, Env::default())
        };
        self.within(context, |c| c.declarator(decl, declarator));
    }

    pub(super) fn set_binding(&mut self, id: BindingId, ty: TypeId) {
        let ty = self.unfold(ty);
        self.bindings[id.index()].ty = ty;
        self.binding_extra[id.index()].ty = Lazy::Done(ty);
    }

    /// The place inside a function that keeps what surrounds it: class and `this`.
    fn nested_context(
        &self,
        function: Option<FnId>,
        scope: super::scope::ScopeId,
        env: Env,
    ) -> Context {
        Context {
            function,
            class: self.cx.class,
            this_type: self.cx.this_type,
            is_static: self.cx.is_static,
            scope,
            file: self.cx.file,
            env,
            expected_return: None,
            return_context: None,
            returns: Vec::new(),
            is_async: self.cx.is_async,
            jumps: Vec::new(),
            in_constructor: self.cx.in_constructor,
        }
    }

    /// Makes a function's own scope with its type parameters, once.
    pub(super) fn fn_scope(&mut self, id: FnId) {
        let data = &self.fns[id.index()];
        let Some(node) = data.node else { return };
        if data.has_scope {
            return;
        }
        let outer = data.outer_scope;
        let scope = if node.type_params.is_empty() {
            outer
        } else {
            self.new_scope(Some(outer))
        };
        let params = self.declare_type_params(&node.type_params, scope);
        let data = &mut self.fns[id.index()];
        data.has_scope = true;
        data.scope = scope;
        data.type_params = params.clone();
        self.finish_type_params(&node.type_params, &params, scope);
    }

    /// A function's parameters as a caller sees them.
    pub(super) fn fn_params(&mut self, id: FnId) -> Rc<[FnParam]> {
        if let Some(params) = &self.fns[id.index()].params {
            return params.clone();
        }
        let Some(node) = self.fns[id.index()].node else {
            return Rc::from([]);
        };
        self.fn_scope(id);
        // Asked for while its own defaults are being checked, it has none.
        self.fns[id.index()].params = Some(Rc::from([]));
        let mut params = Vec::new();
        for (at, param) in node.params.iter().enumerate() {
            let ty = self.declared_param(id, param, None);
            self.reveal_param(param, ty);
            params.push(fn_param(param, at, ty));
        }
        let params: Rc<[FnParam]> = params.into();
        self.fns[id.index()].params = Some(params.clone());
        params
    }

    /// Lets the defaults of later parameters use this one. Patterns are taken apart with the body, which reports on them.
    fn reveal_param(&mut self, param: &Param, ty: TypeId) {
        if let PatternKind::Name(id, _) = param.pattern.kind {
            let ty = if param.optional {
                self.optional(ty)
            } else {
                ty
            };
            self.set_binding(id, ty);
        }
    }

    /// The type of a parameter: annotated, from the context, or from its default.
    fn declared_param(&mut self, id: FnId, param: &'a Param, context: Option<TypeId>) -> TypeId {
        let scope = self.fns[id.index()].scope;
        if let Some(node) = &param.ty {
            let ty = self.resolve_type(node, scope);
            let is_array = matches!(
                self.get(ty),
                Type::Array(_) | Type::ReadonlyArray(_) | Type::Error
            );
            if param.rest && !is_array {
                self.error(UNSUPPORTED, node.span, "a rest parameter must be an array");
                return self.t.error;
            }
            return if param.optional || param.default.is_some() {
                self.without_undefined(ty)
            } else {
                ty
            };
        }
        if let Some(ty) = context {
            return ty;
        }
        if let Some(default) = &param.default {
            let context = self.fn_context(id);
            let ty = self.within(context, |c| {
                let ty = c.check_expr(default, None);
                c.widened(default, ty)
            });
            return ty;
        }
        let name = match &param.pattern.kind {
            PatternKind::Name(_, name) => format!("the parameter `{name}`"),
            _ => "this parameter".to_owned(),
        };
        self.error_help(
            IMPLICIT_ANY,
            param.span,
            format!("{name} has no type"),
            "write it: `name: type`",
        );
        self.t.error
    }

    fn without_undefined(&mut self, ty: TypeId) -> TypeId {
        let undefined = self.t.undefined;
        match self.get(ty) {
            Type::Union(members) if members.contains(&undefined) => {
                let rest: Vec<_> = members
                    .iter()
                    .copied()
                    .filter(|&m| m != undefined)
                    .collect();
                self.union(rest)
            }
            _ => ty,
        }
    }

    /// What a function returns as a caller sees it.
    pub(super) fn fn_ret(&mut self, id: FnId) -> TypeId {
        let Some(node) = self.fns[id.index()].node else {
            return self.t.error;
        };
        match self.fns[id.index()].ret {
            Lazy::Done(ty) => return ty,
            Lazy::Busy => {
                self.report_circular(&node.name, node.span);
                return self.t.error;
            }
            Lazy::No => {}
        }
        self.fn_scope(id);
        let ty = if matches!(node.form, FunctionForm::Constructor | FunctionForm::Setter) {
            self.t.void
        } else if let Some(ret) = &node.ret {
            self.annotated_ret(id, node, ret)
        } else if node.body.is_none() {
            let message = format!("`{}` has no return type", node.name);
            self.error_help(
                IMPLICIT_ANY,
                node.span,
                message,
                "write it after the parameters",
            );
            self.t.error
        } else {
            self.fns[id.index()].ret = Lazy::Busy;
            if self.enter_demand(&node.name, node.span) {
                self.check_body(id);
                self.demand_depth -= 1;
            }
            match self.fns[id.index()].ret {
                Lazy::Done(ty) => ty,
                _ => self.t.error,
            }
        };
        self.fns[id.index()].ret = Lazy::Done(ty);
        ty
    }

    fn annotated_ret(&mut self, id: FnId, node: &'a Function, ret: &'a TypeNode) -> TypeId {
        let scope = self.fns[id.index()].scope;
        let names: Vec<Name> = node
            .params
            .iter()
            .enumerate()
            .map(|(at, p)| param_name(p, at))
            .collect();
        if let TypeNodeKind::Predicate {
            param,
            ty,
            asserts: true,
        } = &ret.kind
        {
            let at = names.iter().position(|name| name == param);
            let ty = ty.as_ref().map(|ty| self.resolve_type(ty, scope));
            self.fns[id.index()].asserts = at.map(|at| (at as u32, ty));
            return self.t.void;
        }
        self.fns[id.index()].predicate = self.resolve_predicate(ret, &names, scope);
        let ty = self.resolve_type(ret, scope);
        let promise = self.known.promise;
        let is_promise = matches!(*self.get(ty), Type::Class(class, _) if class == promise);
        if node.is_async && !self.is_error(ty) && !is_promise {
            let message = format!(
                "an async function returns a promise, not `{}`",
                self.show(ty)
            );
            let help = format!("write `Promise<{}>`", self.show(ty));
            self.error_help(NOT_ASSIGNABLE, ret.span, message, help);
            return self.t.error;
        }
        ty
    }

    /// A declared function as a type.
    pub(super) fn fn_type(&mut self, id: FnId) -> TypeId {
        let params = self.fn_params(id).to_vec();
        let ret = self.fn_ret(id);
        let data = &self.fns[id.index()];
        let f = FnType {
            type_params: data.type_params.clone(),
            params,
            ret,
            predicate: data.predicate,
        };
        self.intern(Type::Function(f))
    }

    /// The class around a function.
    fn enclosing_class(&self, id: FnId) -> Option<ClassId> {
        let mut at = Some(id);
        while let Some(id) = at {
            let data = &self.fns[id.index()];
            if data.class.is_some() {
                return data.class;
            }
            at = data.parent;
        }
        None
    }

    /// The place inside a declared function or method, before its first statement.
    fn fn_context(&mut self, id: FnId) -> Context {
        let data = &self.fns[id.index()];
        let (class, is_static, scope, file) = (data.class, data.is_static, data.scope, data.file);
        let annotated = self.this_param(id);
        let this_type = match (class, is_static) {
            _ if annotated.is_some() => annotated,
            (Some(class), true) => Some(self.intern(Type::ClassValue(class))),
            (Some(class), false) => self
                .scope_this
                .get(&self.classes[class.index()].scope)
                .copied(),
            (None, _) => None,
        };
        let has_base = class.is_some_and(|c| self.classes[c.index()].base_class.is_some());
        let node = self.fns[id.index()].node;
        let form = node.map(|n| n.form);
        Context {
            function: Some(id),
            class: self.enclosing_class(id),
            this_type,
            is_static,
            scope,
            file,
            env: Env::default(),
            expected_return: None,
            return_context: None,
            returns: Vec::new(),
            is_async: node.is_some_and(|n| n.is_async),
            jumps: Vec::new(),
            in_constructor: has_base && form == Some(FunctionForm::Constructor),
        }
    }

    /// The type of a `this` parameter.
    pub(super) fn this_param(&mut self, id: FnId) -> Option<TypeId> {
        let node = self.fns[id.index()].node?;
        let this = node.this_type.as_ref()?;
        self.fn_scope(id);
        Some(self.resolve_type(this, self.fns[id.index()].scope))
    }

    /// Checks the body of a declared function or method, once.
    pub(super) fn check_body(&mut self, id: FnId) {
        let data = &self.fns[id.index()];
        let Some(node) = data.node else { return };
        if data.body != BodyState::No {
            return;
        }
        self.fns[id.index()].body = BodyState::Busy;
        if node.is_generator {
            let message = "generator functions are not supported";
            self.error_help(UNSUPPORTED, node.span, message, "return an array");
        }
        self.fn_scope(id);
        let params = self.fn_params(id);
        let annotated = node.ret.is_some()
            || matches!(node.form, FunctionForm::Constructor | FunctionForm::Setter);
        let mut context = self.fn_context(id);
        self.fns[id.index()].this_type = context.this_type;
        if annotated {
            let ret = self.fn_ret(id);
            context.expected_return = Some(if node.is_async {
                self.promised(ret)
            } else {
                ret
            });
        }
        if node.body.is_some() {
            let inferred = self.within(context, |c| c.run_body(node, &params));
            if !annotated {
                let ret = if node.is_async {
                    self.promise_of(inferred)
                } else {
                    inferred
                };
                self.fns[id.index()].ret = Lazy::Done(ret);
            }
        }
        self.fns[id.index()].body = BodyState::Done;
    }

    /// The value that an async function's `return` must give.
    fn promised(&mut self, ret: TypeId) -> TypeId {
        match self.get(ret) {
            Type::Class(class, args) if *class == self.known.promise => {
                args.first().copied().unwrap_or(self.t.unknown)
            }
            _ => self.t.error,
        }
    }

    /// Checks parameters and body in the current place; gives the inferred result.
    fn run_body(&mut self, node: &'a Function, params: &[FnParam]) -> TypeId {
        for (param, seen) in node.params.iter().zip(params) {
            let ty = if param.optional {
                self.optional(seen.ty)
            } else {
                seen.ty
            };
            if let Some(default) = &param.default {
                self.check_against(default, ty);
            }
            self.bind_pattern(&param.pattern, ty);
        }
        self.cx.env.fields = self.fields_to_assign(node.id).into_iter().collect();
        match &node.body {
            Some(FnBody::Expr(body)) => {
                self.return_value(body);
                self.cx.env = Env::unreachable();
            }
            Some(FnBody::Block(stmts)) => self.block(stmts),
            None => {}
        }
        let reachable = !self.cx.env.dead;
        if node.form == FunctionForm::Constructor {
            self.end_constructor(node.id, node.span);
        }
        match self.cx.expected_return {
            Some(expected) => {
                if reachable {
                    self.check_end(node, expected);
                }
                expected
            }
            None => self.inferred_return(node, reachable),
        }
    }

    /// The end of a body is reached: fine only if nothing need be returned.
    fn check_end(&mut self, node: &Function, expected: TypeId) {
        let may_end = self.members_of(expected).iter().any(|&m| {
            matches!(
                self.get(m),
                Type::Void | Type::Undefined | Type::Unknown | Type::Error
            )
        });
        if may_end || node.form == FunctionForm::Constructor {
            return;
        }
        let span = node.ret.as_ref().map_or(node.span, |ret| ret.span);
        let message = if expected == self.t.never {
            "a function that returns `never` cannot have a reachable end".to_owned()
        } else {
            format!(
                "not all paths return a value of type `{}`",
                self.show(expected)
            )
        };
        self.error_help(
            NO_RETURN,
            span,
            message,
            "return a value or throw at the end",
        );
    }

    fn inferred_return(&mut self, node: &Function, reachable: bool) -> TypeId {
        let returns = std::mem::take(&mut self.cx.returns);
        if returns.is_empty() {
            let may_be_never = matches!(node.form, FunctionForm::Arrow | FunctionForm::Expression);
            return if reachable || !may_be_never {
                self.t.void
            } else {
                self.t.never
            };
        }
        let all_void = returns.iter().all(|&ty| ty == self.t.void);
        let mut ty = self.union_reduced(returns);
        if reachable && !all_void {
            ty = self.optional(ty);
        }
        let wanted = self.cx.return_context;
        if self.is_unit(ty) && !wanted.is_some_and(|w| self.wants_literal(w)) {
            ty = self.widen(ty);
        }
        ty
    }

    /// The function type among the members of a contextual type.
    pub(super) fn expected_fn(&mut self, expected: Option<TypeId>) -> Option<FnType> {
        let ty = self.apparent(expected?);
        let mut fns = Vec::new();
        for member in self.members_of(ty) {
            if matches!(self.get(member), Type::Function(_)) {
                fns.push(member);
            }
        }
        let ty = match fns.len() {
            0 => return None,
            1 => fns[0],
            _ => self.union_of_fns(&fns)?,
        };
        match self.get(ty) {
            Type::Function(f) => Some(f.clone()),
            _ => None,
        }
    }

    /// A function expression or arrow.
    pub(super) fn function_expr(&mut self, node: &'a Function, expected: Option<TypeId>) -> TypeId {
        let wanted = self.expected_fn(expected);
        let id = node.id;
        let is_arrow = node.form == FunctionForm::Arrow;
        self.fns[id.index()].outer_scope = self.cx.scope;
        self.fn_scope(id);
        if node.is_generator {
            let message = "generator functions are not supported";
            self.error_help(UNSUPPORTED, node.span, message, "return an array");
        }
        let params = self.expr_params(node, wanted.as_ref());
        self.fns[id.index()].params = Some(params.clone());
        self.fns[id.index()].body = BodyState::Busy;
        self.fns[id.index()].ret = Lazy::No;
        let env = self.closure_env(node.span.start);
        let scope = self.fns[id.index()].scope;
        let mut context = self.nested_context(Some(id), scope, env);
        if !is_arrow {
            context.this_type = self.literal_this.take();
            context.in_constructor = false;
        }
        context.is_async = node.is_async;
        self.fns[id.index()].this_type = context.this_type;
        let ret_context = wanted
            .as_ref()
            .map(|f| f.ret)
            .map(|ret| match node.is_async {
                true => self.awaited(ret),
                false => ret,
            });
        if node.ret.is_some() {
            let ret = self.fn_ret(id);
            context.expected_return = Some(if node.is_async {
                self.promised(ret)
            } else {
                ret
            });
        } else {
            self.fns[id.index()].ret = Lazy::Busy;
            context.return_context = ret_context;
        }
        let mut predicate = self.fns[id.index()].predicate;
        let inferred = self.within(context, |c| {
            let inferred = c.run_body(node, &params);
            predicate = predicate.or_else(|| c.infer_predicate(node));
            inferred
        });
        if node.ret.is_none() {
            let value = self.fit_return(inferred, ret_context);
            let ret = if node.is_async {
                self.promise_of(value)
            } else {
                value
            };
            self.fns[id.index()].ret = Lazy::Done(ret);
        }
        self.fns[id.index()].body = BodyState::Done;
        self.fns[id.index()].predicate = predicate;
        self.fn_type(id)
    }

    /// Takes the wanted result type where the inferred one fits, so that no conversion is needed later.
    fn fit_return(&mut self, inferred: TypeId, wanted: Option<TypeId>) -> TypeId {
        let Some(wanted) = wanted else {
            return inferred;
        };
        let open = self.inferring.clone();
        let usable = ![self.t.void, self.t.unknown, self.t.error].contains(&wanted)
            && inferred != self.t.never
            && !self.mentions(wanted, &open)
            && !self.members_of(wanted).contains(&self.t.void);
        if usable && self.assignable(inferred, wanted) {
            wanted
        } else {
            inferred
        }
    }

    fn expr_params(&mut self, node: &'a Function, wanted: Option<&FnType>) -> Rc<[FnParam]> {
        let mut params = Vec::new();
        for (at, param) in node.params.iter().enumerate() {
            let context = wanted.and_then(|f| self.context_param(f, at, param));
            let ty = self.declared_param(node.id, param, context);
            self.reveal_param(param, ty);
            params.push(fn_param(param, at, ty));
        }
        params.into()
    }

    /// The type that the context gives a parameter.
    fn context_param(&mut self, f: &FnType, at: usize, param: &Param) -> Option<TypeId> {
        if param.rest {
            let mut rest = Vec::new();
            for later in f.params.get(at..).unwrap_or_default() {
                if later.rest {
                    return Some(later.ty);
                }
                rest.push(later.ty);
            }
            let elem = self.union(rest);
            return Some(self.array_of(elem));
        }
        let ty = self.param_at(&f.params, at)?;
        Some(if param.optional || param.default.is_some() {
            self.without_undefined(ty)
        } else {
            ty
        })
    }

    /// What a closure made here may rely on: what can't have changed when it runs.
    fn closure_env(&self, at: u32) -> Env {
        let mut env = self.cx.env.clone();
        env.unassigned.clear();
        env.fields.clear();
        env.dead = false;
        env.narrowed.retain(|reference, _| match reference.root {
            Root::Binding(id) if reference.path.is_empty() => {
                self.binding_extra[id.index()].last_assigned <= at
            }
            _ => false,
        });
        env
    }

    /// `x => x !== null` is a predicate, as TypeScript 5.5 infers it.
    fn infer_predicate(&mut self, node: &'a Function) -> Option<(u32, TypeId)> {
        let Some(FnBody::Expr(body)) = &node.body else {
            return None;
        };
        if node.is_async || node.ret.is_some() || node.params.len() > 3 {
            return None;
        }
        let PatternKind::Name(id, _) = &node.params.first()?.pattern.kind else {
            return None;
        };
        if self.expr_types[body.id.index()] != self.t.boolean
            || self.bindings[id.index()].reassigned
        {
            return None;
        }
        let (when_true, when_false) = self.predicate_envs.take()?;
        let reference = super::flow::Reference {
            root: Root::Binding(*id),
            path: Vec::new(),
        };
        let declared = self.bindings[id.index()].ty;
        let ty = when_true.narrowed.get(&reference).copied()?;
        let other = when_false
            .narrowed
            .get(&reference)
            .copied()
            .unwrap_or(declared);
        if ty == declared || ty == self.t.never {
            return None;
        }
        let overlap = self.filter(other, |c, m| c.assignable(m, ty));
        (overlap == self.t.never).then_some((0, ty))
    }

    /// `return value` or the value of an arrow.
    pub(super) fn return_value(&mut self, value: &'a Expr) {
        if let Some(expected) = self.cx.expected_return {
            if self.cx.is_async {
                self.check_awaited_against(value, expected);
            } else {
                self.check_against(value, expected);
            }
            return;
        }
        let context = self.cx.return_context;
        let context = context.filter(|&ty| ty != self.t.void);
        let narrows = matches!(
            value.kind,
            ExprKind::Binary { .. }
                | ExprKind::Unary { .. }
                | ExprKind::Logical { .. }
                | ExprKind::Call { .. }
        );
        let mut ty = if narrows && context.is_none_or(|c| c == self.t.boolean) {
            let envs = self.condition(value);
            self.predicate_envs = Some(envs);
            self.expr_types[value.id.index()]
        } else {
            let ty = self.check_expr(value, context);
            self.predicate_envs = None;
            ty
        };
        if self.cx.is_async {
            ty = self.awaited(ty);
        }
        self.cx.returns.push(ty);
    }

    /// `return value` in an async function: a promise of the value is fine as well.
    fn check_awaited_against(&mut self, value: &'a Expr, expected: TypeId) {
        let promise = self.promise_of(expected);
        let context = self.union([expected, promise]);
        let ty = self.check_expr(value, Some(context));
        let awaited = self.awaited(ty);
        if awaited == ty {
            self.expect_assignable(value, ty, expected, NOT_ASSIGNABLE);
        } else if !self.assignable(awaited, expected) {
            self.report_not_assignable(awaited, expected, value.span, NOT_ASSIGNABLE);
        }
    }
}

fn fn_param(param: &Param, at: usize, ty: TypeId) -> FnParam {
    FnParam {
        name: param_name(param, at),
        ty,
        optional: param.optional || param.default.is_some(),
        rest: param.rest,
    }
}

fn param_name(param: &Param, at: usize) -> Name {
    match &param.pattern.kind {
        PatternKind::Name(_, name) => name.clone(),
        _ => format!("__{at}").into(),
    }
}
