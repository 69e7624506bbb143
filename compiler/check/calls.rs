//! Calls and `new`: overloads, type arguments, arguments.
//!
//! Order of inference: the wanted result, arguments that need no context, then closures one by one, each
//! with what is known by then. Arguments whose context changed by it are checked once more.

use super::Checker;
use super::codes::*;
use super::terms::Subst;
use super::unify::Inference;
use crate::ast::*;
use crate::checked::{CallParam, CallSig, MemberRes, Resolution};
use crate::types::{FnParam, FnType, Type, TypeId};

/// How deep arguments are checked a second time inside each other.
const RECHECK_MAX: u32 = 4;
/// How deep overloads are tried inside each other.
const ATTEMPTS_MAX: u32 = 5;

/// A call's parts.
#[derive(Clone, Copy)]
struct Site<'a> {
    expr: &'a Expr,
    type_args: &'a [TypeNode],
    args: &'a [Arg],
    expected: Option<TypeId>,
}

/// A signature that a call may use.
#[derive(Clone)]
struct Candidate {
    f: FnType,
    id: Option<FnId>,
    /// The type of its `this` parameter, and of what it is called on.
    this: Option<(TypeId, TypeId)>,
}

/// How a call came out.
struct Applied {
    sig: CallSig,
    predicate: Option<(u32, TypeId)>,
    id: Option<FnId>,
}

impl<'a> Checker<'a> {
    pub(super) fn call(
        &mut self,
        expr: &'a Expr,
        callee: &'a Expr,
        type_args: &'a [TypeNode],
        args: &'a [Arg],
        optional: bool,
        expected: Option<TypeId>,
    ) -> TypeId {
        let (callee_ty, overloads) = self.callee(callee);
        let site = Site {
            expr,
            type_args,
            args,
            expected,
        };
        if self.is_error(callee_ty) {
            self.check_loose(args);
            return self.t.error;
        }
        let callee_ty = if self.is_nullish(callee_ty) {
            if optional {
                if let Some(cut) = self.chains.last_mut() {
                    *cut = true;
                }
            } else {
                self.report_nullish(callee, callee_ty);
            }
            self.non_null(callee_ty)
        } else {
            callee_ty
        };
        if let Type::ClassValue(class) = *self.get(callee_ty) {
            return self.call_class(site, callee, class);
        }
        let candidates = if overloads.is_empty() {
            let Some(f) = self.expected_fn(Some(callee_ty)) else {
                self.report_not_callable(callee, callee_ty);
                self.check_loose(args);
                return self.t.error;
            };
            vec![Candidate {
                f,
                id: None,
                this: self.receiver(callee),
            }]
        } else {
            self.candidates(&overloads)
        };
        let Some(applied) = self.apply_best(site, candidates) else {
            return self.t.error;
        };
        if let Some(id) = applied.id {
            self.choose(callee, id);
        }
        self.finish_call(expr, applied)
    }

    fn finish_call(&mut self, expr: &Expr, applied: Applied) -> TypeId {
        let ret = applied.sig.ret;
        match applied.predicate {
            Some(predicate) => drop(self.predicates.insert(expr.id, predicate)),
            None => drop(self.predicates.remove(&expr.id)),
        }
        self.calls[expr.id.index()] = Some(applied.sig);
        ret
    }

    fn candidates(&mut self, overloads: &[(FnId, TypeId)]) -> Vec<Candidate> {
        let mut all = Vec::new();
        for &(id, ty) in overloads {
            if let Type::Function(f) = self.get(ty).clone() {
                all.push(Candidate {
                    f,
                    id: Some(id),
                    this: None,
                });
            }
        }
        all
    }

