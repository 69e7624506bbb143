//! A context's heap: one linear region of words, allocated by bumping.
//!
//! Invariants: words from `top` on are 0; an empty heap has no words. The region grows by doubling up to `collect_at_words`,
//! where the next allocation asks for a collection instead; a collection sets that mark from what was live. So when
//! collections happen depends on the program alone, and how many words beyond `top` are there can be seen by nobody.
//! References to other heaps cannot be written down. Accessors assert kinds and bounds; the dispatch loop has its own.
//! Absent: what is live (`systems/collect`), limits' meaning (`limits`), whether a loaded heap is sound (`check`).

use crate::dump::{LoadError, Persist, Reader, Writer, ensure};
use crate::layout::{
    HASH_WORDS, Kind, PROMISE_WORDS, ROPE_WORDS, array_kinds, header, header_class,
    header_identity, latin1_words, object_header, store_words, string_hash, utf16_words,
};
use raya_bytecode::slot::{CONSTANT_BIT, HEAP_START, Slot};

/// The capacity of the first region.
const WORDS_FIRST: usize = 16;

/// A new heap, and one that a collection left nearly empty, collects from so many words on.
pub const COLLECT_AT_WORDS_MIN: u32 = 4096;

/// The most words a region can have: offsets leave the constant bit free.
pub const HEAP_WORDS_MAX: u32 = CONSTANT_BIT - 1;

/// The heap of a context. See the module's header.
#[derive(Clone, Eq, Debug, Default)]
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

/// What is beyond `top` does not count.
impl PartialEq for Heap {
    fn eq(&self, other: &Heap) -> bool {
        let rest = |h: &Heap| (h.collect_at_words, h.globals, h.last_identity, h.random);
        self.live_words() == other.live_words() && rest(self) == rest(other)
    }
}

