//! Snippets through all stages: what comes out verifies.

use super::lower;
use crate::check::check;
use crate::diagnostics::Diagnostics;
use crate::load::{MemoryFiles, load};
use raya_bytecode::image::Image;
use raya_bytecode::verify::verify;

/// Compiles `main.ts`; the errors as text if it has any.
fn compile(text: &str) -> Result<Image, String> {
    let provider = MemoryFiles::new([("main.ts", text)]);
    let mut diagnostics = Diagnostics::default();
    let program = load("main.ts", &provider, &mut diagnostics);
    let checked = program.and_then(|p| check(p, &mut diagnostics));
    let image = match &checked {
        Some(checked) if !diagnostics.has_errors() => lower(checked, &mut diagnostics),
        _ => None,
    };
    image.ok_or_else(|| diagnostics.render(false))
}

/// Compiles and verifies.
fn accept(text: &str) {
    crate::with_deep_stack(|| {
        let image = compile(text).unwrap_or_else(|errors| panic!("{text}\n{errors}"));
        if let Err(error) = verify(image.clone()) {
            panic!("{text}\n{error}\n{}", raya_bytecode::disasm::dump(&image));
        }
    });
}

/// Compiles and verifies the files of the directories named by `RAYA_LOWER`, one line each; what comes out goes to
/// the directory named by `RAYA_OUT`.
#[test]
fn lower_directories() {
    let Ok(dirs) = std::env::var("RAYA_LOWER") else {
        return;
    };
    let files = |dir| std::fs::read_dir(dir).expect("a directory");
    let paths = dirs.split(':').flat_map(files);
    let mut paths: Vec<_> = paths.map(|e| e.expect("an entry").path()).collect();
    paths.sort();
    let is_source = |p: &std::path::Path| {
        let name = p.to_string_lossy();
        name.ends_with(".ts") && !name.ends_with(".d.ts")
    };
    for path in paths.iter().filter(|p| is_source(p)) {
        let result = std::panic::catch_unwind(|| compile_file(path));
        let line = result.unwrap_or_else(|_| "PANIC".into());
        println!("== {}: {line}", path.display());
    }
}

fn compile_file(path: &std::path::Path) -> String {
    let image = match crate::compile(&path.to_string_lossy(), &crate::load::FileSystem) {
        Ok(image) => image,
        Err(diagnostics) => return format!("REFUSED\n{}", diagnostics.render(false)),
    };
    let dump = std::env::var("RAYA_DUMP").is_ok();
    if dump {
        println!("{}", raya_bytecode::disasm::dump(&image));
    }
    if let Err(error) = verify(image.clone()) {
        return format!("VERIFY {error}");
    }
    if let Ok(out) = std::env::var("RAYA_OUT") {
        let name = path.file_stem().expect("a name");
        let file = std::path::Path::new(&out).join(name).with_extension("rbin");
        std::fs::write(file, raya_bytecode::codec::encode(&image)).expect("written");
    }
    "ok".to_string()
}

#[test]
fn arithmetic_and_control_flow() {
    accept(
        "function fib(n: number): number { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
            export function main(): number { return fib(20); }",
    );
    accept("export function main(): number {
              let sum = 0;
              outer: for (let i = 0; i < 10; i++) {
                for (let j = 0; j < 10; j++) { if (j === 3) continue outer; if (i > 7) break outer; sum += i * j; }
              }
              while (sum > 100) sum -= 7;
              do { sum++; } while (sum % 5 !== 0);
              switch (sum) { case 1: return 1; case 5: sum = 6; default: sum += 2; }
              return sum;
            }");
}

