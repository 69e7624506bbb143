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
mod dispatch;
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

pub use answers::{
    Answer, EntryError, answer_blocked, error_value, fail_all_for_steps, fault_running,
    settle_promise, spawn_entry,
};
pub use host::{HostCall, HostError, HostFunction, HostLinks};

use machine::Machine;
use raya_storages::activities::Activity;
use raya_storages::heaps::Heap;
use raya_storages::limits::Limits;
use raya_storages::programs::Program;
use state::Exit;

/// A context about to run: its rows.
pub struct Execution<'a> {
    /// Its program.
    pub program: &'a Program,
    /// Its heap.
    pub heap: &'a mut Heap,
    /// Its tasks and jobs.
    pub activity: &'a mut Activity,
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
    /// No job, nothing running.
    Idle,
    /// It waits for the answer to a blocking host call.
    Blocked,
}

impl<'a> Execution<'a> {
    fn machine(&mut self) -> Machine<'_> {
        Machine::new(
            self.program,
            self.heap,
            self.activity,
            self.limits,
            self.host,
            self.now_ms,
            self.context,
        )
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
        if m.activity.running == 0 {
            if m.fuel < 0 {
                return Stop::OutOfFuel;
            }
            if !m.next_job() {
                return Stop::Idle;
            }
            continue;
        }
        m.arrive();
        let exit = match m.stack.rows.last().map_or(0, |top| top.raise) {
            0 => m.run_handlers(),
            raise => m.raise_in_frame(errors::trap_numbered(raise - 1)),
        };
        m.leave();
        match exit {
            Exit::Continue | Exit::Switch => {}
            Exit::OutOfFuel => return Stop::OutOfFuel,
            Exit::Blocked => return Stop::Blocked,
            Exit::Collect => {
                let need = m.need;
                return Stop::NeedsCollection {
                    words: need.words,
                    window_refs: need.window_refs,
                };
            }
        }
    }
}
