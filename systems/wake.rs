//! The wake sweep: lets the sleepers go on whose time has come.
//!
//! Reads the clock; writes timers, jobs and the index of who is ready. Order: first in every round of a tick. Of one context one
//! sleeper wakes at a time, and only when nothing else is left to do there: what a timer lets go on has run before the next
//! timer goes off, as in JavaScript. Cost: logarithmic for each sleeper that wakes; nothing for the others.
//! Absent: what time it is (`src/tick`).

use raya_storages::activities::Job;
use raya_storages::contexts::Contexts;
use raya_storages::ready::Ready;

/// Wakes the sleepers that are due at `now_ms`.
pub fn wake(contexts: &mut Contexts, ready: &mut Ready, now_ms: f64) {
    let mut later = Vec::new();
    while let Some(row) = ready.pop_due(contexts, now_ms) {
        let activity = contexts.activities[row as usize].as_mut();
        let activity = activity.expect("who sleeps is active");
        if activity.blocked || activity.is_runnable() {
            later.push(row);
            continue;
        }
        if let Some(promise) = activity.timers.pop_due(now_ms) {
            activity.jobs.push_back(Job::Fulfil { promise });
        }
        ready.update(contexts, row);
    }
    for row in later {
        ready.update(contexts, row);
    }
}
