//! What a register, field, element or parameter holds, in one `u16`.
//!
//! Numeric slots are 64 bits wide (`F64` bits, `I32` sign-extended, `Bool` 0 or 1), reference slots 32 bits.
//! `Mixed` takes one of each: the reference says undefined, null, "the number" or "the boolean", or is a
//! heap reference. `Void` is a result only. From `CLASS_BASE` on, a slot is an instance of a class or of a
//! class below it (or undefined or null). Every reference slot may hold undefined and null.

use bytemuck::{Pod, Zeroable};

/// The type of a slot.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Pod, Zeroable)]
#[repr(transparent)]
pub struct Slot(pub u16);

/// The first slot code that names a class.
pub const CLASS_BASE: u16 = 64;

#[allow(missing_docs)]
impl Slot {
    pub const F64: Slot = Slot(0);
    pub const I32: Slot = Slot(1);
    pub const BOOL: Slot = Slot(2);
    pub const VOID: Slot = Slot(3);
    pub const MIXED: Slot = Slot(4);
    /// Any reference at all, the mixed tags included.
    pub const ANY: Slot = Slot(5);
    pub const STR: Slot = Slot(6);
    pub const ARR_F64: Slot = Slot(7);
    pub const ARR_I32: Slot = Slot(8);
    pub const ARR_BOOL: Slot = Slot(9);
    pub const ARR_REF: Slot = Slot(10);
    pub const ARR_MIXED: Slot = Slot(11);
    /// An array of any kind of element.
    pub const ARR: Slot = Slot(12);
    /// A closure of any signature; checked when called.
    pub const FUNC: Slot = Slot(13);
    pub const PROMISE: Slot = Slot(14);
    /// The index behind `Map` and `Set`.
    pub const HASH: Slot = Slot(15);
    /// An instance of any class.
    pub const OBJECT: Slot = Slot(16);
    /// A handle to something outside of the context.
    pub const HANDLE: Slot = Slot(17);
    pub const INT8: Slot = Slot(18);
    pub const UINT8: Slot = Slot(19);
    pub const UINT8_CLAMPED: Slot = Slot(20);
    pub const INT16: Slot = Slot(21);
    pub const UINT16: Slot = Slot(22);
    pub const INT32: Slot = Slot(23);
    pub const UINT32: Slot = Slot(24);
    pub const FLOAT32: Slot = Slot(25);
    pub const FLOAT64: Slot = Slot(26);
    /// A typed array of any kind of element.
    pub const TYPED: Slot = Slot(27);
    /// How many codes below `CLASS_BASE` are in use.
    pub const BUILTIN_COUNT: u16 = 28;

    /// An instance of a class.
    pub const fn class(class: u16) -> Slot {
        Slot(CLASS_BASE + class)
    }

    /// The class, if it is one.
    pub const fn as_class(self) -> Option<u16> {
        if self.0 >= CLASS_BASE {
            Some(self.0 - CLASS_BASE)
        } else {
            None
        }
    }

    /// Whether it takes (or, for `Mixed`, also takes) a numeric slot.
    pub const fn has_num(self) -> bool {
        self.0 <= 2 || self.0 == 4
    }

    /// Whether it takes (or, for `Mixed`, also takes) a reference slot.
    pub const fn has_ref(self) -> bool {
        self.0 >= 4
    }

    /// What signatures say of it: itself, or `ANY` for every reference.
    pub const fn kind(self) -> Slot {
        if self.0 <= Slot::MIXED.0 {
            self
        } else {
            Slot::ANY
        }
    }

    /// The slot's name in dumps and messages.
    pub fn name(self) -> String {
        const NAMES: [&str; Slot::BUILTIN_COUNT as usize] = [
            "f64",
            "i32",
            "bool",
            "void",
            "mixed",
            "any",
            "str",
            "f64[]",
            "i32[]",
            "bool[]",
            "ref[]",
            "mixed[]",
            "array",
            "func",
            "promise",
            "hash",
            "object",
            "handle",
            "Int8Array",
            "Uint8Array",
            "Uint8ClampedArray",
            "Int16Array",
            "Uint16Array",
            "Int32Array",
            "Uint32Array",
            "Float32Array",
            "Float64Array",
            "typed array",
        ];
        match self.as_class() {
            Some(class) => format!("class{class}"),
            None => NAMES
                .get(self.0 as usize)
                .map_or_else(|| format!("slot{}", self.0), |n| (*n).into()),
        }
    }
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name())
    }
}

/// Reference value: undefined.
pub const UNDEFINED: u32 = 0;
/// Reference value: null.
pub const NULL: u32 = 1;
/// Reference half of a mixed value that is a number.
pub const TAG_NUMBER: u32 = 2;
/// Reference half of a mixed value that is a boolean.
pub const TAG_BOOLEAN: u32 = 3;
/// The first word offset that an object can have.
pub const HEAP_START: u32 = 4;
/// Set in references to constants of the program; the rest is a word offset into the program's constants region.
pub const CONSTANT_BIT: u32 = 1 << 31;
