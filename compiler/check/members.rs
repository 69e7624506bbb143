//! Members: what `a.b` finds in a type, and which properties a type has.
//!
//! Built-in types find theirs in the prelude's classes. Absent: checks of visibility and of assignment
//! (`expressions.rs`, `assign.rs`).

use super::terms::Subst;
use super::{Checker, FieldNode, Lazy};
use crate::ast::*;
use crate::checked::MemberRes;
use crate::types::{EnumId, EnumValue, FnType, InterfaceId, Prop, Type, TypeId};
use std::rc::Rc;

/// A member found in a type.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// Without the `| undefined` of an optional one.
    pub ty: TypeId,
    pub optional: bool,
    pub readonly: bool,
    pub method: bool,
    pub is_public: bool,
    pub visibility: Visibility,
    /// The declaring class.
    pub class: Option<ClassId>,
    pub is_abstract: bool,
    pub res: MemberRes,
    /// All declarations of an overloaded method, and how their types are instantiated.
    pub overloads: Vec<(FnId, TypeId)>,
}

impl Member {
    fn plain(ty: TypeId, res: MemberRes) -> Member {
        Member {
            ty,
            optional: false,
            readonly: false,
            method: false,
            is_public: true,
            visibility: Visibility::Public,
            class: None,
            is_abstract: false,
            res,
            overloads: Vec::new(),
        }
    }
}

/// Array methods that a `readonly T[]` doesn't have.
const MUTATING: [&str; 9] = [
    "push",
    "pop",
    "shift",
    "unshift",
    "splice",
    "sort",
    "reverse",
    "fill",
    "copyWithin",
];

impl<'a> Checker<'a> {
    /// The member of that name, if the type has one.
    pub(super) fn find_member(&mut self, ty: TypeId, name: &str) -> Option<Member> {
        let known = self.known;
        let ty = self.unfold(ty);
        match self.get(ty).clone() {
            Type::Param(_) => {
                let constraint = self.apparent(ty);
                if constraint == ty {
                    None
                } else {
                    self.find_member(constraint, name)
                }
            }
            Type::String | Type::StringLit(_) => self.string_member(name),
            Type::Number | Type::NumberLit(_) | Type::Int => {
                self.class_member(known.number, &[], name, false)
            }
            Type::Boolean | Type::BoolLit(_) => self.class_member(known.boolean, &[], name, false),
            Type::EnumMember(id, index) => match self.enum_value(id, index) {
                EnumValue::Number(_) => self.class_member(known.number, &[], name, false),
                EnumValue::String(_) => self.string_member(name),
            },
            Type::Enum(id) if self.is_numeric_enum(id) => {
                self.class_member(known.number, &[], name, false)
            }
            Type::Enum(_) => self.string_member(name),
            Type::Array(elem) => self.array_member(elem, name),
            Type::ReadonlyArray(elem) => {
                let mut member = self.array_member(elem, name)?;
                member.readonly = true;
                (!MUTATING.contains(&name)).then_some(member)
            }
            Type::Tuple { elems, .. } => {
                if let Ok(index) = name.parse::<u32>() {
                    let &elem = elems.get(index as usize)?;
                    return Some(Member::plain(elem, MemberRes::TupleElem(index)));
                }
                let elem = self.union(elems);
                self.array_member(elem, name)
            }
            Type::Class(class, _) if name == "length" && known.is_typed(class) => {
                let mut member = Member::plain(self.t.number, MemberRes::Length);
                member.readonly = true;
                Some(member)
            }
            Type::Class(class, args) => self.class_member(class, &args, name, false),
            Type::ClassValue(class) => {
                let params = self.classes[class.index()].type_params.clone();
                let args = self.params_as_args(&params);
                self.class_member(class, &args, name, true)
            }
            Type::Interface(..) | Type::Object(_) => {
                let props = self.props_of(ty)?;
                let prop = props.iter().find(|p| &*p.name == name)?;
                let mut member = Member::plain(prop.ty, MemberRes::Structural(prop.name.clone()));
                member.optional = prop.optional;
                member.readonly = prop.readonly;
                member.method = prop.method;
                Some(member)
            }
            Type::Union(members) => self.union_member(&members, name),
            _ => None,
        }
    }

    fn string_member(&mut self, name: &str) -> Option<Member> {
        if name == "length" {
            let mut member = Member::plain(self.t.number, MemberRes::Length);
            member.readonly = true;
            return Some(member);
        }
        self.class_member(self.known.string, &[], name, false)
    }

    fn array_member(&mut self, elem: TypeId, name: &str) -> Option<Member> {
        if name == "length" {
            return Some(Member::plain(self.t.number, MemberRes::Length));
        }
        self.class_member(self.known.array, &[elem], name, false)
    }

