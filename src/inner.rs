//! `raya:vm`: contexts made by contexts.
//!
//! Reads and writes all tables, between rounds, one request after another in the order of rows. Invariants: a context reaches only
//! the children it made itself; what a child may use is drawn from its parent's limits, what it may import from its
//! parent's grants; values cross by copying. Absent: who finds programs by path (the embedder's loader).

use crate::capability::{GuestError, HostError};
use crate::grant::Grant;
use crate::options::{MAX_HEAP_BYTES, MAX_TASKS, VmOptions};
use crate::runtime::Runtime;
use crate::{ContextId, TaskId, Value, VmError};

/// The capability that lets a context make others.
pub(crate) const MODULE: &str = "raya:vm";

/// A limit that is not given takes this part of what the parent has left, if the usual default is more.
const DEFAULT_PART: u64 = 4;

/// Bits of a handle that hold the row; the rest holds half of the generation, so that it fits a double exactly.
const HANDLE_ROW_BITS: u32 = 24;

/// The functions of the module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum VmOp {
    New,
    Load,
    Run,
    Stats,
    Alive,
    Terminate,
    Revoke,
    Grants,
}

impl VmOp {
    /// The functions with their names and types.
    pub const ALL: [(VmOp, &str, &str); 8] = [
        (
            VmOp::New,
            "__vmNew",
            "(a: number, b: number, c: number, d: number, e: number, f: string, g: unknown[]) => number",
        ),
        (VmOp::Load, "__vmLoad", "(a: number, b: string) => void"),
        (
            VmOp::Run,
            "__vmRun",
            "(a: number, b: string, c: unknown[]) => Promise<unknown>",
        ),
        (VmOp::Stats, "__vmStats", "(a: number) => number[]"),
        (VmOp::Alive, "__vmAlive", "(a: number) => boolean"),
        (VmOp::Terminate, "__vmTerminate", "(a: number) => void"),
        (VmOp::Revoke, "__vmRevoke", "(a: number, b: string) => void"),
        (VmOp::Grants, "__vmGrants", "(a: number) => unknown[][]"),
    ];
}

/// What serving a request came to.
pub(crate) enum Served {
    /// The answer.
    Answer(Result<Value, GuestError>),
    /// The run whose outcome will be the answer.
    Later(TaskId),
}

/// Serves a request of the context `asker`.
pub(crate) fn serve(runtime: &mut Runtime, asker: ContextId, op: VmOp, args: &[Value]) -> Served {
    if op == VmOp::Run {
        return match run(runtime, asker, args) {
            Ok(task) => Served::Later(task),
            Err(e) => Served::Answer(Err(HostError(e.to_string()).into())),
        };
    }
    let answer = match op {
        VmOp::New => new(runtime, asker, args),
        VmOp::Load => load(runtime, asker, args),
        VmOp::Stats => stats(runtime, asker, args),
        VmOp::Alive => Ok(Value::Bool(child(runtime, asker, args).is_ok())),
        VmOp::Terminate => terminate(runtime, asker, args),
        VmOp::Revoke => revoke(runtime, asker, args),
        VmOp::Grants => grants(runtime, asker, args),
        VmOp::Run => unreachable!("answered above"),
    };
    Served::Answer(answer.map_err(|e| HostError(e.to_string()).into()))
}

fn number(args: &[Value], at: usize) -> f64 {
    match args.get(at) {
        Some(Value::Number(n)) => *n,
        _ => -1.0,
    }
}

fn text(args: &[Value], at: usize) -> &str {
    match args.get(at) {
        Some(Value::String(s)) => s,
        _ => "",
    }
}

fn handle(id: ContextId) -> Option<f64> {
    let (row, generation) = (id.index() as u64, id.to_bits() >> 32);
    let fits = row < 1 << HANDLE_ROW_BITS && generation >> 1 < 1 << (53 - HANDLE_ROW_BITS);
    fits.then_some(((generation >> 1) << HANDLE_ROW_BITS | row) as f64)
}

fn from_handle(handle: f64) -> Option<ContextId> {
    let bits = handle as u64;
    let generation = (bits >> HANDLE_ROW_BITS) << 1 | 1;
    let row = bits & ((1 << HANDLE_ROW_BITS) - 1);
    ContextId::from_bits(generation << 32 | row).filter(|_| bits as f64 == handle)
}

/// The child that the first argument names.
fn child(runtime: &Runtime, asker: ContextId, args: &[Value]) -> Result<ContextId, VmError> {
    let missing = || VmError::Marshal("this Vm was terminated".into());
    let id = from_handle(number(args, 0)).ok_or_else(missing)?;
    let row = runtime.contexts.find(id).ok_or_else(missing)?;
    if runtime.contexts.parent(row) == Some(asker) {
        Ok(id)
    } else {
        Err(missing())
    }
}

/// A limit as given, or by default; `field` is at fault if it is no whole number.
fn limit(field: &'static str, given: f64, default: u64) -> Result<u64, VmError> {
    if given == -1.0 {
        return Ok(default);
    }
    if given < 0.0 || given.fract() != 0.0 || given > (1_u64 << 53) as f64 {
        return Err(VmError::option(
            field,
            format!("{given} is no whole number of 0 or more"),
        ));
    }
    Ok(given as u64)
}

