//! One context as execution sees it, and all of them side by side.
//!
//! Invariants: a cell borrows the rows of one context and nothing of any other, so cells run in parallel; memory that an operation
//! lacks is collected for and the operation begun again, or a limit says no. Absent: who runs when (`tick`).

use crate::bindings::Bindings;
use crate::capability::GuestError;
use crate::runtime::Runtime;
use crate::{ContextId, Value};
use raya_bytecode::slot::{HEAP_START, UNDEFINED};
use raya_storages::activities::Activity;
use raya_storages::events::EventKind;
use raya_storages::frames::Stack;
use raya_storages::fuel;
use raya_storages::heaps::Heap;
use raya_storages::limits::{Counters, Limits, Marks, OnLimit};
use raya_storages::programs::Program;
use raya_storages::runs::Cause;
use raya_storages::tasks::LimitFault;
use raya_systems::collect::{Need, collect};
use raya_systems::execute::{
    self, Answer, Arguments, CallEnd, EntryError, Execution, HostLinks, Stop,
};
use raya_systems::marshal::{self, CopyError, MarshalError};
use tracing::{Span, trace_span};

/// Why something from outside was not let in.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Refused {
    /// A limit.
    Limit(LimitFault),
    /// A value of the wrong type, too deep, or no value that can cross.
    Marshal(MarshalError),
}

/// The run of an entry that a call itself waits for: no row.
pub(crate) const CALLED: u64 = 0;

/// Steps that a call runs before requests are served.
pub(crate) const CALL_FUEL: u64 = 1 << 40;

/// What happened in a context while it ran: seen to when all have run, in the order of contexts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Note {
    /// An event for its owner.
    Event {
        id: ContextId,
        kind: EventKind,
        used: u64,
        max: u64,
    },
    /// It cancelled this run of an inner context, as bits.
    Cancel(u64),
}

/// What running came to.
#[derive(Debug, Default)]
pub(crate) struct Ran {
    pub steps: u64,
    pub notes: Vec<Note>,
}

impl Ran {
    fn add(&mut self, later: Ran) {
        self.steps += later.steps;
        self.notes.extend(later.notes);
    }
}

/// The rows of a context that has a program.
pub(crate) struct Cell<'a> {
    pub id: ContextId,
    pub program: &'a Program,
    pub host: &'a HostLinks,
    pub heap: &'a mut Heap,
    pub activity: &'a mut Option<Box<Activity>>,
    pub scratch: &'a mut Stack,
    pub limits: &'a Limits,
    pub marks: Option<&'a mut Marks>,
    pub counters: &'a mut Counters,
    pub now_ms: f64,
}

