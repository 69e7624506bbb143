//! Pools and limits: every pool is covered exactly by the ranges of its owners, one behind the other.
//!
//! So no two rows share pool rows, and work done once a row is bounded by the length of the image.

use super::error::{Problem, VerifyError, at_most, in_row};
use crate::image::{Image, Range};
use crate::limits;

/// How far a pool is covered.
struct Pool {
    name: &'static str,
    covered: usize,
    len: usize,
}

impl Pool {
    fn new(name: &'static str, len: usize) -> Pool {
        Pool {
            name,
            covered: 0,
            len,
        }
    }

    /// Takes the next range.
    fn take(&mut self, range: Range) -> Result<(), Problem> {
        if range.start as usize != self.covered {
            return Err(Problem::Overlap { pool: self.name });
        }
        let end = u64::from(range.start) + u64::from(range.count);
        if end > self.len as u64 {
            return Err(Problem::NoSuch {
                what: self.name,
                index: end - 1,
                count: self.len,
            });
        }
        self.covered = end as usize;
        Ok(())
    }

    /// Refuses rows that nobody owns.
    fn finish(self) -> Result<(), VerifyError> {
        if self.covered == self.len {
            return Ok(());
        }
        Err(in_row(self.name, self.covered)(Problem::Rule(
            "belongs to no owner",
        )))
    }
}

/// Checks sizes and ranges of all sections.
pub fn check(image: &Image) -> Result<(), VerifyError> {
    check_sizes(image)?;
    check_constants(image)?;
    check_functions(image)?;
    check_classes(image)
}

fn check_sizes(image: &Image) -> Result<(), VerifyError> {
    for (section, count, max) in [
        ("functions", image.functions.len(), limits::FUNCTIONS_MAX),
        ("classes", image.classes.len(), limits::CLASSES_MAX),
        ("strings", image.strings.len(), limits::STRINGS_MAX),
        ("numbers", image.numbers.len(), limits::NUMBERS_MAX),
        ("sigs", image.sigs.len(), limits::SIGS_MAX),
        ("members", image.members.len(), limits::MEMBERS_MAX),
        ("imports", image.imports.len(), limits::IMPORTS_MAX),
        ("files", image.files.len(), limits::FILES_MAX),
    ] {
        at_most("rows", count, max).map_err(in_row(section, 0))?;
    }
    Ok(())
}

fn check_constants(image: &Image) -> Result<(), VerifyError> {
    let mut units = Pool::new("string_units", image.string_units.len());
    for (row, string) in image.strings.iter().enumerate() {
        let range = Range {
            start: string.start,
            count: string.count,
        };
        units
            .take(range)
            .and_then(|()| at_most("units", string.count as usize, limits::STRING_UNITS_MAX))
            .map_err(in_row("strings", row))?;
    }
    let mut params = Pool::new("sig_params", image.sig_params.len());
    for (row, sig) in image.sigs.iter().enumerate() {
        params
            .take(sig.params)
            .and_then(|()| at_most("parameters", sig.params.count as usize, limits::PARAMS_MAX))
            .map_err(in_row("sigs", row))?;
    }
    let mut children = Pool::new("desc_children", image.desc_children.len());
    for (row, desc) in image.descs.iter().enumerate() {
        children.take(desc.children).map_err(in_row("descs", row))?;
    }
    units.finish()?;
    params.finish()?;
    children.finish()?;
    check_names(image)
}

fn check_names(image: &Image) -> Result<(), VerifyError> {
    for name in image.names() {
        let units = image.units(name).len();
        at_most("units of a name", units, limits::NAME_UNITS_MAX)
            .map_err(in_row("strings", name as usize))?;
    }
    Ok(())
}

fn check_functions(image: &Image) -> Result<(), VerifyError> {
    let mut slots = Pool::new("slots", image.slots.len());
    let mut code = Pool::new("code", image.code.len());
    let mut handlers = Pool::new("handlers", image.handlers.len());
    let mut lines = Pool::new("lines", image.lines.len());
    for (row, function) in image.functions.iter().enumerate() {
        slots
            .take(function.params)
            .and_then(|()| slots.take(function.locals))
            .and_then(|()| code.take(function.code))
            .and_then(|()| handlers.take(function.handlers))
            .and_then(|()| lines.take(function.lines))
            .map_err(in_row("functions", row))?;
    }
    for (row, import) in image.imports.iter().enumerate() {
        slots.take(import.params).map_err(in_row("imports", row))?;
    }
    slots.finish()?;
    code.finish()?;
    handlers.finish()?;
    lines.finish()
}

fn check_classes(image: &Image) -> Result<(), VerifyError> {
    let mut fields = Pool::new("fields", image.fields.len());
    let mut methods = Pool::new("methods", image.methods.len());
    let mut spans = Pool::new("ref_spans", image.ref_spans.len());
    for (row, class) in image.classes.iter().enumerate() {
        fields
            .take(class.fields)
            .and_then(|()| methods.take(class.methods))
            .and_then(|()| spans.take(class.ref_spans))
            .map_err(in_row("classes", row))?;
    }
    fields.finish()?;
    methods.finish()?;
    spans.finish()
}
