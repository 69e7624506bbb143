//! Tests of the conversion: what each construct becomes, that each refusal is named, that nothing panics.

mod constructs;
mod hostile;
mod refusals;

use super::{Dialect, Ids, Resolver, parse_module};
use crate::ast::{Expr, ExprKind, FileId, ImportSource, Module, Span, StmtKind};
use crate::diagnostics::Diagnostics;

/// Every import leads somewhere.
struct AnyModule;

impl Resolver for AnyModule {
    fn resolve(&mut self, specifier: &str, _: Span, _: &mut Diagnostics) -> Option<ImportSource> {
        Some(match specifier.strip_prefix("host:") {
            Some(name) => ImportSource::Host(name.into()),
            None => ImportSource::File(FileId(7)),
        })
    }
}

fn parse_as(dialect: Dialect, text: &str) -> (Module, Diagnostics, Ids) {
    let mut diagnostics = Diagnostics::default();
    let file = diagnostics.add_source("test.ts".to_owned(), text.to_owned());
    let mut ids = Ids::default();
    let module = parse_module(file, dialect, &mut ids, &mut AnyModule, &mut diagnostics);
    (module, diagnostics, ids)
}

fn parse(text: &str) -> (Module, Diagnostics, Ids) {
    parse_as(Dialect::Program, text)
}

/// The module of a text without errors.
fn module(text: &str) -> Module {
    let (module, diagnostics, _) = parse(text);
    assert!(
        !diagnostics.has_errors(),
        "{text}\n{}",
        diagnostics.render(false)
    );
    module
}

/// The kinds of the statements of a text without errors.
fn statements(text: &str) -> Vec<StmtKind> {
    module(text)
        .body
        .into_iter()
        .map(|statement| statement.kind)
        .collect()
}

/// The only statement.
fn statement(text: &str) -> StmtKind {
    let mut all = statements(text);
    assert_eq!(all.len(), 1, "{text}");
    all.remove(0)
}

/// The only expression, as an initial value.
fn expr(text: &str) -> Expr {
    match statement(&format!("const x = {text};")) {
        StmtKind::Var(mut variables) => variables
            .declarators
            .remove(0)
            .init
            .expect("an initial value"),
        other => panic!("{other:?}"),
    }
}

fn kind(text: &str) -> ExprKind {
    expr(text).kind
}

/// The numbers of the errors in a text, in order.
fn codes(text: &str) -> Vec<u16> {
    let (_, diagnostics, _) = parse(text);
    diagnostics
        .sorted()
        .iter()
        .map(|error| error.code)
        .collect()
}

/// An expression with its nesting shown by parentheses, for compact assertions.
fn shown(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Number(value) => format!("{value}"),
        ExprKind::Ident(name) => name.to_string(),
        ExprKind::Null => "null".to_owned(),
        ExprKind::Undefined => "undefined".to_owned(),
        ExprKind::This => "this".to_owned(),
        ExprKind::Binary { op, left, right } => {
            format!("({op:?} {} {})", shown(left), shown(right))
        }
        ExprKind::Logical { op, left, right } => {
            format!("({op:?} {} {})", shown(left), shown(right))
        }
        ExprKind::Unary { op, operand } => format!("({op:?} {})", shown(operand)),
        ExprKind::Member {
            object,
            name,
            optional,
        } => {
            format!(
                "{}{}{name}",
                shown(object),
                if *optional { "?." } else { "." }
            )
        }
        ExprKind::Index {
            object,
            index,
            optional,
        } => {
            format!(
                "{}{}[{}]",
                shown(object),
                if *optional { "?." } else { "" },
                shown(index)
            )
        }
        ExprKind::Call {
            callee,
            args,
            optional,
            ..
        } => {
            format!(
                "{}{}({})",
                shown(callee),
                if *optional { "?." } else { "" },
                args.len()
            )
        }
        ExprKind::OptionalChain(inner) => format!("<{}>", shown(inner)),
        ExprKind::NonNull(inner) => format!("{}!", shown(inner)),
        other => format!("{other:?}"),
    }
}
