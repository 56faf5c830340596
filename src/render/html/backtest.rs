//! The page of a backtest: what two settings would have stopped, day by day, side by side.

use chrono::{DateTime, Utc};

use crate::engine::config::Money;
use crate::engine::model::{Kind, Locale, ResourceId, Target, Usd};
use crate::engine::report::difference::{Change, Judged};
use crate::engine::trends::{Comparison, HeatMap};
use crate::render::catalogue::page::{Text, text as say};
use crate::render::catalogue::{Label, voice};
use crate::render::html::document::{Block, Cell, Document, Head, Table, Tile};
use crate::render::html::trend::UNKNOWN;
use crate::render::html::{NoPage, Options, heat};
use crate::render::money::figure;

/// The most changes on a page. The JSON has all.
const CHANGES: usize = 500;

/// What the settings decide for one instant.
#[derive(Clone, Debug)]
pub struct BacktestDay {
    /// The instant.
    pub at: DateTime<Utc>,
    /// Instances found.
    pub found: usize,
    /// Targets that could not be scanned.
    pub unreachable: usize,
    /// What these settings would have stopped; `None` for a recorded report, which cannot be judged again.
    pub candidates: Option<usize>,
    /// The same for the settings of `--against`, or as recorded.
    pub before: Option<usize>,
    /// Instances with a different verdict.
    pub changes: Vec<Change>,
}

/// The page of a backtest. `compared`: what both settings find, if two were compared.
///
/// # Errors
/// [`NoPage`], which no backtest causes.
pub fn backtest(days: &[BacktestDay], compared: Option<&Comparison>, options: &Options<'_>) -> Result<String, NoPage> {
    let locale = options.locale;
    let word = |text| say(locale, text);
    let count = |count: Option<usize>| Cell::from(count.map_or_else(|| UNKNOWN.to_owned(), |count| count.to_string()));
    let row = |day: &BacktestDay| {
        let BacktestDay { at, found, unreachable, candidates, before, changes } = day;
        let gap = (*unreachable > 0).then(|| say(locale, Text::NotScanned { count: *unreachable }));
        vec![
            Cell { small: gap, ..voice(locale).at(*at, options.zone).into() },
            found.to_string().into(),
            count(*before),
            count(*candidates),
            changes.len().to_string().into(),
        ]
    };
    let heads = [
        Head(word(Text::Instant), ""),
        Head(voice(locale).label(Label::Found).to_owned(), "n w"),
        Head(word(Text::ByTheOthers), "n"),
        Head(word(Text::ByTheseSettings), "n"),
        Head(word(Text::Changes), "n"),
    ];
    let table = |class, heading, heads, rows| Block::Table(Table { class, heading, heads, rows, ..Table::default() });
    let mut blocks: Vec<Block> = compared.map(|both| side_by_side(both, locale)).unwrap_or_default();
    blocks.push(table("days", word(Text::Instants), heads.into(), days.iter().map(row).collect()));
    let changes = days.iter().flat_map(|day| day.changes.iter().map(move |change| (day.at, change)));
    let rows: Vec<Vec<Cell>> = changes.take(CHANGES).map(|(at, change)| changed(change, at, options)).collect();
    if !rows.is_empty() {
        let others = days.iter().flat_map(|day| &day.changes).any(|change| Kind::of(&change.id) != Kind::Instance);
        let instance = voice(locale).label(Label::of_ids(others)).to_owned();
        let words = [instance, word(Text::Instant), word(Text::ByTheOthers), word(Text::ByTheseSettings)];
        blocks.push(table("changes", word(Text::Changes), words.map(|word| Head(word, "")).into(), rows));
    }
    let headline = match days.iter().map(|day| day.changes.len()).sum::<usize>() {
        0 if compared.is_some() => Text::NoChanges,
        0 => Text::WouldStop { count: days.iter().filter_map(|day| day.candidates).sum() },
        count => Text::Differs { count },
    };
    let document = Document {
        title: say(locale, Text::Backtest { days: days.len() }),
        headline: word(headline),
        lines: vec![word(Text::BacktestAbout { against: compared.is_some() }).into()],
        blocks,
        ..Document::default()
    };
    Ok(document.render(locale)?)
}

/// What both settings find in a month, in dollars, and when it ran.
fn side_by_side(both: &Comparison, locale: Locale) -> Vec<Block> {
    let usd = |usd: Option<Usd>| usd.map_or_else(|| UNKNOWN.to_owned(), |usd| figure(usd, &Money::default(), locale));
    let difference = both.difference().map(|change| (change.is_sign_positive() && !change.is_zero(), Usd(change)));
    let dollars = |change| figure(change, &Money::default(), locale);
    let difference =
        difference.map(|(more, change)| if more { format!("+{}", dollars(change)) } else { dollars(change) });
    let tile = |label, figure| Tile { class: "", label: say(locale, label), figure, about: Vec::new() };
    let tiles = vec![
        tile(Text::ByTheOthers, usd(both.old_usd)),
        tile(Text::ByTheseSettings, usd(both.new_usd)),
        tile(Text::Difference, difference.unwrap_or_else(|| UNKNOWN.to_owned())),
    ];
    let map = |map: &HeatMap, label| {
        let heading = format!("{}: {}", say(locale, label), say(locale, Text::Heat { zone: map.zone }));
        Block::Heat(heat::map(map, heading, Vec::new(), true, locale))
    };
    let maps = [map(&both.old, Text::ByTheOthers), map(&both.new, Text::ByTheseSettings)];
    [Block::Tiles { tiles, note: Some(say(locale, Text::BacktestMonth)) }].into_iter().chain(maps).collect()
}

fn changed(change: &Change, at: DateTime<Utc>, options: &Options<'_>) -> Vec<Cell> {
    let Change { account, region, id, before, after } = change;
    let side = |judged: &Option<Judged>| {
        Cell::from(match judged {
            Some(Judged { verdict, reason, name: _ }) => format!("{verdict} ({reason})"),
            None => UNKNOWN.to_owned(),
        })
    };
    let name = after.as_ref().or(before.as_ref()).map_or("", |judged| &judged.name);
    let place = Some(format!("{account} {region}"));
    let target = Target::new(account.as_str(), region.as_str());
    let resource = ResourceId { place: target.into(), kind: Kind::of(id), name: id.as_str().into() };
    let href = options.links.and_then(|links| links.resource(&resource));
    let instance = match name {
        "" => Cell { href, small: place, ..id.as_str().into() },
        name => Cell { href, code: Some(id.clone()), small: place, ..name.into() },
    };
    vec![instance, voice(options.locale).at(at, options.zone).into(), side(before), side(after)]
}
