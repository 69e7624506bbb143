//! What a context has only while something is going on in it: tasks, jobs, timers, and what it asks of the host.
//!
//! An idle context has none: the box is dropped when the last task has ended and nothing is queued.
//! Invariants: `running` names a live task or none; jobs name live tasks and promises; a blocked context runs nothing
//! until its request is answered. References in jobs, timers, requests and watches are roots.
//! Absent: who answers requests (`systems/effects`).

use crate::tasks::Task;
use crate::values::Value;

/// One entry of the queue of microtasks, first in first out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Job {
    /// Resume a task with what the promise it awaited settled to (a reference), as value or error by its state.
    Resume {
        /// The task's index.
        task: u32,
        /// The settled promise.
        promise: u32,
    },
    /// `resolve(promise, thenable)`: make `promise` follow `source` (one microtask later, as JavaScript does).
    Follow {
        /// The one resolved.
        promise: u32,
        /// The promise it was resolved with.
        source: u32,
    },
    /// `source` has settled: settle `promise` alike.
    Adopt {
        /// The one that follows.
        promise: u32,
        /// The settled one.
        source: u32,
    },
}

/// A host call that could not be answered at once.
#[derive(Clone, PartialEq, Debug)]
pub struct Request {
    /// Which import.
    pub import: u32,
    /// The arguments, copied out.
    pub args: Vec<Value>,
    /// The promise that gets the answer; 0 if the context is blocked until the answer is there.
    pub promise: u32,
}

/// A promise that somebody outside of the context looks at, or will settle. A root.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Watch {
    /// The promise.
    pub promise: u32,
    /// The row of `runs`, as bits: whose outcome it is (`entries`), or whose outcome will settle it (`owed`).
    pub run: u64,
}

/// See the module's header.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Activity {
    /// The tasks (the storages helper turns this into the shared table machinery: generational, dumpable).
    pub tasks: Vec<Task>,
    /// The microtasks.
    pub jobs: std::collections::VecDeque<Job>,
    /// The task that was running when the context was stopped: index + 1, 0 for none.
    pub running: u32,
    /// What it asked of the host this round, in order.
    pub outbox: Vec<Request>,
    /// The running task waits for the answer to the last request of the outbox.
    pub blocked: bool,
    /// Entries that were started from outside, with their tasks' promises, in the order they were started.
    pub entries: Vec<Watch>,
    /// Promises that wait for the outcome of an entry of an inner context, in the order they were asked for.
    pub owed: Vec<Watch>,
}
