//! Calendars: closed days, days like others, frozen periods, and where the data ends.

use chrono::Duration;
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::Reason;
use idle_reaper::engine::schedule::{HOLIDAY_CODES, Holidays, Schedule};

use crate::fake::{EVENING, Shape, at, instance, judge, settings};

/// Settings with one schedule, `it`, in Tokyo, under a calendar with these lines.
fn under(calendar: &str, open: &str) -> Settings {
    settings(&format!(
        "version = 1\n[calendars.it]\n{calendar}\n\n\
        [schedules.it]\nzone = \"Asia/Tokyo\"\ncalendar = \"it\"\nopen = [{open}]\n"
    ))
}

fn schedule(calendar: &str, open: &str) -> Schedule {
    (*under(calendar, &format!("\"{open}\"")).schedules["it"]).clone()
}

const OFFICE: &str = "mon-fri 09:00-18:00";

fn open_at_noon(schedule: &Schedule, date: &str) -> bool {
    schedule.is_open(at(&format!("{date}T12:00:00+09:00")))
}

#[test]
fn a_holiday_closes_the_windows_that_begin_on_it() {
    let office = schedule("holidays = [\"jp\"]", OFFICE);
    // Monday, 23 November 2026, is Labour Thanksgiving Day.
    for (date, open) in [("2026-11-20", true), ("2026-11-21", false), ("2026-11-23", false), ("2026-11-24", true)] {
        assert_eq!(open_at_noon(&office, date), open, "{date}");
    }
    let friday_evening = office.at(at("2026-11-20T18:00:00+09:00"));
    assert_eq!(friday_evening.opens, Some(at("2026-11-24T09:00:00+09:00")));
    let monday = office.at(at("2026-11-23T12:00:00+09:00"));
    assert_eq!(monday.closed_since, Some(at("2026-11-20T18:00:00+09:00")));
}

#[test]
fn a_night_that_begins_on_the_eve_of_a_closed_day_runs_to_its_end() {
    let night = schedule("holidays = [\"jp\"]", "sun-thu 20:00-05:00");
    for (instant, open) in [
        ("2026-11-22T20:00:00+09:00", true),
        ("2026-11-23T00:00:00+09:00", true), // the holiday has begun, and Sunday's night goes on
        ("2026-11-23T04:59:00+09:00", true),
        ("2026-11-23T05:00:00+09:00", false),
        ("2026-11-23T20:00:00+09:00", false), // the night that would begin on the holiday
        ("2026-11-24T04:00:00+09:00", false),
        ("2026-11-24T20:00:00+09:00", true),
    ] {
        assert_eq!(night.is_open(at(instant)), open, "{instant}");
    }
}

#[test]
fn closed_ranges_include_both_ends() {
    let office = schedule("closed = [\"2026-12-02\", \"2026-12-29..2027-01-04\"]", OFFICE);
    for (date, open) in [
        ("2026-12-01", true),
        ("2026-12-02", false),
        ("2026-12-03", true),
        ("2026-12-28", true),
        ("2026-12-29", false),
        ("2027-01-04", false),
        ("2027-01-05", true),
    ] {
        assert_eq!(open_at_noon(&office, date), open, "{date}");
    }
    assert_eq!(office.next_opening(at("2026-12-28T20:00:00+09:00")), Some(at("2027-01-05T09:00:00+09:00")));
}

#[test]
fn a_date_like_another_day_works_like_it_even_on_a_holiday() {
    let like =
        "holidays = [\"jp\"]\nlike = { \"2026-11-28\" = \"mon\", \"2026-11-23\" = \"Tue\", \"2026-11-25\" = \"sun\" }";
    let office = schedule(like, OFFICE);
    for (date, open) in [("2026-11-28", true), ("2026-11-23", true), ("2026-11-25", false), ("2026-11-29", false)] {
        assert_eq!(open_at_noon(&office, date), open, "{date}");
    }
}

#[test]
fn several_sets_of_holidays_close_together() {
    let both = schedule("holidays = [\"jp\", \"de-by\"]", OFFICE);
    // Epiphany is a holiday in Bavaria and a Wednesday in 2027; the Emperor's birthday is a Tuesday.
    for (date, open) in [("2027-01-06", false), ("2027-02-23", false), ("2027-02-24", true)] {
        assert_eq!(open_at_noon(&both, date), open, "{date}");
    }
    let berlin = schedule("holidays = [\"de-be\"]", OFFICE);
    assert!(open_at_noon(&berlin, "2027-01-06"));
}

