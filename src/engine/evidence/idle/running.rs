//! The hours in which an instance ran. DescribeInstances returns the last start. The record has the reaper's own stops
//! and starts before it. For any other time, only the datapoints show it.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};

use crate::engine::evidence::idle::series::{bucket, bucket_from, end_of};

/// A start begins at most this long before the run confirms it, because a run lasts at most the 900 s of a Lambda
/// function. The launch time in AWS lies between the two.
const START: Duration = Duration::minutes(15);

/// The clocks of AWS and of the reaper may differ by this much.
const SKEW: Duration = Duration::minutes(2);

/// What the reaper did to one instance: its stops, and its starts at opening. A start that a person requested, for
/// example by an undo, is not included: it is a sign of activity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// When each stop was confirmed.
    pub stops: Vec<DateTime<Utc>>,
    /// When each start was confirmed.
    pub starts: Vec<DateTime<Utc>>,
    /// The launch time at each stop, also after starts by others. A start that is not the reaper's was made by
    /// others. Older records do not contain it.
    pub launches: Vec<DateTime<Utc>>,
}

/// The last entry of the record before a stop. If two entries have the same instant, the one that claims less counts.
/// It is the later variant here.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Before {
    OthersStart,
    OwnStart,
    Stop,
}

/// When it certainly ran, newest first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Running {
    /// Begin and end of each session.
    sessions: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// The time around each start: its datapoints show the start, not work.
    boots: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// Data before this instant is ignored: others started the instance then, so the windows began again.
    pub(crate) anew: Option<DateTime<Utc>>,
    /// It also ran until the second instant, for an unknown time, but not since before the first.
    earlier: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

impl Running {
    /// Follows the reaper's own stops and starts backwards from the last start, to `from`.
    pub(crate) fn of(
        launch: DateTime<Utc>,
        own: &Own,
        from: DateTime<Utc>,
        now: DateTime<Utc>,
        boot: Duration,
    ) -> Self {
        let mut running =
            Self { sessions: vec![(launch, now)], boots: vec![(launch, launch + boot)], anew: None, earlier: None };
        let last = |all: &[DateTime<Utc>], before: DateTime<Utc>| all.iter().filter(|at| **at < before).max().copied();
        // The launch time does not show who started it; the record does.
        let ours = |launch: DateTime<Utc>| {
            own.starts.iter().filter(|at| launch <= **at + SKEW && **at <= launch + START + SKEW).max()
        };
        let others: Vec<_> = own.launches.iter().copied().filter(|launch| ours(*launch).is_none()).collect();
        let Some(mut known) = ours(launch).copied() else {
            return Self { anew: Some(launch), ..running };
        };
        while known > from {
            // A stop may come minutes before an opening, so the earliest begin of the start is not a limit for it.
            let Some(stop) = last(&own.stops, known) else { break };
            let before = [
                last(&others, stop).map(|at| (at, Before::OthersStart)),
                last(&own.starts, stop).map(|at| (at, Before::OwnStart)),
                last(&own.stops, stop).map(|at| (at, Before::Stop)),
            ];
            match before.into_iter().flatten().max() {
                // A restart by others during a session is visible only in the launch time at the stop.
                Some((other, Before::OthersStart)) => {
                    running.sessions.push((other, stop));
                    running.boots.push((other, other + boot));
                    running.anew = Some(other);
                    break;
                }
                Some((start, Before::OwnStart)) => {
                    running.sessions.push((start, stop));
                    running.boots.push((start - START, start + boot));
                    known = start;
                }
                // Two stops without a start by the reaper between them: others started it at an unknown time.
                Some((other_stop, Before::Stop)) => {
                    running.earlier = Some((other_stop.max(from), stop));
                    break;
                }
                None => {
                    running.earlier = Some((from, stop));
                    break;
                }
            }
        }
        running
    }

    /// Whether it was started in the window that begins at `from`.
    pub(crate) fn started_since(&self, from: DateTime<Utc>) -> bool {
        self.boots.iter().any(|(_, end)| *end > from)
    }

    /// The whole buckets of `period` seconds between `from` and `to` in which it certainly ran.
    pub(crate) fn buckets(&self, from: DateTime<Utc>, to: DateTime<Utc>, period: i64) -> BTreeSet<i64> {
        let mut buckets = BTreeSet::new();
        for (begin, end) in &self.sessions {
            let (mut next, end) = (bucket_from((*begin).max(from), period), (*end).min(to));
            while end_of(next, period) <= end {
                buckets.insert(next);
                next += period;
            }
        }
        buckets
    }

    /// The whole hours before the certain ones in which it ran too, because `there` confirms each of them without a
    /// gap.
    pub(crate) fn earlier(&self, there: impl Fn(i64) -> bool, period: i64) -> BTreeSet<i64> {
        let Some((from, to)) = self.earlier else { return BTreeSet::new() };
        let mut buckets = BTreeSet::new();
        let mut next = bucket(to, period) - period;
        while next >= bucket_from(from, period) && there(next) {
            buckets.insert(next);
            next -= period;
        }
        buckets
    }

    /// Whether it may have run longer than is certain.
    pub(crate) fn may_be_more(&self) -> bool {
        self.earlier.is_some()
    }