impl Cell<'_> {
    #[inline(always)]
    fn execution(&mut self) -> Execution<'_> {
        Execution {
            program: self.program,
            heap: self.heap,
            activity: self.activity.get_or_insert_with(Box::default),
            scratch: self.scratch,
            limits: self.limits,
            host: self.host,
            now_ms: self.now_ms,
            context: self.id.to_bits(),
        }
    }

    /// Runs it for so much fuel, or until it waits or crosses a mark.
    pub fn run(&mut self, fuel: u64) -> Ran {
        let left_in_all = self.limits.steps_max.saturating_sub(self.counters.steps);
        let allowed = fuel
            .min(left_in_all)
            .min(self.steps_to_mark())
            .min(self.grace().unwrap_or(u64::MAX))
            .min(i64::MAX as u64) as i64;
        let (mut left, mut ran) = (allowed, Ran::default());
        if left_in_all > 0 {
            self.collect_before_mark(0);
            let grace = self.grace();
            self.run_for(&mut left, &mut ran.notes);
            if let Some(grace) = grace {
                let taken = (allowed - left) as u64;
                self.spend_grace(grace.saturating_sub(taken), &mut left, &mut ran.notes);
            }
        }
        ran.steps = (allowed - left) as u64;
        self.counters.steps += ran.steps;
        self.note_peak();
        self.note_cancels(&mut ran.notes);
        self.cross_steps(&mut ran.notes);
        self.enforce_budget(&mut ran.notes);
        ran
    }

    /// Steps until tasks that were cancelled are cancelled where they stand, if there are such.
    fn grace(&self) -> Option<u64> {
        let grace = self.activity.as_ref().map_or(0, |a| a.grace);
        (grace > 0).then_some(grace)
    }

    /// Notes what is left of the grace. If nothing is, who is due is cut, and runs on to the end of a block.
    fn spend_grace(&mut self, rest: u64, left: &mut i64, notes: &mut Vec<Note>) {
        if rest > 0 {
            self.activity.get_or_insert_with(Box::default).grace = rest;
            return;
        }
        let withheld = *left + 1;
        *left = -1 - execute::cut_overdue(&mut self.execution()) as i64;
        self.run_for(left, notes);
        *left += withheld;
    }

    #[inline]
    fn steps_to_mark(&self) -> u64 {
        match &self.marks {
            Some(marks) => marks.steps_left(self.counters.steps),
            None => u64::MAX,
        }
    }

    fn run_for(&mut self, left: &mut i64, notes: &mut Vec<Note>) {
        // Fuel that is not to be used: in the middle of a block nothing outside may see it, so it stops at the next.
        let mut withheld = 0;
        if let Some(activity) = self.activity.as_mut() {
            activity.repeats = false;
        }
        loop {
            let stop = execute::execute(&mut self.execution(), left);
            let met = match stop {
                Stop::OutOfFuel | Stop::Idle | Stop::Blocked => break,
                Stop::Limit { fault, window_refs } => Err((fault, window_refs)),
                Stop::NeedsCollection { words, window_refs } => self
                    .collect(Need { words, window_refs }, left)
                    .map(|()| self.cross_heap(words, notes))
                    .map_err(|fault| (fault, Some(window_refs))),
            };
            match met {
                Ok(true) if *left >= 0 => {
                    withheld = *left + 1;
                    *left = -1;
                }
                Ok(_) => {}
                Err((fault, window_refs)) if self.meet(fault, window_refs, notes) => break,
                Err(_) => {}
            }
        }
        *left += withheld;
    }

    /// What it does at a limit, where the instruction can be run again if there are `window_refs`. True: it runs no further.
    fn meet(&mut self, fault: LimitFault, window_refs: Option<u32>, notes: &mut Vec<Note>) -> bool {
        self.note(limit_note(fault), notes);
        let on_limit = self.on_limit();
        match (on_limit, window_refs) {
            (OnLimit::Terminate, _) => {}
            (OnLimit::Suspend, Some(window_refs)) => {
                execute::repeat_running(&mut self.execution(), window_refs);
            }
            _ => execute::fault_running(&mut self.execution(), fault),
        }
        on_limit != OnLimit::FailTask
    }

    fn on_limit(&self) -> OnLimit {
        self.marks
            .as_ref()
            .map_or(OnLimit::FailTask, |m| m.on_limit)
    }

    /// One note a kind is enough: they are counted by owners, not by what a task did often.
    fn note(&self, (kind, used, max): (EventKind, u64, u64), notes: &mut Vec<Note>) {
        let is_alike = |note: &Note| matches!(note, Note::Event { kind: k, .. } if *k == kind);
        if !notes.iter().any(is_alike) {
            let id = self.id;
            notes.push(Note::Event {
                id,
                kind,
                used,
                max,
            });
        }
    }

    /// What it cancelled elsewhere.
    #[inline]
    fn note_cancels(&mut self, notes: &mut Vec<Note>) {
        let activity = self.activity.as_mut();
        if let Some(activity) = activity.filter(|a| !a.cancels.is_empty()) {
            notes.extend(activity.cancels.drain(..).map(Note::Cancel));
        }
    }

    fn bytes_used(&self) -> u64 {
        self.heap.bytes_used() + self.activity.as_ref().map_or(0, |a| a.bytes())
    }

    /// Lets a heap that grows past its mark collect there, once it has taken so many words more.
    #[inline]
    fn collect_before_mark(&mut self, words_next: u32) {
        if let Some(marks) = self.marks.as_deref().filter(|m| !m.is_heap_crossed) {
            let stack_bytes = self.activity.as_ref().map_or(0, |a| a.bytes()) as i64;
            let words = marks.heap_bytes.saturating_sub(stack_bytes).max(0) / 8;
            let top = self.heap.top.max(HEAP_START) + words_next;
            let words = u32::try_from(words).unwrap_or(u32::MAX).max(top);
            self.heap.collect_at_words = self.heap.collect_at_words.min(words);
        }
    }

    /// Looks at the mark after a collection, for so many words more. True: it is crossed.
    fn cross_heap(&mut self, words: u32, notes: &mut Vec<Note>) -> bool {
        let used = self.bytes_used() + u64::from(words) * 8;
        let Some(marks) = self.marks.as_deref_mut() else {
            return false;
        };
        let is_full = marks.is_heap_full(used);
        let crosses = is_full && !marks.is_heap_crossed;
        marks.is_heap_crossed = is_full;
        if crosses {
            let note = (EventKind::HeapPressure, used, self.limits.heap_bytes_max);
            self.note(note, notes);
        }
        crosses
    }

    /// Looks at the marks of steps.
    #[inline]
    fn cross_steps(&mut self, notes: &mut Vec<Note>) {
        let (steps, max) = (self.counters.steps, self.limits.steps_max);
        let Some(marks) = self.marks.as_deref_mut() else {
            return;
        };
        let crosses = marks.crosses_steps(steps);
        marks.is_steps_crossed |= crosses;
        let pauses = steps as i64 >= marks.pause_at_steps;
        if crosses {
            self.note((EventKind::StepPressure, steps, max), notes);
        }
        if pauses {
            self.note((EventKind::Paused, steps, max), notes);
        }
    }

    /// Collects whatever can be.
    pub fn collect_all(&mut self) {
        // A limit that is exceeded all the same shows in what is in use.
        let _ = self.collect(Need::default(), &mut 0);
    }

    fn collect(&mut self, need: Need, left: &mut i64) -> Result<(), LimitFault> {
        let used = self.bytes_used();
        let uses = self.counters.uses_mut();
        uses.collections += 1;
        uses.heap_bytes_peak = uses.heap_bytes_peak.max(used);
        let activity = self.activity.as_deref_mut();
        let stats = collect(
            self.program,
            self.heap,
            activity,
            need,
            &mut [],
            self.limits,
        )?;
        *left -= stats.fuel as i64;
        self.collect_before_mark(need.words);
        Ok(())
    }

    /// Between collections a heap only grows, so its peak is before one or now.
    #[inline]
    fn note_peak(&mut self) {
        let used = self.heap.bytes_used();
        let uses = self.counters.uses_mut();
        uses.heap_bytes_peak = uses.heap_bytes_peak.max(used);
    }

    /// Without steps left in all, whatever has not ended fails, unless it is to wait for more.
    #[inline]
    fn enforce_budget(&mut self, notes: &mut Vec<Note>) {
        let (steps, max) = (self.counters.steps, self.limits.steps_max);
        if steps < max || self.activity.as_ref().is_none_or(|a| a.is_over()) {
            return;
        }
        let fault = LimitFault::Steps { steps, max };
        self.note(limit_note(fault), notes);
        if self.on_limit() == OnLimit::FailTask {
            execute::fail_all_for_steps(&mut self.execution(), fault);
        }
    }

    /// Calls a function now, in a context that does nothing else. `run` names the entry that it becomes if it stops on its way.
    #[inline]
    pub fn call(
        &mut self,
        function: u32,
        args: Arguments<'_>,
        run: u64,
        notes: &mut Vec<Note>,
    ) -> Result<CallEnd, Box<Cause>> {
        let allowed = self.allow_call()?;
        let mut left = allowed;
        let end = loop {
            match self.execution().call(function, run, args, &mut left) {
                Ok(end) => break end,
                Err(error) => self.make_room(error, &mut left)?,
            }
        };
        self.close_call(allowed - left, end.stop(), notes);
        Ok(end)
    }

    /// The fuel that a call may use; fails without any.
    #[inline]
    fn allow_call(&mut self) -> Result<i64, Box<Cause>> {
        let allowed = self.limits.steps_max.saturating_sub(self.counters.steps);
        if allowed == 0 {
            return Err(self.no_steps_left());
        }
        self.collect_before_mark(0);
        Ok(allowed.min(CALL_FUEL).min(self.steps_to_mark()) as i64)
    }

    /// Counts what calls have used, and sees to what they met.
    #[inline]
    pub fn close_call(&mut self, used: i64, stop: Option<Stop>, notes: &mut Vec<Note>) {
        self.counters.steps += used as u64;
        self.note_peak();
        if let Some(stop) = stop {
            self.provide(stop, notes);
        }
        self.note_cancels(notes);
        self.cross_steps(notes);
        self.enforce_budget(notes);
    }

    #[cold]
    fn no_steps_left(&self) -> Box<Cause> {
        let (steps, max) = (self.counters.steps, self.limits.steps_max);
        Box::new(Cause::Limit(LimitFault::Steps { steps, max }))
    }

    /// Collects for a call that lacks memory to begin; fails where that is not what it lacks.
    #[cold]
    fn make_room(&mut self, error: EntryError, left: &mut i64) -> Result<(), Box<Cause>> {
        let cause = match error {
            EntryError::NeedsCollection(words) => {
                let collected = self.collect(Need::words(words), left);
                collected.map_err(Cause::Limit)
            }
            error => Err(error.cause().expect("it is for good")),
        };
        cause.map_err(Box::new)
    }

    /// Does what a stop asks for, so that the context can go on as others do.
    fn provide(&mut self, stop: Stop, notes: &mut Vec<Note>) {
        let mut left = 0;
        let met = match stop {
            Stop::Limit { fault, window_refs } => Err((fault, window_refs)),
            Stop::NeedsCollection { words, window_refs } => self
                .collect(Need { words, window_refs }, &mut left)
                .map(|()| self.cross_heap(words, notes))
                .map_err(|fault| (fault, Some(window_refs))),
            _ => return,
        };
        if let Err((fault, window_refs)) = met {
            self.meet(fault, window_refs, notes);
        }
        self.counters.steps += left.unsigned_abs();
    }
}

