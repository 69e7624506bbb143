//! Text as numbers: `Number`, `parseInt`, `parseFloat`.

use super::strings::is_space;
use super::{Outcome, Window, float};
use crate::execute::errors::Halt;
use crate::execute::machine::Machine;

/// The units of an argument without white space around them, as text; what is not Latin-1 is no digit anyway.
fn trimmed(m: &mut Machine<'_>, string: u32) -> Result<String, Halt> {
    let string = m.flatten(string)?;
    m.pay(u64::from(m.text_len(string)));
    let units = m.copy_units(string);
    let start = units
        .iter()
        .position(|u| !is_space(*u))
        .unwrap_or(units.len());
    let end = units
        .iter()
        .rposition(|u| !is_space(*u))
        .map_or(start, |at| at + 1);
    Ok(String::from_utf16_lossy(&units[start..end]))
}

pub(super) fn to_number(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let text = trimmed(m, w.r(0)?)?;
    float(number(&text))
}

/// A string's number.
pub(super) fn text_number(m: &mut Machine<'_>, string: u32) -> Result<f64, Halt> {
    Ok(number(&trimmed(m, string)?))
}

/// StringToNumber of trimmed text.
fn number(text: &str) -> f64 {
    if text.is_empty() {
        return 0.0;
    }
    let radix = match text.get(..2) {
        Some("0x" | "0X") => 16,
        Some("0o" | "0O") => 8,
        Some("0b" | "0B") => 2,
        _ => 10,
    };
    if radix != 10 {
        let digits = &text[2..];
        let all = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
        return if all {
            in_radix(digits, radix)
        } else {
            f64::NAN
        };
    }
    match decimal_prefix(text) {
        (length, value) if length == text.len() => value,
        _ => f64::NAN,
    }
}

/// The longest decimal literal that text begins with: its length and value; NaN and 0 if there is none.
fn decimal_prefix(text: &str) -> (usize, f64) {
    let bytes = text.as_bytes();
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    if text[sign..].starts_with("Infinity") {
        let value = if bytes[0] == b'-' {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        };
        return (sign + 8, value);
    }
    let digits_from = |at: usize| {
        bytes[at.min(bytes.len())..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count()
    };
    let whole = digits_from(sign);
    let mut end = sign + whole;
    let mut places = 0;
    if bytes.get(end) == Some(&b'.') {
        places = digits_from(end + 1);
        if whole + places > 0 {
            end += 1 + places;
        }
    }
    if whole + places == 0 {
        return (0, f64::NAN);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let signed = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits_from(end + 1 + signed);
        if exponent > 0 {
            end += 1 + signed + exponent;
        }
    }
    (end, text[..end].parse().unwrap_or(f64::NAN))
}

/// Digits in a radix, rounded once: exact for powers of two and for what fits 53 bits.
fn in_radix(digits: &str, radix: u32) -> f64 {
    if radix == 10 {
        return digits.parse().unwrap_or(f64::NAN);
    }
    let values = digits.chars().filter_map(|c| c.to_digit(radix));
    if !radix.is_power_of_two() {
        return values.fold(0.0, |sum, d| sum * f64::from(radix) + f64::from(d));
    }
    let bits_each = radix.trailing_zeros();
    let (mut mantissa, mut dropped, mut sticky) = (0u128, 0i32, false);
    for value in values {
        if mantissa >> 100 == 0 {
            mantissa = mantissa << bits_each | u128::from(value);
        } else {
            dropped = dropped.saturating_add(bits_each as i32);
            sticky |= value != 0;
        }
    }
    libm::ldexp((mantissa | u128::from(sticky)) as f64, dropped)
}

pub(super) fn parse_int(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let text = trimmed(m, w.r(0)?)?;
    let mut radix = raya_bytecode::elements::to_int32(w.f(0));
    let (negative, mut rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, &text[..]),
    };
    if (radix == 0 || radix == 16) && (rest.starts_with("0x") || rest.starts_with("0X")) {
        rest = &rest[2..];
        radix = 16;
    }
    let radix = if radix == 0 { 10 } else { radix };
    if !(2..=36).contains(&radix) {
        return float(f64::NAN);
    }
    let end = rest
        .find(|c: char| !c.is_digit(radix as u32))
        .unwrap_or(rest.len());
    if end == 0 {
        return float(f64::NAN);
    }
    let value = in_radix(&rest[..end], radix as u32);
    float(if negative { -value } else { value })
}

pub(super) fn parse_float(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let text = trimmed(m, w.r(0)?)?;
    float(decimal_prefix(&text).1)
}

#[cfg(test)]
mod tests {
    use super::{decimal_prefix, in_radix, number};

    #[test]
    fn numbers_are_read_as_javascript_reads_them() {
        for (text, want) in [
            ("12", 12.0),
            ("-1.5e3", -1500.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("0xff", 255.0),
            ("0b101", 5.0),
            ("-Infinity", f64::NEG_INFINITY),
            ("", 0.0),
        ] {
            assert_eq!(number(text), want, "{text}");
        }
        for text in ["1x", ".", "e5", "0x", "--1", "1e", "infinity", "1_0", "nan"] {
            assert!(number(text).is_nan(), "{text}");
        }
        assert_eq!(decimal_prefix("3.25abc").1, 3.25);
        assert_eq!(decimal_prefix("1e+").1, 1.0);
        assert_eq!(in_radix("20000000000001", 16), 9007199254740993.0);
    }
}
