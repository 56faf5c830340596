//! The instant of a run, and how long it may still last. The wall clock is read once, at the entry.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

/// Goes on from the instant by which a run is judged.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    at: DateTime<Utc>,
    since: Instant,
    deadline: Option<Instant>,
}

impl Clock {
    /// A clock that shows `at` now, for a run that may last `left`.
    pub fn start(at: DateTime<Utc>, left: Option<Duration>) -> Self {
        let since = Instant::now();
        Self { at, since, deadline: left.map(|left| since + left) }
    }

    /// The instant by which the run is judged.
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// What the clock shows now.
    pub fn now(&self) -> DateTime<Utc> {
        self.at + chrono::Duration::from_std(self.since.elapsed()).unwrap_or_default()
    }

    /// Whether something that lasts `worst` at most still fits before the deadline.
    pub fn fits(&self, worst: Duration) -> bool {
        self.deadline.is_none_or(|deadline| Instant::now() + worst <= deadline)
    }

    /// How long until `reserve` before the deadline; `None` without a deadline.
    pub fn left(&self, reserve: Duration) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now() + reserve))
    }
}
