//! Gives changed bytes the right length and checksum, so that the fuzzer gets behind them.

use xxhash_rust::xxh3::xxh3_64;

/// The bytes as a file whose header fits them.
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
