//! Business days: in whose days grace and warnings are counted.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use idle_reaper::schedule::Schedule;

use crate::fake::{at, with};

fn office() -> std::sync::Arc<Schedule> {
    with(&[]).schedules["office"].clone()
}

fn after(from: &str, days: u32) -> Option<DateTime<Utc>> {
    office().business_days_after(at(from), days)
}

#[test]
fn a_business_day_later_is_the_same_time_of_day_and_skips_weekends_and_holidays() {
    // Monday 23 November is Labour Thanksgiving Day.
    assert_eq!(after("2026-11-20T20:30:00+09:00", 1), Some(at("2026-11-24T20:30:00+09:00")));
    assert_eq!(after("2026-11-25T20:30:00+09:00", 1), Some(at("2026-11-26T20:30:00+09:00")));
    assert_eq!(after("2026-11-25T20:30:00+09:00", 5), Some(at("2026-12-02T20:30:00+09:00")));
    assert_eq!(after("2026-11-28T03:00:00+09:00", 1), Some(at("2026-11-30T03:00:00+09:00")));
}

#[test]
fn a_change_of_the_clock_keeps_the_time_of_day() {
    let berlin = with(&[("zone = \"Asia/Tokyo\"\ncalendar", "zone = \"Europe/Berlin\"\ncalendar")]);
    let later = berlin.schedules["office"].business_days_after(at("2026-10-23T20:30:00+02:00"), 1);
    assert_eq!(later, Some(at("2026-10-26T20:30:00+01:00")));
}

#[test]
fn beyond_the_calendars_data_nothing_is_due() {
    assert_eq!(after("2200-01-04T12:00:00+09:00", 1), None);
}

#[test]
fn three_business_days_before_a_tuesday_is_the_thursday_before() {
    let before = office().business_days_before(at("2026-12-01T09:00:00+09:00"), 3);
    assert_eq!(before, at("2026-11-26T09:00:00+09:00"));
}

#[test]
fn the_end_of_a_day_is_its_last_minute_in_every_zone() {
    let zones = [Tz::Asia__Tokyo, Tz::America__Los_Angeles, Tz::Pacific__Kiritimati, Tz::Pacific__Pago_Pago, Tz::UTC];
    let today = zones.map(|zone| (zone, "2026-11-25"));
    // No zone is farther behind than the first of these, and none ever was farther behind than Manila.
    let behind = [(Tz::Etc__GMTPlus12, "2026-11-25"), (Tz::Asia__Manila, "1844-01-25")];
    for (zone, day) in today.into_iter().chain(behind) {
        let settings = with(&[("zone = \"Asia/Tokyo\"\ncalendar", &format!("zone = \"{zone}\"\ncalendar"))]);
        let end = settings.schedules["office"].end_of(day.parse().unwrap()).unwrap();
        let local = |at: DateTime<Utc>| at.with_timezone(&zone).naive_local();
        assert_eq!(local(end).to_string()[..16], format!("{day} 23:59"), "{zone}");
        assert!(local(end + Duration::minutes(1)).date() > local(end).date(), "{zone}: {}", local(end));
    }
}
