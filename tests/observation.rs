//! What contexts use, read one by one, by subtree and over all of them; and the spans that a tick leaves.

mod common;
#[path = "common/script.rs"]
mod script;

use common::{context, runtime, start, ticks, with_world};
use raya_core::{ContextId, Metric, Runtime, TickBudget, Value, VmOptions};
use std::sync::{Arc, Mutex};

fn child(runtime: &mut Runtime, parent: ContextId) -> ContextId {
    let options = VmOptions {
        parent: Some(parent),
        max_heap_bytes: 1 << 20,
        max_tasks: 10,
        ..VmOptions::default()
    };
    context(runtime, options)
}

#[test]
fn spec_t8_9_stats_count_steps_calls_collections_and_the_peak() {
    let mut runtime = runtime(1);
    let id = context(&mut runtime, with_world());
    start(&mut runtime, id, "twice", &[1.0]);
    start(&mut runtime, id, "slow", &[1.0]);
    start(&mut runtime, id, "later", &[1.0]);
    ticks(&mut runtime, 1, 100_000);
    let stats = runtime.vm(id).expect("is live").stats();
    assert_eq!((stats.calls_in, stats.calls_out), (3, 3));
    assert_eq!((stats.grant_calls, stats.grant_refusals), (3, 0));
    assert!(stats.steps_last_tick > 0 && stats.steps_last_tick <= stats.steps_executed);
    let mut vm = runtime.vm(id).expect("is live");
    vm.call("twice", vec![Value::Number(2.0)]).expect("returns");
    let after = vm.stats();
    assert_eq!((after.calls_in, after.calls_out), (4, 4));
    // What is called between ticks is of no tick.
    assert_eq!(after.steps_last_tick, stats.steps_last_tick);
    ticks(&mut runtime, 1, 100_000);
    assert_eq!(runtime.vm(id).expect("is live").stats().steps_last_tick, 0);

    start(&mut runtime, id, "churn", &[100_000.0]);
    ticks(&mut runtime, 1, u64::MAX);
    let stats = runtime.vm(id).expect("is live").stats();
    assert!(stats.collections > 10, "{stats:?}");
    assert!(
        stats.heap_bytes_peak >= stats.heap_bytes_used.max(8_000),
        "{stats:?}"
    );
    assert!(stats.heap_bytes_peak <= stats.max_heap_bytes, "{stats:?}");
}

#[test]
fn figures_go_with_a_dump_and_are_the_same_in_any_slices() {
    let figures = |fuel: u64, reload: bool| {
        let mut runtime = runtime(1);
        let id = context(&mut runtime, with_world());
        start(&mut runtime, id, "churn", &[3_000.0]);
        start(&mut runtime, id, "twice", &[1.0]);
        for _ in 0..20_000_000 / fuel {
            runtime.tick(TickBudget::fuel(fuel));
            if reload {
                let bytes = runtime.dump();
                runtime.load(&bytes).expect("loads");
            }
        }
        let stats = runtime.vm(id).expect("is live").stats();
        (
            stats.heap_bytes_peak,
            stats.collections,
            stats.calls_in,
            stats.calls_out,
        )
    };
    let whole = figures(20_000_000, false);
    assert!(whole.1 > 0);
    assert_eq!(figures(50_000, true), whole);
}

#[test]
fn subtrees_are_summed_up() {
    let mut runtime = runtime(1);
    let root = context(&mut runtime, VmOptions::default());
    let children = [child(&mut runtime, root), child(&mut runtime, root)];
    for id in children {
        start(&mut runtime, id, "spin", &[]);
    }
    ticks(&mut runtime, 3, 10_000);
    let sums = runtime.vm(root).expect("is live").subtree_stats();
    assert_eq!((sums.contexts, sums.tasks), (3, 2));
    let each = children.map(|id| runtime.vm(id).expect("is live").stats());
    assert_eq!(
        sums.steps_executed,
        each[0].steps_executed + each[1].steps_executed
    );
    assert!(sums.steps_last_tick.abs_diff(10_000) < 20, "{sums:?}");
    assert_eq!(sums.calls_in, 2);
    let alone = runtime.vm(children[0]).expect("is live").subtree_stats();
    assert_eq!(
        (alone.contexts, alone.steps_executed),
        (1, each[0].steps_executed)
    );
}

