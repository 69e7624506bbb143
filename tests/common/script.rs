//! What tests of programs in Raya share: compiling, a runtime that finds programs by path, and running an export to its end.

#![allow(dead_code, reason = "each test uses a part")]

use raya_compiler::load::MemoryFiles;
use raya_core::{ContextId, Runtime, TaskId, TaskStatus, TickBudget, Value, VmError, VmOptions};

/// A program's bytes.
pub fn compiled(source: &str) -> Vec<u8> {
    compiled_with(source, "")
}

/// The same, with what it is granted declared.
pub fn compiled_with(source: &str, declared: &str) -> Vec<u8> {
    let files = MemoryFiles::new([("main.ts", source), ("world.d.ts", declared)]);
    let image = raya_compiler::compile("main.ts", &files).unwrap_or_else(|e| panic!("{e:?}"));
    raya_bytecode::codec::encode(&image)
}

/// Programs in Raya by path.
pub type Programs = &'static [(&'static str, &'static str)];

/// A runtime whose guests can load these programs.
pub fn runtime(threads: usize, programs: Programs) -> Runtime {
    let mut runtime = Runtime::with_threads(threads);
    runtime.set_program_loader(Box::new(move |path, _| {
        let found = programs.iter().find(|(p, _)| *p == path);
        let (_, source) = found.ok_or_else(|| format!("{path}: no such program"))?;
        Ok(compiled(source))
    }));
    runtime
}

/// Options with `raya:vm` granted.
pub fn outer() -> VmOptions {
    VmOptions {
        capabilities: vec!["raya:vm".into()],
        ..VmOptions::default()
    }
}

/// A context with the first of the programs.
pub fn context(runtime: &mut Runtime, programs: Programs, options: VmOptions) -> ContextId {
    let id = runtime.create(options).unwrap_or_else(|e| panic!("{e}"));
    let mut vm = runtime.vm(id).expect("is live");
    vm.load_rbin_bytes(&compiled(programs[0].1))
        .unwrap_or_else(|e| panic!("{e}"));
    id
}

/// Runs an export of the first of the programs to its end, on so many threads; with a dump and load after every tick if asked for.
pub fn run(
    programs: Programs,
    name: &str,
    args: Vec<Value>,
    (threads, reload): (usize, bool),
) -> Result<Value, VmError> {
    let mut runtime = runtime(threads, programs);
    let id = context(&mut runtime, programs, outer());
    let task = runtime.vm(id)?.run_entry(name, args)?;
    finish(&mut runtime, programs, task, reload)
}

/// Ticks until a task has ended.
pub fn finish(
    runtime: &mut Runtime,
    programs: Programs,
    task: TaskId,
    reload: bool,
) -> Result<Value, VmError> {
    for _ in 0..5000 {
        runtime.tick(TickBudget::fuel(20_000));
        if reload {
            let bytes = runtime.dump();
            *runtime = self::runtime(1, programs);
            runtime.load(&bytes)?;
            assert!(
                runtime.dump() == bytes,
                "a dump of what was loaded is the same"
            );
        }
        match runtime.task(task)? {
            TaskStatus::Returned(value) => return Ok(value),
            TaskStatus::Failed(error, _) => return Err(error),
            TaskStatus::Running => {}
        }
    }
    panic!("it never ends")
}

/// How a task ended that nothing runs any more.
pub fn result(runtime: &Runtime, task: TaskId) -> Result<Value, VmError> {
    match runtime.task(task)? {
        TaskStatus::Returned(value) => Ok(value),
        TaskStatus::Failed(error, _) => Err(error),
        TaskStatus::Running => panic!("it never ends"),
    }
}

/// A text that a program gave.
pub fn text(value: Result<Value, VmError>) -> String {
    match value {
        Ok(Value::String(text)) => text,
        other => panic!("{other:?}"),
    }
}
