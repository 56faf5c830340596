//! JSON Lines, the format of most files in the record: one JSON document per line.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The lines that are not blank, each with its number, starting at 1.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> impl Iterator<Item = (usize, serde_json::Result<T>)> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(number, line)| (number, serde_json::from_str(line)))
}

/// The lines that can be read.
pub(crate) fn readable<T: DeserializeOwned>(text: &str) -> impl Iterator<Item = T> {
    parse(text).filter_map(|(_, line)| line.ok())
}

/// The text of these lines.
pub(crate) fn text<T: Serialize>(lines: impl IntoIterator<Item = T>) -> String {
    lines.into_iter().filter_map(|line| serde_json::to_string(&line).ok()).map(|line| line + "\n").collect()
}