    /// Whether a bucket has a start in it.
    pub(crate) fn boots_in(&self, bucket: i64, period: i64) -> bool {
        let begin = end_of(bucket - period, period);
        self.boots.iter().any(|(from, to)| *from < end_of(bucket, period) && begin < *to)
    }

    /// The begin of the earliest session that is certain.
    pub(crate) fn since(&self) -> DateTime<Utc> {
        self.sessions.iter().map(|(begin, _)| *begin).min().unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::evidence::idle::series::HOUR;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn running(launch: &str, stops: &[&str], starts: &[&str]) -> Running {
        let all = |texts: &[&str]| texts.iter().map(|text| at(text)).collect();
        let own = Own { stops: all(stops), starts: all(starts), launches: Vec::new() };
        Running::of(at(launch), &own, at("2026-11-01T00:00:00Z"), at("2026-11-20T12:00:00Z"), Duration::minutes(15))
    }

    #[test]
    fn a_start_by_somebody_else_begins_anew() {
        let found = running("2026-11-20T09:00:00Z", &["2026-11-19T18:00:00Z"], &["2026-11-19T09:00:00Z"]);
        assert_eq!(found.anew, Some(at("2026-11-20T09:00:00Z")));
        assert_eq!(found.sessions.len(), 1);
    }

    #[test]
    fn a_start_by_the_reaper_goes_on_with_what_it_had_stopped() {
        let found = running(
            "2026-11-20T08:59:40Z",
            &["2026-11-19T18:00:00Z", "2026-11-18T18:00:00Z"],
            &["2026-11-20T09:00:00Z", "2026-11-19T09:00:00Z"],
        );
        let hours = found.buckets(at("2026-11-01T00:00:00Z"), at("2026-11-20T12:00:00Z"), HOUR);
        assert_eq!(hours.len(), 9 + 3);
        assert_eq!(found.anew, None);
        assert_eq!(found.earlier, Some((at("2026-11-01T00:00:00Z"), at("2026-11-18T18:00:00Z"))));
        let known = found.earlier(|hour| end_of(hour, HOUR) > at("2026-11-18T09:00:00Z"), HOUR);
        assert_eq!(known.len(), 9);
    }

    #[test]
    fn a_restart_by_somebody_in_the_middle_of_a_session_begins_anew_however_often_it_is_stopped_since() {
        let own = |launches: &[&str]| Own {
            stops: vec![at("2026-11-19T18:00:00Z"), at("2026-11-18T18:00:00Z"), at("2026-11-17T18:00:00Z")],
            starts: vec![
                at("2026-11-20T09:00:00Z"),
                at("2026-11-19T09:00:00Z"),
                at("2026-11-18T09:00:00Z"),
                at("2026-11-17T09:00:00Z"),
            ],
            launches: launches.iter().map(|text| at(text)).collect(),
        };
        let running = |launches: &[&str]| {
            let (from, now) = (at("2026-11-01T00:00:00Z"), at("2026-11-20T12:00:00Z"));
            Running::of(at("2026-11-20T08:59:40Z"), &own(launches), from, now, Duration::minutes(15))
        };
        let ours = ["2026-11-19T08:59:40Z", "2026-11-18T08:59:40Z", "2026-11-17T08:59:40Z"];
        assert_eq!(running(&ours), running(&[]), "launches by the reaper itself tell nothing new");
        let found = running(&["2026-11-19T08:59:40Z", "2026-11-18T13:10:00Z", "2026-11-17T08:59:40Z"]);
        assert_eq!((found.anew, found.since()), (Some(at("2026-11-18T13:10:00Z")), at("2026-11-18T13:10:00Z")));
        let hours = found.buckets(at("2026-11-01T00:00:00Z"), at("2026-11-20T12:00:00Z"), HOUR);
        assert_eq!(hours.len(), 4 + 9 + 3);
        assert!(!found.may_be_more());
    }

    #[test]
    fn between_two_stops_somebody_started_it_and_the_hours_before_are_not_counted() {
        let found = running(
            "2026-11-20T08:59:40Z",
            &["2026-11-19T18:00:00Z", "2026-11-18T18:00:00Z"],
            &["2026-11-20T09:00:00Z", "2026-11-18T09:00:00Z"],
        );
        assert_eq!(found.earlier, Some((at("2026-11-18T18:00:00Z"), at("2026-11-19T18:00:00Z"))));
        assert_eq!(found.buckets(at("2026-11-01T00:00:00Z"), at("2026-11-20T12:00:00Z"), HOUR).len(), 3);
    }

    #[test]
    fn the_hours_of_a_start_are_known() {
        let found = running("2026-11-20T08:50:00Z", &[], &[]);
        let hour = |text| bucket(at(text), HOUR);
        assert!(
            found.boots_in(hour("2026-11-20T08:00:00Z"), HOUR) && found.boots_in(hour("2026-11-20T09:00:00Z"), HOUR)
        );
        assert!(
            !found.boots_in(hour("2026-11-20T10:00:00Z"), HOUR) && !found.boots_in(hour("2026-11-20T07:00:00Z"), HOUR)
        );
    }
}
