//! What is wrong in a settings file: each complaint with its place, the text, and a hint.

#![expect(clippy::string_slice, reason = "every index here is the boundary of a character")]

use std::fmt;
use std::ops::Range;

use thiserror::Error;

/// The most complaints about one file. Settings with that many are no settings.
pub(crate) const MOST: usize = 200;

/// The most characters of a line that are shown, around what is meant: of a longer one nobody sees the place.
const SHOWN: usize = 240;

/// One thing wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Line, counted from 1.
    pub line: usize,
    /// Column, counted from 1 in characters.
    pub column: usize,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub hint: Option<String>,
    /// The line as written, or the part of it around what is meant.
    text: String,
    /// How many characters of it stand before what is meant.
    indent: usize,
    /// How many characters of it are meant.
    width: usize,
}

/// Everything wrong in one file, in the file's order. Nothing is looked at under such settings.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct SettingsInvalid {
    /// The file or address as the user gave it.
    pub source_name: String,
    /// At least one.
    pub complaints: Vec<Complaint>,
}

impl Complaint {
    /// A complaint about `span`, a range of bytes in `text`.
    pub(crate) fn at(text: &str, span: Range<usize>, what: String, hint: Option<String>) -> Self {
        let start = floor_boundary(text, span.start);
        let end = floor_boundary(text, span.end.max(span.start));
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let marked = text[start..end.min(line_end).max(start)].chars().count();
        let line = text[line_start..line_end].trim_end();
        let column = text[line_start..start].chars().count() + 1;
        let (text, indent) = shown(line, column - 1);
        let width = marked.clamp(1, SHOWN);
        Self { line: before.matches('\n').count() + 1, column, what, hint, text, indent, width }
    }
}

impl Complaint {
    /// The same complaint without what was written in its place: it may be a secret, and complaints stand in logs.
    pub(crate) fn concealed(mut self) -> Self {
        let (before, rest) = (self.indent, self.indent + self.width);
        let head: String = self.text.chars().take(before).collect();
        let tail: String = self.text.chars().skip(rest).collect();
        self.text = format!("{head}\"…\"{tail}");
        self.width = 3;
        self
    }
}

/// A line, or the part of a long one around the place after `before` characters; and how much stands before it.
fn shown(line: &str, before: usize) -> (String, usize) {
    if line.chars().nth(SHOWN).is_none() {
        return (line.to_owned(), before);
    }
    let from = before.saturating_sub(SHOWN / 2);
    let part: String = line.chars().skip(from).take(SHOWN).collect();
    (format!("…{part}…"), before - from + 1)
}

fn floor_boundary(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

impl fmt::Display for SettingsInvalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let several = if self.complaints.len() == 1 { "" } else { "s" };
        let or_more = if self.complaints.len() == MOST { " or more" } else { "" };
        write!(f, "the settings in `{}` have {} mistake{several}{or_more}", self.source_name, self.complaints.len())?;
        for complaint in &self.complaints {
            let Complaint { line, column, what, hint, text, indent, width } = complaint;
            write!(f, "\n\n{}:{line}:{column}: {what}", self.source_name)?;
            let (number, pad) = (line.to_string(), " ".repeat(line.to_string().len()));
            let indent: String = text.chars().take(*indent).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
            write!(f, "\n {pad} |\n {number} | {text}\n {pad} | {indent}{}", "^".repeat(*width))?;
            if let Some(hint) = hint {
                write!(f, "\n {pad} = hint: {hint}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No reader of TOML has given such a place yet; were one to, the complaint is to be read all the same.
    #[test]
    fn a_place_in_the_middle_of_a_letter_is_the_place_of_the_letter() {
        let text = "x = 1\ny = \"｜\"\n";
        let letter = text.find('｜').unwrap();
        for inside in letter..letter + '｜'.len_utf8() {
            let complaint = Complaint::at(text, inside..text.len() + 1, "odd".to_owned(), None);
            assert_eq!((complaint.line, complaint.column, complaint.width), (2, 6, 2), "{inside}");
        }
    }
}
