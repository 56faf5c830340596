//! Undoes a run: read what it did → scan only those instances → plan the starts → warrant → start, verify → record →
//! pause. A dry run ends at the plan and has no port to act with.

use std::io::Write as _;
use std::time::Duration;

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::engine::config::Settings;
use crate::engine::model::{Notes, ResourceId};
use crate::engine::request::{Run, overrides::UndoOverrides};
use crate::engine::undo::Undo;
use crate::local::packed::packed;
use crate::ports::{Act, PortError, ReadRecord, Scan, SetPause, WriteRecord};
use crate::render::undo_json;
use crate::run::act::{Acting, Noted, carry_out};
use crate::run::contained::port;
use crate::run::lock::NotLocked;
use crate::run::recheck::Recheck;
use crate::run::record::{run_key, write_acts, write_plans, write_undo_tables, write_unverified};
use crate::run::tables::RunLines;
use crate::run::undo_plan::prepare;
use crate::run::warrant::{Recorded, Warrant};
use crate::run::{Clock, RecallError, lock, pages, slices, state, undone};

/// Why an undo failed. Nothing was started.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "each message says what the variant means")]
pub enum UndoError {
    #[error("the settings have no `record`, and only a record shows what a run has stopped")]
    NoRecord,
    #[error(transparent)]
    Past(#[from] RecallError),
    #[error("cannot list the accounts, by whose names the request selects; select them by id")]
    Accounts(#[source] PortError),
    #[error("cannot use the run record, so nothing was started")]
    Record(#[source] PortError),
    #[error("the reaper is {0}; to undo all the same, add `--even-paused`, or `\"even-paused\": true` to the request")]
    Paused(String),
    #[error(
        "run {run} is acting until {until} at most; only one run acts at a time, so nothing was started; try again then"
    )]
    Busy { run: String, until: DateTime<Utc> },
}

/// The inputs of an undo, other than its ports.
pub struct UndoOrder<'a> {
    /// The request, with its own id. Its selectors narrow what is undone.
    pub run: &'a Run,
    /// The run that is undone.
    pub undoes: &'a str,
    /// Checks that the caller overrides.
    pub overrides: UndoOverrides,
    /// The settings in force.
    pub settings: &'a Settings,
    /// The instant and the deadline.
    pub clock: Clock,
    /// The wall clock when the run began. It differs from the clock only in rehearsals.
    pub wall: DateTime<Utc>,
    /// The ids of a plan that a person approved. The undo may only do less.
    pub agreed: Option<&'a [ResourceId]>,
}

/// A dry run of an undo: what would be started, and why the rest would not. Writes nothing.
///
/// # Errors
/// [`UndoError`] when the record does not show what the run did.
pub async fn preview(order: &UndoOrder<'_>, scanner: &impl Scan, hub: &impl ReadRecord) -> Result<Undo, UndoError> {
    let history = state::starts(hub, order.settings, order.clock.at()).await.map_err(UndoError::Record)?;
    let mut undo = prepare(order, scanner, hub, &history, false).await?;
    undo.calls = scanner.calls();
    Ok(undo)
}

