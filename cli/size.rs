//! Numbers of bytes as people write them: `65536`, `64MiB`, `1g`.

/// The bytes meant by `text`. Units are powers of 1024, whatever they are called.
pub fn parse_bytes(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text[digits.len()..].to_ascii_lowercase();
    let shift = match unit.trim_end_matches("ib").trim_end_matches('b') {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        _ => return Err(format!("`{unit}` is no unit: write B, KiB, MiB or GiB")),
    };
    let count: u64 = digits
        .parse()
        .map_err(|_| format!("`{digits}` is no whole number"))?;
    count
        .checked_mul(1 << shift)
        .ok_or_else(|| "that is too much".to_owned())
}

/// Bytes in the largest unit of which there are ten, rounded down.
pub fn format_bytes(bytes: u64) -> String {
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    match units.iter().find(|(_, shift)| bytes >= 10 << shift) {
        Some((unit, shift)) => format!("{} {unit}", bytes >> shift),
        None => format!("{bytes} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::{format_bytes, parse_bytes};

    #[test]
    fn sizes_are_written_short() {
        let sizes = [0, 9_999, 20_000, 70 << 20, u64::MAX].map(format_bytes);
        assert_eq!(
            sizes,
            ["0 B", "9999 B", "19 KiB", "70 MiB", "17179869183 GiB"]
        );
    }

    #[test]
    fn sizes_are_read_as_written() {
        for (text, bytes) in [
            ("0", 0),
            ("65536", 65536),
            ("64MiB", 64 << 20),
            ("1g", 1 << 30),
            ("2kb", 2048),
            ("5B", 5),
        ] {
            assert_eq!(parse_bytes(text), Ok(bytes), "{text}");
        }
        for text in [
            "",
            "MiB",
            "-1",
            "1.5g",
            "1x",
            "99999999999999999999",
            "99999999999999GiB",
        ] {
            assert!(parse_bytes(text).is_err(), "{text}");
        }
    }
}
