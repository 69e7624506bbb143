//! What the checker found: side tables over the syntax tree. This is all that the lowering knows of types.
//!
//! Invariants: a `CheckedProgram` exists only for a program without errors. Every expression has a type,
//! every name a resolution, every call its instantiated signature. Types may mention the type parameters
//! in scope; the lowering substitutes them when it makes an instance.
//! Absent: how any of it was found (`check/`), slots and code (`lower/`).

use crate::ast::{BindingId, ClassId, FileId, FnId, Module, Name, Span};
use crate::types::{EnumId, TypeArena, TypeId, TypeParamId};
use raya_bytecode::elements::{ELEMENTS, Element};

/// A whole program, checked: all modules in initialisation order, with the findings.
///
/// Initialisation order is depth first over imports, as Node does it; prelude files come first. Modules
/// behind the entry are there for their types only: nothing in them runs.
pub struct CheckedProgram {
    /// All modules, in initialisation order.
    pub modules: Vec<Module>,
    /// Which of them is the entry: its exports are the program's.
    pub entry: FileId,
    /// The types.
    pub types: TypeArena,
    /// By `ExprId`: the type of the expression's value at that place, narrowed.
    ///
    /// For array, object and tuple literals: the type to construct (contextual where there is one).
    /// For function expressions: its function type. For a name used as an assignment target: its declared type.
    pub expr_types: Vec<TypeId>,
    /// By `ExprId`: what a name (`Ident`) means.
    pub resolutions: Vec<Option<Resolution>>,
    /// By `ExprId`: what `a.b`, `a["b"]` and `super.b()` mean.
    pub members: Vec<Option<MemberRes>>,
    /// By `ExprId`: for `Call`, `SuperCall`, `SuperMethod` and `New`: the signature used.
    pub calls: Vec<Option<CallSig>>,
    /// By `ExprId`: for `As`, `instanceof` on the right, `new` on a class: the type meant by the node.
    pub as_types: Vec<Option<TypeId>>,
    /// By `BindingId`.
    pub bindings: Vec<BindingInfo>,
    /// By `FnId`.
    pub functions: Vec<FnInfo>,
    /// By `ClassId`.
    pub classes: Vec<ClassInfo>,
    /// Capabilities used: one entry for each `host:` function referenced.
    pub host_functions: Vec<HostFunction>,
    /// Classes whose instances are handles.
    pub handle_classes: Vec<HandleClass>,
    /// The entry module's exports, in source order.
    pub exports: Vec<ExportInfo>,
    /// Well-known prelude classes.
    pub known: KnownClasses,
}

/// A class of handles: a capability's, or the prelude's `Remote`.
#[derive(Debug, Clone)]
pub struct HandleClass {
    /// The class.
    pub class: ClassId,
    /// Its name, which is the kind of its handles.
    pub name: Name,
    /// The module that its methods are imported from.
    pub module: Name,
}

/// The prelude's classes that the language itself needs.
#[derive(Debug, Clone, Copy)]
pub struct KnownClasses {
    /// `Array<T>`: methods of arrays (instances are `Type::Array`).
    pub array: ClassId,
    /// `String`: methods of strings (instances are `Type::String`).
    pub string: ClassId,
    /// `Number`: methods of numbers.
    pub number: ClassId,
    /// `Boolean`: methods of booleans.
    pub boolean: ClassId,
    /// `Promise<T>`.
    pub promise: ClassId,
    /// `Map<K, V>`.
    pub map: ClassId,
    /// `Set<T>`.
    pub set: ClassId,
    /// `Error`; `TypeError` and `RangeError` extend it.
    pub error: ClassId,
    /// `TypeError`.
    pub type_error: ClassId,
    /// `RangeError`.
    pub range_error: ClassId,
    /// `__TypedArray<A>`, which the classes of typed arrays extend.
    pub typed_array: ClassId,
    /// `__Type<T>`: a type as a value.
    pub type_token: ClassId,
    /// `Int8Array` and the others, by element.
    pub typed: [ClassId; ELEMENTS.len()],
}

impl KnownClasses {
    /// What the elements of a class's instances are, if it is one of `Int8Array` and the others.
    pub fn element(&self, class: ClassId) -> Option<Element> {
        let at = self.typed.iter().position(|typed| *typed == class)?;
        ELEMENTS.get(at).copied()
    }

    /// Whether a class's instances are typed arrays, of a known kind or of any.
    pub fn is_typed(&self, class: ClassId) -> bool {
        class == self.typed_array || self.typed.contains(&class)
    }
}

/// What a name means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Resolution {
    /// A variable or parameter; `BindingInfo::global` tells module-level ones apart.
    Binding(BindingId),
    /// A declared function.
    Function(FnId),
    /// A class (as a value: `new`, statics, `instanceof`).
    Class(ClassId),
    /// An enum.
    Enum(EnumId),
    /// `import * as ns`: members resolve further (`MemberRes::Module`).
    Namespace(FileId),
    /// `import * as ns from "host:x"`: an index into `host_functions` comes with the member.
    HostNamespace,
    /// A function of a capability: index into `host_functions`.
    Host(u32),
    /// `NaN`
    NaN,
    /// `Infinity`
    Infinity,
}

