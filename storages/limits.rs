//! Limits of a context and the counters they bound: one row each.
//!
//! Invariants: a counter never exceeds its limit. Units are in the names; steps are units of fuel.

/// What a context may use at most.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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
