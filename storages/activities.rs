//! What a context has only while something is going on in it: tasks, jobs, timers, and what it asks of the host.
//!
//! An idle context has none: the box is dropped when the last task has ended and nothing is queued.
//! Invariants: `running` names a live task or none; jobs name live tasks and promises; a blocked context runs nothing
//! until its request is answered. References in jobs, timers, requests and watches are roots.
//! Absent: who answers requests (`systems/effects`), what references mean (`heaps`).

use crate::dump::{LoadError, Persist, Reader, Writer, ensure};
use crate::entries::{Entries, Stage};
use crate::frames::{FrameRow, Stack};
use crate::heaps::{Heap, Soundness};
use crate::layout::Kind;
use crate::limits::CANCEL_GRACE_STEPS;
use crate::programs::Program;
use crate::runs::Failure;
use crate::tasks::{Task, TaskState, Tasks};
use crate::timers::Timers;
use crate::values::Value;
use raya_bytecode::image::NONE;
use raya_bytecode::isa::Op;
use raya_bytecode::slot::{NULL, Slot, UNDEFINED};
use raya_bytecode::verify::Temps;
use std::collections::VecDeque;

/// So many rejections that nobody handled are told one by one, each time; the others are counted.
pub const UNHANDLED_MAX: usize = 8;

/// One entry of the queue of microtasks, first in first out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Job {
    /// Resume a task with what the promise it awaited settled to (a reference), as value or error by its state.
    Resume {
        /// The task's index.
        task: u32,
        /// The settled promise.
        promise: u32,
    },
    /// `resolve(promise, thenable)`: make `promise` follow `source` (one microtask later, as JavaScript does).
    Follow {
        /// The one resolved.
        promise: u32,
        /// The promise it was resolved with.
        source: u32,
    },
    /// Resolve a promise with undefined: its time has come.
    Fulfil {
        /// The promise.
        promise: u32,
    },
    /// `source` has settled: settle `promise` alike.
    Adopt {
        /// The one that follows.
        promise: u32,
        /// The settled one.
        source: u32,
    },
}

/// A host call that could not be answered at once.
#[derive(Clone, PartialEq, Debug)]
pub struct Request {
    /// Which import.
    pub import: u32,
    /// The arguments, copied out.
    pub args: Vec<Value>,
    /// The promise that gets the answer; 0 if the context is blocked until the answer is there.
    pub promise: u32,
}

/// Who gives an answer that takes its time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AnsweredBy {
    /// The run that this row of `runs` is about, as bits.
    Run(u64),
    /// The host, to the question with this number.
    Host(u64),
}

/// An answer that something outside of the context will give.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Owed {
    /// The promise that it settles, a root; 0 if the context is blocked until then.
    pub promise: u32,
    /// The import that was called.
    pub import: u32,
    /// The type that the asker wants the answer as, in its program's `descs`; none: as the import says.
    pub desc: Option<u32>,
    /// Who gives it.
    pub by: AnsweredBy,
}

/// A promise that an event about another context will settle. A root.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Watch {
    /// The promise.
    pub promise: u32,
    /// The row of `contexts`, as bits.
    pub run: u64,
}

