//! Types as TypeScript writes them: `(a: number, b: string[]) => Promise<void>`.
//!
//! Canonical: parameters are named `a`, `b`, … and members of a union stand in one order, so that two types are the
//! same if their texts are; capability signatures are compared so. Works on any image, also an unverified one: the
//! text is bounded in depth and length, and what is cut off or out of range shows as `…`.

use crate::elements::Element;
use crate::image::*;

/// Types are shown to this depth.
const DEPTH_MAX: usize = 8;
/// About as long may the text get.
const TEXT_MAX: usize = 4_000;

/// The type in `descs` at an index, as text.
pub fn describe(image: &Image, desc: u32) -> String {
    let mut writer = Writer {
        image,
        left: TEXT_MAX,
    };
    writer.desc(desc, 0)
}

struct Writer<'a> {
    image: &'a Image,
    /// What may still be written, counted at the leaves.
    left: usize,
}

impl Writer<'_> {
    fn desc(&mut self, id: u32, depth: usize) -> String {
        let Some(desc) = self.image.descs.get(id as usize).copied() else {
            return "…".into();
        };
        if depth > DEPTH_MAX || self.left == 0 {
            return "…".into();
        }
        let text = self.compound(&desc, depth + 1);
        self.left = self.left.saturating_sub(4);
        text
    }

    fn compound(&mut self, desc: &Desc, depth: usize) -> String {
        let parts = children(self.image, desc);
        match desc.tag {
            DESC_STRING_LITERAL => quote(&self.name(desc.arg)),
            DESC_ARRAY => format!("{}[]", self.part(parts.first(), depth, true)),
            DESC_TUPLE => format!("[{}]", self.list(parts, depth)),
            DESC_OBJECT => self.object(desc.arg, depth),
            DESC_CLASS => {
                let name = self.class_name(desc.arg);
                self.generic(&name, parts, depth)
            }
            DESC_UNION => self.union(parts, depth),
            DESC_FUNCTION => self.function(parts, depth),
            DESC_PROMISE => self.generic("Promise", parts, depth),
            DESC_MAP => self.generic("Map", parts, depth),
            DESC_SET => self.generic("Set", parts, depth),
            DESC_PARAM | DESC_HANDLE => self.name(desc.arg),
            DESC_TYPED => {
                Element::from_number(desc.arg).map_or("…".into(), |e| e.class_name().into())
            }
            tag => simple_name(tag).into(),
        }
    }

    /// A part, in parentheses where a union or function needs them.
    fn part(&mut self, id: Option<&u32>, depth: usize, tight: bool) -> String {
        let Some(&id) = id else { return "…".into() };
        let text = self.desc(id, depth);
        let tag = self.image.descs.get(id as usize).map(|d| d.tag);
        if tight && matches!(tag, Some(DESC_UNION | DESC_FUNCTION)) {
            format!("({text})")
        } else {
            text
        }
    }

    fn list(&mut self, parts: &[u32], depth: usize) -> String {
        let mut texts = Vec::new();
        for part in parts {
            if self.left == 0 {
                texts.push("…".into());
                break;
            }
            texts.push(self.part(Some(part), depth, false));
        }
        texts.join(", ")
    }

    fn generic(&mut self, name: &str, arguments: &[u32], depth: usize) -> String {
        if arguments.is_empty() {
            return name.into();
        }
        format!("{name}<{}>", self.list(arguments, depth))
    }

    fn object(&mut self, class: u32, depth: usize) -> String {
        let mut texts = Vec::new();
        for field in fields(self.image, class) {
            if field.flags & FIELD_HIDDEN != 0 {
                continue;
            }
            if self.left == 0 {
                texts.push("…".into());
                break;
            }
            let optional = if field.flags & FIELD_OPTIONAL != 0 {
                "?"
            } else {
                ""
            };
            let name = self.name(field.name);
            texts.push(format!(
                "{name}{optional}: {}",
                self.desc(field.desc, depth)
            ));
        }
        if texts.is_empty() {
            return "{}".into();
        }
        format!("{{ {} }}", texts.join("; "))
    }

    /// Members by text, `null` and `undefined` last, each once.
    fn union(&mut self, parts: &[u32], depth: usize) -> String {
        let mut texts = Vec::new();
        for part in parts {
            if self.left == 0 {
                texts.push("…".into());
                break;
            }
            texts.push(self.part(Some(part), depth, true));
        }
        let last = |text: &str| match text {
            "undefined" => 2,
            "null" => 1,
            _ => 0,
        };
        texts.sort_by(|a, b| (last(a), a).cmp(&(last(b), b)));
        texts.dedup();
        texts.join(" | ")
    }

    fn function(&mut self, parts: &[u32], depth: usize) -> String {
        let Some((result, params)) = parts.split_last() else {
            return "…".into();
        };
        let mut texts = Vec::new();
        for (i, param) in params.iter().enumerate() {
            if self.left == 0 {
                texts.push("…".into());
                break;
            }
            let text = self.part(Some(param), depth, false);
            texts.push(format!("{}: {text}", param_name(i)));
        }
        let result = self.part(Some(result), depth, false);
        format!("({}) => {result}", texts.join(", "))
    }

    fn class_name(&mut self, class: u32) -> String {
        match self.image.classes.get(class as usize) {
            Some(class) => self.name(class.name),
            None => "…".into(),
        }
    }

    /// A name, cut to what may still be written.
    fn name(&mut self, string: u32) -> String {
        let units = self.image.units(string);
        let shown = units.len().min(self.left);
        self.left -= shown;
        let mut text = String::from_utf16_lossy(&units[..shown]);
        if shown < units.len() {
            text.push('…');
        }
        text
    }
}

