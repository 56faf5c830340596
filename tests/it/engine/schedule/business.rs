//! Business days: in whose days grace and warnings are counted.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use idle_reaper::engine::schedule::Schedule;

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
fn a_day_that_a_date_keeps_ends_at_midnight_in_every_zone() {
    let zones = [Tz::Asia__Tokyo, Tz::America__Los_Angeles, Tz::Pacific__Kiritimati, Tz::Pacific__Pago_Pago, Tz::UTC];
    let today = zones.map(|zone| (zone, "2026-11-25"));
    // No zone is farther behind than the first of these, and none ever was farther behind than Manila.
    let behind = [(Tz::Etc__GMTPlus12, "2026-11-25"), (Tz::Asia__Manila, "1844-01-25")];
    for (zone, day) in today.into_iter().chain(behind) {
        let end = super::reference::schedule("always", zone).keep_ends(day.parse().unwrap()).unwrap();
        let local = |at: DateTime<Utc>| at.with_timezone(&zone).naive_local();
        assert_eq!(local(end - Duration::seconds(1)).to_string()[..19], format!("{day} 23:59:59"), "{zone}");
        assert!(local(end).date() > local(end - Duration::seconds(1)).date(), "{zone}: {}", local(end));
    }
}

/// A schedule of these expressions in Riyadh, under a calendar with these lines.
fn riyadh(calendar: &str, open: &[&str]) -> std::sync::Arc<Schedule> {
    let text = format!(
        "version = 1\n[calendars.it]\n{calendar}\n[schedules.it]\nzone = \"Asia/Riyadh\"\ncalendar = \"it\"\n\
         open = {open:?}\n"
    );
    crate::fake::settings(&text).schedules["it"].clone()
}

/// A Thursday evening.
const THURSDAY: &str = "2026-11-26T19:00:00+03:00";

#[test]
fn where_people_work_from_sunday_to_thursday_the_business_day_after_thursday_is_sunday() {
    let office = riyadh("", &["sun-thu 08:00-17:00"]);
    assert_eq!(office.business_days_after(at(THURSDAY), 1), Some(at("2026-11-29T19:00:00+03:00")));
    assert_eq!(office.business_days_after(at(THURSDAY), 5), Some(at("2026-12-03T19:00:00+03:00")));
    assert_eq!(office.business_days_before(at("2026-12-01T09:00:00+03:00"), 3), at("2026-11-26T09:00:00+03:00"));
}

#[test]
fn where_no_week_is_written_the_weekdays_on_which_the_schedule_opens_count_if_they_are_three_to_six() {
    let standard = "mon.tue.wed.thu.fri";
    for (open, week) in [
        (&["sun-thu 08:00-17:00"][..], "mon.tue.wed.thu.sun"),
        (&["mon-fri 09:00-18:00"], standard),
        (&["mon-sat 09:00-18:00"], "mon.tue.wed.thu.fri.sat"),
        (&["tue.thu.sat 09:00-18:00"], "tue.thu.sat"),
        (&["mon-thu 08:00-18:00 + fri 08:00-12:00"], standard),
        (&["sun-wed 08:00-17:00", "thu 08:00-12:00"], "mon.tue.wed.thu.sun"),
        // Of a night the day on which it begins counts, however it is written.
        (&["sun-thu 20:00-05:00"], "mon.tue.wed.thu.sun"),
        (&["sun-thu 20:00-24:00 + mon-fri 00:00-05:00"], "mon.tue.wed.thu.sun"),
        (&["mon-fri 00:00-05:00", "sun-thu 20:00-00:00"], "mon.tue.wed.thu.sun"),
        (&["sun-thu all-day"], "mon.tue.wed.thu.sun"),
        (&["sun-thu 00:00-12:00 + sun-thu 12:00-24:00"], "mon.tue.wed.thu.sun"),
        // One or two weekdays, or all of them, say nothing about when people work.
        (&["sat-sun 09:00-18:00"], standard),
        (&["sat all-day"], standard),
        (&["mon-sun 09:00-18:00"], standard),
        (&["mon-sun all-day"], standard),
        (&["always"], standard),
        (&["always", "sun-thu 08:00-17:00"], standard),
    ] {
        assert_eq!(riyadh("", open).business_week().to_string(), week, "{open:?}");
    }
}

