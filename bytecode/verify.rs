//! The verifier: proves of an image what the interpreter relies on without checking it again.
//!
//! A `VerifiedImage` is an image of which all of this holds:
//! - every index of every row is in range, and each pool is covered exactly by its owners' ranges, in their order,
//!   so that checking and running an image cost no more than its length;
//! - classes are in preorder, layouts extend their base's, and the spans of references are exactly the reference fields;
//! - a frame needs no more registers than its function declares; every register is written before it is read, with
//!   a value of its bank and kind; a reference register holds undefined, null or an instance of its static type;
//! - no reference temp lives across a safepoint and no temp across the end of a block;
//! - calls pass exactly what the callee declares; jumps land on instructions; `Catch` runs only in handlers;
//! - a block's cost is the sum of its instructions' costs, and code never falls off its end.
//!
//! It does not prove that references are not undefined or null, nor what a number register holds: an i32 or boolean
//! register may hold any 64 bits of which only the low ones count. Absent: anything about what a program means.
//!
//! Takes time linear in the image (sorting a class's fields apart) and memory for one function's registers.

mod blocks;
mod classes;
mod code;
mod constants;
mod error;
mod frame;
mod functions;
mod pools;
mod reflection;
mod rules;
mod types;
mod window;

pub use code::{Temps, temps_at};
pub use error::{Problem, VerifyError};

use crate::codec::{DecodeError, decode};
use crate::image::Image;
use std::ops::Deref;
use thiserror::Error;

/// An image that the verifier accepted; there is no other way to make one.
#[derive(Clone, Debug)]
pub struct VerifiedImage(Image);

impl Deref for VerifiedImage {
    type Target = Image;

    fn deref(&self) -> &Image {
        &self.0
    }
}

impl VerifiedImage {
    /// The image, no longer known to be verified.
    pub fn into_inner(self) -> Image {
        self.0
    }
}

/// Why bytes are no program.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum LoadError {
    /// The bytes are no `.rbin`.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The `.rbin` breaks a rule.
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

/// Reads a `.rbin` and verifies it.
pub fn decode_verified(bytes: &[u8]) -> Result<VerifiedImage, LoadError> {
    Ok(verify(decode(bytes)?)?)
}

/// Verifies an image; see the module's header.
pub fn verify(image: Image) -> Result<VerifiedImage, VerifyError> {
    pools::check(&image)?;
    constants::check(&image)?;
    functions::check(&image)?;
    classes::check(&image)?;
    reflection::check(&image)?;
    code::check(&image)?;
    Ok(VerifiedImage(image))
}
