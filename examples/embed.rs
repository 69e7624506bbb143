//! The arena from Rust: one context a mod, the same host functions for each, 600 ticks, a scoreboard.

use raya_compiler::load::FileSystem;
use raya_core::{Call, Capability, Runtime, TaskStatus, TickBudget, Value, VmOptions};

const MODS: &str = "steering fighting trading pathfinding farming crafting ecology quests dungeon \
                    spinner hoarder thrower";

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn arena() -> Capability {
    let mut state = 1_u64;
    let random = move |_: &Call| {
        state = state * 48_271 % 2_147_483_647;
        state as f64 / 2_147_483_647.0
    };
    Capability::new("arena")
        .blocking("random", random)
        .blocking("log", |_: &Call, line: &str| println!("{line}"))
        .function("now", |call: &Call| call.clock_ms)
}

fn compiled(name: &str) -> Outcome<Vec<u8>> {
    let path = format!("examples/arena/mods/{name}.ts");
    let image = raya_compiler::compile(&path, &FileSystem).map_err(|e| format!("{e:?}"))?;
    Ok(raya_bytecode::codec::encode(&image))
}

fn main() -> Outcome<()> {
    let mut runtime = Runtime::new();
    runtime.register(arena())?;
    let mut contenders = Vec::new();
    for name in MODS.split_whitespace() {
        let options = VmOptions {
            name: name.into(),
            max_heap_bytes: 2 << 20,
            max_tasks: 8,
            max_step_budget: Some(40_000_000),
            capabilities: vec!["arena".into()],
            ..VmOptions::default()
        };
        let id = runtime.create(options)?;
        let mut vm = runtime.vm(id)?;
        vm.load_rbin_bytes(&compiled(name)?)?;
        vm.run_entry("init", vec![Value::Number(1000.0)])?;
        contenders.push((name, id, 0.0, String::from("finished")));
    }
    for n in 0..600 {
        let mut tasks = Vec::new();
        for (at, (_, id, _, fate)) in contenders.iter().enumerate() {
            if fate == "finished" {
                let started = runtime
                    .vm(*id)?
                    .run_entry("tick", vec![Value::Number(n.into())]);
                tasks.push((at, started));
            }
        }
        runtime.tick(TickBudget::fuel(2_000_000));
        for (at, started) in tasks {
            let (_, _, score, fate) = &mut contenders[at];
            match started.and_then(|task| runtime.task(task)) {
                Ok(TaskStatus::Returned(Value::Number(n))) => *score = n,
                Ok(TaskStatus::Failed(error, _)) | Err(error) => *fate = error.to_string(),
                Ok(_) => {}
            }
        }
    }
    for (name, id, score, fate) in &contenders {
        let stats = runtime.vm(*id)?.stats();
        let (steps, heap) = (stats.steps_executed, stats.heap_bytes_used);
        println!("{name:12} {score:10.1} {steps:12} {heap:9}  {fate}");
    }
    Ok(())
}
