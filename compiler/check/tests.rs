//! The checker on snippets: what is accepted, what is refused with which number, and types of names.
//!
//! `corpus/accepted.txt` and `corpus/refused.txt` were compared with `tsc --strict` when they were written:
//! it accepts the former and refuses the latter (but for `let x;`, which Raya wants a type for).

use super::check;
use crate::ast::{BindingId, FileId};
use crate::checked::{BindingInfo, CheckedProgram};
use crate::diagnostics::Diagnostics;
use crate::load::{FileSystem, MemoryFiles, load};
use crate::types::{Type, TypeId};

/// Checks `main.ts` with other files beside it.
fn check_files(files: &[(&str, &str)]) -> (Option<CheckedProgram>, Diagnostics) {
    let provider = MemoryFiles::new(files.iter().copied());
    let mut diagnostics = Diagnostics::default();
    let program = load("main.ts", &provider, &mut diagnostics).expect("there is a main.ts");
    let checked = check(program, &mut diagnostics);
    (checked, diagnostics)
}

/// The numbers of the errors found in a text.
fn codes(text: &str) -> Vec<u16> {
    let (_, diagnostics) = check_files(&[("main.ts", text)]);
    diagnostics.sorted().iter().map(|e| e.code).collect()
}

fn checked(files: &[(&str, &str)]) -> CheckedProgram {
    let (checked, diagnostics) = check_files(files);
    checked.unwrap_or_else(|| panic!("refused:\n{}", diagnostics.render(false)))
}

/// The variable of that name in the entry.
fn binding<'p>(program: &'p CheckedProgram, name: &str) -> &'p BindingInfo {
    let entry: FileId = program.entry;
    let mut found = program
        .bindings
        .iter()
        .filter(|b| &*b.name == name && b.span.file == entry);
    found.next().expect("there is such a variable")
}

/// The type of a variable of `main.ts`.
fn type_of(text: &str, name: &str) -> Type {
    let program = checked(&[("main.ts", text)]);
    program.types.get(binding(&program, name).ty).clone()
}

/// Snippets with their headings.
fn snippets(corpus: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    corpus
        .split("// --- ")
        .skip(1)
        .filter_map(|part| part.split_once('\n'))
}

#[test]
fn accepts_what_tsc_accepts() {
    let mut wrong = String::new();
    for (heading, text) in snippets(include_str!("corpus/accepted.txt")) {
        let (_, diagnostics) = check_files(&[("main.ts", text)]);
        if diagnostics.has_errors() {
            wrong += &format!("{heading}\n{}", diagnostics.render(false));
        }
    }
    assert!(wrong.is_empty(), "refused:\n{wrong}");
}

#[test]
fn refuses_what_tsc_refuses() {
    let mut wrong = String::new();
    for (heading, text) in snippets(include_str!("corpus/refused.txt")) {
        let (code, _) = heading.split_once(' ').expect("a number and a heading");
        let found = codes(text);
        if found.is_empty() || found.iter().any(|c| c.to_string() != code) {
            wrong += &format!("{heading}: {found:?}\n");
        }
    }
    assert!(wrong.is_empty(), "not as wanted:\n{wrong}");
}

#[test]
fn literals_widen_as_in_typescript() {
    assert_eq!(type_of("let x = 1;", "x"), Type::Number);
    assert_eq!(
        type_of("const x = 1;", "x"),
        Type::NumberLit(1f64.to_bits())
    );
    assert_eq!(type_of("let x = 'a';", "x"), Type::String);
    assert_eq!(type_of("const c = 'a'; let x = c;", "x"), Type::String);
    assert!(matches!(type_of("const x = [1, 2];", "x"), Type::Array(_)));
    assert!(matches!(
        type_of("const x = [1, 2] as const;", "x"),
        Type::Tuple { required: 2, .. }
    ));
}

#[test]
fn int_arithmetic_stays_int() {
    let base = "const a: int = 1; const b: int = 2; const n = Math.random();";
    let of = |expr: &str| type_of(&format!("{base} let x = {expr};"), "x");
    assert_eq!(of("a + b"), Type::Int);
    assert_eq!(of("a * 2"), Type::Int);
    assert_eq!(of("-a"), Type::Int);
    assert_eq!(of("a & b"), Type::Int);
    assert_eq!(of("a / b"), Type::Number);
    assert_eq!(of("a ** b"), Type::Number);
    assert_eq!(of("a + n"), Type::Number);
    assert_eq!(of("a + 0.5"), Type::Number);
    assert!(codes(&format!("{base} const i: int = n; const m: number = a;")).is_empty());
    assert_eq!(codes("const i: int = 1.5;"), [3001]);
}