#[test]
fn a_frozen_period_is_read_on_the_schedules_own_clock_and_includes_both_ends() {
    let office = schedule("freeze = [\"2027-03-31..2027-04-01\"]", OFFICE);
    for (instant, frozen) in [
        ("2027-03-30T23:59:59+09:00", false),
        ("2027-03-31T00:00:00+09:00", true),
        ("2027-04-01T23:59:59+09:00", true),
        ("2027-04-02T00:00:00+09:00", false),
    ] {
        assert_eq!(office.at(at(instant)).frozen.is_some(), frozen, "{instant}");
    }
    assert!(open_at_noon(&office, "2027-03-31"), "frozen is not closed");
}

#[test]
fn beyond_its_data_a_calendar_says_so() {
    let exhausted =
        |open: &str, instant: &str| schedule("holidays = [\"jp\"]", open).at(at(instant)).exhausted.is_some();
    assert!(!exhausted(OFFICE, "2035-12-31T23:59:59+09:00"));
    assert!(exhausted(OFFICE, "2036-01-01T00:00:00+09:00"));
    assert!(exhausted(OFFICE, "2049-06-01T00:00:00+09:00"));
    assert!(exhausted(OFFICE, "2023-12-31T12:00:00+09:00"));
    assert!(!exhausted(OFFICE, "2024-01-01T00:00:00+09:00"));
    // A night needs to know of its eve as well.
    assert!(exhausted("mon-fri 20:00-05:00", "2024-01-01T12:00:00+09:00"));
    assert!(exhausted("mon-fri 20:00-05:00", "2036-01-01T01:00:00+09:00"));
    for constant in ["always", "closed"] {
        assert!(!exhausted(constant, "2036-01-01T00:00:00+09:00"), "{constant}");
    }
    let without = schedule("closed = [\"2026-12-29\"]", OFFICE).at(at("2036-01-02T12:00:00+09:00"));
    assert_eq!((without.exhausted, without.open), (None, true));
}

#[test]
fn every_set_of_holidays_is_there_and_covers_the_same_years() {
    for code in HOLIDAY_CODES.iter() {
        let set = Holidays::of(code).expect(code);
        let (first, last) = ("2024-01-01".parse().expect("a date"), "2035-12-31".parse().expect("a date"));
        assert!(set.covers(first) && set.covers(last) && set.last() == last, "{code}");
        let own_year = [
            "af", "bd", "bt", "eg", "eh", "et", "il", "in", "ir", "ly", "my", "np", "om", "pk", "qa", "sa", "sh", "ye",
        ];
        let new_year = set.name("2027-01-01".parse().expect("a date"));
        assert!(new_year.is_some() || own_year.contains(code), "{code} has no New Year's Day");
    }
}

#[test]
fn a_holiday_that_is_only_computed_says_so() {
    let japan = Holidays::of("jp").expect("jp");
    for (date, name, provisional) in [
        ("2027-03-21", Some("Vernal Equinox Day"), false),
        ("2028-03-20", Some("Vernal Equinox Day"), true),
        ("2028-03-21", None, false),
    ] {
        let date = date.parse().expect("a date");
        assert_eq!((japan.name(date), japan.provisional(date)), (name, provisional), "{date}");
    }
}

#[test]
fn a_weekend_that_is_worked_for_a_day_off_is_open_like_that_day() {
    let office = schedule("holidays = [\"cn\"]", OFFICE);
    for (date, open) in [
        ("2026-01-02", false), // a day off, for which
        ("2026-01-03", false),
        ("2026-01-04", true), // this Sunday is worked
        ("2026-10-05", false),
        ("2026-10-10", true),
        ("2026-10-11", false),
    ] {
        assert_eq!(open_at_noon(&office, date), open, "{date}");
    }
    let friday = schedule("holidays = [\"hu\"]", "fri 09:00-18:00");
    assert!(open_at_noon(&friday, "2026-08-08") && !open_at_noon(&friday, "2026-08-21"), "worked like the Friday");
    let both = schedule("holidays = [\"cn\"]\nclosed = [\"2026-01-04\"]", OFFICE);
    assert!(!open_at_noon(&both, "2026-01-04"), "the calendar's own days decide");
    let notes = |date: &str| both.parts[0].calendar.as_ref().expect("a calendar").notes(date.parse().expect("a date"));
    let like: Vec<String> = notes("2026-10-10").iter().map(|note| format!("{note:?}")).collect();
    assert!(like.len() == 1 && like[0].contains("Wed"), "{like:?}");
}

