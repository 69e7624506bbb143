//! Entries: calls from outside that a context has taken on, in the order they came.
//!
//! ```text
//! Waiting --begun--> Running --returned a promise--> Awaiting
//!                       \------------- ended ------------/----> Ended
//! ```
//!
//! Invariants: those that have begun come before those that wait (`begun` says how many); the modules' own code is begun before
//! any other and nothing else begins until it has ended (`is_starting`). An entry has a task only from its first stop on: one that
//! returns at once never has a row. The promises that are awaited are roots. Absent: what becomes of outcomes (`runs`).

use crate::dump::{LoadError, Persist, Reader, Writer, ensure};
use crate::runs::RunOutcome;
use crate::values::Value;

/// How far an entry has come.
#[derive(Clone, PartialEq, Debug)]
pub enum Stage {
    /// It has not begun; its arguments.
    Waiting(Vec<Value>),
    /// It runs or waits in a task: index + 1, or 0 while it runs and has not stopped yet.
    Running {
        /// The task.
        task: u32,
    },
    /// Its function returned this promise.
    Awaiting {
        /// A reference, a root.
        promise: u32,
    },
    /// It is over; `reap` reads how.
    Ended(RunOutcome),
}

/// Who asked for an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
pub enum Origin {
    /// The embedder, who gets copies only.
    #[default]
    Host = 0,
    /// Another context, which may get handles.
    Context = 1,
    /// Another context that called a method of an object: it does not wait for the modules' own code.
    Method = 2,
    /// The same, the other context doing nothing until it has ended: a promise as result is refused, since whoever settles that
    /// could wait for the one that waits.
    BlockingMethod = 3,
}

impl Origin {
    /// Whether a method was called.
    pub fn is_method(self) -> bool {
        matches!(self, Origin::Method | Origin::BlockingMethod)
    }
}

impl Persist for Origin {
    const BYTES_MIN: usize = 1;

    fn dump(&self, to: &mut Writer) {
        to.pod(*self as u8);
    }

    fn load(from: &mut Reader) -> Result<Origin, LoadError> {
        Ok(match from.pod::<u8>()? {
            0 => Origin::Host,
            1 => Origin::Context,
            2 => Origin::Method,
            3 => Origin::BlockingMethod,
            _ => return Err(LoadError::Invalid("an origin is one of four")),
        })
    }
}

impl Stage {
    /// Calls `look` with every value that it holds.
    pub fn values(&self, mut look: impl FnMut(&Value)) {
        match self {
            Stage::Waiting(args) => args.iter().for_each(look),
            Stage::Ended(outcome) => outcome.value(&mut look),
            _ => {}
        }
    }
}

/// An entry.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The row of `runs`, as bits.
    pub run: u64,
    /// The function.
    pub function: u32,
    /// How far it has come.
    pub stage: Stage,
    /// Who asked for it.
    pub origin: Origin,
}

/// See the module's header.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Entries {
    rows: Vec<Entry>,
    begun: u32,
    /// How many are over.
    ended: u32,
    /// The first entry is the modules' own code, and it has not ended.
    pub is_starting: bool,
}

impl Entries {
    /// Adds one that has not begun.
    pub fn push(&mut self, entry: Entry) {
        let begun = self.begun as usize;
        if !(self.is_starting && begun > 0 && entry.origin.is_method()) {
            self.rows.push(entry);
            return;
        }
        // Before those that wait for the modules' own code come those that don't.
        let waiting = self.rows[begun..].iter();
        let urgent = waiting.take_while(|e| e.origin.is_method()).count();
        self.rows.insert(begun + urgent, entry);
    }

    /// Adds one that has begun.
    pub fn push_begun(&mut self, run: u64, function: u32, stage: Stage) -> usize {
        let at = self.begun as usize;
        let entry = Entry {
            run,
            function,
            stage,
            origin: Origin::Host,
        };
        self.rows.insert(at, entry);
        self.begun += 1;
        at
    }

    /// Whether there is something to do: one could begin, or is over and was not read.
    pub fn is_pending(&self) -> bool {
        self.ended > 0 || self.can_begin()
    }

    fn can_begin(&self) -> bool {
        let next = self.rows.get(self.begun as usize);
        next.is_some_and(|next| !self.is_starting || self.begun == 0 || next.origin.is_method())
    }

