//! Where the windows begin and end, and limits that are met to the last digit.

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::evidence::idle::{
    Evidence, Idleness, Metric, Missing, Next, Series, Sign, network_per_hour, next,
};
use idle_reaper::engine::model::Tier;
use idle_reaper::engine::model::WhyLikely;

use super::samples::Case;
use crate::fake::at;

/// A whole hour: both windows begin exactly where one of CloudWatch's hours does.
fn noon() -> DateTime<Utc> {
    at("2026-11-25T12:00:00Z")
}

fn hours(n: i64) -> Duration {
    Duration::hours(n)
}

fn is_idle(case: &Case) -> bool {
    matches!(case.answer(), Idleness::Idle(_))
}

/// The same evidence, of which only daily CPU has been asked for.
fn screened(case: &Case) -> Evidence {
    let days = case.evidence().get(Metric::CpuByDay).expect("daily CPU").clone();
    Evidence::of([(Metric::CpuByDay, days)])
}

#[test]
fn the_hour_that_ended_when_the_decision_window_began_is_not_in_it() {
    let begin = noon() - Duration::days(14);
    let plain = Case::idle_at(noon());
    let failed = |hour| plain.clone().having(Metric::FailedChecks, hour, 1.0).answer();
    assert!(matches!(failed(begin - hours(1)), Idleness::Idle(_)));
    assert!(matches!(failed(begin), Idleness::Active(Sign::ChecksFailed { .. })));
    let young = plain.clone().started(noon() - Duration::days(20));
    for (case, metric) in [(plain, Metric::Cpu), (young, Metric::CpuOverVeto)] {
        assert!(is_idle(&case.clone().having(metric, begin - hours(1), 18.0)), "{metric:?}");
        assert!(matches!(case.having(metric, begin, 18.0).sign(), Sign::CpuPeak { cpu: 18.0, .. }), "{metric:?}");
    }
}

#[test]
fn what_lies_after_the_instant_of_the_run_is_not_looked_at() {
    let case = Case::idle_at(noon());
    assert!(is_idle(&case.clone().having(Metric::Cpu, noon() + hours(2), 90.0)));
    assert!(!is_idle(&case.having(Metric::Cpu, noon() - hours(1), 90.0)));
}

#[test]
fn what_was_measured_before_somebody_started_it_tells_nothing_of_it() {
    let started = at("2026-11-05T09:00:00Z");
    let case = Case::idle_at(noon()).started(started);
    let earlier = [
        case.clone().having(Metric::CpuOverVeto, started - hours(1), 90.0),
        case.clone().having(Metric::CpuOverVeto, started - Duration::days(5), 90.0),
        case.clone().having(Metric::CpuByDay, at("2026-10-31T00:00:00Z"), 90.0),
    ];
    for before in earlier {
        assert_eq!(before.facts().why_likely, Some(WhyLikely::Young));
    }
    let since = case.having(Metric::CpuOverVeto, started + hours(1), 90.0);
    assert!(matches!(since.sign(), Sign::Burst { .. }));
}

#[test]
fn a_start_that_ended_before_an_hour_began_leaves_that_hour_to_work() {
    for (started, works) in [("2026-11-05T08:45:00Z", true), ("2026-11-05T08:45:01Z", false)] {
        let case = Case::idle_at(noon()).started(at(started));
        let burst = case.having(Metric::CpuOverVeto, at("2026-11-05T09:00:00Z"), 90.0);
        assert_eq!(is_idle(&burst), !works, "{started}");
    }
}

#[test]
fn a_day_of_which_a_part_lies_before_the_decision_window_shows_no_peak() {
    // The window begins on 11 November in the middle of the day.
    let peak = |day: &str| Case::idle().having(Metric::CpuByDay, at(day), 18.0);
    let cut = peak("2026-11-11T00:00:00Z");
    assert_eq!(next(cut.question(), &screened(&cut), None), Next::Ask(vec![Metric::Cpu]));
    assert_eq!(cut.facts().tier, Tier::Strict);
    // Of a whole day nobody knows the hour: it is certain from the day's beginning on.
    let whole = peak("2026-11-12T00:00:00Z");
    let sign = Sign::CpuPeak { cpu: 18.0, limit: 15.0, at: at("2026-11-12T00:00:00Z") };
    assert_eq!(next(whole.question(), &screened(&whole), None), Next::Known(Idleness::Active(sign)));
}

