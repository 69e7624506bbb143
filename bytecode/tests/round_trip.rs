//! An image survives its bytes, and bytes that are no image are refused by name.

mod common;

use raya_bytecode::codec::{DecodeError, decode, encode};
use raya_bytecode::verify::{decode_verified, verify};

#[test]
fn the_sample_verifies_and_survives_its_bytes() {
    let image = common::sample().finish();
    let bytes = encode(&image);
    let verified = decode_verified(&bytes).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(*verified, image);
    assert_eq!(encode(&verified), bytes);
    assert!(verify(image).is_ok());
}

#[test]
fn every_changed_byte_is_found() {
    let bytes = encode(&common::sample().finish());
    for i in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[i] ^= 1 << (i % 8);
        assert!(decode(&changed).is_err(), "byte {i}");
    }
}

#[test]
fn every_cut_is_found() {
    let bytes = encode(&common::sample().finish());
    for len in 0..bytes.len() {
        let error = decode(&bytes[..len]).expect_err("cut short");
        assert!(
            matches!(error, DecodeError::NotRbin | DecodeError::Truncated { .. }),
            "{len}: {error}"
        );
    }
    let longer = [&bytes[..], &[0]].concat();
    assert_eq!(decode(&longer), Err(DecodeError::Trailing { extra: 1 }));
}
