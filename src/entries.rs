//! Entries: starting exported functions in a context, and what becomes of their outcomes.
//!
//! ```text
//! Loaded --start_modules--> Starting --modules ended--> Ready        an entry waits in its activity until its turn comes,
//!                                \--> Broken: entries fail likewise   and when it has ended its outcome goes to `runs`
//! ```
//!
//! Invariants: a context's modules run once, before its first entry; a run's outcome is written once; a context keeps its latest
//! outcomes only. Absent: execution itself, the order of sweeps (`tick`), calls that don't wait for a tick (`calls`).

use crate::capability::GuestError;
use crate::cell::Cell;
use crate::error::VmError;
use crate::fault::{CANCELLED_ERROR, fault};
use crate::runtime::Runtime;
use crate::{ContextId, TaskId, Value};
use raya_bytecode::image::{EXPORT_FUNCTION, NONE};
use raya_storages::activities::AnsweredBy;
use raya_storages::contexts::ContextState;
use raya_storages::entries::{Entry, Origin, Stage};
use raya_storages::events::EventKind;
use raya_storages::fuel;
use raya_storages::programs::ProgramId;
use raya_storages::runs::{Cause, OUTCOMES_KEPT_MAX, RunOutcome, RunRow, Runs};

/// Arguments of entries that are not counted: as many as there are tasks are little.
const WAITING_BYTES_MIN: usize = 1 << 10;

/// Only outcomes of more bytes make it worth looking at what all of a context's take.
const LARGE_OUTCOME_BYTES: usize = 1_024;

impl Runtime {
    pub(crate) fn find(&self, id: ContextId) -> Result<usize, VmError> {
        let Some(row) = self.contexts.find(id) else {
            return Err(VmError::ContextNotFound(id));
        };
        Ok(row)
    }

    /// The function that an export is.
    pub(crate) fn exported(&self, row: usize, id: ContextId, name: &str) -> Result<u32, VmError> {
        if self.contexts.states[row] == ContextState::Empty {
            return Err(VmError::NoProgram(id));
        }
        let export = self
            .program(row)
            .export(name)
            .filter(|e| e.kind == EXPORT_FUNCTION);
        export
            .map(|e| e.index)
            .ok_or_else(|| VmError::FunctionNotFound(name.into()))
    }

    pub(crate) fn add_run(&mut self, row: usize, id: ContextId, run: RunRow) -> TaskId {
        let task = self.runs.insert(RunRow {
            contexts: id.to_bits(),
            ..run
        });
        self.contexts.entries[row]
            .get_or_insert_with(Box::default)
            .push(task.to_bits());
        task
    }

    /// Starts the modules of a context that has only been loaded; gives the run of its modules in any case.
    pub(crate) fn start_modules(&mut self, id: ContextId) -> Result<TaskId, VmError> {
        let row = self.find(id)?;
        match self.contexts.states[row] {
            ContextState::Empty => return Err(VmError::NoProgram(id)),
            _ => self.apply_template(row),
        }
        if let Some(task) = self.modules_run(row) {
            return Ok(task);
        }
        let modules = RunRow {
            functions: NONE,
            ..RunRow::default()
        };
        let task = self.add_run(row, id, modules);
        if self.contexts.states[row] == ContextState::Ready {
            self.runs.outcomes[task.index()] = Some(RunOutcome::Returned(Value::Undefined));
            return Ok(task);
        }
        self.contexts.states[row] = ContextState::Starting;
        let init = self.program(row).image.entry.init;
        self.enqueue(row, task, init, Vec::new(), Origin::Host);
        let activity = self.contexts.activities[row].as_mut();
        activity.expect("it has an entry").entries.is_starting = true;
        Ok(task)
    }

    /// Hands an entry to a context.
    pub(crate) fn enqueue(
        &mut self,
        row: usize,
        task: TaskId,
        function: u32,
        args: Vec<Value>,
        origin: Origin,
    ) {
        self.take_on(row, task.to_bits(), function, args, origin);
        self.ready.update(&self.contexts, row as u32);
    }

    /// Adds an entry to what goes on in a context.
    pub(crate) fn take_on(
        &mut self,
        row: usize,
        run: u64,
        function: u32,
        args: Vec<Value>,
        origin: Origin,
    ) {
        let activity = &mut self.contexts.activities[row];
        let activity = activity.get_or_insert_with(|| self.spare.pop().unwrap_or_default());
        activity.entries.push(Entry {
            run,
            function,
            stage: Stage::Waiting(args),
            origin,
        });
    }

