//! Numbered errors with the source line shown.
//!
//! Holds the sources, the list of errors found so far, and how they are printed. Numbers: `RA1…` syntax
//! and unsupported syntax, `RA2…` names and modules, `RA3…` types, `RA4…` capabilities and lowering limits.
//! Every message says what to write instead where there is something.
//! Absent: warnings.

use crate::ast::{FileId, Span};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report,
    Severity,
};

/// A source file.
#[derive(Debug, Clone)]
pub struct Source {
    /// As named in messages.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// One error.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// The number, e.g. 1004 for `RA1004`.
    pub code: u16,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What to write instead.
    pub help: Option<String>,
}

/// All errors of a compilation, with the sources to show them.
#[derive(Debug, Default)]
pub struct Diagnostics {
    /// By `FileId`.
    pub sources: Vec<Source>,
    /// In the order found; `sorted` gives file and position order.
    pub errors: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Adds a file.
    pub fn add_source(&mut self, path: String, text: String) -> FileId {
        self.sources.push(Source { path, text });
        FileId(self.sources.len() as u32 - 1)
    }

    /// Reports an error.
    pub fn error(&mut self, code: u16, span: Span, message: impl Into<String>) {
        self.errors.push(Diagnostic {
            code,
            message: message.into(),
            span,
            help: None,
        });
    }

    /// Reports an error that says what to write instead.
    pub fn error_help(
        &mut self,
        code: u16,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.errors.push(Diagnostic {
            code,
            message: message.into(),
            span,
            help: Some(help.into()),
        });
    }

    /// Whether anything is wrong.
    pub fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Line and column of a place, both from 1.
    pub fn line_column(&self, span: Span) -> (u32, u32) {
        let text = &self.sources[span.file.index()].text;
        let before = &text[..(span.start as usize).min(text.len())];
        let line = before.bytes().filter(|&b| b == b'\n').count() as u32 + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() as u32 + 1;
        (line, column)
    }

    /// The errors in file and position order, each once.
    pub fn sorted(&self) -> Vec<Diagnostic> {
        let mut errors = self.errors.clone();
        errors.sort_by_key(|e| (e.span.file.0, e.span.start, e.code));
        errors.dedup();
        errors
    }

    /// All errors as text, with source lines; `color` for terminals.
    pub fn render(&self, color: bool) -> String {
        let theme = if color {
            GraphicalTheme::unicode()
        } else {
            GraphicalTheme::unicode_nocolor()
        };
        let handler = GraphicalReportHandler::new_themed(theme);
        let mut out = String::new();
        for error in self.sorted() {
            let source = &self.sources[error.span.file.index()];
            let length = (error.span.end - error.span.start) as usize;
            let mut diagnostic = MietteDiagnostic::new(error.message.clone())
                .with_severity(Severity::Error)
                .with_code(format!("RA{:04}", error.code))
                .with_label(LabeledSpan::new(None, error.span.start as usize, length));
            diagnostic.help = error.help.clone();
            let report = Report::new(diagnostic)
                .with_source_code(NamedSource::new(&source.path, source.text.clone()));
            // Writing to a String cannot fail.
            let _ = handler.render_report(&mut out, report.as_ref());
        }
        out
    }
}
