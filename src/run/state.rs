//! What runs leave for later ones besides their outcomes: small files in the record. Losing one does no harm: notices
//! begin again, and activity is measured again.

use chrono::{DateTime, Utc};

use crate::engine::config::Settings;
use crate::engine::evidence::witness::{FILE, Witness};
use crate::engine::history::deliveries::{self, Deliveries};
use crate::engine::history::idle_stops;
use crate::engine::history::idle_stops::IdleStops;
use crate::engine::history::notices::Ledger;
use crate::engine::history::past_runs::History;
use crate::engine::history::uptimes;
use crate::engine::history::uptimes::Uptimes;
use crate::engine::history::weekly;
use crate::engine::history::weekly::Weekly;
use crate::engine::model::StopTag;
use crate::engine::request::Mode;
use crate::ports::{PortError, ReadRecord, WriteRecord};
use crate::run::acts::{history, own_acts};
use crate::run::last_scans;
use crate::run::order::Order;
use crate::run::pipeline::is_narrow;
use crate::run::stocktake;

/// Who was notified of what.
const NOTICES: &str = "state/told.jsonl";

/// Whether runs under these settings keep state between them besides their outcomes. If so, only one of them runs at a
/// time, armed or not, so that no person is notified twice.
pub(crate) fn is_stateful(settings: &Settings) -> bool {
    let channels = settings.notify.operator.is_some() || settings.notify.new_region.is_some();
    let notifies = channels || settings.owners.has_channels();
    let keeps = settings.idle.is_some() || settings.bill.is_some() || settings.forgotten.is_some();
    settings.run.record.is_some() && (keeps || notifies)
}

/// Earlier runs, if there is a record, and the other state that the settings need.
pub(crate) async fn past(order: &Order<'_>, hub: &impl ReadRecord) -> Result<History, PortError> {
    let (settings, now) = (order.settings, order.clock.at());
    if settings.run.record.is_none() {
        return Ok(History::default());
    }
    let mut history = history(hub, now).await?;
    history.today.as_own = is_narrow(order);
    if is_stateful(settings) {
        history.notified = hub.read(NOTICES).await?.map_or_else(Ledger::default, |text| Ledger::parse(&text, now));
        let zone = settings.zone();
        if !settings.notify.at_least.is_zero() {
            history.weekly = Some(Weekly::parse(hub.read(weekly::FILE).await?.as_deref(), now, zone));
        }
        if settings.channels.values().any(|channel| channel.prefers.deliver_at.is_some()) {
            history.deliveries = Deliveries::parse(hub.read(deliveries::FILE).await?.as_deref());
        }
        history.stocktake = stocktake::due(hub, now, zone).await?;
        if let Some(month) = history.stocktake {
            history.stocktake_sent = stocktake::sent(hub, month).await?;
        }
    }
    if !settings.listed_kinds().is_empty() {
        // A dry run writes no file, so without one it cannot know more than the creation.
        let first = (order.run.mode != Mode::Plan).then(Uptimes::default);
        history.databases = databases(hub, settings, now).await?.or(first);
    }
    history.cadence = last_scans::cadence(order, hub, history.stocktake).await;
    if let Some(idle) = &settings.idle {
        history.idle_stops =
            hub.read(idle_stops::FILE).await?.map_or_else(IdleStops::default, |text| IdleStops::parse(&text, now));
        history.witness = hub.read(FILE).await?.map_or_else(Witness::default, |text| Witness::parse(&text));
        // A week more than the veto window, because the stop before the window's first session is needed too.
        history.own = own_acts(hub, now, idle.veto.num_days() + 7).await?;
    }
    Ok(history)
}

/// Since when databases run, where a policy is for databases and a run has kept it.
pub(crate) async fn databases(
    hub: &impl ReadRecord,
    settings: &Settings,
    now: DateTime<Utc>,
) -> Result<Option<Uptimes>, PortError> {
    if settings.listed_kinds().is_empty() {
        return Ok(None);
    }
    Ok(hub.read(uptimes::FILE).await?.map(|text| Uptimes::parse(&text, now)))
}

/// Writes which stop tags an undo has left on services, so that none is remembered of what it has started. A run without the lock may
/// write the file, too, so it is changed only if it is still as it was read.
pub(crate) async fn note_tags(
    hub: &impl WriteRecord,
    stop_tags: Vec<StopTag>,
    now: DateTime<Utc>,
) -> Result<(), PortError> {
    if stop_tags.is_empty() {
        return Ok(());
    }
    let Some(old) = hub.read(uptimes::FILE).await? else { return Ok(()) };
    let new = Uptimes::parse(&old, now).text_with_tags(stop_tags, now);
    if hub.swap(uptimes::FILE, &old, &new).await? {
        return Ok(());
    }
    Err(PortError("another run changed it at the same time".to_owned()))
}

/// What an undo needs of earlier runs: who started databases and services last.
pub(crate) async fn starts(
    hub: &impl ReadRecord,
    settings: &Settings,
    now: DateTime<Utc>,
) -> Result<History, PortError> {
    if settings.listed_kinds().is_empty() {
        return Ok(History::default());
    }
    let databases = databases(hub, settings, now).await?.unwrap_or_default();
    Ok(History { databases: Some(databases), ..history(hub, now).await? })
}

/// Writes who was notified of what.
pub(crate) async fn write_notices(hub: &impl WriteRecord, ledger: &Ledger) -> Result<(), PortError> {
    hub.write(NOTICES, &ledger.text()).await.map(|_| ())
}
