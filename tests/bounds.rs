//! Every limit at its edge: as much as is allowed works, one more fails with both numbers. And the list of all limits, which can't rot.
//!
//! What a context's options may be at most is in `src/options.rs`, what an image may hold in `bytecode/tests/limits.rs`, what crosses between
//! contexts in `systems/marshal/tests.rs`.

mod common;
#[path = "common/script.rs"]
mod script;

use common::{context, number, program, runtime, start, ticks};
use raya_core::{
    Call, Capability, EventKind, Grant, Runtime, TaskStatus, TickBudget, Value, VmError, VmOptions,
};
use script::Programs;
use std::fs;
use std::path::{Path, PathBuf};

/// What an export gives in a context with these options, and whether it is the limit that it meets, with what it wanted and what it may.
fn outcome(name: &str, args: &[f64], options: VmOptions) -> Result<Value, (u64, u64)> {
    let mut runtime = runtime(1);
    let id = context(&mut runtime, options);
    let args = args.iter().map(|&n| Value::Number(n)).collect();
    let result = runtime.vm(id).expect("is live").call(name, args);
    result.map_err(|error| match error {
        VmError::HeapLimitExceeded { used, max } => (used, max),
        VmError::TaskLimitExceeded { count, max } => (count.into(), max.into()),
        VmError::StepBudgetExceeded { steps, max } => (steps, max),
        VmError::StackLimitExceeded { frames, max } => (frames.into(), max.into()),
        other => panic!("{other}"),
    })
}

/// A limit, an export that uses it, and how much its error may be above the limit.
struct Limit {
    options: fn(u64) -> VmOptions,
    export: (&'static str, &'static [f64]),
    /// Bytes of a word, of blocks of steps.
    unit: u64,
}

const LIMITS: &[Limit] = &[
    Limit {
        options: |n| VmOptions {
            max_heap_bytes: n,
            ..VmOptions::default()
        },
        export: ("churn", &[1.0]),
        unit: 8,
    },
    Limit {
        options: |n| VmOptions {
            max_tasks: n as u32,
            ..VmOptions::default()
        },
        export: ("flood", &[5.0]),
        unit: 1,
    },
    Limit {
        options: |n| VmOptions {
            max_step_budget: Some(n),
            ..VmOptions::default()
        },
        export: ("sum", &[100.0]),
        unit: 1,
    },
    Limit {
        options: |n| VmOptions {
            max_stack_frames: n as u32,
            ..VmOptions::default()
        },
        export: ("add", &[2.0, 3.0]),
        unit: 1,
    },
];

#[test]
fn at_a_limit_it_works_and_one_below_it_fails_with_both_numbers() {
    for limit in LIMITS {
        let (name, args) = limit.export;
        let run = |n: u64| outcome(name, args, (limit.options)(n));
        let (mut fails, mut works) = (0, 1 << 20);
        assert!(run(fails).is_err() && run(works).is_ok(), "{name}");
        while works - fails > limit.unit {
            let middle = fails + (works - fails) / 2;
            let middle = middle.next_multiple_of(limit.unit).min(works - limit.unit);
            match run(middle) {
                Ok(_) => works = middle,
                Err(_) => fails = middle,
            }
        }
        assert_eq!(run(works), run(1 << 20), "{name}");
        let (wanted, max) = run(fails).expect_err("is below");
        assert_eq!(max, fails, "{name}");
        assert!(wanted > max, "{name}: {wanted} of {max}");
    }
}

#[test]
fn a_tick_takes_no_more_than_its_steps_and_the_next_goes_on() {
    let mut runtime = runtime(1);
    let options = VmOptions {
        max_steps_per_tick: Some(1000),
        ..VmOptions::default()
    };
    let id = context(&mut runtime, options);
    start(&mut runtime, id, "spin", &[]);
    for tick in 1..=50 {
        ticks(&mut runtime, 1, 1_000_000);
        let steps = runtime.vm(id).expect("is live").stats().steps_executed;
        // What a block took beyond it comes off the next.
        assert!(
            ((tick * 1000)..(tick * 1000 + 10)).contains(&steps),
            "{steps}"
        );
    }
}

#[test]
fn outcomes_are_kept_until_eight_are_newer() {
    let mut runtime = runtime(1);
    let id = context(&mut runtime, VmOptions::default());
    let mut tasks = Vec::new();
    for _ in 0..40 {
        tasks.push(start(&mut runtime, id, "main", &[]));
        runtime.run_until_idle();
        for &kept in tasks.iter().rev().take(8) {
            assert_eq!(number(&runtime, kept), 42.0);
        }
    }
    let kept = tasks.iter().filter(|&&task| runtime.task(task).is_ok());
    assert!((8..=12).contains(&kept.count()), "those before are dropped");
    assert_eq!(runtime.task(tasks[0]), Err(VmError::TaskNotFound(tasks[0])));
}

