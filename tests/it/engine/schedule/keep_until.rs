//! How long a `keep-until` protects: an instant to the second, a bare date until the first opening after that day.

use chrono::Duration;
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Instance, Reason};

use crate::fake::{Shape, at, instance, judge, with};

fn kept(settings: &Settings, value: &str, schedule: Option<&str>, now: &str) -> bool {
    let found = instance("i-1").launched("2026-11-01T09:00:00+09:00").tag("idle-reaper:keep-until", value);
    let found: Instance = schedule.into_iter().fold(found, |found, text| found.tag("idle-reaper:schedule", text));
    judge(settings, &found, at(now)).verdict.reason() == Reason::KeptUntil
}

/// The tag protects until the second before `end`, and from `end` on no more.
fn ends(settings: &Settings, value: &str, schedule: Option<&str>, end: &str) {
    let before = (at(end) - Duration::seconds(1)).to_rfc3339();
    assert!(kept(settings, value, schedule, &before), "`{value}` ends before {end}");
    assert!(!kept(settings, value, schedule, end), "`{value}` lasts beyond {end}");
    let later = (at(end) + Duration::days(40)).to_rfc3339();
    assert!(!kept(settings, value, schedule, &later), "`{value}` comes back");
}

#[test]
fn an_instant_protects_to_the_second() {
    let settings = with(&[]);
    ends(&settings, "2026-11-25T18:00+09:00", None, "2026-11-25T18:00:00+09:00");
    ends(&settings, "2026-11-25T18:00:30+09:00 load test", None, "2026-11-25T18:00:30+09:00");
    ends(&settings, "2026-11-25T09:00Z", None, "2026-11-25T18:00:00+09:00");
    ends(&settings, "2026-11-25T01:00-08:00", None, "2026-11-25T18:00:00+09:00");
}

#[test]
fn a_bare_date_protects_until_the_first_opening_after_that_day() {
    let settings = with(&[]);
    ends(&settings, "2026-11-24", None, "2026-11-25T09:00:00+09:00");
    ends(&settings, "2026-11-24 until the demo", None, "2026-11-25T09:00:00+09:00");
    ends(&settings, "2026-11-27", None, "2026-11-30T09:00:00+09:00"); // a Friday
    ends(&settings, "2026-11-28", None, "2026-11-30T09:00:00+09:00"); // a Saturday
}

#[test]
fn holidays_prolong_a_bare_date() {
    // Friday; Monday is a holiday.
    ends(&with(&[]), "2026-11-20", None, "2026-11-24T09:00:00+09:00");
    let closing = with(&[("holidays = [\"jp\"]", "holidays = [\"jp\"]\nclosed = [\"2026-11-24..2026-11-26\"]")]);
    ends(&closing, "2026-11-20", None, "2026-11-27T09:00:00+09:00");
}

#[test]
fn a_night_that_began_on_the_day_is_no_opening_after_it() {
    let settings = with(&[]);
    for schedule in ["night", "mon-fri 20:00-05:00"] {
        ends(&settings, "2026-11-24", Some(schedule), "2026-11-25T20:00:00+09:00");
    }
    ends(&settings, "2026-11-24", Some("mon-sun 23:00-22:00"), "2026-11-25T23:00:00+09:00");
}

#[test]
fn an_all_day_schedule_opens_at_the_midnight_before_which_it_was_closed() {
    let settings = with(&[]);
    // Tuesday's end is no opening: it is open from Tuesday, after the holiday, to Friday's end.
    ends(&settings, "2026-11-24", Some("mon-fri all-day"), "2026-11-30T00:00:00+09:00");
    ends(&settings, "2026-11-24", Some("mon.wed all-day"), "2026-11-25T00:00:00+09:00");
    ends(&settings, "2026-11-27", Some("mon-fri all-day"), "2026-11-30T00:00:00+09:00");
    ends(&settings, "2026-11-20", Some("mon-fri all-day"), "2026-11-24T00:00:00+09:00");
}

