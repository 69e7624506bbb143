//! Strings of parts against what they are put together: compared, cut, gone through.

use proptest::prelude::*;
use raya_storages::heaps::Heap;
use std::cmp::Ordering;

/// A part: a text, and on which side of those before it stands.
fn parts() -> impl Strategy<Value = Vec<(String, bool)>> {
    prop::collection::vec(("[ab]{1,40}|[aλ]{1,4}|[a𝄞]{1,3}", any::<bool>()), 1..12)
}

/// A string of parts, and its units.
fn joined(heap: &mut Heap, parts: &[(String, bool)]) -> (u32, Vec<u16>) {
    let mut joined: Option<(u32, Vec<u16>)> = None;
    for (text, is_before) in parts {
        let string = heap.new_text(text).expect("there is room");
        let units: Vec<u16> = text.encode_utf16().collect();
        joined = Some(match joined {
            None => (string, units),
            Some((other, others)) => {
                let ((left, mut all), (right, rest)) = match is_before {
                    true => ((string, units), (other, others)),
                    false => ((other, others), (string, units)),
                };
                all.extend(rest);
                let rope = heap.new_rope(left, right, all.len() as u32);
                (rope.expect("there is room"), all)
            }
        });
    }
    joined.expect("there is a part")
}

proptest! {
    #[test]
    fn strings_compare_as_their_units(a in parts(), b in parts(), shared in parts()) {
        let mut heap = Heap::new(1 << 20, 1);
        heap.collect_at_words = 1 << 16;
        // What they begin with alike is cut in different places.
        let with = |own: &[(String, bool)], shared: &[(String, bool)]| {
            let text: String = shared.iter().map(|(text, _)| text.as_str()).collect();
            let mut all: Vec<(String, bool)> = Vec::new();
            all.extend(own.iter().map(|(text, _)| (text.clone(), false)));
            all.insert(0, (text, false));
            all
        };
        let pairs = [(a.clone(), b.clone()), (with(&a, &shared), {
            let mut all: Vec<_> = shared.iter().map(|(text, _)| (text.clone(), false)).collect();
            all.extend(b.iter().map(|(text, _)| (text.clone(), false)));
            all
        })];
        for (a, b) in pairs {
            let ((x, of_x), (y, of_y)) = (joined(&mut heap, &a), joined(&mut heap, &b));
            prop_assert_eq!(heap.compare(&[], x, y), of_x.cmp(&of_y));
            prop_assert_eq!(heap.compare(&[], y, x), of_y.cmp(&of_x));
            prop_assert_eq!(heap.compare(&[], x, x), Ordering::Equal);
            let gone_through: Vec<u16> = heap.parts(&[], x).flat_map(|part| part.iter().collect::<Vec<_>>()).collect();
            prop_assert_eq!(gone_through, of_x);
        }
    }

    #[test]
    fn what_is_too_long_is_cut(parts in parts(), units_max in 0usize..100) {
        let mut heap = Heap::new(1 << 20, 1);
        heap.collect_at_words = 1 << 16;
        let (string, units) = joined(&mut heap, &parts);
        let cut = heap.text_within(&[], string, units_max);
        let shown = units.len().min(units_max);
        let mut expected = String::from_utf16_lossy(&units[..shown]);
        if shown < units.len() {
            expected.push('…');
        }
        prop_assert_eq!(cut, expected);
    }
}
