//! Limits between parents and children: drawn, given back, changed while contexts run.
//!
//! ```text
//! what a context may use = its own limits + what its children drew (`Inner`) + what its own program takes
//! create, raise   parent's own -> child's       refused if the parent has not so much left
//! lower, end      child's own  -> parent's      but for steps that were taken
//! ```
//!
//! Invariants: nesting never makes more of a limit; a change is made whole or not at all; where anybody has a limit on steps,
//! all inside have one. Absent: what limits do (`systems/execute`, `cell`).

use crate::error::VmError;
use crate::options::{VmLimits, check_weight};
use crate::runtime::Runtime;
use raya_storages::contexts::Contexts;
use raya_storages::limits::{Limits, Marks, NO_MARK};
use raya_storages::tasks::TaskState;

/// What passes between a parent and a child. Steps are 0 where there is no limit on them.
#[derive(Clone, Copy, Default)]
struct Amounts {
    heap_bytes: u64,
    tasks: u32,
    steps: u64,
}

fn fits(field: &'static str, value: u64, left: u64) -> Result<(), VmError> {
    if value <= left {
        return Ok(());
    }
    Err(VmError::option(
        field,
        format!("{value} is more than the parent has left ({left})"),
    ))
}

/// Nobody has more handles than the one that it is inside.
fn handles_fit(contexts: &Contexts, parent: usize, handles_max: u32) -> Result<(), VmError> {
    let of_parent = contexts.heaps[parent].handles_max();
    if handles_max <= of_parent {
        return Ok(());
    }
    let message = format!("{handles_max} is more than the parent's ({of_parent})");
    Err(VmError::option("max_handles", message))
}

/// Live tasks and bytes of stacks.
fn in_use(contexts: &Contexts, row: usize) -> (u32, u64) {
    contexts.activities[row].as_ref().map_or((0, 0), |a| {
        let live = a.tasks.iter().filter(|(_, t)| t.state != TaskState::Done);
        (live.count() as u32, a.bytes())
    })
}

/// What a context neither uses nor has lent; no limit on steps is `u64::MAX`.
pub(crate) fn left(contexts: &Contexts, row: usize) -> Limits {
    let (limits, (tasks, stack_bytes)) = (contexts.limits[row], in_use(contexts, row));
    let heap_bytes = contexts.heaps[row].bytes_used() + stack_bytes;
    Limits {
        heap_bytes_max: limits.heap_bytes_max.saturating_sub(heap_bytes),
        tasks_max: limits.tasks_max.saturating_sub(tasks),
        steps_max: match limits.steps_max {
            u64::MAX => u64::MAX,
            max => max.saturating_sub(contexts.counters[row].steps),
        },
        ..limits
    }
}

/// Takes a child's limits off its parent's.
pub(crate) fn draw(
    contexts: &mut Contexts,
    parent: usize,
    child: &VmLimits,
) -> Result<(), VmError> {
    let left = left(contexts, parent);
    fits("max_heap_bytes", child.max_heap_bytes, left.heap_bytes_max)?;
    fits("max_tasks", child.max_tasks.into(), left.tasks_max.into())?;
    handles_fit(contexts, parent, child.max_handles)?;
    let mut steps = 0;
    if left.steps_max != u64::MAX {
        steps = child.max_step_budget.unwrap_or(u64::MAX);
        fits("max_step_budget", steps, left.steps_max)?;
    }
    let drawn = Amounts {
        heap_bytes: child.max_heap_bytes,
        tasks: child.max_tasks,
        steps,
    };
    lend(contexts, parent, drawn);
    Ok(())
}

/// Takes what a program counts as off the heap limit of the context that has it, for good.
pub(crate) fn lend_to_program(
    contexts: &mut Contexts,
    row: usize,
    program_bytes: u64,
) -> Result<(), VmError> {
    let (max, left) = (contexts.limits[row].heap_bytes_max, left(contexts, row));
    if program_bytes > left.heap_bytes_max {
        let used = max - left.heap_bytes_max + program_bytes;
        return Err(VmError::HeapLimitExceeded { used, max });
    }
    contexts.limits[row].heap_bytes_max -= program_bytes;
    contexts.counters[row].uses_mut().program_bytes = program_bytes;
    shift_marks(contexts, row, -(program_bytes as i64), 0);
    lower_collection_mark(contexts, row);
    Ok(())
}