/// Starts again what a run has stopped, and returns the location of its report. It needs a record and the acting role.
/// It does not need to be enabled in the two places, because it only reverses a run.
///
/// # Errors
/// [`UndoError`]; in this case nothing was started.
pub async fn undo(
    order: &UndoOrder<'_>,
    scanner: &impl Scan,
    act: &impl Act,
    hub: &(impl SetPause + WriteRecord),
) -> Result<(Undo, Option<String>), UndoError> {
    let paused = hub.switch().await.why_paused();
    if let Some(why) = paused.clone().filter(|_| !order.overrides.even_paused) {
        return Err(UndoError::Paused(why));
    }
    let history = state::starts(hub, order.settings, order.clock.at()).await.map_err(UndoError::Record)?;
    let mut undo = prepare(order, scanner, hub, &history, true).await?;
    if undo.plan.steps.is_empty() {
        return Ok(conclude(order, scanner, hub, undo, false).await);
    }
    match lock::take(hub, &order.run.id, order.wall, order.clock.left(Duration::ZERO)).await {
        Ok(()) => {}
        Err(NotLocked::Held { run, until }) => return Err(UndoError::Busy { run, until }),
        Err(why @ NotLocked::RanOut { .. }) => return Err(UndoError::Record(PortError(why.to_string()))),
        Err(NotLocked::Port(error)) => return Err(UndoError::Record(error)),
    }
    let recorded = match intent(hub, &undo).await {
        Ok(recorded) => recorded,
        Err(error) => {
            let _ = lock::release(hub, &order.run.id).await; // the record's error is the one to return
            return Err(UndoError::Record(error));
        }
    };
    let warrant = Warrant::to_undo(&undo.plan.steps, recorded);
    let acting = Acting {
        run: order.run,
        settings: order.settings,
        recheck: Recheck::Undo { run: order.undoes, overrides: order.overrides, databases: history.databases.as_ref() },
        clock: order.clock,
        scanner,
        act,
        pause: hub,
        warrant: &warrant,
        noted: Noted::default(),
    };
    undo.outcomes = carry_out(&acting, &undo.plan.steps).await;
    let mut notes = Notes { lines: Vec::new(), troubled: acting.noted.troubled.get() };
    let written = write_acts(hub, &RunLines::from(&undo), false, &[]).await;
    notes.ok_or_trouble(written, "the outcomes could not be recorded");
    let noted = state::note_tags(hub, acting.noted.stop_tags.take(), order.clock.now()).await;
    notes.ok_or_trouble(noted, "the stop tags of services could not be recorded");
    if undo.whole {
        pause(order, hub, &undo, paused, &mut notes).await;
    }
    Ok(conclude(order, scanner, hub, undo.noting(notes), true).await)
}

/// Writes the intent of the undo. It may act only after this.
async fn intent(hub: &impl WriteRecord, undo: &Undo) -> Result<Recorded, PortError> {
    write_plans(hub, &RunLines::from(undo)).await?;
    undone::write(hub, undo).await?;
    record(hub, undo, "plan").await?;
    write_unverified(hub, &RunLines::from(undo), false).await?;
    Ok(Recorded::written())
}

async fn record(hub: &impl WriteRecord, undo: &Undo, what: &str) -> Result<String, PortError> {
    let text = undo_json(undo, false)?;
    let bytes = packed(|out| out.write_all(text.as_bytes()))?;
    hub.write_bytes(&run_key(&undo.run, undo.at, what), bytes).await
}

/// Sets the pause switch after the undo of a whole run, so that the next run does not stop the same instances again. A
/// text that people wrote into the switch stays.
async fn pause(order: &UndoOrder<'_>, hub: &impl SetPause, undo: &Undo, paused: Option<String>, notes: &mut Notes) {
    if paused.is_some() {
        notes.note("the reaper stays paused; write `off` into the pause parameter when it may go on");
    } else if order.settings.run.pause.is_none() {
        notes.note(
            "a whole run was undone, and the settings name no `pause` parameter; to pause the reaper, take `armed` away",
        );
    } else {
        let set = hub.pause(&format!("run {} was undone by run {}", undo.undoes, undo.run)).await;
        let failed = "a whole run was undone, and the reaper could not be paused; pause it by hand";
        if notes.ok_or_trouble(set, failed).is_some() {
            notes.note(
                "a whole run was undone, so the reaper is paused; write `off` into the pause parameter when it may go on",
            );
        }
    }
}

/// Writes the record of an undo and returns the location of its report. A record that cannot be written is a trouble
/// and not an error: after an error the caller would repeat what was done.
async fn conclude(
    order: &UndoOrder<'_>,
    scanner: &impl Scan,
    hub: &impl WriteRecord,
    mut undo: Undo,
    acted: bool,
) -> (Undo, Option<String>) {
    undo.calls = scanner.calls();
    let mut notes = Notes::default();
    if acted {
        let released = lock::release(hub, &order.run.id).await;
        notes.ok_or_trouble(released, "the lock could not be given back; it is void after some minutes");
    }
    let tables = port("tables", write_undo_tables(hub, &undo)).await;
    notes.ok_or_trouble(tables, "the tables could not be recorded");
    let undo = undo.noting(notes);
    let mut notes = Notes::default();
    notes.ok_or_trouble(pages::write_undo(hub, order.settings, &undo).await, pages::LOST);
    let undo = undo.noting(notes);
    let parts = slices::write_undo(hub, order.settings, &undo).await;
    let (undo, mut notes) = (undo.noting(parts), Notes::default());
    let place =
        notes.ok_or_trouble(port("report", record(hub, &undo, "report")).await, "the report could not be recorded");
    (undo.noting(notes), place)
}