#[test]
fn the_fleet_is_asked_by_column() {
    let mut runtime = runtime(1);
    let root = context(&mut runtime, VmOptions::default());
    let ids: Vec<ContextId> = (0..50)
        .map(|i| {
            let options = VmOptions {
                weight: 1 + i % 5,
                ..VmOptions::default()
            };
            context(&mut runtime, options)
        })
        .collect();
    let inside = child(&mut runtime, root);
    for &id in &ids[..30] {
        start(&mut runtime, id, "spin", &[]);
    }
    start(&mut runtime, inside, "flood", &[5.0]);
    ticks(&mut runtime, 10, 1_000_000);
    let fleet = runtime.fleet();
    assert_eq!(fleet.count(), 52);
    for metric in Metric::ALL {
        let all = fleet.top_by(metric, 100);
        assert_eq!(all.len(), 52, "{metric:?}");
        // Largest first, equals in the order of rows; and the first of them are the same.
        assert!(
            all.is_sorted_by(|a, b| (b.1, a.0) < (a.1, b.0)),
            "{metric:?}: {all:?}"
        );
        assert_eq!(fleet.top_by(metric, 7)[..], all[..7], "{metric:?}");
        assert_eq!(
            fleet.sum(metric),
            all.iter().map(|a| a.1).sum::<u64>(),
            "{metric:?}"
        );
    }
    let busiest = fleet.top_by(Metric::StepsLastTick, 6);
    assert_eq!(
        busiest.iter().map(|b| b.0).collect::<Vec<_>>(),
        [4, 9, 14, 19, 24, 29].map(|i| ids[i])
    );
    assert_eq!(fleet.top_by(Metric::Tasks, 1), [(inside, 5)]);
    assert_eq!(fleet.top_by(Metric::Steps, 0), []);
    assert_eq!(fleet.at_least(Metric::StepsLastTick, 1).count(), 30);
    assert_eq!(fleet.at_least(Metric::Weight, 5).ids().len(), 10);
    assert_eq!(fleet.children_of(root).ids(), [inside]);
    assert_eq!(
        fleet.children_of(root).top_by(Metric::Tasks, 9),
        [(inside, 5)]
    );
}

const GUESTS: script::Programs = &[
    (
        "./host.rbin",
        r#"
import { Vm } from "raya:vm";

export async function look(): Promise<number[]> {
  const vm = new Vm({ maxHeapBytes: 4 * 1024 * 1024, maxTasks: 50, capabilities: ["raya:vm"] });
  vm.loadRbin("./middle.rbin");
  await vm.runEntry("nest");
  await vm.runEntry("nest");
  const stats = vm.getStats();
  const s = stats.subtree;
  return [
    stats.callsIn, stats.callsOut, stats.grantCalls, s.contexts,
    s.stepsExecuted > stats.stepsExecuted ? 1 : 0,
    stats.heapBytesPeak >= stats.heapBytesUsed ? 1 : 0,
    s.heapBytesUsed >= stats.heapBytesUsed ? 1 : 0,
  ];
}
"#,
    ),
    (
        "./middle.rbin",
        r#"
import { Vm } from "raya:vm";
export async function nest(): Promise<number> {
  const vm = new Vm({ maxHeapBytes: 1024 * 1024, maxTasks: 10 });
  vm.loadRbin("./leaf.rbin");
  return await vm.runEntry<number>("one");
}
"#,
    ),
    ("./leaf.rbin", "export function one(): number { return 1; }"),
];

#[test]
fn guests_read_the_figures_of_subtrees() {
    for setting in [(1, false), (2, false), (1, true)] {
        let figures = script::run(GUESTS, "look", vec![], setting);
        // Two entries; each made a context, loaded it, ran an entry.
        let expected = [2.0, 6.0, 6.0, 3.0, 1.0, 1.0, 1.0];
        assert_eq!(
            figures,
            Ok(Value::Array(expected.map(Value::Number).into()))
        );
    }
}

/// Collects the names of spans.
#[derive(Clone, Default)]
struct Names(Arc<Mutex<Vec<&'static str>>>, Option<tracing::Level>);

impl tracing::Subscriber for Names {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        self.1.is_none_or(|max| *metadata.level() <= max)
    }

    fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        let mut names = self.0.lock().expect("no panic");
        names.push(span.metadata().name());
        tracing::span::Id::from_u64(names.len() as u64)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, _: &tracing::Event<'_>) {}
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

#[test]
fn a_tick_and_its_sweeps_are_spans_and_contexts_at_trace_level_only() {
    let spans = |level| {
        let mut runtime = runtime(1);
        for _ in 0..2 {
            let id = context(&mut runtime, VmOptions::default());
            start(&mut runtime, id, "main", &[]);
        }
        let names = Names(Arc::default(), Some(level));
        tracing::subscriber::with_default(names.clone(), || ticks(&mut runtime, 1, 10_000));
        let names = names.0.lock().expect("no panic");
        names.clone()
    };
    let sweeps = [
        "wake", "schedule", "execute", "attend", "effects", "reap", "account",
    ];
    let names = spans(tracing::Level::DEBUG);
    assert_eq!(names[..2], ["tick", "share_out"]);
    assert_eq!(names[2..9], sweeps);
    assert!(!names.contains(&"context"), "{names:?}");
    let turns = |names: &[&str]| names.iter().filter(|name| **name == "context").count();
    assert_eq!(turns(&spans(tracing::Level::TRACE)), 2);
}
