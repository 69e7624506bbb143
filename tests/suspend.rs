//! What a limit suspends goes on, with more, as if there had been as much from the start: at every limit, from Rust and from Raya.

#[path = "common/forge.rs"]
mod forge;
#[path = "common/script.rs"]
mod script;

use raya_core::{
    Call, Capability, ContextId, Event, EventKind, OnLimit, Runtime, TaskId, TaskStatus,
    TickBudget, Value, VmError, VmLimits, VmOptions, VmState,
};
use script::{Programs, text};

const MOD: &str = r#"
class Node {
  constructor(readonly value: number, readonly next: Node | undefined) {}
}

function label(a: string, n: number, b: string, list: number[]): string {
  return a + n + b + list.length;
}

/** Objects, arrays, strings, maps, closures: whatever allocates, with arguments of all kinds on their way. */
export function fill(n: number): string {
  let first: Node | undefined = undefined;
  const texts: string[] = [];
  const places = new Map<string, number[]>();
  const calls: ((x: number) => string)[] = [];
  for (let i = 0; i < n; i++) {
    first = new Node(i, first);
    texts.push(label("at ", i, " of ", [i, i + 1, i + 2]) + `${i * 2}`.padStart(9, "-"));
    places.set(texts[i], [i].concat([i * 3, i * 4]));
    calls.push((x: number): string => texts[i] + x);
  }
  let sum = 0;
  for (let at: Node | undefined = first; at !== undefined; at = at.next) sum += at.value;
  return `${sum} ${texts[n - 1]} ${places.get(texts[n - 1])} ${calls[n - 2](7)} ${texts.join("").length}`;
}

async function one(i: number, log: number[]): Promise<number> {
  await Promise.resolve();
  log.push(i);
  return i;
}

/** Many tasks at once. */
export async function many(n: number): Promise<string> {
  const log: number[] = [];
  const all: Promise<number>[] = [];
  for (let i = 0; i < n; i++) all.push(one(i, log));
  const results = await Promise.all(all);
  return `${results.length} ${results[n - 1]} ${log.length}`;
}

function down(n: number, text: string, list: number[]): string {
  if (n === 0) return text + list.length;
  return down(n - 1, n % 100 === 0 ? text + n : text, list) + "";
}

/** Calls in calls, directly, by value and through an interface. */
export function deep(n: number): string {
  const run = (k: number, text: string): string => (k === 0 ? text : run(k - 1, text));
  return down(n, "", [1, 2, 3]) + run(n, "!");
}

export function caught(n: number): string {
  try {
    return fill(n);
  } catch (e) {
    return "caught";
  } finally {
    [1].at(0);
  }
}
"#;

const MODS: Programs = &[("./mod.rbin", MOD)];

/// Less than any of it takes.
fn little() -> VmOptions {
    VmOptions {
        max_heap_bytes: 8 << 10,
        max_tasks: 3,
        max_stack_frames: 20,
        on_limit: OnLimit::Suspend,
        ..VmOptions::default()
    }
}

fn started(name: &str, options: VmOptions) -> (Runtime, ContextId, TaskId) {
    let mut runtime = script::runtime(1, MODS);
    let id = script::context(&mut runtime, MODS, options);
    let n = Value::Number(if name == "deep" { 400.0 } else { 120.0 });
    let mut vm = runtime.vm(id).expect("is live");
    let task = vm.run_entry(name, vec![n]).expect("starts");
    (runtime, id, task)
}

/// What it gives without limits to speak of.
fn unlimited(name: &str) -> String {
    let (mut runtime, _, task) = started(name, VmOptions::default());
    runtime.run_until_idle();
    text(script::result(&runtime, task))
}

/// What it gives if it gets a little more each time it is suspended, with a dump and load of what stands still if asked for; and how
/// often it was.
fn suspended(name: &str, fuel: u64, reload: bool) -> (String, u32) {
    let (mut runtime, id, task) = started(name, little());
    for times in 0..10_000 {
        while runtime.tick(TickBudget::fuel(fuel)).runnable > 0 {}
        if reload {
            let dump = runtime.dump();
            runtime
                .load(&dump)
                .unwrap_or_else(|e| panic!("{name}: {e}"));
            assert!(runtime.dump() == dump, "what was loaded is the same");
        }
        if runtime.task(task) != Ok(TaskStatus::Running) {
            return (text(script::result(&runtime, task)), times);
        }
        assert_eq!(runtime.state(id), VmState::Paused);
        let events: Vec<Event> = runtime.events().collect();
        let met: Vec<EventKind> = events.iter().map(|e| e.kind).collect();
        let mut vm = runtime.vm(id).expect("is live");
        let mut limits = vm.limits();
        match met[0] {
            EventKind::HeapLimit => limits.max_heap_bytes = events[0].used + 40,
            EventKind::TaskLimit => limits.max_tasks += 1,
            EventKind::StackLimit => limits.max_stack_frames += 3,
            other => panic!("{other:?}"),
        }
        assert_eq!(met[1..], [EventKind::Paused]);
        // Stacks that grew since the last collection may have taken what was left for the heap.
        limits.max_heap_bytes = limits.max_heap_bytes.max(vm.stats().heap_bytes_used);
        vm.set_limits(limits).expect("nobody else wants it");
        vm.resume();
    }
    panic!("{name} never ends")
}

#[test]
fn what_a_limit_suspends_goes_on_as_if_there_had_been_more_from_the_start() {
    for (name, least) in [("fill", 150), ("many", 100), ("deep", 100), ("caught", 150)] {
        let expected = unlimited(name);
        for (fuel, reload) in [(100_000, false), (100_000, true), (50, true)] {
            let (said, times) = suspended(name, fuel, reload);
            assert_eq!(said, expected, "{name} {fuel} {reload}");
            assert!(times >= least, "{name} was suspended {times} times");
        }
    }
}

