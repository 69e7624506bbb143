//! The account sweep: opens the books of a tick, and closes those of each round and of contexts that end.
//!
//! Reads and writes counters, credits and pools. Order: `begin_tick` first in a tick, `account` last in each round. Invariant: fuel
//! that nobody can use goes back to the pool it came from, none is made and none lost. Cost: an operation for each context that ran,
//! and for each around one that has nothing more to run. Absent: who gets how much (`schedule`), limits (`execute`).

use raya_storages::fuel::{Shares, steps_allowed};
use raya_storages::limits::Counters;

/// Begins the count of a tick's steps anew for those that ran in the last, and forgets who they were.
pub fn begin_tick(counters: &mut [Counters], ran: &mut Vec<u32>) {
    for row in ran.drain(..) {
        counters[row as usize].steps_last_tick = 0;
    }
}

/// The rows that ran in the latest tick.
pub fn ran(counters: &[Counters]) -> Vec<u32> {
    let rows = (0u32..).zip(counters);
    rows.filter(|(_, counters)| counters.steps_last_tick > 0)
        .map(|(row, _)| row)
        .collect()
}

/// Closes the books of those that ran: who can still run a step is in the batch again, who has nothing more to run
/// gives back what it was given.
pub fn account(shares: &mut Shares<'_>, ran: &[u32]) {
    for &row in ran {
        let credit = shares.contexts.credits[row as usize];
        if steps_allowed(credit) > 0 && shares.ready.stands(row) {
            shares.batch.push(row);
        }
    }
    while let Some(row) = shares.ready.pop_lapsed() {
        if !shares.ready.stands(row) {
            shares.take_back(row);
        }
    }
}

/// Closes the account of a context that ends, after those inside it: what it has or owes goes to its parent's pool. What
/// one without a parent owes is forgotten.
pub fn close(shares: &mut Shares<'_>, row: u32) {
    shares.take_back(row);
    shares.ready.forget(row);
    let owed = shares.contexts.credits[row as usize];
    if let Some(parent) = shares.contexts.parent(row as usize)
        && let Some(inner) = &mut shares.contexts.inner[parent.index()]
    {
        inner.pool += owed;
    }
}
