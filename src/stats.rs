//! What single contexts and subtrees use, read from their rows.
//!
//! Invariant: reading changes nothing but what the reader pays. Absent: questions about many contexts (`fleet`), the types (`report`).

use crate::Value;
use crate::capability::GuestError;
use crate::cell::Cell;
use crate::fleet::live_tasks;
use crate::report::{SubtreeStats, VmStats};
use crate::runtime::Runtime;
use raya_storages::fuel;
use raya_systems::collect;

/// Bytes that one step copies into a heap.
const BYTES_PER_STEP: u64 = 16;

impl Runtime {
    /// What the context at a row uses and may use.
    pub(crate) fn stats_of(&self, row: usize) -> VmStats {
        let contexts = &self.contexts;
        let (limits, inner) = (&contexts.limits[row], contexts.inner[row].as_deref());
        let (counters, activity) = (&contexts.counters[row], contexts.activities[row].as_deref());
        let uses = counters.uses.as_deref().cloned().unwrap_or_default();
        let heap_bytes_used = contexts.heaps[row].bytes_used() + activity.map_or(0, |a| a.bytes());
        // Those answered inline are counted together, after each turn.
        let calls_not_counted: u64 = activity.map_or(0, |a| a.calls.iter().sum());
        let grants = || self.grants.list(contexts.grants[row]);
        let drawn_steps = inner.map_or(0, |i| i.steps);
        VmStats {
            context: contexts.id_at(row).expect("a live row"),
            name: contexts.name(row).to_string(),
            heap_bytes_used,
            heap_bytes_peak: uses.heap_bytes_peak.max(heap_bytes_used),
            max_heap_bytes: limits.heap_bytes_max + contexts.heap_bytes_lent(row),
            program_bytes: uses.program_bytes,
            tasks: live_tasks(contexts, row) as u32,
            max_tasks: limits.tasks_max + inner.map_or(0, |i| i.tasks),
            steps_executed: counters.steps,
            steps_last_tick: counters.steps_last_tick,
            max_step_budget: (limits.steps_max != u64::MAX).then(|| limits.steps_max + drawn_steps),
            collections: uses.collections,
            calls_in: uses.calls_in,
            calls_out: uses.calls_out + calls_not_counted,
            grant_calls: grants().map(|grant| self.grants.calls(grant)).sum(),
            grant_refusals: grants().map(|grant| self.grants.refusals(grant)).sum(),
            handles: contexts.heaps[row]
                .foreign
                .as_ref()
                .map_or(0, |f| f.handle_count()),
            max_handles: contexts.heaps[row].handles_max(),
            weight: contexts.weights[row],
            priority: contexts.priorities[row],
            children: inner.map_or(0, |i| i.children.len() as u32),
        }
    }

    /// Lets a context pay for work that was done for it outside of its turn.
    pub(crate) fn charge(&mut self, row: usize, steps: u64) {
        self.contexts.counters[row].steps += steps;
        fuel::charge(&mut self.contexts.credits[row], steps);
    }

    /// Places an answer in a context, which pays for the copy, and for collections that made room for it: a heap that is nearly full
    /// is collected for every answer.
    pub(crate) fn place(
        &mut self,
        row: usize,
        answer: Result<Value, GuestError>,
        place: impl FnOnce(&mut Cell<'_>, Result<Value, GuestError>),
    ) {
        let bytes = match &answer {
            Ok(value) => value.bytes(),
            Err(error) => error.name.len() + error.message.len(),
        };
        let before = self.collections(row);
        place(&mut self.cell(row), answer);
        let steps = bytes as u64 / BYTES_PER_STEP + self.collected_since(row, before);
        self.charge(row, steps);
    }

    /// How often a heap was collected.
    pub(crate) fn collections(&self, row: usize) -> u64 {
        let uses = self.contexts.counters[row].uses.as_deref();
        uses.map_or(0, |uses| uses.collections)
    }

    /// What the collections of a heap cost since there were so many.
    pub(crate) fn collected_since(&self, row: usize, before: u64) -> u64 {
        let count = self.collections(row) - before;
        count * collect::fuel_for(self.contexts.heaps[row].top, 0)
    }

    /// What the context at a row and all inside it use.
    pub(crate) fn subtree_stats_of(&self, row: usize) -> SubtreeStats {
        let mut sums = SubtreeStats::default();
        for row in self.contexts.subtree(row) {
            sums.add(&self.stats_of(row));
        }
        sums
    }
}
