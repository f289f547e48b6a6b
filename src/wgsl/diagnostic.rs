//! Diagnostics that point into the user's own text, as naga renders them.

use std::fmt;
use std::ops::Range;

use naga::Span;
use naga::valid::ValidationError;

use crate::error::Error;

/// The error of a text that does not parse.
pub(super) fn from_parse(label: &str, text: &str, error: &naga::front::wgsl::ParseError) -> Error {
    let (line, column) = place(text, error.labels().next().map(|(span, _)| span));
    let rendered = error.emit_to_string_with_path(text, label);
    Error::Wgsl { label: label.to_owned(), rendered, line, column }
}

/// The error of a text that parses and does not validate.
pub(super) fn from_validation(label: &str, text: &str, error: &naga::WithSpan<ValidationError>) -> Error {
    // naga labels the whole function too: the shortest span is the mistake itself.
    let narrowest =
        error.spans().map(|(span, _)| *span).min_by_key(|span| span.to_range().map(|range| range.len()));
    let (line, column) = place(text, narrowest);
    let rendered = error.emit_to_string_with_path(text, label);
    Error::Wgsl { label: label.to_owned(), rendered, line, column }
}

/// The error of a text that naga is not given, because of what is at byte `at`.
pub(super) fn refusal(label: &str, text: &str, message: String, at: usize) -> Error {
    refused(label, text, message, Span::new(at as u32, at as u32 + 1))
}

/// The error of a text that is not valid because of what is at a place.
pub(super) fn refused(label: &str, text: &str, message: String, span: Span) -> Error {
    let (line, column) = place(text, Some(span));
    Error::Wgsl { label: label.to_owned(), rendered: render(label, text, message, span), line, column }
}

/// A message of the library's own about a place in the user's text, in the form of naga's.
pub(super) fn render(label: &str, text: &str, message: String, span: Span) -> String {
    naga::WithSpan::new(Message(message)).with_span(span, "").emit_to_string_with_path(text, label)
}

/// 1-based line and column, in characters, of the start of a span; zeros when unknown.
fn place(text: &str, span: Option<Span>) -> (u32, u32) {
    let before = span.and_then(Span::to_range).and_then(|range| text.get(..range.start));
    let Some(before) = before else { return (0, 0) };
    let line = before.rsplit('\n').next().unwrap_or(before);
    (before.matches('\n').count() as u32 + 1, line.chars().count() as u32 + 1)
}

/// A text of the user's, and what diagnostics call it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text<'a> {
    pub(crate) label: &'a str,
    pub(crate) source: &'a str,
}

impl Text<'_> {
    /// A message about places in the text, in the form of naga's.
    pub(crate) fn render(
        &self,
        message: &str,
        labels: &[(Range<usize>, String)],
        notes: &[String],
    ) -> String {
        let note = notes
            .iter()
            .rev()
            .fold(None, |note, message| Some(Box::new(Noted { message: message.clone(), note })));
        let message = Noted { message: message.to_owned(), note };
        let spanned = labels.iter().fold(naga::WithSpan::new(message), |spanned, (range, label)| {
            spanned.with_span(Span::new(range.start as u32, range.end as u32), label)
        });
        spanned.emit_to_string_with_path(self.source, self.label).trim_end().to_owned()
    }

    /// 1-based line and column, in characters, of the start of a range; zeros where it is empty.
    pub(crate) fn place(&self, range: &Range<usize>) -> (u32, u32) {
        place(self.source, Some(Span::new(range.start as u32, range.end as u32)))
    }
}

/// A message, and the notes below it.
#[derive(Debug)]
struct Noted {
    message: String,
    note: Option<Box<Noted>>,
}

impl fmt::Display for Noted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Noted {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.note.as_deref().map(|note| note as _)
    }
}

#[derive(Debug)]
struct Message(String);

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Message {}
