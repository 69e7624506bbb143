//! The program as it is being lowered: the instances of functions and classes found reachable so far, and the
//! interned constants.
//!
//! Functions are numbered when first asked for and lowered later, from a work list, so dead code never gets a number.
//! Classes too; their numbers are put in preorder by emission.
//! Absent: layouts in words (`emit/`), code (`function.rs` and what extends it).

use super::repr::{Env, kind, optional};
use super::scopes::Scopes;
use crate::ast::*;
use crate::checked::{CheckedProgram, FieldInfo, HandleClass};
use crate::diagnostics::Diagnostics;
use crate::mir::Func;
use crate::types::{Prop, TypeId, TypeParamId};
use raya_bytecode::image;
use raya_bytecode::slot::Slot;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// What a function instance is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum FuncKey {
    /// A function as written; of an async one the part that spawns the body.
    Plain(FnId, Env),
    /// The body of an async function.
    AsyncBody(FnId, Env),
    /// A function without captures, as a closure.
    Wrapper(FnId, Env),
    /// Between two function types: see `adapters`.
    Adapter(TypeId, TypeId, Env),
    /// A host function, as a closure.
    HostWrapper(u32),
    /// What `new` runs: field initialisers and constructor of a class instance.
    Constructor(u16),
    /// The constructor of a promise.
    PromiseConstructor,
    /// `String(x)` of any value: what its class's `toString` gives, if it has one.
    Text,
    /// All modules' statements.
    Init,
}

/// A field of a class instance.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FieldSpec {
    /// Its name.
    pub name: Name,
    /// What it holds.
    pub slot: Slot,
    /// `FIELD_…` bits.
    pub flags: u16,
    /// Its type, for reflection.
    pub ty: Option<(TypeId, Env)>,
}

/// A class, shape, tuple, cell or closure class.
#[derive(Debug)]
pub struct ClassInst {
    /// Its name.
    pub name: String,
    /// `CLASS_…`.
    pub kind: u16,
    /// The class above.
    pub base: Option<u16>,
    /// For declared classes: which, and the kinds of its type arguments.
    pub declared: Option<(ClassId, Env)>,
    /// For closures: the function.
    pub function: Option<u32>,
    /// All fields, inherited ones first; made when first asked for.
    pub fields: Option<Rc<[FieldSpec]>>,
    /// An instance is made somewhere: its methods may be reached by name.
    pub is_made: bool,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum ClassKey {
    Declared(ClassId, Vec<Slot>),
    Shape(Vec<FieldSpec>),
    Tuple(Vec<Slot>, u32),
    Cell(Slot, bool),
    Closure(FuncKey),
}

/// Numbers things in the order in which they are first seen.
pub struct Interner<T> {
    /// By number.
    pub items: Vec<T>,
    ids: FxHashMap<T, u32>,
}

impl<T: Clone + Eq + std::hash::Hash> Interner<T> {
    fn new() -> Interner<T> {
        Interner {
            items: Vec::new(),
            ids: FxHashMap::default(),
        }
    }

    /// The number of an item that has one.
    pub fn get(&self, item: &T) -> Option<u32> {
        self.ids.get(item).copied()
    }

    /// The number of an item.
    pub fn id(&mut self, item: T) -> u32 {
        if let Some(&id) = self.ids.get(&item) {
            return id;
        }
        let id = self.items.len() as u32;
        self.items.push(item.clone());
        self.ids.insert(item, id);
        id
    }
}

/// What a field of the globals holds.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum GlobalKey {
    /// A module-level variable.
    Binding(BindingId),
    /// Whether its declaration has run.
    Initialized(BindingId),
    /// A static field.
    Static(ClassId, u32),
    /// The one closure of a function without captures.
    Closure(u32),
}

/// How much is known of an import's type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum ImportType {
    /// Its slots say all.
    Slots,
    /// The function type that the program declares.
    Declared(TypeId),
    /// Parameters and result, as the prelude declares them.
    Parts(Vec<TypeId>, TypeId),
}

