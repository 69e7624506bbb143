//! The rules of ARCHITECTURE.md that a compiler does not enforce: who imports whom, where `unsafe` may stand, how
//! files begin and how long they get. And lists that must agree: rows of the specification and the tests that show them, figures and benches.
//!
//! Reads the sources as text. The lists of exceptions only ever get shorter.

use std::fs;
use std::path::{Path, PathBuf};

/// The crates: folder, name in code, and the crates that its sources may name.
const CRATES: &[(&str, &str, &[&str])] = &[
    ("bytecode", "raya_bytecode", &[]),
    ("storages", "raya_storages", &["raya_bytecode"]),
    (
        "systems",
        "raya_systems",
        &["raya_bytecode", "raya_storages"],
    ),
    (
        "src",
        "raya_core",
        &["raya_bytecode", "raya_storages", "raya_systems"],
    ),
    ("compiler", "raya_compiler", &["raya_bytecode"]),
    (
        "cli",
        "raya_cli",
        &["raya_bytecode", "raya_compiler", "raya_core"],
    ),
];

/// Systems that another one may use: (user, used).
const SYSTEM_USES: &[(&str, &str)] = &[("execute", "marshal")];

/// Modules of `systems` that are no system but what their tests share.
const TEST_SUPPORT: &[&str] = &["fixture"];

/// The interpreter, whose safety rests on the verifier, and what counts allocations.
const UNSAFE_FILES: &[&str] = &[
    "tests/common/counting.rs",
    "systems/execute/arrays.rs",
    "systems/execute/calls.rs",
    "systems/execute/jumps.rs",
    "systems/execute/machine.rs",
    "systems/execute/members.rs",
    "systems/execute/objects.rs",
    "systems/execute/state.rs",
];

/// No file is longer, but for these, which may not grow.
const LINES_MAX: usize = 900;
const LONGER_FILES: &[(&str, usize)] = &[
    ("compiler/ast.rs", 1003),
    ("compiler/check/expressions.rs", 1100),
];

struct Source {
    /// Relative to the repository, with `/`.
    path: String,
    text: String,
}

impl Source {
    /// The lines that are no comments, with their numbers from 1.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate();
        lines
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
            .map(|(i, line)| (i + 1, line.split(" // ").next().unwrap_or(line)))
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(path);
        }
    }
}

/// The sources of some folders, in order.
fn sources(folders: &[&str]) -> Vec<Source> {
    let mut paths = Vec::new();
    for folder in folders {
        rust_files(&root().join(folder), &mut paths);
    }
    paths.sort();
    let read = |path: PathBuf| Source {
        text: fs::read_to_string(&path).expect("a source is text"),
        path: path
            .strip_prefix(root())
            .expect("below the root")
            .to_string_lossy()
            .replace('\\', "/"),
    };
    paths.into_iter().map(read).collect()
}

fn all_sources() -> Vec<Source> {
    sources(&[
        "bytecode", "storages", "systems", "src", "compiler", "cli", "tests", "benches",
        "examples", "fuzz",
    ])
}

