//! Traffic from metrics: what is missing or partial is not silent.

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::evidence::Reading;
use idle_reaper::engine::evidence::idle::Series;
use idle_reaper::engine::kinds::gateway;
use idle_reaper::engine::kinds::load_balancer::counters;
use idle_reaper::engine::kinds::traffic::{Counter, Traffic, window};

use crate::fake::at;

const NOW: &str = "2026-11-25T12:34:56Z";
const ALWAYS: &Counter = &gateway::COUNTERS[0];

fn sometimes() -> &'static Counter {
    &counters("network")[0]
}

/// Hours of zero from the beginning of the window on, but for `missing` of them at its end.
fn zeros(missing: i64) -> Vec<(DateTime<Utc>, f64)> {
    let since = window(gateway::DAYS, at(NOW));
    let hours = (at(NOW) - since).num_hours() + 1 - missing;
    (0..hours).map(|hour| (since + Duration::hours(hour), 0.0)).collect()
}

fn said(counter: &Counter, points: Vec<(DateTime<Utc>, f64)>) -> Traffic {
    let since = window(gateway::DAYS, at(NOW));
    Traffic::Silent.and(counter, &Reading::Known(Series::new(points)), since, at(NOW))
}

#[test]
fn zero_in_every_hour_is_silent_and_one_value_is_traffic() {
    assert_eq!(said(ALWAYS, zeros(0)), Traffic::Silent);
    let mut once = zeros(0);
    once[100].1 = 1.0;
    assert_eq!(said(ALWAYS, once.clone()), Traffic::Carried);
    assert_eq!(said(sometimes(), once), Traffic::Carried);
}

#[test]
fn hours_without_a_value_say_nothing_where_there_should_be_one() {
    // The window has 768 hours; 95 % of them are 729.6.
    for (missing, is_silent) in [(1, true), (30, true), (60, false), (400, false), (768, false)] {
        assert_eq!(said(ALWAYS, zeros(missing)) == Traffic::Silent, is_silent, "{missing}");
    }
    assert!(matches!(said(ALWAYS, Vec::new()), Traffic::Unknown(_)));
    // A few hours with traffic are traffic, however many others are missing.
    assert_eq!(said(ALWAYS, vec![(at("2026-11-20T00:00:00Z"), 3.0)]), Traffic::Carried);
}

#[test]
fn a_load_balancer_has_values_only_where_requests_flow() {
    assert_eq!(said(sometimes(), Vec::new()), Traffic::Silent);
    assert_eq!(said(sometimes(), vec![(at("2026-11-20T00:00:00Z"), 0.0)]), Traffic::Silent);
}

#[test]
fn a_gap_is_unknown_and_nothing_that_follows_mends_it() {
    let (since, now) = (window(gateway::DAYS, at(NOW)), at(NOW));
    let gap = Reading::Gap("refused".to_owned());
    let silent = Reading::Known(Series::new(zeros(0)));
    for counter in [ALWAYS, sometimes()] {
        let unknown = Traffic::Silent.and(counter, &gap, since, now);
        assert_eq!(unknown, Traffic::Unknown("refused".into()));
        assert_eq!(unknown.clone().and(counter, &silent, since, now), unknown);
    }
    assert!(matches!(Traffic::default(), Traffic::Unknown(_)), "what was not asked for is unknown");
    assert_eq!(Traffic::Carried.and(ALWAYS, &silent, since, now), Traffic::Carried);
}
