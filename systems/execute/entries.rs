//! Entries: calls of functions from outside, how they begin and how they end.
//!
//! An entry begins when nothing else is left to do. It runs without a row of its own until it first stops (`running_task` then makes
//! one), so a call that returns at once costs no task. Its result is copied out as soon as it is known; a promise that it
//! returns is awaited, and the entry is over when that settles (`end_awaiting`, called by whatever settles promises).
//! Absent: who asked and what is told (`src/entries`), marshalling (`marshal`).

use super::direct::Registers;
use super::errors::{Halt, Thrown};
use super::machine::Machine;
use super::state::Exit;
use super::tasks::Settled;
use super::{Execution, Stop};
use crate::marshal::{self, CopyError, MarshalError, Source};
use raya_bytecode::image::CLASS_ERROR;
use raya_bytecode::slot::{Slot, TAG_BOOLEAN, TAG_NUMBER, UNDEFINED};
use raya_storages::activities::UNHANDLED_MAX;
use raya_storages::entries::{Origin, Stage};
use raya_storages::layout::object_header;
use raya_storages::layout::{PROMISE_HANDLED, PROMISE_PENDING, PROMISE_REJECTED};
use raya_storages::programs::LinkedFunction;
use raya_storages::runs::{Cause, Failure, RunOutcome, THROWN_UNITS_MAX};
use raya_storages::tasks::{LimitFault, Outcome, Task, TaskState};
use raya_storages::values::Value;
use smallvec::SmallVec;

/// Bytes of a copied result that one step pays for.
const BYTES_PER_STEP: u64 = 16;

/// Fuel to take down why a promise was rejected that nobody waits for.
const REJECTION_COST: u64 = 64;

/// Why an entry did not begin.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EntryError {
    /// So many words are missing: collect, then try again.
    NeedsCollection(u32),
    /// A limit.
    Limit(LimitFault),
    /// An argument is missing, or not of the parameter's type.
    Argument(usize),
    /// An argument can't cross.
    Marshal(MarshalError),
}

impl From<Halt> for EntryError {
    fn from(halt: Halt) -> EntryError {
        match halt {
            Halt::Collect(words) => EntryError::NeedsCollection(words),
            Halt::Limit(fault) => EntryError::Limit(fault),
            Halt::Trap(_) | Halt::Throw(..) | Halt::ThrowAtOnce(..) => EntryError::Argument(0),
        }
    }
}

impl EntryError {
    /// As the cause of a run's failure, if it is for good.
    pub fn cause(self) -> Option<Cause> {
        match self {
            EntryError::NeedsCollection(_) => None,
            EntryError::Limit(fault) => Some(Cause::Limit(fault)),
            EntryError::Argument(at) => Some(Cause::Marshal(format!(
                "argument {} is not of the parameter's type",
                at + 1
            ))),
            EntryError::Marshal(error) => Some(Cause::Marshal(error.to_string())),
        }
    }
}

/// What came of a call.
#[derive(Clone, PartialEq, Debug)]
pub enum CallEnd {
    /// It returned a mixed pair, which is no promise.
    Returned(u64, u32),
    /// It failed.
    Failed(Box<Failure>),
    /// It goes on as an entry with the run that was given.
    Stopped(Box<Stop>),
}

impl CallEnd {
    /// Why the context stopped, if the call did not end.
    #[inline]
    pub fn stop(&self) -> Option<Stop> {
        match self {
            CallEnd::Stopped(stop) => Some(**stop),
            _ => None,
        }
    }
}

impl Execution<'_> {
    /// Calls a function at once, in a context that does nothing else, with so much fuel, which becomes what is left of it. `run` is the
    /// run of the entry that the call becomes if it stops.
    pub fn call(
        &mut self,
        function: u32,
        run: u64,
        args: Arguments<'_>,
        fuel: &mut i64,
    ) -> Result<CallEnd, EntryError> {
        let mut machine = self.machine();
        machine.fuel = *fuel;
        let end = machine.call(Calling { run, function }, args);
        *fuel = machine.fuel;
        end
    }
}

/// How an entry's turn came out.
pub(super) enum Begun {
    /// Its stack is in hand.
    Runs,
    /// It is over before it began.
    Refused,
    /// So many words are missing.
    Lacks(u32),
    /// None waits.
    Nothing,
}