/// Fails with all findings at once.
fn expect_none(findings: &[String]) {
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

/// Whether a word stands in a line by itself.
fn has_word(line: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

#[test]
fn every_file_says_what_it_holds() {
    let findings: Vec<String> = all_sources()
        .iter()
        .filter(|s| {
            !s.text
                .trim_start_matches("#![no_main]\n")
                .starts_with("//!")
        })
        .map(|s| format!("{}: does not open with `//!`", s.path))
        .collect();
    expect_none(&findings);
}

#[test]
fn imports_run_one_way() {
    let mut findings = Vec::new();
    for (folder, own, allowed) in CRATES {
        for source in sources(&[folder]) {
            let is_test = ["/tests/", "/benches/", "/examples/"]
                .iter()
                .any(|part| source.path.contains(part));
            for (number, line) in source.code() {
                for (_, other, _) in CRATES {
                    let fine =
                        allowed.contains(other) || (other == own && (is_test || *folder == "cli"));
                    if has_word(line, other) && !fine {
                        findings.push(format!("{}:{number}: names {other}", source.path));
                    }
                }
            }
        }
    }
    expect_none(&findings);
}

/// The modules of the own crate that a line names after `crate::`.
fn named_modules(line: &str) -> Vec<&str> {
    let mut modules = Vec::new();
    for (at, prefix) in line.match_indices("crate::") {
        let rest = &line[at + prefix.len()..];
        let list = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or(list),
            None => rest,
        };
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let items = if rest.starts_with('{') {
            list.split(',').collect()
        } else {
            vec![list]
        };
        modules.extend(items.into_iter().filter_map(|item| {
            let item = item.trim_start();
            item.split(|c| !is_part(c)).next().filter(|m| !m.is_empty())
        }));
    }
    modules
}

#[test]
fn systems_do_not_use_each_other() {
    let mut findings = Vec::new();
    for source in sources(&["systems"]) {
        let Some(inside) = source.path.strip_prefix("systems/") else {
            continue;
        };
        let own = inside
            .split('/')
            .next()
            .unwrap_or(inside)
            .trim_end_matches(".rs");
        // Tests may set up with one system what another needs.
        let is_test = inside.ends_with("tests.rs");
        if is_test || matches!(own, "lib" | "tests" | "benches") {
            continue;
        }
        for (number, line) in source.code() {
            for used in named_modules(line) {
                let fine = used == own || TEST_SUPPORT.contains(&used);
                if !fine && !SYSTEM_USES.contains(&(own, used)) {
                    findings.push(format!("{}:{number}: uses {used}", source.path));
                }
            }
        }
    }
    expect_none(&findings);
}

#[test]
fn unsafe_stands_only_where_it_is_listed() {
    let mut findings = Vec::new();
    let mut users = Vec::new();
    for source in all_sources() {
        let found = source.code().find(|(_, line)| has_word(line, "unsafe"));
        let Some((number, _)) = found else { continue };
        if source.path == "tests/tidy.rs" {
            continue;
        }
        if !UNSAFE_FILES.contains(&source.path.as_str()) {
            findings.push(format!("{}:{number}: unsafe", source.path));
        }
        users.push(source.path);
    }
    let unneeded = UNSAFE_FILES
        .iter()
        .filter(|f| !users.iter().any(|u| u == *f));
    findings.extend(unneeded.map(|f| format!("{f}: listed, but has no unsafe")));
    expect_none(&findings);
}

#[test]
fn no_test_is_skipped_and_no_work_left_without_an_issue() {
    let mut findings = Vec::new();
    for source in all_sources() {
        if source.path == "tests/tidy.rs" {
            continue;
        }
        for (i, line) in source.text.lines().enumerate() {
            let names_issue = line
                .split('#')
                .skip(1)
                .any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
            let left = (has_word(line, "TODO") || has_word(line, "FIXME")) && !names_issue;
            if left || line.trim_start().starts_with("#[ignore") {
                findings.push(format!("{}:{}: {}", source.path, i + 1, line.trim()));
            }
        }
    }
    expect_none(&findings);
}

#[test]
fn files_stay_short() {
    let mut findings = Vec::new();
    for source in all_sources() {
        let lines = source.text.lines().count();
        let longer = LONGER_FILES.iter().find(|(path, _)| *path == source.path);
        let max = longer.map_or(LINES_MAX, |(_, max)| *max);
        if lines > max {
            findings.push(format!("{}: {lines} lines, at most {max}", source.path));
        }
        if longer.is_some() && lines <= LINES_MAX {
            findings.push(format!("{}: short again, strike it", source.path));
        }
    }
    expect_none(&findings);
}

/// The rows of the specification: a group and how many it has.
const ROWS: &[(&str, usize)] = &[
    ("T1", 6),
    ("T2", 4),
    ("T3", 3),
    ("T4", 7),
    ("T5", 8),
    ("T6", 7),
    ("T7", 8),
    ("T8", 14),
    ("T9", 7),
    ("B", 3),
    ("I", 6),
    ("P", 5),
    ("S", 4),
];

/// Rows of another issue: snapshots.
const LATER: &[&str] = &["T8.2", "T8.10", "T8.11", "T8.12"];

/// The rows that the name of a test names: `spec_t4_3_spec_b_2_…` is T4.3 and B.2.
fn rows_named(test: &str) -> Vec<String> {
    let parts = test.split("spec_").skip(1);
    let row = |part: &str| {
        let mut words = part.split('_');
        let (group, number) = (words.next()?.to_uppercase(), words.next()?);
        let is_group = ROWS.iter().any(|(g, _)| *g == group);
        (is_group && number.parse::<usize>().is_ok()).then(|| format!("{group}.{number}"))
    };
    parts.filter_map(row).collect()
}

/// A row of `docs/spec.md`: its name, its state, and what shows it.
fn listed_rows(text: &str) -> Vec<(&str, &str, &str)> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("| "));
    rows.filter_map(|line| {
        let mut cells = line.split(" | ");
        let name = cells.next()?.split(' ').next()?;
        let is_row = name.contains('.') && name.starts_with(|c: char| c.is_ascii_uppercase());
        is_row.then_some((name, cells.next()?, cells.next()?))
    })
    .collect()
}

