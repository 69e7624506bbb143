//! Making and taking apart type terms: unions, substitution, the terms that every rule needs.
//!
//! Invariant: unions are made here and nowhere else, so that they are normalised.
//! Absent: relations between types (`relate.rs`), printing (`display.rs`).

use super::Checker;
use crate::ast::{ClassId, Name};
use crate::types::{
    EnumValue, FnParam, FnType, Prop, Type, TypeArena, TypeId, TypeParamId, TypeParamInfo,
};
use rustc_hash::FxHashMap;

/// Type arguments by parameter.
pub(super) type Subst = FxHashMap<TypeParamId, TypeId>;

/// The terms without parts.
#[derive(Clone, Copy)]
pub(super) struct Common {
    pub error: TypeId,
    pub never: TypeId,
    pub unknown: TypeId,
    pub void: TypeId,
    pub undefined: TypeId,
    pub null: TypeId,
    pub boolean: TypeId,
    pub truth: TypeId,
    pub falsehood: TypeId,
    pub number: TypeId,
    pub int: TypeId,
    pub string: TypeId,
    pub any_object: TypeId,
}

impl Common {
    pub fn new(types: &mut TypeArena) -> Common {
        Common {
            error: types.intern(Type::Error),
            undefined: types.intern(Type::Undefined),
            null: types.intern(Type::Null),
            string: types.intern(Type::String),
            number: types.intern(Type::Number),
            int: types.intern(Type::Int),
            boolean: types.intern(Type::Boolean),
            void: types.intern(Type::Void),
            never: types.intern(Type::Never),
            unknown: types.intern(Type::Unknown),
            truth: types.intern(Type::BoolLit(true)),
            falsehood: types.intern(Type::BoolLit(false)),
            any_object: types.intern(Type::AnyObject),
        }
    }
}

/// Whether a number literal is also an `int`.
pub(super) fn is_int(bits: u64) -> bool {
    let value = f64::from_bits(bits);
    value == f64::from(value as i32) && !(value == 0.0 && value.is_sign_negative())
}

