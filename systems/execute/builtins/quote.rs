//! Strings in quotes, as `util.inspect` and JSON write them.

/// Appends a string as `util.inspect` shows it: in the first kind of quotes that it doesn't contain.
pub(super) fn inspect_quoted(units: &[u16], out: &mut Vec<u16>) {
    let has = |c: char| units.contains(&(c as u16));
    let quote = match (has('\''), has('"'), has('`') || contains_template(units)) {
        (false, _, _) => '\'',
        (true, false, _) => '"',
        (true, true, false) => '`',
        (true, true, true) => '\'',
    };
    out.push(quote as u16);
    for (i, &unit) in units.iter().enumerate() {
        let escape = match unit {
            8 => Some("\\b".to_owned()),
            9 => Some("\\t".to_owned()),
            10 => Some("\\n".to_owned()),
            12 => Some("\\f".to_owned()),
            13 => Some("\\r".to_owned()),
            0x5c => Some("\\\\".to_owned()),
            0..=0x1f | 0x7f..=0x9f => Some(format!("\\x{unit:02X}")),
            0x27 if quote == '\'' => Some("\\'".to_owned()),
            0xd800..=0xdfff if is_lone(units, i) => Some(format!("\\u{unit:04x}")),
            _ => None,
        };
        match escape {
            Some(escape) => out.extend(escape.encode_utf16()),
            None => out.push(unit),
        }
    }
    out.push(quote as u16);
}

fn contains_template(units: &[u16]) -> bool {
    units
        .windows(2)
        .any(|pair| pair == [u16::from(b'$'), u16::from(b'{')])
}

/// Whether the surrogate at a place has no other half beside it.
fn is_lone(units: &[u16], at: usize) -> bool {
    let is_high = |u: &u16| (0xd800..0xdc00).contains(u);
    let is_low = |u: &u16| (0xdc00..0xe000).contains(u);
    if is_high(&units[at]) {
        !units.get(at + 1).is_some_and(is_low)
    } else {
        !(at > 0 && is_high(&units[at - 1]))
    }
}

/// How many units `json_quoted` appends.
pub(super) fn json_quoted_len(units: &[u16]) -> usize {
    let escaped = |(at, unit): (usize, &u16)| match *unit {
        8..=10 | 12 | 13 | 0x22 | 0x5c => 2,
        0..=0x1f => 6,
        0xd800..=0xdfff if is_lone(units, at) => 6,
        _ => 1,
    };
    2 + units.iter().enumerate().map(escaped).sum::<usize>()
}

/// Appends a string as JSON writes it.
pub(super) fn json_quoted(units: &[u16], out: &mut Vec<u16>) {
    out.push(u16::from(b'"'));
    for (i, &unit) in units.iter().enumerate() {
        let escape = match unit {
            8 => Some("\\b".to_owned()),
            9 => Some("\\t".to_owned()),
            10 => Some("\\n".to_owned()),
            12 => Some("\\f".to_owned()),
            13 => Some("\\r".to_owned()),
            0x22 => Some("\\\"".to_owned()),
            0x5c => Some("\\\\".to_owned()),
            0..=0x1f => Some(format!("\\u{unit:04x}")),
            0xd800..=0xdfff if is_lone(units, i) => Some(format!("\\u{unit:04x}")),
            _ => None,
        };
        match escape {
            Some(escape) => out.extend(escape.encode_utf16()),
            None => out.push(unit),
        }
    }
    out.push(u16::from(b'"'));
}

#[cfg(test)]
mod tests {
    use super::{inspect_quoted, json_quoted};

    fn quoted(text: &str, quote: fn(&[u16], &mut Vec<u16>)) -> String {
        let mut out = Vec::new();
        quote(&text.encode_utf16().collect::<Vec<_>>(), &mut out);
        String::from_utf16(&out).expect("whole pairs")
    }

    #[test]
    fn quotes_are_chosen_as_node_does() {
        assert_eq!(quoted("a", inspect_quoted), "'a'");
        assert_eq!(quoted("it's", inspect_quoted), "\"it's\"");
        assert_eq!(quoted("it's \"x\"", inspect_quoted), "`it's \"x\"`");
        assert_eq!(quoted("'\"`", inspect_quoted), "'\\'\"`'");
        assert_eq!(
            quoted("\n\u{1}\u{7f}\\", inspect_quoted),
            "'\\n\\x01\\x7F\\\\'"
        );
        assert_eq!(quoted("a\"\u{1}\n", json_quoted), "\"a\\\"\\u0001\\n\"");
    }
}
