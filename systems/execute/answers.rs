//! Ways into a context from outside: starting tasks, settling promises, answering blocking calls, failing tasks at limits.
//!
//! Values are in the context's heap already (`marshal` put them there). Absent: when any of this happens (`effects`, `wake`).

use super::Execution;
use super::errors::{ErrorKind, Halt};
use super::machine::Machine;
use super::state::Exit;
use super::tasks::Settled;
use raya_bytecode::image::Function;
use raya_bytecode::slot::Slot;
use raya_storages::layout::{PROMISE_WORDS, object_header};
use raya_storages::tasks::{LimitFault, TaskId, TaskState};
use smallvec::SmallVec;

/// An answer from outside: a mixed pair whose reference half is in the context's heap.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Answer {
    /// A value.
    Value(u64, u32),
    /// What is thrown.
    Error(u64, u32),
}

/// The first values of an entry's registers, by bank.
type Registers = (SmallVec<[u64; 8]>, SmallVec<[u32; 8]>);

/// Why a task was not started.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EntryError {
    /// So many words are missing: collect, then try again.
    NeedsCollection(u32),
    /// A limit.
    Limit(LimitFault),
    /// An argument is missing, or not of the parameter's type.
    Argument(usize),
}

impl From<Halt> for EntryError {
    fn from(halt: Halt) -> EntryError {
        match halt {
            Halt::Collect(words) => EntryError::NeedsCollection(words),
            Halt::Limit(fault) => EntryError::Limit(fault),
            Halt::Trap(_) | Halt::Throw(..) => EntryError::Argument(0),
        }
    }
}

/// Starts a task on a function with arguments (mixed pairs) in the context's heap; it runs when the job queue comes to it. Makes the
/// globals if the context has none yet. Its promise is in the task's row.
///
/// Surplus arguments are dropped, missing ones undefined. References in `args` must be kept alive by the caller
/// if it collects and tries again.
pub fn spawn_entry(
    execution: &mut Execution<'_>,
    function: u32,
    args: &[(u64, u32)],
) -> Result<TaskId, EntryError> {
    let mut machine = execution.machine();
    machine.check_entry(function)?;
    let globals = machine.globals_words();
    let stack = machine.new_stack_words(function);
    machine.reserve(u64::from(PROMISE_WORDS) + u64::from(globals) + stack)?;
    let (nums, refs) = machine.entry_registers(function, args)?;
    if globals > 0 {
        let class = machine.program.globals_class();
        machine.heap.globals = machine.take(usize::from(globals), object_header(class));
    }
    let promise = machine.take_promise();
    let index = machine.add_task(function, promise, &nums, &refs);
    machine.enqueue_start(index);
    Ok(machine
        .activity
        .tasks
        .id_at(index as usize)
        .expect("it was just added"))
}

/// Settles a promise; those who await it are queued. Nothing if it is settled already.
pub fn settle_promise(execution: &mut Execution<'_>, promise: u32, answer: Answer) {
    let settled = match answer {
        Answer::Value(num, reference) => Settled::Resolved((num, reference)),
        Answer::Error(num, reference) => Settled::Rejected((num, reference)),
    };
    execution.machine().settle(promise, settled);
}

/// Answers the blocking call that the running task waits for. False: the value is not of the import's result type, and
/// the guest got an error instead.
pub fn answer_blocked(execution: &mut Execution<'_>, answer: Answer) -> bool {
    execution.activity.blocked = false;
    let mut machine = execution.machine();
    machine.arrive();
    let fits = machine.answer_call(answer);
    machine.leave();
    fits
}

/// A new `Error` object of a name for an answer; or the words that are missing.
pub fn error_value(
    execution: &mut Execution<'_>,
    name: &str,
    message: &str,
) -> Result<u32, EntryError> {
    let mut machine = execution.machine();
    let class = machine.error_class(ErrorKind::Error);
    Ok(machine.make_named_error(class, name, message)?)
}

