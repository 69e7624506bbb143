//! Every limit at its edge: as much as is allowed works, one more fails with an error that has the numbers. And the list of all limits,
//! which can't rot: it is what drives the edges, and a limit that is not in it is found in the sources.

mod common;
#[path = "common/script.rs"]
mod script;

#[path = "bounds/options.rs"]
mod options;
#[path = "bounds/programs.rs"]
mod programs;
#[path = "bounds/running.rs"]
mod running;
#[path = "bounds/values.rs"]
mod values;

use common::{context, number, runtime, start, ticks};
use raya_core::{TaskStatus, TickBudget, VmOptions};
use std::fs;
use std::path::{Path, PathBuf};

/// Does what needs so much of something; says why it can't.
type Meet = fn(u64) -> Result<(), String>;

/// How an edge is found.
enum Edge {
    /// So much is allowed. What is beyond it is refused with a text.
    UpTo(u64, Meet, &'static str),
    /// The same work in all cases, with so much allowed: the least that will do is looked for, up to so much. In the text, `{n}` is
    /// what was allowed where it won't.
    From(u64, Meet, &'static str),
    /// The most that is taken is looked for, up to so much: what it counts in is nothing that can be chosen one by one.
    Before(u64, Meet, &'static str),
}

/// A limit, and its edge.
type Limit = (&'static str, Edge);

/// All lists of limits.
fn limits() -> impl Iterator<Item = &'static Limit> {
    let lists = [
        options::LIMITS,
        running::LIMITS,
        values::LIMITS,
        programs::LIMITS,
    ];
    lists.into_iter().flatten()
}

/// The least of a range for which something holds, which doesn't for the first and does for the last.
fn least(first: u64, last: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut fails, mut works) = (first, last);
    while works - fails > 1 {
        let middle = fails + (works - fails) / 2;
        if holds(middle) {
            works = middle;
        } else {
            fails = middle;
        }
    }
    works
}

impl Edge {
    /// What works, what doesn't beside it, and what is said of that.
    fn find(&self) -> (u64, u64, Meet, &'static str) {
        match *self {
            Edge::UpTo(most, meet, says) => (most, most + 1, meet, says),
            Edge::From(plenty, meet, says) => {
                let least = least(0, plenty, |n| meet(n).is_ok());
                (least, least - 1, meet, says)
            }
            Edge::Before(too_much, meet, says) => {
                let beyond = least(0, too_much, |n| meet(n).is_err());
                (beyond - 1, beyond, meet, says)
            }
        }
    }
}

#[test]
fn at_a_limit_it_works_and_one_beyond_it_fails_and_says_why() {
    for (name, edge) in limits() {
        let (works, fails, meet, says) = edge.find();
        assert_eq!(meet(works), Ok(()), "{name}: {works}");
        match meet(fails) {
            Ok(()) => panic!("{name}: {fails} is not too much"),
            Err(error) => {
                let says = says.replace("{n}", &fails.to_string());
                assert!(error.contains(&says), "{name}: {error}");
            }
        }
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

/// Limits that nothing gets to, since another is met before.
const BEHIND: &[(&str, u64, &str, u64)] = &[(
    "HEAP_WORDS_MAX",
    raya_storages::heaps::HEAP_WORDS_MAX as u64,
    "HEAP_BYTES_LIMIT",
    options::HEAP_BYTES_LIMIT / 8,
)];

#[test]
fn what_is_behind_another_limit_is_no_less() {
    for (limit, max, before, met) in BEHIND {
        assert!(met <= max, "{before} is met before {limit}");
        assert!(limits().any(|(name, _)| name == before), "{before}");
    }
}

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
    let is_limit = ["_MAX", "_LIMIT", "_STEPS"]
        .iter()
        .any(|end| name.ends_with(end));
    (before.trim_start().starts_with("pub") && is_limit).then_some(name)
}

#[test]
fn every_limit_has_an_edge_and_every_edge_is_a_limit() {
    let mut files = Vec::new();
    for folder in ["bytecode", "storages", "systems", "src"] {
        sources(&root().join(folder), &mut files);
    }
    let texts: Vec<String> = files.iter().map(|path| read(path)).collect();
    let lines = texts.iter().flat_map(|text| text.lines());
    let constants = lines.filter_map(declared);
    let options = read(&root().join("src/options.rs"));
    let (_, fields) = options
        .split_once("pub struct VmLimits {")
        .expect("is there");
    let (fields, _) = fields.split_once("\n}\n").expect("ends");
    let fields = fields
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub "));
    let fields = fields.filter_map(|line| line.split(':').next());
    let mut declared: Vec<&str> = constants.chain(fields).collect();
    let behind = BEHIND.iter().map(|(limit, ..)| *limit);
    let mut shown: Vec<&str> = limits().map(|(name, _)| *name).chain(behind).collect();
    declared.sort_unstable();
    shown.sort_unstable();
    assert_eq!(declared, shown, "declared, and shown");
}
