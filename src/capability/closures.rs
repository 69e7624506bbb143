//! Closures as host functions: parameters are read from values, results become values.
//!
//! Invariant: a closure's signature text comes from the traits that read its parameters and write its result.

use super::values::{Param, Ret};
use super::{Call, HostError};
use raya_storages::values::Value;

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
pub(super) fn signature((params, ret): (Vec<String>, String)) -> String {
    let named = ('a'..)
        .zip(params)
        .map(|(name, ty)| format!("{name}: {ty}"));
    format!("({}) => {ret}", named.collect::<Vec<_>>().join(", "))
}
