//! What the benches share: the mods compiled, and a runtime that has them loaded.

#![allow(dead_code, reason = "each bench uses a part")]

use raya_compiler::load::FileSystem;
use raya_core::{Call, Capability, ContextId, ProgramId, Runtime, Value, VmOptions};

/// The bytes of a program in `benches/mods`.
pub fn compiled(name: &str) -> Vec<u8> {
    let path = format!("{}/benches/mods/{name}.ts", env!("CARGO_MANIFEST_DIR"));
    let image = raya_compiler::compile(&path, &FileSystem);
    let image = image.unwrap_or_else(|e| panic!("{name}: {} errors: {e:?}", e.sorted().len()));
    raya_bytecode::codec::encode(&image)
}

/// A runtime with the capability `bench` and a program.
pub fn runtime(threads: usize, name: &str) -> (Runtime, ProgramId) {
    let mut runtime = Runtime::with_threads(threads);
    let bench = Capability::new("bench").function("twice", |_: &Call, x: f64| x * 2.0);
    runtime.register(bench).expect("is new");
    let program = runtime.load_program(&compiled(name)).expect("is valid");
    (runtime, program)
}

/// A context with a program.
pub fn context(runtime: &mut Runtime, program: ProgramId) -> ContextId {
    let options = VmOptions {
        capabilities: vec!["bench".into()],
        ..VmOptions::default()
    };
    let id = runtime.create(options).expect("options are valid");
    runtime
        .vm(id)
        .expect("is live")
        .load_program(program)
        .expect("fits");
    id
}

/// Calls an export with numbers.
pub fn call(runtime: &mut Runtime, id: ContextId, name: &str, args: &[f64]) -> f64 {
    let args: Vec<_> = args.iter().map(|&n| Value::Number(n)).collect();
    match runtime.vm(id).expect("is live").call(name, args) {
        Ok(Value::Number(n)) => n,
        other => panic!("{name}: {other:?}"),
    }
}

/// Whether this is a test that every bench still runs: sizes are those of toys.
pub fn is_test() -> bool {
    !std::env::args().any(|arg| arg == "--bench")
}