impl Checker<'_> {
    pub(super) fn intern(&mut self, ty: Type) -> TypeId {
        self.types.intern(ty)
    }

    pub(super) fn get(&self, id: TypeId) -> &Type {
        self.types.get(id)
    }

    pub(super) fn is_error(&self, id: TypeId) -> bool {
        id == self.t.error
    }

    /// The members of a union, or the type itself.
    pub(super) fn members_of(&self, id: TypeId) -> Vec<TypeId> {
        let id = self.unfold(id);
        match self.get(id) {
            Type::Union(members) => members.clone(),
            _ => vec![id],
        }
    }

    /// What the name of a recursive `type` stands for; other types are themselves.
    pub(super) fn unfold(&self, id: TypeId) -> TypeId {
        match self.get(id) {
            Type::Interface(name, _) => self.types.interfaces[name.index()].alias.unwrap_or(id),
            _ => id,
        }
    }

    /// `A | B | …`, normalised.
    pub(super) fn union(&mut self, parts: impl IntoIterator<Item = TypeId>) -> TypeId {
        let mut all: Vec<TypeId> = Vec::new();
        for part in parts {
            all.extend(self.members_of(part));
        }
        all.sort_unstable();
        all.dedup();
        all.retain(|&m| m != self.t.never);
        for top in [self.t.error, self.t.unknown] {
            if all.contains(&top) {
                return top;
            }
        }
        if all.contains(&self.t.truth) && all.contains(&self.t.falsehood) {
            all.push(self.t.boolean);
        }
        self.collapse_enums(&mut all);
        all.sort_unstable();
        all.dedup();
        let absorbed: Vec<TypeId> = all
            .iter()
            .copied()
            .filter(|&m| self.is_absorbed(m, &all))
            .collect();
        all.retain(|m| !absorbed.contains(m));
        match all.len() {
            0 => self.t.never,
            1 => all[0],
            _ => self.intern(Type::Union(all)),
        }
    }

    /// All members of an enum together are the enum.
    fn collapse_enums(&mut self, all: &mut Vec<TypeId>) {
        let mut counts: Vec<(crate::types::EnumId, usize)> = Vec::new();
        for &member in all.iter() {
            if let Type::EnumMember(id, _) = *self.get(member) {
                match counts.iter_mut().find(|(known, _)| *known == id) {
                    Some((_, count)) => *count += 1,
                    None => counts.push((id, 1)),
                }
            }
        }
        for (id, count) in counts {
            if count == self.types.enums[id.index()].members.len() {
                all.push(self.types.intern(Type::Enum(id)));
            }
        }
    }

    /// Whether a literal's base stands beside it.
    fn is_absorbed(&self, member: TypeId, all: &[TypeId]) -> bool {
        match *self.get(member) {
            Type::StringLit(_) => all.contains(&self.t.string),
            Type::NumberLit(bits) => {
                all.contains(&self.t.number) || (is_int(bits) && all.contains(&self.t.int))
            }
            Type::Int => all.contains(&self.t.number),
            Type::BoolLit(_) => all.contains(&self.t.boolean),
            Type::EnumMember(id, _) => all
                .iter()
                .any(|&other| matches!(*self.get(other), Type::Enum(e) if e == id)),
            _ => false,
        }
    }

    /// A union without members that a supertype beside them stands for: the best common type.
    pub(super) fn union_reduced(&mut self, parts: Vec<TypeId>) -> TypeId {
        let union = self.union(parts);
        let members = self.members_of(union);
        if members.len() < 2 || members.len() > 32 {
            return union;
        }
        let mut kept: Vec<TypeId> = Vec::new();
        for (at, &member) in members.iter().enumerate() {
            let absorbed = members.iter().enumerate().any(|(other_at, &other)| {
                other_at != at
                    && self.may_absorb(other, member)
                    && self.assignable(member, other)
                    && !(self.assignable(other, member) && at < other_at)
            });
            if !absorbed {
                kept.push(member);
            }
        }
        self.union(kept)
    }

    /// Whether one type is of a kind that can stand for the other in a best common type.
    fn may_absorb(&self, wide: TypeId, narrow: TypeId) -> bool {
        match (self.get(wide), self.get(narrow)) {
            (Type::Class(..), Type::Class(..))
            | (Type::Array(_), Type::Array(_))
            | (Type::Function(_), Type::Function(_)) => true,
            (Type::Object(a), Type::Object(b)) => {
                a.len() == b.len() && a.iter().all(|p| b.iter().any(|q| p.name == q.name))
            }
            _ => false,
        }
    }

    pub(super) fn optional(&mut self, ty: TypeId) -> TypeId {
        self.union([ty, self.t.undefined])
    }

    pub(super) fn array_of(&mut self, elem: TypeId) -> TypeId {
        self.intern(Type::Array(elem))
    }

    pub(super) fn string_lit(&mut self, text: impl Into<Name>) -> TypeId {
        self.intern(Type::StringLit(text.into()))
    }

    pub(super) fn number_lit(&mut self, value: f64) -> TypeId {
        self.intern(Type::NumberLit(value.to_bits()))
    }

    /// An instance of a class; the classes behind built-in types give those types.
    pub(super) fn instance(&mut self, class: ClassId, args: Vec<TypeId>) -> TypeId {
        let known = self.known;
        if class == known.array {
            let elem = args.first().copied().unwrap_or(self.t.unknown);
            self.array_of(elem)
        } else if class == known.string {
            self.t.string
        } else if class == known.number {
            self.t.number
        } else if class == known.boolean {
            self.t.boolean
        } else {
            self.intern(Type::Class(class, args))
        }
    }

    pub(super) fn promise_of(&mut self, value: TypeId) -> TypeId {
        self.intern(Type::Class(self.known.promise, vec![value]))
    }

    /// What `await` gives for a value of this type.
    pub(super) fn awaited(&mut self, ty: TypeId) -> TypeId {
        let ty = self.unfold(ty);
        match self.get(ty).clone() {
            Type::Class(class, args) if class == self.known.promise => {
                let value = args.first().copied().unwrap_or(self.t.unknown);
                self.awaited(value)
            }
            Type::Class(class, args) => match self.base_of(class, &args) {
                Some((base, base_args)) => {
                    let base = self.intern(Type::Class(base, base_args));
                    let value = self.awaited(base);
                    if value == base { ty } else { value }
                }
                None => ty,
            },
            Type::Union(members) => {
                let parts: Vec<_> = members.into_iter().map(|m| self.awaited(m)).collect();
                self.union(parts)
            }
            _ => ty,
        }
    }

    /// Literals become their base types, as for a `let`.
    pub(super) fn widen(&mut self, ty: TypeId) -> TypeId {
        match self.get(ty).clone() {
            Type::StringLit(_) => self.t.string,
            Type::NumberLit(_) => self.t.number,
            Type::BoolLit(_) => self.t.boolean,
            Type::EnumMember(id, _) => self.intern(Type::Enum(id)),
            Type::Union(members) => {
                let parts: Vec<_> = members.into_iter().map(|m| self.widen(m)).collect();
                self.union(parts)
            }
            _ => ty,
        }
    }

    /// A type with exactly one value.
    pub(super) fn is_unit(&self, ty: TypeId) -> bool {
        matches!(
            self.get(ty),
            Type::StringLit(_)
                | Type::NumberLit(_)
                | Type::BoolLit(_)
                | Type::EnumMember(..)
                | Type::Undefined
                | Type::Null
        )
    }

    /// A literal type or a union with one in it (`boolean` doesn't count), or a type parameter bound to such.
    pub(super) fn wants_literal(&self, ty: TypeId) -> bool {
        match self.get(ty) {
            Type::StringLit(_)
            | Type::NumberLit(_)
            | Type::BoolLit(_)
            | Type::Enum(_)
            | Type::EnumMember(..) => true,
            Type::Union(members) => members.iter().any(|&m| self.wants_literal(m)),
            Type::Param(param) => {
                let constraint = self.types.params[param.index()].constraint;
                constraint.is_some_and(|c| self.is_primitive(c))
            }
            _ => false,
        }
    }

    fn is_primitive(&self, ty: TypeId) -> bool {
        self.members_of(ty).iter().all(|&m| {
            matches!(
                self.get(m),
                Type::String
                    | Type::Number
                    | Type::Int
                    | Type::Boolean
                    | Type::StringLit(_)
                    | Type::NumberLit(_)
                    | Type::BoolLit(_)
                    | Type::Enum(_)
                    | Type::EnumMember(..)
            )
        })
    }

    /// Keeps the members for which `keep` holds; `boolean` and enums count as their members.
    pub(super) fn filter(
        &mut self,
        ty: TypeId,
        mut keep: impl FnMut(&mut Self, TypeId) -> bool,
    ) -> TypeId {
        let mut kept = Vec::new();
        for member in self.expand(ty) {
            if keep(self, member) {
                kept.push(member);
            }
        }
        self.union(kept)
    }

    /// The members of a union, `boolean` and enums taken apart too.
    pub(super) fn expand(&mut self, ty: TypeId) -> Vec<TypeId> {
        let mut all = Vec::new();
        for member in self.members_of(ty) {
            match *self.get(member) {
                Type::Boolean => all.extend([self.t.truth, self.t.falsehood]),
                Type::Enum(id) => {
                    for index in 0..self.types.enums[id.index()].members.len() {
                        all.push(self.intern(Type::EnumMember(id, index as u32)));
                    }
                }
                _ => all.push(member),
            }
        }
        all
    }

    /// The type without `null` and `undefined`.
    pub(super) fn non_null(&mut self, ty: TypeId) -> TypeId {
        let ty = self.unfold(ty);
        let common = self.t;
        match self.get(ty) {
            Type::Union(_) | Type::Null | Type::Undefined | Type::Void => self
                .filter(ty, |_, m| {
                    m != common.null && m != common.undefined && m != common.void
                }),
            _ => ty,
        }
    }

    /// Whether `null` or `undefined` may be among the values.
    pub(super) fn is_nullish(&self, ty: TypeId) -> bool {
        self.members_of(ty)
            .iter()
            .any(|&m| [self.t.null, self.t.undefined, self.t.void].contains(&m))
    }

    /// A type parameter's constraint in its place; otherwise the type.
    pub(super) fn apparent(&mut self, ty: TypeId) -> TypeId {
        let mut ty = self.unfold(ty);
        for _ in 0..16 {
            match *self.get(ty) {
                Type::Param(param) => match self.types.params[param.index()].constraint {
                    Some(constraint) => ty = constraint,
                    None => return ty,
                },
                Type::Union(_) => {
                    let members = self.members_of(ty);
                    if !members
                        .iter()
                        .any(|&m| matches!(self.get(m), Type::Param(_)))
                    {
                        return ty;
                    }
                    let parts: Vec<_> = members.into_iter().map(|m| self.apparent(m)).collect();
                    return self.union(parts);
                }
                _ => return ty,
            }
        }
        ty
    }

    /// The value of an enum's member.
    pub(super) fn enum_value(&self, id: crate::types::EnumId, index: u32) -> &EnumValue {
        &self.types.enums[id.index()].members[index as usize].1
    }

    /// Whether all of an enum's members are numbers.
    pub(super) fn is_numeric_enum(&self, id: crate::types::EnumId) -> bool {
        let members = &self.types.enums[id.index()].members;
        members
            .iter()
            .all(|(_, value)| matches!(value, EnumValue::Number(_)))
    }

    /// Whether type parameters occur in the type.
    pub(super) fn has_params(&mut self, ty: TypeId) -> bool {
        if let Some(&known) = self.param_cache.get(&ty) {
            return known;
        }
        let found = match self.get(ty).clone() {
            Type::Param(_) => true,
            Type::Array(t) | Type::ReadonlyArray(t) => self.has_params(t),
            Type::Tuple { elems: parts, .. }
            | Type::Class(_, parts)
            | Type::Interface(_, parts)
            | Type::Union(parts) => parts.into_iter().any(|t| self.has_params(t)),
            Type::Object(props) => props.into_iter().any(|p| self.has_params(p.ty)),
            Type::Function(f) => {
                f.params.iter().any(|p| self.has_params(p.ty))
                    || self.has_params(f.ret)
                    || f.predicate.is_some_and(|(_, t)| self.has_params(t))
            }
            _ => false,
        };
        self.param_cache.insert(ty, found);
        found
    }

    /// Whether one of `params` occurs in the type.
    pub(super) fn mentions(&mut self, ty: TypeId, params: &[TypeParamId]) -> bool {
        if params.is_empty() || !self.has_params(ty) {
            return false;
        }
        match self.get(ty).clone() {
            Type::Param(p) => params.contains(&p),
            Type::Array(t) | Type::ReadonlyArray(t) => self.mentions(t, params),
            Type::Tuple { elems: parts, .. }
            | Type::Class(_, parts)
            | Type::Interface(_, parts)
            | Type::Union(parts) => parts.into_iter().any(|t| self.mentions(t, params)),
            Type::Object(props) => props.into_iter().any(|p| self.mentions(p.ty, params)),
            Type::Function(f) => {
                f.params.iter().any(|p| self.mentions(p.ty, params))
                    || self.mentions(f.ret, params)
                    || f.predicate.is_some_and(|(_, t)| self.mentions(t, params))
            }
            _ => false,
        }
    }

    /// Puts type arguments in the place of parameters.
    pub(super) fn subst(&mut self, ty: TypeId, map: &Subst) -> TypeId {
        if map.is_empty() || !self.has_params(ty) {
            return ty;
        }
        match self.get(ty).clone() {
            Type::Param(param) => map.get(&param).copied().unwrap_or(ty),
            Type::Array(elem) => {
                let elem = self.subst(elem, map);
                self.intern(Type::Array(elem))
            }
            Type::ReadonlyArray(elem) => {
                let elem = self.subst(elem, map);
                self.intern(Type::ReadonlyArray(elem))
            }
            Type::Tuple { elems, required } => {
                let elems = self.subst_all(&elems, map);
                self.intern(Type::Tuple { elems, required })
            }
            Type::Class(class, args) => {
                let args = self.subst_all(&args, map);
                self.intern(Type::Class(class, args))
            }
            Type::Interface(id, args) => {
                let args = self.subst_all(&args, map);
                self.intern(Type::Interface(id, args))
            }
            Type::Union(members) => {
                let members = self.subst_all(&members, map);
                self.union(members)
            }
            Type::Object(props) => {
                let props = props.into_iter().map(|p| self.subst_prop(p, map)).collect();
                self.intern(Type::Object(props))
            }
            Type::Function(f) => {
                let f = self.subst_fn(&f, map);
                self.intern(Type::Function(f))
            }
            _ => ty,
        }
    }

    pub(super) fn subst_all(&mut self, types: &[TypeId], map: &Subst) -> Vec<TypeId> {
        types.iter().map(|&t| self.subst(t, map)).collect()
    }

    pub(super) fn subst_prop(&mut self, prop: Prop, map: &Subst) -> Prop {
        let ty = self.subst(prop.ty, map);
        Prop { ty, ..prop }
    }

    pub(super) fn subst_fn(&mut self, f: &FnType, map: &Subst) -> FnType {
        let (type_params, map) = self.renew_params(&f.type_params, map);
        let map = &map;
        let params = f
            .params
            .iter()
            .map(|p| FnParam {
                ty: self.subst(p.ty, map),
                ..p.clone()
            })
            .collect();
        let ret = self.subst(f.ret, map);
        let predicate = f.predicate.map(|(index, ty)| (index, self.subst(ty, map)));
        FnType {
            type_params,
            params,
            ret,
            predicate,
        }
    }

    /// Gives a generic function's own parameters constraints that are instantiated too.
    fn renew_params(&mut self, params: &[TypeParamId], map: &Subst) -> (Vec<TypeParamId>, Subst) {
        let mut renewed = Vec::new();
        let mut map = map.clone();
        for &param in params {
            let info = self.types.params[param.index()].clone();
            let constraint = info.constraint.map(|ty| self.subst(ty, &map));
            // A parameter that is being bound itself stays out of it.
            if constraint == info.constraint || map.contains_key(&param) {
                renewed.push(param);
                continue;
            }
            let key = (param, constraint.unwrap_or(self.t.unknown));
            let fresh = match self.instantiated_params.get(&key) {
                Some(&known) => known,
                None => {
                    let default = info.default.map(|ty| self.subst(ty, &map));
                    self.types.params.push(TypeParamInfo {
                        constraint,
                        default,
                        ..info
                    });
                    let fresh = TypeParamId(self.types.params.len() as u32 - 1);
                    self.instantiated_params.insert(key, fresh);
                    fresh
                }
            };
            let ty = self.intern(Type::Param(fresh));
            map.insert(param, ty);
            renewed.push(fresh);
        }
        (renewed, map)
    }

    /// Parameters bound to arguments, missing ones to `unknown`.
    pub(super) fn bind(&self, params: &[TypeParamId], args: &[TypeId]) -> Subst {
        let unknown = self.t.unknown;
        params
            .iter()
            .enumerate()
            .map(|(at, &param)| (param, args.get(at).copied().unwrap_or(unknown)))
            .collect()
    }

    /// The parameters as arguments: a declaration's type inside itself.
    pub(super) fn params_as_args(&mut self, params: &[TypeParamId]) -> Vec<TypeId> {
        params
            .iter()
            .map(|&p| self.intern(Type::Param(p)))
            .collect()
    }
}
