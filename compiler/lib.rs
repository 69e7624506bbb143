//! Compiles the Raya subset of TypeScript to `.rbin`.
//!
//! The order of the stages: `load` (module graph) over `parse` (oxc's tree into ours, refusing the
//! unsupported by name) -> `check` (names and types into side tables) -> `lower` (typed mid-level IR,
//! passes) -> `emit` (registers, bytecode image). The compiler knows nothing of the runtime.

pub mod ast;
pub mod checked;
pub mod diagnostics;
pub mod load;
pub mod parse;
mod prelude;
pub mod types;