    /// The type of what is called, and its overloads.
    fn callee(&mut self, callee: &'a Expr) -> (TypeId, Vec<(FnId, TypeId)>) {
        let (ty, overloads) = match &callee.kind {
            ExprKind::Member {
                object,
                name,
                optional,
            } => self.member(callee, object, name, *optional),
            _ => {
                let ty = self.check_expr(callee, None);
                let overloads = match self.resolutions[callee.id.index()] {
                    Some(Resolution::Function(id)) => self.overloads.get(&id).cloned(),
                    _ => None,
                };
                let mut all = Vec::new();
                for id in overloads.unwrap_or_default() {
                    all.push((id, self.fn_type(id)));
                }
                (ty, all)
            }
        };
        self.expr_types[callee.id.index()] = ty;
        (ty, overloads)
    }

    /// Notes which overload a call uses.
    fn choose(&mut self, callee: &Expr, id: FnId) {
        let at = callee.id.index();
        if let Some(MemberRes::Method(_, method) | MemberRes::StaticMethod(_, method)) =
            &mut self.members[at]
        {
            *method = id;
        }
        if let Some(Resolution::Function(function)) = &mut self.resolutions[at] {
            let first = *function;
            *function = id;
            let all = self.overloads.get(&first).cloned();
            if let Some(all) = all {
                self.overloads.entry(id).or_insert(all);
            }
        }
        self.expr_types[at] = self.fn_type(id);
    }

    fn report_not_callable(&mut self, callee: &Expr, ty: TypeId) {
        let message = if ty == self.t.unknown {
            "the value is of type `unknown`".to_owned()
        } else {
            format!("a `{}` can't be called", self.show(ty))
        };
        self.error(NOT_CALLABLE, callee.span, message);
    }

    /// Checks arguments of a call that is wrong already.
    fn check_loose(&mut self, args: &'a [Arg]) {
        let error = self.t.error;
        for arg in args {
            match arg {
                // What a closure's parameters are can't be known any more.
                Arg::Expr(e) if self.needs_context(e) => {
                    let (_, _) = self.silently(|c| c.check_expr(e, Some(error)));
                }
                Arg::Expr(e) | Arg::Spread(e) => drop(self.check_expr(e, None)),
            }
        }
    }

    /// `String(x)`, `Number(x)`, `Boolean(x)`; `Error(m)` and `Array(n)` mean `new`.
    fn call_class(&mut self, site: Site<'a>, callee: &'a Expr, class: ClassId) -> TypeId {
        let known = self.known;
        if [known.string, known.number, known.boolean].contains(&class) {
            let Some(member) = self.class_member(class, &[], "from", true) else {
                self.error(
                    PRELUDE,
                    callee.span,
                    "the prelude can't convert to this class",
                );
                return self.t.error;
            };
            let all = self.candidates(&member.overloads);
            if site.args.is_empty() {
                let ty = self.instance(class, Vec::new());
                self.calls[site.expr.id.index()] = Some(CallSig {
                    type_args: Vec::new(),
                    params: Vec::new(),
                    ret: ty,
                });
                return ty;
            }
            let Some(applied) = self.apply_best(site, all) else {
                return self.t.error;
            };
            return self.finish_call(site.expr, applied);
        }
        if class == known.array || self.extends(class, known.error) {
            return self.construct(site, callee, class);
        }
        let name = self.class_name(class);
        let message = format!("the class `{name}` can't be called");
        self.error_help(
            NOT_CALLABLE,
            callee.span,
            message,
            format!("write `new {name}(…)`"),
        );
        self.check_loose(site.args);
        self.t.error
    }

    pub(super) fn new_instance(
        &mut self,
        expr: &'a Expr,
        callee: &'a Expr,
        type_args: &'a [TypeNode],
        args: &'a [Arg],
        expected: Option<TypeId>,
    ) -> TypeId {
        let ty = self.check_expr(callee, None);
        let site = Site {
            expr,
            type_args,
            args,
            expected,
        };
        match *self.get(ty) {
            Type::ClassValue(class) => self.construct(site, callee, class),
            Type::Error => {
                self.check_loose(args);
                self.t.error
            }
            _ => {
                let message = format!("a `{}` is not a class", self.show(ty));
                self.error(NOT_CONSTRUCTIBLE, callee.span, message);
                self.check_loose(args);
                self.t.error
            }
        }
    }