#[test]
fn classes_and_closures() {
    accept("abstract class Shape { name = 'shape'; abstract area(): number; describe(): string { return `${this.name}: ${this.area()}`; } }
            class Circle extends Shape { constructor(private r: number) { super(); this.name = 'circle'; } area(): number { return 3 * this.r * this.r; } }
            class Square extends Shape { side = 2; area(): number { return this.side ** 2; } get double(): number { return this.side * 2; } set double(v: number) { this.side = v / 2; } }
            export function main(): string {
              const shapes: Shape[] = [new Circle(2), new Square()];
              const s = new Square(); s.double += 4;
              return shapes.map(x => x.describe()).join(', ') + s.double;
            }");
    accept("function counter(): () => number { let n = 0; return () => ++n; }
            export function main(): number { const c = counter(); c(); const add = (a: number) => (b: number) => a + b; return c() + add(1)(2); }");
}

#[test]
fn errors_and_async() {
    accept("export async function main(): Promise<number> {
              try { throw new RangeError('no'); } catch (e) { if (e instanceof RangeError) console.log(e.message); } finally { console.log('done'); }
              const x = await Promise.resolve(5);
              return x + 1;
            }");
}

#[test]
fn objects_and_unions() {
    accept(
        "interface P { x: number; y?: string }
            type S = { kind: 'a'; n: number } | { kind: 'b'; s: string };
            function f(s: S): string { return s.kind === 'a' ? String(s.n) : s.s; }
            export function main(): string {
              const p: P = { x: 1 }; const q = { ...p, y: 'hi' };
              const { x, y = 'none' } = q;
              const m = new Map<string, number>([['a', 1]]);
              let u: string | number = 1; u = 'x';
              for (const [k, v] of m) { u += k + v; }
              return f({ kind: 'a', n: x }) + y + (m.get('a') ?? 0) + u + [1, 2, ...[3]].length;
            }",
    );
}

/// The disassembly of a program that verifies.
fn code(text: &str) -> String {
    crate::with_deep_stack(|| {
        let image = compile(text).unwrap_or_else(|errors| panic!("{text}\n{errors}"));
        verify(image.clone()).unwrap_or_else(|error| panic!("{text}\n{error}"));
        raya_bytecode::disasm::dump(&image)
    })
}

/// The instructions of one function in a disassembly.
fn function<'a>(dump: &'a str, name: &str) -> &'a str {
    let start = dump
        .find(&format!(" {name}("))
        .expect("the function is there");
    dump[start..]
        .split("\n\n")
        .next()
        .expect("split gives a part")
}

#[test]
fn counters_that_index_are_ints() {
    let dump = code(
        "export function sum(xs: number[]): number {
           let s = 0;
           for (let i = 0; i < xs.length; i++) for (let j = i + 1; j < xs.length; j++) s += xs[i] * xs[j];
           return s;
         }",
    );
    let sum = function(&dump, "sum");
    let floats = ["F2X", "I2F", "ElemX"];
    assert!(floats.iter().all(|op| !sum.contains(op)), "{sum}");
    assert!(sum.contains("IncJLtLen"), "{sum}");
}

#[test]
fn a_counter_without_a_bound_stays_a_float() {
    let dump = code(
        "export function fill(xs: number[], n: number): void { for (let i = 0; i < n; i++) xs[i] = i; }",
    );
    let fill = function(&dump, "fill");
    assert!(
        fill.contains("SetElemXF") && fill.contains("IncJLtF"),
        "{dump}"
    );
}

#[test]
fn methods_are_called_directly_unless_overridden() {
    let text = "class A { f(): number { return 1; } g(): number { return 2; } }
                class B extends A { g(): number { return 3; } }
                export function main(a: A): number { return a.f() * 10 + a.g() + new B().f(); }";
    let dump = code(text);
    let main = function(&dump, "main");
    assert_eq!(main.matches("CallMember").count(), 1, "{main}");
}

#[test]
fn what_is_not_reachable_is_not_there() {
    let dump = code(
        "function unused(): string { return [1].map(String).join(); } export function main(): void {}",
    );
    assert!(!dump.contains("unused") && !dump.contains("join"), "{dump}");
}

#[test]
fn what_cannot_be_lowered_is_refused_by_number() {
    let refused = |text: &str, code: &str| {
        let errors = crate::with_deep_stack(|| compile(text)).expect_err("it is refused");
        assert!(errors.contains(code), "{text}\n{errors}");
    };
    refused(
        "class A { f(): number { return 1; } } export const g = new A().f;",
        "RA4005",
    );
    let params: Vec<String> = (0..300).map(|i| format!("a{i}: number")).collect();
    let args = vec!["1"; 300].join(", ");
    refused(
        &format!(
            "function f({}): number {{ return a0; }} export const x = f({args});",
            params.join(", ")
        ),
        "RA4030",
    );
}

#[test]
fn what_a_typed_array_is_made_of_must_be_known() {
    let refused = |source: &str| {
        let text = format!(
            "function f(x: {source}): Uint8Array {{ return new Uint8Array(x); }} console.log(f([1]));"
        );
        compile(&text).err().unwrap_or_default()
    };
    assert!(refused("number[] | Set<number>").contains("RA4025"));
    assert!(refused("number | number[]").contains("RA4025"));
    assert_eq!(refused("number[] | Float32Array"), "");
    assert_eq!(refused("readonly number[]"), "");
}

#[test]
fn elements_of_typed_arrays_are_one_instruction() {
    let dump = code(
        "export function f(a: Uint8Array, b: Float32Array, at: number): void { \
         for (let i = 0; i < a.length; i++) a[i] += 1; b[at] = b[at + 1]; }",
    );
    let f = function(&dump, "f");
    for op in ["LoadU8", "AddWI", "Store8 ", "LoadXF32", "StoreXF32"] {
        assert!(f.contains(op), "{op} in\n{f}");
    }
    assert!(!f.contains("F2X") && !f.contains("I2F"), "{f}");
}
