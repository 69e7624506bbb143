//! Goes over the syntax tree: calls a visitor for every function, class, expression and declared name.
//!
//! Absent: types as written, which lowering never looks at.

use crate::ast::*;

/// What is told of the tree. `enter` comes before the children, `leave` after.
pub trait Visitor<'a> {
    /// An expression begins.
    fn enter_expr(&mut self, _expr: &'a Expr) {}
    /// An expression ends.
    fn leave_expr(&mut self, _expr: &'a Expr) {}
    /// A function begins; what follows up to `leave_function` is inside it.
    fn enter_function(&mut self, _function: &'a Function) {}
    /// A function ends.
    fn leave_function(&mut self, _function: &'a Function) {}
    /// A class.
    fn class(&mut self, _class: &'a Class) {}
    /// A declared constant with its value.
    fn constant(&mut self, _binding: BindingId, _init: &'a Expr) {}
    /// A declared name; `until`: where its declaration ends.
    fn binding(&mut self, _binding: BindingId, _until: u32) {}
}

/// Goes over statements.
pub fn stmts<'a>(v: &mut dyn Visitor<'a>, body: &'a [Stmt]) {
    for stmt in body {
        self::stmt(v, stmt);
    }
}

fn stmt<'a>(v: &mut dyn Visitor<'a>, s: &'a Stmt) {
    match &s.kind {
        StmtKind::Expr(e) | StmtKind::Throw(e) => expr(v, e),
        StmtKind::Var(decl) => var(v, decl),
        StmtKind::Function(f) => function(v, f),
        StmtKind::Class(c) => class(v, c),
        StmtKind::Return(e) => opt(v, e.as_ref()),
        StmtKind::If {
            test,
            then,
            otherwise,
        } => {
            expr(v, test);
            stmt(v, then);
            if let Some(s) = otherwise {
                stmt(v, s);
            }
        }
        StmtKind::While { test, body } | StmtKind::DoWhile { body, test } => {
            expr(v, test);
            stmt(v, body);
        }
        StmtKind::For {
            init,
            test,
            update,
            body,
        } => {
            match init {
                Some(ForInit::Var(decl)) => var(v, decl),
                Some(ForInit::Expr(e)) => expr(v, e),
                None => {}
            }
            opt(v, test.as_ref());
            opt(v, update.as_ref());
            stmt(v, body);
        }
        StmtKind::ForOf {
            pattern: p,
            iterable: e,
            body,
            ..
        }
        | StmtKind::ForIn {
            pattern: p,
            object: e,
            body,
        } => {
            expr(v, e);
            pattern(v, p, e.span.end);
            stmt(v, body);
        }
        StmtKind::Switch { subject, cases } => {
            expr(v, subject);
            for case in cases {
                opt(v, case.test.as_ref());
                stmts(v, &case.body);
            }
        }
        StmtKind::Block(body) => stmts(v, body),
        StmtKind::Labeled { body, .. } => stmt(v, body),
        StmtKind::Try {
            block,
            handler,
            finalizer,
        } => {
            stmts(v, block);
            if let Some(handler) = handler {
                if let Some(p) = &handler.param {
                    pattern(v, p, p.span.end);
                }
                stmts(v, &handler.body);
            }
            if let Some(body) = finalizer {
                stmts(v, body);
            }
        }
        StmtKind::Enum(decl) => decl.members.iter().for_each(|m| opt(v, m.1.as_ref())),
        StmtKind::Interface(_)
        | StmtKind::TypeAlias(_)
        | StmtKind::DeclareModule(_)
        | StmtKind::Break(_)
        | StmtKind::Continue(_)
        | StmtKind::Empty => {}
    }
}

fn var<'a>(v: &mut dyn Visitor<'a>, decl: &'a VarDecl) {
    for d in &decl.declarators {
        if let (PatternKind::Name(binding, _), Some(init), false) =
            (&d.pattern.kind, &d.init, decl.mutable)
        {
            v.constant(*binding, init);
        }
        pattern(v, &d.pattern, d.span.end);
        opt(v, d.init.as_ref());
    }
}

fn pattern<'a>(v: &mut dyn Visitor<'a>, p: &'a Pattern, until: u32) {
    let elem = |v: &mut dyn Visitor<'a>, e: &'a PatternElem| {
        pattern(v, &e.pattern, until);
        opt(v, e.default.as_ref());
    };
    match &p.kind {
        PatternKind::Name(binding, _) => v.binding(*binding, until),
        PatternKind::Object { props, rest } => {
            props.iter().for_each(|p| elem(v, &p.value));
            if let Some(rest) = rest {
                pattern(v, rest, until);
            }
        }
        PatternKind::Array { elems, rest } => {
            elems.iter().flatten().for_each(|e| elem(v, e));
            if let Some(rest) = rest {
                pattern(v, rest, until);
            }
        }
    }
}

fn class<'a>(v: &mut dyn Visitor<'a>, c: &'a Class) {
    v.class(c);
    c.fields.iter().for_each(|f| opt(v, f.init.as_ref()));
    c.methods.iter().for_each(|m| function(v, &m.function));
    c.static_blocks.iter().for_each(|b| stmts(v, b));
}

