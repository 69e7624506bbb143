//! Calls that don't wait for a tick: an exported function, run until it returns.
//!
//! Invariant: a call of a context that does nothing else goes straight to the function; it becomes an entry like others only when it
//! stops on its way. Absent: entries and their outcomes (`entries`), how it is run (`cell`).

use crate::cell::CALL_FUEL;
use crate::error::VmError;
use crate::fault::failure_error;
use crate::runtime::Runtime;
use crate::{ContextId, TaskId, Value};
use raya_storages::contexts::ContextState;
use raya_storages::entries::{Entry, Origin, Stage};
use raya_storages::runs::{Failure, RunOutcome, RunRow};
use raya_systems::execute::{Arguments, CallEnd};
use raya_systems::marshal;

/// The run of an entry that `call` itself waits for: no row.
const CALLED: u64 = 0;

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
        self.call_function(row, id, function, Arguments::Values(args))
    }

    /// Calls a function of the context's program now.
    pub(crate) fn call_function(
        &mut self,
        row: usize,
        id: ContextId,
        function: u32,
        args: Arguments<'_>,
    ) -> Result<Value, VmError> {
        if self.contexts.states[row] != ContextState::Ready {
            self.make_ready(row, id)?;
        }
        self.contexts.counters[row].uses_mut().calls_in += 1;
        if self.is_occupied(row) {
            return self.call_after_others(row, id, function, args);
        }
        if self.contexts.activities[row].is_none() {
            self.contexts.activities[row] = self.spare.pop();
        }
        let mut notes = Vec::new();
        let end = self.cell(row).call(function, args, CALLED, &mut notes);
        if !notes.is_empty() {
            self.attend_outside(row, notes);
            self.find(id)?;
        }
        let end = end.map_err(|cause| {
            self.settle_down(row);
            self.failed(row, &Failure::without_trace(cause))
        })?;
        match end {
            CallEnd::Returned(num, reference) => {
                let (program, heap) = (self.program(row), &self.contexts.heaps[row]);
                let value = marshal::copy_out(program, heap, (num, reference));
                self.after_call(row);
                value.map_err(|e| VmError::Marshal(e.to_string().into()))
            }
            CallEnd::Failed(failure) => {
                self.after_call(row);
                Err(self.failed(row, &failure))
            }
            CallEnd::Stopped(_) => {
                self.serve(row);
                self.finish_call(row, id, function)
            }
        }
    }

    /// Whether something else comes first in a context, or nothing may run there.
    fn is_occupied(&self, row: usize) -> bool {
        let activity = self.contexts.activities[row].as_ref();
        self.contexts.holds[row] != 0 || activity.is_some_and(|a| a.blocked || a.is_runnable())
    }

    fn make_ready(&mut self, row: usize, id: ContextId) -> Result<(), VmError> {
        if self.contexts.states[row] == ContextState::Loaded {
            self.apply_template(row);
        }
        if self.contexts.states[row] != ContextState::Ready {
            self.run_modules_now(id, row)?;
        }
        Ok(())
    }

    /// What a call has left behind goes its way.
    fn after_call(&mut self, row: usize) {
        let activity = &mut self.contexts.activities[row];
        if let Some(untouched) = activity.take_if(|a| a.is_untouched()) {
            self.spare.push(untouched);
            return;
        }
        if activity.as_ref().is_some_and(|a| !a.is_idle()) {
            self.serve(row);
        }
        self.settle_down(row);
    }

    fn failed(&self, row: usize, failure: &Failure) -> VmError {
        let name = self.contexts.name(row);
        failure_error(&self.program(row).image, name, failure)
    }

    /// A call of a context in which other things go on first.
    fn call_after_others(
        &mut self,
        row: usize,
        id: ContextId,
        function: u32,
        args: Arguments<'_>,
    ) -> Result<Value, VmError> {
        let args = args.to_values(self.program(row).param_slots(function));
        let activity = self.contexts.activities[row].get_or_insert_with(Box::default);
        activity.entries.push(Entry {
            run: CALLED,
            function,
            stage: Stage::Waiting(args),
            origin: Origin::Host,
        });
        self.finish_call(row, id, function)
    }

    /// Runs the context until the call that is an entry has ended.
    fn finish_call(&mut self, row: usize, id: ContextId, function: u32) -> Result<Value, VmError> {
        self.called = None;
        self.reap_entries(row);
        self.run_while(row, |runtime| runtime.called.is_none().then_some(CALL_FUEL));
        self.find(id)?;
        let Some(outcome) = self.called.take() else {
            return Err(VmError::Pending(self.keep_called(row, id, function)));
        };
        self.settle_down(row);
        match outcome {
            RunOutcome::Returned(value) => Ok(value),
            RunOutcome::Failed(failure) => Err(self.failed(row, &failure)),
        }
    }

    /// Makes a call that can't end now an entry like others.
    fn keep_called(&mut self, row: usize, id: ContextId, functions: u32) -> TaskId {
        let run = RunRow {
            functions,
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