    /// Lets a context that has only been loaded begin where its modules would leave it, if its program has a template and its limits
    /// suffice. One that counts its program runs its modules by itself: a template takes memory, and time until it is made.
    pub(crate) fn apply_template(&mut self, row: usize) {
        let is_loaded = self.contexts.states[row] == ContextState::Loaded;
        if !is_loaded || self.contexts.counters[row].program_bytes() > 0 {
            return;
        }
        let program = ProgramId::from_bits(self.contexts.programs[row]).expect("it is loaded");
        let linked = self.programs.get(program).expect("programs in use stay");
        let template = self.templates.of(program.index(), linked);
        let contexts = &mut self.contexts;
        let (heap, limits) = (&mut contexts.heaps[row], &contexts.limits[row]);
        if let Some(template) = template
            && template.apply(heap, limits, &mut contexts.counters[row])
        {
            fuel::charge(&mut contexts.credits[row], template.steps());
            contexts.states[row] = ContextState::Ready;
        }
    }

    /// The run of a context's modules.
    fn modules_run(&self, row: usize) -> Option<TaskId> {
        let runs = self.contexts.entries[row].as_ref()?;
        let ids = runs.iter().filter_map(|&bits| TaskId::from_bits(bits));
        ids.into_iter()
            .find(|id| self.runs.functions[id.index()] == NONE)
    }

    /// Starts an exported function, at once or when the modules have run.
    pub(crate) fn start_entry(
        &mut self,
        id: ContextId,
        name: &str,
        args: Vec<Value>,
        asker: Option<ContextId>,
    ) -> Result<TaskId, VmError> {
        let row = self.find(id)?;
        let functions = self.exported(row, id, name)?;
        self.apply_template(row);
        if self.contexts.states[row] == ContextState::Loaded {
            self.start_modules(id)?;
        }
        self.forget_old(row);
        self.check_tasks(row)?;
        if asker.is_some() {
            self.check_waiting(row, &args)?;
        }
        let askers = asker.map_or(0, ContextId::to_bits);
        let run = RunRow {
            functions,
            askers,
            ..RunRow::default()
        };
        let task = self.add_run(row, id, run);
        self.contexts.counters[row].uses_mut().calls_in += 1;
        if self.contexts.states[row] == ContextState::Broken {
            self.fail_as_modules(row, task);
        } else {
            let origin = asker.map_or(Origin::Host, |_| Origin::Context);
            self.enqueue(row, task, functions, args, origin);
        }
        Ok(task)
    }

    /// Arguments of other contexts wait outside of the heap until their entry begins: all but the first may take as much as the heap.
    pub(crate) fn check_waiting(&self, row: usize, args: &[Value]) -> Result<(), VmError> {
        let bytes: usize = args.iter().map(Value::bytes).sum();
        if bytes <= WAITING_BYTES_MIN {
            return Ok(());
        }
        let activity = self.contexts.activities[row].as_ref();
        let waiting = activity.map_or(0, |a| a.entries.waiting_bytes());
        let (used, max) = (
            (waiting + bytes) as u64,
            self.contexts.limits[row].heap_bytes_max,
        );
        if waiting > WAITING_BYTES_MIN && used > max {
            return Err(VmError::HeapLimitExceeded { used, max });
        }
        Ok(())
    }

    /// Runs that have not ended count as tasks, so that entries can't pile up before modules have run.
    pub(crate) fn check_tasks(&self, row: usize) -> Result<(), VmError> {
        let runs = self.contexts.entries[row]
            .as_deref()
            .map_or(&[][..], Vec::as_slice);
        // The modules have ended before any of them begins.
        let is_open = |bits: &&u64| {
            TaskId::from_bits(**bits).is_some_and(|id| {
                let run = id.index();
                self.runs.outcomes[run].is_none() && self.runs.functions[run] != NONE
            })
        };
        let max = self.contexts.limits[row].tasks_max;
        if runs.len() < max as usize {
            return Ok(());
        }
        let count = runs.iter().filter(is_open).count() as u32 + 1;
        if count > max {
            Err(VmError::TaskLimitExceeded { count, max })
        } else {
            Ok(())
        }
    }

    fn fail_as_modules(&mut self, row: usize, task: TaskId) {
        let modules = self
            .modules_run(row)
            .expect("modules that failed have a run");
        let outcome = self.runs.outcomes[modules.index()]
            .clone()
            .expect("they ended");
        self.end(task, outcome);
    }

