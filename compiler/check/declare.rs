//! Declarations: what modules and blocks hold, before any of it is looked into.
//!
//! Holds the collection of interfaces, aliases, enums, classes and functions into scopes, class headers,
//! and interfaces' members. Absent: what written types mean (`resolve_types.rs`), bodies.

use super::codes::*;
use super::names::pattern_names;
use super::scope::{AliasId, ScopeId, TypeSymbol, Value};
use super::{AliasData, BodyState, Checker, FieldData, FieldNode, HostData, InterfaceData};
use super::{InterfaceNode, Lazy};
use crate::ast::*;
use crate::checked::{HandleClass, HostFunction, KnownClasses};
use crate::diagnostics::Diagnostics;
use crate::load::Program;
use crate::types::{InterfaceId, InterfaceInfo, Prop, Type, TypeId, TypeParamId, TypeParamInfo};
use raya_bytecode::elements::ELEMENTS;
use rustc_hash::FxHashMap;

/// Finds the classes that the language itself needs in the prelude.
pub(super) fn known_classes(
    program: &Program,
    diagnostics: &mut Diagnostics,
) -> Option<KnownClasses> {
    let lib = program
        .modules
        .iter()
        .find(|module| module.file == program.lib)?;
    let mut classes: FxHashMap<&str, ClassId> = FxHashMap::default();
    for stmt in &lib.body {
        if let StmtKind::Class(class) = &stmt.kind {
            classes.insert(&class.name, class.id);
        }
    }
    let mut find = |name: &str| {
        let found = classes.get(name).copied();
        if found.is_none() {
            let span = Span {
                file: program.lib,
                start: 0,
                end: 0,
            };
            diagnostics.error(
                PRELUDE,
                span,
                format!("the prelude declares no class `{name}`"),
            );
        }
        found
    };
    let all = [
        "Array",
        "String",
        "Number",
        "Boolean",
        "Promise",
        "Map",
        "Set",
        "Error",
        "TypeError",
        "RangeError",
        "__TypedArray",
        "__Type",
    ]
    .map(&mut find);
    let mut typed = [ClassId(0); ELEMENTS.len()];
    for (class, element) in typed.iter_mut().zip(ELEMENTS) {
        *class = find(element.class_name())?;
    }
    Some(KnownClasses {
        array: all[0]?,
        string: all[1]?,
        number: all[2]?,
        boolean: all[3]?,
        promise: all[4]?,
        map: all[5]?,
        set: all[6]?,
        error: all[7]?,
        type_error: all[8]?,
        range_error: all[9]?,
        typed_array: all[10]?,
        type_token: all[11]?,
        typed,
    })
}

impl<'a> Checker<'a> {
    /// Declares the top level of a module.
    pub(super) fn declare_module(&mut self, module: &'a Module) {
        let is_lib = module.file == self.program.lib;
        let scope = self.new_scope((!is_lib).then_some(ScopeId::GLOBAL));
        debug_assert_eq!(is_lib, scope == ScopeId::GLOBAL, "the prelude comes first");
        self.module_scopes[module.file.index()] = scope;
        self.declare_types(&module.body, scope);
        for stmt in &module.body {
            self.declare_top_level(module.file, stmt);
        }
    }

