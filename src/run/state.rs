//! What runs leave to later ones beside their outcomes: small files in the record, each of which may be lost without
//! harm. Who was told begins anew; what was seen active is measured again.

use crate::engine::config::Settings;
use crate::engine::evidence::witness::{FILE, Witness};
use crate::engine::history::idle_stops;
use crate::engine::history::idle_stops::IdleStops;
use crate::engine::history::notices::Ledger;
use crate::engine::history::past_runs::History;
use crate::engine::history::weekly;
use crate::engine::history::weekly::Weekly;
use crate::ports::{PortError, ReadRecord, WriteRecord};
use chrono::{DateTime, Utc};

use crate::run::record::own_acts;
use crate::run::stocktake;
use crate::run::wrap_up::is_stateful;

/// Who was told what.
const TOLD: &str = "state/told.jsonl";

/// Adds to `history` what the settings ask for.
pub(crate) async fn recall(
    hub: &impl ReadRecord,
    settings: &Settings,
    history: &mut History,
    now: DateTime<Utc>,
) -> Result<(), PortError> {
    if is_stateful(settings) {
        history.told = hub.read(TOLD).await?.map_or_else(Ledger::default, |text| Ledger::parse(&text, now));
        let zone = settings.zone();
        if !settings.notify.at_least.is_zero() {
            history.weekly = Some(Weekly::parse(hub.read(weekly::FILE).await?.as_deref(), now, zone));
        }
        history.stocktake = stocktake::due(hub, now, zone).await?;
        if let Some(month) = history.stocktake {
            history.stocktake_sent = stocktake::sent(hub, month).await?;
        }
    }
    if let Some(idle) = &settings.idle {
        history.idle_stops =
            hub.read(idle_stops::FILE).await?.map_or_else(IdleStops::default, |text| IdleStops::parse(&text, now));
        history.witness = hub.read(FILE).await?.map_or_else(Witness::default, |text| Witness::parse(&text));
        // A week more than the veto window: the stop before the first of its sessions is needed too.
        history.own = own_acts(hub, now, idle.veto.num_days() + 7).await?;
    }
    Ok(())
}

/// Writes who was told what.
pub(crate) async fn write_told(hub: &impl WriteRecord, ledger: &Ledger) -> Result<(), PortError> {
    hub.write(TOLD, &ledger.text()).await.map(|_| ())
}
