//! Bytes from anywhere: decoding and verifying never panic and soon end.

mod common;

use proptest::prelude::*;
use raya_bytecode::codec::{VERSION, decode, encode};
use raya_bytecode::disasm::dump;
use raya_bytecode::isa::OPS;
use raya_bytecode::verify::{decode_verified, verify};
use xxhash_rust::xxh3::xxh3_64;

/// Makes the checksum and the length right, so that a changed file gets past them.
fn seal(bytes: &mut [u8]) {
    let length = bytes.len() as u64;
    bytes[8..16].copy_from_slice(&length.to_le_bytes());
    let checksum = xxh3_64(&bytes[24..]);
    bytes[16..24].copy_from_slice(&checksum.to_le_bytes());
}

/// Whatever they are: no panic, and an accepted file is its image's only encoding.
fn load(bytes: &[u8]) {
    if let Ok(image) = decode(bytes) {
        assert_eq!(encode(&image), bytes);
        let _ = dump(&image);
        let _ = verify(image);
    }
}

proptest! {
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        load(&bytes);
    }

    #[test]
    fn any_bytes_behind_a_header(mut bytes in prop::collection::vec(any::<u8>(), 32..2_000)) {
        bytes[..4].copy_from_slice(b"RBIN");
        bytes[4..8].copy_from_slice(&VERSION.to_le_bytes());
        seal(&mut bytes);
        load(&bytes);
    }

    #[test]
    fn changed_bytes(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = encode(&common::sample().finish());
        for (index, value) in changes {
            let at = 24 + index.index(bytes.len() - 24);
            bytes[at] = value;
        }
        seal(&mut bytes);
        load(&bytes);
    }

    #[test]
    fn huge_lengths(word in 8usize..200, value in prop::sample::select(vec![u32::MAX, 1 << 31, 1 << 28, 65_536])) {
        let mut bytes = encode(&common::sample().finish());
        let at = word * 4;
        bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
        seal(&mut bytes);
        load(&bytes);
    }

    #[test]
    fn changed_code(changes in prop::collection::vec(
        (any::<prop::sample::Index>(), 0..OPS.len() as u8, 0u8..9, 0u16..12, 0u16..12, 0u16..12), 1..4,
    )) {
        let mut image = common::sample().finish();
        for (index, op, cost, a, b, c) in changes {
            let inst = index.get(&image.code);
            let at = image.code.iter().position(|i| std::ptr::eq(i, inst)).expect("one of them");
            image.code[at] = raya_bytecode::isa::Inst { op, cost, a, b, c };
        }
        let _ = verify(image);
    }
}

#[test]
fn functions_that_share_code_are_refused() {
    // Else a small file could ask for any amount of work.
    let mut image = common::sample().finish();
    let row = image.functions[0];
    image.functions = vec![row; 60_000];
    assert!(decode_verified(&encode(&image)).is_err());
}
