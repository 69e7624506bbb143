//! Binding patterns: names, `{ a, b: c = 1, ...rest }`, `[a, , b = 1, ...rest]`.
//!
//! Absent: assignment patterns (`objects.rs`), which bind nothing.

use super::Converter;
use crate::ast::{Name, Pattern, PatternElem, PatternKind, PatternProp};
use oxc_ast::ast::{ArrayPattern, BindingPattern, BindingRestElement, ObjectPattern};
use oxc_span::GetSpan;

impl Converter<'_> {
    pub(super) fn pattern(&mut self, pattern: &BindingPattern<'_>) -> Pattern {
        let span = pattern.span();
        match self.deeper(span, |this| this.pattern_kind(pattern)) {
            Some(kind) => Pattern {
                span: self.span(span),
                kind,
            },
            None => Pattern {
                span: self.span(span),
                kind: PatternKind::Name(self.ids.binding(), Name::from("")),
            },
        }
    }

    fn pattern_kind(&mut self, pattern: &BindingPattern<'_>) -> PatternKind {
        match pattern {
            BindingPattern::BindingIdentifier(id) => {
                PatternKind::Name(self.ids.binding(), self.declare(id))
            }
            BindingPattern::ObjectPattern(object) => self.object_pattern(object),
            BindingPattern::ArrayPattern(array) => self.array_pattern(array),
            // Only found inside patterns, where `pattern_elem` takes it apart.
            BindingPattern::AssignmentPattern(assignment) => self.pattern_kind(&assignment.left),
        }
    }

    fn object_pattern(&mut self, object: &ObjectPattern<'_>) -> PatternKind {
        let mut props = Vec::new();
        for property in &object.properties {
            let (key, _) = self.key(&property.key);
            props.push(PatternProp {
                key,
                value: self.pattern_elem(&property.value),
            });
        }
        PatternKind::Object {
            props,
            rest: self.pattern_rest(object.rest.as_deref()),
        }
    }

    fn array_pattern(&mut self, array: &ArrayPattern<'_>) -> PatternKind {
        let elems = array
            .elements
            .iter()
            .map(|elem| elem.as_ref().map(|elem| self.pattern_elem(elem)))
            .collect();
        PatternKind::Array {
            elems,
            rest: self.pattern_rest(array.rest.as_deref()),
        }
    }

    fn pattern_rest(&mut self, rest: Option<&BindingRestElement<'_>>) -> Option<Box<Pattern>> {
        rest.map(|rest| Box::new(self.pattern(&rest.argument)))
    }

    /// A pattern with what stands behind its `=`.
    fn pattern_elem(&mut self, pattern: &BindingPattern<'_>) -> PatternElem {
        let BindingPattern::AssignmentPattern(assignment) = pattern else {
            return PatternElem {
                pattern: self.pattern(pattern),
                default: None,
            };
        };
        let pattern = self.pattern(&assignment.left);
        let default = Some(self.expr_for(&assignment.right, &pattern));
        PatternElem { pattern, default }
    }
}
