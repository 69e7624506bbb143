//! How long is a frame in which 10,000 contexts move 10 entities each?

mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use raya_core::{TickBudget, Value};
use support::{call, context, is_test, runtime};

fn frame(c: &mut Criterion) {
    let count = if is_test() { 100 } else { 10_000 };
    let mut group = c.benchmark_group("frame");
    group.sample_size(10);
    for threads in [1, 2] {
        let (mut runtime, program) = runtime(threads, "mod");
        let contexts: Vec<_> = (0..count).map(|_| context(&mut runtime, program)).collect();
        for &id in &contexts {
            call(&mut runtime, id, "update", &[0.1]);
        }
        let update = runtime.vm(contexts[0]).expect("is live");
        let update = update
            .function::<(f64,), f64>("update")
            .expect("is typed so");
        group.bench_function(format!("{count} contexts called, {threads} threads"), |b| {
            b.iter(|| update.call_each(&mut runtime, &contexts, |_| (0.1,)));
        });
        group.bench_function(format!("{count} contexts, {threads} threads"), |b| {
            b.iter(|| {
                for &id in &contexts {
                    let mut vm = runtime.vm(id).expect("is live");
                    vm.run_entry("update", vec![Value::Number(0.1)])
                        .expect("starts");
                }
                runtime.tick(TickBudget::fuel(u64::MAX))
            });
        });
    }
}

criterion_group!(benches, frame);
criterion_main!(benches);
