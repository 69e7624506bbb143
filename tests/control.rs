//! Control of inner VMs from Raya code: limits, pausing, steps, events, reflection; the same as `contexts.rs` shows from Rust.

#[path = "common/script.rs"]
mod script;

use raya_core::{EventKind, TaskStatus, Value, VmError, VmOptions};
use script::{Programs, text};

const OUTER: &str = r#"
import { Vm, VmOptions, VmLimits } from "raya:vm";

const small: VmOptions = { name: "mod", maxHeapBytes: 1024 * 1024, maxTasks: 10, maxStepBudget: 1000000 };

function make(options: VmOptions): Vm {
  const vm = new Vm(options);
  vm.loadRbin("./mod.rbin");
  return vm;
}

function why(e: unknown): string {
  return e instanceof Error ? e.message : "?";
}

export async function states(): Promise<string> {
  const vm = new Vm(small);
  const seen: string[] = [vm.state];
  vm.loadRbin("./mod.rbin");
  seen.push(vm.state);
  await vm.runEntry("tick");
  seen.push(vm.state);
  vm.pause();
  seen.push(vm.state);
  vm.resume();
  seen.push(vm.state);
  const steps = vm.getStats().stepsExecuted;
  vm.setLimits({ maxStepBudget: steps });
  seen.push(vm.state);
  vm.refillSteps(1000);
  seen.push(vm.state, String(vm.isAlive));
  vm.terminate();
  vm.terminate();
  seen.push(vm.state, String(vm.isAlive));
  return seen.join(" ");
}

export async function pauses(): Promise<string> {
  const vm = make(small);
  vm.pause();
  const task = vm.runEntry<number>("tick");
  let done = false;
  const both = task.then((n: number): number => { done = true; return n; });
  for (let i = 0; i < 20; i++) await Promise.resolve();
  vm.getStats();
  const before = done;
  vm.resume();
  return `${before} ${await both}`;
}

export async function limits(): Promise<string> {
  const vm = make({ ...small, softSteps: 900000 });
  const said: string[] = [];
  const wrong: VmLimits[] = [
    { maxHeapBytes: 1e12 },
    { maxHeapBytes: 2000000, maxTasks: 5000 },
    { softSteps: 2000000 },
    { softHeapBytes: 2000000 },
    { maxHeapBytes: 0.5 },
  ];
  for (const change of wrong) {
    try {
      vm.setLimits(change);
      said.push("changed");
    } catch (e) {
      said.push(why(e));
    }
  }
  const { maxHeapBytes, maxTasks, maxStepBudget } = vm.getStats();
  said.push(`${maxHeapBytes} ${maxTasks} ${maxStepBudget}`);
  vm.setLimits({ maxHeapBytes: 2000000, maxTasks: 20 });
  const now = vm.getStats();
  said.push(`${now.maxHeapBytes} ${now.maxTasks}`);
  return said.join("\n");
}

export function refused(): string {
  const said: string[] = [];
  const options = { maxHeapByte: 5 };
  const wrong: VmOptions[] = [options as VmOptions, { weight: 0 }, { softHeapBytes: 2, maxHeapBytes: 1 }, { name: "n".repeat(300) }];
  for (const options of wrong) {
    try {
      new Vm(options);
      said.push("made");
    } catch (e) {
      said.push(why(e));
    }
  }
  return said.join("\n");
}

export async function suspended(): Promise<string> {
  const vm = make({ ...small, maxStepBudget: 2000, onLimit: "suspend" });
  const task = vm.runEntry<number>("count", [1000]);
  const limit = await vm.nextEvent();
  const paused = await vm.nextEvent();
  const state = vm.state;
  vm.refillSteps(100000);
  vm.resume();
  const n = await task;
  return `${limit.kind} ${limit.resource} ${limit.max} ${paused.kind} ${state} ${n}`;
}

