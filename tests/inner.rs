//! Contexts made by contexts, through `raya:vm`, in programs as users write them.

#[path = "common/script.rs"]
mod script;

use raya_core::{Value, VmError};
use script::{Programs, text};

const HOST: &str = r#"
import { Vm } from "raya:vm";

export async function add(a: number, b: number): Promise<number> {
  const vm = new Vm({ maxHeapBytes: 1024 * 1024, maxTasks: 10 });
  vm.loadRbin("./math.rbin");
  const sum = await vm.runEntry<number>("add", [a, b]);
  vm.terminate();
  return sum;
}

export async function text(name: string): Promise<string> {
  const vm = new Vm({ name: "inner", maxHeapBytes: 1024 * 1024, maxTasks: 10, maxStepBudget: 1000000 });
  vm.loadRbin("./math.rbin");
  try {
    return String(await vm.runEntry(name));
  } catch (e) {
    return e instanceof Error ? e.message : "?";
  }
}

export async function cancelled(): Promise<string> {
  const vm = new Vm({ name: "worker", maxHeapBytes: 1024 * 1024, maxTasks: 10 });
  vm.loadRbin("./math.rbin");
  const task = vm.runEntry("spin");
  vm.terminate();
  try {
    await task;
  } catch (e) {
    return e instanceof Error ? e.message : "?";
  }
  return "ended";
}

export function refused(bytes: number): string {
  try {
    new Vm({ maxHeapBytes: bytes });
    return "made";
  } catch (e) {
    return e instanceof Error ? e.message : "?";
  }
}

export async function deep(n: number): Promise<number> {
  if (n === 0) return 0;
  const vm = new Vm({ capabilities: ["raya:vm"] });
  vm.loadRbin("./host.rbin");
  return 1 + await vm.runEntry<number>("deep", [n - 1]);
}
"#;

const MATH: &str = r#"
export function add(a: number, b: number): number { return a + b; }
export function spin(): void { while (true) {} }
export function fails(): void { throw new Error("on purpose"); }
export function list(): string[] { return ["a", "b"]; }
"#;

/// Results of many types, each asked for as what it is and as what it isn't.
const TYPED: &str = r#"
import { Vm } from "raya:vm";

interface Item { name: string; tags: string[]; sizes: number[]; next: Item | null }
interface Wide { names: (string | undefined)[]; grid: number[][]; by: Map<string, boolean[]>; pair: [number, string[]] }

function inner(): Vm {
  const vm = new Vm({ maxHeapBytes: 1024 * 1024, maxTasks: 10 });
  vm.loadRbin("./results.rbin");
  return vm;
}

async function told<T>(result: Promise<T>, show: (value: T) => string): Promise<string> {
  try {
    return show(await result);
  } catch (e) {
    return e instanceof Error ? e.name + ": " + e.message : "?";
  }
}

export async function right(): Promise<string> {
  const vm = inner();
  const texts = [
    await told(vm.runEntry<string[]>("strings"), (v) => v[1].toUpperCase() + v.length),
    await told(vm.runEntry<number[]>("numbers"), (v) => String(v[0] + v[1])),
    await told(vm.runEntry<boolean[]>("booleans"), (v) => String(v[1] ? 1 : 0)),
    await told(vm.runEntry<number[][]>("grid"), (v) => v.map((row) => row.reduce((x, y) => x + y, 0)).join()),
    await told(vm.runEntry<(string | number)[]>("numbers"), (v) => v.join()),
    await told(vm.runEntry<unknown[]>("strings"), (v) => v.length + String(v[0])),
    await told(vm.runEntry<string[]>("none"), (v) => { v.push("x"); return v.join(); }),
    await told(vm.runEntry<Item>("item"), (v) => v.tags.join("+") + v.sizes[1] + (v.next === null ? "" : v.next.tags.length)),
    await told(vm.runEntry<Item[]>("items"), (v) => v.map((i) => i.name + i.sizes.length).join()),
    await told(vm.runEntry<Wide>("wide"), (v) => v.names.length + v.grid[0].join() + v.by.get("k")?.[1] + v.pair[1][0]),
    await told(vm.runEntry<Float64Array>("floats"), (v) => `${v.length} ${v[0] + v[1]} ${v instanceof Float64Array}`),
    await told(vm.runEntry<{ bytes: Uint8Array; more: Int16Array[] }>("both"), (v) => v.bytes.join() + v.more[0][0]),
    await told(vm.runEntry<string>("nothing") as Promise<string | undefined>, (v) => String(v)),
    await told(vm.runEntry<void>("numbers"), () => "void"),
    await told(vm.runEntry<string | null>("nil"), (v) => String(v)),
  ];
  return texts.join("; ");
}

export async function wrong(): Promise<string> {
  const vm = inner();
  const texts = [
    await told(vm.runEntry<string[]>("numbers"), String),
    await told(vm.runEntry<number[]>("strings"), String),
    await told(vm.runEntry<number[][]>("numbers"), String),
    await told(vm.runEntry<Item>("wide"), (v) => v.name),
    await told(vm.runEntry<Float32Array>("floats"), String),
    await told(vm.runEntry<number[]>("floats"), String),
    await told(vm.runEntry<Uint8Array>("numbers"), String),
    await told(vm.runEntry<boolean>("nil"), String),
  ];
  return texts.join("; ");
}

