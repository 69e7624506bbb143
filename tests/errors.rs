//! Every error that an embedder can get, provoked through the public interface, with its whole text.

mod common;
#[path = "common/script.rs"]
mod script;

use common::{context, program, runtime, start, ticks};
use raya_core::{Capability, ContextId, Runtime, TaskId, TaskStatus, Value, VmError, VmOptions};
use script::Programs;
use std::path::Path;

/// The name of a variant, how to get it, and its text; of what the system says, the beginning.
type Case = (&'static str, fn() -> VmError, &'static str);

const CASES: &[Case] = &[
    (
        "ContextNotFound",
        context_not_found,
        "there is no context ctx0v1",
    ),
    ("TaskNotFound", task_not_found, "there is no task run0v1"),
    ("NoProgram", no_program, "no program is loaded in ctx0v1"),
    (
        "AlreadyLoaded",
        already_loaded,
        "ctx0v1 has a program already",
    ),
    (
        "FunctionNotFound",
        function_not_found,
        "no function `missing` is exported",
    ),
    (
        "FunctionMismatch",
        function_mismatch,
        "the function `add` is exported as `(a: number, b: number) => number`, not as `(a: number) => number`",
    ),
    (
        "OtherProgram",
        other_program,
        "ctx1v1 has another program than the function is of",
    ),
    (
        "CapabilityNotFound",
        capability_not_granted,
        "mod.ts:3: the capability `world` (for `twice`) was not granted",
    ),
    (
        "CapabilityNotFound",
        capability_lacks_function,
        "mod.ts:3: the capability `world` has no function `twice`",
    ),
    (
        "SignatureMismatch",
        signature_mismatch,
        "mod.ts:3: `twice` of the capability `world` is declared as `(a: number) => number`, but is `(a: number, b: number) => number`",
    ),
    (
        "InvalidBinary",
        invalid_binary,
        "invalid binary: not a .rbin file",
    ),
    ("NotLoaded", not_loaded, "/nowhere/mod.rbin: "),
    (
        "HeapLimitExceeded",
        heap_limit,
        "heap limit exceeded: 114800 of 50000 bytes",
    ),
    (
        "TaskLimitExceeded",
        task_limit,
        "task limit exceeded: 4 of 3 tasks",
    ),
    (
        "StepBudgetExceeded",
        step_budget,
        "step budget exceeded: 1001 of 1000 steps",
    ),
    (
        "StackLimitExceeded",
        stack_limit,
        "stack limit exceeded: 21 of 20 frames",
    ),
    ("Guest", guest, "Uncaught 7\n    at throws (mod.ts:12:1)"),
    ("Marshal", marshal, "expected number, found a string"),
    (
        "InvalidOption",
        invalid_option,
        "invalid option `weight`: 70000 is more than 65536",
    ),
    (
        "Pending",
        pending,
        "task run0v1 waits for something that a call can't give it",
    ),
    ("Cancelled", cancelled, "the task was cancelled"),
    ("ContextEnded", context_ended, "the context inner ended"),
    (
        "InvalidDump",
        invalid_dump,
        "invalid dump: the dump is cut short",
    ),
];

/// A context with the tests' program.
fn loaded(options: VmOptions) -> (Runtime, ContextId) {
    let mut runtime = runtime(1);
    let id = context(&mut runtime, options);
    (runtime, id)
}

/// How an export fails in a context with these options.
fn failed(name: &str, args: &[f64], options: VmOptions) -> VmError {
    let (mut runtime, id) = loaded(options);
    let task = start(&mut runtime, id, name, args);
    ticks(&mut runtime, 500, 100_000);
    fault(&runtime, task)
}

fn fault(runtime: &Runtime, task: TaskId) -> VmError {
    match runtime.task(task) {
        Ok(TaskStatus::Failed(error, _)) => error,
        other => panic!("{other:?}"),
    }
}

fn context_not_found() -> VmError {
    let (mut runtime, id) = loaded(VmOptions::default());
    runtime.vm(id).expect("is live").terminate();
    runtime.vm(id).expect_err("was ended")
}

fn task_not_found() -> VmError {
    let (mut runtime, id) = loaded(VmOptions::default());
    let task = start(&mut runtime, id, "spin", &[]);
    runtime.vm(id).expect("is live").terminate();
    runtime.task(task).expect_err("went with its context")
}

fn no_program() -> VmError {
    let mut runtime = runtime(1);
    let id = runtime.create(VmOptions::default()).expect("is valid");
    let mut vm = runtime.vm(id).expect("is live");
    vm.run_entry("main", vec![]).expect_err("is empty")
}

fn already_loaded() -> VmError {
    let (mut runtime, id) = loaded(VmOptions::default());
    let mut vm = runtime.vm(id).expect("is live");
    vm.load_rbin_bytes(&program(false)).expect_err("is full")
}

fn function_not_found() -> VmError {
    let (mut runtime, id) = loaded(VmOptions::default());
    let mut vm = runtime.vm(id).expect("is live");
    vm.run_entry("missing", vec![]).expect_err("is missing")
}

fn function_mismatch() -> VmError {
    let (mut runtime, id) = loaded(VmOptions::default());
    let vm = runtime.vm(id).expect("is live");
    vm.function::<(f64,), f64>("add").expect_err("takes two")
}

fn other_program() -> VmError {
    let (mut runtime, id) = loaded(VmOptions::default());
    let vm = runtime.vm(id).expect("is live");
    let add = vm.function::<(f64, f64), f64>("add").expect("is typed so");
    let empty = runtime.create(VmOptions::default()).expect("is valid");
    let refused = add.call(&mut runtime, empty, (2.0, 3.0));
    refused.expect_err("has none")
}

