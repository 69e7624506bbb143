//! `raya dis FILE`: a program's instructions as text.

use crate::failure::Failure;
use crate::program::read_image;
use raya_bytecode::disasm;
use std::path::PathBuf;

/// What `raya dis` takes.
#[derive(clap::Args)]
pub struct Arguments {
    /// A `.rbin`, or an entry file to compile.
    file: PathBuf,
}

/// Prints the disassembly.
pub fn dis(arguments: &Arguments) -> Result<(), Failure> {
    let image = read_image(&arguments.file)?;
    crate::output::print(&disasm::dump(&image))
}
