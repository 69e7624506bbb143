//! Statements, in order, with what flow tells: branches, loops, jumps, `switch`, `try`.
//!
//! A loop's body is gone through again while what comes back from its end changes what is known at its
//! head; deeper loops forget what is assigned in them instead.

use super::codes::*;
use super::flow::Env;
use super::names::pattern_names;
use super::{Checker, Context, Jump};
use crate::ast::*;
use crate::types::{Type, TypeId};
use rustc_hash::FxHashSet;

/// How deep loops are gone through more than once.
const LOOP_DEPTH_MAX: u32 = 3;
/// How often a loop is gone through.
const LOOP_ROUNDS_MAX: u32 = 5;

impl<'a> Checker<'a> {
    pub(super) fn check_module(&mut self, module: &'a Module) {
        self.cx = Context::module(module.file, self.module_scopes[module.file.index()]);
        for stmt in &module.body {
            self.stmt(stmt);
        }
        self.check_functions(&module.body);
    }

    /// Bodies of the functions declared in a block.
    fn check_functions(&mut self, stmts: &'a [Stmt]) {
        for stmt in stmts {
            if let StmtKind::Function(f) = &stmt.kind {
                self.fn_type(f.id);
                self.check_body(f.id);
            }
        }
    }

    /// A block with a scope of its own for the types declared in it.
    pub(super) fn block(&mut self, stmts: &'a [Stmt]) {
        let declares = stmts.iter().any(|stmt| {
            matches!(
                stmt.kind,
                StmtKind::Interface(_)
                    | StmtKind::TypeAlias(_)
                    | StmtKind::Enum(_)
                    | StmtKind::Class(_)
                    | StmtKind::Function(_)
            )
        });
        let outer = self.cx.scope;
        if declares {
            self.cx.scope = self.block_scope(stmts, outer);
        }
        for stmt in stmts {
            self.stmt(stmt);
        }
        if declares {
            self.check_functions(stmts);
            self.cx.scope = outer;
        }
    }