#[test]
fn a_context_has_64_grants_at_most() {
    let mut runtime = Runtime::with_threads(1);
    let names: Vec<String> = (0..65).map(|n| format!("c{n}")).collect();
    for name in &names {
        let capability = Capability::new(name).function("f", |_: &Call, x: f64| x);
        runtime.register(capability).expect("is new");
    }
    let mut create = |count: usize| {
        runtime.create(VmOptions {
            capabilities: names[..count].iter().map(Grant::new).collect(),
            ..VmOptions::default()
        })
    };
    assert!(create(64).is_ok());
    let error = create(65).expect_err("is one more");
    assert_eq!(
        error.to_string(),
        "invalid option `capabilities`: 65 are more than 64"
    );
}

#[test]
fn a_queue_of_events_holds_as_many_as_it_says() {
    let mut runtime = runtime(1);
    let rbin = runtime.load_program(&program(false)).expect("is valid");
    let ids: Vec<_> = (0..4097)
        .map(|_| {
            let id = runtime.create(VmOptions::default()).expect("is valid");
            let mut vm = runtime.vm(id).expect("is live");
            vm.load_program(rbin).expect("asks for nothing");
            vm.run_entry("main", vec![]).expect("starts");
            id
        })
        .collect();
    runtime.run_until_idle();
    assert_eq!((runtime.events().count(), ids.len()), (4096, 4097));
    assert_eq!(runtime.events_dropped(), 1);
}

#[test]
fn a_tick_of_any_fuel_is_taken() {
    let mut runtime = runtime(1);
    let id = context(&mut runtime, VmOptions::default());
    let task = start(&mut runtime, id, "sum", &[1000.0]);
    runtime.tick(TickBudget::fuel(0));
    assert_eq!(runtime.task(task), Ok(TaskStatus::Running));
    for _ in 0..3 {
        runtime.tick(TickBudget::fuel(u64::MAX));
    }
    assert_eq!(number(&runtime, task), 499_500.0);
}

const MOD: &str = r#"
/** A text of so many units, doubled until it is long enough. */
export function text(n: number): number {
  let text = "";
  for (let part = "x"; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) text = text + part;
    if (n > 1) part = part + part;
  }
  return text.length;
}

export function list(n: number): number {
  return new Array<number>(n).length;
}

async function fails(): Promise<void> {
  throw new Error("nobody looks");
}

export function rejects(n: number): void {
  for (let i = 0; i < n; i++) fails();
}
"#;
const MODS: Programs = &[("./mod.rbin", MOD)];

/// What an export of the mod gives.
fn call(name: &str, n: f64) -> Result<Value, VmError> {
    let mut runtime = script::runtime(1, MODS);
    let id = script::context(&mut runtime, MODS, VmOptions::default());
    let mut vm = runtime.vm(id).expect("is live");
    vm.call(name, vec![Value::Number(n)])
}

/// The name and message of what was thrown.
fn thrown(result: Result<Value, VmError>) -> String {
    match result {
        Err(VmError::Guest(fault)) => format!("{}: {}", fault.name, fault.message),
        other => panic!("{other:?}"),
    }
}

#[test]
fn texts_are_as_long_as_in_node() {
    let most = 536_870_888.0;
    assert_eq!(call("text", most), Ok(Value::Number(most)));
    assert_eq!(
        thrown(call("text", most + 1.0)),
        "RangeError: Invalid string length"
    );
}

#[test]
fn a_length_that_no_index_reaches_is_none() {
    let most = f64::from(i32::MAX) - 1.0;
    // It is one, for which there is no room.
    let large = call("list", most);
    assert!(
        matches!(large, Err(VmError::HeapLimitExceeded { .. })),
        "{large:?}"
    );
    assert_eq!(
        thrown(call("list", most + 1.0)),
        "RangeError: Invalid array length"
    );
}

