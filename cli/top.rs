//! What `raya top` shows: a table of contexts, sorted by a column or as a tree, totals, and the fuel of the last ticks.
//!
//! Invariants: reading a runtime changes nothing in it; only the rows that fit are read in full, so a hundred thousand contexts
//! are shown as fast as ten (a tree, whose sums need all of them, excepted).
//! Absent: the terminal and its keys (`commands/top`).

use crate::size::format_bytes;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Block, Paragraph, Row, Sparkline, Table};
use raya_core::{ContextId, Metric, Runtime, SubtreeStats, TickReport, VmStats};
use std::collections::{BTreeMap, VecDeque};

/// Ticks whose fuel is shown.
const HISTORY: usize = 200;

/// Contexts that are read in full.
const ROWS_MAX: usize = 200;

/// The columns that rows can be sorted by: key, heading, metric.
const COLUMNS: [(char, &str, Metric); 8] = [
    ('s', "steps/tick", Metric::StepsLastTick),
    ('a', "all steps", Metric::Steps),
    ('h', "heap", Metric::HeapBytes),
    ('p', "peak", Metric::HeapBytesPeak),
    ('k', "tasks", Metric::Tasks),
    ('c', "collections", Metric::Collections),
    ('i', "calls in", Metric::CallsIn),
    ('o', "calls out", Metric::CallsOut),
];

/// A key that means something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Key {
    Char(char),
    Up,
    Down,
}

/// What is looked at, and how.
#[derive(Default)]
pub struct Top {
    column: usize,
    tree: bool,
    paused: bool,
    over: bool,
    /// Ticks to run although it is paused.
    steps: u32,
    offset: usize,
    history: VecDeque<u64>,
    last: TickReport,
}

/// A line of the table.
#[derive(Clone, PartialEq, Debug)]
struct Entry {
    name: String,
    values: [u64; COLUMNS.len()],
}

/// What was read of a runtime.
pub struct Reading {
    entries: Vec<Entry>,
    contexts: usize,
    heap_bytes: u64,
    tasks: u64,
    output: String,
}

impl Top {
    /// Takes a key; whether it is the last.
    pub fn press(&mut self, key: Key) -> bool {
        match key {
            Key::Char('q') => return true,
            Key::Char(' ') => self.paused = !self.paused,
            Key::Char('n') if self.paused => self.steps += 1,
            Key::Char('t') => self.tree = !self.tree,
            Key::Up => self.offset = self.offset.saturating_sub(1),
            Key::Down => self.offset = (self.offset + 1).min(ROWS_MAX - 1),
            Key::Char(c) => {
                if let Some(column) = COLUMNS.iter().position(|column| column.0 == c) {
                    self.column = column;
                }
            }
        }
        false
    }

    /// Whether another tick is to run now.
    pub fn may_tick(&mut self) -> bool {
        if self.paused && self.steps == 0 {
            return false;
        }
        self.steps = self.steps.saturating_sub(1);
        true
    }

    /// Takes note of a tick.
    pub fn note(&mut self, report: &TickReport) {
        self.last = *report;
        self.history.push_back(report.steps);
        if self.history.len() > HISTORY {
            self.history.pop_front();
        }
    }

    /// Whether the program has ended.
    pub fn set_over(&mut self, over: bool) {
        self.over = over;
    }

    /// Draws what was read.
    pub fn draw(&self, frame: &mut Frame, reading: &Reading) {
        let areas = Layout::vertical([
            Constraint::Length(2),
            Constraint::Length(3),
            Constraint::Min(3),
            Constraint::Length(2),
        ])
        .split(frame.area());
        frame.render_widget(self.totals(reading), areas[0]);
        let fuel = Vec::from_iter(self.history.iter().copied());
        let shown = fuel.len().saturating_sub(usize::from(areas[1].width));
        frame.render_widget(Sparkline::default().data(&fuel[shown..]), areas[1]);
        frame.render_widget(self.table(reading), areas[2]);
        frame.render_widget(footer(reading), areas[3]);
    }

    fn totals<'a>(&self, reading: &Reading) -> Paragraph<'a> {
        let state = match (self.over, self.paused) {
            (true, _) => "ended",
            (_, true) => "paused",
            _ => "running",
        };
        let last = &self.last;
        Paragraph::new(vec![
            Line::from(format!(
                "tick {}  {state}  {} steps  {} ran  {} runnable  {} asleep",
                last.tick, last.steps, last.contexts_run, last.runnable, last.sleeping
            )),
            Line::from(format!(
                "{} contexts  heap {}  {} tasks  {} host calls  {} entries ended",
                reading.contexts,
                format_bytes(reading.heap_bytes),
                reading.tasks,
                last.requests_served,
                last.entries_ended
            )),
        ])
    }

