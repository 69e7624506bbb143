//! What a context is made with, and the limits that can be changed while it runs.
//!
//! Invariants: the defaults are those of the specification; a value that can't be is refused before anything
//! is made or changed, with an error that names the field. Absent: what a parent has left (`limits`).

use crate::error::VmError;
use crate::grant::Grant;
use raya_storages::contexts::{ContextId, Priority};
use raya_storages::handles::HANDLES_MAX;
use raya_storages::heaps::HEAP_WORDS_MAX;
use raya_storages::limits::{Limits, Marks, NO_MARK, OnLimit};

/// The default of `max_heap_bytes`.
pub const MAX_HEAP_BYTES: u64 = 64 << 20;
/// The most that `max_heap_bytes` may be: what 31-bit word offsets reach.
pub const HEAP_BYTES_LIMIT: u64 = 8 << 30;
const _: () = assert!(HEAP_BYTES_LIMIT / 8 <= HEAP_WORDS_MAX as u64);
/// The default of `max_tasks`.
pub const MAX_TASKS: u32 = 1000;
/// The most that `max_tasks` may be.
pub const TASKS_LIMIT: u32 = 1 << 24;
/// The default of `max_stack_frames`.
pub const MAX_STACK_FRAMES: u32 = 10_000;
/// The default of `max_handles`.
pub const MAX_HANDLES: u32 = HANDLES_MAX;
/// The most that `max_handles` may be.
pub const HANDLES_LIMIT: u32 = 1 << 16;
/// The most that `weight` may be.
pub const WEIGHT_LIMIT: u32 = 1 << 16;
/// The most that a step budget may be: what a guest's `number` holds exactly.
pub const STEPS_LIMIT: u64 = 1 << 53;
/// The longest name, in bytes.
pub const NAME_BYTES_LIMIT: usize = 256;

/// The options of a context.
#[derive(Clone, Debug)]
pub struct VmOptions {
    /// Bytes of heap and stacks. A limit of 0 is allowed: whatever allocates fails.
    pub max_heap_bytes: u64,
    /// Live tasks; also the calls of the host that wait for their answer at once. With 0 no entry can be run.
    pub max_tasks: u32,
    /// Steps in its whole life; `None` for no limit.
    pub max_step_budget: Option<u64>,
    /// Steps in one tick of it and all contexts inside it, beyond which they wait for the next; `None` for its share.
    pub max_steps_per_tick: Option<u64>,
    /// Frames of one stack.
    pub max_stack_frames: u32,
    /// Handles to what lies elsewhere that it may hold; also the objects of its own that others may hold handles to. At most its
    /// parent's.
    pub max_handles: u32,
    /// Bytes of heap and stacks that are pressure: its owner gets an event, and it stops until the next tick, so that the owner
    /// can act first. Crossed where a collection leaves less than a 16th of it free. Once, until use is below it again or limits
    /// are set.
    pub soft_heap_bytes: Option<u64>,
    /// Steps in its whole life that are pressure, likewise.
    pub soft_steps: Option<u64>,
    /// What a limit does.
    pub on_limit: OnLimit,
    /// Its share of the fuel, beside the others of its parent; also of its own tasks beside its children.
    pub weight: u32,
    /// Whose turn comes before its own, among the others of its parent; also of its own tasks beside its children.
    pub priority: Priority,
    /// Where `Math.random` starts; `None` derives it from the context's id.
    pub seed: Option<u64>,
    /// Its name in reports and stack traces.
    pub name: String,
    /// The context that owns it: its limits are drawn from there, and it ends with it.
    pub parent: Option<ContextId>,
    /// What it may import; each must be registered, or held by the parent if there is one.
    pub capabilities: Vec<Grant>,
}

/// What a context may use, its children included: what [`VmOptions`] says, to be changed while it runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VmLimits {
    /// See [`VmOptions::max_heap_bytes`].
    pub max_heap_bytes: u64,
    /// See [`VmOptions::max_tasks`].
    pub max_tasks: u32,
    /// See [`VmOptions::max_step_budget`].
    pub max_step_budget: Option<u64>,
    /// See [`VmOptions::max_steps_per_tick`].
    pub max_steps_per_tick: Option<u64>,
    /// See [`VmOptions::max_stack_frames`].
    pub max_stack_frames: u32,
    /// See [`VmOptions::max_handles`].
    pub max_handles: u32,
    /// See [`VmOptions::soft_heap_bytes`].
    pub soft_heap_bytes: Option<u64>,
    /// See [`VmOptions::soft_steps`].
    pub soft_steps: Option<u64>,
    /// See [`VmOptions::on_limit`].
    pub on_limit: OnLimit,
}

