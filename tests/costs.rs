//! Work is paid for: whatever a program does for ever, a step of it takes about as long as a step of any other.
//!
//! Each export of `costs/cases.ts` does what looks cheap and touches much. What is allowed is wide, since work that nobody pays for is off
//! by thousands; so the clock may be looked at, here and nowhere else in these tests.

use raya_compiler::load::MemoryFiles;
use raya_core::{Call, Capability, ContextId, Metric, Runtime, TickBudget, Value, VmOptions};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
#[allow(clippy::disallowed_types, reason = "what is measured is time")]
use std::time::Instant;

const CASES: &str = include_str!("costs/cases.ts");
const CHILD: &str = include_str!("costs/child.ts");
const WORLD: &str = include_str!("costs/world.d.ts");

/// Steps that a case runs for, in so many ticks.
const STEPS: u64 = 1_000_000;
const TICKS: u64 = 200;

/// A case that takes so long is seen to be wrong.
const SECONDS_MAX: f64 = 1.0;

/// How many times as long as plain code a step may take, in a build without optimisations.
const TIMES_MAX: f64 = 150.0;

fn compiled(source: &str) -> Vec<u8> {
    let files = MemoryFiles::new([("main.ts", source), ("world.d.ts", WORLD)]);
    let image = raya_compiler::compile("main.ts", &files);
    let image = image.unwrap_or_else(|e| panic!("{}", e.render(false)));
    raya_bytecode::codec::encode(&image)
}

fn world(has_begun: Arc<AtomicBool>) -> Capability {
    Capability::new("world")
        .function("begin", move |_: &Call| {
            has_begun.store(true, Ordering::Relaxed);
        })
        .function("note", |_: &Call, _: &str| ())
        .function("look", |_: &Call, _: Value| ())
        .blocking("take", |_: &Call, _: Value| ())
        .deferred("later", |_: &Call, x: f64| x)
        .blocking("give", |_: &Call, n: f64| "x".repeat(n as usize))
}

#[allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "what is measured is time"
)]
fn now() -> Instant {
    Instant::now()
}

struct World {
    runtime: Runtime,
    id: ContextId,
    has_begun: Arc<AtomicBool>,
}

impl World {
    fn new(cases: &[u8], child: &[u8], case: &str) -> World {
        let has_begun = Arc::new(AtomicBool::new(false));
        let mut runtime = Runtime::with_threads(1);
        runtime.register(world(has_begun.clone())).expect("is new");
        let child = child.to_vec();
        runtime.set_program_loader(Box::new(move |_, _| Ok(child.clone())));
        let options = VmOptions {
            capabilities: vec!["world".into(), "raya:vm".into()],
            ..VmOptions::default()
        };
        let id = runtime.create(options).expect("is valid");
        let mut vm = runtime.vm(id).expect("is live");
        vm.load_rbin_bytes(cases).expect("is granted");
        vm.run_entry(case, vec![]).expect("starts");
        World {
            runtime,
            id,
            has_begun,
        }
    }

    fn steps(&mut self) -> u64 {
        let vm = self.runtime.vm(self.id).expect("is live");
        vm.stats().steps_executed
    }

    fn tick(&mut self) {
        self.runtime.tick(TickBudget::fuel(STEPS / TICKS));
    }

    /// Nanoseconds that a step of the case takes, from the tick on in which it begins.
    fn nanoseconds_a_step(&mut self) -> f64 {
        let (mut start, mut before) = (now(), 0);
        for _ in 0..100_000 {
            if self.has_begun.load(Ordering::Relaxed) {
                break;
            }
            (start, before) = (now(), self.steps());
            self.tick();
        }
        assert!(self.has_begun.load(Ordering::Relaxed), "it never begins");
        for _ in 0..TICKS {
            if start.elapsed().as_secs_f64() < SECONDS_MAX {
                self.tick();
            }
        }
        let taken = start.elapsed().as_secs_f64() * 1e9;
        taken / (self.steps() - before) as f64
    }
}

/// The exports of the cases.
fn names() -> impl Iterator<Item = &'static str> {
    CASES.lines().filter_map(|line| {
        let rest = line.strip_prefix("export ")?;
        let rest = rest.strip_prefix("async ").unwrap_or(rest);
        rest.strip_prefix("function ")?.split('(').next()
    })
}

#[test]
fn spec_s_2_no_work_is_cheaper_than_what_it_takes() {
    let (cases, child) = (compiled(CASES), compiled(CHILD));
    let measure = |case: &str| World::new(&cases, &child, case).nanoseconds_a_step();
    let mut wrong = Vec::new();
    for case in names() {
        // Another process may have had its turn: what is slow once is looked at again.
        let times = || measure(case) / measure("plain");
        let best = (0..3).map(|_| times()).find(|times| *times <= TIMES_MAX);
        if best.is_none() {
            wrong.push(format!(
                "{case}: {:.0} times as long as plain code",
                times()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_first_of_a_hundred_thousand_are_found_in_a_millisecond() {
    let mut runtime = Runtime::with_threads(1);
    for _ in 0..100_000 {
        runtime.create(VmOptions::default()).expect("is valid");
    }
    let milliseconds = || {
        let start = now();
        let top = runtime.fleet().top_by(Metric::StepsLastTick, 20);
        assert_eq!(top.len(), 20);
        start.elapsed().as_secs_f64() * 1e3
    };
    let least = (0..20).map(|_| milliseconds()).fold(f64::MAX, f64::min);
    // A build without optimisations may take some.
    let max = if cfg!(debug_assertions) { 10.0 } else { 1.0 };
    assert!(least < max, "{least} ms");
}