/// Ways into a context, from between its instructions.
impl Cell<'_> {
    /// Copies a value into the heap.
    fn copy_in(&mut self, value: &Value, desc: Option<u32>) -> Result<(u64, u32), Refused> {
        loop {
            match marshal::copy_in(self.program, self.heap, value, desc) {
                Ok(mixed) => return Ok(mixed),
                Err(CopyError::NeedsCollection(words)) => {
                    self.collect(Need::words(words), &mut 0)
                        .map_err(Refused::Limit)?;
                }
                Err(CopyError::Refused(e)) => return Err(Refused::Marshal(e)),
            }
        }
    }

    /// An answer in the heap: the value, or an error with the message; at a limit, the error that says so.
    fn place_answer(&mut self, answer: Result<Value, GuestError>, desc: Option<u32>) -> Answer {
        let error = match answer {
            Ok(value) => match self.copy_in(&value, desc) {
                Ok((num, reference)) => return Answer::Value(num, reference),
                Err(Refused::Limit(fault)) => {
                    GuestError::new("Error", crate::fault::limit_error(fault).to_string())
                }
                Err(Refused::Marshal(e)) => GuestError::new(e.name(), e.to_string()),
            },
            Err(error) => error,
        };
        // Without memory even for the error, what is thrown is undefined.
        Answer::Error(0, self.error_value(&error).unwrap_or(UNDEFINED))
    }

    /// A new error object; none without memory for it.
    fn error_value(&mut self, error: &GuestError) -> Option<u32> {
        loop {
            match execute::error_value(&mut self.execution(), &error.name, &error.message) {
                Ok(error) => return Some(error),
                Err(EntryError::NeedsCollection(words)) => {
                    self.collect(Need::words(words), &mut 0).ok()?;
                }
                Err(_) => return None,
            }
        }
    }

    /// Answers the first request of the outbox.
    pub fn answer(&mut self, answer: Result<Value, GuestError>) {
        let activity = self.activity.as_mut().expect("who asked is active");
        let desc = self.program.image.answer_desc(activity.outbox[0].import);
        let answer = self.place_answer(answer, desc);
        let activity = self.activity.as_mut().expect("who asked is active");
        let request = activity.outbox.remove(0);
        self.deliver(request.promise, answer);
    }

    /// Cancels an entry, by its run. False: it is over.
    pub fn cancel(&mut self, run: u64, notes: &mut Vec<Note>) -> Result<bool, LimitFault> {
        let mut at_limit = false;
        let cancelled = loop {
            match execute::cancel_entry(&mut self.execution(), run, at_limit) {
                Ok(cancelled) => break cancelled,
                Err(EntryError::NeedsCollection(words)) => {
                    at_limit = self.collect(Need::words(words), &mut 0).is_err();
                }
                Err(EntryError::Limit(_)) if !at_limit => at_limit = true,
                Err(EntryError::Limit(fault)) => return Err(fault),
                Err(error) => unreachable!("cancelling takes no arguments: {error:?}"),
            }
        };
        self.note_cancels(notes);
        Ok(cancelled)
    }

    /// Settles the promise at a place of `listeners`.
    pub fn settle_listener(&mut self, at: usize, answer: Result<Value, GuestError>) {
        let answer = self.place_answer(answer, None);
        let activity = self.activity.as_ref().expect("who listens is active");
        let promise = activity.listeners[at].promise;
        execute::settle_promise(&mut self.execution(), promise, answer);
    }

    /// Gives the answer at a place of `owed`.
    pub fn settle_owed(&mut self, at: usize, answer: Result<Value, GuestError>) {
        let activity = self.activity.as_ref().expect("who is owed is active");
        let owed = activity.owed[at];
        let declared = || self.program.image.answer_desc(owed.import);
        let desc = owed.desc.or_else(declared);
        let answer = self.place_answer(answer, desc);
        // It was a root until now, since making the value may collect.
        let activity = self.activity.as_mut().expect("who is owed is active");
        let owed = activity.owed.remove(at);
        self.deliver(owed.promise, answer);
    }

    fn deliver(&mut self, promise: u32, answer: Answer) {
        let mut execution = self.execution();
        if promise == 0 {
            execute::answer_blocked(&mut execution, answer);
        } else {
            execute::settle_promise(&mut execution, promise, answer);
        }
    }
}