#[test]
fn resumed_without_more_it_is_suspended_again_and_can_be_cancelled() {
    for name in ["fill", "many", "deep"] {
        let (mut runtime, id, task) = started(name, little());
        for _ in 0..3 {
            runtime.run_until_idle();
            assert_eq!(runtime.state(id), VmState::Paused, "{name}");
            let mut vm = runtime.vm(id).expect("is live");
            // A collection in between keeps what the instruction holds.
            let fewer = VmLimits {
                max_heap_bytes: vm.limits().max_heap_bytes - 8,
                ..vm.limits()
            };
            let _ = vm.set_limits(fewer);
            vm.resume();
        }
        runtime.run_until_idle();
        assert_eq!(runtime.cancel(task), Ok(true));
        let mut vm = runtime.vm(id).expect("is live");
        let more = VmLimits {
            on_limit: OnLimit::FailTask,
            ..VmOptions::default().limits()
        };
        vm.set_limits(more).expect("nobody else wants it");
        vm.resume();
        runtime.run_until_idle();
        assert!(
            matches!(
                runtime.task(task),
                Ok(TaskStatus::Failed(VmError::Cancelled, _))
            ),
            "{name}"
        );
    }
}

#[test]
fn forged_dumps_of_what_is_suspended_are_refused() {
    type Forge = fn(&mut raya_storages::activities::Activity);
    let forges: [Forge; 5] = [
        |a| a.repeats = false,
        |a| a.running = 0,
        |a| {
            // A reference to nothing, in a temp or a local.
            let stack = &mut a.tasks.task[a.running as usize - 1].stack;
            let last = stack.live_refs as usize - 1;
            stack.refs[last] = 5;
        },
        |a| {
            let stack = &mut a.tasks.task[a.running as usize - 1].stack;
            stack.rows.last_mut().expect("runs").pc = u32::MAX;
        },
        |a| {
            let stack = &mut a.tasks.task[a.running as usize - 1].stack;
            stack.live_refs = stack.refs.len() as u32;
        },
    ];
    let (mut runtime, id, _) = started("fill", little());
    runtime.run_until_idle();
    let dump = runtime.dump();
    for (at, forge) in forges.into_iter().enumerate() {
        let forged = forge::changed(&dump, |contexts| {
            let activity = contexts.activities[id.index()].as_mut();
            let activity = activity.expect("is suspended");
            assert!(activity.repeats);
            forge(activity);
        });
        let refused = runtime.load(&forged);
        assert!(
            matches!(refused, Err(VmError::InvalidDump(_))),
            "{at}: {refused:?}"
        );
    }
    assert!(runtime.dump() == dump, "nothing has changed");
}

#[test]
fn what_cannot_be_done_again_fails_all_the_same() {
    let mut runtime = Runtime::with_threads(1);
    let world = Capability::new("world").function("large", |_: &Call| "x".repeat(100_000));
    runtime.register(world).expect("is new");
    let files = raya_compiler::load::MemoryFiles::new([
        (
            "main.ts",
            "import { large } from 'host:world'; export function main(): number { return large().length; }",
        ),
        (
            "world.d.ts",
            "declare module 'host:world' { export function large(): string; }",
        ),
    ]);
    let image = raya_compiler::compile("main.ts", &files).unwrap_or_else(|e| panic!("{e:?}"));
    let options = VmOptions {
        capabilities: vec!["world".into()],
        ..little()
    };
    let id = runtime.create(options).expect("is made");
    let mut vm = runtime.vm(id).expect("is live");
    vm.load_rbin_bytes(&raya_bytecode::codec::encode(&image))
        .expect("is valid");
    let task = vm.run_entry("main", vec![]).expect("starts");
    runtime.run_until_idle();
    let failed = script::result(&runtime, task);
    assert!(
        matches!(failed, Err(VmError::HeapLimitExceeded { .. })),
        "{failed:?}"
    );
    assert_eq!(runtime.state(id), VmState::Paused);
}

#[test]
fn a_parent_gives_more_to_what_its_limits_suspended() {
    const OUTER: &str = r#"
import { Vm } from "raya:vm";
export async function main(name: string, n: number): Promise<string> {
  const vm = new Vm({ maxHeapBytes: 8000, maxTasks: 4, maxStackFrames: 20, onLimit: "suspend" });
  vm.loadRbin("./mod.rbin");
  const task = vm.runEntry<string>(name, [n]);
  let heap = 8000;
  let tasks = 4;
  let frames = 20;
  let times = 0;
  while (true) {
    const { kind, resource, used } = await vm.nextEvent();
    if (kind === "finished" || kind === "failed") break;
    if (kind === "limit" && resource === "heap") heap = used + 3000;
    if (kind === "limit" && resource === "tasks") tasks += 20;
    if (kind === "limit" && resource === "stack") frames += 100;
    if (kind !== "paused") continue;
    heap = Math.max(heap, vm.getStats().heapBytesUsed);
    vm.setLimits({ maxHeapBytes: heap, maxTasks: tasks, maxStackFrames: frames });
    vm.resume();
    times++;
  }
  return `${times > 3} ${await task}`;
}
"#;
    const PROGRAMS: Programs = &[("./outer.rbin", OUTER), ("./mod.rbin", MOD)];
    for (name, n) in [("fill", 120.0), ("many", 120.0), ("deep", 400.0)] {
        let expected = format!("true {}", unlimited(name));
        for setting in [(1, false), (2, false), (1, true)] {
            let args = vec![Value::String(name.into()), Value::Number(n)];
            assert_eq!(text(script::run(PROGRAMS, "main", args, setting)), expected);
        }
    }
}