    /// Writes the outcome of a run, and does what waited for it.
    pub(crate) fn end(&mut self, task: TaskId, outcome: RunOutcome) {
        let run = task.index();
        let context = ContextId::from_bits(self.runs.contexts[run]).expect("a run has a context");
        let (row, is_modules) = (context.index(), self.runs.functions[run] == NONE);
        assert!(self.runs.outcomes[run].is_none(), "a run ends once");
        let returned = matches!(outcome, RunOutcome::Returned(_));
        if !(is_modules && returned) {
            let kind = if returned {
                EventKind::Finished
            } else {
                EventKind::Failed
            };
            self.tell_owner(context, kind, task.to_bits(), 0);
        }
        let asker = ContextId::from_bits(self.runs.askers[run]);
        let was_told = asker.is_some_and(|asker| self.answer_asker(asker, task, row, &outcome));
        // Who asked has it: kept here it would be memory that counts for nobody.
        self.runs.outcomes[run] = Some(match outcome {
            RunOutcome::Returned(_) if was_told => RunOutcome::Returned(Value::Undefined),
            outcome => outcome,
        });
        if is_modules {
            self.contexts.states[row] = if returned {
                ContextState::Ready
            } else {
                ContextState::Broken
            };
            if let Some(activity) = self.contexts.activities[row].as_mut() {
                activity.entries.is_starting = false;
                if let Some(outcome) = self.runs.outcomes[run].clone().filter(|_| !returned) {
                    activity.entries.end_all(|| outcome.clone());
                }
            }
        }
    }

    /// Settles the promise that another context waits at. False: none does.
    fn answer_asker(
        &mut self,
        asker: ContextId,
        task: TaskId,
        row: usize,
        outcome: &RunOutcome,
    ) -> bool {
        let Some(asking) = self.contexts.find(asker) else {
            return false;
        };
        let answer = self.answer_of(row, task, outcome);
        self.settle_owed(asking, AnsweredBy::Run(task.to_bits()), answer)
    }

    /// Settles the promise owed for a run that had ended before it was owed.
    pub(crate) fn settle_if_ended(&mut self, row: usize, task: TaskId) {
        let Some(run) = self.runs.find(task) else {
            return;
        };
        if let Some(outcome) = self.runs.outcomes[run].clone() {
            let context =
                ContextId::from_bits(self.runs.contexts[run]).expect("a run has a context");
            let answer = self.answer_of(context.index(), task, &outcome);
            self.settle_owed(row, AnsweredBy::Run(task.to_bits()), answer);
        }
    }

    /// What an asker is told of an outcome.
    fn answer_of(
        &self,
        row: usize,
        task: TaskId,
        outcome: &RunOutcome,
    ) -> Result<Value, GuestError> {
        match outcome {
            RunOutcome::Returned(value) => Ok(value.clone()),
            RunOutcome::Failed(failure) if self.runs.is_method[task.index()] => {
                let fault = fault(&self.program(row).image, self.contexts.name(row), failure);
                let name = if fault.name.is_empty() {
                    "Error".into()
                } else {
                    fault.name
                };
                Err(GuestError::new(name, fault.message))
            }
            RunOutcome::Failed(failure) => {
                let fault = fault(&self.program(row).image, self.contexts.name(row), failure);
                let name = match failure.cause {
                    Cause::Cancelled => CANCELLED_ERROR,
                    _ => "Error",
                };
                Err(GuestError::new(name, fault.to_string()))
            }
        }
    }

    /// Gives an answer that a context waits for.
    pub(crate) fn settle_owed(
        &mut self,
        row: usize,
        by: AnsweredBy,
        answer: Result<Value, GuestError>,
    ) -> bool {
        let Some(activity) = self.contexts.activities[row].as_mut() else {
            return false;
        };
        let Some(at) = activity.owed.iter().position(|owed| owed.by == by) else {
            return false;
        };
        self.place(row, answer, |cell, answer| cell.settle_owed(at, answer));
        self.ready.update(&self.contexts, row as u32);
        true
    }

    /// Drops the oldest outcomes of a context beyond what is kept, several at a time; the modules' stays. Only when another
    /// entry is started: those of one tick are all there after it.
    pub(crate) fn forget_old(&mut self, row: usize) {
        let entries = self.contexts.entries[row].as_ref();
        if entries.is_some_and(|e| e.len() >= OUTCOMES_KEPT_MAX * 3 / 2) {
            let ended = self.outcomes(row).count();
            self.forget_oldest(row, ended.saturating_sub(OUTCOMES_KEPT_MAX));
        }
    }

