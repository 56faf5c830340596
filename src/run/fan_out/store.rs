//! The files of a run in parts: where they are, and how they are written and read.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::engine::report::fan_out::{Acted, Begun, Decided, Part};
use crate::ports::{PortError, ReadRecord, Scan, WriteRecord};
use crate::run::fan_out::merged::Merged;
use crate::run::{Error, FanOutError};

/// The folder of runs in parts, by run.
const FAN_OUT: &str = "fan-out";

/// The folder of the children's scans.
const SEEN: &str = "scan";
const DONE: &str = "act";

/// `fan-out/<run>/<what>.json`
pub(crate) fn key(run: &str, what: &str) -> String {
    format!("{FAN_OUT}/{run}/{what}.json")
}

/// `fan-out/<run>/scan/3.json`
pub(crate) fn scan_key(run: &str, batch: usize) -> String {
    key(run, &format!("{SEEN}/{batch}"))
}

/// `fan-out/<run>/act/3.json`
pub(crate) fn act_key(run: &str, batch: usize) -> String {
    key(run, &format!("{DONE}/{batch}"))
}

/// `fan-out/<run>/acting/3.json`: a child has begun to act.
pub(crate) fn begun_key(run: &str, batch: usize) -> String {
    key(run, &format!("acting/{batch}"))
}

/// Writes one file, and returns its location.
pub(crate) async fn write<T: Serialize>(hub: &impl WriteRecord, key: &str, value: &T) -> Result<String, Error> {
    let text = serde_json::to_string(value).map_err(|error| Error::Record(PortError(error.to_string())))?;
    hub.write(key, &text).await.map_err(Error::Record)
}

/// Reads one file; `None` where it does not exist.
pub(crate) async fn find<T: DeserializeOwned>(hub: &impl ReadRecord, key: &str) -> Result<Option<T>, Error> {
    let text = hub.read(key).await.map_err(Error::Record)?;
    Ok(text.map(|text| parse(key, &text)).transpose()?)
}

/// Reads one file that must exist.
pub(crate) async fn need<T: DeserializeOwned>(hub: &impl ReadRecord, run: &str, key: &str) -> Result<T, Error> {
    let missing = || FanOutError::Missing { run: run.to_owned(), key: key.to_owned() };
    Ok(find(hub, key).await?.ok_or_else(missing)?)
}

fn parse<T: DeserializeOwned>(key: &str, text: &str) -> Result<T, FanOutError> {
    serde_json::from_str(text).map_err(|error| FanOutError::Unreadable { key: key.to_owned(), why: error.to_string() })
}

/// What the first part of a run left.
///
/// # Errors
/// [`Error`] where it left nothing, or nothing readable.
pub async fn begun(hub: &impl ReadRecord, run: &str) -> Result<Begun, Error> {
    need(hub, run, &key(run, "begun")).await
}

/// What was decided.
pub(crate) async fn decided(hub: &impl ReadRecord, run: &str) -> Result<Decided, Error> {
    need(hub, run, &key(run, "decided")).await
}

/// The children's scans, merged. A child that left nothing, or nothing readable, makes only its own accounts
/// unreachable.
pub(crate) async fn scanned<'a, L: Scan>(
    hub: &impl ReadRecord,
    live: &'a L,
    begun: &Begun,
) -> Result<Merged<'a, L>, Error> {
    let mut parts: BTreeMap<usize, Result<Part, String>> = numbered(hub, &begun.run, SEEN).await?;
    let lost = || Err("the part of the run that was to scan it came to nothing".to_owned());
    let parts = (0..begun.batches.len()).map(|batch| parts.remove(&batch).unwrap_or_else(lost));
    Ok(Merged::of(live, begun, parts))
}

/// What the children have done, by batch.
pub(crate) async fn done(hub: &impl ReadRecord, run: &str) -> Result<BTreeMap<usize, Result<Acted, String>>, Error> {
    numbered(hub, run, DONE).await
}

/// Every file of a folder whose name is a number.
async fn numbered<T: DeserializeOwned>(
    hub: &impl ReadRecord,
    run: &str,
    folder: &str,
) -> Result<BTreeMap<usize, Result<T, String>>, Error> {
    let folder = format!("{FAN_OUT}/{run}/{folder}");
    let files = hub.read_since(&folder, "").await.map_err(Error::Record)?;
    let read = files.iter().filter_map(|(file, text)| {
        let batch = file.strip_suffix(".json")?.parse().ok()?;
        Some((batch, parse(&format!("{folder}/{file}"), text).map_err(|why| why.to_string())))
    });
    Ok(read.collect())
}
