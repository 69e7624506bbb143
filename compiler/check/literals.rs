//! Array and object literals, `as const`, and properties a literal has too many of.
//!
//! A literal gets the type to construct: the contextual one where the literal fits it.

use super::Checker;
use super::codes::*;
use super::members::Member;
use crate::ast::*;
use crate::types::{Prop, Type, TypeId};

/// How deep literals are looked at a second time inside each other.
const RECHECK_MAX: u32 = 4;

impl<'a> Checker<'a> {
    /// Whether a type waits for what a call around it infers.
    pub(super) fn is_open(&mut self, ty: TypeId) -> bool {
        let open = self.inferring.clone();
        self.mentions(ty, &open)
    }

    /// The members of a contextual type that an array literal may become.
    fn expected_list(&mut self, expected: Option<TypeId>, length: usize) -> Option<TypeId> {
        let expected = self.apparent(expected?);
        let mut array = None;
        for member in self.members_of(expected) {
            match self.get(member) {
                Type::Tuple { elems, required } => {
                    if length <= elems.len() && length >= *required as usize {
                        return Some(member);
                    }
                    array = array.or(Some(member));
                }
                Type::Array(_) | Type::ReadonlyArray(_) => array = array.or(Some(member)),
                _ => {}
            }
        }
        array
    }

    pub(super) fn array_literal(
        &mut self,
        elems: &'a [ArrayElem],
        expected: Option<TypeId>,
    ) -> TypeId {
        let wanted = self.expected_list(expected, elems.len());
        match wanted.map(|ty| self.get(ty).clone()) {
            Some(Type::Tuple {
                elems: types,
                required,
            }) => self.tuple_literal(elems, &types, required),
            Some(Type::Array(elem) | Type::ReadonlyArray(elem)) => {
                self.list_literal(elems, Some(elem))
            }
            _ => self.list_literal(elems, None),
        }
    }

    fn list_literal(&mut self, elems: &'a [ArrayElem], wanted: Option<TypeId>) -> TypeId {
        let mut types = Vec::new();
        for elem in elems {
            let ty = match elem {
                ArrayElem::Expr(value) => {
                    let ty = self.check_expr(value, wanted);
                    if wanted.is_some_and(|w| self.wants_literal(w)) {
                        ty
                    } else {
                        self.widened(value, ty)
                    }
                }
                ArrayElem::Spread(value) => {
                    let context = wanted.map(|w| self.array_of(w));
                    let ty = self.check_expr(value, context);
                    self.iterated(ty, value.span)
                }
            };
            types.push(ty);
        }
        if let Some(wanted) = wanted
            && !self.is_open(wanted)
            && types.iter().all(|&ty| self.assignable(ty, wanted))
        {
            return self.array_of(wanted);
        }
        let uniform = types.windows(2).all(|pair| pair[0] == pair[1]);
        let elem = self.union_reduced(types);
        if !uniform && wanted.is_none() {
            let literals = elems.iter().filter_map(|elem| match elem {
                ArrayElem::Expr(value) => Some(value),
                ArrayElem::Spread(_) => None,
            });
            self.construct_as(literals.collect(), elem);
        }
        self.array_of(elem)
    }

    /// Literals beside each other become what their best common type says.
    pub(super) fn construct_as(&mut self, values: Vec<&'a Expr>, ty: TypeId) {
        let differs = |c: &Self, value: &Expr| {
            matches!(value.kind, ExprKind::Object(_) | ExprKind::Array(_))
                && c.expr_types[value.id.index()] != ty
        };
        if self.recheck_depth >= RECHECK_MAX || !values.iter().any(|value| differs(self, value)) {
            return;
        }
        self.recheck_depth += 1;
        for value in values {
            if differs(self, value) {
                self.silently(|c| c.check_expr(value, Some(ty)));
            }
        }
        self.recheck_depth -= 1;
    }

