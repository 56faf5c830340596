//! What undos planned to start, in the record. These instances are not stopped again until the opening after next.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::model::{ByResource, ResourceId, json_lines, places, sane, settle};
use crate::engine::undo::Undo;
use crate::ports::{PortError, ReadRecord, WriteRecord};
use crate::run::record::{json_text, partition};

/// The folder of what undos planned to start, by date and run.
pub(crate) const UNDONE: &str = "undone";

/// How many days of undos are read. They are few and short. An undone instance is skipped until the opening after next,
/// and with one opening a week and long holidays that may be a month away.
const UNDONE_DAYS: i64 = 62;

/// One line of what an undo planned to start.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Line {
    #[serde(flatten)]
    id: ResourceId,
    #[serde(deserialize_with = "sane")]
    at: DateTime<Utc>,
}

/// From when on undos are read.
pub(crate) fn undone_since(now: DateTime<Utc>) -> DateTime<Utc> {
    now - Duration::days(UNDONE_DAYS)
}

/// Writes what an undo plans to start before it starts it. If the undo breaks off, what it has started is still
/// skipped.
pub(crate) async fn write(hub: &impl WriteRecord, undo: &Undo) -> Result<(), PortError> {
    let lines: Vec<Line> = undo.plan.steps.iter().map(|step| Line { id: step.id.clone(), at: undo.at }).collect();
    let key = format!("{UNDONE}/{}/{}.jsonl", partition(undo.at), undo.run);
    hub.write(&key, &json_text(&lines)?).await.map(|_| ())
}

/// When a person last undid a stop, by instance.
///
/// # Errors
/// [`PortError`] when the record, or one line of it, cannot be read: the line skips an instance, and it is unknown
/// which.
pub(crate) async fn read(hub: &impl ReadRecord, now: DateTime<Utc>) -> Result<ByResource<DateTime<Utc>>, PortError> {
    let mut undone = Vec::new();
    for (key, text) in hub.read_since(UNDONE, &partition(undone_since(now))).await? {
        for (number, line) in json_lines::parse(&text) {
            match line {
                // The clock of the undo may be a little ahead.
                Ok(Line { id, at }) if at <= now + Duration::minutes(1) => undone.push((id, at.min(now))),
                Ok(Line { .. }) => {}
                // A draft was never finished, so its undo never began.
                Err(_) if !key.ends_with(".jsonl") => {}
                Err(error) => return Err(PortError(unread(&key, number, &error))),
            }
        }
    }
    settle(undone.iter_mut().map(|(id, _)| id));
    undone.sort();
    Ok(undone.into_iter().collect()) // if several lines are about one instance, the last counts
}

fn unread(key: &str, line: usize, error: &serde_json::Error) -> String {
    format!(
        "line {line} of `{UNDONE}/{key}` cannot be read: {error}; it skips an instance from being stopped again: mend the \
         line, or take it away if that instance may be stopped"
    )
}

/// Adds the places of these instances to the lines of an older release, which lack them.
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
        hub.swap(&format!("{UNDONE}/{key}"), &old, &json_text(&lines)?).await?;
    }
    Ok(())
}
