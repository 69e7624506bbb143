//! What `console.log` prints: Node's `util.inspect` with its default options, rule for rule.
//!
//! Depth 2, 100 elements, 80 columns, up to three inner levels on a line, long arrays in columns. Text is UTF-16 units
//! throughout, so that lengths are JavaScript's. Absent: getters, symbols, colours.

use super::quote::inspect_quoted;
use super::{Outcome, convert, reference};
use crate::execute::errors::Halt;
use crate::execute::machine::Machine;
use raya_bytecode::image::{
    CLASS_CLOSURE, CLASS_ERROR, CLASS_MAP, CLASS_NOMINAL, CLASS_SET, CLASS_SHAPE, CLASS_TUPLE,
    FIELD_HIDDEN, FIELD_OPTIONAL, Field,
};
use raya_bytecode::slot::{NULL, Slot, TAG_BOOLEAN, TAG_NUMBER, UNDEFINED};
use raya_storages::layout::{Kind, PROMISE_PENDING, PROMISE_REJECTED};

/// Levels shown in full below the top.
const DEPTH_MAX: usize = 2;
/// Elements shown of an array, map or set.
const ELEMENTS_MAX: usize = 100;
/// Where lines are broken.
const LINE_MAX: usize = 80;
/// Inner levels that may share a line.
const COMPACT: usize = 3;
/// Strings up to this length are never split at their line breaks.
const SPLIT_MIN: usize = 16;

type Units = Vec<u16>;

fn units(text: &str) -> Units {
    text.encode_utf16().collect()
}

pub(super) fn inspect(m: &mut Machine<'_>, value: (u64, u32)) -> Outcome {
    if value.1 > TAG_BOOLEAN && m.is_type(value.1, Slot::STR) {
        return reference(value.1);
    }
    let mut writer = Writer {
        m,
        indent: 0,
        current_depth: 0,
        written: 0,
        seen: Vec::new(),
        circular: Vec::new(),
    };
    let text = writer.value(value, 0)?;
    reference(m.new_units(&text)?)
}

/// What the parts of a value are between.
struct Braces {
    open: Units,
    close: &'static str,
    /// Arrays are grouped in columns; what is counted is padded as numbers or as text.
    is_array: bool,
    /// Stands before the opening brace: an error's stack.
    base: Units,
}

impl Braces {
    fn new(open: Units, close: &'static str) -> Braces {
        Braces {
            open,
            close,
            is_array: false,
            base: Units::new(),
        }
    }
}

struct Writer<'w, 'a> {
    m: &'w mut Machine<'a>,
    indent: usize,
    current_depth: usize,
    /// Units of the strings so far: what shows them has to fit in the heap.
    written: usize,
    seen: Vec<u32>,
    /// Objects that refer to themselves, by the number they are shown with.
    circular: Vec<u32>,
}

impl Writer<'_, '_> {
    fn value(&mut self, value: (u64, u32), depth: usize) -> Result<Units, Halt> {
        self.m.pay(8);
        let r = value.1;
        if r <= TAG_BOOLEAN {
            let is_minus_zero = r == TAG_NUMBER && value.0 == (-0.0f64).to_bits();
            return Ok(units(&if is_minus_zero {
                "-0".into()
            } else {
                convert::primitive_text(value)
            }));
        }
        if self.m.is_type(r, Slot::STR) {
            return self.string(r);
        }
        if self.seen.contains(&r) {
            let at = self
                .circular
                .iter()
                .position(|c| *c == r)
                .unwrap_or_else(|| {
                    self.circular.push(r);
                    self.circular.len() - 1
                });
            return Ok(units(&format!("[Circular *{}]", at + 1)));
        }
        self.object(r, depth)
    }

    fn string(&mut self, r: u32) -> Result<Units, Halt> {
        self.written += self.m.text_len(r) as usize;
        self.m.check_text(self.written)?;
        self.m.pay_for_parts(&[r]);
        let text = self.m.copy_units(r);
        self.m.pay(text.len() as u64 / 4);
        let mut out = Units::new();
        if text.len() <= SPLIT_MIN || text.len() + self.indent + 4 <= LINE_MAX {
            inspect_quoted(&text, &mut out);
            return Ok(out);
        }
        let separator = units(&format!(" +\n{}", " ".repeat(self.indent + 2)));
        for (i, line) in text.split_inclusive(|u| *u == u16::from(b'\n')).enumerate() {
            if i > 0 {
                out.extend(&separator);
            }
            self.m.check_text(out.len())?;
            inspect_quoted(line, &mut out);
        }
        Ok(out)
    }

