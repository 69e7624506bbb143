//! A plug-in host: plug-ins extend a game through a capability and hold its creatures by handle. A creature that is gone is an
//! error to whoever still names it, and a plug-in that asks too much is refused and taken out.

use raya_compiler::load::FileSystem;
use raya_core::{
    Call, Capability, Grant, HostError, Object, ObjectKind, Runtime, TaskStatus, TickBudget, Value,
    VmOptions,
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;
type World = Arc<Mutex<BTreeMap<u64, (&'static str, f64)>>>;

const PLUGINS: [&str; 3] = ["healer", "wolf", "cheat"];

struct Creature;

impl ObjectKind for Creature {
    const NAME: &'static str = "Creature";
}

/// Does something to a creature, if it is still there.
fn with<T>(
    world: &World,
    creature: &Object<Creature>,
    act: impl FnOnce(&mut (&'static str, f64)) -> T,
) -> Result<T, HostError> {
    let mut world = world.lock().expect("no panic");
    let found = world.get_mut(&creature.id());
    found
        .map(act)
        .ok_or_else(|| HostError("that creature is gone".into()))
}

fn game(world: &World) -> Capability {
    let [all, name, health, hurt, heal] = std::array::from_fn(|_| world.clone());
    Capability::new("game")
        .blocking("announce", |_: &Call, text: &str| println!("  {text}"))
        .blocking("nearby", move |_: &Call| -> Vec<Object<Creature>> {
            all.lock()
                .expect("no panic")
                .keys()
                .map(|&id| Object::new(id))
                .collect()
        })
        .object::<Creature>(|o| {
            o.blocking("name", move |_: &Call, c: Object<Creature>| {
                with(&name, &c, |creature| creature.0.to_owned())
            })
            .blocking("health", move |_: &Call, c: Object<Creature>| {
                with(&health, &c, |creature| creature.1)
            })
            .blocking("hurt", move |_: &Call, c: Object<Creature>, points: f64| {
                with(&hurt, &c, |creature| creature.1 -= points.clamp(0.0, 10.0))
            })
            .blocking("heal", move |_: &Call, c: Object<Creature>, points: f64| {
                with(&heal, &c, |creature| creature.1 += points.clamp(0.0, 10.0))
            })
        })
}

fn compiled(name: &str) -> Outcome<Vec<u8>> {
    let path = format!("{}/examples/plugins/{name}.ts", env!("CARGO_MANIFEST_DIR"));
    let image = raya_compiler::compile(&path, &FileSystem).map_err(|e| format!("{e:?}"))?;
    Ok(raya_bytecode::codec::encode(&image))
}

fn main() -> Outcome<()> {
    let creatures = [("bear", 60.0), ("deer", 30.0), ("frog", 12.0)];
    let world: World = Arc::new(Mutex::new((1..).zip(creatures).collect()));
    let mut runtime = Runtime::new();
    runtime.register(game(&world))?;
    let mut plugins = Vec::new();
    for name in PLUGINS {
        let id = runtime.create(VmOptions {
            name: name.into(),
            max_heap_bytes: 1 << 20,
            max_steps_per_tick: Some(20_000),
            capabilities: vec![Grant::new("game").calls_per_tick(9)],
            ..VmOptions::default()
        })?;
        runtime.vm(id)?.load_rbin_bytes(&compiled(name)?)?;
        plugins.push((name, id));
    }
    for turn in 1..=6 {
        println!("turn {turn}");
        let mut tasks = Vec::new();
        for &(name, id) in &plugins {
            let args = vec![Value::Number(turn.into())];
            tasks.push((name, id, runtime.vm(id)?.run_entry("turn", args)?));
        }
        runtime.tick(TickBudget::fuel(100_000));
        world
            .lock()
            .expect("no panic")
            .retain(|_, creature| creature.1 > 0.0);
        for (name, id, task) in tasks {
            if let TaskStatus::Failed(error, _) = runtime.task(task)? {
                let text = error.to_string();
                println!(
                    "  {name} is taken out: {}",
                    text.lines().next().unwrap_or_default()
                );
                runtime.vm(id)?.terminate();
                plugins.retain(|p| p.1 != id);
            }
        }
    }
    for (name, health) in world.lock().expect("no panic").values() {
        println!("{name} lives, with {health}");
    }
    Ok(())
}
