//! What does crossing the boundary cost: a call into a guest, and a guest's call of the host?

mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use raya_core::Scope;
use support::{call, context, runtime};

/// Calls of the host in one call of the guest.
const CALLS: u32 = 1000;

fn calls(c: &mut Criterion) {
    let (mut runtime, program) = runtime(1, "mod");
    let id = context(&mut runtime, program);
    c.bench_function("host calls add", |b| {
        b.iter(|| call(&mut runtime, id, "add", &[1.0, 2.0]))
    });
    let add = runtime.vm(id).expect("is live");
    let add = add.function::<(f64, f64), f64>("add").expect("is typed so");
    c.bench_function("host calls add, typed", |b| {
        b.iter(|| add.call(&mut runtime, id, (1.0, 2.0)).expect("adds"))
    });
    c.bench_function("host calls add, typed, in a scope", |b| {
        let calls = |add: &mut Scope<'_, _, f64>| b.iter(|| add.call((1.0, 2.0)).expect("adds"));
        add.scope(&mut runtime, id, calls).expect("is live")
    });
    // Each call waits for the one before; the calls don't wait for each other; the loop alone.
    for name in ["callHost", "callHostApart", "callNothing"] {
        c.bench_function(&format!("guest calls the host 1,000 times: {name}"), |b| {
            b.iter(|| call(&mut runtime, id, name, &[f64::from(CALLS)]));
        });
    }
    c.bench_function("update 10 entities", |b| {
        b.iter(|| call(&mut runtime, id, "update", &[0.1]))
    });
}

criterion_group!(benches, calls);
criterion_main!(benches);
