//! Parsing: source text into `ast.rs`, refusing what Raya leaves out by name.
//!
//! Holds the entry point and the ids shared by all modules of a program.

use crate::ast::{BindingId, ClassId, ExprId, FileId, FnId, ImportSource, Module, Span};
use crate::diagnostics::Diagnostics;

/// Hands out the dense ids; one for all modules of a program. Afterwards: how many there are of each.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Ids {
    /// Expressions.
    pub exprs: u32,
    /// Functions of any form.
    pub functions: u32,
    /// Classes.
    pub classes: u32,
    /// Binding identifiers.
    pub bindings: u32,
}

impl Ids {
    fn expr(&mut self) -> ExprId {
        self.exprs += 1;
        ExprId(self.exprs - 1)
    }

    fn function(&mut self) -> FnId {
        self.functions += 1;
        FnId(self.functions - 1)
    }

    fn class(&mut self) -> ClassId {
        self.classes += 1;
        ClassId(self.classes - 1)
    }

    fn binding(&mut self) -> BindingId {
        self.bindings += 1;
        BindingId(self.bindings - 1)
    }
}

/// Finds what an import's quoted text names; reports and answers `None` if there is nothing.
pub trait Resolver {
    /// Resolves `specifier`, imported at `span`.
    fn resolve(
        &mut self,
        specifier: &str,
        span: Span,
        diagnostics: &mut Diagnostics,
    ) -> Option<ImportSource>;
}

/// What kind of text a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// A program's module (`.ts`, `.raya`).
    Program,
    /// Declarations only (`.d.ts`): functions have no bodies, `declare module "host:…"` may stand here.
    Declarations,
    /// A prelude file: functions and methods without a body are intrinsics.
    Prelude,
}

/// Parses the source of `file` (its text is in `diagnostics`). Errors go there; what could be read is returned.
pub fn parse_module(
    file: FileId,
    dialect: Dialect,
    ids: &mut Ids,
    resolver: &mut dyn Resolver,
    diagnostics: &mut Diagnostics,
) -> Module {
    let _ = (dialect, ids, resolver, diagnostics);
    Module {
        file,
        imports: Vec::new(),
        body: Vec::new(),
        exports: Vec::new(),
    }
}
