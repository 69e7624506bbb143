//! `raya bench`: figures about this machine.

pub mod density;

use crate::failure::Failure;

/// What `raya bench` takes.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    question: Question,
}

#[derive(clap::Subcommand)]
enum Question {
    /// What do very many contexts of a small mod cost?
    Density(density::Arguments),
}

/// Answers the question.
pub fn bench(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.question {
        Question::Density(arguments) => density::density(arguments),
    }
}