/// The event that meeting a limit is.
fn limit_note(fault: LimitFault) -> (EventKind, u64, u64) {
    match fault {
        LimitFault::Heap { used, max } => (EventKind::HeapLimit, used, max),
        LimitFault::Tasks { count, max } => (EventKind::TaskLimit, count.into(), max.into()),
        LimitFault::Steps { steps, max } => (EventKind::StepLimit, steps, max),
        LimitFault::Stack { frames, max } => (EventKind::StackLimit, frames.into(), max.into()),
    }
}

/// The columns that execution writes, from the row `base` on.
struct Columns<'a> {
    base: usize,
    heaps: &'a mut [Heap],
    activities: &'a mut [Option<Box<Activity>>],
    marks: &'a mut [Option<Box<Marks>>],
    counters: &'a mut [Counters],
    credits: &'a mut [i64],
}

/// The columns that it only reads.
#[derive(Clone, Copy)]
struct Shared<'a> {
    limits: &'a [Limits],
    bindings: &'a Bindings,
    now_ms: f64,
}

/// Fewer contexts than this are run by one thread.
const ROWS_PER_JOB: usize = 8;

/// What a batch works on: what it writes, what it reads, and who does it.
fn views(runtime: &mut Runtime) -> (Columns<'_>, Shared<'_>, Option<&rayon::ThreadPool>) {
    let contexts = &mut runtime.contexts;
    let columns = Columns {
        base: 0,
        heaps: &mut contexts.heaps,
        activities: &mut contexts.activities,
        marks: &mut contexts.marks,
        counters: &mut contexts.counters,
        credits: &mut contexts.credits,
    };
    let shared = Shared {
        limits: &contexts.limits,
        bindings: &runtime.bindings,
        now_ms: runtime.time.clock_ms,
    };
    (columns, shared, runtime.workers.as_ref())
}

