//! What a context is made with.
//!
//! Invariants: the defaults are those of the specification; a value that can't be is refused before anything
//! is made, with an error that names the field. Absent: what a parent has left (`runtime`).

use crate::error::VmError;
use crate::grant::Grant;
use raya_storages::contexts::ContextId;
use raya_storages::limits::Limits;

/// The default of `max_heap_bytes`.
pub const MAX_HEAP_BYTES: u64 = 64 << 20;
/// The most that `max_heap_bytes` may be: what 31-bit word offsets reach.
pub const HEAP_BYTES_LIMIT: u64 = 8 << 30;
/// The default of `max_tasks`.
pub const MAX_TASKS: u32 = 1000;
/// The most that `max_tasks` may be.
pub const TASKS_LIMIT: u32 = 1 << 24;
/// The default of `max_stack_frames`.
pub const MAX_STACK_FRAMES: u32 = 10_000;
/// The most that `weight` may be.
pub const WEIGHT_LIMIT: u32 = 1 << 16;
/// The longest name, in bytes.
pub const NAME_BYTES_LIMIT: usize = 256;

/// The options of a context.
#[derive(Clone, Debug)]
pub struct VmOptions {
    /// Bytes of heap and stacks. A limit of 0 is allowed: whatever allocates fails.
    pub max_heap_bytes: u64,
    /// Live tasks. With 0 no entry can be run.
    pub max_tasks: u32,
    /// Steps in its whole life; `None` for no limit.
    pub max_step_budget: Option<u64>,
    /// Steps in one tick, beyond which it waits for the next; `None` for its share.
    pub max_steps_per_tick: Option<u64>,
    /// Frames of one stack.
    pub max_stack_frames: u32,
    /// Its share of the fuel, beside the others'.
    pub weight: u32,
    /// Where `Math.random` starts; `None` derives it from the context's id.
    pub seed: Option<u64>,
    /// Its name in reports and stack traces.
    pub name: String,
    /// The context that owns it: its limits are drawn from there, and it ends with it.
    pub parent: Option<ContextId>,
    /// What it may import; each must be registered, or held by the parent if there is one.
    pub capabilities: Vec<Grant>,
}

impl Default for VmOptions {
    fn default() -> VmOptions {
        VmOptions {
            max_heap_bytes: MAX_HEAP_BYTES,
            max_tasks: MAX_TASKS,
            max_step_budget: None,
            max_steps_per_tick: None,
            max_stack_frames: MAX_STACK_FRAMES,
            weight: 1,
            seed: None,
            name: String::new(),
            parent: None,
            capabilities: Vec::new(),
        }
    }
}

impl VmOptions {
    /// Fails for a value that no context can have.
    pub fn validate(&self) -> Result<(), VmError> {
        at_most("max_heap_bytes", self.max_heap_bytes, HEAP_BYTES_LIMIT)?;
        at_most("max_tasks", self.max_tasks.into(), TASKS_LIMIT.into())?;
        at_most("weight", self.weight.into(), WEIGHT_LIMIT.into())?;
        if self.weight == 0 {
            return Err(VmError::option("weight", "must be at least 1"));
        }
        at_most("name", self.name.len() as u64, NAME_BYTES_LIMIT as u64)
    }

    /// As the row of the context.
    pub fn limits(&self) -> Limits {
        Limits {
            heap_bytes_max: self.max_heap_bytes,
            tasks_max: self.max_tasks,
            stack_frames_max: self.max_stack_frames,
            steps_max: self.max_step_budget.unwrap_or(u64::MAX),
            steps_per_tick_max: self.max_steps_per_tick.unwrap_or(u64::MAX),
        }
    }
}

fn at_most(field: &'static str, value: u64, max: u64) -> Result<(), VmError> {
    if value > max {
        return Err(VmError::option(
            field,
            format!("{value} is more than {max}"),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = [
            VmOptions {
                max_heap_bytes: u64::MAX,
                ..VmOptions::default()
            },
            VmOptions {
                max_tasks: u32::MAX,
                ..VmOptions::default()
            },
            VmOptions {
                weight: 0,
                ..VmOptions::default()
            },
            VmOptions {
                name: "n".repeat(300),
                ..VmOptions::default()
            },
        ];
        let fields = wrong.map(|o| match o.validate() {
            Err(VmError::InvalidOption(e)) => e.field,
            other => panic!("{other:?}"),
        });
        assert_eq!(fields, ["max_heap_bytes", "max_tasks", "weight", "name"]);
        assert_eq!(VmOptions::default().validate(), Ok(()));
    }
}
