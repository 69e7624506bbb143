//! Finding strings in strings: positions, splitting, replacing. Linear in both lengths.

use super::strings::clamp;
use super::{Outcome, Window, boolean, float, reference};
use crate::execute::arrays::LENGTH_MAX;
use crate::execute::errors::Halt;
use crate::execute::machine::Machine;
use crate::execute::strings::Text;
use raya_storages::layout::{Kind, utf16_words};
use std::ops::Range;

/// Needles up to this length are compared at every place; longer ones through a table of their borders.
const PLAIN_MAX: usize = 8;

/// The first place of a needle from a place on.
fn find<T: Copy + PartialEq>(hay: &[T], needle: &[T], from: usize) -> Option<usize> {
    let hay = hay.get(from..)?;
    if needle.is_empty() {
        return Some(from);
    }
    let at = if needle.len() <= PLAIN_MAX {
        hay.windows(needle.len()).position(|part| part == needle)
    } else {
        find_by_borders(hay, needle)
    };
    at.map(|at| at + from)
}

/// Knuth, Morris and Pratt's search: no haystack makes it slow.
fn find_by_borders<T: Copy + PartialEq>(hay: &[T], needle: &[T]) -> Option<usize> {
    let mut borders = vec![0; needle.len()];
    let mut k = 0;
    for i in 1..needle.len() {
        while k > 0 && needle[i] != needle[k] {
            k = borders[k - 1];
        }
        k += usize::from(needle[i] == needle[k]);
        borders[i] = k;
    }
    let mut matched = 0;
    for (i, unit) in hay.iter().enumerate() {
        while matched > 0 && *unit != needle[matched] {
            matched = borders[matched - 1];
        }
        matched += usize::from(*unit == needle[matched]);
        if matched == needle.len() {
            return Some(i + 1 - matched);
        }
    }
    None
}

/// The first place of one text in another, from a place on.
fn find_text(hay: &Text<'_>, needle: &Text<'_>, from: usize) -> Option<usize> {
    match (hay, needle) {
        (Text::Latin1(hay), Text::Latin1(needle)) => find(hay, needle, from),
        (Text::Utf16(hay), Text::Utf16(needle)) => find(hay, needle, from),
        (Text::Utf16(hay), Text::Latin1(needle)) => {
            let wide: Vec<u16> = needle.iter().map(|b| u16::from(*b)).collect();
            find(hay, &wide, from)
        }
        (Text::Latin1(_), Text::Utf16(_)) => None,
    }
}

/// The string and what is looked for in it, both flat; the search paid.
fn operands(m: &mut Machine<'_>, w: Window<'_>) -> Result<(u32, u32, usize), Halt> {
    let string = m.flatten(w.r(0)?)?;
    let needle = m.flatten(w.r(1)?)?;
    let length = m.text_len(string) as usize;
    m.pay((length / 4 + m.text_len(needle) as usize) as u64);
    Ok((string, needle, length))
}

pub(super) fn index_of(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let (string, needle, length) = operands(m, w)?;
    let found = find_text(&m.text(string), &m.text(needle), clamp(w.f(0), length));
    float(found.map_or(-1.0, |at| at as f64))
}

pub(super) fn last_index_of(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let (string, needle, length) = operands(m, w)?;
    let from = if w.f(0).is_nan() {
        length
    } else {
        clamp(w.f(0), length)
    };
    let mut hay = m.copy_units(string);
    let mut needle = m.copy_units(needle);
    if needle.len() > hay.len() {
        return float(-1.0);
    }
    // The last place from the left is the first from the right.
    hay.truncate((from + needle.len()).min(length));
    hay.reverse();
    needle.reverse();
    let found = find(&hay, &needle, 0);
    float(found.map_or(-1.0, |at| (hay.len() - at - needle.len()) as f64))
}

fn has_at(m: &Machine<'_>, string: u32, needle: u32, at: usize) -> bool {
    let (hay, needle) = (m.text(string), m.text(needle));
    let (hay, needle) = (hay.units(), needle.units());
    at + needle.len() <= hay.len() && (0..needle.len()).all(|i| hay.get(at + i) == needle.get(i))
}

pub(super) fn starts_with(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let string = m.flatten(w.r(0)?)?;
    let needle = m.flatten(w.r(1)?)?;
    m.pay(u64::from(m.text_len(needle)) / 4);
    let at = clamp(w.f(0), m.text_len(string) as usize);
    boolean(has_at(m, string, needle, at))
}

