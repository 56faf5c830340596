//! What runs leave to later ones beside their outcomes: small files in the record, each of which may be lost without
//! harm. Who was told begins anew; what was seen active is measured again.

use crate::decide::case::History;
use crate::decide::idle_stops::{self, IdleStops};
use crate::decide::settings::Settings;
use crate::decide::told::Ledger;
use crate::decide::weekly::{self, Weekly};
use crate::decide::witness::{FILE, Witness};
use crate::ports::{PortError, ReadRecord, WriteRecord};
use chrono::{DateTime, Utc};

use super::after::is_stateful;
use super::record::own_acts;
use super::stocktake;

/// Who was told what.
const TOLD: &str = "state/told.jsonl";

/// Adds to `history` what the settings ask for.
pub(super) async fn recall(
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
pub(super) async fn write_told(hub: &impl WriteRecord, ledger: &Ledger) -> Result<(), PortError> {
    hub.write(TOLD, &ledger.text()).await.map(|_| ())
}
