//! What a sign of life says: the figures, and the instant from which a whole window has to go by.

use chrono::Duration;
use idle_reaper::engine::evidence::idle::{Metric, Sign};

use super::samples::Case;

/// `loud` in the hours that begin more than `quiet` hours before the run's own, back to the window's beginning.
fn loud_before(case: Case, metric: Metric, quiet: i64, loud: f64) -> Case {
    let case = case.all(metric, loud);
    let newest = idle_reaper::engine::evidence::idle::since(metric, &case.settings, case.now) + case.settings.decision;
    (0..=quiet).fold(case, |case, n| case.having(metric, newest - Duration::hours(n), super::samples::quiet(metric)))
}

/// The end of the hour that begins so many hours before the run's own.
fn end_of(case: &Case, back: i64) -> Option<chrono::DateTime<chrono::Utc>> {
    Some(
        idle_reaper::engine::evidence::idle::since(Metric::Cpu, &case.settings, case.now)
            + case.settings.decision
            + Duration::hours(1 - back),
    )
}

#[test]
fn a_sign_is_dated_by_the_loud_hour_that_is_one_too_many_and_quiet_hours_date_nothing() {
    // The newest hundred hours are quiet; of 337 hours ten may be louder than the percentile, or sixteen of the network.
    let big = |case: Case| case.being(|it| it.details.vcpus = Some(96));
    let cases = [
        (big(loud_before(Case::idle(), Metric::Cpu, 100, 4.9)), "cpu-absolute", 10),
        (loud_before(Case::idle(), Metric::Cpu, 100, 6.0), "cpu", 10),
        (loud_before(Case::idle(), Metric::WriteOps, 100, 7200.0), "writes", 10),
        (loud_before(Case::idle(), Metric::WriteBytes, 100, 4e8), "written", 10),
        (loud_before(Case::idle(), Metric::Received, 100, 1e8), "network", 16),
        (loud_before(Case::idle(), Metric::Sent, 100, 1e8), "network", 16),
    ];
    for (case, what, skip) in cases {
        let sign = case.sign();
        assert_eq!((sign.as_str(), sign.at()), (what, end_of(&case, 101 + skip)), "{sign:?}");
    }
}

#[test]
fn a_machine_that_never_stops_has_one_more_hour_in_the_window_than_the_window_is_long() {
    // Of 265 hours, which overlap eleven days that begin in the middle of one, 20 % are 53.
    let case = Case::idle().under(|idle| {
        idle.decision = Duration::days(11);
        idle.percentile = 80.0;
    });
    let case = case.all(Metric::Cpu, 10.0);
    let Sign::Cpu { at, .. } = case.sign() else { panic!("{:?}", case.sign()) };
    assert_eq!(at, end_of(&case, 53));
}

#[test]
fn network_says_in_how_many_of_the_hours_it_was_quiet() {
    for (part, loud) in [(10, 33.0), (50, 168.0), (100, 337.0)] {
        let case = Case::idle().newest(Metric::Received, part, 2000.0 * 3600.0);
        let Sign::Network { quiet_percent, .. } = case.sign() else { panic!("{:?}", case.sign()) };
        assert!((quiet_percent - (100.0 - 100.0 * loud / 337.0)).abs() < 1e-9, "{loud} of 337: {quiet_percent}");
    }
}

#[test]
fn every_metric_has_words_of_its_own() {
    for (metric, words) in [
        (Metric::CpuByDay, "daily CPU"),
        (Metric::Cpu, "hourly CPU"),
        (Metric::CpuOverVeto, "hourly CPU"),
        (Metric::Received, "network in"),
        (Metric::Sent, "network out"),
        (Metric::WriteOps, "EBS write operations"),
        (Metric::WriteBytes, "EBS bytes written"),
        (Metric::FailedChecks, "status checks"),
        (Metric::Credits, "CPU credit balance"),
    ] {
        assert_eq!(metric.as_str(), words);
    }
}
