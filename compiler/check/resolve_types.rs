//! What written types mean: `TypeNode` to `TypeId`.
//!
//! Object types inside a `type` become interfaces whose members are resolved later, so that a `type` may
//! mention itself there. Absent: `Partial` and its like (`utility_types.rs`).

use super::codes::*;
use super::scope::{AliasId, ScopeId, TypeSymbol, Value};
use super::{Checker, InterfaceNode, Lazy};
use crate::ast::*;
use crate::checked::Resolution;
use crate::types::{FnParam, FnType, Prop, Type, TypeId, TypeParamId};

impl<'a> Checker<'a> {
    /// The type that a node means in a scope.
    pub(super) fn resolve_type(&mut self, node: &'a TypeNode, scope: ScopeId) -> TypeId {
        let named = match &mut self.alias_context {
            Some((_, name)) => name.take(),
            None => None,
        };
        match &node.kind {
            TypeNodeKind::Name(name, args) => self.resolve_name(node, name, args, scope),
            TypeNodeKind::StringLit(text) => self.string_lit(text.clone()),
            TypeNodeKind::NumberLit(value) => self.number_lit(*value),
            TypeNodeKind::BoolLit(value) => self.intern(Type::BoolLit(*value)),
            TypeNodeKind::Array(elem) => {
                let elem = self.resolve_type(elem, scope);
                self.array_of(elem)
            }
            TypeNodeKind::Tuple(elems) => self.resolve_tuple(elems, scope),
            TypeNodeKind::Union(members) => {
                let members: Vec<_> = members
                    .iter()
                    .map(|member| self.resolve_type(member, scope))
                    .collect();
                self.union(members)
            }
            TypeNodeKind::Intersection(parts) => self.resolve_intersection(node, parts, scope),
            TypeNodeKind::Function(f) => self.resolve_fn_type(f, scope),
            TypeNodeKind::Object(members) => self.resolve_object(members, scope, named),
            TypeNodeKind::Readonly(inner) => {
                let inner = self.resolve_type(inner, scope);
                self.readonly_array(inner)
            }
            TypeNodeKind::Keyof(inner) => {
                let inner = self.resolve_type(inner, scope);
                self.keyof(inner, node.span)
            }
            TypeNodeKind::Indexed(object, index) => {
                let object = self.resolve_type(object, scope);
                let index = self.resolve_type(index, scope);
                self.indexed(object, index, node.span)
            }
            TypeNodeKind::Typeof(name) => self.resolve_typeof(name, node.span),
            TypeNodeKind::Predicate { .. } => self.t.boolean,
        }
    }

    /// `readonly T[]`
    pub(super) fn readonly_array(&mut self, ty: TypeId) -> TypeId {
        match *self.get(ty) {
            Type::Array(elem) => self.intern(Type::ReadonlyArray(elem)),
            _ => ty,
        }
    }

    fn resolve_tuple(&mut self, elems: &'a [TupleElem], scope: ScopeId) -> TypeId {
        let mut types = Vec::new();
        let mut required = 0;
        for elem in elems {
            let ty = self.resolve_type(&elem.ty, scope);
            if elem.rest {
                self.error_help(
                    UNSUPPORTED,
                    elem.ty.span,
                    "a tuple can't have a rest element",
                    "use an array beside the tuple",
                );
                return self.t.error;
            }
            if !elem.optional {
                required += 1;
            }
            types.push(ty);
        }
        self.intern(Type::Tuple {
            elems: types,
            required,
        })
    }

    fn resolve_object(
        &mut self,
        members: &'a [TypeMember],
        scope: ScopeId,
        named: Option<Name>,
    ) -> TypeId {
        if let Some((params, _)) = self.alias_context.clone() {
            let node = InterfaceNode::Members(members);
            let id = self.new_interface(named.unwrap_or_else(|| "".into()), node, scope);
            let args = self.params_as_args(&params);
            self.types.interfaces[id.index()].type_params = params;
            return self.intern(Type::Interface(id, args));
        }
        let mut props = Vec::new();
        self.resolve_members(members, scope, &mut props);
        self.intern(Type::Object(props))
    }