async function later<T>(vm: Vm, name: string): Promise<T> {
  return await vm.runEntry<T>(name);
}

// In a generic function the type is not known: what comes is of no type, and is checked where it is used.
export async function generic(): Promise<string> {
  const vm = inner();
  const first = await told(later<number>(vm, "one"), (v) => String(v + 1));
  const bytes = await told(later<Uint8Array>(vm, "bytes"), (v) => v.join());
  return first + " " + bytes;
}
"#;

const RESULTS: &str = r#"
interface Item { name: string; tags: string[]; sizes: number[]; next: Item | null }
export function strings(): string[] { return ["a", "b"]; }
export function numbers(): number[] { return [1, 2.5]; }
export function booleans(): boolean[] { return [false, true]; }
export function grid(): number[][] { return [[1, 2], [], [3]]; }
export function none(): string[] { return []; }
export function item(): Item {
  return { name: "i", tags: ["x", "y"], sizes: [1, 2], next: { name: "j", tags: [], sizes: [], next: null } };
}
export function items(): Item[] { return [item(), item()]; }
export function wide(): { names: (string | undefined)[]; grid: number[][]; by: Map<string, boolean[]>; pair: [number, string[]] } {
  return { names: ["n", undefined], grid: [[1, 2]], by: new Map([["k", [false, true]]]), pair: [1, ["p"]] };
}
export function floats(): Float64Array { return Float64Array.of(0.5, 0.25); }
export function both(): { bytes: Uint8Array; more: Int16Array[] } {
  return { bytes: Uint8Array.of(1, 300), more: [Int16Array.of(-7)] };
}
export function bytes(): Uint8Array { return Uint8Array.of(7, 8); }
export function one(): number { return 1; }
export function nothing(): void {}
export function nil(): string | null { return null; }
"#;

const TYPED_PROGRAMS: Programs = &[("./host.rbin", TYPED), ("./results.rbin", RESULTS)];

const PROGRAMS: Programs = &[("./host.rbin", HOST), ("./math.rbin", MATH)];

fn run(name: &str, args: Vec<Value>, threads: usize, reload: bool) -> Result<Value, VmError> {
    script::run(PROGRAMS, name, args, (threads, reload))
}

#[test]
fn spec_t8_14_an_inner_vm_adds() {
    let args = || vec![Value::Number(2.0), Value::Number(3.0)];
    for (threads, reload) in [(1, false), (2, false), (1, true)] {
        assert_eq!(run("add", args(), threads, reload), Ok(Value::Number(5.0)));
    }
}

#[test]
fn spec_i_3_errors_inside_reach_the_outside_with_name_and_stack() {
    let message = text(run("text", vec![Value::String("fails".into())], 1, false));
    assert!(
        message.starts_with("Error: on purpose\n    at fails (main.ts:4:"),
        "{message}"
    );
    assert!(message.ends_with("in inner"), "{message}");
    let message = text(run("text", vec![Value::String("spin".into())], 1, true));
    assert!(
        message.starts_with("Error: step budget exceeded: "),
        "{message}"
    );
    let message = text(run("text", vec![Value::String("missing".into())], 1, false));
    assert_eq!(message, "no function `missing` is exported");
    assert_eq!(
        text(run("text", vec![Value::String("list".into())], 1, false)),
        "a,b"
    );
}

#[test]
fn ending_an_inner_vm_rejects_what_it_was_running() {
    assert_eq!(
        text(run("cancelled", vec![], 1, false)),
        "the context worker ended"
    );
}

#[test]
fn spec_i_1_limits_are_drawn_from_the_parent_three_deep_and_more() {
    let message = text(run("refused", vec![Value::Number(1e12)], 1, false));
    assert!(message.contains("`maxHeapBytes`"), "{message}");
    assert_eq!(
        text(run("refused", vec![Value::Number(0.0)], 1, false)),
        "made"
    );
    assert_eq!(
        run("deep", vec![Value::Number(3.0)], 1, false),
        Ok(Value::Number(3.0))
    );
}

/// What an export of `TYPED` gives, on one thread and two, and with a dump and load after each tick.
fn typed(name: &str) -> String {
    let run = |how| text(script::run(TYPED_PROGRAMS, name, vec![], how));
    let first = run((1, false));
    assert_eq!(run((2, false)), first);
    assert_eq!(run((1, true)), first);
    first
}

#[test]
fn spec_t8_14_a_result_is_made_as_the_type_asked_for() {
    assert_eq!(
        typed("right"),
        "B2; 3.5; 1; 3,0,3; 1,2.5; 2a; x; x+y20; i2,i2; 21,2truep; 2 0.75 true; 1,44-7; \
         TypeError: expected string, found undefined; void; null"
    );
}

#[test]
fn spec_t8_14_a_result_of_another_type_is_refused() {
    assert_eq!(
        typed("wrong"),
        "TypeError: expected string, found a number (at [0]); \
         TypeError: expected number, found a string (at [0]); \
         TypeError: expected number[], found a number (at [0]); \
         TypeError: expected string, found undefined (at .name); \
         TypeError: expected Float32Array, found Float64Array; \
         TypeError: expected number[], found Float64Array; \
         TypeError: expected Uint8Array, found an array; \
         TypeError: expected boolean, found null"
    );
}

#[test]
fn in_generic_code_a_result_is_of_no_type_until_it_is_used() {
    assert_eq!(typed("generic"), "2 7,8");
}