    /// Drops the oldest outcomes of a context that take more than its heap may, together with later ones; the latest stays. A small heap
    /// gives large values: what is in a value twice is there twice.
    fn forget_large(&mut self, row: usize) {
        let bytes_max = self.contexts.limits[row].heap_bytes_max;
        let sizes: Vec<u64> = self.outcomes(row).map(|o| o.bytes() as u64).collect();
        let mut bytes = 0;
        let kept = sizes.iter().rev().take_while(|size| {
            bytes += **size;
            bytes <= bytes_max
        });
        self.forget_oldest(row, sizes.len().saturating_sub(kept.count().max(1)));
    }

    /// The outcomes of a context but the modules', the oldest first.
    fn outcomes(&self, row: usize) -> impl Iterator<Item = &RunOutcome> {
        let entries = self.contexts.entries[row].iter().flat_map(|e| e.iter());
        entries.filter_map(|&bits| outcome(&self.runs, bits))
    }

    /// Drops so many of them.
    fn forget_oldest(&mut self, row: usize, mut excess: usize) {
        let (entries, runs) = (self.contexts.entries[row].as_mut(), &mut self.runs);
        let Some(entries) = entries.filter(|_| excess > 0) else {
            return;
        };
        entries.retain(|&bits| {
            let goes = excess > 0 && outcome(runs, bits).is_some();
            if goes {
                excess -= 1;
                runs.free(run_id(bits));
            }
            !goes
        });
    }

    /// Reads the outcomes of a context's entries that are over.
    pub(crate) fn reap_entries(&mut self, row: usize) -> u64 {
        let (mut ended, mut has_large) = (0, false);
        while let Some((run, outcome)) = self.contexts.activities[row]
            .as_mut()
            .and_then(|a| a.entries.pop_ended())
        {
            has_large |= outcome.bytes() > LARGE_OUTCOME_BYTES;
            match TaskId::from_bits(run) {
                Some(task) => self.end(task, outcome),
                None => self.called = Some(outcome),
            }
            ended += 1;
        }
        if has_large {
            self.forget_large(row);
        }
        self.reap_unhandled(row);
        ended
    }

    /// Tells of rejections that nobody handled: each is a run that failed, to be asked about as such.
    fn reap_unhandled(&mut self, row: usize) {
        let Some(activity) = self.contexts.activities[row].as_mut() else {
            return;
        };
        if activity.unhandled.is_empty() && activity.unhandled_more == 0 {
            return;
        }
        let unhandled = std::mem::take(&mut activity.unhandled);
        let more = std::mem::take(&mut activity.unhandled_more);
        let id = self.contexts.id_at(row).expect("a live row");
        let functions = self.program(row).image.entry.init;
        self.forget_old(row);
        if more > 0 {
            // Why isn't known any more.
            self.tell_owner_often(id, EventKind::UnhandledRejection, more, 0, 0);
        }
        for failure in unhandled {
            let outcomes = Some(RunOutcome::Failed(Box::new(failure)));
            let run = RunRow {
                functions,
                outcomes,
                ..RunRow::default()
            };
            let task = self.add_run(row, id, run);
            self.tell_owner(id, EventKind::UnhandledRejection, task.to_bits(), 0);
        }
    }

    /// What execution sees of a context that has a program.
    #[inline]
    pub(crate) fn cell(&mut self, row: usize) -> Cell<'_> {
        let binding = self.bindings.of(row);
        Cell {
            id: self.contexts.id_at(row).expect("a live row"),
            program: &binding.program,
            host: &binding.links,
            heap: &mut self.contexts.heaps[row],
            activity: &mut self.contexts.activities[row],
            scratch: &mut self.scratch,
            limits: &self.contexts.limits[row],
            marks: self.contexts.marks[row].as_deref_mut(),
            counters: &mut self.contexts.counters[row],
            now_ms: self.time.clock_ms,
        }
    }
}

/// A run that a context's list names.
fn run_id(bits: u64) -> TaskId {
    TaskId::from_bits(bits).expect("entries name runs")
}

/// What came of a run that is over and not that of the modules.
fn outcome(runs: &Runs, bits: u64) -> Option<&RunOutcome> {
    let run = run_id(bits).index();
    runs.outcomes[run]
        .as_ref()
        .filter(|_| runs.functions[run] != NONE)
}
