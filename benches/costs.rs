//! Does a step cost about the same whatever it does? Each export of `costs/cases.ts` does for ever what looks cheap and touches much.
//!
//! Each figure is of a tick of so many steps; "plain" is a loop over a number. What is far slower than that is work that nobody pays for.

use criterion::{Criterion, criterion_group, criterion_main};
use raya_compiler::load::MemoryFiles;
use raya_core::{Call, Capability, Runtime, TickBudget, Typed, Value, VmOptions};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const CASES: &str = include_str!("costs/cases.ts");
const CHILD: &str = include_str!("costs/child.ts");
const WORLD: &str = include_str!("costs/world.d.ts");

/// Steps of a tick.
const STEPS: u64 = 5_000;

fn compiled(source: &str) -> Vec<u8> {
    let files = MemoryFiles::new([("main.ts", source), ("world.d.ts", WORLD)]);
    let image = raya_compiler::compile("main.ts", &files);
    let image = image.unwrap_or_else(|e| panic!("{}", e.render(false)));
    raya_bytecode::codec::encode(&image)
}

fn world(has_begun: Arc<AtomicBool>, child: Vec<u8>) -> Capability {
    Capability::new("world")
        .function("begin", move |_: &Call| {
            has_begun.store(true, Ordering::Relaxed);
        })
        .function("note", |_: &Call, _: &str| ())
        .function("look", |_: &Call, _: Value| ())
        .blocking("take", |_: &Call, _: Value| ())
        .deferred("later", |_: &Call, x: f64| x)
        .blocking("give", |_: &Call, n: f64| "x".repeat(n as usize))
        .function("program", move |_: &Call| Typed(child.clone()))
}

/// A runtime in which a case has begun.
fn begun(cases: &[u8], child: &[u8], case: &str) -> Runtime {
    let has_begun = Arc::new(AtomicBool::new(false));
    let mut runtime = Runtime::with_threads(1);
    let child = child.to_vec();
    let world = world(has_begun.clone(), child.clone());
    runtime.register(world).expect("is new");
    runtime.set_program_loader(Box::new(move |_, _| Ok(child.clone())));
    let options = VmOptions {
        capabilities: vec!["world".into(), "raya:vm".into()],
        ..VmOptions::default()
    };
    let id = runtime.create(options).expect("is valid");
    let mut vm = runtime.vm(id).expect("is live");
    vm.load_rbin_bytes(cases).expect("is granted");
    vm.run_entry(case, vec![]).expect("starts");
    for _ in 0..100_000 {
        if has_begun.load(Ordering::Relaxed) {
            return runtime;
        }
        runtime.tick(TickBudget::fuel(STEPS));
    }
    panic!("{case} never begins");
}

/// The exports of the cases.
fn names() -> impl Iterator<Item = &'static str> {
    CASES.lines().filter_map(|line| {
        let rest = line.strip_prefix("export ")?;
        let rest = rest.strip_prefix("async ").unwrap_or(rest);
        rest.strip_prefix("function ")?.split('(').next()
    })
}

fn costs(c: &mut Criterion) {
    let (cases, child) = (compiled(CASES), compiled(CHILD));
    let mut group = c.benchmark_group(format!("{STEPS} steps"));
    group.sample_size(10);
    for case in names() {
        let mut runtime = begun(&cases, &child, case);
        group.bench_function(case, |b| {
            b.iter(|| runtime.tick(TickBudget::fuel(STEPS)));
        });
    }
}

criterion_group!(benches, costs);
criterion_main!(benches);
