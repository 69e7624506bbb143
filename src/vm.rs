//! A view of one context: load a program, call it, look at it, end it.
//!
//! When control takes effect:
//!
//! | what | from Rust (between ticks) | from Raya (while effects are served, contexts in order of rows) |
//! |---|---|---|
//! | `pause`, `resume`, `run_steps` | at once | from the next round of the tick on: requests of this round are still answered |
//! | `terminate` | at once | at once: what it asked in this round is lost, who waits for it gets an error |
//! | `cancel` | a task that waits goes on with the error when it runs next; one that runs, at its next `await` that has to wait, or after 100,000 steps where it is | the same |
//! | limits, refills, weights | at once: the next slice of steps is measured by them | from the next round on |
//! | soft marks | it stops where the block ends and runs on in the next tick | the same |
//! | `OnLimit` | where the block ends; suspending and ending before anything that others asked is served | the same |
//!
//! Invariant: a view borrows the runtime, so the row it names stays live as long as it does.
//! Absent: how entries are run (`entries`), what passes between ticks (`tick`).

use crate::capability::Param;
use crate::control::VmState;
use crate::error::VmError;
use crate::events::Event;
use crate::function::{Args, Function};
use crate::grant::GrantUse;
use crate::handles::HeldHandle;
use crate::options::VmLimits;
use crate::report::{SubtreeStats, TaskStatus, VmStats};
use crate::runtime::Runtime;
use crate::{ContextId, HandleId, ObjectKind, Priority, ProgramId, TaskId, Value};
use std::path::Path;

/// A context, seen from outside. See the module's header.
#[derive(Debug)]
pub struct Vm<'a> {
    runtime: &'a mut Runtime,
    id: ContextId,
    row: usize,
}

