//! Ways into a context from outside: settling promises, answering blocking calls, failing tasks at limits.
//!
//! Values are in the context's heap already (`marshal` put them there). Absent: calls (`entries`), when any of this happens (`effects`, `wake`).

use super::Execution;
use super::entries::EntryError;
use super::errors::ErrorKind;
use super::machine::Machine;
use super::state::Exit;
use super::tasks::Settled;
use raya_bytecode::slot::Slot;
use raya_bytecode::verify::temps_at;
use raya_storages::runs::{Cause, Failure, RunOutcome};
use raya_storages::tasks::{LimitFault, TaskState};

/// An answer from outside: a mixed pair whose reference half is in the context's heap.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Answer {
    /// A value.
    Value(u64, u32),
    /// What is thrown.
    Error(u64, u32),
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

/// Fails the running task at a limit: it can't catch it; whoever awaits it can. If none runs, it is the entry about to begin.
pub fn fault_running(execution: &mut Execution<'_>, fault: LimitFault) {
    let mut machine = execution.machine();
    if machine.activity.running == 0 {
        machine.refuse_next(Cause::Limit(fault));
        return;
    }
    machine.activity.unblock();
    machine.arrive();
    machine.fail_running(fault);
    machine.leave();
}

/// Lets the running task stay at the instruction that met a limit, with so many reference temps, to run it again. If none runs, it is
/// the entry about to begin, which waits on.
pub fn repeat_running(execution: &mut Execution<'_>, window_refs: u32) {
    let (program, activity) = (execution.program, &mut *execution.activity);
    let Some(task) = activity.tasks.at_mut(activity.running.wrapping_sub(1)) else {
        return;
    };
    activity.repeats = true;
    let stack = &mut task.stack;
    let top = *stack.rows.last().expect("who runs has a frame");
    if top.raise != 0 {
        // It goes on with an error: temps are dead.
        return;
    }
    let start = program.functions[top.function as usize].code_start;
    let temps = temps_at(&program.image, top.function, top.pc - start);
    let temps = temps.expect("it stands at an instruction");
    let end_of = |is_live: &dyn Fn(usize) -> bool, count: usize| {
        (0..count).rev().find(|&t| is_live(t)).map_or(0, |t| t + 1)
    };
    let nums = end_of(&|t| temps.nums[t], temps.nums.len());
    let all_refs = end_of(&|t| temps.refs[t].is_some(), temps.refs.len());
    let refs = all_refs.min(window_refs as usize);
    // What nothing reads must not show in dumps.
    let (num_end, ref_end) = stack.locals_end(&program.functions);
    for temp in (0..nums).filter(|&t| !temps.nums[t]) {
        stack.nums[num_end as usize + temp] = 0;
    }
    for temp in (0..refs).filter(|&t| temps.refs[t].is_none()) {
        stack.refs[ref_end as usize + temp] = 0;
    }
    stack.keep_temps(&program.functions, (nums as u32, refs as u32));
}

/// Fails every task of the context at its step budget.
pub fn fail_all_for_steps(execution: &mut Execution<'_>, fault: LimitFault) {
    let mut machine = execution.machine();
    machine.activity.unblock();
    machine.activity.repeats = false;
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
    // Of the limit is told already.
    machine.activity.rejected.clear();
    let cause = Cause::Limit(fault);
    machine
        .activity
        .entries
        .end_all(|| RunOutcome::Failed(Box::new(Failure::without_trace(cause.clone()))));
}

impl Machine<'_> {
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

    /// Ends a task that does not run, unless the end of another was its own.
    fn fail_task(&mut self, index: u32, fault: LimitFault) {
        let state = self.activity.tasks.at(index).map(|task| task.state);
        match state {
            None | Some(TaskState::Done) => return,
            Some(TaskState::Waiting) => self.stop_waiting(index),
            Some(TaskState::Ready | TaskState::Running) => {}
        }
        let task = self.task(index);
        task.state = TaskState::Running;
        let was_follower = task.stack.rows.is_empty();
        if was_follower {
            self.free_task(index);
            return;
        }
        self.activity.running = index + 1;
        self.arrive();
        let exit = self.fail_running(fault);
        debug_assert_eq!(exit, Exit::Switch);
    }
}
