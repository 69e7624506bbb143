//! Cancelling: tasks that are to come to an end, with their `finally` blocks.
//!
//! ```text
//! entry or promise <- task <- promise it awaits <- task <- … <- the innermost task, which awaits what no task settles
//! ```
//!
//! All tasks of such a chain are cancelled with one error object; the innermost gets it thrown at its `await`, and it goes outwards
//! from there as tasks end. One that runs gets it at its next `await` that has to wait; what was answered, it takes. So what it
//! was given, a lock say, is known to its `finally` blocks. One that never has to wait gets the error where it stands once the context
//! has taken `CANCEL_GRACE_STEPS`: at the beginning of a block, in a `finally` block too. Handlers that only clean up run, others don't see that error (`throw`). A
//! cancelled task ends as cancelled, whatever it returns or throws after that; it is not cancelled twice. What a running task has
//! called and has not reached an `await` belongs to it.
//! Absent: tasks of other contexts (`Activity::cancels` names their runs), handlers (`errors`).

use super::Execution;
use super::entries::EntryError;
use super::errors::{ErrorKind, Halt};
use super::machine::Machine;
use raya_storages::activities::{AnsweredBy, Job};
use raya_storages::entries::Stage;
use raya_storages::layout::{PROMISE_HANDLED, PROMISE_PENDING, PROMISE_REJECTED, PROMISE_WORDS};
use raya_storages::limits::CANCEL_GRACE_STEPS;
use raya_storages::runs::{Cause, Failure, RunOutcome};
use raya_storages::tasks::{LimitFault, Task, TaskState};
use std::collections::BTreeMap;

/// The name of the error.
const NAME: &str = "CancelledError";
/// Its message.
const MESSAGE: &str = "the task was cancelled";
/// Words that the error and a promise take at most.
const WORDS_MAX: u64 = 384;

/// Cancels an entry. False: it is over. `at_limit`: there is no memory but what is kept for such a case.
pub fn cancel_entry(
    execution: &mut Execution<'_>,
    run: u64,
    at_limit: bool,
) -> Result<bool, EntryError> {
    Ok(execution.machine().cancel_entry(run, at_limit)?)
}

/// The grace is over: whoever was cancelled and has not had to wait gets the error at its next `await`, and who runs, here, in the
/// middle of a block from then on. Gives the steps it takes.
pub fn cut_overdue(execution: &mut Execution<'_>) -> u64 {
    let mut machine = execution.machine();
    machine.cut_overdue();
    machine.fuel.unsigned_abs()
}

/// The tasks to cancel, outermost first, and the promise that the innermost waits for.
struct Chain {
    tasks: Vec<u32>,
    end: u32,
}