    fn declare_top_level(&mut self, file: FileId, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::Var(decl) => {
                for declarator in &decl.declarators {
                    let mut names = Vec::new();
                    pattern_names(&declarator.pattern, &mut names);
                    for (id, name, span) in names {
                        self.declare_value(file, &name, Value::Binding(id), span);
                    }
                }
            }
            StmtKind::Function(f) => {
                self.declare_value(file, &f.name, Value::Function(f.id), f.span);
            }
            // Of a class of handles no program makes instances: it is a type only.
            StmtKind::Class(c)
                if c.ambient && self.is_prelude(file) && file != self.program.lib =>
            {
                self.declare_handle_class(
                    c,
                    &self.diagnostics.sources[file.index()].path.clone().into(),
                );
            }
            StmtKind::Class(c) => self.declare_value(file, &c.name, Value::Class(c.id), c.span),
            StmtKind::Enum(e) => {
                let id = self.enum_id(e);
                self.declare_value(file, &e.name, Value::Enum(id), stmt.span);
            }
            StmtKind::DeclareModule(host) => self.declare_host(file, host),
            _ => {}
        }
    }

    fn declare_host(&mut self, file: FileId, host: &'a DeclareModule) {
        let scope = self.new_scope(Some(self.module_scopes[file.index()]));
        self.declare_types(&host.body, scope);
        let mut values = FxHashMap::default();
        for stmt in &host.body {
            match &stmt.kind {
                StmtKind::Function(f) => {
                    let data = &mut self.fns[f.id.index()];
                    data.node = Some(f);
                    data.file = file;
                    if values.insert(f.name.clone(), &**f).is_some() {
                        let message = format!("`{}` is declared twice", f.name);
                        self.error(DUPLICATE, f.span, message);
                    }
                }
                StmtKind::Class(class) => self.declare_handle_class(class, &host.name),
                StmtKind::Interface(_) | StmtKind::TypeAlias(_) | StmtKind::Empty => {}
                _ => self.error_help(
                    UNSUPPORTED,
                    stmt.span,
                    "a capability can only declare functions, classes, interfaces and types",
                    "declare a function that gives the value",
                ),
            }
        }
        let name: Name = host.name.trim_start_matches("host:").into();
        self.hosts.insert((file, name), HostData { scope, values });
    }

    /// A class whose instances are handles: what the host, or another context, keeps.
    fn declare_handle_class(&mut self, class: &'a Class, module: &Name) {
        for method in &class.methods {
            let data = &mut self.fns[method.function.id.index()];
            data.node = Some(&method.function);
            data.file = class.span.file;
        }
        let is_plain = |m: &Method| {
            m.function.form == FunctionForm::Method
                && !m.is_static
                && m.function.type_params.is_empty()
        };
        let has_only_methods = class.fields.is_empty()
            && class.type_params.is_empty()
            && class.extends.is_none()
            && class.methods.iter().all(is_plain);
        if !has_only_methods {
            self.error_help(
                UNSUPPORTED,
                class.span,
                format!(
                    "the class `{}` of a capability can only have methods",
                    class.name
                ),
                "declare a method that gives the value, and a function that gives the object",
            );
        }
        self.handle_classes.push(HandleClass {
            class: class.id,
            name: class.name.clone(),
            module: module.trim_start_matches("host:").into(),
        });
    }

    /// The entry of a capability's function among those used, made at its first use.
    pub(super) fn host_function(
        &mut self,
        file: FileId,
        module: &Name,
        name: &Name,
        span: Span,
    ) -> u32 {
        let known = self
            .host_functions
            .iter()
            .position(|h| h.module == *module && h.name == *name);
        if let Some(at) = known {
            return at as u32;
        }
        let Some(f) = self.hosts[&(file, module.clone())]
            .values
            .get(name)
            .copied()
        else {
            return u32::MAX;
        };
        let ty = self.t.error;
        self.host_functions.push(HostFunction {
            module: module.clone(),
            name: name.clone(),
            ty,
            span,
        });
        self.host_nodes.push(f.id);
        self.host_functions.len() as u32 - 1
    }

    /// Puts the types declared directly in a block into a scope, and tells its functions where they stand.
    pub(super) fn declare_types(&mut self, stmts: &'a [Stmt], scope: ScopeId) {
        for stmt in stmts {
            match &stmt.kind {
                StmtKind::Interface(decl) => self.declare_interface(decl, scope),
                StmtKind::TypeAlias(decl) => {
                    let symbol = TypeSymbol::Alias(AliasId(self.aliases.len() as u32));
                    self.aliases.push(AliasData {
                        node: decl,
                        scope,
                        params: Vec::new(),
                        state: Lazy::No,
                        knot: None,
                    });
                    self.declare_type(scope, &decl.name, symbol, stmt.span);
                }
                StmtKind::Enum(decl) => {
                    let id = self.enum_id(decl);
                    self.declare_type(scope, &decl.name, TypeSymbol::Enum(id), stmt.span);
                }
                StmtKind::Class(class) => {
                    self.declare_type(scope, &class.name, TypeSymbol::Class(class.id), class.span);
                    self.declare_class(class, scope);
                }
                StmtKind::Function(f) => self.fns[f.id.index()].outer_scope = scope,
                _ => {}
            }
        }
    }

    fn declare_type(&mut self, scope: ScopeId, name: &Name, symbol: TypeSymbol, span: Span) {
        let names = &mut self.scopes[scope.0 as usize].names;
        if names.insert(name.clone(), symbol).is_some() {
            self.error(
                DUPLICATE,
                span,
                format!("the type `{name}` is declared twice"),
            );
        }
    }

    fn declare_interface(&mut self, decl: &'a InterfaceDecl, scope: ScopeId) {
        let known = self.scopes[scope.0 as usize].names.get(&decl.name).copied();
        if let Some(TypeSymbol::Interface(id)) = known {
            if let InterfaceNode::Declared(all) = &mut self.interfaces[id.index()].node {
                all.push(decl);
            }
            return;
        }
        let own = self.new_scope(Some(scope));
        let id = self.new_interface(decl.name.clone(), InterfaceNode::Declared(vec![decl]), own);
        let symbol = TypeSymbol::Interface(id);
        self.scopes[scope.0 as usize]
            .names
            .insert(decl.name.clone(), symbol);
        let params = self.declare_type_params(&decl.type_params, own);
        let args = self.params_as_args(&params);
        let this = self.intern(Type::Interface(id, args));
        self.scope_this.insert(own, this);
        self.types.interfaces[id.index()].type_params = params;
    }

    /// A new interface whose members are still to be found.
    pub(super) fn new_interface(
        &mut self,
        name: Name,
        node: InterfaceNode<'a>,
        scope: ScopeId,
    ) -> InterfaceId {
        self.interfaces.push(InterfaceData {
            node,
            scope,
            state: BodyState::No,
        });
        self.types.interfaces.push(InterfaceInfo {
            name,
            type_params: Vec::new(),
            props: Vec::new(),
            index: None,
            alias: None,
        });
        InterfaceId(self.interfaces.len() as u32 - 1)
    }

    /// Names type parameters; their constraints come later, since they may mention each other.
    pub(super) fn declare_type_params(
        &mut self,
        decls: &'a [TypeParamDecl],
        scope: ScopeId,
    ) -> Vec<TypeParamId> {
        let mut params = Vec::new();
        for decl in decls {
            let id = TypeParamId(self.types.params.len() as u32);
            self.types.params.push(TypeParamInfo {
                name: decl.name.clone(),
                constraint: None,
                default: None,
            });
            self.declare_type(scope, &decl.name, TypeSymbol::Param(id), decl.span);
            params.push(id);
        }
        params
    }

    /// Resolves constraints and defaults of type parameters.
    pub(super) fn finish_type_params(
        &mut self,
        decls: &'a [TypeParamDecl],
        params: &[TypeParamId],
        scope: ScopeId,
    ) {
        for (decl, &param) in decls.iter().zip(params) {
            let constraint = decl
                .constraint
                .as_ref()
                .map(|ty| self.resolve_type(ty, scope));
            if constraint.is_some_and(|c| self.constrained_by(c, param)) {
                let message = format!("the constraint of `{}` refers to itself", decl.name);
                self.error(CIRCULAR, decl.span, message);
                continue;
            }
            self.types.params[param.index()].constraint = constraint;
            let default = decl.default.as_ref().map(|ty| self.resolve_type(ty, scope));
            self.types.params[param.index()].default = default;
        }
    }

    /// Whether a constraint leads back to its own parameter.
    fn constrained_by(&self, constraint: TypeId, param: TypeParamId) -> bool {
        let mut at = constraint;
        for _ in 0..=self.types.params.len() {
            match *self.get(at) {
                Type::Param(other) if other == param => return true,
                Type::Param(other) => match self.types.params[other.index()].constraint {
                    Some(next) => at = next,
                    None => return false,
                },
                _ => return false,
            }
        }
        true
    }

    fn declare_class(&mut self, class: &'a Class, outer: ScopeId) {
        let scope = self.new_scope(Some(outer));
        let type_params = self.declare_type_params(&class.type_params, scope);
        let args = self.params_as_args(&type_params);
        let this = self.instance(class.id, args);
        self.scope_this.insert(scope, this);
        let mut fields = Vec::new();
        let mut static_fields = Vec::new();
        let mut constructor = None;
        for method in &class.methods {
            self.fns[method.function.id.index()].outer_scope = scope;
            if method.function.form == FunctionForm::Constructor
                && (constructor.is_none() || method.function.body.is_some())
            {
                constructor = Some(method.function.id);
                fields = parameter_properties(&method.function);
            }
        }
        for field in &class.fields {
            let data = FieldData {
                name: field.name.clone(),
                node: FieldNode::Field(field),
                ty: Lazy::No,
            };
            if field.is_static {
                static_fields.push(data)
            } else {
                fields.push(data)
            }
        }
        let data = &mut self.classes[class.id.index()];
        data.node = Some(class);
        data.file = class.span.file;
        data.scope = scope;
        data.type_params = type_params;
        data.fields = fields;
        data.static_fields = static_fields;
        data.constructor = constructor;
    }

    /// After names are resolved: everything declared at the top of modules gets its contents.
    pub(super) fn finish_declarations(&mut self) {
        let program = self.program;
        let mut blocks: Vec<&'a [Stmt]> = Vec::new();
        for module in &program.modules {
            blocks.push(&module.body);
            blocks.extend(module.body.iter().filter_map(|stmt| match &stmt.kind {
                StmtKind::DeclareModule(host) => Some(&*host.body),
                _ => None,
            }));
        }
        for block in &blocks {
            self.finish_headers(block);
        }
        self.finish_contents();
        for at in 0..self.host_functions.len() {
            self.host_functions[at].ty = self.fn_type(self.host_nodes[at]);
        }
    }

    /// Gives the types declared in a block their contents.
    pub(super) fn finish_types(&mut self, stmts: &'a [Stmt]) {
        self.finish_headers(stmts);
        self.finish_contents();
    }

    fn finish_headers(&mut self, stmts: &'a [Stmt]) {
        for stmt in stmts {
            match &stmt.kind {
                StmtKind::Enum(decl) => self.finish_enum(decl),
                StmtKind::Interface(decl) => self.finish_interface_params(decl, stmt),
                _ => {}
            }
        }
        for stmt in stmts {
            if let StmtKind::Class(class) = &stmt.kind {
                self.class_header(class.id);
            }
        }
    }

    /// Finishes the aliases and interfaces declared since the last time.
    fn finish_contents(&mut self) {
        while self.finished_aliases < self.aliases.len() {
            self.finished_aliases += 1;
            self.alias_type(AliasId(self.finished_aliases as u32 - 1));
        }
        // Resolving members can make further interfaces.
        while self.finished_interfaces < self.interfaces.len() {
            self.finished_interfaces += 1;
            self.ensure_interface(InterfaceId(self.finished_interfaces as u32 - 1));
        }
    }

    fn finish_interface_params(&mut self, decl: &'a InterfaceDecl, stmt: &Stmt) {
        let found = self.interfaces.iter().position(|data| match &data.node {
            InterfaceNode::Declared(all) => std::ptr::eq(all[0], decl),
            InterfaceNode::Members(_) => false,
        });
        let Some(at) = found else { return };
        let params = self.types.interfaces[at].type_params.clone();
        let scope = self.interfaces[at].scope;
        self.finish_type_params(&decl.type_params, &params, scope);
        if let InterfaceNode::Declared(all) = &self.interfaces[at].node
            && all
                .iter()
                .any(|other| other.type_params.len() != params.len())
        {
            let message = format!(
                "all declarations of `{}` must have the same type parameters",
                decl.name
            );
            self.error(DUPLICATE, stmt.span, message);
        }
    }

    /// Resolves a class's type parameters and base.
    pub(super) fn class_header(&mut self, class: ClassId) {
        let data = &mut self.classes[class.index()];
        let Some(node) = data.node else { return };
        if std::mem::replace(&mut data.has_header, true) {
            return;
        }
        let (scope, file) = (data.scope, data.file);
        let (params, base) = (data.type_params.clone(), data.base_class);
        self.finish_type_params(&node.type_params, &params, scope);
        let (Some(heritage), Some(base)) = (&node.extends, base) else {
            return;
        };
        self.class_header(base);
        if self.known.is_typed(base) && !self.is_prelude(file) {
            let message = format!("a class can't extend `{}`", heritage.name);
            let help = "give the class a field that holds the typed array";
            self.error_help(UNSUPPORTED, heritage.span, message, help);
            return;
        }
        if self.extends(base, class) {
            let message = format!("the class `{}` extends itself", node.name);
            self.error(CIRCULAR, heritage.span, message);
            return;
        }
        let base_params = self.classes[base.index()].type_params.clone();
        let args = self.resolve_type_args(
            &heritage.type_args,
            &base_params,
            scope,
            heritage.span,
            &heritage.name,
        );
        self.classes[class.index()].base = Some((base, args));
    }

    /// Whether `class` is `base` or extends it.
    pub(super) fn extends(&self, class: ClassId, base: ClassId) -> bool {
        let mut at = Some(class);
        while let Some(id) = at {
            if id == base {
                return true;
            }
            at = self.classes[id.index()]
                .base
                .as_ref()
                .map(|(base, _)| *base);
        }
        false
    }

    /// The base of an instantiated class.
    pub(super) fn base_of(
        &mut self,
        class: ClassId,
        args: &[TypeId],
    ) -> Option<(ClassId, Vec<TypeId>)> {
        self.class_header(class);
        let data = &self.classes[class.index()];
        let (base, base_args) = data.base.clone()?;
        let map = self.bind(&data.type_params, args);
        Some((base, self.subst_all(&base_args, &map)))
    }

    /// Makes sure that an interface's members are known.
    pub(super) fn ensure_interface(&mut self, id: InterfaceId) {
        if self.interfaces[id.index()].state != BodyState::No {
            return;
        }
        self.interfaces[id.index()].state = BodyState::Busy;
        let node = self.interfaces[id.index()].node.clone();
        let scope = self.interfaces[id.index()].scope;
        let outer = self.alias_context.take();
        let mut props = Vec::new();
        match node {
            InterfaceNode::Members(members) => {
                let params = self.types.interfaces[id.index()].type_params.clone();
                self.alias_context = Some((params, None));
                self.resolve_members(members, scope, &mut props);
            }
            InterfaceNode::Declared(all) => {
                for decl in &all {
                    for base in &decl.extends {
                        self.inherit_interface(base, scope, &mut props);
                    }
                }
                for decl in all {
                    self.resolve_members(&decl.members, scope, &mut props);
                }
            }
        }
        self.alias_context = outer;
        self.types.interfaces[id.index()].props = props;
        self.interfaces[id.index()].state = BodyState::Done;
    }

    fn inherit_interface(&mut self, base: &'a TypeNode, scope: ScopeId, props: &mut Vec<Prop>) {
        let ty = self.resolve_type(base, scope);
        if let Type::Interface(id, _) = *self.get(ty)
            && self.interfaces[id.index()].state == BodyState::Busy
        {
            let message = format!("the interface `{}` extends itself", self.show(ty));
            self.error(CIRCULAR, base.span, message);
            return;
        }
        if self.is_error(ty) {
            return;
        }
        match self.props_of(ty) {
            Some(inherited) => {
                for prop in inherited.iter() {
                    if !props.iter().any(|p| p.name == prop.name) {
                        props.push(prop.clone());
                    }
                }
            }
            None => {
                let message = format!("an interface can't extend `{}`", self.show(ty));
                self.error(UNSUPPORTED, base.span, message);
            }
        }
    }
}

/// The fields that a constructor's parameters declare.
fn parameter_properties(constructor: &Function) -> Vec<FieldData<'_>> {
    let mut fields = Vec::new();
    for (at, param) in constructor.params.iter().enumerate() {
        if let (Some(_), PatternKind::Name(_, name)) = (&param.property, &param.pattern.kind) {
            fields.push(FieldData {
                name: name.clone(),
                node: FieldNode::Param(param, constructor.id, at as u32),
                ty: Lazy::No,
            });
        }
    }
    fields
}
