//! The contexts: one row each, columns apart so that a sweep touches what it reads.
//!
//! ```text
//! every tick   credits weights limits counters holds      account, schedule
//! when it runs heaps activities programs grants marks     execute, effects, collect
//! seldom       parents states names inner entries mail    reap, look-ups
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
use crate::heaps::Heap;
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
}

impl Persist for Inner {
    const BYTES_MIN: usize = 24;

    fn dump(&self, to: &mut Writer) {
        to.slice(&self.children.iter().copied().collect::<Vec<u32>>());
        self.tasks.dump(to);
        self.heap_bytes.dump(to);
        self.steps.dump(to);
    }

    fn load(from: &mut Reader) -> Result<Inner, LoadError> {
        let rows: Vec<u32> = from.slice()?;
        ensure(rows.is_sorted_by(|a, b| a < b), "children are in order")?;
        Ok(Inner {
            children: rows.into_iter().collect(),
            tasks: from.pod()?,
            heap_bytes: from.pod()?,
            steps: from.pod()?,
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
        /// Its share not yet used, in units of the schedule; negative where it ran over.
        credits: i64,
        /// Its memory.
        heaps: Heap,
        /// What is going on in it.
        activities: Option<Box<Activity>>,
        /// Its name in reports.
        names: Box<str>,
        /// What its random numbers are derived from.
        seeds: u64,
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
            let has_program = self.states[row] != ContextState::Empty;
            ensure(
                (self.programs[row] != 0) == has_program,
                "a program comes with its state",
            )?;
            self.verify_family(row)?;
        }
        Ok(())
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
            let own = (limits.heap_bytes_max, limits.tasks_max);
            let lent = drawn.as_ref().map_or((0, 0), |i| (i.heap_bytes, i.tasks));
            heap_bytes = heap_bytes.saturating_add(own.0).saturating_add(lent.0);
            tasks = tasks.saturating_add(own.1).saturating_add(lent.1);
        }
        ensure(
            (heap_bytes, tasks) == (inner.heap_bytes, inner.tasks),
            "what is drawn is what children have",
        )
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

    /// The parent of a live context.
    pub fn parent(&self, row: usize) -> Option<ContextId> {
        ContextId::from_bits(self.parents[row])
    }
}