    fn construct(&mut self, site: Site<'a>, callee: &'a Expr, class: ClassId) -> TypeId {
        let name = self.class_name(class);
        let node = self.classes[class.index()].node;
        if node.is_some_and(|node| node.is_abstract) {
            let message = format!("the abstract class `{name}` has no instances of its own");
            self.error_help(
                ABSTRACT,
                callee.span,
                message,
                "make an instance of a subclass",
            );
        }
        self.check_constructor_visible(class, callee.span);
        let params = self.classes[class.index()].type_params.clone();
        let args = self.params_as_args(&params);
        let ret = self.instance(class, args.clone());
        let mut candidates = Vec::new();
        for (id, ctor_params) in self.constructors(class, &args) {
            let f = FnType {
                type_params: params.clone(),
                params: ctor_params,
                ret,
                predicate: None,
            };
            candidates.push(Candidate { f, id, this: None });
        }
        let Some(applied) = self.apply_best(site, candidates) else {
            return self.t.error;
        };
        let ty = self.finish_call(site.expr, applied);
        self.as_types[site.expr.id.index()] = Some(ty);
        ty
    }

    fn check_constructor_visible(&mut self, class: ClassId, span: Span) {
        let Some(node) = self.classes[class.index()].node else {
            return;
        };
        let constructor = node
            .methods
            .iter()
            .find(|m| m.function.form == FunctionForm::Constructor);
        let Some(method) = constructor else { return };
        let allowed = match method.visibility {
            Visibility::Public => true,
            Visibility::Private => self.cx.class == Some(class),
            Visibility::Protected => self.cx.class.is_some_and(|c| self.extends(c, class)),
        };
        if !allowed {
            let message = format!("the constructor of `{}` is not public", node.name);
            self.error(VISIBILITY, span, message);
        }
    }

    /// The parameters of a class's constructors, its own or inherited.
    fn constructors(
        &mut self,
        class: ClassId,
        args: &[TypeId],
    ) -> Vec<(Option<FnId>, Vec<FnParam>)> {
        let mut at = Some((class, args.to_vec()));
        while let Some((class, args)) = at {
            let data = &self.classes[class.index()];
            let map = self.bind(&data.type_params, &args);
            let ids: Vec<FnId> = data
                .node
                .map(|node| node.methods.iter())
                .into_iter()
                .flatten()
                .filter(|m| m.function.form == FunctionForm::Constructor)
                .map(|m| m.function.id)
                .collect();
            if !ids.is_empty() {
                let mut all = Vec::new();
                for id in ids {
                    let params = self.fn_params(id).to_vec();
                    all.push((Some(id), self.subst_params(&params, &map)));
                }
                return all;
            }
            at = self.base_of(class, &args);
        }
        vec![(None, Vec::new())]
    }

    fn subst_params(&mut self, params: &[FnParam], map: &Subst) -> Vec<FnParam> {
        params
            .iter()
            .map(|p| FnParam {
                ty: self.subst(p.ty, map),
                ..p.clone()
            })
            .collect()
    }

    /// `super(…)`
    pub(super) fn super_call(&mut self, expr: &'a Expr, args: &'a [Arg]) -> TypeId {
        self.cx.in_constructor = false;
        let base = self.cx.class.and_then(|class| {
            self.class_header(class);
            self.classes[class.index()].base.clone()
        });
        let Some((base, base_args)) = base else {
            self.error(
                SUPER,
                expr.span,
                "`super(…)` stands in a class without a base",
            );
            self.check_loose(args);
            return self.t.error;
        };
        let candidates = self
            .constructors(base, &base_args)
            .into_iter()
            .map(|(id, params)| Candidate {
                f: FnType {
                    type_params: Vec::new(),
                    params,
                    ret: self.t.void,
                    predicate: None,
                },
                id,
                this: None,
            })
            .collect();
        let site = Site {
            expr,
            type_args: &[],
            args,
            expected: None,
        };
        let Some(applied) = self.apply_best(site, candidates) else {
            return self.t.error;
        };
        let sig = CallSig {
            type_args: base_args,
            ..applied.sig
        };
        self.calls[expr.id.index()] = Some(sig);
        self.t.void
    }

