//! What a stage has to say beside its result.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

/// Sentences for people, and whether one of them is about something that went wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Notes {
    /// The sentences, in the order in which they were noted.
    #[serde(rename = "notes")]
    pub lines: Vec<String>,
    /// Whether something went wrong, which degrades the run's health.
    pub troubled: bool,
}

impl Notes {
    /// Notes what people should know.
    pub fn note(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    /// Something went wrong, of which people read elsewhere.
    pub fn degrade(&mut self) {
        self.troubled = true;
    }

    /// Notes something that went wrong.
    pub fn trouble(&mut self, line: impl Into<String>) {
        self.degrade();
        self.note(line);
    }

    /// The value; where there is none, `what` went wrong, and why.
    pub fn ok_or_trouble<T, E: Display>(&mut self, result: Result<T, E>, what: &str) -> Option<T> {
        result.map_err(|error| self.trouble(format!("{what}: {error}"))).ok()
    }

    /// The value; where there is none, a note says why, and the run's health stays.
    pub fn ok_or_note<T, E: Display>(&mut self, result: Result<T, E>, what: &str) -> Option<T> {
        result.map_err(|error| self.note(format!("{what}: {error}"))).ok()
    }

    /// Adds what another stage has to say.
    pub fn add(&mut self, other: Self) {
        let Self { lines, troubled } = other;
        self.lines.extend(lines);
        self.troubled |= troubled;
    }

    /// Adds what went wrong, if anything did.
    pub fn troubles(&mut self, lines: Vec<String>) {
        self.add(Self { troubled: !lines.is_empty(), lines });
    }
}