impl Default for VmOptions {
    fn default() -> VmOptions {
        VmOptions {
            max_heap_bytes: MAX_HEAP_BYTES,
            max_tasks: MAX_TASKS,
            max_step_budget: None,
            max_steps_per_tick: None,
            max_stack_frames: MAX_STACK_FRAMES,
            max_handles: MAX_HANDLES,
            soft_heap_bytes: None,
            soft_steps: None,
            on_limit: OnLimit::FailTask,
            weight: 1,
            priority: Priority::Normal,
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
        self.limits().validate()?;
        check_weight(self.weight)?;
        at_most("name", self.name.len() as u64, NAME_BYTES_LIMIT as u64)
    }

    /// Those that can be changed later.
    pub fn limits(&self) -> VmLimits {
        VmLimits {
            max_heap_bytes: self.max_heap_bytes,
            max_tasks: self.max_tasks,
            max_step_budget: self.max_step_budget,
            max_steps_per_tick: self.max_steps_per_tick,
            max_stack_frames: self.max_stack_frames,
            max_handles: self.max_handles,
            soft_heap_bytes: self.soft_heap_bytes,
            soft_steps: self.soft_steps,
            on_limit: self.on_limit,
        }
    }
}

impl VmLimits {
    /// Fails for a value that no context can have.
    pub(crate) fn validate(&self) -> Result<(), VmError> {
        at_most("max_heap_bytes", self.max_heap_bytes, HEAP_BYTES_LIMIT)?;
        at_most("max_tasks", self.max_tasks.into(), TASKS_LIMIT.into())?;
        at_most("max_handles", self.max_handles.into(), HANDLES_LIMIT.into())?;
        let steps_max = self.max_step_budget.unwrap_or(0);
        at_most("max_step_budget", steps_max, STEPS_LIMIT)?;
        if self.max_steps_per_tick == Some(0) {
            let message = "must be at least 1: it would never run (pause it instead)";
            return Err(VmError::option("max_steps_per_tick", message));
        }
        let soft_heap = self.soft_heap_bytes.unwrap_or(0);
        below("soft_heap_bytes", soft_heap, self.max_heap_bytes)?;
        let steps_max = self.max_step_budget.unwrap_or(STEPS_LIMIT);
        below("soft_steps", self.soft_steps.unwrap_or(0), steps_max)
    }

    /// As the row of the context.
    pub(crate) fn row(&self) -> Limits {
        Limits {
            heap_bytes_max: self.max_heap_bytes,
            tasks_max: self.max_tasks,
            stack_frames_max: self.max_stack_frames,
            steps_max: self.max_step_budget.unwrap_or(u64::MAX),
            steps_per_tick_max: self.max_steps_per_tick.unwrap_or(u64::MAX),
        }
    }

    /// As the row of the context that few have.
    pub(crate) fn marks(&self) -> Marks {
        let mark = |soft: Option<u64>| soft.map_or(NO_MARK, |soft| soft as i64);
        Marks {
            heap_bytes: mark(self.soft_heap_bytes),
            steps: mark(self.soft_steps),
            on_limit: self.on_limit,
            ..Marks::default()
        }
    }
}

/// Fails for a weight that no context can have.
pub(crate) fn check_weight(weight: u32) -> Result<(), VmError> {
    at_most("weight", weight.into(), WEIGHT_LIMIT.into())?;
    if weight == 0 {
        return Err(VmError::option("weight", "must be at least 1"));
    }
    Ok(())
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

/// A soft mark above its hard limit would never be met.
fn below(field: &'static str, soft: u64, hard: u64) -> Result<(), VmError> {
    if soft > hard {
        return Err(VmError::option(
            field,
            format!("{soft} is more than the hard limit ({hard})"),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A field, the most (or least) that it may be, and options with that and one beyond.
    type Bound = (&'static str, u64, fn(u64) -> VmOptions);

    const BOUNDS: &[Bound] = &[
        ("max_heap_bytes", HEAP_BYTES_LIMIT, |n| VmOptions {
            max_heap_bytes: n,
            ..VmOptions::default()
        }),
        ("max_tasks", TASKS_LIMIT as u64, |n| VmOptions {
            max_tasks: n as u32,
            ..VmOptions::default()
        }),
        ("max_handles", HANDLES_LIMIT as u64, |n| VmOptions {
            max_handles: n as u32,
            ..VmOptions::default()
        }),
        ("max_step_budget", STEPS_LIMIT, |n| VmOptions {
            max_step_budget: Some(n),
            ..VmOptions::default()
        }),
        ("soft_heap_bytes", MAX_HEAP_BYTES, |n| VmOptions {
            soft_heap_bytes: Some(n),
            ..VmOptions::default()
        }),
        ("soft_steps", 10, |n| VmOptions {
            max_step_budget: Some(10),
            soft_steps: Some(n),
            ..VmOptions::default()
        }),
        ("soft_steps", STEPS_LIMIT, |n| VmOptions {
            soft_steps: Some(n),
            ..VmOptions::default()
        }),
        ("weight", WEIGHT_LIMIT as u64, |n| VmOptions {
            weight: n as u32,
            ..VmOptions::default()
        }),
        ("name", NAME_BYTES_LIMIT as u64, |n| VmOptions {
            name: "n".repeat(n as usize),
            ..VmOptions::default()
        }),
    ];

    fn refused(options: &VmOptions) -> (&'static str, String) {
        match options.validate() {
            Err(VmError::InvalidOption(e)) => (e.field, e.message.clone()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_too_much_is_named_with_the_numbers() {
        assert_eq!(VmOptions::default().validate(), Ok(()));
        for (field, most, with) in BOUNDS {
            assert_eq!(with(*most).validate(), Ok(()), "{field}");
            let (named, message) = refused(&with(most + 1));
            assert_eq!(named, *field);
            for number in [*most, most + 1] {
                assert!(message.contains(&number.to_string()), "{field}: {message}");
            }
        }
    }

    #[test]
    fn what_would_never_run_is_refused() {
        let with = |weight, max_steps_per_tick| VmOptions {
            weight,
            max_steps_per_tick,
            ..VmOptions::default()
        };
        assert_eq!(with(1, Some(1)).validate(), Ok(()));
        assert_eq!(refused(&with(0, None)).0, "weight");
        assert_eq!(refused(&with(1, Some(0))).0, "max_steps_per_tick");
    }
}
