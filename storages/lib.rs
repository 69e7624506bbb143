//! The schema of the runtime: one table a file, no behaviour beyond a table's own invariants.
//!
//! Global tables have one row a context or program (`contexts`, `programs`). Tables private to a context
//! (`tasks`, `timers`, the job queue) exist once per active context, in its `Activity`, so that contexts execute in
//! parallel without locks and ids never depend on what neighbours do. Every table is declared through
//! `table` and so can be verified, dumped, loaded and hashed.
//! Absent: sweeps (`systems/`), the embedder's types (`src/`), clocks, host functions.

pub mod activities;
pub mod contexts;
pub mod dump;
pub mod entries;
pub mod events;
pub mod frames;
pub mod fuel;
pub mod grants;
pub mod handles;
pub mod heaps;
pub mod layout;
pub mod limits;
pub mod names;
pub mod programs;
pub mod ready;
pub mod runs;
mod table;
pub mod tasks;
pub mod timers;
pub mod typed;
pub mod values;
