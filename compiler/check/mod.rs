//! The checker: names and types of a whole program into side tables.
//!
//! Phases, in order: declare what modules hold (`declare.rs`), bind imports (`scope.rs`), give names
//! their meanings (`names.rs`), finish types and class headers, check statements and bodies with what
//! flow tells (`statements.rs` and below), then captures (`captures.rs`) and the output (`output.rs`).
//! Types of functions and variables without annotations are found when first asked for.
//!
//! Invariants: every rule follows `tsc --strict`; an error gives `Type::Error`, which silences what
//! follows from it. Absent: anything about representation.

mod assign;
mod calls;
mod captures;
mod classes;
mod codes;
mod declare;
mod display;
mod enums;
mod expressions;
mod flow;
mod functions;
mod iteration;
mod literals;
mod members;
mod names;
mod narrow;
mod operators;
mod output;
mod patterns;
mod relate;
mod resolve_types;
mod scope;
mod statements;
mod terms;
#[cfg(test)]
mod tests;
mod typed;
mod unify;
mod utility_types;

use crate::ast::*;
use crate::checked::*;
use crate::diagnostics::Diagnostics;
use crate::load::Program;
use crate::types::*;
use flow::Env;
use rustc_hash::{FxHashMap, FxHashSet};
use scope::{ScopeId, TypeScope, Value};
use std::rc::Rc;
use terms::Common;

/// Checks a program. `None` if `diagnostics` holds errors afterwards.
pub fn check(program: Program, diagnostics: &mut Diagnostics) -> Option<CheckedProgram> {
    let tables = {
        let mut checker = Checker::new(&program, diagnostics)?;
        checker.run();
        checker.into_tables()
    };
    if diagnostics.has_errors() {
        return None;
    }
    Some(tables.with(program))
}

/// A type found on demand.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
enum Lazy {
    #[default]
    No,
    /// Being found: asking again is a circle.
    Busy,
    Done(TypeId),
}

/// Where a variable's type comes from.
#[derive(Clone, Copy, Default)]
enum BindingSource<'a> {
    /// A declaration, looked at when its type is asked for first.
    Var(&'a VarDecl, &'a Declarator),
    /// Whoever checks the statement around it gives the type.
    #[default]
    Given,
}

/// What only the checker keeps of a variable.
#[derive(Clone, Default)]
struct BindingExtra<'a> {
    mutable: bool,
    /// Where its declaration ends.
    end: u32,
    /// Where its last assignment ends; the maximum if a nested function assigns it.
    last_assigned: u32,
    source: BindingSource<'a>,
    ty: Lazy,
}

/// A use of a variable in a function nested in its owner.
struct Use {
    binding: BindingId,
    function: Option<FnId>,
    file: FileId,
}

/// A mention of a function.
struct FnRef {
    function: Option<FnId>,
    target: FnId,
    at: u32,
    file: FileId,
}

/// A function of any form.
struct FnData<'a> {
    node: Option<&'a Function>,
    file: FileId,
    parent: Option<FnId>,
    class: Option<ClassId>,
    is_static: bool,
    captures: Vec<BindingId>,
    captures_this: bool,
    this_type: Option<TypeId>,
    /// Where it stands.
    outer_scope: ScopeId,
    has_scope: bool,
    /// With its own type parameters.
    scope: ScopeId,
    type_params: Vec<TypeParamId>,
    params: Option<Rc<[FnParam]>>,
    ret: Lazy,
    predicate: Option<(u32, TypeId)>,
    /// `asserts x`, `asserts x is T`.
    asserts: Option<(u32, Option<TypeId>)>,
    body: BodyState,
}

/// How far a body has been checked.
#[derive(Clone, Copy, PartialEq)]
enum BodyState {
    No,
    Busy,
    Done,
}

/// A class.
struct ClassData<'a> {
    node: Option<&'a Class>,
    file: FileId,
    /// With its type parameters.
    scope: ScopeId,
    type_params: Vec<TypeParamId>,
    base_class: Option<ClassId>,
    base: Option<(ClassId, Vec<TypeId>)>,
    has_header: bool,
    fields: Vec<FieldData<'a>>,
    static_fields: Vec<FieldData<'a>>,
    constructor: Option<FnId>,
}

