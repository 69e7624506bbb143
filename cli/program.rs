//! From what a user names to a program: compiled from source, or read from a `.rbin`.

use crate::entry::entry_file;
use crate::failure::{self, Failure};
use raya_bytecode::image::Image;
use raya_bytecode::{codec, verify};
use raya_compiler::load::FileSystem;
use std::path::Path;

/// The image of the program at `entry`, whose errors are shown.
pub fn compile_image(entry: &str) -> Result<Image, Failure> {
    raya_compiler::compile(entry, &FileSystem).map_err(|diagnostics| {
        failure::show(&diagnostics);
        Failure::errors(diagnostics.sorted().len())
    })
}

/// The bytes of the program at `path`: a `.rbin` as it is, anything else compiled.
pub fn read_program(path: &Path) -> Result<Vec<u8>, Failure> {
    if is_rbin(path) {
        return read(path);
    }
    Ok(codec::encode(&compile_image(&entry_file(path)?)?))
}

/// The verified image of the program at `path`.
pub fn read_image(path: &Path) -> Result<Image, Failure> {
    if !is_rbin(path) {
        return compile_image(&entry_file(path)?);
    }
    let verified = verify::decode_verified(&read(path)?);
    verified
        .map(verify::VerifiedImage::into_inner)
        .map_err(|error| Failure::file(path, error))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    if !path.exists() {
        return Err(Failure::Usage(format!(
            "there is no file {}",
            path.display()
        )));
    }
    std::fs::read(path).map_err(|error| Failure::file(path, error))
}

fn is_rbin(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "rbin")
}
