//! `raya check FILE…`: all errors of the programs whose entries are given.

use crate::entry::entry_file;
use crate::failure::Failure;
use raya_compiler::load::FileSystem;
use std::path::PathBuf;

/// What `raya check` takes.
#[derive(clap::Args)]
pub struct Arguments {
    /// Entry files, or directories with a main.ts, host.ts or index.ts.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Checks every program, even if an earlier one has errors.
pub fn check(arguments: &Arguments) -> Result<(), Failure> {
    let entries = arguments
        .files
        .iter()
        .map(|file| entry_file(file))
        .collect::<Result<Vec<_>, _>>()?;
    let mut count = 0;
    for entry in &entries {
        if let Err(diagnostics) = raya_compiler::check(entry, &FileSystem) {
            crate::failure::show(&diagnostics);
            count += diagnostics.sorted().len();
        }
    }
    if count == 0 {
        Ok(())
    } else {
        Err(Failure::errors(count))
    }
}