/// A host function used.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ImportSpec {
    /// The capability.
    pub module: Name,
    /// The function.
    pub name: Name,
    /// Exact parameter types.
    pub params: Vec<Slot>,
    /// Exact result type.
    pub ret: Slot,
    /// What is known of its type beyond the slots.
    pub ty: ImportType,
    /// Where it is imported.
    pub at: (FileId, u32),
}

/// See the module's header.
pub struct Program<'a> {
    /// The program as checked.
    pub checked: &'a CheckedProgram,
    /// What the walk found.
    pub scopes: Scopes<'a>,
    /// Where errors go.
    pub diagnostics: &'a mut Diagnostics,
    /// Function instances, by number.
    pub functions: Interner<FuncKey>,
    /// Their code, as far as lowered.
    pub lowered: Vec<Option<Func>>,
    /// Classes, by the lowering's number.
    pub classes: Vec<ClassInst>,
    class_ids: FxHashMap<ClassKey, u16>,
    /// Fields of the globals.
    pub globals: Interner<GlobalKey>,
    /// Their slots.
    pub global_slots: Vec<Slot>,
    /// String constants.
    pub strings: Interner<Rc<[u16]>>,
    /// Number constants, by bits.
    pub numbers: Interner<u64>,
    /// Signatures: parameters' kinds and result's.
    pub sigs: Interner<(Vec<Slot>, Slot)>,
    /// Names looked up at run time.
    pub members: Interner<Name>,
    /// Host functions.
    pub imports: Interner<ImportSpec>,
    /// Types that the code has as values.
    pub type_tokens: Interner<(TypeId, Env)>,
}

