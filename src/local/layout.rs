//! What the files of a folder are together: one inventory, or the days of a backtest. Their contents decide. Where
//! these do not say when a file was taken, the day in its name counts.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::engine::config::UNKNOWN;
use crate::engine::model::Target;
use crate::local::inventory::Recorded;

/// What a folder is taken for, and why.
#[derive(Debug)]
pub enum Layout {
    /// One inventory: each file has other accounts or Regions.
    Inventory(String),
    /// A backtest: each file is judged at its own instant.
    Days(String),
    /// It cannot be known.
    Unclear(String),
}

/// The longest time within which snapshots of several accounts and Regions are taken to be of one moment.
const ONE_MOMENT: TimeDelta = TimeDelta::hours(12);

/// The day in the path of a file, as in `2026-11-24.json`, `date=2026-11-24/all.json` or `dev-20261124.json`; `None`
/// without one, or where it has several.
pub fn day_of(path: &str) -> Option<NaiveDate> {
    let is_digit = |c: char| c.is_ascii_digit();
    let mut days: BTreeSet<NaiveDate> = BTreeSet::new();
    let starts =
        path.char_indices().filter(|(at, _)| path.get(..*at).is_some_and(|before| !before.ends_with(is_digit)));
    for rest in starts.filter_map(|(at, _)| path.get(at..)) {
        for (length, form) in [(10, "%Y-%m-%d"), (8, "%Y%m%d")] {
            let Some((text, after)) = rest.split_at_checked(length) else { continue };
            let whole = !after.starts_with(is_digit) && text.chars().filter(|c| is_digit(*c)).count() == 8;
            days.extend(NaiveDate::parse_from_str(text, form).ok().filter(|_| whole));
        }
    }
    if days.len() == 1 { days.pop_first() } else { None }
}

/// Decides what the files of a folder are. `None` in place of an inventory is a report of an earlier run.
pub fn layout(files: &[(String, Option<Recorded>)]) -> Layout {
    // Files of one moment may list the instances and the databases of a target apart.
    let mut places: BTreeMap<(&Target, &str), &str> = BTreeMap::new();
    let mut shared = None;
    for (file, recorded) in files {
        let targets = recorded.iter().flat_map(|recorded| &recorded.targets);
        for (target, sort) in targets.flat_map(|(target, saw)| saw.sorts().into_iter().map(move |sort| (target, sort)))
        {
            let is_placed = &*target.account != UNKNOWN && &*target.region != UNKNOWN;
            if is_placed && let Some(other) = places.insert((target, sort), file) {
                shared.get_or_insert_with(|| format!("{target} is in `{other}` and in `{file}`"));
            }
        }
    }
    let is_undated = |file: &Recorded| file.taken_at.is_none();
    let mut undated = files.iter().filter(|(_, file)| file.as_ref().is_some_and(is_undated)).peekable();
    let (has_days, days) = (undated.clone().all(|(file, _)| day_of(file).is_some()), days(files));
    let undated = undated.peek().copied();
    let at = || files.iter().filter_map(|(_, file)| file.as_ref()?.taken_at);
    let has_reports = files.iter().any(|(_, file)| file.is_none());
    match (shared, undated) {
        (None, Some((file, _))) if has_reports => Layout::Unclear(format!(
            "it has reports of earlier runs, as for a backtest, and `{file}` does not say when it was taken"
        )),
        (None, Some(_)) if days.len() > 1 => Layout::Unclear(format!(
            "no two of its files have the same account and Region, but their names have {} days",
            days.len()
        )),
        (None, Some(_)) => Layout::Inventory("no two of its files have the same account and Region".to_owned()),
        (Some(shared), None) => Layout::Days(format!("{shared}, and each file says when it was taken")),
        (None, None) if has_reports => Layout::Days("it has reports of earlier runs".to_owned()),
        (None, None) if files.len() == 1 => Layout::Days("its one file says when it was taken".to_owned()),
        (None, None) if spread(at()) > ONE_MOMENT => Layout::Unclear(
            "no two of its files have the same account and Region, but they are of several days".to_owned(),
        ),
        (None, None) => Layout::Inventory(
            "no two of its files have the same account and Region, and all are of one moment".to_owned(),
        ),
        (Some(shared), Some(_)) if has_days => Layout::Days(format!("{shared}, and the names of its files have days")),
        (Some(shared), Some((file, _))) => {
            Layout::Unclear(format!("{shared}, as for a backtest, and `{file}` does not say when it was taken"))
        }
    }
}

/// The days in the names of the files.
fn days(files: &[(String, Option<Recorded>)]) -> BTreeSet<NaiveDate> {
    files.iter().filter_map(|(file, _)| day_of(file)).collect()
}

fn spread(instants: impl Iterator<Item = DateTime<Utc>> + Clone) -> TimeDelta {
    match (instants.clone().min(), instants.max()) {
        (Some(first), Some(last)) => last - first,
        _ => TimeDelta::zero(),
    }
}
