//! Execution: runs one context until its fuel is used up, memory is needed, the host must answer, or nothing is left to do.
//!
//! Reads the program and the limits; writes the context's heap and activity. A context stops at the end of a basic block, and
//! what it has done by then depends on the program, its inputs and nothing else. Order: after `wake` and `schedule`, before
//! `effects`; a stop for memory is followed by a collection and another call.
//! Safety: all `unsafe` of the systems stands here, in `state`, `machine` and the families of handlers; it rests on the
//! verifier, as `State` argues. Built-ins (`builtins`) are free of it.
//! Absent: who runs when and with how much fuel (`schedule`), collection (`collect`).

#![allow(unsafe_code)]

mod answers;
mod arrays;
mod builtins;
mod calls;
mod cancel;
mod direct;
mod dispatch;
mod entries;
mod errors;
mod floats;
pub mod host;
mod ints;
mod jumps;
mod machine;
mod members;
mod moves;
mod objects;
mod state;
mod strings;
mod tasks;
mod typed;

pub use answers::{
    Answer, answer_blocked, error_value, fail_all_for_steps, fault_running, repeat_running,
    settle_promise,
};
pub use cancel::{cancel_entry, cut_overdue};
pub use direct::{Calls, REGISTER_ARGUMENTS, Registers};
pub use entries::{Arguments, CallEnd, EntryError};
pub use host::{Caller, HostCall, HostError, HostFunction, HostLinks};

use entries::Begun;
use machine::Machine;
use raya_storages::activities::Activity;
use raya_storages::frames::Stack;
use raya_storages::heaps::Heap;
use raya_storages::limits::Limits;
use raya_storages::programs::Program;
use raya_storages::tasks::LimitFault;
use state::Exit;

/// A context about to run: its rows.
pub struct Execution<'a> {
    /// Its program.
    pub program: &'a Program,
    /// Its heap.
    pub heap: &'a mut Heap,
    /// Its tasks and jobs.
    pub activity: &'a mut Activity,
    /// An empty stack, whose buffers whatever runs makes use of.
    pub scratch: &'a mut Stack,
    /// Its limits.
    pub limits: &'a Limits,
    /// The functions behind its program's imports.
    pub host: &'a HostLinks,
    /// Its clock.
    pub now_ms: f64,
    /// Its id, as bits, for host functions.
    pub context: u64,
}

/// Why a context stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// The fuel is used up or the outbox full; it goes on where it is.
    OutOfFuel,
    /// It needs so many words of memory. The running task's top frame has so many reference temps alive.
    NeedsCollection {
        /// Words.
        words: u32,
        /// Reference temps that are roots.
        window_refs: u32,
    },
    /// The running task met a limit at the instruction that it stands at: `fault_running` ends it, `repeat_running` lets it try again.
    Limit {
        /// Which.
        fault: LimitFault,
        /// Reference temps that hold its arguments; none if it can't be run again.
        window_refs: Option<u32>,
    },
    /// No job, nothing running.
    Idle,
    /// It waits for the answer to a blocking host call.
    Blocked,
}

impl<'a> Execution<'a> {
    #[inline(always)]
    fn machine(&mut self) -> Machine<'_> {
        Machine::new(self)
    }
}

/// Runs a context until it stops. `fuel` may end negative by at most one basic block or built-in; the scheduler carries it over.
pub fn execute(execution: &mut Execution<'_>, fuel: &mut i64) -> Stop {
    if execution.activity.blocked {
        return Stop::Blocked;
    }
    let mut machine = execution.machine();
    machine.fuel = *fuel;
    let stop = run(&mut machine);
    *fuel = machine.fuel;
    stop
}

fn run(m: &mut Machine<'_>) -> Stop {
    loop {
        if m.activity.running != 0 {
            m.arrive();
        } else if m.fuel < 0 {
            return Stop::OutOfFuel;
        } else if m.next_job() {
            continue;
        } else {
            m.tell_rejections();
            match m.begin_next() {
                Begun::Runs => {}
                Begun::Refused => continue,
                Begun::Lacks(words) => return Stop::needs(words, 0),
                Begun::Nothing => return Stop::Idle,
            }
        }
        if let Some(stop) = m.run_task() {
            return stop;
        }
    }
}

impl Stop {
    fn needs(words: u32, window_refs: u32) -> Stop {
        Stop::NeedsCollection { words, window_refs }
    }
}

impl Machine<'_> {
    /// Runs the task whose stack is in hand until it stops, ends or another runs; gives why the context has to stop.
    fn run_task(&mut self) -> Option<Stop> {
        loop {
            let exit = match self.stack.rows.last().map_or(0, |top| top.raise) {
                0 => self.run_handlers(),
                raise => self.raise_in_frame(errors::trap_numbered(raise - 1)),
            };
            let stop = match exit {
                // An entry without a task goes on where it is.
                Exit::Continue | Exit::Switch if self.has_no_task() => continue,
                Exit::Continue | Exit::Switch => None,
                Exit::Ended => {
                    self.end_begun();
                    None
                }
                stopped => Some(self.stop_of(stopped)),
            };
            self.leave();
            return stop;
        }
    }

    /// The stop that an exit of handlers comes to, where it is one.
    fn stop_of(&self, exit: Exit) -> Stop {
        match exit {
            Exit::Blocked => Stop::Blocked,
            Exit::Collect => Stop::needs(self.need.words, self.need.window_refs),
            Exit::Limit => Stop::Limit {
                fault: self.fault.expect("who met a limit says which"),
                window_refs: (!self.is_fault_final).then_some(self.need.window_refs),
            },
            Exit::OutOfFuel | Exit::Continue | Exit::Switch | Exit::Ended => Stop::OutOfFuel,
        }
    }
}
