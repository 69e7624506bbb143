//! Compiles the Raya subset of TypeScript to `.rbin`.
//!
//! The order of the stages: `load` (module graph) over `parse` (oxc's tree into ours, refusing the
//! unsupported by name) -> `check` (names and types into side tables) -> `lower` (typed mid-level IR,
//! passes) -> `emit` (registers, bytecode image). The compiler knows nothing of the runtime.

pub mod ast;
pub mod check;
pub mod checked;
pub mod diagnostics;
mod emit;
pub mod load;
pub mod lower;
mod mir;
pub mod parse;
mod prelude;
pub mod types;

use checked::CheckedProgram;
use diagnostics::Diagnostics;
use load::SourceProvider;
use raya_bytecode::image::Image;

/// Finds all errors of the program whose entry is at `path`.
pub fn check(path: &str, provider: &(dyn SourceProvider + Sync)) -> Result<(), Diagnostics> {
    with_deep_stack(|| {
        let mut diagnostics = Diagnostics::default();
        front(path, provider, &mut diagnostics);
        if diagnostics.has_errors() {
            Err(diagnostics)
        } else {
            Ok(())
        }
    })
}

/// Compiles the program whose entry is at `path`, or finds all its errors.
pub fn compile(path: &str, provider: &(dyn SourceProvider + Sync)) -> Result<Image, Diagnostics> {
    with_deep_stack(|| {
        let mut diagnostics = Diagnostics::default();
        let checked = front(path, provider, &mut diagnostics);
        let image = checked.and_then(|checked| lower::lower(&checked, &mut diagnostics));
        image.ok_or(diagnostics)
    })
}

/// The stages that know of types: where most errors are found.
fn front(
    path: &str,
    provider: &dyn SourceProvider,
    diagnostics: &mut Diagnostics,
) -> Option<CheckedProgram> {
    let program = load::load(path, provider, diagnostics)?;
    check::check(program, diagnostics)
}

/// Runs `work` with a stack that is deep enough for every tree that the parser lets through.
///
/// Reading, checking and lowering recurse over trees up to [`parse::MAX_TREE_DEPTH`] deep, which is more than
/// the stack of a caller's thread may hold.
pub fn with_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    const STACK_BYTES: usize = 256 << 20;
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, work);
        match thread.expect("a thread can be started").join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
