//! Assignability: whether a value of one type may stand where another is wanted.
//!
//! Structural for objects and functions, nominal for classes as targets. `int` and `number` go both ways.
//! Recursive types are assumed to fit while they are being compared. Absent: reporting.

use super::Checker;
use super::terms::{Subst, is_int};
use crate::types::{EnumValue, FnParam, FnType, Type, TypeId};

/// How deep types are compared before they are taken to fit (they grow without end).
const DEPTH_MAX: usize = 60;

impl Checker<'_> {
    /// Whether a `source` may stand for a `target`.
    pub(super) fn assignable(&mut self, source: TypeId, target: TypeId) -> bool {
        let (source, target) = (self.unfold(source), self.unfold(target));
        if source == target {
            return true;
        }
        if let Some(&known) = self.relations.get(&(source, target)) {
            return known;
        }
        if self.relating.contains(&(source, target)) || self.relating.len() > DEPTH_MAX {
            return true;
        }
        self.relating.push((source, target));
        let result = self.relate(source, target);
        self.relating.pop();
        if self.relating.is_empty() {
            self.relations.insert((source, target), result);
        }
        result
    }

    fn relate(&mut self, source: TypeId, target: TypeId) -> bool {
        let (from, to) = (self.get(source).clone(), self.get(target).clone());
        match (&from, &to) {
            (Type::Error | Type::Never, _) | (_, Type::Error | Type::Unknown) => true,
            (Type::Union(members), _) => members.iter().all(|&m| self.assignable(m, target)),
            (_, Type::Union(members)) => self.relate_to_union(source, &from, members),
            (Type::Param(_), _) => {
                let constraint = self.apparent(source);
                constraint != source && self.assignable(constraint, target)
            }
            (Type::Undefined, Type::Void) => true,
            (Type::StringLit(_), Type::String) | (Type::BoolLit(_), Type::Boolean) => true,
            (Type::NumberLit(_) | Type::Int, Type::Number) | (Type::Number, Type::Int) => true,
            (Type::NumberLit(bits), Type::Int) => is_int(*bits),
            (Type::EnumMember(a, _), Type::Enum(b)) => a == b,
            (Type::Enum(id) | Type::EnumMember(id, _), Type::Number | Type::Int) => {
                self.is_numeric_enum(*id)
            }
            (Type::EnumMember(id, index), Type::String) => {
                matches!(self.enum_value(*id, *index), EnumValue::String(_))
            }
            (Type::Enum(id), Type::String) => {
                let members = &self.types.enums[id.index()].members;
                members
                    .iter()
                    .all(|(_, value)| matches!(value, EnumValue::String(_)))
            }
            (Type::Number | Type::Int, Type::Enum(id)) => self.is_numeric_enum(*id),
            (Type::NumberLit(bits), Type::Enum(id)) => {
                let value = EnumValue::Number(f64::from_bits(*bits));
                self.types.enums[id.index()]
                    .members
                    .iter()
                    .any(|(_, member)| *member == value)
            }
            (Type::Array(a), Type::Array(b) | Type::ReadonlyArray(b))
            | (Type::ReadonlyArray(a), Type::ReadonlyArray(b)) => self.assignable(*a, *b),
            (
                Type::Tuple {
                    elems: a,
                    required: ra,
                },
                Type::Tuple {
                    elems: b,
                    required: rb,
                },
            ) => {
                a.len() <= b.len()
                    && ra >= rb
                    && a.len() >= *rb as usize
                    && a.iter().zip(b).all(|(&a, &b)| self.assignable(a, b))
            }
            (Type::Class(a, a_args), Type::Class(b, b_args)) => {
                if a == b {
                    return a_args
                        .iter()
                        .zip(b_args)
                        .all(|(&x, &y)| self.assignable(x, y));
                }
                match self.base_of(*a, a_args) {
                    Some((base, args)) => {
                        let base = self.intern(Type::Class(base, args));
                        self.assignable(base, target)
                    }
                    None => false,
                }
            }
            (Type::ClassValue(a), Type::ClassValue(b)) => self.extends(*a, *b),
            (Type::Function(a), Type::Function(b)) => self.relate_fns(a, b, false),
            (
                Type::Array(_)
                | Type::ReadonlyArray(_)
                | Type::Tuple { .. }
                | Type::Class(..)
                | Type::ClassValue(_)
                | Type::Interface(..)
                | Type::Object(_)
                | Type::Function(_),
                Type::AnyObject,
            ) => true,
            (Type::Interface(a, a_args), Type::Interface(b, b_args)) if a == b => {
                let fits = a_args
                    .iter()
                    .zip(b_args)
                    .all(|(&x, &y)| self.assignable(x, y));
                fits || self.relate_props(source, target)
            }
            // Typed arrays are no objects whose members could be found by name, as arrays aren't.
            (Type::Class(class, _), Type::Interface(..) | Type::Object(_))
                if self.known.is_typed(*class) =>
            {
                self.props_of(target).is_some_and(|props| props.is_empty())
            }
            (
                Type::Interface(..) | Type::Object(_) | Type::Class(..),
                Type::Interface(..) | Type::Object(_),
            ) => self.relate_props(source, target),
            (Type::Null | Type::Undefined | Type::Void | Type::Unknown, _) => false,
            (_, Type::Object(props)) if props.is_empty() => true,
            _ => false,
        }
    }

    fn relate_to_union(&mut self, source: TypeId, from: &Type, members: &[TypeId]) -> bool {
        if members.contains(&source) || members.iter().any(|&m| self.assignable(source, m)) {
            return true;
        }
        match from {
            Type::Boolean | Type::Enum(_) => {
                let parts = self.expand(source);
                parts
                    .into_iter()
                    .all(|p| members.iter().any(|&m| self.assignable(p, m)))
            }
            Type::Param(_) => {
                let constraint = self.apparent(source);
                let union = self.union(members.to_vec());
                constraint != source && self.assignable(constraint, union)
            }
            Type::Object(_) | Type::Interface(..) => self.relate_by_discriminant(source, members),
            _ => false,
        }
    }

    /// `{ kind: "a" | "b" }` fits `{ kind: "a" } | { kind: "b" }`: each value of the property is tried.
    fn relate_by_discriminant(&mut self, source: TypeId, members: &[TypeId]) -> bool {
        let Some(props) = self.props_of(source) else {
            return false;
        };
        let Some(at) = props.iter().position(|p| {
            let parts = self.expand(p.ty);
            parts.len() > 1 && parts.len() <= 16 && parts.iter().all(|&m| self.is_unit(m))
        }) else {
            return false;
        };
        for value in self.expand(props[at].ty) {
            let mut one = props.to_vec();
            one[at].ty = value;
            let one = self.intern(Type::Object(one));
            if !members.iter().any(|&m| self.assignable(one, m)) {
                return false;
            }
        }
        true
    }

    fn relate_props(&mut self, source: TypeId, target: TypeId) -> bool {
        let Some(wanted) = self.props_of(target) else {
            return false;
        };
        let mut common = 0;
        for prop in wanted.iter() {
            let Some(found) = self.find_member(source, &prop.name) else {
                if prop.optional {
                    continue;
                }
                return false;
            };
            common += 1;
            if !found.is_public || (found.optional && !prop.optional) {
                return false;
            }
            let fits = match (self.get(found.ty).clone(), self.get(prop.ty).clone()) {
                (Type::Function(a), Type::Function(b)) => {
                    self.relate_fns(&a, &b, prop.method || found.method)
                }
                _ if prop.optional => {
                    let wanted = self.optional(prop.ty);
                    self.assignable(found.ty, wanted)
                }
                _ => self.assignable(found.ty, prop.ty),
            };
            if !fits {
                return false;
            }
        }
        common > 0 || !self.is_weak(&wanted, source)
    }

    /// A target of optional properties only, none of which the source has.
    fn is_weak(&mut self, wanted: &[crate::types::Prop], source: TypeId) -> bool {
        !wanted.is_empty() && self.props_of(source).is_some_and(|props| !props.is_empty())
    }

    /// Functions: parameters the other way round (both ways for methods), fewer are fine.
    fn relate_fns(&mut self, source: &FnType, target: &FnType, bivariant: bool) -> bool {
        let source = &self.match_generics(source, target);
        let required = self.required_params(source);
        let has_rest = target.params.last().is_some_and(|p| p.rest);
        if required > target.params.len() && !has_rest {
            return false;
        }
        for at in 0..source.params.len().max(target.params.len()) {
            let (Some(mine), Some(given)) = (
                self.param_at(&source.params, at),
                self.param_at(&target.params, at),
            ) else {
                break;
            };
            let fits = self.assignable(given, mine) || (bivariant && self.assignable(mine, given));
            if !fits {
                return false;
            }
        }
        if let Some((_, wanted)) = target.predicate {
            return source
                .predicate
                .is_some_and(|(_, given)| self.assignable(given, wanted));
        }
        target.ret == self.t.void || self.assignable(source.ret, target.ret)
    }

    /// Puts the target's types in the place of a generic source's parameters.
    fn match_generics(&mut self, source: &FnType, target: &FnType) -> FnType {
        if source.type_params.is_empty() {
            return source.clone();
        }
        let map: Subst = if source.type_params.len() == target.type_params.len() {
            let args = self.params_as_args(&target.type_params);
            self.bind(&source.type_params, &args)
        } else {
            self.infer_from_fn(source, target)
        };
        let instance = self.subst_fn(source, &map);
        FnType {
            type_params: Vec::new(),
            ..instance
        }
    }

    /// The type of the argument at a position, as the function sees it.
    pub(super) fn param_at(&mut self, params: &[FnParam], at: usize) -> Option<TypeId> {
        let param = match params.get(at) {
            Some(param) => param,
            None => params.last().filter(|p| p.rest)?,
        };
        if param.rest {
            return Some(match *self.get(param.ty) {
                Type::Array(elem) | Type::ReadonlyArray(elem) => elem,
                _ => self.t.error,
            });
        }
        Some(if param.optional {
            self.optional(param.ty)
        } else {
            param.ty
        })
    }

    /// Whether the two types have values in common, for `===` and `as`.
    pub(super) fn comparable(&mut self, a: TypeId, b: TypeId) -> bool {
        let (a, b) = (self.apparent(a), self.apparent(b));
        if self.assignable(a, b) || self.assignable(b, a) {
            return true;
        }
        let (left, right) = (self.expand(a), self.expand(b));
        if left.len() * right.len() > 4096 {
            return true;
        }
        left.iter()
            .any(|&l| right.iter().any(|&r| self.comparable_one(l, r)))
    }

    fn comparable_one(&mut self, a: TypeId, b: TypeId) -> bool {
        if self.assignable(a, b) || self.assignable(b, a) {
            return true;
        }
        match (self.get(a).clone(), self.get(b).clone()) {
            (Type::Unknown | Type::Param(_), _) | (_, Type::Unknown | Type::Param(_)) => true,
            (Type::Array(x) | Type::ReadonlyArray(x), Type::Array(y) | Type::ReadonlyArray(y)) => {
                self.comparable(x, y)
            }
            (Type::Class(x, x_args), Type::Class(y, y_args)) => {
                (x == y
                    && x_args
                        .iter()
                        .zip(&y_args)
                        .all(|(&p, &q)| self.comparable(p, q)))
                    || (x != y && (self.extends(x, y) || self.extends(y, x)))
            }
            (Type::Object(_) | Type::Interface(..), Type::Object(_) | Type::Interface(..)) => {
                self.comparable_props(a, b) || self.comparable_props(b, a)
            }
            (Type::Function(_), Type::Function(_)) => true,
            (Type::EnumMember(x, i), Type::EnumMember(y, j)) => x == y && i == j,
            _ => false,
        }
    }

    fn comparable_props(&mut self, a: TypeId, b: TypeId) -> bool {
        let Some(wanted) = self.props_of(b) else {
            return false;
        };
        wanted
            .iter()
            .all(|prop| match self.find_member(a, &prop.name) {
                Some(found) => self.comparable(found.ty, prop.ty),
                None => prop.optional,
            })
    }

    /// Why a value does not fit, where there is more to say than the two names.
    pub(super) fn why_not(&mut self, source: TypeId, target: TypeId) -> Option<String> {
        let target = self.non_null(target);
        let wanted = self.props_of(target)?;
        if self.props_of(source).is_none()
            || matches!(self.get(target), Type::Class(..))
            || matches!(self.get(target), Type::Union(_))
        {
            return None;
        }
        for prop in wanted.iter() {
            let Some(found) = self.find_member(source, &prop.name) else {
                if prop.optional {
                    continue;
                }
                return Some(format!("property `{}` is missing", prop.name));
            };
            if !found.is_public {
                return Some(format!("property `{}` is not public", prop.name));
            }
            let wanted = if prop.optional {
                self.optional(prop.ty)
            } else {
                prop.ty
            };
            if found.optional && !prop.optional {
                return Some(format!("property `{}` is optional there", prop.name));
            }
            if !self.assignable(found.ty, wanted) {
                return Some(format!(
                    "property `{}` is `{}`, not `{}`",
                    prop.name,
                    self.show(found.ty),
                    self.show(prop.ty)
                ));
            }
        }
        None
    }
}
