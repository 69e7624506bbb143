//! Rows of the specification that other tests show among much else, each by itself: contexts, counters, capabilities, marshalling, tasks,
//! programs.

#[path = "common/script.rs"]
mod script;

use raya_core::{
    Call, Capability, ContextId, Runtime, TaskStatus, TickBudget, Value, VmError, VmOptions,
};
use script::{Programs, text};

const OUTER: &str = r#"
import { Vm, VmEvent } from "raya:vm";

function inner(maxHeapBytes: number = 200_000): Vm {
  const vm = new Vm({ maxHeapBytes, maxTasks: 20 });
  vm.loadRbin("./inner.rbin");
  return vm;
}

export async function copies(): Promise<string> {
  const vm = inner();
  const sent = [1, 2, 3];
  const length = await vm.runEntry<number>("keep", [sent]);
  sent.push(4);
  const theirs = await vm.runEntry<number[]>("kept");
  theirs[0] = 100;
  const again = await vm.runEntry<number[]>("kept");
  vm.terminate();
  return `${length}: ${sent.join(",")}; ${theirs.join(",")}; ${again.join(",")}`;
}

export function family(): string {
  const said = [`${Vm.children().length}`];
  const vms = [new Vm({ maxHeapBytes: 1000, maxTasks: 1, name: "first" }), new Vm({ maxHeapBytes: 1000, maxTasks: 1 })];
  said.push(Vm.children().map((vm) => vm.name).join("+"));
  vms[0].terminate();
  said.push(`${Vm.children().length} ${vms[0].state}`);
  return said.join("; ");
}

export function settings(): string {
  const vm = new Vm({
    maxHeapBytes: 5000, maxTasks: 3, maxStepBudget: 900, maxStepsPerTick: 70, maxStackFrames: 11, maxHandles: 2,
    softHeapBytes: 4000, onLimit: "suspend", weight: 5, priority: "high", name: "five",
  });
  const l = vm.getLimits();
  const limits = [
    l.maxHeapBytes, l.maxTasks, l.maxStepBudget, l.maxStepsPerTick, l.maxStackFrames, l.maxHandles, l.softHeapBytes,
    l.softSteps, l.onLimit,
  ];
  vm.setLimits(l);
  vm.setWeight(6);
  vm.setPriority("background");
  const same = JSON.stringify(vm.getLimits()) === JSON.stringify(l);
  return `${limits.join(" ")} ${vm.name} ${vm.weight} ${vm.priority} ${same}`;
}

export function defaults(): string {
  const vm = new Vm();
  const l = vm.getLimits();
  return `${vm.weight} ${vm.priority} "${vm.name}" ${l.maxStepBudget} ${l.onLimit} ${vm.grantsUsed().length}`;
}

export async function limits(): Promise<string> {
  const vm = new Vm({ maxHeapBytes: 50_000, maxTasks: 3, maxStepBudget: 60_000 });
  vm.loadRbin("./inner.rbin");
  const said: string[] = [];
  for (const name of ["grow", "crowd", "one", "spin"]) {
    try {
      said.push(String(await vm.runEntry(name)));
    } catch (e) {
      const message = e instanceof Error ? e.message : "?";
      const parts = ["heap limit", "task limit", "step budget"];
      said.push(parts.find((part) => message.includes(part)) ?? message);
    }
  }
  return said.join(", ");
}

export async function together(): Promise<string> {
  const vms = [inner(), inner(), inner()];
  const sums = await Promise.all(vms.map((vm) => vm.runEntry<number>("sum", [1000])));
  const steps = vms.map((vm) => vm.getStats().stepsExecuted);
  return `${sums.join(" ")} ${steps.every((s) => s === steps[0] && s > 1000)}`;
}

export async function refused(): Promise<string> {
  const vm = inner();
  try {
    await vm.runEntry("promised");
    return "crossed";
  } catch (e) {
    return e instanceof Error ? e.message : "?";
  }
}
"#;

