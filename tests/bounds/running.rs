//! What is bounded while contexts run: handles, grants, outcomes, events, requests, fuel.

use super::common::{context, program, runtime, start};
use super::{Edge, Limit, script};
use raya_core::{Call, Capability, ContextId, EventKind, Grant, Object, ObjectKind, Runtime};
use raya_core::{TickBudget, Value, VmOptions};
use raya_storages::activities::UNHANDLED_MAX;
use raya_storages::contexts::{ContextRow, Contexts, UNITS_MAX};
use raya_storages::events::{EMBEDDER_EVENTS_MAX, EVENTS_MAX, EventRow, Mailbox};
use raya_storages::fuel::{POOL_STEPS_MAX, Pool, UNITS_PER_STEP};
use raya_storages::grants::GRANTS_MAX;
use raya_storages::handles::HANDLES_MAX;
use raya_storages::limits::{CANCEL_GRACE_STEPS, OUTBOX_BYTES_MAX, OUTBOX_REQUESTS_MAX};
use raya_storages::runs::OUTCOMES_KEPT_MAX;
use raya_storages::timers::ELAPSED_MS_MAX;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! up_to {
    ($max:ident, $meet:expr, $says:literal) => {
        (stringify!($max), Edge::UpTo($max as u64, $meet, $says))
    };
}

pub const LIMITS: &[Limit] = &[
    (
        "max_handles",
        Edge::UpTo(
            5,
            |n| handles(n, Some(5)),
            "handle limit exceeded: 5 handles",
        ),
    ),
    up_to!(
        HANDLES_MAX,
        |n| handles(n, None),
        "handle limit exceeded: 1000 handles"
    ),
    up_to!(GRANTS_MAX, grants, "`capabilities`: 65 are more than 64"),
    up_to!(OUTCOMES_KEPT_MAX, outcomes, "there is no task run"),
    up_to!(UNHANDLED_MAX, rejections, "told 8"),
    up_to!(EVENTS_MAX, guest_events, "dropped 1"),
    up_to!(EMBEDDER_EVENTS_MAX, events, "dropped 1"),
    up_to!(OUTBOX_REQUESTS_MAX, requests, "served after 32"),
    up_to!(OUTBOX_BYTES_MAX, request_bytes, "served after 1"),
    up_to!(CANCEL_GRACE_STEPS, grace, "cut"),
    up_to!(POOL_STEPS_MAX, pool, "takes 1099511627776"),
    up_to!(ELAPSED_MS_MAX, nap, "it is 8796093022208"),
    up_to!(
        UNITS_MAX,
        units,
        "credits and pools are what schedules give"
    ),
];

const MOD: &str = r#"
import { Entity, ask, mark, spawn } from "host:world";

async function fails(): Promise<void> {
  throw new Error("nobody looks");
}
export function rejects(n: number): void {
  for (let i = 0; i < n; i++) fails();
}
export function keeps(n: number): number {
  const kept: Entity[] = [];
  for (let i = 0; i < n; i++) kept.push(spawn());
  return kept.length;
}
export function asks(n: number): void {
  for (let i = 0; i < n; i++) {
    mark();
    ask("");
  }
}
export function says(n: number): void {
  const text = "x".repeat(n);
  for (let i = 0; i < 2; i++) {
    mark();
    ask(text);
  }
}
export async function counts(n: number): Promise<void> {
  await Promise.resolve(0);
  let i = 0;
  while (i < n) i++;
  // Blocks of three steps behind those of two: with some `n`, a block ends just so many steps from the end.
  let sum = 0;
  for (let i = 0; i < n % 4; i++) sum += i;
  if (sum >= 0) mark();
}
"#;

const DECLARED: &str = r#"
declare module "host:world" {
  export class Entity {
    x(): number;
  }
  export function spawn(): Entity;
  export function mark(): void;
  export function ask(text: string): Promise<number>;
}
"#;

struct Entity;

impl ObjectKind for Entity {
    const NAME: &'static str = "Entity";
}

/// A context with the mod, and how often it has called `mark`: by now, and when the first `ask` was served.
struct World {
    runtime: Runtime,
    id: ContextId,
    marks: Arc<AtomicU64>,
    served_at: Arc<AtomicU64>,
}

