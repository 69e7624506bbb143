//! The capability that `examples/arena` passes on to its mods: random numbers, a log, a clock.
//!
//! Invariants: the stream of numbers depends on the seed and on the order of calls only, which is the order of
//! contexts; the clock is the runtime's, so both are the same in every run. The log goes to standard error.

use raya_core::{Call, Capability};

/// The name that programs import it by, as `host:arena`.
pub const ARENA: &str = "arena";

/// `arena`, its numbers derived from `seed`.
pub fn arena(seed: u64) -> Capability {
    let mut state = seed;
    Capability::new(ARENA)
        .blocking("random", move |_: &Call| next(&mut state))
        .blocking("log", |call: &Call, message: &str| {
            eprintln!("{}: {message}", call.context)
        })
        .function("now", |call: &Call| call.clock_ms)
}

/// The next number in [0, 1): splitmix64, of which a double holds 53 bits.
fn next(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    (mixed >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn numbers_depend_on_the_seed_only() {
        let stream = |mut seed: u64| (0..100).map(|_| next(&mut seed)).collect::<Vec<_>>();
        assert_eq!(stream(1), stream(1));
        assert_ne!(stream(1), stream(2));
        assert!(stream(7).iter().all(|n| (0.0..1.0).contains(n)));
    }
}
