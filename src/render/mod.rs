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

pub use crate::render::explanation::explanation;
pub use crate::render::hours::hours;
pub use crate::render::json::{Digest, digest, json, write_json};
pub use crate::render::markdown::markdown;
pub use crate::render::message::{Frame, messages};
pub use crate::render::recalled::recalled;
pub use crate::render::runs::{runs_json, runs_table};
pub use crate::render::stocktake_data::{COLUMNS as STOCKTAKE_COLUMNS, csv as stocktake_csv, json as stocktake_json};
pub use crate::render::table::table;
pub use crate::render::undo::{undo_digest, undo_json, undo_markdown, undo_table};
pub use crate::render::words::{detail, inputs, launched_by, meaning, mend, missing, remark, scanned};

/// How a report is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Colours, for a terminal that wants them.
    pub colour: bool,
    /// Columns; `None` does not wrap.
    pub width: Option<u16>,
}
