//! In which hours it ran, by the record of the reaper's own stops and starts: whose start it was, and what a start
//! leaves to work.

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::evidence::idle::{Idleness, Metric, Missing, Sign};
use idle_reaper::engine::model::Tier;
use idle_reaper::engine::model::WhyLikely;

use super::samples::Case;
use crate::fake::at;

fn tokyo(text: &str) -> DateTime<Utc> {
    at(&format!("{text}+09:00"))
}

fn office() -> Case {
    Case::idle().in_office_hours()
}

/// The reaper saw its start of 17 November through at another time of day.
fn seen_at(time: &str) -> Case {
    let mut case = office();
    let day = tokyo("2026-11-17T00:00:00");
    case.own.starts.retain(|start| *start < day || day + Duration::days(1) < *start);
    case.own.starts.push(tokyo(&format!("2026-11-17T{time}")));
    case
}

#[test]
fn a_start_is_the_reapers_own_where_it_was_seen_through_within_a_run_of_it_give_or_take_the_clocks() {
    // Seen through at 09:01. A run takes 15 minutes at the most; two clocks may be two minutes apart.
    for (launched, own) in [
        ("2026-11-25T08:43:59", false),
        ("2026-11-25T08:44:00", true),
        ("2026-11-25T09:00:20", true),
        ("2026-11-25T09:03:00", true),
        ("2026-11-25T09:03:01", false),
    ] {
        let answer = office().being(|it| it.launch = Some(tokyo(launched))).answer();
        assert_eq!(matches!(answer, Idleness::Idle(_)), own, "{launched}: {answer:?}");
        assert_eq!(matches!(answer, Idleness::Undetermined(Missing::RunningHours { .. })), !own, "{launched}");
    }
}

#[test]
fn a_start_tells_of_itself_for_a_run_before_it_was_seen_through_and_for_its_boot_after() {
    let burst = |seen: &str, hour: &str| {
        let case = seen_at(seen).having(Metric::CpuOverVeto, tokyo(&format!("2026-11-17T{hour}")), 90.0);
        matches!(case.answer(), Idleness::Active(Sign::Burst { .. }))
    };
    for (seen, hour, works) in [
        ("09:14:59", "08:00:00", false),
        ("09:15:00", "08:00:00", true),
        ("09:01:00", "08:00:00", false),
        ("09:01:00", "09:00:00", false),
        ("09:45:01", "10:00:00", false),
        ("09:45:00", "10:00:00", true),
    ] {
        assert_eq!(burst(seen, hour), works, "seen through at {seen}, a burst at {hour}");
    }
}

#[test]
fn a_restart_in_the_middle_of_a_session_tells_of_itself_too() {
    let restarted = tokyo("2026-11-12T13:10:00");
    let mut case = office();
    case.own.launches.push(restarted);
    let burst = |hour: &str| case.clone().having(Metric::CpuOverVeto, tokyo(&format!("2026-11-12T{hour}")), 90.0);
    for before in ["10:00:00", "12:00:00", "13:00:00"] {
        let facts = burst(before).facts();
        assert_eq!((facts.why_likely, facts.since), (Some(WhyLikely::Young), restarted), "{before}");
    }
    assert!(matches!(burst("14:00:00").sign(), Sign::Burst { .. }));
}

/// It ran day and night until the reaper stopped it for two hours of the last night; the record knows no start of it.
fn stopped_once() -> Case {
    let mut case = Case::idle();
    case.own.stops.push(at("2026-11-25T02:30:00Z"));
    case.own.starts.push(at("2026-11-25T04:30:00Z"));
    case.instance.launch = Some(at("2026-11-25T04:29:40Z"));
    case
}

#[test]
fn a_session_whose_start_nobody_recorded_counts_back_to_the_first_hour_without_a_datapoint() {
    let facts = stopped_once().facts();
    assert_eq!(facts.running_hours, 13 * 24 + 13 + 7, "from the window's first whole hour on, and since the start");
    assert_eq!((facts.tier, facts.since), (Tier::Strict, stopped_once().now - Duration::days(35)));
    let first = at("2026-11-05T00:00:00Z");
    let short = stopped_once().lacking(Metric::CpuOverVeto, DateTime::UNIX_EPOCH, first).facts();
    assert_eq!((short.why_likely, short.since), (Some(WhyLikely::Young), first));
}

#[test]
fn of_such_a_session_every_other_metric_is_expected_too() {
    let (from, to) = (at("2026-11-13T00:00:00Z"), at("2026-11-16T00:00:00Z"));
    let answer = stopped_once().lacking(Metric::Received, from, to).answer();
    // The hour that has just ended may be late.
    let expected = 13 * 24 + 13 + 7 - 1;
    let missing = Missing::Sparse { metric: Metric::Received, has: expected - 72, expected };
    assert_eq!(answer, Idleness::Undetermined(missing));
}
