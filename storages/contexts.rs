//! The contexts: one row each, columns apart so that a sweep touches what it reads.
//!
//! ```text
//! every tick   credits weights priorities counters holds  schedule
//! when it runs heaps activities programs limits marks     execute, effects, collect
//! seldom       parents states names inner entries grants  reap, look-ups
//! ```
//!
//! Invariants: a parent is live as long as its children (terminating takes the subtree); a child's limits are
//! taken off its parent's (`inner` says how much); below a context that is held, all are; a context without an activity
//! has nothing to run, no timer and asks nothing. An idle context costs its columns and its heap: 300 bytes at most
//! (tests/footprint.rs measures).
//! Absent: which host functions the grants mean (`src/bindings`), who is runnable now (`ready`).

use crate::activities::Activity;
use crate::dump::{LoadError, Persist, Reader, Writer, ensure};
use crate::events::Mailbox;
use crate::heaps::{HEAP_WORDS_MAX, Heap};
use crate::limits::{Counters, Limits, Marks};
use crate::table::table;
use std::collections::BTreeSet;

/// How far a context has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
pub enum ContextState {
    /// It has no program.
    #[default]
    Empty = 0,
    /// It has a program whose modules have not run.
    Loaded = 1,
    /// Its modules are running; entries wait in their runs.
    Starting = 2,
    /// Its modules have run.
    Ready = 3,
    /// Its modules failed: every entry fails likewise.
    Broken = 4,
}

impl Persist for ContextState {
    const BYTES_MIN: usize = 1;

    fn dump(&self, to: &mut Writer) {
        to.pod(*self as u8);
    }

    fn load(from: &mut Reader) -> Result<ContextState, LoadError> {
        Ok(match from.pod::<u8>()? {
            0 => ContextState::Empty,
            1 => ContextState::Loaded,
            2 => ContextState::Starting,
            3 => ContextState::Ready,
            4 => ContextState::Broken,
            _ => return Err(LoadError::Invalid("a context's state is one of five")),
        })
    }
}

/// Why a context does not run, as bits of the column `holds`.
pub mod hold {
    /// It was paused itself, by its owner or at a limit.
    pub const PAUSED: u8 = 1;
    /// It is inside one that is held.
    pub const OUTER: u8 = 2;
    /// It crossed a mark: its owner can act before the next tick.
    pub const TICK: u8 = 4;
    /// All of them.
    pub const ALL: u8 = PAUSED | OUTER | TICK;
}

/// Whose turn comes first where fuel is short, among contexts of the same parent. How much less the others get says
/// `systems/schedule`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
#[repr(u8)]
pub enum Priority {
    /// It gets what the others leave, and a little in any case.
    Background = 0,
    /// The usual one.
    #[default]
    Normal = 1,
    /// It comes before the others.
    High = 2,
}

impl Persist for Priority {
    const BYTES_MIN: usize = 1;

    fn dump(&self, to: &mut Writer) {
        to.pod(*self as u8);
    }

    fn load(from: &mut Reader) -> Result<Priority, LoadError> {
        Ok(match from.pod::<u8>()? {
            0 => Priority::Background,
            1 => Priority::Normal,
            2 => Priority::High,
            _ => return Err(LoadError::Invalid("a priority is one of three")),
        })
    }
}

/// The most units of fuel in a credit or pool, in either direction: far from where sums overflow.
pub const UNITS_MAX: u64 = 1 << 60;

/// A context's live children, and what they have drawn from its limits, which are lower by so much.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Inner {
    /// Their rows.
    pub children: BTreeSet<u32>,
    /// The tasks they may have.
    pub tasks: u32,
    /// The bytes their heaps may take.
    pub heap_bytes: u64,
    /// The steps they may still take and those that they took.
    pub steps: u64,
    /// Fuel for the context and those inside it, not yet shared out among them, in units of the schedule; negative where
    /// children that ended owed some.
    pub pool: i64,
}

impl Persist for Inner {
    const BYTES_MIN: usize = 32;

    fn dump(&self, to: &mut Writer) {
        to.slice(&self.children.iter().copied().collect::<Vec<u32>>());
        self.tasks.dump(to);
        self.heap_bytes.dump(to);
        self.steps.dump(to);
        to.pod(self.pool);
    }

    fn load(from: &mut Reader) -> Result<Inner, LoadError> {
        let rows: Vec<u32> = from.slice()?;
        ensure(rows.is_sorted_by(|a, b| a < b), "children are in order")?;
        Ok(Inner {
            children: rows.into_iter().collect(),
            tasks: from.pod()?,
            heap_bytes: from.pod()?,
            steps: from.pod()?,
            pool: from.pod()?,
        })
    }
}

