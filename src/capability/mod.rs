//! Capabilities: named modules of host functions, written as Rust closures with typed parameters.
//!
//! A program imports `{ spawn } from "host:world"` and declares its type; the closure's parameter and result types give
//! the type it really has, and loading compares the two. Kinds of function:
//! - `function`: called inline, from whichever thread runs the context. Its answer may depend on its arguments and on what
//!   doesn't change within a tick.
//! - `blocking`: the context waits; answered between rounds of the tick, one after another in the order of contexts. The
//!   kind for anything with an effect.
//! - `deferred`: the same, but the program gets a promise at once and awaits it when it likes.
//! - `answering`, `future`: the answer takes longer than the call; it comes at the start of a later tick.
//!
//! Invariant: a closure's types and its signature text come from the same trait, so they can't differ.
//! Absent: who is granted what (`runtime`), how arguments leave a heap (`systems/marshal`).

mod answers;
mod closures;
mod compound;
mod dynamic;
mod error;
mod inline;
mod objects;
mod typed;
mod values;
mod view;

pub use answers::{AnswerFuture, Answering, Asynchronous, Responder, ValueFuture};
pub(crate) use answers::{Answered, AskedFn, Question};
pub use closures::{Effect, Immediate};
pub use compound::Data;
pub use dynamic::DynamicCapability;
pub(crate) use error::GuestError;
pub use error::HostError;
pub use objects::{Object, ObjectKind};
pub use typed::Typed;
pub use values::{Param, Ret};
pub use view::View;

pub(crate) use closures::{fits, signature};
use inline::{invoke_inline, invoke_scalars};
use raya_storages::contexts::ContextId;
use raya_storages::values::Value;
use raya_systems::execute::{self, Caller, HostCall};
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// Who calls, for a host function.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// The context that calls.
    pub context: ContextId,
    /// The runtime's clock, in milliseconds.
    pub clock_ms: f64,
}

/// A host function that is called inline.
pub(crate) type ImmediateFn =
    dyn Fn(&mut HostCall<'_>) -> Result<(), execute::HostError> + Send + Sync;
/// The same, where all that crosses are numeric registers.
pub(crate) type ScalarFn =
    dyn Fn(Caller, &[u64]) -> Result<u64, Box<execute::HostError>> + Send + Sync;
/// The same, with copies of the arguments.
pub(crate) type PlainFn = dyn Fn(&Call, &[Value]) -> Result<Value, HostError> + Send + Sync;
/// A host function with an effect.
pub(crate) type EffectFn = dyn FnMut(&Call, &[Value]) -> Result<Value, HostError> + Send;

/// What runs when a function of a capability is called.
#[derive(Clone)]
pub(crate) enum Body {
    /// Inline; or, where calls must be counted one by one, as a blocking one.
    Immediate {
        /// With the arguments where they lie.
        inline: Arc<ImmediateFn>,
        /// With registers, if that is all it takes and gives.
        scalars: Option<Arc<ScalarFn>>,
        /// With copies of them.
        plain: Arc<PlainFn>,
    },
    /// Between rounds, the context waiting.
    Blocking(Arc<Mutex<EffectFn>>),
    /// Between rounds, settling a promise.
    Deferred(Arc<Mutex<EffectFn>>),
    /// The same, the answer coming at the start of a later tick.
    Asked(Arc<Mutex<AskedFn>>),
}

/// A function of a capability.
#[derive(Clone)]
pub(crate) struct CapabilityFunction {
    /// Its type, as `raya_bytecode::describe` writes it.
    pub signature: String,
    /// What it does.
    pub body: Body,
}

/// A named module of host functions. See the module's header.
#[derive(Clone)]
pub struct Capability {
    name: String,
    functions: BTreeMap<String, CapabilityFunction>,
    /// What serves calls by name, if something does.
    host: Option<dynamic::Host>,
}

impl fmt::Debug for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signatures = self
            .functions
            .iter()
            .map(|(name, function)| (name, &function.signature));
        f.debug_map()
            .entry(&"capability", &self.name)
            .entries(signatures)
            .finish()
    }
}

/// Calls a host function with an effect. Its panic is an error of the guest's call and the lock stays usable.
pub(crate) fn call_effect(
    function: &Mutex<EffectFn>,
    call: &Call,
    args: &[Value],
) -> Result<Value, HostError> {
    guarded(|| {
        let mut function = function.lock().unwrap_or_else(PoisonError::into_inner);
        function(call, args)
    })
}

/// Calls a host function without one, likewise.
pub(crate) fn call_plain(
    function: &PlainFn,
    call: &Call,
    args: &[Value],
) -> Result<Value, HostError> {
    guarded(|| function(call, args))
}

/// Asks a host function that answers later; an error is its answer.
pub(crate) fn call_asked(
    function: &Mutex<AskedFn>,
    call: Call,
    question: Question,
    args: &[Value],
) -> Result<(), HostError> {
    guarded(|| {
        let mut function = function.lock().unwrap_or_else(PoisonError::into_inner);
        function(call, question, args)
    })
}

