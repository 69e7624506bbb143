//! Sharing over hand-made trees of contexts that run over by whole blocks, against shares worked out in fractions.

use super::*;
use crate::account;
use proptest::prelude::*;
use raya_storages::activities::Activity;
use raya_storages::contexts::{ContextId, ContextRow, Contexts};
use raya_storages::fuel::{Pool, charge};
use raya_storages::limits::Limits;
use raya_storages::ready::Ready;

/// A context to be: which of those before it is its parent, its weight, its priority, and the steps of its blocks.
type Plan = (Option<usize>, u32, Priority, u64);

struct World {
    contexts: Contexts,
    ready: Ready,
    pool: Pool,
    batch: Vec<u32>,
    blocks: Vec<u64>,
    ran: Vec<u64>,
}

fn runs(runs: bool) -> Option<Box<Activity>> {
    Some(Box::new(Activity {
        running: u32::from(runs),
        ..Activity::default()
    }))
}

impl World {
    fn new(plans: &[Plan]) -> World {
        let mut world = World {
            contexts: Contexts::default(),
            ready: Ready::default(),
            pool: Pool::default(),
            batch: Vec::new(),
            blocks: Vec::new(),
            ran: Vec::new(),
        };
        let mut ids: Vec<ContextId> = Vec::new();
        for &(parent, weight, priority, block) in plans {
            let parent = parent.map(|at| ids[at]);
            ids.push(world.add(parent, weight, priority, block));
        }
        for id in ids {
            world.set(id.index() as u32, true);
        }
        world
    }

    fn add(
        &mut self,
        parent: Option<ContextId>,
        weights: u32,
        priorities: Priority,
        block: u64,
    ) -> ContextId {
        let id = self.contexts.insert(ContextRow {
            parents: parent.map_or(0, ContextId::to_bits),
            weights,
            priorities,
            limits: Limits {
                steps_max: u64::MAX,
                steps_per_tick_max: u64::MAX,
                ..Limits::default()
            },
            ..ContextRow::default()
        });
        if let Some(parent) = parent {
            let inner = self.contexts.inner_mut(parent.index());
            inner.children.insert(id.index() as u32);
        }
        self.blocks.resize(self.contexts.capacity(), 0);
        self.ran.resize(self.contexts.capacity(), 0);
        self.blocks[id.index()] = block;
        id
    }

