//! Statements that aren't loops, and leaving them: `break`, `continue`, `return`, `throw`, `try`.
//!
//! `finally` is lowered once for each way out: as a handler that rethrows, and inline where control leaves otherwise.

use super::function::{Fx, NOTHING, Scope, Val};
use crate::ast::*;
use crate::mir::{BlockId, Inst, NO_REG, Term};
use raya_bytecode::isa::{CATCH_CLEANUP, Op};
use raya_bytecode::slot::Slot;

impl<'a> Fx<'a, '_> {
    /// A block's statements, its functions first.
    pub fn stmts(&mut self, body: &'a [Stmt]) {
        self.hoist(body);
        for stmt in body {
            self.stmt(stmt);
        }
    }

    /// A statement.
    pub fn stmt(&mut self, stmt: &'a Stmt) {
        self.span = stmt.span;
        match &stmt.kind {
            StmtKind::Expr(e) => self.effect(e),
            StmtKind::Var(decl) => self.var(decl),
            StmtKind::Class(class) => self.class_statics(class),
            StmtKind::Return(e) => self.return_stmt(e.as_ref()),
            StmtKind::If {
                test,
                then,
                otherwise,
            } => self.if_stmt(test, then, otherwise.as_deref()),
            StmtKind::While { test, body } => self.while_loop(test, body),
            StmtKind::DoWhile { body, test } => self.do_while(body, test),
            StmtKind::For {
                init,
                test,
                update,
                body,
            } => self.for_loop(init.as_ref(), test.as_ref(), update.as_ref(), body),
            StmtKind::ForOf {
                pattern,
                iterable,
                is_await,
                body,
                ..
            } => self.for_of(pattern, iterable, *is_await, body),
            StmtKind::ForIn {
                pattern,
                object,
                body,
            } => self.for_in(pattern, object, body),
            StmtKind::Switch { subject, cases } => self.switch(subject, cases),
            StmtKind::Block(body) => self.stmts(body),
            StmtKind::Break(label) => self.leave_to(label.as_ref(), false),
            StmtKind::Continue(label) => self.leave_to(label.as_ref(), true),
            StmtKind::Labeled { label, body } => self.labeled(label, body),
            StmtKind::Throw(e) => {
                let val = self.expr_as(e, Slot::MIXED);
                let inst = Inst::new(Op::Throw, [val.n.0, val.r.0, 0], self.span);
                self.finish(Term::Leave(inst));
            }
            StmtKind::Try {
                block,
                handler,
                finalizer,
            } => self.try_stmt(block, handler.as_ref(), finalizer.as_deref()),
            StmtKind::Function(_)
            | StmtKind::Interface(_)
            | StmtKind::TypeAlias(_)
            | StmtKind::Enum(_)
            | StmtKind::DeclareModule(_)
            | StmtKind::Empty => {}
        }
    }

    /// A declaration.
    pub fn var(&mut self, decl: &'a VarDecl) {
        if decl.ambient {
            return;
        }
        for d in &decl.declarators {
            self.span = d.span;
            if let PatternKind::Name(binding, _) = &d.pattern.kind {
                if self.p.constant(*binding).is_some() {
                    continue;
                }
                let ty = self.p.checked.bindings[binding.index()].ty;
                let val = match &d.init {
                    Some(init) => self.expr_to(init, ty),
                    None => {
                        let slot = self.binding_slot(*binding);
                        self.zero(slot)
                    }
                };
                self.initialize(*binding, val);
            } else if let Some(init) = &d.init {
                let val = self.expr(init);
                let val = self.keep_constructed(val);
                let ty = self.type_of(init);
                self.bind(&d.pattern, val, ty);
            }
        }
    }

    /// A copy of a value that destructuring reads piece by piece while it may assign the variable it came from.
    fn keep_constructed(&mut self, val: Val) -> Val {
        if val == NOTHING { val } else { self.copy(val) }
    }

    fn if_stmt(&mut self, test: &'a Expr, then: &'a Stmt, otherwise: Option<&'a Stmt>) {
        let (yes, end) = (self.block(), self.block());
        let no = match otherwise {
            Some(_) => self.block(),
            None => end,
        };
        self.cond(test, yes, no);
        self.start(yes);
        self.stmt(then);
        if let Some(otherwise) = otherwise {
            self.jump(end);
            self.start(no);
            self.stmt(otherwise);
        }
        self.start(end);
    }

    fn labeled(&mut self, label: &Name, body: &'a Stmt) {
        self.labels.push(label.clone());
        let is_loop = matches!(
            body.kind,
            StmtKind::While { .. }
                | StmtKind::DoWhile { .. }
                | StmtKind::For { .. }
                | StmtKind::ForOf { .. }
                | StmtKind::ForIn { .. }
                | StmtKind::Labeled { .. }
        );
        if is_loop {
            return self.stmt(body);
        }
        let exit = self.block();
        self.enter(exit, None, false);
        self.stmt(body);
        self.scopes.pop();
        self.start(exit);
    }

    /// Enters a statement that can be left, taking the labels in front of it.
    pub fn enter(&mut self, exit: BlockId, next: Option<BlockId>, plain: bool) {
        let labels = std::mem::take(&mut self.labels);
        self.scopes.push(Scope::Target {
            labels,
            exit,
            next,
            plain,
        });
    }

    fn switch(&mut self, subject: &'a Expr, cases: &'a [SwitchCase]) {
        let exit = self.block();
        let val = self.expr(subject);
        let val = self.copy(val);
        let bodies: Vec<BlockId> = cases.iter().map(|_| self.block()).collect();
        let mut default = exit;
        for (case, &body) in cases.iter().zip(&bodies) {
            let Some(test) = &case.test else {
                default = body;
                continue;
            };
            self.span = test.span;
            let next = self.block();
            match test.kind {
                ExprKind::Undefined | ExprKind::Null if val.r != NO_REG => {
                    let tag = u32::from(matches!(test.kind, ExprKind::Null));
                    self.branch(Op::JTag, val.r.0, tag, body, next);
                }
                _ => {
                    let other = self.raw(test);
                    self.branch_equal(val, other, body, next);
                }
            }
            self.start(next);
        }
        self.jump(default);
        self.enter(exit, None, true);
        // Functions declared in any case are there in all; closures are made before the tests' targets.
        for (case, &body) in cases.iter().zip(&bodies) {
            self.start(body);
            self.stmts(&case.body);
        }
        self.scopes.pop();
        self.start(exit);
    }

    // Leaving.

    /// `break` and `continue`
    fn leave_to(&mut self, label: Option<&Name>, continues: bool) {
        let mut found = None;
        for (depth, scope) in self.scopes.iter().enumerate().rev() {
            if let Scope::Target {
                labels,
                exit,
                next,
                plain,
            } = scope
            {
                let named = label.is_some_and(|l| labels.contains(l));
                let meant = match (label, continues) {
                    (Some(_), _) => named,
                    (None, false) => *plain,
                    (None, true) => next.is_some(),
                };
                if meant {
                    found = Some((
                        depth,
                        if continues {
                            next.unwrap_or(*exit)
                        } else {
                            *exit
                        },
                    ));
                    break;
                }
            }
        }
        if let Some((depth, to)) = found {
            let (scopes, handler) = (self.scopes.clone(), self.handler);
            self.run_finalizers(depth);
            self.jump(to);
            self.scopes = scopes;
            self.set_handler(handler);
        }
    }

    fn return_stmt(&mut self, e: Option<&'a Expr>) {
        let slot = self.f.ret;
        let val = match (e, self.ret_type) {
            (Some(e), _) if slot == Slot::VOID => {
                self.effect(e);
                NOTHING
            }
            (Some(e), Some(ty)) if !self.f.is_async => self.expr_to(e, ty),
            (Some(e), _) => self.lenient(e),
            (None, _) => NOTHING,
        };
        let val = self.convert(val, slot);
        let leaves_finally = self
            .scopes
            .iter()
            .any(|s| matches!(s, Scope::Finally { .. }));
        let val = if leaves_finally { self.copy(val) } else { val };
        let (scopes, handler) = (self.scopes.clone(), self.handler);
        self.run_finalizers(0);
        self.ret(val);
        self.scopes = scopes;
        self.set_handler(handler);
    }

    /// Returns a value in the slot of the result.
    pub fn ret(&mut self, val: Val) {
        let (op, x) = match self.f.ret {
            Slot::VOID => (Op::Ret, [0, 0, 0]),
            Slot::MIXED => (Op::RetM, [val.n.0, val.r.0, 0]),
            slot if slot.has_num() => (Op::RetF, [val.n.0, 0, 0]),
            _ => (Op::RetRef, [val.r.0, 0, 0]),
        };
        let inst = Inst::new(op, x, self.span);
        self.finish(Term::Leave(inst));
    }

    /// Runs the `finally` blocks of all scopes from `depth` on, innermost first.
    fn run_finalizers(&mut self, depth: usize) {
        while self.scopes.len() > depth {
            if let Some(Scope::Finally { body, handler }) = self.scopes.pop() {
                self.set_handler(handler);
                self.finalizer(body);
            }
        }
    }

    /// One copy of a `finally` block. Copies of blocks inside it multiply, so their depth is limited.
    fn finalizer(&mut self, body: &'a [Stmt]) {
        const DEPTH_MAX: u32 = 6;
        if self.finalizer_depth >= DEPTH_MAX {
            self.refuse(
                4024,
                self.span,
                "`finally` blocks stand inside each other too deeply",
                "move the inner ones into functions",
            );
            return;
        }
        self.finalizer_depth += 1;
        self.stmts(body);
        self.finalizer_depth -= 1;
    }

    fn try_stmt(
        &mut self,
        block: &'a [Stmt],
        catch: Option<&'a CatchClause>,
        finalizer: Option<&'a [Stmt]>,
    ) {
        let outer = self.handler;
        let end = self.block();
        let on_finally = finalizer.map(|body| {
            self.scopes.push(Scope::Finally {
                body,
                handler: outer,
            });
            self.block()
        });
        let around = on_finally.or(outer);
        let on_error = catch.map(|_| self.block());
        self.set_handler(on_error.or(around));
        self.stmts(block);
        self.set_handler(around);
        self.jump(end);
        if let (Some(catch), Some(on_error)) = (catch, on_error) {
            self.start(on_error);
            self.catch_clause(catch);
            self.jump(end);
        }
        if let (Some(body), Some(on_finally)) = (finalizer, on_finally) {
            self.scopes.pop();
            self.handler = outer;
            self.start(on_finally);
            let error = self.fresh(Slot::MIXED);
            self.emit(Op::Catch, error.n.0, error.r.0, CATCH_CLEANUP.into());
            self.finalizer(body);
            let inst = Inst::new(Op::Throw, [error.n.0, error.r.0, 0], self.span);
            self.finish(Term::Leave(inst));
        }
        self.handler = outer;
        self.start(end);
        if let Some(body) = finalizer {
            self.finalizer(body);
        }
    }

    fn catch_clause(&mut self, catch: &'a CatchClause) {
        let error = self.fresh(Slot::MIXED);
        self.emit(Op::Catch, error.n.0, error.r.0, 0);
        if let Some(Pattern {
            kind: PatternKind::Name(binding, _),
            ..
        }) = &catch.param
        {
            self.initialize(*binding, error);
        }
        self.stmts(&catch.body);
    }
}