    /// The scope of a block's types; made once, though a loop may be gone through again.
    fn block_scope(
        &mut self,
        stmts: &'a [Stmt],
        outer: super::scope::ScopeId,
    ) -> super::scope::ScopeId {
        let key: *const Stmt = stmts.as_ptr();
        if let Some(&known) = self.block_scopes.get(&key) {
            return known;
        }
        let scope = self.new_scope(Some(outer));
        self.block_scopes.insert(key, scope);
        self.declare_types(stmts, scope);
        self.finish_types(stmts);
        scope
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::Expr(e) => self.expr_stmt(e),
            StmtKind::Var(decl) => {
                for declarator in &decl.declarators {
                    self.declarator(decl, declarator);
                }
            }
            StmtKind::Class(class) => self.check_class(class),
            StmtKind::Return(value) => self.return_stmt(value.as_ref(), stmt.span),
            StmtKind::If {
                test,
                then,
                otherwise,
            } => {
                let (when_true, when_false) = self.test(test);
                self.cx.env = when_true;
                self.stmt(then);
                let after_then = std::mem::replace(&mut self.cx.env, when_false);
                if let Some(otherwise) = otherwise {
                    self.stmt(otherwise);
                }
                let after_else = std::mem::take(&mut self.cx.env);
                self.cx.env = self.join(after_then, after_else);
            }
            StmtKind::While { test, body } => self.loop_stmt(|c| {
                let (when_true, when_false) = c.test(test);
                c.cx.env = when_true;
                c.stmt(body);
                c.merge_continues();
                when_false
            }),
            StmtKind::DoWhile { body, test } => self.loop_stmt(|c| {
                c.stmt(body);
                c.merge_continues();
                let (when_true, when_false) = c.test(test);
                c.cx.env = when_true;
                when_false
            }),
            StmtKind::For {
                init,
                test,
                update,
                body,
            } => {
                match init {
                    Some(ForInit::Var(decl)) => {
                        for declarator in &decl.declarators {
                            self.declarator(decl, declarator);
                        }
                    }
                    Some(ForInit::Expr(e)) => drop(self.check_expr(e, None)),
                    None => {}
                }
                self.loop_stmt(|c| {
                    let exit = match test {
                        Some(test) => {
                            let (when_true, when_false) = c.test(test);
                            c.cx.env = when_true;
                            when_false
                        }
                        None => Env::unreachable(),
                    };
                    c.stmt(body);
                    c.merge_continues();
                    if let Some(update) = update {
                        c.check_expr(update, None);
                    }
                    exit
                });
            }
            StmtKind::ForOf {
                pattern,
                iterable,
                is_await,
                body,
                ..
            } => {
                let ty = self.check_expr(iterable, None);
                if *is_await && !self.cx.is_async {
                    let message = "`for await` is only allowed in async functions";
                    self.error(MISPLACED, stmt.span, message);
                }
                let mut elem = if self.is_error(ty) {
                    ty
                } else {
                    self.iterated(ty, iterable.span)
                };
                if *is_await {
                    elem = self.awaited(elem);
                }
                self.each_loop(pattern, elem, body);
            }
            StmtKind::ForIn {
                pattern,
                object,
                body,
            } => {
                let ty = self.check_expr(object, None);
                if !self.assignable(ty, self.t.any_object) {
                    let message = format!("`for … in` needs an object, not `{}`", self.show(ty));
                    self.error(OPERATOR, object.span, message);
                }
                self.each_loop(pattern, self.t.string, body);
            }
            StmtKind::Switch { subject, cases } => self.switch(subject, cases),
            StmtKind::Block(stmts) => self.block(stmts),
            StmtKind::Break(label) => self.jump(label.as_ref(), stmt.span, true),
            StmtKind::Continue(label) => self.jump(label.as_ref(), stmt.span, false),
            StmtKind::Labeled { label, body } => self.labeled(label, body),
            StmtKind::Throw(value) => {
                self.check_expr(value, None);
                self.cx.env = Env::unreachable();
            }
            StmtKind::Try {
                block,
                handler,
                finalizer,
            } => {
                self.try_stmt(block, handler.as_ref(), finalizer.as_deref());
            }
            StmtKind::Function(_)
            | StmtKind::Enum(_)
            | StmtKind::Interface(_)
            | StmtKind::TypeAlias(_)
            | StmtKind::DeclareModule(_)
            | StmtKind::Empty => {}
        }
    }

    fn expr_stmt(&mut self, expr: &'a Expr) {
        let ty = self.check_expr(expr, None);
        let is_call = matches!(
            expr.kind,
            ExprKind::Call { .. } | ExprKind::SuperMethod { .. }
        );
        if is_call && ty == self.t.never {
            self.cx.env = Env::unreachable();
        } else {
            let env = std::mem::take(&mut self.cx.env);
            self.cx.env = self.narrow_asserted(env, expr);
        }
    }

    /// One declarator: its type from the annotation, or from the value.
    pub(super) fn declarator(&mut self, decl: &'a VarDecl, declarator: &'a Declarator) {
        let mut names = Vec::new();
        pattern_names(&declarator.pattern, &mut names);
        if let Some(node) = &declarator.ty {
            let ty = self.resolve_type(node, self.cx.scope);
            self.bind_pattern(&declarator.pattern, ty);
            match &declarator.init {
                Some(init) => {
                    let value = self.check_against(init, ty);
                    self.note_declared(&names, &declarator.pattern, ty, value);
                }
                None if !decl.ambient => {
                    if !self.assignable(self.t.undefined, ty) {
                        for (id, ..) in &names {
                            self.cx.env.unassigned.insert(*id);
                        }
                    } else if matches!(self.get(ty), Type::Union(_)) {
                        self.note_declared(&names, &declarator.pattern, ty, self.t.undefined);
                    }
                }
                None => {}
            }
            return;
        }
        let Some(init) = &declarator.init else {
            self.report_untyped(declarator);
            self.bind_pattern(&declarator.pattern, self.t.error);
            return;
        };
        if let PatternKind::Name(id, _) = declarator.pattern.kind {
            self.binding_extra[id.index()].ty = super::Lazy::Busy;
        }
        let context = self.pattern_context(&declarator.pattern);
        let value = self.check_expr(init, context);
        let ty = if decl.mutable || !matches!(declarator.pattern.kind, PatternKind::Name(..)) {
            self.widened(init, value)
        } else {
            value
        };
        if value == self.t.void {
            // As TypeScript allows it: the variable is of no use.
            self.bind_pattern(&declarator.pattern, value);
            return;
        }
        let never = self.t.never;
        let empty = self.array_of(never);
        let untyped = ty == empty && matches!(&init.kind, ExprKind::Array(e) if e.is_empty());
        let nothing = decl.mutable && (ty == self.t.null || ty == self.t.undefined);
        if untyped || nothing {
            self.report_untyped(declarator);
            self.bind_pattern(&declarator.pattern, self.t.error);
            return;
        }
        self.bind_pattern(&declarator.pattern, ty);
    }

    fn report_untyped(&mut self, declarator: &Declarator) {
        let name = match &declarator.pattern.kind {
            PatternKind::Name(_, name) => format!("`{name}`"),
            _ => "the variable".to_owned(),
        };
        let message = format!("{name} has no type and no value that tells it");
        self.error_help(
            IMPLICIT_ANY,
            declarator.span,
            message,
            "write it: `name: type`",
        );
    }

    /// An array pattern makes the literal beside it a tuple.
    fn pattern_context(&mut self, pattern: &Pattern) -> Option<TypeId> {
        let PatternKind::Array { elems, rest: None } = &pattern.kind else {
            return None;
        };
        let required = elems.len() as u32;
        // An error type wants nothing of the elements.
        let elems = vec![self.t.error; elems.len()];
        Some(self.intern(Type::Tuple { elems, required }))
    }

    fn note_declared(
        &mut self,
        names: &[(BindingId, Name, Span)],
        pattern: &Pattern,
        declared: TypeId,
        value: TypeId,
    ) {
        if let (PatternKind::Name(id, _), [_]) = (&pattern.kind, names) {
            let narrowed = self.assigned_part(declared, value);
            if narrowed != declared {
                let reference = super::flow::Reference {
                    root: super::flow::Root::Binding(*id),
                    path: Vec::new(),
                };
                self.cx.env.narrowed.insert(reference, narrowed);
            }
        }
    }

    fn return_stmt(&mut self, value: Option<&'a Expr>, span: Span) {
        if self.cx.function.is_none() {
            self.error(MISPLACED, span, "`return` stands outside of a function");
        }
        match value {
            Some(value) => self.return_value(value),
            None => match self.cx.expected_return {
                Some(expected) => {
                    let fits = [self.t.undefined, self.t.void]
                        .into_iter()
                        .any(|ty| self.assignable(ty, expected));
                    let in_constructor = self.cx.function.is_some_and(|id| {
                        self.fns[id.index()]
                            .node
                            .is_some_and(|n| n.form == FunctionForm::Constructor)
                    });
                    if !fits && !in_constructor {
                        let message =
                            format!("a value of type `{}` must be returned", self.show(expected));
                        self.error(NO_RETURN, span, message);
                    }
                }
                None => self.cx.returns.push(self.t.void),
            },
        }
        self.cx.env = Env::unreachable();
    }

    fn each_loop(&mut self, pattern: &'a Pattern, elem: TypeId, body: &'a Stmt) {
        self.loop_stmt(|c| {
            let exit = c.cx.env.clone();
            c.bind_pattern(pattern, elem);
            c.forget_pattern(pattern);
            c.stmt(body);
            c.merge_continues();
            exit
        });
    }

    /// A loop's variable is a new one each time.
    fn forget_pattern(&mut self, pattern: &Pattern) {
        let mut names = Vec::new();
        pattern_names(pattern, &mut names);
        let roots: FxHashSet<BindingId> = names.into_iter().map(|(id, ..)| id).collect();
        self.cx.env.forget_roots(&roots);
    }

    /// Goes through a loop: `round` checks it once from its head, leaves `env` at its end and gives what
    /// is known where its condition fails.
    fn loop_stmt(&mut self, mut round: impl FnMut(&mut Self) -> Env) {
        let label = self.pending_label.take();
        let before = self.cx.env.clone();
        let errors = self.diagnostics.errors.len();
        let returns = self.cx.returns.len();
        let mut head = before.clone();
        if self.loop_depth >= LOOP_DEPTH_MAX {
            head = self.loop_head(head);
        }
        self.loop_depth += 1;
        for rounds in 0.. {
            self.diagnostics.errors.truncate(errors);
            self.cx.returns.truncate(returns);
            self.cx.env = head.clone();
            self.cx.jumps.push(Jump {
                label: label.clone(),
                is_loop: true,
                breaks: Vec::new(),
                continues: Vec::new(),
            });
            let exit = round(self);
            let Some(jump) = self.cx.jumps.pop() else {
                break;
            };
            let back = std::mem::take(&mut self.cx.env);
            let next = self.join(head.clone(), back);
            let stable = next.dead == head.dead
                && next.narrowed == head.narrowed
                && next.unassigned == head.unassigned;
            if stable || self.loop_depth > LOOP_DEPTH_MAX || rounds > LOOP_ROUNDS_MAX {
                let exits = jump.breaks.into_iter().chain([exit]);
                self.cx.env = self.join_all(exits);
                break;
            }
            head = if rounds == LOOP_ROUNDS_MAX {
                self.loop_head(next)
            } else {
                next
            };
        }
        self.loop_depth -= 1;
    }

    /// What is known at a loop's head whatever the loop does.
    fn loop_head(&mut self, mut env: Env) -> Env {
        let assigned: FxHashSet<BindingId> = env
            .narrowed
            .keys()
            .filter_map(|reference| match reference.root {
                super::flow::Root::Binding(id) if self.bindings[id.index()].reassigned => Some(id),
                _ => None,
            })
            .collect();
        env.forget_roots(&assigned);
        // Properties may be assigned through any name.
        env.narrowed
            .retain(|reference, _| reference.path.is_empty());
        env
    }

    /// `continue` and the end of the body meet before the update or the condition.
    fn merge_continues(&mut self) {
        let Some(jump) = self.cx.jumps.last_mut() else {
            return;
        };
        let continues = std::mem::take(&mut jump.continues);
        let end = std::mem::take(&mut self.cx.env);
        self.cx.env = self.join_all(continues.into_iter().chain([end]));
    }

    fn labeled(&mut self, label: &'a Name, body: &'a Stmt) {
        let is_loop = matches!(
            body.kind,
            StmtKind::While { .. }
                | StmtKind::DoWhile { .. }
                | StmtKind::For { .. }
                | StmtKind::ForOf { .. }
                | StmtKind::ForIn { .. }
        );
        if is_loop {
            self.pending_label = Some(label.clone());
            self.stmt(body);
            return;
        }
        self.cx.jumps.push(Jump {
            label: Some(label.clone()),
            is_loop: false,
            breaks: Vec::new(),
            continues: Vec::new(),
        });
        self.stmt(body);
        self.leave_jump();
    }

    /// Takes a statement that can be left off the list; what `break` knew is merged.
    fn leave_jump(&mut self) {
        let Some(jump) = self.cx.jumps.pop() else {
            return;
        };
        let end = std::mem::take(&mut self.cx.env);
        self.cx.env = self.join_all(jump.breaks.into_iter().chain([end]));
    }

    fn jump(&mut self, label: Option<&Name>, span: Span, is_break: bool) {
        let env = std::mem::replace(&mut self.cx.env, Env::unreachable());
        let target = self.cx.jumps.iter_mut().rev().find(|jump| match label {
            Some(label) => jump.label.as_ref() == Some(label) && (is_break || jump.is_loop),
            None => jump.is_loop || (is_break && jump.label.is_none()),
        });
        match target {
            Some(jump) if is_break => jump.breaks.push(env),
            Some(jump) => jump.continues.push(env),
            None => {
                let what = if is_break { "`break`" } else { "`continue`" };
                let message = format!("{what} has nothing to leave here");
                self.error(MISPLACED, span, message);
            }
        }
    }

    fn switch(&mut self, subject: &'a Expr, cases: &'a [SwitchCase]) {
        let on_true = matches!(subject.kind, ExprKind::Bool(true));
        let subject_ty = self.check_expr(subject, None);
        let stmts_scope = self.cx.scope;
        let mut rest = self.cx.env.clone();
        let mut fallthrough = Env::unreachable();
        let mut has_default = false;
        self.cx.jumps.push(Jump {
            label: None,
            is_loop: false,
            breaks: Vec::new(),
            continues: Vec::new(),
        });
        let mut entries: Vec<Option<Env>> = Vec::new();
        for case in cases {
            let Some(test) = &case.test else {
                has_default = true;
                entries.push(None);
                continue;
            };
            self.cx.env = rest;
            let (matched, other) = if on_true {
                self.test(test)
            } else {
                self.case_test(subject, subject_ty, test)
            };
            entries.push(Some(matched));
            rest = other;
        }
        for (case, entry) in cases.iter().zip(entries) {
            let entry = entry.unwrap_or_else(|| rest.clone());
            self.cx.env = self.join(entry, fallthrough);
            self.case_body(&case.body);
            fallthrough = std::mem::take(&mut self.cx.env);
        }
        self.cx.scope = stmts_scope;
        let exhausted = has_default || self.is_exhausted(&rest, subject, subject_ty, cases);
        let skipped = if exhausted { Env::unreachable() } else { rest };
        self.cx.env = self.join(fallthrough, skipped);
        self.leave_jump();
    }

    fn case_body(&mut self, stmts: &'a [Stmt]) {
        self.block(stmts);
    }

    /// What is known if a case matches, and if it doesn't.
    fn case_test(&mut self, subject: &'a Expr, subject_ty: TypeId, test: &'a Expr) -> (Env, Env) {
        let test_ty = self.check_expr(test, Some(subject_ty));
        if !self.is_error(test_ty)
            && !self.is_error(subject_ty)
            && !self.comparable(subject_ty, test_ty)
            && !self.is_nullish(test_ty)
        {
            let message = format!(
                "this case never matches: `{}` and `{}` have no value in common",
                self.show(subject_ty),
                self.show(test_ty)
            );
            self.error(NO_OVERLAP, test.span, message);
        }
        let env = self.cx.env.clone();
        let matched = self.narrow_case(env.clone(), subject, test, true);
        let other = self.narrow_case(env, subject, test, false);
        (matched, other)
    }

    /// Whether the cases name all values of the subject.
    fn is_exhausted(
        &mut self,
        rest: &Env,
        subject: &'a Expr,
        subject_ty: TypeId,
        cases: &'a [SwitchCase],
    ) -> bool {
        if rest.dead {
            return true;
        }
        if self.is_error(subject_ty) {
            return false;
        }
        if let ExprKind::Typeof(operand) = &subject.kind {
            let outer = std::mem::replace(&mut self.cx.env, rest.clone());
            let known = self.expr_types[operand.id.index()];
            let now = self.known_type(operand, known);
            self.cx.env = outer;
            return now == self.t.never;
        }
        let mut left = self.apparent(subject_ty);
        for case in cases {
            let Some(test) = &case.test else { continue };
            let ty = self.expr_types[test.id.index()];
            left = self.narrow_to_value(left, ty, false);
        }
        left == self.t.never
    }

    fn try_stmt(
        &mut self,
        block: &'a [Stmt],
        handler: Option<&'a CatchClause>,
        finalizer: Option<&'a [Stmt]>,
    ) {
        let before = self.cx.env.clone();
        self.block(block);
        let after_block = std::mem::take(&mut self.cx.env);
        let interrupted = self.interrupted(before);
        let after = match handler {
            Some(handler) => {
                self.cx.env = interrupted.clone();
                if let Some(param) = &handler.param {
                    self.bind_pattern(param, self.t.unknown);
                }
                self.block(&handler.body);
                let after_handler = std::mem::take(&mut self.cx.env);
                self.join(after_block, after_handler)
            }
            None => after_block,
        };
        let Some(finalizer) = finalizer else {
            self.cx.env = after;
            return;
        };
        let mut entry = interrupted;
        entry.dead = false;
        let unassigned = entry.unassigned.clone();
        self.cx.env = entry;
        self.block(finalizer);
        let end = std::mem::take(&mut self.cx.env);
        let mut result = after;
        result.dead |= end.dead;
        let assigned: Vec<BindingId> = unassigned
            .iter()
            .filter(|id| !end.unassigned.contains(id))
            .copied()
            .collect();
        for id in assigned {
            result.unassigned.remove(&id);
        }
        // What the finally block narrowed holds; what it assigned is as it left it.
        for (reference, ty) in end.narrowed {
            result.narrowed.entry(reference).or_insert(ty);
        }
        self.cx.env = result;
    }

    /// What is known when something in a block was cut short: nothing about what it may have assigned.
    fn interrupted(&mut self, before: Env) -> Env {
        let assigned: FxHashSet<BindingId> = before
            .narrowed
            .keys()
            .filter_map(|reference| match reference.root {
                super::flow::Root::Binding(id) if self.bindings[id.index()].reassigned => Some(id),
                _ => None,
            })
            .collect();
        let mut env = before;
        env.forget_roots(&assigned);
        env
    }
}
