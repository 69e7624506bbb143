//! Talking to a runtime from other threads: commands that are taken at the start of a tick, in the order sent.
//!
//! Invariants: a command is applied exactly as the method of the same name would be, between ticks; answers come through a
//! [`Reply`]. Commands to a runtime that is gone are lost, and their replies say so.
//! Absent: anything shared with running contexts; what runs it to an end (`call`, `tick`), and what is set up before (capabilities, loader).

use crate::runtime::Runtime;
use crate::{
    ContextId, Event, GrantUse, HandleId, HeldHandle, Priority, ProgramId, SubtreeStats, TaskId,
    TaskStatus, Value, VmError, VmLimits, VmOptions, VmState, VmStats,
};
use std::sync::mpsc::{Receiver, Sender, channel};

/// Sends commands to a runtime. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle {
    commands: Sender<Command>,
}

/// The answer to a command, once the tick that takes it has begun.
#[derive(Debug)]
pub struct Reply<T>(Receiver<Result<T, VmError>>);

impl<T> Reply<T> {
    /// The answer, if the command was taken already.
    pub fn get(&self) -> Option<Result<T, VmError>> {
        self.0.try_recv().ok()
    }

    /// Waits for the answer; `None` if the runtime is gone. Never call it from the thread that ticks.
    pub fn wait(self) -> Option<Result<T, VmError>> {
        self.0.recv().ok()
    }
}

impl Handle {
    /// Both ends of a queue of commands.
    pub(crate) fn channel() -> (Handle, Receiver<Command>) {
        let (commands, queue) = channel();
        (Handle { commands }, queue)
    }

    fn send<T>(&self, command: impl FnOnce(Sender<Result<T, VmError>>) -> Command) -> Reply<T> {
        let (answer, reply) = channel();
        // A runtime that is gone drops the command, and with it the reply's other end.
        let _ = self.commands.send(command(answer));
        Reply(reply)
    }
}

