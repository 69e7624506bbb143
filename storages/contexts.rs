//! The contexts: one row each, columns apart so that a sweep touches what it reads.
//!
//! ```text
//! every tick   credits weights limits counters            account, schedule
//! when it runs heaps activities programs grants           execute, effects, collect
//! seldom       parents states names inner entries         reap, look-ups
//! ```
//!
//! Invariants: a parent is live as long as its children (terminating takes the subtree); a child's limits are
//! taken off its parent's (`inner` says how much); a context without an activity has nothing to run, no timer and
//! asks nothing. An idle context costs its columns and its heap: 300 bytes at most (tests/footprint.rs measures).
//! Absent: which host functions the grants mean (`src/bindings`), who is runnable now (`ready`).

use crate::activities::Activity;
use crate::dump::{LoadError, Persist, Reader, Writer, ensure};
use crate::heaps::Heap;
use crate::limits::{Counters, Limits};
use crate::table::table;

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

/// What a context's live children have drawn from its limits, which are lower by so much.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Inner {
    /// How many children there are.
    pub children: u32,
    /// The tasks they may have.
    pub tasks: u32,
    /// The bytes their heaps may take.
    pub heap_bytes: u64,
    /// The steps they may take.
    pub steps: u64,
}

impl Persist for Inner {
    const BYTES_MIN: usize = 24;

    fn dump(&self, to: &mut Writer) {
        self.children.dump(to);
        self.tasks.dump(to);
        self.heap_bytes.dump(to);
        self.steps.dump(to);
    }

    fn load(from: &mut Reader) -> Result<Inner, LoadError> {
        Ok(Inner {
            children: from.pod()?,
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
        /// What its children have drawn.
        inner: Option<Box<Inner>>,
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
        }
        Ok(())
    }

    /// The parent of a live context.
    pub fn parent(&self, row: usize) -> Option<ContextId> {
        ContextId::from_bits(self.parents[row])
    }
}
