//! What the targets share: headers that fit, and changes that have a chance to verify.

#[path = "../../tests/hostile/mutate.rs"]
mod mutate;

use libfuzzer_sys::fuzzer_mutate;
use raya_bytecode::codec::{decode, encode};
use xxhash_rust::xxh3::xxh3_64;

/// The bytes as a file whose length and checksum fit them, so that the fuzzer gets behind those.
pub fn seal(bytes: &[u8]) -> Vec<u8> {
    let mut sealed = bytes.to_vec();
    if sealed.len() >= 24 {
        sealed[..4].copy_from_slice(b"RBIN");
        let length = sealed.len() as u64;
        sealed[8..16].copy_from_slice(&length.to_le_bytes());
        let checksum = xxh3_64(&sealed[24..]);
        sealed[16..24].copy_from_slice(&checksum.to_le_bytes());
    }
    sealed
}

/// Mostly changes that keep the file whole and the costs right; bytes at random rarely get past the verifier.
pub fn change(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    if seed % 8 != 0
        && let Ok(mut image) = decode(&seal(&data[..size]))
    {
        mutate::mutate(&mut image, &mut mutate::Random(u64::from(seed)));
        let bytes = encode(&image);
        if bytes.len() <= max_size {
            data[..bytes.len()].copy_from_slice(&bytes);
            return bytes.len();
        }
    }
    fuzzer_mutate(data, size, max_size)
}
