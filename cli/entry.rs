//! From what a user names, a file or a directory, to the entry file.

use crate::failure::Failure;
use std::path::Path;

/// The files that a directory's program may begin with, the first there is.
const ENTRY_NAMES: &[&str] = &[
    "main.ts",
    "main.raya",
    "host.ts",
    "host.raya",
    "index.ts",
    "index.raya",
];

/// The entry file meant by `path`.
pub fn entry_file(path: &Path) -> Result<String, Failure> {
    if !path.exists() {
        return Err(Failure::Usage(format!(
            "there is no file or directory {}",
            path.display()
        )));
    }
    let file = if path.is_dir() {
        let candidates = ENTRY_NAMES.iter().map(|name| path.join(name));
        let found = candidates.into_iter().find(|candidate| candidate.is_file());
        let missing = || {
            Failure::Usage(format!(
                "{} holds none of {}",
                path.display(),
                ENTRY_NAMES.join(", ")
            ))
        };
        found.ok_or_else(missing)?
    } else {
        path.to_owned()
    };
    let text = file.to_str().map(str::to_owned);
    text.ok_or_else(|| Failure::Usage(format!("the path {} is not UTF-8", path.display())))
}