/// Runs the contexts of a batch (rows in order), each for its credit; gives the steps of all and their notes in order.
pub(crate) fn run_batch(runtime: &mut Runtime, batch: &[u32]) -> Ran {
    let id_of = |row: &u32| {
        let id = runtime.contexts.id_at(*row as usize);
        id.expect("a runnable row is live")
    };
    let batch: Vec<ContextId> = batch.iter().map(id_of).collect();
    let span = Span::current();
    let (columns, shared, workers) = views(runtime);
    let run = |columns: Columns<'_>, batch: &[ContextId]| columns.run(batch, shared, &span);
    let add = |mut ran: Ran, rest: Ran| {
        ran.add(rest);
        ran
    };
    columns.side_by_side(&batch, workers, ContextId::index, &run, &add)
}

/// How a call ended, and what happened meanwhile.
pub(crate) type Called = (Result<CallEnd, Box<Cause>>, Vec<Note>);

/// Calls a function in contexts (rows in order, each once) that do nothing else, side by side; `args` gives what is passed by the
/// number beside the context.
pub(crate) fn call_batch<'v>(
    runtime: &mut Runtime,
    batch: &[(ContextId, usize)],
    function: u32,
    args: impl Fn(usize) -> Arguments<'v> + Sync,
) -> Vec<Called> {
    let (columns, shared, workers) = views(runtime);
    let call = |columns: Columns<'_>, batch: &[(ContextId, usize)]| {
        columns.call(batch, shared, function, &args)
    };
    let append = |mut called: Vec<Called>, mut rest: Vec<Called>| {
        called.append(&mut rest);
        called
    };
    columns.side_by_side(batch, workers, |call| call.0.index(), &call, &append)
}

