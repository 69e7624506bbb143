//! The arena from Rust: one context a mod, the same few host functions for each, 600 ticks, a scoreboard.
//!
//! `cargo run --release --example embed`

use raya_compiler::load::FileSystem;
use raya_core::{
    Call, Capability, ContextId, HostError, Runtime, TaskStatus, TickBudget, Value, VmError,
    VmOptions,
};

const MODS: [&str; 12] = [
    "steering",
    "fighting",
    "trading",
    "pathfinding",
    "farming",
    "crafting",
    "ecology",
    "quests",
    "dungeon",
    "spinner",
    "hoarder",
    "thrower",
];
const TICKS: u32 = 600;

struct Contender {
    name: &'static str,
    id: ContextId,
    score: f64,
    fate: Option<String>,
}

/// The few host functions that every mod gets.
fn arena() -> Capability {
    let mut state = 1_u64;
    Capability::new("arena")
        .blocking("random", move |_: &Call| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        })
        .blocking("log", |call: &Call, message: &str| {
            println!("{}: {message}", call.context)
        })
        .function("now", |call: &Call| -> Result<f64, HostError> {
            Ok(call.clock_ms)
        })
}

fn enter(
    runtime: &mut Runtime,
    name: &'static str,
) -> Result<ContextId, Box<dyn std::error::Error>> {
    let path = format!(
        "{}/examples/arena/mods/{name}.ts",
        env!("CARGO_MANIFEST_DIR")
    );
    let image = raya_compiler::compile(&path, &FileSystem).map_err(|e| format!("{name}: {e:?}"))?;
    let options = VmOptions {
        name: name.into(),
        max_heap_bytes: 2 << 20,
        max_tasks: 8,
        max_step_budget: Some(40_000_000),
        capabilities: vec!["arena".into()],
        ..VmOptions::default()
    };
    let id = runtime.create(options)?;
    runtime
        .vm(id)?
        .load_rbin_bytes(&raya_bytecode::codec::encode(&image))?;
    runtime
        .vm(id)?
        .run_entry("init", vec![Value::Number(1000.0)])?;
    Ok(id)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut runtime = Runtime::new();
    runtime.register(arena())?;
    let mut contenders = Vec::new();
    for name in MODS {
        contenders.push(Contender {
            name,
            id: enter(&mut runtime, name)?,
            score: 0.0,
            fate: None,
        });
    }
    for n in 0..TICKS {
        let mut tasks = Vec::new();
        for contender in contenders.iter_mut().filter(|c| c.fate.is_none()) {
            let started = runtime
                .vm(contender.id)?
                .run_entry("tick", vec![Value::Number(n.into())]);
            tasks.push((contender, started));
        }
        runtime.tick(TickBudget::fuel(2_000_000));
        for (contender, started) in tasks {
            match started.and_then(|task| runtime.task(task)) {
                Ok(TaskStatus::Returned(Value::Number(score))) => contender.score = score,
                Ok(TaskStatus::Failed(error, _)) => contender.fate = Some(error.to_string()),
                Err(error @ VmError::TaskLimitExceeded { .. }) => {
                    contender.fate = Some(error.to_string())
                }
                _ => {}
            }
        }
    }
    for Contender {
        name,
        id,
        score,
        fate,
    } in &contenders
    {
        let stats = runtime.vm(*id)?.stats();
        let fate = fate.as_deref().unwrap_or("finished");
        println!(
            "{name:12} {score:10.1} {:12} {:9}  {fate}",
            stats.steps_executed, stats.heap_bytes_used
        );
    }
    Ok(())
}
