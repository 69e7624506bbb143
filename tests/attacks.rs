//! Hostile mods: every file in `tests/attacks` is one attack and says in its second line what becomes of it. Each runs beside victims, whose
//! results, steps and memory are the same as without it; also where all of it is dumped and loaded after each tick. Nor does the host
//! take more memory for it than the attacker's limits explain.
//!
//! ```text
//! // fails: TEXT        main fails, with the text in its error
//! // returns: TEXT      main returns a text with the text in it
//! // waits:             main neither fails nor returns, and costs nothing
//! // is refused: TEXT   the program is not loaded
//! // --- child.ts       what follows is the program `./child.rbin`; `./self.rbin` is the attacker itself
//! ```

#[path = "common/counting.rs"]
mod counting;

use raya_compiler::load::MemoryFiles;
use raya_core::{
    Call, Capability, ContextId, Grant, Object, ObjectKind, Runtime, TaskId, TaskStatus,
    TickBudget, Value, VmError, VmOptions,
};
use raya_systems::marshal::VALUE_BYTES_MAX;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{fs, path::Path};

const VICTIM: &str = r#"
const seen = new Map<string, number[]>();

export async function work(n: number): Promise<string> {
  let sum = 0;
  for (let i = 0; i < 2000; i++) sum = (sum * 31 + i * n) % 1_000_003;
  const list = seen.get(`turn ${n % 5}`) ?? [];
  list.push(sum);
  seen.set(`turn ${n % 5}`, list.slice(-20));
  await Promise.resolve(0);
  return [...seen].map(([key, sums]) => `${key}: ${sums.join(" ")}`).join("; ");
}
"#;

const TURNS: u32 = 40;

/// The heap that an attacker may have.
const HEAP_BYTES: u64 = 1 << 20;

/// The most that the host takes for an attack at any time: a value on its way, and some times the heap.
const PEAK_BYTES_MAX: usize = VALUE_BYTES_MAX + 8 * HEAP_BYTES as usize;

struct Entity;

impl ObjectKind for Entity {
    const NAME: &'static str = "Entity";
}

fn world() -> Capability {
    let gone = Arc::new(AtomicU64::new(0));
    let next = AtomicU64::new(0);
    let (despawned, looked) = (gone.clone(), gone);
    Capability::new("world")
        .blocking("take", |_: &Call, _: Value| ())
        .deferred("later", |_: &Call, list: Vec<f64>| {
            let texts: Vec<String> = list.iter().map(f64::to_string).collect();
            texts.join(",")
        })
        .function("note", |_: &Call, _: &str| ())
        .function("panics", |_: &Call, x: f64| {
            assert!(x >= 0.0, "x is not negative");
            x
        })
        .blocking("spawn", move |_: &Call| {
            Object::<Entity>::new(next.fetch_add(1, Ordering::Relaxed) + 1)
        })
        .blocking("despawn", move |_: &Call| {
            despawned.store(u64::MAX, Ordering::Relaxed);
        })
        .object::<Entity>(|o| {
            o.blocking("health", move |_: &Call, e: Object<Entity>| {
                let is_there = e.id() > looked.load(Ordering::Relaxed);
                if is_there {
                    Ok(100.0)
                } else {
                    Err("no such entity")
                }
            })
        })
}

fn metered() -> Capability {
    Capability::new("metered").function("note", |_: &Call, _: &str| ())
}

fn lies() -> Capability {
    Capability::new("lies").function("twice", |_: &Call, x: f64| x * 2.0)
}

/// An attack: what is to become of it, its program, and the one it has for inner VMs.
struct Attack {
    name: String,
    end: End,
    program: Vec<u8>,
    child: Option<Vec<u8>>,
}

enum End {
    Fails(String),
    Returns(String),
    Waits,
    IsRefused(String),
}

fn compiled(name: &str, source: &str, declared: &str) -> Vec<u8> {
    let files = MemoryFiles::new([("main.ts", source), ("world.d.ts", declared)]);
    let image = raya_compiler::compile("main.ts", &files);
    let image = image.unwrap_or_else(|e| {
        let messages: Vec<_> = e.sorted().into_iter().map(|d| d.message).collect();
        panic!("{name}: {messages:?}")
    });
    raya_bytecode::codec::encode(&image)
}

