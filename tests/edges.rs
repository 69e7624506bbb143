//! What nobody would do on purpose: times that are none, limits of 0, numbers of steps at the edge, contexts that ended.

mod common;

use common::{context, runtime, start, with_world};
use raya_core::{OnLimit, TaskStatus, TickBudget, Value, VmError, VmLimits, VmOptions, VmState};

#[test]
fn a_time_that_is_none_does_not_pass_and_an_endless_one_ends() {
    for (elapsed_ms, clock) in [
        (f64::NAN, 0.0),
        (f64::NEG_INFINITY, 0.0),
        (-1.0, 0.0),
        (f64::INFINITY, 8_796_093_022_208.0),
    ] {
        let mut runtime = runtime(1);
        let id = context(&mut runtime, VmOptions::default());
        let budget = TickBudget {
            fuel: 1000,
            elapsed_ms,
        };
        runtime.tick(budget);
        assert_eq!(runtime.clock_ms(), clock, "{elapsed_ms}");
        // Time goes on from there.
        let nap = start(&mut runtime, id, "nap", &[5.0]);
        runtime.tick(TickBudget::fuel(1000));
        let woken = TaskStatus::Returned(Value::Number(clock + 5.0));
        assert_eq!(runtime.task(nap), Ok(woken));
    }
}

#[test]
fn who_sleeps_for_ever_takes_no_time_from_others() {
    for ms in [f64::INFINITY, 1e300, f64::MAX] {
        let mut runtime = runtime(1);
        let [sleeper, other] = [(); 2].map(|()| context(&mut runtime, VmOptions::default()));
        start(&mut runtime, sleeper, "nap", &[ms]);
        runtime.run_until_idle();
        let before = runtime.clock_ms();
        let nap = start(&mut runtime, other, "nap", &[0.25]);
        runtime.tick(TickBudget::fuel(1000));
        let woken = TaskStatus::Returned(Value::Number(before + 0.25));
        assert_eq!(runtime.task(nap), Ok(woken), "{ms}");
        let bytes = runtime.dump();
        assert_eq!(runtime.load(&bytes), Ok(()));
    }
}

