//! Fills the table of prices: asks the price list for missing or old prices, a few in parallel and for a limited time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use futures_util::stream::{self, StreamExt};

use crate::engine::config::Money;
use crate::engine::cost::price::{Price, PriceKey, Prices};
use crate::engine::cost::{bundled, price_file};
use crate::engine::model::Notes;
use crate::engine::report::{Report, Row};
use crate::ports::{PortError, PriceList, ReadRecord, WriteRecord};
use crate::run::Order;
use crate::run::state::is_stateful;

/// Lookups in flight. AWS refills 5 calls a second in a bucket of 10. Two lookups of 250 ms each are 8 a second, which
/// the bucket allows for 3 s. After that, throttled calls are retried.
const WIDTH: usize = 2;

/// Lookups in one run: at 5 a second, a minute of its time. Further prices are unknown until the next run.
const LOOKUPS: usize = 300;

/// After this many failed lookups, the run gives up the rest: each may take the SDK's 30 s.
const FAILURES: u32 = 3;

/// Asks for the `keys` that are missing or old. A price that could not be asked for is unknown in this run and is not
/// stored. Returns what went wrong, each cause once, for the notes.
pub async fn fill(
    list: &impl PriceList,
    prices: &mut Prices,
    keys: impl IntoIterator<Item = PriceKey>,
    now: DateTime<Utc>,
) -> Vec<String> {
    let mut missing = prices.missing(keys, now).into_iter();
    let asked: Vec<PriceKey> = missing.by_ref().take(LOOKUPS).collect();
    let failures = &AtomicU32::new(0);
    let lookups = asked.into_iter().map(|key| async move {
        if failures.load(Ordering::Relaxed) >= FAILURES {
            return (key, Err(PortError(format!("the price list was given up after {FAILURES} failures"))));
        }
        let answer = list.lookup(&key).await;
        if answer.is_err() {
            failures.fetch_add(1, Ordering::Relaxed);
        }
        (key, answer)
    });
    // Collected first: the table is ordered, and the order of the answers must make no difference.
    let answers: Vec<(PriceKey, Result<Price, PortError>)> =
        stream::iter(lookups).buffer_unordered(WIDTH).collect().await;
    let mut causes = Vec::new();
    for (key, answer) in answers {
        match answer {
            Ok(price) => prices.learn(key, price, now),
            Err(PortError(cause)) => {
                causes.push(cause.clone());
                prices.fail(key, cause);
            }
        }
    }
    for key in missing {
        prices.fail(key, format!("no more than {LOOKUPS} prices are asked for in one run"));
    }
    causes.sort();
    causes.dedup();
    causes
}

/// The table in the record, or an empty one if there is none.
///
/// # Errors
/// [`PortError`] when the record cannot be read.
pub async fn read(hub: &impl ReadRecord) -> Result<Prices, PortError> {
    Ok(hub.read(Prices::KEY).await?.map_or_else(Prices::default, |text| Prices::parse(&text)))
}

/// Looks up the prices of the instances of `rows`. Unknown prices are shown as unknown. `None` where no person would be
/// notified of them, or the record cannot be read.
pub(crate) async fn look_up(
    order: &Order<'_>,
    list: &impl PriceList,
    hub: &impl ReadRecord,
    rows: &[Row],
) -> (Option<Prices>, Notes) {
    if !is_stateful(order.settings) {
        return (None, Notes::default());
    }
    let (prices, mut notes) = known(hub, &order.settings.money).await;
    let Some(mut prices) = prices else { return (None, notes) };
    let keys = rows.iter().flat_map(Row::price_keys).cloned();
    let causes = fill(list, &mut prices, keys, order.clock.at()).await;
    notes.lines.extend(causes.into_iter().map(|cause| format!("a price is unknown: {cause}")));
    (Some(prices), notes)
}

/// The table in the record with the prices of the price file that the settings name; `None` where it cannot be read.
pub(crate) async fn known(hub: &impl ReadRecord, money: &Money) -> (Option<Prices>, Notes) {
    let mut notes = Notes::default();
    let prices = notes.ok_or_note(read(hub).await, "the prices in the record cannot be read");
    let Some(prices) = prices else { return (None, notes) };
    let Some(file) = &money.price_file else { return (Some(prices), notes) };
    let (given, wrong) = match hub.read(file.as_str()).await {
        Ok(Some(text)) => price_file::read(&text),
        Ok(None) => (
            BTreeMap::new(),
            vec!["it is neither in the record nor, without a record, in the working directory".to_owned()],
        ),
        Err(error) => (BTreeMap::new(), vec![error.to_string()]),
    };
    notes.lines.extend(wrong.into_iter().map(|why| format!("the price file `{}`: {why}", file.as_str())));
    (Some(prices.with(given)), notes)
}

/// Writes the table.
///
/// # Errors
/// [`PortError`] when the record cannot be written.
pub async fn write(hub: &impl WriteRecord, prices: &Prices) -> Result<(), PortError> {
    hub.write(Prices::KEY, &prices.text()).await.map(|_| ())
}

/// Adds the prices to the rows.
pub(crate) fn put(prices: &Prices, rows: &mut [Row], at: DateTime<Utc>) {
    for row in rows {
        row.monthly = row.price_in(prices, at).and_then(|price| price.monthly());
    }
}

/// Adds to the report the prices from the record or the price file, and for the rest those that the release brings
/// along, without asking for others.
pub async fn with_known_prices(money: &Money, hub: &impl ReadRecord, mut report: Report) -> Report {
    let (prices, notes) = known(hub, money).await;
    let prices = prices.unwrap_or_default().or_bundled(bundled::prices());
    put(&prices, &mut report.rows, report.at);
    let is_bundled = report.rows.iter().flat_map(Row::price_keys).any(|key| prices.is_bundled(key));
    report.bundled_prices = bundled::date().filter(|_| is_bundled);
    report.priced = true;
    report.noting(notes)
}
