//! The walk that gives every name its meaning and every function its surroundings.
//!
//! Fills `resolutions`, what is known of bindings without types (owner, reassigned, captured) and
//! the nodes of functions and classes. Goes down left-leaning chains of operators without recursion.
//! Absent: types; whether a closure reaches a variable too early (`captures.rs`).

use super::codes::*;
use super::scope::Value;
use super::{BindingSource, Checker, FnRef, Use};
use crate::ast::*;
use crate::checked::Resolution;
use rustc_hash::FxHashMap;

/// The walk over one module.
pub(super) struct Names<'c, 'a> {
    checker: &'c mut Checker<'a>,
    file: FileId,
    scopes: Vec<FxHashMap<Name, Value>>,
    /// Functions around the current place, outermost first.
    functions: Vec<FnId>,
    /// Statements around the current place, outermost first.
    stmts: Vec<Span>,
}

/// Walks a module.
pub(super) fn resolve_module<'a>(checker: &mut Checker<'a>, module: &'a Module) {
    let mut walk = Names {
        checker,
        file: module.file,
        scopes: Vec::new(),
        functions: Vec::new(),
        stmts: Vec::new(),
    };
    walk.declare_bindings(&module.body);
    for stmt in &module.body {
        walk.stmt(stmt);
    }
}

/// Every name of a pattern.
pub(super) fn pattern_names(pattern: &Pattern, out: &mut Vec<(BindingId, Name, Span)>) {
    match &pattern.kind {
        PatternKind::Name(id, name) => out.push((*id, name.clone(), pattern.span)),
        PatternKind::Object { props, rest } => {
            for prop in props {
                pattern_names(&prop.value.pattern, out);
            }
            if let Some(rest) = rest {
                pattern_names(rest, out);
            }
        }
        PatternKind::Array { elems, rest } => {
            for elem in elems.iter().flatten() {
                pattern_names(&elem.pattern, out);
            }
            if let Some(rest) = rest {
                pattern_names(rest, out);
            }
        }
    }
}

