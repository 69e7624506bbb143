//! Types as reflection and marshalling see them.
//!
//! Object types name the shape that marshalling builds; such shapes are classes like any other. All of them must be
//! known before classes are declared, so `complete` describes every field of every class once, until none is new.

use crate::ast::FnId;
use crate::lower::program::{ImportType, Program};
use crate::lower::repr::Env;
use crate::types::{FnType, Prop, Type, TypeId};
use raya_bytecode::assemble::ImageBuilder;
use raya_bytecode::elements::Element;
use raya_bytecode::image::*;
use raya_bytecode::slot::Slot;
use rustc_hash::FxHashMap;

/// Descriptions made so far.
#[derive(Default)]
pub struct Reflector {
    known: FxHashMap<(TypeId, Env), u32>,
    /// Types being described: a function type or array may contain itself through an alias.
    open: Vec<(TypeId, Env)>,
}

impl Reflector {
    /// The types of the exports.
    pub fn exports(&mut self, p: &mut Program<'_>, b: &mut ImageBuilder) -> Vec<u32> {
        let checked = p.checked;
        let types = checked.exports.iter().map(|e| e.ty);
        types.map(|ty| self.desc(p, b, ty, &Env::empty())).collect()
    }

    /// The types of the imports; made from slots where the program declares none.
    pub fn imports(&mut self, p: &mut Program<'_>, b: &mut ImageBuilder) -> Vec<u32> {
        let imports = p.imports.items.clone();
        let mut descs = Vec::new();
        for import in imports {
            descs.push(match import.ty {
                ImportType::Declared(ty) => self.desc(p, b, ty, &Env::empty()),
                ImportType::Parts(mut types, ret) => {
                    types.push(ret);
                    let children = self.list(p, b, &types, &Env::empty());
                    b.desc(DESC_FUNCTION, 0, &children)
                }
                ImportType::Slots => {
                    let mut children: Vec<u32> =
                        import.params.iter().map(|&s| slot_desc(b, s)).collect();
                    children.push(slot_desc(b, import.ret));
                    b.desc(DESC_FUNCTION, 0, &children)
                }
            });
        }
        descs
    }

    /// The types that the code has as values.
    pub fn type_tokens(&mut self, p: &mut Program<'_>, b: &mut ImageBuilder) -> Vec<u32> {
        let tokens = p.type_tokens.items.clone();
        let desc = |(ty, env): (TypeId, Env)| match p.ty(ty) {
            // What a function gives that is to give nothing is nobody's business.
            Type::Void => b.desc(DESC_UNKNOWN, 0, &[]),
            _ => self.desc(p, b, ty, &env),
        };
        tokens.into_iter().map(desc).collect()
    }

    /// Describes the fields of all classes, so that no class is new afterwards.
    pub fn complete(&mut self, p: &mut Program<'_>, b: &mut ImageBuilder) {
        let checked = p.checked;
        for key in p.globals.items.clone() {
            if let crate::lower::program::GlobalKey::Binding(binding) = key {
                self.desc(p, b, checked.bindings[binding.index()].ty, &Env::empty());
            }
        }
        let mut class = 0;
        while class < p.classes.len() {
            for field in p.fields(class as u16).iter() {
                if let Some((ty, env)) = &field.ty {
                    self.desc(p, b, *ty, env);
                }
            }
            for (_, f, env) in p.methods(class as u16) {
                if p.is_called_from_outside(f) {
                    let env = p.function_env(f, &env, &[]);
                    self.method(p, b, f, &env);
                }
            }
            class += 1;
        }
    }

    /// The type of a method, the receiver not among its parameters.
    pub fn method(&mut self, p: &mut Program<'_>, b: &mut ImageBuilder, f: FnId, env: &Env) -> u32 {
        let info = &p.checked.functions[f.index()];
        let params: Vec<TypeId> = info.params.iter().map(|param| param.ty).collect();
        let mut children = self.list(p, b, &params, env);
        children.push(self.desc(p, b, info.ret, env));
        b.desc(DESC_FUNCTION, 0, &children)
    }

    /// The description of a type.
    pub fn desc(
        &mut self,
        p: &mut Program<'_>,
        b: &mut ImageBuilder,
        ty: TypeId,
        env: &Env,
    ) -> u32 {
        let key = (ty, env.clone());
        if let Some(&known) = self.known.get(&key) {
            return known;
        }
        if self.open.contains(&key) || self.open.len() > 64 {
            return b.desc(DESC_UNKNOWN, 0, &[]);
        }
        self.open.push(key.clone());
        let desc = self.make(p, b, ty, env);
        self.open.pop();
        self.known.insert(key, desc);
        desc
    }

