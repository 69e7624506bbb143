//! `raya build FILE… -o out.rbin`: compiles programs.

use crate::entry::entry_file;
use crate::failure::Failure;
use crate::program::compile_image;
use crate::progress::Progress;
use std::path::PathBuf;

/// What `raya build` takes.
#[derive(clap::Args)]
pub struct Arguments {
    /// Entry files, or directories with a main.ts, host.ts or index.ts.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Where the program goes, if it is one; beside its entry if left out.
    #[arg(short, long)]
    output: Option<PathBuf>,
}

/// Compiles the programs and writes them. One with errors is not written, and no other after it.
pub fn build(arguments: &Arguments) -> Result<(), Failure> {
    let count = arguments.files.len();
    if count > 1 && arguments.output.is_some() {
        return Err(Failure::Usage(format!(
            "{count} programs don't go to one output"
        )));
    }
    let entries: Vec<String> = arguments
        .files
        .iter()
        .map(|file| entry_file(file))
        .collect::<Result<_, _>>()?;
    let progress = Progress::new(count as u64);
    for entry in &entries {
        // Its errors are shown below the bar's last state.
        let built = compile_image(entry).inspect_err(|_| progress.end())?;
        let bytes = raya_bytecode::codec::encode(&built);
        let output = arguments
            .output
            .clone()
            .unwrap_or_else(|| PathBuf::from(entry).with_extension("rbin"));
        std::fs::write(&output, bytes).map_err(|error| Failure::file(&output, error))?;
        progress.step();
    }
    progress.end();
    Ok(())
}
