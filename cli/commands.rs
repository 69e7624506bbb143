//! One command a file.

pub mod check;
