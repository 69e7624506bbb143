//! Limits of a context and the counters they bound: one row each; and what it does at a limit, for the few that say.
//!
//! Invariants: counters are exact; steps may pass their limit by one basic block or built-in, and the error says by how
//! much. Marks are crossed once, until use is below them again. Units are in the names; steps are units of fuel.

use crate::dump::{LoadError, Persist, Reader, Writer, ensure};
use crate::heaps::Heap;

/// Requests that may wait for the host at once: with so many a context stops until they were served.
pub const OUTBOX_REQUESTS_MAX: usize = 32;

/// Bytes of a request's arguments beyond which its context stops until it was served: they lie outside of its heap.
pub const OUTBOX_BYTES_MAX: usize = 64 << 10;

/// Steps that a context takes until its tasks that were cancelled, and have not had to wait, are cancelled where they stand.
pub const CANCEL_GRACE_STEPS: u64 = 100_000;

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
    /// Steps in one tick, with those of the contexts inside; `u64::MAX` for no limit beyond the scheduler's share.
    pub steps_per_tick_max: u64,
}

/// What a context has done, counted since it was made.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Uses {
    /// Entries and calls from outside.
    pub calls_in: u64,
    /// Calls of functions outside that were let through or refused.
    pub calls_out: u64,
    /// Collections.
    pub collections: u64,
    /// The most bytes that its heap held, garbage included; stacks count as they stood at collections.
    pub heap_bytes_peak: u64,
    /// What its program takes off its heap limit, in bytes: 0 but for one that another context gave as bytes.
    pub program_bytes: u64,
}

impl Persist for Uses {
    const BYTES_MIN: usize = 40;

    fn dump(&self, to: &mut Writer) {
        to.pod(self.calls_in);
        to.pod(self.calls_out);
        to.pod(self.collections);
        to.pod(self.heap_bytes_peak);
        to.pod(self.program_bytes);
    }

    fn load(from: &mut Reader) -> Result<Uses, LoadError> {
        Ok(Uses {
            calls_in: from.pod()?,
            calls_out: from.pod()?,
            collections: from.pod()?,
            heap_bytes_peak: from.pod()?,
            program_bytes: from.pod()?,
        })
    }
}

/// What a context has used.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Counters {
    /// Steps executed since it was made.
    pub steps: u64,
    /// Steps in the latest tick: not those of calls between ticks.
    pub steps_last_tick: u64,
    /// What else is counted, once it did anything.
    pub uses: Option<Box<Uses>>,
}

impl Counters {
    /// Counts calls from outside, and how far they have let a heap grow.
    #[inline]
    pub fn count_calls_in(&mut self, count: u64, heap: &Heap) {
        let bytes = heap.bytes_used();
        let uses = self.uses_mut();
        uses.calls_in += count;
        uses.heap_bytes_peak = uses.heap_bytes_peak.max(bytes);
    }

    /// What the program takes off the heap limit, in bytes.
    pub fn program_bytes(&self) -> u64 {
        self.uses.as_ref().map_or(0, |uses| uses.program_bytes)
    }

    /// What else is counted, to be added to.
    #[inline]
    pub fn uses_mut(&mut self) -> &mut Uses {
        self.uses.get_or_insert_with(Box::default)
    }
}

/// What a context does that meets a limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
pub enum OnLimit {
    /// The task that met it fails; at the step budget, all of them.
    #[default]
    FailTask = 0,
    /// The context is paused; its tasks stay as they are, the one that met the limit before the instruction that did. With more, and
    /// resumed, they go on as if there had been as much from the start. What can't be done again fails all the same: a string that
    /// a host function answered inline with and that doesn't fit, an answer or argument from outside for which there is no room, an
    /// entry beyond the task limit.
    Suspend = 1,
    /// The context ends, and those inside it.
    Terminate = 2,
}

/// A mark that is not set.
pub const NO_MARK: i64 = i64::MAX;

