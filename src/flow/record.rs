//! What stands in the record: the intent before acting, the whole report after, and a short file of outcomes
//! from which later runs learn.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::decide::case::History;
use crate::decide::report::{Ending, Outcome};
use crate::decide::request::is_sane;
use crate::ports::{Hub, PortError};
use crate::words::Action;

/// Where whole reports stand, by date and run.
pub const RUNS: &str = "runs";

/// Where the outcomes of acting runs stand, by date and run.
const ACTS: &str = "acts";

/// How many days of outcomes are read: a closed period is seldom longer than a week of holidays, and a fight
/// that rests for longer is none.
pub(super) const HISTORY_DAYS: i64 = 9;

/// One line of an outcomes file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Line {
    id: Box<str>,
    action: Action,
    outcome: Ending,
    at: DateTime<Utc>,
}

/// `runs/date=2026-11-25/<run>/<what>.json`
pub(super) fn run_key(run: &str, at: DateTime<Utc>, what: &str) -> String {
    format!("{RUNS}/{}/{run}/{what}.json", partition(at))
}

/// `date=2026-11-25`: partitioned by date, as Athena and BigQuery read it.
fn partition(at: DateTime<Utc>) -> String {
    format!("date={}", at.date_naive())
}

/// Writes the outcomes of an acting run, one JSON line each.
pub(super) async fn write_acts(
    hub: &impl Hub,
    run: &str,
    at: DateTime<Utc>,
    outcomes: &[Outcome],
) -> Result<(), PortError> {
    let mut text = String::new();
    for Outcome { id, account: _, region: _, action, outcome, detail: _, at } in outcomes {
        let line = Line { id: id.clone(), action: *action, outcome: *outcome, at: *at };
        text += &serde_json::to_string(&line).map_err(|error| PortError(error.to_string()))?;
        text.push('\n');
    }
    hub.write(&format!("{ACTS}/{}/{run}.jsonl", partition(at)), &text).await.map(|_| ())
}

/// What earlier runs did, as far as it matters now.
///
/// # Errors
/// [`PortError`] when the record cannot be read. A line that cannot be read is skipped: it is about one
/// instance, and a broken line must not disturb the others.
pub async fn history(hub: &impl Hub, now: DateTime<Utc>) -> Result<History, PortError> {
    let mut lines = lines(hub, now).await?;
    lines.sort_by_key(|(_, line)| line.at);
    let mut history = History::default();
    let mut last: HashMap<Box<str>, Ending> = HashMap::new();
    for (_, Line { id, action, outcome, at }) in lines {
        match (action, outcome) {
            (Action::Stop | Action::Hibernate, Ending::Stopped | Ending::Stopping) => {
                history.stops.entry(id.clone()).or_default().push(at);
            }
            (Action::Start, Ending::Failed | Ending::Unverified) => {
                history.failed_starts.insert(id.clone(), at);
            }
            (
                Action::Stop | Action::Hibernate | Action::Start,
                Ending::Stopped
                | Ending::Stopping
                | Ending::Started
                | Ending::Already
                | Ending::Overtaken
                | Ending::Failed
                | Ending::NotTried
                | Ending::Unverified,
            ) => {}
        }
        last.insert(id, outcome);
    }
    history.failed_last = last
        .into_iter()
        .filter(|(_, ending)| matches!(ending, Ending::Failed | Ending::Unverified))
        .map(|(id, _)| id)
        .collect();
    Ok(history)
}

/// The newest run of the same days that has an outcome for instance `id`.
pub(super) async fn last_run(hub: &impl Hub, id: &str, now: DateTime<Utc>) -> Result<Option<String>, PortError> {
    let its_own = lines(hub, now).await?.into_iter().filter(|(_, line)| *line.id == *id);
    Ok(its_own.max_by(|(a, one), (b, other)| (one.at, a).cmp(&(other.at, b))).map(|(run, _)| run))
}

/// Every readable line of the last days until `now`, with the run that wrote it: the name of its file.
async fn lines(hub: &impl Hub, now: DateTime<Utc>) -> Result<Vec<(String, Line)>, PortError> {
    let mut lines: Vec<(String, Line)> = Vec::new();
    let from = partition(now - Duration::days(HISTORY_DAYS));
    for (key, text) in hub.read_since(ACTS, &from).await? {
        let file = key.rsplit_once('/').map_or(&*key, |(_, file)| file);
        let Some(run) = file.strip_suffix(".jsonl") else { continue }; // a draft that was never finished
        lines.extend(text.lines().filter_map(|line| Some((run.to_owned(), serde_json::from_str(line).ok()?))));
    }
    lines.retain(|(_, line)| line.at <= now && is_sane(line.at));
    Ok(lines)
}
