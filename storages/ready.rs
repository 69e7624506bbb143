//! An index: which contexts have something to run, and which wait for time to pass. So a tick costs nothing for those that sleep.
//!
//! Invariants: whoever is runnable is in `rows` or `woken`, whoever has timers is in `sleepers` with its first due time, unless it
//! is held; either may name contexts that no longer are, which are dropped when met. Derived from `activities`: rebuilt after a load, never dumped.
//! Absent: whose turn it is (`systems/schedule`).

use crate::contexts::Contexts;
use std::collections::BTreeSet;

/// See the module's header.
#[derive(Clone, Debug, Default)]
pub struct Ready {
    rows: Vec<u32>,
    woken: Vec<u32>,
    sleepers: BTreeSet<(u64, u32)>,
}

/// Whether the context at a row has something to run and may.
pub fn is_runnable(contexts: &Contexts, row: u32) -> bool {
    contexts.holds[row as usize] == 0
        && contexts.activities[row as usize]
            .as_ref()
            .is_some_and(|a| a.is_runnable())
}

fn next_due(contexts: &Contexts, row: u32) -> Option<u64> {
    if contexts.holds[row as usize] != 0 {
        return None;
    }
    let activity = contexts.activities[row as usize].as_ref()?;
    // Due times are never negative, so their bits are in their order.
    activity
        .timers
        .next_due_ms()
        .map(|due| due.max(0.0).to_bits())
}

impl Ready {
    /// The index of these contexts.
    pub fn of(contexts: &Contexts) -> Ready {
        let mut ready = Ready::default();
        for id in contexts.ids() {
            ready.update(contexts, id.index() as u32);
        }
        ready
    }

    /// Takes note of what a context has become after something was done in it.
    pub fn update(&mut self, contexts: &Contexts, row: u32) {
        if is_runnable(contexts, row) {
            self.woken.push(row);
        }
        if let Some(due) = next_due(contexts, row) {
            self.sleepers.insert((due, row));
        }
    }

    /// The rows that have something to run, in order.
    pub fn runnable(&mut self, contexts: &Contexts) -> &[u32] {
        if !self.woken.is_empty() {
            self.rows.append(&mut self.woken);
            self.rows.sort_unstable();
            self.rows.dedup();
        }
        self.rows.retain(|&row| is_runnable(contexts, row));
        &self.rows
    }

    /// Takes out a row with a timer that is due, earliest first.
    pub fn pop_due(&mut self, contexts: &Contexts, now_ms: f64) -> Option<u32> {
        while let Some(&(due, row)) = self.sleepers.first() {
            if f64::from_bits(due) > now_ms {
                return None;
            }
            self.sleepers.pop_first();
            if next_due(contexts, row) == Some(due) {
                return Some(row);
            }
        }
        None
    }

    /// When the next timer is due.
    pub fn next_due_ms(&mut self, contexts: &Contexts) -> Option<f64> {
        while let Some(&(due, row)) = self.sleepers.first() {
            if next_due(contexts, row) == Some(due) {
                return Some(f64::from_bits(due));
            }
            self.sleepers.pop_first();
        }
        None
    }

    /// How many contexts wait for time, at most.
    pub fn sleeping(&self) -> usize {
        self.sleepers.len()
    }
}
