//! Array, tuple and object literals, and spreading into them.

use super::function::{Fx, Val};
use super::program::FieldSpec;
use super::repr::{Env, optional};
use crate::ast::*;
use crate::types::{Prop, Type, TypeId};
use raya_bytecode::builtins::Builtin;
use raya_bytecode::image::FIELD_OPTIONAL;
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;

impl<'a> Fx<'a, '_> {
    /// The member of a (union) type that a literal constructs.
    fn constructed(&self, ty: TypeId, fits: impl Fn(&Type) -> bool) -> TypeId {
        match self.p.ty(ty) {
            Type::Union(members) => members
                .iter()
                .copied()
                .find(|&m| fits(self.p.ty(m)))
                .unwrap_or(ty),
            _ => ty,
        }
    }

    /// `[a, ...b]`
    pub fn array_literal(&mut self, ty: TypeId, elems: &'a [ArrayElem]) -> Val {
        let ty = self.constructed(ty, |t| {
            matches!(
                t,
                Type::Array(_) | Type::ReadonlyArray(_) | Type::Tuple { .. }
            )
        });
        match self.p.ty(ty) {
            Type::Tuple {
                elems: types,
                required,
            } => self.tuple_literal(elems, types, *required),
            Type::Array(element) | Type::ReadonlyArray(element) => {
                let slot = self.array_slot(*element);
                self.plain_array(elems, slot, Some(*element))
            }
            _ => self.plain_array(elems, Slot::ARR_MIXED, None),
        }
    }

    fn plain_array(&mut self, elems: &'a [ArrayElem], slot: Slot, ty: Option<TypeId>) -> Val {
        let array = self.new_array(slot, 0);
        for elem in elems {
            match (elem, ty) {
                (ArrayElem::Expr(e), Some(ty)) => {
                    let val = self.expr_to(e, ty);
                    self.push_element(array, val);
                }
                (ArrayElem::Expr(e), None) => {
                    let val = self.raw(e);
                    self.push_element(array, val);
                }
                (ArrayElem::Spread(e), _) => self.append_all(array, e),
            }
        }
        array
    }

    fn tuple_literal(&mut self, elems: &'a [ArrayElem], types: &'a [TypeId], required: u32) -> Val {
        let env = self.env.clone();
        let kinds = self.p.tuple_kinds(types, required, &env);
        let class = self.p.tuple_class(kinds.clone(), required);
        let mut vals = Vec::new();
        for (i, elem) in elems.iter().enumerate() {
            match elem {
                ArrayElem::Expr(e) => {
                    let later: Vec<&'a Expr> = elems[i + 1..].iter().map(elem_expr).collect();
                    let val = match types.get(vals.len()) {
                        Some(&ty) => self.expr_to(e, ty),
                        None => self.raw(e),
                    };
                    vals.push(self.keep(val, e, &later));
                }
                ArrayElem::Spread(e) => {
                    let tuple = self.expr(e);
                    let Some(from) = tuple.slot.as_class() else {
                        return self.refuse(
                            4016,
                            e.span,
                            "only a tuple can be spread into a tuple",
                            "declare what is spread as a tuple",
                        );
                    };
                    for index in 0..self.p.fields(from).len() {
                        let val = self.get_field(tuple.r, from, index as u32);
                        vals.push(val);
                    }
                }
            }
        }
        let object = self.new_object(class);
        for (i, val) in vals.into_iter().enumerate().take(kinds.len()) {
            self.set_field(object.r, class, i as u32, val);
        }
        object
    }

    /// Appends all that an expression gives: an array, tuple, string, Map, Set or iterator.
    pub fn append_all(&mut self, array: Val, e: &'a Expr) {
        let from = self.raw(e);
        let slot = self.object_slot(e);
        let from = self.convert(from, slot);
        if from.slot == array.slot {
            return self.append_array(array, from);
        }
        let ty = self.type_of(e);
        self.iterate_value(from, ty, &mut |fx, val| fx.push_element(array, val));
    }

    /// Appends a copy of an array of the same kind.
    fn append_array(&mut self, array: Val, from: Val) {
        let at = self.def(Op::Len, Slot::I32, array.r.0, 0);
        let count = self.def(Op::Len, Slot::I32, from.r.0, 0);
        let length = self.def(Op::AddI, Slot::I32, at.n.0, count.n.0);
        self.builtin(Builtin::ArrSetLen, &[array, length]);
        let zero = self.int(0);
        self.builtin(Builtin::ArrCopy, &[array, at, from, zero, count]);
    }

    // Objects.

    /// The properties of an object type, with the environment of their types.
    pub fn props_of(&mut self, ty: TypeId) -> Option<(&'a [Prop], Env)> {
        match self.p.ty(ty) {
            Type::Object(props) => Some((props, self.env.clone())),
            Type::Interface(id, args) => {
                let checked = self.p.checked;
                let info = &checked.types.interfaces[id.index()];
                let kinds = self.p.kinds(args, &self.env.clone());
                let params = info.type_params.iter().copied();
                Some((&info.props, self.env.with(params.zip(kinds))))
            }
            _ => None,
        }
    }

    /// `{ a: 1, ...b }`
    pub fn object_literal(&mut self, e: &'a Expr, props: &'a [ObjectProp]) -> Val {
        let ty = self.literal_type(self.type_of(e), props);
        let declared = self.props_of(ty);
        let mut vals: Vec<Given> = Vec::new();
        let mut methods = Vec::new();
        for (i, prop) in props.iter().enumerate() {
            let later: Vec<&'a Expr> = props[i + 1..].iter().map(prop_expr).collect();
            match prop {
                ObjectProp::Property { key, value, .. } => {
                    let val = self.property_value(value, key, &declared, &mut methods);
                    let val = self.keep(val, value, &later);
                    give(&mut vals, key, val);
                }
                ObjectProp::Spread(from) => {
                    for part in self.spread_props(from) {
                        self.give_part(&mut vals, part);
                    }
                }
                ObjectProp::Computed { key, value } => {
                    let ExprKind::String(units) = &key.kind else {
                        return self.refuse(
                            4017,
                            key.span,
                            "computed keys aren't supported in object literals",
                            "use a Map for keys made at run time",
                        );
                    };
                    let name: Name = String::from_utf16_lossy(units).into();
                    let val = self.property_value(value, &name, &declared, &mut methods);
                    give(&mut vals, &name, val);
                }
            }
        }
        let object = self.build_object(vals, &declared);
        self.bind_methods(object, methods);
        object
    }

    /// Adds what a spread gives; a property that it may lack leaves an earlier one in place.
    fn give_part(&mut self, vals: &mut Vec<Given>, part: Given) {
        let earlier = vals.iter().position(|v| v.name == part.name);
        let Some(earlier) = earlier else {
            return vals.push(part);
        };
        let old = vals[earlier].val;
        if !part.optional || part.val.r == crate::mir::NO_REG {
            vals[earlier] = part;
            return;
        }
        let slot = if old.slot == part.val.slot {
            old.slot
        } else {
            Slot::MIXED
        };
        let result = self.fresh(slot);
        let (there, missing, end) = (self.block(), self.block(), self.block());
        self.branch(Op::JTag, part.val.r.0, 0, missing, there);
        self.start(there);
        let val = self.convert(part.val, slot);
        self.assign(result, val);
        self.jump(end);
        self.start(missing);
        let val = self.convert(old, slot);
        self.assign(result, val);
        self.start(end);
        vals[earlier].val = result;
    }

    /// The member of a union that a literal constructs: the one with all of its names, and its discriminants.
    fn literal_type(&mut self, ty: TypeId, props: &'a [ObjectProp]) -> TypeId {
        let Type::Union(members) = self.p.ty(ty) else {
            return ty;
        };
        let names: Vec<(&Name, &Expr)> = props
            .iter()
            .filter_map(|p| match p {
                ObjectProp::Property { key, value, .. } => Some((key, value)),
                _ => None,
            })
            .collect();
        let mut best = (0, ty);
        for &member in members {
            let Some((declared, _)) = self.props_of(member) else {
                continue;
            };
            let score: usize = declared.iter().map(|p| self.prop_score(p, &names)).sum();
            if score > best.0 {
                best = (score, member);
            }
        }
        best.1
    }

    fn prop_score(&self, prop: &Prop, names: &[(&Name, &Expr)]) -> usize {
        let Some((_, value)) = names.iter().find(|n| *n.0 == prop.name) else {
            return 0;
        };
        match (self.p.ty(prop.ty), &value.kind) {
            (Type::StringLit(text), ExprKind::String(units)) => {
                if text.encode_utf16().eq(units.iter().copied()) {
                    100
                } else {
                    0
                }
            }
            (Type::BoolLit(a), ExprKind::Bool(b)) => usize::from(a == b) * 100,
            (Type::NumberLit(a), ExprKind::Number(b)) => usize::from(*a == b.to_bits()) * 100,
            _ => 2,
        }
    }

    fn property_value(
        &mut self,
        value: &'a Expr,
        name: &Name,
        declared: &Option<(&'a [Prop], Env)>,
        methods: &mut Vec<(FnId, Val)>,
    ) -> Val {
        if let ExprKind::Function(f) = &value.kind
            && self.p.scopes.binds_this.contains(&f.id)
        {
            let closure = self.unbound_closure(f.id);
            methods.push((f.id, closure));
            return Val {
                slot: Slot::FUNC,
                ..closure
            };
        }
        let prop = declared
            .as_ref()
            .and_then(|d| d.0.iter().find(|p| p.name == *name));
        match prop {
            Some(prop) if prop.optional || self.p.admits_undefined(prop.ty) => {
                let val = self.lenient(value);
                match value.kind {
                    ExprKind::Undefined => self.nullish(Slot::ANY, 0),
                    _ => val,
                }
            }
            _ => self.expr(value),
        }
    }

    /// The properties that spreading an object gives: those that its type has.
    fn spread_props(&mut self, from: &'a Expr) -> Vec<Given> {
        let object = self.raw(from);
        let ty = self.type_of(from);
        let slot = self.value_slot(ty);
        if self.p.admits_nullish(ty) {
            self.refuse(
                4018,
                from.span,
                "what is spread here may be undefined or null",
                "test for it first",
            );
        }
        let object = self.convert(object, slot);
        let mut found = Vec::new();
        if let Some(class) = object.slot.as_class() {
            let fields = self.p.fields(class);
            for (index, field) in fields.iter().enumerate() {
                let val = self.get_field(object.r, class, index as u32);
                let val = self.copy(val);
                let optional = field.flags & FIELD_OPTIONAL != 0;
                found.push(Given {
                    name: field.name.clone(),
                    val,
                    optional,
                });
            }
            return found;
        }
        let Some((props, env)) = self.props_of(ty) else {
            self.refuse(
                4018,
                from.span,
                "only objects whose properties are known can be spread into an object",
                "name the properties",
            );
            return found;
        };
        for prop in props {
            let mut slot = self.p.slot(prop.ty, &env);
            if prop.optional {
                slot = optional(slot);
            }
            let val = self.get_named(object, &prop.name, slot);
            let val = self.copy(val);
            found.push(Given {
                name: prop.name.clone(),
                val,
                optional: prop.optional,
            });
        }
        found
    }

    /// Makes the object: a field for each property given, then for each optional one of its type that is missing.
    fn build_object(&mut self, vals: Vec<Given>, declared: &Option<(&'a [Prop], Env)>) -> Val {
        let mut specs = Vec::new();
        let empty: &[Prop] = &[];
        let (props, env) = match declared {
            Some((props, env)) => (*props, env.clone()),
            None => (empty, self.env.clone()),
        };
        let mut vals = vals;
        vals.sort_by_key(|v| array_index(&v.name).unwrap_or(u32::MAX));
        for Given {
            name,
            val,
            optional,
        } in &vals
        {
            let prop = props.iter().find(|p| p.name == *name);
            specs.push(match prop {
                Some(prop) => {
                    let spec = self.p.prop_field(prop, &env);
                    // Given, if only as undefined: it is printed.
                    if *optional {
                        specs.push(spec);
                        continue;
                    }
                    FieldSpec {
                        flags: spec.flags & !FIELD_OPTIONAL,
                        ..spec
                    }
                }
                None => FieldSpec {
                    name: name.clone(),
                    slot: if val.slot == Slot::VOID {
                        Slot::ANY
                    } else {
                        val.slot
                    },
                    flags: 0,
                    ty: None,
                },
            });
        }
        for prop in props {
            if vals.iter().all(|v| v.name != prop.name) {
                let mut spec = self.p.prop_field(prop, &env);
                spec.flags |= FIELD_OPTIONAL;
                spec.slot = optional(spec.slot);
                specs.push(spec);
            }
        }
        let class = self.p.shape_class(specs);
        let object = self.new_object(class);
        for (index, given) in vals.into_iter().enumerate() {
            self.set_field(object.r, class, index as u32, given.val);
        }
        object
    }
}

/// A property of an object literal, evaluated; `optional`: undefined means that it isn't there.
struct Given {
    name: Name,
    val: Val,
    optional: bool,
}

/// Adds a property as written.
fn give(vals: &mut Vec<Given>, name: &Name, val: Val) {
    let given = Given {
        name: name.clone(),
        val,
        optional: false,
    };
    match vals.iter_mut().find(|v| v.name == *name) {
        Some(known) => *known = given,
        None => vals.push(given),
    }
}

fn elem_expr(elem: &ArrayElem) -> &Expr {
    match elem {
        ArrayElem::Expr(e) | ArrayElem::Spread(e) => e,
    }
}

fn prop_expr(prop: &ObjectProp) -> &Expr {
    match prop {
        ObjectProp::Property { value: e, .. }
        | ObjectProp::Spread(e)
        | ObjectProp::Computed { value: e, .. } => e,
    }
}

/// The number that a key is, if it is an index: JavaScript puts those first, in order.
fn array_index(key: &str) -> Option<u32> {
    let index: u32 = key.parse().ok()?;
    (index < u32::MAX && index.to_string() == key).then_some(index)
}