/// Where a context stops short of its limits, and what it does at them. What its children draw is taken off marks as it is
/// off limits, so a mark may be negative.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Marks {
    /// Bytes of heap and stacks from which on its owner is told; `NO_MARK` for none.
    pub heap_bytes: i64,
    /// Steps in all from which on its owner is told; `NO_MARK` for none.
    pub steps: i64,
    /// Steps in all at which it is paused again (`run_steps`); `NO_MARK` for none.
    pub pause_at_steps: i64,
    /// What it does at a limit.
    pub on_limit: OnLimit,
    /// Its owner was told of the heap.
    pub is_heap_crossed: bool,
    /// Its owner was told of the steps.
    pub is_steps_crossed: bool,
}

impl Default for Marks {
    fn default() -> Marks {
        Marks {
            heap_bytes: NO_MARK,
            steps: NO_MARK,
            pause_at_steps: NO_MARK,
            on_limit: OnLimit::FailTask,
            is_heap_crossed: false,
            is_steps_crossed: false,
        }
    }
}

/// A mark crosses when less than this part of it is left: below, collections would come at every turn.
const HEAP_MARK_PART: i64 = 16;

impl Marks {
    /// The steps after which it must stop for a mark: at the first end of a block behind them it is up to the mark.
    pub fn steps_left(&self, steps: u64) -> u64 {
        let steps = steps as i64;
        let soft = if self.is_steps_crossed {
            NO_MARK
        } else {
            self.steps
        };
        let next = [soft, self.pause_at_steps]
            .into_iter()
            .filter(|&mark| mark > steps)
            .min();
        next.map_or(u64::MAX, |mark| (mark - steps - 1) as u64)
    }

    /// Whether so many steps cross the mark for the first time.
    pub fn crosses_steps(&self, steps: u64) -> bool {
        !self.is_steps_crossed && self.steps != NO_MARK && steps as i64 >= self.steps
    }

    /// Whether so many live bytes are up to the mark, but for a small part of it.
    pub fn is_heap_full(&self, live_bytes: u64) -> bool {
        self.heap_bytes != NO_MARK
            && live_bytes as i64 > self.heap_bytes - self.heap_bytes.max(0) / HEAP_MARK_PART
    }

    /// Whether nothing is marked and limits do what they usually do: no row is needed.
    pub fn is_usual(&self) -> bool {
        *self == Marks::default()
    }
}

impl Persist for Marks {
    const BYTES_MIN: usize = 27;

    fn dump(&self, to: &mut Writer) {
        to.pod(self.heap_bytes);
        to.pod(self.steps);
        to.pod(self.pause_at_steps);
        to.pod(self.on_limit as u8);
        self.is_heap_crossed.dump(to);
        self.is_steps_crossed.dump(to);
    }

    fn load(from: &mut Reader) -> Result<Marks, LoadError> {
        let marks = Marks {
            heap_bytes: from.pod()?,
            steps: from.pod()?,
            pause_at_steps: from.pod()?,
            on_limit: match from.pod::<u8>()? {
                0 => OnLimit::FailTask,
                1 => OnLimit::Suspend,
                2 => OnLimit::Terminate,
                _ => return Err(LoadError::Invalid("what a limit does is one of three")),
            },
            is_heap_crossed: bool::load(from)?,
            is_steps_crossed: bool::load(from)?,
        };
        ensure(!marks.is_usual(), "marks that mark nothing have no row")?;
        Ok(marks)
    }
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
    const BYTES_MIN: usize = 17;

    fn dump(&self, to: &mut Writer) {
        to.pod(self.steps);
        to.pod(self.steps_last_tick);
        self.uses.dump(to);
    }

    fn load(from: &mut Reader) -> Result<Counters, LoadError> {
        Ok(Counters {
            steps: from.pod()?,
            steps_last_tick: from.pod()?,
            uses: Option::load(from)?,
        })
    }
}