    /// `super.m(…)`
    pub(super) fn super_method(
        &mut self,
        expr: &'a Expr,
        name: &Name,
        args: &'a [Arg],
        expected: Option<TypeId>,
    ) -> TypeId {
        let base = self
            .cx
            .class
            .and_then(|class| self.classes[class.index()].base.clone());
        let Some((base, base_args)) = base else {
            self.error(SUPER, expr.span, "`super` stands in a class without a base");
            self.check_loose(args);
            return self.t.error;
        };
        let member = self.class_member(base, &base_args, name, self.cx.is_static);
        let Some(member) = member.filter(|m| m.method) else {
            let message = format!("the base class has no method `{name}`");
            self.error(NO_MEMBER, expr.span, message);
            self.check_loose(args);
            return self.t.error;
        };
        self.check_visibility(&member, name, expr.span);
        if member.is_abstract {
            let message = format!("`{name}` is abstract in the base class");
            self.error(ABSTRACT, expr.span, message);
        }
        self.members[expr.id.index()] = Some(member.res.clone());
        let candidates = self.candidates(&member.overloads);
        let site = Site {
            expr,
            type_args: &[],
            args,
            expected,
        };
        let Some(applied) = self.apply_best(site, candidates) else {
            return self.t.error;
        };
        if let (Some(id), Some(MemberRes::Method(_, method) | MemberRes::StaticMethod(_, method))) =
            (applied.id, &mut self.members[expr.id.index()])
        {
            *method = id;
        }
        self.finish_call(expr, applied)
    }

    /// The first signature that accepts the call; with one only, its errors are reported.
    fn apply_best(&mut self, site: Site<'a>, candidates: Vec<Candidate>) -> Option<Applied> {
        let fitting: Vec<Candidate> = candidates
            .iter()
            .filter(|c| self.arity_fits(&c.f, site))
            .cloned()
            .collect();
        let mut tried = if fitting.is_empty() {
            vec![candidates.into_iter().last()?]
        } else {
            fitting
        };
        let last = tried.pop()?;
        if !tried.is_empty() && self.attempt_depth < ATTEMPTS_MAX {
            for candidate in tried {
                let env = self.cx.env.clone();
                self.attempt_depth += 1;
                let (applied, failed) = self.silently(|c| c.apply(site, &candidate));
                self.attempt_depth -= 1;
                if !failed {
                    return Some(applied);
                }
                self.cx.env = env;
            }
        }
        Some(self.apply(site, &last))
    }

    /// Whether the number of arguments fits.
    fn arity_fits(&mut self, f: &FnType, site: Site<'a>) -> bool {
        if !site.type_args.is_empty() && site.type_args.len() > f.type_params.len() {
            return false;
        }
        let has_rest = f.params.last().is_some_and(|p| p.rest);
        let spread = site.args.iter().any(|arg| matches!(arg, Arg::Spread(_)));
        if spread {
            return true;
        }
        let required = self.required_params(f);
        site.args.len() >= required && (has_rest || site.args.len() <= f.params.len())
    }

    /// How many arguments there must be: trailing ones that may be `void` can be left out.
    pub(super) fn required_params(&self, f: &FnType) -> usize {
        f.params
            .iter()
            .rposition(|p| !p.optional && !p.rest && !self.members_of(p.ty).contains(&self.t.void))
            .map_or(0, |at| at + 1)
    }

