//! The sweeps of the runtime: one a file, in the order that `src/tick.rs` gives them.
//!
//! Free functions over named tables; no state of their own. `execute` and `effects` call what stands outside through traits and closures.
//! Absent: tables (`storages/`), the embedder's types (`src/`), clocks.

pub mod account;
pub mod admit;
pub mod collect;
pub mod effects;
pub mod execute;
pub mod marshal;
pub mod reap;
pub mod schedule;
pub mod wake;

#[cfg(test)]
mod fixture;
