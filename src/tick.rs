//! The tick: the sweeps, in order.
//!
//! ```text
//! take commands -> share out -> ( wake -> schedule -> execute -> attend -> effects -> reap -> account )*
//! ```
//!
//! The part in parentheses goes round until the tick's fuel is spent or everyone waits. Collection happens inside execute, where
//! an allocation asks for it. Invariants: what happens in a context depends on its own rows, its fuel and the answers it got,
//! never on threads: execution writes only the rows of its context, everything else goes in the order of rows.
//! Spans of `tracing`, where somebody listens: the tick and each sweep at debug level, each context's turn at trace level.
//! Absent: what sweeps do (`systems`, `cell`), what contexts ask for (`effects`), entries (`entries`).

use crate::cell::{Note, run_batch};
use crate::effects::Server;
use crate::handle;
use crate::runtime::Runtime;
use crate::{TickBudget, TickReport};
use raya_storages::contexts::hold;
use raya_storages::fuel::Shares;
use raya_storages::ready::{TOP, is_runnable};
use raya_storages::timers::ELAPSED_MS_MAX;
use raya_systems::account;
use raya_systems::effects::effects;
use raya_systems::schedule;
use raya_systems::wake::wake;
use tracing::debug_span;

/// Fuel of the ticks that `run_until_idle` makes.
const IDLE_TICK_FUEL: u64 = 100_000_000;

impl Runtime {
    /// Runs contexts until the budget is used up or all of them wait.
    pub fn tick(&mut self, budget: TickBudget) -> TickReport {
        while let Ok(command) = self.commands.try_recv() {
            handle::apply(self, command);
        }
        self.take_answers();
        self.time.ticks += 1;
        let _span = debug_span!("tick", number = self.time.ticks).entered();
        let end_ms = self.time.clock_ms + budget.elapsed_ms.clamp(0.0, ELAPSED_MS_MAX).max(0.0);
        self.time.pool.add_steps(budget.fuel);
        let mut report = TickReport {
            tick: self.time.ticks,
            ..TickReport::default()
        };
        account::begin_tick(&mut self.contexts.counters, &mut self.ran);
        debug_span!("share_out").in_scope(|| schedule::begin_tick(&mut self.shares()));
        loop {
            debug_span!("wake")
                .in_scope(|| wake(&mut self.contexts, &mut self.ready, self.time.clock_ms));
            let batch = debug_span!("schedule").in_scope(|| self.schedule());
            if batch.is_empty() {
                self.spare_batch = batch;
                if self.advance_to_sleeper(end_ms) {
                    continue;
                }
                break;
            }
            self.note_first_runs(&batch);
            let ran =
                debug_span!("execute", contexts = batch.len()).in_scope(|| run_batch(self, &batch));
            report.steps += ran.steps;
            debug_span!("attend").in_scope(|| self.attend(ran.notes));
            report.requests_served +=
                debug_span!("effects").in_scope(|| effects(&mut Server(self), &batch));
            report.entries_ended += debug_span!("reap").in_scope(|| self.reap(&batch));
            debug_span!("account").in_scope(|| account::account(&mut self.shares(), &batch));
            self.spare_batch = batch;
        }
        self.time.clock_ms = end_ms;
        self.end_tick(&mut report);
        report
    }

    /// Where everyone waits, lets the clock go on to the next sleeper whose time comes within the tick: who sleeps wakes
    /// when it is due, however long the ticks are.
    fn advance_to_sleeper(&mut self, end_ms: f64) -> bool {
        if self.ready.runnable() > 0 {
            return false;
        }
        match self.ready.next_due_ms(&self.contexts) {
            Some(due) if due > self.time.clock_ms && due <= end_ms => {
                self.time.clock_ms = due;
                true
            }
            _ => false,
        }
    }

    /// Ticks until nobody can run and nobody sleeps, letting the clock jump to whatever is due next. Never returns if a
    /// program never ends.
    pub fn run_until_idle(&mut self) -> TickReport {
        let mut total = TickReport::default();
        loop {
            let elapsed_ms = match self.ready.next_due_ms(&self.contexts) {
                Some(due) if self.ready.runnable() == 0 => due - self.time.clock_ms,
                _ => 0.0,
            };
            let report = self.tick(TickBudget {
                fuel: IDLE_TICK_FUEL,
                elapsed_ms,
            });
            total = TickReport {
                steps: total.steps + report.steps,
                requests_served: total.requests_served + report.requests_served,
                entries_ended: total.entries_ended + report.entries_ended,
                contexts_run: total.contexts_run + report.contexts_run,
                ..report
            };
            if report.runnable == 0 && report.sleeping == 0 {
                return total;
            }
        }
    }