    fn shares(&mut self) -> Shares<'_> {
        Shares {
            contexts: &mut self.contexts,
            ready: &mut self.ready,
            pool: &mut self.pool,
            batch: &mut self.batch,
        }
    }

    /// Gives a context something to run, or nothing.
    fn set(&mut self, row: u32, running: bool) {
        self.contexts.activities[row as usize] = runs(running);
        self.ready.update(&self.contexts, row);
    }

    fn end(&mut self, row: u32) {
        let parent = self.contexts.parent(row as usize);
        account::close(&mut self.shares(), row);
        let id = self.contexts.id_at(row as usize).expect("is live");
        self.contexts.free(id);
        if let Some(parent) = parent {
            self.contexts.strike_off(parent.index(), row as usize);
        }
    }

    /// A tick in which those that `stop` have done all they have to after so many steps.
    fn tick(&mut self, fuel: u64, stops: &dyn Fn(u32) -> Option<u64>) {
        self.pool.add_steps(fuel);
        begin_tick(&mut self.shares());
        loop {
            schedule(&mut self.shares());
            let mut batch = std::mem::take(&mut self.batch);
            batch.sort_unstable();
            batch.dedup();
            if batch.is_empty() {
                break;
            }
            for &row in &batch {
                self.run(row, stops(row));
            }
            account::account(&mut self.shares(), &batch);
        }
        if self.ready.members(TOP).is_empty() {
            self.pool.units = 0;
        }
    }

    fn run(&mut self, row: u32, stop: Option<u64>) {
        let at = row as usize;
        let allowed = steps_allowed(self.contexts.credits[at]);
        assert!(allowed > 0, "who is in the batch can run");
        let steps = match stop {
            Some(stop) if stop <= allowed => stop,
            _ => (allowed + 1).next_multiple_of(self.blocks[at]),
        };
        charge(&mut self.contexts.credits[at], steps);
        self.ran[at] += steps;
        self.set(row, stop.is_none_or(|stop| stop > allowed));
    }

    /// All units there are: in pools and credits, and what was run.
    fn units(&self) -> i128 {
        let rows = || self.contexts.ids().map(|id| id.index());
        let credits = rows().map(|row| i128::from(self.contexts.credits[row]));
        let pools = rows()
            .filter_map(|row| self.contexts.inner[row].as_ref())
            .map(|inner| i128::from(inner.pool));
        let ran = self.ran.iter().map(|&steps| i128::from(steps) << 16);
        credits.sum::<i128>()
            + pools.sum::<i128>()
            + ran.sum::<i128>()
            + i128::from(self.pool.units)
    }

    /// The part of a tick's fuel that each context's tasks should get.
    fn parts(&self) -> Vec<f64> {
        let rows: Vec<usize> = self.contexts.ids().map(|id| id.index()).collect();
        let mut parts = vec![0.0; self.contexts.capacity()];
        let is_own_active = |row: usize| self.ready.stands(row as u32);
        self.split(1.0, None, &rows, &is_own_active, &mut parts);
        parts
    }

    fn split(
        &self,
        part: f64,
        group: Option<usize>,
        rows: &[usize],
        runs: &dyn Fn(usize) -> bool,
        parts: &mut [f64],
    ) {
        let children = rows.iter().copied().filter(|&row| {
            self.contexts.parent(row).map(ContextId::index) == group && self.is_any(row, rows, runs)
        });
        let mut sharers: Vec<(usize, bool)> = children.map(|row| (row, false)).collect();
        sharers.extend(group.filter(|&row| runs(row)).map(|row| (row, true)));
        let tier_of = |row: usize| self.contexts.priorities[row];
        let mut rest = part;
        for tier in [Priority::High, Priority::Normal, Priority::Background] {
            let of_tier = || sharers.iter().filter(|(row, _)| tier_of(*row) == tier);
            let sum: f64 = of_tier()
                .map(|(row, _)| f64::from(self.contexts.weights[*row]))
                .sum();
            if sum == 0.0 {
                continue;
            }
            let has_lower = sharers.iter().any(|(row, _)| tier_of(*row) < tier);
            let mine = if has_lower { rest * 15.0 / 16.0 } else { rest };
            rest -= mine;
            for &(row, is_own) in of_tier() {
                let share = mine * f64::from(self.contexts.weights[row]) / sum;
                if is_own || self.contexts.inner[row].is_none() {
                    parts[row] += share;
                } else {
                    self.split(share, Some(row), rows, runs, parts);
                }
            }
        }
    }

    fn is_any(&self, row: usize, rows: &[usize], runs: &dyn Fn(usize) -> bool) -> bool {
        let inside =
            |&&child: &&usize| self.contexts.parent(child).map(ContextId::index) == Some(row);
        runs(row)
            || (self.contexts.inner[row].is_some()
                && rows
                    .iter()
                    .filter(inside)
                    .any(|&child| self.is_any(child, rows, runs)))
    }
}

fn priority() -> impl Strategy<Value = Priority> {
    prop_oneof![
        1 => Just(Priority::Background),
        4 => Just(Priority::Normal),
        1 => Just(Priority::High),
    ]
}

fn plans(count: std::ops::Range<usize>, weight_max: u32) -> impl Strategy<Value = Vec<Plan>> {
    let plan = (any::<u16>(), 1..=weight_max, priority(), 1u64..40);
    prop::collection::vec(plan, count).prop_map(|plans| {
        let parent = |at: usize, pick: u16| match usize::from(pick) % 4 {
            _ if at == 0 => None,
            0 => None,
            // Now and then a chain, so that trees get deep.
            1 => Some(at - 1),
            _ => Some(usize::from(pick) % at),
        };
        let plans = plans.into_iter().enumerate();
        plans
            .map(|(at, (pick, weight, priority, block))| {
                (parent(at, pick), weight, priority, block)
            })
            .collect()
    })
}

