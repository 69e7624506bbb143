//! What a tick is given and what it and a context report.
//!
//! Absent: reports over many contexts as tables (the command line).

use raya_storages::contexts::{ContextId, Priority};

/// What a tick may use.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TickBudget {
    /// Steps for all contexts together.
    pub fuel: u64,
    /// How far the clock goes on while it runs: a number from 0 to 2^43, some centuries; others are taken for the next of those, and
    /// what is no number for 0.
    pub elapsed_ms: f64,
}

impl TickBudget {
    /// So much fuel, and a clock that goes on by a sixtieth of a second.
    pub fn fuel(fuel: u64) -> TickBudget {
        TickBudget {
            fuel,
            elapsed_ms: 1000.0 / 60.0,
        }
    }
}

/// What happened in a tick.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TickReport {
    /// The tick's number, from 1.
    pub tick: u64,
    /// Steps run.
    pub steps: u64,
    /// Contexts that ran.
    pub contexts_run: u64,
    /// Host calls answered between rounds.
    pub requests_served: u64,
    /// Entries that ended.
    pub entries_ended: u64,
    /// Contexts that have more to run.
    pub runnable: u64,
    /// Contexts that wait for time to pass.
    pub sleeping: u64,
}

/// What a context uses and may use.
#[derive(Clone, PartialEq, Debug)]
pub struct VmStats {
    /// The context.
    pub context: ContextId,
    /// Its name.
    pub name: String,
    /// Bytes in use by its heap.
    pub heap_bytes_used: u64,
    /// The most bytes that it ever used; garbage counts, and stacks as they stood at collections.
    pub heap_bytes_peak: u64,
    /// The most that they may be.
    pub max_heap_bytes: u64,
    /// What its program takes of those, in bytes: 0 but for one that its parent gave it as bytes.
    pub program_bytes: u64,
    /// Live tasks.
    pub tasks: u32,
    /// The most that there may be.
    pub max_tasks: u32,
    /// Steps executed since it was made.
    pub steps_executed: u64,
    /// Steps in the latest tick.
    pub steps_last_tick: u64,
    /// The most that they may be; `None` for no limit.
    pub max_step_budget: Option<u64>,
    /// Collections of its heap.
    pub collections: u64,
    /// Entries and calls from outside.
    pub calls_in: u64,
    /// Calls of functions outside of it, those that were refused included.
    pub calls_out: u64,
    /// Calls that its grants let through, those of inner contexts that they were passed on to among them.
    pub grant_calls: u64,
    /// Calls that its grants refused.
    pub grant_refusals: u64,
    /// Handles that it holds.
    pub handles: u32,
    /// The most that it may hold.
    pub max_handles: u32,
    /// Its share of the fuel.
    pub weight: u32,
    /// Whose turn comes before its own.
    pub priority: Priority,
    /// Contexts that it made.
    pub children: u32,
}

/// What a context and all inside it use. Of those that have ended nothing is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SubtreeStats {
    /// How many contexts they are.
    pub contexts: u64,
    /// Bytes in use by their heaps.
    pub heap_bytes_used: u64,
    /// Live tasks.
    pub tasks: u64,
    /// Steps executed since each was made.
    pub steps_executed: u64,
    /// Steps in the latest tick.
    pub steps_last_tick: u64,
    /// Collections of their heaps.
    pub collections: u64,
    /// Entries and calls from outside.
    pub calls_in: u64,
    /// Calls of functions outside of each.
    pub calls_out: u64,
}

impl SubtreeStats {
    /// Adds those of one context.
    pub(crate) fn add(&mut self, stats: &VmStats) {
        self.contexts += 1;
        self.heap_bytes_used += stats.heap_bytes_used;
        self.tasks += u64::from(stats.tasks);
        self.steps_executed += stats.steps_executed;
        self.steps_last_tick += stats.steps_last_tick;
        self.collections += stats.collections;
        self.calls_in += stats.calls_in;
        self.calls_out += stats.calls_out;
    }
}

/// What became of a task.
#[derive(Clone, PartialEq, Debug)]
pub enum TaskStatus {
    /// It has not ended.
    Running,
    /// It gave this value.
    Returned(crate::Value),
    /// It failed: the error, and where.
    Failed(crate::VmError, crate::Fault),
}
