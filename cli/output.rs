//! Writing to standard output.

use crate::failure::Failure;
use std::io::{ErrorKind, Write};

/// Prints a text. A reader that stops early (`| head`) is no failure.
pub fn print(text: &str) -> Result<(), Failure> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::Program(error.to_string()))
        }
        _ => Ok(()),
    }
}
