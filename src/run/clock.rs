//! The instant of a run, and how long the run may still last. The instant by which a run judges is read once, at the
//! entry. Elapsed time is read here from two clocks: the monotonic clock stops while a laptop sleeps, and the wall
//! clock can be set back. The longer of the two counts.

use std::future::Future;
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, Utc};

use crate::engine::report::fan_out::Begun;

/// The maximum lifetime of an acting process without another deadline. It is shorter than the schedule's interval of 15
/// minutes by the minute that EventBridge Scheduler may be late and by the seconds that the lock outlives the process.
/// So a killed run leaves no lock that blocks the next one.
pub const LONGEST: Duration = Duration::from_secs(13 * 60);

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
        self.since.elapsed().max(self.wall.elapsed().unwrap_or_default())
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
