//! Law 11: whether a schedule is open at an instant is total for every IANA zone, including both DST nights.
//! `schedule/` checks the answers; here it is enough that there is one and that it does not contradict itself.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use idle_reaper::schedule::{Expr, Part, Schedule};
use proptest::prelude::*;
use proptest::sample::select;

use super::arbitrary::for_all;

fn any_zone() -> impl Strategy<Value = Tz> {
    select(TZ_VARIANTS.to_vec())
}

fn any_time(last: u32) -> impl Strategy<Value = String> {
    (0..=last).prop_map(|minutes| format!("{:02}:{:02}", minutes / 60, minutes % 60))
}

fn any_window() -> impl Strategy<Value = String> {
    let day = || select(vec!["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
    let hours = (any_time(1439), any_time(1440)).prop_filter("equal ends", |(begin, end)| begin != end);
    let hours =
        prop_oneof![1 => Just("all-day".to_owned()), 9 => hours.prop_map(|(begin, end)| format!("{begin}-{end}"))];
    (day(), day(), hours).prop_map(|(from, to, hours)| format!("{from}-{to} {hours}"))
}

fn any_expr() -> impl Strategy<Value = String> {
    let windows = prop::collection::vec(any_window(), 1..4).prop_map(|windows| windows.join(" + "));
    prop_oneof![1 => select(vec!["always", "never"]).prop_map(str::to_owned), 20 => windows]
}

/// From the days of local mean time to far beyond any data.
fn any_instant() -> impl Strategy<Value = DateTime<Utc>> {
    let second = prop_oneof![4 => 1_700_000_000..1_950_000_000i64, 1 => 0..220_000_000_000i64];
    (second, 0..1_000_000_000u32).prop_map(|(second, nano)| DateTime::from_timestamp(second, nano).expect("an instant"))
}

pub fn schedule(parts: &[(String, Tz)]) -> Schedule {
    let part = |(text, zone): &(String, Tz)| Part {
        hours: Expr::parse(text).unwrap_or_else(|wrong| panic!("{text}: {wrong}")).hours,
        zone: *zone,
        calendar: None,
    };
    Schedule { name: "any".to_owned(), parts: parts.iter().map(part).collect(), also_frozen_by: Vec::new() }
}

#[test]
fn every_schedule_has_an_answer_at_every_instant_in_every_zone() {
    let parts = prop::collection::vec((any_expr(), any_zone()), 1..3);
    for_all(600, (parts, any_instant()), |(parts, now)| {
        let schedule = schedule(&parts);
        let said = schedule.at(now);
        assert_eq!(said.open, schedule.is_open(now));
        if let Some(closed) = said.closed_since {
            assert!(!said.open && closed <= now, "{closed}");
            assert!(!schedule.is_open(closed) && schedule.is_open(closed - Duration::minutes(1)), "{closed}");
        }
        if let Some(opens) = said.opens {
            assert!(opens > now && schedule.is_open(opens), "{opens}");
            assert!(said.open || !schedule.is_open(opens - Duration::minutes(1)), "{opens}");
        }
    });
}

#[test]
fn a_window_of_every_week_opens_and_closes_within_two_weeks() {
    for_all(300, (any_window(), any_zone(), any_instant()), |(text, zone, now)| {
        let schedule = schedule(&[(text.clone(), zone)]);
        let said = schedule.at(now);
        let fortnight = Duration::days(14);
        // A window may be lost in the gap of a spring night, so that it waits for its next day.
        let opens = said.opens.unwrap_or_else(|| panic!("`{text}` never opens"));
        assert!(opens - now <= fortnight, "{opens}");
        if !said.open {
            let closed = said.closed_since.unwrap_or_else(|| panic!("`{text}` never closed"));
            assert!(now - closed <= fortnight, "{closed}");
        }
    });
}
