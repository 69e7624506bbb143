//! Options of a context: what they do at their edge, and what they may be at most.

use super::common::{context, runtime, start};
use super::{Edge, Limit};
use raya_core::{EventKind, OnLimit, TaskStatus, TickBudget, Value, VmOptions, VmState};

/// Constants of `src/options.rs`, which are no part of the API.
pub const HEAP_BYTES_LIMIT: u64 = 8 << 30;
const TASKS_LIMIT: u64 = 1 << 24;
const HANDLES_LIMIT: u64 = 1 << 16;
const WEIGHT_LIMIT: u64 = 1 << 16;
const STEPS_LIMIT: u64 = 1 << 53;
const NAME_BYTES_LIMIT: u64 = 256;

pub const LIMITS: &[Limit] = &[
    ("max_heap_bytes", Edge::From(1 << 20, heap, " of {n} bytes")),
    ("max_tasks", Edge::From(100, tasks, " of {n} tasks")),
    (
        "max_step_budget",
        Edge::From(100_000, steps, " of {n} steps"),
    ),
    (
        "max_stack_frames",
        Edge::From(100, frames, " of {n} frames"),
    ),
    (
        "max_steps_per_tick",
        Edge::From(100_000, steps_per_tick, "waits for the next tick"),
    ),
    (
        "soft_heap_bytes",
        Edge::From(1 << 20, soft_heap, "HeapPressure"),
    ),
    (
        "soft_steps",
        Edge::From(100_000, soft_steps, "StepPressure"),
    ),
    ("on_limit", Edge::UpTo(5, suspended, "Paused")),
    (
        "HEAP_BYTES_LIMIT",
        Edge::UpTo(
            HEAP_BYTES_LIMIT,
            most_heap,
            "`max_heap_bytes`: 8589934593 is more than 8589934592",
        ),
    ),
    (
        "TASKS_LIMIT",
        Edge::UpTo(
            TASKS_LIMIT,
            most_tasks,
            "`max_tasks`: 16777217 is more than 16777216",
        ),
    ),
    (
        "HANDLES_LIMIT",
        Edge::UpTo(
            HANDLES_LIMIT,
            most_handles,
            "`max_handles`: 65537 is more than 65536",
        ),
    ),
    (
        "WEIGHT_LIMIT",
        Edge::UpTo(
            WEIGHT_LIMIT,
            most_weight,
            "`weight`: 65537 is more than 65536",
        ),
    ),
    (
        "STEPS_LIMIT",
        Edge::UpTo(
            STEPS_LIMIT,
            most_steps,
            "`max_step_budget`: 9007199254740993 is more than 9007199254740992",
        ),
    ),
    (
        "NAME_BYTES_LIMIT",
        Edge::UpTo(
            NAME_BYTES_LIMIT,
            longest_name,
            "`name`: 257 is more than 256",
        ),
    ),
];

/// Calls an export with these options.
fn call(name: &str, args: &[f64], options: VmOptions) -> Result<(), String> {
    let mut runtime = runtime(1);
    let id = context(&mut runtime, options);
    let args: Vec<_> = args.iter().map(|&n| Value::Number(n)).collect();
    let result = runtime.vm(id).expect("is live").call(name, args);
    result.map(|_| ()).map_err(|error| error.to_string())
}

fn heap(n: u64) -> Result<(), String> {
    let options = VmOptions {
        max_heap_bytes: n,
        ..VmOptions::default()
    };
    call("churn", &[1.0], options)
}

fn tasks(n: u64) -> Result<(), String> {
    let options = VmOptions {
        max_tasks: n as u32,
        ..VmOptions::default()
    };
    call("flood", &[5.0], options)
}

fn steps(n: u64) -> Result<(), String> {
    let options = VmOptions {
        max_step_budget: Some(n),
        ..VmOptions::default()
    };
    call("sum", &[100.0], options)
}

fn frames(n: u64) -> Result<(), String> {
    let options = VmOptions {
        max_stack_frames: n as u32,
        ..VmOptions::default()
    };
    call("add", &[2.0, 3.0], options)
}

fn steps_per_tick(n: u64) -> Result<(), String> {
    let mut runtime = runtime(1);
    let options = VmOptions {
        max_steps_per_tick: Some(n.max(1)),
        ..VmOptions::default()
    };
    let id = context(&mut runtime, options);
    let task = start(&mut runtime, id, "sum", &[100.0]);
    runtime.tick(TickBudget::fuel(1 << 30));
    match runtime.task(task) {
        Ok(TaskStatus::Returned(_)) => Ok(()),
        Ok(TaskStatus::Running) => Err("it waits for the next tick".into()),
        other => panic!("{other:?}"),
    }
}

/// The first event but those of the entry itself, of a context with these options.
fn event(name: &str, n: f64, options: VmOptions) -> Result<(), String> {
    let mut runtime = runtime(1);
    let id = context(&mut runtime, options);
    start(&mut runtime, id, name, &[n]);
    runtime.tick(TickBudget::fuel(1 << 30));
    let told = runtime.vm(id).expect("is live").events();
    let mut told = told.iter().filter(|e| e.kind != EventKind::Finished);
    match told.find(|event| event.kind != EventKind::TaskLimit) {
        Some(event) => Err(format!("{:?}", event.kind)),
        None => Ok(()),
    }
}

fn soft_heap(n: u64) -> Result<(), String> {
    let options = VmOptions {
        soft_heap_bytes: Some(n),
        ..VmOptions::default()
    };
    event("churn", 1.0, options)
}

fn soft_steps(n: u64) -> Result<(), String> {
    let options = VmOptions {
        soft_steps: Some(n),
        ..VmOptions::default()
    };
    event("sum", 100.0, options)
}

/// So many tasks where there may be six, with the entry's: what is one too many suspends.
fn suspended(n: u64) -> Result<(), String> {
    let options = VmOptions {
        max_tasks: 6,
        on_limit: OnLimit::Suspend,
        ..VmOptions::default()
    };
    event("flood", n as f64, options.clone())?;
    let mut runtime = runtime(1);
    let id = context(&mut runtime, options);
    start(&mut runtime, id, "flood", &[n as f64]);
    runtime.tick(TickBudget::fuel(1 << 30));
    assert_eq!(runtime.state(id), VmState::Running);
    Ok(())
}

/// Makes a context with these options, if it can be.
fn created(options: VmOptions) -> Result<(), String> {
    let created = runtime(1).create(options);
    created.map(|_| ()).map_err(|error| error.to_string())
}

fn most_heap(n: u64) -> Result<(), String> {
    created(VmOptions {
        max_heap_bytes: n,
        ..VmOptions::default()
    })
}

fn most_tasks(n: u64) -> Result<(), String> {
    created(VmOptions {
        max_tasks: n as u32,
        ..VmOptions::default()
    })
}

fn most_handles(n: u64) -> Result<(), String> {
    created(VmOptions {
        max_handles: n as u32,
        ..VmOptions::default()
    })
}

fn most_weight(n: u64) -> Result<(), String> {
    created(VmOptions {
        weight: n as u32,
        ..VmOptions::default()
    })
}

fn most_steps(n: u64) -> Result<(), String> {
    created(VmOptions {
        max_step_budget: Some(n),
        ..VmOptions::default()
    })
}

fn longest_name(n: u64) -> Result<(), String> {
    created(VmOptions {
        name: "n".repeat(n as usize),
        ..VmOptions::default()
    })
}
