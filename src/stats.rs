//! What single contexts and subtrees use, read from their rows.
//!
//! Invariant: reading changes nothing but what the reader pays. Absent: questions about many contexts (`fleet`), the types (`report`).

use crate::fleet::live_tasks;
use crate::report::{SubtreeStats, VmStats};
use crate::runtime::Runtime;
use raya_storages::fuel;

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
            max_heap_bytes: limits.heap_bytes_max + inner.map_or(0, |i| i.heap_bytes),
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

    /// What the context at a row and all inside it use.
    pub(crate) fn subtree_stats_of(&self, row: usize) -> SubtreeStats {
        let mut sums = SubtreeStats::default();
        for row in self.contexts.subtree(row) {
            sums.add(&self.stats_of(row));
        }
        sums
    }
}
