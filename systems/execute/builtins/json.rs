//! `JSON.stringify`: data only, in the order of declaration; functions and undefined are left out.

use super::quote::{json_quoted, json_quoted_len};
use super::{Outcome, Window, convert, reference};
use crate::execute::errors::Halt;
use crate::execute::machine::Machine;
use raya_bytecode::image::{
    CLASS_CLOSURE, CLASS_ERROR, CLASS_MAP, CLASS_SET, CLASS_TUPLE, FIELD_HIDDEN, Field,
};
use raya_bytecode::slot::{NULL, Slot, TAG_BOOLEAN, TAG_NUMBER, UNDEFINED};
use raya_storages::layout::Kind;

/// Objects within objects at most.
const DEPTH_MAX: usize = 400;
/// Fuel for a field, written or not.
const FIELD_COST: u64 = 4;

pub(super) fn stringify(m: &mut Machine<'_>, w: Window<'_>) -> Outcome {
    let value = w.mixed(0, 0);
    let indent = if w.refs[1] > NULL {
        m.copy_units(w.refs[1])
    } else {
        Vec::new()
    };
    if is_left_out(m, value) {
        return reference(UNDEFINED);
    }
    let mut writer = Writer {
        m,
        indent,
        out: Vec::new(),
        within: Vec::new(),
    };
    writer.value(value)?;
    let out = writer.out;
    reference(m.new_units(&out)?)
}

/// Whether JSON has no form for a value: undefined and functions.
fn is_left_out(m: &Machine<'_>, value: (u64, u32)) -> bool {
    value.1 == UNDEFINED || value.1 > TAG_BOOLEAN && m.is_type(value.1, Slot::FUNC)
}

struct Writer<'w, 'a> {
    m: &'w mut Machine<'a>,
    indent: Vec<u16>,
    out: Vec<u16>,
    within: Vec<u32>,
}

impl Writer<'_, '_> {
    fn text(&mut self, text: &str) {
        self.out.extend(text.encode_utf16());
    }

    fn value(&mut self, value: (u64, u32)) -> Result<(), Halt> {
        self.m.pay(4);
        self.m.check_text(self.out.len())?;
        let r = value.1;
        if is_left_out(self.m, value) || r == TAG_NUMBER && !f64::from_bits(value.0).is_finite() {
            self.text("null");
            return Ok(());
        }
        if r <= TAG_BOOLEAN {
            let text = convert::primitive_text(value);
            self.text(&text);
            return Ok(());
        }
        match self.m.kind(r) {
            Some(Kind::Latin1 | Kind::Utf16 | Kind::Rope) => {
                self.m
                    .check_text(self.out.len() + self.m.text_len(r) as usize)?;
                self.m.pay_for_parts(&[r]);
                let units = self.m.copy_units(r);
                self.m.pay(units.len() as u64 / 2);
                self.m
                    .check_text(self.out.len() + json_quoted_len(&units))?;
                json_quoted(&units, &mut self.out);
                Ok(())
            }
            Some(kind) if kind.is_array() => self.array(r),
            Some(Kind::Typed) => self.typed(r),
            Some(Kind::Object) => self.object(r),
            _ => {
                self.text("{}");
                Ok(())
            }
        }
    }

    fn enter(&mut self, r: u32) -> Result<(), Halt> {
        if self.within.contains(&r) {
            return Err(Halt::type_error("Converting circular structure to JSON"));
        }
        if self.within.len() >= DEPTH_MAX {
            return Err(Halt::range_error("Maximum call stack size exceeded"));
        }
        self.within.push(r);
        Ok(())
    }

    /// A new line at the current depth, if there is an indent.
    fn line(&mut self) {
        if self.indent.is_empty() {
            return;
        }
        self.out.push(u16::from(b'\n'));
        for _ in 0..self.within.len() {
            self.out.extend_from_slice(&self.indent);
        }
        let units = self.within.len() * self.indent.len();
        self.m.pay(units as u64 / 8);
    }

    fn array(&mut self, r: u32) -> Result<(), Halt> {
        let count = self.m.element_count(r);
        if count == 0 {
            self.text("[]");
            return Ok(());
        }
        self.enter(r)?;
        self.text("[");
        for index in 0..count {
            if index > 0 {
                self.text(",");
            }
            self.line();
            let element = self.m.element(r, index);
            self.value(element)?;
        }
        self.within.pop();
        self.line();
        self.text("]");
        Ok(())
    }

    /// A typed array: an object whose names are the indices.
    fn typed(&mut self, r: u32) -> Result<(), Halt> {
        let count = self.m.element_count(r);
        if count == 0 {
            self.text("{}");
            return Ok(());
        }
        self.enter(r)?;
        self.text("{");
        for index in 0..count {
            if index > 0 {
                self.text(",");
            }
            self.line();
            let colon = if self.indent.is_empty() { ":" } else { ": " };
            self.text(&format!("\"{index}\"{colon}"));
            let element = self.m.element(r, index);
            self.value(element)?;
        }
        self.within.pop();
        self.line();
        self.text("}");
        Ok(())
    }

    fn object(&mut self, r: u32) -> Result<(), Halt> {
        let class = self.m.class(r).expect("an object has a class");
        let kind = self.m.program.classes[usize::from(class)].kind;
        if kind == CLASS_TUPLE {
            return self.array(r);
        }
        let shown = if matches!(kind, CLASS_MAP | CLASS_SET | CLASS_CLOSURE) {
            Vec::new()
        } else {
            let fields = self.m.program.classes[usize::from(class)].fields.count;
            self.m.pay(u64::from(fields) * FIELD_COST);
            self.shown_fields(r, class, kind == CLASS_ERROR)
        };
        if shown.is_empty() {
            self.text("{}");
            return Ok(());
        }
        self.enter(r)?;
        self.text("{");
        for (i, (index, name)) in shown.into_iter().enumerate() {
            if i > 0 {
                self.text(",");
            }
            self.line();
            json_quoted(&name, &mut self.out);
            self.text(if self.indent.is_empty() { ":" } else { ": " });
            let value = self.m.field_value(r, index);
            self.value(value)?;
        }
        self.within.pop();
        self.line();
        self.text("}");
        Ok(())
    }

    /// The fields that are written, by number and name. An error's own are not enumerable.
    fn shown_fields(&self, r: u32, class: u16, is_error: bool) -> Vec<(usize, Vec<u16>)> {
        let image = &self.m.program.image;
        let fields: &[Field] = &image.fields[image.classes[usize::from(class)].fields.indices()];
        let is_shown = |index: usize, field: &Field| {
            let name = image.text(field.name);
            let is_errors_own =
                is_error && ["name", "message", "stack", "cause"].contains(&name.as_str());
            field.flags & FIELD_HIDDEN == 0
                && !name.starts_with("__")
                && !is_errors_own
                && !is_left_out(self.m, self.m.field_value(r, index))
        };
        let shown = fields.iter().enumerate().filter(|(i, f)| is_shown(*i, f));
        let named = shown.map(|(i, f)| (i, image.units(f.name).to_vec()));
        convert::in_key_order(named.collect())
    }
}
