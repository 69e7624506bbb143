//! `raya top FILE|DIR`: runs a program as `raya run` does, sixty ticks a second, and shows its contexts live in the terminal.
//!
//! Where standard output is no terminal, it is `raya run --stats`: the program runs at once, and a table is printed at the end.
//! Absent: what is shown (`top`).

use crate::console::{Lines, console, console_into};
use crate::failure::Failure;
use crate::progress::Progress;
use crate::top::{Key, Reading, Top};
use crate::world::{World, WorldArguments, is_over};
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// How long a tick is shown.
const FRAME: Duration = Duration::from_nanos(1_000_000_000 / 60);

/// What `raya top` takes.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    world: WorldArguments,
}

/// Runs the program and shows it until somebody has seen enough.
pub fn top(arguments: &Arguments) -> Result<(), Failure> {
    let ticks = arguments.world.ticks;
    if !std::io::stdout().is_terminal() {
        let mut world = arguments.world.start(console(Progress::none()))?;
        let ended = world.run(ticks, &Progress::none());
        crate::output::print(&crate::stats::table(&mut world.runtime))?;
        return world.outcome(ended);
    }
    let lines = Lines::default();
    let mut world = arguments.world.start(console_into(lines.clone()))?;
    let mut terminal = ratatui::init();
    let shown = show(&mut terminal, &mut world, &lines, ticks);
    ratatui::restore();
    let ended = shown.map_err(|e| Failure::Program(e.to_string()))?;
    world.outcome(ended)
}

/// Shows the world until `q`; whether nothing was left to do.
fn show(
    terminal: &mut ratatui::DefaultTerminal,
    world: &mut World,
    lines: &Lines,
    ticks: Option<u64>,
) -> std::io::Result<bool> {
    let (mut top, mut left) = (Top::default(), ticks.unwrap_or(u64::MAX));
    let mut ended = false;
    loop {
        let begun = Instant::now();
        if !ended && left > 0 && top.may_tick() {
            let report = world.tick();
            top.note(&report);
            ended = is_over(&report);
            left -= 1;
        }
        top.set_over(ended || left == 0);
        let reading = Reading::of(&mut world.runtime, &top, lines.last());
        terminal.draw(|frame| top.draw(frame, &reading))?;
        while event::poll(FRAME.saturating_sub(begun.elapsed()))? {
            if let Event::Key(key) = event::read()?
                && key.kind == KeyEventKind::Press
            {
                let pressed = match key.code {
                    KeyCode::Char(c) => Key::Char(c),
                    KeyCode::Up => Key::Up,
                    KeyCode::Down => Key::Down,
                    KeyCode::Esc => Key::Char('q'),
                    _ => continue,
                };
                if top.press(pressed) {
                    return Ok(ended);
                }
            }
        }
    }
}