/// Where a field is declared.
#[derive(Clone, Copy)]
enum FieldNode<'a> {
    Field(&'a Field),
    /// A constructor's parameter with its position.
    Param(&'a Param, FnId, u32),
}

/// A field.
#[derive(Clone)]
struct FieldData<'a> {
    name: Name,
    node: FieldNode<'a>,
    ty: Lazy,
}

/// What an interface is made from.
#[derive(Clone)]
enum InterfaceNode<'a> {
    /// Declarations of the same name.
    Declared(Vec<&'a InterfaceDecl>),
    /// An object type in a `type`.
    Members(&'a [TypeMember]),
}

/// An interface or an object type inside a `type`.
struct InterfaceData<'a> {
    node: InterfaceNode<'a>,
    scope: ScopeId,
    state: BodyState,
}

/// A `type`.
struct AliasData<'a> {
    node: &'a TypeAliasDecl,
    scope: ScopeId,
    params: Vec<TypeParamId>,
    state: Lazy,
    /// Its name inside itself, if it mentions itself.
    knot: Option<InterfaceId>,
}

/// A capability's declaration.
struct HostData<'a> {
    scope: ScopeId,
    values: FxHashMap<Name, &'a Function>,
}

/// The place being checked: the function around it and what is known there.
struct Context {
    function: Option<FnId>,
    class: Option<ClassId>,
    this_type: Option<TypeId>,
    /// Static members and blocks: `this` is the class.
    is_static: bool,
    scope: ScopeId,
    file: FileId,
    env: Env,
    /// What `return` must give; `None` while it is inferred.
    expected_return: Option<TypeId>,
    /// For contextual typing of returned expressions while the type is inferred.
    return_context: Option<TypeId>,
    returns: Vec<TypeId>,
    is_async: bool,
    jumps: Vec<Jump>,
    /// In the constructor of a class with a base, before `super(…)`.
    in_constructor: bool,
}

/// A statement that `break` or `continue` can leave.
struct Jump {
    label: Option<Name>,
    is_loop: bool,
    breaks: Vec<Env>,
    continues: Vec<Env>,
}

/// The checker's state: the program, the tables being filled, the place being checked.
struct Checker<'a> {
    program: &'a Program,
    diagnostics: &'a mut Diagnostics,
    types: TypeArena,
    t: Common,
    known: KnownClasses,
    modules_by_file: Vec<Option<&'a Module>>,
    values: Vec<FxHashMap<Name, Value>>,
    scopes: Vec<TypeScope>,
    module_scopes: Vec<ScopeId>,
    scope_this: FxHashMap<ScopeId, TypeId>,
    hosts: FxHashMap<(FileId, Name), HostData<'a>>,
    failed_names: FxHashSet<(FileId, Name)>,
    aliases: Vec<AliasData<'a>>,
    interfaces: Vec<InterfaceData<'a>>,
    finished_aliases: usize,
    finished_interfaces: usize,
    enums: FxHashMap<*const EnumDecl, EnumId>,
    /// Type parameters of the alias being resolved and the name for its outermost object type.
    alias_context: Option<(Vec<TypeParamId>, Option<Name>)>,
    fns: Vec<FnData<'a>>,
    classes: Vec<ClassData<'a>>,
    bindings: Vec<BindingInfo>,
    binding_extra: Vec<BindingExtra<'a>>,
    uses: Vec<Use>,
    fn_refs: Vec<FnRef>,
    expr_types: Vec<TypeId>,
    resolutions: Vec<Option<Resolution>>,
    members: Vec<Option<MemberRes>>,
    calls: Vec<Option<CallSig>>,
    as_types: Vec<Option<TypeId>>,
    host_functions: Vec<HostFunction>,
    handle_classes: Vec<HandleClass>,
    /// The declarations of `host_functions`.
    host_nodes: Vec<FnId>,
    cx: Context,
    param_cache: FxHashMap<TypeId, bool>,
    props_cache: FxHashMap<TypeId, Rc<[Prop]>>,
    relations: FxHashMap<(TypeId, TypeId), bool>,
    relating: Vec<(TypeId, TypeId)>,
    /// How deep calls are checked a second time with what inference found.
    recheck_depth: u32,
    /// How deep types are found on demand.
    demand_depth: u32,
    /// How deep overloads are tried inside each other.
    attempt_depth: u32,
    /// Type parameters that calls around the current place are about to find.
    inferring: Vec<TypeParamId>,
    /// What the value of the last arrow tells when it is true and when it is false.
    predicate_envs: Option<(Env, Env)>,
    /// By call: the predicate of the function called.
    predicates: FxHashMap<ExprId, (u32, TypeId)>,
    /// Whether a `?.` of the chains around the current place may cut it short.
    chains: Vec<bool>,
    /// Overloads by the first declaration.
    overloads: FxHashMap<FnId, Vec<FnId>>,
    /// Type parameters whose constraints were instantiated.
    instantiated_params: FxHashMap<(TypeParamId, TypeId), TypeParamId>,
    /// The label of the statement about to be checked.
    pending_label: Option<Name>,
    /// Scopes of blocks that declare types.
    block_scopes: FxHashMap<*const Stmt, ScopeId>,
    /// By constructor: the fields that it may leave without a value.
    left_unassigned: FxHashMap<FnId, Vec<Name>>,
    /// `this` in the method of an object literal about to be checked.
    literal_this: Option<TypeId>,
    /// How deep loops are gone through until nothing changes.
    loop_depth: u32,
}

