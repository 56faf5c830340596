//! How late a part of a run is. Two processes share only their wall clocks, and those may differ.

use std::time::Duration as Std;

use chrono::{DateTime, Duration, Utc};
use thiserror::Error;

use crate::engine::report::fan_out::Begun;

/// A child that begins later than this after the run does not act: the state machine ends after two hours, and the
/// child and the conclusion take a quarter of an hour each.
const LATEST_MINUTES: i64 = 90;

/// Synchronised clocks differ by less than a second. If a clock is more than a minute behind, it is not synchronised,
/// and its time says nothing about how late the part is.
const BEHIND_MINUTES: i64 = 1;

/// Why a child does not act.
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
    /// The time since the run began, at `wall` by the wall clock of a later part. If the clock went back, the result
    /// is zero: no part can begin before the run.
    pub fn ago(&self, wall: DateTime<Utc>) -> Std {
        (wall - self.wall).to_std().unwrap_or_default()
    }

    /// Whether a child that began at `wall` by its wall clock may still act. `now`: the time on the run's clock.
    ///
    /// # Errors
    /// [`TooLate`] if it begins too late, or if that cannot be determined.
    pub fn still_acts(&self, wall: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), TooLate> {
        let behind = self.wall - wall;
        if behind > Duration::minutes(BEHIND_MINUTES) {
            return Err(TooLate::ClockBehind { seconds: behind.num_seconds() });
        }
        if now - self.at > Duration::minutes(LATEST_MINUTES) { Err(TooLate::Late) } else { Ok(()) }
    }
}