const FOREVER: &dyn Fn(u32) -> Option<u64> = &|_| None;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any mix of weights, depths and priorities: what each has run is its part, to one block and what sharing holds back.
    #[test]
    fn shares_are_exact_to_a_block(plans in plans(1..60, 1 << 16), fuel in 1u64..100_000_000, ticks in 1u32..100) {
        let mut world = World::new(&plans);
        for _ in 0..ticks {
            world.tick(fuel, FOREVER);
        }
        let held_back = 256.0 * plans.iter().map(|p| f64::from(p.1)).sum::<f64>() / UNITS_PER_STEP as f64;
        let given = fuel as f64 * f64::from(ticks);
        for (row, part) in world.parts().into_iter().enumerate() {
            let (ran, share) = (world.ran[row] as f64, given * part);
            let most = world.blocks[row] as f64 + 1.0 + held_back;
            prop_assert!((ran - share).abs() <= most + share * 1e-6, "{row}: {ran} of {share}, most {most}");
        }
    }

    /// As they come and go between ticks, what each has run stays the sum of its parts.
    #[test]
    fn shares_are_exact_as_contexts_come_and_go(
        plans in plans(2..40, 64),
        toggles in prop::collection::vec(prop::collection::vec(any::<u16>(), 0..4), 1..60),
    ) {
        let mut world = World::new(&plans);
        let (fuel, mut shares) = (1_000_000, vec![0.0; plans.len()]);
        for rows in &toggles {
            for &row in rows {
                let row = u32::from(row) % plans.len() as u32;
                let runs = world.ready.stands(row);
                world.set(row, !runs);
            }
            for (share, part) in shares.iter_mut().zip(world.parts()) {
                *share += part * fuel as f64;
            }
            world.tick(fuel, FOREVER);
        }
        for (row, share) in shares.into_iter().enumerate() {
            // What is held back, and what is owed by those who stopped, goes to others at each change.
            let most = world.blocks[row] as f64 + 41.0 * toggles.len() as f64;
            let ran = world.ran[row] as f64;
            prop_assert!((ran - share).abs() <= most, "{row}: {ran} of {share}, most {most}");
        }
    }

    /// Nothing is made and nothing lost, whoever stops, wakes or ends; and the index stays sound.
    #[test]
    fn fuel_is_conserved(
        plans in plans(2..30, 300),
        events in prop::collection::vec((any::<u16>(), 0u8..4, 1u64..5_000), 1..60),
    ) {
        let mut world = World::new(&plans);
        // Always one that has something to run, so that nothing is dropped at the end of a tick.
        let spinner = world.add(None, 1, Priority::Normal, 3).index() as u32;
        world.set(spinner, true);
        let mut live: Vec<bool> = vec![true; plans.len()];
        let (fuel, mut given) = (10_000u64, 0i128);
        for (pick, event, stop) in events {
            let row = u32::from(pick) % plans.len() as u32;
            let has_children = world.contexts.inner[row as usize].is_some();
            if live[row as usize] {
                match event {
                    0 => world.set(row, true),
                    1 => world.set(row, false),
                    2 if !has_children && world.contexts.parent(row as usize).is_some() => {
                        world.end(row);
                        live[row as usize] = false;
                    }
                    _ => {}
                }
            }
            world.tick(fuel, &|at| (at == row).then_some(stop));
            given += i128::from(fuel) << 16;
            prop_assert_eq!(world.units(), given);
        }
    }

    /// Whoever has something to run runs again as soon as the header says.
    #[test]
    fn latency_is_bounded(plans in plans(1..30, 8), fuel in 1u64..3_000) {
        let mut world = World::new(&plans);
        let parts = world.parts();
        let weights: f64 = plans.iter().map(|p| f64::from(p.1)).sum();
        let (mut last, mut before) = (vec![0u64; plans.len()], world.ran.clone());
        for tick in 1..300u64 {
            world.tick(fuel, FOREVER);
            for row in 0..plans.len() {
                let over = world.blocks[row] as f64;
                let held_back = 256.0 * weights / UNITS_PER_STEP as f64;
                let most = ((over + 1.0 + held_back) / (fuel as f64 * parts[row])).ceil() + 1.0;
                prop_assert!((tick - last[row]) as f64 <= most, "{row}: {} of {most}", tick - last[row]);
                if world.ran[row] > before[row] {
                    last[row] = tick;
                }
            }
            before.clone_from(&world.ran);
        }
    }
}

