//! The memory that a script makes its host take is in proportion to the script's own heap limit, also while something is done.

#[path = "common/counting.rs"]
mod counting;
#[path = "common/script.rs"]
mod script;

use raya_core::{Call, Capability, ContextId, Runtime, Value, VmError, VmOptions};

const ROPES: &str = include_str!("memory/ropes.ts");

const HEAP_BYTES: u64 = 1_000_000;

/// So many times the heap limit: old and new space of a collection, texts of two bytes a unit that become others, what is printed.
const TIMES: u64 = 12;

/// A context with the program that reads texts.
fn context() -> (Runtime, ContextId) {
    let mut runtime = Runtime::with_threads(1);
    let console =
        Capability::new("console").function("print", |_: &Call, _level: f64, _text: &str| ());
    runtime.register(console).expect("is new");
    let id = runtime.create(VmOptions {
        max_heap_bytes: HEAP_BYTES,
        max_step_budget: Some(100_000_000),
        capabilities: vec!["console".into()],
        ..VmOptions::default()
    });
    (runtime, id.expect("is valid"))
}

#[test]
fn texts_that_are_read_take_no_more_than_heaps_could_hold() {
    let program = script::compiled(ROPES);
    let (mut runtime, id) = context();
    let mut vm = runtime.vm(id).expect("is live");
    vm.load_rbin_bytes(&program).expect("is valid");
    let function = vm
        .function::<(), Vec<String>>("names")
        .expect("is of that type");
    let names = function.call(&mut runtime, id, ()).expect("gives them");
    let mut refused = 0;
    for (at, name) in names.iter().enumerate() {
        for (unit, doublings) in [("x", 9), ("λ", 8), ("x", 19), ("λ", 19)] {
            let (mut runtime, id) = context();
            let mut vm = runtime.vm(id).expect("is live");
            vm.load_rbin_bytes(&program).expect("is valid");
            let args = vec![
                Value::Number(at as f64),
                Value::String(unit.into()),
                Value::Number(doublings.into()),
            ];
            let task = vm.run_entry("run", args).expect("is exported");
            let (_, peak) = counting::with_peak_bytes(|| runtime.run_until_idle());
            assert!(peak as u64 <= TIMES * HEAP_BYTES, "{name}, {unit}: {peak}");
            if doublings == 19 {
                let told = script::result(&runtime, task);
                let is_limit = matches!(told, Err(VmError::HeapLimitExceeded { .. }));
                assert!(is_limit, "{name}, {unit}: {told:?}");
                refused += 1;
            }
        }
    }
    assert!(refused > 100, "{refused}");
}