    /// Uses a signature: finds type arguments, checks arguments.
    fn apply(&mut self, site: Site<'a>, candidate: &Candidate) -> Applied {
        let f = &candidate.f;
        if !self.check_arity(f, site) {
            self.check_loose(site.args);
            let map: Subst = f.type_params.iter().map(|&p| (p, self.t.error)).collect();
            let f = self.subst_fn(f, &map);
            return self.applied(f, Vec::new(), candidate.id);
        }
        if f.type_params.is_empty() {
            self.check_args(&f.params, site.args);
            let f = f.clone();
            return self.applied(f, Vec::new(), candidate.id);
        }
        let map = if site.type_args.is_empty() {
            self.infer_args(site, candidate)
        } else {
            let args = self.resolve_type_args(
                site.type_args,
                &f.type_params,
                self.cx.scope,
                site.expr.span,
                "this call",
            );
            let map = self.bind(&f.type_params, &args);
            let instance = self.subst_fn(f, &map);
            self.check_args(&instance.params, site.args);
            map
        };
        let args: Vec<TypeId> = f
            .type_params
            .iter()
            .map(|p| map.get(p).copied().unwrap_or(self.t.unknown))
            .collect();
        if site.type_args.is_empty() {
            self.check_constraints(&f.type_params, &args, &[], site.expr.span);
        }
        if let Some((wanted, given)) = candidate.this {
            let wanted = self.subst(wanted, &map);
            if !self.assignable(given, wanted) {
                self.report_not_assignable(given, wanted, site.expr.span, ARGUMENT);
            }
        }
        let instance = self.subst_fn(f, &map);
        self.applied(instance, args, candidate.id)
    }

    /// The `this` parameter of a method called, and the type of the object.
    fn receiver(&mut self, callee: &Expr) -> Option<(TypeId, TypeId)> {
        let ExprKind::Member { object, .. } = &callee.kind else {
            return None;
        };
        let Some(MemberRes::Method(_, id)) = self.members[callee.id.index()] else {
            return None;
        };
        let wanted = self.this_param(id)?;
        Some((wanted, self.expr_types[object.id.index()]))
    }

    fn applied(&mut self, f: FnType, type_args: Vec<TypeId>, id: Option<FnId>) -> Applied {
        let params = f
            .params
            .iter()
            .map(|p| CallParam {
                ty: p.ty,
                optional: p.optional,
                rest: p.rest,
            })
            .collect();
        Applied {
            sig: CallSig {
                type_args,
                params,
                ret: f.ret,
            },
            predicate: f.predicate,
            id,
        }
    }

    fn check_arity(&mut self, f: &FnType, site: Site<'a>) -> bool {
        if self.arity_fits(f, site) {
            return true;
        }
        if !site.type_args.is_empty() && site.type_args.len() > f.type_params.len() {
            let message = format!(
                "{} type argument(s) wanted, {} given",
                f.type_params.len(),
                site.type_args.len()
            );
            self.error(TYPE_ARGUMENTS, site.expr.span, message);
            return false;
        }
        let required = self.required_params(f);
        let most = f.params.len();
        let wanted = if f.params.last().is_some_and(|p| p.rest) {
            format!("at least {required}")
        } else if required == most {
            format!("{most}")
        } else {
            format!("{required} to {most}")
        };
        let span = match site.args.get(most) {
            Some(Arg::Expr(e) | Arg::Spread(e)) => e.span,
            None => site.expr.span,
        };
        let message = format!("{wanted} argument(s) wanted, {} given", site.args.len());
        self.error(ARGUMENT_COUNT, span, message);
        false
    }

    /// Checks arguments against parameters whose types are known.
    fn check_args(&mut self, params: &[FnParam], args: &'a [Arg]) {
        let mut at = 0;
        for arg in args {
            match arg {
                Arg::Expr(value) => {
                    let Some(wanted) = self.param_at(params, at) else {
                        self.check_expr(value, None);
                        continue;
                    };
                    let ty = self.check_expr(value, Some(wanted));
                    self.expect_assignable(value, ty, wanted, ARGUMENT);
                    at += 1;
                }
                Arg::Spread(value) => at = self.check_spread_arg(params, value, at),
            }
        }
    }

