//! The `raya` command: thin over the runtime's face and the compiler.
//!
//! Holds the command line's grammar and the exit codes: 0, 1 for a program's failure (its own or one that the
//! compiler finds), 2 for wrong usage. One command a file in `commands/`.

mod arena;
mod commands;
mod console;
mod entry;
mod failure;
mod loader;
mod output;
mod program;
mod progress;
mod size;
mod stats;
mod top;
mod world;

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
    /// Runs a program: its top-level code, then `main` if it exports one.
    Run(commands::run::Arguments),
    /// Runs a program and shows its contexts live.
    Top(commands::top::Arguments),
    /// Compiles a program to a `.rbin`.
    Build(commands::build::Arguments),
    /// Finds all errors of programs, without running them.
    Check(commands::check::Arguments),
    /// Prints a program's instructions.
    Dis(commands::dis::Arguments),
    /// Prints what a program exports, imports and declares, and its sizes.
    Inspect(commands::inspect::Arguments),
    /// Measures.
    Bench(commands::bench::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Run(arguments) => commands::run::run(&arguments),
        Command::Top(arguments) => commands::top::top(&arguments),
        Command::Build(arguments) => commands::build::build(&arguments),
        Command::Check(arguments) => commands::check::check(&arguments),
        Command::Dis(arguments) => commands::dis::dis(&arguments),
        Command::Inspect(arguments) => commands::inspect::inspect(&arguments),
        Command::Bench(arguments) => commands::bench::bench(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
