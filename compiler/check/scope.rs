//! What names mean: value scopes of modules, type scopes of modules, blocks, classes and functions.
//!
//! Values are resolved in one walk over the tree (`names.rs`); types when they are met, in the scope
//! that the checker carries along. Absent: the declarations' contents (`declare.rs`).

use super::Checker;
use super::codes::*;
use crate::ast::{BindingId, ClassId, FileId, FnId, ImportSource, Name, Span};
use crate::checked::Resolution;
use crate::parse::Dialect;
use crate::types::{EnumId, InterfaceId, TypeParamId};
use rustc_hash::FxHashMap;

/// What a name means as a value.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Value {
    /// A variable or parameter.
    Binding(BindingId),
    /// A function.
    Function(FnId),
    /// A class.
    Class(ClassId),
    /// An enum.
    Enum(EnumId),
    /// `import * as ns`
    Namespace(FileId),
    /// `import * as ns from "host:x"`: the file with its declaration and its name.
    HostNamespace(FileId, Name),
    /// A function of a capability: the file with its declaration, capability, function.
    Host(FileId, Name, Name),
}

/// What a name means as a type.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum TypeSymbol {
    /// An interface.
    Interface(InterfaceId),
    /// A `type`.
    Alias(AliasId),
    /// A class.
    Class(ClassId),
    /// An enum.
    Enum(EnumId),
    /// A type parameter.
    Param(TypeParamId),
    /// The types of another module, by the number of its scope.
    Namespace(ScopeId),
}

/// A `type` declaration: an index into `Checker::aliases`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct AliasId(pub u32);

/// A type scope: an index into `Checker::scopes`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct ScopeId(pub u32);

impl ScopeId {
    /// The scope of the prelude's `lib.ts`, around all others.
    pub const GLOBAL: ScopeId = ScopeId(0);
}

/// The types declared in a block, and where to look further.
#[derive(Default)]
pub(super) struct TypeScope {
    pub parent: Option<ScopeId>,
    pub names: FxHashMap<Name, TypeSymbol>,
}

/// What a module exports under a name.
#[derive(Clone, Default)]
pub(super) struct Symbol {
    pub value: Option<Value>,
    pub ty: Option<TypeSymbol>,
}

impl Symbol {
    fn is_empty(&self) -> bool {
        self.value.is_none() && self.ty.is_none()
    }
}

/// How long a chain of re-exports may be.
const REEXPORTS_MAX: u32 = 64;

impl<'a> Checker<'a> {
    pub(super) fn new_scope(&mut self, parent: Option<ScopeId>) -> ScopeId {
        self.scopes.push(TypeScope {
            parent,
            names: FxHashMap::default(),
        });
        ScopeId(self.scopes.len() as u32 - 1)
    }

    /// What a type's name means, seen from `scope`.
    pub(super) fn lookup_type(&self, scope: ScopeId, name: &str) -> Option<TypeSymbol> {
        let mut at = Some(scope);
        while let Some(id) = at {
            let scope = &self.scopes[id.0 as usize];
            if let Some(&symbol) = scope.names.get(name) {
                return Some(symbol);
            }
            at = scope.parent;
        }
        None
    }

    /// What a module exports as `name`.
    pub(super) fn exported(&self, file: FileId, name: &str) -> Option<Symbol> {
        self.exported_within(file, name, REEXPORTS_MAX)
    }

    fn exported_within(&self, file: FileId, name: &str, depth: u32) -> Option<Symbol> {
        let depth = depth.checked_sub(1)?;
        let module = self.module(file)?;
        let export = module.exports.iter().find(|e| &*e.exported == name)?;
        match &export.source {
            Some(source) => self.imported(file, source, Some(&export.local), depth),
            None => self.local_symbol(file, &export.local, depth),
        }
    }

    /// What a name at the top level of a module means there.
    fn local_symbol(&self, file: FileId, name: &Name, depth: u32) -> Option<Symbol> {
        let declared = Symbol {
            value: self.values[file.index()].get(name).cloned(),
            ty: self.scopes[self.module_scopes[file.index()].0 as usize]
                .names
                .get(name)
                .copied(),
        };
        if !declared.is_empty() {
            return Some(declared);
        }
        let module = self.module(file)?;
        for import in &module.imports {
            if let Some(found) = import.names.iter().find(|n| n.local == *name) {
                return self.imported(file, &import.source, found.imported.as_ref(), depth);
            }
        }
        None
    }

    /// What `name` of a source means; the whole of it without a name.
    fn imported(
        &self,
        importer: FileId,
        source: &ImportSource,
        name: Option<&Name>,
        depth: u32,
    ) -> Option<Symbol> {
        match (source, name) {
            (ImportSource::File(file) | ImportSource::Runtime(file), Some(name)) => {
                self.exported_within(*file, name, depth)
            }
            (ImportSource::File(file) | ImportSource::Runtime(file), None) => Some(Symbol {
                value: Some(Value::Namespace(*file)),
                ty: Some(TypeSymbol::Namespace(self.module_scopes[file.index()])),
            }),
            (ImportSource::Host(module), name) => self.host_symbol(importer, module, name),
            (ImportSource::Missing, _) => None,
        }
    }

