//! The bytes of a `.rbin`: an image's sections as raw rows behind a header and a section table.
//!
//! ```text
//! magic "RBIN" | version u32 | length u64 | checksum u64 | sections u32 | 0 u32        32 bytes
//! section table: id u32 | rows u32 | offset u64                                        16 bytes each
//! sections in order of id, each from a multiple of 8 on, zeros between
//! ```
//! The checksum is xxh3-64 of everything behind it. There is one encoding of an image: `decode` accepts nothing
//! that `encode` would not write, so `encode(decode(bytes)) == bytes`. Decoding allocates no more than the file's
//! length. Absent: whether the rows make sense (`verify`).

use crate::image::Image;
use crate::limits;
use bytemuck::{Pod, Zeroable};
use thiserror::Error;
use xxhash_rust::xxh3::xxh3_64;

#[cfg(target_endian = "big")]
compile_error!("a .rbin holds little-endian rows that are used as they are");

/// The version of the format that this crate reads and writes.
pub const VERSION: u32 = 3;

const MAGIC: [u8; 4] = *b"RBIN";
const CHECKED_FROM: usize = 24;
const ALIGN: usize = 8;

/// Why bytes are no `.rbin`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// It does not begin like one.
    #[error("not a .rbin file")]
    NotRbin,
    /// Made for another version of the format.
    #[error("version {found} of the .rbin format, only {supported} is supported")]
    WrongVersion {
        /// The file's.
        found: u32,
        /// Ours.
        supported: u32,
    },
    /// Shorter than it says.
    #[error("cut short: {found} bytes of {expected}")]
    Truncated {
        /// Bytes there should be.
        expected: u64,
        /// Bytes there are.
        found: u64,
    },
    /// Longer than it says.
    #[error("{extra} bytes behind the end")]
    Trailing {
        /// How many.
        extra: u64,
    },
    /// Longer than any program may be.
    #[error("{length} bytes long, at most {max} are accepted")]
    TooLong {
        /// The file's length.
        length: u64,
        /// The longest accepted.
        max: u64,
    },
    /// Its bytes changed since it was written.
    #[error("damaged: the checksum is {found:016x}, the bytes give {expected:016x}")]
    Checksum {
        /// What the bytes give.
        expected: u64,
        /// What the header says.
        found: u64,
    },
    /// A section is missing, misplaced, or has an impossible size.
    #[error("section {id} is {problem}")]
    Section {
        /// The section.
        id: u32,
        /// What is wrong with it.
        problem: SectionProblem,
    },
    /// Reserved bytes that are not zero.
    #[error("bytes that must be zero are not, at offset {offset}")]
    Padding {
        /// Where.
        offset: u64,
    },
}

/// What is wrong with a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SectionProblem {
    /// Another one stands in its place, or none.
    #[error("missing")]
    Missing,
    /// It does not start where the one before ends.
    #[error("misplaced")]
    Misplaced,
    /// It does not end within the file, or has a number of rows that it can't have.
    #[error("of an impossible size")]
    Size,
}

#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Header {
    magic: [u8; 4],
    version: u32,
    length: u64,
    checksum: u64,
    sections: u32,
    reserved: u32,
}

#[derive(Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C)]
struct SectionRow {
    id: u32,
    rows: u32,
    offset: u64,
}

const _: () = assert!(size_of::<Header>() == 32 && size_of::<SectionRow>() == 16);

macro_rules! sections {
    ($($field:ident)*) => {
        /// The sections' names, by id.
        pub const SECTIONS: &[&str] = &["entry", $(stringify!($field)),*];

        /// Writes an image as a `.rbin`.
        pub fn encode(image: &Image) -> Vec<u8> {
            let mut writer = Writer::default();
            writer.section(std::slice::from_ref(&image.entry));
            $(writer.section(&image.$field);)*
            writer.finish()
        }

        /// The bytes that an image's rows take in memory.
        pub fn rows_bytes(image: &Image) -> usize {
            0 $(+ size_of_val(image.$field.as_slice()))*
        }

        /// Reads a `.rbin`.
        pub fn decode(bytes: &[u8]) -> Result<Image, DecodeError> {
            let mut reader = Reader::open(bytes)?;
            let entry = reader.section()?;
            let image = Image {
                entry: *<[_; 1]>::try_from(entry)
                    .map_err(|_| section_error(0, SectionProblem::Size))?
                    .first()
                    .expect("one row"),
                $($field: reader.section()?,)*
            };
            reader.close()?;
            Ok(image)
        }
    };
}

sections! {
    strings string_units numbers sigs sig_params functions slots code handlers lines files classes fields
    methods ref_spans members descs desc_children imports exports
}

#[derive(Default)]
struct Writer {
    table: Vec<SectionRow>,
    /// Everything behind the section table.
    body: Vec<u8>,
}

