//! `raya run FILE|DIR`: runs a program's top-level code, then its `main` if it exports one.
//!
//! Ticks follow each other at once. So a program that sleeps keeps nobody waiting, and the same command prints the same
//! each time. Where a number of ticks was asked for, a bar shows how many are done.

use crate::console::console;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::world::WorldArguments;

/// What `raya run` takes.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    world: WorldArguments,
    /// Prints the canonical hash of the final state.
    #[arg(long)]
    hash: bool,
    /// Prints a table of the contexts at the end.
    #[arg(long)]
    stats: bool,
}

/// Runs the program until nothing is left to do.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let progress = arguments
        .world
        .ticks
        .map_or_else(Progress::none, Progress::new);
    let mut world = arguments.world.start(console(progress.clone()))?;
    let ended = world.run(arguments.world.ticks, &progress);
    progress.end();
    if arguments.stats {
        crate::output::print(&crate::stats::table(&mut world.runtime))?;
    }
    if arguments.hash {
        crate::output::print(&format!("{:016x}\n", world.runtime.hash()))?;
    }
    world.outcome(ended)
}
