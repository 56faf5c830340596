//! Fills the table of prices: asks the price list for what is missing or old, a few at a time, and never for long.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use futures_util::stream::{self, StreamExt};

use crate::engine::config::Money;
use crate::engine::cost::price::{Price, PriceKey, Prices};
use crate::engine::cost::price_file;
use crate::ports::{PortError, PriceList, ReadRecord, WriteRecord};

/// Lookups in flight. AWS refills 5 calls a second in a bucket of 10; two lookups of 250 ms each are 8 a second, which
/// the bucket bears for 3 s; what is throttled after it is asked for again.
const WIDTH: usize = 2;

/// Lookups in one run: at 5 a second a minute of its time. What is beyond is unknown until the next run.
const LOOKUPS: usize = 300;

/// After so many lookups have failed, the rest of this run's are given up: each may take the SDK's 30 s.
const FAILURES: u32 = 3;

/// Asks for those of `keys` that are missing or old. What could not be asked is unknown in this run, and not learnt.
/// Answers what went wrong, each cause once, for the notes.
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
    // Collected first: the table is ordered, and in which order answers come must make no difference.
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

/// The table in the record; an empty one where there is none.
///
/// # Errors
/// [`PortError`] when the record cannot be read.
pub async fn read(hub: &impl ReadRecord) -> Result<Prices, PortError> {
    Ok(hub.read(Prices::KEY).await?.map_or_else(Prices::default, |text| Prices::parse(&text)))
}

/// The table in the record with the prices of the price file that the settings name;
/// and what is wrong with that file, for the notes.
///
/// # Errors
/// [`PortError`] when the table cannot be read.
pub(crate) async fn known(hub: &impl ReadRecord, money: &Money) -> Result<(Prices, Vec<String>), PortError> {
    let prices = read(hub).await?;
    let Some(file) = &money.price_file else { return Ok((prices, Vec::new())) };
    let (given, wrong) = match hub.read(file.as_str()).await {
        Ok(Some(text)) => price_file::read(&text),
        Ok(None) => (BTreeMap::new(), vec!["the record does not have it".to_owned()]),
        Err(error) => (BTreeMap::new(), vec![error.to_string()]),
    };
    let notes = wrong.into_iter().map(|why| format!("the price file `{}`: {why}", file.as_str()));
    Ok((prices.with(given), notes.collect()))
}

/// Writes the table.
///
/// # Errors
/// [`PortError`] when the record cannot be written.
pub async fn write(hub: &impl WriteRecord, prices: &Prices) -> Result<(), PortError> {
    hub.write(Prices::KEY, &prices.text()).await.map(|_| ())
}
