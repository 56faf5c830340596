//! The map of days and hours: how many machines ran while closed, or what happened to one machine.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Timelike};

use crate::engine::model::Locale;
use crate::engine::trends::{HeatDay, HeatHour, HeatMap, What};
use crate::render::catalogue::page::{Text, text as say};
use crate::render::catalogue::{Label, Sentence, voice};
use crate::render::hours::day_note;
use crate::render::html::document::{Heat, HeatCell, HeatRow};

/// The most days of a map: four weeks. With more, a page would have more elements than a browser shows at once quickly.
const DAYS: usize = 28;

/// The steps of its colour.
const STEPS: u32 = 5;

/// An hour by the clock, and whether it is the second of its name on that day.
type Column = (u32, usize);

/// The map as a table. `counted`: whether it has numbers of machines, or shows only when a schedule is open.
pub(super) fn map(map: &HeatMap, heading: String, about: Vec<String>, counted: bool, locale: Locale) -> Heat {
    let days = map.days.get(map.days.len().saturating_sub(DAYS)..).unwrap_or_default();
    let placed: Vec<(&HeatDay, BTreeMap<Column, &HeatHour>)> =
        days.iter().map(|day| (day, by_clock(day, map))).collect();
    let mut columns: BTreeSet<Column> = (0..24).map(|hour| (hour, 0)).collect();
    columns.extend(placed.iter().flat_map(|(_, hours)| hours.keys().copied()));
    let closed = days.iter().flat_map(|day| &day.hours).filter(|hour| !hour.open);
    let most = closed.filter_map(|hour| hour.running).max().unwrap_or_default();
    let row = |(day, hours): (&HeatDay, BTreeMap<Column, &HeatHour>)| HeatRow {
        name: voice(locale).say(Sentence::Date { date: day.date }),
        note: note(day, locale),
        weekend: day.date.weekday().number_from_monday() > 5,
        cells: columns.iter().map(|column| cell(hours.get(column).copied(), most, counted, locale)).collect(),
    };
    let events = days.iter().flat_map(|day| &day.hours).any(|hour| !hour.events.is_empty());
    let days = placed.into_iter().map(row).collect();
    Heat {
        heading,
        about,
        columns: columns.iter().map(|(hour, _)| format!("{hour:02}")).collect(),
        days,
        counted,
        events,
    }
}

/// The hours of a day by the clock. An hour that a change of the clocks repeats is there twice, a skipped one not at all.
fn by_clock<'a>(day: &'a HeatDay, map: &HeatMap) -> BTreeMap<Column, &'a HeatHour> {
    let mut placed: BTreeMap<Column, &HeatHour> = BTreeMap::new();
    for hour in &day.hours {
        let clock = hour.starts.with_timezone(&map.zone).hour();
        let nth = placed.range((clock, 0)..=(clock, usize::MAX)).count();
        placed.insert((clock, nth), hour);
    }
    placed
}

/// What the calendar says about a day.
fn note(day: &HeatDay, locale: Locale) -> Option<String> {
    let voice = voice(locale);
    let notes: Vec<String> = day.notes.iter().map(|note| day_note(note, voice)).collect();
    (!notes.is_empty()).then(|| notes.join(voice.label(Label::ListBreak)))
}

/// An hour; `None` is one that the clocks skip on that day.
fn cell(hour: Option<&HeatHour>, most: u32, counted: bool, locale: Locale) -> HeatCell {
    let Some(hour) = hour else { return HeatCell { class: "gap".to_owned(), text: String::new(), events: Vec::new() } };
    let HeatHour { starts: _, ends: _, open, running, at_least, events } = hour;
    let (class, text) = match running {
        Some(0) | None if *open => ("open".to_owned(), String::new()),
        // Where nothing is counted, nothing is missing: it is closed.
        None if !counted => ("zero".to_owned(), String::new()),
        None => ("none".to_owned(), "?".to_owned()),
        Some(0) if !at_least => ("zero".to_owned(), "·".to_owned()),
        Some(count) => {
            let step = count.saturating_mul(STEPS).div_ceil(most.max(1)).clamp(1, STEPS);
            let class = if *open { "open".to_owned() } else { format!("h{step}") };
            (class, if *at_least { say(locale, Text::AtLeast { count: *count }) } else { count.to_string() })
        }
    };
    let name = |what| match what {
        What::Stopped => "stopped",
        What::Started => "started",
        What::Undone => "undone",
        What::StartedByOthers => "started-by-others",
    };
    HeatCell { class, text, events: events.iter().map(|event| name(event.what)).collect() }
}