#[test]
fn modules_share_types_and_values() {
    let program = checked(&[
        (
            "main.ts",
            "import { Shape, area as size, default as unit } from './shape';
             import * as shapes from './shape';
             import type { Kind } from './kind';
             const s: Shape = { w: 1, h: 2 };
             const k: Kind = 'a';
             const t: shapes.Shape = s;
             export function main(): number {
               return size(s) + shapes.area(t) + unit + k.length + shapes.Level.High;
             }
             export { area } from './shape';",
        ),
        (
            "shape.ts",
            "export interface Shape { w: number; h: number }
             export enum Level { Low, High }
             export function area(s: Shape) { return s.w * s.h; }
             const one = 1;
             export default one;",
        ),
        ("kind.ts", "export type Kind = 'a' | 'b';"),
    ]);
    let names: Vec<&str> = program.exports.iter().map(|e| &*e.name).collect();
    assert_eq!(names, ["main", "area"]);
}

#[test]
fn capabilities_are_declared_and_counted() {
    let declared = "declare module 'host:world' {
        export interface Unit { id: number }
        export function spawn(kind: string, x: number): Unit;
        export function unused(): void;
    }";
    let program = checked(&[
        (
            "main.ts",
            "import { spawn, type Unit } from 'host:world';
             const u: Unit = spawn('a', 1); console.log(u.id);",
        ),
        ("world.d.ts", declared),
    ]);
    let used: Vec<&str> = program.host_functions.iter().map(|h| &*h.name).collect();
    assert_eq!(used, ["spawn"]);
    let (_, diagnostics) = check_files(&[
        ("main.ts", "import { spwan } from 'host:world'; spwan('a');"),
        ("world.d.ts", declared),
    ]);
    let found: Vec<u16> = diagnostics.sorted().iter().map(|e| e.code).collect();
    assert_eq!(found, [2107], "an unknown import is reported once");
}

#[test]
fn captures_reach_through_functions() {
    let program = checked(&[(
        "main.ts",
        "function outer(): number {
           let n = 0;
           const k = 1;
           function add(): void { n += k; }
           const twice = () => { add(); add(); };
           twice();
           return n;
         }
         outer();",
    )]);
    let n = binding(&program, "n");
    assert!(n.captured && n.reassigned && !n.global && !n.needs_init_check);
    let id = program.bindings.iter().position(|b| std::ptr::eq(b, n));
    let id = BindingId(id.expect("it is one of them") as u32);
    let capturing = program
        .functions
        .iter()
        .filter(|f| f.captures.contains(&id))
        .count();
    assert_eq!(capturing, 2, "`twice` needs what `add` captures");
}

#[test]
fn early_closures_need_a_check() {
    let text = "function f(): number { return later; } const early = f(); const later = 2;
                const sure = () => later; console.log(early, sure());";
    let program = checked(&[("main.ts", text)]);
    assert!(binding(&program, "later").needs_init_check);
    let text = "function f(): number { return first; } const first = 2; console.log(f());";
    let program = checked(&[("main.ts", text)]);
    assert!(!binding(&program, "first").needs_init_check);
}

#[test]
fn checker_only_types_are_taken_out() {
    let text = "enum E { A, B } const e = E.A; const xs: readonly E[] = [e]; console.log(xs);";
    let program = checked(&[("main.ts", text)]);
    let inner = |id: TypeId| program.types.get(id).clone();
    assert!(matches!(inner(binding(&program, "e").ty), Type::Enum(_)));
    assert!(
        matches!(inner(binding(&program, "xs").ty), Type::Array(elem)
        if matches!(inner(elem), Type::Enum(_)))
    );
    let left = program.expr_types.iter().any(|&ty| {
        matches!(
            program.types.get(ty),
            Type::EnumMember(..) | Type::ReadonlyArray(_)
        )
    });
    assert!(!left);
}

#[test]
fn errors_do_not_cascade() {
    assert_eq!(
        codes("const x = nothing; x.a.b(x + 1); for (const y of x) y();"),
        [2101]
    );
    assert_eq!(
        codes("const x: Nope = 1; const y: number = x; x.foo;"),
        [2102]
    );
    assert_eq!(
        codes("import { a, B } from './none'; a(); const b: B = a;"),
        [2001]
    );
}

