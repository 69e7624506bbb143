//! The capability behind `console`, which the command line grants to what it runs.
//!
//! Invariant: lines come out in the order in which contexts printed them, output and errors each on its stream.

use crate::progress::Progress;
use raya_core::{Call, Capability};
use std::io::{BufWriter, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// The level of `console.error` and `console.warn`.
const ERRORS: f64 = 2.0;

/// `console`, printing to this process' streams. A bar that is there makes way.
pub fn console(progress: Progress) -> Capability {
    let mut output = BufWriter::new(std::io::stdout());
    Capability::new("console").blocking("print", move |_: &Call, level: f64, text: &str| {
        progress.end();
        // A reader that went away is no fault of the program's.
        if level == ERRORS {
            eprintln!("{text}");
        } else {
            let _ = writeln!(output, "{text}").and_then(|()| output.flush());
        }
    })
}

/// The last line that was printed, for where there is no room for more.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<String>>);

impl Lines {
    /// The last line.
    pub fn last(&self) -> String {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// `console`, keeping the last line.
pub fn console_into(lines: Lines) -> Capability {
    Capability::new("console").blocking("print", move |_: &Call, _: f64, text: &str| {
        let last = text.lines().next_back().unwrap_or_default();
        last.clone_into(&mut lines.0.lock().unwrap_or_else(PoisonError::into_inner));
    })
}
