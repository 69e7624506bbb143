//! What contexts are, how they are called, and what they may reach.

mod common;

use common::{context, number, program, runtime, start, ticks, with_world};
use raya_core::{
    Capability, Priority, Runtime, TaskStatus, TickBudget, Value, VmError, VmLimits, VmOptions,
    VmState,
};

#[test]
fn spec_t1_1_ids_are_unique_and_spec_t3_2_never_used_again() {
    let mut runtime = Runtime::with_threads(1);
    let first = runtime.create(VmOptions::default()).expect("is made");
    runtime.vm(first).expect("is live").terminate();
    let second = runtime.create(VmOptions::default()).expect("is made");
    assert_ne!(first, second);
    assert_eq!(first.index(), second.index());
    assert!(matches!(runtime.vm(first), Err(VmError::ContextNotFound(id)) if id == first));
}

#[test]
fn spec_t2_2_defaults_are_those_of_the_specification() {
    let mut runtime = Runtime::with_threads(1);
    let id = runtime.create(VmOptions::default()).expect("is made");
    let stats = runtime.vm(id).expect("is live").stats();
    assert_eq!(
        (stats.max_heap_bytes, stats.max_tasks, stats.max_step_budget),
        (64 << 20, 1000, None)
    );
}

#[test]
fn spec_t8_7_entries_run_by_name_and_spec_b_2_exports_are_called() {
    let mut runtime = runtime(1);
    let id = context(&mut runtime, VmOptions::default());
    let mut vm = runtime.vm(id).expect("is live");
    assert_eq!(vm.call("main", vec![]), Ok(Value::Number(42.0)));
    assert_eq!(
        vm.call("add", vec![Value::Number(2.0), Value::Number(3.0)]),
        Ok(Value::Number(5.0))
    );
    assert_eq!(
        vm.call("nothing", vec![]),
        Err(VmError::FunctionNotFound("nothing".into()))
    );
    assert!(matches!(
        vm.call("add", vec![Value::String("2".into())]),
        Err(VmError::Marshal(_))
    ));
    let exports = vm.exports();
    assert!(
        exports.contains(&("add".into(), "(a: number, b: number) => number".into())),
        "{exports:?}"
    );
    let task = start(&mut runtime, id, "sum", &[1000.0]);
    assert_eq!(runtime.task(task), Ok(TaskStatus::Running));
    runtime.run_until_idle();
    assert_eq!(number(&runtime, task), 499_500.0);
}

#[test]
fn spec_t1_5_globals_are_a_contexts_own_and_modules_run_once() {
    let mut runtime = runtime(1);
    let (a, b) = (
        context(&mut runtime, VmOptions::default()),
        context(&mut runtime, VmOptions::default()),
    );
    for expected in [101.0, 102.0, 103.0] {
        assert_eq!(
            runtime.vm(a).expect("is live").call("count", vec![]),
            Ok(Value::Number(expected))
        );
    }
    let task = start(&mut runtime, b, "count", &[]);
    runtime.run_until_idle();
    assert_eq!(number(&runtime, task), 101.0);
}

#[test]
fn spec_t8_6_what_is_no_program_is_refused() {
    let mut runtime = runtime(1);
    let id = runtime.create(VmOptions::default()).expect("is made");
    let mut vm = runtime.vm(id).expect("is live");
    assert!(matches!(
        vm.call("main", vec![]),
        Err(VmError::NoProgram(_))
    ));
    assert!(matches!(
        vm.load_rbin_bytes(b"export function main() {}"),
        Err(VmError::InvalidBinary(_))
    ));
    let bytes = program(false);
    assert!(matches!(
        vm.load_rbin_bytes(&bytes[..bytes.len() / 2]),
        Err(VmError::InvalidBinary(_))
    ));
    vm.load_rbin_bytes(&bytes).expect("is valid");
    assert_eq!(vm.call("main", vec![]), Ok(Value::Number(42.0)));
}