export async function doomed(): Promise<string> {
  const vm = make({ ...small, onLimit: "terminate" });
  const task = vm.runEntry("grow");
  const events: string[] = [];
  try {
    await task;
  } catch (e) {
    events.push(why(e).split(" (")[0]);
  }
  for (let i = 0; i < 2; i++) {
    const event = await vm.nextEvent();
    events.push(event.kind + event.resource);
  }
  try {
    await vm.nextEvent();
  } catch (e) {
    events.push(why(e));
  }
  return events.join(", ");
}

export async function pressure(): Promise<string> {
  const vm = make({ ...small, softHeapBytes: 500000 });
  const task = vm.runEntry<number>("grow");
  const event = await vm.nextEvent();
  const state = vm.state;
  // There is time to act before the limit bites.
  vm.terminate();
  try {
    await task;
    return "grew";
  } catch (e) {
    return `${event.kind} ${event.resource} ${event.used > 460000 && event.used < event.max} ${state} ${why(e)}`;
  }
}

export async function counted(): Promise<string> {
  const vm = make(small);
  for (let i = 0; i < 5; i++) await vm.runEntry("tick");
  try {
    await vm.runEntry("fails");
  } catch (e) {}
  const first = await vm.nextEvent();
  const second = await vm.nextEvent();
  const next = vm.nextEvent();
  await vm.runEntry("tick");
  const third = await next;
  return `${first.kind} ${first.count}, ${second.kind} ${second.count}, ${third.kind} ${third.count}`;
}

export async function waiting(): Promise<string> {
  const vm = make(small);
  const next = vm.nextEvent();
  vm.terminate();
  const event = await next;
  return event.kind;
}

export async function stepped(): Promise<string> {
  const vm = make(small);
  await vm.runEntry("tick");
  await vm.nextEvent();
  const before = vm.getStats().stepsExecuted;
  const task = vm.runEntry<number>("count", [1000]);
  vm.runSteps(500);
  const event = await vm.nextEvent();
  const ran = vm.getStats().stepsExecuted - before;
  vm.resume();
  const n = await task;
  return `${event.kind} ${ran >= 500 && ran < 520} ${n}`;
}

export async function weighed(): Promise<string> {
  const light = make({ ...small, maxStepBudget: 20000000 });
  const heavy = make({ ...small, maxStepBudget: 20000000 });
  heavy.setWeight(7);
  light.runEntry("spin").catch((e: unknown): void => {});
  heavy.runEntry("spin").catch((e: unknown): void => {});
  while (heavy.getStats().stepsExecuted < 100000) {}
  const ratio = heavy.getStats().stepsExecuted / light.getStats().stepsExecuted;
  light.terminate();
  heavy.terminate();
  return ratio > 6.5 && ratio < 7.5 ? "7" : String(ratio);
}

export function reflected(): string {
  const vm = make(small);
  const exported = vm.exports().map((e) => e.name + e.signature);
  const children = Vm.children();
  const same = children.length === 1 && children[0].state === vm.state;
  vm.terminate();
  return exported.sort().join("; ") + " " + same + Vm.children().length;
}

export function source(): string {
  const vm = new Vm(small);
  try {
    vm.loadRbin("./source.ts");
    return "loaded";
  } catch (e) {
    return why(e).split(":")[0];
  }
}

export async function cancelled(name: string): Promise<string> {
  const vm = make({ ...small, maxStepBudget: 5000000 });
  const task = vm.runEntry(name);
  for (let i = 0; i < 3; i++) await vm.runEntry("tick");
  const first = task.cancel();
  let said = "returned";
  try {
    await task;
  } catch (e) {
    said = e instanceof Error ? `${e.name}: ${e.message}` : "?";
  }
  const log = String(await vm.runEntry("log"));
  return `${first} ${task.cancel()} ${said} | ${log}`;
}

