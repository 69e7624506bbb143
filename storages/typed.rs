//! A typed array outside any heap: what host functions, requests and results carry of one.
//!
//! Invariants: the bytes are whole elements in little-endian order, every NaN among them the one NaN, so that equal arrays are
//! equal bytes. Absent: typed arrays in heaps (`heaps/typed`), how numbers become elements (`raya_bytecode::elements`).

use crate::dump::{LoadError, Persist, Reader, Writer, ensure};
use crate::values::Value;
pub use raya_bytecode::elements::Element;

/// The elements of a typed array: what kind they are, and their bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TypedArray {
    element: Element,
    bytes: Vec<u8>,
}

/// The Rust types that elements are.
pub trait TypedElement: bytemuck::Pod {
    /// The kind of array that they make.
    const ELEMENT: Element;
}

macro_rules! typed_elements {
    ($($ty:ty => $element:ident),*) => {$(
        impl TypedElement for $ty {
            const ELEMENT: Element = Element::$element;
        }
    )*};
}

typed_elements!(i8 => I8, u8 => U8, i16 => I16, u16 => U16, i32 => I32, u32 => U32, f32 => F32, f64 => F64);

impl TypedArray {
    /// The array of a slice's kind of element: of `u8` a `Uint8Array`.
    pub fn of<T: TypedElement>(items: &[T]) -> TypedArray {
        TypedArray::from_bytes(T::ELEMENT, bytemuck::cast_slice(items).to_vec())
            .expect("the items are whole")
    }

    /// The array with these bytes, in little-endian order; none if they are no whole elements.
    pub fn from_bytes(element: Element, mut bytes: Vec<u8>) -> Option<TypedArray> {
        if !bytes.len().is_multiple_of(element.bytes() as usize) {
            return None;
        }
        make_canonical(element, &mut bytes);
        Some(TypedArray { element, bytes })
    }

    /// The array of these numbers, each converted as JavaScript does.
    pub fn from_numbers(
        element: Element,
        numbers: impl IntoIterator<Item = f64, IntoIter: ExactSizeIterator>,
    ) -> TypedArray {
        let numbers = numbers.into_iter();
        let mut bytes = vec![0; numbers.len() * element.bytes() as usize];
        for (index, number) in numbers.enumerate() {
            element.write(&mut bytes, index, number);
        }
        TypedArray { element, bytes }
    }

    /// What its elements are.
    pub fn element(&self) -> Element {
        self.element
    }

    /// How many elements it has.
    pub fn len(&self) -> usize {
        self.bytes.len() / self.element.bytes() as usize
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Its bytes, in little-endian order.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The elements as numbers.
    pub fn numbers(&self) -> impl ExactSizeIterator<Item = f64> + '_ {
        (0..self.len()).map(|index| self.element.read(&self.bytes, index))
    }

    /// The elements as the Rust type that they are; none if that is another. Clamped bytes are `u8` too.
    pub fn to_vec<T: TypedElement>(&self) -> Option<Vec<T>> {
        let is_bytes = T::ELEMENT == Element::U8 && self.element == Element::U8Clamped;
        (T::ELEMENT == self.element || is_bytes).then(|| TypedArray::elements_of(&self.bytes))
    }

    /// The elements that bytes are, in little-endian order.
    pub fn elements_of<T: TypedElement>(bytes: &[u8]) -> Vec<T> {
        bytemuck::pod_collect_to_vec(bytes)
    }
}

/// Writes every NaN as the one NaN.
fn make_canonical(element: Element, bytes: &mut [u8]) {
    if element.is_float() {
        for index in 0..bytes.len() / element.bytes() as usize {
            let number = element.read(bytes, index);
            if number.is_nan() {
                element.write(bytes, index, number);
            }
        }
    }
}

/// Whether every NaN among the elements is the one NaN.
pub fn is_canonical(element: Element, bytes: &[u8]) -> bool {
    let size = element.bytes() as usize;
    let mut nan = [0; 8];
    element.write(&mut nan, 0, f64::NAN);
    let is_plain = |(index, part): (usize, &[u8])| {
        !element.read(bytes, index).is_nan() || *part == nan[..size]
    };
    !element.is_float() || bytes.chunks_exact(size).enumerate().all(is_plain)
}

impl From<TypedArray> for Value {
    fn from(array: TypedArray) -> Value {
        Value::Typed(Box::new(array))
    }
}

impl Persist for TypedArray {
    const BYTES_MIN: usize = 5;

    fn dump(&self, to: &mut Writer) {
        to.pod(self.element as u8);
        to.slice(&self.bytes);
    }

    fn load(from: &mut Reader) -> Result<TypedArray, LoadError> {
        let element = Element::from_number(u32::from(from.pod::<u8>()?));
        let element = element.ok_or(LoadError::Invalid("a typed array's kind is known"))?;
        let bytes: Vec<u8> = from.slice()?;
        let is_whole = bytes.len().is_multiple_of(element.bytes() as usize);
        ensure(is_whole, "a typed array has whole elements")?;
        ensure(is_canonical(element, &bytes), "there is one NaN only")?;
        Ok(TypedArray { element, bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_come_back_as_they_went() {
        let array = TypedArray::of(&[1.5f32, -0.0, f32::from_bits(0xffc0_1234)]);
        assert_eq!(array.element(), Element::F32);
        let numbers: Vec<f64> = array.numbers().collect();
        assert_eq!(numbers[0], 1.5);
        assert!(numbers[1].is_sign_negative());
        assert_eq!(numbers[2].to_bits(), f64::NAN.to_bits());
        assert_eq!(array.to_vec::<f32>().map(|v| v.len()), Some(3));
        assert_eq!(array.to_vec::<f64>(), None);
        let clamped = TypedArray::from_numbers(Element::U8Clamped, [300.0, -1.0, 1.5]);
        assert_eq!(clamped.to_vec::<u8>(), Some(vec![255, 0, 2]));
        assert_eq!(TypedArray::from_bytes(Element::I16, vec![0; 3]), None);
    }

    #[test]
    fn a_dump_is_checked() {
        let array = TypedArray::of(&[f64::NAN, 1.0]);
        let mut to = Writer::default();
        array.dump(&mut to);
        let bytes = to.into_bytes();
        let load = |bytes: &[u8]| TypedArray::load(&mut Reader::new(bytes));
        assert_eq!(load(&bytes), Ok(array));
        for (at, value) in [(0, 9), (0, Element::F32 as u8 + 20), (5, 1)] {
            let mut changed = bytes.clone();
            changed[at] = value;
            assert!(load(&changed).is_err(), "{at}");
        }
    }
}
