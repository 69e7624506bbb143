//! One context as execution sees it, and all of them side by side.
//!
//! Invariants: a cell borrows the rows of one context and nothing of any other, so cells run in parallel; memory that an operation
//! lacks is collected for and the operation begun again, or a limit says no. Absent: who runs when (`tick`).

use crate::bindings::{Binding, Bindings};
use crate::capability::GuestError;
use crate::runtime::Runtime;
use crate::{ContextId, Value};
use raya_bytecode::image::{DESC_PROMISE, Image};
use raya_bytecode::slot::UNDEFINED;
use raya_storages::activities::Activity;
use raya_storages::frames::Stack;
use raya_storages::heaps::Heap;
use raya_storages::limits::{Counters, Limits};
use raya_storages::programs::{Program, ProgramId, Programs};
use raya_storages::runs::Cause;
use raya_storages::tasks::{LimitFault, Task, TaskState};
use raya_systems::collect::{Need, collect};
use raya_systems::execute::{self, Answer, CallEnd, EntryError, Execution, Stop};
use raya_systems::marshal::{self, CopyError};
use raya_systems::schedule;

/// Why something from outside was not let in.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Refused {
    /// A limit.
    Limit(LimitFault),
    /// A value of the wrong type, too deep, or no value that can cross.
    Marshal(String),
}

/// Steps that a call runs before requests are served.
pub(crate) const CALL_FUEL: u64 = 1 << 40;

/// The rows of a context that has a program.
pub(crate) struct Cell<'a> {
    pub id: ContextId,
    pub program: &'a Program,
    pub binding: &'a Binding,
    pub heap: &'a mut Heap,
    pub activity: &'a mut Option<Box<Activity>>,
    pub scratch: &'a mut Stack,
    pub limits: &'a Limits,
    pub counters: &'a mut Counters,
    pub now_ms: f64,
}

impl Cell<'_> {
    fn execution(&mut self) -> Execution<'_> {
        Execution {
            program: self.program,
            heap: self.heap,
            activity: self.activity.get_or_insert_with(Box::default),
            scratch: self.scratch,
            limits: self.limits,
            host: &self.binding.links,
            now_ms: self.now_ms,
            context: self.id.to_bits(),
        }
    }

    /// Runs it for so much fuel, or until it waits; gives the steps it took.
    pub fn run(&mut self, fuel: u64) -> u64 {
        let left_in_all = self.limits.steps_max.saturating_sub(self.counters.steps);
        let left_in_tick = self
            .limits
            .steps_per_tick_max
            .saturating_sub(self.counters.steps_this_tick);
        let allowed = fuel.min(left_in_all).min(left_in_tick).min(i64::MAX as u64) as i64;
        let mut left = allowed;
        if left_in_all > 0 {
            self.run_for(&mut left);
        }
        let steps = (allowed - left) as u64;
        self.counters.steps += steps;
        self.counters.steps_this_tick += steps;
        self.enforce_budget();
        steps
    }

    fn run_for(&mut self, left: &mut i64) {
        loop {
            let stop = execute::execute(&mut self.execution(), left);
            match stop {
                Stop::OutOfFuel | Stop::Idle | Stop::Blocked => return,
                Stop::NeedsCollection { words, window_refs } => {
                    if let Err(fault) = self.collect(Need { words, window_refs }, left) {
                        execute::fault_running(&mut self.execution(), fault);
                    }
                }
            }
        }
    }

    fn collect(&mut self, need: Need, left: &mut i64) -> Result<(), LimitFault> {
        self.counters.collections += 1;
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
        Ok(())
    }

    /// Without steps left in all, whatever has not ended fails.
    fn enforce_budget(&mut self) {
        let (steps, max) = (self.counters.steps, self.limits.steps_max);
        if steps < max || self.activity.as_ref().is_none_or(|a| is_over(a)) {
            return;
        }
        execute::fail_all_for_steps(&mut self.execution(), LimitFault::Steps { steps, max });
    }

    /// Calls a function now, in a context that does nothing else. `run` names the entry that it becomes if it stops on its way.
    pub fn call(&mut self, function: u32, args: &[Value], run: u64) -> Result<CallEnd, Cause> {
        let allowed = self.limits.steps_max.saturating_sub(self.counters.steps);
        if allowed == 0 {
            let (steps, max) = (self.counters.steps, self.limits.steps_max);
            return Err(Cause::Limit(LimitFault::Steps { steps, max }));
        }
        let allowed = allowed.min(CALL_FUEL) as i64;
        let mut left = allowed;
        let end = loop {
            match execute::call(&mut self.execution(), function, args, run, &mut left) {
                Ok(end) => break end,
                Err(EntryError::NeedsCollection(words)) => {
                    self.collect(Need::words(words), &mut left)
                        .map_err(Cause::Limit)?;
                }
                Err(error) => return Err(error.cause().expect("it is for good")),
            }
        };
        self.counters.steps += (allowed - left) as u64;
        if let CallEnd::Stopped(stop) = end {
            self.provide(stop);
        }
        self.enforce_budget();
        Ok(end)
    }

    /// Provides the memory that a stop asks for.
    fn provide(&mut self, stop: Stop) {
        if let Stop::NeedsCollection { words, window_refs } = stop {
            let mut left = 0;
            if let Err(fault) = self.collect(Need { words, window_refs }, &mut left) {
                execute::fault_running(&mut self.execution(), fault);
            }
            self.counters.steps += left.unsigned_abs();
        }
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
                Err(CopyError::Refused(e)) => return Err(Refused::Marshal(e.to_string())),
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
                Err(Refused::Marshal(message)) => GuestError::new("Error", message),
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
        let desc = answer_desc(&self.program.image, activity.outbox[0].import);
        let answer = self.place_answer(answer, desc);
        let activity = self.activity.as_mut().expect("who asked is active");
        let request = activity.outbox.remove(0);
        if request.promise == 0 {
            execute::answer_blocked(&mut self.execution(), answer);
        } else {
            execute::settle_promise(&mut self.execution(), request.promise, answer);
        }
    }

    /// Settles the promise at a place of `owed`.
    pub fn settle_owed(&mut self, at: usize, answer: Result<Value, GuestError>) {
        let answer = self.place_answer(answer, None);
        let promise = self.activity.as_ref().expect("who is owed is active").owed[at].promise;
        execute::settle_promise(&mut self.execution(), promise, answer);
    }

    /// Lets the sleeper go on whose time came first, if it has.
    pub fn wake(&mut self) {
        let now_ms = self.now_ms;
        let promise = self
            .activity
            .as_mut()
            .and_then(|a| a.timers.pop_due(now_ms));
        if let Some(promise) = promise {
            let answer = Answer::Value(0, UNDEFINED);
            execute::settle_promise(&mut self.execution(), promise, answer);
        }
    }
}

