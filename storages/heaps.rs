//! A context's heap: one linear region of words, allocated by bumping.
//!
//! Invariants: words from `top` on are 0; `words.len()` is the capacity; an empty heap has none. The region grows by doubling up
//! to `collect_at_words`, where the next allocation asks for a collection instead; a collection sets that mark from what
//! was live. So when collections happen depends on the program alone. References to other heaps cannot be written down.
//! Absent: what is live (`systems/collect`), limits' meaning (`limits`).

/// The heap of a context. Completed by the storages helper (allocation, growth, access, dump).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Heap {
    /// The region.
    pub words: Vec<u64>,
    /// The first free word (`HEAP_START` or more once anything was allocated, else 0).
    pub top: u32,
    /// Allocating beyond this many words asks for a collection first.
    pub collect_at_words: u32,
    /// The globals object: a reference, a root.
    pub globals: u32,
    /// The last identity given to an object used as a hash key.
    pub last_identity: u32,
    /// The state of `Math.random`.
    pub random: u64,
}
