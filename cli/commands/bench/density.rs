//! `raya bench density`: time and memory of very many contexts of one small mod.
//!
//! Every context is made, loaded with the mod (ten entities) and called once; then the runtime ticks with all of
//! them asleep. Bytes are those that the process' memory grew by, so they hold everything; without `/proc`
//! they are not given.

use crate::failure::{self, Failure};
use crate::output::print;
use crate::progress::Progress;
use raya_compiler::load::MemoryFiles;
use raya_core::{ContextId, Runtime, TickBudget, Value, VmError, VmOptions};
use std::time::{Duration, Instant};

/// Ten entities that move when they are told to.
const MOD: &str = include_str!("density.ts");
/// Ticks that the time of one is averaged over.
const TICKS: u32 = 20;

/// What `raya bench density` takes.
#[derive(clap::Args)]
pub struct Arguments {
    /// How many contexts.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..))]
    contexts: u32,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

/// What was measured.
struct Figures {
    contexts: u32,
    create_ns: f64,
    call_ns: f64,
    idle_bytes: Option<f64>,
    called_bytes: Option<f64>,
    tick_ms: f64,
}

/// Measures and prints.
pub fn density(arguments: &Arguments) -> Result<(), Failure> {
    let figures = measure(arguments.contexts)?;
    print(&if arguments.json {
        json(&figures)
    } else {
        text(&figures)
    })
}

fn measure(contexts: u32) -> Result<Figures, Failure> {
    let broken = |error: VmError| Failure::Program(error.to_string());
    let mut runtime = Runtime::new();
    let program = runtime.load_program(&compiled()?).map_err(broken)?;
    let progress = Progress::new(2 * u64::from(contexts));
    let per_context = |duration: Duration| duration.as_nanos() as f64 / f64::from(contexts);

    let empty = resident_bytes();
    let start = Instant::now();
    let mut ids: Vec<ContextId> = Vec::with_capacity(contexts as usize);
    for _ in 0..contexts {
        let id = runtime.create(VmOptions::default()).map_err(broken)?;
        runtime
            .vm(id)
            .and_then(|mut vm| vm.load_program(program))
            .map_err(broken)?;
        ids.push(id);
        progress.step();
    }
    let create_ns = per_context(start.elapsed());
    let idle = resident_bytes();

    let start = Instant::now();
    for &id in &ids {
        runtime
            .vm(id)
            .and_then(|mut vm| vm.call("step", vec![Value::Number(0.5)]))
            .map_err(broken)?;
        progress.step();
    }
    let call_ns = per_context(start.elapsed());
    let called = resident_bytes();
    progress.end();

    let start = Instant::now();
    for _ in 0..TICKS {
        runtime.tick(TickBudget::fuel(u64::from(contexts) * 1000));
    }
    let tick_ms = start.elapsed().as_secs_f64() * 1000.0 / f64::from(TICKS);
    let grown = |now: Option<u64>| Some(now?.saturating_sub(empty?) as f64 / f64::from(contexts));
    Ok(Figures {
        contexts,
        create_ns,
        call_ns,
        idle_bytes: grown(idle),
        called_bytes: grown(called),
        tick_ms,
    })
}

fn compiled() -> Result<Vec<u8>, Failure> {
    let files = MemoryFiles::new([("density.ts", MOD)]);
    let image = raya_compiler::compile("density.ts", &files).map_err(|diagnostics| {
        failure::show(&diagnostics);
        Failure::errors(diagnostics.sorted().len())
    })?;
    Ok(raya_bytecode::codec::encode(&image))
}

/// Bytes of memory that the process has; Linux only.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib * 1024)
}

fn json(figures: &Figures) -> String {
    let value = serde_json::json!({
        "contexts": figures.contexts,
        "create_ns": figures.create_ns,
        "first_call_ns": figures.call_ns,
        "idle_bytes": figures.idle_bytes,
        "bytes_after_call": figures.called_bytes,
        "tick_ms": figures.tick_ms,
    });
    format!("{value}\n")
}

fn text(figures: &Figures) -> String {
    let bytes = |figure: Option<f64>| {
        figure.map_or("unknown".to_owned(), |bytes| format!("{bytes:.0} bytes"))
    };
    format!(
        "{} contexts\n  create      {:.0} ns each\n  first call  {:.0} ns each\n  idle        {} each\n  \
         after call  {} each\n  tick        {:.3} ms\n",
        figures.contexts,
        figures.create_ns,
        figures.call_ns,
        bytes(figures.idle_bytes),
        bytes(figures.called_bytes),
        figures.tick_ms,
    )
}