/// Whether nothing of an activity is left that a lack of steps could fail.
fn is_over(activity: &Activity) -> bool {
    let is_done = |(_, task): (u32, &Task)| task.state == TaskState::Done;
    activity.tasks.iter().all(is_done) && activity.entries.is_over()
}

/// The type that the answer to an import has, in `descs`: for a promise, what it resolves to.
fn answer_desc(image: &Image, import: u32) -> Option<u32> {
    let children = |desc: u32| &image.desc_children[image.descs[desc as usize].children.indices()];
    let ret = *children(image.imports[import as usize].desc).last()?;
    if image.descs[ret as usize].tag == DESC_PROMISE {
        children(ret).first().copied()
    } else {
        Some(ret)
    }
}

/// The columns that execution writes, from the row `base` on.
struct Columns<'a> {
    base: usize,
    heaps: &'a mut [Heap],
    activities: &'a mut [Option<Box<Activity>>],
    counters: &'a mut [Counters],
    credits: &'a mut [i64],
}

/// The columns that it only reads.
#[derive(Clone, Copy)]
struct Shared<'a> {
    limits: &'a [Limits],
    programs: &'a [u64],
    linked: &'a Programs,
    bindings: &'a Bindings,
    now_ms: f64,
}

/// Fewer contexts than this are run by one thread.
const ROWS_PER_JOB: usize = 8;

/// Runs the contexts of a batch (rows in order), each for its credit; gives the steps of all.
pub(crate) fn run_batch(runtime: &mut Runtime, batch: &[u32]) -> u64 {
    let contexts = &mut runtime.contexts;
    let id_of = |row: &u32| {
        contexts
            .id_at(*row as usize)
            .expect("a runnable row is live")
    };
    let batch: Vec<ContextId> = batch.iter().map(id_of).collect();
    let columns = Columns {
        base: 0,
        heaps: &mut contexts.heaps,
        activities: &mut contexts.activities,
        counters: &mut contexts.counters,
        credits: &mut contexts.credits,
    };
    let shared = Shared {
        limits: &contexts.limits,
        programs: &contexts.programs,
        linked: &runtime.programs,
        bindings: &runtime.bindings,
        now_ms: runtime.time.clock_ms,
    };
    match &runtime.workers {
        Some(workers) if batch.len() > ROWS_PER_JOB => {
            workers.install(|| columns.run(&batch, shared))
        }
        _ => columns.run_in_order(&batch, shared),
    }
}

impl Columns<'_> {
    /// Runs the halves of a batch side by side: the first half's rows lie before those of the second.
    fn run(self, batch: &[ContextId], shared: Shared<'_>) -> u64 {
        if batch.len() <= ROWS_PER_JOB {
            return self.run_in_order(batch, shared);
        }
        let (first, second) = batch.split_at(batch.len() / 2);
        let (before, after) = self.split_at(second[0].index());
        let (a, b) = rayon::join(|| before.run(first, shared), || after.run(second, shared));
        a + b
    }

    /// Two views that share no row; the second begins at `row`.
    fn split_at(self, row: usize) -> (Self, Self) {
        let at = row - self.base;
        let (heaps, later_heaps) = self.heaps.split_at_mut(at);
        let (activities, later_activities) = self.activities.split_at_mut(at);
        let (counters, later_counters) = self.counters.split_at_mut(at);
        let (credits, later_credits) = self.credits.split_at_mut(at);
        let before = Columns {
            base: self.base,
            heaps,
            activities,
            counters,
            credits,
        };
        let after = Columns {
            base: row,
            heaps: later_heaps,
            activities: later_activities,
            counters: later_counters,
            credits: later_credits,
        };
        (before, after)
    }

    fn run_in_order(self, batch: &[ContextId], shared: Shared<'_>) -> u64 {
        let mut steps = 0;
        let mut scratch = Stack::default();
        for &id in batch {
            let (row, at) = (id.index(), id.index() - self.base);
            let program =
                ProgramId::from_bits(shared.programs[row]).and_then(|id| shared.linked.get(id));
            let mut cell = Cell {
                id,
                program: program.expect("who runs has a program"),
                binding: shared.bindings.of(row),
                heap: &mut self.heaps[at],
                activity: &mut self.activities[at],
                scratch: &mut scratch,
                limits: &shared.limits[row],
                counters: &mut self.counters[at],
                now_ms: shared.now_ms,
            };
            let ran = cell.run(schedule::steps_allowed(self.credits[at]));
            schedule::charge(&mut self.credits[at], ran);
            steps += ran;
        }
        steps
    }
}