#[test]
fn hostile_programs_end() {
    let sum = vec!["1"; 300].join(" + ");
    assert_eq!(codes(&format!("const x = {sum};")), []);
    let and = vec!["a"; 300].join(" && ");
    assert_eq!(
        codes(&format!("const a = Math.random() > 0.5; const x = {and};")),
        []
    );
    let nested = format!("{}1{}", "id(".repeat(60), ")".repeat(60));
    assert!(
        codes(&format!(
            "function id<T>(x: T): T {{ return x; }} {nested};"
        ))
        .is_empty()
    );
    let arrays = format!("{}{}", "id([".repeat(40), "])".repeat(40));
    let _ = codes(&format!(
        "function id<T>(x: T[]): T[] {{ return x; }} {arrays};"
    ));
    let closures = format!(
        "{}1{}",
        "[1].filter((x) => [x].map((y) => ".repeat(12),
        ").length > 0)".repeat(12)
    );
    let _ = codes(&closures);
    let loops = format!("{}x = 1;{}", "while (x !== 2) {".repeat(40), "}".repeat(40));
    let _ = codes(&format!("let x: number | string | null = null; {loops}"));
    let growing = "interface G<T> { v: T; g: G<G<T>> } interface H<T> { v: T; g: H<H<T>> }
        function f(g: G<number>): H<number> { return g; } f;";
    let _ = codes(growing);
    let chain: String = (0..2_000)
        .map(|i| format!("function f{i}() {{ return f{}(); }}", i + 1))
        .collect();
    assert!(!codes(&format!("{chain} function f2000() {{ return 1; }}")).is_empty());
}

/// The programs that are run against Node must all pass; some import files beside them.
#[test]
fn accepts_the_goldens() {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/goldens");
    let mut wrong = String::new();
    for entry in std::fs::read_dir(dir).expect("the goldens are there") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|ending| ending != "ts") {
            continue;
        }
        let path = path.to_string_lossy().into_owned();
        let mut diagnostics = Diagnostics::default();
        let program = load(&path, &FileSystem, &mut diagnostics).expect("it can be read");
        check(program, &mut diagnostics);
        wrong += &diagnostics.render(false);
    }
    assert!(wrong.is_empty(), "refused:\n{wrong}");
}

#[test]
fn what_would_share_the_bytes_of_typed_arrays_is_refused_by_name() {
    for name in [
        "ArrayBuffer",
        "SharedArrayBuffer",
        "DataView",
        "BigInt64Array",
        "BigUint64Array",
    ] {
        assert_eq!(
            codes(&format!("console.log(new {name}(8));")),
            [3090],
            "{name}"
        );
        assert_eq!(
            codes(&format!("let x: {name} | null = null; console.log(x);")),
            [3090],
            "{name}"
        );
    }
    for member in ["buffer", "byteOffset", "subarray(1)"] {
        let text = format!("console.log(new Uint8Array(8).{member});");
        assert_eq!(codes(&text), [3090], "{member}");
    }
    assert_eq!(
        codes("class A extends Float64Array {} console.log(new A());"),
        [3090]
    );
    // Own names are own names.
    assert!(
        codes("class DataView { subarray = 1; } console.log(new DataView().subarray);").is_empty()
    );
}

#[test]
fn typed_arrays_are_of_their_kind_only() {
    let given = |ty: &str, value: &str| codes(&format!("const x: {ty} = {value}; console.log(x);"));
    assert!(given("Int8Array", "new Int8Array(2)").is_empty());
    assert!(given("object", "new Int8Array(2)").is_empty());
    for (ty, value) in [
        ("Int8Array", "new Uint8Array(2)"),
        ("number[]", "new Float64Array(2)"),
        ("Float64Array", "[1, 2]"),
        ("{ length: number }", "new Float64Array(2)"),
    ] {
        assert_eq!(given(ty, value), [3001], "{ty}");
    }
    let used = |text: &str| codes(&format!("const a = new Uint8Array(2); {text}"));
    assert_eq!(used("a.length = 3;"), [3012]);
    assert_eq!(used("a.push(1);"), [3004]);
    assert_eq!(used("a[\"x\"] = 1;"), [3004]);
    assert_eq!(used("a[0] = \"x\";"), [3001]);
    assert_eq!(used("console.log(new Uint8Array(\"abc\"));"), [3002]);
    assert_eq!(used("console.log(a.map((x) => String(x)));"), [3002]);
}