/// The tests that a row names, as `file: name`.
fn shown_by(cell: &str) -> impl Iterator<Item = (&str, &str)> {
    let quoted = cell.split('`').skip(1).step_by(2);
    quoted.filter_map(|quoted| quoted.split_once(": "))
}

#[test]
fn every_row_of_the_specification_has_its_tests_and_every_such_test_its_row() {
    let text = fs::read_to_string(root().join("docs/spec.md")).expect("is there");
    let rows = listed_rows(&text);
    let names: Vec<String> = rows.iter().map(|row| row.0.to_owned()).collect();
    let numbers = |(group, count): &(&str, usize)| {
        let group = *group;
        (1..=*count)
            .map(move |n| format!("{group}.{n}"))
            .collect::<Vec<_>>()
    };
    let expected: Vec<String> = ROWS.iter().flat_map(numbers).collect();
    assert_eq!(names, expected, "the rows, in order");

    let mut findings = Vec::new();
    for (name, state, cell) in &rows {
        let has_own = shown_by(cell).any(|(_, test)| rows_named(test).iter().any(|r| r == name));
        let is_later = LATER.contains(name) || name.starts_with("T9.");
        if !(has_own || is_later) {
            findings.push(format!("{name}: no test is named after it"));
        }
        if !["done", "part", "later"].contains(state) || *state == "later" && !is_later {
            findings.push(format!("{name}: is {state}"));
        }
        for (file, test) in shown_by(cell) {
            let source = fs::read_to_string(root().join(file)).unwrap_or_default();
            if !source.contains(&format!("fn {test}(")) {
                findings.push(format!("{name}: {file} has no test {test}"));
            }
        }
    }
    for source in all_sources() {
        for (_, line) in source.code() {
            let name = line
                .trim()
                .strip_prefix("fn ")
                .and_then(|l| l.split('(').next());
            let Some(test) = name.filter(|name| name.starts_with("spec_")) else {
                continue;
            };
            let listed = |row: &&String| {
                let found = rows.iter().find(|(name, ..)| name == row);
                found.is_some_and(|row| shown_by(row.2).any(|t| t == (&*source.path, test)))
            };
            let named = rows_named(test);
            let missing: Vec<_> = named.iter().filter(|row| !listed(row)).collect();
            if named.is_empty() || !missing.is_empty() {
                findings.push(format!(
                    "{}: {test} is not listed: {missing:?}",
                    source.path
                ));
            }
        }
    }
    expect_none(&findings);
}

#[test]
fn spec_p_1_spec_p_2_spec_p_3_spec_p_4_figures_name_a_bench_that_is_there() {
    let readme = fs::read_to_string(root().join("README.md")).expect("is there");
    let commands: Vec<&str> = readme
        .lines()
        .filter_map(|line| line.split("--bench ").nth(1)?.split('`').next())
        .collect();
    for bench in ["create", "marshal", "calls", "frame"] {
        assert!(commands.contains(&bench), "no figure of {bench}");
    }
    for bench in commands {
        let path = root().join(format!("benches/{bench}.rs"));
        assert!(path.exists(), "{bench}");
    }
}

#[test]
fn spec_p_5_more_than_nine_tenths_of_the_lines_are_covered() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("is there");
    let (_, rest) = text.split_once("Line coverage").expect("it is said");
    let (figure, rest) = rest.split_once(" %").expect("it is a percentage");
    let figure: f64 = figure
        .rsplit(' ')
        .next()
        .unwrap_or("")
        .parse()
        .expect("a number");
    assert!(figure > 90.0, "{figure}");
    assert!(rest.contains("cargo tarpaulin"), "with the command");
}
