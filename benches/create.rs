//! What does a context cost: to make it, to make it and call it once, and in bytes while it sleeps?

mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use support::{call, context, is_test, runtime};

/// Counts the bytes that are allocated.
struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);

#[allow(unsafe_code, reason = "an allocator is unsafe by its trait")]
// SAFETY: everything is passed on to the system's allocator; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

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
    let before = LIVE.load(Ordering::Relaxed);
    let contexts: Vec<_> = (0..count).map(|_| context(&mut runtime, program)).collect();
    let each = |before| (LIVE.load(Ordering::Relaxed) - before) / count - size_of_val(&contexts[0]);
    println!("bytes per idle context of {count}: {}", each(before));
    for &id in &contexts {
        call(&mut runtime, id, "update", &[0.1]);
    }
    println!("bytes after it holds 10 entities and ran: {}", each(before));
}

criterion_group!(benches, create, bytes);
criterion_main!(benches);
