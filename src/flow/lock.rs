//! One acting run at a time: a file in the record that only one run can create.

use std::fmt;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::ports::{PortError, WriteRecord};

const KEY: &str = "acting.lock";

/// A lock that outlives its run is void after this long: no run acts for longer than a Lambda function lives.
const LIFETIME_MINUTES: i64 = 16;

#[derive(Debug, Serialize, Deserialize)]
struct Held {
    run: String,
    until: DateTime<Utc>,
}

/// Why the lock was not taken.
#[derive(Debug)]
pub(super) enum NotLocked {
    /// Another run is acting.
    Held { run: String, until: DateTime<Utc> },
    /// It was this run's, and its time is over: others may have acted since.
    RanOut { run: String },
    /// The record does not answer.
    Port(PortError),
}

impl fmt::Display for NotLocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held { run, until } => write!(f, "run {run} is acting until {until} at most"),
            Self::RanOut { run } => write!(f, "the lock of run {run} has run out or was given back"),
            Self::Port(error) => write!(f, "{error}"),
        }
    }
}

/// A part of a run lives for as long, and may wait as long again for those before it to end.
const PART_MINUTES: i64 = 2 * LIFETIME_MINUTES;

/// Takes the lock for `run`. `wall` is the wall clock, which runs the same for every process.
pub(super) async fn take(hub: &impl WriteRecord, run: &str, wall: DateTime<Utc>) -> Result<(), NotLocked> {
    take_until(hub, run, wall, wall + Duration::minutes(LIFETIME_MINUTES)).await
}

/// Takes the lock for a run in parts: the first of them does, and the others [`hold`] it.
pub(super) async fn take_for_parts(hub: &impl WriteRecord, run: &str, wall: DateTime<Utc>) -> Result<(), NotLocked> {
    take_until(hub, run, wall, wall + Duration::minutes(PART_MINUTES)).await
}

/// Lets a part of a run go on, and holds the lock for it for another while.
///
/// # Errors
/// [`NotLocked`] where the lock is not this run's any more: its time is over, and others may be acting.
pub(super) async fn hold(hub: &impl WriteRecord, run: &str, wall: DateTime<Utc>) -> Result<(), NotLocked> {
    let lost = || NotLocked::RanOut { run: run.to_owned() };
    // Children of one run renew it side by side, and of two swaps one fails: it is enough that one comes through.
    for _ in 0..RENEWALS {
        let text = hub.read(KEY).await.map_err(NotLocked::Port)?.ok_or_else(lost)?;
        let held: Held = serde_json::from_str(&text).map_err(|_| lost())?;
        if held.run != run || held.until <= wall {
            return Err(if held.run == run { lost() } else { NotLocked::Held { run: held.run, until: held.until } });
        }
        if held.until >= wall + Duration::minutes(PART_MINUTES - 1) {
            return Ok(());
        }
        let renewed = written(run, wall + Duration::minutes(PART_MINUTES))?;
        if hub.swap(KEY, &text, &renewed).await.map_err(NotLocked::Port)? {
            return Ok(());
        }
    }
    Err(NotLocked::Port(PortError(format!("`{KEY}` in the record was changed by others {RENEWALS} times in a row"))))
}

/// Children that begin at once are as many as the state machine's width; each swap lets one of them through, and the
/// others then find it renewed.
const RENEWALS: usize = 8;

fn written(run: &str, until: DateTime<Utc>) -> Result<String, NotLocked> {
    let held = Held { run: run.to_owned(), until };
    serde_json::to_string(&held).map_err(|error| NotLocked::Port(PortError(error.to_string())))
}

async fn take_until(
    hub: &impl WriteRecord,
    run: &str,
    wall: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<(), NotLocked> {
    let text = written(run, until)?;
    let Some(found) = hub.create(KEY, &text).await.map_err(NotLocked::Port)? else { return Ok(()) };
    // A lock that cannot be read is as good as an expired one once its run is certainly over; until somebody
    // removes it, nothing is acted on.
    let other: Held = serde_json::from_str(&found).map_err(|_| {
        NotLocked::Port(PortError(format!("`{KEY}` in the record cannot be read; remove it if no run is acting")))
    })?;
    // The answer to our own write went astray, and the adapter repeated it.
    if other.run == run {
        return Ok(());
    }
    if other.until > wall {
        return Err(NotLocked::Held { run: other.run, until: other.until });
    }
    // Of several runs that find the same void lock, only one may take it over.
    if hub.swap(KEY, &found, &text).await.map_err(NotLocked::Port)? {
        return Ok(());
    }
    let mine = hub.read(KEY).await.map_err(NotLocked::Port)?.is_some_and(|now| now == text);
    if mine { Ok(()) } else { Err(NotLocked::Held { run: "another".to_owned(), until }) }
}

/// Gives the lock back, if it is still this run's.
pub(super) async fn release(hub: &impl WriteRecord, run: &str) -> Result<(), PortError> {
    let mine = |text: &str| serde_json::from_str::<Held>(text).is_ok_and(|held| held.run == run);
    match hub.read(KEY).await? {
        Some(text) if mine(&text) => hub.remove(KEY).await,
        Some(_) | None => Ok(()),
    }
}