#[test]
fn spec_t5_2_spec_t5_4_capabilities_are_granted_by_name_and_checked_when_loading() {
    let mut runtime = runtime(1);
    let bare = runtime.create(VmOptions::default()).expect("is made");
    let error = runtime
        .vm(bare)
        .expect("is live")
        .load_rbin_bytes(&program(true))
        .expect_err("lacks `world`");
    let VmError::CapabilityNotFound(missing) = &error else {
        panic!("{error}")
    };
    assert_eq!(
        (
            missing.capability.as_str(),
            missing.function.as_str(),
            missing.line
        ),
        ("world", "twice", 3)
    );
    assert_eq!(
        error.to_string(),
        "mod.ts:3: the capability `world` (for `twice`) was not granted"
    );

    let id = context(&mut runtime, with_world());
    let mut vm = runtime.vm(id).expect("is live");
    assert_eq!(
        vm.call("twice", vec![Value::Number(21.0)]),
        Ok(Value::Number(42.0))
    );
    assert_eq!(
        vm.call("slow", vec![Value::Number(1.0)]),
        Ok(Value::Number(2.0))
    );
    assert_eq!(
        vm.call("later", vec![Value::Number(1.0)]),
        Ok(Value::Number(1.5))
    );
    let error = vm
        .call("later", vec![Value::Number(-1.0)])
        .expect_err("is negative");
    assert!(
        matches!(&error, VmError::Guest(fault) if fault.message == "negative"),
        "{error:?}"
    );
}

#[test]
fn another_signature_is_refused() {
    let mut runtime = Runtime::with_threads(1);
    let world = Capability::new("world").function("twice", |_: &raya_core::Call, _: &str| 1.0);
    runtime.register(world).expect("is new");
    let id = runtime.create(with_world()).expect("is made");
    let error = runtime
        .vm(id)
        .expect("is live")
        .load_rbin_bytes(&program(true))
        .expect_err("differs");
    let expected = "mod.ts:3: `twice` of the capability `world` is declared as `(a: number) => number`, \
                    but is `(a: string) => number`";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_host_function_that_panics_is_an_error_of_the_guest() {
    let mut runtime = Runtime::with_threads(1);
    let world = Capability::new("world")
        .function(
            "twice",
            |_: &raya_core::Call, x: f64| if x > 0.0 { panic!("host") } else { x },
        )
        .blocking(
            "slow",
            |_: &raya_core::Call, x: f64| if x > 0.0 { panic!("host") } else { x },
        )
        .deferred("later", |_: &raya_core::Call, x: f64| x);
    runtime.register(world).expect("is new");
    let id = context(&mut runtime, with_world());
    let mut vm = runtime.vm(id).expect("is live");
    for name in ["twice", "slow"] {
        let error = vm.call(name, vec![Value::Number(1.0)]).expect_err("panics");
        assert!(matches!(&error, VmError::Guest(_)), "{error:?}");
        assert_eq!(
            vm.call(name, vec![Value::Number(0.0)]),
            Ok(Value::Number(0.0))
        );
    }
}

#[test]
fn time_passes_only_in_ticks() {
    let mut runtime = runtime(1);
    let id = context(&mut runtime, VmOptions::default());
    let task = start(&mut runtime, id, "nap", &[50.0]);
    let budget = TickBudget {
        fuel: 10_000,
        elapsed_ms: 20.0,
    };
    for _ in 0..2 {
        runtime.tick(budget);
        assert_eq!(runtime.task(task), Ok(TaskStatus::Running));
    }
    runtime.tick(budget);
    assert_eq!(
        number(&runtime, task),
        50.0,
        "who sleeps wakes when it is due, not when the tick ends"
    );
    let task = start(&mut runtime, id, "nap", &[3_600_000.0]);
    runtime.run_until_idle();
    assert_eq!(number(&runtime, task), 3_600_060.0);
}

#[test]
fn a_call_that_must_wait_says_so_and_goes_on() {
    let mut runtime = runtime(1);
    let id = context(&mut runtime, VmOptions::default());
    let error = runtime
        .vm(id)
        .expect("is live")
        .call("nap", vec![Value::Number(10.0)])
        .expect_err("waits");
    let VmError::Pending(task) = error else {
        panic!("{error}")
    };
    runtime.run_until_idle();
    assert_eq!(number(&runtime, task), 10.0);
}

#[test]
fn spec_t3_3_handles_work_from_other_threads() {
    let mut runtime = runtime(2);
    let handle = runtime.handle();
    let host = std::thread::spawn(move || {
        let id = handle
            .create(VmOptions::default())
            .wait()
            .expect("a runtime")
            .expect("is made");
        let bytes = program(false);
        handle
            .load_rbin_bytes(id, bytes)
            .wait()
            .expect("a runtime")
            .expect("is valid");
        let args = vec![Value::Number(4.0), Value::Number(5.0)];
        let task = handle
            .run_entry(id, "add", args)
            .wait()
            .expect("a runtime")
            .expect("starts");
        loop {
            match handle
                .task(task)
                .wait()
                .expect("a runtime")
                .expect("is kept")
            {
                TaskStatus::Running => {}
                status => return status,
            }
        }
    });
    while !host.is_finished() {
        ticks(&mut runtime, 1, 1000);
    }
    assert_eq!(
        host.join().expect("ends"),
        TaskStatus::Returned(Value::Number(9.0))
    );
}

/// What another thread gets, with ticks going on meanwhile.
fn from_another_thread<T: Send + 'static>(
    runtime: &mut Runtime,
    ask: impl FnOnce(raya_core::Handle) -> T + Send + 'static,
) -> T {
    let handle = runtime.handle();
    let host = std::thread::spawn(move || ask(handle));
    while !host.is_finished() {
        ticks(runtime, 1, 1000);
    }
    host.join().expect("ends")
}