/// See the module's header.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Activity {
    /// The tasks.
    pub tasks: Tasks,
    /// The microtasks.
    pub jobs: VecDeque<Job>,
    /// Those who sleep.
    pub timers: Timers,
    /// The task that was running when the context was stopped: index + 1, 0 for none.
    pub running: u32,
    /// The running task met a limit, and runs the instruction that it stands at again; its stack says which temps live.
    pub repeats: bool,
    /// What it asked of the host this round, in order.
    pub outbox: Vec<Request>,
    /// The running task waits for the answer to the last request of the outbox.
    pub blocked: bool,
    /// Calls from outside.
    pub entries: Entries,
    /// Calls that the host answered inline and that its grants have not counted yet, by import; empty for none.
    pub calls: Vec<u64>,
    /// Answers that take their time, in the order they were asked for.
    pub owed: Vec<Owed>,
    /// Promises that wait for an event about an inner context, in the order they were asked for.
    pub listeners: Vec<Watch>,
    /// Steps that tasks which were cancelled may still take without having to wait; 0 if none is due.
    pub grace: u64,
    /// Promises that were rejected while nobody waited for them, in that order: the first `UNHANDLED_MAX` are roots. Looked at when
    /// nothing else is left to do.
    pub rejected: Vec<u32>,
    /// Why those were rejected that nobody waited for even then: the first of them.
    pub unhandled: Vec<Failure>,
    /// How many more there were.
    pub unhandled_more: u64,
    /// Runs of inner contexts that it cancelled, for whoever ran it to see to at once: never part of a dump.
    pub cancels: Vec<u64>,
}

impl Activity {
    /// Whether nothing is left to do or wait for: the box can go. (Rows that ended and were not reaped still count.)
    pub fn is_idle(&self) -> bool {
        self.tasks.is_empty()
            && self.jobs.is_empty()
            && self.timers.is_empty()
            && self.outbox.is_empty()
            && self.entries.is_empty()
            && self.owed.is_empty()
            && self.listeners.is_empty()
            && self.rejected.is_empty()
            && self.unhandled.is_empty()
            && self.unhandled_more == 0
    }

    /// Whether it is as a new one is.
    #[inline]
    pub fn is_untouched(&self) -> bool {
        self.is_quiet() && self.calls.is_empty()
    }

    /// Whether it is as a new one is, but for calls that are to be counted. Looked at after every call, so all at once.
    #[inline]
    pub fn is_quiet(&self) -> bool {
        let counts = self.tasks.capacity()
            | self.jobs.len()
            | self.outbox.len()
            | self.entries.len()
            | self.owed.len()
            | self.listeners.len()
            | self.rejected.len()
            | self.unhandled.len()
            | self.cancels.len();
        counts == 0 && self.unhandled_more == 0 && self.timers.is_untouched()
    }

    /// Becomes as a new one is; only allocations are kept.
    pub fn clear(&mut self) {
        self.tasks.clear();
        self.jobs.clear();
        self.timers = Timers::default();
        self.running = 0;
        self.repeats = false;
        self.outbox.clear();
        self.blocked = false;
        self.entries.clear();
        self.calls.clear();
        self.owed.clear();
        self.listeners.clear();
        self.grace = 0;
        self.rejected.clear();
        self.unhandled.clear();
        self.unhandled_more = 0;
        self.cancels.clear();
    }

    /// Whether the answer that the running task waits for was asked for.
    fn has_asked(&self) -> bool {
        !self.outbox.is_empty() || self.owed.iter().any(|o| o.promise == 0)
    }

    /// The running task no longer waits for an answer, whatever comes.
    pub fn unblock(&mut self) {
        self.blocked = false;
        self.outbox.retain(|request| request.promise != 0);
        self.owed.retain(|owed| owed.promise != 0);
    }

    /// Counts a call that the host answers inline.
    #[inline]
    pub fn count_call(&mut self, import: usize) {
        match self.calls.get_mut(import) {
            Some(calls) => *calls += 1,
            None => self.count_first_call(import),
        }
    }

    #[cold]
    fn count_first_call(&mut self, import: usize) {
        self.calls.resize(import + 1, 0);
        self.calls[import] = 1;
    }

    /// Whether something could run now, without the host or the clock.
    pub fn is_runnable(&self) -> bool {
        !self.blocked
            && (self.running != 0
                || !self.jobs.is_empty()
                || self.entries.is_pending()
                || !self.rejected.is_empty())
    }

    /// Whether nothing of it is left that a lack of steps could fail.
    pub fn is_over(&self) -> bool {
        let is_done = |(_, task): (u32, &Task)| task.state == TaskState::Done;
        self.tasks.iter().all(is_done) && self.entries.is_over() && self.rejected.is_empty()
    }

