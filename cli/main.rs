//! The `raya` command: thin over the runtime's face and the compiler.
//!
//! Holds the command line's grammar and the exit codes: 0, 1 for a program's failure (its own or one that the
//! compiler finds), 2 for wrong usage. One command a file in `commands/`.

mod commands;
mod entry;
mod failure;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Runs very many untrusted scripts side by side, each in a context of its own.
#[derive(Parser)]
#[command(name = "raya", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Finds all errors of programs, without running them.
    Check(commands::check::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Check(arguments) => commands::check::check(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
