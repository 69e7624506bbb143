//! Members: fields, accessors, statics, lengths, and properties found at run time by name.

use super::function::{Fx, Val};
use super::program::{FuncKey, GlobalKey};
use super::repr::{array_of, element_of, is_indexed};
use crate::ast::*;
use crate::checked::MemberRes;
use crate::mir::{Inst, NO_REG};
use crate::types::{Type, TypeId};
use raya_bytecode::image::FIELD_OPTIONAL;
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;

/// A member that can be read and written, its object evaluated.
#[derive(Clone)]
pub enum MemberPlace {
    /// A field of a class instance.
    Field(Val, u16, u32),
    /// Accessors called directly: the object (if not static), getter, setter, and their class.
    Accessor(Option<Val>, Option<FnId>, Option<FnId>, Option<u16>),
    /// Found by name: object, name, slot it is seen as.
    Named(Val, Name, Slot),
    /// A field of the globals.
    Global(u32, Slot),
    /// A length.
    Length(Val),
}

impl<'a> Fx<'a, '_> {
    /// The class instance, at or above `declared`, that a value of this type is.
    pub fn instance_for(&mut self, ty: TypeId, declared: ClassId) -> u16 {
        self.find_instance(ty, declared)
            .unwrap_or_else(|| self.p.class_inst(declared, Vec::new()))
    }

    fn find_instance(&mut self, ty: TypeId, declared: ClassId) -> Option<u16> {
        match self.p.ty(ty) {
            Type::Union(members) => members
                .iter()
                .find_map(|&m| self.find_instance(m, declared)),
            Type::Param(param) => {
                let constraint = self.p.checked.types.params[param.index()].constraint?;
                self.find_instance(constraint, declared)
            }
            _ => {
                let class = self.slot(ty).as_class()?;
                self.p.ancestor(class, declared)
            }
        }
    }

    /// The object as an instance of (an instance of) the class that declares a member.
    pub fn receiver(&mut self, val: Val, ty: TypeId, declared: ClassId) -> (Val, u16) {
        let class = val.slot.as_class();
        let inst = match class.and_then(|c| self.p.ancestor(c, declared)) {
            Some(inst) => inst,
            None => self.instance_for(ty, declared),
        };
        (self.convert(val, Slot::class(inst)), inst)
    }

    /// Whether a value is only known to be some instance of a generic class (`x instanceof Map`): its members are
    /// found by name.
    pub fn is_unknown_instance(&mut self, val: Val, ty: TypeId, declared: ClassId) -> bool {
        let is_class = val.slot.as_class().is_some();
        if is_class
            || self.p.checked.classes[declared.index()]
                .type_params
                .is_empty()
        {
            return false;
        }
        let inst = self.instance_for(ty, declared);
        let class = self.p.classes[inst as usize].declared.clone();
        class.is_some_and(|(id, env)| {
            let params = &self.p.checked.classes[id.index()].type_params;
            params.iter().all(|&p| env.get(p) == Some(Slot::MIXED))
        })
    }

    /// Reads `a.b` (or `a["b"]`).
    pub fn member(&mut self, e: &'a Expr, object: &'a Expr, name: &Name, optional: bool) -> Val {
        let Some(res) = self.member_res(e) else {
            return self.refuse(
                4013,
                e.span,
                &format!("`{name}` can't be read here"),
                "declare the member in a class or interface",
            );
        };
        match res {
            MemberRes::EnumMember(e, index) => return self.enum_member(*e, *index),
            MemberRes::Module(resolution) => return self.named(e, Some(*resolution)),
            MemberRes::StaticMethod(_, f) => return self.function_value(*f),
            MemberRes::StaticField(class, index) => {
                if let Some(literal) = self.p.static_constant(*class, *index) {
                    return self.expr(literal);
                }
            }
            MemberRes::Method(..) => {
                return self.refuse(
                    4005,
                    e.span,
                    "a method can't be used as a value",
                    "write an arrow function that calls it",
                );
            }
            _ => {}
        }
        let place = self.member_place(e, object, res, optional);
        self.read_member(&place)
    }

    /// Evaluates the object of a member.
    pub fn member_place(
        &mut self,
        e: &'a Expr,
        object: &'a Expr,
        res: &'a MemberRes,
        optional: bool,
    ) -> MemberPlace {
        match res {
            MemberRes::StaticField(class, index) => {
                let (index, slot) = self.static_field(*class, *index);
                return MemberPlace::Global(index, slot);
            }
            MemberRes::StaticAccessor { getter, setter } => {
                return MemberPlace::Accessor(None, *getter, *setter, None);
            }
            _ => {}
        }
        let val = self.lenient_object(object);
        if optional {
            self.cut_short_if_nullish(val);
        }
        let ty = self.type_of(object);
        match res {
            MemberRes::Field(class, index) => {
                if self.is_unknown_instance(val, ty, *class) {
                    let name = &self.p.checked.classes[class.index()].fields[*index as usize].name;
                    let slot = self.slot_of(e);
                    return MemberPlace::Named(val, name.clone(), slot);
                }
                let (val, inst) = self.receiver(val, ty, *class);
                let index = self.p.field_index(inst, *index);
                MemberPlace::Field(val, inst, index)
            }
            MemberRes::Accessor {
                class,
                getter,
                setter,
            } => {
                let name = getter.or(*setter).map(|f| self.p.ast(f).name.clone());
                let name = name.unwrap_or_else(|| "".into());
                if self.is_primitive_class(*class) {
                    return MemberPlace::Accessor(Some(val), *getter, *setter, None);
                }
                if self.is_unknown_instance(val, ty, *class) {
                    let slot = self.slot_of(e);
                    return MemberPlace::Named(val, name, slot);
                }
                let (val, inst) = self.receiver(val, ty, *class);
                if self.is_dynamic(inst, &name, getter.or(*setter)) {
                    let slot = self.slot_of(e);
                    return MemberPlace::Named(val, name, slot);
                }
                MemberPlace::Accessor(Some(val), *getter, *setter, Some(inst))
            }
            MemberRes::TupleElem(index) => {
                let slot = self.object_slot(object);
                let val = self.convert(val, slot);
                match slot.as_class() {
                    Some(class) => MemberPlace::Field(val, class, *index),
                    None => MemberPlace::Named(val, index.to_string().into(), Slot::MIXED),
                }
            }
            MemberRes::Length => {
                let slot = self.object_slot(object);
                MemberPlace::Length(self.convert(val, slot))
            }
            MemberRes::Structural(name) => {
                let slot = self.slot_of(e);
                MemberPlace::Named(val, name.clone(), slot)
            }
            _ => {
                self.refuse(
                    4013,
                    e.span,
                    "this member can't be used here",
                    "read it into a variable first",
                );
                MemberPlace::Named(val, "".into(), Slot::MIXED)
            }
        }
    }

    /// The object of a member: an element that is out of range is undefined only in front of `?.`.
    fn lenient_object(&mut self, object: &'a Expr) -> Val {
        if self.chains.is_empty() {
            self.raw(object)
        } else {
            self.lenient(object)
        }
    }

    /// The field of the globals that holds a static field.
    pub fn static_field(&mut self, class: ClassId, index: u32) -> (u32, Slot) {
        let ty = self.p.checked.classes[class.index()].static_fields[index as usize].ty;
        let slot = self.slot(ty);
        let global = self.p.global(GlobalKey::Static(class, index), slot);
        (global, slot)
    }

    /// Whether a class's instances aren't objects: arrays, typed arrays, strings, numbers, booleans, promises.
    pub fn is_primitive_class(&self, class: ClassId) -> bool {
        let known = self.p.checked.known;
        [known.array, known.string, known.number, known.boolean].contains(&class)
            || known.is_typed(class)
            || self.p.checked.is_promise(class)
    }

    /// Whether a member must be found at run time: a class below overrides it, or it has no body here.
    pub fn is_dynamic(&self, inst: u16, name: &str, function: Option<FnId>) -> bool {
        let abstract_here = function.is_some_and(|f| self.p.ast(f).body.is_none());
        let declared = self.p.classes[inst as usize].declared.as_ref();
        abstract_here || declared.is_some_and(|d| self.p.is_overridden(d.0, name))
    }

    /// Reads a member.
    pub fn read_member(&mut self, place: &MemberPlace) -> Val {
        match place {
            MemberPlace::Field(object, class, index) => self.get_field(object.r, *class, *index),
            MemberPlace::Global(index, slot) => self.get_global(*index, *slot),
            MemberPlace::Length(val) => self.length(*val),
            MemberPlace::Named(object, name, slot) => self.get_named(*object, name, *slot),
            MemberPlace::Accessor(object, getter, _, class) => {
                let Some(getter) = *getter else {
                    return self.nullish(Slot::ANY, 0);
                };
                if let Some(literal) = self.literal_result(getter) {
                    return self.expr(literal);
                }
                let receiver = object.map(|o| (o, *class));
                self.call_accessor(getter, receiver, None)
            }
        }
    }

    /// The literal that a getter always gives (`Math.PI`).
    fn literal_result(&self, getter: FnId) -> Option<&'a Expr> {
        let Some(FnBody::Block(body)) = &self.p.ast(getter).body else {
            return None;
        };
        match &body[..] {
            [
                Stmt {
                    kind: StmtKind::Return(Some(e)),
                    ..
                },
            ] if super::classes::is_literal(e) => Some(e),
            _ => None,
        }
    }

    /// Writes a member.
    pub fn write_member(&mut self, place: &MemberPlace, value: Val) {
        match place {
            MemberPlace::Field(object, class, index) => {
                self.set_field(object.r, *class, *index, value);
            }
            MemberPlace::Global(index, slot) => self.set_global(*index, *slot, value),
            MemberPlace::Length(array) => {
                let length = self.length_value(value);
                let builtin = raya_bytecode::builtins::Builtin::ArrSetLen;
                self.builtin(builtin, &[*array, length]);
            }
            MemberPlace::Named(object, name, slot) => {
                let value = self.convert(value, *slot);
                self.set_named(*object, name, value);
            }
            MemberPlace::Accessor(object, _, setter, class) => {
                if let Some(setter) = *setter {
                    let receiver = object.map(|o| (o, *class));
                    self.call_accessor(setter, receiver, Some(value));
                }
            }
        }
    }

    fn call_accessor(
        &mut self,
        f: FnId,
        receiver: Option<(Val, Option<u16>)>,
        value: Option<Val>,
    ) -> Val {
        let env = match receiver {
            Some((val, class)) => self.receiver_env(val, class, f),
            None => super::repr::Env::empty(),
        };
        let (params, ret) = self.p.signature(f, &env);
        let mut args: Vec<Val> = receiver.iter().map(|r| r.0).collect();
        if let (Some(value), Some(&slot)) = (value, params.first()) {
            args.push(self.convert(value, slot));
        }
        let function = self.p.function(FuncKey::Plain(f, env));
        self.call(Op::Call, ret, function, 0, &args)
    }

    /// The kinds of the type parameters of a receiver's class, as the declaring class of `f` sees them.
    pub fn receiver_env(&mut self, val: Val, class: Option<u16>, f: FnId) -> super::repr::Env {
        match class {
            Some(class) => {
                let declared = self.p.classes[class as usize].declared.clone();
                declared.expect("a receiver is of a declared class").1
            }
            None => {
                let known = self.p.checked.known;
                let class = self.p.checked.functions[f.index()].class;
                let empty = super::repr::Env::empty();
                match class {
                    Some(c) if c == known.array => {
                        let param = self.p.checked.classes[c.index()].type_params[0];
                        empty.with([(param, element_of(val.slot))])
                    }
                    Some(c) if known.is_typed(c) => {
                        let itself = self.p.checked.classes[c.index()].type_params.first();
                        empty.with(itself.map(|&param| (param, val.slot)))
                    }
                    Some(c) => {
                        let params = &self.p.checked.classes[c.index()].type_params;
                        empty.with(params.iter().map(|&p| (p, Slot::MIXED)))
                    }
                    None => empty,
                }
            }
        }
    }

    /// A length to be set, as an int: -1, which is refused, if it is none.
    pub fn length_value(&mut self, val: Val) -> Val {
        if val.slot == Slot::I32 {
            return val;
        }
        let number = self.convert(val, Slot::F64);
        self.def(Op::F2X, Slot::I32, number.n.0, 0)
    }

    /// The length of an array, typed array, tuple or string.
    pub fn length(&mut self, val: Val) -> Val {
        if let Some(class) = val.slot.as_class() {
            return self.tuple_length(val, class);
        }
        if val.slot == Slot::ANY {
            let length = self.any_length(val, Slot::F64);
            return self.convert(length, Slot::I32);
        }
        let op = if val.slot == Slot::STR {
            Op::StrLen
        } else {
            Op::Len
        };
        self.def(op, Slot::I32, val.r.0, 0)
    }

    /// The required elements, and the optional ones up to the first that is missing.
    fn tuple_length(&mut self, val: Val, class: u16) -> Val {
        let fields = self.p.fields(class);
        let is_optional = |f: &super::program::FieldSpec| f.flags & FIELD_OPTIONAL != 0;
        let required = fields.iter().position(is_optional).unwrap_or(fields.len());
        let result = self.fresh(Slot::I32);
        self.emit(Op::ConstI, result.n.0, required as u32, 0);
        let end = self.block();
        for index in required..fields.len() {
            let part = self.get_field(val.r, class, index as u32);
            let there = self.block();
            self.branch(Op::JTag, part.r.0, 0, end, there);
            self.start(there);
            self.emit(Op::AddWI, result.n.0, result.n.0, 1);
        }
        self.start(end);
        result
    }

    /// Reads a member by name, as a slot.
    pub fn get_named(&mut self, object: Val, name: &Name, slot: Slot) -> Val {
        if object.r == NO_REG {
            return self.refuse(
                4014,
                self.span,
                &format!("`{name}` can't be looked up in a number or boolean"),
                "declare the parameter with its own type instead of an object type",
            );
        }
        if &**name == "length" && object.slot == Slot::ANY {
            return self.any_length(object, slot);
        }
        let object = self.as_object(object);
        let member = self.p.member(name);
        // References come as any and are checked to be what the program says.
        let seen = if slot.has_num() { slot } else { Slot::ANY };
        let result = self.fresh(seen);
        let mut inst = Inst::new(
            Op::GetMember,
            [result.n.0, result.r.0, object.r.0],
            self.span,
        );
        inst.x[3] = member;
        inst.x[4] = u32::from(seen.0);
        self.push(inst);
        self.convert(result, slot)
    }

    /// The length of what may be a string, an array or an object with such a member.
    fn any_length(&mut self, object: Val, slot: Slot) -> Val {
        let result = self.fresh(slot);
        let end = self.block();
        for kind in [Slot::STR, Slot::ARR, Slot::TYPED] {
            let (fits, next) = (self.block(), self.block());
            let test = self.def(Op::IsType, Slot::BOOL, object.r.0, u32::from(kind.0));
            self.branch(Op::JTrue, test.n.0, 0, fits, next);
            self.start(fits);
            let val = self.convert(object, kind);
            let length = self.length(val);
            let length = self.convert(length, slot);
            self.assign(result, length);
            self.jump(end);
            self.start(next);
        }
        let other = self.as_object(object);
        let length = self.get_named(other, &"length".into(), slot);
        self.assign(result, length);
        self.start(end);
        result
    }

    /// Writes a member by name.
    pub fn set_named(&mut self, object: Val, name: &Name, value: Val) {
        let object = self.as_object(object);
        let member = self.p.member(name);
        let mut inst = Inst::new(Op::SetMember, [value.n.0, value.r.0, object.r.0], self.span);
        inst.x[3] = member;
        inst.x[4] = u32::from(value.slot.0);
        self.push(inst);
    }

    /// The value as an object whose members can be looked up.
    pub fn as_object(&mut self, val: Val) -> Val {
        if val.slot.as_class().is_some() {
            return val;
        }
        self.convert(val, Slot::OBJECT)
    }

    /// Reads a property by name of a value whose static type is at hand: for patterns and spreads.
    pub fn property(&mut self, object: Val, name: &Name, want: Slot) -> Val {
        if let Some(class) = object.slot.as_class() {
            let fields = self.p.fields(class);
            if let Some(index) = fields.iter().position(|f| f.name == *name) {
                return self.get_field(object.r, class, index as u32);
            }
        }
        if &**name == "length" && (object.slot == Slot::STR || is_indexed(object.slot)) {
            return self.length(object);
        }
        self.get_named(object, name, want)
    }

    /// The type of a property of a type, as far as it is known without substitution.
    pub fn property_type(&mut self, ty: TypeId, name: &str) -> Option<TypeId> {
        let types = &self.p.checked.types;
        match self.p.ty(ty) {
            Type::Object(props) => props.iter().find(|p| &*p.name == name).map(|p| p.ty),
            Type::Interface(id, args) => {
                let info = &types.interfaces[id.index()];
                let prop = info.props.iter().find(|p| &*p.name == name)?;
                if let Type::Param(param) = self.p.ty(prop.ty) {
                    let at = info.type_params.iter().position(|p| p == param)?;
                    return args.get(at).copied();
                }
                Some(prop.ty)
            }
            Type::Class(class, args) => {
                let info = &self.p.checked.classes[class.index()];
                if let Some(field) = info.fields.iter().find(|f| &*f.name == name) {
                    if let Type::Param(param) = self.p.ty(field.ty) {
                        let at = info.type_params.iter().position(|p| p == param)?;
                        return args.get(at).copied();
                    }
                    return Some(field.ty);
                }
                let getter = info
                    .methods
                    .iter()
                    .find(|m| &*m.0 == name && self.p.ast(m.1).form == FunctionForm::Getter);
                if let Some(getter) = getter {
                    return Some(self.p.checked.functions[getter.1.index()].ret);
                }
                let base = info.base.as_ref()?.0;
                let base_fields = &self.p.checked.classes[base.index()].fields;
                base_fields.iter().find(|f| &*f.name == name).map(|f| f.ty)
            }
            Type::Union(members) => members.iter().find_map(|&m| self.property_type(m, name)),
            _ => None,
        }
    }

    /// The array slot for elements of a type.
    pub fn array_slot(&mut self, element: TypeId) -> Slot {
        array_of(self.slot(element))
    }
}
