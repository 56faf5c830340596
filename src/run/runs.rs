//! Lists the runs in the record. It makes no other calls.

use chrono::{DateTime, Duration, Utc};
use serde::de::DeserializeOwned;

use crate::engine::history::runs::{Intended, Listed, RunLine, list};
use crate::engine::model::json_lines;
use crate::local::packed;
use crate::ports::{PortError, ReadRecord};
use crate::run::record::{TABLES, partition};

/// The runs of the last `days` days until `now`, newest first.
///
/// # Errors
/// [`PortError`] when the record cannot be read. An unreadable line is skipped.
pub async fn runs(hub: &impl ReadRecord, now: DateTime<Utc>, days: u16) -> Result<Vec<Listed>, PortError> {
    let from = now - Duration::days(i64::from(days));
    let ended: Vec<RunLine> = read(hub, "runs", from).await?;
    let plans: Vec<Intended> = read(hub, "plans", from).await?;
    let recent = |at: DateTime<Utc>| from <= at && at <= now;
    let mut runs = list(ended, plans);
    runs.retain(|run| recent(run.at()));
    Ok(runs)
}

async fn read<T: DeserializeOwned>(
    hub: &impl ReadRecord,
    table: &str,
    from: DateTime<Utc>,
) -> Result<Vec<T>, PortError> {
    let files = hub.read_since(&format!("{TABLES}/{table}"), &partition(from)).await?;
    let whole = files.iter().filter(|(key, _)| key.trim_end_matches(packed::ENDING).ends_with(".jsonl"));
    Ok(whole.flat_map(|(_, text)| json_lines::readable(text)).collect())
}
