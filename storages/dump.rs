//! Dumps: how every table becomes bytes and comes back.
//!
//! Little-endian, unframed, each variable-length part led by its count. A dump is canonical: equal tables give equal bytes.
//! Invariants: reading never goes beyond the input, and nothing is allocated that the input's length does not cover,
//! so hostile bytes cost at most a constant times their length; what is reserved beyond it is accounted for by `allow`.
//! Absent: versions and checksums (whoever frames a snapshot), what values mean (each table's `load` and `verify`).

use bytemuck::Pod;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

const _: () = assert!(
    cfg!(target_endian = "little"),
    "columns are dumped as they lie in memory"
);

/// Why bytes are no dump.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LoadError {
    /// They end too early.
    #[error("the dump is cut short")]
    Truncated,
    /// A value breaks an invariant of its table.
    #[error("invalid dump: {0}")]
    Invalid(&'static str),
    /// It was made by a program that is not there.
    #[error("the dump needs a program with hash {0:016x}")]
    ProgramMissing(u64),
}

/// Gives `LoadError::Invalid` unless the condition holds.
pub fn ensure(condition: bool, invariant: &'static str) -> Result<(), LoadError> {
    if condition {
        Ok(())
    } else {
        Err(LoadError::Invalid(invariant))
    }
}

/// Where a dump goes.
#[derive(Default, Debug)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// An empty dump.
    pub fn new() -> Writer {
        Writer::default()
    }

    /// The bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The hash of the bytes so far.
    pub fn hash(&self) -> u64 {
        xxh3_64(&self.bytes)
    }

    /// Writes plain data.
    pub fn pod<T: Pod>(&mut self, value: T) {
        self.bytes.extend_from_slice(bytemuck::bytes_of(&value));
    }

    /// Writes a count and that many values in bulk.
    pub fn slice<T: Pod>(&mut self, values: &[T]) {
        self.count(values.len());
        self.bytes.extend_from_slice(bytemuck::cast_slice(values));
    }

    /// Writes a count.
    pub fn count(&mut self, count: usize) {
        self.pod(u32::try_from(count).expect("no table has 2^32 rows"));
    }
}

/// How many bytes that a dump does not hold (zeroed registers) may be allocated while one is read, beside four for each that
/// it holds.
const ZEROED_BYTES_MAX: usize = 256 << 20;

/// Where a dump is read from.
#[derive(Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    zeroed_bytes_left: usize,
}

