//! Why files are not an inventory.

use thiserror::Error;

/// The files are not an inventory.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "each message says what the variant means")]
pub enum InventoryInvalid {
    #[error("`{file}` is not JSON from its document {document} on: {source}")]
    NotJson { file: String, document: usize, source: serde_json::Error },
    #[error("`{file}` is not a snapshot that this release reads: {source}")]
    NotASnapshot { file: String, source: serde_json::Error },
    #[error("`{file}` {what}; {mend}")]
    Other { file: String, what: String, mend: &'static str },
    #[error("{0}; each counts once, so leave out one of the files")]
    Twice(String),
}
