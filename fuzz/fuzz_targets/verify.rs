//! Files with a right checksum: verifying and printing them never panics and soon ends.
#![no_main]

mod seal;

use libfuzzer_sys::fuzz_target;
use raya_bytecode::codec::decode;
use raya_bytecode::disasm::dump;
use raya_bytecode::verify::verify;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(image) = decode(&seal::seal(bytes)) {
        if bytes.len() < 4_096 {
            let _ = dump(&image);
        }
        let _ = verify(image);
    }
});
