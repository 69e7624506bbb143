//! How values are held: from types to slots.
//!
//! Type parameters are compiled once for each kind of slot: an `Env` says which kind each parameter in scope has in
//! the instance at hand. Tuples, array elements and type arguments keep kinds only, so that `[K, V]` seen from inside
//! a generic class and `[string, Foo]` seen from outside are one layout.

use super::program::Program;
use crate::ast::ClassId;
use crate::checked::CallParam;
use crate::types::{EnumValue, Type, TypeId, TypeParamId};
use raya_bytecode::elements::Element;
use raya_bytecode::slot::Slot;
use std::rc::Rc;

/// The kinds of the type parameters in scope, by id.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Env(Rc<[(TypeParamId, Slot)]>);

impl Env {
    /// No type parameters.
    pub fn empty() -> Env {
        Env(Rc::new([]))
    }

    /// With more parameters, which replace those of the same id.
    pub fn with(&self, more: impl IntoIterator<Item = (TypeParamId, Slot)>) -> Env {
        let mut list = self.0.to_vec();
        for (param, slot) in more {
            list.retain(|e| e.0 != param);
            list.push((param, slot));
        }
        list.sort_by_key(|e| e.0);
        Env(list.into())
    }

    /// Only these parameters.
    pub fn only(&self, keep: &[TypeParamId]) -> Env {
        Env(self
            .0
            .iter()
            .copied()
            .filter(|e| keep.contains(&e.0))
            .collect())
    }

    /// The kind of a parameter.
    pub fn get(&self, param: TypeParamId) -> Option<Slot> {
        self.0.iter().find(|e| e.0 == param).map(|e| e.1)
    }
}

/// The kind of a slot: every reference is `ANY`.
pub fn kind(slot: Slot) -> Slot {
    match slot {
        Slot::F64 | Slot::I32 | Slot::BOOL | Slot::MIXED => slot,
        _ => Slot::ANY,
    }
}

/// The slot for a value of `slot` or undefined.
pub fn optional(slot: Slot) -> Slot {
    match slot {
        Slot::F64 | Slot::I32 | Slot::BOOL => Slot::MIXED,
        Slot::VOID => Slot::ANY,
        _ => slot,
    }
}

/// The array of elements of a kind.
pub fn array_of(element: Slot) -> Slot {
    match element {
        Slot::F64 => Slot::ARR_F64,
        Slot::I32 => Slot::ARR_I32,
        Slot::BOOL => Slot::ARR_BOOL,
        Slot::MIXED => Slot::ARR_MIXED,
        _ => Slot::ARR_REF,
    }
}

/// The kind of an array's elements, as a program sees them.
pub fn element_of(array: Slot) -> Slot {
    match array {
        _ if is_typed(array) => Slot::F64,
        Slot::ARR_F64 => Slot::F64,
        Slot::ARR_I32 => Slot::I32,
        Slot::ARR_BOOL => Slot::BOOL,
        Slot::ARR_MIXED => Slot::MIXED,
        _ => Slot::ANY,
    }
}

/// Whether it is one kind of array.
pub fn is_array(slot: Slot) -> bool {
    (Slot::ARR_F64.0..=Slot::ARR_MIXED.0).contains(&slot.0)
}

/// Whether it is a typed array, of a known kind of element or of any.
pub fn is_typed(slot: Slot) -> bool {
    slot == Slot::TYPED || Element::of_slot(slot).is_some()
}

/// Whether its elements have indices and can be read by them: an array or typed array.
pub fn is_indexed(slot: Slot) -> bool {
    is_array(slot) || is_typed(slot)
}

