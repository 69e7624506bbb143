//! Numbers, names, signatures and slot lists: what stands in a row by itself.

use super::error::{Problem, VerifyError, exists, in_row, rule};
use super::types::{expect_result, expect_value};
use crate::image::{CANONICAL_NAN, Image};
use crate::slot::Slot;

/// Checks constants, names, signatures and the slots of parameters and locals.
pub fn check(image: &Image) -> Result<(), VerifyError> {
    for (row, number) in image.numbers.iter().enumerate() {
        rule(
            !number.is_nan() || number.to_bits() == CANONICAL_NAN,
            "a NaN that is not the one NaN",
        )
        .map_err(in_row("numbers", row))?;
    }
    for (section, names) in [("files", &image.files), ("members", &image.members)] {
        for (row, &name) in names.iter().enumerate() {
            exists("string", name, image.strings.len()).map_err(in_row(section, row))?;
        }
    }
    for (row, &slot) in image.slots.iter().enumerate() {
        expect_value(image, slot).map_err(in_row("slots", row))?;
    }
    check_sigs(image)
}

fn check_sigs(image: &Image) -> Result<(), VerifyError> {
    for (row, &slot) in image.sig_params.iter().enumerate() {
        expect_value(image, slot)
            .and_then(|()| expect_kind(slot))
            .map_err(in_row("sig_params", row))?;
    }
    for (row, sig) in image.sigs.iter().enumerate() {
        expect_result(image, sig.ret)
            .and_then(|()| expect_kind(sig.ret))
            .and_then(|()| rule(sig.reserved == 0, "reserved must be 0"))
            .map_err(in_row("sigs", row))?;
    }
    Ok(())
}

fn expect_kind(slot: Slot) -> Result<(), Problem> {
    if slot == slot.kind() {
        return Ok(());
    }
    Err(Problem::BadSlot {
        slot,
        expected: "kind",
    })
}
