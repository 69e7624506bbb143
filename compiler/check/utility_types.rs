//! TypeScript's built-in type functions: `Partial`, `Pick`, `ReturnType`, `keyof` and their like.
//!
//! They are computed where they are written, so they work on known object types only.
//! Absent: `Record<string, T>` and index signatures, refused because objects have fixed properties.

use super::Checker;
use super::codes::*;
use super::scope::ScopeId;
use crate::ast::*;
use crate::types::{Prop, Type, TypeId};

impl<'a> Checker<'a> {
    /// A type's name that nothing declares: a built-in one, or an error.
    pub(super) fn resolve_utility(
        &mut self,
        node: &'a TypeNode,
        name: &Name,
        args: &'a [TypeNode],
        scope: ScopeId,
    ) -> TypeId {
        let count = match &**name {
            "ReadonlyArray" | "Readonly" | "Partial" | "Required" | "NonNullable"
            | "ReturnType" | "Parameters" | "Awaited" | "InstanceType" => 1,
            "Record" | "Pick" | "Omit" | "Exclude" | "Extract" => 2,
            _ => return self.unknown_type(node, name),
        };
        if args.len() != count {
            let message = format!(
                "`{name}` needs {count} type argument(s), not {}",
                args.len()
            );
            self.error(TYPE_ARGUMENTS, node.span, message);
            return self.t.error;
        }
        let args: Vec<TypeId> = args
            .iter()
            .map(|arg| self.resolve_type(arg, scope))
            .collect();
        if args.iter().any(|&arg| self.is_error(arg)) {
            return self.t.error;
        }
        let first = args[0];
        match &**name {
            "ReadonlyArray" => self.intern(Type::ReadonlyArray(first)),
            "Readonly" => match *self.get(first) {
                Type::Array(elem) => self.intern(Type::ReadonlyArray(elem)),
                _ => self.map_props(first, name, node.span, |p| p.readonly = true),
            },
            "Partial" => self.map_props(first, name, node.span, |p| p.optional = true),
            "Required" => self.map_props(first, name, node.span, |p| p.optional = false),
            "NonNullable" => self.non_null(first),
            "Awaited" => self.awaited(first),
            "ReturnType" => self.part_of_fn(first, node.span, |_, f| f.ret),
            "Parameters" => self.part_of_fn(first, node.span, |c, f| {
                let required = f.params.iter().filter(|p| !p.optional && !p.rest).count();
                let elems = f.params.iter().map(|p| p.ty).collect();
                c.intern(Type::Tuple {
                    elems,
                    required: required as u32,
                })
            }),
            "InstanceType" => match *self.get(first) {
                Type::ClassValue(class) => {
                    let count = self.classes[class.index()].type_params.len();
                    let unknown = self.t.unknown;
                    self.instance(class, vec![unknown; count])
                }
                _ => self.unsupported_on(name, first, node.span),
            },
            "Record" => self.record(first, args[1], node.span),
            "Pick" => self.select_props(first, args[1], true, node.span),
            "Omit" => self.select_props(first, args[1], false, node.span),
            "Exclude" => self.filter(first, |c, m| !c.assignable(m, args[1])),
            _ => self.filter(first, |c, m| c.assignable(m, args[1])),
        }
    }

    fn unknown_type(&mut self, node: &TypeNode, name: &Name) -> TypeId {
        let first = name.split('.').next().unwrap_or_default();
        if self.failed_names.contains(&(node.span.file, first.into())) {
            return self.t.error;
        }
        match &**name {
            "any" => self.error_help(
                UNSUPPORTED,
                node.span,
                "`any` is not supported: every value has a type",
                "use `unknown` and narrow it",
            ),
            "Function" => self.error_help(
                UNSUPPORTED,
                node.span,
                "the type `Function` is not supported",
                "write the function's type, e.g. `() => void`",
            ),
            _ if self.values[node.span.file.index()].contains_key(&**name) => {
                let message = format!("`{name}` refers to a value, but is used as a type here");
                let help = format!("write `typeof {name}`");
                self.error_help(WRONG_MEANING, node.span, message, help);
            }
            _ if self.refuse_name(name, node.span) => {}
            _ => self.error(
                UNKNOWN_TYPE,
                node.span,
                format!("cannot find the type `{name}`"),
            ),
        }
        self.t.error
    }

    fn unsupported_on(&mut self, name: &str, ty: TypeId, span: Span) -> TypeId {
        let message = format!("`{name}` is not supported on `{}`", self.show(ty));
        self.error_help(UNSUPPORTED, span, message, "write the type out");
        self.t.error
    }

