//! Capabilities: named modules of host functions, written as Rust closures with typed parameters.
//!
//! A program imports `{ spawn } from "host:world"` and declares its type; the closure's parameter and result types give
//! the type it really has, and loading compares the two. Three kinds of function:
//! - `function`: called inline, from whichever thread runs the context. Its answer may depend on its arguments and on what
//!   doesn't change within a tick.
//! - `blocking`: the context waits; answered between rounds of the tick, one after another in the order of contexts. The
//!   kind for anything with an effect.
//! - `deferred`: the same, but the program gets a promise at once and awaits it when it likes.
//!
//! Invariant: a closure's types and its signature text come from the same trait, so they can't differ.
//! Absent: who is granted what (`runtime`), how arguments leave a heap (`systems/marshal`).

use raya_bytecode::slot::TAG_NUMBER;
use raya_storages::contexts::ContextId;
use raya_storages::values::Value;
use raya_systems::execute::{self, HostCall};
use raya_systems::marshal;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// The most parameters that a host function has.
const ARGUMENTS_MAX: usize = 8;

/// Who calls, for a host function.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// The context that calls.
    pub context: ContextId,
    /// The runtime's clock, in milliseconds.
    pub clock_ms: f64,
}

/// An error that a host function gives: the program sees an `Error` with this message.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct HostError(pub String);

/// A type that host functions take.
pub trait Param {
    /// The type as a parameter, which may borrow from the call.
    type Item<'a>;
    /// Its TypeScript type.
    fn type_text() -> String;
    /// Reads it from a value.
    fn from_value(value: &Value) -> Option<Self::Item<'_>>;
}

/// A type that host functions give.
pub trait Ret {
    /// Its TypeScript type.
    fn type_text() -> String;
    /// As a value, or the error to throw.
    fn into_result(self) -> Result<Value, HostError>;
}

macro_rules! plain {
    ($($ty:ty, $text:literal, $from:pat => $get:expr, $give:ident => $value:expr;)*) => { $(
        impl Param for $ty {
            type Item<'a> = $ty;
            fn type_text() -> String {
                $text.into()
            }
            fn from_value(value: &Value) -> Option<$ty> {
                match value {
                    $from => $get,
                    _ => None,
                }
            }
        }
        impl Ret for $ty {
            fn type_text() -> String {
                $text.into()
            }
            fn into_result(self) -> Result<Value, HostError> {
                let $give = self;
                Ok($value)
            }
        }
    )* };
}

plain! {
    f64, "number", Value::Number(n) => Some(*n), n => Value::Number(n);
    i32, "int", Value::Number(n) => exact_i32(*n), n => Value::Number(n.into());
    bool, "boolean", Value::Bool(b) => Some(*b), b => Value::Bool(b);
    String, "string", Value::String(s) => Some(s.clone()), s => Value::String(s);
}

impl Param for Value {
    type Item<'a> = Value;

    fn type_text() -> String {
        "unknown".into()
    }

    fn from_value(value: &Value) -> Option<Value> {
        Some(value.clone())
    }
}

impl Ret for Value {
    fn type_text() -> String {
        "unknown".into()
    }

    fn into_result(self) -> Result<Value, HostError> {
        Ok(self)
    }
}

fn exact_i32(n: f64) -> Option<i32> {
    (f64::from(n as i32) == n).then_some(n as i32)
}

impl Param for &'static str {
    type Item<'a> = &'a str;

    fn type_text() -> String {
        "string".into()
    }

    fn from_value(value: &Value) -> Option<&str> {
        match value {
            Value::String(s) => Some(s),
            _ => None,
        }
    }
}

impl<T: Param> Param for Option<T> {
    type Item<'a> = Option<T::Item<'a>>;

    fn type_text() -> String {
        format!("{} | undefined", T::type_text())
    }

    fn from_value(value: &Value) -> Option<Self::Item<'_>> {
        match value {
            Value::Undefined => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}

impl<T: Param> Param for Vec<T> {
    type Item<'a> = Vec<T::Item<'a>>;

