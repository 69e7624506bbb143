//! Tasks: spawning, awaiting, throwing, and the queue of jobs that goes on with them in JavaScript's order.
//!
//! Reads and writes the activity's tasks and jobs and the promises in the heap. A task that waits for a promise stands in
//! that promise's list of waiters. A waiting task without frames is a follower: it settles its own promise as the one it
//! waits for settles. Absent: who wakes sleepers and answers requests.

use super::errors::{Halt, Thrown};
use super::machine::{Machine, Need};
use super::state::{Exit, handlers, is_object};
use raya_bytecode::isa::Trap;
use raya_bytecode::slot::{Slot, TAG_BOOLEAN, UNDEFINED};
use raya_storages::activities::Job;
use raya_storages::frames::Stack;
use raya_storages::layout::{
    Kind, PROMISE_FOLLOWING, PROMISE_FULFILLED, PROMISE_HANDLED, PROMISE_PENDING, PROMISE_REJECTED,
    PROMISE_WORDS, header,
};
use raya_storages::tasks::{LimitFault, Outcome, Task, TaskState};
use smallvec::SmallVec;

/// Fuel for a job that resumes nobody.
const JOB_COST: u64 = 4;

/// How a promise is settled.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Settled {
    /// With a value; a promise is followed.
    Resolved(Thrown),
    /// With an error.
    Rejected(Thrown),
}

handlers! {
    spawn(s) {
        s.m.fuel = s.fuel;
        let function = u32::from(s.c());
        let callee = *s.m.functions.add(function as usize);
        let nums = std::slice::from_raw_parts(s.window_nums(), callee.num_params as usize);
        let refs = std::slice::from_raw_parts(s.window_refs(), callee.ref_params as usize);
        match s.m.spawn(function, nums, refs) {
            Ok((task, promise)) => {
                s.charge();
                s.set_r(s.a(), promise);
                s.m.save(s.ip.add(1), s.fuel);
                s.m.switch_to(task);
                Exit::Switch
            }
            Err(halt) => {
                s.m.halt = Some(halt);
                s.m.need.window_refs = u32::from(callee.ref_params);
                s.go(super::errors::raise_halt)
            }
        }
    }

    await_promise(s) {
        let ext = s.ext();
        let value = (s.n(ext.a), s.r(s.c()));
        s.m.fuel = s.fuel;
        match s.m.promise_of(value) {
            Ok(promise) => {
                s.charge();
                let (num, reference) = (s.a(), s.b());
                s.m.save(s.ip.add(2), s.fuel);
                s.m.suspend(promise, num, reference);
                Exit::Switch
            }
            Err(halt) => {
                s.m.halt = Some(halt);
                s.m.need = Need::default();
                s.go(super::errors::raise_halt)
            }
        }
    }

    throw(s) {
        s.charge();
        let value = (s.n(s.a()), s.r(s.b()));
        s.m.save(s.ip, s.fuel);
        s.m.throw(value, true)
    }

    /// Only reached by falling into a handler, which no verified program does.
    catch(s) { s.trap(Trap::Unreachable) }
}