#[test]
fn rejections_are_all_counted_and_the_first_eight_told() {
    for (n, told) in [(1u32, 1), (8, 8), (9, 8), (100, 8)] {
        let mut runtime = script::runtime(1, MODS);
        let id = script::context(&mut runtime, MODS, VmOptions::default());
        let mut vm = runtime.vm(id).expect("is live");
        let args = vec![Value::Number(f64::from(n))];
        let entry = vm.run_entry("rejects", args).expect("starts");
        runtime.run_until_idle();
        assert_eq!(
            runtime.task(entry),
            Ok(TaskStatus::Returned(Value::Undefined))
        );
        let events: Vec<_> = runtime.events().collect();
        let counts = events
            .iter()
            .filter(|e| e.kind == EventKind::UnhandledRejection);
        assert_eq!(counts.map(|e| e.count).sum::<u64>(), n.into());
        // Runs have numbers one after the other: the entry's, one for each that is told, the next.
        let next = runtime
            .vm(id)
            .expect("is live")
            .run_entry("rejects", vec![Value::Number(0.0)]);
        let next = next.expect("starts").to_string();
        let told_before = next[3..].split('v').next().map(str::parse::<u32>);
        assert_eq!(told_before, Some(Ok(told + 1)), "{n}");
    }
}

/// A limit and the test that meets it, at the limit and beyond.
type Shown = (&'static str, &'static str, &'static str);

const OPTIONS: &str = "what_is_too_much_is_named_with_the_numbers";
const IMAGE: &str = "as_many_as_fit_are_not_too_many_and_one_more_is";
const EDGE: &str = "at_a_limit_it_works_and_one_below_it_fails_with_both_numbers";

const SHOWN: &[Shown] = &[
    // Options of a context.
    ("max_heap_bytes", "tests/bounds.rs", EDGE),
    ("max_tasks", "tests/bounds.rs", EDGE),
    ("max_step_budget", "tests/bounds.rs", EDGE),
    ("max_stack_frames", "tests/bounds.rs", EDGE),
    (
        "max_steps_per_tick",
        "tests/bounds.rs",
        "a_tick_takes_no_more_than_its_steps_and_the_next_goes_on",
    ),
    (
        "max_handles",
        "tests/handles.rs",
        "spec_t2_3_how_many_handles_a_context_may_hold_is_an_option",
    ),
    (
        "soft_heap_bytes",
        "tests/contexts.rs",
        "spec_i_6_a_soft_mark_tells_before_the_hard_limit_bites",
    ),
    (
        "soft_steps",
        "tests/contexts.rs",
        "the_soft_mark_of_steps_stops_at_a_block_and_moves_with_a_refill",
    ),
    (
        "on_limit",
        "tests/suspend.rs",
        "what_a_limit_suspends_goes_on_as_if_there_had_been_more_from_the_start",
    ),
    // What they may be at most.
    ("HEAP_BYTES_LIMIT", "src/options.rs", OPTIONS),
    ("TASKS_LIMIT", "src/options.rs", OPTIONS),
    ("HANDLES_LIMIT", "src/options.rs", OPTIONS),
    ("WEIGHT_LIMIT", "src/options.rs", OPTIONS),
    ("STEPS_LIMIT", "src/options.rs", OPTIONS),
    ("NAME_BYTES_LIMIT", "src/options.rs", OPTIONS),
    // What a context can't choose.
    (
        "HANDLES_MAX",
        "tests/handles.rs",
        "handles_nobody_holds_are_released_and_their_number_is_limited",
    ),
    (
        "GRANTS_MAX",
        "tests/bounds.rs",
        "a_context_has_64_grants_at_most",
    ),
    (
        "OUTCOMES_KEPT_MAX",
        "tests/bounds.rs",
        "outcomes_are_kept_until_eight_are_newer",
    ),
    (
        "UNHANDLED_MAX",
        "tests/bounds.rs",
        "rejections_are_all_counted_and_the_first_eight_told",
    ),
    (
        "EVENTS_MAX",
        "storages/events.rs",
        "a_guests_mailbox_holds_256_kinds_of_event",
    ),
    (
        "EMBEDDER_EVENTS_MAX",
        "tests/bounds.rs",
        "a_queue_of_events_holds_as_many_as_it_says",
    ),
    (
        "OUTBOX_REQUESTS_MAX",
        "systems/tests/outbox.rs",
        "who_asks_too_much_stops_until_it_was_served",
    ),
    (
        "CANCEL_GRACE_STEPS",
        "tests/control.rs",
        "who_is_cancelled_where_it_is_has_so_many_steps_left",
    ),
    (
        "STRING_MAX",
        "tests/bounds.rs",
        "texts_are_as_long_as_in_node",
    ),
    (
        "LENGTH_MAX",
        "tests/bounds.rs",
        "a_length_that_no_index_reaches_is_none",
    ),
    (
        "POOL_STEPS_MAX",
        "tests/bounds.rs",
        "a_tick_of_any_fuel_is_taken",
    ),
    (
        "UNITS_MAX",
        "storages/contexts.rs",
        "credits_are_no_more_than_schedules_give",
    ),
    // No heap can get there: an assertion beside `HEAP_BYTES_LIMIT` says so.
    ("HEAP_WORDS_MAX", "src/options.rs", OPTIONS),
    // What crosses between contexts.
    (
        "VALUE_BYTES_MAX",
        "systems/marshal/tests.rs",
        "spec_t6_2_typed_arrays_are_of_their_kind_and_no_larger_than_allowed",
    ),
    (
        "VALUE_DEPTH_MAX",
        "systems/marshal/tests.rs",
        "what_cannot_leave_is_named",
    ),
    (
        "CHECK_STEPS_MAX",
        "systems/marshal/tests.rs",
        "hostile_unions_end",
    ),
    // Programs.
    (
        "IMAGE_BYTES_MAX",
        "bytecode/tests/limits.rs",
        "an_image_is_refused_by_its_length_alone",
    ),
    ("FUNCTIONS_MAX", "bytecode/tests/limits.rs", IMAGE),
    ("CLASSES_MAX", "bytecode/tests/limits.rs", IMAGE),
    ("STRINGS_MAX", "bytecode/tests/limits.rs", IMAGE),
    ("NUMBERS_MAX", "bytecode/tests/limits.rs", IMAGE),
    ("SIGS_MAX", "bytecode/tests/limits.rs", IMAGE),
    ("MEMBERS_MAX", "bytecode/tests/limits.rs", IMAGE),
    ("IMPORTS_MAX", "bytecode/tests/limits.rs", IMAGE),
    ("FILES_MAX", "bytecode/tests/limits.rs", IMAGE),
    ("REGISTERS_MAX", "bytecode/tests/limits.rs", IMAGE),
    ("PARAMS_MAX", "bytecode/tests/limits.rs", IMAGE),
    ("FUNCTION_CODE_MAX", "bytecode/tests/limits.rs", IMAGE),
    ("FUNCTION_HANDLERS_MAX", "bytecode/tests/limits.rs", IMAGE),
    ("STRING_UNITS_MAX", "bytecode/tests/limits.rs", IMAGE),
    (
        "OBJECT_WORDS_MAX",
        "bytecode/tests/limits.rs",
        "objects_end_where_offsets_do",
    ),
    (
        "BLOCK_COST_MAX",
        "bytecode/tests/limits.rs",
        "a_block_that_costs_more_than_a_byte_holds_is_split",
    ),
];

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The sources below a folder, without its tests.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("is a folder").flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("tests") && !path.ends_with("benches") {
            sources(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(path);
        }
    }
}

