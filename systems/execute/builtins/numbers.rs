//! Numbers as text: the shortest form through `ryu-js`, all others exactly, as JavaScript rounds them.

use super::{Outcome, Window, reference};
use crate::execute::errors::Halt;
use crate::execute::machine::Machine;

/// Fuel for the shortest form.
const COST: u64 = 16;
/// Fuel for an exact form.
const EXACT_COST: u64 = 64;

/// `String(n)`.
pub(super) fn text(value: f64) -> String {
    ryu_js::Buffer::new().format(value).to_owned()
}

pub(super) fn to_str(m: &mut Machine<'_>, value: f64) -> Outcome {
    if value.is_nan() {
        return reference(m.program.well_known.nan);
    }
    let int = value as i32;
    if f64::from(int) == value {
        return int_to_str(m, int);
    }
    m.reserve(8)?;
    m.pay(COST);
    reference(m.new_latin1(text(value).as_bytes())?)
}

pub(super) fn int_to_str(m: &mut Machine<'_>, value: i32) -> Outcome {
    m.reserve(4)?;
    m.pay(COST / 4);
    let mut digits = [0; 11];
    let mut at = digits.len();
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    reference(m.new_latin1(&digits[at..])?)
}

/// A count of digits, or the RangeError that it is out of range.
fn digits_in(value: f64, least: f64, most: f64, message: &str) -> Result<usize, Halt> {
    let value = if value.is_nan() {
        0.0
    } else {
        libm::trunc(value)
    };
    if (least..=most).contains(&value) {
        Ok(value as usize)
    } else {
        Err(Halt::range_error(message))
    }
}

pub(super) fn to_fixed(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let message = "toFixed() digits argument must be between 0 and 100";
    let digits = digits_in(w.f(1), 0.0, 100.0, message)?;
    let value = w.f(0);
    if value.is_nan() || value.abs() >= 1e21 {
        return to_str(m, value);
    }
    m.reserve(64)?;
    m.pay(exact_cost(value));
    let rounded = round_at(value.abs(), -(digits as i32));
    let shown = with_point(&rounded, digits);
    // -0 and what rounds to it from -0 lose the sign only if the value itself is no negative number.
    let sign = if value < 0.0 { "-" } else { "" };
    reference(m.new_text(&format!("{sign}{shown}"))?)
}

/// Digits of an integer as a decimal with `digits` places.
fn with_point(integer: &str, digits: usize) -> String {
    if digits == 0 {
        return integer.to_owned();
    }
    let padded = format!("{integer:0>width$}", width = digits + 1);
    let (whole, places) = padded.split_at(padded.len() - digits);
    format!("{whole}.{places}")
}

/// Places behind the point that hold a finite number exactly.
fn exact_places(value: f64) -> usize {
    let (bits, exponent) = (value.to_bits(), exponent_of(value.abs()));
    let mantissa = bits & ((1 << 52) - 1) | u64::from(exponent > -1075) << 52;
    if mantissa == 0 {
        return 0;
    }
    let last = exponent.max(-1074) + mantissa.trailing_zeros() as i32;
    usize::try_from(-last).unwrap_or(0)
}

/// What an exact form of a number costs: its digits are worked out one by one.
fn exact_cost(value: f64) -> u64 {
    let whole_max = if value.abs() < 1e15 { 0 } else { 309 };
    EXACT_COST + (exact_places(value) + whole_max) as u64
}

/// The exact decimal digits of a positive finite number: digits without a point, and the exponent of the last.
fn exact_digits(value: f64) -> (String, i32) {
    let shown = format!("{value:.*}", exact_places(value));
    let (whole, places) = shown.split_once('.').unwrap_or((&shown, ""));
    (format!("{whole}{places}"), -(places.len() as i32))
}