    /// What the stacks count against the heap limit.
    pub fn bytes(&self) -> u64 {
        self.tasks.stack_bytes()
    }

    /// Checks the invariants, in itself and against the context's heap. A context without an activity has an empty one.
    pub fn verify(&self, program: &Program, heap: &Heap) -> Result<(), LoadError> {
        self.verify_rows(program)?;
        let soundness = Soundness::of(heap, program)?;
        self.verify_references(program, &soundness)?;
        if self.repeats {
            self.verify_temps(program, &soundness)?;
        }
        self.verify_waiters(heap, &soundness)
    }

    fn verify_rows(&self, program: &Program) -> Result<(), LoadError> {
        self.tasks.verify_rows()?;
        self.timers.verify()?;
        self.verify_stacks(program)?;
        let is_state = |index: u32, state| self.tasks.at(index).is_some_and(|t| t.state == state);
        ensure(
            self.running == 0 || is_state(self.running - 1, TaskState::Running),
            "the running task is live and runs",
        )?;
        ensure(
            !self.blocked || (self.running != 0 && self.has_asked()),
            "who is blocked has asked",
        )?;
        self.verify_jobs()?;
        self.verify_resumers()?;
        self.verify_entries(program)?;
        let imports = program.image.imports.len();
        let is_import = |request: &Request| (request.import as usize) < imports;
        let are_imports = self.outbox.iter().all(is_import)
            && self.owed.iter().all(|o| (o.import as usize) < imports);
        ensure(are_imports, "what is asked for is an import")?;
        let descs = program.image.descs.len();
        let is_desc = |owed: &Owed| owed.desc.is_none_or(|desc| (desc as usize) < descs);
        ensure(
            self.owed.iter().all(is_desc),
            "what an answer is wanted as is a type",
        )?;
        let blocking = self.outbox.iter().filter(|r| r.promise == 0).count()
            + self.owed.iter().filter(|o| o.promise == 0).count();
        ensure(
            blocking == usize::from(self.blocked),
            "a context is blocked for one answer",
        )?;
        ensure(self.calls.len() <= imports, "calls are counted by import")?;
        ensure(self.grace <= CANCEL_GRACE_STEPS, "grace ends")?;
        let is_known = |failure: &Failure| failure.is_of(program.functions.len());
        ensure(
            self.unhandled.len() <= UNHANDLED_MAX && self.unhandled.iter().all(is_known),
            "what failed is known",
        )?;
        if let Some(task) = self
            .running
            .checked_sub(1)
            .and_then(|index| self.tasks.at(index))
        {
            let last = task.stack.last_instruction(program);
            let has_asked = last.is_some_and(|inst| inst.op == Op::CallHost as u8);
            ensure(
                !self.blocked || has_asked,
                "who is blocked has called the host",
            )?;
        }
        for (_, task) in self.tasks.iter() {
            ensure(can_go_on(task, program), "who is resumed has awaited")?;
            ensure(
                (task.state == TaskState::Done) == task.outcome.is_some(),
                "who is done, and nobody else, has an outcome",
            )?;
            // A waiting task without frames only passes on what it waits for: its promise follows another.
            let has_frames = !task.stack.rows.is_empty();
            ensure(
                task.state == TaskState::Waiting || has_frames == (task.state != TaskState::Done),
                "who is not done, and nobody else, has frames",
            )?;
        }
        Ok(())
    }

    fn verify_stacks(&self, program: &Program) -> Result<(), LoadError> {
        ensure(
            !self.repeats || (self.running != 0 && !self.blocked),
            "who repeats runs",
        )?;
        for (index, task) in self.tasks.iter() {
            if self.repeats && index + 1 == self.running {
                task.stack.verify_repeating(program)?;
            } else {
                task.stack.verify(program)?;
            }
        }
        Ok(())
    }

