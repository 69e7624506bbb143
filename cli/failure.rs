//! How a command fails: message and exit code.

use raya_compiler::diagnostics::Diagnostics;
use std::io::IsTerminal;
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