export async function unhandled(): Promise<string> {
  const vm = make(small);
  const said = [await vm.runEntry<string>("handled"), await vm.runEntry<string>("rejects")];
  await vm.runEntry("rejectsOften", [9]);
  for (let i = 0; i < 8; i++) {
    const { kind, count, message } = await vm.nextEvent();
    said.push(`${kind} ${count} ${message.split("\n")[0]}`);
    if (kind === "unhandledRejection") break;
  }
  return said.join("; ");
}

/** What spins lets no other entry begin. */
export async function cancelledSpinning(name: string): Promise<string> {
  const vm = make(small);
  const task = vm.runEntry(name);
  while (vm.getStats().stepsLastTick < 3000) {}
  const first = task.cancel();
  let said = "returned";
  try {
    await task;
  } catch (e) {
    said = e instanceof Error ? `${e.name}: ${e.message}` : "?";
  }
  return `${first} ${said} | ${String(await vm.runEntry("log"))}`;
}

export async function cancelledHere(): Promise<string> {
  const vm = make(small);
  const task = vm.runEntry<number>("tick");
  await task;
  return `${task.cancel()} ${await task}`;
}

export async function chain(depth: number, name: string): Promise<number> {
  if (depth === 0) return 0;
  const { maxHeapBytes, maxTasks } = { maxHeapBytes: depth * 300000, maxTasks: depth * 6 };
  const vm = new Vm({ name, maxHeapBytes, maxTasks, capabilities: ["raya:vm"] });
  vm.loadRbin("./outer.rbin");
  const below = await vm.runEntry<number>("chain", [depth - 1, name]);
  return below + 1;
}
"#;

const MOD: &str = r#"
let ticks = 0;
export function tick(): number { return ++ticks; }
export function count(n: number): number {
  let i = 0;
  while (i < n) i++;
  return i;
}
export function spin(): void { while (true) {} }
const lines: string[] = [];
export function log(): string[] { return lines; }
async function inner(): Promise<void> {
  try {
    lines.push("inner begins");
    await new Promise<void>((resolve: () => void): void => {});
    lines.push("never");
  } catch (e) {
    lines.push("never caught");
  } finally {
    await Promise.resolve();
    lines.push("inner ends");
  }
}
/** Cleans up, and can't hold it back. */
export async function waits(): Promise<string> {
  try {
    try {
      await inner();
    } catch (e) {
      lines.push("never caught");
    }
    lines.push("never");
  } finally {
    try {
      await Promise.reject(new Error("own"));
    } catch (e) {
      lines.push("its own error is caught");
    }
    lines.push("outer ends");
  }
  return "done";
}
/** Returns from its `finally`, which changes nothing. */
export async function stubborn(): Promise<string> {
  try {
    await new Promise<void>((resolve: () => void): void => {});
  } finally {
    lines.push("stays");
    return "kept";
  }
}
/** Throws something else from there. */
export async function throwing(): Promise<string> {
  try {
    await new Promise<void>((resolve: () => void): void => {});
  } finally {
    throw new Error("other");
  }
}
export function never(): Promise<void> { return new Promise<void>((resolve: () => void): void => {}); }
export async function late(): Promise<void> {
  try {
    for (let i = 0; i < 2000; i++) lines.length;
    lines.push("before");
    await never();
    lines.push("never");
  } finally {
    lines.push("after");
  }
}
/** Never awaits, and cleans up with an await. */
export async function spins(): Promise<void> {
  try {
    try {
      while (true) {}
    } catch (e) {
      lines.push("never caught");
    }
  } finally {
    lines.push("spun");
    await Promise.resolve();
    lines.push("cleaned up");
  }
}
/** Awaits, but never has to wait. */
export async function turns(): Promise<void> {
  try {
    while (true) await Promise.resolve();
  } finally {
    lines.push("turned");
  }
}
/** What spins is what it calls, and what it starts. */
export async function outer(): Promise<void> {
  try {
    await spins();
  } finally {
    lines.push("called");
  }
}
async function fails2(message: string): Promise<void> {
  await Promise.resolve();
  throw new RangeError(message);
}
/** Nobody looks at what becomes of it. */
export function rejects(): string {
  fails2("nobody looks");
  return "returned";
}
export function rejectsAtOnce(): string {
  Promise.reject<number>(new RangeError("at once"));
  return "returned";
}
/** Somebody does, in time or at least in the same turn. */
export async function handled(): Promise<string> {
  const first = fails2("first");
  const second = fails2("second").then((): string => "?", (): string => "handled");
  for (let i = 0; i < 5; i++) await Promise.resolve();
  const said = await second;
  try {
    await first;
  } catch (e) {
    return said;
  }
  return "?";
}
export function rejectsOften(n: number): void {
  for (let i = 0; i < n; i++) fails2("number " + i);
}
/** Its clean-up never ends. */
export async function hoggish(): Promise<void> {
  try {
    while (true) {}
  } finally {
    try {
      while (true) {}
    } finally {
      lines.push("never");
    }
  }
}
export function fails(): void { throw new Error("on purpose"); }
export function grow(): number {
  const all: number[][] = [];
  while (true) all.push([all.length]);
}
"#;

