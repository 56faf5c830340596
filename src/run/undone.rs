//! What undos set out to start, as it stands in the record: it is not stopped again until the opening after next.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::model::{ByResource, ResourceId, json_lines, places, sane, settle};
use crate::engine::undo::Undo;
use crate::ports::{PortError, ReadRecord, WriteRecord};
use crate::run::record::{partition, spelled};

/// Where it stands what undos set out to start, by date and run.
pub(crate) const UNDONE: &str = "undone";

/// How many days of undos are read, which are few and short: what was undone is skipped until the opening after
/// next, and with one opening a week and long holidays that may be a month away.
const UNDONE_DAYS: i64 = 62;

/// One line of what an undo set out to start.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Line {
    #[serde(flatten)]
    id: ResourceId,
    #[serde(deserialize_with = "sane")]
    at: DateTime<Utc>,
}

/// From when on it reads undos.
pub(crate) fn undone_since(now: DateTime<Utc>) -> DateTime<Utc> {
    now - Duration::days(UNDONE_DAYS)
}

/// Writes what an undo sets out to start, before it does: should it break off half-way, what it has started is
/// skipped all the same.
pub(crate) async fn write(hub: &impl WriteRecord, undo: &Undo) -> Result<(), PortError> {
    let lines: Vec<Line> = undo.plan.steps.iter().map(|step| Line { id: step.id.clone(), at: undo.at }).collect();
    let key = format!("{UNDONE}/{}/{}.jsonl", partition(undo.at), undo.run);
    hub.write(&key, &text(&lines)?).await.map(|_| ())
}

fn text(lines: &[Line]) -> Result<String, PortError> {
    lines.iter().map(|line| Ok(spelled(serde_json::to_string(line))? + "\n")).collect()
}

/// When somebody last set out to take a stop back, by instance.
///
/// # Errors
/// [`PortError`] when the record cannot be read, or one line of it: it skips an instance, and nobody knows which.
pub(crate) async fn read(hub: &impl ReadRecord, now: DateTime<Utc>) -> Result<ByResource<DateTime<Utc>>, PortError> {
    let mut undone = Vec::new();
    for (key, text) in hub.read_since(UNDONE, &partition(undone_since(now))).await? {
        for (number, line) in json_lines::parse(&text) {
            match line {
                // The clock that it was undone by may be a little ahead.
                Ok(Line { id, at }) if at <= now + Duration::minutes(1) => undone.push((id, at.min(now))),
                Ok(Line { .. }) => {}
                // A draft was never finished, and the undo that was to follow it never begun.
                Err(_) if !key.ends_with(".jsonl") => {}
                Err(error) => return Err(PortError(unread(&key, number, &error))),
            }
        }
    }
    settle(undone.iter_mut().map(|(id, _)| id));
    undone.sort();
    Ok(undone.into_iter().collect()) // of several lines about one instance the last counts
}

fn unread(key: &str, line: usize, error: &serde_json::Error) -> String {
    format!(
        "line {line} of `{UNDONE}/{key}` cannot be read: {error}; it skips an instance from being stopped again: mend the \
         line, or take it away if that instance may be stopped"
    )
}

/// Writes the places of these instances into the lines of an older release, which lacks them.
///
/// # Errors
/// [`PortError`] when the record cannot be read or written. The lines count as they are.
pub(crate) async fn place<'a>(
    hub: &impl WriteRecord,
    found: impl Iterator<Item = &'a ResourceId> + Clone,
    now: DateTime<Utc>,
) -> Result<(), PortError> {
    for (key, old) in hub.read_since(UNDONE, &partition(undone_since(now))).await? {
        let mut lines: Vec<Line> = json_lines::readable(&old).collect();
        let known = places(lines.iter().map(|line| &line.id), found.clone());
        if known.is_empty() || lines.len() < old.lines().count() {
            continue;
        }
        for line in &mut lines {
            line.id = known.get(&line.id).unwrap_or(&line.id).clone();
        }
        hub.swap(&format!("{UNDONE}/{key}"), &old, &text(&lines)?).await?;
    }
    Ok(())
}
