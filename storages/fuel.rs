//! Fuel: what contexts may still run, and who shares it.
//!
//! A tick's fuel goes into a pool; parts of it go into credits of contexts and pools of those that have others inside. Invariant: what
//! goes out of one place goes into another: no operation here makes fuel or loses it.
//! Absent: who gets how much (`systems/schedule`), when books are closed (`systems/account`).

use crate::contexts::Contexts;
use crate::ready::{Ready, TOP};

/// Units of credit in one step.
pub const UNITS_PER_STEP: i64 = 1 << 16;

/// The most fuel that a pool takes at once; more would not fit a credit.
pub const POOL_STEPS_MAX: u64 = 1 << 40;

/// Fuel that waits to be shared out, in units of credit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pool {
    /// How much. Less than the sum of weights is left over by a sharing, and goes into the next.
    pub units: i64,
}

impl Pool {
    /// Adds the fuel of a tick.
    pub fn add_steps(&mut self, steps: u64) {
        self.units += steps.min(POOL_STEPS_MAX) as i64 * UNITS_PER_STEP;
    }
}

/// What a sharing reads and writes.
#[derive(Debug)]
pub struct Shares<'a> {
    /// The contexts.
    pub contexts: &'a mut Contexts,
    /// Who shares with whom.
    pub ready: &'a mut Ready,
    /// The fuel of the tick.
    pub pool: &'a mut Pool,
    /// The rows that can run a step now; a row may come twice.
    pub batch: &'a mut Vec<u32>,
}

/// The whole steps that a credit allows.
pub fn steps_allowed(credit: i64) -> u64 {
    (credit.max(0) / UNITS_PER_STEP) as u64
}

/// Takes what was run from a credit.
pub fn charge(credit: &mut i64, steps: u64) {
    *credit -= steps as i64 * UNITS_PER_STEP;
}

impl Shares<'_> {
    /// What a group shares.
    pub fn pool_of(&mut self, group: u32) -> Option<&mut i64> {
        match self.ready.row_of(group) {
            None => Some(&mut self.pool.units),
            Some(row) => self.contexts.inner[row as usize]
                .as_mut()
                .map(|inner| &mut inner.pool),
        }
    }

    /// Takes back what a context can't use that has nothing more to run; what it owes stays with it.
    pub fn take_back(&mut self, row: u32) {
        self.ready.leave(self.contexts, row);
        let credit = &mut self.contexts.credits[row as usize];
        let units = (*credit).max(0);
        *credit -= units;
        self.give_back(row, units);
    }

    /// Gives units to the pool of the innermost group around a context's tasks that somebody shares.
    pub fn give_back(&mut self, row: u32, units: i64) {
        let (mut row, mut units) = (row, units);
        loop {
            let group = self.ready.group_of(row);
            if let Some(inner) = &mut self.contexts.inner[row as usize] {
                if group != TOP && self.ready.is_active(row) {
                    inner.pool += units;
                    return self.note_change(group, units);
                }
                let left = inner.pool.max(0);
                inner.pool -= left;
                units += left;
            }
            if group != TOP && units > 0 {
                self.ready.take(group, -units);
            }
            match self.contexts.parent(row as usize) {
                Some(parent) => row = parent.index() as u32,
                None => {
                    self.pool.units += units;
                    return self.note_change(TOP, units);
                }
            }
        }
    }

    fn note_change(&mut self, group: u32, units: i64) {
        if units > 0 {
            self.ready.note_change(group);
        }
    }
}