    /// The temps of the task that repeats hold what the verifier says.
    fn verify_temps(&self, program: &Program, soundness: &Soundness) -> Result<(), LoadError> {
        let Some(task) = self.tasks.at(self.running.wrapping_sub(1)) else {
            return Ok(());
        };
        let temps = task.stack.verify_repeating(program)?;
        let (_, end) = task.stack.locals_end(&program.functions);
        let held = &task.stack.refs[end as usize..];
        let accepts = |(slot, reference): (&Option<Slot>, &u32)| match slot {
            None => *reference == UNDEFINED,
            Some(slot) if Temps::is_nullish(*slot) => *reference <= NULL,
            Some(slot) => soundness.accepts(*slot, *reference),
        };
        ensure(
            temps.iter().zip(held).all(accepts),
            "temps hold what they say",
        )
    }

    fn verify_references(&self, program: &Program, soundness: &Soundness) -> Result<(), LoadError> {
        let is_promise = |reference| soundness.kind(reference) == Some(Kind::Promise);
        let are_promises = self.jobs.iter().all(|job| match *job {
            Job::Resume { promise, .. } | Job::Fulfil { promise } => is_promise(promise),
            Job::Follow { promise, source } | Job::Adopt { promise, source } => {
                is_promise(promise) && is_promise(source)
            }
        });
        ensure(are_promises, "jobs are about promises")?;
        ensure(
            self.timers.promises().all(is_promise) && self.rejected.iter().all(|&p| is_promise(p)),
            "timers fulfil promises, and promises were rejected",
        )?;
        let is_optional = |reference| reference == 0 || is_promise(reference);
        ensure(
            self.outbox.iter().all(|r| is_optional(r.promise)),
            "answers go to promises",
        )?;
        let mut awaited = self.entries.awaited();
        ensure(
            awaited.all(|(_, promise)| is_promise(promise))
                && self.owed.iter().all(|o| is_optional(o.promise))
                && self.listeners.iter().all(|w| is_promise(w.promise)),
            "what is awaited outside is a promise",
        )?;
        for (_, task) in self.tasks.iter() {
            ensure(is_optional(task.promise), "a task settles a promise")?;
            let awaits = task.state == TaskState::Waiting;
            ensure(
                is_optional(task.awaits) && awaits == (task.awaits != 0),
                "who waits, and nobody else, awaits a promise",
            )?;
            ensure(
                is_optional(task.due) && soundness.accepts(Slot::ANY, task.cancelled),
                "what a task is cancelled with is sound",
            )?;
            for row in &task.stack.rows {
                verify_registers(row, &task.stack, program, soundness)?;
            }
        }
        Ok(())
    }

    /// Every waiting task is in one promise's list, and lists are of waiting tasks.
    fn verify_waiters(&self, heap: &Heap, soundness: &Soundness) -> Result<(), LoadError> {
        let is_waiting = |task: &&Task| task.state == TaskState::Waiting;
        let mut left = self
            .tasks
            .iter()
            .filter(|(_, t)| t.state == TaskState::Waiting)
            .count();
        for promise in soundness.promises() {
            let (mut next, last) = (heap.half(promise, 6), heap.half(promise, 7));
            let mut end = 0;
            while next != 0 {
                let task = self.tasks.at(next - 1).filter(is_waiting);
                let task = task.ok_or(LoadError::Invalid("who waits for a promise is waiting"))?;
                ensure(task.awaits == promise, "who waits says for what")?;
                left = left
                    .checked_sub(1)
                    .ok_or(LoadError::Invalid("a task is in one list"))?;
                end = next;
                next = task.next_waiter;
            }
            ensure(end == last, "a list of waiters ends with the last")?;
        }
        ensure(left == 0, "who waits is in a list")
    }

