//! The account sweep: closes the books of a tick.
//!
//! Reads and writes counters. Order: last in a tick. Cost: one write for each context that ran.
//! Absent: credits (`schedule`), limits (`execute`).

use raya_storages::limits::Counters;

/// Begins the count of a tick's steps again for those that ran.
pub fn end_tick(counters: &mut [Counters], ran: &[u32]) {
    for &row in ran {
        counters[row as usize].steps_this_tick = 0;
    }
}
