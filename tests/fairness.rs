//! Shares of fuel: exact by weight, whatever contexts do.

mod common;
#[path = "common/script.rs"]
mod script;

use common::{context, runtime, start, ticks};
use proptest::prelude::*;
use raya_core::{ContextId, Priority, Runtime, TickBudget, Value, VmOptions};

/// Steps that a context has run.
fn steps(runtime: &mut Runtime, id: ContextId) -> u64 {
    runtime.vm(id).expect("is live").stats().steps_executed
}

/// A context to be: which of those before it is its parent, its weight, and how many tasks it has.
#[derive(Clone, Debug)]
struct Plan {
    parent: Option<usize>,
    weight: u32,
    tasks: u32,
}

fn plans(count: usize) -> impl Strategy<Value = Vec<Plan>> {
    let plan = (
        any::<u16>(),
        1u32..=10,
        prop_oneof![9 => 1u32..4, 1 => 50u32..80],
    );
    prop::collection::vec(plan, count).prop_map(|plans| {
        let plans = plans.into_iter().enumerate();
        plans
            .map(|(at, (pick, weight, tasks))| Plan {
                parent: (at > 0 && pick % 3 > 0).then(|| match pick % 3 {
                    // Now and then a chain, so that trees get deep.
                    1 if pick % 2 == 0 => at - 1,
                    _ => usize::from(pick) % at,
                }),
                weight,
                tasks,
            })
            .collect()
    })
}

/// Makes the contexts and lets their tasks spin. Every third allocates without end instead.
fn spinning(runtime: &mut Runtime, plans: &[Plan]) -> Vec<ContextId> {
    let mut sizes: Vec<(u64, u32)> = plans.iter().map(|p| (1 << 20, p.tasks + 1)).collect();
    for at in (0..plans.len()).rev() {
        if let Some(parent) = plans[at].parent {
            sizes[parent].0 += sizes[at].0;
            sizes[parent].1 += sizes[at].1;
        }
    }
    let mut ids: Vec<ContextId> = Vec::new();
    for (plan, (max_heap_bytes, max_tasks)) in plans.iter().zip(sizes) {
        let options = VmOptions {
            parent: plan.parent.map(|at| ids[at]),
            weight: plan.weight,
            max_heap_bytes,
            max_tasks,
            ..VmOptions::default()
        };
        ids.push(context(runtime, options));
    }
    for (at, (plan, &id)) in plans.iter().zip(&ids).enumerate() {
        for _ in 0..plan.tasks {
            match at % 3 {
                0 => start(runtime, id, "churn", &[1e12]),
                _ => start(runtime, id, "spin", &[]),
            };
        }
    }
    ids
}

/// The part of the fuel of each context's own tasks.
fn parts(plans: &[Plan]) -> Vec<f64> {
    let mut sums: Vec<f64> = plans.iter().map(|p| f64::from(p.weight)).collect();
    let mut top = 0.0;
    for plan in plans {
        match plan.parent {
            Some(parent) => sums[parent] += f64::from(plan.weight),
            None => top += f64::from(plan.weight),
        }
    }
    // What is each one's and its children's; parents come first.
    let mut subtrees: Vec<f64> = Vec::new();
    for plan in plans {
        let weight = f64::from(plan.weight);
        subtrees.push(match plan.parent {
            Some(parent) => subtrees[parent] * weight / sums[parent],
            None => weight / top,
        });
    }
    let all = plans.iter().zip(&subtrees).zip(&sums);
    all.map(|((plan, subtree), sum)| subtree * f64::from(plan.weight) / sum)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, max_shrink_iters: 0, failure_persistence: None, ..ProptestConfig::default() })]

    /// A thousand contexts in a random tree, with random weights and numbers of tasks, a third of them allocating.
    #[test]
    fn spec_t7_5_shares_of_a_thousand_deviate_by_less_than_a_thousandth(plans in plans(1_000)) {
        let mut runtime = runtime(2);
        let ids = spinning(&mut runtime, &plans);
        let (count, fuel) = (100, 1_000_000);
        ticks(&mut runtime, count, fuel);
        let parts = parts(&plans);
        let all: u64 = ids.iter().map(|&id| steps(&mut runtime, id)).sum();
        prop_assert!(all.abs_diff(u64::from(count) * fuel) < 2_000 * 1_000, "{all}");
        let mut compared = 0;
        for (at, (&id, part)) in ids.iter().zip(parts).enumerate() {
            let share = part * f64::from(count) * fuel as f64;
            let deviation = (steps(&mut runtime, id) as f64 - share).abs();
            // Between them are one block and what sharing holds back; to allocate, and to collect, is one block.
            let most = if at % 3 == 0 { 2_000.0 } else { 10.0 };
            prop_assert!(deviation <= most, "{:?}: {deviation} off {share}", plans[at]);
            if share > 1_000.0 * most {
                prop_assert!(deviation / share < 0.001);
                compared += 1;
            }
        }
        prop_assert!(compared > 200, "{compared}");
    }
}