table! {
    /// The contexts of a runtime.
    Contexts, ContextRow, ContextId "ctx" {
        /// The context it was made by, as bits; 0 for none.
        parents: u64,
        /// How far it has come.
        states: ContextState,
        /// Its program, as bits; 0 for none.
        programs: u64,
        /// The first of its rows of `grants`, as bits; 0 if it was granted nothing.
        grants: u64,
        /// What it may use.
        limits: Limits,
        /// What it has used.
        counters: Counters,
        /// Its share of the fuel.
        weights: u32,
        /// Whose turn comes before its own.
        priorities: Priority,
        /// Its share not yet used, in units of the schedule; negative where it ran over.
        credits: i64,
        /// Its memory.
        heaps: Heap,
        /// What is going on in it.
        activities: Option<Box<Activity>>,
        /// Its name in reports, if it has one (`name`).
        names: Option<Box<Box<str>>>,
        /// Why it does not run (`hold`); 0 if it may.
        holds: u8,
        /// Where it stops short of its limits, and what it does at them.
        marks: Option<Box<Marks>>,
        /// Its children.
        inner: Option<Box<Inner>>,
        /// What happened to its children.
        mail: Option<Box<Mailbox>>,
        /// Its rows of `runs`, as bits, in the order they were started.
        entries: Option<Box<Vec<u64>>>,
    }
}

impl Contexts {
    /// Checks the invariants between columns.
    pub fn verify(&self) -> Result<(), LoadError> {
        self.verify_rows()?;
        for id in self.ids() {
            let row = id.index();
            let parent = ContextId::from_bits(self.parents[row]);
            ensure(
                (self.parents[row] == 0) == parent.is_none(),
                "a parent is an id or none",
            )?;
            ensure(
                parent.is_none_or(|p| self.find(p).is_some()),
                "a parent is live",
            )?;
            ensure(self.weights[row] > 0, "a context has a weight")?;
            let pool = self.inner[row].as_ref().map_or(0, |inner| inner.pool);
            let are_small = [self.credits[row], pool]
                .iter()
                .all(|units| units.unsigned_abs() <= UNITS_MAX);
            ensure(are_small, "credits and pools are what schedules give")?;
            let has_program = self.states[row] != ContextState::Empty;
            ensure(
                (self.programs[row] != 0) == has_program,
                "a program comes with its state",
            )?;
            self.verify_limits(row)?;
            self.verify_family(row)?;
        }
        self.verify_tree()
    }

    /// What a context has and what it has lent make a limit.
    fn verify_limits(&self, row: usize) -> Result<(), LoadError> {
        let (limits, inner) = (&self.limits[row], self.inner[row].as_deref());
        let (tasks, steps) = inner.map_or((0, 0), |inner| (inner.tasks, inner.steps));
        let heap_bytes = limits.heap_bytes_max.checked_add(self.heap_bytes_lent(row));
        let has_no_step_limit = limits.steps_max == u64::MAX;
        ensure(
            heap_bytes.is_some_and(|all| all <= u64::from(HEAP_WORDS_MAX) * 8)
                && limits.tasks_max.checked_add(tasks).is_some()
                && (has_no_step_limit || limits.steps_max.checked_add(steps).is_some()),
            "what a context may use is a limit",
        )
    }

    /// Those without children go until none is left; a ring would stay.
    fn verify_tree(&self) -> Result<(), LoadError> {
        let count = |row: usize| self.inner[row].as_ref().map_or(0, |i| i.children.len());
        let mut children: Vec<usize> = (0..self.capacity()).map(count).collect();
        let mut leaves: Vec<usize> = self.ids().map(|id| id.index()).collect();
        let mut left = leaves.len();
        leaves.retain(|&row| children[row] == 0);
        while let Some(row) = leaves.pop() {
            left -= 1;
            if let Some(parent) = self.parent(row) {
                children[parent.index()] -= 1;
                leaves.extend(Some(parent.index()).filter(|&row| children[row] == 0));
            }
        }
        ensure(left == 0, "no context is inside itself")
    }

    /// What a context's children have, made for the first. What the context owes, it and its children owe together
    /// from then on.
    pub fn inner_mut(&mut self, row: usize) -> &mut Inner {
        let credit = &mut self.credits[row];
        self.inner[row].get_or_insert_with(|| {
            let pool = (*credit).min(0);
            *credit -= pool;
            Box::new(Inner {
                pool,
                ..Inner::default()
            })
        })
    }

    /// Strikes a child off. What the last one leaves in the pool, or owes, is the context's own.
    pub fn strike_off(&mut self, parent: usize, child: usize) {
        let inner = self.inner[parent].as_mut().expect("a parent has children");
        inner.children.remove(&(child as u32));
        if inner.children.is_empty() {
            self.credits[parent] += inner.pool;
            self.inner[parent] = None;
        }
    }

