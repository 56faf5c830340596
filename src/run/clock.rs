//! The instant of a run, and how long it may still last. The instant to judge by is read once, at the entry; what
//! has gone by since is read here, by two clocks: the monotonic one stands still while a laptop sleeps, and the wall
//! clock can be set back. The longer of the two counts.

use std::future::Future;
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, Utc};

use crate::engine::report::fan_out::Begun;

/// How long an acting process lasts where nobody ends it sooner: less than the schedule's interval of 15 minutes by the minute
/// in which EventBridge Scheduler may be late and the seconds for which the lock outlives it, so that a run that is killed
/// leaves no lock to the next one.
pub const LONGEST: Duration = Duration::from_secs(13 * 60);

/// Goes on from the instant by which a run is judged.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    at: DateTime<Utc>,
    since: Instant,
    wall: SystemTime,
    lasts: Option<Duration>,
    /// What had gone by when this process began, of a run in parts.
    before: Duration,
}

impl Clock {
    /// A clock that shows `at` now, for a run that may last `left`.
    pub fn start(at: DateTime<Utc>, left: Option<Duration>) -> Self {
        Self { at, since: Instant::now(), wall: SystemTime::now(), lasts: left, before: Duration::ZERO }
    }

    /// The clock of a later part of a run, which began at `wall` by its wall clock; the part may last `left`.
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

    /// What has gone by since this process began.
    fn elapsed(&self) -> Duration {
        self.since.elapsed().max(self.wall.elapsed().unwrap_or_default())
    }

    /// Whether something that lasts `worst` at most still fits before the deadline.
    pub fn fits(&self, worst: Duration) -> bool {
        self.lasts.is_none_or(|lasts| self.elapsed() + worst <= lasts)
    }

    /// How long until `reserve` before the deadline; `None` without a deadline.
    pub fn left(&self, reserve: Duration) -> Option<Duration> {
        self.lasts.map(|lasts| lasts.saturating_sub(self.elapsed() + reserve))
    }

    /// What `work` answers until `reserve` before the deadline; `None` where that is too late.
    pub(crate) async fn within<T>(&self, reserve: Duration, work: impl Future<Output = T>) -> Option<T> {
        match self.left(reserve) {
            None => Some(work.await),
            Some(left) => tokio::time::timeout(left, work).await.ok(),
        }
    }
}
