//! The command as a user meets it: exit codes, and where output goes.

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

fn stderr(arguments: &[&str]) -> String {
    String::from_utf8(raya(arguments).stderr).expect("UTF-8")
}

#[test]
fn check_finds_all_errors() {
    assert_eq!(code(&["check", "fine.ts", "app"]), 0);
    assert_eq!(code(&["check", "fine.ts", "wrong.ts"]), 1);
    let shown = stderr(&["check", "wrong.ts"]);
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
    for arguments in [
        &[][..],
        &["check"],
        &["check", "none.ts"],
        &["nonsense"],
        &["check", "empty"],
    ] {
        assert_eq!(code(arguments), 2, "{arguments:?}");
    }
    assert_eq!(code(&["--help"]), 0);
    assert_eq!(code(&["--version"]), 0);
}
