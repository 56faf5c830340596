//! Two windows that touch are one: the same hours have the same verdicts, however they are written.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use idle_reaper::engine::model::Reason;
use idle_reaper::engine::schedule::Schedule;

use super::reference::schedule;
use crate::fake::{Shape, at, instance, judge, with};

/// The same hours, written in several ways.
const SAME: &[&[&str]] = &[
    &[
        "mon-fri 20:00-05:00",
        "mon-fri 20:00-24:00 + tue-sat 00:00-05:00",
        "tue-sat 00:00-05:00 + mon-fri 20:00-00:00",
        "mon-fri 20:00-23:00 + mon-fri 22:00-04:00 + tue-sat 03:00-05:00",
        "mon-fri 20:00-05:00 + mon-fri 21:00-02:00",
    ],
    &[
        "mon-fri 09:00-18:00",
        "mon-fri 09:00-12:00 + mon-fri 12:00-18:00",
        "fri.mon-thu 12:00-18:00 + mon-fri 09:00-13:00",
    ],
    &["sat-sun all-day", "sat 00:00-24:00 + sun all-day", "sat 00:00-12:00 + sat 12:00-11:59 + sun 11:59-24:00"],
    &["mon-fri all-day", "mon-thu 00:00-23:59 + mon-thu 23:59-00:01 + mon-fri 00:00-24:00"],
    &[
        "always",
        "mon-sun all-day",
        "mon-sun 00:00-12:00 + mon-sun 12:00-00:00",
        "mon-sun 07:00-06:59 + mon-sun 06:59-07:00",
    ],
    &["fri-mon 22:00-06:00", "fri-mon 22:00-24:00 + sat-tue 00:00-06:00"],
    &["sun 01:00-04:00", "sun 01:00-02:00 + sun 02:00-03:00 + sun 03:00-04:00", "sun 01:00-02:30 + sun 02:30-04:00"],
];

fn told(schedule: &Schedule, now: DateTime<Utc>) -> String {
    let dates = [-9, -2, -1, 0].map(|days| (now + Duration::days(days)).date_naive());
    let kept = dates.map(|date| (schedule.keeps_through(date, now), schedule.keep_ends(date)));
    let due = [1, 5].map(|days| schedule.business_days_after(now, days));
    format!("{:?} {kept:?} {due:?} {}", schedule.at(now), schedule.business_days_before(now, 3))
}

#[test]
fn hours_that_are_written_differently_say_the_same_at_every_instant() {
    for zone in [Tz::Europe__Berlin, Tz::America__Havana, Tz::Africa__Cairo] {
        for same in SAME {
            let all: Vec<Schedule> = same.iter().map(|text| schedule(text, zone)).collect();
            // Ten days, and the nights on which clocks are changed.
            for (begin, hours, step) in [
                ("2026-11-16T00:00:00Z", 240, 421),
                ("2026-03-28T12:00:00Z", 36, 97),
                ("2026-10-24T12:00:00Z", 36, 97),
                ("2026-10-29T12:00:00Z", 24, 97),
            ] {
                // What is always open is looked for over a year each time.
                let step = if same[0] == "always" { step * 9 } else { step };
                for now in (0..hours * 60 / step).map(|n| at(begin) + Duration::minutes(n * step)) {
                    let first = told(&all[0], now);
                    for other in &all[1..] {
                        assert_eq!(told(other, now), first, "{} and {} in {zone} at {now}", other.name, same[0]);
                    }
                }
            }
        }
    }
}

#[test]
fn the_night_in_which_a_keep_until_runs_out_keeps_to_its_end_however_the_hours_are_written() {
    let settings = with(&[]);
    for hours in ["mon-fri 20:00-05:00", "mon-fri 20:00-24:00 + tue-sat 00:00-05:00"] {
        let found = instance("i-1").tag("idle-reaper:schedule", &format!("{hours} @ Europe/Berlin"));
        let found = found.launched("2026-11-20T09:00:00+01:00").tag("idle-reaper:keep-until", "2026-11-24");
        let reason = |now: &str| judge(&settings, &found, at(now)).verdict.reason();
        assert_eq!(reason("2026-11-25T05:30:00+01:00"), Reason::KeptUntil, "{hours}");
        assert_eq!(reason("2026-11-25T19:59:59+01:00"), Reason::KeptUntil, "{hours}");
        assert_eq!(reason("2026-11-25T20:00:00+01:00"), Reason::WithinHours, "{hours}");
        assert_eq!(reason("2026-11-26T05:30:00+01:00"), Reason::OutsideHours, "{hours}");
    }
}

#[test]
fn a_closed_day_parts_what_would_be_one_opening() {
    let settings =
        with(&[("holidays = [\"jp\"]", "closed = [\"2026-11-25\"]"), ("mon-fri 09:00-18:00", "mon-fri all-day")]);
    let office = &settings.schedules["office"];
    let tuesday = office.at(at("2026-11-24T12:00:00+09:00"));
    assert_eq!((tuesday.open, tuesday.opens), (true, Some(at("2026-11-26T00:00:00+09:00"))));
    let wednesday = office.at(at("2026-11-25T12:00:00+09:00"));
    assert_eq!((wednesday.open, wednesday.closed_since), (false, Some(at("2026-11-25T00:00:00+09:00"))));
    // The night of the eve runs on into the closed day, and the day's own window would have begun at its seam.
    let night = with(&[
        ("holidays = [\"jp\"]", "closed = [\"2026-11-25\"]"),
        ("mon-fri 09:00-18:00", "mon-fri 20:00-20:00".replace("20:00-20:00", "20:00-19:59").as_str()),
    ]);
    let said = night.schedules["office"].at(at("2026-11-25T10:00:00+09:00"));
    assert_eq!((said.open, said.opens), (true, Some(at("2026-11-26T20:00:00+09:00"))));
}

#[test]
fn two_offices_that_overlap_open_once() {
    let open = "open = [\"mon-fri 09:00-18:00\", \"mon-fri 08:00-12:00 @ Europe/Berlin\"]"; // Berlin: 16:00-20:00
    let both = with(&[("open = [\"mon-fri 09:00-18:00\"]", open)]);
    let said = both.schedules["office"].at(at("2026-11-25T10:00:00+09:00"));
    assert_eq!((said.open, said.opens), (true, Some(at("2026-11-26T09:00:00+09:00"))));
    let evening = both.schedules["office"].at(at("2026-11-25T21:00:00+09:00"));
    assert_eq!(evening.closed_since, Some(at("2026-11-25T20:00:00+09:00")));
}
