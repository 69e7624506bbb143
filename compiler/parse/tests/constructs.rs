//! What each construct becomes.

use super::*;
use crate::ast::{
    ArrayElem, AssignOp, AssignTarget, BinaryOp, FnBody, ForInit, FunctionForm, LogicalOp,
    ObjectProp, PatternKind, TypeMemberKind, TypeNode, TypeNodeKind, Visibility,
};

/// The type of `type X = …`.
fn ty(text: &str) -> TypeNode {
    match statement(&format!("type X = {text};")) {
        StmtKind::TypeAlias(alias) => alias.ty,
        other => panic!("{other:?}"),
    }
}

fn type_shown(ty: &TypeNode) -> String {
    let list = |all: &[TypeNode], by: &str| all.iter().map(type_shown).collect::<Vec<_>>().join(by);
    match &ty.kind {
        TypeNodeKind::Name(name, args) if args.is_empty() => name.to_string(),
        TypeNodeKind::Name(name, args) => format!("{name}<{}>", list(args, ", ")),
        TypeNodeKind::StringLit(text) => format!("{text:?}"),
        TypeNodeKind::NumberLit(value) => format!("{value}"),
        TypeNodeKind::BoolLit(value) => format!("{value}"),
        TypeNodeKind::Array(inner) => format!("{}[]", type_shown(inner)),
        TypeNodeKind::Union(all) => format!("({})", list(all, " | ")),
        TypeNodeKind::Intersection(all) => format!("({})", list(all, " & ")),
        TypeNodeKind::Readonly(inner) => format!("readonly {}", type_shown(inner)),
        TypeNodeKind::Keyof(inner) => format!("keyof {}", type_shown(inner)),
        TypeNodeKind::Indexed(object, index) => {
            format!("{}[{}]", type_shown(object), type_shown(index))
        }
        TypeNodeKind::Typeof(name) => format!("typeof {name}"),
        TypeNodeKind::Tuple(elems) => {
            let flags = |e: &crate::ast::TupleElem| {
                format!(
                    "{}{}",
                    if e.optional { "?" } else { "" },
                    if e.rest { "..." } else { "" }
                )
            };
            let all: Vec<_> = elems
                .iter()
                .map(|e| format!("{}{}", flags(e), type_shown(&e.ty)))
                .collect();
            format!("[{}]", all.join(", "))
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn literals() {
    assert!(matches!(kind("0x10"), ExprKind::Number(16.0)));
    assert!(matches!(kind("1_000.5"), ExprKind::Number(1000.5)));
    assert!(matches!(kind("true"), ExprKind::Bool(true)));
    assert!(matches!(kind("null"), ExprKind::Null));
    assert!(matches!(kind("undefined"), ExprKind::Undefined));
    assert!(matches!(kind("NaN"), ExprKind::Ident(name) if &*name == "NaN"));
    assert!(
        matches!(kind(r#""a\ud800\u{1F600}""#), ExprKind::String(s) if *s == [0x61, 0xd800, 0xd83d, 0xde00])
    );
    assert!(
        matches!(kind("/a[/]b/gi"), ExprKind::Regex { pattern, flags } if &*pattern == "a[/]b" && &*flags == "gi")
    );
}

#[test]
fn templates_have_one_text_more_than_expressions() {
    let ExprKind::Template { texts, exprs } = kind("`a${1}\\n${`b${2}`}`") else {
        panic!()
    };
    assert_eq!(texts.len(), 3);
    assert_eq!(exprs.len(), 2);
    assert_eq!(*texts[1], [10]);
    assert!(texts[2].is_empty());
}

#[test]
fn operators_keep_their_precedence() {
    assert_eq!(shown(&expr("1 + 2 * 3 - 4")), "(Sub (Add 1 (Mul 2 3)) 4)");
    assert_eq!(shown(&expr("(1 + 2) * 3")), "(Mul (Add 1 2) 3)");
    assert_eq!(shown(&expr("a ** b ** c")), "(Pow a (Pow b c))");
    assert_eq!(shown(&expr("a < b === c >= d")), "(Eq (Lt a b) (Ge c d))");
    assert_eq!(shown(&expr("a && b || c")), "(Or (And a b) c)");
    assert_eq!(shown(&expr("a ?? (b || c)")), "(Coalesce a (Or b c))");
    assert_eq!(shown(&expr("!a >>> ~b")), "(Ushr (Not a) (BitNot b))");
    assert_eq!(shown(&expr("a instanceof B")), "(InstanceOf a B)");
}

#[test]
fn comparisons_with_null_may_be_loose() {
    assert_eq!(shown(&expr("a == null")), "(EqNullish a null)");
    assert_eq!(shown(&expr("undefined != a")), "(NeNullish a undefined)");
}

#[test]
fn optional_chains_end_where_they_are_short_cut() {
    assert_eq!(shown(&expr("a?.b.c")), "<a?.b.c>");
    assert_eq!(shown(&expr("(a?.b).c")), "<a?.b>.c");
    assert_eq!(shown(&expr("a?.[0]?.(1)")), "<a?.[0]?.(1)>");
    assert_eq!(shown(&expr("a?.b!.c")), "<a?.b!.c>");
    assert_eq!(shown(&expr("a.b!")), "a.b!");
}

#[test]
fn private_names_keep_their_sign() {
    let text = "class A { #x = 1; get() { return this.#x; } }";
    let StmtKind::Class(class) = statement(text) else {
        panic!()
    };
    assert_eq!(&*class.fields[0].name, "#x");
    assert_eq!(class.fields[0].visibility, Visibility::Private);
    let Some(FnBody::Block(body)) = &class.methods[0].function.body else {
        panic!()
    };
    let StmtKind::Return(Some(value)) = &body[0].kind else {
        panic!()
    };
    assert_eq!(shown(value), "this.#x");
}

#[test]
fn functions_are_named_after_what_they_are_assigned_to() {
    let name = |text: &str| match kind(text) {
        ExprKind::Function(function) => function.name.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(name("() => 1"), "x");
    assert_eq!(name("function () {}"), "x");
    assert_eq!(name("function f() {}"), "f");
    let ExprKind::Object(props) = kind("{ a: () => 1, b() {}, 'c d': async () => {}, 1: () => 2 }")
    else {
        panic!()
    };
    let names: Vec<_> = props
        .iter()
        .map(|prop| match prop {
            ObjectProp::Property {
                key,
                value:
                    Expr {
                        kind: ExprKind::Function(f),
                        ..
                    },
                ..
            } => (key.to_string(), f.name.to_string(), f.form),
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        ("a", FunctionForm::Arrow),
        ("b", FunctionForm::Method),
        ("c d", FunctionForm::Arrow),
        ("1", FunctionForm::Arrow),
    ];
    assert_eq!(
        names,
        expected.map(|(name, form)| (name.to_owned(), name.to_owned(), form))
    );
}

#[test]
fn arrays_and_objects() {
    let ExprKind::Array(elems) = kind("[1, ...a]") else {
        panic!()
    };
    assert!(matches!(
        elems[..],
        [ArrayElem::Expr(_), ArrayElem::Spread(_)]
    ));
    let ExprKind::Object(props) = kind("{ a, ...b, [c]: 1, ['d']: 2 }") else {
        panic!()
    };
    assert!(matches!(&props[..], [
        ObjectProp::Property { .. },
        ObjectProp::Spread(_),
        ObjectProp::Computed { .. },
        ObjectProp::Property { key, .. },
    ] if &**key == "d"));
}

#[test]
fn calls_and_new() {
    assert!(
        matches!(kind("f<number>(1, ...a)"), ExprKind::Call { type_args, args, .. } if type_args.len() == 1 && args.len() == 2)
    );
    assert!(
        matches!(kind("new C<T>(1)"), ExprKind::New { type_args, args, .. } if type_args.len() == 1 && args.len() == 1)
    );
    assert!(matches!(kind("new C"), ExprKind::New { args, .. } if args.is_empty()));
    let StmtKind::Class(class) =
        statement("class A extends B { constructor() { super(1); super.m(2); } }")
    else {
        panic!()
    };
    let Some(FnBody::Block(body)) = &class.methods[0].function.body else {
        panic!()
    };
    assert!(
        matches!(&body[0].kind, StmtKind::Expr(Expr { kind: ExprKind::SuperCall(args), .. }) if args.len() == 1)
    );
    assert!(
        matches!(&body[1].kind, StmtKind::Expr(Expr { kind: ExprKind::SuperMethod { name, .. }, .. }) if &**name == "m")
    );
}

#[test]
fn assignments() {
    let assign = |text: &str| match statement(text) {
        StmtKind::Expr(Expr {
            kind: ExprKind::Assign { op, target, .. },
            ..
        }) => (op, target),
        other => panic!("{other:?}"),
    };
    assert_eq!(assign("a = 1").0, AssignOp::Assign);
    assert_eq!(assign("a.b >>>= 1").0, AssignOp::Binary(BinaryOp::Ushr));
    assert_eq!(
        assign("a[0] ??= 1").0,
        AssignOp::Logical(LogicalOp::Coalesce)
    );
    assert!(
        matches!(*assign("[a, , b = 1, ...c] = d").1, AssignTarget::Array { elems, rest: Some(_), .. }
        if elems.len() == 3 && elems[1].is_none() && elems[2].as_ref().is_some_and(|elem| elem.1.is_some()))
    );
    assert!(
        matches!(*assign("({ a, b: c.d, e = 1 } = f)").1, AssignTarget::Object { props, .. } if props.len() == 3)
    );
    assert!(matches!(
        kind("a++"),
        ExprKind::Update {
            increment: true,
            prefix: false,
            ..
        }
    ));
    assert!(matches!(
        kind("--a.b"),
        ExprKind::Update {
            increment: false,
            prefix: true,
            ..
        }
    ));
}

#[test]
fn casts() {
    assert!(matches!(kind("a as T"), ExprKind::As { .. }));
    assert!(matches!(kind("<T>a"), ExprKind::As { .. }));
    assert!(matches!(kind("[1] as const"), ExprKind::AsConst(_)));
    assert!(matches!(kind("a satisfies T"), ExprKind::Satisfies { .. }));
    assert!(matches!(kind("typeof a"), ExprKind::Typeof(_)));
    assert!(matches!(kind("(1, 2)"), ExprKind::Sequence(parts) if parts.len() == 2));
    assert!(matches!(kind("a ? b : c"), ExprKind::Cond { .. }));
    assert!(matches!(kind("await a"), ExprKind::Await(_)));
}

#[test]
fn patterns() {
    let StmtKind::Var(variables) =
        statement("const { a, b: c = 1, ...d } = e, [f, , g = 2, ...h] = i;")
    else {
        panic!()
    };
    let PatternKind::Object {
        props,
        rest: Some(_),
    } = &variables.declarators[0].pattern.kind
    else {
        panic!()
    };
    assert_eq!(&*props[1].key, "b");
    assert!(props[1].value.default.is_some());
    let PatternKind::Array {
        elems,
        rest: Some(_),
    } = &variables.declarators[1].pattern.kind
    else {
        panic!()
    };
    assert!(elems[1].is_none() && elems[2].as_ref().is_some_and(|elem| elem.default.is_some()));
}

#[test]
fn control_flow() {
    assert!(matches!(
        statement("if (a) b; else c;"),
        StmtKind::If {
            otherwise: Some(_),
            ..
        }
    ));
    assert!(matches!(
        statement("for (;;) {}"),
        StmtKind::For {
            init: None,
            test: None,
            update: None,
            ..
        }
    ));
    assert!(matches!(
        statement("for (let i = 0; i < 1; i++) {}"),
        StmtKind::For {
            init: Some(ForInit::Var(_)),
            ..
        }
    ));
    assert!(matches!(
        statement("for (const x of xs) {}"),
        StmtKind::ForOf {
            mutable: false,
            is_await: false,
            ..
        }
    ));
    assert!(matches!(
        statement("for await (let x of xs) {}"),
        StmtKind::ForOf {
            mutable: true,
            is_await: true,
            ..
        }
    ));
    assert!(matches!(
        statement("for (const k in o) {}"),
        StmtKind::ForIn { .. }
    ));
    assert!(
        matches!(statement("a: while (b) { continue a; }"), StmtKind::Labeled { label, .. } if &*label == "a")
    );
    assert!(matches!(
        statement("do { break; } while (a)"),
        StmtKind::DoWhile { .. }
    ));
    assert!(
        matches!(statement("switch (a) { case 1: break; default: b; }"), StmtKind::Switch { cases, .. }
        if cases.len() == 2 && cases[1].test.is_none())
    );
    assert!(matches!(
        statement("try { a; } catch (e: unknown) { b; } finally { c; }"),
        StmtKind::Try {
            handler: Some(_),
            finalizer: Some(_),
            ..
        }
    ));
    assert!(
        matches!(statement("try { a; } catch { b; }"), StmtKind::Try { handler: Some(h), .. } if h.param.is_none())
    );
    assert!(matches!(statement("throw a"), StmtKind::Throw(_)));
}

#[test]
fn functions() {
    let text = "async function f<T extends U = V>(this: W, a: T, b?: number, c = 1, ...d: T[]): Promise<void> {}";
    let StmtKind::Function(f) = statement(text) else {
        panic!()
    };
    assert!(f.is_async && f.this_type.is_some() && f.ret.is_some() && f.body.is_some());
    assert!(f.type_params[0].constraint.is_some() && f.type_params[0].default.is_some());
    let flags: Vec<_> = f
        .params
        .iter()
        .map(|p| (p.optional, p.default.is_some(), p.rest))
        .collect();
    assert_eq!(
        flags,
        [
            (false, false, false),
            (true, false, false),
            (false, true, false),
            (false, false, true)
        ]
    );
    let overloads = statements(
        "function f(a: string): void; function f(a: number): void; function f(a: unknown) {}",
    );
    let bodies: Vec<_> = overloads
        .iter()
        .map(|s| matches!(s, StmtKind::Function(f) if f.body.is_some()))
        .collect();
    assert_eq!(bodies, [false, false, true]);
}

#[test]
fn classes() {
    let text = "abstract class A<T> extends B<T> implements I, J<T> {
        static count = 0;
        readonly id: number;
        private name?: string = 'a';
        constructor(public x: number, protected readonly y = 1, z: string) { super(); }
        m(a: string): void;
        m(a: unknown) {}
        abstract n(): number;
        get p() { return 1; }
        set p(v) {}
        static { f(); }
    }";
    let StmtKind::Class(class) = statement(text) else {
        panic!()
    };
    assert!(class.is_abstract && class.extends.is_some() && class.implements.len() == 2);
    let fields: Vec<_> = class
        .fields
        .iter()
        .map(|f| (&*f.name, f.is_static, f.readonly, f.optional, f.visibility))
        .collect();
    assert_eq!(
        fields,
        [
            ("count", true, false, false, Visibility::Public),
            ("id", false, true, false, Visibility::Public),
            ("name", false, false, true, Visibility::Private),
        ]
    );
    let methods: Vec<_> = class
        .methods
        .iter()
        .map(|m| {
            (
                &*m.function.name,
                m.function.form,
                m.function.body.is_some(),
                m.is_abstract,
            )
        })
        .collect();
    assert_eq!(
        methods,
        [
            ("constructor", FunctionForm::Constructor, true, false),
            ("m", FunctionForm::Method, false, false),
            ("m", FunctionForm::Method, true, false),
            ("n", FunctionForm::Method, false, true),
            ("p", FunctionForm::Getter, true, false),
            ("p", FunctionForm::Setter, true, false),
        ]
    );
    let properties: Vec<_> = class.methods[0]
        .function
        .params
        .iter()
        .map(|p| p.property)
        .collect();
    assert_eq!(properties, [Some(false), Some(true), None]);
    assert_eq!(class.static_blocks.len(), 1);
}

#[test]
fn enums() {
    let StmtKind::Enum(e) = statement("const enum E { A, B = 2, 'c d' = 'x' }") else {
        panic!()
    };
    let members: Vec<_> = e
        .members
        .iter()
        .map(|(name, value, _)| (&**name, value.is_some()))
        .collect();
    assert_eq!(members, [("A", false), ("B", true), ("c d", true)]);
}

#[test]
fn types() {
    let cases = [
        ("number | string | null", "(number | string | null)"),
        ("readonly T[]", "readonly T[]"),
        ("Map<string, ns.B[]>", "Map<string, ns.B[]>"),
        ("'a' | -1 | true", "(\"a\" | -1 | true)"),
        (
            "[a: number, b?: string, ...rest: T[]]",
            "[number, ?string, ...T[]]",
        ),
        ("[number, string?]", "[number, ?string]"),
        ("keyof T & T['x']", "(keyof T & T[\"x\"])"),
        ("typeof a.b", "typeof a.b"),
        ("(A | B)[]", "(A | B)[]"),
    ];
    for (text, expected) in cases {
        assert_eq!(type_shown(&ty(text)), expected, "{text}");
    }
    assert!(
        matches!(ty("<T>(a: T, b?: T, ...c: T[]) => void").kind, TypeNodeKind::Function(f)
        if f.type_params.len() == 1 && f.params[1].optional && f.params[2].rest)
    );
}

#[test]
fn interfaces() {
    let text = "interface I<T> extends J<T>, K { readonly a: T; b?: string; m(x: T): void; [key: string]: T }";
    let StmtKind::Interface(interface) = statement(text) else {
        panic!()
    };
    assert_eq!(interface.extends.len(), 2);
    let members: Vec<_> = interface
        .members
        .iter()
        .map(|m| (&*m.name, m.readonly, m.optional))
        .collect();
    assert_eq!(
        members,
        [
            ("a", true, false),
            ("b", false, true),
            ("m", false, false),
            ("key", false, false)
        ]
    );
    assert!(matches!(
        interface.members[2].kind,
        TypeMemberKind::Method(_)
    ));
    assert!(matches!(
        interface.members[3].kind,
        TypeMemberKind::Index { .. }
    ));
}

#[test]
fn only_a_call_signature_is_a_function_type() {
    assert!(
        matches!(statement("interface F<T> { (a: T): void }"), StmtKind::TypeAlias(alias)
        if alias.type_params.len() == 1 && matches!(alias.ty.kind, TypeNodeKind::Function(_)))
    );
    assert!(matches!(
        ty("{ (a: number): void }").kind,
        TypeNodeKind::Function(_)
    ));
}

#[test]
fn predicates() {
    let ret = |text: &str| match statement(text) {
        StmtKind::Function(f) => f.ret.expect("a return type").kind,
        other => panic!("{other:?}"),
    };
    assert!(
        matches!(ret("function f(a: unknown): a is string { return true; }"),
        TypeNodeKind::Predicate { param, ty: Some(_), asserts: false } if &*param == "a")
    );
    assert!(matches!(
        ret("function f(a: unknown): asserts a { }"),
        TypeNodeKind::Predicate {
            ty: None,
            asserts: true,
            ..
        }
    ));
}

#[test]
fn imports() {
    let module = module(
        "import d, { a as b, type T } from './x'; import * as ns from 'host:world'; import type { U } from './y';
         import './z'; import { V, W } from './v'; d; b; ns.f(); let v: V; let w: W;",
    );
    let imports: Vec<_> = module
        .imports
        .iter()
        .map(|import| {
            let names: Vec<_> = import
                .names
                .iter()
                .map(|n| (n.imported.as_deref(), &*n.local))
                .collect();
            (import.type_only, names)
        })
        .collect();
    assert_eq!(
        imports,
        [
            (false, vec![(Some("default"), "d"), (Some("a"), "b")]),
            (true, vec![(Some("T"), "T")]),
            (false, vec![(None, "ns")]),
            (true, vec![(Some("U"), "U")]),
            (false, vec![]),
            (true, vec![(Some("V"), "V"), (Some("W"), "W")]),
        ]
    );
    assert_eq!(module.imports[2].source, ImportSource::Host("world".into()));
}

#[test]
fn exports() {
    let module = module(
        "export const { a, b: [c] } = d; export function f(x: number): void; export function f(x: unknown) {}
         export class K {} export interface I {} export type T = I; export enum E { A }
         export { a as z }; export * from './x'; export * as ns from './x'; export { p as q } from './x';
         export default 1 + 2;",
    );
    let exports: Vec<_> = module
        .exports
        .iter()
        .map(|e| (&*e.exported, &*e.local, e.source.is_some()))
        .collect();
    assert_eq!(
        exports,
        [
            ("a", "a", false),
            ("c", "c", false),
            ("f", "f", false),
            ("K", "K", false),
            ("I", "I", false),
            ("T", "T", false),
            ("E", "E", false),
            ("z", "a", false),
            ("*", "*", true),
            ("ns", "*", true),
            ("q", "p", true),
            ("default", "default", false),
        ]
    );
    assert!(matches!(&module.body.last().unwrap().kind, StmtKind::Var(v)
        if matches!(&v.declarators[0].pattern.kind, PatternKind::Name(_, name) if &**name == "default")));
}

#[test]
fn default_exports() {
    let local = |text: &str| module(text).exports[0].local.to_string();
    assert_eq!(local("export default function () {}"), "default");
    assert_eq!(local("export default function f() {}"), "f");
    assert_eq!(local("export default class {}"), "default");
    assert_eq!(local("const a = 1; export default a;"), "a");
    assert_eq!(local("export default interface I {}"), "I");
}

#[test]
fn declarations() {
    let text = "declare module \"host:world\" {
        export function spawn(kind: string, x: number): number;
        function remove(id: number): void;
        export interface Entity { id: number }
        export const width: number;
    }";
    let (module, diagnostics, _) = parse_as(Dialect::Declarations, text);
    assert!(!diagnostics.has_errors(), "{}", diagnostics.render(false));
    let StmtKind::DeclareModule(declared) = &module.body[0].kind else {
        panic!()
    };
    assert_eq!(&*declared.name, "host:world");
    assert!(
        matches!(&declared.body[0].kind, StmtKind::Function(f) if f.body.is_none() && &*f.name == "spawn")
    );
    assert_eq!(declared.body.len(), 4);
    assert!(matches!(statement("declare const a: number;"), StmtKind::Var(v) if v.ambient));
    assert!(matches!(statement("declare class A { m(): void }"), StmtKind::Class(c) if c.ambient));
}

#[test]
fn the_prelude_is_read() {
    let texts = crate::prelude::importable_names().filter_map(crate::prelude::importable);
    for text in texts.chain([crate::prelude::LIB_TEXT]) {
        let (module, diagnostics, _) = parse_as(Dialect::Prelude, text);
        assert!(!diagnostics.has_errors(), "{}", diagnostics.render(false));
        assert!(!module.body.is_empty());
    }
}

#[test]
fn ids_are_dense_over_the_program() {
    let mut diagnostics = Diagnostics::default();
    let mut ids = Ids::default();
    for text in [
        "const a = 1; function f() {}",
        "let b = a, c; class K { m() {} }",
    ] {
        let file = diagnostics.add_source("x.ts".to_owned(), text.to_owned());
        parse_module(
            file,
            Dialect::Program,
            &mut ids,
            &mut AnyModule,
            &mut diagnostics,
        );
    }
    assert_eq!(
        ids,
        Ids {
            exprs: 2,
            functions: 2,
            classes: 1,
            bindings: 3
        }
    );
}

#[test]
fn spans_are_bytes_of_the_text() {
    let text = "/* ö */ const wörld = f(1 +\n  b.c);";
    let (module, _, _) = parse(text);
    let cut = |span: Span| &text[span.start as usize..span.end as usize];
    let StmtKind::Var(variables) = &module.body[0].kind else {
        panic!()
    };
    let declarator = &variables.declarators[0];
    assert_eq!(cut(module.body[0].span), "const wörld = f(1 +\n  b.c);");
    assert_eq!(cut(declarator.pattern.span), "wörld");
    let init = declarator.init.as_ref().unwrap();
    assert_eq!(cut(init.span), "f(1 +\n  b.c)");
    let ExprKind::Call { args, .. } = &init.kind else {
        panic!()
    };
    let crate::ast::Arg::Expr(sum) = &args[0] else {
        panic!()
    };
    let ExprKind::Binary { right, .. } = &sum.kind else {
        panic!()
    };
    assert_eq!(cut(right.span), "b.c");
}
