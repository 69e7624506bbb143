//! How far something has come that takes long: a bar on standard error.
//!
//! Invariants: it is drawn only where standard error is a terminal, only after a while, and never again once something else was
//! printed. Absent: what is counted.

use indicatif::{ProgressBar, ProgressDrawTarget};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// What ends sooner has no bar.
const DELAY: Duration = Duration::from_secs(1);

/// A bar. Clones are the same bar.
#[derive(Clone)]
pub struct Progress {
    bar: ProgressBar,
    /// When it is drawn; none where it never is.
    shown_from: Option<Instant>,
}

impl Progress {
    /// A bar that is full after so many steps.
    pub fn new(steps: u64) -> Progress {
        Progress::on(steps, std::io::stderr().is_terminal())
    }

    /// No bar.
    pub fn none() -> Progress {
        Progress::on(0, false)
    }

    fn on(steps: u64, is_terminal: bool) -> Progress {
        Progress {
            bar: ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::hidden()),
            shown_from: is_terminal.then(|| Instant::now() + DELAY),
        }
    }

    /// A step more is done.
    pub fn step(&self) {
        let is_due = self.shown_from.is_some_and(|from| Instant::now() >= from);
        if is_due && self.bar.is_hidden() && !self.bar.is_finished() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.inc(1);
    }

    /// Takes it away, for good.
    pub fn end(&self) {
        if !self.bar.is_finished() {
            self.bar.finish_and_clear();
            self.bar.set_draw_target(ProgressDrawTarget::hidden());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_drawn_late_and_on_terminals_only() {
        let nowhere = Progress::on(2, false);
        let there = Progress {
            shown_from: Some(Instant::now()),
            ..Progress::on(2, true)
        };
        let soon = Progress::on(2, true);
        for bar in [&nowhere, &there, &soon] {
            bar.step();
        }
        assert_eq!((nowhere.shown_from, soon.bar.is_hidden()), (None, true));
        assert_eq!((there.bar.position(), nowhere.bar.is_hidden()), (1, true));
        // Once something was printed it stays away.
        there.clone().end();
        there.step();
        assert!(there.bar.is_hidden() && there.bar.is_finished());
    }
}
