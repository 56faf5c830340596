//! The past, read once for all parts of a run, which gives all of them the same one.

use chrono::Duration;

use crate::engine::history::last_scans::FILE as FILE_OF_SCANS;
use crate::engine::history::past_runs::History;
use crate::engine::report::fan_out::Begun;
use crate::ports::{ReadRecord, WriteRecord};
use crate::run::fan_out::store::{find, key, write};
use crate::run::last_scans::sweep;
use crate::run::{Error, FanOutError, INDEX, Order, Past, index, last_scans, state};

const FILE: &str = "past";

/// Reads the past and stores it for the other parts.
pub(crate) async fn keep(order: &Order<'_>, hub: &impl WriteRecord, run: &str) -> Result<(), Error> {
    let (mut past, index) = Past::read(hub, order.settings, order.clock.at()).await.map_err(Error::Record)?;
    index::write(hub, INDEX, index).await;
    if let Some(sweep) = sweep(order) {
        // An empty text where there is no file: a later part must not find one that was written since.
        let text = hub.read(FILE_OF_SCANS).await.map_err(Error::Record)?.unwrap_or_default();
        past.last_scans = Some((text, sweep.num_seconds()));
    }
    write(hub, &key(run, FILE), &past).await?;
    Ok(())
}

/// The history, as a run that is not divided reads it.
pub(crate) async fn history(order: &Order<'_>, hub: &impl ReadRecord, begun: &Begun) -> Result<History, Error> {
    let key = key(&begun.run, FILE);
    // Without the file it is unknown what was undone or fought over. That is not an empty past.
    let missing = || FanOutError::Missing { run: begun.run.to_string(), key: key.clone() };
    let kept: Past = find(hub, &key).await?.ok_or_else(missing)?;
    let last_scans = kept.last_scans.clone();
    let mut history = state::past(order, &kept.over(hub)).await.map_err(Error::Record)?;
    // What the first part found due is due for every part, whatever a part knows of the request or the settings.
    history.cadence = last_scans.map(|(text, sweep)| {
        last_scans::of(order, &text, &begun.settings, Duration::seconds(sweep), history.stocktake)
    });
    history.settings_changed = begun.settings != order.settings.hash;
    Ok(history)
}
