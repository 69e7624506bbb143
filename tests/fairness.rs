//! Shares of fuel: exact by weight, whatever contexts do.

mod common;

use common::{context, runtime, start, ticks};
use raya_core::VmOptions;

#[test]
fn spec_t7_5_shares_are_exact_and_spec_t7_8_follow_weights() {
    let mut runtime = runtime(2);
    let contexts: Vec<_> = (0..100)
        .map(|i| {
            let options = VmOptions {
                weight: 1 << (i % 4),
                max_tasks: 1001,
                ..VmOptions::default()
            };
            let id = context(&mut runtime, options);
            if i == 7 {
                // A thousand more that want to run.
                for _ in 0..1000 {
                    start(&mut runtime, id, "spin", &[]);
                }
            } else {
                start(&mut runtime, id, "spin", &[]);
            }
            id
        })
        .collect();
    let (count, fuel) = (200, 375_000);
    ticks(&mut runtime, count, fuel);
    let weights: u64 = (0..100).map(|i| 1 << (i % 4)).sum();
    for (i, &id) in contexts.iter().enumerate() {
        let steps = runtime.vm(id).expect("is live").stats().steps_executed as f64;
        let share = (u64::from(count) * fuel * (1 << (i % 4))) as f64 / weights as f64;
        assert!(
            (steps - share).abs() / share < 0.001,
            "context {i}: {steps} of {share}"
        );
    }
}

#[test]
fn what_sleepers_leave_goes_to_others() {
    let mut runtime = runtime(1);
    let (a, b) = (
        context(&mut runtime, VmOptions::default()),
        context(&mut runtime, VmOptions::default()),
    );
    start(&mut runtime, a, "spin", &[]);
    start(&mut runtime, b, "main", &[]);
    ticks(&mut runtime, 1, 10_000);
    let steps = |runtime: &mut raya_core::Runtime, id| {
        runtime.vm(id).expect("is live").stats().steps_executed
    };
    assert!(steps(&mut runtime, a) > 9_900);
    assert!(steps(&mut runtime, b) < 50);
}

#[test]
fn a_cap_on_steps_a_tick_holds() {
    let mut runtime = runtime(1);
    let options = VmOptions {
        max_steps_per_tick: Some(100),
        ..VmOptions::default()
    };
    let (a, b) = (
        context(&mut runtime, options),
        context(&mut runtime, VmOptions::default()),
    );
    start(&mut runtime, a, "spin", &[]);
    start(&mut runtime, b, "spin", &[]);
    ticks(&mut runtime, 10, 10_000);
    let steps = runtime.vm(a).expect("is live").stats().steps_executed;
    assert!((1000..1100).contains(&steps), "{steps}");
    let steps = runtime.vm(b).expect("is live").stats().steps_executed;
    assert!(steps > 98_000, "{steps}");
}
