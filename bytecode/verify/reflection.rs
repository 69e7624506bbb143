//! Types for reflection, imports, exports and the entry.

use super::classes::callable;
use super::error::{Problem, VerifyError, at_most, exists, in_row, rule};
use super::functions::{check_sig, params};
use super::types::expect_result;
use crate::elements::{ELEMENTS, Element};
use crate::image::*;
use crate::limits;
use crate::slot::Slot;

/// Checks what embedders and other programs see of a program.
pub fn check(image: &Image) -> Result<(), VerifyError> {
    for (row, desc) in image.descs.iter().enumerate() {
        check_desc(image, row as u32, desc).map_err(in_row("descs", row))?;
    }
    for (row, import) in image.imports.iter().enumerate() {
        check_import(image, import).map_err(in_row("imports", row))?;
    }
    for (row, export) in image.exports.iter().enumerate() {
        check_export(image, export).map_err(in_row("exports", row))?;
    }
    check_entry(image).map_err(in_row("entry", 0))
}

/// Children come before their parent, so there are no cycles but through classes.
fn check_desc(image: &Image, id: u32, desc: &Desc) -> Result<(), Problem> {
    let children = &image.desc_children[desc.children.indices()];
    rule(
        children.iter().all(|child| *child < id),
        "a type's parts must come before it",
    )?;
    match desc.tag {
        DESC_STRING_LITERAL | DESC_PARAM | DESC_HANDLE => {
            exists("string", desc.arg, image.strings.len())?
        }
        DESC_TUPLE | DESC_OBJECT | DESC_CLASS => {
            exists("class", desc.arg, image.classes.len())?;
        }
        DESC_TYPED => exists("kind of typed array", desc.arg, ELEMENTS.len())?,
        DESC_UNKNOWN..=DESC_PARAM => rule(desc.arg == 0, "arg must be 0 for this type")?,
        _ => return Err(Problem::Rule("unknown tag of a type")),
    }
    let fits = match desc.tag {
        DESC_ARRAY | DESC_PROMISE | DESC_SET => children.len() == 1,
        DESC_MAP => children.len() == 2,
        DESC_UNION | DESC_FUNCTION => !children.is_empty(),
        DESC_TUPLE | DESC_OBJECT | DESC_CLASS => true,
        _ => children.is_empty(),
    };
    rule(fits, "wrong number of parts for this type")
}

fn check_import(image: &Image, import: &Import) -> Result<(), Problem> {
    exists("string", import.module, image.strings.len())?;
    exists("string", import.name, image.strings.len())?;
    rule(import.reserved == 0, "reserved must be 0")?;
    expect_result(image, import.ret)?;
    let params = &image.slots[import.params.indices()];
    at_most("parameters", params.len(), limits::PARAMS_MAX)?;
    check_sig(image, import.sig, params, import.ret)?;
    let desc = function_desc(image, import.desc)?;
    let types = &image.desc_children[desc.children.indices()];
    rule(
        types.len() == params.len() + 1,
        "its type must have its parameters and its result",
    )?;
    let slots = params.iter().chain([&import.ret]);
    rule(
        types
            .iter()
            .zip(slots)
            .all(|(desc, slot)| represents(&image.descs[*desc as usize], *slot)),
        "its type does not fit its slots",
    )
}

pub fn function_desc(image: &Image, desc: u32) -> Result<&Desc, Problem> {
    exists("desc", desc, image.descs.len())?;
    let desc = &image.descs[desc as usize];
    rule(
        desc.tag == DESC_FUNCTION,
        "its type must be that of a function",
    )?;
    Ok(desc)
}

/// Whether values of a written type can stand in a slot.
fn represents(desc: &Desc, slot: Slot) -> bool {
    match desc.tag {
        DESC_VOID | DESC_NEVER => slot == Slot::VOID || slot.has_ref(),
        DESC_BOOLEAN => slot == Slot::BOOL,
        DESC_NUMBER => slot == Slot::F64,
        DESC_INT => slot == Slot::I32,
        DESC_STRING | DESC_STRING_LITERAL => slot == Slot::STR,
        DESC_PROMISE => slot == Slot::PROMISE,
        DESC_FUNCTION => slot == Slot::FUNC,
        DESC_HANDLE => slot == Slot::HANDLE,
        DESC_TYPED => Element::from_number(desc.arg).is_some_and(|e| e.slot() == slot),
        DESC_UNKNOWN | DESC_UNION | DESC_PARAM => slot != Slot::VOID,
        _ => slot.has_ref(),
    }
}

fn check_export(image: &Image, export: &Export) -> Result<(), Problem> {
    exists("string", export.name, image.strings.len())?;
    exists("desc", export.desc, image.descs.len())?;
    match export.kind {
        EXPORT_FUNCTION => {
            callable(image, export.index)?;
            function_desc(image, export.desc).map(|_| ())
        }
        EXPORT_CLASS => exists("class", export.index, image.classes.len()),
        EXPORT_GLOBAL => {
            exists("class", image.entry.globals, image.classes.len())?;
            let globals = &image.classes[image.entry.globals as usize];
            exists("global", export.index, globals.fields.count as usize)
        }
        _ => Err(Problem::Rule("unknown kind of export")),
    }
}

fn check_entry(image: &Image) -> Result<(), Problem> {
    let entry = &image.entry;
    exists("function", entry.init, image.functions.len())?;
    let init = &image.functions[entry.init as usize];
    rule(
        init.flags & FUNCTION_ASYNC != 0 && params(image, init).is_empty(),
        "the initialiser must be an async body without parameters",
    )?;
    rule(entry.reserved == 0, "reserved must be 0")?;
    expect_class(image, entry.globals, CLASS_GLOBALS)?;
    for error in [entry.error, entry.type_error, entry.range_error] {
        expect_optional(image, error, CLASS_ERROR)?;
    }
    expect_optional(image, entry.map, CLASS_MAP)?;
    expect_optional(image, entry.set, CLASS_SET)
}

fn expect_optional(image: &Image, class: u32, kind: u16) -> Result<(), Problem> {
    if class == NONE {
        return Ok(());
    }
    expect_class(image, class, kind)
}

fn expect_class(image: &Image, class: u32, kind: u16) -> Result<(), Problem> {
    exists("class", class, image.classes.len())?;
    rule(
        image.classes[class as usize].kind == kind,
        "a class of the entry is of another kind",
    )
}
