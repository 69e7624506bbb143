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
