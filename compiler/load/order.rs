//! The order in which modules are initialised: depth first over imports, as Node does it.
//!
//! Invariants: every module comes out exactly once; `lib` first. Imports and re-exports of types only
//! don't count, since nothing of them is there at run time: modules reached by nothing else come last.

use crate::ast::{FileId, ImportSource, Module};

/// Sorts `modules` (by `FileId`) into initialisation order.
pub fn initialisation_order(modules: Vec<Module>, lib: FileId, entry: FileId) -> Vec<Module> {
    let mut order = Vec::with_capacity(modules.len());
    let mut seen = vec![false; modules.len()];
    let leftovers = (0..modules.len() as u32).map(FileId);
    for root in [lib, entry].into_iter().chain(leftovers) {
        visit(root, &modules, &mut seen, &mut order);
    }
    let mut slots: Vec<Option<Module>> = modules.into_iter().map(Some).collect();
    order
        .iter()
        .filter_map(|file| slots[file.index()].take())
        .collect()
}

/// Appends what `root` needs and then `root`; with a stack of its own, since chains may be long.
fn visit(root: FileId, modules: &[Module], seen: &mut [bool], order: &mut Vec<FileId>) {
    if std::mem::replace(&mut seen[root.index()], true) {
        return;
    }
    let mut stack = vec![(root, requests(&modules[root.index()]).into_iter())];
    while let Some((file, rest)) = stack.last_mut() {
        match rest.next() {
            Some(next) => {
                if !std::mem::replace(&mut seen[next.index()], true) {
                    stack.push((next, requests(&modules[next.index()]).into_iter()));
                }
            }
            None => {
                order.push(*file);
                stack.pop();
            }
        }
    }
}

/// The files that `module` needs at run time, in source order.
fn requests(module: &Module) -> Vec<FileId> {
    let imports = module
        .imports
        .iter()
        .filter(|i| !i.type_only)
        .map(|i| (i.span.start, &i.source));
    let exports = module
        .exports
        .iter()
        .filter_map(|e| Some((e.span.start, e.source.as_ref()?)));
    let mut all: Vec<_> = imports.chain(exports).collect();
    all.sort_by_key(|(start, _)| *start);
    all.into_iter()
        .filter_map(|(_, source)| file_of(source))
        .collect()
}

fn file_of(source: &ImportSource) -> Option<FileId> {
    match source {
        ImportSource::File(file) | ImportSource::Runtime(file) => Some(*file),
        ImportSource::Host(_) | ImportSource::Missing => None,
    }
}
