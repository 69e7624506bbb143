//! Golden programs: each prints here what it printed in Node.
//!
//! A golden is `tests/goldens/NAME.ts`, or `NAME/main.ts` with modules beside it; `NAME.out` holds what Node printed and
//! is made anew by `tests/bless.sh`. Each runs three times: in one go, with a fuel of 1 a tick (those that take too
//! long for that: with little), and in pieces between which the whole state moves to another runtime by its dump.
//! Absent: errors of the compiler (its own tests), several contexts at once.

use raya_bytecode::codec;
use raya_compiler::load::FileSystem;
use raya_core::{Call, Capability, Runtime, TaskId, TaskStatus, TickBudget, VmOptions};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A run that has not ended by then never will.
const TICKS_MAX: u64 = 20_000_000;
/// Up to so many steps a golden is run one step a tick.
const SINGLE_STEPS_MAX: u64 = 1_000_000;
/// Between two moves to another runtime.
const TICKS_PER_MOVE: u64 = 50;

struct Golden {
    name: String,
    entry: PathBuf,
    expected: String,
}

fn goldens() -> Vec<Golden> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens");
    let mut outs: Vec<_> = fs::read_dir(&folder)
        .expect("the goldens")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "out"))
        .collect();
    outs.sort();
    outs.iter().map(|out| golden(out)).collect()
}

fn golden(out: &Path) -> Golden {
    let file = out.with_extension("ts");
    Golden {
        name: out.file_stem().expect("a name").to_string_lossy().into(),
        entry: if file.exists() {
            file
        } else {
            out.with_extension("").join("main.ts")
        },
        expected: fs::read_to_string(out).expect("UTF-8"),
    }
}

/// What a program prints, shared by the runtimes that it moves through.
type Printed = Arc<Mutex<String>>;

fn runtime(printed: &Printed) -> Runtime {
    let printed = printed.clone();
    let mut runtime = Runtime::with_threads(1);
    let console =
        Capability::new("console").blocking("print", move |_: &Call, level: f64, text: &str| {
            if level == 1.0 {
                let mut printed = printed.lock().expect("nobody panics while printing");
                writeln!(printed, "{text}").expect("strings take everything");
            }
        });
    runtime.register(console).expect("the first of its name");
    runtime
}

/// How a program is run.
#[derive(Clone, Copy)]
struct Pace {
    fuel: u64,
    moves: bool,
}

/// What a program did.
struct Run {
    printed: String,
    steps: u64,
}

fn run(bytes: &[u8], pace: Pace) -> Run {
    let printed = Printed::default();
    let mut host = runtime(&printed);
    let options = VmOptions {
        capabilities: vec!["console".into()],
        ..VmOptions::default()
    };
    let context = host.create(options).expect("a context");
    let mut vm = host.vm(context).expect("it was made just now");
    vm.load_rbin_bytes(bytes)
        .expect("what the compiler makes is valid");
    let task = vm
        .initialize()
        .expect("a program without imports but the console");
    let steps = run_to_end(&mut host, &printed, pace);
    let failure = failure(&host, task);
    let printed = printed
        .lock()
        .expect("nobody panics while printing")
        .clone();
    Run {
        printed: printed + &failure,
        steps,
    }
}

/// Ticks until nothing runs or sleeps; gives the steps.
fn run_to_end(host: &mut Runtime, printed: &Printed, pace: Pace) -> u64 {
    let mut steps = 0;
    let mut elapsed_ms = 0.0;
    for tick in 1..=TICKS_MAX {
        let report = host.tick(TickBudget {
            fuel: pace.fuel,
            elapsed_ms,
        });
        steps += report.steps;
        if report.runnable == 0 && report.sleeping == 0 {
            return steps;
        }
        elapsed_ms = if report.runnable == 0 { 1.0 } else { 0.0 };
        if pace.moves && tick % TICKS_PER_MOVE == 0 {
            let dump = host.dump();
            *host = runtime(printed);
            host.load(&dump).expect("its own dump");
        }
    }
    panic!("no end after {TICKS_MAX} ticks");
}

/// What the program failed with, as text to be found among what it printed.
fn failure(host: &Runtime, task: TaskId) -> String {
    match host.task(task).expect("the only task") {
        TaskStatus::Returned(_) => String::new(),
        TaskStatus::Running => "it waits for what never comes\n".into(),
        TaskStatus::Failed(error, fault) => format!("{error}\n{fault}\n"),
    }
}

/// `Err` says where the first difference is.
fn compare(how: &str, golden: &Golden, run: &Run) -> Result<(), String> {
    if run.printed == golden.expected {
        return Ok(());
    }
    let mut lines = run.printed.lines();
    let mut expected = golden.expected.lines();
    let mut number = 0;
    loop {
        number += 1;
        let (here, node) = (lines.next(), expected.next());
        if here != node || here.is_none() {
            let show =
                |line: Option<&str>| line.map_or("nothing".into(), |text| format!("{text:?}"));
            return Err(format!(
                "{how}, line {number}:\n    here: {}\n    Node: {}",
                show(here),
                show(node)
            ));
        }
    }
}

fn check(golden: &Golden) -> Result<(), String> {
    let entry = golden.entry.to_str().expect("a UTF-8 path");
    let image = raya_compiler::compile(entry, &FileSystem)
        .map_err(|diagnostics| diagnostics.render(false))?;
    let bytes = codec::encode(&image);
    let whole = run(
        &bytes,
        Pace {
            fuel: 1 << 40,
            moves: false,
        },
    );
    compare("in one go", golden, &whole)?;
    let fuel = 1 + whole.steps / SINGLE_STEPS_MAX * 100;
    compare(
        "in small steps",
        golden,
        &run(&bytes, Pace { fuel, moves: false }),
    )?;
    let fuel = 100 + whole.steps / 2000;
    compare(
        "moved about",
        golden,
        &run(&bytes, Pace { fuel, moves: true }),
    )
}

/// `check`, a panic being a failure like any other.
fn check_caught(golden: &Golden) -> Result<(), String> {
    std::panic::catch_unwind(|| check(golden)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        Err(format!(
            "panicked: {}",
            text.or(panic.downcast_ref::<&str>().copied())
                .unwrap_or("?")
        ))
    })
}

/// `check_caught` of all, on as many threads as there are cores. (Not on rayon's: they would take up one golden while
/// inside another's runtime.)
fn check_all(goldens: &[&Golden]) -> Vec<Result<(), String>> {
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(vec![Ok(()); goldens.len()]);
    let work = || {
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(golden) = goldens.get(place) else {
                return;
            };
            let outcome = check_caught(golden);
            outcomes.lock().expect("nobody panics with it")[place] = outcome;
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, |cores| cores.get()) {
            scope.spawn(work);
        }
    });
    outcomes.into_inner().expect("nobody panicked with it")
}

#[test]
fn programs_print_what_node_prints() {
    let wanted = std::env::var("RAYA_GOLDEN").ok();
    let goldens = goldens();
    let chosen = |golden: &&Golden| {
        wanted
            .as_ref()
            .is_none_or(|name| golden.name.contains(name.as_str()))
    };
    let chosen: Vec<_> = goldens.iter().filter(chosen).collect();
    let outcomes = check_all(&chosen);
    let mut report = String::new();
    for (golden, outcome) in chosen.iter().zip(&outcomes) {
        if let Err(difference) = outcome {
            writeln!(report, "{}: {difference}", golden.name).expect("strings take everything");
        }
    }
    let passed = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert!(
        report.is_empty(),
        "{passed} of {} pass\n{report}",
        outcomes.len()
    );
}