/// Running tasks.
impl Machine<'_> {
    /// Makes a task that will run `function` with these arguments, and its promise.
    fn spawn(&mut self, function: u32, nums: &[u64], refs: &[u32]) -> Result<(u32, u32), Halt> {
        self.running_task();
        self.check_task_count()?;
        self.reserve(u64::from(PROMISE_WORDS) + u64::from(self.linked(function).stack_words))?;
        let promise = self.take_promise();
        let task = self.add_task(function, promise, nums, refs);
        Ok((task, promise))
    }

    fn check_task_count(&self) -> Result<(), Halt> {
        let live = self
            .activity
            .tasks
            .iter()
            .filter(|(_, t)| t.state != TaskState::Done)
            .count() as u32;
        let max = self.limits.tasks_max;
        if live >= max {
            Err(Halt::Limit(LimitFault::Tasks {
                count: live + 1,
                max,
            }))
        } else {
            Ok(())
        }
    }

    /// Adds a task whose first frame has these arguments.
    pub fn add_task(&mut self, function: u32, promise: u32, nums: &[u64], refs: &[u32]) -> u32 {
        let mut stack = Stack::default();
        stack.begin(function, &self.program.functions[function as usize]);
        stack.nums[..nums.len()].copy_from_slice(nums);
        stack.refs[..refs.len()].copy_from_slice(refs);
        stack.settle(&self.program.functions);
        let task = Task {
            stack,
            promise,
            ..Task::default()
        };
        self.activity.tasks.add(task).index() as u32
    }

    /// Puts the running task's stack away; `running` says whose it is.
    pub fn leave(&mut self) {
        if !self.stack.rows.is_empty() {
            let index = self.running_task();
            self.stack.settle(&self.program.functions);
            std::mem::swap(
                &mut self.activity.tasks.task[index as usize].stack,
                self.stack,
            );
        }
    }

    /// Whether what runs is an entry that has not stopped since it began.
    pub fn has_no_task(&self) -> bool {
        self.activity.running == 0 && !self.stack.rows.is_empty()
    }

    /// The place of the running task; an entry gets one here.
    fn running_task(&mut self) -> u32 {
        if self.has_no_task() {
            let index = self.activity.tasks.add(Task::default()).index() as u32;
            self.activity.running = index + 1;
            let at = self.running_entry();
            self.activity.entries.give_task(at, index + 1);
        }
        self.activity.running - 1
    }

    /// Takes the running task's stack.
    pub fn arrive(&mut self) {
        let running = self.activity.running;
        let task = self.activity.tasks.at_mut(running - 1);
        let task = task.expect("a task that is named is live");
        // In the place of the task's own stands one that counts nothing.
        self.stack.clear();
        std::mem::swap(&mut task.stack, self.stack);
    }

    /// Runs another task at once; the running one goes on when that awaits or ends.
    fn switch_to(&mut self, task: u32) {
        self.leave();
        let spawner = self.activity.running;
        self.task(task).resumer = spawner;
        self.activity.running = task + 1;
    }

    /// The task at a place that execution itself has written down.
    pub fn task(&mut self, index: u32) -> &mut Task {
        self.activity
            .tasks
            .at_mut(index)
            .expect("a task that is named is live")
    }

    /// Lets the running task wait for a promise; its result goes to these registers.
    fn suspend(&mut self, promise: u32, num: u16, reference: u16) {
        let index = self.running_task();
        self.leave();
        let promise = self.promise_or_due(index, promise);
        let task = self.task(index);
        task.await_num = num;
        task.await_ref = reference;
        let resumer = std::mem::take(&mut task.resumer);
        self.activity.running = resumer;
        self.set_promise_flags(promise, PROMISE_HANDLED);
        if self.promise_state(promise) == PROMISE_PENDING {
            self.wait_for(index, promise);
        } else {
            self.task(index).state = TaskState::Ready;
            self.activity.jobs.push_back(Job::Resume {
                task: index,
                promise,
            });
        }
    }

    /// What a task goes on with that awaits a promise: where it has to wait and was cancelled, that. What was answered it takes.
    fn promise_or_due(&mut self, index: u32, promise: u32) -> u32 {
        let must_wait = self.promise_state(promise) == PROMISE_PENDING;
        let task = self.task(index);
        if task.due == 0 || !(must_wait || task.is_overdue) {
            return promise;
        }
        let due = task.due;
        // Whoever was to settle it sees that nobody waits any more.
        self.set_promise_flags(promise, PROMISE_HANDLED);
        due
    }

    /// Puts a task at the end of a pending promise's list.
    fn wait_for(&mut self, index: u32, promise: u32) {
        let task = self.task(index);
        task.state = TaskState::Waiting;
        task.awaits = promise;
        let waiters = self.words(promise)[3];
        let (first, last) = (waiters as u32, (waiters >> 32) as u32);
        if last != 0 {
            self.task(last - 1).next_waiter = index + 1;
        }
        let first = if first == 0 { index + 1 } else { first };
        self.words_mut(promise)[3] = u64::from(first) | u64::from(index + 1) << 32;
    }

    /// Takes a waiting task out of its promise's list.
    pub fn stop_waiting(&mut self, index: u32) {
        let promise = std::mem::take(&mut self.task(index).awaits);
        let after = std::mem::take(&mut self.task(index).next_waiter);
        let waiters = self.words(promise)[3];
        let (mut first, mut last) = (waiters as u32, (waiters >> 32) as u32);
        let (mut before, mut next) = (0, first);
        while next != index + 1 {
            before = next;
            next = self.task(next - 1).next_waiter;
        }
        if before == 0 {
            first = after;
        } else {
            self.task(before - 1).next_waiter = after;
        }
        if last == index + 1 {
            last = before;
        }
        self.words_mut(promise)[3] = u64::from(first) | u64::from(last) << 32;
    }

    /// Ends the running task; whoever spawned it goes on. One that was cancelled ends so, whatever it came to.
    pub fn end_running(&mut self, settled: Settled, outcome: Outcome) -> Exit {
        self.stack.clear();
        let running = self.activity.running;
        if running == 0 {
            return self.end_at_once(settled, outcome);
        }
        let task = self.task(running - 1);
        let (error, due) = (task.cancelled, task.due);
        let (settled, outcome) = match settled {
            // What an entry returns is what is waited for.
            Settled::Resolved(_) if task.promise == 0 => (settled, outcome),
            _ if error == 0 => (settled, outcome),
            _ => (Settled::Rejected((0, error)), Outcome::Cancelled),
        };
        let promise = task.promise;
        let resumer = std::mem::take(&mut task.resumer);
        self.activity.running = resumer;
        if promise == 0 {
            self.end_entry_of(running, settled, outcome, (error, due));
        } else {
            if outcome == Outcome::Cancelled {
                // Whoever cancelled it knows.
                self.set_promise_flags(promise, PROMISE_HANDLED);
            }
            let task = self.task(running - 1);
            task.state = TaskState::Done;
            task.outcome = Some(outcome);
            self.settle(promise, settled);
            self.forget_ended(running - 1);
        }
        Exit::Switch
    }

    /// Frees what is no longer needed of tasks that ended, so that a program can't pile them up: one that returned left its
    /// value in its promise; of those that failed the latest stays, since its outcome says why.
    fn forget_ended(&mut self, index: u32) {
        let activity = &self.activity;
        let is_done =
            |(at, task): (u32, &Task)| (task.state == TaskState::Done && at != index).then_some(at);
        let mut over: SmallVec<[u32; 4]> = SmallVec::new();
        if activity.tasks.task[index as usize].outcome == Some(Outcome::Returned) {
            over.push(index);
        } else {
            over.extend(activity.tasks.iter().filter_map(is_done));
        }
        over.into_iter().for_each(|at| self.free_task(at));
    }

    /// Frees the row of a live task.
    pub fn free_task(&mut self, index: u32) {
        let tasks = &mut self.activity.tasks;
        let id = tasks.id_at(index as usize).expect("it is live");
        tasks.free(id);
    }

    /// The bottom frame of the running task returned what is in `returned`: the task ends and its promise is resolved.
    #[inline]
    pub fn return_from_task(&mut self) -> Exit {
        if self.activity.running == 0 {
            self.stack.retire();
            return Exit::Ended;
        }
        self.end_running(Settled::Resolved(self.returned), Outcome::Returned)
    }

    /// Does the next job. False: there is none.
    pub fn next_job(&mut self) -> bool {
        let Some(job) = self.activity.jobs.pop_front() else {
            return false;
        };
        match job {
            Job::Resume { task, promise } => self.resume(task, promise),
            Job::Follow { promise, source } => self.follow(promise, source),
            Job::Adopt { promise, source } => self.adopt(promise, source),
            Job::Fulfil { promise } => self.fulfil(promise),
        }
        true
    }

    fn resume(&mut self, index: u32, promise: u32) {
        let (state, value) = (self.promise_state(promise), self.promise_value(promise));
        let task = self.task(index);
        task.state = TaskState::Running;
        let (num, reference) = (task.await_num, task.await_ref);
        self.activity.running = index + 1;
        self.arrive();
        if state == PROMISE_REJECTED {
            self.throw(value, false);
        } else {
            self.put_result(num, reference, Slot::MIXED, value);
        }
        self.leave();
    }

    /// `source.then(…)` of a promise that was resolved with another.
    fn follow(&mut self, promise: u32, source: u32) {
        self.pay(JOB_COST);
        self.set_promise_flags(source, PROMISE_HANDLED);
        if self.promise_state(source) == PROMISE_PENDING {
            let follower = Task {
                promise,
                ..Task::default()
            };
            let index = self.activity.tasks.add(follower).index() as u32;
            self.wait_for(index, source);
        } else {
            self.activity.jobs.push_back(Job::Adopt { promise, source });
        }
    }

    /// A sleeper's time has come.
    fn fulfil(&mut self, promise: u32) {
        self.pay(JOB_COST);
        self.settle(promise, Settled::Resolved((0, UNDEFINED)));
    }

    fn adopt(&mut self, promise: u32, source: u32) {
        self.pay(JOB_COST);
        let value = self.promise_value(source);
        let state = if self.promise_state(source) == PROMISE_REJECTED {
            PROMISE_REJECTED
        } else {
            PROMISE_FULFILLED
        };
        self.conclude(promise, state, value);
    }
}