    fn verify_jobs(&self) -> Result<(), LoadError> {
        let mut is_named = vec![false; self.tasks.capacity()];
        for job in &self.jobs {
            if let Job::Resume { task, .. } = *job {
                let is_ready = |t: &Task| t.state == TaskState::Ready;
                ensure(
                    self.tasks.at(task).is_some_and(is_ready),
                    "a job resumes a ready task",
                )?;
                ensure(
                    !std::mem::replace(&mut is_named[task as usize], true),
                    "a job a task",
                )?;
            }
        }
        for (index, task) in self.tasks.iter() {
            ensure(
                task.state != TaskState::Ready || is_named[index as usize],
                "a ready task has a job",
            )?;
        }
        Ok(())
    }

    /// Entries that run have a task of their own, which settles no promise.
    fn verify_entries(&self, program: &Program) -> Result<(), LoadError> {
        self.entries.verify(program.functions.len())?;
        let mut is_named = vec![false; self.tasks.capacity()];
        for entry in self.entries.iter() {
            if let Stage::Running { task } = entry.stage {
                let index = task.wrapping_sub(1);
                let is_its = |t: &Task| {
                    t.promise == 0 && t.state != TaskState::Done && !t.stack.rows.is_empty()
                };
                ensure(
                    self.tasks.at(index).is_some_and(is_its),
                    "an entry that runs has a task",
                )?;
                ensure(
                    !std::mem::replace(&mut is_named[index as usize], true),
                    "a task is of one entry",
                )?;
            }
        }
        Ok(())
    }

    /// The running task and its chain of resumers are exactly the tasks in `Running`.
    fn verify_resumers(&self) -> Result<(), LoadError> {
        let mut left = self
            .tasks
            .iter()
            .filter(|(_, t)| t.state == TaskState::Running)
            .count();
        let mut next = self.running;
        while next != 0 {
            let task = self
                .tasks
                .at(next - 1)
                .filter(|t| t.state == TaskState::Running);
            next = task
                .ok_or(LoadError::Invalid("a resumer is live and runs"))?
                .resumer;
            left = left
                .checked_sub(1)
                .ok_or(LoadError::Invalid("the chain of resumers ends"))?;
        }
        ensure(
            left == 0,
            "tasks that run are the running one and its resumers",
        )?;
        let awaits = |t: &Task| t.state == TaskState::Running || t.resumer == 0;
        ensure(
            self.tasks.iter().all(|(_, t)| awaits(t)),
            "only running tasks have resumers",
        )?;
        let waits = |t: &Task| t.state == TaskState::Waiting || t.next_waiter == 0;
        ensure(
            self.tasks.iter().all(|(_, t)| waits(t)),
            "only waiting tasks are in lists",
        )
    }
}

/// Whether a task that waits or is to be resumed can take what it is resumed with.
fn can_go_on(task: &Task, program: &Program) -> bool {
    let is_settled_later = matches!(task.state, TaskState::Waiting | TaskState::Ready);
    if !is_settled_later || task.stack.rows.is_empty() {
        return true;
    }
    match task.stack.last_instruction(program) {
        None => false,
        Some(inst) => {
            let takes = (task.await_num, task.await_ref);
            inst.op == Op::Await as u8 && (inst.a, inst.b) == takes
        }
    }
}

/// The reference registers of a frame hold what its function's locals say.
fn verify_registers(
    row: &FrameRow,
    stack: &Stack,
    program: &Program,
    soundness: &Soundness,
) -> Result<(), LoadError> {
    let function = &program.image.functions[row.function as usize];
    let slots = &program.image.slots[function.locals.indices()][usize::from(function.num_locals)..];
    let registers = &stack.refs[row.ref_base as usize..][..slots.len()];
    let are_sound = slots
        .iter()
        .zip(registers)
        .all(|(slot, r)| soundness.accepts(*slot, *r));
    ensure(are_sound, "registers hold what locals say")
}

impl Persist for Job {
    const BYTES_MIN: usize = 9;

    fn dump(&self, to: &mut Writer) {
        let (tag, a, b) = match *self {
            Job::Resume { task, promise } => (0u8, task, promise),
            Job::Follow { promise, source } => (1, promise, source),
            Job::Adopt { promise, source } => (2, promise, source),
            Job::Fulfil { promise } => (3, promise, 0),
        };
        to.pod(tag);
        to.pod(a);
        to.pod(b);
    }