const PROGRAMS: Programs = &[("./outer.rbin", OUTER), ("./mod.rbin", MOD)];

/// What an export gives, on one thread and two, and with a dump and load after every tick.
fn gives(name: &str) -> String {
    let ways = [(1, false), (2, false), (1, true)];
    let [one, two, reloaded] = ways.map(|way| text(script::run(PROGRAMS, name, vec![], way)));
    assert_eq!(one, two);
    assert_eq!(one, reloaded);
    one
}

#[test]
fn spec_t8_13_states_are_those_of_a_life() {
    let expected = "new new running paused running failed running true terminated false";
    assert_eq!(gives("states"), expected);
}

#[test]
fn spec_t8_13_a_paused_vm_does_nothing_until_it_is_resumed() {
    assert_eq!(gives("pauses"), "false 1");
}

#[test]
fn limits_can_be_changed_within_what_the_parent_has() {
    let expected = "invalid option `maxHeapBytes`: 1000000000000 is more than 8589934592\n\
        invalid option `maxTasks`: 4990 is more than the parent has left (988)\n\
        invalid option `softSteps`: 2000000 is more than the hard limit (1000000)\n\
        invalid option `softHeapBytes`: 2000000 is more than the hard limit (1048576)\n\
        invalid option `maxHeapBytes`: 0.5 is no whole number of 0 or more\n\
        1048576 10 1000000\n\
        2000000 20";
    assert_eq!(gives("limits"), expected);
}

#[test]
fn spec_t2_4_what_is_wrong_with_options_is_named() {
    let expected = "there is no option `maxHeapByte`\n\
        invalid option `weight`: must be at least 1\n\
        invalid option `softHeapBytes`: 2 is more than the hard limit (1)\n\
        invalid option `name`: 300 is more than 256";
    assert_eq!(gives("refused"), expected);
}

#[test]
fn a_vm_that_its_limit_suspends_goes_on_with_more() {
    assert_eq!(gives("suspended"), "limit steps 2000 paused paused 1000");
}

#[test]
fn a_vm_that_its_limit_ends_says_why() {
    let expected =
        "the context mod ended: it met its heap limit, limitheap, ended, this Vm was terminated";
    assert_eq!(gives("doomed"), expected);
}

#[test]
fn spec_i_6_pressure_is_told_while_there_is_time() {
    let expected = "pressure heap true running the context mod ended";
    assert_eq!(gives("pressure"), expected);
}

#[test]
fn events_alike_are_one_with_a_count() {
    assert_eq!(gives("counted"), "finished 5, failed 1, finished 1");
}

#[test]
fn who_waits_for_an_event_hears_of_the_end() {
    assert_eq!(gives("waiting"), "ended");
}

#[test]
fn steps_can_be_run_a_number_at_a_time() {
    assert_eq!(gives("stepped"), "paused true 1000");
}

