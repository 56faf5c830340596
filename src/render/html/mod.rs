//! The report as one page for a browser: a file that needs no server, loads nothing and can be read without script.

mod backtest;
mod bars;
mod document;
mod escape;
mod explain;
mod forgotten;
mod heat;
mod island;
mod people;
mod rows;
mod schedule;
mod sheet;
mod stocktake;
mod summary;
mod sums;
mod trend;

use std::sync::Arc;

use chrono::Days;
use chrono_tz::Tz;
use thiserror::Error;

use crate::engine::config::{Links, Settings};
use crate::engine::model::Locale;
use crate::engine::report::Report;
use crate::engine::trends::{LastWeeks, Trends};
use crate::engine::undo::Undo;
use crate::render::catalogue::page::{Text, text as say};
use crate::render::catalogue::{Label, voice};
use crate::render::html::document::{Block, Cell, Document, Every};
use crate::render::html::rows::Rows;

pub use crate::render::html::backtest::{BacktestDay, backtest};
pub use crate::render::html::explain::explain;
pub use crate::render::html::schedule::schedule;
pub(crate) use crate::render::html::sheet::Line;
pub use crate::render::html::sheet::Sheet;
pub use crate::render::html::stocktake::stocktake;

/// The number of days for which the tag on a page keeps an instance, unless the settings allow less.
const KEEP_DAYS: u32 = 30;

