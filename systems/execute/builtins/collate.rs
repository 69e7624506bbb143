//! `localeCompare` as Node's default locale orders Latin text: letters before case and accents.
//!
//! Three levels, as Unicode's collation has them: base letters, then accents, then case (small first). Absent:
//! other scripts, which compare by units.

use super::strings::order_number;
use super::{Outcome, Window, float};
use crate::execute::machine::Machine;
use std::cmp::Ordering;
use std::sync::LazyLock;

/// What comes before digits and letters, in order.
const SYMBOLS: &str = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";
/// Letters with accents that Latin-1 has, each before its base and the accent's rank.
const ACCENTED: &str = "ÀA1ÁA2ÂA3ÃA4ÄA5ÅA6ÇC7ÈE1ÉE2ÊE3ËE5ÌI1ÍI2ÎI3ÏI5ÑN4ÒO1ÓO2ÔO3ÕO4ÖO5ÙU1ÚU2ÛU3ÜU5ÝY2\
àa1áa2âa3ãa4äa5åa6çc7èe1ée2êe3ëe5ìi1íi2îi3ïi5ñn4òo1óo2ôo3õo4öo5ùu1úu2ûu3üu5ýy2ÿy5";

/// Units of two strings that one step compares.
const UNITS_PER_STEP: u64 = 4;

pub(super) fn locale_compare(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let (x, y) = (w.r(0)?, w.r(1)?);
    m.check_text(m.text_len(x).max(m.text_len(y)) as usize)?;
    m.pay((u64::from(m.text_len(x)) + u64::from(m.text_len(y))) / UNITS_PER_STEP);
    m.pay_for_parts(&[x, y]);
    let (x, y) = (m.copy_units(x), m.copy_units(y));
    float(order_number(compare(&x, &y)))
}

fn compare(x: &[u16], y: &[u16]) -> Ordering {
    // What they begin with alike makes no difference at any level.
    let same = x.iter().zip(y).take_while(|(a, b)| a == b).count();
    let (x, y) = (&x[same..], &y[same..]);
    let level = |pick: fn(Key) -> u32| {
        let keys = x.iter().map(|u| pick(key(*u)));
        keys.cmp(y.iter().map(|u| pick(key(*u))))
    };
    level(|k| k.base)
        .then_with(|| level(|k| k.accent))
        .then_with(|| level(|k| k.case))
}

#[derive(Clone, Copy)]
struct Key {
    base: u32,
    accent: u32,
    case: u32,
}

/// The keys of the units up to 0xff, where tables have to be searched.
static LATIN1: LazyLock<[Key; 256]> =
    LazyLock::new(|| std::array::from_fn(|unit| searched_key(unit as u16)));

fn key(unit: u16) -> Key {
    if let Some(key) = LATIN1.get(usize::from(unit)) {
        return *key;
    }
    let is_space = char::from_u32(u32::from(unit)).is_some_and(char::is_whitespace);
    Key {
        base: if is_space { 1 } else { 1000 + u32::from(unit) },
        accent: 0,
        case: 0,
    }
}

fn searched_key(unit: u16) -> Key {
    let c = char::from_u32(u32::from(unit)).expect("it is Latin-1");
    let (letter, accent) = match ACCENTED.char_indices().step_by(3).find(|(_, a)| *a == c) {
        Some((at, _)) => {
            let mut rest = ACCENTED[at..].chars().skip(1);
            let letter = rest.next().unwrap_or(c);
            (
                letter,
                rest.next().and_then(|d| d.to_digit(10)).unwrap_or(0),
            )
        }
        None => (c, 0),
    };
    let base = match letter {
        'a'..='z' | 'A'..='Z' => 200 + u32::from(letter.to_ascii_lowercase() as u8 - b'a'),
        '0'..='9' => 100 + u32::from(letter as u8 - b'0'),
        c if c.is_whitespace() => 1,
        c => SYMBOLS
            .find(c)
            .map_or(1000 + u32::from(unit), |at| 10 + at as u32),
    };
    Key {
        base,
        accent,
        case: u32::from(letter.is_ascii_uppercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::compare;

    #[test]
    fn orders_as_node() {
        let mut words = [
            "b", "a", "B", "A", "é", "e", "f", "_", "1", "ab", "aB", "Ab",
        ];
        words.sort_by(|x, y| {
            compare(
                &x.encode_utf16().collect::<Vec<_>>(),
                &y.encode_utf16().collect::<Vec<_>>(),
            )
        });
        assert_eq!(
            words,
            [
                "_", "1", "a", "A", "ab", "aB", "Ab", "b", "B", "e", "é", "f"
            ]
        );
    }
}
