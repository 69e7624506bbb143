//! How objects lie in a heap: header words and bodies, by kind.
//!
//! A heap is an array of 64-bit words; a reference is the index of an object's header word (see
//! `raya_bytecode::slot` for the values below `HEAP_START` and the constant bit). Every object:
//!
//! ```text
//! header: kind:8 | flags:8 | class:16 | identity:32     (identity: 0 until used as a hash key)
//! OBJECT   fields as the class says (Class::words in all)
//! LATIN1   len:32 hash:32 | bytes, padded with 0          (hash 0: not computed)
//! UTF16    len:32 hash:32 | units, padded with 0          (has at least one unit above 0xff)
//! ROPE     len:32 0:32    | left:32 right:32              (right 0: flattened, left is LATIN1 or UTF16)
//! ARRAY_x  len:32 storage:32                              (storage 0: none, capacity 0)
//! STORE_x  capacity:32 0:32 | elements, padded with 0     (MIXED: capacity f64 words, then capacity u32)
//! PROMISE  state:8 0:24 ref:32 | num:64 | first waiter:32 last waiter:32   (waiters: task index + 1, 0 none)
//! TYPED    len:32 0:32 | bytes of the elements, padded with 0   (the element's number stands in place of a class)
//! HANDLE   row of the context's handles, as bits:64
//! HASH     count:32 slots:32(a STORE_I32, entry + 1, 0 free, -1 removed)  | removed:32 0:32
//! ```
//!
//! During a collection a moved object's header is `FORWARDED | new reference << 32`.
//! Invariants: unused bits are 0, so that equal states are equal bytes. Absent: allocation (`heaps`).

use raya_bytecode::elements::Element;
use raya_bytecode::slot::Slot;

/// The kind of an object: the low byte of its header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Kind {
    Object = 1,
    Latin1 = 2,
    Utf16 = 3,
    Rope = 4,
    ArrayF64 = 8,
    ArrayI32 = 9,
    ArrayBool = 10,
    ArrayRef = 11,
    ArrayMixed = 12,
    StoreF64 = 16,
    StoreI32 = 17,
    StoreBool = 18,
    StoreRef = 19,
    StoreMixed = 20,
    Promise = 24,
    Hash = 25,
    Handle = 26,
    Typed = 27,
    /// Only while collecting.
    Forwarded = 31,
}

impl Kind {
    /// The kind in a header word.
    pub fn of(header: u64) -> Option<Kind> {
        Some(match header as u8 {
            1 => Kind::Object,
            2 => Kind::Latin1,
            3 => Kind::Utf16,
            4 => Kind::Rope,
            8 => Kind::ArrayF64,
            9 => Kind::ArrayI32,
            10 => Kind::ArrayBool,
            11 => Kind::ArrayRef,
            12 => Kind::ArrayMixed,
            16 => Kind::StoreF64,
            17 => Kind::StoreI32,
            18 => Kind::StoreBool,
            19 => Kind::StoreRef,
            20 => Kind::StoreMixed,
            24 => Kind::Promise,
            25 => Kind::Hash,
            26 => Kind::Handle,
            27 => Kind::Typed,
            31 => Kind::Forwarded,
            _ => return None,
        })
    }
}

impl Kind {
    /// Whether it is a form of string.
    pub const fn is_string(self) -> bool {
        matches!(self, Kind::Latin1 | Kind::Utf16 | Kind::Rope)
    }

    /// Whether it is an array.
    pub const fn is_array(self) -> bool {
        self as u8 >= Kind::ArrayF64 as u8 && self as u8 <= Kind::ArrayMixed as u8
    }

    /// Whether it holds the elements of an array.
    pub const fn is_store(self) -> bool {
        self as u8 >= Kind::StoreF64 as u8 && self as u8 <= Kind::StoreMixed as u8
    }

    /// The store of an array.
    pub const fn store(self) -> Option<Kind> {
        Some(match self {
            Kind::ArrayF64 => Kind::StoreF64,
            Kind::ArrayI32 => Kind::StoreI32,
            Kind::ArrayBool => Kind::StoreBool,
            Kind::ArrayRef => Kind::StoreRef,
            Kind::ArrayMixed => Kind::StoreMixed,
            _ => return None,
        })
    }
}

