//! Limits of a context and the counters they bound: one row each.
//!
//! Invariants: counters are exact; steps may pass their limit by one basic block or built-in, and the error says by how
//! much. Units are in the names; steps are units of fuel.

use crate::dump::{LoadError, Persist, Reader, Writer};

/// Requests that may wait for the host at once: with so many a context stops until they were served.
pub const OUTBOX_REQUESTS_MAX: usize = 32;

/// What a context may use at most.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Limits {
    /// Heap and stacks, in bytes.
    pub heap_bytes_max: u64,
    /// Live tasks.
    pub tasks_max: u32,
    /// Frames of one task's stack.
    pub stack_frames_max: u32,
    /// Steps in all; `u64::MAX` for no limit.
    pub steps_max: u64,
    /// Steps in one tick; `u64::MAX` for no limit beyond the scheduler's share.
    pub steps_per_tick_max: u64,
}

/// What a context has used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counters {
    /// Steps executed since it was made.
    pub steps: u64,
    /// Steps in the current tick.
    pub steps_this_tick: u64,
    /// Collections since it was made.
    pub collections: u64,
}

impl Persist for Limits {
    const BYTES_MIN: usize = 32;

    fn dump(&self, to: &mut Writer) {
        to.pod(self.heap_bytes_max);
        to.pod(self.tasks_max);
        to.pod(self.stack_frames_max);
        to.pod(self.steps_max);
        to.pod(self.steps_per_tick_max);
    }

    fn load(from: &mut Reader) -> Result<Limits, LoadError> {
        Ok(Limits {
            heap_bytes_max: from.pod()?,
            tasks_max: from.pod()?,
            stack_frames_max: from.pod()?,
            steps_max: from.pod()?,
            steps_per_tick_max: from.pod()?,
        })
    }
}

impl Persist for Counters {
    const BYTES_MIN: usize = 24;

    fn dump(&self, to: &mut Writer) {
        to.pod(self.steps);
        to.pod(self.steps_this_tick);
        to.pod(self.collections);
    }

    fn load(from: &mut Reader) -> Result<Counters, LoadError> {
        Ok(Counters {
            steps: from.pod()?,
            steps_this_tick: from.pod()?,
            collections: from.pod()?,
        })
    }
}
