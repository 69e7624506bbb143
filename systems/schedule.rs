//! The schedule sweep: hands a tick's fuel to the contexts that have something to run, by weight.
//!
//! Reads weights; writes credits. Order: after wake, before execute; again whenever fuel was given back.
//! Weighted deficit round robin: fuel goes into a pool, the pool is shared out in proportion to weights, and what a
//! context runs is taken from its credit afterwards. A context that ran over its share (a basic block is never cut
//! in two) owes it; one that ran under keeps it; one that has nothing more to run gives it back to the pool. So shares
//! are exact, and how many tasks a context has plays no part.
//! Credits count in 1/65536 of a step, so that a tick of very little fuel is still shared by very many contexts.
//! Cost: one multiplication for each runnable context. Absent: who is runnable (`contexts`), what a step is (`isa`).

/// Units of credit in one step.
pub const UNITS_PER_STEP: i64 = 1 << 16;

/// The most fuel that a pool takes at once; more would not fit a credit.
pub const POOL_STEPS_MAX: u64 = 1 << 40;

/// Fuel that waits to be shared out, in units of credit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pool {
    /// How much. Less than the sum of weights is left over by a sharing, and goes into the next.
    pub units: i64,
}

impl Pool {
    /// Adds the fuel of a tick.
    pub fn add_steps(&mut self, steps: u64) {
        self.units += steps.min(POOL_STEPS_MAX) as i64 * UNITS_PER_STEP;
    }

    /// Takes back the credit of a context that can't use it; what it owes stays with it.
    pub fn take_back(&mut self, credit: &mut i64) {
        if *credit > 0 {
            self.units += *credit;
            *credit = 0;
        }
    }
}

/// Shares the pool out among the rows of `runnable`.
pub fn schedule(pool: &mut Pool, runnable: &[u32], weights: &[u32], credits: &mut [i64]) {
    let sum: i64 = runnable
        .iter()
        .map(|&row| i64::from(weights[row as usize]))
        .sum();
    if sum == 0 {
        return;
    }
    let each = pool.units / sum;
    if each == 0 {
        return;
    }
    for &row in runnable {
        credits[row as usize] += each * i64::from(weights[row as usize]);
    }
    pool.units -= each * sum;
}

/// The whole steps that a credit allows.
pub fn steps_allowed(credit: i64) -> u64 {
    (credit.max(0) / UNITS_PER_STEP) as u64
}

/// Takes what was run from a credit.
pub fn charge(credit: &mut i64, steps: u64) {
    *credit -= steps as i64 * UNITS_PER_STEP;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spins contexts that always run over by up to a block of `block` steps, and gives the steps of each.
    fn spin(weights: &[u32], ticks: u32, fuel: u64, block: u64) -> Vec<u64> {
        let mut credits = vec![0; weights.len()];
        let mut steps = vec![0; weights.len()];
        let rows: Vec<u32> = (0..weights.len() as u32).collect();
        let mut pool = Pool::default();
        for _ in 0..ticks {
            pool.add_steps(fuel);
            schedule(&mut pool, &rows, weights, &mut credits);
            for row in 0..weights.len() {
                let allowed = steps_allowed(credits[row]);
                if allowed > 0 {
                    let ran = allowed.next_multiple_of(block + row as u64 % 3);
                    charge(&mut credits[row], ran);
                    steps[row] += ran;
                }
            }
        }
        steps
    }

    #[test]
    fn shares_are_exact_to_a_block_whatever_the_blocks_are() {
        let weights: Vec<u32> = (0..100).map(|i| 1 << (i % 4)).collect();
        let sum: u64 = weights.iter().map(|&w| u64::from(w)).sum();
        for fuel in [1, 97, 10_000, 1_000_000] {
            let ticks = 5_000;
            let steps = spin(&weights, ticks, fuel, 7);
            for (&weight, &ran) in weights.iter().zip(&steps) {
                let share = fuel * u64::from(ticks) * u64::from(weight) / sum;
                assert!(ran.abs_diff(share) <= 10, "{ran} of {share}");
            }
        }
    }

    #[test]
    fn what_is_taken_back_is_shared_again() {
        let (mut pool, mut credits) = (Pool::default(), [0, 0, -5]);
        pool.add_steps(10);
        schedule(&mut pool, &[0, 1], &[1, 1, 1], &mut credits);
        assert_eq!(steps_allowed(credits[0]), 5);
        pool.take_back(&mut credits[0]);
        pool.take_back(&mut credits[2]);
        schedule(&mut pool, &[1], &[1, 1, 1], &mut credits);
        assert_eq!(
            (credits[0], steps_allowed(credits[1]), credits[2]),
            (0, 10, -5)
        );
    }
}
