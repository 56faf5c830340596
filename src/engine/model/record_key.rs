//! The key of a file in the run record.

use thiserror::Error;

/// The text is not a key of a file in the run record.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` is not the key of a file in the record; write it beneath the record's prefix, such as `plans/monday.json`, without `..`"
)]
pub struct RecordKeyInvalid(pub String);

/// A file in the record, by its key beneath the record's prefix or folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordKey(String);

impl RecordKey {
    /// Reads a key such as `plans/monday.json`.
    ///
    /// # Errors
    /// [`RecordKeyInvalid`] for a key that could point outside the record, or that names no file.
    pub fn parse(text: &str) -> Result<Self, RecordKeyInvalid> {
        let leads_out = text.starts_with('/') || text.contains("..") || text.contains(char::is_control);
        if leads_out || text.is_empty() || text.ends_with('/') {
            return Err(RecordKeyInvalid(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }

    /// The key as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
