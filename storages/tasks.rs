//! The tasks of one context.
//!
//! A task is a stack and what it waits for. Within a context exactly one task runs at a time; a task started by `Spawn` runs
//! at once, its spawner standing in `resumer` until the first `Await`. `Task` is one column: execution works on
//! one row at a time and on all of it, so splitting it into columns would only scatter it.
//! Invariants: a task in `Waiting` is in exactly one promise's list of waiters (linked by `next_waiter`);
//! a `Ready` one is named by exactly one job; the chain of resumers from the running task ends.
//! Written by execute, effects, wake, reap. Absent: the order of jobs, and checks against jobs and heap (`activities`).

use crate::dump::{LoadError, Persist, Reader, Writer};
use crate::frames::Stack;
use crate::table::table;

/// What a task is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
pub enum TaskState {
    /// It is the running one, or waits under `resumer` for one that it spawned to reach an await.
    #[default]
    Running = 0,
    /// A job will resume it.
    Ready = 1,
    /// It awaits a promise.
    Waiting = 2,
    /// It ended; the row goes at the next reap.
    Done = 3,
}

/// Why a task failed when the error is no value of its own: limits, which it can't catch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LimitFault {
    /// The heap limit, in bytes.
    Heap {
        /// In use, with what was asked for.
        used: u64,
        /// The limit.
        max: u64,
    },
    /// The task limit.
    Tasks {
        /// How many there would be.
        count: u32,
        /// The limit.
        max: u32,
    },
    /// The total step budget.
    Steps {
        /// Steps used.
        steps: u64,
        /// The limit.
        max: u64,
    },
    /// The stack depth, in frames.
    Stack {
        /// How many there would be.
        frames: u32,
        /// The limit.
        max: u32,
    },
}

/// How a task ended.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    /// With a value, in the task's promise.
    Returned,
    /// With an error that it threw, in its promise; the trace is innermost first: function and pc.
    Threw(Vec<(u32, u32)>),
    /// At a limit; its promise is rejected with an Error that says so. Trace as above.
    Limit(LimitFault, Vec<(u32, u32)>),
    /// It was cancelled.
    Cancelled,
}

/// A task.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Task {
    /// What it is doing.
    pub state: TaskState,
    /// Its registers and frames.
    pub stack: Stack,
    /// The promise it resolves when it ends: a reference, a root.
    pub promise: u32,
    /// The task that spawned it and goes on when it first awaits: index + 1, 0 for none.
    pub resumer: u32,
    /// The next task waiting for the same promise: index + 1, 0 for none.
    pub next_waiter: u32,
    /// The promise that it waits for: a reference, a root; 0 if it doesn't.
    pub awaits: u32,
    /// The error that it was cancelled with: a reference, a root; 0 if it was not.
    pub cancelled: u32,
    /// A promise, rejected with that, which it goes on with at its next `Await` that has to wait: a reference, a root; 0 for none.
    pub due: u32,
    /// It has not had to wait for long: its next `Await` is the one, whatever it is of.
    pub is_overdue: bool,
    /// Where the result of its `Await` goes (numeric register of the top frame).
    pub await_num: u16,
    /// Where the result of its `Await` goes (reference register of the top frame).
    pub await_ref: u16,
    /// How it ended.
    pub outcome: Option<Outcome>,
}

table! {
    /// See the module's header.
    Tasks, TaskRow, TaskId "task" {
        /// The tasks.
        task: Task,
    }
}

impl Tasks {
    /// Adds a task; jobs and promises name it by its place, the embedder by its id.
    pub fn add(&mut self, task: Task) -> TaskId {
        self.insert(TaskRow { task })
    }

    /// The live task at a place.
    #[inline]
    pub fn at(&self, index: u32) -> Option<&Task> {
        self.id_at(index as usize)?;
        self.task.get(index as usize)
    }

    /// The live task at a place.
    #[inline]
    pub fn at_mut(&mut self, index: u32) -> Option<&mut Task> {
        self.id_at(index as usize)?;
        self.task.get_mut(index as usize)
    }

    /// The live tasks with their places, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Task)> + '_ {
        self.ids()
            .map(|id| (id.index() as u32, &self.task[id.index()]))
    }

    /// What their stacks count against the heap limit.
    pub fn stack_bytes(&self) -> u64 {
        self.task.iter().map(|t| t.stack.bytes()).sum()
    }
}