/// The array and the store of an `ARR_…` slot.
pub const fn array_kinds(slot: Slot) -> Option<(Kind, Kind)> {
    Some(match slot {
        Slot::ARR_F64 => (Kind::ArrayF64, Kind::StoreF64),
        Slot::ARR_I32 => (Kind::ArrayI32, Kind::StoreI32),
        Slot::ARR_BOOL => (Kind::ArrayBool, Kind::StoreBool),
        Slot::ARR_REF => (Kind::ArrayRef, Kind::StoreRef),
        Slot::ARR_MIXED => (Kind::ArrayMixed, Kind::StoreMixed),
        _ => return None,
    })
}

/// Words of an array, without its store.
pub const ARRAY_WORDS: u32 = 2;
/// The word of a typed array where its elements begin.
pub const TYPED_START: u32 = 2;
/// Words of a rope.
pub const ROPE_WORDS: u32 = 3;
/// Words of a promise.
pub const PROMISE_WORDS: u32 = 4;
/// Words of a handle.
pub const HANDLE_WORDS: u32 = 2;
/// Words of a hash index, without its slots.
pub const HASH_WORDS: u32 = 3;

/// Words of a string of units up to 0xff.
pub const fn latin1_words(len: u32) -> u32 {
    2 + len.div_ceil(8)
}

/// Words of a string with a unit above 0xff.
pub const fn utf16_words(len: u32) -> u32 {
    2 + len.div_ceil(4)
}

/// Words of a store; none if no region could hold it.
pub const fn store_words(kind: Kind, capacity: u32) -> Option<u32> {
    let body = match kind {
        Kind::StoreF64 => capacity,
        Kind::StoreI32 | Kind::StoreRef => capacity.div_ceil(2),
        Kind::StoreBool => capacity.div_ceil(8),
        Kind::StoreMixed => match capacity.checked_add(capacity.div_ceil(2)) {
            Some(words) => words,
            None => return None,
        },
        _ => return None,
    };
    body.checked_add(2)
}

/// Words of a typed array; none if no region could hold it.
pub const fn typed_words(element: Element, len: u32) -> Option<u32> {
    let words = (len as u64 * element.bytes() as u64).div_ceil(8) + TYPED_START as u64;
    if words > u32::MAX as u64 {
        return None;
    }
    Some(words as u32)
}

/// A header word of a typed array.
pub const fn typed_header(element: Element) -> u64 {
    Kind::Typed as u64 | (element as u64) << 16
}

/// What the elements are, in a typed array's header; none if it is no header of one.
pub fn header_element(header: u64) -> Option<Element> {
    match Kind::of(header) {
        Some(Kind::Typed) => Element::from_number(header_class(header).into()),
        _ => None,
    }
}

/// A header word of an object without a class.
pub const fn header(kind: Kind) -> u64 {
    kind as u64
}

/// A header word of an instance.
pub const fn object_header(class: u16) -> u64 {
    Kind::Object as u64 | (class as u64) << 16
}

/// The class in an instance's header.
pub const fn header_class(header: u64) -> u16 {
    (header >> 16) as u16
}

/// The identity in a header: 0 until the object is used as a hash key.
pub const fn header_identity(header: u64) -> u32 {
    (header >> 32) as u32
}

/// A promise's state: still open.
pub const PROMISE_PENDING: u8 = 0;
/// A promise's state: its value is there.
pub const PROMISE_FULFILLED: u8 = 1;
/// A promise's state: its error is there.
pub const PROMISE_REJECTED: u8 = 2;
/// Flag beside a promise's state: resolved with another promise and following it.
pub const PROMISE_FOLLOWING: u8 = 4;
/// Flag beside a promise's state: somebody has awaited it, so a rejection is not unhandled.
pub const PROMISE_HANDLED: u8 = 8;

/// The hash of a string's bytes as they lie (Latin-1 bytes, or UTF-16 units): never 0. Equal strings have one form,
/// so they hash alike.
pub fn string_hash(bytes: &[u8]) -> u32 {
    (xxhash_rust::xxh3::xxh3_64(bytes) as u32).max(1)
}
