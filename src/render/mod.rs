//! Renderings of the report: JSON for machines, a table for terminals, Markdown for tickets and chats.

pub mod anomaly;
mod answers;
pub mod bill;
mod catalogue;
mod cells;
mod columns;
mod csv;
mod doctor;
pub mod edge;
mod explanation;
mod first_settings;
mod forgotten;
mod hours;
pub mod html;
mod import;
mod json;
mod keep;
mod lines;
mod message;
mod metrics;
pub mod money;
mod money_data;
mod morning;
mod page;
mod recalled;
pub mod recorded;
mod report;
mod runs;
pub mod stocktake;
mod stocktake_data;
#[cfg(test)]
mod tests;
mod undo;
mod views;
mod words;

use crate::engine::report::Report;

pub use crate::render::answers::{message as answer_message, of_account as last_answer, summary as answers_summary};
pub(crate) use crate::render::catalogue::finding as why_started;
pub use crate::render::catalogue::{detail, inputs, meaning, mend, missing};
pub use crate::render::columns::{Column, View};
pub use crate::render::doctor::{doctor_json, doctor_text};
pub use crate::render::explanation::explanation;
pub use crate::render::first_settings::FirstSettings;
pub use crate::render::forgotten::message as forgotten_message;
pub use crate::render::hours::{hours, state};
pub use crate::render::import::{import_notes, import_settings, week_text};
pub use crate::render::json::{Digest, digest, json, write_json};
pub use crate::render::keep::{json as keep_json, line as keep_line, question as keep_question};
pub use crate::render::lines::{csv, write_ndjson};
pub use crate::render::message::{Frame, messages};
pub use crate::render::metrics::{Figures, More, metrics};
pub use crate::render::morning::message as morning_message;
pub use crate::render::page::Page;
pub use crate::render::recalled::recalled;
pub use crate::render::report::page;
pub use crate::render::runs::{runs_json, runs_page};
pub use crate::render::stocktake_data::{COLUMNS as STOCKTAKE_COLUMNS, csv as stocktake_csv, json as stocktake_json};
pub use crate::render::undo::{undo_digest, undo_json, undo_page};
pub(crate) use crate::render::words::first_in_region;
pub use crate::render::words::{launched_by, near_miss, not_armed, question, remark, scanned};

/// The whole report for a terminal, a pipe or a file.
pub fn table(report: &Report, style: Style) -> String {
    page(report, &View::default()).terminal(style)
}

/// The whole report in Markdown.
pub fn markdown(report: &Report) -> String {
    page(report, &View::default()).markdown()
}

/// The capabilities of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to use colours.
    pub colour: bool,
    /// The width in columns. `None` where it is unknown: then no line is wrapped or cut, and no column is left out.
    pub width: Option<u16>,
}