#[test]
fn weights_can_be_set_while_it_runs() {
    assert_eq!(gives("weighed"), "7");
}

#[test]
fn spec_b_2_exports_can_be_read() {
    let said = gives("reflected");
    assert!(
        said.starts_with("count(a: number) => number; fails() => void; "),
        "{said}"
    );
    assert!(
        said.ends_with("; waits() => Promise<string> true0"),
        "{said}"
    );
}

fn cancelled(name: &str) -> String {
    let ways = [(1, false), (2, false), (1, true)];
    let [one, two, reloaded] = ways.map(|way| {
        let args = vec![Value::String(name.into())];
        text(script::run(PROGRAMS, "cancelled", args, way))
    });
    assert_eq!(one, two);
    assert_eq!(one, reloaded);
    one
}

#[test]
fn spec_t8_13_a_cancelled_task_runs_its_finally_blocks_and_nothing_else() {
    let said = "true false CancelledError: the task was cancelled";
    let log = "inner begins,inner ends,its own error is caught,outer ends";
    assert_eq!(cancelled("waits"), format!("{said} | {log}"));
    assert_eq!(cancelled("stubborn"), format!("{said} | stays"));
    assert_eq!(cancelled("throwing"), format!("{said} | "));
    assert_eq!(cancelled("never"), format!("{said} | "));
}

#[test]
fn a_task_that_has_ended_can_not_be_cancelled() {
    assert_eq!(gives("cancelledHere"), "false 1");
}

#[test]
fn spec_t8_13_tasks_are_cancelled_from_rust() {
    let mut runtime = script::runtime(1, PROGRAMS);
    const MODS: Programs = &[("./mod.rbin", MOD)];
    let id = script::context(&mut runtime, MODS, VmOptions::default());
    let start = |runtime: &mut raya_core::Runtime, name: &str| {
        let mut vm = runtime.vm(id).expect("is live");
        vm.run_entry(name, vec![]).expect("is there")
    };
    let is_cancelled = |runtime: &raya_core::Runtime, task| match runtime.task(task) {
        Ok(TaskStatus::Failed(VmError::Cancelled, fault)) => fault.name == "CancelledError",
        _ => false,
    };
    // One that has not begun, one in the middle of its code, and one that waits.
    let unborn = start(&mut runtime, "late");
    assert_eq!(runtime.cancel(unborn), Ok(true));
    assert!(is_cancelled(&runtime, unborn));
    let running = start(&mut runtime, "late");
    runtime.tick(raya_core::TickBudget::fuel(500));
    assert_eq!(runtime.cancel(running), Ok(true));
    assert_eq!(
        runtime.cancel(running),
        Ok(true),
        "twice is no more than once"
    );
    assert_eq!(runtime.task(running), Ok(TaskStatus::Running));
    let copy = runtime.dump();
    runtime.load(&copy).expect("what was dumped loads");
    runtime.run_until_idle();
    assert!(is_cancelled(&runtime, running));
    let waiting = start(&mut runtime, "waits");
    runtime.run_until_idle();
    assert_eq!(runtime.cancel(waiting), Ok(true));
    runtime.run_until_idle();
    assert!(is_cancelled(&runtime, waiting));
    assert_eq!(runtime.cancel(waiting), Ok(false));
    let log = runtime.vm(id).expect("is live").call("log", vec![]);
    let Ok(Value::Array(lines)) = log else {
        panic!("{log:?}")
    };
    let expected = [
        "before",
        "after",
        "inner begins",
        "inner ends",
        "its own error is caught",
        "outer ends",
    ];
    assert_eq!(lines, expected.map(|line| Value::String(line.into())));
}