    fn type_text() -> String {
        array_text(T::type_text())
    }

    fn from_value(value: &Value) -> Option<Self::Item<'_>> {
        match value {
            Value::Array(values) => values.iter().map(T::from_value).collect(),
            _ => None,
        }
    }
}

fn array_text(element: String) -> String {
    if element.contains(' ') {
        format!("({element})[]")
    } else {
        format!("{element}[]")
    }
}

impl Ret for () {
    fn type_text() -> String {
        "void".into()
    }

    fn into_result(self) -> Result<Value, HostError> {
        Ok(Value::Undefined)
    }
}

impl<T: Ret> Ret for Option<T> {
    fn type_text() -> String {
        format!("{} | undefined", T::type_text())
    }

    fn into_result(self) -> Result<Value, HostError> {
        self.map_or(Ok(Value::Undefined), T::into_result)
    }
}

impl<T: Ret> Ret for Vec<T> {
    fn type_text() -> String {
        array_text(T::type_text())
    }

    fn into_result(self) -> Result<Value, HostError> {
        self.into_iter()
            .map(T::into_result)
            .collect::<Result<_, _>>()
            .map(Value::Array)
    }
}

impl<T: Ret, E: fmt::Display> Ret for Result<T, E> {
    fn type_text() -> String {
        T::type_text()
    }

    fn into_result(self) -> Result<Value, HostError> {
        self.map_err(|e| HostError(e.to_string()))
            .and_then(T::into_result)
    }
}

/// A host function that is called inline.
pub(crate) type ImmediateFn =
    dyn Fn(&mut HostCall<'_>) -> Result<(), execute::HostError> + Send + Sync;
/// A host function with an effect.
pub(crate) type EffectFn = dyn FnMut(&Call, &[Value]) -> Result<Value, HostError> + Send;

/// What runs when a function of a capability is called.
#[derive(Clone)]
pub(crate) enum Body {
    /// Inline.
    Immediate(Arc<ImmediateFn>),
    /// Between rounds, the context waiting.
    Blocking(Arc<Mutex<EffectFn>>),
    /// Between rounds, settling a promise.
    Deferred(Arc<Mutex<EffectFn>>),
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

/// A closure that can be called at once: see the macro below for its forms.
pub trait Immediate<Marker>: Send + Sync + 'static {
    /// Parameters and result.
    fn type_texts() -> (Vec<String>, String);
    /// Calls it.
    fn invoke(&self, call: &Call, args: &[Value]) -> Result<Value, HostError>;
}

/// A closure that is called between rounds.
pub trait Effect<Marker>: Send + 'static {
    /// Parameters and result.
    fn type_texts() -> (Vec<String>, String);
    /// Calls it.
    fn invoke(&mut self, call: &Call, args: &[Value]) -> Result<Value, HostError>;
}

fn argument<P: Param>(args: &[Value], at: usize) -> Result<P::Item<'_>, HostError> {
    const MISSING: &Value = &Value::Undefined;
    P::from_value(args.get(at).unwrap_or(MISSING))
        .ok_or_else(|| HostError(format!("argument {} is no {}", at + 1, P::type_text())))
}

macro_rules! closures {
    ($($p:ident $at:literal)*) => {
        impl<F, R, $($p),*> Immediate<fn(&Call, $($p),*) -> R> for F
        where
            F: Fn(&Call, $($p),*) -> R + for<'a> Fn(&Call, $($p::Item<'a>),*) -> R + Send + Sync + 'static,
            R: Ret,
            $($p: Param,)*
        {
            fn type_texts() -> (Vec<String>, String) {
                (vec![$($p::type_text()),*], R::type_text())
            }
            #[allow(unused_variables)]
            fn invoke(&self, call: &Call, args: &[Value]) -> Result<Value, HostError> {
                self(call, $(argument::<$p>(args, $at)?),*).into_result()
            }
        }

        impl<F, R, $($p),*> Effect<fn(&Call, $($p),*) -> R> for F
        where
            F: FnMut(&Call, $($p),*) -> R + for<'a> FnMut(&Call, $($p::Item<'a>),*) -> R + Send + 'static,
            R: Ret,
            $($p: Param,)*
        {
            fn type_texts() -> (Vec<String>, String) {
                (vec![$($p::type_text()),*], R::type_text())
            }
            #[allow(unused_variables)]
            fn invoke(&mut self, call: &Call, args: &[Value]) -> Result<Value, HostError> {
                self(call, $(argument::<$p>(args, $at)?),*).into_result()
            }
        }
    };
}

