//! What do contexts cost a tick that run little or not at all, and what does it take to ask about all of them?

mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use raya_core::{ContextId, Metric, Runtime, TickBudget};
use support::{context, is_test, runtime};

/// So many contexts, of which every `nth` has something to run without end.
fn world(count: usize, nth: usize) -> (Runtime, Vec<ContextId>) {
    let (mut runtime, program) = runtime(1, "mod");
    let ids: Vec<_> = (0..count).map(|_| context(&mut runtime, program)).collect();
    for &id in ids.iter().step_by(nth) {
        let mut vm = runtime.vm(id).expect("is live");
        vm.run_entry("spin", vec![]).expect("starts");
    }
    (runtime, ids)
}

fn ticks(c: &mut Criterion) {
    let count: usize = if is_test() { 1_000 } else { 100_000 };
    let mut group = c.benchmark_group("tick");
    for (nth, what) in [
        (count, "1 spins"),
        (count.div_ceil(1_000), "1,000 spin"),
        (count.div_ceil(10_000), "10,000 spin"),
    ] {
        let (mut runtime, _) = world(count, nth);
        let spinning = count.div_ceil(nth) as u64;
        group.bench_function(format!("{count} contexts, {what}, a step each"), |b| {
            b.iter(|| runtime.tick(TickBudget::fuel(spinning)));
        });
    }
}

fn fleet(c: &mut Criterion) {
    let count: usize = if is_test() { 1_000 } else { 100_000 };
    let (mut runtime, _) = world(count, 3);
    runtime.tick(TickBudget::fuel(10 * count as u64));
    let mut group = c.benchmark_group("fleet");
    for metric in [Metric::StepsLastTick, Metric::HeapBytes, Metric::CallsIn] {
        group.bench_function(format!("top 20 of {count} by {metric:?}"), |b| {
            b.iter(|| runtime.fleet().top_by(metric, 20));
        });
    }
}

criterion_group!(benches, ticks, fleet);
criterion_main!(benches);
