//! Talking to a runtime from other threads: commands that are taken at the start of a tick, in the order sent.
//!
//! Invariants: a command is applied exactly as the method of the same name would be, between ticks; answers come through a
//! [`Reply`]. Commands to a runtime that is gone are lost, and their replies say so.
//! Absent: anything shared with running contexts.

use crate::runtime::Runtime;
use crate::{ContextId, TaskId, TaskStatus, Value, VmError, VmOptions};
use std::sync::mpsc::{Receiver, Sender, channel};

/// What a handle asks of its runtime.
#[derive(Debug)]
pub(crate) enum Command {
    Create(Box<VmOptions>, Sender<Result<ContextId, VmError>>),
    LoadRbinBytes(ContextId, Vec<u8>, Sender<Result<(), VmError>>),
    RunEntry(
        ContextId,
        String,
        Vec<Value>,
        Sender<Result<TaskId, VmError>>,
    ),
    Task(TaskId, Sender<Result<TaskStatus, VmError>>),
    Terminate(ContextId, Sender<Result<(), VmError>>),
}

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

    /// As [`Runtime::create`].
    pub fn create(&self, options: VmOptions) -> Reply<ContextId> {
        self.send(|reply| Command::Create(Box::new(options), reply))
    }

    /// As `Vm::load_rbin_bytes`.
    pub fn load_rbin_bytes(&self, context: ContextId, bytes: Vec<u8>) -> Reply<()> {
        self.send(|reply| Command::LoadRbinBytes(context, bytes, reply))
    }

    /// As `Vm::run_entry`.
    pub fn run_entry(&self, context: ContextId, name: &str, args: Vec<Value>) -> Reply<TaskId> {
        self.send(|reply| Command::RunEntry(context, name.into(), args, reply))
    }

    /// As [`Runtime::task`].
    pub fn task(&self, task: TaskId) -> Reply<TaskStatus> {
        self.send(|reply| Command::Task(task, reply))
    }

    /// As `Vm::terminate`.
    pub fn terminate(&self, context: ContextId) -> Reply<()> {
        self.send(|reply| Command::Terminate(context, reply))
    }
}

/// Applies a command. Who sent it may have stopped listening.
pub(crate) fn apply(runtime: &mut Runtime, command: Command) {
    match command {
        Command::Create(options, reply) => drop(reply.send(runtime.create(*options))),
        Command::LoadRbinBytes(context, bytes, reply) => {
            drop(
                reply.send(
                    runtime
                        .vm(context)
                        .and_then(|mut vm| vm.load_rbin_bytes(&bytes)),
                ),
            );
        }
        Command::RunEntry(context, name, args, reply) => {
            drop(
                reply.send(
                    runtime
                        .vm(context)
                        .and_then(|mut vm| vm.run_entry(&name, args)),
                ),
            );
        }
        Command::Task(task, reply) => drop(reply.send(runtime.task(task))),
        Command::Terminate(context, reply) => {
            drop(reply.send(runtime.vm(context).map(|vm| vm.terminate())));
        }
    }
}