/// Declares commands: a variant each, the method of `Handle` that sends it, and what applying it does.
macro_rules! commands {
    ($(
        $(#[$doc:meta])*
        $Command:ident $method:ident($($arg:ident: $ty:ty),*)
        $(named $name:ident ($($late:ident: $late_ty:ty),*))?
        -> $answer:ty { |$runtime:ident| $apply:expr }
    )*) => {
        /// What a handle asks of its runtime.
        #[derive(Debug)]
        pub(crate) enum Command {
            $($Command {
                $($arg: $ty,)*
                $($name: Box<str>, $($late: $late_ty,)*)?
                reply: Sender<Result<$answer, VmError>>,
            },)*
        }

        impl Handle {
            $(
                $(#[$doc])*
                pub fn $method(
                    &self,
                    $($arg: $ty,)*
                    $($name: &str, $($late: $late_ty,)*)?
                ) -> Reply<$answer> {
                    self.send(|reply| Command::$Command {
                        $($arg,)*
                        $($name: $name.into(), $($late,)*)?
                        reply,
                    })
                }
            )*
        }

        /// Applies a command. Who sent it may have stopped listening.
        pub(crate) fn apply(runtime: &mut Runtime, command: Command) {
            match command {
                $(Command::$Command { $($arg,)* $($name, $($late,)*)? reply } => {
                    let $runtime = &mut *runtime;
                    drop(reply.send($apply));
                })*
            }
        }
    };
}

commands! {
    /// As [`Runtime::create`].
    Create create(options: VmOptions) -> ContextId { |runtime| runtime.create(options) }
    /// As [`Runtime::load_program`].
    LoadProgram load_program(rbin: Vec<u8>) -> ProgramId { |runtime| runtime.load_program(&rbin) }
    /// As [`Runtime::unload_program`].
    UnloadProgram unload_program(program: ProgramId) -> () {
        |runtime| {
            runtime.unload_program(program);
            Ok(())
        }
    }
    /// As [`Runtime::program_ids`].
    ProgramIds program_ids() -> Vec<ProgramId> { |runtime| Ok(runtime.program_ids()) }
    /// As [`Runtime::context_ids`].
    ContextIds context_ids() -> Vec<ContextId> { |runtime| Ok(runtime.context_ids()) }
    /// As [`Runtime::task`].
    Task task(task: TaskId) -> TaskStatus { |runtime| runtime.task(task) }
    /// As [`Runtime::cancel`].
    Cancel cancel(task: TaskId) -> bool { |runtime| runtime.cancel(task) }
    /// As [`Runtime::events`].
    Events events() -> Vec<Event> { |runtime| Ok(runtime.events().collect()) }
    /// As [`Runtime::dump`].
    Dump dump() -> Vec<u8> { |runtime| Ok(runtime.dump()) }
    /// As `Vm::load_rbin_bytes`.
    LoadRbinBytes load_rbin_bytes(context: ContextId, bytes: Vec<u8>) -> () {
        |runtime| runtime.vm(context).and_then(|mut vm| vm.load_rbin_bytes(&bytes))
    }
    /// As `Vm::load_program`.
    UseProgram use_program(context: ContextId, program: ProgramId) -> () {
        |runtime| runtime.vm(context).and_then(|mut vm| vm.load_program(program))
    }
    /// As `Vm::initialize`.
    Initialize initialize(context: ContextId) -> TaskId {
        |runtime| runtime.vm(context).and_then(|mut vm| vm.initialize())
    }
    /// As `Vm::run_entry`.
    RunEntry run_entry(context: ContextId) named name (args: Vec<Value>) -> TaskId {
        |runtime| runtime.vm(context).and_then(|mut vm| vm.run_entry(&name, args))
    }
    /// As `Vm::pause`.
    Pause pause(context: ContextId) -> () { |runtime| runtime.vm(context).map(|mut vm| vm.pause()) }
    /// As `Vm::resume`.
    Resume resume(context: ContextId) -> () { |runtime| runtime.vm(context).map(|mut vm| vm.resume()) }
    /// As `Vm::run_steps`: the steps are run when the command is taken.
    RunSteps run_steps(context: ContextId, steps: u64) -> u64 {
        |runtime| runtime.vm(context).map(|mut vm| vm.run_steps(steps))
    }
    /// As `Vm::terminate`.
    Terminate terminate(context: ContextId) -> () {
        |runtime| runtime.vm(context).map(|vm| vm.terminate())
    }
    /// As [`Runtime::state`].
    State state(context: ContextId) -> VmState { |runtime| Ok(runtime.state(context)) }
    /// As `Vm::stats`.
    Stats stats(context: ContextId) -> VmStats { |runtime| runtime.vm(context).map(|vm| vm.stats()) }
    /// As `Vm::subtree_stats`.
    SubtreeStats subtree_stats(context: ContextId) -> SubtreeStats {
        |runtime| runtime.vm(context).map(|vm| vm.subtree_stats())
    }
    /// As `Vm::children`.
    Children children(context: ContextId) -> Vec<ContextId> {
        |runtime| runtime.vm(context).map(|vm| vm.children())
    }
    /// As `Vm::limits`.
    Limits limits(context: ContextId) -> VmLimits {
        |runtime| runtime.vm(context).map(|vm| vm.limits())
    }
    /// As `Vm::set_limits`.
    SetLimits set_limits(context: ContextId, limits: VmLimits) -> () {
        |runtime| runtime.vm(context).and_then(|mut vm| vm.set_limits(limits))
    }
    /// As `Vm::refill_steps`.
    RefillSteps refill_steps(context: ContextId, steps: u64) -> () {
        |runtime| runtime.vm(context).and_then(|mut vm| vm.refill_steps(steps))
    }
    /// As `Vm::set_weight`.
    SetWeight set_weight(context: ContextId, weight: u32) -> () {
        |runtime| runtime.vm(context).and_then(|mut vm| vm.set_weight(weight))
    }
    /// As `Vm::set_priority`.
    SetPriority set_priority(context: ContextId, priority: Priority) -> () {
        |runtime| runtime.vm(context).map(|mut vm| vm.set_priority(priority))
    }
    /// As `Vm::revoke`.
    Revoke revoke(context: ContextId) named capability () -> () {
        |runtime| runtime.vm(context).and_then(|mut vm| vm.revoke(&capability))
    }
    /// As `Vm::grants_used`.
    GrantsUsed grants_used(context: ContextId) -> Vec<GrantUse> {
        |runtime| runtime.vm(context).map(|mut vm| vm.grants_used())
    }
    /// As `Vm::handles`.
    Handles handles(context: ContextId) -> Vec<HeldHandle> {
        |runtime| runtime.vm(context).map(|vm| vm.handles())
    }
    /// As `Vm::revoke_handle`.
    RevokeHandle revoke_handle(context: ContextId, handle: HandleId) -> () {
        |runtime| runtime.vm(context).and_then(|mut vm| vm.revoke_handle(handle))
    }
}
