//! Files with a right checksum: verifying and printing them never panics and soon ends.
#![no_main]

mod shared;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use raya_bytecode::codec::decode;
use raya_bytecode::disasm::dump;
use raya_bytecode::verify::verify;

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    shared::change(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| {
    if let Ok(image) = decode(&shared::seal(bytes)) {
        if bytes.len() < 4_096 {
            let _ = dump(&image);
        }
        let _ = verify(image);
    }
});