const INNER: &str = r#"
let list: number[] = [];
export function keep(given: number[]): number {
  list = given;
  return list.length;
}
export function kept(): number[] {
  return list;
}
export function one(): number {
  return 1;
}
export function sum(n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += i;
  return sum;
}
export function grow(): void {
  const list: number[] = [];
  while (true) list.push(1);
}
async function never(): Promise<void> {
  await new Promise<void>(() => {});
}
export async function crowd(): Promise<void> {
  while (true) never();
}
export function spin(): void {
  while (true) {}
}
interface Late {
  late: Promise<number>;
}
export function promised(): Late {
  return { late: Promise.resolve(1) };
}
export function back(value: unknown): unknown {
  return value;
}
let counted = 0;
export function main(): number {
  return ++counted;
}
"#;

const PROGRAMS: Programs = &[("./outer.rbin", OUTER), ("./inner.rbin", INNER)];

/// What an export of the outer program gives, on one thread and two, and with a dump and load after every tick.
fn gives(name: &str) -> String {
    let ways = [(1, false), (2, false), (1, true)];
    let [one, two, reloaded] = ways.map(|way| text(script::run(PROGRAMS, name, vec![], way)));
    assert_eq!((&one, &one), (&two, &reloaded));
    one
}

fn inner(runtime: &mut Runtime, options: VmOptions) -> ContextId {
    script::context(runtime, &PROGRAMS[1..], options)
}

fn call(runtime: &mut Runtime, id: ContextId, name: &str, arg: Value) -> Result<Value, VmError> {
    runtime.vm(id).expect("is live").call(name, vec![arg])
}

#[test]
fn spec_t1_2_spec_t6_4_spec_t6_6_and_spec_s_1_what_crosses_is_a_copy() {
    assert_eq!(gives("copies"), "3: 1,2,3,4; 100,2,3; 1,2,3");
}

#[test]
fn spec_t1_6_children_are_known_by_their_parent() {
    assert_eq!(gives("family"), "0; first+; 1 terminated");
    let mut runtime = Runtime::with_threads(1);
    let parent = runtime.create(VmOptions::default()).expect("is valid");
    let options = VmOptions {
        parent: Some(parent),
        max_heap_bytes: 1000,
        max_tasks: 1,
        ..VmOptions::default()
    };
    let child = runtime.create(options).expect("there is enough");
    assert_eq!(runtime.vm(child).expect("is live").parent(), Some(parent));
    assert_eq!(runtime.vm(parent).expect("is live").children(), [child]);
    assert_eq!(runtime.vm(parent).expect("is live").parent(), None);
}

