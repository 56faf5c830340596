//! `plan --inventory DIR`: what would have been stopped, day by day, over saved snapshots. With `--against`, also what
//! other settings would have done differently. For recorded reports, also what was really decided.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::app::args::{List, Select};
use crate::app::inventory::{Batch, recorded};
use crate::app::verbs::plan::priced;
use crate::app::verbs::{Show, run, scope};
use crate::app::{Args, End, Error, load};
use crate::engine::config::Settings;
use crate::engine::model::{Usd, sane};
use crate::engine::report::Report;
use crate::engine::report::difference::{Change, Judged, Verdicts, candidates, difference};
use crate::engine::request::Mode;
use crate::engine::request::at::read_at_on;
use crate::engine::trends::{Comparison, Inventories};
use crate::local::inventory::{NoRecord, Recorded};
use crate::render::edge::plain;
use crate::render::html;
use crate::run;
use crate::run::{Clock, Order};

/// One file of the folder: an inventory that is judged again, or a recorded report.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Day {
    file: String,
    at: DateTime<Utc>,
    seen: usize,
    /// Targets that could not be scanned.
    unreachable: usize,
    /// Candidates under the settings of `--config`; `None` for a recorded report, which cannot be judged again.
    candidates: Option<usize>,
    /// Candidates under the settings of `--against`, or as recorded.
    candidates_before: Option<usize>,
    changes: Vec<Change>,
    /// The current candidates, by id.
    stops: Vec<String>,
}

/// The needed fields of a recorded report.
#[derive(Deserialize)]
struct Then {
    #[serde(deserialize_with = "sane")]
    at: DateTime<Utc>,
    /// Earlier reports call them `instances`.
    #[serde(alias = "instances")]
    resources: Vec<Line>,
    #[serde(default)]
    unreachable: Vec<IgnoredAny>,
}

#[derive(Deserialize)]
struct Line {
    account: String,
    region: String,
    id: String,
    name: String,
    verdict: String,
    reason: String,
}

/// Judges every inventory of a folder, or a single one.
pub(crate) async fn backtest(
    args: &Args,
    select: &Select,
    list: &List,
    batches: Vec<Batch>,
    against: Option<&str>,
) -> Result<End, Error> {
    if *list != List::default() {
        let why = "`--all`, `--reason`, `--sort`, `--columns` and `--zone` are about the list of one report; leave them out, or give a single inventory without `--against`";
        return Err(Error::Usage(why.to_owned()));
    }
    let show = Show::page(args)?;
    let settings = load::command(args).await?;
    let other = match against {
        None => None,
        Some(source) => Some(load::settings(source).await?),
    };
    let asked = Inputs { args, select, zones: settings.zones(), wall: Utc::now() };
    let (mut new, mut old) = (Inventories::new(&settings), other.as_ref().map(Inventories::new));
    let mut days = Vec::new();
    for batch in batches {
        days.push(day(&asked, batch, &mut new, old.as_mut()).await?);
    }
    days.sort_by(|a, b| (a.at, &a.file).cmp(&(b.at, &b.file)));
    let compared = old.and_then(|old| Comparison::of(&old, &new));
    let json = || {
        let usd_month = compared.as_ref().map(
            |both| serde_json::json!({"before": both.old_usd, "now": both.new_usd, "difference": both.difference()}),
        );
        serde_json::json!({"version": 1, "days": days, "usd-month": usd_month})
    };
    if show.is_page() {
        show.html(page(&days, compared.as_ref(), &settings))?;
    } else {
        show.lines_or(|| render(&days) + &dollars(compared.as_ref()), json, true)?;
    }
    Ok(if days.iter().any(|day| day.unreachable > 0) { End::Degraded } else { End::Done })
}

/// Whether a text is a report of an earlier run, which is shown as it was decided then.
pub(crate) fn is_report(text: &str) -> bool {
    serde_json::from_str::<Then>(text).is_ok()
}

/// What every file is judged by.
struct Inputs<'a> {
    args: &'a Args,
    select: &'a Select,
    /// The zones in which a time of `--at` may be read.
    zones: Vec<Tz>,
    wall: DateTime<Utc>,
}

impl Inputs<'_> {
    /// The instant by which a batch is judged: that of `--at`, or when it was taken. A time without a date is that time
    /// on the day of the batch.
    fn at(&self, name: &str, taken_at: Option<DateTime<Utc>>, day: Option<NaiveDate>) -> Result<DateTime<Utc>, Error> {
        match (&self.args.at, taken_at, day) {
            (Some(text), taken_at, day) => {
                let today = |zone| taken_at.unwrap_or(self.wall).with_timezone(&zone).date_naive();
                Ok(read_at_on(text, &self.zones, |zone| day.unwrap_or_else(|| today(zone)))?.0)
            }
            (None, Some(taken_at), _) => Ok(taken_at),
            (None, None, Some(day)) => {
                let why = format!("`{name}` is of {day} and does not say at which time; add it, such as `--at 22:00`");
                Err(Error::Usage(why))
            }
            (None, None, None) => {
                let why = format!("`{name}` does not say when it was taken; add `--at`, or save it with `snapshot`");
                Err(Error::Usage(why))
            }
        }
    }
}

