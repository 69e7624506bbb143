//! The runtime: the tables, and what an embedder does with them as a whole.
//!
//! Invariants: every public method leaves the tables as between two ticks (nothing half run is visible, outboxes are empty);
//! `ready` covers whoever can run. Absent: the tick (`tick`), single contexts (`vm`), dumps (`state`).

use crate::bindings::Bindings;
use crate::calls::Given;
use crate::capability::Answered;
use crate::error::VmError;
use crate::handle::{Command, Handle};
use crate::options::{MAX_HANDLES, VmOptions};
use crate::template::Templates;
use crate::{Capability, ContextId, TaskId, TaskStatus, Vm, fault, limits};
use raya_storages::activities::Activity;
use raya_storages::contexts::{ContextRow, Contexts, hold};
use raya_storages::events::{EMBEDDER_EVENTS_MAX, Mailbox};
use raya_storages::frames::Stack;
use raya_storages::fuel::Pool;
use raya_storages::grants::Grants;
use raya_storages::heaps::Heap;
use raya_storages::programs::{Program, ProgramId, Programs};
use raya_storages::ready::Ready;
use raya_storages::runs::{RunOutcome, Runs};
use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

/// Finds the bytes of a program that a guest asks for by path.
pub type ProgramLoader = dyn FnMut(&str, ContextId) -> Result<Vec<u8>, String> + Send;

/// How far time has come.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Time {
    /// The clock, in milliseconds.
    pub clock_ms: f64,
    /// Ticks since the beginning.
    pub ticks: u64,
    /// Fuel that was not shared out yet.
    pub pool: Pool,
    /// What seeds of contexts are derived from.
    pub seeds: u64,
    /// How much was asked of the host that it answers in its own time.
    pub questions: u64,
}

/// Holds contexts and runs them. See the module's header.
pub struct Runtime {
    pub(crate) contexts: Contexts,
    pub(crate) grants: Grants,
    pub(crate) programs: Programs,
    pub(crate) runs: Runs,
    /// What happened to contexts that no context owns.
    pub(crate) mail: Mailbox,
    /// Runs that are to be cancelled too, while one is.
    pub(crate) cancels: Vec<u64>,
    pub(crate) time: Time,
    pub(crate) ready: Ready,
    /// Rows that can run a step now.
    pub(crate) batch: Vec<u32>,
    /// An empty batch, or the last one: its memory is used again.
    pub(crate) spare_batch: Vec<u32>,
    /// Rows that ran in the latest tick.
    pub(crate) ran: Vec<u32>,
    /// Rows that stand still until the next tick.
    pub(crate) held_this_tick: Vec<u32>,
    pub(crate) bindings: Bindings,
    pub(crate) templates: Templates,
    /// Activities that nobody has, for the next to become active.
    #[allow(
        clippy::vec_box,
        reason = "contexts hold boxes: a move is of a pointer"
    )]
    pub(crate) spare: Vec<Box<Activity>>,
    /// An activity in which nothing goes on, lent to a context for the time of a call.
    pub(crate) idle: Box<Activity>,
    /// An empty stack, for the next call.
    pub(crate) scratch: Stack,
    /// How the entry ended that a call waited for.
    pub(crate) called: Option<RunOutcome>,
    /// What a direct call gave that did not just return.
    pub(crate) given: Option<Box<Result<Given, VmError>>>,
    pub(crate) loader: Box<ProgramLoader>,
    pub(crate) commands: Receiver<Command>,
    /// Where host functions send answers, and where they come out.
    pub(crate) asked: Sender<Answered>,
    pub(crate) answers: Receiver<Answered>,
    /// How often another state was loaded: answers to what was asked before don't count.
    pub(crate) epoch: u64,
    /// Questions were loaded that nobody will answer.
    pub(crate) lost_questions: bool,
    /// Workers; none for one thread.
    pub(crate) workers: Option<rayon::ThreadPool>,
    handle: Handle,
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime")
            .field("contexts", &self.contexts.len())
            .field("time", &self.time)
            .finish_non_exhaustive()
    }
}

impl Default for Runtime {
    fn default() -> Runtime {
        Runtime::new()
    }
}

impl Runtime {
    /// A runtime that uses all cores.
    pub fn new() -> Runtime {
        Runtime::with_threads(std::thread::available_parallelism().map_or(1, |n| n.get()))
    }

    /// A runtime that uses so many threads, at least one. What programs do doesn't depend on how many.
    pub fn with_threads(threads: usize) -> Runtime {
        let (handle, commands) = Handle::channel();
        let (asked, answers) = channel();
        let pool = || rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        Runtime {
            contexts: Contexts::default(),
            grants: Grants::default(),
            programs: Programs::default(),
            runs: Runs::default(),
            mail: Mailbox::new(EMBEDDER_EVENTS_MAX),
            cancels: Vec::new(),
            time: Time::default(),
            ready: Ready::default(),
            batch: Vec::new(),
            spare_batch: Vec::new(),
            ran: Vec::new(),
            held_this_tick: Vec::new(),
            bindings: Bindings::default(),
            templates: Templates::default(),
            spare: Vec::new(),
            idle: Box::default(),
            scratch: Stack::default(),
            called: None,
            given: None,
            loader: Box::new(|path, _| Err(format!("{path}: this host loads no programs"))),
            commands,
            asked,
            answers,
            epoch: 0,
            lost_questions: false,
            workers: (threads > 1).then(|| pool().expect("the system gives threads")),
            handle,
        }
    }

