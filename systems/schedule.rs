//! The schedule sweep: hands a tick's fuel to the contexts that have something to run, by weight.
//!
//! ```text
//! pool (a tick's fuel)
//! |- ctx1  weight 1                       1/4
//! `- ctx2  weight 3, has children         3/4   into its own pool, which is shared likewise:
//!    |- ctx2  its own tasks, weight 3             3/4 * 3/8
//!    `- ctx3  weight 5                            3/4 * 5/8
//! ```
//!
//! Reads weights, priorities, limits; writes credits and pools. Order: after wake, before execute; again whenever fuel was
//! given back or somebody woke.
//!
//! Weighted deficit over the tree of contexts. A pool is shared among those of the group that have something to run (a context's
//! own tasks stand beside its children with its own weight and priority), each part goes into a credit or into a pool below, and
//! what a context runs is taken from its credit afterwards. Who ran over its share (a basic block is never cut in two) owes
//! it; who ran under keeps it; who has nothing more to run gives it back to the pool it came from, and a pool nobody
//! shares any more gives to the one above. A context that ends leaves what it owes to its parent's pool. So shares are
//! exact, nesting makes nothing more, and how many tasks or children a context has plays no part.
//!
//! **Priorities** are tiers within a group. While a higher tier has something to run, all tiers below it together get
//! one part in `LOWER_TIERS_PART`, so that nobody starves; what a tier leaves goes down.
//!
//! **Latency.** A context whose tasks have something to run runs again after at most `ceil((o + 1 + r) / (f * s)) + 1` ticks,
//! where `f` is the fuel of a tick, `s` its share (the product, over the groups around it, of its weight by the sum
//! of weights in its tier, and of its tier's part), `o` the steps by which it ran over last (at most one basic block or built-in) and
//! `r` what sharing in whole units holds back: for each group, 256 times the sum of its weights, by `UNITS_PER_STEP`.
//!
//! Credits count in 1/65536 of a step, so that a tick of very little fuel is still shared by very many contexts.
//! Cost: at the beginning of a tick a few operations for each context that has something to run and each around one; later,
//! for each that is given a step or more. Absent: who is runnable (`ready`), what a step is (`isa`).

use raya_storages::contexts::Priority;
use raya_storages::fuel::{POOL_STEPS_MAX, Shares, UNITS_PER_STEP, steps_allowed};
use raya_storages::ready::TOP;

/// The tiers below one that has something to run get this part of the fuel, all together.
pub const LOWER_TIERS_PART: i64 = 16;

/// How many priorities there are.
const TIERS: usize = Priority::High as usize + 1;

/// Shares a tick's fuel out, and what was left in pools, among all that have something to run.
pub fn begin_tick(shares: &mut Shares<'_>) {
    shares.ready.begin_tick(shares.contexts);
    while shares.ready.pop_changed().is_some() {}
    shares.ready.note_change(TOP);
    let mut again = Vec::new();
    while let Some(group) = shares.ready.pop_changed() {
        if share(shares, group, true) {
            again.push(group);
        }
    }
    for group in again {
        shares.ready.note_change(group);
    }
}

/// Shares out again where fuel was given back or somebody woke.
pub fn schedule(shares: &mut Shares<'_>) {
    while let Some(group) = shares.ready.pop_changed() {
        if share(shares, group, false) {
            shares.ready.note_change(group);
        }
    }
}

/// The members of a group, summed up by tier.
#[derive(Clone, Copy, Debug, Default)]
struct Tier {
    sum: i64,
    least: i64,
    each: i64,
}

impl Tier {
    fn add(&mut self, weight: i64) {
        self.least = if self.sum == 0 {
            weight
        } else {
            self.least.min(weight)
        };
        self.sum += weight;
    }
}

/// Divides units among tiers: what each unit of weight gets.
fn divide(units: i64, tiers: &mut [Tier; TIERS]) {
    let mut rest = units;
    for at in (0..TIERS).rev() {
        let is_last = tiers[..at].iter().all(|tier| tier.sum == 0);
        let tier = &mut tiers[at];
        if tier.sum > 0 {
            let part = if is_last {
                rest
            } else {
                rest - rest / LOWER_TIERS_PART
            };
            tier.each = part / tier.sum;
            rest -= part;
        }
    }
}

