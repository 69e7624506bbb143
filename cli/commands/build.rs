//! `raya build FILE -o out.rbin`: compiles a program.

use crate::entry::entry_file;
use crate::failure::Failure;
use crate::program::compile_image;
use std::path::PathBuf;

/// What `raya build` takes.
#[derive(clap::Args)]
pub struct Arguments {
    /// The entry file, or a directory with a main.ts, host.ts or index.ts.
    file: PathBuf,
    /// Where the program goes; beside the entry if left out.
    #[arg(short, long)]
    output: Option<PathBuf>,
}

/// Compiles the program and writes it, or writes nothing.
pub fn build(arguments: &Arguments) -> Result<(), Failure> {
    let entry = entry_file(&arguments.file)?;
    let bytes = raya_bytecode::codec::encode(&compile_image(&entry)?);
    let output = arguments
        .output
        .clone()
        .unwrap_or_else(|| PathBuf::from(&entry).with_extension("rbin"));
    std::fs::write(&output, bytes).map_err(|error| Failure::file(&output, error))
}