    /// Adds the members of an object type to `props`; later ones take the place of earlier ones.
    pub(super) fn resolve_members(
        &mut self,
        members: &'a [TypeMember],
        scope: ScopeId,
        props: &mut Vec<Prop>,
    ) {
        for member in members {
            let (ty, method) = match &member.kind {
                TypeMemberKind::Property(ty) => (self.resolve_type(ty, scope), false),
                TypeMemberKind::Method(f) => (self.resolve_fn_type(f, scope), true),
                TypeMemberKind::Index { .. } => {
                    self.error_help(
                        UNSUPPORTED,
                        member.span,
                        "index signatures are not supported: objects have fixed properties",
                        "use `Map<string, T>`",
                    );
                    continue;
                }
            };
            let prop = Prop {
                name: member.name.clone(),
                ty,
                optional: member.optional,
                readonly: member.readonly,
                method,
            };
            match props.iter_mut().find(|p| p.name == member.name) {
                Some(old) => *old = prop,
                None => props.push(prop),
            }
        }
    }

    /// A function type as written.
    pub(super) fn resolve_fn_type(&mut self, f: &'a FnTypeNode, scope: ScopeId) -> TypeId {
        let scope = if f.type_params.is_empty() {
            scope
        } else {
            self.new_scope(Some(scope))
        };
        let type_params = self.declare_type_params(&f.type_params, scope);
        self.finish_type_params(&f.type_params, &type_params, scope);
        let mut params = Vec::new();
        for param in &f.params {
            params.push(FnParam {
                name: param.name.clone(),
                ty: self.resolve_type(&param.ty, scope),
                optional: param.optional,
                rest: param.rest,
            });
        }
        let names: Vec<Name> = params.iter().map(|p| p.name.clone()).collect();
        let predicate = self.resolve_predicate(&f.ret, &names, scope);
        let ret = self.resolve_type(&f.ret, scope);
        self.intern(Type::Function(FnType {
            type_params,
            params,
            ret,
            predicate,
        }))
    }

    /// `x is T` as the index of the parameter and the type.
    pub(super) fn resolve_predicate(
        &mut self,
        ret: &'a TypeNode,
        params: &[Name],
        scope: ScopeId,
    ) -> Option<(u32, TypeId)> {
        let TypeNodeKind::Predicate { param, ty, asserts } = &ret.kind else {
            return None;
        };
        let index = params.iter().position(|name| name == param);
        let (Some(index), Some(ty), false) = (index, ty, *asserts) else {
            self.error_help(
                UNSUPPORTED,
                ret.span,
                "only `parameter is Type` is supported as a predicate",
                "return a boolean and test it where the function is called",
            );
            return None;
        };
        Some((index as u32, self.resolve_type(ty, scope)))
    }

    fn resolve_intersection(
        &mut self,
        node: &TypeNode,
        parts: &'a [TypeNode],
        scope: ScopeId,
    ) -> TypeId {
        let mut types = Vec::new();
        for part in parts {
            types.push(self.resolve_type(part, scope));
        }
        self.intersect(&types, node.span)
    }

    /// `A & B`: objects are merged, unions distributed.
    fn intersect(&mut self, types: &[TypeId], span: Span) -> TypeId {
        let mut result = types[0];
        for &ty in &types[1..] {
            result = self.intersect_two(result, ty, span);
        }
        result
    }

    fn intersect_two(&mut self, a: TypeId, b: TypeId, span: Span) -> TypeId {
        if self.is_error(a) || self.is_error(b) {
            return self.t.error;
        }
        if let Type::Union(members) = self.get(a).clone() {
            let parts: Vec<_> = members
                .into_iter()
                .map(|m| self.intersect_two(m, b, span))
                .collect();
            return self.union(parts);
        }
        if let Type::Union(members) = self.get(b).clone() {
            let parts: Vec<_> = members
                .into_iter()
                .map(|m| self.intersect_two(a, m, span))
                .collect();
            return self.union(parts);
        }
        let structural = |c: &Self, t| matches!(c.get(t), Type::Object(_) | Type::Interface(..));
        if structural(self, a) && structural(self, b) {
            return self.merge(a, b, span);
        }
        if self.assignable(a, b) {
            return a;
        }
        if self.assignable(b, a) {
            return b;
        }
        if self.is_unit(a) || self.is_unit(b) {
            return self.t.never;
        }
        let message = format!(
            "the intersection of `{}` and `{}` is not supported",
            self.show(a),
            self.show(b)
        );
        self.error_help(
            UNSUPPORTED,
            span,
            message,
            "declare an interface with all the members",
        );
        self.t.error
    }