    fn tuple_literal(
        &mut self,
        elems: &'a [ArrayElem],
        wanted: &[TypeId],
        required: u32,
    ) -> TypeId {
        let mut types = Vec::new();
        for elem in elems {
            match elem {
                ArrayElem::Expr(value) => {
                    let context = wanted
                        .get(types.len())
                        .copied()
                        .filter(|&ty| !self.is_error(ty));
                    let ty = self.check_expr(value, context);
                    types.push(self.fitted(value, ty, context));
                }
                ArrayElem::Spread(value) => {
                    let ty = self.check_expr(value, None);
                    match self.get(ty).clone() {
                        Type::Tuple { elems, .. } => types.extend(elems),
                        _ => {
                            let elem = self.iterated(ty, value.span);
                            return self.array_of(elem);
                        }
                    }
                }
            }
        }
        let fits = types.len() <= wanted.len()
            && types.len() >= required as usize
            && types.iter().zip(wanted).all(|(&ty, &w)| ty == w);
        if fits {
            return self.intern(Type::Tuple {
                elems: wanted.to_vec(),
                required,
            });
        }
        let required = types.len() as u32;
        self.intern(Type::Tuple {
            elems: types,
            required,
        })
    }

    /// The type that a part of a literal gets: the wanted one if it fits.
    fn fitted(&mut self, value: &Expr, ty: TypeId, wanted: Option<TypeId>) -> TypeId {
        match wanted {
            Some(wanted) if !self.is_open(wanted) && self.assignable(ty, wanted) => wanted,
            Some(wanted) if self.wants_literal(wanted) => ty,
            _ => self.widened(value, ty),
        }
    }

    /// The object types among the members of a contextual type that fit the literal's literal properties.
    fn expected_objects(
        &mut self,
        expected: Option<TypeId>,
        props: &'a [ObjectProp],
    ) -> Vec<TypeId> {
        let Some(expected) = expected else {
            return Vec::new();
        };
        let expected = self.apparent(expected);
        let mut found: Vec<TypeId> = self
            .members_of(expected)
            .into_iter()
            .filter(|&m| matches!(self.get(m), Type::Object(_) | Type::Interface(..)))
            .collect();
        if found.len() < 2 {
            return found;
        }
        for prop in props {
            let ObjectProp::Property { key, value, .. } = prop else {
                continue;
            };
            let Some(unit) = self.unit_of(value) else {
                continue;
            };
            let fitting: Vec<TypeId> = found
                .iter()
                .copied()
                .filter(|&m| match self.find_member(m, key) {
                    Some(member) => self.assignable(unit, member.ty),
                    None => false,
                })
                .collect();
            if !fitting.is_empty() {
                found = fitting;
            }
        }
        found
    }

    /// The literal type of an expression that can be seen to have one before it is checked.
    fn unit_of(&mut self, expr: &'a Expr) -> Option<TypeId> {
        match &expr.kind {
            ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Undefined => Some(self.check_expr(expr, None)),
            ExprKind::Member { .. } | ExprKind::Ident(_) => {
                let (ty, _) = self.silently(|c| c.check_expr(expr, None));
                self.is_unit(ty).then_some(ty)
            }
            _ => None,
        }
    }

    pub(super) fn object_literal(
        &mut self,
        props: &'a [ObjectProp],
        expected: Option<TypeId>,
    ) -> TypeId {
        let wanted = self.expected_objects(expected, props);
        let mut own: Vec<Prop> = Vec::new();
        // Methods come last, since their `this` has all the properties.
        let is_method = |prop: &ObjectProp| {
            matches!(prop, ObjectProp::Property { value, .. }
                if matches!(&value.kind, ExprKind::Function(f) if f.form == FunctionForm::Method))
        };
        for prop in props.iter().filter(|prop| is_method(prop)) {
            self.announce_method(&mut own, prop);
        }
        let (methods, others): (Vec<_>, Vec<_>) = props.iter().partition(|prop| is_method(prop));
        let order: Vec<Name> = props
            .iter()
            .filter_map(|prop| match prop {
                ObjectProp::Property { key, .. } => Some(key.clone()),
                _ => None,
            })
            .collect();
        for prop in others.into_iter().chain(methods) {
            match prop {
                ObjectProp::Property { key, value, .. } => {
                    self.literal_prop(&mut own, key, value, &wanted);
                }
                ObjectProp::Computed { key, value } => {
                    let key_ty = self.check_expr(key, None);
                    match self.get(key_ty).clone() {
                        Type::StringLit(name) => {
                            self.literal_prop(&mut own, &name, value, &wanted);
                        }
                        _ => {
                            self.check_expr(value, None);
                            let message = "a computed property needs a constant name";
                            let help = "use a `Map` for computed keys";
                            self.error_help(UNSUPPORTED, key.span, message, help);
                        }
                    }
                }
                ObjectProp::Spread(value) => self.spread(&mut own, value),
            }
        }
        if props.iter().any(is_method) {
            own.sort_by_key(|p| order.iter().position(|name| *name == p.name));
        }
        self.constructed(own, &wanted)
    }

