//! Writes the monthly stocktake into the record.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use futures_util::stream::{self, StreamExt};

use crate::engine::config::Money;
use crate::engine::model::Locale;
use crate::engine::model::month::Month;
use crate::engine::report::stocktake::{DONE, Stocktake, is_due};
use crate::ports::{PortError, ReadRecord, WriteRecord};
use crate::render::stocktake::markdown;
use crate::render::{stocktake_csv, stocktake_json};

/// Accounts written side by side: three files of some 50 ms each, so that 1,000 accounts take 10 s.
const WIDTH: usize = 16;

/// The month for which stock is to be taken, if this is the first run of it. What the record says and cannot be read
/// as a month puts nothing off.
///
/// # Errors
/// [`PortError`] when the record cannot be read.
pub async fn due(hub: &impl ReadRecord, now: DateTime<Utc>, zone: Tz) -> Result<Option<Month>, PortError> {
    let done = hub.read(DONE).await?.and_then(|text| Month::parse(text.trim()));
    Ok(is_due(done, now, zone))
}

/// To which accounts' owners the stocktake of a month was sent, while it could not be sent to all: the month, and an
/// account a line.
const SENT: &str = "state/stocktake-sent";

/// The accounts whose stocktake of `month` needs not be sent again.
///
/// # Errors
/// [`PortError`] when the record cannot be read.
pub async fn sent(hub: &impl ReadRecord, month: Month) -> Result<BTreeSet<Arc<str>>, PortError> {
    let text = hub.read(SENT).await?.unwrap_or_default();
    let mut lines = text.lines();
    let same = lines.next().and_then(Month::parse) == Some(month);
    Ok(lines.filter(|_| same).map(Arc::from).collect())
}

/// Notes that these accounts' stocktakes of `month` were sent: the next run sends the others only.
///
/// # Errors
/// [`PortError`] when the record cannot be written.
pub async fn note_sent(hub: &impl WriteRecord, month: Month, sent: &BTreeSet<Arc<str>>) -> Result<(), PortError> {
    let lines: String = sent.iter().map(|account| format!("{account}\n")).collect();
    hub.write(SENT, &format!("{month}\n{lines}")).await.map(|_| ())
}

/// Notes that stock has been taken for `month`. Called when everything is written and said; what breaks off before is
/// done again by the next run.
///
/// # Errors
/// [`PortError`] when the record cannot be written.
pub async fn done(hub: &impl WriteRecord, month: Month) -> Result<(), PortError> {
    hub.write(DONE, &format!("{month}\n")).await.map(|_| ())
}

/// Writes the three files of each account, in the order of `all`. Answers where the Markdown of each is, or why not:
/// one account that fails keeps no other from its own.
pub async fn write(
    hub: &impl WriteRecord,
    all: &[Stocktake],
    money: &Money,
    locale: Locale,
) -> Vec<(Arc<str>, Result<String, PortError>)> {
    let writes = all.iter().map(|one| async move { (one.account.clone(), write_one(hub, one, money, locale).await) });
    stream::iter(writes).buffered(WIDTH).collect().await
}

async fn write_one(
    hub: &impl WriteRecord,
    stocktake: &Stocktake,
    money: &Money,
    locale: Locale,
) -> Result<String, PortError> {
    let json = stocktake_json(stocktake, money).map_err(|error| PortError(error.to_string()))?;
    let csv = stocktake_csv(stocktake, money).map_err(|error| PortError(error.to_string()))?;
    hub.write(&stocktake.key("json"), &json).await?;
    hub.write(&stocktake.key("csv"), &csv).await?;
    hub.write(&stocktake.key("md"), &markdown(stocktake, money, locale)).await
}
