//! Notes of a stage, beside its result.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

/// Sentences for the reader, and whether one of them is about a failure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Notes {
    /// The sentences, in the order in which they were noted.
    #[serde(rename = "notes")]
    pub lines: Vec<String>,
    /// Whether something failed. A failure degrades the run's health.
    pub troubled: bool,
}

impl Notes {
    /// Adds a note.
    pub fn note(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    /// Degrades the health after a failure that is reported elsewhere.
    pub fn degrade(&mut self) {
        self.troubled = true;
    }

    /// Adds a note about a failure.
    pub fn trouble(&mut self, line: impl Into<String>) {
        self.degrade();
        self.note(line);
    }

    /// Returns the value. On an error, adds a note that `what` failed, and why.
    pub fn ok_or_trouble<T, E: Display>(&mut self, result: Result<T, E>, what: &str) -> Option<T> {
        result.map_err(|error| self.trouble(format!("{what}: {error}"))).ok()
    }

    /// Returns the value. On an error, adds a note that says why, and leaves the run's health unchanged.
    pub fn ok_or_note<T, E: Display>(&mut self, result: Result<T, E>, what: &str) -> Option<T> {
        result.map_err(|error| self.note(format!("{what}: {error}"))).ok()
    }

    /// Adds the notes of another stage.
    pub fn add(&mut self, other: Self) {
        let Self { lines, troubled } = other;
        self.lines.extend(lines);
        self.troubled |= troubled;
    }

    /// Adds failures, if there are any.
    pub fn troubles(&mut self, lines: Vec<String>) {
        self.add(Self { troubled: !lines.is_empty(), lines });
    }
}

/// `1 instance`, `2 instances`.
pub(crate) fn instances(count: usize) -> String {
    if count == 1 { "1 instance".to_owned() } else { format!("{count} instances") }
}
