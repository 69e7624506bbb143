//! Every refusal is reported by its number, at its place, with advice.

use super::*;
use crate::parse::refuse;

/// For each refusal a text that it refuses, and nothing else.
const CASES: &[(u16, &str)] = &[
    (1101, "var a = 1;"),
    (1101, "for (var i = 0; i < 1; i++) {}"),
    (1102, "let a: any = 1;"),
    (1102, "try {} catch (e: any) {}"),
    (1104, "function f() { return arguments; }"),
    (1105, "eval('1');"),
    (1105, "new Function('return 1');"),
    (1106, "a == b;"),
    (1106, "a != 0;"),
    (1107, "delete a.b;"),
    (1108, "A.prototype;"),
    (1108, "a.__proto__ = b;"),
    (1108, "const a = { __proto__: b };"),
    (1109, "function* f() {}"),
    (1109, "class A { *m() {} }"),
    (1110, "@d class A {}"),
    (1110, "class A { @d m() {} }"),
    (1110, "class A { @d x = 1; }"),
    (1111, "namespace A { export const b = 1; }"),
    (1112, "function f() { return new.target; }"),
    (1113, "import('./x');"),
    (1114, "const a = { get b() { return 1; } };"),
    (1114, "const a = { set b(v) {} };"),
    (1115, "f`a${1}`;"),
    (1116, "1n;"),
    (1116, "let a: bigint;"),
    (1116, "type A = -1n;"),
    (1116, "BigInt(1);"),
    (1117, "debugger;"),
    (1118, "let a: symbol;"),
    (1118, "Symbol('a');"),
    (1118, "class A { [Symbol.iterator]() {} }"),
    (1119, "type A = new () => B;"),
    (1119, "type A = abstract new () => B;"),
    (1121, "type A<T> = T extends string ? 1 : 2;"),
    (1122, "type A<T> = { [K in keyof T]: number };"),
    (1123, "type A = `a${string}`;"),
    (1124, "declare const a: unique symbol;"),
    (1125, "import a = b.c;"),
    (1126, "export = a;"),
    (1127, "[1, , 2];"),
    (1128, "import.meta;"),
    (1129, "const A = class {};"),
    (1130, "class A extends f() {}"),
    (1131, "class A { [x]() {} }"),
    (1131, "const { [a]: b } = c;"),
    (1132, "class A { accessor x = 1; }"),
    (1133, "class A { [key: string]: number; }"),
    (1134, "class A extends B { m() { return super.x; } }"),
    (1135, "for (a of b) {}"),
    (1135, "for (a.b in c) {}"),
    (1136, "using a = b;"),
    (1137, "({ a, ...b } = c);"),
    (1138, "(a as B) = c;"),
    (1138, "a! += 1;"),
    (1139, "class A { #x = 1; m(o: A) { return #x in o; } }"),
    (1140, "const g = f<number>;"),
    (1141, "interface A { (a: number): void; x: number }"),
    (1141, "interface A { new (): A }"),
    (1142, "interface A { get x(): number }"),
    (1143, "let a: import('./x').A;"),
    (1145, "import a from './x' with { type: 'json' }; a;"),
    (1146, "declare global { const a: number; }"),
    (1147, "type A = (this: B) => void;"),
    (1148, "interface A<in T> { }"),
    (1149, "class A { declare x: number; }"),
    (1150, "abstract class A { abstract x: number; }"),
    (1151, "const a = { 1.5: 2 };"),
    (1152, r#"const a = { "\ud800": 1 };"#),
    (1155, "declare module 'host:x' { f(); }"),
    (1157, "new Proxy(a, b);"),
    (1158, "globalThis.a;"),
    (1159, "require('x');"),
];

/// Refusals that no text above can show alone: oxc reports them itself, or they come with another.
const NOT_ALONE: &[(u16, &str)] = &[
    (1103, "with (a) { b; }"),
    (1144, "type A<T> = T extends (infer U)[] ? U : never;"),
    (1154, "function* f() { yield 1; }"),
    (1160, "export as namespace A;"),
];

#[test]
fn each_is_refused_by_number() {
    for (code, text) in CASES {
        assert_eq!(
            codes(text),
            [*code],
            "{text}\n{}",
            parse(text).1.render(false)
        );
    }
}

#[test]
fn others_stop_the_program_too() {
    for (_, text) in NOT_ALONE {
        assert!(!codes(text).is_empty(), "{text}");
    }
}

#[test]
fn each_number_has_a_case() {
    // JSX, template names of enum members, JSDoc types and `intrinsic` are syntax errors in a module.
    let unreachable = [1120, 1153, 1156, 1161];
    for refusal in refuse::ALL {
        let mut known = CASES
            .iter()
            .chain(NOT_ALONE)
            .map(|(code, _)| *code)
            .chain(unreachable);
        assert!(
            known.any(|code| code == refusal.code),
            "RA{} has no test",
            refusal.code
        );
    }
}

#[test]
fn all_errors_of_a_file_come_at_once() {
    assert_eq!(
        codes("var a: any = 1n;\nif (a == 1) { delete a.b; }"),
        [1101, 1102, 1116, 1106, 1107]
    );
}

#[test]
fn the_place_and_the_advice_are_shown() {
    let (_, diagnostics, _) = parse("const ok = 1;\nlet x: any = ok;\n");
    let error = &diagnostics.errors[0];
    assert_eq!(diagnostics.line_column(error.span), (2, 8));
    let shown = diagnostics.render(false);
    for part in ["RA1102", "let x: any = ok;", "unknown", "test.ts:2:8"] {
        assert!(shown.contains(part), "{shown}");
    }
}

#[test]
fn names_that_the_file_declares_are_its_own() {
    assert_eq!(codes("class Symbol { a = 1; } new Symbol();"), []);
    assert_eq!(codes("import { Proxy } from './x'; new Proxy();"), []);
}

#[test]
fn syntax_errors_have_a_place() {
    let (_, diagnostics, _) = parse("let a = ;\nlet b");
    assert_eq!(diagnostics.errors[0].code, 1000);
    assert_eq!(diagnostics.line_column(diagnostics.errors[0].span), (1, 9));
}

#[test]
fn jumps_need_a_target() {
    assert_eq!(codes("break;"), [1003]);
    assert_eq!(
        codes("while (a) { const f = () => { continue; }; }"),
        [1003]
    );
    assert_eq!(codes("switch (a) { case 1: continue; }"), [1003]);
    assert_eq!(codes("while (a) { break b; }"), [1004]);
    assert_eq!(codes("a: { continue a; }"), [1004]);
    assert_eq!(codes("a: a: while (b) {}"), [1005]);
    assert_eq!(codes("a: b: for (;;) { continue a; }"), []);
}

#[test]
fn what_is_missing_or_twice_is_reported() {
    assert_eq!(
        codes("const a = 1, b = 2; export { a }; export { b as a };"),
        [1006]
    );
    assert_eq!(codes("try {} catch (e: Error) {}"), [1007]);
    assert_eq!(
        codes("type F = (a) => void; interface I { a; m(): void; }"),
        [1008, 1008]
    );
}