    fn merge(&mut self, a: TypeId, b: TypeId, span: Span) -> TypeId {
        let mut props: Vec<Prop> = self.props_of(a).map(|p| p.to_vec()).unwrap_or_default();
        for prop in self.props_of(b).map(|p| p.to_vec()).unwrap_or_default() {
            let Some(at) = props.iter().position(|p| p.name == prop.name) else {
                props.push(prop);
                continue;
            };
            let ty = self.intersect_two(props[at].ty, prop.ty, span);
            if ty == self.t.never && props[at].ty != ty && self.is_unit(prop.ty) {
                return self.t.never;
            }
            props[at].ty = ty;
            props[at].optional &= prop.optional;
            props[at].readonly &= prop.readonly;
        }
        self.intern(Type::Object(props))
    }

    fn resolve_typeof(&mut self, name: &Name, span: Span) -> TypeId {
        let mut parts = name.split('.');
        let first = parts.next().unwrap_or_default();
        let Some(mut ty) = self.typeof_name(first, span) else {
            self.error(UNKNOWN_NAME, span, format!("cannot find name `{first}`"));
            return self.t.error;
        };
        for part in parts {
            ty = match self.find_member(ty, part) {
                Some(member) => member.ty,
                None => {
                    let message = format!("`{}` has no member `{part}`", self.show(ty));
                    self.error(NO_MEMBER, span, message);
                    return self.t.error;
                }
            };
        }
        ty
    }

    /// The type of the variable, function or class of that name: a local one visible here, or the module's.
    fn typeof_name(&mut self, name: &str, span: Span) -> Option<TypeId> {
        let mut function = self.cx.function;
        loop {
            let local = (0..self.bindings.len()).rev().find(|&at| {
                let info = &self.bindings[at];
                info.owner == function
                    && !info.global
                    && &*info.name == name
                    && info.span.file == span.file
                    && info.span.start <= span.start
            });
            if let Some(at) = local {
                return Some(self.binding_type(BindingId(at as u32), span));
            }
            match function {
                Some(id) => function = self.fns[id.index()].parent,
                None => break,
            }
        }
        let lib = self.program.lib;
        let values = &self.values[span.file.index()];
        let value = values
            .get(name)
            .or_else(|| self.values[lib.index()].get(name))
            .cloned()?;
        Some(match value {
            Value::Binding(id) => self.binding_type(id, span),
            value => {
                let resolution = self.resolution(&value, span);
                self.resolution_type(resolution, span)
            }
        })
    }

    /// The type of what a resolution names, variables apart.
    pub(super) fn resolution_type(&mut self, resolution: Resolution, span: Span) -> TypeId {
        match resolution {
            Resolution::Binding(id) => self.binding_type(id, span),
            Resolution::Function(id) => self.fn_type(id),
            Resolution::Class(id) => self.intern(Type::ClassValue(id)),
            Resolution::Host(at) => match self.host_nodes.get(at as usize).copied() {
                Some(id) => self.fn_type(id),
                None => self.t.error,
            },
            Resolution::NaN | Resolution::Infinity => self.t.number,
            Resolution::Enum(_) | Resolution::Namespace(_) | Resolution::HostNamespace => {
                self.error_help(
                    WRONG_MEANING,
                    span,
                    "an enum or namespace is not a value by itself",
                    "name one of its members",
                );
                self.t.error
            }
        }
    }

    fn resolve_name(
        &mut self,
        node: &'a TypeNode,
        name: &Name,
        args: &'a [TypeNode],
        scope: ScopeId,
    ) -> TypeId {
        if let Some(keyword) = self.keyword(name) {
            return keyword;
        }
        if &**name == "this" {
            return self.resolve_this(scope, node.span);
        }
        let symbol = self.lookup_dotted(scope, name);
        match symbol {
            Some(symbol) => self.resolve_symbol(node, name, symbol, args, scope),
            None => match self.resolve_enum_member(scope, name) {
                Some(ty) => ty,
                None => self.resolve_utility(node, name, args, scope),
            },
        }
    }

