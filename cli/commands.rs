//! One command a file.

pub mod bench;
pub mod build;
pub mod check;
pub mod dis;
pub mod inspect;
pub mod run;
pub mod top;
