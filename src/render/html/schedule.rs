//! The page of a schedule: when it is open, day by day.

use crate::engine::model::Locale;
use crate::engine::trends::HeatMap;
use crate::render::catalogue::page::{Text, text as say};
use crate::render::html::document::{Block, Document};
use crate::render::html::{NoPage, heat};

/// The page of a schedule. `state`: whether it is open now, and when that changes, in sentences.
///
/// # Errors
/// [`NoPage`], which no schedule causes.
pub fn schedule(name: &str, state: &[String], hours: &HeatMap, locale: Locale) -> Result<String, NoPage> {
    let title = say(locale, Text::Hours { name, zone: hours.zone });
    let document = Document {
        title: format!("idle-reaper: {title}"),
        // Backticks are for terminals.
        headline: state.first().map_or_else(|| title.clone(), |state| state.replace('`', "")),
        lines: state.iter().skip(1).map(|line| line.as_str().into()).collect(),
        blocks: vec![Block::Heat(heat::map(hours, title, Vec::new(), false, locale))],
        ..Document::default()
    };
    Ok(document.render(locale)?)
}
