//! The account sweep: opens the books of a tick.
//!
//! Reads and writes counters. Order: first in a tick. Cost: one write for each context that ran in the tick before.
//! Absent: credits (`schedule`), limits (`execute`).

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
