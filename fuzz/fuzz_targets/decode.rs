//! Any bytes: decoding never panics, and what it accepts is the only encoding of its image.
#![no_main]

use libfuzzer_sys::fuzz_target;
use raya_bytecode::codec::{decode, encode};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(image) = decode(bytes) {
        assert_eq!(encode(&image), bytes);
    }
});
