//! What is drawn of small worlds, read off a terminal in memory.

use super::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use raya_compiler::load::MemoryFiles;
use raya_core::{TickBudget, Value, VmOptions};

const PROGRAM: &str = "export function spin(): void { while (true) {} }
export function one(): number { return 1; }";

/// A root `idle` with a child `busy` that spins, and a root `last` with the most calls.
fn world() -> Runtime {
    let files = MemoryFiles::new([("main.ts", PROGRAM)]);
    let image = raya_compiler::compile("main.ts", &files).unwrap_or_else(|e| panic!("{e:?}"));
    let mut runtime = Runtime::with_threads(1);
    let program = runtime
        .load_program(&raya_bytecode::codec::encode(&image))
        .expect("is valid");
    let mut add = |name: &str, parent| {
        let options = VmOptions {
            name: name.into(),
            parent,
            max_heap_bytes: if parent.is_some() { 1 << 20 } else { 64 << 20 },
            max_tasks: 10,
            ..VmOptions::default()
        };
        let id = runtime.create(options).expect("is made");
        let mut vm = runtime.vm(id).expect("is live");
        vm.load_program(program).expect("fits");
        id
    };
    let idle = add("idle", None);
    let busy = add("busy", Some(idle));
    let last = add("last", None);
    for _ in 0..3 {
        let mut vm = runtime.vm(last).expect("is live");
        assert_eq!(vm.call("one", vec![]), Ok(Value::Number(1.0)));
    }
    let mut vm = runtime.vm(busy).expect("is live");
    vm.run_entry("spin", vec![]).expect("starts");
    runtime
}

/// The lines of the screen.
fn screen(top: &Top, runtime: &mut Runtime) -> Vec<String> {
    let reading = Reading::of(runtime, top, "printed last".into());
    let mut terminal = Terminal::new(TestBackend::new(120, 12)).expect("a terminal");
    let drawn = terminal.draw(|frame| top.draw(frame, &reading));
    let buffer = drawn.expect("draws").buffer.clone();
    let rows = buffer.content().chunks(120);
    rows.map(|row| {
        let line: String = row.iter().map(|cell| cell.symbol()).collect();
        line.trim_end().to_owned()
    })
    .collect()
}

fn tick(top: &mut Top, runtime: &mut Runtime) {
    if top.may_tick() {
        top.note(&runtime.tick(TickBudget::fuel(5_000)));
    }
}

/// The first words of the rows of the table.
fn names(lines: &[String]) -> Vec<&str> {
    let rows = lines[6..10].iter().filter(|line| !line.is_empty());
    rows.map(|line| line.split_whitespace().nth(1).unwrap_or_default())
        .collect()
}

#[test]
fn contexts_are_sorted_by_the_column_of_the_key() {
    let (mut top, mut runtime) = (Top::default(), world());
    tick(&mut top, &mut runtime);
    let lines = screen(&top, &mut runtime);
    assert!(lines[0].starts_with("tick 1  running  "), "{lines:#?}");
    assert!(lines[1].starts_with("3 contexts  heap "), "{lines:#?}");
    assert!(lines[4].contains('█'), "{lines:#?}");
    assert!(lines[5].starts_with("context") && lines[5].contains("vsteps/tick"));
    assert_eq!(names(&lines), ["busy", "idle", "last"]);
    assert_eq!(lines[10], "printed last");
    assert!(lines[11].contains("q quit"));
    assert!(!top.press(Key::Char('i')));
    let lines = screen(&top, &mut runtime);
    assert_eq!(names(&lines), ["last", "busy", "idle"]);
    assert!(lines[5].contains("vcalls in") && !lines[5].contains("vsteps"));
    top.press(Key::Down);
    assert_eq!(names(&screen(&top, &mut runtime)), ["busy", "idle"]);
    top.press(Key::Up);
    assert_eq!(names(&screen(&top, &mut runtime)).len(), 3);
}

#[test]
fn the_tree_shows_sums() {
    let (mut top, mut runtime) = (Top::default(), world());
    tick(&mut top, &mut runtime);
    top.press(Key::Char('t'));
    let lines = screen(&top, &mut runtime);
    assert_eq!(names(&lines), ["idle", "busy", "last"]);
    assert!(lines[6].starts_with("ctx0v1 idle") && lines[7].starts_with("  ctx1v1 busy"));
    let steps = |line: &str| line.split_whitespace().nth(2).map(str::to_owned);
    assert_eq!(steps(&lines[6]), steps(&lines[7]));
}

#[test]
fn keys_pause_step_and_quit() {
    let (mut top, mut runtime) = (Top::default(), world());
    tick(&mut top, &mut runtime);
    top.press(Key::Char('n'));
    top.press(Key::Char(' '));
    tick(&mut top, &mut runtime);
    assert!(screen(&top, &mut runtime)[0].starts_with("tick 1  paused"));
    top.press(Key::Char('n'));
    tick(&mut top, &mut runtime);
    tick(&mut top, &mut runtime);
    assert!(screen(&top, &mut runtime)[0].starts_with("tick 2  paused"));
    top.press(Key::Char(' '));
    tick(&mut top, &mut runtime);
    top.set_over(true);
    assert!(screen(&top, &mut runtime)[0].starts_with("tick 3  ended"));
    assert!(!top.press(Key::Char('?')));
    assert!(top.press(Key::Char('q')));
}

#[test]
fn a_small_terminal_is_no_trouble() {
    let (top, mut runtime) = (Top::default(), world());
    let reading = Reading::of(&mut runtime, &top, String::new());
    for (width, height) in [(1, 1), (10, 4), (40, 8)] {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
        terminal
            .draw(|frame| top.draw(frame, &reading))
            .expect("draws");
    }
}
