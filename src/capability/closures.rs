//! Closures as host functions: parameters are read from values, results become values.
//!
//! Invariant: a closure's signature text comes from the traits that read its parameters and write its result.

use super::answers::{Answering, Asynchronous, Question, Responder, ValueFuture};
use super::compound::ANY_TYPE;
use super::inline::{copies, give, lent, thrown};
use super::values::{Param, Ret};
use super::{Call, HostError};
use raya_storages::values::Value;
use raya_systems::execute::{self, HostCall};
use std::future::Future;

/// A closure that can be called at once: see the macro below for its forms.
pub trait Immediate<Marker>: Send + Sync + 'static {
    /// Parameters and result.
    fn type_texts() -> (Vec<String>, String);
    /// Calls it.
    fn invoke(&self, call: &Call, args: &[Value]) -> Result<Value, HostError>;
    /// Calls it with what lies in a heap, and answers there.
    #[doc(hidden)]
    fn invoke_inline(&self, call: &Call, host: &mut HostCall<'_>)
    -> Result<(), execute::HostError>;
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
    let value = args.get(at).unwrap_or(MISSING);
    let refusal = || HostError(format!("argument {}{}", at + 1, P::refusal(value)));
    P::from_value(value).ok_or_else(refusal)
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
            #[allow(non_snake_case)]
            fn invoke_inline(
                &self,
                call: &Call,
                host: &mut HostCall<'_>,
            ) -> Result<(), execute::HostError> {
                let result = {
                    let _from = &*host;
                    #[allow(unused_labels)]
                    let lent = 'lent: {
                        Some(($(match lent::<$p>(_from, $at) {
                            Some(item) => item,
                            None => break 'lent None,
                        },)*))
                    };
                    match lent {
                        Some(($($p,)*)) => self(call, $($p),*),
                        None => {
                            let _args = copies(_from)?;
                            self(call, $(argument::<$p>(&_args, $at).map_err(thrown)?),*)
                        }
                    }
                };
                give(host, result)
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

/// Whether a declared type is the one wanted, in which `ANY_TYPE` stands for any.
pub(crate) fn fits(declared: &str, wanted: &str) -> bool {
    let Some((start, rest)) = wanted.split_once(ANY_TYPE) else {
        return declared == wanted;
    };
    let Some(declared) = declared.strip_prefix(start) else {
        return false;
    };
    let mut ends = type_ends(declared).into_iter();
    ends.any(|end| end > 0 && fits(&declared[end..], rest))
}

/// Where a type may end that begins here: outside of all brackets and quotes, and at the latest before what separates it from the next.
fn type_ends(text: &str) -> Vec<usize> {
    let (mut ends, mut depth, mut is_quoted, mut before) = (Vec::new(), 0, false, ' ');
    for (at, c) in text.char_indices() {
        if depth == 0 && !is_quoted {
            ends.push(at);
        }
        match c {
            '"' if before != '\\' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '(' | '[' | '{' | '<' => depth += 1,
            '>' if before == '=' => {}
            ')' | ']' | '}' | '>' => depth -= 1,
            ',' if depth == 0 => return ends,
            _ => {}
        }
        if depth < 0 {
            return ends;
        }
        // A backslash that is escaped escapes nothing.
        before = if before == '\\' { ' ' } else { c };
    }
    if depth == 0 && !is_quoted {
        ends.push(text.len());
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_type_is_one_type() {
        let fits = |declared: &str, wanted: &str| fits(declared, wanted);
        assert!(fits("(a: number) => string", "(a: number) => string"));
        assert!(fits(
            "(a: Item, b: number) => Item[]",
            "(a: *, b: number) => *"
        ));
        assert!(fits(
            "(a: Item) => Promise<Map<string, Item>>",
            "(a: *) => Promise<*>"
        ));
        assert!(fits(
            "(a: { x: number, y: [A, B] }) => void",
            "(a: *) => void"
        ));
        assert!(fits(
            "(a: \"a,)\" | \"\\\\\", b: A) => void",
            "(a: *, b: *) => void"
        ));
        assert!(fits(
            "(a: ((x: number) => A)[]) => A | undefined",
            "(a: *[]) => * | undefined"
        ));
        assert!(!fits("(a: Item, b: number) => void", "(a: *) => void"));
        assert!(!fits("(a: Item) => void", "(a: *, b: *) => void"));
        assert!(!fits("() => void", "(a: *) => void"));
        assert!(!fits("(a: Item) => number", "(a: *) => string"));
    }
}