    fn load(from: &mut Reader) -> Result<Job, LoadError> {
        let (tag, a, b): (u8, u32, u32) = (from.pod()?, from.pod()?, from.pod()?);
        Ok(match tag {
            0 => Job::Resume {
                task: a,
                promise: b,
            },
            1 => Job::Follow {
                promise: a,
                source: b,
            },
            2 => Job::Adopt {
                promise: a,
                source: b,
            },
            3 => Job::Fulfil { promise: a },
            _ => return Err(LoadError::Invalid("a job is known")),
        })
    }
}

impl Persist for Request {
    const BYTES_MIN: usize = 12;

    fn dump(&self, to: &mut Writer) {
        to.pod(self.import);
        self.args.dump(to);
        to.pod(self.promise);
    }

    fn load(from: &mut Reader) -> Result<Request, LoadError> {
        Ok(Request {
            import: from.pod()?,
            args: Vec::load(from)?,
            promise: from.pod()?,
        })
    }
}

impl Persist for Owed {
    const BYTES_MIN: usize = 21;

    fn dump(&self, to: &mut Writer) {
        let (tag, number) = match self.by {
            AnsweredBy::Run(run) => (0u8, run),
            AnsweredBy::Host(question) => (1, question),
        };
        to.pod(self.promise);
        to.pod(self.import);
        to.pod(self.desc.unwrap_or(NONE));
        to.pod(tag);
        to.pod(number);
    }

    fn load(from: &mut Reader) -> Result<Owed, LoadError> {
        let (promise, import) = (from.pod()?, from.pod()?);
        let desc = Some(from.pod()?).filter(|desc| *desc != NONE);
        let by = match (from.pod::<u8>()?, from.pod()?) {
            (0, run) => AnsweredBy::Run(run),
            (1, question) => AnsweredBy::Host(question),
            _ => return Err(LoadError::Invalid("who answers is known")),
        };
        Ok(Owed {
            promise,
            import,
            desc,
            by,
        })
    }
}

impl Persist for Watch {
    const BYTES_MIN: usize = 12;

    fn dump(&self, to: &mut Writer) {
        to.pod(self.promise);
        to.pod(self.run);
    }

    fn load(from: &mut Reader) -> Result<Watch, LoadError> {
        Ok(Watch {
            promise: from.pod()?,
            run: from.pod()?,
        })
    }
}

impl Persist for Activity {
    const BYTES_MIN: usize = 79;

    fn dump(&self, to: &mut Writer) {
        self.tasks.dump(to);
        to.count(self.jobs.len());
        for job in &self.jobs {
            job.dump(to);
        }
        self.timers.dump(to);
        to.pod(self.running);
        self.repeats.dump(to);
        self.outbox.dump(to);
        self.blocked.dump(to);
        self.entries.dump(to);
        self.calls.dump(to);
        self.owed.dump(to);
        self.listeners.dump(to);
        to.pod(self.grace);
        to.slice(&self.rejected);
        self.unhandled.dump(to);
        to.pod(self.unhandled_more);
        assert!(self.cancels.is_empty(), "cancels are seen to at once");
    }

    fn load(from: &mut Reader) -> Result<Activity, LoadError> {
        Ok(Activity {
            tasks: Tasks::load(from)?,
            jobs: Vec::load(from)?.into(),
            timers: Timers::load(from)?,
            running: from.pod()?,
            repeats: bool::load(from)?,
            outbox: Vec::load(from)?,
            blocked: bool::load(from)?,
            entries: Entries::load(from)?,
            calls: Vec::load(from)?,
            owed: Vec::load(from)?,
            listeners: Vec::load(from)?,
            grace: from.pod()?,
            rejected: from.slice()?,
            unhandled: Vec::load(from)?,
            unhandled_more: from.pod()?,
            cancels: Vec::new(),
        })
    }
}
