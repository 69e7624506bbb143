//! Finding strings in strings: positions, splitting, replacing. Linear in both lengths.

use super::strings::clamp;
use super::{Outcome, Window, boolean, float, reference};
use crate::execute::arrays::LENGTH_MAX;
use crate::execute::errors::Halt;
use crate::execute::machine::Machine;
use crate::execute::strings::Text;
use raya_storages::layout::{Kind, utf16_words};

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

/// Where the parts between separators lie.
fn parts(hay: &Text<'_>, separator: &Text<'_>) -> Vec<(usize, usize)> {
    let length = hay.units().len();
    let width = separator.units().len();
    if width == 0 {
        return (0..length).map(|i| (i, i + 1)).collect();
    }
    let mut parts = Vec::new();
    let mut start = 0;
    while let Some(at) = find_text(hay, separator, start) {
        parts.push((start, at));
        start = at + width;
    }
    parts.push((start, length));
    parts
}

pub(super) fn split(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let (string, separator, length) = operands(m, w)?;
    if m.text_len(separator) == 0 {
        m.check_text(length.saturating_mul(4))?;
    }
    let parts = parts(&m.text(string), &m.text(separator));
    if parts.len() > LENGTH_MAX as usize {
        return Err(Halt::range_error("Invalid array length"));
    }
    let words = |part: &(usize, usize)| match part.1 - part.0 {
        0 => 0,
        length => u64::from(utf16_words(length as u32)),
    };
    let all: u64 = parts.iter().map(words).sum();
    m.reserve(all + Machine::array_words(Kind::ArrayRef, parts.len() as u32))?;
    m.pay(parts.len() as u64 * 2 + length as u64 / 8);
    let array = m.take_array(Kind::ArrayRef, parts.len() as u32);
    for (i, (start, end)) in parts.into_iter().enumerate() {
        let part = m.part(string, start, end)?;
        m.heap.refs_mut(array)[i] = part;
    }
    reference(array)
}

pub(super) fn replace(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let (string, needle, _) = operands(m, w)?;
    let template = m.copy_units(w.r(2)?);
    let mut found = Vec::new();
    {
        let (hay, text) = (m.text(string), m.text(needle));
        let width = text.units().len();
        let mut from = 0;
        while let Some(at) = find_text(&hay, &text, from) {
            found.push(at);
            from = at + width.max(1);
            if !w.z(0) {
                break;
            }
        }
    }
    if found.is_empty() {
        return reference(string);
    }
    let hay = m.copy_units(string);
    let width = m.text_len(needle) as usize;
    let mut out = Vec::with_capacity(hay.len());
    let mut start = 0;
    for at in found {
        out.extend_from_slice(&hay[start..at]);
        expand(&template, &hay, at, width, &mut out);
        start = at + width;
        m.check_text(out.len())?;
    }
    out.extend_from_slice(&hay[start..]);
    m.pay(out.len() as u64 / 4);
    reference(m.new_units(&out)?)
}

/// A replacement with its `$` patterns.
fn expand(template: &[u16], hay: &[u16], at: usize, width: usize, out: &mut Vec<u16>) {
    let mut i = 0;
    while i < template.len() {
        let next = template
            .get(i + 1)
            .and_then(|u| char::from_u32(u32::from(*u)));
        let part = match (template[i] == u16::from(b'$'), next) {
            (true, Some('$')) => Some(&template[i..=i]),
            (true, Some('&')) => Some(&hay[at..at + width]),
            (true, Some('`')) => Some(&hay[..at]),
            (true, Some('\'')) => Some(&hay[at + width..]),
            _ => None,
        };
        out.extend_from_slice(part.unwrap_or(&template[i..=i]));
        i += if part.is_some() { 2 } else { 1 };
    }
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
