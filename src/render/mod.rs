//! Renderings of the one report: JSON for machines, a table for terminals, Markdown for tickets and chats.

pub mod anomaly;
mod catalogue;
pub mod edge;
mod explanation;
mod hours;
mod json;
mod markdown;
mod message;
pub mod money;
mod money_data;
mod recalled;
mod runs;
pub mod stocktake;
mod stocktake_data;
mod table;
pub mod tables;
mod undo;
mod views;
mod words;

pub use explanation::explanation;
pub use hours::hours;
pub use json::{Digest, digest, json, write_json};
pub use markdown::markdown;
pub use message::{Frame, messages};
pub use recalled::recalled;
pub use runs::{runs_json, runs_table};
pub use stocktake_data::{COLUMNS as STOCKTAKE_COLUMNS, csv as stocktake_csv, json as stocktake_json};
pub use table::table;
pub use undo::{undo_digest, undo_json, undo_markdown, undo_table};
pub use words::{detail, inputs, launched_by, meaning, mend, missing, remark, scanned};

/// How a report is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Colours, for a terminal that wants them.
    pub colour: bool,
    /// Columns; `None` does not wrap.
    pub width: Option<u16>,
}
