//! Inference of type arguments: what a generic signature's parameters must be for given arguments.
//!
//! Candidates are collected by going through parameter and argument types side by side; a parameter
//! becomes their best common type. Absent: the order in which arguments are looked at (`calls.rs`).

use super::Checker;
use super::terms::Subst;
use crate::types::{FnType, Type, TypeId, TypeParamId};

/// How deep types are gone through.
const DEPTH_MAX: u32 = 24;

/// What is known so far of a call's type arguments.
#[derive(Default, Clone)]
pub(super) struct Inference {
    pub params: Vec<TypeParamId>,
    /// From arguments, by parameter.
    candidates: Vec<Vec<TypeId>>,
    /// Whether candidates come from literals written in the call, which widen.
    pub fresh: bool,
    /// Candidates that don't widen.
    kept: Vec<TypeId>,
    /// From the parameters of functions given: taken when there is nothing else.
    contra: Vec<Vec<TypeId>>,
    /// From the type wanted of the result: taken when there is nothing else.
    from_return: Vec<Vec<TypeId>>,
    /// Fixed by the first closure that needed it.
    fixed: Vec<Option<TypeId>>,
}

/// Which list a candidate goes to.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Argument,
    Contra,
    Return,
}

impl Inference {
    pub fn new(params: &[TypeParamId]) -> Inference {
        let none = vec![Vec::new(); params.len()];
        Inference {
            params: params.to_vec(),
            candidates: none.clone(),
            fresh: true,
            kept: Vec::new(),
            contra: none.clone(),
            from_return: none,
            fixed: vec![None; params.len()],
        }
    }

    fn add(&mut self, param: TypeParamId, ty: TypeId, side: Side) {
        let Some(at) = self.params.iter().position(|&p| p == param) else {
            return;
        };
        let list = match side {
            Side::Argument => &mut self.candidates[at],
            Side::Contra => &mut self.contra[at],
            Side::Return => &mut self.from_return[at],
        };
        if !list.contains(&ty) {
            list.push(ty);
        }
        if !self.fresh {
            self.kept.push(ty);
        }
    }
}