/// Moves amounts from a context's own to what its children have.
fn lend(contexts: &mut Contexts, row: usize, amounts: Amounts) {
    let limits = &mut contexts.limits[row];
    limits.heap_bytes_max -= amounts.heap_bytes;
    limits.tasks_max -= amounts.tasks;
    limits.steps_max -= amounts.steps;
    let inner = contexts.inner_mut(row);
    inner.heap_bytes += amounts.heap_bytes;
    inner.tasks += amounts.tasks;
    inner.steps += amounts.steps;
    shift_marks(
        contexts,
        row,
        -(amounts.heap_bytes as i64),
        -(amounts.steps as i64),
    );
    lower_collection_mark(contexts, row);
}

/// The other way round.
fn return_to(contexts: &mut Contexts, row: usize, amounts: Amounts) {
    let limits = &mut contexts.limits[row];
    limits.heap_bytes_max += amounts.heap_bytes;
    limits.tasks_max += amounts.tasks;
    limits.steps_max += amounts.steps;
    let inner = contexts.inner[row].as_mut().expect("a parent has children");
    inner.heap_bytes -= amounts.heap_bytes;
    inner.tasks -= amounts.tasks;
    inner.steps -= amounts.steps;
    shift_marks(
        contexts,
        row,
        amounts.heap_bytes as i64,
        amounts.steps as i64,
    );
}

fn shift_marks(contexts: &mut Contexts, row: usize, heap_bytes: i64, steps: i64) {
    let Some(marks) = contexts.marks[row].as_mut() else {
        return;
    };
    for (mark, by) in [
        (&mut marks.heap_bytes, heap_bytes),
        (&mut marks.steps, steps),
    ] {
        if *mark != NO_MARK {
            *mark += by;
        }
    }
}

/// A heap whose limit was lowered must be looked at before it grows to where it might have.
fn lower_collection_mark(contexts: &mut Contexts, row: usize) {
    let (_, stack_bytes) = in_use(contexts, row);
    let bytes = contexts.limits[row]
        .heap_bytes_max
        .saturating_sub(stack_bytes);
    let heap = &mut contexts.heaps[row];
    let words = u32::try_from(bytes / 8).unwrap_or(u32::MAX).max(heap.top);
    heap.collect_at_words = heap.collect_at_words.min(words);
}

/// Gives what a child that ends has not used back to its parent, and strikes it off. Its own children have ended.
pub(crate) fn give_back(contexts: &mut Contexts, child: usize) {
    let Some(parent) = contexts.parent(child).and_then(|id| contexts.find(id)) else {
        return;
    };
    let (ended, taken) = (contexts.limits[child], contexts.counters[child].steps);
    let is_limited = contexts.limits[parent].steps_max != u64::MAX;
    let steps = if is_limited { ended.steps_max } else { 0 };
    let amounts = Amounts {
        heap_bytes: ended.heap_bytes_max + contexts.heap_bytes_lent(child),
        tasks: ended.tasks_max,
        steps,
    };
    return_to(contexts, parent, amounts);
    if is_limited {
        spend(contexts, parent, taken.min(steps));
    }
    contexts.strike_off(parent, child);
}

/// Steps that a child took come back to nobody: those above have lent so much less.
fn spend(contexts: &mut Contexts, row: usize, steps: u64) {
    contexts.limits[row].steps_max -= steps;
    shift_marks(contexts, row, 0, -(steps as i64));
    let mut above = contexts.parent(row);
    while let Some(row) = above.map(|id| id.index())
        && contexts.limits[row].steps_max != u64::MAX
    {
        let inner = contexts.inner[row].as_mut().expect("a parent has children");
        inner.steps -= steps;
        above = contexts.parent(row);
    }
}

