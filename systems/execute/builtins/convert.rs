//! `String(x)` and `Number(x)` of values whose type is known only at run time.

use super::{Outcome, float, numbers, parse, reference};
use crate::execute::errors::Halt;
use crate::execute::machine::Machine;
use raya_bytecode::image::{CLASS_CLOSURE, CLASS_ERROR, CLASS_TUPLE};
use raya_bytecode::slot::{NULL, Slot, TAG_BOOLEAN, TAG_NUMBER, UNDEFINED};
use raya_storages::layout::Kind;

/// Arrays within arrays at most.
const DEPTH_MAX: usize = 400;

pub(super) fn to_str(m: &mut Machine<'_>, value: (u64, u32)) -> Outcome {
    let known = m.program.well_known;
    match value.1 {
        UNDEFINED => reference(known.undefined),
        NULL => reference(known.null),
        TAG_NUMBER => numbers::to_str(m, f64::from_bits(value.0)),
        TAG_BOOLEAN => reference(m.bool_text(value.0 != 0)),
        r if m.is_type(r, Slot::STR) => reference(r),
        _ => {
            let mut out = Vec::new();
            append(m, value, &mut Vec::new(), &mut out)?;
            reference(m.new_units(&out)?)
        }
    }
}

/// Appends `String(value)`; `within` are the arrays around it, which JavaScript shows as empty inside themselves.
fn append(
    m: &mut Machine<'_>,
    value: (u64, u32),
    within: &mut Vec<u32>,
    out: &mut Vec<u16>,
) -> Result<(), Halt> {
    m.pay(4);
    m.check_text(out.len())?;
    let r = value.1;
    if r <= TAG_BOOLEAN {
        out.extend(primitive_text(value).encode_utf16());
        return Ok(());
    }
    match m.kind(r) {
        Some(Kind::Latin1 | Kind::Utf16 | Kind::Rope) => {
            m.check_text(out.len() + m.text_len(r) as usize)?;
            m.pay(u64::from(m.text_len(r)) / 4);
            m.pay_for_parts(&[r]);
            out.extend(m.copy_units(r));
        }
        Some(kind) if kind.is_array() || kind == Kind::Typed => append_array(m, r, within, out)?,
        Some(Kind::Promise) => out.extend("[object Promise]".encode_utf16()),
        Some(Kind::Object) => {
            let class = m.class(r).expect("an object has a class");
            match m.program.classes[usize::from(class)].kind {
                CLASS_TUPLE => append_array(m, r, within, out)?,
                CLASS_ERROR => {
                    let text = m.error_headline(r);
                    m.pay(text.len() as u64 / 4);
                    out.extend(text);
                }
                CLASS_CLOSURE => out.extend("[Function]".encode_utf16()),
                _ => out.extend("[object Object]".encode_utf16()),
            }
        }
        _ => out.extend("[object Object]".encode_utf16()),
    }
    Ok(())
}

fn append_array(
    m: &mut Machine<'_>,
    array: u32,
    within: &mut Vec<u32>,
    out: &mut Vec<u16>,
) -> Result<(), Halt> {
    if within.contains(&array) {
        return Ok(());
    }
    if within.len() >= DEPTH_MAX {
        return Err(Halt::range_error("Maximum call stack size exceeded"));
    }
    within.push(array);
    for index in 0..m.element_count(array) {
        if index > 0 {
            out.push(u16::from(b','));
        }
        let element = m.element(array, index);
        if element.1 > NULL {
            append(m, element, within, out)?;
        }
    }
    within.pop();
    Ok(())
}

/// What `String` gives for undefined, null, a number or a boolean.
pub(super) fn primitive_text(value: (u64, u32)) -> String {
    match value.1 {
        UNDEFINED => "undefined".to_owned(),
        NULL => "null".to_owned(),
        TAG_NUMBER => numbers::text(f64::from_bits(value.0)),
        _ => (value.0 != 0).to_string(),
    }
}