    /// Parents know their children, and the other way round; what is drawn is what children have.
    fn verify_family(&self, row: usize) -> Result<(), LoadError> {
        let holds = self.holds[row];
        let outer = self.parent(row).map_or(0, |p| self.holds[p.index()]);
        ensure(holds & !hold::ALL == 0, "holds are known")?;
        ensure(
            (holds & hold::OUTER != 0) == (outer & (hold::PAUSED | hold::OUTER) != 0),
            "below a context that is held, all are",
        )?;
        if let Some(parent) = self.parent(row) {
            let inner = self.inner[parent.index()].as_ref();
            let is_known = inner.is_some_and(|i| i.children.contains(&(row as u32)));
            ensure(is_known, "a parent knows its children")?;
        }
        let Some(inner) = &self.inner[row] else {
            return Ok(());
        };
        ensure(!inner.children.is_empty(), "who has no child draws nothing")?;
        let (mut heap_bytes, mut tasks) = (0u64, 0u32);
        for &child in &inner.children {
            let id = self.id_at(child as usize);
            let parent = id.and_then(|id| self.parent(id.index()));
            ensure(
                parent.is_some_and(|p| p.index() == row),
                "a child knows its parent",
            )?;
            let (limits, drawn) = (&self.limits[child as usize], &self.inner[child as usize]);
            let lent_tasks = drawn.as_ref().map_or(0, |i| i.tasks);
            heap_bytes = heap_bytes
                .saturating_add(limits.heap_bytes_max)
                .saturating_add(self.heap_bytes_lent(child as usize));
            tasks = tasks
                .saturating_add(limits.tasks_max)
                .saturating_add(lent_tasks);
        }
        ensure(
            (heap_bytes, tasks) == (inner.heap_bytes, inner.tasks),
            "what is drawn is what children have",
        )
    }

    /// What is taken off a context's heap limit for its children and its program, in bytes.
    pub fn heap_bytes_lent(&self, row: usize) -> u64 {
        let children = self.inner[row].as_ref().map_or(0, |i| i.heap_bytes);
        children.saturating_add(self.counters[row].program_bytes())
    }

    /// The rows of a context and of all inside it, parents before children.
    pub fn subtree(&self, row: usize) -> Vec<usize> {
        let mut found = vec![row];
        let mut next = 0;
        while let Some(&row) = found.get(next) {
            let inner = self.inner[row].as_ref();
            found.extend(
                inner
                    .into_iter()
                    .flat_map(|i| i.children.iter().map(|&c| c as usize)),
            );
            next += 1;
        }
        found
    }

    /// The name of a live context; empty if it has none.
    pub fn name(&self, row: usize) -> &str {
        self.names[row].as_deref().map_or("", |name| name)
    }

    /// The parent of a live context.
    pub fn parent(&self, row: usize) -> Option<ContextId> {
        ContextId::from_bits(self.parents[row])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (Contexts, usize, usize) {
        let mut contexts = Contexts::default();
        let row = || ContextRow {
            weights: 1,
            ..ContextRow::default()
        };
        let outer = contexts.insert(row());
        let inner = contexts.insert(ContextRow {
            parents: outer.to_bits(),
            ..row()
        });
        contexts.inner_mut(outer.index()).children.insert(1);
        (contexts, outer.index(), inner.index())
    }

    #[test]
    fn credits_are_no_more_than_schedules_give() {
        let (mut contexts, outer, inner) = pair();
        let large = Err(LoadError::Invalid(
            "credits and pools are what schedules give",
        ));
        let most = UNITS_MAX as i64;
        for (credit, pool, expected) in [
            (most, -most, Ok(())),
            (most + 1, 0, large),
            (0, -most - 1, large),
            (i64::MIN, 0, large),
        ] {
            contexts.credits[inner] = credit;
            contexts.inner_mut(outer).pool = pool;
            assert_eq!(contexts.verify(), expected);
        }
    }

    #[test]
    fn what_is_lent_and_what_is_left_make_a_limit() {
        let too_much = Err(LoadError::Invalid("what a context may use is a limit"));
        let most = u64::from(HEAP_WORDS_MAX) * 8;
        for (own, of_program, expected) in [
            (most - 9, 9, Ok(())),
            (most - 9, 10, too_much),
            (u64::MAX, 1, too_much),
            (1, u64::MAX, too_much),
        ] {
            let (mut contexts, outer, _) = pair();
            contexts.limits[outer].heap_bytes_max = own;
            contexts.counters[outer].uses_mut().program_bytes = of_program;
            assert_eq!(contexts.verify(), expected);
        }
        let (mut contexts, outer, inner) = pair();
        contexts.limits[inner].tasks_max = 1;
        contexts.inner_mut(outer).tasks = 1;
        contexts.limits[outer].tasks_max = u32::MAX;
        assert_eq!(contexts.verify(), too_much);
    }

    #[test]
    fn no_context_is_inside_itself() {
        let (mut contexts, outer, inner) = pair();
        assert_eq!(contexts.verify(), Ok(()));
        contexts.parents[outer] = contexts.id_at(inner).expect("is live").to_bits();
        contexts.inner_mut(inner).children.insert(outer as u32);
        let ring = LoadError::Invalid("no context is inside itself");
        assert_eq!(contexts.verify(), Err(ring));
    }

    #[test]
    fn what_a_context_owes_it_owes_with_its_children() {
        let (mut contexts, outer, inner) = pair();
        contexts.strike_off(outer, inner);
        contexts.credits[outer] = -9;
        contexts.inner_mut(outer).pool -= 1;
        assert_eq!(contexts.credits[outer], 0);
        contexts.strike_off(outer, inner);
        assert_eq!(contexts.credits[outer], -10);
    }
}
