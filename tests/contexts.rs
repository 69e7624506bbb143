//! Contexts as a tree: nesting, pausing, ending, limits between parents and children, what limits do, and events.

mod common;

use common::{context, number, program, runtime, start, ticks};
use raya_core::{
    ContextId, EventKind, OnLimit, Runtime, TaskStatus, TickBudget, Value, VmError, VmLimits,
    VmOptions, VmState,
};

/// How deep contexts are nested here.
const DEPTH: usize = 64;

fn small(name: &str) -> VmOptions {
    VmOptions {
        max_heap_bytes: 1 << 20,
        max_tasks: 10,
        name: name.into(),
        ..VmOptions::default()
    }
}

fn child(runtime: &mut Runtime, parent: ContextId, options: VmOptions) -> ContextId {
    let parent = Some(parent);
    context(runtime, VmOptions { parent, ..options })
}

fn vm(runtime: &mut Runtime, id: ContextId) -> raya_core::Vm<'_> {
    runtime.vm(id).expect("is live")
}

/// Contexts, each in the one before.
fn chain(runtime: &mut Runtime) -> Vec<ContextId> {
    let options = |depth: usize| VmOptions {
        max_heap_bytes: (DEPTH - depth) as u64 * 100_000,
        max_tasks: (DEPTH - depth) as u32 * 2,
        max_step_budget: Some((DEPTH - depth) as u64 * 100_000),
        name: format!("d{depth}"),
        ..VmOptions::default()
    };
    let mut ids = vec![context(runtime, options(0))];
    for depth in 1..DEPTH {
        ids.push(child(runtime, ids[depth - 1], options(depth)));
    }
    ids
}

#[test]
fn spec_i_1_contexts_nest_64_deep_and_are_paused_and_ended_as_one() {
    let mut runtime = runtime(2);
    let ids = chain(&mut runtime);
    let tasks: Vec<_> = ids
        .iter()
        .map(|&id| start(&mut runtime, id, "sum", &[1000.0]))
        .collect();
    assert_eq!(vm(&mut runtime, ids[1]).parent(), Some(ids[0]));
    assert_eq!(vm(&mut runtime, ids[1]).children(), [ids[2]]);
    vm(&mut runtime, ids[0]).pause();
    ticks(&mut runtime, 3, 1_000_000);
    for (&id, &task) in ids.iter().zip(&tasks) {
        assert_eq!(runtime.state(id), VmState::Paused);
        assert_eq!(runtime.task(task), Ok(TaskStatus::Running));
    }
    vm(&mut runtime, ids[0]).resume();
    ticks(&mut runtime, 3, 10_000_000);
    for &task in &tasks {
        assert_eq!(number(&runtime, task), 499_500.0);
    }
    // What was drawn and not used comes back, level by level.
    vm(&mut runtime, ids[1]).terminate();
    assert_eq!(runtime.context_ids(), [ids[0]]);
    assert!(
        ids[1..]
            .iter()
            .all(|&id| runtime.state(id) == VmState::Terminated)
    );
    let limits = vm(&mut runtime, ids[0]).limits();
    assert_eq!((limits.max_heap_bytes, limits.max_tasks), (6_400_000, 128));
    let spent = 6_400_000 - limits.max_step_budget.expect("has one");
    let each = vm(&mut runtime, ids[0]).stats().steps_executed;
    assert_eq!(spent, each * (DEPTH as u64 - 1), "all did the same");
}

#[test]
fn what_was_paused_itself_stays_so_when_its_parent_goes_on() {
    let mut runtime = runtime(1);
    let parent = context(&mut runtime, VmOptions::default());
    let inner = child(&mut runtime, parent, small("inner"));
    let innermost = child(
        &mut runtime,
        inner,
        VmOptions {
            max_heap_bytes: 4096,
            max_tasks: 2,
            ..small("innermost")
        },
    );
    vm(&mut runtime, inner).pause();
    vm(&mut runtime, parent).pause();
    let late = child(&mut runtime, parent, small("late"));
    assert_eq!(runtime.state(late), VmState::Paused);
    vm(&mut runtime, parent).resume();
    let states = [parent, inner, innermost, late].map(|id| runtime.state(id));
    assert_eq!(
        states,
        [VmState::New, VmState::Paused, VmState::Paused, VmState::New]
    );
    vm(&mut runtime, inner).resume();
    assert_eq!(runtime.state(innermost), VmState::New);
}

