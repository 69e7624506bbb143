//! Options of inner VMs, as guests write them: records with the names of `VmOptions` in camelCase.
//!
//! Invariants: what is left out has its default, which for limits is a part of what the parent has left; a name that is no option, or
//! a value of another type, is refused by name. Absent: whether values can be (`crate::options`, `limits`).

use crate::grant::Grant;
use crate::limits::left;
use crate::options::{MAX_HEAP_BYTES, MAX_TASKS, VmLimits, VmOptions};
use crate::runtime::Runtime;
use crate::{ContextId, OnLimit, Priority, Value, VmError};
use raya_storages::grants::Provider;

/// A limit that is not given takes this part of what the parent has left, if the usual default is more.
const DEFAULT_PART: u64 = 4;

/// A number as a count; `field` is at fault if it is none.
pub(super) fn whole(field: &'static str, given: f64) -> Result<u64, VmError> {
    if given < 0.0 || given.fract() != 0.0 || given > (1_u64 << 53) as f64 || given.is_nan() {
        return Err(VmError::option(
            field,
            format!("{given} is no whole number of 0 or more"),
        ));
    }
    Ok(given as u64)
}

fn small(field: &'static str, given: f64) -> Result<u32, VmError> {
    let n = whole(field, given)?;
    u32::try_from(n).map_err(|_| VmError::option(field, format!("{n} is too much")))
}

/// A limit that `Infinity` takes away.
fn or_none(field: &'static str, given: f64) -> Result<Option<u64>, VmError> {
    if given == f64::INFINITY {
        Ok(None)
    } else {
        whole(field, given).map(Some)
    }
}

fn number(field: &'static str, value: &Value) -> Result<f64, VmError> {
    match value {
        Value::Number(n) => Ok(*n),
        _ => Err(VmError::option(field, "must be a number")),
    }
}

fn string<'a>(field: &'static str, value: &'a Value) -> Result<&'a str, VmError> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(VmError::option(field, "must be a string")),
    }
}

/// A list of names, objects that serve as capabilities, and parts of either.
fn grants(runtime: &mut Runtime, asker: ContextId, list: &Value) -> Result<Vec<Grant>, VmError> {
    let Value::Array(values) = list else {
        return Err(VmError::option("capabilities", "must be an array"));
    };
    let mut list = Vec::new();
    for value in values {
        list.push(grant(runtime, asker, value)?);
    }
    Ok(list)
}

/// A name, an object, or a part: `[name or object, calls, callsPerTick, argumentBytes]`, -1 for no limit.
fn grant(runtime: &mut Runtime, asker: ContextId, value: &Value) -> Result<Grant, VmError> {
    let wrong = || {
        let message = "each is a name, an object of a class with a `name`, or a part of such a one";
        VmError::option("capabilities", message)
    };
    match value {
        Value::String(name) => Ok(Grant::new(name)),
        Value::Handle(object) if object.owner == asker.to_bits() => {
            let given = Provider {
                context: object.owner,
                pin: object.object,
            };
            let name = runtime.bound().name_of(given).ok_or_else(wrong)?;
            Ok(Grant::provided(name, runtime.serving(given)?))
        }
        Value::Array(part) if part.len() == 4 && !matches!(part[0], Value::Array(_)) => {
            let given = grant(runtime, asker, &part[0])?;
            let quota = |at: usize, field| match number(field, &part[at])? {
                -1.0 => Ok(u64::MAX),
                n => whole(field, n),
            };
            Ok(given
                .calls(quota(1, "calls")?)
                .calls_per_tick(quota(2, "calls_per_tick")?)
                .argument_bytes(quota(3, "argument_bytes")?))
        }
        _ => Err(wrong()),
    }
}

/// What a limit does, as a guest writes it.
pub(super) fn on_limit_text(on_limit: OnLimit) -> &'static str {
    match on_limit {
        OnLimit::FailTask => "fail",
        OnLimit::Suspend => "suspend",
        OnLimit::Terminate => "terminate",
    }
}

fn on_limit(value: &Value) -> Result<OnLimit, VmError> {
    let text = string("on_limit", value)?;
    let all = [OnLimit::FailTask, OnLimit::Suspend, OnLimit::Terminate];
    let named = all.into_iter().find(|&o| on_limit_text(o) == text);
    named.ok_or_else(|| {
        let message = format!("`{text}` is not \"fail\", \"suspend\" or \"terminate\"");
        VmError::option("on_limit", message)
    })
}

/// A priority, as a guest writes it.
pub(super) fn priority_text(priority: Priority) -> &'static str {
    match priority {
        Priority::Background => "background",
        Priority::Normal => "normal",
        Priority::High => "high",
    }
}

/// A priority by name.
pub(super) fn priority(text: &str) -> Result<Priority, VmError> {
    let all = [Priority::Background, Priority::Normal, Priority::High];
    let named = all.into_iter().find(|&p| priority_text(p) == text);
    named.ok_or_else(|| {
        let message = format!("`{text}` is not \"background\", \"normal\" or \"high\"");
        VmError::option("priority", message)
    })
}

