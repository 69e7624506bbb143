//! What one walk over the tree tells the lowering: where each function and class is, what each function captures,
//! which variables need a cell, which expressions assign.
//!
//! A function that (with the functions inside it) uses variables, `this` or capturing functions of an enclosing
//! function is a *closure function*; any other is called directly. Two closure functions may need each other: they
//! capture each other's closures, and closures of a block are made first and filled in after.
//! Invariant: a captured variable without a cell is never written after the capture.

use super::classes::is_literal;
use super::walk::{self, Visitor};
use crate::ast::*;
use crate::checked::{CheckedProgram, Resolution};
use rustc_hash::{FxHashMap, FxHashSet};

/// Something of an enclosing function that a function uses.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Capture {
    /// A variable.
    Binding(BindingId),
    /// A closure function declared there.
    Function(FnId),
    /// `this`.
    This,
}

/// See the module's header.
#[derive(Default)]
pub struct Scopes<'a> {
    /// Functions by id.
    pub functions: FxHashMap<FnId, &'a Function>,
    /// Classes by id.
    pub classes: FxHashMap<ClassId, &'a Class>,
    /// What each function captures, in a fixed order.
    pub captures: FxHashMap<FnId, Vec<Capture>>,
    /// Variables that live in a cell.
    pub cells: FxHashSet<BindingId>,
    /// Expressions with an assignment inside.
    pub assigning: FxHashSet<ExprId>,
    /// Methods of object literals that use `this`: they capture the object.
    pub binds_this: FxHashSet<FnId>,
    /// Module-level constants that are literals.
    pub constants: FxHashMap<BindingId, &'a Expr>,
    /// Constants that always are one generic function expression: called like declared functions.
    pub generics: FxHashMap<BindingId, FnId>,
    parents: FxHashMap<FnId, Option<FnId>>,
    owners: FxHashMap<BindingId, Option<FnId>>,
    until: FxHashMap<BindingId, u32>,
    uses: FxHashMap<FnId, Vec<Capture>>,
    own_this: FxHashSet<FnId>,
}

struct Collector<'a, 'b> {
    scopes: &'b mut Scopes<'a>,
    checked: &'a CheckedProgram,
    stack: Vec<FnId>,
    assignments: u32,
    entered: Vec<u32>,
}

impl<'a> Visitor<'a> for Collector<'a, '_> {
    fn enter_expr(&mut self, expr: &'a Expr) {
        self.entered.push(self.assignments);
        let used = match &expr.kind {
            ExprKind::Ident(_) => match self.checked.resolutions[expr.id.index()] {
                Some(Resolution::Binding(b)) if !self.checked.bindings[b.index()].global => {
                    Some(Capture::Binding(b))
                }
                Some(Resolution::Function(f)) => Some(Capture::Function(f)),
                _ => None,
            },
            ExprKind::This | ExprKind::SuperCall(_) | ExprKind::SuperMethod { .. } => {
                Some(Capture::This)
            }
            ExprKind::Assign { .. } | ExprKind::Update { .. } => {
                self.assignments += 1;
                None
            }
            ExprKind::Function(f) => {
                if matches!(
                    f.form,
                    FunctionForm::Method | FunctionForm::Getter | FunctionForm::Setter
                ) {
                    self.scopes.binds_this.insert(f.id);
                }
                None
            }
            _ => None,
        };
        if let (Some(used), Some(&function)) = (used, self.stack.last()) {
            self.scopes.uses.entry(function).or_default().push(used);
        }
    }

    fn leave_expr(&mut self, expr: &'a Expr) {
        let before = self.entered.pop();
        if before != Some(self.assignments) {
            self.scopes.assigning.insert(expr.id);
        }
    }

    fn enter_function(&mut self, function: &'a Function) {
        let parent = self.stack.last().copied();
        self.scopes.functions.insert(function.id, function);
        self.scopes.parents.insert(function.id, parent);
        if function.form != FunctionForm::Arrow && !self.scopes.binds_this.contains(&function.id) {
            self.scopes.own_this.insert(function.id);
        }
        self.stack.push(function.id);
    }

    fn leave_function(&mut self, _function: &'a Function) {
        self.stack.pop();
    }

    fn class(&mut self, class: &'a Class) {
        self.scopes.classes.insert(class.id, class);
    }

    fn constant(&mut self, binding: BindingId, init: &'a Expr) {
        if let ExprKind::Function(f) = &init.kind
            && !f.type_params.is_empty()
        {
            self.scopes.generics.insert(binding, f.id);
        }
    }

    fn binding(&mut self, binding: BindingId, until: u32) {
        let owner = self.stack.last().copied();
        self.scopes.owners.insert(binding, owner);
        self.scopes.until.insert(binding, until);
    }
}