#[test]
fn spec_t8_13_a_paused_context_stands_still_and_its_timers_too() {
    let mut runtime = runtime(1);
    let id = context(&mut runtime, VmOptions::default());
    let spin = start(&mut runtime, id, "spin", &[]);
    let nap = start(&mut runtime, id, "nap", &[5.0]);
    ticks(&mut runtime, 1, 1000);
    assert_eq!(runtime.state(id), VmState::Running);
    let steps = vm(&mut runtime, id).stats().steps_executed;
    vm(&mut runtime, id).pause();
    // Nobody is to run: this comes to an end.
    let report = runtime.run_until_idle();
    assert_eq!((report.steps, report.runnable, report.sleeping), (0, 0, 0));
    ticks(&mut runtime, 10, 1000);
    assert_eq!(vm(&mut runtime, id).stats().steps_executed, steps);
    let copy = runtime.dump();
    runtime.load(&copy).expect("what was dumped loads");
    assert_eq!(runtime.state(id), VmState::Paused);
    vm(&mut runtime, id).resume();
    ticks(&mut runtime, 1, 1000);
    assert!(vm(&mut runtime, id).stats().steps_executed > steps);
    assert_eq!(runtime.task(spin), Ok(TaskStatus::Running));
    assert_eq!(
        runtime.task(nap),
        Ok(TaskStatus::Running),
        "the loop never lets it"
    );
}

#[test]
fn a_sleeper_that_was_paused_wakes_when_it_is_resumed() {
    let mut runtime = runtime(1);
    let id = context(&mut runtime, VmOptions::default());
    let nap = start(&mut runtime, id, "nap", &[5.0]);
    ticks(&mut runtime, 1, 0);
    vm(&mut runtime, id).pause();
    ticks(&mut runtime, 3, 10_000);
    assert_eq!(runtime.task(nap), Ok(TaskStatus::Running));
    vm(&mut runtime, id).resume();
    runtime.run_until_idle();
    assert!(number(&runtime, nap) > 50.0);
}

#[test]
fn states_are_those_of_a_life() {
    let mut runtime = runtime(1);
    let id = runtime.create(small("life")).expect("is made");
    assert_eq!(runtime.state(id), VmState::New);
    vm(&mut runtime, id)
        .load_rbin_bytes(&program(false))
        .expect("is valid");
    assert_eq!(vm(&mut runtime, id).state(), VmState::New);
    assert_eq!(vm(&mut runtime, id).name(), "life");
    vm(&mut runtime, id).call("main", vec![]).expect("returns");
    assert_eq!(runtime.state(id), VmState::Running);
    let limits = vm(&mut runtime, id).limits();
    let used = vm(&mut runtime, id).stats().steps_executed;
    let max_step_budget = Some(used);
    vm(&mut runtime, id)
        .set_limits(VmLimits {
            max_step_budget,
            ..limits
        })
        .expect("fits");
    assert_eq!(runtime.state(id), VmState::Failed);
    vm(&mut runtime, id)
        .refill_steps(1000)
        .expect("has no parent");
    assert_eq!(runtime.state(id), VmState::Running);
    vm(&mut runtime, id).terminate();
    assert_eq!(runtime.state(id), VmState::Terminated);
}

fn field(result: Result<(), VmError>) -> &'static str {
    match result {
        Err(VmError::InvalidOption(e)) => e.field,
        other => panic!("{other:?}"),
    }
}