impl Persist for TaskState {
    const BYTES_MIN: usize = 1;

    fn dump(&self, to: &mut Writer) {
        to.pod(*self as u8);
    }

    fn load(from: &mut Reader) -> Result<TaskState, LoadError> {
        Ok(match from.pod::<u8>()? {
            0 => TaskState::Running,
            1 => TaskState::Ready,
            2 => TaskState::Waiting,
            3 => TaskState::Done,
            _ => return Err(LoadError::Invalid("a task's state is known")),
        })
    }
}

impl Persist for LimitFault {
    const BYTES_MIN: usize = 9;

    fn dump(&self, to: &mut Writer) {
        let (tag, used, max) = match *self {
            LimitFault::Heap { used, max } => (0u8, used, max),
            LimitFault::Tasks { count, max } => (1, count.into(), max.into()),
            LimitFault::Steps { steps, max } => (2, steps, max),
            LimitFault::Stack { frames, max } => (3, frames.into(), max.into()),
        };
        to.pod(tag);
        to.pod(used);
        to.pod(max);
    }

    fn load(from: &mut Reader) -> Result<LimitFault, LoadError> {
        let (tag, used, max): (u8, u64, u64) = (from.pod()?, from.pod()?, from.pod()?);
        let small = |n: u64| u32::try_from(n).map_err(|_| LoadError::Invalid("a count fits"));
        Ok(match tag {
            0 => LimitFault::Heap { used, max },
            1 => LimitFault::Tasks {
                count: small(used)?,
                max: small(max)?,
            },
            2 => LimitFault::Steps { steps: used, max },
            3 => LimitFault::Stack {
                frames: small(used)?,
                max: small(max)?,
            },
            _ => return Err(LoadError::Invalid("a limit is known")),
        })
    }
}

/// A line of a trace: function and pc.
impl Persist for (u32, u32) {
    const BYTES_MIN: usize = 8;

    fn dump(&self, to: &mut Writer) {
        to.pod(self.0);
        to.pod(self.1);
    }

    fn load(from: &mut Reader) -> Result<(u32, u32), LoadError> {
        Ok((from.pod()?, from.pod()?))
    }
}

impl Persist for Outcome {
    const BYTES_MIN: usize = 1;

    fn dump(&self, to: &mut Writer) {
        match self {
            Outcome::Returned => to.pod(0u8),
            Outcome::Threw(trace) => {
                to.pod(1u8);
                trace.dump(to);
            }
            Outcome::Limit(fault, trace) => {
                to.pod(2u8);
                fault.dump(to);
                trace.dump(to);
            }
            Outcome::Cancelled => to.pod(3u8),
        }
    }

    fn load(from: &mut Reader) -> Result<Outcome, LoadError> {
        Ok(match from.pod::<u8>()? {
            0 => Outcome::Returned,
            1 => Outcome::Threw(Vec::load(from)?),
            2 => Outcome::Limit(LimitFault::load(from)?, Vec::load(from)?),
            3 => Outcome::Cancelled,
            _ => return Err(LoadError::Invalid("an outcome is known")),
        })
    }
}

impl Persist for Task {
    const BYTES_MIN: usize = 45;

    fn dump(&self, to: &mut Writer) {
        self.state.dump(to);
        self.stack.dump(to);
        to.pod(self.promise);
        to.pod(self.resumer);
        to.pod(self.next_waiter);
        to.pod(self.awaits);
        to.pod(self.cancelled);
        to.pod(self.due);
        self.is_overdue.dump(to);
        to.pod(self.await_num);
        to.pod(self.await_ref);
        self.outcome.dump(to);
    }

    fn load(from: &mut Reader) -> Result<Task, LoadError> {
        Ok(Task {
            state: TaskState::load(from)?,
            stack: Stack::load(from)?,
            promise: from.pod()?,
            resumer: from.pod()?,
            next_waiter: from.pod()?,
            awaits: from.pod()?,
            cancelled: from.pod()?,
            due: from.pod()?,
            is_overdue: bool::load(from)?,
            await_num: from.pod()?,
            await_ref: from.pod()?,
            outcome: Option::load(from)?,
        })
    }
}
