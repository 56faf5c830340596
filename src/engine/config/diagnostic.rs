//! Errors and warnings about a settings file: each with its position, the line, and a hint.

#![expect(clippy::string_slice, reason = "every index here is the boundary of a character")]

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde::Serialize;
use thiserror::Error;

/// The maximum number of mistakes that are listed for one file.
pub(crate) const MOST: usize = 200;

/// The number of columns of a line that are shown around its mark.
const SHOWN: usize = 240;

/// Whether a diagnostic makes the settings invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The settings are refused.
    Error,
    /// The settings are accepted, but probably do not mean what their author thinks.
    Warning,
}

/// One error or warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// The file or address, as the user wrote it.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column, counted from 1 in characters.
    pub column: usize,
    /// How serious it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// How to fix it.
    pub hint: Option<String>,
    /// The full text with the line and a mark, for the reader.
    #[serde(skip)]
    shown: String,
}

/// All mistakes in one file, in the file's order. Nothing is scanned with such settings.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct SettingsInvalid {
    /// The file or address, as the user wrote it.
    pub file: String,
    /// The mistakes; at least one.
    pub mistakes: Vec<Diagnostic>,
}

/// A message about a range of bytes in a file.
pub(crate) struct Finding {
    pub(crate) severity: Severity,
    pub(crate) span: Range<usize>,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    /// The value may be a secret, and diagnostics appear in logs, so it is not repeated.
    pub(crate) secret: bool,
}

/// The line and the column of a byte, both counted from 1.
pub(crate) fn position(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(at)];
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    (before.matches('\n').count() + 1, before[line..].chars().count() + 1)
}

impl Diagnostic {
    pub(crate) fn new(file: &str, text: &str, finding: Finding) -> Self {
        let Finding { severity, span, message, hint, secret } = finding;
        let start = text.floor_char_boundary(span.start);
        let (before, rest) = text.split_at(start);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let (line, column) = position(text, start);
        let rest = rest.lines().next().unwrap_or_default();
        let marked = rest.floor_char_boundary(span.end.saturating_sub(start));
        // A long line is not shown in full. The part beyond the shown columns is not laid out.
        let head = &before[before.ceil_char_boundary(start.saturating_sub(4 * SHOWN)).max(line_start)..];
        let tail = &rest[marked..rest.floor_char_boundary(marked + 4 * SHOWN)];
        let what = if secret { "\"…\"" } else { &rest[..marked] };
        let excerpt = format!("{head}{what}{tail}");
        let mark = head.len()..head.len() + what.len();
        let (level, word) = match severity {
            Severity::Error => (Level::ERROR, "error"),
            Severity::Warning => (Level::WARNING, "warning"),
        };
        let group = Group::with_level(level)
            .element(Snippet::source(excerpt).line_start(line).annotation(AnnotationKind::Primary.span(mark)))
            .elements(hint.as_deref().map(|hint| Level::HELP.with_name("hint").message(hint)));
        let drawn = Renderer::plain().term_width(SHOWN).render(&[group]);
        // The position in the form that editors and terminals recognise.
        let shown = format!("{file}:{line}:{column}: {word}: {message}\n{drawn}");
        Self { file: file.to_owned(), line, column, severity, message, hint, shown }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Display for SettingsInvalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let several = if self.mistakes.len() == 1 { "" } else { "s" };
        let or_more = if self.mistakes.len() == MOST { " or more" } else { "" };
        write!(f, "the settings in `{}` have {} mistake{several}{or_more}", self.file, self.mistakes.len())?;
        self.mistakes.iter().try_for_each(|mistake| write!(f, "\n\n{mistake}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No TOML parser has returned such a position yet. If one does, the mistake must still be readable.
    #[test]
    fn a_place_in_the_middle_of_a_letter_is_the_place_of_the_letter() {
        let text = "x = 1\ny = \"｜\"\n";
        let letter = text.find('｜').unwrap();
        for inside in letter..letter + '｜'.len_utf8() {
            let span = inside..text.len() + 1;
            let (message, hint) = ("odd".to_owned(), None);
            let finding = Finding { severity: Severity::Error, span, message, hint, secret: false };
            let found = Diagnostic::new("reaper.toml", text, finding);
            assert_eq!((found.line, found.column), (2, 6), "{inside}");
            // The letter takes two columns.
            assert!(found.shown.contains("2 | y = \"｜\"\n  |      ^^^"), "{}", found.shown);
        }
    }
}