    fn map_props(
        &mut self,
        ty: TypeId,
        name: &str,
        span: Span,
        change: impl Fn(&mut Prop) + Copy,
    ) -> TypeId {
        if let Type::Union(members) = self.get(ty).clone() {
            let parts: Vec<_> = members
                .into_iter()
                .map(|m| self.map_props(m, name, span, change))
                .collect();
            return self.union(parts);
        }
        let concrete = matches!(
            self.get(ty),
            Type::Object(_) | Type::Interface(..) | Type::Class(..)
        );
        match (concrete, self.props_of(ty)) {
            (true, Some(props)) => {
                let mut props = props.to_vec();
                props.iter_mut().for_each(change);
                self.intern(Type::Object(props))
            }
            _ if matches!(self.get(ty), Type::Tuple { .. }) => ty,
            _ => self.unsupported_on(name, ty, span),
        }
    }

    fn part_of_fn(
        &mut self,
        ty: TypeId,
        span: Span,
        part: impl FnOnce(&mut Self, &crate::types::FnType) -> TypeId,
    ) -> TypeId {
        match self.get(ty).clone() {
            Type::Function(f) => part(self, &f),
            _ => {
                let message = format!("`{}` is not a function type", self.show(ty));
                self.error(CONSTRAINT, span, message);
                self.t.error
            }
        }
    }

    /// The texts of a union of string literals.
    fn keys(&mut self, ty: TypeId) -> Option<Vec<Name>> {
        let members = self.expand(ty);
        members
            .into_iter()
            .map(|m| match self.get(m) {
                Type::StringLit(text) => Some(text.clone()),
                _ => None,
            })
            .collect()
    }

    fn record(&mut self, key: TypeId, value: TypeId, span: Span) -> TypeId {
        match self.keys(key) {
            Some(keys) => {
                let props = keys
                    .into_iter()
                    .map(|name| Prop {
                        name,
                        ty: value,
                        optional: false,
                        readonly: false,
                        method: false,
                    })
                    .collect();
                self.intern(Type::Object(props))
            }
            None => {
                let message = format!(
                    "`Record<{}, …>` is not supported: objects have fixed properties",
                    self.show(key)
                );
                let help = format!("use `Map<{}, {}>`", self.show(key), self.show(value));
                self.error_help(UNSUPPORTED, span, message, help);
                self.t.error
            }
        }
    }

    fn select_props(&mut self, ty: TypeId, keys: TypeId, keep: bool, span: Span) -> TypeId {
        let name = if keep { "Pick" } else { "Omit" };
        let (Some(keys), Some(props)) = (self.keys(keys), self.props_of(ty)) else {
            return self.unsupported_on(name, ty, span);
        };
        if keep {
            for key in &keys {
                if !props.iter().any(|p| p.name == *key) {
                    let message = format!("`{}` has no member `{key}`", self.show(ty));
                    self.error(NO_MEMBER, span, message);
                    return self.t.error;
                }
            }
        }
        let props = props
            .iter()
            .filter(|p| keys.contains(&p.name) == keep)
            .cloned()
            .collect();
        self.intern(Type::Object(props))
    }

    /// `keyof T`
    pub(super) fn keyof(&mut self, ty: TypeId, span: Span) -> TypeId {
        if self.is_error(ty) {
            return ty;
        }
        let concrete = matches!(
            self.get(ty),
            Type::Object(_) | Type::Interface(..) | Type::Class(..)
        );
        match (concrete, self.props_of(ty)) {
            (true, Some(props)) => {
                let keys: Vec<_> = props
                    .iter()
                    .map(|p| self.string_lit(p.name.clone()))
                    .collect();
                self.union(keys)
            }
            _ => self.unsupported_on("keyof", ty, span),
        }
    }

    /// `T[K]`
    pub(super) fn indexed(&mut self, object: TypeId, index: TypeId, span: Span) -> TypeId {
        if self.is_error(object) || self.is_error(index) {
            return self.t.error;
        }
        match (self.get(object).clone(), self.get(index).clone()) {
            (Type::Array(elem) | Type::ReadonlyArray(elem), Type::Number | Type::NumberLit(_)) => {
                return elem;
            }
            (Type::Tuple { elems, .. }, Type::Number) => return self.union(elems),
            (Type::Tuple { elems, .. }, Type::NumberLit(bits)) => {
                if let Some(&elem) = elems.get(f64::from_bits(bits) as usize) {
                    return elem;
                }
            }
            _ => {}
        }
        let mut parts = Vec::new();
        for key in self.expand(index) {
            let found = match self.get(key).clone() {
                Type::StringLit(name) => self.find_member(object, &name),
                _ => None,
            };
            match found {
                Some(member) if member.optional => parts.push(self.optional(member.ty)),
                Some(member) => parts.push(member.ty),
                None => return self.unsupported_on("T[K]", object, span),
            }
        }
        self.union(parts)
    }
}
