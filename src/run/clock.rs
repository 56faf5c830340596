//! The instant of a run, and how long the run may still last. The instant by which a run judges is read once, at the
//! entry. Elapsed time is read from tokio's monotonic clock, which tests can pause. That clock stops while a laptop
//! sleeps, so the wall clock counts instead once it is clearly ahead. The wall clock alone would not do: it can be set
//! back.

use std::future::Future;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use crate::engine::report::fan_out::Begun;

/// The maximum lifetime of an acting process without another deadline. It is shorter than the schedule's interval of 15
/// minutes by the minute that EventBridge Scheduler may be late and by the seconds that the lock outlives the process.
/// So a killed run leaves no lock that blocks the next one.
pub const LONGEST: Duration = Duration::from_secs(13 * 60);

/// A machine has slept, or was set ahead, if its wall clock is so far ahead of the monotonic clock.
const SLEPT: Duration = Duration::from_secs(10);

/// The instant by which a run is judged, and the time since.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    at: DateTime<Utc>,
    since: Instant,
    wall: SystemTime,
    lasts: Option<Duration>,
    /// Time that had elapsed before this process began, in a run in parts.
    before: Duration,
}

impl Clock {
    /// Starts a clock that shows `at` now, for a run that may last `left`.
    pub fn start(at: DateTime<Utc>, left: Option<Duration>) -> Self {
        Self { at, since: Instant::now(), wall: SystemTime::now(), lasts: left, before: Duration::ZERO }
    }

    /// The clock of a later part of a run that began at `wall` by its wall clock. The part may last `left`.
    pub fn resume(begun: &Begun, wall: DateTime<Utc>, left: Option<Duration>) -> Self {
        Self { before: begun.ago(wall), ..Self::start(begun.at, left) }
    }

    /// The instant by which the run is judged.
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// What the clock shows now.
    pub fn now(&self) -> DateTime<Utc> {
        self.at + chrono::Duration::from_std(self.before + self.elapsed()).unwrap_or_default()
    }

    /// The time since this process began.
    fn elapsed(&self) -> Duration {
        let (since, wall) = (self.since.elapsed(), self.wall.elapsed().unwrap_or_default());
        if wall.saturating_sub(since) > SLEPT { wall } else { since }
    }

    /// Whether something that lasts at most `worst` still fits before the deadline.
    pub fn fits(&self, worst: Duration) -> bool {
        self.lasts.is_none_or(|lasts| self.elapsed() + worst <= lasts)
    }

    /// The time until `reserve` before the deadline; `None` without a deadline.
    pub fn left(&self, reserve: Duration) -> Option<Duration> {
        self.lasts.map(|lasts| lasts.saturating_sub(self.elapsed() + reserve))
    }

    /// The result of `work` if it ends by `reserve` before the deadline; otherwise `None`.
    pub(crate) async fn within<T>(&self, reserve: Duration, work: impl Future<Output = T>) -> Option<T> {
        match self.left(reserve) {
            None => Some(work.await),
            Some(left) => tokio::time::timeout(left, work).await.ok(),
        }
    }
}