impl World {
    fn new(options: VmOptions) -> World {
        let (marks, served_at) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let (marked, seen, first) = (marks.clone(), marks.clone(), served_at.clone());
        let next = AtomicU64::new(1);
        let world = Capability::new("world")
            .function("mark", move |_: &Call| {
                marked.fetch_add(1, Ordering::Relaxed);
            })
            .deferred("ask", move |_: &Call, _: String| {
                let now = seen.load(Ordering::Relaxed);
                let _ = first.compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed);
                0.0
            })
            .blocking("spawn", move |_: &Call| {
                Object::<Entity>::new(next.fetch_add(1, Ordering::Relaxed))
            })
            .object::<Entity>(|o| o.function("x", |_: &Call, _: Object<Entity>| 0.0));
        let mut runtime = Runtime::with_threads(1);
        runtime.register(world).expect("is new");
        let options = VmOptions {
            capabilities: vec!["world".into()],
            ..options
        };
        let id = runtime.create(options).expect("is valid");
        let mut vm = runtime.vm(id).expect("is live");
        vm.load_rbin_bytes(&script::compiled_with(MOD, DECLARED))
            .expect("is granted");
        World {
            runtime,
            id,
            marks,
            served_at,
        }
    }

    fn call(&mut self, name: &str, n: u64) -> Result<Value, String> {
        let mut vm = self.runtime.vm(self.id).expect("is live");
        let result = vm.call(name, vec![Value::Number(n as f64)]);
        result.map_err(|error| error.to_string())
    }
}

fn handles(n: u64, max: Option<u32>) -> Result<(), String> {
    let usual = VmOptions::default();
    let mut world = World::new(VmOptions {
        max_handles: max.unwrap_or(usual.max_handles),
        ..usual
    });
    world.call("keeps", n).map(|_| ())
}

fn grants(n: u64) -> Result<(), String> {
    let mut runtime = Runtime::with_threads(1);
    let names: Vec<String> = (0..n).map(|n| format!("c{n}")).collect();
    for name in &names {
        let capability = Capability::new(name).function("f", |_: &Call, x: f64| x);
        runtime.register(capability).expect("is new");
    }
    let created = runtime.create(VmOptions {
        capabilities: names.iter().map(Grant::new).collect(),
        ..VmOptions::default()
    });
    created.map(|_| ()).map_err(|error| error.to_string())
}

/// Whether the last so many outcomes are there at any time: those before are dropped when an entry is started.
fn outcomes(n: u64) -> Result<(), String> {
    let mut runtime = runtime(1);
    let id = context(&mut runtime, VmOptions::default());
    let mut ended = Vec::new();
    for _ in 0..40 {
        let task = start(&mut runtime, id, "main", &[]);
        for &kept in ended.iter().rev().take(n as usize) {
            runtime.task(kept).map_err(|error| error.to_string())?;
        }
        runtime.run_until_idle();
        ended.push(task);
    }
    Ok(())
}

/// Whether each of so many rejections is told of by itself: each has a run, and runs are numbered. All are counted.
fn rejections(n: u64) -> Result<(), String> {
    let mut world = World::new(VmOptions::default());
    let mut vm = world.runtime.vm(world.id).expect("is live");
    let number = |task: raya_core::TaskId| task.index() as u64;
    let first = vm.run_entry("rejects", vec![Value::Number(n as f64)]);
    let first = first.expect("starts");
    world.runtime.run_until_idle();
    let events: Vec<_> = world.runtime.events().collect();
    let about = events
        .iter()
        .filter(|e| e.kind == EventKind::UnhandledRejection);
    assert_eq!(about.map(|e| e.count).sum::<u64>(), n);
    let mut vm = world.runtime.vm(world.id).expect("is live");
    let next = vm.run_entry("rejects", vec![Value::Number(0.0)]);
    let told = number(next.expect("starts")) - number(first) - 1;
    if told == n {
        Ok(())
    } else {
        Err(format!("told {told} of {n}"))
    }
}

fn guest_events(n: u64) -> Result<(), String> {
    let mut mailbox = Mailbox::default();
    for about in 0..n {
        mailbox.push(EventRow {
            about,
            kind: EventKind::Failed,
            count: 1,
            used: 0,
            max: 0,
        });
    }
    none_dropped(mailbox.take_dropped())
}