/// Fails the running task, if there is one, at a limit: it can't catch it; whoever awaits it can.
pub fn fault_running(execution: &mut Execution<'_>, fault: LimitFault) {
    let mut machine = execution.machine();
    if machine.activity.running == 0 {
        return;
    }
    machine.activity.blocked = false;
    machine.arrive();
    machine.fail_running(fault);
    machine.leave();
}

/// Fails every task of the context at its step budget.
pub fn fail_all_for_steps(execution: &mut Execution<'_>, fault: LimitFault) {
    let mut machine = execution.machine();
    machine.activity.blocked = false;
    machine.activity.jobs.clear();
    while machine.activity.running != 0 {
        machine.arrive();
        machine.fail_running(fault);
        machine.leave();
    }
    let left: Vec<u32> = machine
        .activity
        .tasks
        .iter()
        .filter(|(_, t)| t.state != TaskState::Done)
        .map(|(i, _)| i)
        .collect();
    for index in left {
        machine.fail_task(index, fault);
    }
    machine.activity.jobs.clear();
}

impl Machine<'_> {
    fn check_entry(&self, function: u32) -> Result<(), EntryError> {
        if self.limits.stack_frames_max == 0 {
            return Err(EntryError::Limit(LimitFault::Stack { frames: 1, max: 0 }));
        }
        let live = self
            .activity
            .tasks
            .iter()
            .filter(|(_, t)| t.state != TaskState::Done)
            .count() as u32;
        let max = self.limits.tasks_max;
        if live >= max {
            return Err(EntryError::Limit(LimitFault::Tasks {
                count: live + 1,
                max,
            }));
        }
        assert!(
            (function as usize) < self.program.functions.len(),
            "an entry is a function"
        );
        Ok(())
    }

    /// The words that the globals still need.
    fn globals_words(&self) -> u16 {
        let words = self.program.classes[usize::from(self.program.globals_class())].words;
        if self.heap.globals == 0 && words > 1 {
            words
        } else {
            0
        }
    }

    fn entry_registers(&self, function: u32, args: &[(u64, u32)]) -> Result<Registers, EntryError> {
        let image = &self.program.image;
        let row: &Function = &image.functions[function as usize];
        let (mut nums, mut refs) = Registers::default();
        for (index, slot) in image.slots[row.params.indices()].iter().enumerate() {
            let given = args.get(index).copied().unwrap_or_default();
            let value = self.adapt(given, Slot::MIXED, *slot);
            let (num, reference) = value.map_err(|_| EntryError::Argument(index))?;
            if slot.has_num() {
                nums.push(num);
            }
            if slot.has_ref() {
                refs.push(reference);
            }
        }
        Ok((nums, refs))
    }

    /// Writes the answer where the call that the top frame stands behind wants it.
    fn answer_call(&mut self, answer: Answer) -> bool {
        let row = *self.stack.rows.last().expect("a task that called");
        let call = self.program.image.code[row.pc as usize - 1];
        let ret = self.program.image.imports[usize::from(call.c)].ret;
        match answer {
            Answer::Error(num, reference) => {
                self.throw((num, reference), false);
                true
            }
            Answer::Value(num, reference) => match self.adapt((num, reference), Slot::MIXED, ret) {
                Ok(value) => {
                    self.put_result(call.a, call.b, ret, value);
                    true
                }
                Err(trap) => {
                    self.stack
                        .rows
                        .last_mut()
                        .expect("a task that called")
                        .raise = trap as u16 + 1;
                    false
                }
            },
        }
    }

    /// Ends a task that does not run.
    fn fail_task(&mut self, index: u32, fault: LimitFault) {
        let task = self.task(index);
        task.state = TaskState::Running;
        task.next_waiter = 0;
        let was_follower = task.stack.rows.is_empty();
        if was_follower {
            let id = self
                .activity
                .tasks
                .id_at(index as usize)
                .expect("it is live");
            self.activity.tasks.free(id);
            return;
        }
        self.activity.running = index + 1;
        self.arrive();
        let exit = self.fail_running(fault);
        debug_assert_eq!(exit, Exit::Switch);
    }
}
