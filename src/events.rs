//! Events: what happened to contexts, for who owns them: a context for its children, the embedder for the others.
//!
//! Raised between rounds, in the order of contexts. Invariants: an owner's queue is bounded, events alike are counted in one
//! (`raya_storages::events`); who waits for an event gets it as soon as it is raised. Absent: what to do about them.

use crate::capability::GuestError;
use crate::cell::Note;
use crate::runtime::Runtime;
use crate::{ContextId, TaskId, TaskStatus, Value};
use raya_storages::contexts::hold;
use raya_storages::events::{EventKind, EventRow};
use raya_storages::limits::OnLimit;

/// What happened to a context, perhaps several times.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// The context.
    pub context: ContextId,
    /// What happened.
    pub kind: EventKind,
    /// How often since the last event of this kind was taken.
    pub count: u64,
    /// The task that finished or failed, the latest; of a rejection that nobody handled, one that says why.
    pub task: Option<TaskId>,
    /// Of pressure and limits: bytes, tasks, steps or frames in use, with what was asked for.
    pub used: u64,
    /// Of pressure and limits: the hard limit.
    pub max: u64,
}

/// Whether an event of a kind names a task.
fn names_task(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Finished | EventKind::Failed | EventKind::UnhandledRejection
    )
}

impl Event {
    fn of(row: EventRow) -> Event {
        let is_entry = names_task(row.kind);
        let (task, used) = if is_entry {
            (TaskId::from_bits(row.used), 0)
        } else {
            (None, row.used)
        };
        Event {
            context: ContextId::from_bits(row.about).expect("an event is about a context"),
            kind: row.kind,
            count: row.count,
            task,
            used,
            max: row.max,
        }
    }

    /// Name and resource of the kind, as a guest reads them.
    pub(crate) fn texts(kind: EventKind) -> (&'static str, &'static str) {
        match kind {
            EventKind::Finished => ("finished", ""),
            EventKind::Failed => ("failed", ""),
            EventKind::HeapPressure => ("pressure", "heap"),
            EventKind::StepPressure => ("pressure", "steps"),
            EventKind::HeapLimit => ("limit", "heap"),
            EventKind::TaskLimit => ("limit", "tasks"),
            EventKind::StepLimit => ("limit", "steps"),
            EventKind::StackLimit => ("limit", "stack"),
            EventKind::Paused => ("paused", ""),
            EventKind::Ended => ("ended", ""),
            EventKind::UnhandledRejection => ("unhandledRejection", ""),
        }
    }

    /// As a guest gets it: kind, resource, count, used, max, message.
    fn value(row: EventRow, message: String) -> Value {
        let event = Event::of(row);
        let (kind, resource) = Event::texts(event.kind);
        let figures = [event.count, event.used, event.max];
        let mut parts = vec![Value::String(kind.into()), Value::String(resource.into())];
        parts.extend(figures.map(|n| Value::Number(n as f64)));
        parts.push(Value::String(message));
        Value::Array(parts)
    }
}