    fn keyword(&self, name: &str) -> Option<TypeId> {
        Some(match name {
            "number" => self.t.number,
            "string" => self.t.string,
            "boolean" => self.t.boolean,
            "int" => self.t.int,
            "null" => self.t.null,
            "undefined" => self.t.undefined,
            "void" => self.t.void,
            "never" => self.t.never,
            "unknown" => self.t.unknown,
            "object" => self.t.any_object,
            _ => return None,
        })
    }

    fn resolve_this(&mut self, scope: ScopeId, span: Span) -> TypeId {
        let mut at = Some(scope);
        while let Some(id) = at {
            if let Some(&this) = self.scope_this.get(&id) {
                return this;
            }
            at = self.scopes[id.0 as usize].parent;
        }
        self.error(
            THIS,
            span,
            "`this` as a type stands outside of a class or interface",
        );
        self.t.error
    }

    fn lookup_dotted(&self, scope: ScopeId, name: &str) -> Option<TypeSymbol> {
        let mut parts = name.split('.');
        let mut symbol = self.lookup_type(scope, parts.next()?)?;
        for part in parts {
            let TypeSymbol::Namespace(inner) = symbol else {
                return None;
            };
            symbol = self.scopes[inner.0 as usize].names.get(part).copied()?;
        }
        Some(symbol)
    }

    /// `Enum.Member`
    fn resolve_enum_member(&mut self, scope: ScopeId, name: &str) -> Option<TypeId> {
        let (owner, member) = name.rsplit_once('.')?;
        let TypeSymbol::Enum(id) = self.lookup_dotted(scope, owner)? else {
            return None;
        };
        let members = &self.types.enums[id.index()].members;
        let at = members.iter().position(|(known, _)| &**known == member)?;
        Some(self.enum_member(id, at as u32))
    }

    fn resolve_symbol(
        &mut self,
        node: &TypeNode,
        name: &Name,
        symbol: TypeSymbol,
        args: &'a [TypeNode],
        scope: ScopeId,
    ) -> TypeId {
        match symbol {
            TypeSymbol::Interface(id) => {
                let params = self.types.interfaces[id.index()].type_params.clone();
                let args = self.resolve_type_args(args, &params, scope, node.span, name);
                self.intern(Type::Interface(id, args))
            }
            TypeSymbol::Class(id) => {
                let params = self.classes[id.index()].type_params.clone();
                let args = self.resolve_type_args(args, &params, scope, node.span, name);
                self.instance(id, args)
            }
            TypeSymbol::Alias(id) => {
                let body = self.alias_type(id);
                if self.aliases[id.0 as usize].state == Lazy::Busy {
                    return self.knot(id, node.span);
                }
                let params = self.aliases[id.0 as usize].params.clone();
                let args = self.resolve_type_args(args, &params, scope, node.span, name);
                let map = self.bind(&params, &args);
                self.subst(body, &map)
            }
            TypeSymbol::Enum(id) => self.intern(Type::Enum(id)),
            TypeSymbol::Param(id) => self.intern(Type::Param(id)),
            TypeSymbol::Namespace(_) => {
                let message = format!("`{name}` is a namespace, not a type");
                self.error(WRONG_MEANING, node.span, message);
                self.t.error
            }
        }
    }

    /// The name of a `type` inside itself.
    fn knot(&mut self, id: AliasId, span: Span) -> TypeId {
        let alias = &self.aliases[id.0 as usize];
        let (node, scope) = (alias.node, alias.scope);
        if !node.type_params.is_empty() {
            let message = format!("the generic type `{}` refers to itself", node.name);
            let help = "put the reference inside an object type or an interface";
            self.error_help(CIRCULAR, span, message, help);
            return self.t.error;
        }
        let knot = match alias.knot {
            Some(knot) => knot,
            None => {
                let knot =
                    self.new_interface(node.name.clone(), InterfaceNode::Members(&[]), scope);
                self.aliases[id.0 as usize].knot = Some(knot);
                knot
            }
        };
        self.intern(Type::Interface(knot, Vec::new()))
    }

