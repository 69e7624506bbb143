//! How long the interpreter takes for whole programs; with `--test`, toy sizes once. Prints each result, so that none can be
//! left out by the optimiser.

#[path = "../tests/common/mod.rs"]
mod common;
mod programs;

use common::{World, number};
use raya_storages::programs::Program;
use raya_storages::runs::RunOutcome;
use raya_storages::values::Value;
use std::sync::Arc;

const RUNS: usize = 7;

fn main() {
    let is_test = std::env::args().any(|a| a == "--test");
    let size = |full: f64, toy: f64| if is_test { toy } else { full };
    bench("fib(32)", programs::fib(), size(32.0, 10.0), 1);
    bench(
        "sieve to 2 M, 3 times",
        programs::sieve(),
        size(2e6, 100.0),
        3,
    );
}

/// What this thread has had of a processor, so that neighbours count little. Only Linux tells; elsewhere 0.
fn cpu_ms() -> f64 {
    let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = schedule
        .split(' ')
        .next()
        .and_then(|n| n.parse::<f64>().ok());
    nanoseconds.unwrap_or(0.0) / 1e6
}

fn bench(name: &str, program: Arc<Program>, size: f64, times: usize) {
    let mut best = f64::INFINITY;
    let mut result = 0.0;
    for _ in 0..RUNS {
        let mut world = World::new(program.clone());
        let start = cpu_ms();
        for _ in 0..times {
            if let RunOutcome::Returned(Value::Number(number)) = world.call(1, &[number(size)]) {
                result = number;
            }
            world.heap = raya_storages::heaps::Heap::new(64 << 20, 1);
        }
        best = best.min(cpu_ms() - start);
    }
    println!("{name}: {best:.1} ms ({result})");
}
