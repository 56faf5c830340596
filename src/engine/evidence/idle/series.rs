//! Datapoints with their instants, in buckets. Values that are not numbers are dropped.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

/// One hour, the period of everything except the screening.
pub const HOUR: i64 = 3600;

/// Five minutes, the period for the last hour. Basic monitoring provides it.
pub const FIVE_MINUTES: i64 = 300;

/// One day in UTC, as in CloudWatch: the period of the screening.
pub const DAY: i64 = 86400;

/// Datapoints of one metric, in any order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series(Vec<(DateTime<Utc>, f64)>);

impl Series {
    /// A series of these points. NaN, infinities and negative values are dropped, because they are not valid.
    pub fn new(points: impl IntoIterator<Item = (DateTime<Utc>, f64)>) -> Self {
        Self(points.into_iter().filter(|(_, value)| value.is_finite() && *value >= 0.0).collect())
    }

    /// Its points, in the original order.
    pub fn points(&self) -> &[(DateTime<Utc>, f64)] {
        &self.0
    }

    /// Whether it has no point.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One value for each bucket of `period` seconds, by the bucket's first second; `pick` chooses among several.
    pub fn buckets(&self, period: i64, pick: fn(f64, f64) -> f64) -> BTreeMap<i64, f64> {
        let mut buckets: BTreeMap<i64, f64> = BTreeMap::new();
        for (at, value) in &self.0 {
            let first = bucket(*at, period);
            buckets.entry(first).and_modify(|known| *known = pick(*known, *value)).or_insert(*value);
        }
        buckets
    }

    /// The requests per second of something that publishes no zeros, as connections: a request needs one, so a part of a request
    /// counts as one. A bucket without requests is zero where `witness` shows that something was published, else unknown.
    #[must_use]
    pub fn requests_as_connections(&self, witness: &Self, period: i64) -> Self {
        let mut buckets: BTreeMap<i64, f64> =
            witness.buckets(period, f64::max).into_keys().map(|at| (at, 0.0)).collect();
        buckets.extend(self.buckets(period, f64::max).into_iter().map(|(at, value)| (at, value.ceil())));
        Self::new(buckets.into_iter().filter_map(|(at, value)| Some((DateTime::from_timestamp(at, 0)?, value))))
    }

    /// Several series as one, bucket by bucket of `period` seconds, where each of them has a point.
    #[must_use]
    pub fn joined(all: &[Self], period: i64, join: fn(f64, f64) -> f64) -> Self {
        let all: Vec<BTreeMap<i64, f64>> = all.iter().map(|series| series.buckets(period, f64::max)).collect();
        let Some((first, others)) = all.split_first() else { return Self::default() };
        let whole = first.iter().filter_map(|(begin, value)| {
            let join = |value, other: &BTreeMap<i64, f64>| Some(join(value, *other.get(begin)?));
            Some((DateTime::from_timestamp(*begin, 0)?, others.iter().try_fold(*value, join)?))
        });
        Self::new(whole)
    }
}

/// The first second of the bucket that contains an instant.
pub(crate) fn bucket(at: DateTime<Utc>, period: i64) -> i64 {
    at.timestamp().div_euclid(period) * period
}

/// The first bucket that begins at an instant or after it.
pub(crate) fn bucket_from(at: DateTime<Utc>, period: i64) -> i64 {
    let (first, exact) = (bucket(at, period), at.timestamp_subsec_nanos() == 0);
    if first == at.timestamp() && exact { first } else { first + period }
}

/// The instant of a bucket's end.
pub(crate) fn end_of(bucket: i64, period: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(bucket, 0).unwrap_or(DateTime::UNIX_EPOCH) + Duration::seconds(period)
}

/// The percentile by nearest rank: the smallest value that at least `percent` of all values do not exceed. `None` if
/// there are no values.
pub(crate) fn percentile(values: impl Iterator<Item = f64>, percent: f64) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let rank = values.len() - skip(values.len(), percent).min(values.len().saturating_sub(1));
    values.get(rank.checked_sub(1)?).copied()
}

/// How many of `n` values may lie above the percentile.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
pub(crate) fn skip(n: usize, percent: f64) -> usize {
    // A small epsilon: 5 % of 60 must be 3 despite the rounding of floating point.
    ((n as f64) * (100.0 - percent) / 100.0 + 1e-9).floor().max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_percentile_is_the_nearest_rank() {
        let of = |n: u32, percent| percentile((1..=n).map(f64::from), percent);
        assert_eq!(of(100, 97.0), Some(97.0));
        assert_eq!(of(336, 97.0), Some(326.0));
        assert_eq!(of(60, 95.0), Some(57.0));
        assert_eq!(of(5, 10.0), Some(1.0));
        assert_eq!((of(1, 97.0), of(0, 97.0)), (Some(1.0), None));
        assert_eq!(of(10, 100.0), Some(10.0));
    }

    #[test]
    fn requests_count_as_connections_and_silence_only_where_something_was_published() {
        let at = |n: i64| DateTime::from_timestamp(n * FIVE_MINUTES, 0).unwrap();
        let (requests, cpu) = (Series::new([(at(2), 0.02), (at(4), 3.2)]), Series::new([(at(1), 5.0), (at(2), 5.0)]));
        let joined = requests.requests_as_connections(&cpu, FIVE_MINUTES);
        assert_eq!(joined.points(), [(at(1), 0.0), (at(2), 1.0), (at(4), 4.0)], "of the third nothing is known");
        assert!(Series::default().requests_as_connections(&Series::default(), FIVE_MINUTES).is_empty());
    }

    #[test]
    fn what_is_no_number_is_no_point_and_an_hour_counts_where_every_volume_has_it() {
        let at = |hour: i64| DateTime::from_timestamp(hour * HOUR, 0).unwrap();
        let odd = [(at(1), f64::NAN), (at(2), f64::INFINITY), (at(3), -1.0), (at(4), 2.0)];
        assert_eq!(Series::new(odd).points(), [(at(4), 2.0)]);
        let (one, two) = (Series::new([(at(1), 1.0), (at(2), 2.0)]), Series::new([(at(2), 5.0), (at(3), 1.0)]));
        let both = [one, two];
        assert_eq!(Series::joined(&both, HOUR, |a, b| a + b).points(), [(at(2), 7.0)]);
        assert_eq!(Series::joined(&both, HOUR, f64::max).points(), [(at(2), 5.0)]);
        assert!(Series::joined(&[], HOUR, f64::max).is_empty());
    }
}