fn read(path: &Path, declared: &str) -> Attack {
    let name = path
        .file_stem()
        .expect("has a name")
        .to_string_lossy()
        .into_owned();
    let text = fs::read_to_string(path).expect("is a file");
    let (source, child) = match text.split_once("// --- child.ts\n") {
        Some((source, child)) => (source, Some(child)),
        None => (&*text, None),
    };
    let line = source
        .lines()
        .nth(1)
        .and_then(|line| line.strip_prefix("// "));
    let (how, expected) = line.and_then(|l| l.split_once(": ")).expect("says its end");
    let expected = expected.to_owned();
    let end = match how {
        "fails" => End::Fails(expected),
        "returns" => End::Returns(expected),
        "waits" => End::Waits,
        "is refused" => End::IsRefused(expected),
        other => panic!("{name}: {other}"),
    };
    Attack {
        program: compiled(&name, source, declared),
        child: child.map(|child| compiled(&name, child, declared)),
        name,
        end,
    }
}

fn attacks() -> Vec<Attack> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks");
    let declared = fs::read_to_string(folder.join("world.d.ts")).expect("is there");
    let mut paths: Vec<_> = fs::read_dir(&folder)
        .expect("is a folder")
        .map(|entry| entry.expect("is readable").path())
        .filter(|path| !path.to_string_lossy().ends_with(".d.ts"))
        .collect();
    paths.sort();
    paths.iter().map(|path| read(path, &declared)).collect()
}

/// What is left of a victim in the end.
#[derive(PartialEq, Debug)]
struct Rest {
    results: Vec<TaskStatus>,
    steps: u64,
    heap_bytes: u64,
}

/// The victims, and the attacker if there is one.
struct World {
    runtime: Runtime,
    victims: Vec<ContextId>,
    started: Vec<(usize, TaskId)>,
    ended: Vec<(usize, TaskStatus)>,
}

impl World {
    fn new(victim: &[u8], threads: usize) -> World {
        let mut runtime = Runtime::with_threads(threads);
        for capability in [world(), metered(), lies()] {
            runtime.register(capability).expect("is new");
        }
        let program = runtime.load_program(victim).expect("is valid");
        let new = |runtime: &mut Runtime| {
            let id = runtime.create(VmOptions::default()).expect("is valid");
            let loaded = runtime.vm(id).expect("is live").load_program(program);
            loaded.expect("asks for nothing");
            id
        };
        let victims = (0..3).map(|_| new(&mut runtime)).collect();
        World {
            runtime,
            victims,
            started: Vec::new(),
            ended: Vec::new(),
        }
    }

    fn attacker(&mut self, attack: &Attack) -> Result<TaskId, VmError> {
        let (own, child) = (attack.program.clone(), attack.child.clone());
        self.runtime.set_program_loader(Box::new(move |path, _| {
            let program = match path {
                "./self.rbin" => Some(own.clone()),
                "./child.rbin" => child.clone(),
                "./source.ts" => Some(b"export function main() {}".to_vec()),
                _ => None,
            };
            program.ok_or_else(|| format!("{path}: no such program"))
        }));
        let id = self.runtime.create(VmOptions {
            name: attack.name.clone(),
            max_heap_bytes: HEAP_BYTES,
            max_tasks: 40,
            max_step_budget: Some(1_500_000),
            capabilities: vec![
                Grant::new("world"),
                Grant::new("metered").calls(50),
                Grant::new("lies"),
                Grant::new("raya:vm"),
            ],
            ..VmOptions::default()
        })?;
        let mut vm = self.runtime.vm(id)?;
        vm.load_rbin_bytes(&attack.program)?;
        vm.run_entry("main", vec![])
    }

