//! A job runner for many tenants: a context a tenant with what it pays for, a context inside it for each of its jobs, so that no
//! tenant's jobs together take more than the tenant may; a store a tenant, asked a limited number of times; and a bill.

use raya_compiler::load::FileSystem;
use raya_core::{
    Call, Capability, ContextId, Grant, Runtime, TaskId, TaskStatus, TickBudget, Value, VmOptions,
};
use std::collections::BTreeMap;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Who pays, for which share of the machine, and what is to be run.
const TENANTS: [(&str, u32, &[&str]); 3] = [
    ("acme", 4, &["report", "primes", "report"]),
    ("globex", 1, &["primes", "report"]),
    ("initech", 1, &["scraper", "report"]),
];

fn compiled(name: &str) -> Outcome<Vec<u8>> {
    let path = format!("{}/examples/jobs/{name}.ts", env!("CARGO_MANIFEST_DIR"));
    let image = raya_compiler::compile(&path, &FileSystem).map_err(|e| format!("{e:?}"))?;
    Ok(raya_bytecode::codec::encode(&image))
}

/// A store that keeps the tenants apart: `owners` says whose context calls.
fn store(owners: std::sync::Arc<std::sync::Mutex<BTreeMap<ContextId, usize>>>) -> Capability {
    let stored = std::sync::Arc::new(std::sync::Mutex::new(BTreeMap::new()));
    let (read, of) = (stored.clone(), owners.clone());
    let key = |owners: &BTreeMap<ContextId, usize>, call: &Call, key: &str| {
        (owners[&call.context], key.to_owned())
    };
    Capability::new("store")
        .blocking("get", move |call: &Call, name: &str| -> Option<String> {
            let key = key(&of.lock().expect("no panic"), call, name);
            read.lock().expect("no panic").get(&key).cloned()
        })
        .blocking("put", move |call: &Call, name: &str, value: String| {
            let key = key(&owners.lock().expect("no panic"), call, name);
            stored.lock().expect("no panic").insert(key, value);
        })
}

/// What a tenant may use; its jobs draw on it.
fn tenant(name: &str, weight: u32) -> VmOptions {
    VmOptions {
        name: name.into(),
        weight,
        max_heap_bytes: 16 << 20,
        max_tasks: 100,
        max_step_budget: Some(20_000_000),
        capabilities: vec![Grant::new("store").calls(100)],
        ..VmOptions::default()
    }
}

/// A fifth of what the tenant may.
fn job(parent: ContextId, name: &str) -> VmOptions {
    VmOptions {
        name: name.into(),
        parent: Some(parent),
        max_heap_bytes: 3 << 20,
        max_tasks: 20,
        max_step_budget: Some(4_000_000),
        capabilities: vec!["store".into()],
        ..VmOptions::default()
    }
}

fn main() -> Outcome<()> {
    let owners = std::sync::Arc::default();
    let mut runtime = Runtime::new();
    runtime.register(store(std::sync::Arc::clone(&owners)))?;
    let mut jobs: Vec<(usize, &str, ContextId, TaskId)> = Vec::new();
    let mut tenants = Vec::new();
    for (at, (name, weight, programs)) in TENANTS.into_iter().enumerate() {
        let owner = runtime.create(tenant(name, weight))?;
        tenants.push(owner);
        for program in programs {
            let id = runtime.create(job(owner, program))?;
            owners.lock().expect("no panic").insert(id, at);
            let mut vm = runtime.vm(id)?;
            vm.load_rbin_bytes(&compiled(program)?)?;
            let text = Value::String("the quick fox and the lazy dog".into());
            jobs.push((at, program, id, vm.run_entry("main", vec![text])?));
        }
    }
    while runtime.tick(TickBudget::fuel(100_000)).runnable > 0 {}
    for (at, program, id, task) in jobs {
        let (name, steps) = (TENANTS[at].0, runtime.vm(id)?.stats().steps_executed);
        let fate = match runtime.task(task)? {
            TaskStatus::Returned(Value::String(text)) => text,
            TaskStatus::Failed(error, _) => error.to_string(),
            other => format!("{other:?}"),
        };
        let fate = fate.lines().next().unwrap_or_default();
        println!("{name:8} {program:8} {steps:9} steps  {fate}");
    }
    for (owner, (name, ..)) in tenants.into_iter().zip(TENANTS) {
        for used in runtime.vm(owner)?.grants_used() {
            let (calls, refusals) = (used.calls, used.refusals);
            println!("{name:8} store: {calls} calls, {refusals} refused");
        }
    }
    Ok(())
}