    fn object(&mut self, r: u32, depth: usize) -> Result<Units, Halt> {
        match self.m.kind(r) {
            Some(kind) if kind.is_array() => self.array(r, depth),
            Some(Kind::Typed) => self.typed(r, depth),
            Some(Kind::Promise) => self.promise(r, depth),
            Some(Kind::Object) => self.instance(r, depth),
            _ => Ok(units("[Object]")),
        }
    }

    /// Shows the parts of an object between its braces; beyond the depth, only `name`.
    fn within(
        &mut self,
        r: u32,
        depth: usize,
        name: &str,
        braces: Braces,
        parts: impl FnOnce(&mut Self, usize) -> Result<Vec<Units>, Halt>,
    ) -> Result<Units, Halt> {
        if depth > DEPTH_MAX {
            return Ok(units(&format!("[{name}]")));
        }
        let depth = depth + 1;
        self.seen.push(r);
        self.current_depth = depth;
        let parts = parts(self, depth)?;
        self.seen.pop();
        let numbers = braces.is_array && self.all_numbers(r, parts.len());
        let mut braces = braces;
        if let Some(at) = self.circular.iter().position(|c| *c == r) {
            let mut mark = units(&format!("<ref *{}>", at + 1));
            if !braces.base.is_empty() {
                mark.push(u16::from(b' '));
            }
            braces.base.splice(0..0, mark);
        }
        let length: usize = parts.iter().map(Vec::len).sum();
        self.m.check_text(length)?;
        self.m.pay(length as u64 / 8);
        Ok(self.reduce(parts, braces, depth, numbers))
    }

    /// Whether the first elements are all numbers, as many as there are parts.
    fn all_numbers(&self, r: u32, parts: usize) -> bool {
        let looked_at = self.m.element_count(r).min(parts);
        (0..looked_at).all(|i| self.m.element(r, i).1 == TAG_NUMBER)
    }

    /// Joins parts on one line where they fit, else one a line.
    fn reduce(&self, parts: Vec<Units>, braces: Braces, depth: usize, numbers: bool) -> Units {
        let entries = parts.len();
        let parts = if braces.is_array && entries > 6 {
            self.group(parts, numbers)
        } else {
            parts
        };
        let mut out = braces.base.clone();
        if !out.is_empty() {
            out.push(u16::from(b' '));
        }
        out.extend(&braces.open);
        if self.current_depth - depth < COMPACT && entries == parts.len() {
            let start = parts.len() + self.indent + braces.open.len() + braces.base.len() + 10;
            let total = parts.iter().map(Vec::len).sum::<usize>() + parts.len() + start;
            let one_line = !parts.iter().any(|p| p.contains(&u16::from(b'\n')));
            let base_fits = !braces.base.contains(&u16::from(b'\n'));
            if total <= LINE_MAX && one_line && base_fits {
                out.push(u16::from(b' '));
                out.extend(join(&parts, &units(", ")));
                out.extend(units(&format!(" {}", braces.close)));
                return out;
            }
        }
        let line = format!("\n{}", " ".repeat(self.indent));
        out.extend(units(&format!("{line}  ")));
        out.extend(join(&parts, &units(&format!(",{line}  "))));
        out.extend(units(&format!("{line}{}", braces.close)));
        out
    }

    /// Arranges an array's elements in columns, as `groupArrayElements` does.
    fn group(&self, parts: Vec<Units>, numbers: bool) -> Vec<Units> {
        let has_more = parts.len() > ELEMENTS_MAX;
        let count = parts.len() - usize::from(has_more);
        let lengths: Vec<usize> = parts[..count].iter().map(Vec::len).collect();
        let total: usize = lengths.iter().map(|l| l + 2).sum();
        let longest = lengths.iter().copied().max().unwrap_or(0);
        let width = longest + 2;
        if width * 3 + self.indent >= LINE_MAX
            || (total as f64 / width as f64 <= 5.0 && longest > 6)
        {
            return parts;
        }
        let columns = self.columns(width, total, parts.len(), count);
        if columns <= 1 {
            return parts;
        }
        let widths: Vec<usize> = (0..columns)
            .map(|c| {
                lengths
                    .iter()
                    .skip(c)
                    .step_by(columns)
                    .copied()
                    .max()
                    .unwrap_or(0)
                    + 2
            })
            .collect();
        let mut rows: Vec<Units> = parts[..count]
            .chunks(columns)
            .map(|row| arrange(row, &widths, numbers))
            .collect();
        if has_more {
            rows.push(parts[count].clone());
        }
        rows
    }

