//! What compiler and runtime share: the instruction table, the program image (`.rbin`), its verifier
//! and its disassembler.
//!
//! The tables are the specification: `isa` for instructions, `builtins` for native functions, `elements` for typed
//! arrays, `image` for sections. Absent: anything that runs.

pub mod assemble;
pub mod builtins;
pub mod codec;
pub mod describe;
pub mod disasm;
pub mod elements;
pub mod image;
pub mod isa;
pub mod limits;
pub mod slot;
pub mod verify;