    /// A spread argument: an array for the rest parameter, or a tuple for several.
    fn check_spread_arg(&mut self, params: &[FnParam], value: &'a Expr, at: usize) -> usize {
        let rest = params
            .get(at.min(params.len().saturating_sub(1)))
            .filter(|p| p.rest);
        let ty = self.check_expr(value, rest.map(|p| p.ty));
        if let Type::Tuple { elems, .. } = self.get(ty).clone() {
            for (offset, &elem) in elems.iter().enumerate() {
                match self.param_at(params, at + offset) {
                    Some(wanted) if self.assignable(elem, wanted) => {}
                    Some(wanted) => {
                        self.report_not_assignable(elem, wanted, value.span, ARGUMENT);
                    }
                    None => {
                        let message = "the tuple has more elements than there are parameters";
                        self.error(ARGUMENT_COUNT, value.span, message);
                        break;
                    }
                }
            }
            return at + elems.len();
        }
        let elem = self.iterated(ty, value.span);
        match rest {
            Some(param) => {
                let wanted = self.param_at(std::slice::from_ref(param), 0);
                if let Some(wanted) = wanted
                    && !self.assignable(elem, wanted)
                {
                    self.report_not_assignable(elem, wanted, value.span, ARGUMENT);
                }
            }
            None => self.error_help(
                SPREAD,
                value.span,
                "only a tuple can be spread here: the number of arguments must be known",
                "pass the arguments one by one",
            ),
        }
        at
    }

    /// Finds type arguments, checking the arguments on the way.
    fn infer_args(&mut self, site: Site<'a>, candidate: &Candidate) -> Subst {
        let f = &candidate.f;
        let mut inference = Inference::new(&f.type_params);
        if let Some((wanted, given)) = candidate.this {
            self.infer(&mut inference, wanted, given);
        }
        if let Some(expected) = site.expected
            && !self.is_error(expected)
            && !self.is_open(expected)
            && expected != self.t.unknown
            && expected != self.t.void
        {
            self.infer_return(&mut inference, f.ret, expected);
        }
        let loose = self.loose_context(site, f);
        let opened = self.inferring.len();
        self.inferring.extend(&f.type_params);
        let errors = self.diagnostics.errors.len();
        let env = self.cx.env.clone();
        let mut given: Vec<(TypeId, TypeId)> = Vec::new();
        let mut literal_changed = Vec::new();
        for closures in [false, true] {
            let mut at = 0;
            for arg in site.args {
                let (Arg::Expr(value) | Arg::Spread(value)) = arg;
                let is_spread = matches!(arg, Arg::Spread(_));
                let param = if is_spread {
                    f.params
                        .get(at)
                        .or(f.params.last())
                        .filter(|p| p.rest)
                        .map(|p| p.ty)
                } else {
                    self.param_at(&f.params, at)
                };
                at += usize::from(!is_spread);
                if self.needs_context(value) != closures {
                    continue;
                }
                let Some(param) = param else {
                    if !is_spread {
                        continue;
                    }
                    let ty = self.check_expr(value, None);
                    if let Type::Tuple { elems, .. } = self.get(ty).clone() {
                        for (offset, &elem) in elems.iter().enumerate() {
                            if let Some(param) = self.param_at(&f.params, at + offset) {
                                self.infer(&mut inference, param, elem);
                                given.push((elem, param));
                            }
                        }
                        at += elems.len();
                    }
                    continue;
                };
                if closures {
                    self.fix_closure_params(&mut inference, param, value);
                }
                let known = self.known_so_far(&inference, f.ret);
                let context = self.subst(param, &known);
                let shown = self.subst(context, &loose);
                let ty = self.check_expr(value, Some(shown));
                let ty = if is_spread {
                    self.spread_as_array(ty)
                } else {
                    ty
                };
                inference.fresh = self.has_fresh_literal(value);
                self.infer(&mut inference, param, ty);
                inference.fresh = true;
                if is_literal(value) {
                    literal_changed.push((param, context));
                }
            }
        }
        self.inferring.truncate(opened);
        let map = self.solution(&mut inference, f.ret);
        let changed = literal_changed
            .into_iter()
            .any(|(param, context)| self.subst(param, &map) != context);
        let instance = self.subst_fn(f, &map);
        if changed && self.recheck_depth < RECHECK_MAX {
            self.diagnostics.errors.truncate(errors);
            self.cx.env = env;
            self.recheck_depth += 1;
            self.check_args(&instance.params, site.args);
            self.recheck_depth -= 1;
        } else {
            self.compare_args(&instance.params, site.args);
        }
        map
    }