impl<'a> Names<'_, 'a> {
    fn owner(&self) -> Option<FnId> {
        self.functions.last().copied()
    }

    fn lookup(&self, name: &str) -> Option<Value> {
        for scope in self.scopes.iter().rev() {
            if let Some(value) = scope.get(name) {
                return Some(value.clone());
            }
        }
        let lib = self.checker.program.lib;
        let module = &self.checker.values[self.file.index()];
        if let Some(value) = module.get(name) {
            return Some(value.clone());
        }
        // What the prelude keeps for itself.
        if name.starts_with("__") && !self.checker.is_prelude(self.file) {
            return None;
        }
        self.checker.values[lib.index()].get(name).cloned()
    }

    /// A function expression's own name, which no other declaration has taken.
    fn enclosing_expression(&self, name: &str) -> Option<Value> {
        let found = self.functions.iter().rev().find(|id| {
            self.checker.fns[id.index()]
                .node
                .is_some_and(|node| node.form == FunctionForm::Expression && &*node.name == name)
        })?;
        Some(Value::Function(*found))
    }

    fn declare(&mut self, name: &Name, value: Value, span: Span) {
        let Some(scope) = self.scopes.last_mut() else {
            return;
        };
        if scope.contains_key(name) {
            let message = format!("`{name}` is declared twice");
            self.checker.error(DUPLICATE, span, message);
            return;
        }
        scope.insert(name.clone(), value);
    }

    fn pattern(
        &mut self,
        pattern: &'a Pattern,
        mutable: bool,
        end: u32,
        source: BindingSource<'a>,
    ) {
        let mut names = Vec::new();
        pattern_names(pattern, &mut names);
        let owner = self.owner();
        for (id, name, span) in names {
            let info = &mut self.checker.bindings[id.index()];
            info.name = name.clone();
            info.span = span;
            info.owner = owner;
            info.global = self.scopes.is_empty();
            let extra = &mut self.checker.binding_extra[id.index()];
            extra.mutable = mutable;
            extra.end = end;
            extra.source = source;
            self.declare(&name, Value::Binding(id), span);
        }
    }

    /// Declares what stands directly in a block, since it may be used above its place.
    fn declare_bindings(&mut self, stmts: &'a [Stmt]) {
        for stmt in stmts {
            match &stmt.kind {
                StmtKind::Var(decl) => self.declare_var(decl),
                StmtKind::Function(f) => {
                    self.declare(&f.name, Value::Function(f.id), f.span);
                }
                StmtKind::Class(c) => self.declare(&c.name, Value::Class(c.id), c.span),
                StmtKind::Enum(e) => {
                    let id = self.checker.enum_id(e);
                    self.declare(&e.name, Value::Enum(id), stmt.span);
                }
                _ => {}
            }
        }
    }

    fn declare_var(&mut self, decl: &'a VarDecl) {
        for declarator in &decl.declarators {
            let source = BindingSource::Var(decl, declarator);
            self.pattern(
                &declarator.pattern,
                decl.mutable,
                declarator.span.end,
                source,
            );
        }
    }

    fn block(&mut self, stmts: &'a [Stmt]) {
        self.scopes.push(FxHashMap::default());
        self.declare_bindings(stmts);
        for stmt in stmts {
            self.stmt(stmt);
        }
        self.scopes.pop();
    }

    fn scoped(&mut self, walk: impl FnOnce(&mut Self)) {
        self.scopes.push(FxHashMap::default());
        walk(self);
        self.scopes.pop();
    }

    fn var(&mut self, decl: &'a VarDecl) {
        for declarator in &decl.declarators {
            self.pattern_defaults(&declarator.pattern);
            self.opt(declarator.init.as_ref());
        }
    }

    fn pattern_defaults(&mut self, pattern: &'a Pattern) {
        match &pattern.kind {
            PatternKind::Name(..) => {}
            PatternKind::Object { props, rest } => {
                for prop in props {
                    self.elem_default(&prop.value);
                }
                if let Some(rest) = rest {
                    self.pattern_defaults(rest);
                }
            }
            PatternKind::Array { elems, rest } => {
                for elem in elems.iter().flatten() {
                    self.elem_default(elem);
                }
                if let Some(rest) = rest {
                    self.pattern_defaults(rest);
                }
            }
        }
    }

    fn elem_default(&mut self, elem: &'a PatternElem) {
        self.pattern_defaults(&elem.pattern);
        self.opt(elem.default.as_ref());
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        self.stmts.push(stmt.span);
        self.stmt_parts(stmt);
        self.stmts.pop();
    }

    fn stmt_parts(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::Expr(e) | StmtKind::Throw(e) => self.expr(e),
            StmtKind::Var(decl) => self.var(decl),
            StmtKind::Function(f) => self.function(f, None, false),
            StmtKind::Class(c) => self.class(c),
            StmtKind::Return(e) => self.opt(e.as_ref()),
            StmtKind::If {
                test,
                then,
                otherwise,
            } => {
                self.expr(test);
                self.scoped(|w| w.stmt(then));
                if let Some(otherwise) = otherwise {
                    self.scoped(|w| w.stmt(otherwise));
                }
            }
            StmtKind::While { test, body } | StmtKind::DoWhile { body, test } => {
                self.expr(test);
                self.scoped(|w| w.stmt(body));
            }
            StmtKind::For {
                init,
                test,
                update,
                body,
            } => self.scoped(|w| {
                match init {
                    Some(ForInit::Var(decl)) => {
                        w.declare_var(decl);
                        w.var(decl);
                    }
                    Some(ForInit::Expr(e)) => w.expr(e),
                    None => {}
                }
                w.opt(test.as_ref());
                w.opt(update.as_ref());
                w.stmt(body);
            }),
            StmtKind::ForOf {
                pattern,
                mutable,
                iterable,
                body,
                ..
            } => {
                self.expr(iterable);
                self.loop_body(pattern, *mutable, body);
            }
            StmtKind::ForIn {
                pattern,
                object,
                body,
            } => {
                self.expr(object);
                self.loop_body(pattern, false, body);
            }
            StmtKind::Switch { subject, cases } => {
                self.expr(subject);
                self.scoped(|w| {
                    for case in cases {
                        w.declare_bindings(&case.body);
                    }
                    for case in cases {
                        w.opt(case.test.as_ref());
                        case.body.iter().for_each(|s| w.stmt(s));
                    }
                });
            }
            StmtKind::Block(stmts) => self.block(stmts),
            StmtKind::Labeled { body, .. } => self.stmt(body),
            StmtKind::Try {
                block,
                handler,
                finalizer,
            } => {
                self.block(block);
                if let Some(handler) = handler {
                    self.scoped(|w| {
                        if let Some(param) = &handler.param {
                            w.pattern(param, true, param.span.end, BindingSource::Given);
                            w.pattern_defaults(param);
                        }
                        w.block(&handler.body);
                    });
                }
                if let Some(finalizer) = finalizer {
                    self.block(finalizer);
                }
            }
            StmtKind::DeclareModule(_)
            | StmtKind::Enum(_)
            | StmtKind::Interface(_)
            | StmtKind::TypeAlias(_)
            | StmtKind::Break(_)
            | StmtKind::Continue(_)
            | StmtKind::Empty => {}
        }
    }

    fn loop_body(&mut self, pattern: &'a Pattern, mutable: bool, body: &'a Stmt) {
        self.scoped(|w| {
            w.pattern(pattern, mutable, pattern.span.end, BindingSource::Given);
            w.pattern_defaults(pattern);
            w.stmt(body);
        });
    }

    fn class(&mut self, class: &'a Class) {
        let parent = self.owner();
        let data = &mut self.checker.classes[class.id.index()];
        data.node = Some(class);
        data.file = self.file;
        if let Some(heritage) = &class.extends {
            match self.lookup(&heritage.name) {
                Some(Value::Class(base)) => {
                    self.checker.classes[class.id.index()].base_class = Some(base);
                }
                _ => {
                    let message = format!("`{}` is not a class to extend", heritage.name);
                    self.checker.error(UNKNOWN_NAME, heritage.span, message);
                }
            }
        }
        for field in &class.fields {
            self.opt(field.init.as_ref());
        }
        for method in &class.methods {
            self.function(&method.function, Some(class.id), method.is_static);
            self.checker.fns[method.function.id.index()].parent = parent;
        }
        for block in &class.static_blocks {
            self.block(block);
        }
    }

    fn function(&mut self, f: &'a Function, class: Option<ClassId>, is_static: bool) {
        let parent = self.owner();
        let data = &mut self.checker.fns[f.id.index()];
        data.node = Some(f);
        data.file = self.file;
        data.parent = parent;
        data.class = class;
        data.is_static = is_static;
        self.functions.push(f.id);
        self.scopes.push(FxHashMap::default());
        for param in &f.params {
            self.pattern(&param.pattern, true, param.span.end, BindingSource::Given);
        }
        for param in &f.params {
            self.pattern_defaults(&param.pattern);
            self.opt(param.default.as_ref());
        }
        match &f.body {
            Some(FnBody::Block(stmts)) => self.block(stmts),
            Some(FnBody::Expr(e)) => self.expr(e),
            None => {}
        }
        self.scopes.pop();
        self.functions.pop();
    }

    fn opt(&mut self, expr: Option<&'a Expr>) {
        if let Some(expr) = expr {
            self.expr(expr);
        }
    }

    fn args(&mut self, args: &'a [Arg]) {
        for arg in args {
            match arg {
                Arg::Expr(e) | Arg::Spread(e) => self.expr(e),
            }
        }
    }

    fn expr(&mut self, expr: &'a Expr) {
        let mut first = expr;
        let mut rights = Vec::new();
        while let ExprKind::Binary { left, right, .. } | ExprKind::Logical { left, right, .. } =
            &first.kind
        {
            rights.push(&**right);
            first = left;
        }
        self.operand(first);
        for right in rights.into_iter().rev() {
            self.expr(right);
        }
    }

    fn operand(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Ident(name) => self.ident(expr, name),
            ExprKind::This => self.this(),
            ExprKind::SuperMethod { args, .. } | ExprKind::SuperCall(args) => {
                self.this();
                self.args(args);
            }
            ExprKind::Template { exprs, .. } | ExprKind::Sequence(exprs) => {
                exprs.iter().for_each(|e| self.expr(e));
            }
            ExprKind::Array(elems) => {
                for elem in elems {
                    match elem {
                        ArrayElem::Expr(e) | ArrayElem::Spread(e) => self.expr(e),
                    }
                }
            }
            ExprKind::Object(props) => props.iter().for_each(|p| self.prop(p)),
            ExprKind::Function(f) => self.function(f, None, false),
            ExprKind::Call { callee, args, .. } | ExprKind::New { callee, args, .. } => {
                self.expr(callee);
                self.args(args);
            }
            ExprKind::Member { object, .. } => self.expr(object),
            ExprKind::Index { object, index, .. } => {
                self.expr(object);
                self.expr(index);
            }
            ExprKind::OptionalChain(e)
            | ExprKind::Typeof(e)
            | ExprKind::Await(e)
            | ExprKind::AsConst(e)
            | ExprKind::NonNull(e)
            | ExprKind::Unary { operand: e, .. }
            | ExprKind::As { operand: e, .. }
            | ExprKind::Satisfies { operand: e, .. } => self.expr(e),
            ExprKind::Update { target, .. } => {
                self.expr(target);
                self.assigned(target);
            }
            ExprKind::Assign { target, value, .. } => {
                self.target(target);
                self.expr(value);
            }
            ExprKind::Cond {
                test,
                then,
                otherwise,
            } => {
                self.expr(test);
                self.expr(then);
                self.expr(otherwise);
            }
            ExprKind::Binary { .. } | ExprKind::Logical { .. } => self.expr(expr),
            ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Undefined
            | ExprKind::Regex { .. } => {}
        }
    }

    fn prop(&mut self, prop: &'a ObjectProp) {
        match prop {
            ObjectProp::Property { value, .. } => self.expr(value),
            ObjectProp::Computed { key, value } => {
                self.expr(key);
                self.expr(value);
            }
            ObjectProp::Spread(e) => self.expr(e),
        }
    }

    fn target(&mut self, target: &'a AssignTarget) {
        match target {
            AssignTarget::Expr(e) => {
                self.expr(e);
                self.assigned(e);
            }
            AssignTarget::Array { elems, rest, .. } => {
                for (target, default) in elems.iter().flatten() {
                    self.target(target);
                    self.opt(default.as_ref());
                }
                if let Some(rest) = rest {
                    self.target(rest);
                }
            }
            AssignTarget::Object { props, .. } => {
                for (_, target, default) in props {
                    self.target(target);
                    self.opt(default.as_ref());
                }
            }
        }
    }

    /// Notes that a variable changes after its declaration.
    fn assigned(&mut self, target: &Expr) {
        if let Some(Resolution::Binding(id)) = self.checker.resolutions[target.id.index()] {
            let declared = self.checker.bindings[id.index()].span.start;
            // The whole statement around it may run again, or not to its end.
            let around = self.stmts.iter().find(|stmt| stmt.start > declared);
            let end = around.map_or(target.span.end, |stmt| stmt.end);
            let info = &mut self.checker.bindings[id.index()];
            info.reassigned = true;
            let nested = info.owner != self.functions.last().copied();
            let extra = &mut self.checker.binding_extra[id.index()];
            let end = if nested { u32::MAX } else { end };
            extra.last_assigned = extra.last_assigned.max(end);
        }
    }

    /// Arrows reach the `this` of the function around them.
    fn this(&mut self) {
        for id in self.functions.iter().rev() {
            let data = &mut self.checker.fns[id.index()];
            if data
                .node
                .is_none_or(|node| node.form != FunctionForm::Arrow)
            {
                return;
            }
            data.captures_this = true;
        }
    }

    fn ident(&mut self, expr: &'a Expr, name: &Name) {
        let value = self
            .lookup(name)
            .or_else(|| self.enclosing_expression(name));
        let resolution = match &value {
            Some(value) => self.checker.resolution(value, expr.span),
            None if &**name == "NaN" => Resolution::NaN,
            None if &**name == "Infinity" => Resolution::Infinity,
            None => {
                self.unknown(expr, name);
                return;
            }
        };
        self.checker.resolutions[expr.id.index()] = Some(resolution);
        let function = self.owner();
        match resolution {
            Resolution::Binding(id) => self.use_binding(id),
            Resolution::Function(target) => {
                let file = self.file;
                self.checker.fn_refs.push(FnRef {
                    function,
                    target,
                    at: expr.span.start,
                    file,
                });
            }
            _ => {}
        }
    }

    fn unknown(&mut self, expr: &Expr, name: &Name) {
        if self
            .checker
            .failed_names
            .contains(&(self.file, name.clone()))
        {
            return;
        }
        let scope = self.checker.module_scopes[self.file.index()];
        if self.checker.lookup_type(scope, name).is_some() {
            let message = format!("`{name}` only refers to a type, but is used as a value here");
            self.checker.error(WRONG_MEANING, expr.span, message);
        } else if !self.checker.refuse_name(name, expr.span) {
            self.checker.error(
                UNKNOWN_NAME,
                expr.span,
                format!("cannot find name `{name}`"),
            );
        }
    }

    fn use_binding(&mut self, id: BindingId) {
        let function = self.owner();
        let info = &mut self.checker.bindings[id.index()];
        if info.owner == function {
            return;
        }
        let (owner, global) = (info.owner, info.global);
        self.checker.uses.push(Use {
            binding: id,
            function,
            file: self.file,
        });
        if global {
            return;
        }
        self.checker.bindings[id.index()].captured = true;
        for &inner in self.functions.iter().rev() {
            if Some(inner) == owner {
                break;
            }
            let captures = &mut self.checker.fns[inner.index()].captures;
            if !captures.contains(&id) {
                captures.push(id);
            }
        }
    }
}