#[test]
fn spec_t2_1_and_spec_t8_1_options_are_optional_and_can_be_read() {
    assert_eq!(gives("defaults"), r#"1 normal "" Infinity fail 0"#);
    assert_eq!(
        gives("settings"),
        "5000 3 900 70 11 2 4000 Infinity suspend five 6 background true"
    );
    let mut runtime = Runtime::with_threads(1);
    let id = runtime.create(VmOptions::default()).expect("is valid");
    let vm = runtime.vm(id).expect("is live");
    assert_eq!(vm.limits(), VmOptions::default().limits());
    assert_eq!((vm.name(), vm.program(), vm.parent()), ("", None, None));
}

#[test]
fn spec_t1_3_and_spec_t7_6_counters_are_each_contexts_own() {
    assert_eq!(gives("together"), "499500 499500 499500 true");
    let mut runtime = Runtime::with_threads(2);
    let [a, b] = [0; 2].map(|_| inner(&mut runtime, VmOptions::default()));
    call(&mut runtime, a, "sum", Value::Number(1000.0)).expect("returns");
    let list = Value::Array(vec![Value::Number(1.0); 1000]);
    call(&mut runtime, b, "keep", list).expect("returns");
    let stats = [a, b].map(|id| runtime.vm(id).expect("is live").stats());
    assert!(stats[0].steps_executed > 2 * stats[1].steps_executed);
    assert!(stats[1].heap_bytes_used > 8000 && stats[0].heap_bytes_used < 1000);
    assert_eq!(stats.map(|s| (s.tasks, s.calls_in)), [(0, 1); 2]);
}

#[test]
fn spec_t1_4_and_spec_i_4_limits_hold_together() {
    assert_eq!(gives("limits"), "heap limit, task limit, 1, step budget");
}

#[test]
fn spec_i_2_and_spec_t7_1_tasks_run_in_several_contexts_at_once() {
    let mut runtime = Runtime::with_threads(2);
    let ids = [0; 3].map(|_| inner(&mut runtime, VmOptions::default()));
    let tasks = ids.map(|id| {
        let mut vm = runtime.vm(id).expect("is live");
        vm.run_entry("sum", vec![Value::Number(10_000.0)])
            .expect("starts")
    });
    runtime.tick(TickBudget::fuel(9_000));
    let steps = ids.map(|id| runtime.vm(id).expect("is live").stats().steps_executed);
    assert!(
        steps.iter().all(|s| (2_990..3_010).contains(s)),
        "{steps:?}"
    );
    runtime.run_until_idle();
    for task in tasks {
        assert_eq!(
            runtime.task(task),
            Ok(TaskStatus::Returned(Value::Number(49_995_000.0)))
        );
    }
    // Each event names the context that its task is of.
    let about: Vec<_> = runtime.events().map(|e| (e.context, e.task)).collect();
    let expected: Vec<_> = ids.into_iter().zip(tasks.map(Some)).collect();
    assert_eq!(about, expected);
}

#[test]
fn spec_t7_2_spec_t7_3_and_spec_t4_6_any_slices_on_any_threads_come_to_the_same() {
    let run = |threads: usize, fuel: u64| {
        let mut runtime = Runtime::with_threads(threads);
        let ids: Vec<ContextId> = (0..20)
            .map(|_| inner(&mut runtime, VmOptions::default()))
            .collect();
        for (at, &id) in ids.iter().enumerate() {
            let mut vm = runtime.vm(id).expect("is live");
            let n = Value::Number(100.0 + at as f64);
            vm.run_entry("sum", vec![n]).expect("starts");
        }
        while runtime.tick(TickBudget::fuel(fuel)).runnable > 0 {}
        let stats = |id: &ContextId| runtime.vm(*id).expect("is live").stats();
        let all: Vec<_> = ids.iter().map(stats).collect();
        all.iter()
            .map(|s| (s.steps_executed, s.heap_bytes_used, s.calls_in))
            .collect::<Vec<_>>()
    };
    let expected = run(1, 1 << 30);
    for (threads, fuel) in [(1, 20), (2, 137), (4, 1000), (4, 1 << 30)] {
        assert_eq!(run(threads, fuel), expected, "{threads} threads, {fuel}");
    }
}

#[test]
fn spec_t7_7_a_tight_loop_starves_nobody() {
    let mut runtime = Runtime::with_threads(1);
    let [spinner, other] = [0; 2].map(|_| inner(&mut runtime, VmOptions::default()));
    let mut vm = runtime.vm(spinner).expect("is live");
    vm.run_entry("spin", vec![]).expect("starts");
    runtime.tick(TickBudget::fuel(10_000));
    let mut vm = runtime.vm(other).expect("is live");
    let task = vm.run_entry("one", vec![]).expect("starts");
    runtime.tick(TickBudget::fuel(1000));
    assert_eq!(
        runtime.task(task),
        Ok(TaskStatus::Returned(Value::Number(1.0)))
    );
}

#[test]
fn spec_t7_4_a_task_too_many_is_refused_where_it_is_started() {
    let mut runtime = Runtime::with_threads(1);
    let options = VmOptions {
        max_tasks: 3,
        ..VmOptions::default()
    };
    let [id, neighbour] = [options, VmOptions::default()].map(|o| inner(&mut runtime, o));
    let crowd = call(&mut runtime, id, "crowd", Value::Undefined);
    assert_eq!(crowd, Err(VmError::TaskLimitExceeded { count: 4, max: 3 }));
    let one = call(&mut runtime, neighbour, "one", Value::Undefined);
    assert_eq!(one, Ok(Value::Number(1.0)));
}

#[test]
fn spec_t3_1_many_are_made_found_and_removed() {
    let mut runtime = Runtime::with_threads(1);
    let ids: Vec<ContextId> = (0..1000)
        .map(|_| runtime.create(VmOptions::default()).expect("is valid"))
        .collect();
    assert_eq!(runtime.context_ids(), ids);
    for id in ids.iter().step_by(2) {
        runtime.vm(*id).expect("is live").terminate();
    }
    for (at, &id) in ids.iter().enumerate() {
        assert_eq!(runtime.vm(id).is_ok(), at % 2 == 1);
    }
    let error = runtime.vm(ids[0]).err();
    assert_eq!(error, Some(VmError::ContextNotFound(ids[0])));
}

const CALLER: &str = r#"
import { twice, fails } from "host:math";
export function main(n: number): number {
  return twice(n);
}
export function caught(): string {
  try {
    fails("it broke");
    return "returned";
  } catch (e) {
    return e instanceof Error ? e.message : "?";
  }
}
"#;

const DECLARED: &str = r#"
declare module "host:math" {
  export function twice(n: number): number;
  export function fails(why: string): void;
}
"#;

/// A runtime with two capabilities of the same functions.
fn granting() -> Runtime {
    let mut runtime = Runtime::with_threads(1);
    let math = |name: &str, by: f64| {
        Capability::new(name)
            .function("twice", move |_: &Call, n: f64| n * by)
            .function("fails", |_: &Call, why: &str| Err::<(), _>(why.to_owned()))
    };
    for capability in [math("math", 2.0), math("other", 3.0)] {
        runtime.register(capability).expect("is new");
    }
    runtime
}

fn granted(runtime: &mut Runtime, names: &[&str]) -> Result<ContextId, VmError> {
    let options = VmOptions {
        capabilities: names.iter().map(|&name| name.into()).collect(),
        ..VmOptions::default()
    };
    let id = runtime.create(options)?;
    let rbin = script::compiled_with(CALLER, DECLARED);
    runtime.vm(id)?.load_rbin_bytes(&rbin)?;
    Ok(id)
}

#[test]
fn spec_t5_1_spec_t5_2_and_spec_t5_3_a_capability_that_is_granted_is_called_from_inside() {
    let mut runtime = granting();
    let id = granted(&mut runtime, &["math"]).expect("is granted");
    let main = call(&mut runtime, id, "main", Value::Number(21.0));
    assert_eq!(main, Ok(Value::Number(42.0)));
    let caught = call(&mut runtime, id, "caught", Value::Undefined);
    assert_eq!(text(caught), "it broke");
    let used = runtime.vm(id).expect("is live").grants_used();
    assert_eq!((used[0].capability.as_str(), used[0].calls), ("math", 2));
}

#[test]
fn spec_t5_4_spec_t5_5_and_spec_t5_6_each_context_has_what_it_was_granted_and_nothing_else() {
    let mut runtime = granting();
    granted(&mut runtime, &["other", "math"]).expect("both are there");
    let error = granted(&mut runtime, &["other"]).expect_err("it is another's");
    assert!(
        matches!(&error, VmError::CapabilityNotFound(e) if e.to_string().contains("math")),
        "{error}"
    );
    let options = VmOptions {
        capabilities: vec!["none".into()],
        ..VmOptions::default()
    };
    let error = runtime.create(options).expect_err("nobody offers it");
    assert!(error.to_string().contains("`none`"), "{error}");
}

#[test]
fn spec_t6_1_values_of_every_kind_go_in_and_come_back() {
    let mut runtime = Runtime::with_threads(1);
    let id = inner(&mut runtime, VmOptions::default());
    let long = "ä€😀 \u{0}".repeat(1000);
    let deep = (0..50).fold(Value::Null, |value, _| Value::Array(vec![value]));
    let numbers = [0.0, -0.0, 1.5, -7.0, f64::MAX, 5e-324, f64::INFINITY];
    let mut values = vec![Value::Undefined, Value::Null, Value::String(long), deep];
    values.extend(numbers.map(Value::Number));
    values.extend([true, false].map(Value::Bool));
    values.push(Value::String(String::new()));
    for value in values {
        assert_eq!(call(&mut runtime, id, "back", value.clone()), Ok(value));
    }
    let nan = call(&mut runtime, id, "back", Value::Number(f64::NAN));
    assert!(matches!(nan, Ok(Value::Number(n)) if n.is_nan()));
}

#[test]
fn spec_t6_7_what_cannot_cross_is_a_named_error() {
    let said = gives("refused");
    assert!(said.contains("a promise can't leave its context"), "{said}");
    let mut runtime = Runtime::with_threads(1);
    let id = inner(&mut runtime, VmOptions::default());
    let error = call(&mut runtime, id, "promised", Value::Undefined);
    assert!(matches!(error, Err(VmError::Marshal(_))), "{error:?}");
    let error = call(&mut runtime, id, "keep", Value::String("no list".into()));
    assert!(matches!(error, Err(VmError::Marshal(_))), "{error:?}");
}

#[test]
fn spec_t8_3_spec_t8_4_spec_t8_5_and_spec_b_3_programs_come_from_a_path_bytes_or_another_context() {
    let mut runtime = Runtime::with_threads(1);
    let rbin = script::compiled(INNER);
    let path = std::env::temp_dir().join(format!("raya-rows-{}.rbin", std::process::id()));
    std::fs::write(&path, &rbin).expect("is writable");
    let ids = [0; 3].map(|_| runtime.create(VmOptions::default()).expect("is valid"));
    let mut vm = runtime.vm(ids[0]).expect("is live");
    assert_eq!(vm.load_rbin(&path), Ok(()));
    std::fs::remove_file(&path).expect("was there");
    let shared = vm.program().expect("it has one");
    let mut vm = runtime.vm(ids[1]).expect("is live");
    assert_eq!(vm.load_rbin_bytes(&rbin), Ok(()));
    assert_eq!(vm.program(), Some(shared));
    let mut vm = runtime.vm(ids[2]).expect("is live");
    assert_eq!(vm.load_program(shared), Ok(()));
    for id in ids {
        // Their globals are their own.
        let main = call(&mut runtime, id, "main", Value::Undefined);
        assert_eq!(main, Ok(Value::Number(1.0)));
    }
    let gone = runtime.vm(ids[0]).expect("is live").load_rbin(&path);
    assert!(matches!(gone, Err(VmError::NotLoaded(_))), "{gone:?}");
}

#[test]
fn spec_t8_8_what_is_terminated_leaves_nothing() {
    let mut runtime = Runtime::with_threads(1);
    let rbin = script::compiled(INNER);
    runtime.load_program(&rbin).expect("is valid");
    let before = runtime.dump().len();
    let id = inner(&mut runtime, VmOptions::default());
    let list = Value::Array(vec![Value::Number(1.0); 10_000]);
    call(&mut runtime, id, "keep", list).expect("returns");
    let mut vm = runtime.vm(id).expect("is live");
    let task = vm.run_entry("spin", vec![]).expect("starts");
    runtime.vm(id).expect("is live").terminate();
    assert_eq!(runtime.task(task), Err(VmError::TaskNotFound(task)));
    assert_eq!(runtime.tick(TickBudget::fuel(1000)).steps, 0);
    let events = runtime.events().count();
    let after = runtime.dump().len();
    assert!(after < before + 1000, "{after} bytes, {events} events");
}

#[test]
fn spec_b_1_reflection_says_what_a_program_exports() {
    let mut runtime = Runtime::with_threads(1);
    let id = inner(&mut runtime, VmOptions::default());
    let exports = runtime.vm(id).expect("is live").exports();
    let find = |name: &str| exports.iter().find(|(n, _)| n == name).map(|e| &*e.1);
    assert_eq!(find("keep"), Some("(a: number[]) => number"));
    assert_eq!(find("promised"), Some("() => { late: Promise<number> }"));
    assert_eq!(find("crowd"), Some("() => Promise<void>"));
    assert_eq!(find("never"), None);
}