#[test]
fn limits_change_whole_or_not_at_all_and_come_from_the_parent() {
    let mut runtime = runtime(1);
    let options = VmOptions {
        max_heap_bytes: 1_000_000,
        max_tasks: 20,
        max_step_budget: Some(1_000_000),
        ..VmOptions::default()
    };
    let parent = context(&mut runtime, options);
    let inner = VmOptions {
        max_heap_bytes: 400_000,
        max_tasks: 5,
        max_step_budget: Some(400_000),
        ..VmOptions::default()
    };
    let id = child(&mut runtime, parent, inner);
    let before = (
        vm(&mut runtime, parent).limits(),
        vm(&mut runtime, id).limits(),
    );
    let limits = || before.1.clone();
    let wrong = [
        (
            "max_heap_bytes",
            VmLimits {
                max_heap_bytes: 1_000_001,
                ..limits()
            },
        ),
        (
            "max_tasks",
            VmLimits {
                max_tasks: 21,
                max_heap_bytes: 1000,
                ..limits()
            },
        ),
        (
            "max_step_budget",
            VmLimits {
                max_step_budget: Some(1_000_001),
                ..limits()
            },
        ),
        (
            "max_step_budget",
            VmLimits {
                max_step_budget: None,
                ..limits()
            },
        ),
        (
            "soft_steps",
            VmLimits {
                soft_steps: Some(400_001),
                ..limits()
            },
        ),
    ];
    for (name, limits) in wrong {
        assert_eq!(field(vm(&mut runtime, id).set_limits(limits)), name);
    }
    let spent = VmLimits {
        max_heap_bytes: 399_999,
        ..before.0.clone()
    };
    assert_eq!(
        field(vm(&mut runtime, parent).set_limits(spent)),
        "max_heap_bytes"
    );
    assert_eq!(
        (
            vm(&mut runtime, parent).limits(),
            vm(&mut runtime, id).limits()
        ),
        before
    );
    let more = VmLimits {
        max_heap_bytes: 900_000,
        max_tasks: 20,
        max_step_budget: Some(1_000_000),
        soft_heap_bytes: Some(800_000),
        ..limits()
    };
    vm(&mut runtime, id)
        .set_limits(more.clone())
        .expect("the parent has it");
    assert_eq!(vm(&mut runtime, id).limits(), more);
    assert_eq!(
        vm(&mut runtime, parent).limits(),
        before.0,
        "it still may use all of it, inside"
    );
    let refused = runtime.create(VmOptions {
        parent: Some(parent),
        max_heap_bytes: 200_000,
        max_tasks: 0,
        max_step_budget: Some(0),
        ..VmOptions::default()
    });
    assert!(matches!(refused, Err(VmError::InvalidOption(e)) if e.field == "max_heap_bytes"));
    runtime.dump();
    vm(&mut runtime, id)
        .set_limits(limits())
        .expect("less is fine");
    vm(&mut runtime, id).terminate();
    assert_eq!(vm(&mut runtime, parent).limits(), before.0);
}

#[test]
fn lowering_below_what_is_live_is_refused_but_garbage_goes() {
    let mut runtime = runtime(1);
    let id = context(&mut runtime, VmOptions::default());
    vm(&mut runtime, id)
        .call("churn", vec![Value::Number(3.0)])
        .expect("returns");
    assert!(vm(&mut runtime, id).stats().heap_bytes_used > 8000);
    let limits = vm(&mut runtime, id).limits();
    vm(&mut runtime, id)
        .set_limits(VmLimits {
            max_heap_bytes: 8000,
            ..limits.clone()
        })
        .expect("all of it is garbage");
    let task = start(&mut runtime, id, "churn", &[3.0]);
    runtime.run_until_idle();
    assert!(matches!(
        runtime.task(task),
        Ok(TaskStatus::Failed(
            VmError::HeapLimitExceeded { max: 8000, .. },
            _
        ))
    ));
    let nothing = VmLimits {
        max_heap_bytes: 0,
        ..limits
    };
    assert_eq!(
        field(vm(&mut runtime, id).set_limits(nothing)),
        "max_heap_bytes"
    );
}

#[test]
fn a_parent_that_lent_its_heap_has_no_room_left_for_itself() {
    let mut runtime = runtime(1);
    let parent = context(&mut runtime, small("parent"));
    child(
        &mut runtime,
        parent,
        VmOptions {
            max_heap_bytes: (1 << 20) - 4096,
            max_tasks: 1,
            ..small("child")
        },
    );
    let result = vm(&mut runtime, parent).call("churn", vec![Value::Number(3.0)]);
    assert!(
        matches!(result, Err(VmError::HeapLimitExceeded { max: 4096, .. })),
        "{result:?}"
    );
}

