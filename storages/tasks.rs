//! The tasks of one context.
//!
//! A task is a stack and what it waits for. Generational rows, indices reused last-freed first; a row whose
//! generation is used up is retired. Within a context exactly one task runs at a time; a task started by `Spawn` runs
//! at once, its spawner standing in `resumer` until the first `Await`.
//! Invariants: a task in `Waiting` is in exactly one promise's list of waiters (linked by `next_waiter`);
//! a `Ready` one is named by exactly one job. Written by execute, effects, wake, reap. Absent: the order of jobs (`activities`).

use crate::frames::Stack;

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
    /// Its context ended, or it was cancelled.
    Cancelled,
}

/// A task. Kept as one struct a row: execution works on one row at a time and on all of it.
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
    /// Where the result of its `Await` goes (numeric register of the top frame).
    pub await_num: u16,
    /// Where the result of its `Await` goes (reference register of the top frame).
    pub await_ref: u16,
    /// How it ended.
    pub outcome: Option<Outcome>,
}
