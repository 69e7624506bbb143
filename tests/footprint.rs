//! What a context costs in memory while it sleeps.

mod common;
#[path = "common/counting.rs"]
mod counting;

use raya_core::{Runtime, VmOptions};

/// As many as fill tables that grow by doubling: 100,000 contexts leave a quarter of the columns unused.
const CONTEXTS: usize = 100_000;

#[test]
fn an_idle_context_takes_300_bytes_at_most() {
    let mut runtime = Runtime::with_threads(1);
    let program = runtime
        .load_program(&common::program(false))
        .expect("is valid");
    let before = counting::live_bytes();
    for _ in 0..CONTEXTS {
        let id = runtime.create(VmOptions::default()).expect("is made");
        runtime
            .vm(id)
            .expect("is live")
            .load_program(program)
            .expect("fits");
    }
    let each = (counting::live_bytes() - before) / CONTEXTS;
    println!("bytes per idle context: {each}");
    assert!(each <= 300, "{each}");
}