impl Columns<'_> {
    /// Works on a batch, by several threads if there are any and it is worth while.
    fn side_by_side<I: Copy + Sync, T: Send>(
        self,
        batch: &[I],
        workers: Option<&rayon::ThreadPool>,
        row: impl Fn(I) -> usize + Copy + Sync,
        work: &(impl Fn(Columns<'_>, &[I]) -> T + Sync),
        join: &(impl Fn(T, T) -> T + Sync),
    ) -> T {
        match workers {
            Some(workers) if batch.len() > ROWS_PER_JOB => {
                workers.install(|| self.halves(batch, row, work, join))
            }
            _ => work(self, batch),
        }
    }

    /// Works on the halves of a batch side by side: the first half's rows lie before those of the second.
    fn halves<I: Copy + Sync, T: Send>(
        self,
        batch: &[I],
        row: impl Fn(I) -> usize + Copy + Sync,
        work: &(impl Fn(Columns<'_>, &[I]) -> T + Sync),
        join: &(impl Fn(T, T) -> T + Sync),
    ) -> T {
        if batch.len() <= ROWS_PER_JOB {
            return work(self, batch);
        }
        let (first, second) = batch.split_at(batch.len() / 2);
        let (before, after) = self.split_at(row(second[0]));
        let (done, rest) = rayon::join(
            || before.halves(first, row, work, join),
            || after.halves(second, row, work, join),
        );
        join(done, rest)
    }

    /// Two views that share no row; the second begins at `row`.
    fn split_at(self, row: usize) -> (Self, Self) {
        let at = row - self.base;
        let (heaps, later_heaps) = self.heaps.split_at_mut(at);
        let (activities, later_activities) = self.activities.split_at_mut(at);
        let (marks, later_marks) = self.marks.split_at_mut(at);
        let (counters, later_counters) = self.counters.split_at_mut(at);
        let (credits, later_credits) = self.credits.split_at_mut(at);
        let before = Columns {
            base: self.base,
            heaps,
            activities,
            marks,
            counters,
            credits,
        };
        let after = Columns {
            base: row,
            heaps: later_heaps,
            activities: later_activities,
            marks: later_marks,
            counters: later_counters,
            credits: later_credits,
        };
        (before, after)
    }

    /// The rows of one context, whose program is there.
    fn cell<'c>(
        &'c mut self,
        id: ContextId,
        shared: Shared<'c>,
        scratch: &'c mut Stack,
    ) -> Cell<'c> {
        let (row, at) = (id.index(), id.index() - self.base);
        let binding = shared.bindings.of(row);
        Cell {
            id,
            program: &binding.program,
            host: &binding.links,
            heap: &mut self.heaps[at],
            activity: &mut self.activities[at],
            scratch,
            limits: &shared.limits[row],
            marks: self.marks[at].as_deref_mut(),
            counters: &mut self.counters[at],
            now_ms: shared.now_ms,
        }
    }

    fn run(mut self, batch: &[ContextId], shared: Shared<'_>, span: &Span) -> Ran {
        let mut all = Ran::default();
        let mut scratch = Stack::default();
        for &id in batch {
            let at = id.index() - self.base;
            let _span = trace_span!(parent: span, "context", %id).entered();
            let allowed = fuel::steps_allowed(self.credits[at]);
            let ran = self.cell(id, shared, &mut scratch).run(allowed);
            fuel::charge(&mut self.credits[at], ran.steps);
            self.counters[at].steps_last_tick += ran.steps;
            all.add(ran);
        }
        all
    }

    fn call<'v>(
        mut self,
        batch: &[(ContextId, usize)],
        shared: Shared<'_>,
        function: u32,
        args: &impl Fn(usize) -> Arguments<'v>,
    ) -> Vec<Called> {
        let mut called = Vec::with_capacity(batch.len());
        let (mut scratch, mut spare) = (Stack::default(), None);
        for &(id, number) in batch {
            let at = id.index() - self.base;
            if self.activities[at].is_none() {
                self.activities[at] = spare.take();
            }
            let (args, mut notes) = (args(number), Vec::new());
            let mut cell = self.cell(id, shared, &mut scratch);
            called.push((cell.call(function, args, CALLED, &mut notes), notes));
            // Most leave nothing behind, and one activity serves them all.
            if let Some(untouched) = self.activities[at].take_if(|a| a.is_untouched()) {
                spare = Some(untouched);
            }
        }
        called
    }
}