#[test]
fn a_limit_can_suspend_a_context_until_there_is_more() {
    let mut runtime = runtime(1);
    let limited = VmOptions {
        max_step_budget: Some(1000),
        on_limit: OnLimit::Suspend,
        ..VmOptions::default()
    };
    let id = context(&mut runtime, limited);
    let task = start(&mut runtime, id, "sum", &[1000.0]);
    ticks(&mut runtime, 5, 100_000);
    assert_eq!(runtime.state(id), VmState::Paused);
    assert_eq!(runtime.task(task), Ok(TaskStatus::Running));
    let kinds: Vec<_> = vm(&mut runtime, id)
        .events()
        .iter()
        .map(|e| (e.kind, e.max))
        .collect();
    assert_eq!(
        kinds,
        [(EventKind::StepLimit, 1000), (EventKind::Paused, 1000)]
    );
    // Resumed without more, it is suspended again.
    vm(&mut runtime, id).resume();
    ticks(&mut runtime, 1, 100_000);
    assert_eq!(runtime.state(id), VmState::Paused);
    vm(&mut runtime, id)
        .refill_steps(100_000)
        .expect("has no parent");
    vm(&mut runtime, id).resume();
    ticks(&mut runtime, 1, 100_000);
    assert_eq!(number(&runtime, task), 499_500.0);
}

#[test]
fn a_limit_can_end_a_context_and_only_that() {
    let mut runtime = runtime(1);
    let parent = context(&mut runtime, VmOptions::default());
    for (name, kind) in [
        ("grow", EventKind::HeapLimit),
        ("recurse", EventKind::StackLimit),
        ("spin", EventKind::StepLimit),
    ] {
        let id = context(
            &mut runtime,
            VmOptions {
                max_step_budget: Some(10_000_000),
                on_limit: OnLimit::Terminate,
                ..small("doomed")
            },
        );
        start(&mut runtime, id, name, &[]);
        ticks(&mut runtime, 100, 1_000_000);
        assert_eq!(runtime.state(id), VmState::Terminated, "{name}");
        let events: Vec<_> = runtime
            .events()
            .filter(|e| e.context == id)
            .map(|e| e.kind)
            .collect();
        assert_eq!(events, [kind, EventKind::Ended]);
    }
    assert_eq!(runtime.context_ids(), [parent]);
}

#[test]
fn spec_i_6_a_soft_mark_tells_before_the_hard_limit_bites() {
    let mut runtime = runtime(1);
    let marked = VmOptions {
        soft_heap_bytes: Some(500_000),
        ..small("marked")
    };
    let id = context(&mut runtime, marked);
    let task = start(&mut runtime, id, "grow", &[]);
    let mut told = Vec::new();
    for tick in 0..20 {
        runtime.tick(TickBudget::fuel(10_000_000));
        told.extend(runtime.events().map(|e| (tick, e.kind, e.used, e.max)));
    }
    let kinds: Vec<_> = told.iter().map(|t| (t.0, t.1)).collect();
    let expected = [
        (0, EventKind::HeapPressure),
        (1, EventKind::HeapLimit),
        (1, EventKind::Failed),
    ];
    assert_eq!(
        kinds, expected,
        "it stops for the rest of the tick: {told:?}"
    );
    assert!((468_750..1 << 20).contains(&told[0].2), "{told:?}");
    assert!(matches!(
        runtime.task(task),
        Ok(TaskStatus::Failed(VmError::HeapLimitExceeded { .. }, _))
    ));
    // The heap is empty again: the mark can be crossed once more.
    start(&mut runtime, id, "grow", &[]);
    ticks(&mut runtime, 1, 10_000_000);
    assert!(runtime.events().any(|e| e.kind == EventKind::HeapPressure));
}

#[test]
fn the_soft_mark_of_steps_stops_at_a_block_and_moves_with_a_refill() {
    let mut runtime = runtime(1);
    let marked = VmOptions {
        soft_steps: Some(1000),
        max_step_budget: Some(2000),
        ..small("marked")
    };
    let id = context(&mut runtime, marked);
    start(&mut runtime, id, "spin", &[]);
    ticks(&mut runtime, 1, 100_000);
    let events: Vec<_> = runtime.events().collect();
    assert_eq!(events.len(), 1);
    assert_eq!(
        (events[0].kind, events[0].max),
        (EventKind::StepPressure, 2000)
    );
    let steps = vm(&mut runtime, id).stats().steps_executed;
    assert_eq!(steps, events[0].used);
    assert!((1000..1010).contains(&steps), "{steps}");
    vm(&mut runtime, id)
        .refill_steps(5000)
        .expect("has no parent");
    ticks(&mut runtime, 1, 100_000);
    let events: Vec<_> = runtime.events().map(|e| (e.kind, e.max)).collect();
    assert_eq!(events, [(EventKind::StepPressure, 7000)]);
    let steps = vm(&mut runtime, id).stats().steps_executed;
    assert!((6000..6010).contains(&steps), "{steps}");
}

