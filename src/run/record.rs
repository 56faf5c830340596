//! The files of the record: the intent before acting, the whole report after it, short files of outcomes that later
//! runs read, and tables for Athena and BigQuery.

use std::iter;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::engine::history::unverified::{Confirmed, Unverified};
use crate::engine::model::{ONLY_ITS_OWN, Outcome, OutcomeKind};
use crate::engine::report::Report;
use crate::engine::undo::Undo;
use crate::local::packed;
use crate::ports::{PortError, ReadRecord, WriteRecord};
use crate::run::acts::{ACTS, ActLine};
use crate::run::forgotten_table::forgotten;
use crate::run::pseudonyms::Pseudonyms;
use crate::run::tables;
use crate::run::tables::RunLines;

/// The folder of whole reports, by date and run.
pub const RUNS: &str = "runs";

/// The folder of the tables, by name, date and run.
pub const TABLES: &str = "tables";

/// `runs/date=2026-11-25/<run>/<what>.json.gz`
pub(crate) fn run_key(run: &str, at: DateTime<Utc>, what: &str) -> String {
    format!("{RUNS}/{}/{run}/{what}.json{}", partition(at), packed::ENDING)
}

/// Reads what [`run_key`] names. Records of earlier releases are not compressed.
pub(crate) async fn read_run(
    hub: &impl ReadRecord,
    run: &str,
    at: DateTime<Utc>,
    what: &str,
) -> Result<Option<String>, PortError> {
    let key = run_key(run, at, what);
    match hub.read(&key).await? {
        Some(text) => Ok(Some(text)),
        None => hub.read(key.trim_end_matches(packed::ENDING)).await,
    }
}

/// `tables/plans/date=2026-11-25/<run>.jsonl.gz`
fn table_key(table: &str, run: &str, at: DateTime<Utc>) -> String {
    format!("{TABLES}/{table}/{}/{run}.jsonl{}", partition(at), packed::ENDING)
}

/// `date=2026-11-25`: partitioned by date, as Athena and BigQuery read it.
pub(crate) fn partition(at: DateTime<Utc>) -> String {
    format!("date={}", at.date_naive())
}

/// Each of these as a line of JSON.
pub(crate) fn json_text(lines: impl IntoIterator<Item = impl Serialize>) -> Result<String, PortError> {
    lines.into_iter().map(|line| Ok(serde_json::to_string(&line)? + "\n")).collect()
}

/// Writes one file of a table; no file for a table without lines.
async fn write_table(
    hub: &impl WriteRecord,
    table: &str,
    run_lines: &RunLines<'_>,
    rows: impl Iterator<Item = impl Serialize>,
) -> Result<(), PortError> {
    match packed::lines(rows)? {
        Some(bytes) => hub.write_bytes(&table_key(table, run_lines.run, run_lines.at), bytes).await.map(|_| ()),
        None => Ok(()),
    }
}

/// Writes each step to the table `plans`, before anything is done.
pub(crate) async fn write_plans(hub: &impl WriteRecord, run_lines: &RunLines<'_>) -> Result<(), PortError> {
    write_table(hub, "plans", run_lines, tables::plans(run_lines)).await
}

/// Writes what is known at the end of a run to the tables `outcomes`, `verdicts`, `forgotten` and `runs`.
pub(crate) async fn write_tables(hub: &impl WriteRecord, report: &Report) -> Result<(), PortError> {
    let run_lines = RunLines::from(report);
    write_table(hub, "outcomes", &run_lines, tables::outcomes(&run_lines)).await?;
    write_table(hub, "verdicts", &run_lines, tables::verdicts(report)).await?;
    write_table(hub, "forgotten", &run_lines, forgotten(report)).await?;
    write_table(hub, "runs", &run_lines, iter::once(tables::run_of(report))).await?;
    write_history(hub, &run_lines).await
}

/// Writes the table `history`, whose lines outlast the names in the others.
async fn write_history(hub: &impl WriteRecord, run_lines: &RunLines<'_>) -> Result<(), PortError> {
    if run_lines.outcomes.is_empty() {
        return Ok(());
    }
    let pseudonyms = Pseudonyms::of(hub).await?;
    write_table(hub, "history", run_lines, tables::history(run_lines, |owner| pseudonyms.stand_in(owner))).await
}

/// The same at the end of an undo.
pub(crate) async fn write_undo_tables(hub: &impl WriteRecord, undo: &Undo) -> Result<(), PortError> {
    let run_lines = RunLines::from(undo);
    write_table(hub, "outcomes", &run_lines, tables::outcomes(&run_lines)).await?;
    write_table(hub, "verdicts", &run_lines, tables::findings(undo)).await?;
    write_table(hub, "runs", &run_lines, iter::once(tables::run_of_undo(undo))).await?;
    write_history(hub, &run_lines).await
}

/// Writes the outcomes of an acting run, one JSON line each, and what it confirms of earlier runs. `narrow`: whether
/// the run is narrow.
pub(crate) async fn write_acts(
    hub: &impl WriteRecord,
    run_lines: &RunLines<'_>,
    narrow: bool,
    confirmed: &[Confirmed],
) -> Result<(), PortError> {
    let steps = run_lines.steps_by_key();
    let of_outcome = |Outcome { id, action, outcome, detail, at }: &Outcome| {
        let step = steps.get(&(id, *action));
        ActLine {
            id: id.clone(),
            action: *action,
            outcome: *outcome,
            at: *at,
            policy: step.map(|step| (*step.policy).into()),
            run: Some(run_lines.run.to_owned()),
            undo: run_lines.undoes.map(str::to_owned),
            launched: step.filter(|_| action.is_stop()).and_then(|step| step.launched),
            narrow,
            denied: detail.ends_with(ONLY_ITS_OWN),
        }
    };
    let text = json_text(confirmed.iter().map(of_confirmed).chain(run_lines.outcomes.iter().map(of_outcome)))?;
    let key = format!("{ACTS}/{}/{}.jsonl", partition(run_lines.at), run_lines.run);
    hub.write_bytes(&key, text.into_bytes()).await.map(|_| ())
}

fn of_confirmed(one: &Confirmed) -> ActLine {
    let Unverified { run, action, at, policy: _, undo, narrow } = &one.step;
    ActLine {
        id: one.id.clone(),
        action: *action,
        outcome: one.outcome,
        at: *at,
        policy: Some(one.policy.clone()),
        run: Some(run.to_string()),
        undo: undo.clone(),
        launched: one.launched,
        narrow: *narrow,
        denied: false,
    }
}

/// Writes every step with an unknown outcome before anything is done. If the run is killed or its last write fails, the
/// caps of the day still count its steps. The outcomes replace these lines.
pub(crate) async fn write_unverified(
    hub: &impl WriteRecord,
    run_lines: &RunLines<'_>,
    narrow: bool,
) -> Result<(), PortError> {
    let why = "the run did not record how it ended";
    let outcomes = Outcome::all(run_lines.steps, OutcomeKind::Unverified, why, run_lines.at);
    write_acts(hub, &run_lines.with_outcomes(&outcomes), narrow, &[]).await
}