/// What a member expression means.
#[derive(Debug, Clone, PartialEq)]
pub enum MemberRes {
    /// A field of a class instance: declaring class and index in its `fields`.
    Field(ClassId, u32),
    /// A method of a class instance (also of prelude classes on arrays, strings, numbers); the most
    /// specific declaration known statically; subclasses may override it.
    Method(ClassId, FnId),
    /// A getter and/or setter of a class instance.
    Accessor {
        /// The declaring class.
        class: ClassId,
        /// `get`
        getter: Option<FnId>,
        /// `set`
        setter: Option<FnId>,
    },
    /// A static field: declaring class and index in its `static_fields`.
    StaticField(ClassId, u32),
    /// A static method.
    StaticMethod(ClassId, FnId),
    /// A static accessor.
    StaticAccessor {
        /// `get`
        getter: Option<FnId>,
        /// `set`
        setter: Option<FnId>,
    },
    /// A property of a structural type: found at run time through the object's class.
    Structural(Name),
    /// An element of a tuple.
    TupleElem(u32),
    /// `length` of an array, tuple or string.
    Length,
    /// An enum's member: index in `EnumInfo::members`.
    EnumMember(EnumId, u32),
    /// A member of a namespace import.
    Module(Resolution),
}

/// A call's signature, instantiated at the call.
#[derive(Debug, Clone)]
pub struct CallSig {
    /// Type arguments of the callee's own type parameters, given or inferred.
    pub type_args: Vec<TypeId>,
    /// Parameters as declared and substituted: type (without `| undefined`), optional, rest.
    pub params: Vec<CallParam>,
    /// The result.
    pub ret: TypeId,
}

/// One parameter of a call's signature.
#[derive(Debug, Clone, Copy)]
pub struct CallParam {
    /// Type; an array for a rest parameter.
    pub ty: TypeId,
    /// May be left out.
    pub optional: bool,
    /// Takes all further arguments.
    pub rest: bool,
}

/// A variable or parameter.
#[derive(Debug, Clone)]
pub struct BindingInfo {
    /// Its name.
    pub name: Name,
    /// Its declared (or inferred, widened) type; includes `| undefined` for an optional parameter
    /// without default; excludes it for a parameter with one (inside the function).
    pub ty: TypeId,
    /// Where it is declared.
    pub span: Span,
    /// Declared at the top level of a module: lives in the globals.
    pub global: bool,
    /// The function it belongs to; `None` at module level (also inside blocks there).
    pub owner: Option<FnId>,
    /// Assigned after its declaration.
    pub reassigned: bool,
    /// Used in a function nested in its owner.
    pub captured: bool,
    /// Used or captured possibly before its declaration has run (a `let` that a closure reaches early).
    pub needs_init_check: bool,
}

/// A function of any form.
#[derive(Debug, Clone)]
pub struct FnInfo {
    /// The class it is a member of (`this`); arrows and nested functions have `None`.
    pub class: Option<ClassId>,
    /// Static member.
    pub is_static: bool,
    /// The function around it.
    pub parent: Option<FnId>,
    /// Own type parameters.
    pub type_params: Vec<TypeParamId>,
    /// Parameters as a caller sees them.
    pub params: Vec<CallParam>,
    /// Result as a caller sees it (a `Promise<T>` if async).
    pub ret: TypeId,
    /// Variables of enclosing functions that it, or a function inside it, uses.
    pub captures: Vec<BindingId>,
    /// It, or an arrow inside it, uses `this` of an enclosing method.
    pub captures_this: bool,
    /// `this` inside it.
    pub this_type: Option<TypeId>,
}

/// A class.
#[derive(Debug, Clone)]
pub struct ClassInfo {
    /// Its type parameters.
    pub type_params: Vec<TypeParamId>,
    /// Base class and the type arguments given to it.
    pub base: Option<(ClassId, Vec<TypeId>)>,
    /// Own instance fields in order (constructor parameter properties first, as TypeScript emits them).
    pub fields: Vec<FieldInfo>,
    /// Own static fields in order.
    pub static_fields: Vec<FieldInfo>,
    /// Own methods and accessors: name and function.
    pub methods: Vec<(Name, FnId)>,
    /// The constructor, if declared.
    pub constructor: Option<FnId>,
    /// Classes that extend it directly.
    pub subclasses: Vec<ClassId>,
}

/// A field.
#[derive(Debug, Clone)]
pub struct FieldInfo {
    /// Its name.
    pub name: Name,
    /// Its type, `| undefined` included if optional.
    pub ty: TypeId,
    /// It comes from the constructor's parameter with this index.
    pub from_param: Option<u32>,
}

/// A function of a capability that the program uses.
#[derive(Debug, Clone)]
pub struct HostFunction {
    /// The capability (`world` of `host:world`; runtime-internal ones are `raya:…`).
    pub module: Name,
    /// The function.
    pub name: Name,
    /// Its type.
    pub ty: TypeId,
    /// The import's place.
    pub span: Span,
}

/// An export of the entry module.
#[derive(Debug, Clone)]
pub struct ExportInfo {
    /// The name outside.
    pub name: Name,
    /// What it is.
    pub target: Resolution,
    /// Its type.
    pub ty: TypeId,
}

impl CheckedProgram {
    /// Whether a class is `Promise` or extends it: its instances are promises, and have no fields.
    pub fn is_promise(&self, class: ClassId) -> bool {
        let mut next = Some(class);
        while let Some(class) = next {
            if class == self.known.promise {
                return true;
            }
            next = self.classes[class.index()].base.as_ref().map(|b| b.0);
        }
        false
    }
}
