//! Dumps from outside: their tables changed, and the hash made right again.

use raya_storages::contexts::Contexts;
use raya_storages::dump::{Persist, Reader, Writer, hash_bytes};
use raya_storages::programs::Programs;

/// A dump with its contexts changed, and its hash made right again.
pub fn changed(dump: &[u8], change: impl Fn(&mut Contexts)) -> Vec<u8> {
    let dumped = |contexts: &Contexts| {
        let mut to = Writer::new();
        contexts.dump(&mut to);
        to.into_bytes()
    };
    let mut from = Reader::new(dump);
    from.pod::<[u8; 8]>().expect("the magic");
    from.pod::<u32>().expect("the version");
    for _ in 0..5 {
        from.pod::<u64>().expect("the time");
    }
    Vec::<Vec<u8>>::load(&mut from).expect("the images");
    Programs::load(&mut from).expect("the programs");
    let mut contexts = Contexts::load(&mut from).expect("the contexts");
    let before = dumped(&contexts);
    let at = dump.windows(before.len()).position(|part| part == before);
    let at = at.expect("contexts are in the dump as they are dumped");
    change(&mut contexts);
    let body = dump.len() - 8;
    let mut bytes = [
        &dump[..at],
        &dumped(&contexts),
        &dump[at + before.len()..body],
    ]
    .concat();
    let hash = hash_bytes(&bytes);
    bytes.extend(hash.to_le_bytes());
    bytes
}
