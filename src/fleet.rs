//! Questions about many contexts at once, answered by scanning columns.
//!
//! Invariants: a scan reads one column besides those that filters ask for, and nothing is kept for it between scans; equals are in
//! the order of rows. Cost: a few nanoseconds for each row there is. Absent: all there is to know about one context (`vm`).

use crate::runtime::Runtime;
use crate::{ContextId, ProgramId};
use raya_storages::contexts::Contexts;
use raya_storages::limits::Uses;
use raya_storages::tasks::TaskState;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What contexts can be compared by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Metric {
    /// Steps in the latest tick.
    StepsLastTick,
    /// Steps since it was made.
    Steps,
    /// Bytes of heap in use, without stacks.
    HeapBytes,
    /// The most bytes of heap that were in use.
    HeapBytesPeak,
    /// Live tasks.
    Tasks,
    /// Collections.
    Collections,
    /// Entries and calls from outside.
    CallsIn,
    /// Calls of functions outside.
    CallsOut,
    /// Weight.
    Weight,
}

impl Metric {
    /// All of them.
    pub const ALL: [Metric; 9] = [
        Metric::StepsLastTick,
        Metric::Steps,
        Metric::HeapBytes,
        Metric::HeapBytesPeak,
        Metric::Tasks,
        Metric::Collections,
        Metric::CallsIn,
        Metric::CallsOut,
        Metric::Weight,
    ];
}

/// How many tasks of a context are not done.
pub(crate) fn live_tasks(contexts: &Contexts, row: usize) -> u64 {
    contexts.activities[row].as_ref().map_or(0, |activity| {
        let live = activity
            .tasks
            .iter()
            .filter(|(_, t)| t.state != TaskState::Done);
        live.count() as u64
    })
}

/// The contexts of a runtime, or those that filters let through.
#[derive(Clone, Copy, Debug)]
pub struct Fleet<'a> {
    runtime: &'a Runtime,
    parent: Option<ContextId>,
    program: Option<ProgramId>,
    least: Option<(Metric, u64)>,
}

impl Runtime {
    /// All contexts, to ask about.
    pub fn fleet(&self) -> Fleet<'_> {
        Fleet {
            runtime: self,
            parent: None,
            program: None,
            least: None,
        }
    }
}

impl<'a> Fleet<'a> {
    /// Only those that a context made itself.
    pub fn children_of(self, parent: ContextId) -> Fleet<'a> {
        Fleet {
            parent: Some(parent),
            ..self
        }
    }

    /// Only those that run a program.
    pub fn running(self, program: ProgramId) -> Fleet<'a> {
        Fleet {
            program: Some(program),
            ..self
        }
    }

    /// Only those with so much of something; the last such filter counts.
    pub fn at_least(self, metric: Metric, value: u64) -> Fleet<'a> {
        Fleet {
            least: Some((metric, value)),
            ..self
        }
    }

    /// How many they are.
    pub fn count(&self) -> usize {
        self.rows().count()
    }

    /// Which they are, in the order of rows.
    pub fn ids(&self) -> Vec<ContextId> {
        self.rows().collect()
    }

    /// How much they have of something together.
    pub fn sum(&self, metric: Metric) -> u64 {
        self.rows()
            .map(|id| self.value(metric, id.index()))
            .fold(0, u64::saturating_add)
    }

    /// Those that have most of something, at most `count`, the first first.
    pub fn top_by(&self, metric: Metric, count: usize) -> Vec<(ContextId, u64)> {
        let contexts = &self.runtime.contexts;
        let uses = |read: fn(&Uses) -> u64| {
            move |row: usize| contexts.counters[row].uses.as_deref().map_or(0, read)
        };
        // One loop each, so that the column is read and nothing decided at every row.
        match metric {
            Metric::StepsLastTick => self.top(count, |row| contexts.counters[row].steps_last_tick),
            Metric::Steps => self.top(count, |row| contexts.counters[row].steps),
            Metric::HeapBytes => self.top(count, |row| contexts.heaps[row].bytes_used()),
            Metric::Collections => self.top(count, uses(|u| u.collections)),
            Metric::CallsIn => self.top(count, uses(|u| u.calls_in)),
            Metric::CallsOut => self.top(count, uses(|u| u.calls_out)),
            _ => self.top(count, |row| self.value(metric, row)),
        }
    }

    fn rows(&self) -> impl Iterator<Item = ContextId> + '_ {
        let contexts = &self.runtime.contexts;
        let parent = self.parent.map(ContextId::to_bits);
        let program = self.program.map(ProgramId::to_bits);
        contexts.ids().filter(move |id| {
            let row = id.index();
            parent.is_none_or(|bits| contexts.parents[row] == bits)
                && program.is_none_or(|bits| contexts.programs[row] == bits)
                && self
                    .least
                    .is_none_or(|(metric, least)| self.value(metric, row) >= least)
        })
    }

    fn top(&self, count: usize, value: impl Fn(usize) -> u64) -> Vec<(ContextId, u64)> {
        if count == 0 {
            return Vec::new();
        }
        // The least of those found so far is on top; rows come in order, so an equal one later is less.
        let mut found: BinaryHeap<Reverse<(u64, Reverse<ContextId>)>> = BinaryHeap::new();
        for id in self.rows() {
            let value = value(id.index());
            if found.len() < count {
                found.push(Reverse((value, Reverse(id))));
            } else if let Some(mut least) = found.peek_mut()
                && value > least.0.0
            {
                *least = Reverse((value, Reverse(id)));
            }
        }
        let sorted = found.into_sorted_vec().into_iter();
        sorted
            .map(|Reverse((value, Reverse(id)))| (id, value))
            .collect()
    }

    fn value(&self, metric: Metric, row: usize) -> u64 {
        let contexts = &self.runtime.contexts;
        let counters = &contexts.counters[row];
        let uses = |read: fn(&Uses) -> u64| counters.uses.as_deref().map_or(0, read);
        match metric {
            Metric::StepsLastTick => counters.steps_last_tick,
            Metric::Steps => counters.steps,
            Metric::HeapBytes => contexts.heaps[row].bytes_used(),
            Metric::HeapBytesPeak => {
                uses(|u| u.heap_bytes_peak).max(contexts.heaps[row].bytes_used())
            }
            Metric::Tasks => live_tasks(contexts, row),
            Metric::Collections => uses(|u| u.collections),
            Metric::CallsIn => uses(|u| u.calls_in),
            Metric::CallsOut => uses(|u| u.calls_out),
            Metric::Weight => contexts.weights[row].into(),
        }
    }
}
