//! Every way to misuse a context ends in its own clear error, and everyone else goes on.

mod common;
#[path = "common/script.rs"]
mod script;

use common::{context, number, runtime, start, ticks};
use raya_core::{ContextId, Runtime, TaskId, TaskStatus, TickBudget, Value, VmError, VmOptions};

/// Ticks that any misuse below takes at most.
const TICKS: u32 = 2000;
/// Fuel of each.
const FUEL: u64 = 100_000;

/// Small limits on everything.
fn limited() -> VmOptions {
    VmOptions {
        max_heap_bytes: 1 << 20,
        max_tasks: 100,
        max_step_budget: Some(20_000_000),
        max_stack_frames: 1000,
        name: "mod".into(),
        ..VmOptions::default()
    }
}

/// Runs a misuse beside a neighbour that adds up numbers; gives its error. The neighbour must come to its end.
fn misuse(name: &str, args: &[f64], options: VmOptions) -> VmError {
    let mut runtime = runtime(2);
    let neighbour = context(&mut runtime, VmOptions::default());
    let id = context(&mut runtime, options);
    let honest = start(&mut runtime, neighbour, "sum", &[100_000.0]);
    let task = start(&mut runtime, id, name, args);
    for _ in 0..TICKS {
        ticks(&mut runtime, 1, FUEL);
        if runtime.task(task) != Ok(TaskStatus::Running) {
            break;
        }
    }
    runtime.run_until_idle();
    assert_eq!(number(&runtime, honest), 4_999_950_000.0);
    let stats = runtime.vm(id).expect("it is still there").stats();
    assert!(stats.heap_bytes_used <= stats.max_heap_bytes, "{stats:?}");
    check_recovery(&mut runtime, id);
    error(&runtime, task)
}

/// After a fault the context still works, unless its steps are used up.
fn check_recovery(runtime: &mut Runtime, id: ContextId) {
    let mut vm = runtime.vm(id).expect("it is still there");
    match vm.call("main", vec![]) {
        Ok(value) => assert_eq!(value, Value::Number(42.0)),
        Err(VmError::StepBudgetExceeded { .. }) => {}
        Err(other) => panic!("{other}"),
    }
}