fn taken<T>(reply: raya_core::Reply<T>) -> Result<T, VmError> {
    reply.wait().expect("a runtime")
}

#[test]
fn spec_t3_3_contexts_are_controlled_from_other_threads() {
    let mut runtime = runtime(1);
    let id = context(&mut runtime, with_world());
    let other = id;
    from_another_thread(&mut runtime, move |handle| {
        let state = || taken(handle.state(id));
        let spin = taken(handle.run_entry(id, "spin", vec![])).expect("starts");
        assert_eq!(state(), Ok(VmState::Running));
        assert_eq!(taken(handle.pause(id)), Ok(()));
        assert_eq!(state(), Ok(VmState::Paused));
        let steps = || taken(handle.stats(id)).expect("is live").steps_executed;
        let before = steps();
        assert_eq!(steps(), before, "it stands still");
        let run = taken(handle.run_steps(id, 500)).expect("is live");
        assert!((500..600).contains(&run), "{run}");
        assert_eq!(steps(), before + run);
        assert_eq!(taken(handle.resume(id)), Ok(()));
        assert_eq!(taken(handle.cancel(spin)), Ok(true));
        while taken(handle.task(spin)) == Ok(TaskStatus::Running) {}
        let ended = taken(handle.task(spin));
        assert!(
            matches!(ended, Ok(TaskStatus::Failed(VmError::Cancelled, _))),
            "{ended:?}"
        );
        let limits = taken(handle.limits(id)).expect("is live");
        let fewer = VmLimits {
            max_tasks: 7,
            ..limits
        };
        assert_eq!(taken(handle.set_limits(id, fewer.clone())), Ok(()));
        assert_eq!(taken(handle.limits(id)), Ok(fewer));
        assert_eq!(taken(handle.set_weight(id, 5)), Ok(()));
        assert!(matches!(
            taken(handle.set_weight(id, 0)),
            Err(VmError::InvalidOption(_))
        ));
        assert_eq!(taken(handle.set_priority(id, Priority::High)), Ok(()));
        assert_eq!(taken(handle.refill_steps(id, 10)), Ok(()));
        let stats = taken(handle.stats(id)).expect("is live");
        assert_eq!(
            (stats.weight, stats.priority, stats.max_tasks),
            (5, Priority::High, 7)
        );
        assert_eq!(taken(handle.subtree_stats(id)).map(|s| s.contexts), Ok(1));
        assert_eq!(taken(handle.context_ids()), Ok(vec![id]));
        assert_eq!(taken(handle.children(id)), Ok(vec![]));
        assert_eq!(taken(handle.handles(id)), Ok(vec![]));
        assert!(!taken(handle.events()).expect("are there").is_empty());
        assert_eq!(taken(handle.revoke(id, "world")), Ok(()));
        let used = taken(handle.grants_used(id)).expect("is live");
        assert!(used[0].revoked && used[0].capability == "world");
        assert_eq!(taken(handle.terminate(id)), Ok(()));
        assert_eq!(taken(handle.state(id)), Ok(VmState::Terminated));
        assert_eq!(taken(handle.pause(id)), Err(VmError::ContextNotFound(id)));
    });
    assert_eq!(runtime.state(other), VmState::Terminated);
}