    /// Runs it, with a dump and load after each tick if asked for.
    fn run(&mut self, reloads: bool) -> Result<(), String> {
        for turn in 0..TURNS {
            for (at, &victim) in self.victims.iter().enumerate() {
                let mut vm = self.runtime.vm(victim).expect("nobody ended it");
                let args = vec![Value::Number(f64::from(turn) + at as f64)];
                self.started
                    .push((at, vm.run_entry("work", args).expect("starts")));
            }
            self.tick(400_000, reloads)?;
            self.read_ended();
        }
        while self.tick(1_000_000, reloads)? > 0 {}
        self.read_ended();
        Ok(())
    }

    /// How many can go on.
    fn tick(&mut self, fuel: u64, reloads: bool) -> Result<u64, String> {
        let runnable = self.runtime.tick(TickBudget::fuel(fuel)).runnable;
        if reloads {
            let bytes = self.runtime.dump();
            self.runtime.load(&bytes).map_err(|e| e.to_string())?;
        }
        Ok(runnable)
    }

    /// Outcomes are kept for a while only.
    fn read_ended(&mut self) {
        let (runtime, ended) = (&self.runtime, &mut self.ended);
        self.started.retain(|&(at, task)| {
            let status = runtime.task(task).expect("it is read in time");
            let runs = status == TaskStatus::Running;
            if !runs {
                ended.push((at, status));
            }
            runs
        });
    }

    fn rest(&mut self) -> Vec<Rest> {
        let victims = self.victims.clone();
        let rest = |(at, id): (usize, ContextId)| {
            let own = self.ended.iter().filter(|ended| ended.0 == at);
            let results = own.map(|(_, status)| status.clone()).collect();
            let stats = self.runtime.vm(id).expect("nobody ended it").stats();
            Rest {
                results,
                steps: stats.steps_executed,
                heap_bytes: stats.heap_bytes_used,
            }
        };
        victims.into_iter().enumerate().map(rest).collect()
    }
}

/// Whether an attack ended as it says; else what it did.
fn judge(attack: &Attack, world: &World, started: Result<TaskId, VmError>) -> Result<(), String> {
    let task = match (&attack.end, started) {
        (End::IsRefused(text), Err(error)) if error.to_string().contains(text) => return Ok(()),
        (_, Err(error)) => return Err(format!("was refused: {error}")),
        (_, Ok(task)) => task,
    };
    match (&attack.end, world.runtime.task(task)) {
        (End::Fails(text), Ok(TaskStatus::Failed(error, _)))
            if error.to_string().contains(text) =>
        {
            Ok(())
        }
        (End::Returns(text), Ok(TaskStatus::Returned(Value::String(result))))
            if result.contains(text) =>
        {
            Ok(())
        }
        (End::Waits, Ok(TaskStatus::Running)) => Ok(()),
        (_, status) => Err(format!("{status:?}").chars().take(400).collect()),
    }
}

#[test]
fn spec_s_3_attacks_end_as_documented_and_nobody_else_notices() {
    let victim = compiled("victim", VICTIM, "");
    let mut alone = World::new(&victim, 1);
    alone.run(false).expect("nothing is loaded");
    let expected = alone.rest();
    assert!(
        expected
            .iter()
            .all(|rest| rest.results.len() == TURNS as usize)
    );
    let attacks = attacks();
    assert!(attacks.len() >= 80, "{}", attacks.len());
    let mut wrong = Vec::new();
    // Telling of a host function's panic takes memory of its own.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let ways = (0..2 * attacks.len()).map(|at| (&attacks[at / 2], at % 2 == 1));
    for (at, (attack, reloads)) in ways.enumerate() {
        let mut world = World::new(&victim, 1 + at / 2 % 2);
        let ((started, ended), peak) =
            counting::with_peak_bytes(|| (world.attacker(attack), world.run(reloads)));
        if !reloads && peak > PEAK_BYTES_MAX {
            wrong.push(format!("{}: took {peak} bytes", attack.name));
        }
        if let Err(error) = ended {
            wrong.push(format!("{}: {error}", attack.name));
            continue;
        }
        if let Err(what) = judge(attack, &world, started) {
            wrong.push(format!("{}: {what}", attack.name));
        }
        if world.rest() != expected {
            wrong.push(format!("{}: the victims noticed", attack.name));
        }
    }
    std::panic::set_hook(hook);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
