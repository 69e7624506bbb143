//! The capability behind `console`, which the command line grants to what it runs.
//!
//! Invariant: lines come out in the order in which contexts printed them, output and errors each on its stream.

use raya_core::{Call, Capability};
use std::io::{BufWriter, Write};

/// The level of `console.error` and `console.warn`.
const ERRORS: f64 = 2.0;

/// `console`, printing to this process' streams.
pub fn console() -> Capability {
    let mut output = BufWriter::new(std::io::stdout());
    Capability::new("console").blocking("print", move |_: &Call, level: f64, text: &str| {
        // A reader that went away is no fault of the program's.
        if level == ERRORS {
            eprintln!("{text}");
        } else {
            let _ = writeln!(output, "{text}").and_then(|()| output.flush());
        }
    })
}