    /// A handle for other threads.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Makes a capability known, so that contexts can be granted it by name.
    pub fn register(&mut self, capability: Capability) -> Result<(), VmError> {
        self.bindings.register(capability)
    }

    /// Sets what finds programs that guests load by path. Without one, none are found.
    pub fn set_program_loader(&mut self, loader: Box<ProgramLoader>) {
        self.loader = loader;
    }

    /// Verifies and links a program, to be shared by contexts. The same bytes again give the same id, which is good until
    /// [`Runtime::unload_program`].
    pub fn load_program(&mut self, rbin: &[u8]) -> Result<ProgramId, VmError> {
        let id = self.share_program(rbin)?;
        self.programs.keep(id, true);
        Ok(id)
    }

    /// Lets a program go: at once, or with the last context that has it.
    pub fn unload_program(&mut self, program: ProgramId) {
        if self.programs.keep(program, false) {
            self.forget_program(program);
        }
    }

    /// Makes a context.
    pub fn create(&mut self, options: VmOptions) -> Result<ContextId, VmError> {
        options.validate()?;
        let gone = |parent: &ContextId| self.contexts.find(*parent).is_none();
        if let Some(parent) = options.parent.filter(gone) {
            return Err(VmError::ContextNotFound(parent));
        }
        let grants = self.grant_rows(&options.capabilities, options.parent)?;
        let given = options.limits();
        let mut holds = 0;
        if let Some(parent) = options.parent.map(ContextId::index) {
            limits::draw(&mut self.contexts, parent, &given)?;
            if self.contexts.holds[parent] & (hold::PAUSED | hold::OUTER) != 0 {
                holds = hold::OUTER;
            }
        }
        let (limits, marks) = (given.row(), given.marks());
        self.time.seeds += 1;
        let seed = options.seed.unwrap_or(self.time.seeds);
        let mut heap = Heap::new(limits.heap_bytes_max, seed);
        if given.max_handles != MAX_HANDLES {
            heap.set_handles_max(given.max_handles);
        }
        let id = self.contexts.insert(ContextRow {
            parents: options.parent.map_or(0, ContextId::to_bits),
            limits,
            weights: options.weight,
            priorities: options.priority,
            heaps: heap,
            names: (!options.name.is_empty()).then(|| Box::new(options.name.into_boxed_str())),
            holds,
            marks: (!marks.is_usual()).then(|| Box::new(marks)),
            ..ContextRow::default()
        });
        if let Some(parent) = options.parent {
            let inner = self.contexts.inner[parent.index()].as_mut();
            let inner = inner.expect("its limits were drawn from there");
            inner.children.insert(id.index() as u32);
        }
        self.give(id, grants);
        self.bindings.forget(id.index());
        Ok(id)
    }

    /// A view of a context.
    pub fn vm(&mut self, id: ContextId) -> Result<Vm<'_>, VmError> {
        let row = self.contexts.find(id).ok_or(VmError::ContextNotFound(id))?;
        Ok(Vm::new(self, id, row))
    }

    /// The live contexts, in order of their rows.
    pub fn context_ids(&self) -> Vec<ContextId> {
        self.contexts.ids().collect()
    }

    /// The programs that are loaded, in order of their rows.
    pub fn program_ids(&self) -> Vec<ProgramId> {
        self.programs.ids().collect()
    }

    /// The clock, in milliseconds.
    pub fn clock_ms(&self) -> f64 {
        self.time.clock_ms
    }

    /// What became of a task. A context keeps the outcomes of its latest entries: eight at least, but those before the latest only as
    /// long as they take no more, with those behind them, than its heap may.
    pub fn task(&self, task: TaskId) -> Result<TaskStatus, VmError> {
        let run = self.runs.find(task).ok_or(VmError::TaskNotFound(task))?;
        let context = ContextId::from_bits(self.runs.contexts[run]).expect("a run has a context");
        Ok(match &self.runs.outcomes[run] {
            None => TaskStatus::Running,
            Some(RunOutcome::Returned(value)) => TaskStatus::Returned(value.clone()),
            Some(RunOutcome::Failed(failure)) => {
                let image = &self.program(context.index()).image;
                let name = self.contexts.name(context.index());
                let error = fault::failure_error(image, name, failure);
                TaskStatus::Failed(error, fault::fault(image, name, failure))
            }
        })
    }

    /// The program of a context that has one.
    pub(crate) fn program(&self, row: usize) -> &Arc<Program> {
        let id =
            ProgramId::from_bits(self.contexts.programs[row]).expect("a context with a program");
        self.programs.get(id).expect("programs in use stay")
    }
}