#[test]
fn spec_t8_13_a_task_that_never_waits_is_cancelled_where_it_is() {
    for (name, log) in [
        ("spins", "spun,cleaned up"),
        ("turns", "turned"),
        ("outer", "spun,cleaned up,called"),
    ] {
        let args = || vec![Value::String(name.into())];
        for way in [(1, false), (2, false), (1, true)] {
            let said = text(script::run(PROGRAMS, "cancelledSpinning", args(), way));
            let expected = "true CancelledError: the task was cancelled";
            assert_eq!(said, format!("{expected} | {log}"), "{name} {way:?}");
        }
    }
}

#[test]
fn who_is_cancelled_where_it_is_has_so_many_steps_left() {
    const MODS: Programs = &[("./mod.rbin", MOD)];
    let steps_of = |fuel: u64, reload: bool| {
        let mut runtime = script::runtime(1, MODS);
        let id = script::context(&mut runtime, MODS, VmOptions::default());
        let mut vm = runtime.vm(id).expect("is live");
        let task = vm.run_entry("spins", vec![]).expect("is there");
        runtime.tick(raya_core::TickBudget::fuel(1000));
        assert_eq!(runtime.cancel(task), Ok(true));
        let before = runtime.vm(id).expect("is live").stats().steps_executed;
        while runtime.task(task) == Ok(TaskStatus::Running) {
            runtime.tick(raya_core::TickBudget::fuel(fuel));
            if reload {
                let dump = runtime.dump();
                runtime.load(&dump).expect("loads");
            }
        }
        runtime.vm(id).expect("is live").stats().steps_executed - before
    };
    for steps in [
        steps_of(1 << 40, false),
        steps_of(1000, true),
        steps_of(777, false),
    ] {
        assert!((100_000..100_100).contains(&steps), "{steps}");
    }
}

#[test]
fn a_clean_up_that_never_ends_is_ended_by_limits_alone() {
    const MODS: Programs = &[("./mod.rbin", MOD)];
    let mut runtime = script::runtime(1, MODS);
    let options = VmOptions {
        max_step_budget: Some(1_000_000),
        ..VmOptions::default()
    };
    let id = script::context(&mut runtime, MODS, options);
    let mut vm = runtime.vm(id).expect("is live");
    let task = vm.run_entry("hoggish", vec![]).expect("is there");
    runtime.tick(raya_core::TickBudget::fuel(1000));
    assert_eq!(runtime.cancel(task), Ok(true));
    runtime.tick(raya_core::TickBudget::fuel(500_000));
    assert_eq!(runtime.task(task), Ok(TaskStatus::Running));
    runtime.run_until_idle();
    assert!(matches!(
        runtime.task(task),
        Ok(TaskStatus::Failed(VmError::Cancelled, _))
    ));
}

#[test]
fn a_rejection_that_nobody_handles_is_told_to_the_parent() {
    let said = gives("unhandled");
    assert_eq!(
        said,
        "handled; returned; finished 3 ; unhandledRejection 10 RangeError: number 7"
    );
}

#[test]
fn a_rejection_that_nobody_handles_is_told_to_the_host() {
    const MODS: Programs = &[("./mod.rbin", MOD)];
    for (name, message) in [("rejects", "nobody looks"), ("rejectsAtOnce", "at once")] {
        let mut said = Vec::new();
        for (called, fuel, threads) in [(false, 1000, 1), (false, 1, 2), (true, 1000, 1)] {
            let mut runtime = script::runtime(threads, MODS);
            let id = script::context(&mut runtime, MODS, VmOptions::default());
            let mut vm = runtime.vm(id).expect("is live");
            if called {
                let returned = vm.call(name, vec![]);
                assert_eq!(returned, Ok(Value::String("returned".into())));
            } else {
                vm.run_entry(name, vec![]).expect("starts");
            }
            let mut runnable = 1;
            for _ in 0..300 {
                runnable = runtime.tick(raya_core::TickBudget::fuel(fuel)).runnable;
                let dump = runtime.dump();
                runtime.load(&dump).expect("loads");
            }
            assert_eq!(runnable, 0);
            let is_it = |e: &raya_core::Event| e.kind == EventKind::UnhandledRejection;
            let events: Vec<_> = runtime.events().filter(is_it).collect();
            assert_eq!(
                (events.len(), events[0].count, events[0].context),
                (1, 1, id)
            );
            let task = events[0].task.expect("says why");
            let Ok(TaskStatus::Failed(_, fault)) = runtime.task(task) else {
                panic!("{name}")
            };
            assert_eq!((&*fault.name, &*fault.message), ("RangeError", message));
            said.push(fault.to_string());
        }
        assert!(said.iter().all(|s| *s == said[0]), "{said:?}");
    }
}

