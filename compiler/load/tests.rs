//! Tests of module graphs, in memory.

use super::*;

fn load_files(entry: &str, files: &[(&str, &str)]) -> (Program, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let files = MemoryFiles::new(files.iter().copied());
    let program = load(entry, &files, &mut diagnostics).expect("the entry exists");
    (program, diagnostics)
}

/// The paths in initialisation order, without the prelude's first.
fn order(entry: &str, files: &[(&str, &str)]) -> Vec<String> {
    let (program, diagnostics) = load_files(entry, files);
    assert!(!diagnostics.has_errors(), "{}", diagnostics.render(false));
    assert_eq!(program.modules[0].file, program.lib);
    assert_eq!(program.modules.len(), program.kinds.len());
    let path = |module: &Module| diagnostics.sources[module.file.index()].path.clone();
    program.modules[1..].iter().map(path).collect()
}

fn codes(files: &[(&str, &str)]) -> Vec<u16> {
    load_files("main.ts", files)
        .1
        .sorted()
        .iter()
        .map(|error| error.code)
        .collect()
}

#[test]
fn imports_are_initialised_depth_first() {
    let files = [
        ("main.ts", "import { a } from './a'; import './b'; a;"),
        ("a.ts", "export { c as a } from './lib/c.js';"),
        ("b.ts", "import './lib/c'; export const b = 1;"),
        (
            "lib/c.ts",
            "import '../d'; import '.././e'; export const c = 1;",
        ),
        ("d.raya", "export const d = 1;"),
        ("e/index.ts", ""),
    ];
    assert_eq!(
        order("main.ts", &files),
        [
            "d.raya",
            "e/index.ts",
            "lib/c.ts",
            "a.ts",
            "b.ts",
            "main.ts"
        ]
    );
}

#[test]
fn cycles_are_entered_once() {
    let files = [
        ("x/main.ts", "import { a } from './a'; a();"),
        (
            "x/a.ts",
            "import { b } from './b'; export function a() { b(); }",
        ),
        (
            "x/b.ts",
            "import { a } from './a'; import './main'; export function b() { a(); }",
        ),
    ];
    assert_eq!(
        order("./x/main.ts", &files),
        ["x/b.ts", "x/a.ts", "x/main.ts"]
    );
}

#[test]
fn what_is_only_there_for_types_comes_last() {
    let files = [
        (
            "main.ts",
            "import type { T } from './t'; import { U } from './u'; import { a } from './a'; let x: T | U = a;",
        ),
        ("t.ts", "import { b } from './b'; export type T = typeof b;"),
        ("u.ts", "export type U = number;"),
        ("a.ts", "export const a = 1;"),
        ("b.ts", "export const b = 1;"),
    ];
    assert_eq!(
        order("main.ts", &files),
        ["a.ts", "main.ts", "t.ts", "u.ts", "b.ts"]
    );
}

#[test]
fn long_import_chains_need_no_stack() {
    let files: Vec<(String, String)> = (0..5000)
        .map(|i| (format!("m{i}.ts"), format!("import './m{}';", i + 1)))
        .collect();
    let mut files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (&**path, &**text))
        .collect();
    files.push(("m5000.ts", ""));
    let order = order("m0.ts", &files);
    assert_eq!(order.len(), 5001);
    assert_eq!(order[0], "m5000.ts");
}

#[test]
fn capabilities_are_declared_beside_the_importer_or_above() {
    let files = [
        (
            "game/main.ts",
            "import { a } from './mods/a'; import { f } from 'host:world'; f(a);",
        ),
        (
            "game/mods/a.ts",
            "import * as w from 'host:world'; import { g } from 'host:other'; export const a = w.f(g());",
        ),
        (
            "game/world.d.ts",
            "declare module \"host:world\" { export function f(x: number): number; }",
        ),
        (
            "game/unrelated.d.ts",
            "declare module \"x\" { export function f(x: any): any; } // \"host:world\"",
        ),
        (
            "game/mods/nearer.d.ts",
            "declare module 'host:world' { function f(x: number): number }\ndeclare module 'host:other' { function g(): number }",
        ),
    ];
    let (program, diagnostics) = load_files("game/main.ts", &files);
    assert!(!diagnostics.has_errors(), "{}", diagnostics.render(false));
    let declared = |importer: &str, name: &str| {
        let file = program.hosts[&(program.files[importer], Name::from(name))];
        assert_eq!(program.kinds[file.index()], Dialect::Declarations);
        diagnostics.sources[file.index()].path.as_str()
    };
    assert_eq!(declared("game/main.ts", "host:world"), "game/world.d.ts");
    assert_eq!(
        declared("game/mods/a.ts", "host:world"),
        "game/mods/nearer.d.ts"
    );
    assert_eq!(
        declared("game/mods/a.ts", "host:other"),
        "game/mods/nearer.d.ts"
    );
    assert!(!program.files.contains_key("game/unrelated.d.ts"));
}

#[test]
fn the_runtimes_modules_come_from_the_prelude() {
    let files = [("main.ts", "import { Vm } from 'raya:vm'; new Vm();")];
    let (program, diagnostics) = load_files("main.ts", &files);
    assert!(!diagnostics.has_errors(), "{}", diagnostics.render(false));
    let vm = program.files["raya:vm"];
    assert_eq!(program.kinds[vm.index()], Dialect::Prelude);
    assert_eq!(
        program.module(program.entry).imports[0].source,
        ImportSource::Runtime(vm)
    );
}

#[test]
fn what_is_missing_is_named() {
    assert_eq!(
        codes(&[("main.ts", "import { a } from './nowhere'; a;")]),
        [2001]
    );
    assert_eq!(
        codes(&[("main.ts", "import { a } from 'host:nowhere'; a;")]),
        [2002]
    );
    assert_eq!(
        codes(&[("main.ts", "import { a } from 'raya:nowhere'; a;")]),
        [2003]
    );
    assert_eq!(
        codes(&[("main.ts", "import { a } from 'raya:lib'; a;")]),
        [2003]
    );
    assert_eq!(
        codes(&[("main.ts", "import { a } from 'lodash'; a;")]),
        [2004]
    );
    assert_eq!(
        codes(&[("main.ts", "declare module 'host:x' { function f(): void }")]),
        [2005]
    );
    let (_, diagnostics) = load_files("main.ts", &[("main.ts", "\nexport * from './nowhere';")]);
    assert!(diagnostics.errors[0].message.contains("./nowhere"));
    assert_eq!(diagnostics.line_column(diagnostics.errors[0].span), (2, 15));
}

#[test]
fn a_missing_entry_is_no_program() {
    let mut diagnostics = Diagnostics::default();
    assert!(load("main.ts", &MemoryFiles::default(), &mut diagnostics).is_none());
    assert_eq!(diagnostics.errors[0].code, 2000);
    assert!(diagnostics.render(false).contains("main.ts"));
}