/// The limit that a line declares, if it does: a constant that others see, by its name.
fn declared(line: &str) -> Option<&str> {
    let (before, rest) = line.split_once("const ")?;
    let (name, _) = rest.split_once(": ")?;
    let is_limit = name.ends_with("_MAX") || name.ends_with("_LIMIT");
    (before.trim_start().starts_with("pub") && is_limit).then_some(name)
}

#[test]
fn every_limit_has_a_test_that_meets_it() {
    let mut files = Vec::new();
    for folder in ["bytecode", "storages", "systems", "src"] {
        sources(&root().join(folder), &mut files);
    }
    let texts: Vec<String> = files.iter().map(|path| read(path)).collect();
    let constants = texts
        .iter()
        .flat_map(|text| text.lines())
        .filter_map(declared);
    let options = read(&root().join("src/options.rs"));
    let (_, fields) = options
        .split_once("pub struct VmLimits {")
        .expect("is there");
    let (fields, _) = fields.split_once("\n}\n").expect("ends");
    let fields = fields
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub "));
    let fields = fields.filter_map(|line| line.split(':').next());
    let limits: Vec<&str> = constants.chain(fields).collect();
    assert!(limits.len() > 40, "{limits:?}");
    let is_shown = |limit: &&&str| SHOWN.iter().any(|(shown, ..)| shown == *limit);
    let missing: Vec<_> = limits.iter().filter(|limit| !is_shown(limit)).collect();
    assert!(missing.is_empty(), "no test meets {missing:?}");
    for (limit, file, test) in SHOWN {
        let text = read(&root().join(file));
        assert!(
            text.contains(&format!("fn {test}()")),
            "{limit}: {file} has no test {test}"
        );
    }
}