    fn literal_prop(
        &mut self,
        own: &mut Vec<Prop>,
        key: &Name,
        value: &'a Expr,
        wanted: &[TypeId],
    ) {
        let mut types = Vec::new();
        for &ty in wanted {
            if let Some(Member { ty, optional, .. }) = self.find_member(ty, key) {
                types.push(if optional { self.optional(ty) } else { ty });
            }
        }
        let context = if types.is_empty() {
            None
        } else {
            Some(self.union(types))
        };
        let outer = self.literal_this.take();
        if matches!(&value.kind, ExprKind::Function(f) if f.form == FunctionForm::Method) {
            self.literal_this = Some(match wanted {
                [only] => *only,
                _ => self.intern(Type::Object(own.clone())),
            });
        }
        let ty = self.check_expr(value, context);
        self.literal_this = outer;
        let ty = match context {
            Some(context) if self.wants_literal(context) => ty,
            _ => self.widened(value, ty),
        };
        let method = matches!(&value.kind, ExprKind::Function(f) if f.form == FunctionForm::Method);
        let prop = Prop {
            name: key.clone(),
            ty,
            optional: false,
            readonly: false,
            method,
        };
        put(own, prop);
    }

    /// A method whose type is written is known to the other methods from the start.
    fn announce_method(&mut self, own: &mut Vec<Prop>, prop: &'a ObjectProp) {
        let ObjectProp::Property { key, value, .. } = prop else {
            return;
        };
        let ExprKind::Function(f) = &value.kind else {
            return;
        };
        if f.ret.is_none() || f.params.iter().any(|p| p.ty.is_none()) {
            return;
        }
        self.fns[f.id.index()].outer_scope = self.cx.scope;
        let ty = self.fn_type(f.id);
        put(
            own,
            Prop {
                name: key.clone(),
                ty,
                optional: false,
                readonly: false,
                method: true,
            },
        );
    }

    fn spread(&mut self, own: &mut Vec<Prop>, value: &'a Expr) {
        let ty = self.check_expr(value, None);
        if self.is_error(ty) {
            return;
        }
        let ty = self.apparent(ty);
        let all = self.members_of(ty);
        let mut objects = Vec::new();
        for &member in &all {
            if self.is_nullish(member) || member == self.t.falsehood || member == self.t.boolean {
                continue;
            }
            match self.props_of(member) {
                Some(props) => objects.push(props),
                None => {
                    let message = format!("`{}` can't be spread into an object", self.show(member));
                    self.error(NOT_ITERABLE, value.span, message);
                    return;
                }
            }
        }
        let partial = objects.len() < all.len() || objects.len() > 1;
        for props in &objects {
            for prop in props.iter().filter(|p| !p.method) {
                let everywhere = objects.len() == all.len()
                    && objects
                        .iter()
                        .all(|o| o.iter().any(|p| p.name == prop.name));
                let may_lack = prop.optional || (partial && !everywhere);
                let mut prop = Prop {
                    readonly: false,
                    ..prop.clone()
                };
                prop.optional = may_lack;
                if let Some(old) = own.iter().find(|p| p.name == prop.name)
                    && (may_lack || partial)
                {
                    prop.ty = self.union([prop.ty, old.ty]);
                    prop.optional = may_lack && old.optional;
                }
                put(own, prop);
            }
        }
    }

    /// The type to construct for a literal with these properties.
    fn constructed(&mut self, own: Vec<Prop>, wanted: &[TypeId]) -> TypeId {
        let literal = self.intern(Type::Object(own.clone()));
        for &target in wanted {
            if self.is_open(target) || !self.assignable(literal, target) {
                continue;
            }
            let Some(props) = self.props_of(target) else {
                continue;
            };
            if own
                .iter()
                .all(|mine| props.iter().any(|p| p.name == mine.name))
            {
                return target;
            }
            // More than wanted, by a spread: everything is kept, with the types wanted.
            let mut all = own;
            for mine in &mut all {
                if let Some(prop) = props.iter().find(|p| p.name == mine.name) {
                    let optional = mine.optional;
                    *mine = prop.clone();
                    mine.optional &= optional;
                }
            }
            return self.intern(Type::Object(all));
        }
        literal
    }