/// Promises: state in word 1 (and the reference half), numeric half in word 2, waiters in word 3.
impl Machine<'_> {
    /// A new pending promise in reserved memory.
    pub fn take_promise(&mut self) -> u32 {
        self.take(PROMISE_WORDS as usize, header(Kind::Promise))
    }

    /// Whether a reference is a promise.
    #[inline]
    pub fn is_promise(&self, r: u32) -> bool {
        is_object(r) && self.kind(r) == Some(Kind::Promise)
    }

    /// Pending, fulfilled or rejected.
    pub fn promise_state(&self, promise: u32) -> u8 {
        self.words(promise)[1] as u8 & 3
    }

    /// What it settled to.
    pub fn promise_value(&self, promise: u32) -> (u64, u32) {
        let words = self.words(promise);
        (words[2], (words[1] >> 32) as u32)
    }

    pub fn set_promise_flags(&mut self, promise: u32, flags: u8) {
        self.words_mut(promise)[1] |= u64::from(flags);
    }

    /// The promise that `await` waits for: the value itself, or a new one that is fulfilled with it.
    fn promise_of(&mut self, value: (u64, u32)) -> Result<u32, Halt> {
        if self.is_promise(value.1) {
            return Ok(value.1);
        }
        self.reserve(u64::from(PROMISE_WORDS))?;
        let promise = self.take_promise();
        self.conclude(promise, PROMISE_FULFILLED, value);
        Ok(promise)
    }

    /// `resolve` or `reject` of a promise; nothing if that was done before.
    pub fn settle(&mut self, promise: u32, settled: Settled) {
        if self.words(promise)[1] as u8 & (3 | PROMISE_FOLLOWING) != 0 {
            return;
        }
        match settled {
            Settled::Rejected(error) => self.conclude(promise, PROMISE_REJECTED, error),
            Settled::Resolved(value) if value.1 == promise => {
                let message = "Chaining cycle detected for promise #<Promise>";
                let error = self.make_error(super::errors::ErrorKind::TypeError, message);
                let error = error.unwrap_or(self.program.well_known.object_object);
                self.conclude(promise, PROMISE_REJECTED, (0, error));
            }
            Settled::Resolved(value) if self.is_promise(value.1) => {
                self.set_promise_flags(promise, PROMISE_FOLLOWING);
                self.activity.jobs.push_back(Job::Follow {
                    promise,
                    source: value.1,
                });
            }
            Settled::Resolved(value) => self.conclude(promise, PROMISE_FULFILLED, value),
        }
    }

    /// Gives a promise its state and queues those that wait for it.
    pub fn conclude(&mut self, promise: u32, state: u8, value: (u64, u32)) {
        let num = if value.1 == raya_bytecode::slot::TAG_NUMBER || value.1 == TAG_BOOLEAN {
            value.0
        } else {
            0
        };
        let words = self.words_mut(promise);
        let handled = words[1] as u8 & PROMISE_HANDLED;
        words[1] = u64::from(state | handled) | u64::from(value.1) << 32;
        words[2] = num;
        let mut next = words[3] as u32;
        words[3] = 0;
        if words[1] as u8 & (3 | PROMISE_HANDLED) == PROMISE_REJECTED {
            self.activity.rejected.push(promise);
        }
        self.end_awaiting(promise);
        while next != 0 {
            let index = next - 1;
            let task = self.task(index);
            assert!(task.state == TaskState::Waiting, "who is in a list waits");
            next = std::mem::take(&mut task.next_waiter);
            task.awaits = 0;
            if task.stack.rows.is_empty() {
                let follower = task.promise;
                self.free_task(index);
                self.activity.jobs.push_back(Job::Adopt {
                    promise: follower,
                    source: promise,
                });
            } else {
                task.state = TaskState::Ready;
                self.activity.jobs.push_back(Job::Resume {
                    task: index,
                    promise,
                });
            }
        }
    }
}