impl<'a> Program<'a> {
    /// Nothing reachable yet.
    pub fn new(checked: &'a CheckedProgram, diagnostics: &'a mut Diagnostics) -> Program<'a> {
        Program {
            checked,
            scopes: super::scopes::collect(checked),
            diagnostics,
            functions: Interner::new(),
            lowered: Vec::new(),
            classes: Vec::new(),
            class_ids: FxHashMap::default(),
            globals: Interner::new(),
            global_slots: Vec::new(),
            strings: Interner::new(),
            numbers: Interner::new(),
            sigs: Interner::new(),
            members: Interner::new(),
            imports: Interner::new(),
            type_tokens: Interner::new(),
        }
    }

    /// The number of a function instance; it will be lowered.
    pub fn function(&mut self, key: FuncKey) -> u32 {
        self.functions.id(key)
    }

    /// A string constant.
    pub fn string(&mut self, text: &str) -> u32 {
        self.strings.id(text.encode_utf16().collect())
    }

    /// A number constant; NaN in its one form.
    pub fn number(&mut self, value: f64) -> u32 {
        let value = if value.is_nan() { f64::NAN } else { value };
        self.numbers.id(value.to_bits())
    }

    /// A member looked up by name at run time.
    pub fn member(&mut self, name: &Name) -> u32 {
        self.members.id(name.clone())
    }

    /// The signature of kinds for exact slots.
    pub fn sig(&mut self, params: &[Slot], ret: Slot) -> u32 {
        let ret = if ret == Slot::VOID { ret } else { kind(ret) };
        self.sigs
            .id((params.iter().map(|&p| kind(p)).collect(), ret))
    }

    /// The number of a field of the globals.
    pub fn global(&mut self, key: GlobalKey, slot: Slot) -> u32 {
        let id = self.globals.id(key);
        if id as usize == self.global_slots.len() {
            self.global_slots.push(slot);
        }
        id
    }

    /// The function as written.
    pub fn ast(&self, function: FnId) -> &'a Function {
        self.scopes.functions[&function]
    }

    /// Whether a class is the prelude's opaque hash index.
    pub fn is_hash_index(&self, class: ClassId) -> bool {
        self.scopes
            .classes
            .get(&class)
            .is_some_and(|c| &*c.name == "__HashIndex")
    }

    /// What a class of handles is.
    pub fn handle_class(&self, class: ClassId) -> Option<&'a HandleClass> {
        self.checked
            .handle_classes
            .iter()
            .find(|c| c.class == class)
    }

    /// Whether a file is part of the prelude.
    pub fn is_prelude(&self, file: FileId) -> bool {
        let source = self.diagnostics.sources.get(file.index());
        source.is_some_and(|s| s.path.starts_with("raya:"))
    }

    /// The name of a class.
    pub fn class_name(&self, class: ClassId) -> Name {
        self.scopes
            .classes
            .get(&class)
            .map_or_else(|| "?".into(), |c| c.name.clone())
    }

    /// The type parameters that an instance of a function depends on: its own, its class's, and those of the functions around it.
    pub fn relevant_params(&self, function: FnId) -> Vec<TypeParamId> {
        let mut params = Vec::new();
        let mut next = Some(function);
        while let Some(f) = next {
            let info = &self.checked.functions[f.index()];
            params.extend(&info.type_params);
            if let Some(class) = info.class {
                params.extend(&self.checked.classes[class.index()].type_params);
            }
            next = info.parent;
        }
        params
    }

    /// The environment of an instance of `function` made where `env` holds, with these kinds for its own type parameters.
    pub fn function_env(&self, function: FnId, env: &Env, own: &[Slot]) -> Env {
        let info = &self.checked.functions[function.index()];
        let own_params = info.type_params.iter().enumerate();
        let own = own_params.map(|(i, &p)| (p, own.get(i).copied().unwrap_or(Slot::MIXED)));
        env.with(own).only(&self.relevant_params(function))
    }

    /// The exact parameters and result of a function as written, `this` not among them.
    pub fn signature(&mut self, function: FnId, env: &Env) -> (Vec<Slot>, Slot) {
        let info = &self.checked.functions[function.index()];
        let params = info
            .params
            .iter()
            .map(|p| self.param_slot(p, env))
            .collect();
        let ret = if self.ast(function).is_async {
            Slot::PROMISE
        } else {
            self.ret_slot(info.ret, env)
        };
        (params, ret)
    }

    fn add_class(&mut self, key: ClassKey, class: ClassInst) -> u16 {
        let id = self.classes.len() as u16;
        if self.classes.len() >= usize::from(u16::MAX - raya_bytecode::slot::CLASS_BASE) {
            // Reported at the end, from the length.
            return id.saturating_sub(1);
        }
        self.classes.push(class);
        self.class_ids.insert(key, id);
        id
    }

    /// The instance of a declared class for these kinds of type arguments.
    pub fn class_inst(&mut self, class: ClassId, mut kinds: Vec<Slot>) -> u16 {
        let info = &self.checked.classes[class.index()];
        kinds.resize(info.type_params.len(), Slot::MIXED);
        let key = ClassKey::Declared(class, kinds);
        if let Some(&id) = self.class_ids.get(&key) {
            return id;
        }
        let ClassKey::Declared(_, kinds) = &key else {
            unreachable!("made above")
        };
        let params = info.type_params.iter().copied();
        let env = Env::empty().with(params.zip(kinds.iter().copied()));
        let base = info.base.as_ref().map(|(base, args)| {
            let kinds = self.kinds(args, &env);
            self.class_inst(*base, kinds)
        });
        let known = self.checked.known;
        let kind = if class == known.map {
            image::CLASS_MAP
        } else if class == known.set {
            image::CLASS_SET
        } else if class == known.error {
            image::CLASS_ERROR
        } else {
            match base.map(|b| self.classes[b as usize].kind) {
                Some(image::CLASS_ERROR) => image::CLASS_ERROR,
                _ => image::CLASS_NOMINAL,
            }
        };
        let inst = ClassInst {
            name: self.class_name(class).to_string(),
            kind,
            base,
            declared: Some((class, env)),
            function: None,
            fields: None,
            is_made: false,
        };
        self.add_class(key, inst)
    }

    fn made_class(&mut self, key: ClassKey, name: &str, kind: u16, fields: Vec<FieldSpec>) -> u16 {
        if let Some(&id) = self.class_ids.get(&key) {
            return id;
        }
        let inst = ClassInst {
            name: name.to_string(),
            kind,
            base: None,
            declared: None,
            function: None,
            fields: Some(fields.into()),
            is_made: true,
        };
        self.add_class(key, inst)
    }

    /// The tuple of these kinds.
    pub fn tuple_class(&mut self, kinds: Vec<Slot>, required: u32) -> u16 {
        let fields = kinds.iter().enumerate().map(|(i, &slot)| FieldSpec {
            name: i.to_string().into(),
            slot,
            flags: if i >= required as usize {
                image::FIELD_OPTIONAL
            } else {
                0
            },
            ty: None,
        });
        let fields = fields.collect();
        let key = ClassKey::Tuple(kinds, required);
        self.made_class(key, "tuple", image::CLASS_TUPLE, fields)
    }

    /// The class of object literals with these fields.
    pub fn shape_class(&mut self, fields: Vec<FieldSpec>) -> u16 {
        let key = ClassKey::Shape(fields.clone());
        self.made_class(key, "Object", image::CLASS_SHAPE, fields)
    }

    /// The shape of objects of a type with these properties.
    pub fn shape_of(&mut self, props: &[Prop], env: &Env) -> u16 {
        let fields = props
            .iter()
            .map(|prop| self.prop_field(prop, env))
            .collect();
        self.shape_class(fields)
    }

    /// The field of a shape for a declared property.
    pub fn prop_field(&mut self, prop: &Prop, env: &Env) -> FieldSpec {
        let slot = self.slot(prop.ty, env);
        let mut flags = 0;
        if prop.optional {
            flags |= image::FIELD_OPTIONAL;
        }
        if prop.readonly {
            flags |= image::FIELD_READONLY;
        }
        FieldSpec {
            name: prop.name.clone(),
            slot: if prop.optional { optional(slot) } else { slot },
            flags,
            ty: Some((prop.ty, env.clone())),
        }
    }

    /// The class of a shared variable; `checked`: with a flag that says whether its declaration has run.
    pub fn cell_class(&mut self, slot: Slot, checked: bool) -> u16 {
        let field = |name: &str, slot| FieldSpec {
            name: name.into(),
            slot,
            flags: 0,
            ty: None,
        };
        let mut fields = vec![field("value", slot)];
        if checked {
            fields.push(field("set", Slot::BOOL));
        }
        self.made_class(
            ClassKey::Cell(slot, checked),
            "cell",
            image::CLASS_CELL,
            fields,
        )
    }

    /// The class of the closures of a function instance, with the number of that function.
    pub fn closure_class(&mut self, key: FuncKey, fields: Vec<FieldSpec>) -> u16 {
        let class_key = ClassKey::Closure(key.clone());
        if let Some(&id) = self.class_ids.get(&class_key) {
            return id;
        }
        let function = self.function(key);
        let id = self.made_class(class_key, "closure", image::CLASS_CLOSURE, fields);
        self.classes[id as usize].function = Some(function);
        id
    }

    /// The class of the closures of a function instance, if it was made.
    pub fn known_closure(&self, key: &FuncKey) -> Option<u16> {
        self.class_ids.get(&ClassKey::Closure(key.clone())).copied()
    }

    /// The instances of a generic class that are known.
    pub fn all_instances(&self, class: ClassId) -> Vec<Slot> {
        let of_class =
            |c: &&(usize, &ClassInst)| c.1.declared.as_ref().is_some_and(|d| d.0 == class);
        let instances = self.classes.iter().enumerate().collect::<Vec<_>>();
        instances
            .iter()
            .filter(of_class)
            .map(|c| Slot::class(c.0 as u16))
            .collect()
    }

    /// All fields of a class, inherited ones first. A field that a base declares too is one with the base's.
    pub fn fields(&mut self, class: u16) -> Rc<[FieldSpec]> {
        if let Some(fields) = &self.classes[class as usize].fields {
            return fields.clone();
        }
        let inst = &self.classes[class as usize];
        let (declared, env) = inst
            .declared
            .clone()
            .expect("other classes come with fields");
        let mut fields = match inst.base {
            Some(base) => self.fields(base).to_vec(),
            None => Vec::new(),
        };
        let inherited = fields.len();
        for field in &self.checked.classes[declared.index()].fields {
            let slot = self.slot(field.ty, &env);
            if let Some(at) = redeclared(&fields[..inherited], &field.name) {
                self.same_slot(declared, &fields[at], slot);
                continue;
            }
            fields.push(FieldSpec {
                name: field.name.clone(),
                slot,
                flags: self.field_flags(declared, &field.name),
                ty: Some((field.ty, env.clone())),
            });
        }
        let fields: Rc<[FieldSpec]> = fields.into();
        self.classes[class as usize].fields = Some(fields.clone());
        fields
    }

    fn field_flags(&self, class: ClassId, name: &Name) -> u16 {
        let ast = self.scopes.classes.get(&class);
        let field = ast.and_then(|c| c.fields.iter().find(|f| !f.is_static && f.name == *name));
        let mut flags = 0;
        if name.starts_with('#') || name.starts_with("__") {
            flags |= image::FIELD_HIDDEN;
        }
        if let Some(field) = field {
            // An optional field of a class is there from the start, as undefined: it is printed.
            if field.readonly {
                flags |= image::FIELD_READONLY;
            }
        }
        flags
    }

    /// The instance of `declared` that `class` is or extends.
    pub fn ancestor(&self, class: u16, declared: ClassId) -> Option<u16> {
        let mut next = Some(class);
        while let Some(id) = next {
            let inst = &self.classes[id as usize];
            if inst.declared.as_ref().is_some_and(|d| d.0 == declared) {
                return Some(id);
            }
            next = inst.base;
        }
        None
    }

    /// The number of a field among all fields of the class instance that declares it.
    pub fn field_index(&mut self, inst: u16, own_index: u32) -> u32 {
        let class = &self.classes[inst as usize];
        let (base, declared) = (class.base, class.declared.as_ref().map(|d| d.0));
        let declared = declared.expect("fields with numbers of their own are of declared classes");
        let inherited = base.map_or(Rc::from([]), |b| self.fields(b));
        let own = &self.checked.classes[declared.index()].fields[..=own_index as usize];
        let (field, before) = own.split_last().expect("there is at least this one");
        let is_new = |f: &&FieldInfo| redeclared(&inherited, &f.name).is_none();
        let at = redeclared(&inherited, &field.name);
        at.unwrap_or_else(|| inherited.len() + before.iter().filter(is_new).count()) as u32
    }

    /// Reports a field whose values would not fit where the base class keeps them.
    fn same_slot(&mut self, class: ClassId, base: &FieldSpec, slot: Slot) {
        if base.slot == slot {
            return;
        }
        let ast = self.scopes.classes[&class];
        let field = ast
            .fields
            .iter()
            .find(|f| !f.is_static && f.name == base.name);
        let message = format!("`{}` has another type in the base class", base.name);
        let help = "declare it in the base class only, or with the same type here";
        self.diagnostics
            .error_help(4031, field.map_or(ast.span, |f| f.span), message, help);
    }

    /// Whether a class below `class` has a member of this name.
    pub fn is_overridden(&self, class: ClassId, name: &str) -> bool {
        let info = &self.checked.classes[class.index()];
        info.subclasses.iter().any(|&sub| {
            let sub_info = &self.checked.classes[sub.index()];
            sub_info.methods.iter().any(|m| &*m.0 == name)
                || sub_info.fields.iter().any(|f| &*f.name == name)
                || self.is_overridden(sub, name)
        })
    }
}

/// Where the bases keep a field of this name; names with `#` are each class' own.
fn redeclared(inherited: &[FieldSpec], name: &Name) -> Option<usize> {
    let known = inherited.iter().position(|field| field.name == *name);
    known.filter(|_| !name.starts_with('#'))
}
