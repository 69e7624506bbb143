//! A context's heap: one linear region of words, allocated by bumping.
//!
//! Invariants: words from `top` on are 0; an empty heap has no words. The region grows by halves up to `collect_at_words`,
//! where the next allocation asks for a collection instead; a collection sets that mark from what was live. So when
//! collections happen depends on the program alone, and how many words beyond `top` are there can be seen by nobody.
//! References to other heaps cannot be written down. Accessors assert kinds and bounds; the dispatch loop has its own.
//! Absent: what is live (`systems/collect`), limits' meaning (`limits`), whether a loaded heap is sound (`heaps/verify`).

use crate::dump::{LoadError, Persist, Reader, Writer, ensure};
use crate::handles::{Foreign, HANDLES_MAX};
use crate::layout::{
    HANDLE_WORDS, HASH_WORDS, Kind, PROMISE_WORDS, header, header_class, header_identity,
    object_header,
};
use crate::values::ObjectRef;
use raya_bytecode::slot::{CONSTANT_BIT, HEAP_START};

mod arrays;
mod hashes;
mod strings;
mod typed;
mod verify;

pub use hashes::{Found, Key, hash_reserve_words};
pub use strings::Units;
pub use verify::{Soundness, object_words};

/// The capacity of the first region.
const WORDS_FIRST: usize = 16;

/// A new heap, and one that a collection left nearly empty, collects from so many words on.
pub const COLLECT_AT_WORDS_MIN: u32 = 4096;

/// The most words a region can have: offsets leave the constant bit free.
pub const HEAP_WORDS_MAX: u32 = CONSTANT_BIT - 1;

/// The heap of a context. See the module's header.
#[derive(Clone, Debug, Default)]
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
    /// Handles held, and objects that others may name.
    pub foreign: Option<Box<Foreign>>,
}

/// What is beyond `top` does not count.
impl PartialEq for Heap {
    fn eq(&self, other: &Heap) -> bool {
        let rest = |h: &Heap| (h.collect_at_words, h.globals, h.last_identity, h.random);
        self.live_words() == other.live_words()
            && rest(self) == rest(other)
            && self.foreign == other.foreign
    }
}

/// Whether a reference is to an object, in the heap or constant.
pub fn is_object(reference: u32) -> bool {
    reference >= HEAP_START
}

/// Whether a reference is to an object that lies in the heap and moves.
pub fn is_in_heap(reference: u32) -> bool {
    (HEAP_START..CONSTANT_BIT).contains(&reference)
}

/// Allocation and size.
impl Heap {
    /// An empty heap.
    pub fn new(heap_bytes_max: u64, random: u64) -> Heap {
        let collect_at_words = if cfg!(feature = "zeal") {
            0
        } else {
            (heap_bytes_max / 8).min(u64::from(COLLECT_AT_WORDS_MIN)) as u32
        };
        Heap {
            collect_at_words,
            random,
            ..Heap::default()
        }
    }

    /// Takes zeroed words; none means: collect first, then try again.
    ///
    /// An instruction that allocates several times and meets a none must ask the collection for all that it needs from its start,
    /// since it begins again.
    #[inline]
    pub fn allocate(&mut self, words: u32) -> Option<u32> {
        let start = self.top.max(HEAP_START);
        let end = start
            .checked_add(words)
            .filter(|end| *end <= self.collect_at_words)?;
        if end as usize > self.words.len() {
            self.grow(end as usize);
        }
        self.top = end;
        Some(start)
    }

    /// Whether so many words can be taken before the next collection.
    #[inline]
    pub fn has_room(&self, words: u32) -> bool {
        let end = u64::from(self.top.max(HEAP_START)) + u64::from(words);
        words == 0 || end <= u64::from(self.collect_at_words)
    }

    #[cold]
    fn grow(&mut self, words_min: usize) {
        // By halves, not doubling: many small heaps are kept, few are copied often.
        let grown = (self.words.len() * 3 / 2)
            .max(WORDS_FIRST)
            .min(self.collect_at_words as usize);
        let words = grown.max(words_min);
        self.words.reserve_exact(words - self.words.len());
        self.words.resize(words, 0);
    }

    /// Gives back the words from a former `top` on.
    pub fn release_from(&mut self, top: u32) {
        self.words[top as usize..self.top as usize].fill(0);
        self.top = top;
    }

    /// Gives back what lies beyond `top`.
    pub fn trim(&mut self) {
        self.words.truncate(self.top as usize);
        self.words.shrink_to_fit();
    }

    /// What counts against the heap limit.
    pub fn bytes_used(&self) -> u64 {
        u64::from(self.top) * 8
    }

    /// What the region takes of the host's memory.
    pub fn bytes_reserved(&self) -> u64 {
        self.words.capacity() as u64 * 8
    }

    /// The region up to `top`.
    pub fn live_words(&self) -> &[u64] {
        &self.words[..self.top as usize]
    }
}