fn none_dropped(dropped: u64) -> Result<(), String> {
    match dropped {
        0 => Ok(()),
        _ => Err(format!("dropped {dropped}")),
    }
}

fn events(n: u64) -> Result<(), String> {
    let mut runtime = runtime(1);
    let rbin = runtime.load_program(&program(false)).expect("is valid");
    for _ in 0..n {
        let id = runtime.create(VmOptions::default()).expect("is valid");
        let mut vm = runtime.vm(id).expect("is live");
        vm.load_program(rbin).expect("asks for nothing");
        vm.run_entry("main", vec![]).expect("starts");
    }
    runtime.run_until_idle();
    none_dropped(runtime.events_dropped())
}

/// Whether so many marks are made before anything that was asked is served.
fn all_marked(world: &World, n: u64) -> Result<(), String> {
    match world.served_at.load(Ordering::Relaxed) {
        marks if marks == n => Ok(()),
        marks => Err(format!("served after {marks} of {n}")),
    }
}

fn requests(n: u64) -> Result<(), String> {
    let mut world = World::new(VmOptions::default());
    world.call("asks", n)?;
    all_marked(&world, n)
}

fn request_bytes(n: u64) -> Result<(), String> {
    let mut world = World::new(VmOptions::default());
    world.call("says", n - size_of::<Value>() as u64)?;
    all_marked(&world, 2)
}

/// What is cancelled with so many steps to take: in one of a few lengths of the loop a block ends there. A block that has begun in time
/// is run to its end, so one more is a few blocks more.
fn grace(n: u64) -> Result<(), String> {
    let n = n + n.saturating_sub(CANCEL_GRACE_STEPS) * 16;
    let turns = CANCEL_GRACE_STEPS * 2;
    let started = |turns: u64| {
        let mut world = World::new(VmOptions::default());
        let mut vm = world.runtime.vm(world.id).expect("is live");
        let task = vm.run_entry("counts", vec![Value::Number(turns as f64)]);
        (world, task.expect("starts"))
    };
    let stopped = |turns: u64| {
        let (mut world, _) = started(turns);
        let mut vm = world.runtime.vm(world.id).expect("is live");
        let steps_to_end = vm.run_steps(u64::MAX);
        let (mut world, task) = started(turns);
        let mut vm = world.runtime.vm(world.id).expect("is live");
        // It stops at the first end of a block behind those that are asked for.
        (vm.run_steps(steps_to_end - n - 1) == steps_to_end - n).then_some((world, task))
    };
    let stopped = (turns..turns + 10).find_map(stopped);
    let (mut world, task) = stopped.expect("blocks are short");
    assert_eq!(world.runtime.cancel(task), Ok(true));
    world.runtime.tick(TickBudget::fuel(1 << 40));
    match world.marks.load(Ordering::Relaxed) {
        0 => Err("cut".into()),
        _ => Ok(()),
    }
}

/// Whether a pool takes all of a tick's fuel.
fn pool(n: u64) -> Result<(), String> {
    let mut pool = Pool::default();
    pool.add_steps(n);
    let taken = (pool.units / UNITS_PER_STEP) as u64;
    if taken == n {
        Ok(())
    } else {
        Err(format!("it takes {taken} of {n}"))
    }
}

/// Whether who sleeps so long wakes then.
fn nap(n: u64) -> Result<(), String> {
    let mut runtime = runtime(1);
    let id = context(&mut runtime, VmOptions::default());
    start(&mut runtime, id, "nap", &[n as f64]);
    runtime.run_until_idle();
    let now = runtime.clock_ms();
    if now == n as f64 {
        Ok(())
    } else {
        Err(format!("it is {now}"))
    }
}

fn units(n: u64) -> Result<(), String> {
    let mut contexts = Contexts::default();
    let row = ContextRow {
        weights: 1,
        ..ContextRow::default()
    };
    let id = contexts.insert(row);
    contexts.credits[id.index()] = n as i64;
    contexts.verify().map_err(|error| error.to_string())?;
    contexts.credits[id.index()] = -(n as i64);
    contexts.verify().map_err(|error| error.to_string())
}