fn guarded<T>(run: impl FnOnce() -> Result<T, HostError>) -> Result<T, HostError> {
    catch_unwind(AssertUnwindSafe(run))
        .unwrap_or_else(|_| Err(HostError("the host function panicked".into())))
}

impl Capability {
    /// A capability without functions. Programs import it as `host:NAME`.
    pub fn new(name: impl Into<String>) -> Capability {
        Capability {
            name: name.into(),
            functions: BTreeMap::new(),
            host: None,
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its functions' names and types, as a program declares them.
    pub fn signatures(&self) -> impl Iterator<Item = (&str, &str)> {
        self.functions
            .iter()
            .map(|(name, f)| (name.as_str(), f.signature.as_str()))
    }

    /// Adds a function that is called inline.
    pub fn function<M, F: Immediate<M>>(self, name: &str, f: F) -> Capability {
        let f = Arc::new(f);
        let plain = {
            let f = f.clone();
            Arc::new(move |call: &Call, args: &[Value]| f.invoke(call, args))
        };
        let scalars = F::IS_SCALAR.then(|| {
            let f = f.clone();
            Arc::new(move |caller: Caller, registers: &[u64]| {
                invoke_scalars(&*f, caller, registers)
            }) as Arc<ScalarFn>
        });
        let inline = Arc::new(move |call: &mut HostCall<'_>| invoke_inline(&*f, call));
        let body = Body::Immediate {
            inline,
            scalars,
            plain,
        };
        self.with(name, signature(F::type_texts()), body)
    }

    /// Adds a function that the context waits for.
    pub fn blocking<M, F: Effect<M>>(self, name: &str, mut f: F) -> Capability {
        let body = Arc::new(Mutex::new(move |call: &Call, args: &[Value]| {
            f.invoke(call, args)
        }));
        self.with(name, signature(F::type_texts()), Body::Blocking(body))
    }

    /// Adds a function that answers through a promise.
    pub fn deferred<M, F: Effect<M>>(self, name: &str, mut f: F) -> Capability {
        let (params, ret) = F::type_texts();
        let body = Arc::new(Mutex::new(move |call: &Call, args: &[Value]| {
            f.invoke(call, args)
        }));
        self.with(
            name,
            signature((params, format!("Promise<{ret}>"))),
            Body::Deferred(body),
        )
    }

    /// Adds a function that answers through a promise when it comes to it, from any thread.
    pub fn answering<M, F: Answering<M>>(self, name: &str, mut f: F) -> Capability {
        let (params, ret) = F::type_texts();
        let asked =
            move |call: Call, question: Question, args: &[Value]| f.ask(call, question, args);
        let signature = signature((params, format!("Promise<{ret}>")));
        self.with(name, signature, Body::Asked(Arc::new(Mutex::new(asked))))
    }

    /// Adds an async function. `spawn` hands its futures to an executor, whichever it is.
    pub fn future<M, F: Asynchronous<M>>(
        self,
        name: &str,
        spawn: impl Fn(AnswerFuture) + Send + 'static,
        mut f: F,
    ) -> Capability {
        let (params, ret) = F::type_texts();
        let asked = move |call: Call, question: Question, args: &[Value]| {
            let future = f.begin(call, args)?;
            let to = Responder::<Result<Value, HostError>>::new(question);
            spawn(Box::pin(async move { to.answer(future.await) }));
            Ok(())
        };
        let signature = signature((params, format!("Promise<{ret}>")));
        self.with(name, signature, Body::Asked(Arc::new(Mutex::new(asked))))
    }

    fn with(mut self, name: &str, signature: String, body: Body) -> Capability {
        let before = self
            .functions
            .insert(name.into(), CapabilityFunction { signature, body });
        assert!(
            before.is_none(),
            "`{name}` is in the capability `{}` twice",
            self.name
        );
        self
    }

    /// A function by name and the type that a program declares.
    pub(crate) fn get(&self, name: &str, declared: &str) -> Option<CapabilityFunction> {
        match &self.host {
            Some(host) if self.functions.is_empty() => {
                Some(dynamic::function(host, name, declared))
            }
            _ => self.functions.get(name).cloned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closures_say_their_types() {
        let world = Capability::new("world")
            .blocking("spawn", |_: &Call, _kind: &str, x: f64, y: f64| x + y)
            .function("find", |_: &Call, names: Vec<String>, at: Option<i32>| {
                at.map(|at| names[at as usize].clone())
            })
            .function("all", |_: &Call| -> Result<Vec<Option<bool>>, HostError> {
                Ok(vec![])
            })
            .deferred("ask", |_: &Call, v: Value| v);
        let texts: Vec<_> = world.signatures().collect();
        assert_eq!(
            texts,
            [
                ("all", "() => (boolean | undefined)[]"),
                ("ask", "(a: unknown) => Promise<unknown>"),
                (
                    "find",
                    "(a: string[], b: int | undefined) => string | undefined"
                ),
                ("spawn", "(a: string, b: number, c: number) => number"),
            ]
        );
    }
}
