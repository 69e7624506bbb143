//! A program and the runtime around it, as the command line asks for them: what `run` and `top` share.
//!
//! Time is virtual: each tick is a sixtieth of a second for the program, however long it takes.

use crate::arena::{ARENA, arena};
use crate::entry::entry_file;
use crate::failure::Failure;
use crate::loader::Loader;
use crate::program::read_program;
use crate::progress::Progress;
use crate::size::parse_bytes;
use raya_core::{
    Capability, ContextId, Event, EventKind, Grant, Runtime, TaskId, TaskStatus, TickBudget,
    TickReport, VmError, VmOptions,
};
use std::path::{Path, PathBuf};

/// Steps that all contexts together may take in a tick.
const STEPS_PER_TICK: u64 = 10_000_000;

/// What to run and how.
#[derive(clap::Args)]
pub struct WorldArguments {
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
    pub ticks: Option<u64>,
    /// Threads to run contexts on; what they do doesn't depend on it.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// A capability to grant, beside `console`, `raya:vm` and `arena`.
    #[arg(long = "grant", value_name = "CAPABILITY")]
    grants: Vec<String>,
    /// Where `Math.random` starts.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

/// A program that was started.
pub struct World {
    /// Where it runs.
    pub runtime: Runtime,
    tasks: Vec<TaskId>,
    /// A promise of the program's was rejected, and nobody handled it.
    rejected: Option<TaskId>,
}

impl WorldArguments {
    /// Compiles and starts the program: its modules, and its `main` if it exports one.
    pub fn start(&self, console: Capability) -> Result<World, Failure> {
        let bytes = read_program(&self.path)?;
        let mut runtime = self.runtime(console)?;
        let context = runtime.create(self.options()).map_err(wrong_option)?;
        let tasks = start(&mut runtime, context, &bytes).map_err(broken)?;
        Ok(World {
            runtime,
            tasks,
            rejected: None,
        })
    }

    /// A runtime with what the command line offers to programs.
    fn runtime(&self, console: Capability) -> Result<Runtime, Failure> {
        let mut runtime = match self.threads {
            Some(threads) => Runtime::with_threads(threads.into()),
            None => Runtime::new(),
        };
        for capability in [console, arena(self.seed)] {
            runtime.register(capability).map_err(broken)?;
        }
        let mut loader = Loader::new(root(&self.path)?);
        runtime.set_program_loader(Box::new(move |path, _| loader.load(path)));
        Ok(runtime)
    }

    fn options(&self) -> VmOptions {
        let defaults = VmOptions::default();
        let granted = ["console", "raya:vm", ARENA].into_iter().map(str::to_owned);
        VmOptions {
            max_heap_bytes: self.max_heap.unwrap_or(defaults.max_heap_bytes),
            max_tasks: self.max_tasks.unwrap_or(defaults.max_tasks),
            max_step_budget: self.max_steps,
            seed: Some(self.seed),
            name: self
                .path
                .file_stem()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default(),
            capabilities: granted
                .chain(self.grants.iter().cloned())
                .map(Grant::new)
                .collect(),
            ..defaults
        }
    }
}

/// The directory that paths of programs are relative to.
fn root(path: &Path) -> Result<PathBuf, Failure> {
    if path.is_dir() {
        return Ok(path.to_owned());
    }
    let entry = PathBuf::from(entry_file(path)?);
    Ok(entry.parent().map_or_else(PathBuf::new, Path::to_owned))
}

fn start(runtime: &mut Runtime, context: ContextId, bytes: &[u8]) -> Result<Vec<TaskId>, VmError> {
    let mut vm = runtime.vm(context)?;
    vm.load_rbin_bytes(bytes)?;
    let mut tasks = vec![vm.initialize()?];
    if vm.exports().iter().any(|(name, _)| name == "main") {
        tasks.push(vm.run_entry("main", Vec::new())?);
    }
    Ok(tasks)
}

/// Whether a tick left nothing to do.
pub fn is_over(report: &TickReport) -> bool {
    report.runnable == 0 && report.sleeping == 0
}

impl World {
    /// Runs a sixtieth of a second of the program's time.
    pub fn tick(&mut self) -> TickReport {
        self.runtime.tick(TickBudget::fuel(STEPS_PER_TICK))
    }

    /// Ticks until nothing runs or sleeps, a promise is rejected that nobody handles, or as often as was asked; whether nothing is
    /// left to do.
    pub fn run(&mut self, ticks: Option<u64>, progress: &Progress) -> bool {
        for _ in 0..ticks.unwrap_or(u64::MAX) {
            let report = self.tick();
            progress.step();
            let is_rejection = |e: &Event| e.kind == EventKind::UnhandledRejection;
            self.rejected = self
                .runtime
                .events()
                .find(is_rejection)
                .and_then(|e| e.task);
            if self.rejected.is_some() || is_over(&report) {
                return self.rejected.is_none();
            }
        }
        false
    }

    /// What became of the program. `ended`: nothing is left to do.
    pub fn outcome(&self, ended: bool) -> Result<(), Failure> {
        let tasks = self.tasks.iter().chain(&self.rejected);
        for &task in tasks {
            match self.runtime.task(task).map_err(broken)? {
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
}

/// A limit or capability that can't be given is wrong usage.
fn wrong_option(error: VmError) -> Failure {
    Failure::Usage(error.to_string())
}

fn broken(error: VmError) -> Failure {
    Failure::Program(error.to_string())
}