#[test]
fn a_calendars_week_stands_above_the_schedule() {
    for (week, expected) in [
        ("sun-thu", "mon.tue.wed.thu.sun"),
        ("Sun-Thu", "mon.tue.wed.thu.sun"),
        ("mon-thu.sat", "mon.tue.wed.thu.sat"),
        ("sat", "sat"),
        ("mon-sun", "mon.tue.wed.thu.fri.sat.sun"),
    ] {
        let calendar = format!("week = \"{week}\"");
        for open in ["mon-fri 09:00-18:00", "sat-sun 09:00-18:00", "always"] {
            assert_eq!(riyadh(&calendar, &[open]).business_week().to_string(), expected, "{week} {open}");
        }
    }
}

#[test]
fn holidays_and_closed_days_never_count_and_a_day_like_another_counts_like_it() {
    let calendar = "week = \"sun-thu\"\nclosed = [\"2026-11-29\"]\n\
        like = { \"2026-11-28\" = \"sun\", \"2026-11-30\" = \"fri\" }";
    let office = riyadh(calendar, &["sun-thu 08:00-17:00"]);
    let due = ["2026-11-28", "2026-12-01", "2026-12-02"].map(|day| at(&format!("{day}T19:00:00+03:00")));
    assert_eq!([1, 2, 3].map(|days| office.business_days_after(at(THURSDAY), days).expect("a day")), due);
    let jp = riyadh("week = \"mon-sun\"\nholidays = [\"jp\"]", &["always"]);
    assert_eq!(jp.business_days_after(at("2026-11-22T12:00:00+03:00"), 1), Some(at("2026-11-24T12:00:00+03:00")));
}

#[test]
fn a_week_that_names_no_day_is_refused_with_the_part_that_is_wrong() {
    for (week, part) in [("", ""), ("mon-frei", "frei"), ("mon fri", "mon fri"), ("1-5", "1"), ("mon-", "")] {
        let text = format!("version = 1\n[calendars.it]\nweek = \"{week}\"\n");
        let wrong = idle_reaper::engine::config::Settings::parse("reaper.toml", &text).expect_err(week).to_string();
        assert!(wrong.contains(&format!("`{part}` is not a day")) && wrong.contains("sun-thu"), "{wrong}");
    }
}

#[test]
fn a_business_day_is_never_shorter_for_a_change_of_clocks() {
    // Berlin, every day a business day: 02:00 to 03:00 is skipped on 29 March and comes twice on 25 October 2026.
    let text = "version = 1\n[calendars.it]\nweek = \"mon-sun\"\n[schedules.it]\nzone = \"Europe/Berlin\"\n\
        calendar = \"it\"\nopen = [\"always\"]\n";
    let daily = crate::fake::settings(text).schedules["it"].clone();
    for (from, due) in [
        ("2026-03-28T01:59:59+01:00", "2026-03-29T01:59:59+01:00"),
        ("2026-03-28T02:00:00+01:00", "2026-03-29T03:00:00+02:00"),
        ("2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00"),
        ("2026-03-28T03:00:00+01:00", "2026-03-29T03:00:00+02:00"),
        ("2026-03-28T12:00:00.5+01:00", "2026-03-29T12:00:00.5+02:00"),
        ("2026-10-24T01:59:59+02:00", "2026-10-25T01:59:59+02:00"),
        ("2026-10-24T02:00:00+02:00", "2026-10-25T02:00:00+02:00"),
        ("2026-10-24T02:00:01+02:00", "2026-10-25T02:00:01+01:00"),
        ("2026-10-24T02:59:59+02:00", "2026-10-25T02:59:59+01:00"),
        ("2026-10-24T03:00:00+02:00", "2026-10-25T03:00:00+01:00"),
        ("2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"),
    ] {
        assert_eq!(daily.business_days_after(at(from), 1), Some(at(due)), "{from}");
    }
    // Whoever is notified later is stopped later: a notice that was accepted a second later is not over earlier.
    for day in ["2026-03-27T22:00:00Z", "2026-10-23T22:00:00Z"] {
        let due = |second| daily.business_days_after(at(day) + Duration::seconds(second), 1).expect("a day");
        (0..400).for_each(|n| assert!(due(n * 97) <= due(n * 97 + 1), "{day} {n}"));
    }
}
