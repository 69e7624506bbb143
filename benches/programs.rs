//! How fast do whole programs run? The sizes are those of BUDGET.md; results are printed so that they can't be wrong unseen.

mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use support::{call, context, is_test, runtime};

/// Name, size, toy size.
const PROGRAMS: [(&str, f64, f64); 5] = [
    ("fib", 32.0, 12.0),
    ("sieve", 2_000_000.0, 1000.0),
    ("nbody", 500_000.0, 100.0),
    ("spectral", 300.0, 10.0),
    ("trees", 14.0, 4.0),
];

fn programs(c: &mut Criterion) {
    let (mut runtime, program) = runtime(1, "programs");
    let mut group = c.benchmark_group("programs");
    group.sample_size(10);
    for (name, size, toy) in PROGRAMS {
        let size = if is_test() { toy } else { size };
        let id = context(&mut runtime, program);
        println!("{name}({size}) = {}", call(&mut runtime, id, name, &[size]));
        group.bench_function(format!("{name}({size})"), |b| {
            b.iter(|| call(&mut runtime, id, name, &[size]));
        });
    }
}

criterion_group!(benches, programs);
criterion_main!(benches);
