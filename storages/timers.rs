//! The timers of one context: sleepers, by when they are due.
//!
//! Invariants: they go off in order of due time, then of when they were set (`sequence`); sequences are unique and below
//! `next_sequence`. Written by execute (`Sleep`) and wake. Not a generational table: nobody names a timer, and its
//! order is all that counts. Absent: what time it is.

use crate::dump::{LoadError, Persist, Reader, Writer, ensure};
use std::collections::BTreeMap;

/// The longest that anybody sleeps, and that a clock goes on at once: some centuries. Beyond, a clock would lose parts of milliseconds.
pub const ELAPSED_MS_MAX: f64 = (1_u64 << 43) as f64;

/// When a timer goes off: the bits of its due time, which order as the time does since it is not negative, then its sequence.
type Place = (u64, u64);

/// See the module's header.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Timers {
    /// The promise to fulfil, by place: a reference, a root.
    promises: BTreeMap<Place, u32>,
    next_sequence: u64,
}

impl Timers {
    /// Sets a timer. A time that is NaN or negative is 0.
    pub fn insert(&mut self, due_ms: f64, promise: u32) {
        let due_ms = if due_ms > 0.0 { due_ms } else { 0.0 };
        self.promises
            .insert((due_ms.to_bits(), self.next_sequence), promise);
        self.next_sequence += 1;
    }

    /// When the next one is due.
    pub fn next_due_ms(&self) -> Option<f64> {
        self.promises
            .keys()
            .next()
            .map(|place| f64::from_bits(place.0))
    }

    /// Takes the promise of the first timer that is due. One at a time: the job queue is drained before the next.
    pub fn pop_due(&mut self, now_ms: f64) -> Option<u32> {
        if self.next_due_ms()? > now_ms {
            return None;
        }
        self.promises.pop_first().map(|(_, promise)| promise)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.promises.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.promises.is_empty()
    }

    /// Whether there never was one.
    pub fn is_untouched(&self) -> bool {
        self.next_sequence == 0
    }

    /// The references that keep promises alive.
    pub fn promises(&self) -> impl Iterator<Item = u32> + '_ {
        self.promises.values().copied()
    }

    /// The references that keep promises alive, to be moved.
    pub fn promises_mut(&mut self) -> impl Iterator<Item = &mut u32> + '_ {
        self.promises.values_mut()
    }

    /// Checks the invariants.
    pub fn verify(&self) -> Result<(), LoadError> {
        let is_time = |bits: u64| f64::from_bits(bits) >= 0.0 && bits >> 63 == 0;
        ensure(
            self.promises.keys().all(|p| is_time(p.0)),
            "a due time is a time",
        )?;
        let were_given = self.promises.keys().all(|p| p.1 < self.next_sequence);
        ensure(were_given, "sequences were given")
    }
}

impl Persist for Timers {
    const BYTES_MIN: usize = 12;

    fn dump(&self, to: &mut Writer) {
        to.count(self.promises.len());
        for (place, promise) in &self.promises {
            to.pod(place.0);
            to.pod(place.1);
            to.pod(*promise);
        }
        to.pod(self.next_sequence);
    }

    fn load(from: &mut Reader) -> Result<Timers, LoadError> {
        let mut timers = Timers::default();
        for _ in 0..from.count(20)? {
            let place = (from.pod()?, from.pod()?);
            let is_last = timers
                .promises
                .last_key_value()
                .is_none_or(|last| *last.0 < place);
            ensure(is_last, "timers are in order")?;
            timers.promises.insert(place, from.pod()?);
        }
        timers.next_sequence = from.pod()?;
        timers.verify()?;
        Ok(timers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn go_off_as_a_stable_sort_says(dues in prop::collection::vec(0u8..9, 0..40), now in 0u8..9) {
            let mut timers = Timers::default();
            for (promise, due) in (4..).zip(&dues) {
                timers.insert(f64::from(*due), promise);
            }
            prop_assert_eq!(timers.verify(), Ok(()));
            let mut expected: Vec<(u8, u32)> = dues.iter().copied().zip(4..).collect();
            expected.sort_by_key(|e| e.0);
            expected.retain(|e| e.0 <= now);
            let due = std::iter::from_fn(|| timers.pop_due(f64::from(now)));
            prop_assert_eq!(due.collect::<Vec<_>>(), expected.iter().map(|e| e.1).collect::<Vec<_>>());
        }
    }
}