    /// Takes the arguments of the entry that begins next, which is running from now on; `put_back` if it can't begin yet.
    pub fn begin(&mut self) -> Option<(u32, Vec<Value>)> {
        if !self.can_begin() {
            return None;
        }
        let entry = &mut self.rows[self.begun as usize];
        self.begun += 1;
        match std::mem::replace(&mut entry.stage, Stage::Running { task: 0 }) {
            Stage::Waiting(args) => Some((entry.function, args)),
            _ => unreachable!("those behind have not begun"),
        }
    }

    /// Undoes the last `begin`.
    pub fn put_back(&mut self, args: Vec<Value>) {
        self.begun -= 1;
        self.rows[self.begun as usize].stage = Stage::Waiting(args);
    }

    /// Says that a begun entry waits for a promise.
    pub fn wait_for(&mut self, at: usize, promise: u32) {
        self.rows[at].stage = Stage::Awaiting { promise };
    }

    /// Says that a begun entry has a task (index + 1) from now on.
    pub fn give_task(&mut self, at: usize, task: u32) {
        self.rows[at].stage = Stage::Running { task };
    }

    /// The function of a begun entry, and who asked for it.
    pub fn called(&self, at: usize) -> (u32, Origin) {
        (self.rows[at].function, self.rows[at].origin)
    }

    /// Ends a begun entry.
    pub fn end(&mut self, at: usize, outcome: RunOutcome) {
        self.rows[at].stage = Stage::Ended(outcome);
        self.ended += 1;
    }

    /// Ends one that has not begun.
    pub fn end_waiting(&mut self, at: usize, outcome: RunOutcome) {
        let entry = self.rows.remove(at);
        self.rows.insert(self.begun as usize, entry);
        self.begun += 1;
        self.end(self.begun as usize - 1, outcome);
    }

    /// The place of the entry with a run.
    pub fn of_run(&self, run: u64) -> Option<usize> {
        self.rows.iter().position(|entry| entry.run == run)
    }

    /// How far the entry at a place has come.
    pub fn stage(&self, at: usize) -> &Stage {
        &self.rows[at].stage
    }