/// `a` to `z`, then `a1` and so on.
fn param_name(index: usize) -> String {
    let letter = char::from(b'a' + (index % 26) as u8);
    match index / 26 {
        0 => letter.into(),
        round => format!("{letter}{round}"),
    }
}

fn simple_name(tag: u32) -> &'static str {
    match tag {
        DESC_UNKNOWN => "unknown",
        DESC_VOID => "void",
        DESC_UNDEFINED => "undefined",
        DESC_NULL => "null",
        DESC_BOOLEAN => "boolean",
        DESC_NUMBER => "number",
        DESC_INT => "int",
        DESC_STRING => "string",
        DESC_NEVER => "never",
        _ => "…",
    }
}

fn children<'a>(image: &'a Image, desc: &Desc) -> &'a [u32] {
    image
        .desc_children
        .get(desc.children.indices())
        .unwrap_or(&[])
}

fn fields(image: &Image, class: u32) -> &[Field] {
    image
        .classes
        .get(class as usize)
        .and_then(|c| image.fields.get(c.fields.indices()))
        .unwrap_or(&[])
}

/// A string constant as it is written in source.
pub fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", c as u32)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assemble::{FieldSpec, ImageBuilder};
    use crate::slot::Slot;

    fn image_of(build: impl FnOnce(&mut ImageBuilder) -> u32) -> (Image, u32) {
        let mut builder = ImageBuilder::new();
        let desc = build(&mut builder);
        (builder.finish(Entry::default()).expect("assembles"), desc)
    }

    #[test]
    fn types_read_like_typescript() {
        let (image, desc) = image_of(|b| {
            let number = b.desc(DESC_NUMBER, 0, &[]);
            let undefined = b.desc(DESC_UNDEFINED, 0, &[]);
            let string = b.desc(DESC_STRING, 0, &[]);
            let union = b.desc(DESC_UNION, 0, &[undefined, string, number]);
            let array = b.desc(DESC_ARRAY, 0, &[union]);
            let map = b.desc(DESC_MAP, 0, &[string, array]);
            let promise = b.desc(DESC_PROMISE, 0, &[number]);
            let word = b.string("on \"off\"");
            let literal = b.desc(DESC_STRING_LITERAL, word, &[]);
            b.desc(DESC_FUNCTION, 0, &[map, literal, promise])
        });
        assert_eq!(
            describe(&image, desc),
            r#"(a: Map<string, (number | string | undefined)[]>, b: "on \"off\"") => Promise<number>"#
        );
    }

    #[test]
    fn recursive_types_end() {
        let (image, desc) = image_of(|b| {
            let class = b.declare_class("Node", CLASS_SHAPE, None);
            let object = b.desc(DESC_OBJECT, u32::from(class), &[]);
            let field = |name| FieldSpec {
                name,
                member: None,
                slot: Slot::OBJECT,
                flags: FIELD_OPTIONAL,
                desc: Some(object),
            };
            let (left, right) = (b.string("left"), b.string("right"));
            b.set_fields(class, &[field(left), field(right)]);
            object
        });
        let text = describe(&image, desc);
        assert!(text.starts_with("{ left?: { left?: "), "{text}");
        assert!(text.len() < 20_000);
    }
}
