//! What a context costs in memory while it sleeps.

mod common;
#[path = "common/counting.rs"]
mod counting;

use raya_core::VmOptions;

/// As many as fill tables that grow by doubling: 100,000 contexts leave a quarter of the columns unused.
const CONTEXTS: usize = 100_000;

/// Bytes of each of many contexts with these options that sleep, with a program loaded.
fn bytes_each(options: &VmOptions) -> usize {
    let mut runtime = common::runtime(1);
    let program = runtime
        .load_program(&common::program(false))
        .expect("is valid");
    let before = counting::live_bytes();
    for _ in 0..CONTEXTS {
        let id = runtime.create(options.clone()).expect("is made");
        runtime
            .vm(id)
            .expect("is live")
            .load_program(program)
            .expect("fits");
    }
    (counting::live_bytes() - before) / CONTEXTS
}

#[test]
fn an_idle_context_takes_300_bytes_at_most_and_a_grant_44() {
    let each = bytes_each(&VmOptions::default());
    println!("bytes per idle context: {each}");
    assert!(each <= 300, "{each}");
    let granted = bytes_each(&common::with_world());
    println!("bytes per idle context with a grant: {granted}");
    assert!(granted <= each + 44, "a grant takes {}", granted - each);
}