/// A page that could not be made. No report causes this, and the tests prove it.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "each message says what the variant means")]
pub enum NoPage {
    #[error("the data of the page cannot be written")]
    Data(#[from] serde_json::Error),
    #[error("the markup of the page does not fit its data")]
    Markup(#[from] minijinja::Error),
}

/// How a page is made.
pub struct Options<'a> {
    /// The time zone of every instant.
    pub zone: Tz,
    /// The language.
    pub locale: Locale,
    /// Whether people are named.
    pub names: bool,
    /// The key of the tag that keeps an instance until a date, and the most days that the settings allow.
    pub keep: (&'a str, u32),
    /// How resources and runs are linked, if they are.
    pub links: Option<&'a Links>,
}

impl<'a> Options<'a> {
    /// As the settings have it.
    pub fn of(settings: &'a Settings) -> Self {
        Self {
            zone: settings.zone(),
            locale: settings.run.locale,
            names: settings.page.names,
            keep: (&settings.tags.keep_until, settings.tags.max_keep_days),
            links: settings.links.as_deref(),
        }
    }

    /// The same for other readers.
    #[must_use]
    pub fn within(self, links: &'a Option<Arc<Links>>) -> Self {
        Self { links: links.as_deref(), ..self }
    }
}

/// The page of a report.
///
/// # Errors
/// [`NoPage`], which no report causes.
pub fn of_report(report: &Report, options: &Options<'_>) -> Result<String, NoPage> {
    page(&Sheet::of(report)?, report.trends.as_ref().map(LastWeeks::trends), options)
}

/// The page of an undo.
///
/// # Errors
/// [`NoPage`], which no undo causes.
pub fn of_undo(undo: &Undo, options: &Options<'_>) -> Result<String, NoPage> {
    page(&Sheet::of_undo(undo)?, None, options)
}

/// The page of what a report or its record says.
///
/// # Errors
/// [`NoPage`], which no report causes.
pub fn page(sheet: &Sheet, trends: Option<&Trends>, options: &Options<'_>) -> Result<String, NoPage> {
    let locale = options.locale;
    let title = Text::Title { mode: sheet.mode, carried_out: sheet.carried_out(), at: sheet.at, zone: options.zone };
    let rows = Rows::new(sheet, options);
    let blocks = summary::unscanned(&rows).into_iter().chain(summary::left_unscanned(&rows));
    let blocks = blocks.chain([summary::figures(&rows)]).chain(rows.dearest().map(Block::Table));
    let blocks = blocks.chain(trends.map(|trends| over_weeks(trends, locale)).unwrap_or_default());
    let blocks = blocks.chain(summary::bars(&rows)).chain(summary::forgotten(&rows).map(Block::Table));
    let blocks = blocks.chain(rows.attention().map(Block::Table));
    let document = Document {
        title: say(locale, title),
        headline: say(locale, summary::headline(sheet)),
        lines: summary::lines(sheet, locale),
        blocks: blocks.chain([summary::about(&rows)]).collect(),
        every: Some(every(&rows)?),
        found_by: found_by(sheet, options),
    };
    Ok(document.render(locale)?)
}

/// How the run is found again. What only planned is in no record.
fn found_by(sheet: &Sheet, options: &Options<'_>) -> Vec<(String, Cell)> {
    let locale = options.locale;
    let in_record = options.links.filter(|_| sheet.carried_out());
    let run = Cell { href: in_record.and_then(|links| links.run(&sheet.run, sheet.at)), ..sheet.run.clone().into() };
    let undoes = sheet.undoes.as_ref().map(|undone| {
        let href = options.links.and_then(|links| links.other_run(undone));
        (say(locale, Text::Undoes), Cell { href, ..undone.clone().into() })
    });
    let run = [(voice(locale).label(Label::Run).to_owned(), run)];
    let settings = [(say(locale, Text::Settings), sheet.plan.settings.clone().into())];
    run.into_iter().chain(undoes).chain(settings).collect()
}

/// What the record says of the last weeks.
fn over_weeks(trends: &Trends, locale: Locale) -> Vec<Block> {
    let weeks = trend::weeks(&trends.weeks, locale).map(Block::Table);
    let Some(first) = &trends.heat else {
        let (heading, lines) = (say(locale, Text::HeatTitle), vec![say(locale, Text::HeatUnknown)]);
        return weeks.into_iter().chain([Block::List { heading, lines }]).collect();
    };
    // A page has room for one map; the other zones are named.
    let zones = trends.other_zones.iter().map(|map| map.zone.name()).collect::<Vec<_>>().join(", ");
    let schedules = first.schedules.join(", ");
    let about = [
        Some(Text::HeatAbout),
        Some(Text::HeatSchedules { list: &schedules }).filter(|_| !schedules.is_empty()),
        Some(Text::HeatNotDue).filter(|_| first.not_due),
        Some(Text::HeatOthers { list: &zones }).filter(|_| !zones.is_empty()),
    ];
    let about = about.into_iter().flatten().map(|text| say(locale, text)).collect();
    let heading = say(locale, Text::Heat { zone: first.zone });
    weeks.into_iter().chain([Block::Heat(heat::map(first, heading, about, true, locale))]).collect()
}

/// The list of every instance, which the script fills.
fn every(rows: &Rows<'_>) -> serde_json::Result<Every> {
    let (sheet, options) = (rows.sheet, rows.options);
    let (key, most) = options.keep;
    let today = sheet.at.with_timezone(&options.zone).date_naive();
    let until = today.checked_add_days(Days::new(KEEP_DAYS.min(most).max(1).into())).unwrap_or(today);
    let left_out = sheet.counts.found.saturating_sub(sheet.resources.len());
    let groups = [
        ("account", Label::Account),
        ("owner", Label::Owner),
        ("policy", Label::Policy),
        ("region", Label::Region),
        ("type", Label::Type),
        ("reason", Label::Reason),
    ];
    let kind = sheet.has_others.then_some(("resource", Label::Kind));
    let groups = groups.into_iter().chain(kind);
    Ok(Every {
        others: sheet.has_others,
        data: island::data(rows)?,
        keep: format!("{key}={until}"),
        left_out: (left_out > 0)
            .then(|| say(options.locale, Text::LeftOut { count: left_out, others: sheet.has_others })),
        groups: groups.map(|(field, label)| (field, voice(options.locale).label(label))).collect(),
    })
}