/// A change of options that leaves nothing of something, and the error that says so.
type Nothing = (fn(&mut VmOptions), &'static str);

const NOTHING: &[Nothing] = &[
    (|o| o.max_heap_bytes = 0, "heap limit exceeded: "),
    (|o| o.max_tasks = 0, "task limit exceeded: 1 of 0 tasks"),
    (
        |o| o.max_stack_frames = 0,
        "stack limit exceeded: 1 of 0 frames",
    ),
    (
        |o| o.max_step_budget = Some(0),
        "step budget exceeded: 0 of 0 steps",
    ),
];

/// How an entry ends in a context with these options: a text, or none if the context waits for more or is gone.
fn ends(options: VmOptions) -> Option<String> {
    let mut runtime = runtime(1);
    let id = context(&mut runtime, options);
    let mut vm = runtime.vm(id).expect("is live");
    let started = vm.run_entry("add", vec![Value::Number(1.0), Value::Number(2.0)]);
    for _ in 0..3 {
        runtime.tick(TickBudget::fuel(1000));
        let bytes = runtime.dump();
        assert_eq!(runtime.load(&bytes), Ok(()));
    }
    match started.map(|task| runtime.task(task)) {
        Err(error) | Ok(Ok(TaskStatus::Failed(error, _))) => Some(error.to_string()),
        Ok(Ok(TaskStatus::Running)) if runtime.state(id) == VmState::Paused => None,
        Ok(Err(VmError::TaskNotFound(_))) if runtime.state(id) == VmState::Terminated => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_may_have_nothing_is_told_so_whatever_its_limits_do() {
    for on_limit in [OnLimit::FailTask, OnLimit::Suspend, OnLimit::Terminate] {
        let mut nothing_at_all = VmOptions {
            on_limit,
            max_handles: 0,
            ..with_world()
        };
        for (change, says) in NOTHING {
            let mut options = VmOptions {
                on_limit,
                ..with_world()
            };
            change(&mut options);
            change(&mut nothing_at_all);
            let ended = ends(options);
            assert!(ended.as_ref().is_none_or(|e| e.contains(says)), "{ended:?}");
            assert!(on_limit != OnLimit::FailTask || ended.is_some());
        }
        let ended = ends(nothing_at_all);
        assert!(ended.is_none_or(|e| e.contains(" of 0 ")));
    }
}

#[test]
fn so_many_steps_are_so_many_where_a_block_ends_there() {
    let mut runtime = runtime(1);
    let id = context(&mut runtime, VmOptions::default());
    let mut vm = runtime.vm(id).expect("is live");
    assert_eq!((vm.run_steps(0), vm.run_steps(u64::MAX)), (0, 0));
    vm.pause();
    // Blocks of one step.
    vm.run_entry("spin", vec![]).expect("starts");
    let first = vm.run_steps(1);
    assert!((1..10).contains(&first), "the modules' own code: {first}");
    for steps in [1, 2, 10, 1000] {
        assert_eq!(vm.run_steps(steps), steps);
        assert_eq!(vm.state(), VmState::Paused);
    }
    assert_eq!(vm.run_steps(0), 0);
}

/// A change of limits that is refused, and the field that is at fault.
type Refused = (&'static str, fn(&mut VmLimits));

const REFUSED: &[Refused] = &[
    ("soft_steps", |l| l.soft_steps = Some(u64::MAX)),
    ("soft_heap_bytes", |l| l.soft_heap_bytes = Some(u64::MAX)),
    ("max_heap_bytes", |l| l.max_heap_bytes = u64::MAX),
    ("max_tasks", |l| l.max_tasks = u32::MAX),
    ("max_handles", |l| l.max_handles = u32::MAX),
    ("max_step_budget", |l| l.max_step_budget = Some(u64::MAX)),
    ("max_steps_per_tick", |l| l.max_steps_per_tick = Some(0)),
];

#[test]
fn a_call_of_what_is_paused_waits_and_limits_are_checked_before_they_change() {
    let mut runtime = runtime(1);
    let id = context(&mut runtime, with_world());
    let mut vm = runtime.vm(id).expect("is live");
    vm.pause();
    for name in ["slow", "twice"] {
        let called = vm.call(name, vec![Value::Number(1.0)]);
        assert!(matches!(called, Err(VmError::Pending(_))), "{called:?}");
    }
    let before = vm.limits();
    for (field, change) in REFUSED {
        let mut limits = before.clone();
        change(&mut limits);
        match vm.set_limits(limits) {
            Err(VmError::InvalidOption(e)) => assert_eq!(e.field, *field),
            other => panic!("{field}: {other:?}"),
        }
        assert_eq!(vm.limits(), before, "{field}");
    }
    assert_eq!(vm.refill_steps(u64::MAX), Ok(()), "there is no budget");
    assert!(vm.set_weight(0).is_err() && vm.set_weight(u32::MAX).is_err());
}

#[test]
fn what_ended_is_named_and_its_ids_name_nobody_else() {
    let mut runtime = runtime(1);
    let id = context(&mut runtime, with_world());
    let vm = runtime.vm(id).expect("is live");
    let add = vm.function::<(f64, f64), f64>("add").expect("is there");
    let task = start(&mut runtime, id, "nap", &[5.0]);
    runtime.vm(id).expect("is live").terminate();
    let next = context(&mut runtime, with_world());
    let later = start(&mut runtime, next, "nap", &[5.0]);
    assert_eq!((id.index(), task.index()), (next.index(), later.index()));
    assert_eq!(runtime.task(task), Err(VmError::TaskNotFound(task)));
    assert_eq!(runtime.cancel(task), Err(VmError::TaskNotFound(task)));
    let gone = Err(VmError::ContextNotFound(id));
    assert_eq!(add.call(&mut runtime, id, (1.0, 2.0)), gone);
    assert_eq!(runtime.state(id), VmState::Terminated);
    let child = VmOptions {
        parent: Some(id),
        ..VmOptions::default()
    };
    assert_eq!(runtime.create(child), Err(VmError::ContextNotFound(id)));
    assert_eq!(runtime.fleet().children_of(id).count(), 0);
    runtime.tick(TickBudget::fuel(1000));
    assert!(matches!(runtime.task(later), Ok(TaskStatus::Returned(_))));
}