    /// What the schedule works on.
    pub(crate) fn shares(&mut self) -> Shares<'_> {
        Shares {
            contexts: &mut self.contexts,
            ready: &mut self.ready,
            pool: &mut self.time.pool,
            batch: &mut self.batch,
        }
    }

    /// Shares out what was given back; gives the rows that run now, in order.
    fn schedule(&mut self) -> Vec<u32> {
        schedule::schedule(&mut self.shares());
        let mut batch = std::mem::replace(&mut self.batch, std::mem::take(&mut self.spare_batch));
        self.batch.clear();
        batch.sort_unstable();
        batch.dedup();
        batch.retain(|&row| is_runnable(&self.contexts, row));
        batch
    }

    /// Takes note of those that run for the first time in this tick.
    fn note_first_runs(&mut self, batch: &[u32]) {
        let counters = &self.contexts.counters;
        let is_first = |row: &&u32| counters[**row as usize].steps_last_tick == 0;
        self.ran.extend(batch.iter().filter(is_first));
    }

    /// Reads outcomes and drops what is done.
    fn reap(&mut self, batch: &[u32]) -> u64 {
        batch
            .iter()
            .map(|&row| {
                let ended = self.reap_entries(row as usize);
                self.sweep_pins(row as usize);
                self.settle_down(row as usize);
                ended
            })
            .sum()
    }

    /// Drops the activity of a context where nothing goes on any more, and takes note of the others.
    pub(crate) fn settle_down(&mut self, row: usize) {
        self.count_inline_calls(row);
        if let Some(activity) = self.contexts.activities[row].as_mut() {
            raya_systems::reap::reap(activity);
            self.drop_idle(row);
        }
        self.ready.update(&self.contexts, row as u32);
    }

    /// Drops an activity in which nothing goes on.
    pub(crate) fn drop_idle(&mut self, row: usize) {
        if let Some(mut idle) = self.contexts.activities[row].take_if(|a| a.is_idle()) {
            // Its allocations serve the next to become active.
            idle.clear();
            self.spare.push(idle);
        }
    }

    fn end_tick(&mut self, report: &mut TickReport) {
        self.ran.sort_unstable();
        self.ran.dedup();
        report.contexts_run = self.ran.len() as u64;
        self.spare.truncate((report.contexts_run as usize).max(1));
        while let Some(row) = self.held_this_tick.pop() {
            self.contexts.holds[row as usize] &= !hold::TICK;
            self.ready.update(&self.contexts, row);
        }
        report.runnable = self.ready.runnable();
        report.sleeping = self
            .ready
            .next_due_ms(&self.contexts)
            .map_or(0, |_| self.ready.sleeping() as u64);
        if self.ready.members(TOP).is_empty() {
            // Fuel is not saved up for later ticks.
            self.time.pool.units = 0;
        }
    }

    /// Runs one context, outside of ticks, for the fuel that is asked for each time, until that is none or it has nothing
    /// more to run.
    pub(crate) fn run_while(&mut self, row: usize, fuel: impl Fn(&Runtime) -> Option<u64>) {
        let id = self.contexts.id_at(row).expect("a live row");
        while let Some(fuel) = fuel(self)
            && is_runnable(&self.contexts, row as u32)
        {
            let ran = self.cell(row).run(fuel);
            self.attend_outside(row, ran.notes);
            if self.contexts.find(id).is_some() {
                self.serve_asked(row);
            }
            if self.contexts.find(id).is_none() {
                return;
            }
            self.reap_entries(row);
        }
    }

    /// Attends to what happened in a context outside of ticks: there is no next tick to wait for.
    pub(crate) fn attend_outside(&mut self, row: usize, notes: Vec<Note>) {
        if !notes.is_empty() {
            self.attend(notes);
            self.contexts.holds[row] &= !hold::TICK;
        }
    }
}
