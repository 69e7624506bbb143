//! Real programs, changed: whatever still verifies runs without a panic, keeps its limits, and goes on from a dump
//! as the original does. The fuzz targets in `fuzz/` do the same for longer.

#[path = "hostile/mutate.rs"]
mod mutate;

use mutate::{Random, mutate};
use proptest::prelude::*;
use raya_bytecode::codec::{decode, encode};
use raya_bytecode::image::Image;
use raya_bytecode::verify::verify;
use raya_core::{Call, Capability, Runtime, TickBudget, VmOptions};
use std::path::Path;
use std::sync::LazyLock;

/// Fuel of the ticks: stops in many places first, then a longer stretch.
const FUEL: [u64; 5] = [1, 3, 50, 2_000, 20_000];

/// Every ninth golden, some of each kind, and typed arrays.
static PROGRAMS: LazyLock<Vec<Image>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the goldens")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "ts"))
        .collect();
    paths.sort();
    let compile = |path: &std::path::PathBuf| {
        raya_compiler::compile(&path.to_string_lossy(), &raya_compiler::load::FileSystem).ok()
    };
    let typed = paths.iter().filter(|path| path.ends_with("typed_use.ts"));
    paths
        .iter()
        .step_by(9)
        .chain(typed)
        .filter_map(compile)
        .collect()
});

/// A runtime with what the goldens import.
fn runtime() -> Runtime {
    let console =
        Capability::new("console").blocking("print", |_: &Call, _level: f64, _text: String| {});
    let mut runtime = Runtime::with_threads(1);
    runtime.register(console).expect("the first of its name");
    runtime
}

/// Starts everything that a program exports; `None` if it is refused.
fn start(runtime: &mut Runtime, bytes: &[u8]) -> Option<()> {
    let program = runtime.load_program(bytes).ok()?;
    let options = VmOptions {
        max_heap_bytes: 1 << 20,
        max_tasks: 20,
        max_stack_frames: 200,
        capabilities: vec!["console".into()],
        ..VmOptions::default()
    };
    let id = runtime.create(options).expect("the options are good");
    let mut vm = runtime.vm(id).expect("it was just made");
    vm.load_program(program).ok()?;
    vm.initialize().ok()?;
    for (name, _) in vm.exports() {
        let _ = vm.run_entry(&name, Vec::new());
    }
    Some(())
}

/// Runs a program in ticks, and beside it what was dumped on the way.
fn run(bytes: &[u8]) {
    let mut original = runtime();
    if start(&mut original, bytes).is_none() {
        return;
    }
    for fuel in FUEL {
        original.tick(TickBudget::fuel(fuel));
    }
    let mut copy = runtime();
    copy.load(&original.dump()).expect("a dump loads");
    assert_eq!(copy.hash(), original.hash());
    for fuel in FUEL {
        copy.tick(TickBudget::fuel(fuel));
        original.tick(TickBudget::fuel(fuel));
    }
    assert_eq!(copy.hash(), original.hash());
}

#[test]
fn real_programs_verify_and_survive_their_bytes() {
    assert!(PROGRAMS.len() >= 8);
    for image in PROGRAMS.iter() {
        let bytes = encode(image);
        let decoded = decode(&bytes).expect("decodes");
        let verified = verify(decoded).unwrap_or_else(|e| panic!("{e}"));
        // Bytes, not rows: a NaN among the constants is unlike itself.
        assert!(encode(&verified) == bytes);
        run(&bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn changed_programs_run_or_are_refused(program in any::<prop::sample::Index>(), seed in any::<u64>()) {
        let mut image = program.get(&PROGRAMS).clone();
        mutate(&mut image, &mut Random(seed));
        run(&encode(&image));
    }

    #[test]
    fn changed_bytes_are_refused(program in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), by in 1u8..) {
        let mut bytes = encode(program.get(&PROGRAMS));
        let at = at.index(bytes.len());
        bytes[at] ^= by;
        prop_assert!(decode(&bytes).is_err());
    }

    #[test]
    fn cut_files_are_refused(program in any::<prop::sample::Index>(), at in any::<prop::sample::Index>()) {
        let bytes = encode(program.get(&PROGRAMS));
        prop_assert!(decode(&bytes[..at.index(bytes.len())]).is_err());
    }
}
