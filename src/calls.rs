//! Calls that don't wait for a tick: an exported function, run until it returns.
//!
//! Invariant: a call of a context that does nothing else goes straight to the function; it becomes an entry like others only when it
//! stops on its way. Absent: entries and their outcomes (`entries`), how it is run (`cell`).

use crate::cell::{CALL_FUEL, CALLED, Note, call_batch};
use crate::error::VmError;
use crate::fault::failure_error;
use crate::runtime::Runtime;
use crate::{ContextId, ProgramId, TaskId, Value};
use raya_storages::contexts::ContextState;
use raya_storages::entries::Origin;
use raya_storages::heaps::{Heap, Key, is_object};
use raya_storages::programs::Program;
use raya_storages::runs::{Cause, Failure, RunOutcome, RunRow};
use raya_systems::execute::{Arguments, CallEnd, Calls, Execution, Registers};
use raya_systems::marshal;

/// What a call gave.
#[derive(Debug)]
pub(crate) enum Given {
    /// A mixed pair that refers to no object.
    Plain(u64, u32),
    /// Anything else.
    Copied(Box<Value>),
    /// Whoever called has read it where it lay.
    Taken,
}

/// Reads what a call gave where it lies, if it can.
pub(crate) type Take<'r> = &'r mut dyn FnMut(&Program, &Heap, Key) -> bool;

/// Takes nothing: a copy is wanted.
pub(crate) fn take_nothing(_: &Program, _: &Heap, _: Key) -> bool {
    false
}

impl Given {
    /// As a value.
    pub fn into_value(self) -> Value {
        match self {
            Given::Plain(num, reference) => {
                marshal::plain(num, reference).expect("it refers to no object")
            }
            Given::Copied(value) => *value,
            Given::Taken => unreachable!("who takes it asks for no value"),
        }
    }
}

/// What came of a direct call: a mixed pair, or in place of its reference what happened instead. Two scalars, which come back in
/// registers.
pub(crate) type Direct = (u64, u32);

/// In place of a reference: the call has not begun, and nothing has changed. Something else comes first, or it can't.
pub(crate) const NOT_BEGUN: u32 = u32::MAX;

/// In place of a reference: it ended otherwise than with a value that refers to no object; `Runtime::given` says how.
pub(crate) const ENDED: u32 = u32::MAX - 1;

/// What is called: a function of the program of the context at a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Callee {
    pub row: usize,
    pub id: ContextId,
    pub function: u32,
}

impl Runtime {
    /// Calls an exported function now.
    pub(crate) fn call(
        &mut self,
        id: ContextId,
        name: &str,
        args: &[Value],
    ) -> Result<Value, VmError> {
        let row = self.find(id)?;
        let function = self.exported(row, id, name)?;
        let callee = Callee { row, id, function };
        let mut taken = None;
        let mut take = |program: &Program, heap: &Heap, key| {
            taken = marshal::copy_out(program, heap, key).ok();
            taken.is_some()
        };
        let program = ProgramId::from_bits(self.contexts.programs[row]);
        let program = program.expect("who exports a function has a program");
        let args = Arguments::Values(args);
        let given = self.call_quietly(program, callee, args, &mut take)?;
        Ok(taken.unwrap_or_else(|| given.into_value()))
    }

    /// The row of a context with a program, if it does nothing else and no mark has to be kept: so functions can be called directly.
    #[inline(always)]
    pub(crate) fn quiet_row(&self, program: ProgramId, id: ContextId) -> Option<usize> {
        let contexts = &self.contexts;
        let row = contexts.find(id)?;
        let is_quiet = contexts.states[row] == ContextState::Ready
            && contexts.programs[row] == program.to_bits()
            && contexts.holds[row] == 0
            && contexts.activities[row].is_none()
            && contexts.marks[row].is_none();
        is_quiet.then_some(row)
    }