/// A positive number divided by `10 ** exponent` and rounded to an integer, halves up.
fn round_at(value: f64, exponent: i32) -> String {
    let (mut digits, last) = exact_digits(value);
    if exponent <= last {
        digits.push_str(&"0".repeat((last - exponent) as usize));
        return strip(&digits);
    }
    let cut = (exponent - last) as usize;
    let padded = format!("{digits:0>width$}", width = cut + 1);
    let (kept, rest) = padded.split_at(padded.len() - cut);
    if rest.as_bytes()[0] >= b'5' {
        increment(&strip(kept))
    } else {
        strip(kept)
    }
}

/// Without leading zeros.
fn strip(digits: &str) -> String {
    let stripped = digits.trim_start_matches('0');
    if stripped.is_empty() {
        "0".to_owned()
    } else {
        stripped.to_owned()
    }
}

fn increment(digits: &str) -> String {
    let kept = digits.trim_end_matches('9');
    let nines = digits.len() - kept.len();
    let head = match kept.as_bytes().last() {
        Some(last) => format!("{}{}", &kept[..kept.len() - 1], char::from(last + 1)),
        None => "1".to_owned(),
    };
    head + &"0".repeat(nines)
}

/// The decimal exponent of a positive number's first digit.
fn decimal_exponent(value: f64) -> i32 {
    let (digits, last) = exact_digits(value);
    strip(&digits).len() as i32 - 1 + last
}

/// `count` significant digits of a positive number, and the exponent of the first, rounded halves up.
fn significant(value: f64, count: usize) -> (String, i32) {
    let exponent = decimal_exponent(value);
    let digits = round_at(value, exponent - count as i32 + 1);
    if digits.len() > count {
        (digits[..count].to_owned(), exponent + 1)
    } else {
        (digits, exponent)
    }
}

fn exponential(digits: &str, exponent: i32) -> String {
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{point}{rest}e{sign}{}", exponent.abs())
}

pub(super) fn to_precision(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let (value, count) = (w.f(0), w.f(1));
    if count.is_nan() || !value.is_finite() {
        return to_str(m, value);
    }
    let message = "toPrecision() argument must be between 1 and 100";
    let count = digits_in(count, 1.0, 100.0, message)?;
    m.reserve(64)?;
    m.pay(exact_cost(value));
    let (digits, exponent) = if value == 0.0 {
        ("0".repeat(count), 0)
    } else {
        significant(value.abs(), count)
    };
    let shown = if exponent < -6 || exponent >= count as i32 {
        exponential(&digits, exponent)
    } else if exponent >= 0 {
        with_point(&digits, count - 1 - exponent as usize)
    } else {
        format!("0.{}{digits}", "0".repeat((-exponent - 1) as usize))
    };
    let sign = if value < 0.0 { "-" } else { "" };
    reference(m.new_text(&format!("{sign}{shown}"))?)
}

pub(super) fn to_exponential(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let (value, digits) = (w.f(0), w.f(1));
    if !value.is_finite() {
        return to_str(m, value);
    }
    let message = "toExponential() argument must be between 0 and 100";
    let count = digits_in(digits, 0.0, 100.0, message)? + 1;
    m.reserve(64)?;
    m.pay(exact_cost(value));
    let (shown, exponent) = if value == 0.0 {
        ("0".repeat(if digits.is_nan() { 1 } else { count }), 0)
    } else if digits.is_nan() {
        shortest(value.abs())
    } else {
        significant(value.abs(), count)
    };
    let sign = if value < 0.0 { "-" } else { "" };
    reference(m.new_text(&format!("{sign}{}", exponential(&shown, exponent)))?)
}

/// The fewest digits that name a positive number, and the exponent of the first.
fn shortest(value: f64) -> (String, i32) {
    let shown = format!("{value:e}");
    let (mantissa, exponent) = shown.split_once('e').unwrap_or((&shown, "0"));
    (mantissa.replace('.', ""), exponent.parse().unwrap_or(0))
}

pub(super) fn to_radix(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let message = "toString() radix argument must be between 2 and 36";
    let radix = digits_in(w.f(1), 2.0, 36.0, message)? as u32;
    let value = w.f(0);
    if radix == 10 || !value.is_finite() {
        return to_str(m, value);
    }
    m.reserve(300)?;
    // As many digits as binary ones at most.
    m.pay(EXACT_COST + u64::from((exponent_of(value.abs()) + 52).unsigned_abs()));
    reference(m.new_text(&radix_text(value, f64::from(radix)))?)
}

