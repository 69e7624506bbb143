//! Being built.
pub mod execute;
