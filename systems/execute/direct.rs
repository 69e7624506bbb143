//! Direct calls: of a function in a context that does nothing else.
//!
//! The short way to what entries do, for calls that mostly just return: no entry, no task, no value outside of registers; a machine
//! serves many calls. What begins like that and does not just return goes on as any call does (`Machine::end_call`).
//! Invariant: nothing has changed where a call does not begin. Absent: contexts in which something comes first or has to be made
//! first, such as room (`entries`).

use super::Execution;
use super::entries::{Arguments, CallEnd, Calling, EntryError};
use super::machine::Machine;
use raya_storages::activities::Activity;
use raya_storages::frames::Stack;
use raya_storages::heaps::Heap;
use raya_storages::programs::LinkedFunction;
use raya_storages::runs::Failure;

/// The most registers that a function can be called with.
pub const REGISTER_ARGUMENTS: usize = 6;

/// Numeric registers as arguments, those beyond them 0: all are written at once, whatever their number.
#[derive(Clone, Copy, Debug, Default)]
pub struct Registers {
    /// The registers.
    pub values: [u64; REGISTER_ARGUMENTS],
    /// How many of them are arguments.
    pub count: u16,
}

impl Registers {
    /// The arguments.
    pub fn arguments(&self) -> &[u64] {
        &self.values[..usize::from(self.count)]
    }
}

/// Calls of a function one after another.
pub struct Calls<'a> {
    machine: Machine<'a>,
    function: u32,
    linked: &'a LinkedFunction,
    /// The machine knows where the stack is.
    is_pointed: bool,
}

impl<'a> Calls<'a> {
    /// Calls with so much fuel in all. `run` is the run of the entry that a call becomes if it stops. None: calls can't begin like that.
    #[inline(always)]
    pub fn new(
        execution: &'a mut Execution<'_>,
        function: u32,
        run: u64,
        fuel: i64,
    ) -> Option<Calls<'a>> {
        debug_assert!(execution.activity.is_untouched(), "it does nothing else");
        let linked = execution.program.functions.get(function as usize)?;
        let can_begin = (execution.heap.globals != 0 || execution.program.globals_words == 0)
            && execution.limits.stack_frames_max > 0
            && execution.limits.tasks_max > 0;
        if !can_begin {
            return None;
        }
        let mut machine = execution.machine();
        machine.fuel = fuel;
        // It stays so until a call becomes an entry, after which there is no other.
        machine.calling = Some(Calling { run, function });
        Some(Calls {
            machine,
            function,
            linked,
            is_pointed: false,
        })
    }

    /// Calls it, where the call before left the context quiet. None: it has not begun, and nothing has changed: fuel or memory is
    /// lacking, or it takes something else.
    #[inline(always)]
    pub fn call(&mut self, registers: &Registers) -> Option<CallEnd> {
        let Calls {
            machine, linked, ..
        } = self;
        let can_begin = registers.count == linked.registers
            && machine.fuel > 0
            && machine.heap.has_room(linked.stack_words);
        if !can_begin {
            return None;
        }
        let has_moved = machine.stack.begin(self.function, linked);
        machine.write_registers(registers);
        if has_moved || !self.is_pointed {
            machine.point();
            self.is_pointed = true;
        }
        Some(machine.run_call(linked))
    }

    /// Calls it likewise with whatever it takes. What it can't take is how the call ends.
    pub fn call_with(&mut self, args: Arguments<'_>) -> Option<CallEnd> {
        let Calls {
            machine, linked, ..
        } = self;
        if machine.fuel <= 0 || !machine.heap.has_room(linked.stack_words) {
            return None;
        }
        match machine.begin_with(self.function, args, linked.stack_words) {
            Ok(()) => {
                machine.point();
                self.is_pointed = true;
                Some(machine.run_call(linked))
            }
            Err(EntryError::NeedsCollection(_)) => None,
            Err(error) => {
                let cause = error.cause().expect("it is for good");
                Some(CallEnd::Failed(Box::new(Failure::without_trace(cause))))
            }
        }
    }

    /// The fuel that is left.
    #[inline(always)]
    pub fn fuel(&self) -> i64 {
        self.machine.fuel
    }

    /// Whether the last call has left nothing behind but counts of what it called.
    #[inline(always)]
    pub fn is_quiet(&self) -> bool {
        self.machine.activity.is_quiet()
    }

    /// Exchanges what it works on for something else: to give back what was lent. No further call may follow.
    pub fn exchange(self, heap: &mut Heap, activity: &mut Activity, scratch: &mut Stack) {
        std::mem::swap(self.machine.heap, heap);
        std::mem::swap(self.machine.activity, activity);
        std::mem::swap(self.machine.stack, scratch);
    }
}