    fn columns(&self, width: usize, total: usize, entries: usize, count: usize) -> usize {
        let width = width as f64;
        let bias = libm::sqrt(width - total as f64 / entries as f64);
        let biased = (width - 3.0 - bias).max(1.0);
        let square =
            crate::execute::floats::round(libm::sqrt(2.5 * biased * count as f64) / biased);
        let fits = libm::floor((LINE_MAX - self.indent) as f64 / width);
        square.min(fits).min(COMPACT as f64 * 4.0).min(15.0) as usize
    }

    /// A value inside another, indented by 2.
    fn inner(&mut self, value: (u64, u32), depth: usize) -> Result<Units, Halt> {
        self.indent += 2;
        let text = self.value(value, depth);
        self.indent -= 2;
        text
    }

    fn array(&mut self, r: u32, depth: usize) -> Result<Units, Halt> {
        self.elements(r, depth, "Array", "[")
    }

    fn typed(&mut self, r: u32, depth: usize) -> Result<Units, Halt> {
        let name = self.m.heap.element_of(r).class_name();
        let open = format!("{name}({}) [", self.m.element_count(r));
        self.elements(r, depth, name, &open)
    }

    /// What has elements, behind an opening bracket.
    fn elements(&mut self, r: u32, depth: usize, name: &str, open: &str) -> Result<Units, Halt> {
        let count = self.m.element_count(r);
        if count == 0 {
            return Ok(units(&format!("{open}]")));
        }
        let braces = Braces {
            is_array: true,
            ..Braces::new(units(open), "]")
        };
        self.within(r, depth, name, braces, |w, depth| {
            let shown = count.min(ELEMENTS_MAX);
            let mut parts = Vec::with_capacity(shown + 1);
            for i in 0..shown {
                let element = w.m.element(r, i);
                parts.push(w.inner(element, depth)?);
            }
            parts.extend(more_items(count));
            Ok(parts)
        })
    }

    fn promise(&mut self, r: u32, depth: usize) -> Result<Units, Halt> {
        self.within(
            r,
            depth,
            "Promise",
            Braces::new(units("Promise {"), "}"),
            |w, depth| {
                let state = w.m.promise_state(r);
                if state == PROMISE_PENDING {
                    return Ok(vec![units("<pending>")]);
                }
                let value = w.m.promise_value(r);
                let mut text = if state == PROMISE_REJECTED {
                    units("<rejected> ")
                } else {
                    Units::new()
                };
                text.extend(w.inner(value, depth)?);
                Ok(vec![text])
            },
        )
    }

    fn instance(&mut self, r: u32, depth: usize) -> Result<Units, Halt> {
        let class = self.m.class(r).expect("an object has a class");
        match self.m.program.classes[usize::from(class)].kind {
            CLASS_TUPLE => self.array(r, depth),
            CLASS_CLOSURE => Ok(self.function(class)),
            CLASS_ERROR => self.error(r, class, depth),
            CLASS_MAP => self.table(r, class, depth, "Map", true),
            CLASS_SET => self.table(r, class, depth, "Set", false),
            CLASS_NOMINAL => {
                let name = self.class_name(class);
                self.fields(r, class, depth, &name, &format!("{name} {{"))
            }
            _ => self.fields(r, class, depth, "Object", "{"),
        }
    }

    /// A class's name without its type arguments.
    fn class_name(&self, class: u16) -> String {
        let image = &self.m.program.image;
        let name = image.text(image.classes[usize::from(class)].name);
        name.split('<').next().unwrap_or_default().to_owned()
    }