    /// Calls a function in a quiet context. None: the call has not begun.
    #[inline(always)]
    fn begin_directly(
        &mut self,
        callee: Callee,
        call: impl FnOnce(&mut Calls<'_>) -> Option<CallEnd>,
    ) -> Option<CallEnd> {
        let Callee { row, id, function } = callee;
        let contexts = &mut self.contexts;
        let (counters, limits) = (&mut contexts.counters[row], &contexts.limits[row]);
        if counters.steps >= limits.steps_max {
            return None;
        }
        let fuel = (limits.steps_max - counters.steps).min(CALL_FUEL) as i64;
        let heap = &mut contexts.heaps[row];
        let binding = self.bindings.of(row);
        let mut execution = Execution {
            program: &binding.program,
            heap,
            activity: &mut self.idle,
            scratch: &mut self.scratch,
            limits,
            host: &binding.links,
            now_ms: self.time.clock_ms,
            context: id.to_bits(),
        };
        let mut calls = Calls::new(&mut execution, function, CALLED, fuel)?;
        let end = call(&mut calls)?;
        counters.steps += (fuel - calls.fuel()) as u64;
        counters.count_calls_in(1, heap);
        Some(end)
    }

    /// Calls a function, whose parameters all are numeric registers, in a quiet context: the short way to what `call_function` does.
    #[inline(never)]
    pub(crate) fn call_directly(&mut self, callee: Callee, registers: &Registers) -> Direct {
        match self.begin_directly(callee, |calls| calls.call(registers)) {
            Some(CallEnd::Returned(num, reference))
                if !is_object(reference) && self.idle.is_quiet() =>
            {
                if !self.idle.calls.is_empty() {
                    self.count_calls_of_idle(callee.row);
                }
                (num, reference)
            }
            Some(end) => self.conclude_directly(callee, end),
            None => (0, NOT_BEGUN),
        }
    }

    /// Calls a function with whatever it takes, directly if its context is quiet.
    pub(crate) fn call_quietly(
        &mut self,
        program: ProgramId,
        callee: Callee,
        args: Arguments<'_>,
        take: Take<'_>,
    ) -> Result<Given, VmError> {
        let quiet = self.quiet_row(program, callee.id);
        let end = quiet.and_then(|_| self.begin_directly(callee, |calls| calls.call_with(args)));
        match end {
            Some(CallEnd::Returned(num, reference)) if self.idle.is_quiet() => {
                if !self.idle.calls.is_empty() {
                    self.count_calls_of_idle(callee.row);
                }
                self.given_there((num, reference), callee.row, take)
            }
            Some(end) => {
                let notes = self.settle_directly(callee, &end);
                self.conclude_call(callee, Ok(end), notes, take)
            }
            None => self.call_function(callee, args, take),
        }
    }

    /// What a mixed pair in a context's heap is to who called.
    fn given_there(
        &self,
        (num, reference): Key,
        row: usize,
        take: Take<'_>,
    ) -> Result<Given, VmError> {
        if !is_object(reference) {
            return Ok(Given::Plain(num, reference));
        }
        let (program, heap) = (self.program(row), &self.contexts.heaps[row]);
        if take(program, heap, (num, reference)) {
            return Ok(Given::Taken);
        }
        let copied = marshal::copy_out(program, heap, (num, reference));
        copied
            .map(|value| Given::Copied(Box::new(value)))
            .map_err(|e| VmError::Marshal(e.to_string().into()))
    }

    /// Gives a context what a direct call has left behind.
    #[cold]
    fn settle_directly(&mut self, callee: Callee, end: &CallEnd) -> Vec<Note> {
        let next = self.spare.pop().unwrap_or_default();
        self.contexts.activities[callee.row] = Some(std::mem::replace(&mut self.idle, next));
        let mut notes = Vec::new();
        self.cell(callee.row).close_call(0, end.stop(), &mut notes);
        notes
    }

    /// The same, and sees to it.
    #[cold]
    pub(crate) fn conclude_directly(&mut self, callee: Callee, end: CallEnd) -> Direct {
        let notes = self.settle_directly(callee, &end);
        let given = self.conclude_call(callee, Ok(end), notes, &mut take_nothing);
        self.given = Some(Box::new(given));
        (0, ENDED)
    }

    /// Calls a function of the context's program now.
    #[inline]
    pub(crate) fn call_function(
        &mut self,
        callee: Callee,
        args: Arguments<'_>,
        take: Take<'_>,
    ) -> Result<Given, VmError> {
        let Callee { row, id, function } = callee;
        if self.contexts.states[row] != ContextState::Ready {
            self.make_ready(row, id)?;
        }
        self.contexts.counters[row].uses_mut().calls_in += 1;
        if self.is_occupied(row) {
            return self.call_after_others(callee, args);
        }
        self.lend_activity(row);
        let mut notes = Vec::new();
        let end = self.cell(row).call(function, args, CALLED, &mut notes);
        self.conclude_call(callee, end, notes, take)
    }

    /// A context that does nothing gets an activity for the time of a call.
    #[inline]
    fn lend_activity(&mut self, row: usize) {
        if self.contexts.activities[row].is_none() {
            self.contexts.activities[row] = self.spare.pop();
        }
    }

    /// Calls a function of the program of several contexts now, side by side where nothing else goes on in them; gives the results
    /// in the order of `calls`, which hold the contexts and what is passed, or why there is no call.
    pub(crate) fn call_in_each<V: Sync>(
        &mut self,
        function: u32,
        calls: &[Result<(ContextId, V), VmError>],
        arguments: impl Fn(&V) -> Arguments<'_> + Sync,
        mut take: impl FnMut(usize, &Program, &Heap, Key) -> bool,
    ) -> Vec<Result<Given, VmError>> {
        let mut results: Vec<Option<Result<Given, VmError>>> = Vec::new();
        results.resize_with(calls.len(), || None);
        let mut batch: Vec<(ContextId, usize)> = Vec::with_capacity(calls.len());
        batch.extend(calls.iter().zip(0..).filter_map(|(call, at)| {
            let (id, _) = call.as_ref().ok()?;
            self.can_be_called_beside(*id).then_some((*id, at))
        }));
        batch.sort_unstable_by_key(|&(id, at)| (id.index(), at));
        batch.dedup_by_key(|call| call.0);
        let passed = |at: usize| match &calls[at] {
            Ok((_, values)) => arguments(values),
            Err(_) => unreachable!("a batch is of calls"),
        };
        let ends = call_batch(self, &batch, function, passed);
        for (&(id, at), (end, notes)) in batch.iter().zip(ends) {
            let row = id.index();
            self.contexts.counters[row].uses_mut().calls_in += 1;
            let callee = Callee { row, id, function };
            let mut take = |program: &Program, heap: &Heap, key| take(at, program, heap, key);
            results[at] = Some(self.conclude_call(callee, end, notes, &mut take));
        }
        let results = results.into_iter().zip(calls).enumerate();
        type Call<'c, V> = &'c Result<(ContextId, V), VmError>;
        let result = |(at, (result, call)): (usize, (Option<_>, Call<'_, V>))| match (result, call)
        {
            (Some(result), _) => result,
            (None, Err(refused)) => Err(refused.clone()),
            // It has something else to do, or is called twice.
            (None, Ok((id, values))) => {
                let callee = self.callee(*id, function)?;
                let mut take = |program: &Program, heap: &Heap, key| take(at, program, heap, key);
                self.call_function(callee, arguments(values), &mut take)
            }
        };
        results.map(result).collect()
    }

    fn callee(&self, id: ContextId, function: u32) -> Result<Callee, VmError> {
        let row = self.find(id)?;
        Ok(Callee { row, id, function })
    }

    /// Whether a context can be called while others are.
    fn can_be_called_beside(&mut self, id: ContextId) -> bool {
        self.contexts.find(id).is_some_and(|row| {
            self.apply_template(row);
            self.contexts.states[row] == ContextState::Ready && !self.is_occupied(row)
        })
    }

    /// Does what is left of a call when its function has returned, failed or stopped.
    #[inline]
    fn conclude_call(
        &mut self,
        callee: Callee,
        end: Result<CallEnd, Box<Cause>>,
        notes: Vec<Note>,
        take: Take<'_>,
    ) -> Result<Given, VmError> {
        match end {
            Ok(CallEnd::Returned(num, reference)) if notes.is_empty() && !is_object(reference) => {
                self.after_call(callee.row);
                Ok(Given::Plain(num, reference))
            }
            end => self.conclude_otherwise(callee, end, notes, take),
        }
    }

    fn conclude_otherwise(
        &mut self,
        callee: Callee,
        end: Result<CallEnd, Box<Cause>>,
        notes: Vec<Note>,
        take: Take<'_>,
    ) -> Result<Given, VmError> {
        let Callee { row, id, .. } = callee;
        if !notes.is_empty() {
            self.attend_outside(row, notes);
            self.find(id)?;
        }
        let end = end.map_err(|cause| {
            self.settle_down(row);
            self.failed(row, &Failure::without_trace(*cause))
        })?;
        match end {
            CallEnd::Returned(num, reference) => {
                let given = self.given_there((num, reference), row, take);
                self.after_call(row);
                given
            }
            CallEnd::Failed(failure) => {
                self.after_call(row);
                Err(self.failed(row, &failure))
            }
            CallEnd::Stopped(_) => {
                self.serve_asked(row);
                self.finish_call(callee)
            }
        }
    }

    /// Whether something else comes first in a context, or nothing may run there.
    #[inline]
    fn is_occupied(&self, row: usize) -> bool {
        let activity = self.contexts.activities[row].as_ref();
        self.contexts.holds[row] != 0 || activity.is_some_and(|a| a.blocked || a.is_runnable())
    }

    #[cold]
    fn make_ready(&mut self, row: usize, id: ContextId) -> Result<(), VmError> {
        self.apply_template(row);
        if self.contexts.states[row] != ContextState::Ready {
            self.run_modules_now(id, row)?;
        }
        Ok(())
    }

    /// What a call has left behind goes its way.
    #[inline]
    fn after_call(&mut self, row: usize) {
        let activity = &mut self.contexts.activities[row];
        if activity.is_none() {
            return;
        }
        if let Some(untouched) = activity.take_if(|a| a.is_untouched()) {
            self.spare.push(untouched);
            return;
        }
        if activity.as_ref().is_some_and(|a| !a.is_idle()) {
            self.serve_asked(row);
        }
        self.settle_down(row);
    }

    fn failed(&self, row: usize, failure: &Failure) -> VmError {
        let name = self.contexts.name(row);
        failure_error(&self.program(row).image, name, failure)
    }

    /// A call of a context in which other things go on first.
    #[cold]
    fn call_after_others(&mut self, callee: Callee, args: Arguments<'_>) -> Result<Given, VmError> {
        let Callee { row, function, .. } = callee;
        let args = args.to_values(self.program(row).param_slots(function));
        let args = args.map_err(|error| VmError::Marshal(error.to_string().into()))?;
        self.take_on(row, CALLED, function, args, Origin::Host);
        self.finish_call(callee)
    }

    /// Runs the context until the call that is an entry has ended.
    fn finish_call(&mut self, callee: Callee) -> Result<Given, VmError> {
        let Callee { row, id, .. } = callee;
        self.called = None;
        self.reap_entries(row);
        self.run_while(row, |runtime| runtime.called.is_none().then_some(CALL_FUEL));
        self.find(id)?;
        let Some(outcome) = self.called.take() else {
            return Err(VmError::Pending(self.keep_called(callee)));
        };
        self.settle_down(row);
        match outcome {
            RunOutcome::Returned(value) => Ok(Given::Copied(Box::new(value))),
            RunOutcome::Failed(failure) => Err(self.failed(row, &failure)),
        }
    }

    /// Makes a call that can't end now an entry like others.
    fn keep_called(&mut self, callee: Callee) -> TaskId {
        let Callee { row, id, function } = callee;
        let run = RunRow {
            functions: function,
            ..RunRow::default()
        };
        let task = self.add_run(row, id, run);
        let activity = self.contexts.activities[row].as_mut();
        let entries = &mut activity.expect("a task waits").entries;
        entries.rename(CALLED, task.to_bits());
        self.ready.update(&self.contexts, row as u32);
        task
    }

    fn run_modules_now(&mut self, id: ContextId, row: usize) -> Result<(), VmError> {
        let task = self.start_modules(id)?;
        self.run_while(row, |runtime| {
            let is_starting = runtime.contexts.states[row] == ContextState::Starting;
            is_starting.then_some(CALL_FUEL)
        });
        self.find(id)?;
        self.settle_down(row);
        match self.contexts.states[row] {
            ContextState::Ready => Ok(()),
            ContextState::Broken => match &self.runs.outcomes[task.index()] {
                Some(RunOutcome::Failed(failure)) => Err(self.failed(row, failure)),
                _ => unreachable!("modules that failed have a failure"),
            },
            _ => Err(VmError::Pending(task)),
        }
    }
}