/// Objects.
impl Heap {
    /// The header word.
    pub fn header(&self, reference: u32) -> u64 {
        self.words[reference as usize]
    }

    /// The kind of an object in the heap.
    pub fn kind(&self, reference: u32) -> Kind {
        Kind::of(self.header(reference)).expect("a reference is to an object")
    }

    /// The class of an instance.
    pub fn class(&self, reference: u32) -> u16 {
        assert_eq!(
            self.kind(reference),
            Kind::Object,
            "only instances have a class"
        );
        header_class(self.header(reference))
    }

    /// The identity that an object has as a hash key; given when first asked for.
    pub fn identity(&mut self, reference: u32) -> u32 {
        let given = header_identity(self.header(reference));
        if given != 0 {
            return given;
        }
        self.last_identity = self.last_identity.wrapping_add(1).max(1);
        self.words[reference as usize] |= u64::from(self.last_identity) << 32;
        self.last_identity
    }

    /// Takes an object's identity back, where all that knew of it is gone.
    pub fn forget_identity(&mut self, reference: u32) {
        self.words[reference as usize] &= u64::from(u32::MAX);
    }

    /// The words of an object.
    pub fn object(&self, reference: u32, words: u16) -> &[u64] {
        &self.words[reference as usize..reference as usize + usize::from(words)]
    }

    /// A word of an object.
    pub fn num(&self, reference: u32, offset: u16) -> u64 {
        self.words[reference as usize + usize::from(offset)]
    }

    /// Sets a word of an object.
    pub fn set_num(&mut self, reference: u32, offset: u16, value: u64) {
        self.words[reference as usize + usize::from(offset)] = value;
    }

    /// A half word of an object: offset in 4-byte units.
    pub fn half(&self, reference: u32, offset: u16) -> u32 {
        bytemuck::cast_slice::<u64, u32>(&self.words)[reference as usize * 2 + usize::from(offset)]
    }

    /// Sets a half word of an object.
    pub fn set_half(&mut self, reference: u32, offset: u16, value: u32) {
        bytemuck::cast_slice_mut::<u64, u32>(&mut self.words)
            [reference as usize * 2 + usize::from(offset)] = value;
    }

    /// A new instance, its fields 0.
    pub fn new_object(&mut self, class: u16, words: u16) -> Option<u32> {
        let object = self.allocate(u32::from(words))?;
        self.words[object as usize] = object_header(class);
        Some(object)
    }

    /// A new pending promise.
    pub fn new_promise(&mut self) -> Option<u32> {
        self.new_plain(Kind::Promise, PROMISE_WORDS)
    }

    /// A new hash index without slots.
    pub fn new_hash(&mut self) -> Option<u32> {
        self.new_plain(Kind::Hash, HASH_WORDS)
    }

    /// A new handle object, which is to name a row before anybody sees it (`hold_handle`).
    pub fn new_open_handle(&mut self) -> Option<u32> {
        self.new_plain(Kind::Handle, HANDLE_WORDS)
    }

    /// Makes a handle object name a new row, for what the context does not hold yet.
    pub fn hold_handle(&mut self, object: &ObjectRef, place: u32) {
        let foreign = self.foreign.get_or_insert_default();
        self.words[place as usize + 1] = foreign.hold(object, place).to_bits();
    }

    /// The most handles it holds, and the most of its objects that others may name.
    pub fn handles_max(&self) -> u32 {
        self.foreign.as_ref().map_or(HANDLES_MAX, |f| f.handles_max)
    }

    /// Sets those, to as many as there are at least.
    pub fn set_handles_max(&mut self, handles_max: u32) {
        let mut foreign = self.foreign.take().unwrap_or_default();
        foreign.set_max(handles_max);
        self.foreign = (!foreign.is_usual()).then_some(foreign);
    }

    fn new_plain(&mut self, kind: Kind, words: u32) -> Option<u32> {
        let object = self.allocate(words)?;
        self.words[object as usize] = header(kind);
        Some(object)
    }
}

impl Persist for Heap {
    const BYTES_MIN: usize = 25;

    fn dump(&self, to: &mut Writer) {
        to.slice(self.live_words());
        to.pod(self.collect_at_words);
        to.pod(self.globals);
        to.pod(self.last_identity);
        to.pod(self.random);
        self.foreign.dump(to);
    }

    fn load(from: &mut Reader) -> Result<Heap, LoadError> {
        let words: Vec<u64> = from.slice()?;
        ensure(
            words.len() <= HEAP_WORDS_MAX as usize,
            "a region fits its references",
        )?;
        ensure(
            words.is_empty() || words.len() >= HEAP_START as usize,
            "no object lies below the heap's start",
        )?;
        Ok(Heap {
            top: words.len() as u32,
            words,
            collect_at_words: from.pod()?,
            globals: from.pod()?,
            last_identity: from.pod()?,
            random: from.pod()?,
            foreign: Option::load(from)?,
        })
    }
}
