//! What happened to contexts, for who owns them: a queue an owner, of a bounded length.
//!
//! ```text
//! by_turn    7 -> (ctx3, limit heap, ×2)    9 -> (ctx1, finished, ×40)        oldest first
//! turns      (ctx1, finished) -> 9          (ctx3, limit heap) -> 7           where to count the next alike
//! ```
//!
//! Events of one kind about one context are one row that counts them, at the place of the first, with the numbers of the last: so a
//! child takes as many rows as there are kinds, whatever it does. Beyond `events_max` rows new ones are dropped and
//! counted. Invariant: both maps name each other. Absent: who waits for an event (`activities`), what raises one (`src/events`).

use crate::dump::{LoadError, Persist, Reader, Writer, ensure};
use std::collections::BTreeMap;

/// The rows that a context's queue holds.
pub const EVENTS_MAX: u32 = 256;
/// The rows that the embedder's queue holds, unless it says otherwise.
pub const EMBEDDER_EVENTS_MAX: u32 = 4096;

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum EventKind {
    /// An entry returned.
    Finished = 0,
    /// An entry failed.
    Failed = 1,
    /// The soft mark of the heap was crossed: bytes in use, and the limit.
    HeapPressure = 2,
    /// The soft mark of steps was crossed: steps taken, and the limit.
    StepPressure = 3,
    /// The heap limit was met: bytes that were needed, and the limit.
    HeapLimit = 4,
    /// The task limit was met.
    TaskLimit = 5,
    /// The step budget is used up.
    StepLimit = 6,
    /// The depth of a stack was met.
    StackLimit = 7,
    /// It was paused: at a limit, or because the steps it was to run are run.
    Paused = 8,
    /// It ended, at a limit or by somebody's hand.
    Ended = 9,
    /// A promise was rejected, and nobody waited for it when its context had nothing else left to do.
    UnhandledRejection = 10,
}

/// All kinds, in order.
pub const EVENT_KINDS: [EventKind; 11] = [
    EventKind::Finished,
    EventKind::Failed,
    EventKind::HeapPressure,
    EventKind::StepPressure,
    EventKind::HeapLimit,
    EventKind::TaskLimit,
    EventKind::StepLimit,
    EventKind::StackLimit,
    EventKind::Paused,
    EventKind::Ended,
    EventKind::UnhandledRejection,
];

/// A row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EventRow {
    /// The context, as bits.
    pub about: u64,
    /// What happened to it.
    pub kind: EventKind,
    /// How often since the last was taken.
    pub count: u64,
    /// What was used, or the task, as bits: by kind.
    pub used: u64,
    /// The limit, by kind.
    pub max: u64,
}

/// See the module's header.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mailbox {
    by_turn: BTreeMap<u64, EventRow>,
    turns: BTreeMap<(u64, EventKind), u64>,
    next_turn: u64,
    events_max: u32,
    /// Events that there was no room for.
    dropped: u64,
}

impl Default for Mailbox {
    fn default() -> Mailbox {
        Mailbox::new(EVENTS_MAX)
    }
}

impl Mailbox {
    /// An empty queue for so many rows.
    pub fn new(events_max: u32) -> Mailbox {
        Mailbox {
            by_turn: BTreeMap::new(),
            turns: BTreeMap::new(),
            next_turn: 0,
            events_max,
            dropped: 0,
        }
    }

    /// Sets how many rows there may be; the newest go if there are more.
    pub fn set_events_max(&mut self, events_max: u32) {
        self.events_max = events_max;
        while self.by_turn.len() > events_max as usize
            && let Some((_, event)) = self.by_turn.pop_last()
        {
            self.turns.remove(&(event.about, event.kind));
            self.dropped += event.count;
        }
    }

    /// Adds an event.
    pub fn push(&mut self, event: EventRow) {
        let key = (event.about, event.kind);
        if let Some(turn) = self.turns.get(&key) {
            let row = self
                .by_turn
                .get_mut(turn)
                .expect("the maps name each other");
            *row = EventRow {
                count: row.count + event.count,
                ..event
            };
        } else if self.by_turn.len() < self.events_max as usize {
            self.turns.insert(key, self.next_turn);
            self.by_turn.insert(self.next_turn, event);
            self.next_turn += 1;
        } else {
            self.dropped += event.count;
        }
    }

    /// Takes the oldest event.
    pub fn pop(&mut self) -> Option<EventRow> {
        let (_, event) = self.by_turn.pop_first()?;
        self.turns.remove(&(event.about, event.kind));
        Some(event)
    }

    /// Takes the oldest event about a context.
    pub fn pop_about(&mut self, about: u64) -> Option<EventRow> {
        let kinds = (about, EVENT_KINDS[0])..=(about, EVENT_KINDS[EVENT_KINDS.len() - 1]);
        let (&key, &turn) = self.turns.range(kinds).min_by_key(|(_, turn)| **turn)?;
        self.turns.remove(&key);
        self.by_turn.remove(&turn)
    }

