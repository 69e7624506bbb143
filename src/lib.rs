//! Raya: runs very many untrusted scripts side by side, each in an isolated context with limits of its own.
//!
//! A [`Runtime`] holds the tables; [`Runtime::vm`] gives a short-lived view of one context. Time passes in
//! [`Runtime::tick`]; `tick.rs` is the ordered list of what happens in one. Several runtimes may exist; nothing is global.
//! Invariant: no type in here is generic in host data. Absent: the compiler, files, clocks and terminals.

mod answers;
mod bindings;
mod calls;
mod capability;
mod cell;
mod control;
mod data;
mod effects;
mod entries;
mod error;
mod events;
mod fault;
mod fleet;
mod function;
mod grant;
mod handle;
mod handles;
mod inner;
mod limits;
mod options;
mod programs;
mod remote;
mod report;
mod runtime;
mod scope;
mod state;
mod stats;
mod template;
mod tick;
mod vm;

pub use capability::{
    AnswerFuture, Answering, Asynchronous, Call, Capability, Data, DynamicCapability, Effect,
    HostError, Immediate, Object, ObjectKind, Param, Responder, Ret, Typed, ValueFuture, View,
};
pub use control::VmState;
pub use data::{DataError, from_value, to_value};
pub use error::{CapabilityNotFound, FunctionMismatch, InvalidOption, SignatureMismatch, VmError};
pub use events::Event;
pub use fault::{Fault, TraceFrame};
pub use fleet::{Fleet, Metric};
pub use function::{Args, Function, Returned};
pub use grant::{Grant, GrantUse};
pub use handle::{Handle, Reply};
pub use handles::HeldHandle;
pub use options::{VmLimits, VmOptions};
pub use raya_storages::contexts::{ContextId, Priority};
pub use raya_storages::events::EventKind;
pub use raya_storages::handles::HandleId;
pub use raya_storages::limits::OnLimit;
pub use raya_storages::programs::ProgramId;
pub use raya_storages::runs::RunId as TaskId;
pub use raya_storages::typed::{Element, TypedArray, TypedElement};
pub use raya_storages::values::Value;
pub use report::{SubtreeStats, TaskStatus, TickBudget, TickReport, VmStats};
pub use runtime::Runtime;
pub use scope::Scope;
pub use vm::Vm;

/// The README's examples compile and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
