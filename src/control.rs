//! Control of running contexts: pause, resume, run a number of steps, end; each with all contexts inside.
//!
//! Invariants: below a context that is held, all are (`holds`); a parent outlives its children; an id is never used again.
//! When control takes effect is said in `vm`. Absent: limits (`limits`), cancelling tasks (`cancel`).

use crate::capability::GuestError;
use crate::cell::{CALL_FUEL, Note};
use crate::error::VmError;
use crate::fault::limit_error;
use crate::limits::give_back;
use crate::runtime::Runtime;
use crate::{ContextId, TaskId};
use raya_storages::activities::AnsweredBy;
use raya_storages::contexts::{ContextState, hold};
use raya_storages::events::EventKind;
use raya_storages::limits::{Marks, NO_MARK};
use raya_systems::account;

/// What a context is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VmState {
    /// It has run nothing yet.
    New,
    /// It runs whatever it is asked to, or waits for something to do.
    Running,
    /// It, or one that it is inside, is paused.
    Paused,
    /// Nothing can run in it: its modules failed, or its step budget is used up.
    Failed,
    /// It ended, and its id names nothing any more.
    Terminated,
}

impl VmState {
    /// As a guest reads it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            VmState::New => "new",
            VmState::Running => "running",
            VmState::Paused => "paused",
            VmState::Failed => "failed",
            VmState::Terminated => "terminated",
        }
    }
}

impl Runtime {
    /// What a context is doing; of one that is gone, that it was terminated.
    pub fn state(&self, id: ContextId) -> VmState {
        let contexts = &self.contexts;
        let Some(row) = contexts.find(id) else {
            return VmState::Terminated;
        };
        let is_held = contexts.holds[row] & (hold::PAUSED | hold::OUTER) != 0;
        let is_used_up = contexts.counters[row].steps >= contexts.limits[row].steps_max;
        match contexts.states[row] {
            ContextState::Broken => VmState::Failed,
            _ if is_held => VmState::Paused,
            ContextState::Empty | ContextState::Loaded => VmState::New,
            _ if is_used_up => VmState::Failed,
            _ => VmState::Running,
        }
    }

    /// Holds a context and all inside it.
    pub(crate) fn pause(&mut self, row: usize) {
        self.hold(row, hold::PAUSED);
    }

    fn hold(&mut self, row: usize, holds: u8) {
        let contexts = &mut self.contexts;
        contexts.holds[row] |= holds;
        for (at, row) in contexts.subtree(row).into_iter().enumerate() {
            if at > 0 {
                contexts.holds[row] |= hold::OUTER;
            }
            self.ready.update(contexts, row as u32);
        }
    }

    /// Lets a context go on, and all inside it but those that were paused themselves.
    pub(crate) fn resume(&mut self, row: usize) {
        self.set_pause_mark(row, NO_MARK);
        self.contexts.holds[row] &= !hold::PAUSED;
        let mut freed = vec![row];
        while let Some(row) = freed.pop() {
            if self.contexts.holds[row] & (hold::PAUSED | hold::OUTER) != 0 {
                continue;
            }
            self.ready.update(&self.contexts, row as u32);
            let inner = self.contexts.inner[row].as_ref();
            let children = inner.into_iter().flat_map(|i| i.children.iter());
            for child in children.map(|&row| row as usize) {
                self.contexts.holds[child] &= !hold::OUTER;
                freed.push(child);
            }
        }
    }

    fn set_pause_mark(&mut self, row: usize, at_steps: i64) {
        let marks = &mut self.contexts.marks[row];
        if at_steps == NO_MARK && marks.is_none() {
            return;
        }
        marks
            .get_or_insert_with(Box::<Marks>::default)
            .pause_at_steps = at_steps;
        marks.take_if(|marks| marks.is_usual());
    }

    /// Lets a context go on for so many steps and no further.
    pub(crate) fn resume_for(&mut self, row: usize, steps: u64) {
        if steps == 0 {
            return self.pause(row);
        }
        self.resume(row);
        let at = self.contexts.counters[row].steps.saturating_add(steps);
        self.set_pause_mark(row, i64::try_from(at).unwrap_or(NO_MARK));
    }

    /// The steps that a context was to run are run.
    pub(crate) fn pause_at_mark(&mut self, row: usize) {
        self.set_pause_mark(row, NO_MARK);
        self.pause(row);
    }