#[test]
fn observed_and_substitute_days_are_holidays_in_every_part_of_the_world() {
    for (code, date) in [
        ("us", "2026-07-03"),     // for Saturday, 4 July
        ("jp", "2026-05-06"),     // for Constitution Day on a Sunday
        ("gb-eng", "2026-12-28"), // Boxing Day on a Saturday
        ("au", "2026-01-26"),
        ("nz", "2027-02-08"), // Waitangi Day on a Saturday
        ("za", "2026-08-10"), // Women's Day on a Sunday
        ("kr", "2026-05-25"), // Buddha's Birthday on a Sunday
        ("fr", "2026-07-14"),
        ("in", "2026-01-26"),
        ("br", "2026-09-07"),
        ("sa", "2026-09-23"),
        ("il", "2026-09-12"),
    ] {
        let set = Holidays::of(code).expect(code);
        assert!(set.name(date.parse().expect("a date")).is_some(), "{code} {date}");
    }
}

#[test]
fn days_that_are_not_yet_announced_say_so_and_are_warned_of_in_time() {
    let provisional =
        |code: &str, date: &str| Holidays::of(code).expect(code).provisional(date.parse().expect("a date"));
    assert!(provisional("ae", "2027-03-09") && !provisional("ae", "2027-12-02"), "the moon, and a fixed day");
    assert!(provisional("cn", "2027-10-01") && !provisional("cn", "2026-10-01"), "announced for each year");
    let settings = under("holidays = [\"ae\"]", &format!("\"{OFFICE}\""));
    let warned = |now: &str| {
        settings.warnings(at(now)).iter().filter(|warning| warning.message.contains("not yet announced")).count()
    };
    assert_eq!([warned("2026-12-01T00:00:00Z"), warned("2027-02-01T00:00:00Z")], [0, 1]);
}

#[test]
fn warnings_come_a_year_before_the_data_ends() {
    let settings = under("holidays = [\"jp\"]", &format!("\"{OFFICE}\""));
    let warned = |now: &str| settings.warnings(at(now)).iter().any(|warning| warning.message.contains("2035-12-31"));
    assert!(!warned("2034-12-30T00:00:00Z") && warned("2035-01-02T00:00:00Z") && warned("2036-06-01T00:00:00Z"));
}

#[test]
fn a_tags_expression_takes_zone_and_calendar_from_the_policy_unless_it_names_a_zone() {
    let settings = crate::fake::with(&[]);
    let reason = |schedule: &str, now: &str| {
        let found = instance("i-1").launched("2026-11-20T09:00:00+09:00").tag("idle-reaper:schedule", schedule);
        judge(&settings, &found, at(now)).verdict.reason()
    };
    // On the holiday, a Monday: closed in the policy's calendar, and Berlin has no such calendar.
    let holiday = "2026-11-23T17:30:00+09:00";
    assert_eq!(reason("mon-fri 09:00-18:00", holiday), Reason::OutsideHours);
    assert_eq!(reason("mon-fri 09:00-18:00 @ Asia/Tokyo", holiday), Reason::WithinHours);
    assert_eq!(reason("mon-fri 09:00-18:00 @ Europe/Berlin", holiday), Reason::WithinHours); // 09:30 there
    assert_eq!(reason("always", holiday), Reason::WithinHours);
    assert_eq!(reason("closed", holiday), Reason::OutsideHours);
    assert_eq!(reason("night", "2026-11-23T21:00:00+09:00"), Reason::WithinHours);
    assert_eq!(reason("sat 09:00-18:00", EVENING), Reason::OutsideHours);
}

#[test]
fn an_opening_within_a_year_is_found_and_one_that_never_comes_is_none() {
    let once = schedule("closed = [\"2026-11-26..2027-11-25\"]", OFFICE);
    assert_eq!(once.next_opening(at(EVENING)), Some(at("2027-11-26T09:00:00+09:00")));
    let never = schedule("closed = [\"2024-01-01..2035-12-31\"]", OFFICE).at(at(EVENING));
    assert_eq!((never.open, never.opens, never.closed_since), (false, None, None));
    let constant = schedule("", "closed").at(at(EVENING) + Duration::days(3));
    assert_eq!((constant.open, constant.opens, constant.closed_since), (false, None, None));
}