/// A finite number in another radix, with as many places as tell it from its neighbours (V8's algorithm).
fn radix_text(value: f64, radix: f64) -> String {
    let digit = |d: f64| char::from_digit(d as u32, 36).expect("a digit is below the radix");
    let magnitude = value.abs();
    let mut whole = libm::floor(magnitude);
    let mut fraction = magnitude - whole;
    let next = f64::from_bits(magnitude.to_bits() + 1);
    let mut delta = (0.5 * (next - magnitude)).max(f64::from_bits(1));
    let mut places: Vec<u32> = Vec::new();
    if fraction >= delta {
        loop {
            fraction *= radix;
            delta *= radix;
            let d = libm::floor(fraction);
            places.push(d as u32);
            fraction -= d;
            let is_upper = fraction > 0.5 || (fraction == 0.5 && d as u32 % 2 == 1);
            if is_upper && fraction + delta > 1.0 {
                whole += carry(&mut places, radix as u32);
                break;
            }
            if fraction < delta {
                break;
            }
        }
    }
    let mut digits: Vec<char> = Vec::new();
    // Beyond 2^53 the lowest digits say nothing.
    while exponent_of(whole) > 0 {
        whole /= radix;
        digits.push('0');
    }
    loop {
        let rest = libm::fmod(whole, radix);
        digits.push(digit(rest));
        whole = (whole - rest) / radix;
        if whole <= 0.0 {
            break;
        }
    }
    let mut shown: String = if value < 0.0 {
        "-".into()
    } else {
        String::new()
    };
    shown.extend(digits.iter().rev());
    if !places.is_empty() {
        shown.push('.');
        shown.extend(places.iter().map(|d| digit(f64::from(*d))));
    }
    shown
}

/// Rounds the last place up; gives what is carried into the whole part.
fn carry(places: &mut Vec<u32>, radix: u32) -> f64 {
    while let Some(last) = places.pop() {
        if last + 1 < radix {
            places.push(last + 1);
            return 0.0;
        }
    }
    1.0
}

/// The power of two of the last bit of a number's mantissa.
fn exponent_of(value: f64) -> i32 {
    ((value.to_bits() >> 52) & 0x7ff) as i32 - 1075
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_forms_round_as_javascript() {
        assert_eq!(with_point(&round_at(1.005, -2), 2), "1.00");
        assert_eq!(with_point(&round_at(2.5, 0), 0), "3");
        assert_eq!(with_point(&round_at(1.45, -1), 1), "1.4");
        assert_eq!(with_point(&round_at(0.000001, -7), 7), "0.0000010");
        assert_eq!(with_point(&round_at(99.995, -2), 2), "100.00");
        assert_eq!(significant(5e-324, 3), ("494".into(), -324));
        assert_eq!(significant(f64::MAX, 3), ("180".into(), 308));
        assert_eq!(exact_digits(0.1).1, -55);
        assert_eq!(exact_digits(3.0), ("3".into(), 0));
        assert_eq!(exact_digits(0.0), ("0".into(), 0));
        assert_eq!(exact_digits(5e-324).1, -1074);
        assert_eq!(round_at(3.0, -2), "300");
        assert_eq!(significant(123.456, 4), ("1235".into(), 2));
        assert_eq!(significant(99.99, 2), ("10".into(), 2));
        assert_eq!(exponential("12345", 4), "1.2345e+4");
    }

    #[test]
    fn other_radixes_are_v8s() {
        assert_eq!(radix_text(255.0, 16.0), "ff");
        assert_eq!(radix_text(-255.5, 2.0), "-11111111.1");
        assert_eq!(radix_text(0.1, 3.0), "0.0022002200220022002200220022002201");
        assert_eq!(radix_text(0.0, 36.0), "0");
    }
}
