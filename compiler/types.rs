//! What types mean: the interned terms that the checker computes with and the lowering reads.
//!
//! Invariants: terms are hash-consed, so equal types have equal `TypeId`s; unions are flat,
//! sorted, without duplicates and never of one member; literals are absorbed by their base.
//! `int` is a type of its own, assignable to and from `number` (checked on the way in).
//! Classes are nominal, everything else is structural.
//! Absent: assignability, inference (`check/`); slots and layouts (`lower/`).

use crate::ast::{ClassId, Name, dense_id};

dense_id!(
    /// An interned type.
    TypeId
);
dense_id!(
    /// A type parameter's declaration.
    TypeParamId
);
dense_id!(
    /// An interface or object alias, for recursion and display; its members are in `TypeArena::interfaces`.
    InterfaceId
);
dense_id!(
    /// An enum declaration.
    EnumId
);

/// A type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Type {
    /// An error was reported; silences further ones.
    Error,
    /// `never`
    Never,
    /// `unknown`
    Unknown,
    /// `void`
    Void,
    /// `undefined`
    Undefined,
    /// `null`
    Null,
    /// `boolean` (not a union of literals here)
    Boolean,
    /// `true` or `false`
    BoolLit(bool),
    /// `number`
    Number,
    /// `int`
    Int,
    /// A number literal, by bits.
    NumberLit(u64),
    /// `string`
    String,
    /// A string literal (UTF-8; a literal with lone surrogates is plain `string`).
    StringLit(Name),
    /// An enum.
    Enum(EnumId),
    /// A member of an enum, by index. Only inside the checker: the lowering sees the `Enum`.
    EnumMember(EnumId, u32),
    /// `T[]`
    Array(TypeId),
    /// `readonly T[]`. Only inside the checker: the lowering sees the `Array`.
    ReadonlyArray(TypeId),
    /// `[A, B]`: required elements first, then optional ones.
    Tuple {
        /// The elements' types.
        elems: Vec<TypeId>,
        /// How many are required.
        required: u32,
    },
    /// An instance of a class, the prelude's `Map`, `Set`, `Error`, `Promise` … among them.
    Class(ClassId, Vec<TypeId>),
    /// The constructor itself (`typeof C`): for static members and `new`.
    ClassValue(ClassId),
    /// A named interface applied to arguments.
    Interface(InterfaceId, Vec<TypeId>),
    /// An anonymous object type.
    Object(Vec<Prop>),
    /// A function.
    Function(FnType),
    /// `A | B`
    Union(Vec<TypeId>),
    /// A type parameter in its scope.
    Param(TypeParamId),
    /// `object`
    AnyObject,
}

/// A property of an object type; sorted as declared, since printing follows that order.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Prop {
    /// Its name.
    pub name: Name,
    /// Its type; without the `| undefined` of an optional one.
    pub ty: TypeId,
    /// `x?`
    pub optional: bool,
    /// `readonly x`
    pub readonly: bool,
    /// Declared as a method: parameters are compared bivariantly.
    pub method: bool,
}

/// A function type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FnType {
    /// Its own type parameters, if generic.
    pub type_params: Vec<TypeParamId>,
    /// Parameters; a rest parameter is last and has its array type.
    pub params: Vec<FnParam>,
    /// Result.
    pub ret: TypeId,
    /// `x is T`: index of the parameter and the type.
    pub predicate: Option<(u32, TypeId)>,
}

/// A parameter of a function type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FnParam {
    /// Its name, for messages and reflection.
    pub name: Name,
    /// Its type as the caller sees it; without the `| undefined` of an optional one.
    pub ty: TypeId,
    /// `x?` or `x = default`
    pub optional: bool,
    /// `...x`
    pub rest: bool,
}

/// A declared type parameter.
#[derive(Clone, Debug)]
pub struct TypeParamInfo {
    /// Its name.
    pub name: Name,
    /// `extends`
    pub constraint: Option<TypeId>,
    /// `=`
    pub default: Option<TypeId>,
}

/// A declared interface or object alias.
#[derive(Clone, Debug)]
pub struct InterfaceInfo {
    /// Its name.
    pub name: Name,
    /// Its type parameters.
    pub type_params: Vec<TypeParamId>,
    /// All its properties, inherited ones first.
    pub props: Vec<Prop>,
    /// `[key: string]: T`
    pub index: Option<TypeId>,
    /// Not an interface but the name of a recursive `type` inside itself, as in `type Json = string | Json[]`:
    /// what it stands for. Only parts of types are such names, never the type of an expression.
    pub alias: Option<TypeId>,
}

/// A declared enum.
#[derive(Clone, Debug)]
pub struct EnumInfo {
    /// Its name.
    pub name: Name,
    /// Name and value of each member.
    pub members: Vec<(Name, EnumValue)>,
}

/// The value of an enum's member.
#[derive(Clone, PartialEq, Debug)]
pub enum EnumValue {
    /// A number.
    Number(f64),
    /// A string.
    String(Name),
}

/// Where all types live.
#[derive(Default, Debug)]
pub struct TypeArena {
    types: Vec<Type>,
    ids: rustc_hash::FxHashMap<Type, TypeId>,
    /// Type parameters by id.
    pub params: Vec<TypeParamInfo>,
    /// Interfaces by id.
    pub interfaces: Vec<InterfaceInfo>,
    /// Enums by id.
    pub enums: Vec<EnumInfo>,
}

impl TypeArena {
    /// The id of `ty`, made if new. Unions must come through the checker's `union`, which normalises.
    pub fn intern(&mut self, ty: Type) -> TypeId {
        if let Some(&id) = self.ids.get(&ty) {
            return id;
        }
        let id = TypeId(self.types.len() as u32);
        self.types.push(ty.clone());
        self.ids.insert(ty, id);
        id
    }

    /// The id of `ty`, if it was interned.
    pub fn find(&self, ty: &Type) -> Option<TypeId> {
        self.ids.get(ty).copied()
    }

    /// The type behind an id.
    pub fn get(&self, id: TypeId) -> &Type {
        &self.types[id.index()]
    }
}