#[test]
fn what_is_taken_back_is_shared_again() {
    let plan = |weight| (None, weight, Priority::Normal, 1);
    let mut world = World::new(&[plan(1), plan(1)]);
    world.tick(1_000, &|row| (row == 0).then_some(10));
    assert_eq!(world.ran[0], 10);
    assert!((990..=992).contains(&world.ran[1]), "{}", world.ran[1]);
}

#[test]
fn what_a_child_leaves_goes_to_its_kin_first() {
    let plan = |parent| (parent, 1, Priority::Normal, 1);
    let mut world = World::new(&[plan(None), plan(None), plan(Some(1)), plan(Some(1))]);
    world.tick(1_200, &|row| (row == 2).then_some(0));
    // Half for the tree of 1: 300 for each of 1 and 3, the part of 2 being theirs.
    for (row, share) in [(0, 600), (1, 300), (2, 0), (3, 300)] {
        assert!(
            world.ran[row].abs_diff(share) <= 3,
            "{row}: {}",
            world.ran[row]
        );
    }
}

#[test]
fn a_limit_a_tick_holds_for_all_inside_and_is_exact_over_ticks() {
    let plan = |parent, block| (parent, 1, Priority::Normal, block);
    let mut world = World::new(&[
        plan(None, 7),
        plan(None, 7),
        plan(Some(1), 30),
        plan(Some(2), 50),
    ]);
    world.contexts.limits[1].steps_per_tick_max = 100;
    for _ in 0..1_000 {
        world.tick(10_000, FOREVER);
    }
    let inside: u64 = world.ran[1..].iter().sum();
    assert!(inside.abs_diff(100_000) <= 90, "{inside}");
    // What they may not have is the other's.
    let all: u64 = world.ran.iter().sum();
    assert!(all.abs_diff(10_000_000) <= 100, "{all}");
}

#[test]
fn a_thousand_children_get_no_more_than_their_parent() {
    let mut plans = vec![
        (None, 1, Priority::Normal, 5),
        (None, 1, Priority::Normal, 5),
    ];
    plans.extend((0..1_000).map(|_| (Some(1), 1 << 16, Priority::High, 5)));
    let mut world = World::new(&plans);
    for _ in 0..100 {
        world.tick(100_000, FOREVER);
    }
    assert!(
        world.ran[0].abs_diff(5_000_000) <= 1_100,
        "{}",
        world.ran[0]
    );
}

#[test]
fn children_that_end_owing_leave_it_to_their_parent() {
    let plan = |parent| (parent, 1, Priority::Normal, 5);
    let mut world = World::new(&[plan(None), plan(None)]);
    let root = world.contexts.id_at(1).expect("is live");
    for _ in 0..100 {
        // Each runs one huge block and is gone.
        let child = world.add(Some(root), 1 << 10, Priority::High, 50_000);
        world.set(child.index() as u32, true);
        world.tick(1_000, FOREVER);
        world.end(child.index() as u32);
    }
    let (other, tree) = (world.ran[0], world.ran[1..].iter().sum::<u64>());
    assert!(other.abs_diff(50_000) <= 200, "{other}");
    assert!(tree <= 50_000 + 50_000, "{tree}");
}