    /// How far all of them are.
    pub fn stages_mut(&mut self) -> impl Iterator<Item = &mut Stage> + '_ {
        self.rows.iter_mut().map(|entry| &mut entry.stage)
    }

    /// Bytes of the arguments of those that have not begun.
    pub fn waiting_bytes(&self) -> usize {
        let waiting = self.rows[self.begun as usize..].iter();
        let bytes = waiting.map(|entry| match &entry.stage {
            Stage::Waiting(args) => args.iter().map(Value::bytes).sum(),
            _ => 0,
        });
        bytes.sum()
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.rows.iter()
    }

    /// Ends all that have not ended, as `outcome` says.
    pub fn end_all(&mut self, outcome: impl Fn() -> RunOutcome) {
        for entry in &mut self.rows {
            if !matches!(entry.stage, Stage::Ended(_)) {
                entry.stage = Stage::Ended(outcome());
            }
        }
        self.begun = self.rows.len() as u32;
        self.ended = self.begun;
    }

    /// The place of the entry that runs in a task (index + 1), or has not stopped yet (0).
    pub fn of_task(&self, task: u32) -> Option<usize> {
        let begun = &self.rows[..self.begun as usize];
        begun
            .iter()
            .rposition(|e| e.stage == Stage::Running { task })
    }

    /// Takes out the first that is over.
    pub fn pop_ended(&mut self) -> Option<(u64, RunOutcome)> {
        if self.ended == 0 {
            return None;
        }
        let is_over = |e: &Entry| matches!(e.stage, Stage::Ended(_));
        let at = self.rows[..self.begun as usize].iter().position(is_over)?;
        self.begun -= 1;
        self.ended -= 1;
        match self.rows.remove(at) {
            Entry {
                run,
                stage: Stage::Ended(outcome),
                ..
            } => Some((run, outcome)),
            _ => unreachable!("it was over"),
        }
    }

    /// Gives an entry another row of `runs`.
    pub fn rename(&mut self, run: u64, to: u64) {
        if let Some(at) = self.of_run(run) {
            self.rows[at].run = to;
        }
    }

    /// The promises that are awaited, with the entries' places.
    pub fn awaited(&self) -> impl Iterator<Item = (usize, u32)> {
        let promise = |(at, entry): (usize, &Entry)| match entry.stage {
            Stage::Awaiting { promise } => Some((at, promise)),
            _ => None,
        };
        self.rows[..self.begun as usize]
            .iter()
            .enumerate()
            .filter_map(promise)
    }

    /// The references that keep promises alive, to be moved.
    pub fn roots_mut(&mut self) -> impl Iterator<Item = &mut u32> {
        self.rows.iter_mut().filter_map(|e| match &mut e.stage {
            Stage::Awaiting { promise } => Some(promise),
            _ => None,
        })
    }

    /// Whether all are over.
    pub fn is_over(&self) -> bool {
        self.ended as usize == self.rows.len()
    }

    /// Whether one has begun and is not over.
    pub fn is_any_open(&self) -> bool {
        let is_open = |e: &Entry| matches!(e.stage, Stage::Running { .. } | Stage::Awaiting { .. });
        self.rows[..self.begun as usize].iter().any(is_open)
    }

    /// How many there are, ended ones included.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.begun = 0;
        self.ended = 0;
        self.is_starting = false;
    }

    /// Checks the invariants that need no other table.
    pub fn verify(&self, functions: usize) -> Result<(), LoadError> {
        ensure(
            self.begun as usize <= self.rows.len(),
            "entries that began are there",
        )?;
        let waits = |e: &Entry| matches!(e.stage, Stage::Waiting(_));
        let (begun, waiting) = self.rows.split_at(self.begun as usize);
        ensure(
            !begun.iter().any(waits) && waiting.iter().all(waits),
            "entries begin in order",
        )?;
        ensure(
            !self.is_starting || !self.rows.is_empty(),
            "the modules are an entry",
        )?;
        ensure(
            self.rows.iter().all(|e| (e.function as usize) < functions),
            "an entry is a function",
        )
    }
}

impl Persist for Stage {
    const BYTES_MIN: usize = 3;

    fn dump(&self, to: &mut Writer) {
        match self {
            Stage::Waiting(args) => {
                to.pod(0u8);
                args.dump(to);
            }
            Stage::Running { task } => {
                to.pod(1u8);
                to.pod(*task);
            }
            Stage::Awaiting { promise } => {
                to.pod(2u8);
                to.pod(*promise);
            }
            Stage::Ended(outcome) => {
                to.pod(3u8);
                outcome.dump(to);
            }
        }
    }

    fn load(from: &mut Reader) -> Result<Stage, LoadError> {
        Ok(match from.pod::<u8>()? {
            0 => Stage::Waiting(Vec::load(from)?),
            1 => Stage::Running { task: from.pod()? },
            2 => Stage::Awaiting {
                promise: from.pod()?,
            },
            3 => Stage::Ended(RunOutcome::load(from)?),
            _ => return Err(LoadError::Invalid("a stage is one of four")),
        })
    }
}

impl Persist for Entry {
    const BYTES_MIN: usize = 16;

    fn dump(&self, to: &mut Writer) {
        to.pod(self.run);
        to.pod(self.function);
        self.stage.dump(to);
        self.origin.dump(to);
    }

    fn load(from: &mut Reader) -> Result<Entry, LoadError> {
        Ok(Entry {
            run: from.pod()?,
            function: from.pod()?,
            stage: Stage::load(from)?,
            origin: Origin::load(from)?,
        })
    }
}

impl Persist for Entries {
    const BYTES_MIN: usize = 9;

    fn dump(&self, to: &mut Writer) {
        self.rows.dump(to);
        to.pod(self.begun);
        self.is_starting.dump(to);
    }

    fn load(from: &mut Reader) -> Result<Entries, LoadError> {
        let rows: Vec<Entry> = Vec::load(from)?;
        let is_over = |e: &&Entry| matches!(e.stage, Stage::Ended(_));
        Ok(Entries {
            ended: rows.iter().filter(is_over).count() as u32,
            rows,
            begun: from.pod()?,
            is_starting: bool::load(from)?,
        })
    }
}