#[test]
fn where_nothing_ever_opens_a_bare_date_protects_until_the_day_is_over() {
    let settings = with(&[]);
    for schedule in
        ["closed", "always", "mon-sun all-day @ Asia/Tokyo", "mon-sun 00:00-12:00 + mon-sun 12:00-24:00 @ UTC"]
    {
        let end = if schedule.ends_with("UTC") { "2026-11-25T00:00:00Z" } else { "2026-11-25T00:00:00+09:00" };
        ends(&settings, "2026-11-24", Some(schedule), end);
    }
}

#[test]
fn what_is_said_of_the_end_of_a_bare_date_is_when_it_ends() {
    let open = "open = [\"mon-fri 09:00-18:00\", \"mon-fri 09:00-18:00 @ America/New_York\"]";
    let two = with(&[("open = [\"mon-fri 09:00-18:00\"]", open)]);
    let office = with(&[]);
    let others =
        ["closed", "always", "mon-sun 23:00-22:00", "mon-fri 20:00-24:00 + tue-sat 00:00-05:00", "sat all-day"];
    let others = others.map(|text| super::reference::schedule(text, chrono_tz::Tz::Europe__Berlin).into());
    let all = [two.schedules["office"].clone(), office.schedules["office"].clone()].into_iter().chain(others);
    for schedule in all {
        for day in (0..14).map(|day| at("2026-11-20T00:00:00Z").date_naive() + Duration::days(day)) {
            let ends = schedule.keep_ends(day).unwrap_or_else(|| panic!("{}: {day}", schedule.name));
            let keeps = |seconds| schedule.keeps_through(day, ends + Duration::seconds(seconds));
            assert_eq!([-86400, -1, 0, 86400].map(keeps), [true, true, false, false], "{}: {day}", schedule.name);
        }
    }
}

#[test]
fn where_the_calendar_opens_nothing_a_bare_date_goes_on_protecting() {
    let shut = with(&[("holidays = [\"jp\"]", "closed = [\"2026-11-01..2028-12-31\"]")]);
    for now in ["2026-11-24T12:00:00+09:00", "2026-12-24T12:00:00+09:00", "2027-10-01T12:00:00+09:00"] {
        assert!(kept(&shut, "2026-11-20", None, now), "{now}");
    }
}

#[test]
fn the_day_is_the_schedules_own_and_not_that_of_utc() {
    let settings = with(&[("zone = \"Asia/Tokyo\"\ncalendar", "zone = \"America/Los_Angeles\"\ncalendar")]);
    ends(&settings, "2026-12-01", None, "2026-12-02T09:00:00-08:00");
    let midnight = with(&[("open = [\"mon-fri 09:00-18:00\"]", "open = [\"mon-sun 00:30-23:30\"]")]);
    ends(&midnight, "2026-11-25", None, "2026-11-26T00:30:00+09:00");
}

#[test]
fn on_a_day_without_that_hour_the_opening_is_where_the_clock_goes_on() {
    let berlin = "mon-sun 02:30-20:00 @ Europe/Berlin";
    ends(&with(&[]), "2026-03-28", Some(berlin), "2026-03-29T03:00:00+02:00");
}

#[test]
fn a_date_long_past_protects_nothing_and_the_last_date_there_is_protects_for_ever() {
    let settings = with(&[]);
    assert!(!kept(&settings, "2019-01-01", None, "2026-11-25T21:30:00+09:00"));
    assert!(kept(&settings, "9999-12-31", None, "2026-11-25T21:30:00+09:00"));
}

#[test]
fn of_several_offices_the_first_to_open_ends_it_once_the_day_is_over_in_all() {
    let open = "open = [\"mon-fri 09:00-18:00\", \"mon-fri 09:00-18:00 @ America/New_York\"]";
    let settings = with(&[("open = [\"mon-fri 09:00-18:00\"]", open)]);
    // Tokyo opens on the 25th while New York is still on the 24th; the day ends there at 14:00 in Tokyo.
    ends(&settings, "2026-11-24", None, "2026-11-25T00:00:00-05:00");
}