#[test]
fn a_call_is_not_held_up_by_a_mark() {
    let mut runtime = runtime(1);
    let id = context(
        &mut runtime,
        VmOptions {
            soft_steps: Some(100),
            ..small("marked")
        },
    );
    let sum = vm(&mut runtime, id).call("sum", vec![Value::Number(1000.0)]);
    assert_eq!(sum, Ok(Value::Number(499_500.0)));
    assert_eq!(
        runtime.events().map(|e| e.kind).collect::<Vec<_>>(),
        [EventKind::StepPressure]
    );
}

#[test]
fn steps_can_be_run_one_by_one() {
    let mut runtime = runtime(1);
    let (whole, single) = (
        context(&mut runtime, small("whole")),
        context(&mut runtime, small("single")),
    );
    let tasks = [whole, single].map(|id| start(&mut runtime, id, "sum", &[100.0]));
    vm(&mut runtime, single).pause();
    runtime.run_until_idle();
    let (mut steps, mut runs) = (0, 0);
    while runtime.task(tasks[1]) == Ok(TaskStatus::Running) {
        let ran = vm(&mut runtime, single).run_steps(1);
        assert!((1..20).contains(&ran), "one block: {ran}");
        (steps, runs) = (steps + ran, runs + 1);
        runtime.dump();
    }
    assert!(runs > 100);
    assert_eq!(runtime.state(single), VmState::Paused);
    assert_eq!(number(&runtime, tasks[1]), 4950.0);
    assert_eq!(number(&runtime, tasks[0]), 4950.0);
    let in_all = [whole, single].map(|id| vm(&mut runtime, id).stats().steps_executed);
    assert_eq!(in_all[0], in_all[1]);
    assert!(steps <= in_all[1]);
    assert_eq!(
        vm(&mut runtime, single).run_steps(1000),
        0,
        "nothing is left to run"
    );
}

#[test]
fn events_alike_are_one_and_too_many_are_counted() {
    let mut runtime = runtime(1);
    let ids: Vec<_> = (0..4)
        .map(|_| context(&mut runtime, VmOptions::default()))
        .collect();
    runtime.set_events_max(3);
    for &id in &ids {
        for _ in 0..3 {
            start(&mut runtime, id, "main", &[]);
        }
    }
    let last = start(&mut runtime, ids[0], "main", &[]);
    runtime.run_until_idle();
    let events: Vec<_> = runtime.events().collect();
    assert_eq!(
        events.iter().map(|e| e.count).collect::<Vec<_>>(),
        [4, 3, 3]
    );
    assert_eq!(
        (events[0].context, events[0].kind, events[0].task),
        (ids[0], EventKind::Finished, Some(last))
    );
    assert_eq!((runtime.events_dropped(), runtime.events().count()), (3, 0));
}

#[test]
fn spec_t8_6_loading_the_same_bytes_twice_shares_one_program() {
    let mut runtime = runtime(1);
    let bytes = program(false);
    let first = runtime.load_program(&bytes).expect("is valid");
    let id = context(&mut runtime, VmOptions::default());
    assert_eq!(vm(&mut runtime, id).program(), Some(first));
    let before = runtime.dump().len();
    let other = context(&mut runtime, VmOptions::default());
    assert_eq!(vm(&mut runtime, other).program(), Some(first));
    assert!(
        runtime.dump().len() - before < bytes.len(),
        "the image is there once"
    );
    let source = b"export function main(): number { return 1; }";
    let refused = runtime.load_program(source);
    assert!(
        matches!(refused, Err(VmError::InvalidBinary(_))),
        "{refused:?}"
    );
}