/// A call that may have to become an entry.
#[derive(Clone, Copy)]
pub(super) struct Calling {
    pub run: u64,
    pub function: u32,
}

/// What a function is called with.
#[derive(Clone, Copy, Debug)]
pub enum Arguments<'a> {
    /// Values; surplus ones are dropped, missing ones undefined.
    Values(&'a [Value]),
    /// The same, where they are still of the host's own types.
    Source(&'a dyn Source),
    /// One numeric register for each parameter, each of which is a number, an integer or a boolean.
    Registers(&'a Registers),
}

impl Arguments<'_> {
    /// As values, where the parameters are of these slots.
    pub fn to_values(self, slots: &[Slot]) -> Result<Vec<Value>, MarshalError> {
        let value = |(register, slot): (&u64, &Slot)| match *slot {
            Slot::BOOL => Value::Bool(*register != 0),
            Slot::I32 => Value::Number((*register as i32).into()),
            _ => Value::Number(f64::from_bits(*register)),
        };
        Ok(match self {
            Arguments::Values(values) => values.to_vec(),
            Arguments::Source(source) => source.values()?,
            Arguments::Registers(registers) => {
                registers.arguments().iter().zip(slots).map(value).collect()
            }
        })
    }
}

/// Arguments as mixed pairs.
type Mixed = SmallVec<[(u64, u32); 8]>;

impl<'a> Machine<'a> {
    fn call(&mut self, calling: Calling, args: Arguments<'_>) -> Result<CallEnd, EntryError> {
        self.begin(calling.function, args)?;
        self.point();
        self.calling = Some(calling);
        Ok(self.run_call(self.linked(calling.function)))
    }

    /// Runs a call that has begun.
    #[inline(always)]
    pub fn run_call(&mut self, linked: &'a LinkedFunction) -> CallEnd {
        let exit = self.run_begun(linked);
        if exit == Exit::Ended && self.failure.is_none() {
            let (num, reference) = self.returned;
            if !self.is_promise(reference) {
                return CallEnd::Returned(num, reference);
            }
        }
        self.end_call(exit)
    }

    /// Ends a call that did not just return a value.
    #[cold]
    pub fn end_call(&mut self, exit: Exit) -> CallEnd {
        if let Some(failure) = self.failure.take() {
            return CallEnd::Failed(failure);
        }
        // It is an entry like others from here on.
        if self.calling.is_some() {
            self.running_entry();
        }
        let stop = match exit {
            Exit::Ended => {
                self.end_begun();
                None
            }
            Exit::Continue | Exit::Switch if self.has_no_task() => self.run_task(),
            Exit::Continue | Exit::Switch => None,
            _ => Some(self.stop_of(exit)),
        };
        self.leave();
        CallEnd::Stopped(Box::new(stop.unwrap_or_else(|| super::run(self))))
    }

    /// Begins the entry whose turn it is.
    pub fn begin_next(&mut self) -> Begun {
        let Some((function, args)) = self.activity.entries.begin() else {
            return Begun::Nothing;
        };
        match self.begin(function, Arguments::Values(&args)) {
            Ok(()) => Begun::Runs,
            Err(EntryError::NeedsCollection(words)) => {
                self.activity.entries.put_back(args);
                Begun::Lacks(words)
            }
            Err(error) => {
                self.end_refused(error.cause().expect("it is for good"));
                Begun::Refused
            }
        }
    }

    /// Ends the entry whose turn it is, if there is one.
    pub fn refuse_next(&mut self, cause: Cause) {
        if self.activity.entries.begin().is_some() {
            self.end_refused(cause);
        }
    }

    fn end_refused(&mut self, cause: Cause) {
        let at = self.running_entry();
        let failure = Failure::without_trace(cause);
        let outcome = RunOutcome::Failed(Box::new(failure));
        self.activity.entries.end(at, outcome);
    }

    /// Takes a stack with a frame of `function` in hand. Makes the globals if the context has none yet. Nothing has changed on an
    /// error.
    #[inline(always)]
    fn begin(&mut self, function: u32, args: Arguments<'_>) -> Result<(), EntryError> {
        let linked = self.linked(function);
        let words = u32::from(self.globals_words()) + linked.stack_words;
        if !self.has_room_for_entry(words) {
            self.check_entry()?;
            self.reserve(words.into())?;
        }
        self.begin_with(function, args, words)
    }

    /// The same where there is room for its frame.
    #[inline(always)]
    pub fn begin_with(
        &mut self,
        function: u32,
        args: Arguments<'_>,
        words: u32,
    ) -> Result<(), EntryError> {
        match args {
            Arguments::Values(values) => self.begin_with_values(function, values, words),
            Arguments::Source(source) => self.begin_with_source(function, source, words),
            Arguments::Registers(registers) => {
                let linked = self.linked(function);
                assert_eq!(linked.registers, registers.count, "each parameter is one");
                self.begin_frame(function, linked);
                self.write_registers(registers);
                Ok(())
            }
        }
    }

    #[inline(never)]
    fn begin_with_values(
        &mut self,
        function: u32,
        values: &[Value],
        words: u32,
    ) -> Result<(), EntryError> {
        let copied = self.copy_arguments_in(function, values, words)?;
        self.begin_frame(function, self.linked(function));
        let written = match copied {
            Some(copied) => self.write_arguments(function, |at| copied.get(at).copied()),
            None => self.write_arguments(function, |at| values.get(at).and_then(plain)),
        };
        written.inspect_err(|_| self.stack.retire())
    }

    #[inline(never)]
    fn begin_with_source(
        &mut self,
        function: u32,
        source: &dyn Source,
        words: u32,
    ) -> Result<(), EntryError> {
        let descs = self.program.param_descs(function);
        let Ok(put) = marshal::put_all(self.program, self.heap, source, descs, words) else {
            let values = source.values().map_err(EntryError::Marshal)?;
            return self.begin_with_values(function, &values, words);
        };
        let put = put.map_err(EntryError::NeedsCollection)?;
        self.begin_frame(function, self.linked(function));
        self.write_arguments(function, |at| put.get(at).copied())
            .inspect_err(|_| self.stack.retire())
    }

    #[inline(always)]
    fn begin_frame(&mut self, function: u32, linked: &LinkedFunction) {
        let globals = self.globals_words();
        if globals > 0 {
            let class = self.program.globals_class();
            self.heap.globals = self.take(usize::from(globals), object_header(class));
        }
        self.stack.begin(function, linked);
    }

    /// Whether an entry that takes so many words can begin. There may be more room than this sees: tasks that are done still count.
    #[inline(always)]
    fn has_room_for_entry(&self, words: u32) -> bool {
        self.limits.stack_frames_max > 0
            && self.activity.tasks.len() < self.limits.tasks_max as usize
            && self.heap.has_room(words)
    }

    /// Whether the limits allow another entry.
    #[cold]
    fn check_entry(&self) -> Result<(), EntryError> {
        if self.limits.stack_frames_max == 0 {
            return Err(EntryError::Limit(LimitFault::Stack { frames: 1, max: 0 }));
        }
        let max = self.limits.tasks_max;
        let is_live = |(_, task): &(u32, &Task)| task.state != TaskState::Done;
        let live = self.activity.tasks.iter().filter(is_live).count() as u32;
        if live >= max {
            let count = live + 1;
            return Err(EntryError::Limit(LimitFault::Tasks { count, max }));
        }
        Ok(())
    }

    /// The words that the globals still need.
    #[inline]
    fn globals_words(&self) -> u16 {
        if self.heap.globals != 0 {
            return 0;
        }
        self.program.globals_words
    }

    /// Copies arguments into the heap, all or none, where `words` more words are needed after them. None if nothing needs memory.
    fn copy_arguments_in(
        &mut self,
        function: u32,
        args: &[Value],
        words: u32,
    ) -> Result<Option<Mixed>, EntryError> {
        if args.iter().all(|value| plain(value).is_some()) {
            return Ok(None);
        }
        let descs = self.program.param_descs(function);
        let copied = marshal::copy_all_in(self.program, self.heap, args, descs, words);
        copied.map(Some).map_err(|error| match error {
            CopyError::NeedsCollection(words) => EntryError::NeedsCollection(words),
            CopyError::Refused(error) => EntryError::Marshal(error),
        })
    }

    fn write_arguments(
        &mut self,
        function: u32,
        argument: impl Fn(usize) -> Option<(u64, u32)>,
    ) -> Result<(), EntryError> {
        let slots = self.program.param_slots(function);
        let (mut num, mut reference) = (0, 0);
        for (at, slot) in slots.iter().enumerate() {
            let given = argument(at).unwrap_or((0, UNDEFINED));
            let value = if *slot == Slot::F64 && given.1 == TAG_NUMBER {
                given
            } else {
                let adapted = self.adapt(given, Slot::MIXED, *slot);
                adapted.map_err(|_| EntryError::Argument(at))?
            };
            if slot.has_num() {
                self.stack.nums[num] = value.0;
                num += 1;
            }
            if slot.has_ref() {
                self.stack.refs[reference] = value.1;
                reference += 1;
            }
        }
        Ok(())
    }
}

/// A value that needs no memory, as a mixed pair.
#[inline]
fn plain(value: &Value) -> Option<(u64, u32)> {
    match value {
        Value::Number(number) if number.is_nan() => Some((f64::NAN.to_bits(), TAG_NUMBER)),
        Value::Number(number) => Some((number.to_bits(), TAG_NUMBER)),
        Value::Bool(value) => Some((u64::from(*value), TAG_BOOLEAN)),
        Value::Undefined => Some((0, UNDEFINED)),
        Value::Null => Some((0, raya_bytecode::slot::NULL)),
        _ => None,
    }
}

/// How entries end.
impl Machine<'_> {
    /// The place of the entry that runs without a task; a call becomes one here.
    pub fn running_entry(&mut self) -> usize {
        let entries = &mut self.activity.entries;
        if let Some(Calling { run, function }) = self.calling.take() {
            return entries.push_begun(run, function, Stage::Running { task: 0 });
        }
        let at = entries.of_task(0);
        at.expect("what runs without a task is an entry")
    }

    /// Notes how an entry ended that never stopped.
    pub fn end_at_once(&mut self, settled: Settled, outcome: Outcome) -> Exit {
        match settled {
            Settled::Resolved(value) => self.returned = value,
            Settled::Rejected(error) => {
                self.failure = Some(Box::new(self.failure(error, Some(outcome))));
            }
        }
        Exit::Ended
    }

    /// Ends the entry that `Exit::Ended` is about.
    pub fn end_begun(&mut self) {
        let at = self.running_entry();
        match self.failure.take() {
            Some(failure) => self.activity.entries.end(at, RunOutcome::Failed(failure)),
            None => self.entry_returned(at, self.returned),
        }
    }

    /// Ends the entry that ran in a task (index + 1), and the task with it.
    pub fn end_entry_of(
        &mut self,
        task: u32,
        settled: Settled,
        outcome: Outcome,
        (error, due): (u32, u32),
    ) {
        // A dump may hold a task that is nobody's: it just ends.
        if let Some(at) = self.activity.entries.of_task(task) {
            match settled {
                Settled::Resolved(value) if error == 0 => self.entry_returned(at, value),
                Settled::Resolved((_, promise)) => {
                    self.cancel_returned(at, promise, (error, due));
                }
                Settled::Rejected(error) => {
                    let failure = Box::new(self.failure(error, Some(outcome)));
                    self.activity.entries.end(at, RunOutcome::Failed(failure));
                }
            }
        }
        self.free_task(task - 1);
    }

    fn entry_returned(&mut self, at: usize, value: (u64, u32)) {
        let is_waited_for = self.activity.entries.called(at).1 == Origin::BlockingMethod;
        if !self.is_promise(value.1) || is_waited_for {
            let outcome = self.result(at, value);
            self.activity.entries.end(at, outcome);
            return;
        }
        self.set_promise_flags(value.1, PROMISE_HANDLED);
        self.activity.entries.wait_for(at, value.1);
        self.end_awaiting(value.1);
    }

    /// Ends the entries that await a promise, if it has settled.
    pub fn end_awaiting(&mut self, promise: u32) {
        if self.activity.entries.is_empty() || self.promise_state(promise) == PROMISE_PENDING {
            return;
        }
        let is_it = |(at, p): (usize, u32)| (p == promise).then_some(at);
        let awaiting: SmallVec<[usize; 2]> =
            self.activity.entries.awaited().filter_map(is_it).collect();
        if awaiting.is_empty() {
            return;
        }
        let value = self.promise_value(promise);
        for at in awaiting {
            let outcome = if self.promise_state(promise) == PROMISE_REJECTED {
                self.set_promise_flags(promise, PROMISE_HANDLED);
                RunOutcome::Failed(Box::new(self.failure(value, None)))
            } else {
                self.result(at, value)
            };
            self.activity.entries.end(at, outcome);
        }
    }

    /// The result of an entry: a copy, with handles if it is for another context.
    fn result(&mut self, at: usize, value: (u64, u32)) -> RunOutcome {
        let (function, origin) = self.activity.entries.called(at);
        let copied = if origin == Origin::Host {
            marshal::copy_out(self.program, self.heap, value)
        } else {
            let desc = self.program.result_desc(function);
            marshal::give_out(self.program, self.heap, self.context, value, desc)
        };
        match copied {
            Ok(value) => {
                self.pay(value.bytes() as u64 / BYTES_PER_STEP);
                RunOutcome::Returned(value)
            }
            Err(error) => RunOutcome::Failed(Box::new(Failure::without_trace(Cause::Marshal(
                error.to_string(),
            )))),
        }
    }

    /// Why an entry failed with an error. The outcome of the task that failed with it first says more than the value does.
    fn failure(&self, error: Thrown, own: Option<Outcome>) -> Failure {
        let mut found = own;
        for (_, task) in self.activity.tasks.iter() {
            let is_source = task.promise != 0
                && error.1 != UNDEFINED
                && self.promise_state(task.promise) == PROMISE_REJECTED
                && self.promise_value(task.promise).1 == error.1;
            let says_more = found.is_none() || matches!(task.outcome, Some(Outcome::Limit(..)));
            if is_source && says_more && task.outcome.is_some() {
                found = task.outcome.clone();
            }
        }
        match found {
            Some(Outcome::Limit(fault, trace)) => Failure {
                cause: Cause::Limit(fault),
                trace,
            },
            Some(Outcome::Cancelled) => Failure::without_trace(Cause::Cancelled),
            Some(Outcome::Threw(trace)) => Failure {
                cause: self.thrown(error),
                trace,
            },
            _ => Failure::without_trace(self.thrown(error)),
        }
    }

    /// Nothing is left to do: takes down why promises were rejected that nobody waits for yet. Cancellations nobody has to wait for.
    pub fn tell_rejections(&mut self) {
        for promise in std::mem::take(&mut self.activity.rejected) {
            if self.words(promise)[1] as u8 & PROMISE_HANDLED != 0 {
                continue;
            }
            self.pay(REJECTION_COST);
            if self.activity.unhandled.len() == UNHANDLED_MAX {
                self.activity.unhandled_more += 1;
                continue;
            }
            let failure = self.failure(self.promise_value(promise), None);
            if failure.cause != Cause::Cancelled {
                self.activity.unhandled.push(failure);
            }
        }
    }

    /// A thrown value, by name and message if it is an error.
    fn thrown(&self, error: Thrown) -> Cause {
        if let Some((name, message)) = self.error_texts(error.1) {
            return Cause::Threw { name, message };
        }
        let message = match marshal::plain(error.0, error.1) {
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Bool(value)) => value.to_string(),
            Some(Value::Null) => "null".into(),
            Some(_) => "undefined".into(),
            None => self.text_kept(error.1).unwrap_or("an object".into()),
        };
        let name = String::new();
        Cause::Threw { name, message }
    }

    /// A string as an outcome keeps it; none for what is no string.
    fn text_kept(&self, reference: u32) -> Option<String> {
        let (heap, constants) = (&self.heap, &self.program.constants);
        heap.is_string(constants, reference)
            .then(|| heap.text_within(constants, reference, THROWN_UNITS_MAX))
    }

    fn error_texts(&self, reference: u32) -> Option<(String, String)> {
        let class = &self.program.classes[usize::from(self.class(reference)?)];
        if class.kind != CLASS_ERROR {
            return None;
        }
        let text = |name: &str| self.text_kept(self.text_field(reference, name)?);
        Some((
            text("name").unwrap_or_default(),
            text("message").unwrap_or_default(),
        ))
    }
}
