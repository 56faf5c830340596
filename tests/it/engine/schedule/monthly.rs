//! Nth and last weekdays, and days of the month.

use chrono_tz::Tz;
use idle_reaper::engine::schedule::{Expr, ExprError};

use super::periods::{Periods, ZONES, centers, named, period};
use super::reference::schedule;
use crate::fake::at;

/// Days of the month, a begin and an end.
const FORMS: [(&str, i64, i64); 8] = [
    ("2nd-sat", 540, 780),
    ("last-sun", 90, 210),
    ("1st-sun.2nd-sun.last-sun", 0, 1440),
    ("5th-mon.day-31.day-29", 1320, 360),
    ("day-1.day-15", 0, 120),
    ("last-sat.1st-sun", 1380, 150),
    ("sun.last-sat.day-18", 150, 149),
    ("day-28.last-fri.4th-fri", 1439, 1),
];

fn time(minutes: i64) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

#[test]
fn days_of_the_month_agree_with_the_oracle_at_every_minute_around_each_change_of_clocks() {
    for (zone, year) in ZONES {
        for (days, begin, end) in FORMS {
            let local: Vec<_> = named(days, year).into_iter().map(|date| period(date, begin, end)).collect();
            let text = format!("{days} {}-{}", time(begin), time(end));
            let (periods, schedule) = (Periods::new(&local, zone, year), schedule(&text, zone));
            for center in centers(zone, year) {
                periods.check(&schedule, center, &format!("{text} in {zone}"));
            }
        }
    }
}

#[test]
fn a_day_of_the_month_written_in_two_ways_says_the_same() {
    for (one, other) in [
        ("sat 09:00-13:00", "1st-sat.2nd-sat.3rd-sat.4th-sat.5th-sat 09:00-13:00"),
        ("sat 09:00-13:00", "1st-sat.2nd-sat.3rd-sat.4th-sat.last-sat 09:00-13:00"),
        ("2nd-sat 09:00-13:00", "2ND-Sat 09:00-12:00 + 2nd-sat 12:00-13:00"),
        ("mon-fri.2nd-sat 09:00-18:00", "mon-fri 09:00-18:00 + 2nd-sat 09:00-18:00"),
        ("day-1.day-2 all-day", "day-1 00:00-24:00 + day-2 00:00-12:00 + day-2 11:00-00:00"),
        ("day-15 20:00-05:00", "day-15 20:00-24:00 + day-16 00:00-05:00"),
    ] {
        for zone in [Tz::Europe__Berlin, Tz::Asia__Tokyo] {
            let (one, other) = (schedule(one, zone), schedule(other, zone));
            for now in (0..90).map(|n| at("2026-03-01T00:00:00Z") + chrono::Duration::minutes(n * 1409)) {
                assert_eq!(one.at(now), other.at(now), "{} and {} at {now}", one.name, other.name);
            }
        }
    }
}

#[test]
fn touching_days_of_the_month_open_once() {
    // 31 October and 1 November 2026.
    let days = schedule("day-31.day-1 all-day", Tz::Asia__Tokyo);
    let said = days.at(at("2026-10-31T12:00:00+09:00"));
    assert_eq!((said.open, said.opens), (true, Some(at("2026-12-01T00:00:00+09:00"))));
}

#[test]
fn what_is_read_is_written_so_that_it_reads_the_same() {
    for text in ["2nd-sat 09:00-13:00", "LAST-fri.Mon all-day", "day-31.1st-mon.day-1 22:00-06:00 + day-15 all-day"] {
        let hours = Expr::parse(text).expect(text).hours;
        assert_eq!(Expr::parse(&hours.to_string()).expect("what it wrote").hours, hours, "{text}");
    }
    let written = Expr::parse("day-15.last-fri.2nd-sat.mon 09:00-13:00").expect("an expression").hours.to_string();
    assert_eq!(written, "mon.2nd-sat.last-fri.day-15 09:00-13:00");
}

#[test]
fn other_forms_are_refused_with_the_part_that_is_wrong() {
    for (days, wrong) in [
        ("day-32", ExprError::DayOfMonth("day-32".into())),
        ("day-0", ExprError::DayOfMonth("day-0".into())),
        ("day-05", ExprError::DayOfMonth("day-05".into())),
        ("day-+5", ExprError::DayOfMonth("day-+5".into())),
        ("day-", ExprError::DayOfMonth("day-".into())),
        ("day-1-15", ExprError::DayOfMonth("day-1-15".into())),
        ("2nd-saturday", ExprError::Day("2nd-saturday".into())),
        ("2nd-sat-sun", ExprError::Day("2nd-sat-sun".into())),
        ("last-day", ExprError::Day("last-day".into())),
        ("first-mon", ExprError::Day("first".into())),
        ("6th-mon", ExprError::Day("6th".into())),
        ("15th", ExprError::Day("15th".into())),
        ("2nd", ExprError::Day("2nd".into())),
        ("day", ExprError::Day("day".into())),
        ("mon-2nd-sat", ExprError::Day("2nd-sat".into())),
    ] {
        assert_eq!(Expr::parse(&format!("{days} 09:00-13:00")), Err(wrong), "{days}");
    }
}

#[test]
fn a_date_like_another_weekday_is_no_nth_weekday_and_still_a_day_of_the_month() {
    let text = "version = 1\n[calendars.it]\nclosed = [\"2026-12-12\"]\n\
        like = { \"2026-11-14\" = \"mon\", \"2026-10-10\" = \"sat\", \"2026-11-11\" = \"sat\" }\n\
        [schedules.it]\nzone = \"Asia/Tokyo\"\ncalendar = \"it\"\nopen = [\"2nd-sat.day-14 09:00-13:00\"]\n";
    let schedule = crate::fake::settings(text).schedules["it"].clone();
    for (date, open) in [
        ("2026-10-10", true),  // the second Saturday, like a Saturday
        ("2026-11-11", false), // a Wednesday between the 8th and the 14th, like a Saturday
        ("2026-11-14", true),  // the second Saturday, like a Monday, and the 14th
        ("2026-12-12", false), // the second Saturday, closed
        ("2026-12-14", true),
        ("2027-01-09", true),
    ] {
        assert_eq!(schedule.is_open(at(&format!("{date}T10:00:00+09:00"))), open, "{date}");
    }
}
