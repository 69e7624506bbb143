//! A module's top level: imports, exports, `declare module`.
//!
//! An exported declaration stays in the body and gets an `Export`. `export default expr` declares a
//! constant named `default`. `export * from` is an `Export` from `*` to `*`, `export * as ns from` one from
//! `*` to `ns`.
//!
//! Invariant: as in `tsc`, an import of which no name is used as a value is `type_only`: nothing of it is
//! there at run time, so it doesn't take part in the initialisation order.

use super::{Converter, refuse};
use crate::ast::{
    Declarator, DeclareModule, Export, Import, ImportName, ImportSource, Name, Pattern,
    PatternKind, Stmt, StmtKind, VarDecl,
};
use oxc_ast::ast::{
    ExportAllDeclaration, ExportDefaultDeclaration, ExportDefaultDeclarationKind,
    ExportFromDeclaration, ExportNamedDeclaration, ExportSpecifier, Expression, ImportDeclaration,
    ImportDeclarationSpecifier, ImportOrExportKind, ModuleDeclaration, Statement, StringLiteral,
    TSExternalModuleDeclaration, WithClause,
};
use oxc_span::{GetSpan, Span};
use rustc_hash::FxHashSet;

impl Converter<'_> {
    pub(super) fn module_items(&mut self, statements: &[Statement<'_>]) {
        for statement in statements {
            match statement.as_module_declaration() {
                Some(declaration) => self.module_declaration(declaration),
                None => {
                    let statement = self.statement(statement);
                    self.body.push(statement);
                }
            }
        }
    }

    fn module_declaration(&mut self, declaration: &ModuleDeclaration<'_>) {
        match declaration {
            ModuleDeclaration::ImportDeclaration(import) => self.import(import),
            ModuleDeclaration::ExportAllDeclaration(export) => self.export_all(export),
            ModuleDeclaration::ExportDefaultDeclaration(export) => self.export_default(export),
            ModuleDeclaration::ExportDeclaration(export) => {
                let kind = self.declaration(&export.declaration);
                self.export_names(&kind, export.span);
                self.push(kind, export.span);
            }
            ModuleDeclaration::ExportNamedDeclaration(export) => self.export_list(export),
            ModuleDeclaration::ExportFromDeclaration(export) => self.export_from(export),
            ModuleDeclaration::TSExportAssignment(export) => {
                self.refuse(refuse::EXPORT_EQUALS, export.span)
            }
            ModuleDeclaration::TSNamespaceExportDeclaration(export) => {
                self.refuse(refuse::UMD_EXPORT, export.span)
            }
        }
    }

    fn push(&mut self, kind: StmtKind, span: Span) {
        let span = self.span(span);
        self.body.push(Stmt { span, kind });
    }

    fn import(&mut self, import: &ImportDeclaration<'_>) {
        self.refuse_attributes(import.with_clause.as_deref());
        let source = self.resolve(&import.source);
        let specifiers = import
            .specifiers
            .as_ref()
            .map(|all| all.as_slice())
            .unwrap_or_default();
        let is_type = import.import_kind == ImportOrExportKind::Type;
        let (mut values, mut types) = (Vec::new(), Vec::new());
        for specifier in specifiers {
            let (name, type_only) = self.import_name(specifier);
            if is_type || type_only {
                types.push(name)
            } else {
                values.push(name)
            }
        }
        let span = self.span(import.span);
        // `import "./x"` has no names and is there for what the module does.
        if !values.is_empty() || import.specifiers.is_none() {
            self.imports.push(Import {
                source: source.clone(),
                span,
                type_only: false,
                names: values,
            });
        }
        if !types.is_empty() {
            self.imports.push(Import {
                source,
                span,
                type_only: true,
                names: types,
            });
        }
    }

    fn import_name(&mut self, specifier: &ImportDeclarationSpecifier<'_>) -> (ImportName, bool) {
        let span = self.span(specifier.span());
        let (imported, local, type_only) = match specifier {
            ImportDeclarationSpecifier::ImportSpecifier(named) => {
                let imported = self.export_name(&named.imported);
                (
                    Some(imported),
                    &named.local,
                    named.import_kind == ImportOrExportKind::Type,
                )
            }
            ImportDeclarationSpecifier::ImportDefaultSpecifier(default) => {
                (Some(Name::from("default")), &default.local, false)
            }
            ImportDeclarationSpecifier::ImportNamespaceSpecifier(namespace) => {
                (None, &namespace.local, false)
            }
        };
        (
            ImportName {
                imported,
                local: self.declare(local),
                span,
            },
            type_only,
        )
    }

    fn resolve(&mut self, source: &StringLiteral<'_>) -> ImportSource {
        let span = self.span(source.span);
        self.resolver
            .resolve(source.value.as_str(), span, self.diagnostics)
            .unwrap_or(ImportSource::Missing)
    }

    fn refuse_attributes(&mut self, clause: Option<&WithClause<'_>>) {
        if let Some(clause) = clause {
            self.refuse(refuse::IMPORT_ATTRIBUTES, clause.span);
        }
    }

    fn export(&mut self, exported: Name, local: Name, source: Option<ImportSource>, span: Span) {
        let span = self.span(span);
        let is_star = &*exported == "*";
        if !is_star
            && self.exports.iter().any(|known| known.exported == exported)
            && !self.is_overload(&local)
        {
            self.diagnostics
                .error(1006, span, format!("`{exported}` is exported already"));
            return;
        }
        self.exports.push(Export {
            exported,
            local,
            source,
            span,
        });
    }

    /// Several declarations of one name export it together: overloads, merged interfaces, a type and a value.
    fn is_overload(&self, local: &Name) -> bool {
        self.exports
            .iter()
            .any(|known| known.local == *local && known.exported == *local)
    }

    fn export_all(&mut self, export: &ExportAllDeclaration<'_>) {
        self.refuse_attributes(export.with_clause.as_deref());
        let exported = export
            .exported
            .as_ref()
            .map_or_else(|| Name::from("*"), |name| self.export_name(name));
        let source = self.resolve(&export.source);
        self.export(exported, Name::from("*"), Some(source), export.span);
    }

    fn export_default(&mut self, export: &ExportDefaultDeclaration<'_>) {
        let (kind, local) = match &export.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(function) => {
                let name = function
                    .id
                    .as_ref()
                    .map_or("default", |id| id.name.as_str());
                (
                    self.function_declaration(function, "default"),
                    Name::from(name),
                )
            }
            ExportDefaultDeclarationKind::ClassDeclaration(class) => {
                let class = self.class(class, "default");
                let name = class.name.clone();
                (StmtKind::Class(Box::new(class)), name)
            }
            ExportDefaultDeclarationKind::TSInterfaceDeclaration(interface) => {
                let name = Name::from(interface.id.name.as_str());
                (self.interface(interface), name)
            }
            value => self.default_value(value.to_expression()),
        };
        self.export(Name::from("default"), local, None, export.span);
        if !matches!(kind, StmtKind::Empty) {
            self.push(kind, export.span);
        }
    }

    /// `export default name` exports the name itself, anything else a new constant.
    fn default_value(&mut self, value: &Expression<'_>) -> (StmtKind, Name) {
        if let Expression::Identifier(id) = value
            && id.name != "undefined"
        {
            return (StmtKind::Empty, self.used_name(id.name.as_str()));
        }
        let name = Name::from("default");
        let span = self.span(value.span());
        let pattern = Pattern {
            span,
            kind: PatternKind::Name(self.ids.binding(), name.clone()),
        };
        let init = Some(self.expr_named(value, "default"));
        let declarators = vec![Declarator {
            pattern,
            ty: None,
            init,
            span,
        }];
        (
            StmtKind::Var(VarDecl {
                mutable: false,
                ambient: false,
                declarators,
            }),
            name,
        )
    }

    /// Exports what `export` before a declaration declares.
    fn export_names(&mut self, kind: &StmtKind, span: Span) {
        let mut names = Vec::new();
        match kind {
            StmtKind::Var(variables) => {
                variables
                    .declarators
                    .iter()
                    .for_each(|one| bound_names(&one.pattern, &mut names));
            }
            StmtKind::Function(function) => names.push(function.name.clone()),
            StmtKind::Class(class) => names.push(class.name.clone()),
            StmtKind::Interface(interface) => names.push(interface.name.clone()),
            StmtKind::TypeAlias(alias) => names.push(alias.name.clone()),
            StmtKind::Enum(enumeration) => names.push(enumeration.name.clone()),
            _ => {}
        }
        for name in names {
            if !self.is_overload(&name) {
                self.export(name.clone(), name, None, span);
            }
        }
    }

    fn export_list(&mut self, export: &ExportNamedDeclaration<'_>) {
        for specifier in &export.specifiers {
            let (exported, local) = self.export_specifier(specifier);
            self.used_name(&local);
            self.export(exported, local, None, specifier.span);
        }
    }

    fn export_from(&mut self, export: &ExportFromDeclaration<'_>) {
        self.refuse_attributes(export.with_clause.as_deref());
        let source = self.resolve(&export.source);
        for specifier in &export.specifiers {
            let (exported, local) = self.export_specifier(specifier);
            self.export(exported, local, Some(source.clone()), specifier.span);
        }
    }

    fn export_specifier(&mut self, specifier: &ExportSpecifier<'_>) -> (Name, Name) {
        (
            self.export_name(&specifier.exported),
            self.export_name(&specifier.local),
        )
    }

    /// `declare module "name" { … }`: all that stands in it is visible outside.
    pub(super) fn declare_module(&mut self, module: &TSExternalModuleDeclaration<'_>) -> StmtKind {
        let statements = module
            .body
            .as_ref()
            .map(|block| block.body.as_slice())
            .unwrap_or_default();
        let body = statements
            .iter()
            .filter_map(|statement| self.declared_item(statement))
            .collect();
        StmtKind::DeclareModule(DeclareModule {
            name: self.string_name(&module.id),
            body,
        })
    }

    fn declared_item(&mut self, statement: &Statement<'_>) -> Option<Stmt> {
        let declaration = match statement {
            Statement::ExportDeclaration(export) => &export.declaration,
            // `export {}` only says that nothing is exported unmarked.
            Statement::ExportNamedDeclaration(export) if export.specifiers.is_empty() => {
                return None;
            }
            other => match other.as_declaration() {
                Some(declaration) => declaration,
                None => {
                    self.refuse(refuse::NESTED_DECLARATION, statement.span());
                    return None;
                }
            },
        };
        let mut kind = self.declaration(declaration);
        if let StmtKind::Class(class) = &mut kind {
            // All that stands in a `declare module` is declared only.
            class.ambient = true;
        }
        Some(Stmt {
            span: self.span(statement.span()),
            kind,
        })
    }
}

/// The names that a pattern binds.
fn bound_names(pattern: &Pattern, names: &mut Vec<Name>) {
    match &pattern.kind {
        PatternKind::Name(_, name) => names.push(name.clone()),
        PatternKind::Object { props, rest } => {
            props
                .iter()
                .for_each(|prop| bound_names(&prop.value.pattern, names));
            rest.iter().for_each(|rest| bound_names(rest, names));
        }
        PatternKind::Array { elems, rest } => {
            elems
                .iter()
                .flatten()
                .for_each(|elem| bound_names(&elem.pattern, names));
            rest.iter().for_each(|rest| bound_names(rest, names));
        }
    }
}

/// Marks imports of which no name is used as a value.
pub fn elide_unused(mut imports: Vec<Import>, used: &FxHashSet<Name>) -> Vec<Import> {
    for import in &mut imports {
        let is_unused = import.names.iter().all(|name| !used.contains(&name.local));
        import.type_only |= is_unused && !import.names.is_empty();
    }
    imports
}