#[test]
fn rejections_that_nobody_handles_do_not_outlive_a_step_budget() {
    let rbin = script::compiled(MOD);
    for max_step_budget in (50..2000).step_by(7).map(Some) {
        let mut runtime = raya_core::Runtime::with_threads(1);
        let options = VmOptions {
            max_step_budget,
            ..VmOptions::default()
        };
        let id = runtime.create(options).expect("is made");
        let mut vm = runtime.vm(id).expect("is live");
        vm.load_rbin_bytes(&rbin).expect("is valid");
        let args = vec![Value::Number(5.0)];
        vm.run_entry("rejectsOften", args).expect("starts");
        // It comes to an end, whatever the budget.
        runtime.run_until_idle();
    }
}

#[test]
fn spec_t8_6_source_is_no_program() {
    const SOURCE: Programs = &[("./outer.rbin", OUTER)];
    let mut runtime = script::runtime(1, SOURCE);
    runtime.set_program_loader(Box::new(|_, _| Ok(MOD.as_bytes().to_vec())));
    let id = script::context(&mut runtime, SOURCE, script::outer());
    let said = runtime.vm(id).expect("is live").call("source", vec![]);
    assert_eq!(said, Ok(Value::String("invalid binary".into())));
}

#[test]
fn spec_i_1_vms_nest_64_deep_from_raya_code() {
    let mut runtime = script::runtime(2, PROGRAMS);
    let options = VmOptions {
        max_heap_bytes: 128 << 20,
        ..script::outer()
    };
    let id = script::context(&mut runtime, PROGRAMS, options);
    let args = vec![Value::Number(64.0), Value::String("deep".into())];
    let mut vm = runtime.vm(id).expect("is live");
    let task = vm.run_entry("chain", args).expect("is there");
    let result = script::finish(&mut runtime, PROGRAMS, task, false);
    assert_eq!(result, Ok(Value::Number(64.0)));
    assert_eq!(runtime.context_ids().len(), 65);
    let depth = |mut id, runtime: &mut raya_core::Runtime| {
        let mut depth = 0;
        while let [child] = runtime.vm(id).expect("is live").children()[..] {
            (id, depth) = (child, depth + 1);
        }
        depth
    };
    assert_eq!(depth(id, &mut runtime), 64);
    runtime.vm(id).expect("is live").terminate();
    assert!(runtime.context_ids().is_empty());
    assert!(matches!(runtime.task(task), Err(VmError::TaskNotFound(_))));
}

#[test]
fn spec_t3_2_what_waits_for_a_vm_that_ends_from_outside_is_told() {
    let mut runtime = script::runtime(1, PROGRAMS);
    let id = script::context(&mut runtime, PROGRAMS, script::outer());
    let mut vm = runtime.vm(id).expect("is live");
    let task = vm.run_entry("pauses", vec![]).expect("is there");
    let child = loop {
        runtime.tick(raya_core::TickBudget::fuel(50));
        if let [child] = runtime.vm(id).expect("is live").children()[..] {
            break child;
        }
    };
    runtime.vm(child).expect("is live").terminate();
    let result = script::finish(&mut runtime, PROGRAMS, task, false);
    assert!(matches!(result, Err(VmError::Guest(_))), "{result:?}");
    assert!(matches!(runtime.task(task), Ok(TaskStatus::Failed(..))));
}
