//! How a command fails: message and exit code.

use raya_compiler::diagnostics::Diagnostics;
use std::fmt::Display;
use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;

/// Why a command failed.
#[derive(Debug)]
pub enum Failure {
    /// The program has errors, threw, or ran into a limit: exit code 1.
    Program(String),
    /// The command line asks for something that can't be: exit code 2.
    Usage(String),
}

impl Failure {
    /// So many errors were found and shown.
    pub fn errors(count: usize) -> Failure {
        Failure::Program(if count == 1 {
            "1 error".to_owned()
        } else {
            format!("{count} errors")
        })
    }

    /// A file can't be read, written or used.
    pub fn file(path: &Path, error: impl Display) -> Failure {
        Failure::Program(format!("{}: {error}", path.display()))
    }

    /// Says it and gives the exit code.
    pub fn report(&self) -> ExitCode {
        let (message, code) = match self {
            Failure::Program(message) => (message, 1),
            Failure::Usage(message) => (message, 2),
        };
        eprintln!("raya: {message}");
        ExitCode::from(code)
    }
}

/// Prints a compilation's errors.
pub fn show(diagnostics: &Diagnostics) {
    eprint!("{}", diagnostics.render(std::io::stderr().is_terminal()));
}
