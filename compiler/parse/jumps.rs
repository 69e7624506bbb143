//! Where `break` and `continue` may lead: the loops, switches and labels around a statement.
//!
//! Invariant: what is entered is left; a function starts with none.

use super::Converter;
use crate::ast::Name;
use oxc_ast::ast::LabelIdentifier;

/// What stands around a statement within its function.
#[derive(Debug, Default)]
pub struct Jumps {
    loops: u32,
    switches: u32,
    labels: Vec<Label>,
}

#[derive(Debug)]
struct Label {
    name: Name,
    /// It names a loop, so `continue` may use it.
    on_loop: bool,
}

impl Converter<'_> {
    /// Converts what stands in a loop.
    pub(super) fn in_loop<T>(&mut self, convert: impl FnOnce(&mut Self) -> T) -> T {
        self.jumps.loops += 1;
        let converted = convert(self);
        self.jumps.loops -= 1;
        converted
    }

    /// Converts what stands in a switch.
    pub(super) fn in_switch<T>(&mut self, convert: impl FnOnce(&mut Self) -> T) -> T {
        self.jumps.switches += 1;
        let converted = convert(self);
        self.jumps.switches -= 1;
        converted
    }

    /// Converts what stands behind a label.
    pub(super) fn in_label<T>(
        &mut self,
        label: &LabelIdentifier<'_>,
        on_loop: bool,
        convert: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let name = Name::from(label.name.as_str());
        if self.jumps.labels.iter().any(|known| known.name == name) {
            let span = self.span(label.span);
            self.diagnostics.error(
                1005,
                span,
                format!("the label `{name}` is around this already"),
            );
        }
        self.jumps.labels.push(Label { name, on_loop });
        let converted = convert(self);
        self.jumps.labels.pop();
        converted
    }

    /// Converts what stands in a function of its own.
    pub(super) fn in_function<T>(&mut self, convert: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::take(&mut self.jumps);
        let converted = convert(self);
        self.jumps = outer;
        converted
    }

    /// Checks a `break` or `continue` and gives its label.
    pub(super) fn jump(
        &mut self,
        label: Option<&LabelIdentifier<'_>>,
        is_continue: bool,
        span: oxc_span::Span,
    ) -> Option<Name> {
        let word = if is_continue { "continue" } else { "break" };
        let Some(label) = label else {
            if self.jumps.loops == 0 && (is_continue || self.jumps.switches == 0) {
                let span = self.span(span);
                self.diagnostics
                    .error(1003, span, format!("`{word}` outside of a loop"));
            }
            return None;
        };
        let name = Name::from(label.name.as_str());
        let span = self.span(label.span);
        match self.jumps.labels.iter().find(|known| known.name == name) {
            None => self.diagnostics.error(
                1004,
                span,
                format!("there is no label `{name}` around this"),
            ),
            Some(known) if is_continue && !known.on_loop => {
                self.diagnostics
                    .error(1004, span, format!("the label `{name}` is not on a loop"));
            }
            Some(_) => {}
        }
        Some(name)
    }
}
