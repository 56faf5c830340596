//! Allows one acting run at a time, by a file in the record that only one run can create.

use std::time::Duration as Std;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::engine::model::sane;
use crate::ports::{PortError, WriteRecord};
use crate::run::clock::LONGEST;

const KEY: &str = "acting.lock";

/// The lock ends this many seconds after the deadline of the process that holds it. An acting process keeps 2 s back to
/// answer, and a call that it has sent may still take effect for 6 s.
const MARGIN_SECONDS: i64 = 10;

#[derive(Debug, Serialize, Deserialize)]
struct Held {
    run: String,
    #[serde(deserialize_with = "sane")]
    until: DateTime<Utc>,
}

/// Why the lock was not taken.
#[derive(Debug, Error)]
pub(crate) enum NotLocked {
    /// Another run is acting.
    #[error("run {run} is acting until {until} at most")]
    Held { run: String, until: DateTime<Utc> },
    /// This run held the lock and lost it: others may have acted since.
    #[error("the lock of run {run} was given back or taken over")]
    RanOut { run: String },
    /// The record does not answer.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// How long a process holds the lock if `left` remains until its deadline.
fn life(left: Option<Std>) -> Duration {
    let left = Duration::from_std(left.unwrap_or(LONGEST)).unwrap_or_default();
    left + Duration::seconds(MARGIN_SECONDS)
}

/// The time by the one clock that all processes share: the record's own. A process with a wrong clock must not take
/// over a live lock, and must not write a lock that others find expired. If the record has no clock, `wall` is used.
async fn now(hub: &impl WriteRecord, wall: DateTime<Utc>) -> DateTime<Utc> {
    hub.now().await.unwrap_or(wall)
}

/// Takes the lock for `run`, whose process has `left` until its deadline. `wall`: the process's own clock.
pub(crate) async fn take(
    hub: &impl WriteRecord,
    run: &str,
    wall: DateTime<Utc>,
    left: Option<Std>,
) -> Result<(), NotLocked> {
    let now = now(hub, wall).await;
    take_until(hub, run, now, now + life(left)).await
}

/// Lets a part of a run continue, and extends the lock until the part's own deadline. An expired lock still belongs to
/// the run until another run takes it: that run writes its own name into it, or removes it.
///
/// # Errors
/// [`NotLocked`] where the lock is no longer this run's: others may be acting, or have acted.
pub(crate) async fn hold(
    hub: &impl WriteRecord,
    run: &str,
    wall: DateTime<Utc>,
    left: Option<Std>,
) -> Result<(), NotLocked> {
    let lost = || NotLocked::RanOut { run: run.to_owned() };
    // Children of one run renew the lock in parallel, and one of two swaps fails. One success is enough.
    for _ in 0..RENEWALS {
        let text = hub.read(KEY).await?.ok_or_else(lost)?;
        let held: Held = serde_json::from_str(&text).map_err(|_| lost())?;
        if held.run != run {
            return Err(NotLocked::Held { run: held.run, until: held.until });
        }
        if held.until >= wall + life(left) - Duration::minutes(1) {
            return Ok(());
        }
        let renewed = written(run, now(hub, wall).await + life(left))?;
        if hub.swap(KEY, &text, &renewed).await? {
            return Ok(());
        }
    }
    Err(NotLocked::Port(PortError(format!("`{KEY}` in the record was changed by others {RENEWALS} times in a row"))))
}

/// As many children begin at once as the state machine runs in parallel. Each swap lets one of them through, and the
/// others then find the lock renewed.
const RENEWALS: usize = 8;

fn written(run: &str, until: DateTime<Utc>) -> Result<String, PortError> {
    Ok(serde_json::to_string(&Held { run: run.to_owned(), until })?)
}

async fn take_until(
    hub: &impl WriteRecord,
    run: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<(), NotLocked> {
    let text = written(run, until)?;
    let Some(found) = hub.create(KEY, &text).await? else { return Ok(()) };
    // An unreadable lock may belong to an acting run. Nothing is acted on until a person removes it, once that run is
    // certainly over.
    let other: Held = serde_json::from_str(&found).map_err(|_| {
        NotLocked::Port(PortError(format!("`{KEY}` in the record cannot be read; remove it if no run is acting")))
    })?;
    // The answer to our own write was lost, and the adapter repeated the write.
    if other.run == run {
        return Ok(());
    }
    if other.until > now {
        return Err(NotLocked::Held { run: other.run, until: other.until });
    }
    // If several runs find the same expired lock, only one may take it over.
    if hub.swap(KEY, &found, &text).await? {
        return Ok(());
    }
    let mine = hub.read(KEY).await?.is_some_and(|there| there == text);
    if mine { Ok(()) } else { Err(NotLocked::Held { run: "another".to_owned(), until }) }
}

/// Releases the lock, if it is still this run's.
pub(crate) async fn release(hub: &impl WriteRecord, run: &str) -> Result<(), PortError> {
    let mine = |text: &str| serde_json::from_str::<Held>(text).is_ok_and(|held| held.run == run);
    match hub.read(KEY).await? {
        Some(text) if mine(&text) => hub.remove(KEY).await,
        Some(_) | None => Ok(()),
    }
}
