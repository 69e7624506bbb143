//! Cancelling: tasks that are to come to an end, with their `finally` blocks.
//!
//! ```text
//! entry or promise <- task <- promise it awaits <- task <- … <- the innermost task, which awaits what no task settles
//! ```
//!
//! All tasks of such a chain are cancelled with one error object; the innermost gets it thrown at its `await` (one that runs, at its next),
//! and it goes outwards from there as tasks end. Handlers that only clean up run, others don't see that error (`throw`). A
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
use raya_storages::runs::{Cause, Failure, RunOutcome};
use raya_storages::tasks::{LimitFault, TaskState};
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
                if self.task(task).state == TaskState::Running {
                    self.task(task).due = rejected;
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
        let live = |(index, task): (u32, &raya_storages::tasks::Task)| {
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

    /// Lets a task go on with a promise that is rejected instead of the one that it awaits, or will.
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
            TaskState::Ready => {
                for job in &mut self.activity.jobs {
                    if let Job::Resume { task, promise } = job
                        && *task == index
                    {
                        *promise = rejected;
                    }
                }
            }
            // It will, as what called it.
            TaskState::Running => {}
            TaskState::Done => unreachable!("who is done settles nothing"),
        }
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