    fn function(&self, class: u16) -> Units {
        let image = &self.m.program.image;
        let function = image.classes[usize::from(class)].function;
        let name = image
            .functions
            .get(function as usize)
            .map(|f| image.text(f.name))
            .unwrap_or_default();
        let name = name.rsplit('.').next().unwrap_or_default();
        let is_name = name
            .chars()
            .next()
            .is_some_and(|c| c.is_alphabetic() || c == '_' || c == '$');
        units(&if is_name {
            format!("[Function: {name}]")
        } else {
            "[Function (anonymous)]".into()
        })
    }

    fn fields(
        &mut self,
        r: u32,
        class: u16,
        depth: usize,
        name: &str,
        open: &str,
    ) -> Result<Units, Halt> {
        let shown = self.shown_fields(r, class, &[]);
        if shown.is_empty() {
            return Ok(units(&format!("{open}}}")));
        }
        let braces = Braces::new(units(open), "}");
        self.within(r, depth, name, braces, |w, depth| {
            w.properties(r, &shown, depth)
        })
    }

    /// The fields of an instance that are shown, by number and with their names; `hidden` names are left out.
    fn shown_fields(&self, r: u32, class: u16, hidden: &[&str]) -> Vec<(usize, Units)> {
        let image = &self.m.program.image;
        let fields: &[Field] = &image.fields[image.classes[usize::from(class)].fields.indices()];
        // A class's fields are always there; an object literal has only what it was written with.
        let is_shape = image.classes[usize::from(class)].kind == CLASS_SHAPE;
        let is_shown = |index: usize, field: &Field| {
            let is_missing = || self.m.field_value(r, index).1 == UNDEFINED;
            let name = image.text(field.name);
            let is_left_out = is_shape && field.flags & FIELD_OPTIONAL != 0 && is_missing();
            field.flags & FIELD_HIDDEN == 0
                && !is_left_out
                && !name.starts_with("__")
                && !hidden.contains(&name.as_str())
        };
        let shown = fields.iter().enumerate().filter(|(i, f)| is_shown(*i, f));
        let named = shown.map(|(i, f)| (i, image.units(f.name).to_vec()));
        convert::in_key_order(named.collect())
    }

    fn properties(
        &mut self,
        r: u32,
        shown: &[(usize, Units)],
        depth: usize,
    ) -> Result<Vec<Units>, Halt> {
        let mut parts = Vec::with_capacity(shown.len());
        for (index, name) in shown {
            let value = self.m.field_value(r, *index);
            let mut part = key(name);
            part.extend(units(": "));
            part.extend(self.inner(value, depth)?);
            parts.push(part);
        }
        Ok(parts)
    }

    fn error(&mut self, r: u32, class: u16, depth: usize) -> Result<Units, Halt> {
        for name in ["name", "message", "stack", "__trace"] {
            let text = self.m.text_field(r, name);
            let length = text.map_or(0, |text| self.m.text_len(text));
            self.written += length as usize;
            self.m.pay(u64::from(length) / 4);
            self.m.pay_for_parts(text.as_slice());
        }
        self.m.check_text(self.written)?;
        let mut base = self.m.error_headline(r);
        let own = |name: &str| self.m.text_field(r, name).map(|t| self.m.copy_units(t));
        match (own("stack"), own("__trace")) {
            (Some(stack), _) => base = stack,
            (None, Some(trace)) if !trace.is_empty() => {
                base.push(u16::from(b'\n'));
                base.extend(trace);
            }
            _ => {}
        }
        let frames = units("\n    at");
        if !base.windows(frames.len()).any(|w| w == frames) {
            base.insert(0, u16::from(b'['));
            base.push(u16::from(b']'));
        }
        if self.indent > 0 {
            base = self.indented(&base)?;
        }
        let mut shown =
            self.shown_fields(r, class, &["name", "message", "stack", "cause", "errors"]);
        for (index, name) in self.shown_fields(r, class, &[]) {
            let is_there = self.m.field_value(r, index).1 != UNDEFINED;
            if is_there && [units("cause"), units("errors")].contains(&name) {
                shown.push((
                    index,
                    units(&format!("[{}]", String::from_utf16_lossy(&name))),
                ));
            }
        }
        if shown.is_empty() {
            return Ok(base);
        }
        let name = self.class_name(class);
        let braces = Braces {
            base,
            ..Braces::new(units("{"), "}")
        };
        self.within(r, depth, &name, braces, |w, depth| {
            w.properties(r, &shown, depth)
        })
    }