/// Makes the walk.
pub fn collect(checked: &CheckedProgram) -> Scopes<'_> {
    let mut scopes = Scopes::default();
    for module in &checked.modules {
        let mut collector = Collector {
            scopes: &mut scopes,
            checked,
            stack: Vec::new(),
            assignments: 0,
            entered: Vec::new(),
        };
        walk::stmts(&mut collector, &module.body);
        scopes.find_constants(checked, &module.body);
    }
    scopes.find_captures();
    let bound = |f: &FnId| {
        let captures = scopes.captures.get(f);
        captures.is_some_and(|c| c.contains(&Capture::This))
    };
    let bound: FxHashSet<FnId> = scopes.binds_this.iter().copied().filter(bound).collect();
    scopes.binds_this = bound;
    scopes.find_cells(checked);
    scopes
}

impl<'a> Scopes<'a> {
    fn find_constants(&mut self, checked: &CheckedProgram, body: &'a [Stmt]) {
        for stmt in body {
            let StmtKind::Var(decl) = &stmt.kind else {
                continue;
            };
            for d in decl.declarators.iter().filter(|_| !decl.mutable) {
                if let (PatternKind::Name(binding, _), Some(init)) = (&d.pattern.kind, &d.init)
                    && is_literal(init)
                    && checked.bindings[binding.index()].global
                    && !checked.bindings[binding.index()].needs_init_check
                    && checked
                        .exports
                        .iter()
                        .all(|e| e.target != Resolution::Binding(*binding))
                {
                    self.constants.insert(*binding, init);
                }
            }
        }
    }

    /// Whether `inner` is `outer` or stands inside it.
    fn is_inside(&self, mut inner: FnId, outer: FnId) -> bool {
        loop {
            if inner == outer {
                return true;
            }
            match self.parents.get(&inner) {
                Some(&Some(parent)) => inner = parent,
                _ => return false,
            }
        }
    }

    /// Whether a function has captures and therefore needs a closure.
    pub fn is_closure(&self, function: FnId) -> bool {
        self.captures.get(&function).is_some_and(|c| !c.is_empty())
    }

    /// To a fixed point: what a function uses and what the functions inside it capture from outside of it.
    fn find_captures(&mut self) {
        let mut functions: Vec<FnId> = self.functions.keys().copied().collect();
        // Inner functions have higher ids than those around them more often than not: fewer rounds.
        functions.sort_by(|a, b| b.cmp(a));
        loop {
            let mut changed = false;
            for &function in &functions {
                let used = self.uses.get(&function).cloned().unwrap_or_default();
                let outside: Vec<Capture> = used
                    .into_iter()
                    .filter(|&c| self.is_outside(function, c))
                    .collect();
                for capture in outside {
                    let list = self.captures.entry(function).or_default();
                    if !list.contains(&capture) {
                        list.push(capture);
                        list.sort();
                        changed = true;
                    }
                    let stops = capture == Capture::This && self.binds_this.contains(&function);
                    if let Some(&Some(parent)) = self.parents.get(&function)
                        && !stops
                    {
                        let uses = self.uses.entry(parent).or_default();
                        if !uses.contains(&capture) {
                            uses.push(capture);
                            changed = true;
                        }
                    }
                }
            }
            if !changed {
                return;
            }
        }
    }

    fn is_outside(&self, function: FnId, capture: Capture) -> bool {
        match capture {
            Capture::Binding(b) => match self.owners.get(&b) {
                Some(&Some(owner)) => !self.is_inside(owner, function),
                // A variable of a block at module level.
                Some(None) => true,
                None => false,
            },
            // A function expression's own name is seen inside it only.
            Capture::Function(f) if self.functions[&f].form == FunctionForm::Expression => {
                f != function
            }
            Capture::Function(f) => {
                f != function && self.is_closure(f) && {
                    match self.parents.get(&f) {
                        Some(&Some(parent)) => !self.is_inside(parent, function),
                        Some(None) => true,
                        None => false,
                    }
                }
            }
            Capture::This => !self.own_this.contains(&function),
        }
    }

    fn find_cells(&mut self, checked: &CheckedProgram) {
        for (function, captures) in &self.captures {
            let ast = self.functions[function];
            let hoisted = ast.form == FunctionForm::Declaration;
            for capture in captures {
                let Capture::Binding(b) = *capture else {
                    continue;
                };
                let info = &checked.bindings[b.index()];
                let until = self.until.get(&b).copied().unwrap_or(0);
                let early = until > 0 && (hoisted || ast.span.start < until);
                if info.reassigned || info.needs_init_check || early {
                    self.cells.insert(b);
                }
            }
        }
    }
}
