//! Finds the programs that a running program loads by path: `vm.loadRbin("./mods/trader.rbin")`.
//!
//! Paths are relative to the directory of the program that `raya run` was given. A `.rbin` that isn't there, or
//! is older than the source beside it, is compiled from `trader.ts` (or `.raya`) in memory; nothing is written.
//! Each program is compiled once. Invariant: nothing outside of that directory is reached.

use crate::program::compile_image;
use raya_bytecode::codec;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

/// Endings of source files.
const SOURCE_ENDINGS: &[&str] = &["ts", "raya"];

/// Programs by path, compiled or read on demand.
pub struct Loader {
    root: PathBuf,
    compiled: BTreeMap<PathBuf, Vec<u8>>,
}

impl Loader {
    /// Finds programs in and below `root`.
    pub fn new(root: PathBuf) -> Loader {
        Loader {
            root,
            compiled: BTreeMap::new(),
        }
    }

    /// The bytes of the program that a guest calls `path`.
    pub fn load(&mut self, path: &str) -> Result<Vec<u8>, String> {
        let path = self.root.join(inside(path)?);
        if let Some(bytes) = self.compiled.get(&path) {
            return Ok(bytes.clone());
        }
        let binary = modified(&path);
        let source = SOURCE_ENDINGS
            .iter()
            .map(|ending| path.with_extension(ending))
            .find(|path| path.is_file());
        match source {
            Some(source) if binary.is_none() || modified(&source) > binary => {
                self.compile(path, &source)
            }
            _ => fs::read(&path).map_err(|error| format!("{}: {error}", path.display())),
        }
    }

    fn compile(&mut self, path: PathBuf, source: &Path) -> Result<Vec<u8>, String> {
        let entry = source
            .to_str()
            .ok_or_else(|| format!("the path {} is not UTF-8", source.display()))?;
        let image = compile_image(entry).map_err(|_| format!("{} has errors", source.display()))?;
        let bytes = codec::encode(&image);
        self.compiled.insert(path, bytes.clone());
        Ok(bytes)
    }
}

/// `path`, if it stays below the directory that it is relative to.
fn inside(path: &str) -> Result<PathBuf, String> {
    let mut depth = 0;
    for component in Path::new(path).components() {
        match component {
            Component::CurDir => {}
            Component::Normal(_) => depth += 1,
            Component::ParentDir if depth > 0 => depth -= 1,
            _ => return Err(format!("{path} is outside of the program's directory")),
        }
    }
    Ok(PathBuf::from(path))
}

/// When a file was changed; `None` if there is none.
fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path)
        .and_then(|metadata| metadata.modified())
        .ok()
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn paths_stay_inside() {
        for path in ["x.rbin", "./x.rbin", "a/../b.rbin"] {
            assert!(inside(path).is_ok(), "{path}");
        }
        for path in ["../x.rbin", "/x.rbin", "a/../../x.rbin"] {
            assert!(inside(path).is_err(), "{path}");
        }
    }
}