#[test]
fn priorities_are_tiers_and_the_lower_ones_never_starve() {
    let mut runtime = runtime(1);
    let tiers = [Priority::Background, Priority::Normal, Priority::High];
    let ids = tiers.map(|priority| {
        let options = VmOptions {
            priority,
            ..VmOptions::default()
        };
        context(&mut runtime, options)
    });
    for id in ids {
        start(&mut runtime, id, "spin", &[]);
    }
    ticks(&mut runtime, 100, 256_000);
    let shares = [1.0, 15.0, 240.0].map(|part| part * 100_000.0);
    for (id, share) in ids.into_iter().zip(shares) {
        let ran = steps(&mut runtime, id) as f64;
        assert!((ran - share).abs() < 20.0, "{ran} of {share}");
    }
    // Without the high one, the normal one is the highest.
    runtime.vm(ids[2]).expect("is live").terminate();
    let before = ids.map(|id| runtime.vm(id).map_or(0, |vm| vm.stats().steps_executed));
    ticks(&mut runtime, 100, 256_000);
    let ran = steps(&mut runtime, ids[0]) - before[0];
    assert!(ran.abs_diff(1_600_000) < 20, "{ran}");
    let ran = steps(&mut runtime, ids[1]) - before[1];
    assert!(ran.abs_diff(24_000_000) < 20, "{ran}");
}

#[test]
fn a_runnable_context_runs_as_soon_as_its_share_allows() {
    let mut runtime = runtime(1);
    let ids: Vec<ContextId> = (0..1_000)
        .map(|i| {
            let options = VmOptions {
                weight: 1 + i % 4,
                ..VmOptions::default()
            };
            let id = context(&mut runtime, options);
            start(&mut runtime, id, "spin", &[]);
            id
        })
        .collect();
    let (fuel, weights, block) = (100.0, 2_500.0, 8.0);
    ticks(&mut runtime, 1_000, fuel as u64);
    let mut before: Vec<u64> = ids.iter().map(|&id| steps(&mut runtime, id)).collect();
    let mut waited = vec![0.0; ids.len()];
    for _ in 0..1_000 {
        runtime.tick(TickBudget::fuel(fuel as u64));
        for (i, &id) in ids.iter().enumerate() {
            let ran = steps(&mut runtime, id);
            waited[i] = if ran > before[i] {
                0.0
            } else {
                waited[i] + 1.0
            };
            before[i] = ran;
            let share = (1 + i % 4) as f64 / weights;
            let most = f64::ceil((block + 1.0 + 1.0) / (fuel * share)) + 1.0;
            assert!(waited[i] <= most, "{i} waits for {} of {most}", waited[i]);
        }
    }
}

#[test]
fn a_limit_a_tick_holds_for_all_that_is_inside() {
    let mut runtime = runtime(1);
    let outer = context(
        &mut runtime,
        VmOptions {
            max_steps_per_tick: Some(1_000),
            ..VmOptions::default()
        },
    );
    let inner: Vec<ContextId> = (0..3)
        .map(|_| {
            let options = VmOptions {
                parent: Some(outer),
                max_heap_bytes: 1 << 20,
                max_tasks: 10,
                ..VmOptions::default()
            };
            context(&mut runtime, options)
        })
        .collect();
    start(&mut runtime, outer, "spin", &[]);
    for &id in &inner {
        start(&mut runtime, id, "spin", &[]);
    }
    ticks(&mut runtime, 100, 1_000_000);
    let all =
        steps(&mut runtime, outer) + inner.iter().map(|&id| steps(&mut runtime, id)).sum::<u64>();
    assert!(all.abs_diff(100_000) < 100, "{all}");
}

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

const GUESTS: script::Programs = &[
    (
        "./host.rbin",
        r#"
import { Priority, Vm } from "raya:vm";
import { sleep } from "raya:time";

/** What two spinning children have run after a while, the second of this weight and priority. */
export async function shares(weight: number, priority: Priority): Promise<number[]> {
  const vms = [new Vm({ priority }), new Vm({ weight, priority: "normal" })];
  vms[0].setPriority("normal");
  vms[1].setPriority(priority);
  for (const vm of vms) {
    vm.loadRbin("./spin.rbin");
    vm.runEntry("spin");
  }
  await sleep(1000);
  return vms.map((vm) => vm.getStats().stepsExecuted);
}
"#,
    ),
    (
        "./spin.rbin",
        "export function spin(): void { while (true) {} }",
    ),
];

#[test]
fn spec_t7_8_guests_set_weights_and_priorities() {
    for (weight, priority, expected) in [
        (1.0, "normal", 1.0),
        (3.0, "normal", 3.0),
        (3.0, "high", 15.0),
    ] {
        let args = vec![Value::Number(weight), Value::String(priority.into())];
        let Ok(Value::Array(steps)) = script::run(GUESTS, "shares", args, (1, false)) else {
            panic!("no shares");
        };
        let [Value::Number(a), Value::Number(b)] = steps[..] else {
            panic!("{steps:?}");
        };
        // Until the second is there, the first has all.
        assert!((b / a / expected - 1.0).abs() < 0.02, "{a} {b} {expected}");
    }
}