/// What loading a program that imports `world` gives, where `world` is this.
fn refused(world: Option<Capability>) -> VmError {
    let mut runtime = Runtime::with_threads(1);
    let mut options = VmOptions::default();
    if let Some(world) = world {
        runtime.register(world).expect("is new");
        options.capabilities = vec!["world".into()];
    }
    let id = runtime.create(options).expect("is valid");
    let mut vm = runtime.vm(id).expect("is live");
    vm.load_rbin_bytes(&program(true)).expect_err("lacks it")
}

fn capability_not_granted() -> VmError {
    refused(None)
}

fn capability_lacks_function() -> VmError {
    refused(Some(Capability::new("world")))
}

fn signature_mismatch() -> VmError {
    let world = Capability::new("world");
    refused(Some(
        world.function("twice", |_: &raya_core::Call, a: f64, b: f64| a * b),
    ))
}

fn invalid_binary() -> VmError {
    let mut runtime = runtime(1);
    let refused = runtime.load_program(b"export function main() {}");
    refused.expect_err("is source")
}

fn not_loaded() -> VmError {
    let mut runtime = runtime(1);
    let id = runtime.create(VmOptions::default()).expect("is valid");
    let mut vm = runtime.vm(id).expect("is live");
    vm.load_rbin("/nowhere/mod.rbin").expect_err("is nowhere")
}

fn heap_limit() -> VmError {
    let options = VmOptions {
        max_heap_bytes: 50_000,
        ..VmOptions::default()
    };
    failed("grow", &[], options)
}

fn task_limit() -> VmError {
    let options = VmOptions {
        max_tasks: 3,
        ..VmOptions::default()
    };
    failed("flood", &[10.0], options)
}

fn step_budget() -> VmError {
    let options = VmOptions {
        max_step_budget: Some(1000),
        ..VmOptions::default()
    };
    failed("spin", &[], options)
}

fn stack_limit() -> VmError {
    let options = VmOptions {
        max_stack_frames: 20,
        ..VmOptions::default()
    };
    failed("recurse", &[], options)
}

fn guest() -> VmError {
    failed("throws", &[], VmOptions::default())
}

fn marshal() -> VmError {
    let (mut runtime, id) = loaded(VmOptions::default());
    let mut vm = runtime.vm(id).expect("is live");
    let text = vec![Value::String("two".into()), Value::Number(3.0)];
    vm.call("add", text).expect_err("takes numbers")
}

fn invalid_option() -> VmError {
    let options = VmOptions {
        weight: 70_000,
        ..VmOptions::default()
    };
    runtime(1).create(options).expect_err("is too heavy")
}

fn pending() -> VmError {
    let (mut runtime, id) = loaded(VmOptions::default());
    let mut vm = runtime.vm(id).expect("is live");
    let waits = vm.call("nap", vec![Value::Number(10.0)]);
    waits.expect_err("sleeps")
}

fn cancelled() -> VmError {
    let (mut runtime, id) = loaded(VmOptions::default());
    let task = start(&mut runtime, id, "nap", &[10.0]);
    assert_eq!(runtime.cancel(task), Ok(true));
    runtime.run_until_idle();
    fault(&runtime, task)
}

/// A guest gets it that waited for a context inside; the host's own tasks end with theirs. It is given as the guest's message.
fn context_ended() -> VmError {
    const OUTER: &str = r#"
import { Vm } from "raya:vm";
export async function main(): Promise<string> {
  const vm = new Vm({ name: "inner" });
  vm.loadRbin("./inner.rbin");
  const task = vm.runEntry<void>("main", []);
  vm.terminate();
  try {
    await task;
    return "returned";
  } catch (e) {
    return e instanceof Error ? e.message : "no error";
  }
}
"#;
    const INNER: &str = "export function main(): void { while (true) {} }";
    const PROGRAMS: Programs = &[("./outer.rbin", OUTER), ("./inner.rbin", INNER)];
    let said = script::text(script::run(PROGRAMS, "main", vec![], (1, false)));
    let error = VmError::ContextEnded("inner".into());
    assert_eq!(said, error.to_string());
    error
}

fn invalid_dump() -> VmError {
    runtime(1).load(b"no dump").expect_err("is none")
}

/// The variants, in the order of the source.
fn variants() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/error.rs");
    let source = std::fs::read_to_string(path).expect("is there");
    let (_, rest) = source.split_once("pub enum VmError {\n").expect("is there");
    let (body, _) = rest.split_once("\n}\n").expect("ends");
    let names = body.lines().filter_map(|line| line.strip_prefix("    "));
    names
        .filter(|line| line.starts_with(char::is_uppercase))
        .map(name)
        .collect()
}

/// The identifier that a text begins with.
fn name(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric()).collect()
}

#[test]
fn every_error_is_provoked_and_says_what_is_wrong() {
    for (variant, provoke, text) in CASES {
        let error = provoke();
        assert_eq!(name(&format!("{error:?}")), *variant, "{error}");
        let said = error.to_string();
        assert!(said.starts_with(text), "{variant}: {said}");
    }
}

#[test]
fn every_variant_has_a_case() {
    let variants = variants();
    assert!(variants.len() > 20, "{variants:?}");
    let missing: Vec<_> = variants
        .iter()
        .filter(|v| !CASES.iter().any(|(tried, ..)| tried == v))
        .collect();
    assert!(missing.is_empty(), "nothing provokes {missing:?}");
}