/// A flat string's contents.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Units<'a> {
    /// Units up to 0xff, one byte each.
    Latin1(&'a [u8]),
    /// UTF-16 units, at least one of them above 0xff.
    Utf16(&'a [u16]),
}

impl Units<'_> {
    /// How many units.
    pub fn len(&self) -> usize {
        match self {
            Units::Latin1(bytes) => bytes.len(),
            Units::Utf16(units) => units.len(),
        }
    }

    /// Whether it is the empty string.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A unit.
    pub fn get(&self, index: usize) -> Option<u16> {
        match self {
            Units::Latin1(bytes) => bytes.get(index).map(|b| u16::from(*b)),
            Units::Utf16(units) => units.get(index).copied(),
        }
    }

    /// All units.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// As text, with lone surrogates replaced.
    pub fn text(&self) -> String {
        match self {
            Units::Latin1(bytes) => bytes.iter().map(|b| char::from(*b)).collect(),
            Units::Utf16(units) => String::from_utf16_lossy(units),
        }
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

    #[cold]
    fn grow(&mut self, words_min: usize) {
        let doubled = (self.words.len() * 2)
            .max(WORDS_FIRST)
            .min(self.collect_at_words as usize);
        let words = doubled.max(words_min);
        self.words.reserve_exact(words - self.words.len());
        self.words.resize(words, 0);
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

    fn new_plain(&mut self, kind: Kind, words: u32) -> Option<u32> {
        let object = self.allocate(words)?;
        self.words[object as usize] = header(kind);
        Some(object)
    }
}

/// Arrays and their stores.
impl Heap {
    /// How many elements an array has.
    pub fn array_len(&self, array: u32) -> u32 {
        self.half(array, 2)
    }

    /// An array's store, or 0.
    pub fn array_store(&self, array: u32) -> u32 {
        self.half(array, 3)
    }

    /// How many elements fit a store; 0 for none.
    pub fn store_capacity(&self, store: u32) -> u32 {
        if store == 0 { 0 } else { self.half(store, 2) }
    }

    /// A new store, its elements 0.
    pub fn new_store(&mut self, kind: Kind, capacity: u32) -> Option<u32> {
        let store = self.allocate(store_words(kind, capacity)?)?;
        self.words[store as usize] = header(kind);
        self.words[store as usize + 1] = u64::from(capacity);
        Some(store)
    }

    /// A new array of an `ARR_…` slot with zeroed elements, in one allocation.
    pub fn new_array(&mut self, slot: Slot, len: u32, capacity: u32) -> Option<u32> {
        assert!(len <= capacity, "elements fit their store");
        let (kind, store_kind) = array_kinds(slot).expect("the slot is one kind of array");
        let store_size = if capacity == 0 {
            0
        } else {
            store_words(store_kind, capacity)?
        };
        let array = self.allocate(store_size.checked_add(2)?)?;
        self.words[array as usize] = header(kind);
        let store = if capacity == 0 { 0 } else { array + 2 };
        self.words[array as usize + 1] = u64::from(len) | u64::from(store) << 32;
        if store != 0 {
            self.words[store as usize] = header(store_kind);
            self.words[store as usize + 1] = u64::from(capacity);
        }
        Some(array)
    }

    /// The words of a store's elements.
    fn store_body(&self, store: u32) -> &[u64] {
        let words = store_words(self.kind(store), self.store_capacity(store));
        let end = store + words.expect("a store's size was checked when it was made");
        &self.words[store as usize + 2..end as usize]
    }

    fn store_body_mut(&mut self, store: u32) -> &mut [u64] {
        let words = store_words(self.kind(store), self.store_capacity(store));
        let end = store + words.expect("a store's size was checked when it was made");
        &mut self.words[store as usize + 2..end as usize]
    }

    fn elements<T: bytemuck::Pod>(&self, array: u32, kind: Kind) -> &[T] {
        assert_eq!(self.kind(array), kind, "the array is of another kind");
        match self.array_store(array) {
            0 => &[],
            store => {
                &bytemuck::cast_slice(self.store_body(store))[..self.array_len(array) as usize]
            }
        }
    }

    fn elements_mut<T: bytemuck::Pod>(&mut self, array: u32, kind: Kind) -> &mut [T] {
        assert_eq!(self.kind(array), kind, "the array is of another kind");
        let len = self.array_len(array) as usize;
        match self.array_store(array) {
            0 => &mut [],
            store => &mut bytemuck::cast_slice_mut(self.store_body_mut(store))[..len],
        }
    }

    /// The elements of an `f64[]`.
    pub fn f64s(&self, array: u32) -> &[f64] {
        self.elements(array, Kind::ArrayF64)
    }

    /// The elements of an `f64[]`.
    pub fn f64s_mut(&mut self, array: u32) -> &mut [f64] {
        self.elements_mut(array, Kind::ArrayF64)
    }

    /// The elements of an `i32[]`.
    pub fn i32s(&self, array: u32) -> &[i32] {
        self.elements(array, Kind::ArrayI32)
    }

    /// The elements of an `i32[]`.
    pub fn i32s_mut(&mut self, array: u32) -> &mut [i32] {
        self.elements_mut(array, Kind::ArrayI32)
    }

    /// The elements of a `bool[]`, 0 or 1 each.
    pub fn bools(&self, array: u32) -> &[u8] {
        self.elements(array, Kind::ArrayBool)
    }

    /// The elements of a `bool[]`, 0 or 1 each.
    pub fn bools_mut(&mut self, array: u32) -> &mut [u8] {
        self.elements_mut(array, Kind::ArrayBool)
    }

    /// The elements of a `ref[]`.
    pub fn refs(&self, array: u32) -> &[u32] {
        self.elements(array, Kind::ArrayRef)
    }

    /// The elements of a `ref[]`.
    pub fn refs_mut(&mut self, array: u32) -> &mut [u32] {
        self.elements_mut(array, Kind::ArrayRef)
    }

    /// The numeric and reference halves of a `mixed[]`'s elements.
    pub fn mixed(&self, array: u32) -> (&[u64], &[u32]) {
        assert_eq!(
            self.kind(array),
            Kind::ArrayMixed,
            "the array is of another kind"
        );
        let (store, len) = (self.array_store(array), self.array_len(array) as usize);
        if store == 0 {
            return (&[], &[]);
        }
        let (nums, refs) = self
            .store_body(store)
            .split_at(self.store_capacity(store) as usize);
        (&nums[..len], &bytemuck::cast_slice(refs)[..len])
    }

    /// The numeric and reference halves of a `mixed[]`'s elements.
    pub fn mixed_mut(&mut self, array: u32) -> (&mut [u64], &mut [u32]) {
        assert_eq!(
            self.kind(array),
            Kind::ArrayMixed,
            "the array is of another kind"
        );
        let (store, len) = (self.array_store(array), self.array_len(array) as usize);
        if store == 0 {
            return (&mut [], &mut []);
        }
        let capacity = self.store_capacity(store) as usize;
        let (nums, refs) = self.store_body_mut(store).split_at_mut(capacity);
        (&mut nums[..len], &mut bytemuck::cast_slice_mut(refs)[..len])
    }
}

/// Strings. `constants` is the program's constants region.
impl Heap {
    /// A new string of units up to 0xff.
    pub fn new_latin1(&mut self, bytes: &[u8]) -> Option<u32> {
        let string = self.allocate(latin1_words(u32::try_from(bytes.len()).ok()?))?;
        self.fill_string(string, Kind::Latin1, bytes.len(), bytes);
        Some(string)
    }

    /// A new string of units of which at least one is above 0xff.
    pub fn new_utf16(&mut self, units: &[u16]) -> Option<u32> {
        debug_assert!(units.iter().any(|u| *u > 0xff), "a string has one form");
        let string = self.allocate(utf16_words(u32::try_from(units.len()).ok()?))?;
        self.fill_string(
            string,
            Kind::Utf16,
            units.len(),
            bytemuck::cast_slice(units),
        );
        Some(string)
    }

    fn fill_string(&mut self, string: u32, kind: Kind, len: usize, bytes: &[u8]) {
        self.words[string as usize] = header(kind);
        self.words[string as usize + 1] = len as u64;
        let body = bytemuck::cast_slice_mut(&mut self.words[string as usize + 2..]);
        body[..bytes.len()].copy_from_slice(bytes);
    }

    /// A new string of any units.
    pub fn new_units(&mut self, units: &[u16]) -> Option<u32> {
        if units.iter().any(|u| *u > 0xff) {
            return self.new_utf16(units);
        }
        let string = self.allocate(latin1_words(u32::try_from(units.len()).ok()?))?;
        self.fill_string(string, Kind::Latin1, units.len(), &[]);
        let body = bytemuck::cast_slice_mut::<u64, u8>(&mut self.words[string as usize + 2..]);
        for (byte, unit) in body.iter_mut().zip(units) {
            *byte = *unit as u8;
        }
        Some(string)
    }

    /// A new string from text.
    pub fn new_text(&mut self, text: &str) -> Option<u32> {
        if text.is_ascii() {
            return self.new_latin1(text.as_bytes());
        }
        self.new_units(&text.encode_utf16().collect::<Vec<u16>>())
    }

    /// A new rope. Neither part is empty.
    pub fn new_rope(&mut self, left: u32, right: u32, len: u32) -> Option<u32> {
        let rope = self.new_plain(Kind::Rope, ROPE_WORDS)?;
        self.words[rope as usize + 1] = u64::from(len);
        self.words[rope as usize + 2] = u64::from(left) | u64::from(right) << 32;
        Some(rope)
    }

    /// The region that a reference is into, and where.
    fn region<'a>(&'a self, constants: &'a [u64], reference: u32) -> (&'a [u64], usize) {
        if reference & CONSTANT_BIT == 0 {
            (&self.words, reference as usize)
        } else {
            (constants, (reference & !CONSTANT_BIT) as usize)
        }
    }

    /// The kind of an object wherever it lies.
    pub fn kind_of(&self, constants: &[u64], reference: u32) -> Kind {
        let (words, at) = self.region(constants, reference);
        Kind::of(words[at]).expect("a reference is to an object")
    }

    /// Whether a reference is to a string.
    pub fn is_string(&self, constants: &[u64], reference: u32) -> bool {
        is_object(reference) && self.kind_of(constants, reference).is_string()
    }

    /// How many units a string has.
    pub fn string_len(&self, constants: &[u64], string: u32) -> u32 {
        let (words, at) = self.region(constants, string);
        words[at + 1] as u32
    }

    /// The parts of a rope that is not flattened yet.
    pub fn rope_parts(&self, rope: u32) -> Option<(u32, u32)> {
        let is_open = self.kind(rope) == Kind::Rope && self.half(rope, 5) != 0;
        is_open.then(|| (self.half(rope, 4), self.half(rope, 5)))
    }

    /// A string's units where they lie; none for a rope that is not flattened.
    pub fn units<'a>(&'a self, constants: &'a [u64], string: u32) -> Option<Units<'a>> {
        let (words, at) = self.region(constants, string);
        let (len, body) = (words[at + 1] as u32 as usize, &words[at + 2..]);
        match Kind::of(words[at]) {
            Some(Kind::Latin1) => Some(Units::Latin1(&bytemuck::cast_slice(body)[..len])),
            Some(Kind::Utf16) => Some(Units::Utf16(&bytemuck::cast_slice(body)[..len])),
            Some(Kind::Rope) if body[0] >> 32 == 0 => self.units(constants, body[0] as u32),
            Some(Kind::Rope) => None,
            _ => panic!("the reference is not to a string"),
        }
    }

    /// Goes through a string's flat parts in order.
    pub fn for_each_part<'a>(
        &'a self,
        constants: &'a [u64],
        string: u32,
        mut each: impl FnMut(Units<'a>),
    ) {
        let mut rest = vec![string];
        while let Some(part) = rest.pop() {
            match self.units(constants, part) {
                Some(units) => each(units),
                None => {
                    let (left, right) = self.rope_parts(part).expect("only ropes have no units");
                    rest.extend([right, left]);
                }
            }
        }
    }

    /// A string's units, copied.
    pub fn copy_units(&self, constants: &[u64], string: u32) -> Vec<u16> {
        let mut units = Vec::with_capacity(self.string_len(constants, string) as usize);
        self.for_each_part(constants, string, |part| units.extend(part.iter()));
        units
    }

    /// A string as text, with lone surrogates replaced.
    pub fn text(&self, constants: &[u64], string: u32) -> String {
        match self.units(constants, string) {
            Some(units) => units.text(),
            None => String::from_utf16_lossy(&self.copy_units(constants, string)),
        }
    }

    /// Whether all units of a string are up to 0xff.
    pub fn is_latin1(&self, constants: &[u64], string: u32) -> bool {
        let mut is_latin1 = true;
        self.for_each_part(constants, string, |part| {
            is_latin1 &= matches!(part, Units::Latin1(_));
        });
        is_latin1
    }

    /// The words that flattening a string takes; 0 if it is flat.
    pub fn flatten_words(&self, constants: &[u64], string: u32) -> u32 {
        if self.units(constants, string).is_some() {
            return 0;
        }
        let len = self.string_len(constants, string);
        if self.is_latin1(constants, string) {
            latin1_words(len)
        } else {
            utf16_words(len)
        }
    }

    /// Makes a string flat and gives the flat one; a rope keeps it. None: collect `flatten_words` first.
    pub fn flatten(&mut self, constants: &[u64], string: u32) -> Option<u32> {
        if self.kind_of(constants, string) != Kind::Rope {
            return Some(string);
        }
        if self.rope_parts(string).is_none() {
            return Some(self.half(string, 4));
        }
        let flat = self.new_flat(constants, string)?;
        self.words[string as usize + 2] = u64::from(flat);
        Some(flat)
    }

    fn new_flat(&mut self, constants: &[u64], rope: u32) -> Option<u32> {
        if !self.is_latin1(constants, rope) {
            return self.new_utf16(&self.copy_units(constants, rope));
        }
        let mut bytes = Vec::with_capacity(self.string_len(constants, rope) as usize);
        self.for_each_part(constants, rope, |part| match part {
            Units::Latin1(part) => bytes.extend_from_slice(part),
            Units::Utf16(_) => unreachable!("all parts are Latin-1"),
        });
        self.new_latin1(&bytes)
    }

    /// The hash of a flat string; kept in it.
    pub fn string_hash(&mut self, constants: &[u64], string: u32) -> u32 {
        let (words, at) = self.region(constants, string);
        let kept = (words[at + 1] >> 32) as u32;
        if kept != 0 {
            return kept;
        }
        let hash = match self.units(constants, string).expect("the string is flat") {
            Units::Latin1(bytes) => string_hash(bytes),
            Units::Utf16(units) => string_hash(bytemuck::cast_slice(units)),
        };
        assert!(string & CONSTANT_BIT == 0, "constants have their hash");
        self.set_half(string, 3, hash);
        hash
    }
}

impl Persist for Heap {
    const BYTES_MIN: usize = 24;

    fn dump(&self, to: &mut Writer) {
        to.slice(self.live_words());
        to.pod(self.collect_at_words);
        to.pod(self.globals);
        to.pod(self.last_identity);
        to.pod(self.random);
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
        })
    }
}