fn weight(shares: &Shares<'_>, row: u32) -> (i64, usize) {
    let row = row as usize;
    let tier = shares.contexts.priorities[row] as usize;
    (i64::from(shares.contexts.weights[row]), tier)
}

/// Shares a group's pool out. At the beginning of a tick everyone gets what there is; later a sharing that gave
/// less than a step to somebody waits for more, so that all of them together cost no more than what they let run.
/// Whether it left something because of somebody who may have no more in this tick.
fn share(shares: &mut Shares<'_>, group: u32, is_first: bool) -> bool {
    let count = shares.ready.members(group).len();
    let mut tiers = [Tier::default(); TIERS];
    for &row in shares.ready.members(group) {
        let (weight, tier) = weight(shares, row);
        tiers[tier].add(weight);
    }
    let units = shares.pool_of(group).map_or(0, |pool| *pool);
    divide(units, &mut tiers);
    let suffices = |tier: &Tier| {
        let least = if is_first { 1 } else { UNITS_PER_STEP };
        tier.sum == 0 || tier.each.saturating_mul(tier.least) >= least
    };
    let gives = tiers.iter().all(suffices) && tiers.iter().any(|tier| tier.sum > 0);
    if !gives {
        tiers.iter_mut().for_each(|tier| tier.each = 0);
    }
    if gives || is_first {
        let given = give_all(shares, group, &tiers, is_first);
        if let Some(pool) = shares.pool_of(group) {
            *pool -= given;
        }
    }
    // Where everyone has all that is allowed in this tick, what is left is others'.
    if let Some(row) = shares.ready.row_of(group)
        && !shares.ready.is_active(row)
    {
        shares.give_back(row, 0);
    }
    (1..count).contains(&shares.ready.members(group).len())
}

/// Gives the members of a group their parts; how much that was.
fn give_all(shares: &mut Shares<'_>, group: u32, tiers: &[Tier; TIERS], is_first: bool) -> i64 {
    let own = shares.ready.row_of(group);
    let mut given = 0;
    // Those that may have no more in this tick take themselves out: the last member is then in their place.
    let mut at = 0;
    while let Some(&row) = shares.ready.members(group).get(at) {
        let (weight, tier) = weight(shares, row);
        let part = tiers[tier].each * weight;
        given += if Some(row) == own {
            credit(shares, row, part);
            part
        } else {
            give(shares, row, part, is_first)
        };
        at += usize::from(shares.ready.members(group).get(at) == Some(&row));
    }
    given
}

/// Gives a context and those inside it a part, as far as its limit allows; how much that was.
fn give(shares: &mut Shares<'_>, row: u32, part: i64, is_first: bool) -> i64 {
    let steps_max = shares.contexts.limits[row as usize].steps_per_tick_max;
    let mut part = part;
    if steps_max != u64::MAX {
        let group = shares.ready.ensure_group(row);
        let units_max = steps_max.min(POOL_STEPS_MAX) as i64 * UNITS_PER_STEP;
        let left = units_max - shares.ready.taken(group);
        if part > 0 {
            part = part.min(left);
            shares.ready.take(group, part);
        }
        if part == left {
            shares.ready.rest(shares.contexts, row);
        }
    }
    let group = shares.ready.group_of(row);
    if group != TOP
        && let Some(inner) = &mut shares.contexts.inner[row as usize]
    {
        inner.pool += part;
        if is_first || part > 0 {
            shares.ready.note_change(group);
        }
    } else {
        credit(shares, row, part);
    }
    part
}

fn credit(shares: &mut Shares<'_>, row: u32, units: i64) {
    let credit = &mut shares.contexts.credits[row as usize];
    *credit += units;
    if steps_allowed(*credit) > 0 {
        shares.batch.push(row);
    }
}

#[cfg(test)]
mod tests;
