//! What a run keeps for the next ones at its end. A failure here is a trouble and not an error.

use crate::engine::cost::price::Prices;
use crate::engine::evidence::witness;
use crate::engine::history::idle_stops;
use crate::engine::history::idle_stops::IdleStops;
use crate::engine::history::past_runs::History;
use crate::engine::history::uptimes;
use crate::engine::model::{Because, Notes};
use crate::engine::report::Report;
use crate::engine::report::news::stopped_for_idleness;
use crate::ports::WriteRecord;
use crate::run::new_regions::FirstInstances;
use crate::run::{Background, Order, last_scans, prices, undone};

/// The note where new prices could not be recorded.
pub(crate) const PRICES_LOST: &str = "the prices could not be recorded";

/// Notes which instances were stopped for being idle, for a run that may keep nothing else. The file may belong to
/// another run by now, so it is changed only if it is still as it was read.
pub(crate) async fn note_idle_stops(order: &Order<'_>, hub: &impl WriteRecord, report: &Report) -> Notes {
    let mut notes = Notes::default();
    if order.settings.idle.is_none() || order.settings.run.record.is_none() {
        return notes;
    }
    let stopped: Vec<_> = stopped_for_idleness(report).map(|(step, outcome)| (step.id.clone(), outcome.at)).collect();
    if stopped.is_empty() {
        return notes;
    }
    let noted = async {
        let old = hub.read(idle_stops::FILE).await?;
        let mut stops =
            old.as_deref().map_or_else(IdleStops::default, |text| IdleStops::parse(text, order.clock.now()));
        stops.place(report.rows.iter().map(|row| &row.id));
        stopped.iter().for_each(|(id, at)| stops.note(id, *at));
        hub.replace(idle_stops::FILE, old.as_deref(), &stops.text()).await
    };
    let noted = match noted.await {
        Ok(false) => Err("another run changed it at the same time".to_owned()),
        noted => noted.map_err(|error| error.to_string()),
    };
    notes.ok_or_trouble(noted, IDLE_STOPS_LOST);
    notes
}

const IDLE_STOPS_LOST: &str = "what was stopped for being idle could not be recorded";

/// Keeps what was learned: prices, activity found, and which instances were stopped for being idle.
pub(crate) async fn keep(
    order: &Order<'_>,
    hub: &impl WriteRecord,
    history: &History,
    prices: Option<&Prices>,
    background: &Background,
    firsts: &FirstInstances,
    report: &Report,
) -> ((), Notes) {
    let mut notes = Notes::default();
    if let Some(prices) = prices {
        notes.ok_or_trouble(prices::write(hub, prices).await, PRICES_LOST);
    }
    if history.undone.has_unplaced() {
        let placed = undone::place(hub, report.rows.iter().map(|row| &row.id), report.at).await;
        notes.ok_or_trouble(placed, "where the undone stops were could not be recorded");
    }
    if let Some(known) = history.databases.as_ref().filter(|_| !background.databases.is_empty()) {
        let text = known.text_with(&background.databases, report.at);
        notes.ok_or_trouble(hub.write(uptimes::FILE, &text).await, "since when databases run could not be recorded");
    }
    // Under changed settings everything is due, and this run scanned what was due under the former ones.
    if !history.settings_changed {
        let scans = last_scans::keep(order, hub, background, firsts).await;
        notes.ok_or_trouble(scans, "what was scanned could not be recorded, so it is scanned again");
    }
    if let Some(idle) = &order.settings.idle
        && order.settings.run.record.is_some()
    {
        let mut stops = history.idle_stops.clone();
        stops.place(report.rows.iter().map(|row| &row.id));
        stopped_for_idleness(report).for_each(|(step, outcome)| stops.note(&step.id, outcome.at));
        let earlier = background.confirmed.iter().filter(|one| one.is_stopped() && one.because == Because::Idle);
        earlier.for_each(|one| stops.note(&one.id, one.step.at));
        if stops != history.idle_stops {
            notes.ok_or_trouble(hub.write(idle_stops::FILE, &stops.text()).await, IDLE_STOPS_LOST);
        }
        let text = history.witness.after(&background.sightings, idle, report.at);
        notes.ok_or_trouble(hub.write(witness::FILE, &text).await, "what was seen active could not be recorded");
    }
    ((), notes)
}