    /// What a result wanted by a call that is still being inferred tells: a context, but no type argument.
    fn loose_context(&mut self, site: Site<'a>, f: &FnType) -> Subst {
        let Some(expected) = site.expected.filter(|&ty| self.is_open(ty)) else {
            return Subst::default();
        };
        let mut inference = Inference::new(&f.type_params);
        self.infer_return(&mut inference, f.ret, expected);
        let mut map = self.known_so_far(&inference, f.ret);
        // A parameter in its own place would say nothing.
        map.retain(|_, ty| !matches!(self.types.get(*ty), Type::Param(_)));
        map
    }

    fn spread_as_array(&mut self, ty: TypeId) -> TypeId {
        match self.get(ty).clone() {
            Type::Tuple { elems, .. } => {
                let elem = self.union(elems);
                self.array_of(elem)
            }
            _ => ty,
        }
    }

    /// A closure's parameters are given types now, so what they mention is decided.
    fn fix_closure_params(&mut self, inference: &mut Inference, param: TypeId, value: &Expr) {
        if let Some(wanted) = self.expected_fn(Some(param)) {
            let annotated = |at: usize| match &value.kind {
                ExprKind::Function(f) => f.params.get(at).is_none_or(|p| p.ty.is_some()),
                _ => false,
            };
            let types: Vec<TypeId> = wanted
                .params
                .iter()
                .enumerate()
                .filter(|(at, p)| p.rest || !annotated(*at))
                .map(|(_, p)| p.ty)
                .collect();
            self.fix(inference, &types);
        }
    }

    /// Compares arguments that have been checked with the parameters found.
    fn compare_args(&mut self, params: &[FnParam], args: &'a [Arg]) {
        let mut at = 0;
        for arg in args {
            match arg {
                Arg::Expr(value) => {
                    if let Some(wanted) = self.param_at(params, at) {
                        let ty = self.expr_types[value.id.index()];
                        self.expect_assignable(value, ty, wanted, ARGUMENT);
                    }
                    at += 1;
                }
                Arg::Spread(value) => at = self.check_spread_arg(params, value, at),
            }
        }
    }

    /// Whether an argument is, or has in it, a closure whose parameters need a context.
    pub(super) fn needs_context(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Function(f) => f
                .params
                .iter()
                .any(|p| p.ty.is_none() && p.default.is_none()),
            ExprKind::Object(props) => props.iter().any(|prop| match prop {
                ObjectProp::Property { value, .. } | ObjectProp::Computed { value, .. } => {
                    self.needs_context(value)
                }
                ObjectProp::Spread(_) => false,
            }),
            ExprKind::Array(elems) => elems.iter().any(|elem| match elem {
                ArrayElem::Expr(value) => self.needs_context(value),
                ArrayElem::Spread(_) => false,
            }),
            ExprKind::Cond {
                then, otherwise, ..
            } => self.needs_context(then) || self.needs_context(otherwise),
            _ => false,
        }
    }
}

/// Whether what is constructed depends on the context.
fn is_literal(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Object(_) | ExprKind::Array(_) | ExprKind::New { .. } => true,
        ExprKind::Cond {
            then, otherwise, ..
        } => is_literal(then) || is_literal(otherwise),
        _ => false,
    }
}