async fn day(
    asked: &Inputs<'_>,
    batch: Batch,
    new: &mut Inventories<'_>,
    old: Option<&mut Inventories<'_>>,
) -> Result<Day, Error> {
    let settings = new.settings;
    let Batch { name, day, files } = batch;
    if let [file] = files.as_slice()
        && let Ok(Then { at, resources, unreachable }) = serde_json::from_str::<Then>(&file.text)
    {
        let before = recorded_verdicts(resources);
        let (seen, candidates_before) = (before.len(), Some(candidates(&before)));
        let unreachable = unreachable.len();
        return Ok(Day { file: name, at, seen, unreachable, candidates_before, ..Day::default() });
    }
    let recorded = recorded(&files, settings)?;
    let at = asked.at(&name, recorded.taken_at, day)?;
    let (unreachable, after) = judge(asked, at, &recorded, new).await?;
    let before = match old {
        None => None,
        Some(old) => Some(judge(asked, at, &Recorded::read(&files, old.settings)?, old).await?.1),
    };
    let stops = after.iter().filter(|(_, judged)| matches!(judged.verdict.as_str(), "stop" | "hibernate"));
    Ok(Day {
        file: name,
        at,
        seen: after.len(),
        unreachable,
        candidates: Some(candidates(&after)),
        candidates_before: before.as_ref().map(candidates),
        changes: before.as_ref().map_or_else(Vec::new, |before| difference(before, &after)),
        stops: stops.map(|((_, _, id), _)| id.clone()).collect(),
    })
}

async fn judge(
    asked: &Inputs<'_>,
    at: DateTime<Utc>,
    recorded: &Recorded,
    inventories: &mut Inventories<'_>,
) -> Result<(usize, Verdicts), Error> {
    let (Inputs { args, select, zones: _, wall }, settings) = (asked, inventories.settings);
    let run = run(Mode::Plan, scope(args, &select.instances, &select.policies), at);
    let order = Order {
        run: &run,
        settings,
        clock: Clock::start(at, None),
        wall: *wall,
        reviewed: None,
        acknowledge: None,
        progress: &|_, _| {},
    };
    let report = priced(settings, run::plan(&order, recorded, &NoRecord).await?).await;
    report.add_to(inventories, recorded.instances_found());
    Ok((report.unreachable.len(), verdicts(&report)))
}

fn verdicts(report: &Report) -> Verdicts {
    let one = |row: &crate::engine::report::Row| {
        let judged = Judged {
            name: row.name.to_string(),
            verdict: row.verdict.as_str().to_owned(),
            reason: row.verdict.reason().as_str().to_owned(),
        };
        ((row.id.place.account.to_string(), row.id.place.region.to_string(), row.id.name.to_string()), judged)
    };
    report.rows.iter().map(one).collect()
}

fn recorded_verdicts(lines: Vec<Line>) -> Verdicts {
    let one =
        |Line { account, region, id, name, verdict, reason }| ((account, region, id), Judged { name, verdict, reason });
    lines.into_iter().map(one).collect()
}

/// What both settings find, in dollars.
fn dollars(compared: Option<&Comparison>) -> String {
    let Some((both, difference)) = compared.and_then(|both| Some((both, both.difference()?))) else {
        return String::new();
    };
    let usd = |usd: Option<Usd>| usd.map_or("unknown".to_owned(), |usd| format!("${usd}"));
    let (sign, size) = (if difference.is_sign_negative() { "-" } else { "+" }, Usd(difference.abs()));
    let (before, now) = (usd(both.old_usd), usd(both.new_usd));
    format!(
        "outside hours or idle, a month: {before} before, {now} now ({sign}${size}); the average of the snapshots\n"
    )
}

fn page(days: &[Day], compared: Option<&Comparison>, settings: &Settings) -> Result<String, html::NoPage> {
    let day = |day: &Day| html::BacktestDay {
        at: day.at,
        found: day.seen,
        unreachable: day.unreachable,
        candidates: day.candidates,
        before: day.candidates_before,
        changes: day.changes.clone(),
    };
    html::backtest(&days.iter().map(day).collect::<Vec<_>>(), compared, &html::Options::of(settings))
}

fn render(days: &[Day]) -> String {
    let figure = |figure: Option<usize>| figure.map_or("-".to_owned(), |figure| figure.to_string());
    let mut out = format!("{:<22} {:>6} {:>10} {:>10}  changes\n", "instant (UTC)", "found", "candidates", "before");
    for day in days {
        let Day { file: _, at, seen, unreachable, candidates, candidates_before, changes, stops: _ } = day;
        let (now, before) = (figure(*candidates), figure(*candidates_before));
        let _ =
            writeln!(out, "{:<22} {seen:>6} {now:>10} {before:>10}  {}", at.format("%a %Y-%m-%d %H:%M"), changes.len());
        if *unreachable > 0 {
            let _ = writeln!(out, "    {unreachable} targets could not be scanned; nothing is known of them");
        }
        for change in changes {
            let Change { account, region, id, before, after } = change;
            let side = |judged: &Option<Judged>| {
                judged
                    .as_ref()
                    .map_or("not seen".to_owned(), |judged| format!("{} ({})", judged.verdict, judged.reason))
            };
            let name = before.as_ref().or(after.as_ref()).map_or("", |judged| &judged.name);
            let line = format!("{id} {name} in {account}/{region}: {} -> {}", side(before), side(after));
            let _ = writeln!(out, "    {}", plain(&line));
        }
    }
    out
}
