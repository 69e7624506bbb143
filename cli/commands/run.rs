//! `raya run FILE|DIR`: runs a program's top-level code, then its `main` if it exports one.
//!
//! Time is virtual: each tick is a sixtieth of a second for the program, and ticks follow each other at once. So a
//! program that sleeps keeps nobody waiting, and the same command prints the same each time.

use crate::arena::{ARENA, arena};
use crate::console::console;
use crate::entry::entry_file;
use crate::failure::Failure;
use crate::loader::Loader;
use crate::program::read_program;
use crate::size::parse_bytes;
use raya_core::{ContextId, Grant, Runtime, TaskId, TaskStatus, TickBudget, VmError, VmOptions};
use std::path::{Path, PathBuf};

/// Steps that all contexts together may take in a tick.
const STEPS_PER_TICK: u64 = 10_000_000;

/// What `raya run` takes.
#[derive(clap::Args)]
pub struct Arguments {
    /// An entry file, a directory with a main.ts, host.ts or index.ts, or a `.rbin`.
    path: PathBuf,
    /// Bytes of heap that the program and what it starts may use, e.g. 64MiB.
    #[arg(long, value_parser = parse_bytes)]
    max_heap: Option<u64>,
    /// Tasks that may be alive at once.
    #[arg(long)]
    max_tasks: Option<u32>,
    /// Steps that the program may take in all.
    #[arg(long)]
    max_steps: Option<u64>,
    /// Stops after so many ticks, even if something still runs.
    #[arg(long)]
    ticks: Option<u64>,
    /// Threads to run contexts on; what they do doesn't depend on it.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// A capability to grant, beside `console`, `raya:vm` and `arena`.
    #[arg(long = "grant", value_name = "CAPABILITY")]
    grants: Vec<String>,
    /// Where `Math.random` starts.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Prints the canonical hash of the final state.
    #[arg(long)]
    hash: bool,
    /// Prints a table of the contexts at the end.
    #[arg(long)]
    stats: bool,
}

/// Runs the program until nothing is left to do.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let bytes = read_program(&arguments.path)?;
    let mut runtime = runtime(arguments)?;
    let outcome = run_program(&mut runtime, arguments, &bytes);
    if arguments.stats {
        crate::output::print(&crate::stats::table(&mut runtime))?;
    }
    if arguments.hash {
        crate::output::print(&format!("{:016x}\n", runtime.hash()))?;
    }
    outcome
}

/// A runtime with what the command line offers to programs.
fn runtime(arguments: &Arguments) -> Result<Runtime, Failure> {
    let mut runtime = match arguments.threads {
        Some(threads) => Runtime::with_threads(threads.into()),
        None => Runtime::new(),
    };
    for capability in [console(), arena(arguments.seed)] {
        runtime.register(capability).map_err(broken)?;
    }
    let mut loader = Loader::new(root(&arguments.path)?);
    runtime.set_program_loader(Box::new(move |path, _| loader.load(path)));
    Ok(runtime)
}

/// The directory that paths of programs are relative to.
fn root(path: &Path) -> Result<PathBuf, Failure> {
    if path.is_dir() {
        return Ok(path.to_owned());
    }
    let entry = PathBuf::from(entry_file(path)?);
    Ok(entry.parent().map_or_else(PathBuf::new, Path::to_owned))
}

fn run_program(runtime: &mut Runtime, arguments: &Arguments, bytes: &[u8]) -> Result<(), Failure> {
    let context = runtime.create(options(arguments)).map_err(wrong_option)?;
    let tasks = start(runtime, context, bytes).map_err(broken)?;
    let ended = run_ticks(runtime, arguments.ticks);
    for task in tasks {
        match runtime.task(task).map_err(broken)? {
            TaskStatus::Returned(_) => {}
            TaskStatus::Failed(VmError::Guest(_), fault) => {
                return Err(Failure::Program(fault.to_string()));
            }
            TaskStatus::Failed(error, _) => return Err(Failure::Program(error.to_string())),
            TaskStatus::Running if ended => {
                return Err(Failure::Program(
                    "the program waits for what never comes".to_owned(),
                ));
            }
            TaskStatus::Running => {}
        }
    }
    Ok(())
}

fn options(arguments: &Arguments) -> VmOptions {
    let defaults = VmOptions::default();
    let granted = ["console", "raya:vm", ARENA].into_iter().map(str::to_owned);
    VmOptions {
        max_heap_bytes: arguments.max_heap.unwrap_or(defaults.max_heap_bytes),
        max_tasks: arguments.max_tasks.unwrap_or(defaults.max_tasks),
        max_step_budget: arguments.max_steps,
        seed: Some(arguments.seed),
        name: arguments
            .path
            .file_stem()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default(),
        capabilities: granted
            .chain(arguments.grants.iter().cloned())
            .map(Grant::new)
            .collect(),
        ..defaults
    }
}

/// Loads the program and starts its modules and its `main`.
fn start(runtime: &mut Runtime, context: ContextId, bytes: &[u8]) -> Result<Vec<TaskId>, VmError> {
    let mut vm = runtime.vm(context)?;
    vm.load_rbin_bytes(bytes)?;
    let mut tasks = vec![vm.initialize()?];
    if vm.exports().iter().any(|(name, _)| name == "main") {
        tasks.push(vm.run_entry("main", Vec::new())?);
    }
    Ok(tasks)
}

/// Ticks until nothing runs or sleeps, or as often as was asked; whether nothing is left to do.
fn run_ticks(runtime: &mut Runtime, ticks: Option<u64>) -> bool {
    for _ in 0..ticks.unwrap_or(u64::MAX) {
        let report = runtime.tick(TickBudget::fuel(STEPS_PER_TICK));
        if report.runnable == 0 && report.sleeping == 0 {
            return true;
        }
    }
    false
}

/// A limit or capability that can't be given is wrong usage.
fn wrong_option(error: VmError) -> Failure {
    Failure::Usage(error.to_string())
}

fn broken(error: VmError) -> Failure {
    Failure::Program(error.to_string())
}
