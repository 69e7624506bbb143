//! Closures as host functions: parameters are read from values, results become values.
//!
//! Invariant: a closure's signature text comes from the traits that read its parameters and write its result.

use super::answers::{Answering, Asynchronous, Question, Responder, ValueFuture};
use super::values::{Param, Ret};
use super::{Call, HostError};
use raya_storages::values::Value;
use std::future::Future;

/// A closure that can be called at once: see the macro below for its forms.
pub trait Immediate<Marker>: Send + Sync + 'static {
    /// Parameters and result.
    fn type_texts() -> (Vec<String>, String);
    /// Calls it.
    fn invoke(&self, call: &Call, args: &[Value]) -> Result<Value, HostError>;
    /// Whether all it takes and gives are numeric registers.
    const IS_SCALAR: bool;
    /// Calls it with registers, if that is all it takes.
    fn invoke_scalars(&self, call: &Call, registers: &[u64]) -> Result<u64, HostError>;
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

#[inline]
fn register<'a, P: Param>(registers: &[u64], at: usize) -> Result<P::Item<'a>, HostError> {
    let register = registers.get(at).copied();
    register
        .and_then(P::from_register)
        .ok_or_else(|| missing(at))
}

#[cold]
fn missing(at: usize) -> HostError {
    HostError(format!("argument {} is missing", at + 1))
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
            const IS_SCALAR: bool = R::IS_SCALAR $(&& $p::IS_SCALAR)*;
            #[allow(unused_variables)]
            #[inline]
            fn invoke_scalars(&self, call: &Call, registers: &[u64]) -> Result<u64, HostError> {
                self(call, $(register::<$p>(registers, $at)?),*).into_register()
            }
        }

        impl<F, R, $($p),*> Answering<fn(Call, Responder<R>, $($p),*)> for F
        where
            F: FnMut(Call, Responder<R>, $($p),*) + for<'a> FnMut(Call, Responder<R>, $($p::Item<'a>),*) + Send + 'static,
            R: Ret,
            $($p: Param,)*
        {
            fn type_texts() -> (Vec<String>, String) {
                (vec![$($p::type_text()),*], R::type_text())
            }
            #[allow(unused_variables)]
            fn ask(&mut self, call: Call, to: Question, args: &[Value]) -> Result<(), HostError> {
                self(call, Responder::new(to), $(argument::<$p>(args, $at)?),*);
                Ok(())
            }
        }

        impl<F, T, R, $($p),*> Asynchronous<fn(Call, $($p),*) -> (T, R)> for F
        where
            F: FnMut(Call, $($p),*) -> T + for<'a> FnMut(Call, $($p::Item<'a>),*) -> T + Send + 'static,
            T: Future<Output = R> + Send + 'static,
            R: Ret,
            $($p: Param,)*
        {
            fn type_texts() -> (Vec<String>, String) {
                (vec![$($p::type_text()),*], R::type_text())
            }
            #[allow(unused_variables)]
            fn begin(&mut self, call: Call, args: &[Value]) -> Result<ValueFuture, HostError> {
                let future = self(call, $(argument::<$p>(args, $at)?),*);
                Ok(Box::pin(async move { future.await.into_result() }))
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
pub(crate) fn signature((params, ret): (Vec<String>, String)) -> String {
    let named = ('a'..)
        .zip(params)
        .map(|(name, ty)| format!("{name}: {ty}"));
    format!("({}) => {ret}", named.collect::<Vec<_>>().join(", "))
}