impl Writer {
    fn section<T: Pod>(&mut self, rows: &[T]) {
        self.body.resize(self.body.len().next_multiple_of(ALIGN), 0);
        self.table.push(SectionRow {
            id: self.table.len() as u32,
            rows: rows.len() as u32,
            offset: (sections_start() + self.body.len()) as u64,
        });
        self.body.extend_from_slice(bytemuck::cast_slice(rows));
    }

    fn finish(self) -> Vec<u8> {
        let mut header = Header {
            magic: MAGIC,
            version: VERSION,
            length: (sections_start() + self.body.len()) as u64,
            checksum: 0,
            sections: SECTIONS.len() as u32,
            reserved: 0,
        };
        let mut bytes = bytemuck::bytes_of(&header).to_vec();
        bytes.extend_from_slice(bytemuck::cast_slice(&self.table));
        bytes.extend_from_slice(&self.body);
        header.checksum = xxh3_64(&bytes[CHECKED_FROM..]);
        bytes[..size_of::<Header>()].copy_from_slice(bytemuck::bytes_of(&header));
        bytes
    }
}

/// Where the first section starts.
fn sections_start() -> usize {
    size_of::<Header>() + SECTIONS.len() * size_of::<SectionRow>()
}

struct Reader<'a> {
    bytes: &'a [u8],
    next_id: u32,
    /// Where the last section ended.
    at: usize,
}

impl<'a> Reader<'a> {
    fn open(bytes: &'a [u8]) -> Result<Reader<'a>, DecodeError> {
        let header = read_header(bytes)?;
        check_length(bytes.len() as u64, header.length)?;
        let expected = xxh3_64(&bytes[CHECKED_FROM..]);
        if header.checksum != expected {
            return Err(DecodeError::Checksum {
                expected,
                found: header.checksum,
            });
        }
        if header.sections as usize != SECTIONS.len() || bytes.len() < sections_start() {
            let id = header.sections.min(SECTIONS.len() as u32);
            return Err(section_error(id, SectionProblem::Missing));
        }
        if header.reserved != 0 {
            return Err(DecodeError::Padding { offset: 28 });
        }
        Ok(Reader {
            bytes,
            next_id: 0,
            at: sections_start(),
        })
    }

    fn section<T: Pod>(&mut self) -> Result<Vec<T>, DecodeError> {
        let id = self.next_id;
        self.next_id += 1;
        let row_at = size_of::<Header>() + id as usize * size_of::<SectionRow>();
        let row: SectionRow =
            bytemuck::pod_read_unaligned(&self.bytes[row_at..row_at + size_of::<SectionRow>()]);
        if row.id != id {
            return Err(section_error(id, SectionProblem::Missing));
        }
        let start = self.at.next_multiple_of(ALIGN);
        if row.offset != start as u64 {
            return Err(section_error(id, SectionProblem::Misplaced));
        }
        let size = row.rows as usize * size_of::<T>();
        let end = start.saturating_add(size);
        if end > self.bytes.len() {
            return Err(section_error(id, SectionProblem::Size));
        }
        if let Some(nonzero) = self.bytes[self.at..start].iter().position(|&b| b != 0) {
            return Err(DecodeError::Padding {
                offset: (self.at + nonzero) as u64,
            });
        }
        self.at = end;
        let mut rows = vec![T::zeroed(); row.rows as usize];
        bytemuck::cast_slice_mut(&mut rows).copy_from_slice(&self.bytes[start..end]);
        Ok(rows)
    }

    fn close(self) -> Result<(), DecodeError> {
        match self.bytes.len() - self.at {
            0 => Ok(()),
            extra => Err(DecodeError::Trailing {
                extra: extra as u64,
            }),
        }
    }
}

fn read_header(bytes: &[u8]) -> Result<Header, DecodeError> {
    if !bytes.starts_with(&MAGIC) {
        return Err(DecodeError::NotRbin);
    }
    if let Some(version) = bytes.get(4..8) {
        let found = u32::from_le_bytes(version.try_into().expect("four bytes"));
        if found != VERSION {
            return Err(DecodeError::WrongVersion {
                found,
                supported: VERSION,
            });
        }
    }
    let header = bytes
        .get(..size_of::<Header>())
        .ok_or(DecodeError::Truncated {
            expected: sections_start() as u64,
            found: bytes.len() as u64,
        })?;
    Ok(bytemuck::pod_read_unaligned(header))
}

fn check_length(found: u64, expected: u64) -> Result<(), DecodeError> {
    let max = limits::IMAGE_BYTES_MAX as u64;
    if found > max {
        return Err(DecodeError::TooLong { length: found, max });
    }
    if found < expected {
        return Err(DecodeError::Truncated { expected, found });
    }
    if found > expected {
        return Err(DecodeError::Trailing {
            extra: found - expected,
        });
    }
    Ok(())
}

fn section_error(id: u32, problem: SectionProblem) -> DecodeError {
    DecodeError::Section { id, problem }
}
