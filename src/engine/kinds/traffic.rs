//! Whether a resource has carried traffic, from its metrics in CloudWatch. What is unknown is not silent.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::evidence::Reading;
use crate::engine::evidence::idle::{HOUR, bucket_from};

/// The part of a window's hours that must have a value, in per cent, where CloudWatch has one for every hour. A few are
/// missing when a metric is late, or when CloudWatch itself had trouble.
const COMPLETE_PERCENT: i64 = 95;

/// A metric that counts traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counter {
    /// Its namespace.
    pub namespace: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The statistic of each hour.
    pub statistic: &'static str,
    /// The dimension that names the resource.
    pub dimension: &'static str,
    /// Whether there is a value for every hour, zero included. If not, no value means no traffic.
    pub always: bool,
}

/// What the metrics of one resource say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Traffic {
    /// Nothing has passed in the whole window.
    Silent,
    /// Something has.
    Carried,
    /// It is unknown, for this cause.
    Unknown(Box<str>),
}

impl Default for Traffic {
    fn default() -> Self {
        Self::Unknown("it was not asked for".into())
    }
}

impl Traffic {
    /// Adds what one more counter says of the hours from `since` to `now`.
    #[must_use]
    pub fn and(self, counter: &Counter, reading: &Reading, since: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        let series = match (self, reading) {
            (Self::Silent, Reading::Known(series)) => series,
            (Self::Silent, Reading::Gap(cause)) => return Self::Unknown(cause.as_str().into()),
            (known, _) => return known,
        };
        let hours = series.buckets(HOUR, f64::max);
        if hours.values().any(|value| *value > 0.0) {
            return Self::Carried;
        }
        // The hour that has begun last may have no value yet.
        let whole = (now - since).num_hours() - 1;
        let known = i64::try_from(hours.len()).unwrap_or(i64::MAX);
        if counter.always && known.saturating_mul(100) < whole.saturating_mul(COMPLETE_PERCENT) {
            let name = counter.name;
            return Self::Unknown(format!("`{name}` has values for {known} of {whole} hours").into());
        }
        Self::Silent
    }
}

/// The beginning of a window of so many days, at the beginning of an hour.
pub fn window(days: u32, now: DateTime<Utc>) -> DateTime<Utc> {
    let begin = now - Duration::days(days.into());
    DateTime::from_timestamp(bucket_from(begin, HOUR), 0).unwrap_or(begin)
}

/// Whether a resource is older than a window: before that nothing could have passed.
pub(crate) fn is_older(created: Option<DateTime<Utc>>, days: u32, now: DateTime<Utc>) -> bool {
    created.is_some_and(|created| created <= now - Duration::days(days.into()))
}