    /// Properties written in a literal that the wanted type doesn't have.
    pub(super) fn check_excess(&mut self, expr: &'a Expr, target: TypeId) {
        let target = self.apparent(target);
        match &expr.kind {
            ExprKind::Object(props) => self.check_excess_props(props, target),
            ExprKind::Array(elems) => {
                let list = self.expected_list(Some(target), elems.len());
                let list = list.map(|ty| self.get(ty).clone());
                for (at, elem) in elems.iter().enumerate() {
                    let ArrayElem::Expr(value) = elem else {
                        continue;
                    };
                    let wanted = match &list {
                        Some(Type::Array(elem) | Type::ReadonlyArray(elem)) => Some(*elem),
                        Some(Type::Tuple { elems, .. }) => elems.get(at).copied(),
                        _ => None,
                    };
                    if let Some(wanted) = wanted {
                        self.check_excess(value, wanted);
                    }
                }
            }
            ExprKind::Cond {
                then, otherwise, ..
            } => {
                self.check_excess(then, target);
                self.check_excess(otherwise, target);
            }
            _ => {}
        }
    }

    fn check_excess_props(&mut self, props: &'a [ObjectProp], target: TypeId) {
        let members: Vec<TypeId> = self
            .expected_objects(Some(target), props)
            .into_iter()
            .filter(|&m| self.props_of(m).is_some_and(|p| !p.is_empty()))
            .collect();
        let all = self.members_of(target);
        let open = all.iter().any(|&m| {
            matches!(
                self.get(m),
                Type::AnyObject | Type::Unknown | Type::Param(_) | Type::Error
            ) || matches!(self.get(m), Type::Object(props) if props.is_empty())
        });
        if members.is_empty() || open {
            return;
        }
        for prop in props {
            let ObjectProp::Property { key, value, span } = prop else {
                continue;
            };
            let mut types = Vec::new();
            for &member in &members {
                if let Some(found) = self.find_member(member, key) {
                    types.push(found.ty);
                }
            }
            if types.is_empty() {
                let message = format!("`{key}` does not exist in type `{}`", self.show(target));
                self.error(EXCESS, *span, message);
                continue;
            }
            let wanted = self.union(types);
            self.check_excess(value, wanted);
        }
    }

    /// `expr as const`
    pub(super) fn const_expr(&mut self, expr: &'a Expr) -> TypeId {
        let ty = match &expr.kind {
            ExprKind::Array(elems) => {
                let mut types = Vec::new();
                for elem in elems {
                    match elem {
                        ArrayElem::Expr(value) => types.push(self.const_expr(value)),
                        ArrayElem::Spread(value) => {
                            let ty = self.check_expr(value, None);
                            match self.get(ty).clone() {
                                Type::Tuple { elems, .. } => types.extend(elems),
                                _ => {
                                    let message = "only tuples can be spread into a constant array";
                                    self.error(SPREAD, value.span, message);
                                }
                            }
                        }
                    }
                }
                let required = types.len() as u32;
                self.intern(Type::Tuple {
                    elems: types,
                    required,
                })
            }
            ExprKind::Object(props) => {
                let mut own = Vec::new();
                for prop in props {
                    match prop {
                        ObjectProp::Property { key, value, .. } => {
                            let ty = self.const_expr(value);
                            let name = key.clone();
                            put(
                                &mut own,
                                Prop {
                                    name,
                                    ty,
                                    optional: false,
                                    readonly: true,
                                    method: false,
                                },
                            );
                        }
                        ObjectProp::Spread(value) => self.spread(&mut own, value),
                        ObjectProp::Computed { key, .. } => {
                            let message = "a computed property needs a constant name";
                            let help = "use a `Map` for computed keys";
                            self.error_help(UNSUPPORTED, key.span, message, help);
                        }
                    }
                }
                self.intern(Type::Object(own))
            }
            _ => return self.check_expr(expr, None),
        };
        self.expr_types[expr.id.index()] = ty;
        ty
    }
}

/// Adds a property; one of that name is replaced where it stands.
fn put(props: &mut Vec<Prop>, prop: Prop) {
    match props.iter_mut().find(|p| p.name == prop.name) {
        Some(old) => *old = prop,
        None => props.push(prop),
    }
}
