//! Names and texts: identifiers, property keys, string values.
//!
//! Invariant: a `Name` is UTF-8; a string that holds half a surrogate pair can be a value but not a name.

use super::{Converter, refuse};
use crate::ast::{ExprKind, Name, Span};
use oxc_ast::ast::{
    BindingIdentifier, IdentifierReference, ModuleExportName, PropertyKey, StringLiteral,
    TemplateElement,
};
use oxc_span::GetSpan;
use std::rc::Rc;

/// Names that mean something unsupported unless the file declares them itself.
const SUSPECTS: &[(&str, refuse::Refusal)] = &[
    ("Symbol", refuse::SYMBOL),
    ("BigInt", refuse::BIGINT),
    ("Function", refuse::EVAL),
    ("Proxy", refuse::REFLECTION),
    ("Reflect", refuse::REFLECTION),
    ("globalThis", refuse::GLOBAL_OBJECT),
    ("require", refuse::REQUIRE),
];

impl Converter<'_> {
    /// The name that a binding identifier declares.
    pub(super) fn declare(&mut self, id: &BindingIdentifier<'_>) -> Name {
        let name = Name::from(id.name.as_str());
        self.declared.insert(name.clone());
        name
    }

    /// A name used as a value.
    pub(super) fn identifier(&mut self, id: &IdentifierReference<'_>) -> ExprKind {
        match id.name.as_str() {
            "undefined" => return ExprKind::Undefined,
            "arguments" => self.refuse(refuse::ARGUMENTS, id.span),
            "eval" => self.refuse(refuse::EVAL, id.span),
            text => {
                if let Some((name, refusal)) = SUSPECTS.iter().find(|(name, _)| *name == text) {
                    let span = self.span(id.span);
                    self.suspects.entry(name).or_insert((span, *refusal));
                }
            }
        }
        ExprKind::Ident(self.used_name(id.name.as_str()))
    }

    /// Notes that `name` is used as a value.
    pub(super) fn used_name(&mut self, name: &str) -> Name {
        let name = Name::from(name);
        self.used.insert(name.clone());
        name
    }

    /// The name that a property key stands for; reports keys that are only known at run time.
    pub(super) fn key(&mut self, key: &PropertyKey<'_>) -> (Name, Span) {
        let span = self.span(key.span());
        let name = match key {
            PropertyKey::StaticIdentifier(id) => Name::from(id.name.as_str()),
            PropertyKey::PrivateIdentifier(id) => private_name(id.name.as_str()),
            PropertyKey::StringLiteral(text) => self.string_name(text),
            PropertyKey::NumericLiteral(number) => self.numeric_name(number.value, number.span),
            other => {
                let refusal = if is_symbol(other) {
                    refuse::SYMBOL
                } else {
                    refuse::COMPUTED_NAME
                };
                self.refuse(refusal, other.span());
                Name::from("")
            }
        };
        (name, span)
    }

    /// `{ 1: x }`: the name is the number as JavaScript prints it, which is plain for the usual ones only.
    fn numeric_name(&mut self, value: f64, span: oxc_span::Span) -> Name {
        if value.fract() != 0.0 || !(0.0..9e15).contains(&value) {
            self.refuse(refuse::NUMERIC_NAME, span);
        }
        Name::from(format!("{}", value as u64))
    }

    /// A quoted name.
    pub(super) fn string_name(&mut self, literal: &StringLiteral<'_>) -> Name {
        if literal.lone_surrogates {
            self.refuse(refuse::LONE_SURROGATE, literal.span);
        }
        Name::from(literal.value.as_str())
    }

    pub(super) fn export_name(&mut self, name: &ModuleExportName<'_>) -> Name {
        match name {
            ModuleExportName::IdentifierName(id) => Name::from(id.name.as_str()),
            ModuleExportName::IdentifierReference(id) => Name::from(id.name.as_str()),
            ModuleExportName::StringLiteral(text) => self.string_name(text),
        }
    }
}

/// `#x`: the `#` is part of the name.
pub fn private_name(name: &str) -> Name {
    Name::from(format!("#{name}"))
}

fn is_symbol(key: &PropertyKey<'_>) -> bool {
    matches!(key, PropertyKey::StaticMemberExpression(member)
        if matches!(&member.object, oxc_ast::ast::Expression::Identifier(id) if id.name == "Symbol"))
}

/// A string literal's value.
pub fn string_value(literal: &StringLiteral<'_>) -> Rc<[u16]> {
    utf16(literal.value.as_str(), literal.lone_surrogates)
}

/// A template part's value; only tagged templates may have none.
pub fn template_value(element: &TemplateElement<'_>) -> Rc<[u16]> {
    let cooked = element
        .value
        .cooked
        .as_ref()
        .map_or("", |text| text.as_str());
    utf16(cooked, element.lone_surrogates)
}

/// UTF-16 of oxc's texts, which write half a surrogate pair as U+FFFD and four hexadecimal digits
/// (and U+FFFD itself as `fffd` behind it) when `escaped`.
fn utf16(text: &str, escaped: bool) -> Rc<[u16]> {
    if !escaped {
        return text.encode_utf16().collect();
    }
    let mut units = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        rest = &rest[first.len_utf8()..];
        let unit = (first == '\u{fffd}')
            .then(|| u16::from_str_radix(rest.get(..4)?, 16).ok())
            .flatten();
        match unit {
            Some(unit) => {
                units.push(unit);
                rest = &rest[4..];
            }
            None => units.extend_from_slice(first.encode_utf16(&mut [0; 2])),
        }
    }
    units.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lone_surrogates_are_decoded() {
        assert_eq!(
            &*utf16("a\u{fffd}d800\u{fffd}fffdb", true),
            [0x61, 0xd800, 0xfffd, 0x62]
        );
        assert_eq!(&*utf16("\u{1f600}", false), [0xd83d, 0xde00]);
        assert_eq!(&*utf16("\u{fffd}zz", true), [0xfffd, 0x7a, 0x7a]);
    }
}