    /// A member that every type of a union has.
    fn union_member(&mut self, members: &[TypeId], name: &str) -> Option<Member> {
        let mut all = Vec::new();
        for &member in members {
            all.push(self.find_member(member, name)?);
        }
        let mut result = all[0].clone();
        if all[1..].iter().any(|m| m.res != result.res) {
            result.res = MemberRes::Structural(name.into());
        }
        result.optional = all.iter().any(|m| m.optional);
        result.readonly = all.iter().any(|m| m.readonly);
        result.is_public = all.iter().all(|m| m.is_public);
        let types: Vec<TypeId> = all.iter().map(|m| m.ty).collect();
        result.ty = self
            .union_of_fns(&types)
            .unwrap_or_else(|| self.union(types.clone()));
        if types.iter().any(|&ty| ty != types[0]) {
            result.overloads.clear();
        }
        Some(result)
    }

    /// Functions of a union called as one: parameters must fit all, the result is one of theirs.
    pub(super) fn union_of_fns(&mut self, types: &[TypeId]) -> Option<TypeId> {
        let mut fns: Vec<FnType> = Vec::new();
        for &ty in types {
            match self.get(ty) {
                Type::Function(f) if f.type_params.is_empty() => fns.push(f.clone()),
                _ => return None,
            }
        }
        let mut result = fns.iter().max_by_key(|f| f.params.len())?.clone();
        for f in &fns {
            for at in 0..result.params.len() {
                let Some(param) = f.params.get(at) else {
                    continue;
                };
                let mine = result.params[at].clone();
                if param.rest != mine.rest {
                    return None;
                }
                if self.assignable(param.ty, mine.ty) {
                    result.params[at].ty = param.ty;
                } else if !self.assignable(mine.ty, param.ty) {
                    return None;
                }
                result.params[at].optional &= param.optional;
            }
        }
        let rets: Vec<TypeId> = fns.iter().map(|f| f.ret).collect();
        result.ret = self.union(rets);
        result.predicate = None;
        Some(self.intern(Type::Function(result)))
    }

    /// A member of a class or its bases.
    pub(super) fn class_member(
        &mut self,
        class: ClassId,
        args: &[TypeId],
        name: &str,
        is_static: bool,
    ) -> Option<Member> {
        let mut at = Some((class, args.to_vec()));
        while let Some((class, args)) = at {
            if let Some(member) = self.own_member(class, &args, name, is_static) {
                return Some(member);
            }
            at = self.base_of(class, &args);
        }
        None
    }

    /// A member that the class itself declares.
    pub(super) fn own_member(
        &mut self,
        class: ClassId,
        args: &[TypeId],
        name: &str,
        is_static: bool,
    ) -> Option<Member> {
        let data = &self.classes[class.index()];
        let node = data.node?;
        let map = self.bind(&data.type_params, args);
        let fields = if is_static {
            &data.static_fields
        } else {
            &data.fields
        };
        if let Some(index) = fields.iter().position(|f| &*f.name == name) {
            return Some(self.field_member(class, index, is_static, &map));
        }
        self.method_member(class, node, name, is_static, &map)
    }

    fn field_member(
        &mut self,
        class: ClassId,
        index: usize,
        is_static: bool,
        map: &Subst,
    ) -> Member {
        let ty = self.field_type(class, index, is_static);
        let ty = self.subst(ty, map);
        let data = &self.classes[class.index()];
        let field = if is_static {
            &data.static_fields[index]
        } else {
            &data.fields[index]
        };
        let (visibility, readonly, optional) = match field.node {
            FieldNode::Field(field) => (field.visibility, field.readonly, field.optional),
            FieldNode::Param(param, ..) => (
                param.visibility,
                param.property == Some(true),
                param.optional,
            ),
        };
        let res = if is_static {
            MemberRes::StaticField(class, index as u32)
        } else {
            MemberRes::Field(class, index as u32)
        };
        let mut member = Member::plain(ty, res);
        member.class = Some(class);
        member.visibility = visibility;
        member.is_public = visibility == Visibility::Public;
        member.readonly = readonly;
        member.optional = optional;
        member
    }

    fn method_member(
        &mut self,
        class: ClassId,
        node: &'a Class,
        name: &str,
        is_static: bool,
        map: &Subst,
    ) -> Option<Member> {
        let found: Vec<&'a Method> = node
            .methods
            .iter()
            .filter(|m| {
                m.is_static == is_static
                    && &*m.function.name == name
                    && m.function.form != FunctionForm::Constructor
            })
            .collect();
        let first = *found.first()?;
        let mut member = if first.function.form == FunctionForm::Method {
            let mut overloads = Vec::new();
            for method in &found {
                let ty = self.fn_type(method.function.id);
                overloads.push((method.function.id, self.subst(ty, map)));
            }
            let (id, ty) = overloads[0];
            let res = if is_static {
                MemberRes::StaticMethod(class, id)
            } else {
                MemberRes::Method(class, id)
            };
            let mut member = Member::plain(ty, res);
            member.method = true;
            member.readonly = true;
            member.overloads = overloads;
            member
        } else {
            self.accessor_member(class, &found, is_static, map)
        };
        member.class = Some(class);
        member.visibility = first.visibility;
        member.is_public = first.visibility == Visibility::Public;
        member.optional = first.optional;
        member.is_abstract = first.is_abstract;
        Some(member)
    }

