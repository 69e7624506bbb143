//! The command as a user meets it: exit codes, and what goes to which stream.

use std::path::PathBuf;
use std::process::{Command, Output};

const PROGRAMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/programs");

/// Runs the command in the directory of the test programs.
fn raya(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_raya"));
    command
        .args(arguments)
        .current_dir(PROGRAMS)
        .output()
        .expect("the command starts")
}

fn code(arguments: &[&str]) -> i32 {
    raya(arguments).status.code().expect("it ends by itself")
}

fn stdout(arguments: &[&str]) -> String {
    let output = raya(arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What is said on failing with the exit code 1.
fn failure(arguments: &[&str]) -> String {
    let output = raya(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    String::from_utf8(output.stderr).expect("UTF-8")
}

/// A path for an output of its own.
fn scratch(name: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    std::fs::create_dir_all(&directory).expect("a directory for outputs");
    directory.join(name)
}

#[test]
fn check_finds_all_errors() {
    assert_eq!(code(&["check", "fine.ts", "app"]), 0);
    let shown = failure(&["check", "fine.ts", "wrong.ts"]);
    for part in [
        "RA1101",
        "RA1106",
        "RA2001",
        "wrong.ts:2:1",
        "./nowhere",
        "3 errors",
    ] {
        assert!(shown.contains(part), "{shown}");
    }
}

#[test]
fn wrong_usage_is_told_apart() {
    let wrong = [
        &[][..],
        &["check"],
        &["check", "none.ts"],
        &["check", "empty"],
        &["nonsense"],
        &["run", "none.ts"],
        &["run", "fine.ts", "--max-heap", "much"],
        &["run", "fine.ts", "--threads", "0"],
        &["run", "fine.ts", "--grant", "nowhere"],
        &["dis", "none.rbin"],
    ];
    for arguments in wrong {
        assert_eq!(code(arguments), 2, "{arguments:?}");
    }
    assert_eq!(code(&["--help"]), 0);
    assert_eq!(code(&["--version"]), 0);
}

#[test]
fn programs_are_run() {
    assert_eq!(stdout(&["run", "app"]), "Hello, world!\n");
    assert_eq!(stdout(&["run", "fine.ts"]), "");
}

#[test]
fn programs_fail_with_their_own_errors() {
    let shown = failure(&["run", "throws.ts"]);
    for part in ["RangeError: too far", "fail", "throws.ts:2"] {
        assert!(shown.contains(part), "{shown}");
    }
    assert!(failure(&["run", "spins.ts", "--max-steps", "100000"]).contains("step budget"));
    assert!(failure(&["run", "hoards.ts", "--max-heap", "1MiB"]).contains("heap limit"));
    assert!(failure(&["run", "waits.ts"]).contains("never comes"));
    assert!(failure(&["run", "wrong.ts"]).contains("RA2001"));
}

#[test]
fn a_rejection_that_nobody_handles_ends_the_program() {
    let output = raya(&["run", "rejects.ts"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "before\n");
    let shown = String::from_utf8_lossy(&output.stderr);
    assert!(
        shown.starts_with("raya: RangeError: nobody looks\n    at later (rejects.ts:3:"),
        "{shown}"
    );
}

#[test]
fn time_is_virtual() {
    let output = raya(&["run", "sleeps.ts"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "before\nafter\n");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "an error\n");
    assert_eq!(stdout(&["run", "sleeps.ts", "--ticks", "3"]), "before\n");
    assert_eq!(stdout(&["run", "spins.ts", "--ticks", "2"]), "");
}

#[test]
fn inner_programs_are_compiled_on_demand() {
    let printed = stdout(&["run", "inner"]);
    let lines: Vec<_> = printed.lines().collect();
    assert_eq!(lines[0], "5");
    assert!(
        lines[1].contains("outside of the program's directory"),
        "{printed}"
    );
}

#[test]
fn hashes_and_stats_are_printed() {
    let hash = stdout(&["run", "fine.ts", "--hash", "--threads", "1"]);
    assert_eq!(hash.trim().len(), 16);
    assert_eq!(
        stdout(&["run", "fine.ts", "--hash", "--threads", "2"]),
        hash
    );
    let table = stdout(&["run", "fine.ts", "--stats"]);
    assert!(
        table.contains("heap bytes") && table.contains("fine"),
        "{table}"
    );
}

#[test]
fn top_prints_a_table_where_there_is_no_terminal() {
    let table = stdout(&["top", "fine.ts"]);
    assert!(
        table.contains("heap bytes") && table.contains("fine"),
        "{table}"
    );
    assert_eq!(table, stdout(&["run", "fine.ts", "--stats"]));
    assert_eq!(code(&["top", "throws.ts"]), 1);
    assert_eq!(code(&["top", "spins.ts", "--ticks", "2"]), 0);
    assert_eq!(code(&["top"]), 2);
}

#[test]
fn built_programs_are_read_again() {
    let built = scratch("app.rbin");
    let path = built.to_str().expect("UTF-8");
    assert_eq!(stdout(&["build", "app", "-o", path]), "");
    assert_eq!(stdout(&["run", path]), "Hello, world!\n");
    assert_eq!(stdout(&["dis", path]), stdout(&["dis", "app"]));
    let shown = stdout(&["inspect", path]);
    for part in ["exports (0)", "console.print", "sizes"] {
        assert!(shown.contains(part), "{shown}");
    }
    assert!(stdout(&["inspect", "fine.ts"]).contains("function main: () => number"));
}

#[test]
fn many_programs_are_built_side_by_side() {
    let directory = scratch("many");
    std::fs::create_dir_all(&directory).expect("a directory");
    let paths = ["a.ts", "b.ts", "c.ts"].map(|name| {
        let path = directory.join(name);
        let source = format!("console.log(\"{name}\");\n");
        std::fs::write(&path, source).expect("written");
        path.to_str().expect("UTF-8").to_owned()
    });
    let [a, b, c] = &paths;
    // What is no terminal shows nothing of how far it is.
    let output = raya(&["build", a, b, c]);
    assert_eq!(
        (
            output.status.code(),
            output.stdout.len(),
            output.stderr.len()
        ),
        (Some(0), 0, 0)
    );
    assert_eq!(stdout(&["run", &b.replace(".ts", ".rbin")]), "b.ts\n");
    assert_eq!(code(&["build", a, b, "-o", "out.rbin"]), 2);
    assert_eq!(code(&["build"]), 2);
}

#[test]
fn how_far_it_is_is_shown_to_nobody_but_terminals() {
    let output = raya(&["run", "spins.ts", "--ticks", "300"]);
    assert_eq!((output.stdout.len(), output.stderr.len()), (0, 0));
}

#[test]
fn broken_programs_are_refused() {
    let path = scratch("broken.rbin");
    std::fs::write(&path, b"nothing like a program").expect("written");
    for command in ["run", "dis", "inspect"] {
        assert!(failure(&[command, path.to_str().expect("UTF-8")]).contains("raya:"));
    }
}

#[test]
fn density_is_measured() {
    let printed = stdout(&["bench", "density", "--contexts", "50", "--json"]);
    for part in ["\"contexts\":50", "\"create_ns\"", "\"tick_ms\""] {
        assert!(printed.contains(part), "{printed}");
    }
}

/// The examples are what a new user runs first: they end as they say.
#[test]
fn the_examples_run() {
    assert_eq!(stdout(&["run", "../../../examples/vm"]), "42\n");
    assert_eq!(stdout(&["run", "../../../examples/vm/add.ts"]), "5\n");
    let supervised = stdout(&["run", "../../../examples/supervisor"]);
    for fate in [
        "steady: done, with 0 restarts",
        "flaky: done, with 2 restarts",
        "greedy: gave up after 2 of 4 jobs: Error: heap limit exceeded",
    ] {
        assert!(supervised.contains(fate), "{supervised}");
    }
}
