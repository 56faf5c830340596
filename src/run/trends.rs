//! Reads and writes the file behind the trends: one read and one write for each run. If that fails, the run says so and
//! goes on; the hours that are missing are unknown.

use chrono::{DateTime, Duration, Utc};

use crate::engine::config::Settings;
use crate::engine::history::History;
use crate::engine::model::{Notes, OutcomeKind, ResourceId};
use crate::engine::report::Report;
use crate::engine::trends::{Act, FILE, Found, HeatMap, LastWeeks, Log, What};
use crate::local::packed;
use crate::ports::{PortError, ReadRecord, WriteRecord};
use crate::run::acts::{ActLine, HISTORY_DAYS, lines};
use crate::run::pipeline::is_narrow;
use crate::run::{Explained, Order, Past};

/// What the record knows at `at`; nothing where it cannot be read.
pub async fn read(hub: &impl ReadRecord, settings: &Settings, at: DateTime<Utc>) -> (Option<LastWeeks>, Notes) {
    let mut notes = Notes::default();
    if settings.run.record.is_none() {
        return (None, notes);
    }
    let log = notes.ok_or_note(read_log(hub).await, "what happened over the last weeks cannot be read");
    (log.map(|log| LastWeeks::of(log, settings, at)), notes)
}

async fn read_log(hub: &impl ReadRecord) -> Result<Log, PortError> {
    Ok(hub.read(FILE).await?.map_or_else(Log::default, |text| Log::parse(&text)))
}

/// The map of an instance with its stops and starts of the last days; `None` where its hours are unknown.
pub async fn of_instance(
    hub: &impl ReadRecord,
    settings: &Settings,
    explained: &Explained,
    at: DateTime<Utc>,
) -> (Option<HeatMap>, Notes) {
    let (Explained { instance, ruling, .. }, mut notes) = (explained, Notes::default());
    let acts = match &settings.run.record {
        Some(_) => notes.ok_or_note(acts(hub, settings, &instance.id, at).await, "what runs did with it is not known"),
        None => None,
    };
    let found = Found { at, state: instance.state, launch: instance.launch, ours: ruling.ours };
    let map = |schedule| HeatMap::of_instance(schedule, &acts.unwrap_or_default(), found);
    (ruling.schedule.as_ref().map(map), notes)
}

async fn acts(
    hub: &impl ReadRecord,
    settings: &Settings,
    id: &ResourceId,
    at: DateTime<Utc>,
) -> Result<Vec<Act>, PortError> {
    let (past, _) = Past::read(hub, settings, at).await?;
    let (lines, _) = lines(&past.over(hub), at, HISTORY_DAYS).await?;
    let act = |ActLine { action, outcome, at, undo, launched, .. }: ActLine| {
        let stopped = action.is_stop() && matches!(outcome, OutcomeKind::Stopped | OutcomeKind::Stopping);
        let started = if undo.is_some() { What::Undone } else { What::Started };
        let what = if stopped { Some(What::Stopped) } else { (outcome == OutcomeKind::Started).then_some(started) };
        Some(Act { at, what: what?, launched })
    };
    let its_own = lines.into_iter().map(|(_, line)| line).filter(|line| line.id == *id || line.id == id.unplaced());
    Ok(its_own.filter_map(act).collect())
}

/// Adds what this run found and did. A narrowed run adds nothing: it scans a part, and the next whole run counts its stops.
pub(crate) async fn keep(
    order: &Order<'_>,
    hub: &impl WriteRecord,
    history: &History,
    report: &Report,
) -> (Option<LastWeeks>, Notes) {
    let settings = order.settings;
    if settings.run.record.is_none() || is_narrow(order) {
        return read(hub, settings, report.at).await;
    }
    let mut notes = Notes::default();
    let what = "what happened over the last weeks cannot be read, so this run is missing in it";
    let Some(mut log) = notes.ok_or_note(read_log(hub).await, what) else { return (None, notes) };
    log.add(report.sample());
    for row in &report.rows {
        log.note_false_stops(history, &row.id, row.launch);
    }
    // Outcomes of the first day that is read may be in the file of the day before.
    let since = (report.at - Duration::days(HISTORY_DAYS - 1)).date_naive();
    log.count(history, &report.outcomes, since, report.at);
    log.tidy(report.at);
    let written = async {
        match packed::lines(log.lines())? {
            Some(bytes) => hub.write_bytes(FILE, bytes).await.map(|_| ()),
            None => Ok(()),
        }
    };
    notes.ok_or_note(written.await, "what this run found could not be added to the trends");
    (Some(LastWeeks::of(log, settings, report.at)), notes)
}