impl<'a> Reader<'a> {
    /// Reads these bytes from the start.
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader {
            rest: bytes,
            zeroed_bytes_left: ZEROED_BYTES_MAX + bytes.len() * 4,
        }
    }

    /// Fails unless everything was read.
    pub fn finish(self) -> Result<(), LoadError> {
        ensure(self.rest.is_empty(), "bytes follow the end")
    }

    /// Accounts for an allocation of zeroes that the input does not cover.
    pub fn allow(&mut self, zeroed_bytes: usize) -> Result<(), LoadError> {
        let left = self.zeroed_bytes_left.checked_sub(zeroed_bytes);
        self.zeroed_bytes_left = left.ok_or(LoadError::Invalid("too much reserved"))?;
        Ok(())
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], LoadError> {
        let (taken, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or(LoadError::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    /// Reads plain data.
    pub fn pod<T: Pod>(&mut self) -> Result<T, LoadError> {
        Ok(bytemuck::pod_read_unaligned(self.take(size_of::<T>())?))
    }

    /// Reads a count and that many values in bulk.
    pub fn slice<T: Pod>(&mut self) -> Result<Vec<T>, LoadError> {
        let count = self.count(size_of::<T>())?;
        let bytes = self.take(count * size_of::<T>())?;
        let mut values = vec![T::zeroed(); count];
        bytemuck::cast_slice_mut(&mut values).copy_from_slice(bytes);
        Ok(values)
    }

    /// Reads a count of things that take at least so many bytes each.
    pub fn count(&mut self, bytes_each_min: usize) -> Result<usize, LoadError> {
        let count = self.pod::<u32>()? as usize;
        match count.checked_mul(bytes_each_min) {
            Some(bytes) if bytes <= self.rest.len() => Ok(count),
            _ => Err(LoadError::Truncated),
        }
    }
}

/// What can stand in a column.
pub trait Persist: Sized {
    /// The fewest bytes one value takes, never 0: it bounds what a hostile count can allocate.
    const BYTES_MIN: usize;

    /// Writes one value.
    fn dump(&self, to: &mut Writer);

    /// Reads one value.
    fn load(from: &mut Reader) -> Result<Self, LoadError>;

    /// Writes a whole column.
    fn dump_column(column: &[Self], to: &mut Writer) {
        to.count(column.len());
        for value in column {
            value.dump(to);
        }
    }

    /// Reads a whole column.
    fn load_column(from: &mut Reader) -> Result<Vec<Self>, LoadError> {
        let count = from.count(Self::BYTES_MIN)?;
        // Capacity grows with what was really read, since a row may be larger in memory than its fewest bytes.
        let mut column = Vec::new();
        for _ in 0..count {
            column.push(Self::load(from)?);
        }
        Ok(column)
    }
}

/// Plain data goes in bulk.
macro_rules! persist_pod {
    ($($ty:ty),* $(,)?) => { $(
        impl $crate::dump::Persist for $ty {
            const BYTES_MIN: usize = size_of::<$ty>();
            fn dump(&self, to: &mut $crate::dump::Writer) {
                to.pod(*self);
            }
            fn load(from: &mut $crate::dump::Reader) -> Result<$ty, $crate::dump::LoadError> {
                from.pod()
            }
            fn dump_column(column: &[$ty], to: &mut $crate::dump::Writer) {
                to.slice(column);
            }
            fn load_column(
                from: &mut $crate::dump::Reader,
            ) -> Result<Vec<$ty>, $crate::dump::LoadError> {
                from.slice()
            }
        }
    )* };
}
pub(crate) use persist_pod;

persist_pod!(u8, u16, u32, u64, i64, f64);

impl Persist for bool {
    const BYTES_MIN: usize = 1;

    fn dump(&self, to: &mut Writer) {
        to.pod(u8::from(*self));
    }

    fn load(from: &mut Reader) -> Result<bool, LoadError> {
        match from.pod::<u8>()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(LoadError::Invalid("a boolean is 0 or 1")),
        }
    }
}

impl Persist for String {
    const BYTES_MIN: usize = 4;

    fn dump(&self, to: &mut Writer) {
        to.slice(self.as_bytes());
    }

    fn load(from: &mut Reader) -> Result<String, LoadError> {
        String::from_utf8(from.slice()?).map_err(|_| LoadError::Invalid("text is UTF-8"))
    }
}

impl Persist for Box<str> {
    const BYTES_MIN: usize = 4;

    fn dump(&self, to: &mut Writer) {
        to.slice(self.as_bytes());
    }

    fn load(from: &mut Reader) -> Result<Box<str>, LoadError> {
        String::load(from).map(String::into_boxed_str)
    }
}

impl Persist for Arc<str> {
    const BYTES_MIN: usize = 4;

    fn dump(&self, to: &mut Writer) {
        to.slice(self.as_bytes());
    }

    fn load(from: &mut Reader) -> Result<Arc<str>, LoadError> {
        String::load(from).map(Arc::from)
    }
}

impl<T: Persist> Persist for Vec<T> {
    const BYTES_MIN: usize = 4;

    fn dump(&self, to: &mut Writer) {
        T::dump_column(self, to);
    }

    fn load(from: &mut Reader) -> Result<Vec<T>, LoadError> {
        T::load_column(from)
    }
}

impl<T: Persist> Persist for Option<T> {
    const BYTES_MIN: usize = 1;

    fn dump(&self, to: &mut Writer) {
        self.is_some().dump(to);
        if let Some(value) = self {
            value.dump(to);
        }
    }

    fn load(from: &mut Reader) -> Result<Option<T>, LoadError> {
        Ok(if bool::load(from)? {
            Some(T::load(from)?)
        } else {
            None
        })
    }
}

impl<T: Persist> Persist for Box<T> {
    const BYTES_MIN: usize = T::BYTES_MIN;

    fn dump(&self, to: &mut Writer) {
        T::dump(self, to);
    }

    fn load(from: &mut Reader) -> Result<Box<T>, LoadError> {
        T::load(from).map(Box::new)
    }
}

/// The hash of bytes.
pub fn hash_bytes(bytes: &[u8]) -> u64 {
    xxh3_64(bytes)
}

/// A value's canonical hash: that of its dump.
pub fn hash_of<T: Persist>(value: &T) -> u64 {
    let mut to = Writer::new();
    value.dump(&mut to);
    to.hash()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_counts_allocate_nothing() {
        let bytes = u32::MAX.to_le_bytes();
        assert_eq!(
            Reader::new(&bytes).slice::<u64>(),
            Err(LoadError::Truncated)
        );
        assert_eq!(
            Vec::<String>::load(&mut Reader::new(&bytes)),
            Err(LoadError::Truncated)
        );
    }

    #[test]
    fn values_come_back() {
        let value = vec![Some(String::from("ä")), None];
        let mut to = Writer::new();
        value.dump(&mut to);
        let bytes = to.into_bytes();
        let mut from = Reader::new(&bytes);
        assert_eq!(Vec::load(&mut from), Ok(value));
        assert_eq!(from.finish(), Ok(()));
    }
}