    /// Takes the count of events that there was no room for.
    pub fn take_dropped(&mut self) -> u64 {
        std::mem::take(&mut self.dropped)
    }

    /// Whether there is nothing to take.
    pub fn is_empty(&self) -> bool {
        self.by_turn.is_empty() && self.dropped == 0
    }
}

impl Persist for EventRow {
    const BYTES_MIN: usize = 33;

    fn dump(&self, to: &mut Writer) {
        to.pod(self.about);
        to.pod(self.kind as u8);
        to.pod(self.count);
        to.pod(self.used);
        to.pod(self.max);
    }

    fn load(from: &mut Reader) -> Result<EventRow, LoadError> {
        Ok(EventRow {
            about: from.pod()?,
            kind: *EVENT_KINDS
                .get(usize::from(from.pod::<u8>()?))
                .ok_or(LoadError::Invalid("an event is of a known kind"))?,
            count: from.pod()?,
            used: from.pod()?,
            max: from.pod()?,
        })
    }
}

impl Persist for Mailbox {
    const BYTES_MIN: usize = 24;

    fn dump(&self, to: &mut Writer) {
        to.count(self.by_turn.len());
        for (turn, event) in &self.by_turn {
            to.pod(*turn);
            event.dump(to);
        }
        to.pod(self.next_turn);
        to.pod(self.events_max);
        to.pod(self.dropped);
    }

    fn load(from: &mut Reader) -> Result<Mailbox, LoadError> {
        let mut mailbox = Mailbox::new(0);
        for _ in 0..from.count(8 + EventRow::BYTES_MIN)? {
            let (turn, event): (u64, _) = (from.pod()?, EventRow::load(from)?);
            let last = mailbox.by_turn.last_key_value();
            ensure(
                last.is_none_or(|last| *last.0 < turn),
                "events are in order",
            )?;
            let before = mailbox.turns.insert((event.about, event.kind), turn);
            ensure(before.is_none(), "events alike are one row")?;
            mailbox.by_turn.insert(turn, event);
        }
        mailbox.next_turn = from.pod()?;
        mailbox.events_max = from.pod()?;
        mailbox.dropped = from.pod()?;
        let last = mailbox.by_turn.last_key_value();
        ensure(
            last.is_none_or(|last| *last.0 < mailbox.next_turn),
            "turns were given",
        )?;
        ensure(
            mailbox.by_turn.len() <= mailbox.events_max as usize,
            "events fit their queue",
        )?;
        Ok(mailbox)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(about: u64, kind: EventKind, used: u64) -> EventRow {
        EventRow {
            about,
            kind,
            count: 1,
            used,
            max: 9,
        }
    }

    #[test]
    fn alike_are_counted_and_too_many_dropped() {
        let mut mailbox = Mailbox::new(2);
        mailbox.push(event(1, EventKind::Failed, 1));
        mailbox.push(event(2, EventKind::Failed, 2));
        mailbox.push(event(1, EventKind::Failed, 3));
        mailbox.push(event(3, EventKind::Failed, 4));
        let first = EventRow {
            count: 2,
            ..event(1, EventKind::Failed, 3)
        };
        assert_eq!(mailbox.pop(), Some(first));
        assert_eq!(mailbox.pop_about(1), None);
        assert_eq!(mailbox.pop_about(2), Some(event(2, EventKind::Failed, 2)));
        assert_eq!((mailbox.pop(), mailbox.take_dropped()), (None, 1));
        assert!(mailbox.is_empty());
    }

    #[test]
    fn a_guests_mailbox_holds_256_kinds_of_event() {
        let mut mailbox = Mailbox::default();
        for about in 0..u64::from(EVENTS_MAX) {
            mailbox.push(event(about, EventKind::Failed, 0));
        }
        assert_eq!(mailbox.take_dropped(), 0);
        // What there is already is counted, not what is new.
        mailbox.push(event(0, EventKind::Failed, 0));
        mailbox.push(event(256, EventKind::Failed, 0));
        assert_eq!(mailbox.take_dropped(), 1);
        assert_eq!(mailbox.pop().map(|e| e.count), Some(2));
        assert_eq!(std::iter::from_fn(|| mailbox.pop()).count(), 255);
    }

    #[test]
    fn what_is_dumped_comes_back() {
        let mut mailbox = Mailbox::new(3);
        for about in [5, 3, 4, 4, 9] {
            mailbox.push(event(about, EventKind::Ended, about));
            mailbox.push(event(about, EventKind::Paused, about));
        }
        let mut to = Writer::new();
        mailbox.dump(&mut to);
        let bytes = to.into_bytes();
        assert_eq!(Mailbox::load(&mut Reader::new(&bytes)), Ok(mailbox.clone()));
        mailbox.set_events_max(1);
        assert_eq!(mailbox.pop().map(|e| e.about), Some(5));
        assert_eq!(mailbox.pop(), None);
    }
}