impl<'a> Checker<'a> {
    fn new(program: &'a Program, diagnostics: &'a mut Diagnostics) -> Option<Checker<'a>> {
        let mut types = TypeArena::default();
        let t = Common::new(&mut types);
        let files = diagnostics.sources.len();
        let ids = program.ids;
        let nowhere = Span {
            file: program.entry,
            start: 0,
            end: 0,
        };
        let binding = BindingInfo {
            name: "".into(),
            ty: t.error,
            span: nowhere,
            global: false,
            owner: None,
            reassigned: false,
            captured: false,
            needs_init_check: false,
        };
        let mut modules_by_file = vec![None; files];
        for module in &program.modules {
            modules_by_file[module.file.index()] = Some(module);
        }
        let mut checker = Checker {
            known: declare::known_classes(program, diagnostics)?,
            program,
            diagnostics,
            types,
            t,
            modules_by_file,
            values: vec![FxHashMap::default(); files],
            scopes: Vec::new(),
            module_scopes: vec![ScopeId::GLOBAL; files],
            scope_this: FxHashMap::default(),
            hosts: FxHashMap::default(),
            failed_names: FxHashSet::default(),
            aliases: Vec::new(),
            interfaces: Vec::new(),
            finished_aliases: 0,
            finished_interfaces: 0,
            enums: FxHashMap::default(),
            alias_context: None,
            fns: Vec::new(),
            classes: Vec::new(),
            bindings: vec![binding; ids.bindings as usize],
            binding_extra: vec![BindingExtra::default(); ids.bindings as usize],
            uses: Vec::new(),
            fn_refs: Vec::new(),
            expr_types: vec![t.error; ids.exprs as usize],
            resolutions: vec![None; ids.exprs as usize],
            members: vec![None; ids.exprs as usize],
            calls: vec![None; ids.exprs as usize],
            as_types: vec![None; ids.exprs as usize],
            host_functions: Vec::new(),
            handle_classes: Vec::new(),
            host_nodes: Vec::new(),
            cx: Context::module(program.entry, ScopeId::GLOBAL),
            param_cache: FxHashMap::default(),
            props_cache: FxHashMap::default(),
            relations: FxHashMap::default(),
            relating: Vec::new(),
            recheck_depth: 0,
            loop_depth: 0,
            literal_this: None,
            left_unassigned: FxHashMap::default(),
            pending_label: None,
            block_scopes: FxHashMap::default(),
            demand_depth: 0,
            attempt_depth: 0,
            inferring: Vec::new(),
            predicate_envs: None,
            predicates: FxHashMap::default(),
            chains: Vec::new(),
            overloads: FxHashMap::default(),
            instantiated_params: FxHashMap::default(),
        };
        checker
            .fns
            .resize_with(ids.functions as usize, || FnData::new(program.entry));
        checker
            .classes
            .resize_with(ids.classes as usize, || ClassData::new(program.entry));
        Some(checker)
    }

    fn run(&mut self) {
        let program = self.program;
        self.note_failed_imports();
        for module in &program.modules {
            self.declare_module(module);
        }
        for module in &program.modules {
            self.declare_imports(module.file);
        }
        for module in &program.modules {
            names::resolve_module(self, module);
        }
        self.finish_declarations();
        for module in &program.modules {
            self.check_module(module);
        }
        self.finish_captures();
    }

    /// Names of imports from modules that could not be found are not missed again.
    fn note_failed_imports(&mut self) {
        const NO_MODULE: std::ops::RangeInclusive<u16> = 2001..=2004;
        for error in &self.diagnostics.errors {
            if !NO_MODULE.contains(&error.code) {
                continue;
            }
            let text = &self.diagnostics.sources[error.span.file.index()].text;
            let end = (error.span.end as usize).min(text.len());
            let start = text[..end].rfind("import").unwrap_or(end);
            for name in
                text[start..end].split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$')
            {
                self.failed_names.insert((error.span.file, name.into()));
            }
        }
    }

    fn module(&self, file: FileId) -> Option<&'a Module> {
        self.modules_by_file.get(file.index()).copied().flatten()
    }

    fn error(&mut self, code: u16, span: Span, message: impl Into<String>) {
        self.diagnostics.error(code, span, message);
    }

    fn error_help(
        &mut self,
        code: u16,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.diagnostics.error_help(code, span, message, help);
    }

    /// Runs `check` and takes back the errors that it found; answers whether there were any.
    fn silently<T>(&mut self, check: impl FnOnce(&mut Self) -> T) -> (T, bool) {
        let before = self.diagnostics.errors.len();
        let result = check(self);
        let failed = self.diagnostics.errors.len() > before;
        self.diagnostics.errors.truncate(before);
        (result, failed)
    }

    /// Runs `check` in another place and comes back.
    fn within<T>(&mut self, context: Context, check: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.cx, context);
        let result = check(self);
        self.cx = outer;
        result
    }

    fn class_name(&self, class: ClassId) -> Name {
        self.classes[class.index()]
            .node
            .map_or_else(|| "?".into(), |node| node.name.clone())
    }
}

