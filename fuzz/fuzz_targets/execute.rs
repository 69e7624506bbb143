//! Whatever verifies can run: no panic, no memory error, limits kept, and a dump goes on as the original does. Calls come to the
//! same by name, directly and in a scope.
#![no_main]

mod shared;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use raya_core::{
    Args, Call, Capability, ContextId, Returned, Runtime, TickBudget, Value, VmError, VmOptions,
};

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

/// A context with a program; `None` if that can't be loaded.
fn load(runtime: &mut Runtime, bytes: &[u8], max_step_budget: Option<u64>) -> Option<ContextId> {
    let program = runtime.load_program(bytes).ok()?;
    let options = VmOptions {
        max_heap_bytes: HEAP_BYTES_MAX,
        max_tasks: 20,
        max_stack_frames: 200,
        max_step_budget,
        capabilities: vec!["console".into()],
        ..VmOptions::default()
    };
    let id = runtime.create(options).expect("the options are good");
    let mut vm = runtime.vm(id).expect("it was just made");
    vm.load_program(program).ok()?;
    Some(id)
}

/// Starts everything that a program exports; `None` if it can't be loaded.
fn start(runtime: &mut Runtime, bytes: &[u8]) -> Option<()> {
    let id = load(runtime, bytes, None)?;
    let mut vm = runtime.vm(id).expect("it was just made");
    vm.initialize().ok()?;
    for (name, _) in vm.exports() {
        let _ = vm.run_entry(&name, Vec::new());
    }
    Some(())
}

/// Ways to call a function.
const WAYS: usize = 3;

/// Calls a function twice in one of the ways, if it is of these types; adds what came of it.
fn call<A: Args + Clone, R: Returned>(
    runtime: &mut Runtime,
    (id, name, way): (ContextId, &str, usize),
    (args, values): (A, &[Value]),
    came: &mut Vec<String>,
) -> Result<(), VmError> {
    let function = runtime.vm(id)?.function::<A, R>(name)?;
    for _ in 0..2 {
        let args = args.clone();
        let end = match way {
            0 => runtime.vm(id)?.call(name, values.to_vec()).map(|_| ()),
            1 => function.call(runtime, id, args).map(|_| ()),
            _ => function.scope(runtime, id, |f| f.call(args).map(|_| ()))?,
        };
        came.push(format!("{end:?}"));
    }
    Ok(())
}

/// What calls of everything that a program exports come to, in one of the ways.
fn calls(bytes: &[u8], way: usize) -> Option<(Vec<String>, u64)> {
    let mut runtime = runtime();
    let id = load(&mut runtime, bytes, Some(20_000))?;
    let mut came = Vec::new();
    let exports = runtime.vm(id).expect("it was just made").exports();
    let (n, z) = (Value::Number(3.0), Value::Bool(true));
    for (name, _) in &exports {
        let what = (id, name.as_str(), way);
        let (m, came) = (&mut runtime, &mut came);
        let _ = call::<(), f64>(m, what, ((), &[]), came);
        let _ = call::<(), ()>(m, what, ((), &[]), came);
        let _ = call::<(f64,), f64>(m, what, ((3.0,), &[n.clone()]), came);
        let _ = call::<(f64,), ()>(m, what, ((3.0,), &[n.clone()]), came);
        let _ = call::<(i32,), i32>(m, what, ((3,), &[n.clone()]), came);
        let _ = call::<(bool,), bool>(m, what, ((true,), &[z.clone()]), came);
        let two = [n.clone(), n.clone()];
        let _ = call::<(f64, f64), f64>(m, what, ((3.0, 3.0), &two), came);
    }
    Some((came, runtime.hash()))
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    shared::change(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| {
    let bytes = shared::seal(bytes);
    let mut runtime = runtime();
    if start(&mut runtime, &bytes).is_none() {
        return;
    }
    let by_name = calls(&bytes, 0);
    for way in 1..WAYS {
        assert_eq!(calls(&bytes, way), by_name);
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