fn error(runtime: &Runtime, task: TaskId) -> VmError {
    match runtime.task(task) {
        Ok(TaskStatus::Failed(error, _)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn spec_t4_3_a_loop_without_end_meets_the_step_budget() {
    let error = misuse("spin", &[], limited());
    let VmError::StepBudgetExceeded {
        steps,
        max: 20_000_000,
    } = error
    else {
        panic!("{error}")
    };
    assert!((20_000_000..20_000_300).contains(&steps), "{steps}");
}

#[test]
fn spec_t4_4_endless_recursion_meets_the_stack_limit() {
    assert_eq!(
        misuse("recurse", &[], limited()),
        VmError::StackLimitExceeded {
            frames: 1001,
            max: 1000
        }
    );
}

#[test]
fn a_limit_cannot_be_caught() {
    assert_eq!(
        misuse("stubborn", &[], limited()),
        VmError::StackLimitExceeded {
            frames: 1001,
            max: 1000
        }
    );
}

#[test]
fn spec_t4_1_an_array_pushed_to_for_ever_meets_the_heap_limit() {
    let error = misuse("grow", &[], limited());
    let VmError::HeapLimitExceeded { used, max } = error else {
        panic!("{error}")
    };
    assert_eq!(max, 1 << 20);
    assert!(used > max, "{used}");
}

#[test]
fn spec_t4_7_a_string_repeated_too_often_is_refused_before_it_is_made() {
    let error = misuse("repeat", &[], limited());
    let is_clear = match &error {
        VmError::HeapLimitExceeded { used, max } => used > max,
        VmError::Guest(fault) => fault.name == "RangeError",
        _ => false,
    };
    assert!(is_clear, "{error}");
}

#[test]
fn spec_t4_2_ten_thousand_tasks_meet_the_task_limit() {
    let error = misuse("flood", &[10_000.0], limited());
    assert_eq!(
        error,
        VmError::TaskLimitExceeded {
            count: 101,
            max: 100
        }
    );
}

#[test]
fn spec_t4_2_ten_thousand_entries_meet_the_task_limit() {
    let mut runtime = runtime(1);
    let id = context(&mut runtime, limited());
    let mut vm = runtime.vm(id).expect("is live");
    let refused = (0..10_000)
        .filter_map(|_| vm.run_entry("spin", vec![]).err())
        .collect::<Vec<_>>();
    assert!(refused.len() >= 9_900);
    assert!(
        refused
            .iter()
            .all(|e| matches!(e, VmError::TaskLimitExceeded { max: 100, .. }))
    );
}

#[test]
fn spec_t4_5_whatever_is_thrown_reaches_the_caller() {
    let error = misuse("throws", &[], limited());
    let VmError::Guest(fault) = &error else {
        panic!("{error}")
    };
    assert_eq!((fault.name.as_str(), fault.message.as_str()), ("", "7"));
    assert_eq!(
        (
            fault.trace[0].function.as_str(),
            fault.trace[0].file.as_str()
        ),
        ("throws", "mod.ts")
    );
    let error = misuse("traps", &[], limited());
    let VmError::Guest(fault) = &error else {
        panic!("{error}")
    };
    assert_eq!(fault.message, "Index out of range");
    assert!(error.to_string().contains("at traps (mod.ts:"), "{error}");
}

#[test]
fn a_program_that_makes_garbage_for_ever_runs_for_ever_in_little_memory() {
    let mut runtime = runtime(1);
    let id = context(
        &mut runtime,
        VmOptions {
            max_heap_bytes: 1 << 20,
            ..VmOptions::default()
        },
    );
    let result = runtime
        .vm(id)
        .expect("is live")
        .call("churn", vec![Value::Number(20_000.0)]);
    assert_eq!(result, Ok(Value::Number(20_000.0)));
    let stats = runtime.vm(id).expect("is live").stats();
    assert!(stats.collections > 100, "{stats:?}");
}

/// Limits of one kind from 0 up: an error that names the limit, or success, and never anything else.
fn sweep(
    limit: impl Fn(u64) -> VmOptions,
    is_named: impl Fn(&VmError) -> bool,
    values: impl Iterator<Item = u64>,
) {
    let mut has_succeeded = false;
    for value in values {
        let mut runtime = runtime(1);
        let id = context(&mut runtime, limit(value));
        for (name, args, expected) in [("add", vec![2.0, 3.0], 5.0), ("count", vec![], 101.0)] {
            let args: Vec<_> = args.into_iter().map(Value::Number).collect();
            match runtime.vm(id).expect("is live").call(name, args) {
                Ok(result) => {
                    assert_eq!(result, Value::Number(expected));
                    has_succeeded = true;
                }
                Err(error) => {
                    assert!(is_named(&error), "{value}: {error}");
                    assert!(!has_succeeded, "more of a limit is never worse: {value}");
                }
            }
        }
    }
    assert!(has_succeeded);
}

#[test]
fn spec_s_2_every_limit_from_0_up_fails_clearly_or_works() {
    let default = VmOptions::default;
    sweep(
        |n| VmOptions {
            max_heap_bytes: n,
            ..default()
        },
        |e| matches!(e, VmError::HeapLimitExceeded { .. }),
        (0..4096).step_by(8),
    );
    sweep(
        |n| VmOptions {
            max_tasks: n as u32,
            ..default()
        },
        |e| matches!(e, VmError::TaskLimitExceeded { .. }),
        0..4,
    );
    sweep(
        |n| VmOptions {
            max_stack_frames: n as u32,
            ..default()
        },
        |e| matches!(e, VmError::StackLimitExceeded { .. }),
        0..4,
    );
    sweep_steps();
}

fn sweep_steps() {
    for steps in 0..60 {
        let mut runtime = runtime(1);
        let id = context(
            &mut runtime,
            VmOptions {
                max_step_budget: Some(steps),
                ..VmOptions::default()
            },
        );
        let args = vec![Value::Number(2.0), Value::Number(3.0)];
        match runtime.vm(id).expect("is live").call("add", args) {
            Ok(result) => assert_eq!(result, Value::Number(5.0)),
            Err(VmError::StepBudgetExceeded { max, .. }) => assert_eq!(max, steps),
            Err(other) => panic!("{steps}: {other}"),
        }
    }
}

#[test]
fn spec_t4_3_a_budget_used_up_ends_all_tasks_of_its_context() {
    let mut runtime = runtime(1);
    let id = context(
        &mut runtime,
        VmOptions {
            max_step_budget: Some(5000),
            ..VmOptions::default()
        },
    );
    let names = ["nap", "spin", "sum"];
    let tasks = names.map(|name| {
        start(
            &mut runtime,
            id,
            name,
            &[1e9][..usize::from(name != "spin")],
        )
    });
    ticks(&mut runtime, 10, 10_000);
    for task in tasks {
        let error = error(&runtime, task);
        assert!(
            matches!(error, VmError::StepBudgetExceeded { max: 5000, .. }),
            "{error}"
        );
    }
}

const KEEPER: script::Programs = &[(
    "./mod.rbin",
    r#"
    let release: (n: number) => void = (n) => {};
    const kept: Promise<number>[] = [];
    async function waits(p: Promise<number>): Promise<number> {
      return await p;
    }
    async function follows(p: Promise<number>): Promise<number> {
      return waits(p);
    }
    export async function hold(): Promise<number> {
      const p = new Promise<number>((resolve) => {
        release = resolve;
      });
      kept.push(p, follows(p), waits(p));
      return await p;
    }
    export function spin(): void {
      while (true) {}
    }
    export async function other(): Promise<void> {
      await new Promise<string>(() => {});
    }
    export function free(): void {
      release(7);
    }"#,
)];

#[test]
fn promises_forget_who_waited_for_them_when_the_budget_ended() {
    let mut runtime = script::runtime(1, KEEPER);
    let options = VmOptions {
        max_step_budget: Some(10_000),
        ..VmOptions::default()
    };
    let id = script::context(&mut runtime, KEEPER, options);
    let mut vm = runtime.vm(id).expect("is live");
    let held = vm.run_entry("hold", vec![]).expect("starts");
    runtime.tick(TickBudget::fuel(1000));
    let mut vm = runtime.vm(id).expect("is live");
    let spun = vm.run_entry("spin", vec![]).expect("starts");
    runtime.tick(TickBudget::fuel(100_000));
    for task in [held, spun] {
        assert!(matches!(
            error(&runtime, task),
            VmError::StepBudgetExceeded { .. }
        ));
    }
    let bytes = runtime.dump();
    runtime.load(&bytes).expect("what was dumped loads");

    // Rows of tasks are used again: nobody is woken for one who is gone.
    let mut vm = runtime.vm(id).expect("is live");
    vm.refill_steps(10_000).expect("there is no parent");
    let start = |_| vm.run_entry("other", vec![]).expect("starts");
    let others: Vec<TaskId> = (0..8).map(start).collect();
    runtime.tick(TickBudget::fuel(2000));
    let mut vm = runtime.vm(id).expect("is live");
    vm.call("free", vec![]).expect("returns");
    runtime.tick(TickBudget::fuel(2000));
    for task in others {
        assert_eq!(runtime.task(task), Ok(TaskStatus::Running));
    }
}

/// A small heap gives large values: what is in one twice is there twice.
const LARGE: script::Programs = &[(
    "./large.rbin",
    r#"
    export function large(rows: number): string[][] {
      const row: string[] = new Array<string>(1000).fill("some text that is the same in all of them");
      return new Array<string[]>(rows).fill(row);
    }
    export function small(n: number): number { return n; }
    export function thrown(): void { throw new Error("x".repeat(50_000)); }
    "#,
)];

#[test]
fn outcomes_that_are_kept_take_no_more_than_the_heap_may_but_for_the_latest() {
    let mut runtime = script::runtime(1, LARGE);
    let options = VmOptions {
        max_heap_bytes: 100_000,
        ..VmOptions::default()
    };
    let id = script::context(&mut runtime, LARGE, options);
    let mut run = |name: &str, n: f64| {
        let mut vm = runtime.vm(id).expect("is live");
        let args = if name == "thrown" {
            vec![]
        } else {
            vec![Value::Number(n)]
        };
        let task = vm.run_entry(name, args).expect("is exported");
        runtime.run_until_idle();
        let outcome = runtime.task(task).expect("the latest is there");
        (task, outcome, runtime.dump().len())
    };
    // Each takes some 5 MB.
    let kept: Vec<(TaskId, TaskStatus, usize)> = (0..20).map(|_| run("large", 100.0)).collect();
    assert!(
        kept.iter()
            .all(|(_, o, _)| matches!(o, TaskStatus::Returned(_)))
    );
    let sizes: Vec<usize> = kept.iter().map(|kept| kept.2).collect();
    assert!(
        sizes.iter().all(|size| *size < sizes[0] + 100_000),
        "{sizes:?}"
    );
    // Small ones are kept beside it, until there are too many.
    let (first, ..) = run("small", 1.0);
    let (second, ..) = run("small", 2.0);
    let (_, failed, size) = run("thrown", 0.0);
    assert!(
        matches!(failed, TaskStatus::Failed(VmError::Guest(fault), _) if fault.message.len() < 5_000)
    );
    assert!(size < 200_000, "{size}");
    for (task, n) in [(first, 1.0), (second, 2.0)] {
        let returned = Ok(TaskStatus::Returned(Value::Number(n)));
        assert_eq!(runtime.task(task), returned);
    }
    let (large, ..) = kept.last().expect("there are some");
    assert_eq!(runtime.task(*large), Err(VmError::TaskNotFound(*large)));
}
