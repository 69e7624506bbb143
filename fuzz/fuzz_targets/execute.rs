//! Whatever verifies can run: no panic, no memory error, limits kept, and a dump goes on as the original does.
#![no_main]

mod shared;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use raya_core::{Call, Capability, Runtime, TickBudget, VmOptions};

/// Fuel of the ticks: stops in many places first, then a longer stretch.
const FUEL: [u64; 5] = [1, 3, 50, 2_000, 20_000];
const HEAP_BYTES_MAX: u64 = 1 << 20;

/// A runtime with what the goldens import.
fn runtime() -> Runtime {
    let console =
        Capability::new("console").blocking("print", |_: &Call, _level: f64, _text: String| {});
    let mut runtime = Runtime::with_threads(1);
    runtime.register(console).expect("the first of its name");
    runtime
}

/// Starts everything that a program exports; `None` if it can't be loaded.
fn start(runtime: &mut Runtime, bytes: &[u8]) -> Option<()> {
    let program = runtime.load_program(bytes).ok()?;
    let options = VmOptions {
        max_heap_bytes: HEAP_BYTES_MAX,
        max_tasks: 20,
        max_stack_frames: 200,
        capabilities: vec!["console".into()],
        ..VmOptions::default()
    };
    let id = runtime.create(options).expect("the options are good");
    let mut vm = runtime.vm(id).expect("it was just made");
    vm.load_program(program).ok()?;
    vm.initialize().ok()?;
    for (name, _) in vm.exports() {
        let _ = vm.run_entry(&name, Vec::new());
    }
    Some(())
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    shared::change(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| {
    let mut runtime = runtime();
    if start(&mut runtime, &shared::seal(bytes)).is_none() {
        return;
    }
    for fuel in FUEL {
        runtime.tick(TickBudget::fuel(fuel));
    }
    let mut copy = self::runtime();
    copy.load(&runtime.dump()).expect("a dump loads");
    assert_eq!(copy.hash(), runtime.hash());
    for fuel in FUEL {
        copy.tick(TickBudget::fuel(fuel));
        runtime.tick(TickBudget::fuel(fuel));
    }
    assert_eq!(copy.hash(), runtime.hash());
});
