//! How late a part of a run is. Two processes have nothing in common but their wall clocks, and those may differ.

use std::time::Duration as Std;

use chrono::{DateTime, Duration, Utc};
use thiserror::Error;

use crate::engine::report::fan_out::Begun;

/// A child that begins later than this after the run acts no more: the state machine ends after two hours, and the
/// child and the conclusion take a quarter of an hour each.
const LATEST_MINUTES: i64 = 90;

/// Clocks that are kept differ by less than a second. One that is further behind than a minute is not kept, and what it
/// shows says nothing of how late it is.
const BEHIND_MINUTES: i64 = 1;

/// Why a child acts no more.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "each message says what the variant means")]
pub enum TooLate {
    #[error("out of time: the run began more than {LATEST_MINUTES} minutes ago; the next run makes it up")]
    Late,
    #[error(
        "the clock of this part is {seconds} seconds behind that of the first one, so that nobody knows how long ago the run began; the next run makes it up"
    )]
    ClockBehind { seconds: i64 },
}

impl Begun {
    /// What has gone by since the run began, at `wall` by the wall clock of a later part. A clock that went back takes
    /// nothing off: no part is before the run.
    pub fn ago(&self, wall: DateTime<Utc>) -> Std {
        (wall - self.wall).to_std().unwrap_or_default()
    }

    /// Whether a child may still act that began at `wall` by its wall clock; `now`: what the run's clock shows.
    ///
    /// # Errors
    /// [`TooLate`] where it begins too late, or nobody can tell.
    pub fn still_acts(&self, wall: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), TooLate> {
        let behind = self.wall - wall;
        if behind > Duration::minutes(BEHIND_MINUTES) {
            return Err(TooLate::ClockBehind { seconds: behind.num_seconds() });
        }
        if now - self.at > Duration::minutes(LATEST_MINUTES) { Err(TooLate::Late) } else { Ok(()) }
    }
}
