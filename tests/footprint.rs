//! What a context costs in memory while it sleeps.

mod common;

use raya_core::{Runtime, VmOptions};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

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

/// As many as fill tables that grow by doubling: 100,000 contexts leave a quarter of the columns unused.
const CONTEXTS: usize = 100_000;

#[test]
fn an_idle_context_takes_300_bytes_at_most() {
    let mut runtime = Runtime::with_threads(1);
    let program = runtime
        .load_program(&common::program(false))
        .expect("is valid");
    let before = LIVE.load(Ordering::Relaxed);
    for _ in 0..CONTEXTS {
        let id = runtime.create(VmOptions::default()).expect("is made");
        runtime
            .vm(id)
            .expect("is live")
            .load_program(program)
            .expect("fits");
    }
    let each = (LIVE.load(Ordering::Relaxed) - before) / CONTEXTS;
    println!("bytes per idle context: {each}");
    assert!(each <= 300, "{each}");
}