    /// Text with every line but the first indented.
    fn indented(&self, text: &[u16]) -> Result<Units, Halt> {
        let mut out = Units::with_capacity(text.len());
        for unit in text {
            out.push(*unit);
            if *unit == u16::from(b'\n') {
                out.resize(out.len() + self.indent, u16::from(b' '));
                self.m.check_text(out.len())?;
            }
        }
        Ok(out)
    }

    /// A `Map` or `Set` of the prelude.
    fn table(
        &mut self,
        r: u32,
        class: u16,
        depth: usize,
        name: &str,
        is_map: bool,
    ) -> Result<Units, Halt> {
        let field = |name: &str| self.ref_field(r, class, name);
        let (keys, order, values) = (field("__keys"), field("__order"), field("__values"));
        let count = if order > NULL {
            self.m.element_count(order)
        } else {
            0
        };
        let is_live = |m: &Machine<'_>, i: usize| f64::from_bits(m.element(order, i).0) >= 0.0;
        let live: Vec<usize> = (0..count).filter(|i| is_live(self.m, *i)).collect();
        self.m.pay(count as u64);
        let shown_name = match self.class_name(class) {
            own if own.is_empty() || own == name => format!("{name}({})", live.len()),
            own => format!("{own}({}) [{name}]", live.len()),
        };
        if live.is_empty() {
            return Ok(units(&format!("{shown_name} {{}}")));
        }
        let braces = Braces::new(units(&format!("{shown_name} {{")), "}");
        self.within(r, depth, name, braces, |w, depth| {
            let mut parts = Vec::new();
            for i in live.iter().copied().take(ELEMENTS_MAX) {
                let key = w.m.element(keys, i);
                let mut part = w.inner(key, depth)?;
                if is_map {
                    let value = w.m.element(values, i);
                    part.extend(units(" => "));
                    part.extend(w.inner(value, depth)?);
                }
                parts.push(part);
            }
            parts.extend(more_items(live.len()));
            Ok(parts)
        })
    }

    /// A reference field by name; undefined if there is none.
    fn ref_field(&self, r: u32, class: u16, name: &str) -> u32 {
        let image = &self.m.program.image;
        let fields = &image.fields[image.classes[usize::from(class)].fields.indices()];
        let index = fields.iter().position(|f| image.is_text(f.name, name));
        index.map_or(UNDEFINED, |index| self.m.field_value(r, index).1)
    }
}

/// How many elements are not shown.
fn more_items(count: usize) -> Option<Units> {
    let more = count.checked_sub(ELEMENTS_MAX).filter(|more| *more > 0)?;
    Some(units(&format!(
        "... {more} more item{}",
        if more > 1 { "s" } else { "" }
    )))
}

/// A property's name: in quotes unless it is an identifier.
fn key(name: &[u16]) -> Units {
    let text = String::from_utf16_lossy(name);
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let starts_well = text
        .chars()
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    if text == "[cause]" || text == "[errors]" || starts_well && text.chars().all(is_word) {
        return name.to_vec();
    }
    let mut out = Units::new();
    inspect_quoted(name, &mut out);
    out
}

fn join(parts: &[Units], separator: &[u16]) -> Units {
    let mut out = Units::new();
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            out.extend(separator);
        }
        out.extend(part);
    }
    out
}

/// One line of grouped elements: numbers to the right, others to the left.
fn arrange(row: &[Units], widths: &[usize], numbers: bool) -> Units {
    let mut line = Units::new();
    for (i, part) in row.iter().enumerate() {
        let is_last = i + 1 == row.len();
        let mut cell = part.clone();
        if !is_last {
            cell.extend(units(", "));
        }
        let width = if is_last { widths[i] - 2 } else { widths[i] };
        let padding = vec![u16::from(b' '); width.saturating_sub(cell.len())];
        match (numbers, is_last) {
            (true, _) => {
                line.extend(padding);
                line.extend(cell);
            }
            (false, false) => {
                line.extend(cell);
                line.extend(padding);
            }
            (false, true) => line.extend(cell),
        }
    }
    line
}