    /// Runs one context now, paused or not, for so many steps or until it has nothing more to run; gives the steps it took.
    pub(crate) fn run_steps(&mut self, row: usize, steps: u64) -> u64 {
        let id = self.contexts.id_at(row).expect("a live row");
        let before = self.contexts.counters[row].steps;
        let end = before.saturating_add(steps.min(CALL_FUEL));
        let holds = std::mem::take(&mut self.contexts.holds[row]) & (hold::PAUSED | hold::OUTER);
        self.run_while(row, |runtime| {
            runtime.contexts.find(id)?;
            // It stops at the first end of a block behind its fuel: with one step less that may be just there.
            end.checked_sub(runtime.contexts.counters[row].steps + 1)
        });
        if self.contexts.find(id).is_none() {
            return 0;
        }
        self.settle_down(row);
        if holds != 0 {
            self.hold(row, holds);
        }
        self.contexts.counters[row].steps - before
    }

    /// Cancels a task that was started from outside: its `await` throws, so that its `finally` blocks run, and so do those of the
    /// tasks that it awaits; `catch` doesn't see it. A task that runs, or whose `await` was answered, is cancelled at its next `await` that
    /// has to wait: what it is given until then, a lock say, it knows of. If it does without for 100,000 steps, it is cancelled where it
    /// stands, in a `finally` block too. One that has not begun never begins. What it asked of contexts inside is cancelled there. It ends as [`VmError::Cancelled`] in any case.
    /// False: it had ended before.
    pub fn cancel(&mut self, task: TaskId) -> Result<bool, VmError> {
        let is_cancelled = self.cancel_one(task);
        self.cancel_all_inside();
        is_cancelled
    }

    /// Cancels what cancelled tasks asked of contexts inside theirs, and so on.
    pub(crate) fn cancel_all_inside(&mut self) {
        while let Some(run) = self.cancels.pop() {
            self.cancel_inside(run);
        }
    }

    fn cancel_inside(&mut self, run: u64) {
        let Some((task, run)) = TaskId::from_bits(run).and_then(|t| Some((t, self.runs.find(t)?)))
        else {
            return;
        };
        let context = ContextId::from_bits(self.runs.contexts[run]);
        let owner = context.and_then(|id| self.contexts.parent(id.index()));
        // What was asked of the one outside goes on: it is not the asker's.
        if owner.map(ContextId::to_bits) == Some(self.runs.askers[run]) {
            // It is a limit of that context, and nothing to the caller.
            let _ = self.cancel_one(task);
        }
    }

    fn cancel_one(&mut self, task: TaskId) -> Result<bool, VmError> {
        let run = self.runs.find(task).ok_or(VmError::TaskNotFound(task))?;
        if self.runs.outcomes[run].is_some() {
            return Ok(false);
        }
        let context = ContextId::from_bits(self.runs.contexts[run]);
        let row = context.expect("a run has a context").index();
        let mut notes = Vec::new();
        let is_cancelled = self.cell(row).cancel(task.to_bits(), &mut notes);
        let runs = notes.iter().filter_map(|note| match note {
            Note::Cancel(run) => Some(*run),
            Note::Event { .. } => None,
        });
        self.cancels.extend(runs);
        self.reap_entries(row);
        self.settle_down(row);
        is_cancelled.map_err(limit_error)
    }

    /// Ends a context and those inside it.
    pub(crate) fn remove(&mut self, id: ContextId) {
        self.remove_because(id, "");
    }

    /// The same; `why` goes on behind "the context … ended".
    pub(crate) fn remove_because(&mut self, id: ContextId, why: &str) {
        let Some(row) = self.contexts.find(id) else {
            return;
        };
        for row in self.contexts.subtree(row).into_iter().rev() {
            self.remove_one(row, why);
        }
    }

    fn remove_one(&mut self, row: usize, why: &str) {
        let id = self.contexts.id_at(row).expect("a live row");
        let name = match self.contexts.name(row) {
            "" => None,
            name => Some(name.to_owned()),
        };
        let message = || {
            let name = name.clone().unwrap_or_else(|| id.to_string());
            format!("{}{why}", VmError::ContextEnded(name.into()))
        };
        self.tell_owner(id, EventKind::Ended, 0, 0);
        if let Some(parent) = self.contexts.parent(row) {
            self.dismiss_listeners(parent.index(), id, &message());
        }
        let entries = self.contexts.entries[row].take().unwrap_or_default();
        for task in entries.iter().filter_map(|&bits| TaskId::from_bits(bits)) {
            let asker = ContextId::from_bits(self.runs.askers[task.index()]);
            if let Some(asking) = asker.and_then(|asker| self.contexts.find(asker)) {
                let by = AnsweredBy::Run(task.to_bits());
                self.settle_owed(asking, by, Err(GuestError::new("Error", message())));
            }
            self.runs.free(task);
        }
        account::close(&mut self.shares(), row as u32);
        give_back(&mut self.contexts, row);
        self.grants.free_list(self.contexts.grants[row]);
        self.bindings.forget(row);
        self.leave_program(row);
        self.contexts.free(id);
    }
}