impl Runtime {
    /// What a context and those inside it may use.
    pub(crate) fn limits_of(&self, row: usize) -> VmLimits {
        let contexts = &self.contexts;
        let (limits, inner) = (&contexts.limits[row], contexts.inner[row].as_deref());
        let drawn = Amounts {
            heap_bytes: contexts.heap_bytes_lent(row),
            tasks: inner.map_or(0, |i| i.tasks),
            steps: inner.map_or(0, |i| i.steps),
        };
        let marks = contexts.marks[row].as_deref().copied().unwrap_or_default();
        let given = |max: u64| (max != u64::MAX).then_some(max);
        let soft = |mark: i64, drawn: u64| (mark != NO_MARK).then(|| (mark + drawn as i64) as u64);
        VmLimits {
            max_heap_bytes: limits.heap_bytes_max + drawn.heap_bytes,
            max_tasks: limits.tasks_max + drawn.tasks,
            max_step_budget: given(limits.steps_max).map(|max| max + drawn.steps),
            max_steps_per_tick: given(limits.steps_per_tick_max),
            max_stack_frames: limits.stack_frames_max,
            max_handles: contexts.heaps[row].handles_max(),
            soft_heap_bytes: soft(marks.heap_bytes, drawn.heap_bytes),
            soft_steps: soft(marks.steps, drawn.steps),
            on_limit: marks.on_limit,
        }
    }

    /// Changes the limits of a context.
    pub(crate) fn set_limits(&mut self, row: usize, new: &VmLimits) -> Result<(), VmError> {
        new.validate()?;
        let old = self.limits_of(row);
        if new.max_heap_bytes < old.max_heap_bytes {
            self.collect_above(row, new.max_heap_bytes);
        }
        let own = self.own_limits(row, new, &old)?;
        self.check_handles(row, new.max_handles)?;
        self.draw_difference(row, new, &old)?;
        let contexts = &mut self.contexts;
        contexts.limits[row] = own;
        let pause_at_steps = contexts.marks[row]
            .as_ref()
            .map_or(NO_MARK, |m| m.pause_at_steps);
        let marks = Marks {
            pause_at_steps,
            ..new.marks()
        };
        contexts.marks[row] = (!marks.is_usual()).then(|| Box::new(marks));
        let heap_bytes = contexts.heap_bytes_lent(row) as i64;
        let steps = contexts.inner[row].as_ref().map_or(0, |i| i.steps as i64);
        shift_marks(contexts, row, -heap_bytes, -steps);
        if new.max_handles != old.max_handles {
            contexts.heaps[row].set_handles_max(new.max_handles);
        }
        lower_collection_mark(contexts, row);
        self.ready.update(&self.contexts, row as u32);
        Ok(())
    }

    /// Fails where so many handles are more than the parent's, or fewer than are in use or a child may have.
    fn check_handles(&mut self, row: usize, handles_max: u32) -> Result<(), VmError> {
        if let Some(parent) = self.contexts.parent(row) {
            handles_fit(&self.contexts, parent.index(), handles_max)?;
        }
        let is_above = self.handles_in_use(row) > handles_max;
        if is_above && self.contexts.programs[row] != 0 {
            // Some may be garbage.
            self.cell(row).collect_all();
        }
        let inner = self.contexts.inner[row].iter();
        let children = inner.flat_map(|inner| inner.children.iter());
        let of_children = children.map(|&row| self.contexts.heaps[row as usize].handles_max());
        let used = self.handles_in_use(row).max(of_children.max().unwrap_or(0));
        in_use_fits("max_handles", handles_max.into(), used.into())
    }

    /// Handles held, or objects that others may name, whichever are more.
    fn handles_in_use(&self, row: usize) -> u32 {
        let foreign = self.contexts.heaps[row].foreign.as_ref();
        foreign.map_or(0, |f| f.handle_count().max(f.pin_count()))
    }

    /// Collects a heap that has more than so many bytes in use: part of it may be garbage.
    fn collect_above(&mut self, row: usize, bytes: u64) {
        let is_above =
            self.contexts.heaps[row].bytes_used() + in_use(&self.contexts, row).1 > bytes;
        if is_above && self.contexts.programs[row] != 0 {
            self.cell(row).collect_all();
        }
    }