fn function<'a>(v: &mut dyn Visitor<'a>, f: &'a Function) {
    v.enter_function(f);
    for param in &f.params {
        pattern(v, &param.pattern, 0);
        opt(v, param.default.as_ref());
    }
    match &f.body {
        Some(FnBody::Block(body)) => stmts(v, body),
        Some(FnBody::Expr(e)) => expr(v, e),
        None => {}
    }
    v.leave_function(f);
}

fn opt<'a>(v: &mut dyn Visitor<'a>, e: Option<&'a Expr>) {
    if let Some(e) = e {
        expr(v, e);
    }
}

fn args<'a>(v: &mut dyn Visitor<'a>, list: &'a [Arg]) {
    for arg in list {
        match arg {
            Arg::Expr(e) | Arg::Spread(e) => expr(v, e),
        }
    }
}

fn target<'a>(v: &mut dyn Visitor<'a>, t: &'a AssignTarget) {
    match t {
        AssignTarget::Expr(e) => expr(v, e),
        AssignTarget::Array { elems, rest, .. } => {
            for (t, default) in elems.iter().flatten() {
                target(v, t);
                opt(v, default.as_ref());
            }
            if let Some(rest) = rest {
                target(v, rest);
            }
        }
        AssignTarget::Object { props, .. } => {
            for (_, t, default) in props {
                target(v, t);
                opt(v, default.as_ref());
            }
        }
    }
}

fn expr<'a>(v: &mut dyn Visitor<'a>, e: &'a Expr) {
    v.enter_expr(e);
    match &e.kind {
        ExprKind::Template { exprs, .. } | ExprKind::Sequence(exprs) => {
            exprs.iter().for_each(|e| expr(v, e));
        }
        ExprKind::Array(elems) => {
            for elem in elems {
                match elem {
                    ArrayElem::Expr(e) | ArrayElem::Spread(e) => expr(v, e),
                }
            }
        }
        ExprKind::Object(props) => {
            for prop in props {
                match prop {
                    ObjectProp::Property { value: e, .. } | ObjectProp::Spread(e) => expr(v, e),
                    ObjectProp::Computed { key, value } => {
                        expr(v, key);
                        expr(v, value);
                    }
                }
            }
        }
        ExprKind::Function(f) => function(v, f),
        ExprKind::Call {
            callee: f, args: a, ..
        }
        | ExprKind::New {
            callee: f, args: a, ..
        } => {
            expr(v, f);
            args(v, a);
        }
        ExprKind::SuperCall(a) | ExprKind::SuperMethod { args: a, .. } => args(v, a),
        ExprKind::Index {
            object: a,
            index: b,
            ..
        }
        | ExprKind::Binary {
            left: a, right: b, ..
        }
        | ExprKind::Logical {
            left: a, right: b, ..
        } => {
            expr(v, a);
            expr(v, b);
        }
        ExprKind::Assign {
            target: t, value, ..
        } => {
            target(v, t);
            expr(v, value);
        }
        ExprKind::Cond {
            test,
            then,
            otherwise,
        } => {
            expr(v, test);
            expr(v, then);
            expr(v, otherwise);
        }
        ExprKind::Member { object: e, .. }
        | ExprKind::OptionalChain(e)
        | ExprKind::Unary { operand: e, .. }
        | ExprKind::Typeof(e)
        | ExprKind::Update { target: e, .. }
        | ExprKind::Await(e)
        | ExprKind::As { operand: e, .. }
        | ExprKind::AsConst(e)
        | ExprKind::Satisfies { operand: e, .. }
        | ExprKind::NonNull(e) => expr(v, e),
        ExprKind::Number(_)
        | ExprKind::String(_)
        | ExprKind::Bool(_)
        | ExprKind::Null
        | ExprKind::Undefined
        | ExprKind::Ident(_)
        | ExprKind::This
        | ExprKind::Regex { .. } => {}
    }
    v.leave_expr(e);
}
