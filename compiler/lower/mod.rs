//! From the checked tree to code: instances of functions and classes found from the entry module, lowered one by one.
//!
//! Reachable are the modules' statements, the exports, and what those use; the rest of the prelude costs nothing.
//! Invariant: the image that comes out verifies; what the format cannot hold is an error (`RA4…`), never a panic.
//! Absent: optimisation (`mir/`), registers and layouts (`emit/`).

mod adapters;
mod assign;
mod call;
mod classes;
mod closures;
mod convert;
mod expr;
mod function;
mod instances;
mod intrinsics;
mod literal;
mod loops;
mod member;
mod operators;
mod pattern;
pub mod program;
pub mod repr;
mod scopes;
mod stmt;
mod typed;
mod walk;

#[cfg(test)]
mod tests;

use crate::checked::CheckedProgram;
use crate::diagnostics::Diagnostics;
pub use instances::Exported;
use program::{FuncKey, Program};
use raya_bytecode::image::Image;

/// Lowers a checked program to an image. `None` if something could not be lowered; the diagnostics say what.
pub fn lower(checked: &CheckedProgram, diagnostics: &mut Diagnostics) -> Option<Image> {
    let mut program = Program::new(checked, diagnostics);
    let init = program.function(FuncKey::Init);
    let exports = instances::request_exports(&mut program);
    instances::lower_reachable(&mut program);
    if program.diagnostics.has_errors() {
        return None;
    }
    crate::emit::emit(program, init, &exports)
}