impl<'a> Vm<'a> {
    pub(crate) fn new(runtime: &'a mut Runtime, id: ContextId, row: usize) -> Vm<'a> {
        Vm { runtime, id, row }
    }

    /// Its id.
    pub fn id(&self) -> ContextId {
        self.id
    }

    /// Loads a program from a file.
    pub fn load_rbin(&mut self, path: impl AsRef<Path>) -> Result<(), VmError> {
        let path = path.as_ref();
        let bytes = std::fs::read(path)
            .map_err(|e| VmError::NotLoaded(format!("{}: {e}", path.display()).into()))?;
        self.load_rbin_bytes(&bytes)
    }

    /// Loads a program from bytes. It goes with the last context that has it; [`Runtime::load_program`] keeps one.
    pub fn load_rbin_bytes(&mut self, bytes: &[u8]) -> Result<(), VmError> {
        self.runtime.load_bytes(self.id, self.row, bytes, false)
    }

    /// Loads a program that is shared: its imports are checked against what the context was granted.
    pub fn load_program(&mut self, program: ProgramId) -> Result<(), VmError> {
        self.runtime.use_program(self.id, self.row, program, false)
    }

    /// Runs the modules' own code, as the first entry does too. The task ends when they have run.
    pub fn initialize(&mut self) -> Result<TaskId, VmError> {
        self.runtime.start_modules(self.id)
    }

    /// Starts an exported function; ticks run it. Its outcome is there for [`Vm::task`] afterwards.
    pub fn run_entry(&mut self, name: &str, args: Vec<Value>) -> Result<TaskId, VmError> {
        self.runtime.start_entry(self.id, name, args, None)
    }

    /// Calls an exported function and runs this context until it returns, ticks or not.
    pub fn call(&mut self, name: &str, args: impl AsRef<[Value]>) -> Result<Value, VmError> {
        self.runtime.call(self.id, name, args.as_ref())
    }

    /// An exported function with Rust types, checked here once; see [`Function::call`].
    ///
    /// # Errors
    /// [`VmError::FunctionNotFound`], [`VmError::FunctionMismatch`] with both types, [`VmError::NoProgram`].
    pub fn function<A: Args, R: Param>(&self, name: &str) -> Result<Function<A, R>, VmError> {
        let program = ProgramId::from_bits(self.runtime.contexts.programs[self.row]);
        Function::of(
            self.runtime,
            program.ok_or(VmError::NoProgram(self.id))?,
            name,
        )
    }

    /// What became of a task.
    pub fn task(&self, task: TaskId) -> Result<TaskStatus, VmError> {
        self.runtime.task(task)
    }

    /// What it uses and may use.
    pub fn stats(&self) -> VmStats {
        self.runtime.stats_of(self.row)
    }

    /// What it and all inside it use.
    pub fn subtree_stats(&self) -> SubtreeStats {
        self.runtime.subtree_stats_of(self.row)
    }

    /// Takes a capability from it, and from the contexts that it passed it on to: from the next call on, calls fail with an error
    /// named `CapabilityRevoked`.
    pub fn revoke(&mut self, capability: &str) -> Result<(), VmError> {
        self.runtime.revoke(self.row, capability)
    }

    /// What it did with its grants, in the order they were given.
    pub fn grants_used(&mut self) -> Vec<GrantUse> {
        self.runtime.count_inline_calls(self.row);
        self.runtime.grants_used(self.row)
    }

    /// The handles that it holds, in the order of rows.
    pub fn handles(&self) -> Vec<HeldHandle> {
        self.runtime.handles_of(self.row)
    }

    /// Takes a handle from it: using it fails with an error named `HandleRevoked` from the next call on. Others that it was passed on
    /// to keep theirs; [`Runtime::revoke_object`] takes them all.
    ///
    /// # Errors
    /// [`VmError::InvalidOption`] if it holds no such handle, or it was revoked before.
    pub fn revoke_handle(&mut self, handle: HandleId) -> Result<(), VmError> {
        self.runtime.revoke_handle(self.row, handle)
    }

    /// The same for its handles to an object of the host. False: it holds none.
    pub fn revoke_object<K: ObjectKind>(&mut self, id: u64) -> bool {
        self.runtime.revoke_from::<K>(self.row, id)
    }

    /// The functions its program exports, with their types.
    pub fn exports(&self) -> Vec<(String, String)> {
        self.runtime.exports_of(self.row).collect()
    }

    /// What it is doing.
    pub fn state(&self) -> VmState {
        self.runtime.state(self.id)
    }

    /// Its name, as its options gave it.
    pub fn name(&self) -> &str {
        self.runtime.contexts.name(self.row)
    }

    /// The context that owns it.
    pub fn parent(&self) -> Option<ContextId> {
        self.runtime.contexts.parent(self.row)
    }

    /// The contexts that it owns, in order of their rows.
    pub fn children(&self) -> Vec<ContextId> {
        let contexts = &self.runtime.contexts;
        let inner = contexts.inner[self.row].iter();
        let rows = inner.flat_map(|inner| inner.children.iter());
        rows.filter_map(|&row| contexts.id_at(row as usize))
            .collect()
    }

    /// Its program.
    pub fn program(&self) -> Option<ProgramId> {
        ProgramId::from_bits(self.runtime.contexts.programs[self.row])
    }

    /// What it and those inside it may use.
    pub fn limits(&self) -> VmLimits {
        self.runtime.limits_of(self.row)
    }

    /// Changes what it may use: `VmLimits { max_tasks: 5, ..vm.limits() }`. What is more comes from its parent. Fails, and
    /// changes nothing, where the parent has not so much left or more is in use.
    pub fn set_limits(&mut self, limits: VmLimits) -> Result<(), VmError> {
        self.runtime.set_limits(self.row, &limits)
    }

    /// Adds to its step budget, if it has one, and to its soft mark. What waited for the budget goes on once it is resumed.
    pub fn refill_steps(&mut self, steps: u64) -> Result<(), VmError> {
        self.runtime.refill_steps(self.row, steps)
    }

    /// Sets its share of the fuel.
    pub fn set_weight(&mut self, weight: u32) -> Result<(), VmError> {
        self.runtime.set_weight(self.row, weight)
    }

    /// Sets whose turn comes before its own.
    pub fn set_priority(&mut self, priority: Priority) {
        self.runtime.contexts.priorities[self.row] = priority;
    }

    /// Holds it and those inside it where they are, until it is resumed. Entries can be started meanwhile, and wait; timers go off
    /// when it is resumed.
    pub fn pause(&mut self) {
        self.runtime.pause(self.row);
    }

    /// Lets it go on, and those inside it that were not paused themselves. Nothing happens while one that it is inside is
    /// paused.
    pub fn resume(&mut self) {
        self.runtime.resume(self.row);
    }

    /// Cancels a task, as [`Runtime::cancel`] does.
    pub fn cancel(&mut self, task: TaskId) -> Result<bool, VmError> {
        self.runtime.cancel(task)
    }

    /// Runs it now for so many steps, paused or not, or until it has nothing more to run; gives the steps it took. It stops where
    /// a basic block ends, since steps are charged there: so it may take less than a block more.
    pub fn run_steps(&mut self, steps: u64) -> u64 {
        self.runtime.run_steps(self.row, steps)
    }

    /// Takes the events about it, oldest first, if no context owns it.
    pub fn events(&mut self) -> Vec<Event> {
        self.runtime.events_about(self.id)
    }

    /// Ends it and the contexts inside it: tasks are gone, memory is freed, the id is never used again.
    pub fn terminate(self) {
        self.runtime.remove(self.id);
    }
}
