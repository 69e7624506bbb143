//! What the elements of typed arrays are: one row for each of JavaScript's typed arrays, and how numbers become elements.
//!
//! Invariants: `Element as u8` is the position in `ELEMENTS` and in the slots from `Slot::INT8` on. Elements lie in
//! little-endian order, without gaps; what is written has one NaN. Absent: the two of `bigint`, which the language doesn't
//! have; what an array of elements looks like in memory (`raya_storages::layout`).

use crate::slot::Slot;

macro_rules! elements {
    ($($name:ident $bytes:literal $slot:ident $class:literal)*) => {
        /// What the elements of a typed array are.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
        #[repr(u8)]
        pub enum Element { $(#[doc = concat!("`", $class, "`")] $name),* }

        /// All of them, in order.
        pub const ELEMENTS: &[Element] = &[$(Element::$name),*];

        impl Element {
            /// The class of arrays of them, in JavaScript.
            pub const fn class_name(self) -> &'static str {
                match self { $(Element::$name => $class),* }
            }

            /// Bytes that one takes.
            pub const fn bytes(self) -> u32 {
                match self { $(Element::$name => $bytes),* }
            }

            /// The slot of an array of them.
            pub const fn slot(self) -> Slot {
                match self { $(Element::$name => Slot::$slot),* }
            }
        }
    };
}

elements! {
    I8  1 INT8 "Int8Array"
    U8  1 UINT8 "Uint8Array"
    U8Clamped 1 UINT8_CLAMPED "Uint8ClampedArray"
    I16 2 INT16 "Int16Array"
    U16 2 UINT16 "Uint16Array"
    I32 4 INT32 "Int32Array"
    U32 4 UINT32 "Uint32Array"
    F32 4 FLOAT32 "Float32Array"
    F64 8 FLOAT64 "Float64Array"
}

impl Element {
    /// The one with a number.
    pub fn from_number(number: u32) -> Option<Element> {
        ELEMENTS.get(number as usize).copied()
    }

    /// What the typed arrays of a slot hold, if it is one kind of typed array.
    pub fn of_slot(slot: Slot) -> Option<Element> {
        Element::from_number(u32::from(slot.0.wrapping_sub(Slot::INT8.0)))
    }

    /// The one whose arrays have this class name.
    pub fn of_class(name: &str) -> Option<Element> {
        ELEMENTS.iter().copied().find(|e| e.class_name() == name)
    }

    /// Whether they are floating-point numbers.
    pub const fn is_float(self) -> bool {
        matches!(self, Element::F32 | Element::F64)
    }

    /// The element at an index of the bytes of many; panics out of range.
    pub fn read(self, bytes: &[u8], index: usize) -> f64 {
        match self {
            Element::I8 => i8::from_le_bytes(part(bytes, index)).into(),
            Element::U8 | Element::U8Clamped => bytes[index].into(),
            Element::I16 => i16::from_le_bytes(part(bytes, index)).into(),
            Element::U16 => u16::from_le_bytes(part(bytes, index)).into(),
            Element::I32 => i32::from_le_bytes(part(bytes, index)).into(),
            Element::U32 => u32::from_le_bytes(part(bytes, index)).into(),
            Element::F32 => one_nan(f32::from_le_bytes(part(bytes, index)).into()),
            Element::F64 => one_nan(f64::from_le_bytes(part(bytes, index))),
        }
    }

    /// Writes a number, converted as JavaScript does, to an index of the bytes of many; panics out of range.
    pub fn write(self, bytes: &mut [u8], index: usize, value: f64) {
        let size = self.bytes() as usize;
        let place = &mut bytes[index * size..][..size];
        match self {
            Element::I8 | Element::U8 => place[0] = to_int32(value) as u8,
            Element::U8Clamped => place[0] = clamped(value),
            Element::I16 | Element::U16 => {
                place.copy_from_slice(&(to_int32(value) as u16).to_le_bytes());
            }
            Element::I32 | Element::U32 => place.copy_from_slice(&to_int32(value).to_le_bytes()),
            Element::F32 => place.copy_from_slice(&rounded(value).to_le_bytes()),
            Element::F64 => place.copy_from_slice(&one_nan(value).to_le_bytes()),
        }
    }
}

fn part<const N: usize>(bytes: &[u8], index: usize) -> [u8; N] {
    let part = &bytes[index * N..][..N];
    part.try_into().expect("so many were taken")
}

/// A number, every NaN as the one NaN.
fn one_nan(value: f64) -> f64 {
    if value.is_nan() { f64::NAN } else { value }
}

/// The nearest f32, every NaN as the one NaN.
#[inline]
pub fn rounded(value: f64) -> f32 {
    if value.is_nan() {
        f32::NAN
    } else {
        value as f32
    }
}

/// JavaScript's ToUint8Clamp: halves go to the even neighbour.
#[inline]
pub fn clamped(value: f64) -> u8 {
    // Where a double's last bit counts ones, adding rounds to a whole number.
    const ONES: f64 = (1u64 << 52) as f64;
    (value.clamp(0.0, 255.0) + ONES - ONES) as u8
}

/// JavaScript's ToInt32: modulo 2³²; NaN and infinities give 0.
#[inline(always)]
pub fn to_int32(value: f64) -> i32 {
    let truncated = value as i64;
    if truncated != i64::MIN && truncated != i64::MAX {
        return truncated as i32;
    }
    to_int32_far(value)
}

#[cold]
#[inline(never)]
fn to_int32_far(value: f64) -> i32 {
    if !value.is_finite() {
        return 0;
    }
    let bits = value.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i32 - 1075;
    if exponent >= 32 {
        return 0;
    }
    let mantissa = (bits & ((1 << 52) - 1)) | 1 << 52;
    let low = (mantissa << exponent) as i32;
    if value < 0.0 { low.wrapping_neg() } else { low }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_and_names_lead_back() {
        for (number, &element) in ELEMENTS.iter().enumerate() {
            assert_eq!(Element::from_number(number as u32), Some(element));
            assert_eq!(Element::of_slot(element.slot()), Some(element));
            assert_eq!(Element::of_class(element.class_name()), Some(element));
            assert_eq!(element.slot().name(), element.class_name());
        }
        for slot in [
            Slot::ANY,
            Slot::F64,
            Slot::HANDLE,
            Slot::TYPED,
            Slot::class(0),
        ] {
            assert_eq!(Element::of_slot(slot), None);
        }
    }
    #[test]
    fn to_int32_wraps_as_javascript() {
        assert_eq!(to_int32(4294967296.0 + 5.0), 5);
        assert_eq!(to_int32(-1.5), -1);
        assert_eq!(to_int32(2147483648.0), i32::MIN);
        assert_eq!(to_int32(f64::NAN), 0);
        assert_eq!(to_int32(1e20), 1661992960);
        assert_eq!(to_int32(-1e20), -1661992960);
        assert_eq!(to_int32(1e300), 0);
        assert_eq!(to_int32(9223372036854775808.0), 0);
    }

    #[test]
    fn clamping_rounds_halves_to_the_even_neighbour() {
        let pairs = [
            (f64::NAN, 0),
            (-0.0, 0),
            (-5.0, 0),
            (0.5, 0),
            (0.51, 1),
            (1.5, 2),
            (2.5, 2),
            (253.5, 254),
            (254.5, 254),
            (254.51, 255),
            (1e300, 255),
            (f64::INFINITY, 255),
            (f64::NEG_INFINITY, 0),
        ];
        for (value, element) in pairs {
            assert_eq!(clamped(value), element, "{value}");
        }
    }

    #[test]
    fn what_is_written_is_read_as_the_element_has_it() {
        let values = [
            0.0,
            -0.0,
            1.5,
            -1.0,
            255.0,
            256.0,
            65_537.0,
            -2_147_483_649.0,
            1e300,
        ];
        for &element in ELEMENTS {
            let mut bytes = vec![0; values.len() * element.bytes() as usize];
            for (index, &value) in values.iter().enumerate() {
                element.write(&mut bytes, index, value);
                let read = element.read(&bytes, index);
                element.write(&mut bytes, index, read);
                assert_eq!(element.read(&bytes, index).to_bits(), read.to_bits());
            }
        }
        let strange = f64::from_bits(0xfff8_0000_dead_beef);
        for element in [Element::F32, Element::F64] {
            let mut bytes = [0; 8];
            element.write(&mut bytes, 0, strange);
            assert_eq!(element.read(&bytes, 0).to_bits(), f64::NAN.to_bits());
            let size = element.bytes() as usize;
            bytes[..size].copy_from_slice(&[0xff; 8][..size]);
            assert_eq!(element.read(&bytes, 0).to_bits(), f64::NAN.to_bits());
        }
    }
}
