//! Calls that are answered inline: arguments are copied from the guest's registers, the result goes back there.
//!
//! Absent: arrays and objects as results, which need memory (`blocking` and `deferred` functions give those).

use super::closures::Immediate;
use super::{Call, HostError};
use raya_storages::contexts::ContextId;
use raya_storages::values::Value;
use raya_systems::execute::{self, Caller, HostCall};
use raya_systems::marshal;

/// The most parameters that a host function has.
const ARGUMENTS_MAX: usize = 8;

/// Calls a closure with the arguments where they lie in the guest's registers.
#[inline]
pub(super) fn invoke_inline<M, F: Immediate<M>>(
    f: &F,
    call: &mut HostCall<'_>,
) -> Result<(), execute::HostError> {
    let caller = call_of(call.context, call.now_ms);
    let mut args = [const { Value::Undefined }; ARGUMENTS_MAX];
    for (at, arg) in args.iter_mut().enumerate().take(call.len()) {
        *arg = argument_value(call, at)?;
        call.count_copied(arg.bytes());
    }
    let value = f
        .invoke(&caller, &args)
        .map_err(|e| execute::HostError::new(e.0))?;
    give(call, value)
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
    Box::new(execute::HostError::new(error.0))
}

/// A call by the context with these bits.
#[inline]
fn call_of(context: u64, clock_ms: f64) -> Call {
    let context = ContextId::from_bits(context).expect("contexts that run have an id");
    Call { context, clock_ms }
}

/// An argument, copied out of the heap.
#[inline]
fn argument_value(call: &HostCall<'_>, at: usize) -> Result<Value, execute::HostError> {
    marshal::copy_argument(call.program(), call.heap(), call.arg_raw(at))
        .map_err(|e| execute::HostError::named(e.name(), e.to_string()))
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
