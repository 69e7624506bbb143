//! What does crossing the boundary cost: a call into a guest, a guest's call of the host, and calls between contexts?

mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use raya_core::{Runtime, Scope, TaskStatus, Value, VmOptions};
use support::{call, compiled, context, runtime};

/// Calls in one call of the guest.
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
        c.bench_function(
            &format!("guest calls the host {CALLS} times: {name}"),
            |b| {
                b.iter(|| call(&mut runtime, id, name, &[f64::from(CALLS)]));
            },
        );
    }
    c.bench_function("update 10 entities", |b| {
        b.iter(|| call(&mut runtime, id, "update", &[0.1]))
    });
}

/// Each is a round: a request, a call in the other context, its answer.
fn between_contexts(c: &mut Criterion) {
    let mut runtime = Runtime::with_threads(1);
    let inner = compiled("inner");
    runtime.set_program_loader(Box::new(move |_, _| Ok(inner.clone())));
    let program = runtime.load_program(&compiled("outer")).expect("is valid");
    let options = VmOptions {
        capabilities: vec!["raya:vm".into()],
        ..VmOptions::default()
    };
    let id = runtime.create(options).expect("is valid");
    let mut vm = runtime.vm(id).expect("is live");
    vm.load_program(program).expect("fits");
    for (what, name) in [
        ("a guest calls an inner VM", "callInner"),
        ("an inner VM calls its parent's object", "calledByInner"),
    ] {
        c.bench_function(&format!("{what} {CALLS} times"), |b| {
            b.iter(|| {
                let mut vm = runtime.vm(id).expect("is live");
                let args = vec![Value::Number(CALLS.into())];
                let task = vm.run_entry(name, args).expect("starts");
                runtime.run_until_idle();
                let status = runtime.task(task).expect("is known");
                assert!(matches!(status, TaskStatus::Returned(_)), "{status:?}");
            });
        });
    }
}

criterion_group!(benches, calls, between_contexts);
criterion_main!(benches);