fn new(runtime: &mut Runtime, asker: ContextId, args: &[Value]) -> Result<Value, VmError> {
    let row = asker.index();
    let left = &runtime.contexts.limits[row];
    let heap_left = left
        .heap_bytes_max
        .saturating_sub(runtime.contexts.heaps[row].bytes_used());
    let heap_default = MAX_HEAP_BYTES.min(heap_left / DEFAULT_PART);
    let tasks_default = u64::from(MAX_TASKS.min(left.tasks_max / DEFAULT_PART as u32));
    let steps_left = left
        .steps_max
        .saturating_sub(runtime.contexts.counters[row].steps);
    let steps_default = if left.steps_max == u64::MAX {
        u64::MAX
    } else {
        steps_left / DEFAULT_PART
    };
    let small = |field, n: u64| {
        u32::try_from(n).map_err(|_| VmError::option(field, format!("{n} is too much")))
    };
    let options = VmOptions {
        max_heap_bytes: limit("maxHeapBytes", number(args, 0), heap_default)?,
        max_tasks: small(
            "maxTasks",
            limit("maxTasks", number(args, 1), tasks_default)?,
        )?,
        max_step_budget: Some(limit("maxStepBudget", number(args, 2), steps_default)?)
            .filter(|&steps| steps != u64::MAX),
        max_steps_per_tick: Some(limit("stepsPerTick", number(args, 3), u64::MAX)?)
            .filter(|&steps| steps != u64::MAX),
        max_stack_frames: left.stack_frames_max,
        weight: small("weight", limit("weight", number(args, 4), 1)?)?,
        seed: None,
        name: text(args, 5).into(),
        parent: Some(asker),
        capabilities: list(args.get(6))
            .iter()
            .map(grant)
            .collect::<Result<_, _>>()?,
    };
    let id = runtime.create(options)?;
    handle(id).map(Value::Number).ok_or_else(|| {
        runtime.remove(id);
        VmError::Marshal("too many contexts".into())
    })
}

fn list(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Array(values)) => values,
        _ => &[],
    }
}

/// A member of `capabilities`: a name, or an object that says how much of it.
fn grant(value: &Value) -> Result<Grant, VmError> {
    let none = || {
        VmError::option(
            "capabilities",
            "is a list of names, objects and parts of them",
        )
    };
    match value {
        Value::String(name) => Ok(Grant::new(name)),
        Value::Object(fields) => {
            let field = |name: &str| fields.iter().find(|f| f.0 == name).map(|f| &f.1);
            let whole = grant(
                field("capability")
                    .filter(|c| !matches!(c, Value::Object(_)))
                    .ok_or_else(none)?,
            )?;
            let quota = |name, set: fn(Grant, u64) -> Grant, to: Grant| match field(name) {
                Some(Value::Number(n)) => Ok(set(to, limit(name, *n, u64::MAX)?)),
                _ => Ok(to),
            };
            let part = quota("calls", Grant::calls, whole)?;
            let part = quota("callsPerTick", Grant::calls_per_tick, part)?;
            quota("argumentBytes", Grant::argument_bytes, part)
        }
        _ => Err(none()),
    }
}

fn revoke(runtime: &mut Runtime, asker: ContextId, args: &[Value]) -> Result<Value, VmError> {
    let id = child(runtime, asker, args)?;
    runtime.revoke(id.index(), text(args, 1))?;
    Ok(Value::Undefined)
}

fn grants(runtime: &mut Runtime, asker: ContextId, args: &[Value]) -> Result<Value, VmError> {
    let id = child(runtime, asker, args)?;
    let used = runtime.vm(id)?.grants_used().into_iter().map(|used| {
        Value::Array(vec![
            Value::String(used.capability),
            Value::Number(used.calls as f64),
            Value::Number(used.refusals as f64),
            Value::Bool(used.revoked),
        ])
    });
    Ok(Value::Array(used.collect()))
}

fn load(runtime: &mut Runtime, asker: ContextId, args: &[Value]) -> Result<Value, VmError> {
    let id = child(runtime, asker, args)?;
    let bytes = (runtime.loader)(text(args, 1), asker).map_err(|e| VmError::NotLoaded(e.into()))?;
    runtime.vm(id)?.load_rbin_bytes(&bytes)?;
    Ok(Value::Undefined)
}

fn run(runtime: &mut Runtime, asker: ContextId, args: &[Value]) -> Result<TaskId, VmError> {
    let id = child(runtime, asker, args)?;
    let passed = match args.get(2) {
        Some(Value::Array(values)) => values.clone(),
        _ => Vec::new(),
    };
    runtime.start_entry(id, text(args, 1), passed, Some(asker))
}

fn stats(runtime: &mut Runtime, asker: ContextId, args: &[Value]) -> Result<Value, VmError> {
    let id = child(runtime, asker, args)?;
    let stats = runtime.vm(id)?.stats();
    let figures = [
        stats.heap_bytes_used as f64,
        stats.max_heap_bytes as f64,
        f64::from(stats.tasks),
        f64::from(stats.max_tasks),
        stats.steps_executed as f64,
        stats.max_step_budget.map_or(-1.0, |steps| steps as f64),
    ];
    Ok(Value::Array(figures.map(Value::Number).into()))
}

fn terminate(runtime: &mut Runtime, asker: ContextId, args: &[Value]) -> Result<Value, VmError> {
    // Ending twice is no error.
    if let Ok(id) = child(runtime, asker, args) {
        runtime.remove(id);
    }
    Ok(Value::Undefined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_come_back() {
        for bits in [1 << 32, 3 << 32 | 7, 0x1fff_ffff << 32 | 0xff_ffff] {
            let id = ContextId::from_bits(bits).expect("an id");
            assert_eq!(from_handle(handle(id).expect("fits")), Some(id));
        }
        assert_eq!(from_handle(-1.0), None);
        assert_eq!(from_handle(0.5), None);
    }
}