impl Context {
    /// The top level of a module.
    fn module(file: FileId, scope: ScopeId) -> Context {
        Context {
            function: None,
            class: None,
            this_type: None,
            is_static: false,
            scope,
            file,
            env: Env::default(),
            expected_return: None,
            return_context: None,
            returns: Vec::new(),
            // Top-level `await` is allowed.
            is_async: true,
            jumps: Vec::new(),
            in_constructor: false,
        }
    }
}

impl FnData<'_> {
    fn new(file: FileId) -> Self {
        FnData {
            node: None,
            file,
            parent: None,
            class: None,
            is_static: false,
            captures: Vec::new(),
            captures_this: false,
            this_type: None,
            outer_scope: ScopeId::GLOBAL,
            has_scope: false,
            scope: ScopeId::GLOBAL,
            type_params: Vec::new(),
            params: None,
            ret: Lazy::No,
            predicate: None,
            asserts: None,
            body: BodyState::No,
        }
    }
}

impl ClassData<'_> {
    fn new(file: FileId) -> Self {
        ClassData {
            node: None,
            file,
            scope: ScopeId::GLOBAL,
            type_params: Vec::new(),
            base_class: None,
            base: None,
            has_header: false,
            fields: Vec::new(),
            static_fields: Vec::new(),
            constructor: None,
        }
    }
}
