//! Calls that are answered inline: arguments are read where they lie in the guest's heap, the result goes back there.
//!
//! What goes straight neither way becomes values first. An answer that lacks memory is kept, since the call can't be made again: it goes
//! beyond the mark that asks for a collection, within the heap's limit.

use super::closures::Immediate;
use super::values::{Param, Ret};
use super::{Call, HostError};
use raya_storages::contexts::ContextId;
use raya_storages::values::Value;
use raya_systems::execute::{self, Caller, HostCall};
use raya_systems::marshal::{self, Out};

/// The most parameters that a host function has.
const ARGUMENTS_MAX: usize = 8;

/// Calls a closure with the arguments where they lie.
#[inline]
pub(super) fn invoke_inline<M, F: Immediate<M>>(
    f: &F,
    call: &mut HostCall<'_>,
) -> Result<(), execute::HostError> {
    let caller = call_of(call.context, call.now_ms);
    f.invoke_inline(&caller, call)
}

/// An argument, if it can be read where it lies. It counts as much as its copy would.
#[inline]
pub(super) fn lent<'h, P: Param>(call: &'h HostCall<'_>, at: usize) -> Option<P::Item<'h>> {
    let copied = call.copied();
    let from = Out::new(call.program(), call.heap(), None);
    let mut from = from.for_call().counting(copied);
    let lent = P::lend(&mut from, call.arg_raw(at))?;
    copied.update(|all| all + from.bytes() as u64);
    Some(lent)
}

/// Copies of all arguments.
#[cold]
pub(super) fn copies(call: &HostCall<'_>) -> Result<[Value; ARGUMENTS_MAX], execute::HostError> {
    // Those that were lent are copied after all.
    call.copied().set(0);
    let mut args = [const { Value::Undefined }; ARGUMENTS_MAX];
    for (at, arg) in args.iter_mut().enumerate().take(call.len()) {
        let copied = marshal::copy_argument(call.program(), call.heap(), call.arg_raw(at));
        *arg = copied.map_err(|e| execute::HostError::named(e.name(), e.to_string()))?;
        call.copied().update(|all| all + arg.bytes() as u64);
    }
    Ok(args)
}

/// Answers a call.
#[inline]
pub(super) fn give<R: Ret>(call: &mut HostCall<'_>, result: R) -> Result<(), execute::HostError> {
    if !R::HAS_PARTS || !call.ret_put(|into, place| result.put(into, place)) {
        call.ret_value(result.into_result().map_err(thrown)?);
    }
    Ok(())
}

/// An error that the host's function gives.
pub(super) fn thrown(error: HostError) -> execute::HostError {
    execute::HostError::new(error.0)
}

/// Calls a closure whose parameters and result are registers.
#[inline]
pub(super) fn invoke_scalars<M, F: Immediate<M>>(
    f: &F,
    caller: Caller,
    registers: &[u64],
) -> Result<u64, Box<execute::HostError>> {
    let call = call_of(caller.context, caller.now_ms);
    f.invoke_scalars(&call, registers).map_err(boxed)
}

#[cold]
fn boxed(error: HostError) -> Box<execute::HostError> {
    Box::new(thrown(error))
}

/// A call by the context with these bits.
#[inline]
fn call_of(context: u64, clock_ms: f64) -> Call {
    let context = ContextId::from_bits(context).expect("contexts that run have an id");
    Call { context, clock_ms }
}