impl Machine<'_> {
    fn cancel_entry(&mut self, run: u64, at_limit: bool) -> Result<bool, Halt> {
        let Some(at) = self.activity.entries.of_run(run) else {
            return Ok(false);
        };
        let has_task = match *self.activity.entries.stage(at) {
            Stage::Ended(_) => return Ok(false),
            Stage::Waiting(_) => {
                self.activity.entries.end_waiting(at, cancelled());
                return Ok(true);
            }
            Stage::Running { task } => {
                self.cancel_chain(Some(task - 1), 0, |m| m.cancellation(at_limit))?
            }
            Stage::Awaiting { promise } => {
                self.cancel_chain(None, promise, |m| m.cancellation(at_limit))?
            }
        };
        if !has_task {
            self.activity.entries.end(at, cancelled());
        }
        Ok(true)
    }

    /// Cancels the task that settles a promise. False: none does.
    pub fn cancel_promise(&mut self, promise: u32) -> Result<bool, Halt> {
        self.cancel_chain(None, promise, |m| m.cancellation(false))
    }

    /// An entry that was cancelled returned something. If tasks settle it, they are cancelled with the same error, and the
    /// promise that the entry has not gone on with; their end is its end.
    pub fn cancel_returned(&mut self, at: usize, returned: u32, (error, due): (u32, u32)) {
        let is_promise =
            self.is_promise(returned) && self.promise_state(returned) == PROMISE_PENDING;
        if is_promise
            && due != 0
            && self.cancel_chain(None, returned, |_| Ok((error, due))) == Ok(true)
        {
            self.set_promise_flags(returned, PROMISE_HANDLED);
            self.activity.entries.wait_for(at, returned);
        } else {
            self.activity.entries.end(at, cancelled());
        }
    }

    fn cancel_chain(
        &mut self,
        first: Option<u32>,
        promise: u32,
        cancellation: impl FnOnce(&mut Self) -> Result<(u32, u32), Halt>,
    ) -> Result<bool, Halt> {
        let chain = self.chain(first, promise);
        let is_cancelled = |task: &u32| self.activity.tasks.task[*task as usize].cancelled != 0;
        if let Some(at) = chain.tasks.iter().position(is_cancelled) {
            let error = self.task(chain.tasks[at]).cancelled;
            for &task in &chain.tasks[..at] {
                self.task(task).cancelled = error;
            }
            return Ok(true);
        }
        if let Some(innermost) = chain.tasks.last().copied() {
            let (error, rejected) = cancellation(self)?;
            for &task in &chain.tasks {
                self.task(task).cancelled = error;
                if self.task(task).state != TaskState::Waiting {
                    self.task(task).due = rejected;
                    self.activity.grace = CANCEL_GRACE_STEPS;
                }
            }
            self.interrupt(innermost, rejected);
        }
        self.cancel_outside(chain.end);
        Ok(!chain.tasks.is_empty())
    }

    /// Follows what is waited for, from a task or a promise on.
    fn chain(&mut self, first: Option<u32>, promise: u32) -> Chain {
        self.pay(self.activity.tasks.capacity() as u64);
        let live = |(index, task): (u32, &Task)| {
            let settles = task.promise != 0 && task.state != TaskState::Done;
            settles.then_some((task.promise, index))
        };
        let settlers: BTreeMap<u32, u32> = self.activity.tasks.iter().filter_map(live).collect();
        let follows = |job: &Job| match *job {
            Job::Follow { promise, source } => Some((promise, source)),
            _ => None,
        };
        let followed: BTreeMap<u32, u32> = self.activity.jobs.iter().filter_map(follows).collect();
        let mut chain = Chain {
            tasks: Vec::new(),
            end: promise,
        };
        let mut next = first.or_else(|| settlers.get(&promise).copied());
        // A ring of promises that wait for each other has no more links than there are.
        for _ in 0..=settlers.len() + followed.len() {
            if let Some(&source) = followed.get(&chain.end).filter(|_| next.is_none()) {
                chain.end = source;
            } else if let Some(index) = next {
                let task = &self.activity.tasks.task[index as usize];
                if !task.stack.rows.is_empty() && !chain.tasks.contains(&index) {
                    chain.tasks.push(index);
                }
                chain.end = task.awaits;
            } else {
                break;
            }
            next = settlers.get(&chain.end).copied();
        }
        self.add_called(&mut chain);
        chain
    }

    /// Adds what the innermost task, if it runs, has called and what runs above it.
    fn add_called(&self, chain: &mut Chain) {
        let Some(&innermost) = chain.tasks.last() else {
            return;
        };
        let tasks = &self.activity.tasks.task;
        if tasks[innermost as usize].state != TaskState::Running {
            return;
        }
        let end = chain.tasks.len();
        let mut next = self.activity.running;
        while next != 0 && next != innermost + 1 {
            chain.tasks.push(next - 1);
            next = tasks[next as usize - 1].resumer;
        }
        chain.tasks[end..].reverse();
    }

    /// The error, and a promise that is rejected with it.
    fn cancellation(&mut self, at_limit: bool) -> Result<(u32, u32), Halt> {
        if !at_limit {
            self.reserve(WORDS_MAX)?;
        }
        let made = self.beyond_mark(WORDS_MAX, |m| {
            let class = m.error_class(ErrorKind::Error);
            let error = m.make_named_error(class, NAME, MESSAGE)?;
            m.reserve(u64::from(PROMISE_WORDS))?;
            let promise = m.take_promise();
            m.conclude(promise, PROMISE_REJECTED | PROMISE_HANDLED, (0, error));
            Ok((error, promise))
        });
        made.unwrap_or_else(|| {
            let used = self.heap.bytes_used() + self.activity.bytes() + WORDS_MAX * 8;
            let max = self.limits.heap_bytes_max;
            Err(Halt::Limit(LimitFault::Heap { used, max }))
        })
    }

    /// Lets a task that waits go on with a promise that is rejected instead.
    fn interrupt(&mut self, index: u32, rejected: u32) {
        match self.task(index).state {
            TaskState::Waiting => {
                self.stop_waiting(index);
                self.task(index).state = TaskState::Ready;
                let promise = rejected;
                self.activity.jobs.push_back(Job::Resume {
                    task: index,
                    promise,
                });
            }
            // At its next `await`, as what called it.
            TaskState::Ready | TaskState::Running => {}
            TaskState::Done => unreachable!("who is done settles nothing"),
        }
    }

    fn cut_overdue(&mut self) {
        let is_due = |(index, task): (u32, &Task)| (task.due != 0).then_some(index);
        let due: Vec<u32> = self.activity.tasks.iter().filter_map(is_due).collect();
        for &index in &due {
            self.task(index).is_overdue = true;
        }
        self.activity.grace = if due.is_empty() {
            0
        } else {
            CANCEL_GRACE_STEPS
        };
        // Who waits for an answer of the host gets it first.
        if !self.activity.blocked {
            self.cut_running();
        }
    }

    /// Throws the error in the running task, if it or one that called it is due; not if that knows it and cleans up.
    fn cut_running(&mut self) {
        let mut called = Vec::new();
        let mut next = self.activity.running;
        while next != 0 && self.task(next - 1).cancelled == 0 {
            called.push(next - 1);
            next = self.task(next - 1).resumer;
        }
        if next == 0 || self.task(next - 1).due == 0 {
            return;
        }
        let error = self.task(next - 1).cancelled;
        for task in called {
            self.task(task).cancelled = error;
        }
        self.arrive();
        self.throw((0, error), true);
        self.leave();
    }

    /// What an inner context was asked for is cancelled there.
    fn cancel_outside(&mut self, promise: u32) {
        let owed = self.activity.owed.iter().find(|w| w.promise == promise);
        let by = owed.filter(|_| promise != 0).map(|owed| owed.by);
        if let Some(AnsweredBy::Run(run)) = by {
            self.activity.cancels.push(run);
        }
    }
}

/// How an entry ends that never gets to see its error.
fn cancelled() -> RunOutcome {
    RunOutcome::Failed(Box::new(Failure::without_trace(Cause::Cancelled)))
}
