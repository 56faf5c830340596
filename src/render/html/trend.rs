//! Waste, savings and wrong stops, week by week.

use crate::engine::model::{Locale, Usd};
use crate::engine::trends::{NearMisses, Week};
use crate::render::catalogue::page::{Text, text as say};
use crate::render::html::bars::share;
use crate::render::html::document::{Cell, Head, Table};

/// The hours of a week.
const WEEK_HOURS: u32 = 168;

/// The most weeks that are shown: two months.
const WEEKS: usize = 9;

/// What is shown where nothing is known.
pub(super) const UNKNOWN: &str = "–";

/// The weeks as a table; `None` where nothing is known of any.
pub(super) fn weeks(weeks: &[Week], locale: Locale) -> Option<Table> {
    let weeks = weeks.get(weeks.len().saturating_sub(WEEKS)..)?;
    let known = |week: &Week| week.stops.is_some() || week.waste_usd.is_some() || week.saved_usd.is_some();
    if !weeks.iter().any(known) {
        return None;
    }
    let words = [
        (Text::Week, ""),
        (Text::WastedShort, "n"),
        (Text::SavedShort, "n"),
        (Text::Stops, "n"),
        (Text::TakenBack, "n w"),
        (Text::FalseStops, "n"),
        (Text::NearMisses, "n w"),
    ];
    let most = weeks.iter().flat_map(|week| [week.waste_usd, week.saved_usd]).flatten().max().unwrap_or_default();
    Some(Table {
        class: "trend",
        heading: say(locale, Text::Trend),
        heads: words.map(|(word, class)| Head(say(locale, word), class)).into(),
        rows: weeks.iter().map(|week| row(week, most, locale)).collect(),
        notes: vec![say(locale, Text::TrendAbout)],
        ..Table::default()
    })
}

fn row(week: &Week, most: Usd, locale: Locale) -> Vec<Cell> {
    let Week { monday, waste_usd, saved_usd, stops, undone_or_restarted, near_misses, hours_known } = week;
    let amount = |usd: &Option<Usd>, class| match usd {
        Some(usd) => Cell { bar: Some((share(usd.0, most.0), class)), ..usd.to_string().into() },
        None => UNKNOWN.into(),
    };
    let NearMisses { overtaken, held_back, typo_tags } = near_misses;
    let near = [overtaken, held_back, typo_tags].into_iter().flatten().copied().reduce(u32::saturating_add);
    let count = |count: Option<u32>| Cell::from(count.map_or_else(|| UNKNOWN.to_owned(), |count| count.to_string()));
    let rate = week.false_stop_rate().map(|rate| say(locale, Text::Percent { rate: &rate.to_string() }));
    let hours = Some(*hours_known).filter(|hours| *hours < WEEK_HOURS);
    vec![
        Cell { small: hours.map(|hours| say(locale, Text::HoursKnown { hours })), ..monday.to_string().into() },
        amount(waste_usd, "bar"),
        amount(saved_usd, "bar good"),
        count(*stops),
        count(stops.map(|_| *undone_or_restarted)),
        rate.unwrap_or_else(|| UNKNOWN.to_owned()).into(),
        count(near),
    ]
}