#[test]
fn it_is_young_until_it_has_run_for_the_whole_veto_window() {
    let begin = Case::idle().now - Duration::days(35);
    let started = |when| Case::idle().started(when).facts();
    assert_eq!((started(begin).tier, started(begin).since), (Tier::Strict, begin));
    let late = begin + Duration::seconds(1);
    assert_eq!((started(late).why_likely, started(late).since), (Some(WhyLikely::Young), late));
}

#[test]
fn five_megabytes_to_the_byte_are_too_many_for_a_day() {
    let day = |more: f64| Case::idle().with(Metric::Received, hours(20), 50_000.0 + more).facts();
    assert_eq!((day(2_599_999.0).tier, day(2_599_999.0).network_per_day), (Tier::Strict, 4_999_999.0));
    assert_eq!((day(2_600_000.0).tier, day(2_600_000.0).network_per_day), (Tier::Likely, 5_000_000.0));
}

#[test]
fn what_is_missing_of_a_day_is_taken_to_be_like_the_rest_of_it() {
    let (day, half) = (at("2026-11-20T00:00:00Z"), hours(12));
    let halved = [Metric::Received, Metric::Sent].into_iter().fold(Case::idle(), |case, metric| {
        let busy = (0..12).fold(case, |case, hour| case.having(metric, day + hours(hour), 150_000.0));
        busy.lacking(metric, day + half, day + half + half)
    });
    let facts = halved.facts();
    assert_eq!((facts.tier, facts.network_per_day), (Tier::Likely, 7_200_000.0), "3.6 MB in half a day");
    // The agents of its image have run on the whole of the day as well.
    let peers = Case { baseline: Some(100_000.0), ..halved };
    assert_eq!((peers.facts().tier, peers.facts().baseline_per_hour), (Tier::Strict, Some(100_000.0)));
}

#[test]
fn the_network_of_an_hour_is_what_went_in_and_out_of_it() {
    let case = Case::idle().all(Metric::Received, 70_000.0);
    assert_eq!(network_per_hour(case.question(), &case.evidence()), Some(120_000.0));
    let nothing = case.only(Metric::Received, |_| false).only(Metric::Sent, |_| false);
    assert_eq!(network_per_hour(nothing.question(), &nothing.evidence()), None);
}

#[test]
fn credits_are_spent_below_one_in_more_than_five_per_cent_of_the_hours() {
    let credits = |part, balance| {
        Case::idle().being(|it| it.kind = "t3.nano".into()).newest(Metric::Credits, part, balance).answer()
    };
    assert!(matches!(credits(100, 1.0), Idleness::Idle(_)));
    assert!(matches!(credits(100, 0.99), Idleness::Active(Sign::CreditsSpent { hours: 337 })));
    assert!(matches!(credits(5, 0.0), Idleness::Idle(_)), "16 of 337 hours are not yet more than 5 %");
}

#[test]
fn where_no_datapoint_is_expected_none_is_still_evidence_of_nothing() {
    // So late that no hour of the decision window is due.
    let patient = Case::idle().under(|idle| idle.late = Duration::days(15));
    for case in [patient.clone(), patient.only(Metric::Cpu, |_| false)] {
        let missing = Missing::Sparse { metric: Metric::Cpu, has: 0, expected: 0 };
        assert_eq!(case.answer(), Idleness::Undetermined(missing));
    }
}

#[test]
fn a_series_without_a_figure_is_empty_and_one_with_a_figure_is_not() {
    let series = |value| Series::new([(noon(), value)]);
    assert!(series(f64::NAN).is_empty() && !series(0.0).is_empty());
}