impl Checker<'_> {
    /// Learns from an argument of type `given` for a parameter of type `wanted`.
    pub(super) fn infer(&mut self, inference: &mut Inference, wanted: TypeId, given: TypeId) {
        self.infer_at(inference, wanted, given, Side::Argument, 0);
    }

    /// Learns from the type that the call's result should have.
    pub(super) fn infer_return(&mut self, inference: &mut Inference, ret: TypeId, wanted: TypeId) {
        self.infer_at(inference, ret, wanted, Side::Return, 0);
    }

    fn infer_at(
        &mut self,
        inference: &mut Inference,
        wanted: TypeId,
        given: TypeId,
        side: Side,
        depth: u32,
    ) {
        let (wanted, given) = (self.unfold(wanted), self.unfold(given));
        if depth > DEPTH_MAX || self.is_error(given) || wanted == given {
            if wanted == given {
                self.infer_same(inference, wanted, side);
            } else if let (Type::Param(p), Side::Argument) = (self.get(wanted), side) {
                // A result of which a pattern wants nothing in particular tells nothing.
                inference.add(*p, given, side);
            }
            return;
        }
        if !self.mentions(wanted, &inference.params.clone()) {
            return;
        }
        let next = depth + 1;
        match (self.get(wanted).clone(), self.get(given).clone()) {
            (Type::Param(param), _) => inference.add(param, given, side),
            (Type::Union(members), _) => self.infer_union(inference, &members, given, side, next),
            (_, Type::Union(members)) => {
                for member in members {
                    self.infer_at(inference, wanted, member, side, next);
                }
            }
            (Type::Array(w) | Type::ReadonlyArray(w), Type::Array(g) | Type::ReadonlyArray(g)) => {
                self.infer_at(inference, w, g, side, next);
            }
            (Type::Array(w) | Type::ReadonlyArray(w), Type::Tuple { elems, .. }) => {
                for elem in elems {
                    self.infer_at(inference, w, elem, side, next);
                }
            }
            (Type::Tuple { elems: w, .. }, Type::Tuple { elems: g, .. }) => {
                for (w, g) in w.into_iter().zip(g) {
                    self.infer_at(inference, w, g, side, next);
                }
            }
            (Type::Class(w, w_args), Type::Class(g, g_args)) => {
                let mut at = Some((g, g_args));
                while let Some((class, args)) = at {
                    if class == w {
                        for (w, g) in w_args.into_iter().zip(args) {
                            self.infer_at(inference, w, g, side, next);
                        }
                        return;
                    }
                    at = self.base_of(class, &args);
                }
            }
            (Type::Interface(w, w_args), Type::Interface(g, g_args)) if w == g => {
                for (w, g) in w_args.into_iter().zip(g_args) {
                    self.infer_at(inference, w, g, side, next);
                }
            }
            (Type::Function(w), Type::Function(g)) => {
                self.infer_fn(inference, &w, &g, side, next);
            }
            (Type::Interface(..) | Type::Object(_), _) => {
                let Some(props) = self.props_of(wanted) else {
                    return;
                };
                for prop in props.iter() {
                    if let Some(found) = self.find_member(given, &prop.name) {
                        self.infer_at(inference, prop.ty, found.ty, side, next);
                    }
                }
            }
            _ => {}
        }
    }

    /// A generic function called inside itself: its parameters may stand for themselves.
    fn infer_same(&mut self, inference: &mut Inference, ty: TypeId, side: Side) {
        for param in inference.params.clone() {
            if self.mentions(ty, &[param]) {
                let itself = self.intern(Type::Param(param));
                inference.add(param, itself, side);
            }
        }
    }

    fn infer_union(
        &mut self,
        inference: &mut Inference,
        wanted: &[TypeId],
        given: TypeId,
        side: Side,
        depth: u32,
    ) {
        let mut rest = self.members_of(given);
        rest.retain(|m| !wanted.contains(m));
        let params = inference.params.clone();
        let (naked, shaped): (Vec<TypeId>, Vec<TypeId>) = wanted
            .iter()
            .partition(|&&w| matches!(self.get(w), Type::Param(p) if params.contains(p)));
        for shape in shaped {
            if !self.mentions(shape, &params) {
                continue;
            }
            for &member in &rest.clone() {
                self.infer_at(inference, shape, member, side, depth);
                if std::mem::discriminant(self.get(shape))
                    == std::mem::discriminant(self.get(member))
                    && self.same_head(shape, member)
                {
                    rest.retain(|&m| m != member);
                }
            }
        }
        if let ([naked], false) = (naked.as_slice(), rest.is_empty()) {
            let rest = self.union(rest);
            self.infer_at(inference, *naked, rest, side, depth);
        }
    }

    fn same_head(&self, a: TypeId, b: TypeId) -> bool {
        match (self.get(a), self.get(b)) {
            (Type::Class(x, _), Type::Class(y, _)) => x == y,
            (Type::Interface(x, _), Type::Interface(y, _)) => x == y,
            _ => true,
        }
    }

    fn infer_fn(
        &mut self,
        inference: &mut Inference,
        wanted: &FnType,
        given: &FnType,
        side: Side,
        depth: u32,
    ) {
        let contra = if side == Side::Argument {
            Side::Contra
        } else {
            side
        };
        for at in 0..wanted.params.len().min(given.params.len()) {
            let (Some(w), Some(g)) = (
                self.param_at(&wanted.params, at),
                self.param_at(&given.params, at),
            ) else {
                break;
            };
            if self.mentions(g, &given.type_params) {
                continue;
            }
            self.infer_at(inference, w, g, contra, depth);
        }
        if let (Some((_, w)), Some((_, g))) = (wanted.predicate, given.predicate) {
            self.infer_at(inference, w, g, side, depth);
        }
        if !self.mentions(given.ret, &given.type_params) {
            self.infer_at(inference, wanted.ret, given.ret, side, depth);
        }
    }

    /// Type arguments for a generic function that stands where `target` is wanted.
    pub(super) fn infer_from_fn(&mut self, source: &FnType, target: &FnType) -> Subst {
        let mut inference = Inference::new(&source.type_params);
        for at in 0..source.params.len() {
            if let (Some(w), Some(g)) = (
                self.param_at(&source.params, at),
                self.param_at(&target.params, at),
            ) {
                self.infer(&mut inference, w, g);
            }
        }
        self.solution(&mut inference, source.ret)
    }

    /// What is known now: parameters about which nothing is known are left out.
    pub(super) fn known_so_far(&mut self, inference: &Inference, ret: TypeId) -> Subst {
        let mut map = Subst::default();
        for at in 0..inference.params.len() {
            if let Some(ty) = self.best(inference, at, ret) {
                map.insert(inference.params[at], ty);
            }
        }
        map
    }

    /// Fixes the parameters that occur in `types`, as a closure's parameters are given them.
    pub(super) fn fix(&mut self, inference: &mut Inference, types: &[TypeId]) {
        for at in 0..inference.params.len() {
            let param = inference.params[at];
            if inference.fixed[at].is_some() || !types.iter().any(|&t| self.mentions(t, &[param])) {
                continue;
            }
            // What is fixed is widened, though the result may be the parameter itself.
            let ty = self.best(inference, at, self.t.unknown);
            let fallback = self.types.params[param.index()]
                .constraint
                .unwrap_or(self.t.unknown);
            inference.fixed[at] = Some(ty.unwrap_or(fallback));
        }
    }

    /// All type arguments; defaults, constraints and `unknown` where nothing is known.
    pub(super) fn solution(&mut self, inference: &mut Inference, ret: TypeId) -> Subst {
        let mut map = Subst::default();
        for at in 0..inference.params.len() {
            let param = inference.params[at];
            let info = self.types.params[param.index()].clone();
            let ty = match self.best(inference, at, ret) {
                Some(ty) => ty,
                None => {
                    let fallback = info.default.or(info.constraint).unwrap_or(self.t.unknown);
                    self.subst(fallback, &map)
                }
            };
            map.insert(param, ty);
        }
        map
    }

    /// The best type for one parameter, if anything is known.
    fn best(&mut self, inference: &Inference, at: usize, ret: TypeId) -> Option<TypeId> {
        if let Some(fixed) = inference.fixed[at] {
            return Some(fixed);
        }
        let param = inference.params[at];
        let from_return = inference.from_return[at].first().copied();
        if !inference.candidates[at].is_empty() {
            let keep = self.keeps_literals(param, ret, from_return);
            let mut all = inference.candidates[at].clone();
            if !keep {
                all = all
                    .into_iter()
                    .map(|ty| {
                        if inference.kept.contains(&ty) {
                            ty
                        } else {
                            self.widen(ty)
                        }
                    })
                    .collect();
            }
            let best = self.common(&all);
            // The wanted result decides where it is wider than the arguments.
            if let Some(wanted) = from_return
                && !self.has_params(wanted)
                && wanted != self.t.unknown
                && all.iter().all(|&ty| self.assignable(ty, wanted))
                && !matches!(self.get(ret), Type::Param(_))
            {
                return Some(wanted);
            }
            return Some(best);
        }
        if let Some(&first) = inference.contra[at].first() {
            return Some(first);
        }
        from_return
    }

    fn keeps_literals(
        &mut self,
        param: TypeParamId,
        ret: TypeId,
        from_return: Option<TypeId>,
    ) -> bool {
        let as_type = self.intern(Type::Param(param));
        self.wants_literal(as_type)
            || from_return.is_some_and(|wanted| self.wants_literal(wanted))
            || ret == as_type
    }

    /// The first candidate that all others fit; literals of one kind become a union.
    fn common(&mut self, all: &[TypeId]) -> TypeId {
        for &candidate in all {
            if all.iter().all(|&other| self.assignable(other, candidate)) {
                return candidate;
            }
        }
        let nullable: Vec<TypeId> = all.iter().map(|&ty| self.non_null(ty)).collect();
        let base: Vec<TypeId> = nullable.iter().map(|&ty| self.widen(ty)).collect();
        if base
            .windows(2)
            .all(|pair| pair[0] == pair[1] || pair[1] == self.t.never)
            || all.iter().any(|&ty| self.is_nullish(ty))
        {
            return self.union(all.to_vec());
        }
        all[0]
    }
}