/// The fields of a record that were given.
fn fields(record: Option<&Value>) -> Result<impl Iterator<Item = (&str, &Value)>, VmError> {
    let fields = match record {
        Some(Value::Object(fields)) => &fields[..],
        None | Some(Value::Undefined) => &[],
        _ => return Err(VmError::Marshal("options must be an object".into())),
    };
    let given = fields
        .iter()
        .filter(|(_, value)| *value != Value::Undefined);
    Ok(given.map(|(name, value)| (name.as_str(), value)))
}

/// Sets a limit by name. False: there is none of this name.
fn set_limit(limits: &mut VmLimits, name: &str, value: &Value) -> Result<bool, VmError> {
    let number = |field| number(field, value);
    match name {
        "maxHeapBytes" => {
            limits.max_heap_bytes = whole("max_heap_bytes", number("max_heap_bytes")?)?
        }
        "maxTasks" => limits.max_tasks = small("max_tasks", number("max_tasks")?)?,
        "maxStepBudget" => {
            limits.max_step_budget = or_none("max_step_budget", number("max_step_budget")?)?;
        }
        "maxStepsPerTick" => {
            limits.max_steps_per_tick =
                or_none("max_steps_per_tick", number("max_steps_per_tick")?)?;
        }
        "maxStackFrames" => {
            limits.max_stack_frames = small("max_stack_frames", number("max_stack_frames")?)?;
        }
        "maxHandles" => limits.max_handles = small("max_handles", number("max_handles")?)?,
        "softHeapBytes" => {
            limits.soft_heap_bytes = or_none("soft_heap_bytes", number("soft_heap_bytes")?)?;
        }
        "softSteps" => limits.soft_steps = or_none("soft_steps", number("soft_steps")?)?,
        "onLimit" => limits.on_limit = on_limit(value)?,
        _ => return Ok(false),
    }
    Ok(true)
}

fn unknown(name: &str) -> VmError {
    VmError::Marshal(format!("there is no option `{name}`").into())
}

/// What a child gets that nothing is said about.
fn default_limits(runtime: &Runtime, parent: usize) -> VmLimits {
    let left = left(&runtime.contexts, parent);
    let steps = (left.steps_max != u64::MAX).then_some(left.steps_max / DEFAULT_PART);
    VmLimits {
        max_heap_bytes: MAX_HEAP_BYTES.min(left.heap_bytes_max / DEFAULT_PART),
        max_tasks: MAX_TASKS.min(left.tasks_max / DEFAULT_PART as u32),
        max_step_budget: steps,
        max_stack_frames: left.stack_frames_max,
        max_handles: runtime.contexts.heaps[parent].handles_max(),
        ..VmOptions::default().limits()
    }
}

/// The options of a new child.
pub(super) fn options_of_child(
    runtime: &mut Runtime,
    parent: ContextId,
    record: Option<&Value>,
    capabilities: Option<&Value>,
) -> Result<VmOptions, VmError> {
    let mut limits = default_limits(runtime, parent.index());
    let mut options = VmOptions {
        parent: Some(parent),
        ..VmOptions::default()
    };
    for (name, value) in fields(record)? {
        match name {
            "weight" => options.weight = small("weight", number("weight", value)?)?,
            "priority" => options.priority = priority(string("priority", value)?)?,
            "seed" => options.seed = Some(whole("seed", number("seed", value)?)?),
            "name" => options.name = string("name", value)?.into(),
            // They come as a list of their own.
            "capabilities" => {}
            _ if set_limit(&mut limits, name, value)? => {}
            _ => return Err(unknown(name)),
        }
    }
    if let Some(list) = capabilities {
        options.capabilities = grants(runtime, parent, list)?;
    }
    Ok(VmOptions {
        max_heap_bytes: limits.max_heap_bytes,
        max_tasks: limits.max_tasks,
        max_step_budget: limits.max_step_budget,
        max_steps_per_tick: limits.max_steps_per_tick,
        max_stack_frames: limits.max_stack_frames,
        max_handles: limits.max_handles,
        soft_heap_bytes: limits.soft_heap_bytes,
        soft_steps: limits.soft_steps,
        on_limit: limits.on_limit,
        ..options
    })
}

/// The limits of a child, changed as a record says.
pub(super) fn limits_of_child(
    runtime: &Runtime,
    row: usize,
    record: Option<&Value>,
) -> Result<VmLimits, VmError> {
    let mut limits = runtime.limits_of(row);
    for (name, value) in fields(record)? {
        if !set_limit(&mut limits, name, value)? {
            return Err(unknown(name));
        }
    }
    Ok(limits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_priority_is_one_of_three() {
        assert_eq!(priority("high"), Ok(Priority::High));
        let message = priority("urgent")
            .expect_err("there is none such")
            .to_string();
        assert!(message.contains("`urgent` is not"), "{message}");
    }
}