impl Runtime {
    /// Takes the events about contexts without a parent, oldest first.
    pub fn events(&mut self) -> impl Iterator<Item = Event> + '_ {
        std::iter::from_fn(|| self.mail.pop()).map(Event::of)
    }

    /// Takes the events about one context, if it has no parent.
    pub(crate) fn events_about(&mut self, id: ContextId) -> Vec<Event> {
        let next = || self.mail.pop_about(id.to_bits());
        std::iter::from_fn(next).map(Event::of).collect()
    }

    /// Takes the count of events that the queue had no room for.
    pub fn events_dropped(&mut self) -> u64 {
        self.mail.take_dropped()
    }

    /// Sets how many events are kept for [`Runtime::events`], 4,096 otherwise; those alike about a context are one. With 0 none.
    pub fn set_events_max(&mut self, events_max: u32) {
        self.mail.set_events_max(events_max);
    }

    /// Raises an event about a live context.
    pub(crate) fn tell_owner(&mut self, id: ContextId, kind: EventKind, used: u64, max: u64) {
        self.tell_owner_often(id, kind, 1, used, max);
    }

    /// Raises an event that happened so often.
    pub(crate) fn tell_owner_often(
        &mut self,
        id: ContextId,
        kind: EventKind,
        count: u64,
        used: u64,
        max: u64,
    ) {
        let event = EventRow {
            about: id.to_bits(),
            kind,
            count,
            used,
            max,
        };
        match self.contexts.parent(id.index()) {
            None => self.mail.push(event),
            Some(parent) => {
                let mail = &mut self.contexts.mail[parent.index()];
                mail.get_or_insert_with(Box::default).push(event);
                self.hand_over(parent.index(), id);
            }
        }
    }

    /// Takes the oldest event that a context has about another.
    pub(crate) fn take_event(&mut self, row: usize, about: ContextId) -> Option<EventRow> {
        let mail = self.contexts.mail[row].as_mut()?;
        let event = mail.pop_about(about.to_bits());
        if mail.is_empty() {
            self.contexts.mail[row] = None;
        }
        event
    }

    /// An event as a guest gets it, with the error that it is about, as long as its context keeps it.
    pub(crate) fn event_value(&self, event: EventRow) -> Value {
        let task = TaskId::from_bits(event.used).filter(|_| names_task(event.kind));
        let message = match task.map(|task| self.task(task)) {
            Some(Ok(TaskStatus::Failed(_, fault))) => fault.to_string(),
            _ => String::new(),
        };
        Event::value(event, message)
    }

    /// Gives a listener of a context the event that it waits for, if there are both.
    pub(crate) fn hand_over(&mut self, row: usize, about: ContextId) {
        let waits = |w: &raya_storages::activities::Watch| w.run == about.to_bits();
        let activity = self.contexts.activities[row].as_ref();
        let Some(at) = activity.and_then(|a| a.listeners.iter().position(waits)) else {
            return;
        };
        if let Some(event) = self.take_event(row, about) {
            let value = self.event_value(event);
            self.settle_listener(row, at, Ok(value));
        }
    }

    /// Rejects the promises of a context that wait for events about one that ended.
    pub(crate) fn dismiss_listeners(&mut self, row: usize, about: ContextId, why: &str) {
        loop {
            let activity = self.contexts.activities[row].as_ref();
            let waits = |w: &raya_storages::activities::Watch| w.run == about.to_bits();
            let Some(at) = activity.and_then(|a| a.listeners.iter().position(waits)) else {
                return;
            };
            self.settle_listener(row, at, Err(GuestError::new("Error", why)));
        }
    }

    fn settle_listener(&mut self, row: usize, at: usize, answer: Result<Value, GuestError>) {
        self.place(row, answer, |cell, answer| cell.settle_listener(at, answer));
        let activity = self.contexts.activities[row].as_mut();
        activity.expect("it listened").listeners.remove(at);
        self.ready.update(&self.contexts, row as u32);
    }

    /// Does what is to be done about what happened in contexts while they ran.
    pub(crate) fn attend(&mut self, notes: Vec<Note>) {
        for note in notes {
            match note {
                Note::Cancel(run) => {
                    self.cancels.push(run);
                    self.cancel_all_inside();
                }
                Note::Event {
                    id,
                    kind,
                    used,
                    max,
                } => self.attend_event(id, kind, used, max),
            }
        }
    }

    fn attend_event(&mut self, id: ContextId, kind: EventKind, used: u64, max: u64) {
        let Some(row) = self.contexts.find(id) else {
            return;
        };
        self.tell_owner(id, kind, used, max);
        match kind {
            EventKind::HeapPressure | EventKind::StepPressure => {
                self.contexts.holds[row] |= hold::TICK;
                self.held_this_tick.push(row as u32);
            }
            EventKind::Paused => self.pause_at_mark(row),
            _ => self.enforce(row, kind, used, max),
        }
    }

    /// What the options of a context say about limits.
    fn enforce(&mut self, row: usize, kind: EventKind, used: u64, max: u64) {
        let id = self.contexts.id_at(row).expect("a live row");
        let marks = self.contexts.marks[row].as_ref();
        match marks.map_or(OnLimit::FailTask, |m| m.on_limit) {
            OnLimit::FailTask => {}
            OnLimit::Suspend => {
                self.pause(row);
                self.tell_owner(id, EventKind::Paused, used, max);
            }
            OnLimit::Terminate => {
                let resource = Event::texts(kind).1;
                self.remove_because(
                    id,
                    &format!(": it met its {resource} limit ({used} of {max})"),
                );
            }
        }
    }
}