    /// The file that declares a capability for an importer.
    fn host_file(&self, importer: FileId, module: &Name) -> Option<FileId> {
        let key = (importer, Name::from(format!("host:{module}")));
        self.program.hosts.get(&key).copied()
    }

    fn host_symbol(&self, importer: FileId, module: &Name, name: Option<&Name>) -> Option<Symbol> {
        let file = self.host_file(importer, module)?;
        let declared = self.hosts.get(&(file, module.clone()))?;
        let Some(name) = name else {
            return Some(Symbol {
                value: Some(Value::HostNamespace(file, module.clone())),
                ty: Some(TypeSymbol::Namespace(declared.scope)),
            });
        };
        let value = declared
            .values
            .get(name)
            .map(|_| Value::Host(file, module.clone(), name.clone()));
        let ty = self.scopes[declared.scope.0 as usize]
            .names
            .get(name)
            .copied();
        let symbol = Symbol { value, ty };
        (!symbol.is_empty()).then_some(symbol)
    }

    /// Puts a module's imports among its names.
    pub(super) fn declare_imports(&mut self, file: FileId) {
        let Some(module) = self.module(file) else {
            return;
        };
        for import in &module.imports {
            for name in &import.names {
                let symbol =
                    self.imported(file, &import.source, name.imported.as_ref(), REEXPORTS_MAX);
                let Some(symbol) = symbol else {
                    self.report_missing_export(&import.source, name.imported.as_ref(), name.span);
                    self.failed_names.insert((file, name.local.clone()));
                    continue;
                };
                if let Some(value) = symbol.value
                    && !import.type_only
                {
                    self.declare_value(file, &name.local, value, name.span);
                }
                if let Some(ty) = symbol.ty {
                    let scope = self.module_scopes[file.index()];
                    self.scopes[scope.0 as usize]
                        .names
                        .insert(name.local.clone(), ty);
                }
            }
        }
        for export in &module.exports {
            let found = match &export.source {
                Some(source) => self.imported(file, source, Some(&export.local), REEXPORTS_MAX),
                None => self.local_symbol(file, &export.local, REEXPORTS_MAX),
            };
            let is_reported = export.source == Some(ImportSource::Missing);
            if found.is_none()
                && !is_reported
                && !self.failed_names.contains(&(file, export.local.clone()))
            {
                let message = format!("there is no `{}` to export", export.local);
                self.error(NOT_EXPORTED, export.span, message);
            }
        }
    }

    fn report_missing_export(&mut self, source: &ImportSource, name: Option<&Name>, span: Span) {
        let name = name.cloned().unwrap_or_else(|| "*".into());
        match source {
            ImportSource::File(file) | ImportSource::Runtime(file) => {
                let path = self.diagnostics.sources[file.index()].path.clone();
                let exports = self
                    .module(*file)
                    .map(|m| m.exports.as_slice())
                    .unwrap_or(&[]);
                let names: Vec<_> = exports.iter().map(|e| &*e.exported).collect();
                let message = format!("the module `{path}` does not export `{name}`");
                if names.is_empty() {
                    self.error(NOT_EXPORTED, span, message);
                } else {
                    let help = format!("it exports {}", names.join(", "));
                    self.error_help(NOT_EXPORTED, span, message, help);
                }
            }
            ImportSource::Missing => {}
            ImportSource::Host(module) => {
                let message = format!("the capability `host:{module}` declares no `{name}`");
                self.error(NOT_IN_CAPABILITY, span, message);
            }
        }
    }

    /// Declares a value at the top level of a module.
    pub(super) fn declare_value(&mut self, file: FileId, name: &Name, value: Value, span: Span) {
        let values = &mut self.values[file.index()];
        if let Some(old) = values.get(name).cloned() {
            if let (Value::Function(first), Value::Function(next)) = (old, &value) {
                self.declare_overload(file, first, *next, span);
            } else {
                self.error(DUPLICATE, span, format!("`{name}` is declared twice"));
            }
            return;
        }
        values.insert(name.clone(), value);
    }

    /// Another declaration of a function: an overload in the prelude, refused elsewhere.
    fn declare_overload(&mut self, file: FileId, first: FnId, next: FnId, span: Span) {
        if self.is_prelude(file) {
            self.overloads
                .entry(first)
                .or_insert_with(|| vec![first])
                .push(next);
            return;
        }
        self.error_help(
            UNSUPPORTED,
            span,
            "a function can't be declared more than once: overloads are not supported",
            "use a union type for the parameter, or functions of different names",
        );
    }

    /// Whether a file belongs to the runtime.
    pub(super) fn is_prelude(&self, file: FileId) -> bool {
        self.program.kinds[file.index()] == Dialect::Prelude
    }

    /// What a value stands for in the tables; uses of a capability's functions are counted here.
    pub(super) fn resolution(&mut self, value: &Value, span: Span) -> Resolution {
        match value {
            Value::Binding(id) => Resolution::Binding(*id),
            Value::Function(id) => Resolution::Function(*id),
            Value::Class(id) => Resolution::Class(*id),
            Value::Enum(id) => Resolution::Enum(*id),
            Value::Namespace(file) => Resolution::Namespace(*file),
            Value::HostNamespace(..) => Resolution::HostNamespace,
            Value::Host(file, module, name) => {
                Resolution::Host(self.host_function(*file, module, name, span))
            }
        }
    }
}