pub(super) fn ends_with(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let string = m.flatten(w.r(0)?)?;
    let needle = m.flatten(w.r(1)?)?;
    m.pay(u64::from(m.text_len(needle)) / 4);
    let end = clamp(w.f(0), m.text_len(string) as usize);
    match end.checked_sub(m.text_len(needle) as usize) {
        Some(at) => boolean(has_at(m, string, needle, at)),
        None => boolean(false),
    }
}

/// Calls `each` with where the parts between separators lie.
fn each_part(hay: &Text<'_>, separator: &Text<'_>, mut each: impl FnMut(usize, usize)) {
    let length = hay.units().len();
    let width = separator.units().len();
    if width == 0 {
        return (0..length).for_each(|i| each(i, i + 1));
    }
    let mut start = 0;
    while let Some(at) = find_text(hay, separator, start) {
        each(start, at);
        start = at + width;
    }
    each(start, length);
}

pub(super) fn split(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let (string, separator, length) = operands(m, w)?;
    // They are counted before any is noted: there may be more than the heap has room for.
    let (mut count, mut words) = (0, 0);
    each_part(&m.text(string), &m.text(separator), |start, end| {
        count += 1;
        words += match end - start {
            0 => 0,
            length => u64::from(utf16_words(length as u32)),
        };
    });
    if count > LENGTH_MAX as usize {
        return Err(Halt::range_error("Invalid array length"));
    }
    m.reserve(words + Machine::array_words(Kind::ArrayRef, count as u32))?;
    m.pay(count as u64 * 2 + length as u64 / 4);
    let mut parts = Vec::with_capacity(count);
    each_part(&m.text(string), &m.text(separator), |start, end| {
        parts.push((start, end));
    });
    let array = m.take_array(Kind::ArrayRef, count as u32);
    for (i, (start, end)) in parts.into_iter().enumerate() {
        let part = m.part(string, start, end)?;
        m.heap.refs_mut(array)[i] = part;
    }
    reference(array)
}

pub(super) fn replace(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let (string, needle, _) = operands(m, w)?;
    let replaced = {
        let (hay, text) = (m.text(string), m.text(needle));
        let mut next = find_text(&hay, &text, 0);
        if next.is_none() {
            return reference(string);
        }
        let (all, template) = (m.copy_units(string), w.r(2)?);
        m.check_text(m.text_len(template) as usize)?;
        let template = m.copy_units(template);
        let width = text.units().len();
        let (mut out, mut start) = (Vec::new(), 0);
        while let Some(at) = next {
            out.extend_from_slice(&all[start..at]);
            expand(m, &template, &all, at..at + width, &mut out)?;
            start = at + width;
            next = match w.z(0) {
                true => find_text(&hay, &text, at + width.max(1)),
                false => None,
            };
        }
        out.extend_from_slice(&all[start..]);
        out
    };
    m.pay(replaced.len() as u64 / 4);
    reference(m.new_units(&replaced)?)
}

/// Appends a replacement with its `$` patterns, as long as the text could be held: a few patterns make much of a long text.
fn expand(
    m: &Machine<'_>,
    template: &[u16],
    hay: &[u16],
    found: Range<usize>,
    out: &mut Vec<u16>,
) -> Result<(), Halt> {
    let mut i = 0;
    while i < template.len() {
        let next = template
            .get(i + 1)
            .and_then(|u| char::from_u32(u32::from(*u)));
        let part = match (template[i] == u16::from(b'$'), next) {
            (true, Some('$')) => Some(&template[i..=i]),
            (true, Some('&')) => Some(&hay[found.clone()]),
            (true, Some('`')) => Some(&hay[..found.start]),
            (true, Some('\'')) => Some(&hay[found.end..]),
            _ => None,
        };
        out.extend_from_slice(part.unwrap_or(&template[i..=i]));
        i += if part.is_some() { 2 } else { 1 };
        m.check_text(out.len())?;
    }
    m.check_text(out.len())
}

#[cfg(test)]
mod tests {
    use super::{find, find_by_borders};

    #[test]
    fn both_searches_agree() {
        let hay = b"abcabcabdabcabcabcabd";
        for start in 0..hay.len() {
            for end in start + 1..=hay.len() {
                let needle = &hay[start..end];
                let plain = hay.windows(needle.len()).position(|w| w == needle);
                assert_eq!(find_by_borders(hay, needle), plain);
                assert_eq!(find(hay, needle, 0), plain);
            }
        }
        assert_eq!(find_by_borders(hay, b"abcabd!!!"), None);
        assert_eq!(find(hay, b"", 3), Some(3));
    }
}