    /// Ties a recursive `type`: it must not be itself, or a union with itself.
    fn tie(&mut self, id: AliasId, ty: TypeId) -> TypeId {
        let Some(knot) = self.aliases[id.0 as usize].knot else {
            return ty;
        };
        let name = self.intern(Type::Interface(knot, Vec::new()));
        if self.members_of(ty).contains(&name) {
            let node = self.aliases[id.0 as usize].node;
            let message = format!("the type `{}` refers to itself", node.name);
            let help = "put the reference inside an array, an object type or an interface";
            self.error_help(CIRCULAR, node.ty.span, message, help);
            return self.t.error;
        }
        self.types.interfaces[knot.index()].alias = Some(ty);
        ty
    }

    /// What a `type` stands for, its parameters unbound; an error while it is being found.
    pub(super) fn alias_type(&mut self, id: AliasId) -> TypeId {
        let at = id.0 as usize;
        match self.aliases[at].state {
            Lazy::Done(ty) => return ty,
            Lazy::Busy => return self.t.error,
            Lazy::No => self.aliases[at].state = Lazy::Busy,
        }
        let node = self.aliases[at].node;
        let scope = self.new_scope(Some(self.aliases[at].scope));
        let params = self.declare_type_params(&node.type_params, scope);
        self.aliases[at].params = params.clone();
        let outer = self.alias_context.take();
        self.finish_type_params(&node.type_params, &params, scope);
        self.alias_context = Some((params, Some(node.name.clone())));
        let ty = self.resolve_type(&node.ty, scope);
        self.alias_context = outer;
        let ty = self.tie(id, ty);
        self.aliases[at].state = Lazy::Done(ty);
        ty
    }

    /// Resolves type arguments, fills in defaults and checks constraints.
    pub(super) fn resolve_type_args(
        &mut self,
        nodes: &'a [TypeNode],
        params: &[TypeParamId],
        scope: ScopeId,
        span: Span,
        name: &str,
    ) -> Vec<TypeId> {
        let mut args: Vec<TypeId> = Vec::new();
        for node in nodes {
            args.push(self.resolve_type(node, scope));
        }
        let required = params
            .iter()
            .filter(|p| self.types.params[p.index()].default.is_none())
            .count();
        if args.len() > params.len() || args.len() < required {
            let message = if params.is_empty() {
                format!("`{name}` is not generic")
            } else {
                format!(
                    "`{name}` needs {} type argument(s), not {}",
                    params.len(),
                    args.len()
                )
            };
            self.error(TYPE_ARGUMENTS, span, message);
            return vec![self.t.error; params.len()];
        }
        while args.len() < params.len() {
            let map = self.bind(params, &args);
            let default = self.types.params[params[args.len()].index()].default;
            let default = default.map_or(self.t.unknown, |ty| self.subst(ty, &map));
            args.push(default);
        }
        let spans: Vec<Span> = nodes.iter().map(|n| n.span).collect();
        self.check_constraints(params, &args, &spans, span);
        args
    }

    /// Strings and arrays fit a constraint such as `{ length: number }`, though not a variable of that type.
    fn has_props_of(&mut self, ty: TypeId, wanted: TypeId) -> bool {
        if !matches!(self.get(wanted), Type::Object(_) | Type::Interface(..)) {
            return false;
        }
        let Some(props) = self.props_of(wanted) else {
            return false;
        };
        self.members_of(ty).into_iter().all(|member| {
            props
                .iter()
                .all(|prop| match self.find_member(member, &prop.name) {
                    Some(found) => self.assignable(found.ty, prop.ty),
                    None => prop.optional,
                })
        })
    }

    /// Whether type arguments fit the parameters' constraints.
    pub(super) fn check_constraints(
        &mut self,
        params: &[TypeParamId],
        args: &[TypeId],
        spans: &[Span],
        span: Span,
    ) {
        let map = self.bind(params, args);
        for (at, (&param, &arg)) in params.iter().zip(args).enumerate() {
            let Some(constraint) = self.types.params[param.index()].constraint else {
                continue;
            };
            let constraint = self.subst(constraint, &map);
            if !self.assignable(arg, constraint) && !self.has_props_of(arg, constraint) {
                let message = format!(
                    "type `{}` does not satisfy the constraint `{}`",
                    self.show(arg),
                    self.show(constraint)
                );
                self.error(CONSTRAINT, spans.get(at).copied().unwrap_or(span), message);
            }
        }
    }
}
