//! Where source texts come from, and paths as plain text.
//!
//! Invariant: paths are `/`-separated and normalised lexically, so that equal files have equal paths
//! (links aside).

use rustc_hash::FxHashMap;
use std::fs;
use std::path::Path;

/// Gives out source texts.
pub trait SourceProvider {
    /// The text of the file at `path`; `None` if there is none or it isn't UTF-8.
    fn read(&self, path: &str) -> Option<String>;
    /// The names of the files in a directory (`""` is the current one).
    fn list(&self, dir: &str) -> Vec<String>;
}

/// Files on disk.
#[derive(Debug, Default, Clone, Copy)]
pub struct FileSystem;

impl SourceProvider for FileSystem {
    fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(path).ok()
    }

    fn list(&self, dir: &str) -> Vec<String> {
        let dir = if dir.is_empty() {
            Path::new(".")
        } else {
            Path::new(dir)
        };
        let entries = fs::read_dir(dir).into_iter().flatten().flatten();
        entries
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect()
    }
}

/// Files in memory, by path.
#[derive(Debug, Default, Clone)]
pub struct MemoryFiles {
    files: FxHashMap<String, String>,
}

impl MemoryFiles {
    /// Files from pairs of path and text.
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let files = files
            .into_iter()
            .map(|(path, text)| (normalise(path), text.to_owned()));
        Self {
            files: files.collect(),
        }
    }
}

impl SourceProvider for MemoryFiles {
    fn read(&self, path: &str) -> Option<String> {
        self.files.get(path).cloned()
    }

    fn list(&self, dir: &str) -> Vec<String> {
        let inside = self.files.keys().filter(|path| directory(path) == dir);
        inside
            .filter_map(|path| path.rsplit('/').next())
            .map(str::to_owned)
            .collect()
    }
}

/// Resolves `.` and `..`; a leading `..` stays.
pub fn normalise(path: &str) -> String {
    let path = path.replace('\\', "/");
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if path.starts_with('/') => {}
            _ => parts.push(part),
        }
    }
    let root = if path.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

/// The directory that `path` stands in: `""` for the current one.
pub fn directory(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) => "/",
        Some(at) => &path[..at],
        None => "",
    }
}

/// The directory above `dir`, while it can be told from the text.
pub fn parent(dir: &str) -> Option<String> {
    let leaves_text = dir.is_empty() || dir == "/" || dir.split('/').next_back() == Some("..");
    (!leaves_text).then(|| directory(dir).to_owned())
}

/// `path` seen from `dir`.
pub fn join(dir: &str, path: &str) -> String {
    normalise(&format!(
        "{dir}{}{path}",
        if dir.is_empty() { "" } else { "/" }
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalised() {
        assert_eq!(normalise("./a/./b/../c.ts"), "a/c.ts");
        assert_eq!(normalise("../x//y.ts"), "../x/y.ts");
        assert_eq!(normalise("/../a"), "/a");
        assert_eq!(join("a/b", "../../../c"), "../c");
        assert_eq!(join("/", "a"), "/a");
        assert_eq!(directory("/a"), "/");
        assert_eq!(directory("a"), "");
    }

    #[test]
    fn parents_end_where_the_text_ends() {
        assert_eq!(parent("a/b").as_deref(), Some("a"));
        assert_eq!(parent("a").as_deref(), Some(""));
        assert_eq!(parent(""), None);
        assert_eq!(parent(".."), None);
        assert_eq!(parent("/a").as_deref(), Some("/"));
    }
}
