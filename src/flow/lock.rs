//! One acting run at a time: a file in the record that only one run can create.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::ports::{Hub, PortError};

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
    /// The record does not answer.
    Port(PortError),
}

/// Takes the lock for `run`. `wall` is the wall clock, which runs the same for every process.
pub(super) async fn take(hub: &impl Hub, run: &str, wall: DateTime<Utc>) -> Result<(), NotLocked> {
    let held = Held { run: run.to_owned(), until: wall + Duration::minutes(LIFETIME_MINUTES) };
    let text = serde_json::to_string(&held).map_err(|error| NotLocked::Port(PortError(error.to_string())))?;
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
    if mine { Ok(()) } else { Err(NotLocked::Held { run: "another".to_owned(), until: held.until }) }
}

/// Gives the lock back, if it is still this run's.
pub(super) async fn release(hub: &impl Hub, run: &str) -> Result<(), PortError> {
    let mine = |text: &str| serde_json::from_str::<Held>(text).is_ok_and(|held| held.run == run);
    match hub.read(KEY).await? {
        Some(text) if mine(&text) => hub.remove(KEY).await,
        Some(_) | None => Ok(()),
    }
}