closures!();
closures!(A 0);
closures!(A 0 B 1);
closures!(A 0 B 1 C 2);
closures!(A 0 B 1 C 2 D 3);
closures!(A 0 B 1 C 2 D 3 E 4);
closures!(A 0 B 1 C 2 D 3 E 4 G 5);
closures!(A 0 B 1 C 2 D 3 E 4 G 5 H 6);
closures!(A 0 B 1 C 2 D 3 E 4 G 5 H 6 I 7);

/// The type of a function as `raya_bytecode::describe` writes it.
fn signature((params, ret): (Vec<String>, String)) -> String {
    let named = ('a'..)
        .zip(params)
        .map(|(name, ty)| format!("{name}: {ty}"));
    format!("({}) => {ret}", named.collect::<Vec<_>>().join(", "))
}

/// Calls a closure with the arguments where they lie in the guest's registers.
#[inline]
fn invoke_inline<M, F: Immediate<M>>(
    f: &F,
    call: &mut HostCall<'_>,
) -> Result<(), execute::HostError> {
    let context = ContextId::from_bits(call.context).expect("contexts that run have an id");
    let caller = Call {
        context,
        clock_ms: call.now_ms,
    };
    let mut args = [const { Value::Undefined }; ARGUMENTS_MAX];
    for (at, arg) in args.iter_mut().enumerate().take(call.len()) {
        *arg = argument_value(call, at)?;
    }
    let value = f
        .invoke(&caller, &args)
        .map_err(|e| execute::HostError::new(e.0))?;
    give(call, value)
}

/// An argument, copied out of the heap.
#[inline]
fn argument_value(call: &HostCall<'_>, at: usize) -> Result<Value, execute::HostError> {
    let raw = call.arg_raw(at);
    if raw.1 == TAG_NUMBER {
        return Ok(Value::Number(f64::from_bits(raw.0)));
    }
    marshal::copy_out(call.program(), call.heap(), raw)
        .map_err(|e| execute::HostError::new(e.to_string()))
}

/// Answers a call.
#[inline]
fn give(call: &mut HostCall<'_>, value: Value) -> Result<(), execute::HostError> {
    match value {
        Value::Undefined => {}
        Value::Null => call.ret_null(),
        Value::Bool(value) => call.ret_bool(value),
        Value::Number(value) => call.ret_f64(value),
        Value::String(value) => call.ret_str(value),
        _ => {
            return Err(execute::HostError::new(
                "a function that is called inline gives no arrays or objects",
            ));
        }
    }
    Ok(())
}

/// Calls a host function with an effect. Its panic is an error of the guest's call and the lock stays usable.
pub(crate) fn call_effect(
    function: &Mutex<EffectFn>,
    call: &Call,
    args: &[Value],
) -> Result<Value, HostError> {
    let run = || {
        let mut function = function.lock().unwrap_or_else(PoisonError::into_inner);
        function(call, args)
    };
    catch_unwind(AssertUnwindSafe(run))
        .unwrap_or_else(|_| Err(HostError("the host function panicked".into())))
}

impl Capability {
    /// A capability without functions. Programs import it as `host:NAME`.
    pub fn new(name: impl Into<String>) -> Capability {
        Capability {
            name: name.into(),
            functions: BTreeMap::new(),
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
        let body: Arc<ImmediateFn> = Arc::new(move |call| invoke_inline(&f, call));
        self.with(name, signature(F::type_texts()), Body::Immediate(body))
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

    /// A function by name.
    pub(crate) fn get(&self, name: &str) -> Option<&CapabilityFunction> {
        self.functions.get(name)
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
