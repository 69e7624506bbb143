//! One context as execution sees it, and all of them side by side.
//!
//! Invariants: a cell borrows the rows of one context and nothing of any other, so cells run in parallel; memory that an operation
//! lacks is collected for and the operation begun again, or a limit says no. Absent: who runs when (`tick`).

use crate::bindings::{Binding, Bindings};
use crate::capability::GuestError;
use crate::runtime::Runtime;
use crate::{ContextId, Value};
use raya_bytecode::image::{DESC_PROMISE, EXPORT_FUNCTION, Export, Image};
use raya_storages::activities::Activity;
use raya_storages::heaps::Heap;
use raya_storages::limits::{Counters, Limits};
use raya_storages::programs::{Program, ProgramId, Programs};
use raya_storages::tasks::{LimitFault, TaskState};
use raya_systems::collect::{Need, collect};
use raya_systems::execute::{self, Answer, EntryError, Execution, Stop};
use raya_systems::marshal::{self, CopyError};
use raya_systems::schedule;
use smallvec::SmallVec;

/// Why something from outside was not let in.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Refused {
    /// A limit.
    Limit(LimitFault),
    /// A value of the wrong type, too deep, or no value that can cross.
    Marshal(String),
}

/// References that a collection keeps and moves.
type Roots = SmallVec<[u32; 8]>;

/// The rows of a context that has a program.
pub(crate) struct Cell<'a> {
    pub id: ContextId,
    pub program: &'a Program,
    pub binding: &'a Binding,
    pub heap: &'a mut Heap,
    pub activity: &'a mut Option<Box<Activity>>,
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
                    if let Err(fault) = self.collect(Need { words, window_refs }, &mut [], left) {
                        execute::fault_running(&mut self.execution(), fault);
                    }
                }
            }
        }
    }

    fn collect(&mut self, need: Need, roots: &mut [u32], left: &mut i64) -> Result<(), LimitFault> {
        self.counters.collections += 1;
        let activity = self.activity.as_deref_mut();
        let stats = collect(self.program, self.heap, activity, need, roots, self.limits)?;
        *left -= stats.fuel as i64;
        Ok(())
    }

    /// Without steps left in all, whatever has not ended fails.
    fn enforce_budget(&mut self) {
        let (steps, max) = (self.counters.steps, self.limits.steps_max);
        let is_over = |a: &Activity| a.tasks.iter().all(|(_, t)| t.state == TaskState::Done);
        if steps < max || self.activity.as_ref().is_none_or(|a| is_over(a)) {
            return;
        }
        execute::fail_all_for_steps(&mut self.execution(), LimitFault::Steps { steps, max });
    }

    /// Begins an operation again after a collection where memory lacks. The references in `roots` are kept and moved.
    fn with_memory<T>(
        &mut self,
        roots: &mut Roots,
        mut operation: impl FnMut(&mut Execution<'_>, &[u32]) -> Result<T, EntryError>,
    ) -> Result<T, Refused> {
        loop {
            match operation(&mut self.execution(), roots) {
                Ok(done) => return Ok(done),
                Err(EntryError::NeedsCollection(words)) => {
                    let need = Need {
                        words,
                        window_refs: 0,
                    };
                    self.collect(need, roots, &mut 0).map_err(Refused::Limit)?;
                }
                Err(EntryError::Limit(fault)) => return Err(Refused::Limit(fault)),
                Err(EntryError::Argument(at)) => {
                    return Err(Refused::Marshal(format!(
                        "argument {} is not of the parameter's type",
                        at + 1
                    )));
                }
            }
        }
    }
}

/// Ways into a context, from between its instructions.
impl Cell<'_> {
    /// Starts a function with values from outside; gives the promise of its result.
    pub fn spawn_entry(&mut self, function: u32, args: &[Value]) -> Result<u32, Refused> {
        let mut roots = Roots::new();
        let mut nums: SmallVec<[u64; 8]> = SmallVec::new();
        let descs = parameters(&self.program.image, function);
        for (at, arg) in args.iter().enumerate() {
            let (num, reference) = self.copy_in(arg, descs.get(at).copied(), &mut roots)?;
            nums.push(num);
            roots.push(reference);
        }
        let task = self.with_memory(&mut roots, |execution, refs| {
            let args: SmallVec<[(u64, u32); 8]> =
                nums.iter().copied().zip(refs.iter().copied()).collect();
            execute::spawn_entry(execution, function, &args)
        })?;
        let activity = self.activity.as_ref().expect("a task was spawned");
        Ok(activity.tasks.task[task.index()].promise)
    }

    /// Copies a value into the heap; `roots` are moved if that takes a collection.
    fn copy_in(
        &mut self,
        value: &Value,
        desc: Option<u32>,
        roots: &mut [u32],
    ) -> Result<(u64, u32), Refused> {
        loop {
            match marshal::copy_in(self.program, self.heap, value, desc) {
                Ok(mixed) => return Ok(mixed),
                Err(CopyError::NeedsCollection(words)) => {
                    let need = Need {
                        words,
                        window_refs: 0,
                    };
                    self.collect(need, roots, &mut 0).map_err(Refused::Limit)?;
                }
                Err(CopyError::Refused(e)) => return Err(Refused::Marshal(e.to_string())),
            }
        }
    }

    /// An answer in the heap: the value, or an error with the message; at a limit, the error that says so.
    fn place_answer(&mut self, answer: Result<Value, GuestError>, desc: Option<u32>) -> Answer {
        let error = match answer {
            Ok(value) => match self.copy_in(&value, desc, &mut []) {
                Ok((num, reference)) => return Answer::Value(num, reference),
                Err(Refused::Limit(fault)) => {
                    GuestError::new("Error", crate::fault::limit_error(fault).to_string())
                }
                Err(Refused::Marshal(message)) => GuestError::new("Error", message),
            },
            Err(error) => error,
        };
        let error = self.with_memory(&mut Roots::new(), |execution, _| {
            execute::error_value(execution, &error.name, &error.message)
        });
        // Without memory even for the error, what is thrown is undefined.
        Answer::Error(0, error.unwrap_or(raya_bytecode::slot::UNDEFINED))
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
            let answer = Answer::Value(0, raya_bytecode::slot::UNDEFINED);
            execute::settle_promise(&mut self.execution(), promise, answer);
        }
    }
}

/// The types of an exported function's parameters, in `descs`.
fn parameters(image: &Image, function: u32) -> &[u32] {
    let is_it = |e: &&Export| e.kind == EXPORT_FUNCTION && e.index == function;
    let desc = image
        .exports
        .iter()
        .find(is_it)
        .map(|e| &image.descs[e.desc as usize]);
    let children = desc.map_or(&[][..], |d| &image.desc_children[d.children.indices()]);
    children.split_last().map_or(&[], |(_, params)| params)
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