impl<'a> Program<'a> {
    /// The type behind an id.
    pub fn ty(&self, id: TypeId) -> &'a Type {
        self.checked.types.get(id)
    }

    /// The slot of a value of this type.
    pub fn slot(&mut self, id: TypeId, env: &Env) -> Slot {
        match self.ty(id) {
            Type::Error | Type::Never | Type::Void | Type::Undefined | Type::Null => Slot::ANY,
            Type::ClassValue(_) | Type::AnyObject => Slot::ANY,
            Type::Unknown => Slot::MIXED,
            Type::Boolean | Type::BoolLit(_) => Slot::BOOL,
            Type::Number | Type::NumberLit(_) => Slot::F64,
            Type::Int => Slot::I32,
            Type::String | Type::StringLit(_) => Slot::STR,
            Type::Enum(e) | Type::EnumMember(e, _) => self.enum_slot(e.index()),
            Type::Array(element) | Type::ReadonlyArray(element) => {
                array_of(self.slot(*element, env))
            }
            Type::Tuple { elems, required } => {
                let kinds = self.tuple_kinds(elems, *required, env);
                Slot::class(self.tuple_class(kinds, *required))
            }
            Type::Class(class, args) => self.class_slot(*class, args, env),
            // The name of a recursive type inside itself: any of its members.
            Type::Interface(id, _) if self.checked.types.interfaces[id.index()].alias.is_some() => {
                Slot::MIXED
            }
            Type::Interface(..) | Type::Object(_) => Slot::OBJECT,
            Type::Function(_) => Slot::FUNC,
            Type::Union(members) => self.union_slot(members, env),
            Type::Param(param) => env.get(*param).unwrap_or(Slot::MIXED),
        }
    }

    /// The slot of a result of this type.
    pub fn ret_slot(&mut self, id: TypeId, env: &Env) -> Slot {
        match self.ty(id) {
            Type::Void | Type::Never | Type::Undefined => Slot::VOID,
            _ => self.slot(id, env),
        }
    }

    /// The slot of a parameter.
    pub fn param_slot(&mut self, param: &CallParam, env: &Env) -> Slot {
        let slot = self.slot(param.ty, env);
        if param.optional && !param.rest {
            optional(slot)
        } else {
            slot
        }
    }

    /// The kinds of a tuple's elements; optional ones may be undefined.
    pub fn tuple_kinds(&mut self, elems: &[TypeId], required: u32, env: &Env) -> Vec<Slot> {
        let mut kinds = Vec::with_capacity(elems.len());
        for (i, &elem) in elems.iter().enumerate() {
            let slot = self.type_kind(elem, env);
            kinds.push(if i >= required as usize {
                optional(slot)
            } else {
                slot
            });
        }
        kinds
    }

    /// The kinds of type arguments.
    pub fn kinds(&mut self, args: &[TypeId], env: &Env) -> Vec<Slot> {
        args.iter().map(|&a| self.type_kind(a, env)).collect()
    }

    /// The kind of a type's slot, found without naming classes: a class may extend `Base<itself>`.
    pub fn type_kind(&mut self, id: TypeId, env: &Env) -> Slot {
        match self.ty(id) {
            Type::Class(class, _) if !self.is_primitive(*class) => Slot::ANY,
            Type::Array(_) | Type::ReadonlyArray(_) | Type::Tuple { .. } => Slot::ANY,
            Type::Union(members) => {
                let value = |m: &&TypeId| !self.only_nullish(**m);
                let values: Vec<TypeId> = members.iter().filter(value).copied().collect();
                let mut kinds = self.kinds(&values, env);
                kinds.dedup();
                match kinds[..] {
                    [] => Slot::ANY,
                    [one] if values.len() == members.len() => one,
                    [one] => optional(one),
                    _ if kinds.iter().all(|&k| k == Slot::ANY) => Slot::ANY,
                    _ => kind(self.slot(id, env)),
                }
            }
            _ => kind(self.slot(id, env)),
        }
    }

    fn is_primitive(&self, class: ClassId) -> bool {
        class == self.checked.known.number || class == self.checked.known.boolean
    }

    fn enum_slot(&mut self, index: usize) -> Slot {
        let members = &self.checked.types.enums[index].members;
        let numbers = members
            .iter()
            .filter(|m| matches!(m.1, EnumValue::Number(_)))
            .count();
        match numbers {
            0 => Slot::STR,
            n if n == members.len() => Slot::F64,
            _ => Slot::MIXED,
        }
    }

    fn class_slot(&mut self, class: ClassId, args: &[TypeId], env: &Env) -> Slot {
        let known = self.checked.known;
        if self.checked.is_promise(class) {
            Slot::PROMISE
        } else if class == known.array {
            array_of(args.first().map_or(Slot::MIXED, |&a| self.slot(a, env)))
        } else if class == known.string {
            Slot::STR
        } else if class == known.number {
            Slot::F64
        } else if class == known.boolean {
            Slot::BOOL
        } else if self.is_hash_index(class) {
            Slot::HASH
        } else if let Some(element) = known.element(class) {
            element.slot()
        } else if class == known.type_token {
            Slot::F64
        } else if class == known.typed_array {
            let itself = args.first().map(|&a| self.slot(a, env));
            itself.filter(|&s| is_typed(s)).unwrap_or(Slot::TYPED)
        } else if self.handle_class(class).is_some() {
            Slot::HANDLE
        } else {
            let kinds = self.kinds(args, env);
            Slot::class(self.class_inst(class, kinds))
        }
    }

    fn union_slot(&mut self, members: &[TypeId], env: &Env) -> Slot {
        let mut nullish = false;
        let mut found: Vec<Slot> = Vec::new();
        for &member in members {
            match self.ty(member) {
                Type::Undefined | Type::Null | Type::Void => nullish = true,
                Type::Never => {}
                _ => {
                    let slot = self.slot(member, env);
                    if !found.contains(&slot) {
                        found.push(slot);
                    }
                }
            }
        }
        let numeric = |s: &Slot| s.has_num();
        match found[..] {
            [] => Slot::ANY,
            [one] if nullish => optional(one),
            [one] => one,
            [Slot::F64, Slot::I32] | [Slot::I32, Slot::F64] if !nullish => Slot::F64,
            _ if found.iter().any(numeric) => Slot::MIXED,
            _ if found.iter().all(|&s| is_array(s)) => Slot::ARR,
            _ if found.iter().all(|&s| is_typed(s)) => Slot::TYPED,
            _ if found.iter().all(|&s| self.is_object(s)) => Slot::OBJECT,
            _ => Slot::ANY,
        }
    }

    /// Whether a slot's values all are instances of classes (no tuples: those are no objects to a program).
    pub fn is_object(&self, slot: Slot) -> bool {
        slot == Slot::OBJECT
            || slot
                .as_class()
                .is_some_and(|c| self.classes[c as usize].kind != raya_bytecode::image::CLASS_TUPLE)
    }

    /// Whether a value of this type may be undefined (with `null`: also null) as far as the program says.
    pub fn admits_undefined(&self, id: TypeId) -> bool {
        match self.ty(id) {
            Type::Undefined | Type::Void | Type::Unknown => true,
            Type::Union(members) => members.iter().any(|&m| self.admits_undefined(m)),
            _ => false,
        }
    }

    /// Whether a value of this type may be undefined or null.
    pub fn admits_nullish(&self, id: TypeId) -> bool {
        match self.ty(id) {
            Type::Null | Type::Error | Type::AnyObject | Type::Param(_) => true,
            Type::Union(members) => members.iter().any(|&m| self.admits_nullish(m)),
            _ => self.admits_undefined(id),
        }
    }

    /// Whether the type has nothing but undefined and null.
    pub fn only_nullish(&self, id: TypeId) -> bool {
        match self.ty(id) {
            Type::Undefined | Type::Null | Type::Void | Type::Never => true,
            Type::Union(members) => members.iter().all(|&m| self.only_nullish(m)),
            _ => false,
        }
    }
}