    fn make(&mut self, p: &mut Program<'_>, b: &mut ImageBuilder, ty: TypeId, env: &Env) -> u32 {
        let plain = |b: &mut ImageBuilder, tag| b.desc(tag, 0, &[]);
        match p.ty(ty) {
            Type::Error | Type::Unknown | Type::AnyObject | Type::ClassValue(_) => {
                plain(b, DESC_UNKNOWN)
            }
            Type::Never => plain(b, DESC_NEVER),
            Type::Void => plain(b, DESC_VOID),
            Type::Undefined => plain(b, DESC_UNDEFINED),
            Type::Null => plain(b, DESC_NULL),
            Type::Boolean | Type::BoolLit(_) => plain(b, DESC_BOOLEAN),
            Type::Number | Type::NumberLit(_) => plain(b, DESC_NUMBER),
            Type::Int => plain(b, DESC_INT),
            Type::String => plain(b, DESC_STRING),
            Type::StringLit(text) => {
                let text = b.string(text);
                b.desc(DESC_STRING_LITERAL, text, &[])
            }
            Type::Enum(_) | Type::EnumMember(..) => {
                let slot = p.slot(ty, env);
                slot_desc(b, slot)
            }
            Type::Array(element) | Type::ReadonlyArray(element) => {
                let element = self.desc(p, b, *element, env);
                b.desc(DESC_ARRAY, 0, &[element])
            }
            Type::Tuple { elems, .. } => {
                let class = p.slot(ty, env).as_class().expect("a tuple has a class");
                let children = self.list(p, b, elems, env);
                b.desc(DESC_TUPLE, u32::from(class), &children)
            }
            Type::Class(class, args) => self.class(p, b, ty, *class, args, env),
            Type::Interface(id, args) => {
                let checked = p.checked;
                let info = &checked.types.interfaces[id.index()];
                let kinds = p.kinds(args, env);
                let inner = env.with(info.type_params.iter().copied().zip(kinds));
                self.object(p, b, &info.props, &inner)
            }
            Type::Object(props) => self.object(p, b, props, env),
            Type::Function(function) => self.function(p, b, function, env),
            Type::Union(members) => {
                let children = self.list(p, b, members, env);
                b.desc(DESC_UNION, 0, &children)
            }
            Type::Param(param) => {
                let name = p.checked.types.params[param.index()].name.clone();
                match env.get(*param) {
                    Some(slot) if slot != Slot::ANY && slot != Slot::MIXED => slot_desc(b, slot),
                    _ => {
                        let name = b.string(&name);
                        b.desc(DESC_PARAM, name, &[])
                    }
                }
            }
        }
    }

    fn list(
        &mut self,
        p: &mut Program<'_>,
        b: &mut ImageBuilder,
        types: &[TypeId],
        env: &Env,
    ) -> Vec<u32> {
        types.iter().map(|&ty| self.desc(p, b, ty, env)).collect()
    }

    fn class(
        &mut self,
        p: &mut Program<'_>,
        b: &mut ImageBuilder,
        ty: TypeId,
        class: crate::ast::ClassId,
        args: &[TypeId],
        env: &Env,
    ) -> u32 {
        let known = p.checked.known;
        let children = self.list(p, b, args, env);
        let slot = p.slot(ty, env);
        if let Some(handles) = p.handle_class(class) {
            let name = b.string(&handles.name);
            return b.desc(DESC_HANDLE, name, &[]);
        }
        match slot.as_class() {
            Some(_) if class == known.map => b.desc(DESC_MAP, 0, &children),
            Some(_) if class == known.set => b.desc(DESC_SET, 0, &children),
            Some(inst) => b.desc(DESC_CLASS, u32::from(inst), &children),
            None if class == known.promise => b.desc(DESC_PROMISE, 0, &children),
            None if class == known.array => b.desc(DESC_ARRAY, 0, &children),
            None => slot_desc(b, slot),
        }
    }

    fn object(
        &mut self,
        p: &mut Program<'_>,
        b: &mut ImageBuilder,
        props: &[Prop],
        env: &Env,
    ) -> u32 {
        let class = p.shape_of(props, env);
        b.desc(DESC_OBJECT, u32::from(class), &[])
    }

    fn function(
        &mut self,
        p: &mut Program<'_>,
        b: &mut ImageBuilder,
        function: &FnType,
        env: &Env,
    ) -> u32 {
        // A generic function's own parameters are seen as mixed.
        let own = function.type_params.iter().map(|&t| (t, Slot::MIXED));
        let inner = env.with(own);
        let params: Vec<TypeId> = function.params.iter().map(|p| p.ty).collect();
        let mut children = self.list(p, b, &params, &inner);
        children.push(self.desc(p, b, function.ret, &inner));
        b.desc(DESC_FUNCTION, 0, &children)
    }
}

/// The description that a slot alone allows.
fn slot_desc(b: &mut ImageBuilder, slot: Slot) -> u32 {
    if let Some(element) = Element::of_slot(slot) {
        return b.desc(DESC_TYPED, element as u32, &[]);
    }
    let tag = match slot {
        Slot::F64 => DESC_NUMBER,
        Slot::I32 => DESC_INT,
        Slot::BOOL => DESC_BOOLEAN,
        Slot::STR => DESC_STRING,
        Slot::VOID => DESC_VOID,
        Slot::ARR_F64 => {
            let number = b.desc(DESC_NUMBER, 0, &[]);
            return b.desc(DESC_ARRAY, 0, &[number]);
        }
        Slot::ARR_REF | Slot::ARR_MIXED => {
            let unknown = b.desc(DESC_UNKNOWN, 0, &[]);
            return b.desc(DESC_ARRAY, 0, &[unknown]);
        }
        Slot::PROMISE => {
            let unknown = b.desc(DESC_UNKNOWN, 0, &[]);
            return b.desc(DESC_PROMISE, 0, &[unknown]);
        }
        _ => DESC_UNKNOWN,
    };
    b.desc(tag, 0, &[])
}
