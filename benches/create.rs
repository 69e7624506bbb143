//! What does a context cost: to make it, to make it and call it once, and in bytes while it sleeps?

#[path = "../tests/common/counting.rs"]
mod counting;
mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use support::{call, context, is_test, runtime};

fn create(c: &mut Criterion) {
    let (mut runtime, program) = runtime(1, "mod");
    c.bench_function("create and drop", |b| {
        b.iter(|| {
            let id = context(&mut runtime, program);
            runtime.vm(id).expect("is live").terminate();
        });
    });
    c.bench_function("create, first call, drop", |b| {
        b.iter(|| {
            let id = context(&mut runtime, program);
            assert_eq!(call(&mut runtime, id, "add", &[2.0, 3.0]), 5.0);
            runtime.vm(id).expect("is live").terminate();
        });
    });
}

fn bytes(_: &mut Criterion) {
    let count = if is_test() { 1000 } else { 100_000 };
    let (mut runtime, program) = runtime(1, "mod");
    let before = counting::live_bytes();
    let contexts: Vec<_> = (0..count).map(|_| context(&mut runtime, program)).collect();
    let each = |before| (counting::live_bytes() - before) / count - size_of_val(&contexts[0]);
    println!("bytes per idle context of {count}: {}", each(before));
    for &id in &contexts {
        call(&mut runtime, id, "update", &[0.1]);
    }
    println!("bytes after it holds 10 entities and ran: {}", each(before));
}

criterion_group!(benches, create, bytes);
criterion_main!(benches);