    fn accessor_member(
        &mut self,
        class: ClassId,
        found: &[&'a Method],
        is_static: bool,
        map: &Subst,
    ) -> Member {
        let with = |form| {
            found
                .iter()
                .find(|m| m.function.form == form)
                .map(|m| m.function.id)
        };
        let getter = with(FunctionForm::Getter);
        let setter = with(FunctionForm::Setter);
        let ty = match (getter, setter) {
            (Some(getter), _) => self.fn_ret(getter),
            (None, Some(setter)) => {
                let params = self.fn_params(setter);
                params.first().map_or(self.t.error, |p| p.ty)
            }
            (None, None) => self.t.error,
        };
        let ty = self.subst(ty, map);
        let res = if is_static {
            MemberRes::StaticAccessor { getter, setter }
        } else {
            MemberRes::Accessor {
                class,
                getter,
                setter,
            }
        };
        let mut member = Member::plain(ty, res);
        member.readonly = setter.is_none();
        member
    }

    /// The type of a field, found from its annotation or initial value.
    pub(super) fn field_type(&mut self, class: ClassId, index: usize, is_static: bool) -> TypeId {
        let field = self.field_mut(class, index, is_static).clone();
        match field.ty {
            Lazy::Done(ty) => return ty,
            Lazy::Busy => {
                let span = match field.node {
                    FieldNode::Field(field) => field.span,
                    FieldNode::Param(param, ..) => param.span,
                };
                self.report_circular(&field.name, span);
                return self.t.error;
            }
            Lazy::No => self.field_mut(class, index, is_static).ty = Lazy::Busy,
        }
        let ty = match field.node {
            FieldNode::Param(_, constructor, at) => {
                let params = self.fn_params(constructor);
                let param = params.get(at as usize).map(|p| p.ty);
                param.unwrap_or(self.t.error)
            }
            FieldNode::Field(node) => self.declared_field_type(class, node),
        };
        self.field_mut(class, index, is_static).ty = Lazy::Done(ty);
        ty
    }

    pub(super) fn field_mut(
        &mut self,
        class: ClassId,
        index: usize,
        is_static: bool,
    ) -> &mut super::FieldData<'a> {
        let data = &mut self.classes[class.index()];
        if is_static {
            &mut data.static_fields[index]
        } else {
            &mut data.fields[index]
        }
    }

    /// A type's properties, inherited ones first; `None` for types that aren't objects with named ones.
    pub(super) fn props_of(&mut self, ty: TypeId) -> Option<Rc<[Prop]>> {
        if let Some(known) = self.props_cache.get(&ty) {
            return Some(known.clone());
        }
        let (props, complete): (Rc<[Prop]>, bool) = match self.get(ty).clone() {
            Type::Object(props) => (props.into(), true),
            Type::Interface(id, args) => self.interface_props(id, &args),
            Type::Class(class, args) => (self.class_props(class, &args).into(), true),
            Type::Param(_) => {
                let constraint = self.apparent(ty);
                return if constraint == ty {
                    None
                } else {
                    self.props_of(constraint)
                };
            }
            _ => return None,
        };
        if complete {
            self.props_cache.insert(ty, props.clone());
        }
        Some(props)
    }

    fn interface_props(&mut self, id: InterfaceId, args: &[TypeId]) -> (Rc<[Prop]>, bool) {
        self.ensure_interface(id);
        let complete = self.interfaces[id.index()].state == super::BodyState::Done;
        let info = &self.types.interfaces[id.index()];
        let (params, props) = (info.type_params.clone(), info.props.clone());
        let map = self.bind(&params, args);
        let props: Vec<Prop> = props
            .into_iter()
            .map(|p| self.subst_prop(p, &map))
            .collect();
        (props.into(), complete)
    }

    /// The public members of a class's instances.
    fn class_props(&mut self, class: ClassId, args: &[TypeId]) -> Vec<Prop> {
        let mut props: Vec<Prop> = match self.base_of(class, args) {
            Some((base, base_args)) => self.class_props(base, &base_args),
            None => Vec::new(),
        };
        let data = &self.classes[class.index()];
        let Some(node) = data.node else { return props };
        let mut names: Vec<Name> = data.fields.iter().map(|f| f.name.clone()).collect();
        for method in &node.methods {
            let own = !method.is_static && method.function.form != FunctionForm::Constructor;
            if own && !names.contains(&method.function.name) {
                names.push(method.function.name.clone());
            }
        }
        for name in names {
            let Some(member) = self.own_member(class, args, &name, false) else {
                continue;
            };
            if !member.is_public {
                continue;
            }
            let prop = Prop {
                name: name.clone(),
                ty: member.ty,
                optional: member.optional,
                readonly: member.readonly && !member.method,
                method: member.method,
            };
            match props.iter_mut().find(|p| p.name == name) {
                Some(old) => *old = prop,
                None => props.push(prop),
            }
        }
        props
    }

    /// The type of an enum's member: the enum itself if it has only that one.
    pub(super) fn enum_member(&mut self, id: EnumId, index: u32) -> TypeId {
        let member = self.intern(Type::EnumMember(id, index));
        self.union([member])
    }
}
