//! Reads and writes when each target was last scanned. Without the file, or if it cannot be read, everything is due.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::Duration;

use crate::engine::history::last_scans::{Cadence, FILE, LastScans};
use crate::engine::model::Target;
use crate::engine::model::month::Month;
use crate::engine::request::Mode;
use crate::ports::{PortError, ReadRecord, WriteRecord};
use crate::run::new_regions::FirstInstances;
use crate::run::order::Order;
use crate::run::pipeline::is_narrow;
use crate::run::scan::Background;

/// How often the file is read again because another run has changed it. Two runs rarely end in the same second.
const TRIES: usize = 3;

/// Which targets the run scans; `None`: all that it selects. A dry run, a run that a person narrowed, reviewed or
/// acknowledged, and a run without a record scan everything.
pub(crate) async fn cadence(order: &Order<'_>, hub: &impl ReadRecord, stocktake: Option<Month>) -> Option<Cadence> {
    let sweep = sweep(order)?;
    let text = hub.read(FILE).await.ok().flatten().unwrap_or_default();
    Some(of(order, &text, &order.settings.hash, sweep, stocktake))
}

/// The same from a file that was read already, under settings of this hash.
pub(crate) fn of(order: &Order<'_>, text: &str, settings: &str, sweep: Duration, stocktake: Option<Month>) -> Cadence {
    let zone = order.settings.zone();
    Cadence::new(LastScans::parse(text, settings), sweep, order.clock.at(), stocktake.map(|month| (month, zone)))
}

/// How often the run scans everything; `None`: now.
pub(crate) fn sweep(order: &Order<'_>) -> Option<Duration> {
    let Order { run, settings, clock: _, wall: _, reviewed, acknowledge, progress: _ } = order;
    let by_schedule = run.mode == Mode::Apply && !is_narrow(order) && reviewed.is_none() && acknowledge.is_none();
    settings.scope.sweep.filter(|_| by_schedule && settings.run.record.is_some())
}

/// The targets in which something was found for the first time ever, by what is known before this run is added.
///
/// # Errors
/// [`PortError`] when the record cannot be read.
pub(crate) async fn firsts(
    order: &Order<'_>,
    hub: &impl ReadRecord,
    background: &Background,
) -> Result<BTreeSet<Target>, PortError> {
    let text = hub.read(FILE).await?.unwrap_or_default();
    Ok(LastScans::parse(&text, &order.settings.hash).firsts(&background.visits))
}

/// Adds what the run has scanned. The file may have changed since the run read it, so it is read again. `firsts`: where
/// something was found for the first time, and whether the channel was notified of it.
///
/// # Errors
/// [`PortError`] when the record cannot be read or written. The next run then scans again what this one has scanned.
pub(crate) async fn keep(
    order: &Order<'_>,
    hub: &impl WriteRecord,
    background: &Background,
    firsts: &FirstInstances,
) -> Result<(), PortError> {
    let settings = order.settings;
    let used = settings.scope.sweep.is_some() || settings.notify.new_region.is_some();
    if !used || settings.run.record.is_none() {
        return Ok(());
    }
    let listed: BTreeSet<Arc<str>> = background.accounts.keys().cloned().collect();
    let listed = Some(&listed).filter(|_| !is_narrow(order));
    let mut visits = background.visits.clone();
    let named = order.run.scope.places.iter().flatten();
    named.for_each(|(account, region)| visits.begin(&Target::new(account.as_str(), region.as_str())));
    for _ in 0..TRIES {
        let old = hub.read(FILE).await?;
        if old.is_none() && listed.is_none() {
            return Ok(()); // everything is due anyway
        }
        let mut scans = LastScans::parse(old.as_deref().unwrap_or_default(), &settings.hash);
        scans.add(&visits, listed, order.clock.at());
        scans.note_first_instances(&firsts.notified, &firsts.pending);
        let text = scans.text(&settings.hash);
        if old.as_ref() == Some(&text) || hub.replace(FILE, old.as_deref(), &text).await? {
            return Ok(());
        }
    }
    Err(PortError(format!("`{FILE}` was changed by other runs at the same time, {TRIES} times")))
}