/// Properties in JavaScript's order: those that are array indices by number, then the others as they were.
pub(super) fn in_key_order(mut fields: Vec<(usize, Vec<u16>)>) -> Vec<(usize, Vec<u16>)> {
    let index = |name: &[u16]| {
        let text = String::from_utf16_lossy(name);
        text.parse::<u32>()
            .ok()
            .filter(|i| *i != u32::MAX && i.to_string() == text)
    };
    fields.sort_by_key(|(_, name)| index(name).map_or(u64::MAX, u64::from));
    fields
}

impl Machine<'_> {
    /// How many elements an array, typed array or tuple has.
    pub fn element_count(&self, array: u32) -> usize {
        match self.class(array) {
            Some(class) => self.program.classes[usize::from(class)].fields.count as usize,
            None => self.array_len(array) as usize,
        }
    }

    /// An element of an array, typed array or tuple, as a mixed pair; undefined where there is none: the parts of a forged `Map` need
    /// not be of one length.
    pub fn element(&self, array: u32, index: usize) -> (u64, u32) {
        if index >= self.element_count(array) {
            return (0, UNDEFINED);
        }
        if self.class(array).is_some() {
            return self.field_value(array, index);
        }
        let number = |value: f64| (value.to_bits(), TAG_NUMBER);
        match self.kind(array) {
            Some(Kind::ArrayF64) => number(self.heap.f64s(array)[index]),
            Some(Kind::ArrayI32) => number(f64::from(self.heap.i32s(array)[index])),
            Some(Kind::ArrayBool) => (u64::from(self.heap.bools(array)[index]), TAG_BOOLEAN),
            Some(Kind::ArrayRef) => (0, self.heap.refs(array)[index]),
            Some(Kind::ArrayMixed) => {
                let (nums, refs) = self.heap.mixed(array);
                (nums[index], refs[index])
            }
            Some(Kind::Typed) => {
                let bytes = self.heap.typed_bytes(array);
                number(self.heap.element_of(array).read(bytes, index))
            }
            _ => (0, UNDEFINED),
        }
    }

    /// A field of an instance by its number, as a mixed pair.
    pub fn field_value(&self, object: u32, index: usize) -> (u64, u32) {
        let class = self.class(object).expect("only instances have fields");
        let first = self.program.classes[usize::from(class)].fields.start as usize;
        let field = self.program.image.fields[first + index];
        let num = if field.slot.has_num() {
            self.field_num(object, field.num_offset)
        } else {
            0
        };
        let reference = if field.slot.has_ref() {
            self.field_ref(object, field.ref_offset)
        } else {
            0
        };
        crate::execute::errors::as_mixed((num, reference), field.slot)
    }

    /// A string field by name; nothing if there is none or it is no string.
    pub fn text_field(&self, object: u32, name: &str) -> Option<u32> {
        let class = self.class(object)?;
        let offset = self.field_named(u32::from(class), name, Slot::STR)?;
        let text = self.field_ref(object, offset);
        (text > NULL).then_some(text)
    }

    /// `Error.prototype.toString`.
    pub fn error_headline(&self, error: u32) -> Vec<u16> {
        let units = |name: &str| {
            self.text_field(error, name)
                .map(|t| self.copy_units(t))
                .unwrap_or_default()
        };
        let (mut name, message) = (units("name"), units("message"));
        if !name.is_empty() && !message.is_empty() {
            name.extend(": ".encode_utf16());
        }
        name.extend(message);
        name
    }
}

pub(super) fn to_num(m: &mut Machine<'_>, value: (u64, u32)) -> Outcome {
    float(match value.1 {
        UNDEFINED => f64::NAN,
        NULL => 0.0,
        TAG_NUMBER => f64::from_bits(value.0),
        TAG_BOOLEAN => value.0 as f64,
        r if m.is_type(r, Slot::STR) => parse::text_number(m, r)?,
        r if m.kind(r).is_some_and(|k| k.is_array() || k == Kind::Typed) => {
            let (_, text) = to_str(m, value)?;
            parse::text_number(m, text)?
        }
        _ => f64::NAN,
    })
}
