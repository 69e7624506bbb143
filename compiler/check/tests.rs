//! The checker on snippets: types of names, numbers of errors.

use super::check;
use crate::checked::CheckedProgram;
use crate::diagnostics::Diagnostics;
use crate::load::{MemoryFiles, load};

/// Checks `main.ts` with other files beside it.
fn check_files(files: &[(&str, &str)]) -> (Option<CheckedProgram>, Diagnostics) {
    let provider = MemoryFiles::new(files.iter().copied());
    let mut diagnostics = Diagnostics::default();
    let program = load("main.ts", &provider, &mut diagnostics).expect("there is a main.ts");
    let checked = check(program, &mut diagnostics);
    (checked, diagnostics)
}

/// Prints the errors of the programs in the directory named by `RAYA_CHECK`.
#[test]
fn check_directory() {
    let Ok(dir) = std::env::var("RAYA_CHECK") else {
        return;
    };
    let mut paths: Vec<_> = std::fs::read_dir(dir)
        .expect("a directory")
        .map(|e| e.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "ts"))
        .collect();
    paths.sort();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a readable file");
        let (_, diagnostics) = check_files(&[("main.ts", &text)]);
        let verdict = if diagnostics.has_errors() {
            "REFUSED"
        } else {
            "ok"
        };
        println!("== {} {verdict}", path.display());
        for error in diagnostics.sorted() {
            let (line, column) = diagnostics.line_column(error.span);
            let file = &diagnostics.sources[error.span.file.index()].path;
            println!("{file}:{line}:{column} RA{} {}", error.code, error.message);
        }
    }
}