    /// The row of limits that a change comes to. Fails where more is in use, or lent to children.
    fn own_limits(&self, row: usize, new: &VmLimits, old: &VmLimits) -> Result<Limits, VmError> {
        let contexts = &self.contexts;
        let (own, new) = (contexts.limits[row], new.clone());
        let (tasks, stack_bytes) = in_use(contexts, row);
        let heap_bytes = contexts.heaps[row].bytes_used() + stack_bytes;
        let heap_lent = old.max_heap_bytes - own.heap_bytes_max;
        let tasks_lent = old.max_tasks - own.tasks_max;
        in_use_fits("max_heap_bytes", new.max_heap_bytes, heap_bytes + heap_lent)?;
        in_use_fits(
            "max_tasks",
            new.max_tasks.into(),
            u64::from(tasks + tasks_lent),
        )?;
        let steps = contexts.counters[row].steps;
        let mut limits = new.row();
        limits.heap_bytes_max -= heap_lent;
        limits.tasks_max -= tasks_lent;
        match (old.max_step_budget, new.max_step_budget) {
            (Some(before), Some(now)) => {
                let lent = before - own.steps_max;
                in_use_fits("max_step_budget", now, steps + lent)?;
                limits.steps_max -= lent;
            }
            (None, Some(now)) => in_use_fits("max_step_budget", now, steps)?,
            _ => {}
        }
        let has_children = contexts.inner[row].is_some();
        if has_children && old.max_step_budget.is_some() != new.max_step_budget.is_some() {
            let message = "whether there is a limit can't change while there are children";
            return Err(VmError::option("max_step_budget", message));
        }
        Ok(limits)
    }

    /// Takes what a change adds from the parent, and gives it what it takes away.
    fn draw_difference(
        &mut self,
        row: usize,
        new: &VmLimits,
        old: &VmLimits,
    ) -> Result<(), VmError> {
        let Some(parent) = self.contexts.parent(row).map(|id| id.index()) else {
            return Ok(());
        };
        let left = left(&self.contexts, parent);
        let more = |new: u64, old: u64| (new.saturating_sub(old), old.saturating_sub(new));
        let (heap_up, heap_down) = more(new.max_heap_bytes, old.max_heap_bytes);
        let (tasks_up, tasks_down) = more(new.max_tasks.into(), old.max_tasks.into());
        fits("max_heap_bytes", heap_up, left.heap_bytes_max)?;
        fits("max_tasks", tasks_up, left.tasks_max.into())?;
        let (mut steps_up, mut steps_down) = (0, 0);
        if left.steps_max != u64::MAX {
            let budget = |limits: &VmLimits| limits.max_step_budget.unwrap_or(u64::MAX);
            (steps_up, steps_down) = more(budget(new), budget(old));
            fits("max_step_budget", steps_up, left.steps_max)?;
        }
        let contexts = &mut self.contexts;
        let amounts = |heap_bytes, tasks: u64, steps| Amounts {
            heap_bytes,
            tasks: tasks as u32,
            steps,
        };
        return_to(contexts, parent, amounts(heap_down, tasks_down, steps_down));
        lend(contexts, parent, amounts(heap_up, tasks_up, steps_up));
        Ok(())
    }

    /// Adds so many steps to a context's budget, and to its soft mark.
    pub(crate) fn refill_steps(&mut self, row: usize, steps: u64) -> Result<(), VmError> {
        let old = self.limits_of(row);
        let add = |max: Option<u64>| max.map(|max| max.saturating_add(steps));
        let new = VmLimits {
            max_step_budget: add(old.max_step_budget),
            soft_steps: add(old.soft_steps),
            ..old
        };
        self.set_limits(row, &new)
    }

    /// Sets a context's share of the fuel.
    pub(crate) fn set_weight(&mut self, row: usize, weight: u32) -> Result<(), VmError> {
        check_weight(weight)?;
        self.contexts.weights[row] = weight;
        Ok(())
    }
}

fn in_use_fits(field: &'static str, max: u64, used: u64) -> Result<(), VmError> {
    if used > max {
        return Err(VmError::option(
            field,
            format!("{max} is less than what is in use or lent ({used})"),
        ));
    }
    Ok(())
}
