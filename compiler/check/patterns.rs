//! Destructuring: the types of a pattern's parts.

use super::Checker;
use super::codes::*;
use crate::ast::*;
use crate::types::{Prop, Type, TypeId};

impl<'a> Checker<'a> {
    /// Gives every name of a pattern its type.
    pub(super) fn bind_pattern(&mut self, pattern: &'a Pattern, ty: TypeId) {
        match &pattern.kind {
            PatternKind::Name(id, _) => self.set_binding(*id, ty),
            PatternKind::Object { props, rest } => {
                for prop in props {
                    let part = self.property_type(ty, &prop.key, pattern.span);
                    self.bind_elem(&prop.value, part);
                }
                if let Some(rest) = rest {
                    let part = self.rest_of_object(ty, props, pattern.span);
                    self.bind_pattern(rest, part);
                }
            }
            PatternKind::Array { elems, rest } => {
                for (at, elem) in elems.iter().enumerate() {
                    if let Some(elem) = elem {
                        let part = self.element_type(ty, at, pattern.span);
                        self.bind_elem(elem, part);
                    }
                }
                if let Some(rest) = rest {
                    let part = self.rest_type(ty, elems.len(), pattern.span);
                    self.bind_pattern(rest, part);
                }
            }
        }
    }

    fn bind_elem(&mut self, elem: &'a PatternElem, ty: TypeId) {
        let ty = match &elem.default {
            Some(default) => self.with_default(ty, default),
            None => ty,
        };
        self.bind_pattern(&elem.pattern, ty);
    }

    /// The type of a part that a default stands in for.
    pub(super) fn with_default(&mut self, ty: TypeId, default: &'a Expr) -> TypeId {
        let undefined = self.t.undefined;
        let rest = self.filter_out(ty, undefined);
        let context = if rest == self.t.never {
            None
        } else {
            Some(rest)
        };
        let given = self.check_expr(default, context);
        let given = self.widened(default, given);
        if self.assignable(given, rest) {
            return rest;
        }
        self.union_reduced(vec![rest, given])
    }

    /// The type without one of its members; others stay as they are.
    fn filter_out(&mut self, ty: TypeId, out: TypeId) -> TypeId {
        let members: Vec<TypeId> = self
            .members_of(ty)
            .into_iter()
            .filter(|&m| m != out)
            .collect();
        self.union(members)
    }

    /// The type of a property that a pattern takes.
    pub(super) fn property_type(&mut self, ty: TypeId, name: &Name, span: Span) -> TypeId {
        if self.is_error(ty) {
            return ty;
        }
        if self.is_nullish(ty) {
            let message = format!(
                "a value that may be `{}` can't be taken apart",
                self.show(ty)
            );
            self.error_help(NULLISH, span, message, "test it first");
            return self.t.error;
        }
        match self.find_member(ty, name) {
            Some(member) => {
                self.check_visibility(&member, name, span);
                if member.optional {
                    self.optional(member.ty)
                } else {
                    member.ty
                }
            }
            None => {
                let message = format!("`{name}` does not exist on `{}`", self.show(ty));
                self.error(NO_MEMBER, span, message);
                self.t.error
            }
        }
    }

    /// The type of an element that a pattern takes.
    pub(super) fn element_type(&mut self, ty: TypeId, at: usize, span: Span) -> TypeId {
        let ty = self.apparent(ty);
        let mut parts = Vec::new();
        for member in self.members_of(ty) {
            let part = match self.get(member).clone() {
                Type::Tuple { elems, required } => match elems.get(at) {
                    Some(&elem) if at >= required as usize => self.optional(elem),
                    Some(&elem) => elem,
                    None => {
                        let message = format!("`{}` has no element {at}", self.show(member));
                        self.error(NO_MEMBER, span, message);
                        self.t.error
                    }
                },
                _ => self.iterated(member, span),
            };
            parts.push(part);
        }
        self.union(parts)
    }

    /// The type of `...rest` after `count` elements.
    pub(super) fn rest_type(&mut self, ty: TypeId, count: usize, span: Span) -> TypeId {
        match self.get(ty).clone() {
            Type::Tuple { elems, required } => {
                let rest = elems.get(count..).unwrap_or_default().to_vec();
                let required = required.saturating_sub(count as u32);
                self.intern(Type::Tuple {
                    elems: rest,
                    required,
                })
            }
            _ => {
                let elem = self.iterated(ty, span);
                self.array_of(elem)
            }
        }
    }

    fn rest_of_object(&mut self, ty: TypeId, taken: &[PatternProp], span: Span) -> TypeId {
        if self.is_error(ty) {
            return ty;
        }
        let Some(props) = self.props_of(ty) else {
            let message = format!("`{}` can't be taken apart", self.show(ty));
            self.error(NOT_ITERABLE, span, message);
            return self.t.error;
        };
        let rest: Vec<Prop> = props
            .iter()
            .filter(|p| !p.method && !taken.iter().any(|t| t.key == p.name))
            .map(|p| Prop {
                readonly: false,
                ..p.clone()
            })
            .collect();
        self.intern(Type::Object(rest))
    }
}
