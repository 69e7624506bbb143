//! The same inputs give the same bytes: on any number of threads, in any slices, with dumps and loads at every stop.

mod common;

use common::{context, number, runtime, start, with_world};
use raya_core::{Runtime, TaskId, TickBudget, VmOptions};

/// Some contexts that compute, allocate, call the host, sleep and fail.
fn populate(runtime: &mut Runtime) -> Vec<TaskId> {
    let mut tasks = Vec::new();
    for i in 0..24 {
        let id = context(
            runtime,
            VmOptions {
                weight: 1 + i % 3,
                max_heap_bytes: 1 << 18,
                ..with_world()
            },
        );
        let n = f64::from(i);
        tasks.push(start(runtime, id, "sum", &[50.0 + n]));
        tasks.push(start(runtime, id, "churn", &[n]));
        tasks.push(start(runtime, id, "twice", &[n]));
        tasks.push(start(runtime, id, "slow", &[n]));
        tasks.push(start(runtime, id, "later", &[n - 3.0]));
        tasks.push(start(runtime, id, "nap", &[n * 7.0]));
        tasks.push(start(runtime, id, "random", &[]));
        tasks.push(start(runtime, id, "throws", &[]));
        tasks.push(start(runtime, id, "recurse", &[]));
        tasks.push(start(runtime, id, "grow", &[]));
    }
    tasks
}

/// The hash after each tick, and what became of all tasks.
fn history(threads: usize, fuel: u64, count: u32, reload: bool) -> (Vec<u64>, String) {
    let mut runtime = runtime(threads);
    let tasks = populate(&mut runtime);
    let mut hashes = Vec::new();
    for _ in 0..count {
        runtime.tick(TickBudget {
            fuel,
            elapsed_ms: 1.0,
        });
        hashes.push(runtime.hash());
        if reload {
            runtime = reloaded(&runtime, threads);
        }
    }
    let outcomes: Vec<_> = tasks.iter().map(|&task| runtime.task(task)).collect();
    (hashes, format!("{outcomes:?}"))
}

/// Dumped, and loaded into a new runtime whose `world` is in the state that the old one's would be in.
fn reloaded(runtime: &Runtime, threads: usize) -> Runtime {
    let bytes = runtime.dump();
    let mut loaded = stateless(threads);
    loaded.load(&bytes).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(loaded.hash(), runtime.hash());
    assert!(
        loaded.dump() == bytes,
        "a dump of what was loaded is the same"
    );
    loaded
}

fn stateless(threads: usize) -> Runtime {
    let mut runtime = Runtime::with_threads(threads);
    runtime.register(common::world()).expect("is new");
    runtime
}

#[test]
fn threads_make_no_difference() {
    let one = history(1, 20_000, 60, false);
    assert_eq!(one, history(2, 20_000, 60, false));
    assert_eq!(one, history(3, 20_000, 60, false));
}

#[test]
fn spec_t9_7_a_dump_and_load_after_every_tick_makes_no_difference() {
    // The host function `slow` counts its calls, which is the host's state and not the runtime's: it is left out.
    let run = |reload| {
        let mut runtime = runtime(2);
        let mut hashes = Vec::new();
        for i in 0..6 {
            let id = context(
                &mut runtime,
                VmOptions {
                    max_heap_bytes: 1 << 16,
                    ..with_world()
                },
            );
            for (name, args) in [
                ("sum", vec![200.0]),
                ("churn", vec![30.0]),
                ("later", vec![1.0]),
                ("nap", vec![9.0]),
                ("recurse", vec![]),
            ] {
                start(&mut runtime, id, name, &args);
            }
            start(&mut runtime, id, "nap", &[f64::from(i)]);
        }
        for _ in 0..120 {
            runtime.tick(TickBudget {
                fuel: 3_000,
                elapsed_ms: 0.25,
            });
            hashes.push(runtime.hash());
            if reload {
                runtime = reloaded(&runtime, 1);
            }
        }
        hashes
    };
    assert_eq!(run(false), run(true));
}

#[test]
fn spec_t9_5_fuel_of_one_a_tick_with_a_dump_at_every_stop_gives_the_same_results() {
    let results = |fuel: u64, reload: bool| {
        let mut runtime = runtime(1);
        let id = context(
            &mut runtime,
            VmOptions {
                max_heap_bytes: 1 << 16,
                ..with_world()
            },
        );
        // Nothing that the host answers between rounds: when those come is the host's doing and not the program's.
        let tasks: Vec<TaskId> = [
            ("sum", 20.0),
            ("churn", 12.0),
            ("random", 0.0),
            ("twice", 4.0),
        ]
        .into_iter()
        .map(|(name, n)| {
            start(
                &mut runtime,
                id,
                name,
                &[n][..usize::from(name != "random")],
            )
        })
        .collect();
        loop {
            let report = runtime.tick(TickBudget {
                fuel,
                elapsed_ms: 0.0,
            });
            if reload {
                runtime = reloaded(&runtime, 1);
            }
            if report.runnable == 0 {
                break;
            }
        }
        let results: Vec<f64> = tasks.iter().map(|&task| number(&runtime, task)).collect();
        (results, runtime.vm(id).expect("is live").stats())
    };
    let whole = results(1_000_000, false);
    assert_eq!((whole.0[0], whole.0[1], whole.0[3]), (190.0, 12.0, 8.0));
    let sliced = results(1, false);
    assert_eq!(whole.0, sliced.0);
    assert_eq!(sliced, results(1, true));
}

#[test]
fn spec_i_5_half_a_run_goes_on_in_another_runtime_as_the_first_does() {
    let mut first = runtime(1);
    let id = context(&mut first, VmOptions::default());
    let task = start(&mut first, id, "sum", &[10_000.0]);
    first.tick(TickBudget::fuel(12_345));
    let mut second = reloaded(&first, 2);
    for runtime in [&mut first, &mut second] {
        runtime.run_until_idle();
        assert_eq!(number(runtime, task), 49_995_000.0);
    }
    assert_eq!(first.dump(), second.dump());
    // Ids go on alike.
    let next = [&mut first, &mut second].map(|r| r.create(VmOptions::default()).expect("is made"));
    assert_eq!(next[0], next[1]);
}

#[test]
fn spec_s_4_hostile_dumps_are_refused() {
    let mut runtime = runtime(1);
    populate(&mut runtime);
    runtime.tick(TickBudget::fuel(50_000));
    let (bytes, hash) = (runtime.dump(), runtime.hash());
    for cut in [0, 1, 7, 8, 12, 20, bytes.len() / 2, bytes.len() - 1] {
        assert!(runtime.load(&bytes[..cut]).is_err());
    }
    for at in (0..bytes.len()).step_by(bytes.len() / 50) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x41;
        assert!(runtime.load(&flipped).is_err());
    }
    assert_eq!(runtime.hash(), hash, "a load that fails changes nothing");
    let mut bare = Runtime::with_threads(1);
    assert!(
        bare.load(&bytes)
            .expect_err("lacks `world`")
            .to_string()
            .contains("`world` is not registered")
    );
}