#[test]
fn spec_t3_3_programs_and_states_cross_threads_as_bytes() {
    let mut runtime = runtime(1);
    let (task, dump) = from_another_thread(&mut runtime, |handle| {
        let program = taken(handle.load_program(program(false))).expect("is valid");
        let id = taken(handle.create(VmOptions::default())).expect("is made");
        assert_eq!(taken(handle.use_program(id, program)), Ok(()));
        let modules = taken(handle.initialize(id)).expect("starts");
        while taken(handle.task(modules)) == Ok(TaskStatus::Running) {}
        let args = vec![Value::Number(1.0), Value::Number(2.0)];
        let task = taken(handle.run_entry(id, "add", args)).expect("starts");
        assert_eq!(taken(handle.program_ids()), Ok(vec![program]));
        let dump = taken(handle.dump()).expect("is live");
        assert_eq!(taken(handle.unload_program(program)), Ok(()));
        assert_eq!(taken(handle.terminate(id)), Ok(()));
        assert_eq!(taken(handle.program_ids()), Ok(vec![]));
        (task, dump)
    });
    let mut copy = common::runtime(1);
    copy.load(&dump).expect("loads");
    copy.run_until_idle();
    assert_eq!(number(&copy, task), 3.0);
    drop(copy);
    let handle = {
        let gone = common::runtime(1);
        gone.handle()
    };
    assert!(
        handle.context_ids().wait().is_none(),
        "who is gone says nothing"
    );
}

#[test]
fn children_draw_on_their_parent_and_end_with_it() {
    let mut runtime = runtime(1);
    let parent = runtime.create(VmOptions {
        max_heap_bytes: 1000,
        max_tasks: 10,
        ..VmOptions::default()
    });
    let parent = parent.expect("is made");
    let small = |heap| VmOptions {
        max_heap_bytes: heap,
        max_tasks: 5,
        parent: Some(parent),
        ..VmOptions::default()
    };
    let first = runtime.create(small(600)).expect("fits");
    let error = runtime.create(small(600)).expect_err("does not fit");
    assert_eq!(
        error.to_string(),
        "invalid option `max_heap_bytes`: 600 is more than the parent has left (400)"
    );
    assert_eq!(
        runtime.vm(parent).expect("is live").stats().max_heap_bytes,
        1000
    );
    runtime.vm(first).expect("is live").terminate();
    let second = runtime
        .create(small(600))
        .expect("what the first had is back");
    runtime.vm(parent).expect("is live").terminate();
    assert!(matches!(
        runtime.vm(second),
        Err(VmError::ContextNotFound(_))
    ));
    assert!(runtime.context_ids().is_empty());
}

