//! Renderings of the one report: JSON for machines, a table for terminals, Markdown for tickets and chats.

mod catalogue;
mod explanation;
mod hours;
mod json;
mod markdown;
mod recalled;
mod table;
mod views;
mod words;

pub use explanation::explanation;
pub use hours::hours;
pub use json::{Digest, digest, json};
pub use markdown::markdown;
pub use recalled::recalled;
pub use table::table;
pub use words::{detail, inputs, meaning, mend};

/// How a report is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Colours, for a terminal that wants them.
    pub colour: bool,
    /// Columns; `None` does not wrap.
    pub width: Option<u16>,
}