    fn table<'a>(&self, reading: &'a Reading) -> Table<'a> {
        let heading = |(at, column): (usize, &(char, &str, Metric))| {
            let mark = if at == self.column && !self.tree {
                "v"
            } else {
                ""
            };
            format!("{:>11}", format!("{mark}{}", column.1))
        };
        let headings = COLUMNS.iter().enumerate().map(heading);
        let header = Row::new(std::iter::once("context".to_owned()).chain(headings))
            .style(Style::new().add_modifier(Modifier::REVERSED));
        let rows = reading.entries.iter().skip(self.offset).map(|entry| {
            let cells = entry.values.iter().zip(COLUMNS).map(|(&value, column)| {
                let text = match column.2 {
                    Metric::HeapBytes | Metric::HeapBytesPeak => format_bytes(value),
                    _ => value.to_string(),
                };
                format!("{text:>11}")
            });
            Row::new(std::iter::once(entry.name.clone()).chain(cells))
        });
        let widths = std::iter::once(Constraint::Min(16));
        let widths = widths.chain(COLUMNS.map(|_| Constraint::Length(11)));
        Table::new(rows, widths).header(header)
    }
}

fn footer(reading: &Reading) -> Paragraph<'_> {
    let keys = "sort: s a h p k c i o   t tree   space pause   n next tick   up/down   q quit";
    Paragraph::new(vec![
        Line::from(reading.output.as_str()),
        Line::from(keys).style(Style::new().add_modifier(Modifier::DIM)),
    ])
    .block(Block::new())
}

fn label(stats: &VmStats, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    format!("{indent}{} {}", stats.context, stats.name)
}

impl Entry {
    fn of(stats: &VmStats) -> Entry {
        Entry {
            name: label(stats, 0),
            values: [
                stats.steps_last_tick,
                stats.steps_executed,
                stats.heap_bytes_used,
                stats.heap_bytes_peak,
                stats.tasks.into(),
                stats.collections,
                stats.calls_in,
                stats.calls_out,
            ],
        }
    }

    /// A line of the tree: what a context and all inside it use; the peak is its own.
    fn of_subtree(stats: &VmStats, sums: &SubtreeStats, depth: usize) -> Entry {
        Entry {
            name: label(stats, depth),
            values: [
                sums.steps_last_tick,
                sums.steps_executed,
                sums.heap_bytes_used,
                stats.heap_bytes_peak,
                sums.tasks,
                sums.collections,
                sums.calls_in,
                sums.calls_out,
            ],
        }
    }
}

impl Reading {
    /// Reads what is to be shown.
    pub fn of(runtime: &mut Runtime, top: &Top, output: String) -> Reading {
        let entries = if top.tree {
            tree(runtime)
        } else {
            let best = runtime.fleet().top_by(COLUMNS[top.column].2, ROWS_MAX);
            let ids: Vec<ContextId> = best.into_iter().map(|(id, _)| id).collect();
            let stats = |id| runtime.vm(id).ok().map(|vm| Entry::of(&vm.stats()));
            ids.into_iter().filter_map(stats).collect()
        };
        let fleet = runtime.fleet();
        Reading {
            entries,
            contexts: fleet.count(),
            heap_bytes: fleet.sum(Metric::HeapBytes),
            tasks: fleet.sum(Metric::Tasks),
            output,
        }
    }
}

/// The first contexts of the tree, parents before children, each with the sums of its subtree.
fn tree(runtime: &mut Runtime) -> Vec<Entry> {
    let ids = runtime.context_ids();
    let mut children: BTreeMap<Option<ContextId>, Vec<ContextId>> = BTreeMap::new();
    for id in ids {
        let parent = runtime.vm(id).ok().and_then(|vm| vm.parent());
        children.entry(parent).or_default().push(id);
    }
    let roots = children.get(&None).into_iter().flatten();
    let mut left: Vec<(ContextId, usize)> = roots.rev().map(|&id| (id, 0)).collect();
    let mut entries = Vec::new();
    while let Some((id, depth)) = left.pop() {
        if entries.len() == ROWS_MAX {
            break;
        }
        if let Ok(vm) = runtime.vm(id) {
            entries.push(Entry::of_subtree(&vm.stats(), &vm.subtree_stats(), depth));
        }
        let inside = children.get(&Some(id)).into_iter().flatten();
        left.extend(inside.rev().map(|&id| (id, depth + 1)));
    }
    entries
}

#[cfg(test)]
mod tests;