#[test]
fn typed_functions_check_their_signature_once_and_run_in_any_context_of_the_program() {
    let mut runtime = runtime(1);
    let mut new = || context(&mut runtime, VmOptions::default());
    let (a, b) = (new(), new());
    let vm = runtime.vm(a).expect("is live");
    let add = vm.function::<(f64, f64), f64>("add").expect("is typed so");
    for id in [a, b] {
        assert_eq!(add.call(&mut runtime, id, (2.0, 3.0)), Ok(5.0));
    }
    let wrong = runtime.vm(a).expect("is live");
    let wrong = wrong.function::<(f64, &str), f64>("add");
    let text = wrong.expect_err("takes no string").to_string();
    let both = [
        "(a: number, b: number) => number",
        "(a: number, b: string) => number",
    ];
    assert!(both.iter().all(|t| text.contains(t)), "{text}");
    let empty = runtime.create(VmOptions::default()).expect("is valid");
    let other = add.call(&mut runtime, empty, (1.0, 1.0));
    assert_eq!(other, Err(VmError::OtherProgram(empty)));
    runtime.vm(b).expect("is live").terminate();
    let gone = add.call(&mut runtime, b, (1.0, 1.0));
    assert_eq!(gone, Err(VmError::ContextNotFound(b)));
}

#[test]
fn a_call_of_a_paused_vm_waits_until_it_is_resumed() {
    let mut runtime = runtime(1);
    let id = context(&mut runtime, VmOptions::default());
    let add = runtime.vm(id).expect("is live");
    let add = add.function::<(f64, f64), f64>("add").expect("is typed so");
    assert_eq!(add.call(&mut runtime, id, (2.0, 3.0)), Ok(5.0));
    runtime.vm(id).expect("is live").pause();
    let task = match add.call(&mut runtime, id, (2.0, 4.0)) {
        Err(VmError::Pending(task)) => task,
        other => panic!("{other:?}"),
    };
    runtime.run_until_idle();
    assert_eq!(runtime.task(task), Ok(TaskStatus::Running));
    runtime.vm(id).expect("is live").resume();
    runtime.run_until_idle();
    assert_eq!(
        runtime.task(task),
        Ok(TaskStatus::Returned(Value::Number(6.0)))
    );
}

#[test]
fn contexts_called_side_by_side_do_what_they_do_one_by_one() {
    let build = |threads| {
        let mut runtime = runtime(threads);
        let ids: Vec<_> = (0..40)
            .map(|_| context(&mut runtime, VmOptions::default()))
            .collect();
        // Some have something else to do, one is gone.
        for id in &ids[3..6] {
            start(&mut runtime, *id, "nap", &[5.0]);
        }
        runtime.vm(ids[7]).expect("is live").terminate();
        (runtime, ids)
    };
    let (mut single, ids) = build(1);
    let vm = single.vm(ids[0]).expect("is live");
    let sum = vm.function::<(f64,), f64>("sum").expect("is typed so");
    let argument = |id: raya_core::ContextId| (id.index() as f64 * 10.0,);
    let one_by_one: Vec<_> = ids
        .iter()
        .map(|&id| sum.call(&mut single, id, argument(id)))
        .collect();
    assert_eq!(one_by_one[7], Err(VmError::ContextNotFound(ids[7])));
    for threads in [1, 2] {
        let (mut runtime, ids) = build(threads);
        let results = sum.call_each(&mut runtime, &ids, argument);
        assert_eq!(results, one_by_one);
        assert_eq!(runtime.hash(), single.hash());
        // Twice the same, in any order.
        let twice = [ids[9], ids[8], ids[9]];
        let results = sum.call_each(&mut runtime, &twice, argument);
        assert_eq!(results[0], results[2]);
    }
}
