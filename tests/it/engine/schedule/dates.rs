//! Dates of every year, short days, and periods in which a schedule is open once.

use chrono::{Datelike, NaiveDate};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Locale, Reason, Skipped, Verdict};
use idle_reaper::engine::schedule::{ExprError, Schedule, parse_extra};
use idle_reaper::render::hours;

use super::periods::{Periods, ZONES, centers, dates, period};
use crate::fake::{Shape, at, instance, judge, settings, with};

/// A schedule in `zone` of these lines, under a calendar of these lines.
fn schedule(zone: &str, calendar: &str, lines: &str) -> Schedule {
    let text = format!(
        "version = 1\n[calendars.it]\n{calendar}\n[schedules.it]\nzone = \"{zone}\"\ncalendar = \"it\"\n{lines}\n"
    );
    (*settings(&text).schedules["it"]).clone()
}

fn mistake(calendar: &str) -> String {
    let text = format!("version = 1\n[calendars.it]\n{calendar}\n");
    Settings::parse("reaper.toml", &text).expect_err(calendar).to_string()
}

const OFFICE: &str = "open = [\"mon-fri 09:00-18:00\"]";
const DAILY: &str = "open = [\"mon-sun 09:00-18:00\"]";

#[test]
fn dates_of_every_year_close_in_every_year_and_across_its_end() {
    let daily = schedule("Asia/Tokyo", "closed = [\"12-31\", \"12-29..01-03\", \"02-29\", \"05-03..05-05\"]", DAILY);
    for date in (2023..2033).flat_map(dates) {
        let (month, day) = (date.month(), date.day());
        let closed = matches!((month, day), (12, 29..) | (1, ..=3) | (2, 29) | (5, 3..=5));
        assert_eq!(daily.is_open(at(&format!("{date}T12:00:00+09:00"))), !closed, "{date}");
    }
}

#[test]
fn a_range_to_or_from_the_29th_of_february_has_its_days_in_every_year() {
    for (range, common, leap) in [
        ("02-27..02-29", &["02-27", "02-28"][..], &["02-27", "02-28", "02-29"][..]),
        ("02-29..03-02", &["03-01", "03-02"], &["02-29", "03-01", "03-02"]),
        ("02-29", &[], &["02-29"]),
        ("12-30..02-29", &["12-31", "01-01", "02-28"], &["12-31", "01-01", "02-29"]),
    ] {
        let daily = schedule("Asia/Tokyo", &format!("closed = [\"{range}\"]"), DAILY);
        let open = |year: i32, date: &str| daily.is_open(at(&format!("{year}-{date}T12:00:00+09:00")));
        assert!(common.iter().all(|date| !open(2027, date)), "{range}");
        assert!(leap.iter().all(|date| !open(2028, date)), "{range}");
        assert!(["02-26", "03-03"].iter().all(|date| range.starts_with("12") || open(2027, date)), "{range}");
        assert!(open(2027, "03-03") && open(2028, "03-03") && open(2027, "12-29"), "{range}");
    }
    let single = schedule("Asia/Tokyo", "closed = [\"02-29\"]", DAILY);
    assert!(["2027-02-28", "2027-03-01"].iter().all(|date| single.is_open(at(&format!("{date}T12:00:00+09:00")))));
}

#[test]
fn a_freeze_of_every_year_shows_the_dates_of_this_one() {
    let office = schedule("Asia/Tokyo", "freeze = [\"12-29..01-03\"]", OFFICE);
    for now in ["2026-12-29T00:00:00+09:00", "2027-01-03T23:59:59+09:00"] {
        let range = office.frozen(at(now)).expect("frozen");
        assert_eq!(range.to_string(), "2026-12-29..2027-01-03", "{now}");
    }
    assert_eq!(office.frozen(at("2026-12-28T23:59:59+09:00")), None);
    assert_eq!(office.frozen(at("2027-01-04T00:00:00+09:00")), None);
}

#[test]
fn impossible_dates_of_every_year_are_refused_with_what_to_write() {
    for (calendar, wrong, hint) in [
        ("closed = [\"02-30\"]", "there is no date `02-30`", "of every year"),
        ("closed = [\"13-01\"]", "there is no date `13-01`", "of every year"),
        ("closed = [\"12-29..2027-01-03\"]", "only one end of the range", "or neither"),
        ("freeze = [\"2026-12-29..01-03\"]", "only one end of the range", "or neither"),
        ("closed = [\"12-03..12-01\"]", "ends before it begins", "write `12-01..12-03`"),
        ("like = { \"12-24\" = \"mon\" }", "a date of every year, and cannot be like", "2026-12-24"),
        ("like = { \"2026-12-24\" = \"monday 9:00-12:00\" }", "not a day of the week", "write `mon 09:00-12:00`"),
        ("like = { \"2026-12-24\" = \"mon-fri 09:00-12:00\" }", "not a day of the week", "a short day"),
        ("like = { \"2026-12-24\" = \"09:00-12:00\" }", "not a day of the week", "a short day"),
        ("like = { \"2026-12-24\" = \"mon 09:00-09:00\" }", "begins and ends at the same minute", "a short day"),
        ("closed = [\"2026-12-24\"]\nlike = { \"2026-12-24\" = \"mon\" }", "is also closed", "leave one of them out"),
    ] {
        let said = mistake(calendar);
        assert!(said.contains(wrong) && said.contains(hint), "{calendar}: {said}");
    }
    // An exception to a date of every year is no contradiction.
    let office = schedule("Asia/Tokyo", "closed = [\"12-24\"]\nlike = { \"2026-12-24\" = \"mon\" }", OFFICE);
    assert!(office.is_open(at("2026-12-24T12:00:00+09:00")) && !office.is_open(at("2027-12-24T12:00:00+09:00")));
}

/// The working days of a year in which 24 December is a short day.
fn short_days(
    year: i32,
    windows: &[(i64, i64)],
    short: (i64, i64),
) -> Vec<(chrono::NaiveDateTime, chrono::NaiveDateTime)> {
    let mut local = Vec::new();
    for date in dates(year) {
        for (begin, end) in windows {
            let (from, to) = period(date, *begin, *end);
            let (least, most) = period(date, short.0, short.1);
            let is_short = is_short(date);
            let cut = if is_short { (from.max(least), to.min(most)) } else { (from, to) };
            local.extend((cut.0 < cut.1).then_some(cut));
        }
    }
    local
}

/// The dates with short hours: ends of months, and a day before and after each change of clocks.
fn is_short(date: NaiveDate) -> bool {
    matches!(
        (date.month(), date.day()),
        (5, 31) | (12, 31) | (3, 7 | 8 | 28 | 29) | (2, 17 | 18) | (4, 4 | 5) | (10, 3 | 4 | 24 | 25) | (11, 1 | 3 | 4)
    )
}

#[test]
fn short_days_agree_with_the_oracle_at_every_minute_around_each_change_of_clocks() {
    for (zone, year) in ZONES {
        let like: Vec<_> = dates(year).filter(|date| is_short(*date)).collect();
        for (short, hours) in [((90, 150), "01:30-02:30"), ((0, 720), "00:00-12:00"), ((1200, 125), "20:00-02:05")] {
            let days: Vec<_> = like
                .iter()
                .map(|date| format!("\"{date}\" = \"{} {hours}\"", date.weekday().to_string().to_lowercase()))
                .collect();
            let calendar = format!("like = {{ {} }}", days.join(", "));
            for (windows, open) in [
                (&[(60, 1080)][..], "\"mon-sun 01:00-18:00\""),
                (&[(1320, 180), (540, 600)], "\"mon-sun 22:00-03:00 + mon-sun 09:00-10:00\""),
                (&[(0, 1440)], "\"mon-sun all-day\""),
            ] {
                let periods = Periods::new(&short_days(year, windows, short), zone, year);
                let schedule = schedule(zone.name(), &calendar, &format!("open = [{open}]"));
                for center in centers(zone, year) {
                    periods.check(&schedule, center, &format!("{open} short {hours} in {zone}"));
                }
            }
        }
    }
}

#[test]
fn a_short_day_has_the_hours_of_its_weekday_within_its_own() {
    let calendar = "like = { \"2026-12-24\" = \"mon 09:00-12:00\", \"2026-12-26\" = \"fri 08:00-10:00\" }";
    let office = schedule("Asia/Tokyo", calendar, OFFICE);
    for (instant, open) in [
        ("2026-12-24T08:59:59+09:00", false),
        ("2026-12-24T09:00:00+09:00", true),
        ("2026-12-24T11:59:59+09:00", true),
        ("2026-12-24T12:00:00+09:00", false),
        ("2026-12-25T17:59:59+09:00", true),
        ("2026-12-26T08:30:00+09:00", false), // a short day does not lengthen
        ("2026-12-26T09:30:00+09:00", true),
        ("2026-12-26T10:00:00+09:00", false),
    ] {
        assert_eq!(office.is_open(at(instant)), open, "{instant}");
    }
    let said = office.at(at("2026-12-24T15:00:00+09:00"));
    assert_eq!(said.closed_since, Some(at("2026-12-24T12:00:00+09:00")));
    assert_eq!(said.opens, Some(at("2026-12-25T09:00:00+09:00")));
}

#[test]
fn a_period_agrees_with_the_oracle_at_every_minute_around_each_change_of_clocks() {
    for (zone, year) in ZONES {
        for (hours, open) in [("closed", Vec::new()), ("sun 01:00-04:00", vec![(60, 240)])] {
            for center in centers(zone, year) {
                let date = center.with_timezone(&zone).date_naive();
                for (begin, end) in [(0, 0), (90, 150), (150, 165), (120, 180), (1380, 30)] {
                    let once = period(date, begin, end);
                    let sundays = dates(year).filter(|date| date.weekday() == chrono::Weekday::Sun);
                    let windows = sundays.flat_map(|date| open.iter().map(move |(from, to)| period(date, *from, *to)));
                    let local: Vec<_> = windows.chain([once]).collect();
                    let text = format!("{}..{}", once.0.format("%Y-%m-%d %H:%M"), once.1.format("%Y-%m-%d %H:%M"));
                    let lines = format!("open = [\"{hours}\"]\nextra = [\"{text}\"]");
                    let periods = Periods::new(&local, zone, year);
                    periods.check(&schedule(zone.name(), "", &lines), center, &format!("{hours} and {text} in {zone}"));
                }
            }
        }
    }
}

#[test]
fn what_is_open_once_opens_on_closed_days_and_touches_the_hours_without_an_opening() {
    let lines =
        format!("{OFFICE}\nextra = [\"2026-12-05 14:00..2026-12-06 02:00\", \"2026-12-08 18:00..2026-12-08 24:00\"]");
    let office = schedule("Asia/Tokyo", "closed = [\"2026-12-05\"]", &lines);
    let friday = office.at(at("2026-12-04T20:00:00+09:00"));
    assert_eq!((friday.open, friday.opens), (false, Some(at("2026-12-05T14:00:00+09:00"))));
    let sunday = office.at(at("2026-12-06T03:00:00+09:00"));
    assert_eq!(sunday.closed_since, Some(at("2026-12-06T02:00:00+09:00")));
    // Tuesday's hours end where the period begins.
    let tuesday = office.at(at("2026-12-08T12:00:00+09:00"));
    assert_eq!((tuesday.open, tuesday.opens), (true, Some(at("2026-12-09T09:00:00+09:00"))));
    let written = format!(
        "{OFFICE}\nextra = [\"2026-12-05 14:00..2026-12-06 02:00 + 2026-12-08 18:00..2026-12-09 00:00 @ Asia/Tokyo\"]"
    );
    let joined = schedule("Asia/Tokyo", "closed = [\"2026-12-05\"]", &written);
    for now in (0..300).map(|n| at("2026-12-03T00:00:00+09:00") + chrono::Duration::minutes(n * 37)) {
        assert_eq!(office.at(now), joined.at(now), "{now}");
    }
    let shown = hours(&office, at("2026-12-04T20:00:00+09:00"), 3, Locale::En);
    assert!(shown.contains("closed by the calendar; open once 2026-12-05 14:00..2026-12-06 02:00"), "{shown}");
    let shown = hours(&office, at("2026-12-04T20:00:00+09:00"), 3, Locale::Ja);
    assert!(shown.contains("2026-12-05 14:00..2026-12-06 02:00 は臨時に稼働"), "{shown}");
}

#[test]
fn a_bare_date_ends_where_only_a_past_period_opened() {
    let lines = "open = [\"closed\"]\nextra = [\"2026-12-05 14:00..2026-12-06 02:00\"]";
    let once = schedule("Asia/Tokyo", "", lines);
    let date = |text: &str| text.parse::<NaiveDate>().expect("a date");
    assert_eq!(once.keep_ends(date("2026-12-01")), Some(at("2026-12-05T14:00:00+09:00")));
    assert_eq!(once.keep_ends(date("2026-12-07")), Some(at("2026-12-08T00:00:00+09:00")));
    assert!(once.keeps_through(date("2026-12-07"), at("2026-12-07T23:59:59+09:00")));
    assert!(!once.keeps_through(date("2026-12-07"), at("2026-12-08T00:00:00+09:00")));
}

#[test]
fn texts_that_are_no_period_are_refused() {
    for text in [
        "2026-12-05",
        "2026-12-05 14:00",
        "2026-12-05 14:00-18:00",
        "2026-12-05 14:00..18:00",
        "2026-12-05..2026-12-06",
        "2026-12-05T14:00..2026-12-05T18:00",
        "12-05 14:00..12-05 18:00",
        "2026-12-5 14:00..2026-12-06 02:00",
        "2026-12-05 14:00 .. 2026-12-06 02:00",
        "2026-02-30 14:00..2026-03-01 02:00",
        "2026-12-05 9:00..2026-12-06 02:00",
        "2026-12-05 14:00..2026-12-06 25:00",
        "office",
    ] {
        assert_eq!(parse_extra(text), Err(ExprError::Extra(text.into())), "{text}");
    }
    let backwards = "2026-12-06 02:00..2026-12-05 14:00";
    assert_eq!(parse_extra(backwards), Err(ExprError::ExtraEnds(backwards.into())));
    assert_eq!(parse_extra("2026-12-05 24:00..2026-12-06 02:00"), Err(ExprError::BeginsAtMidnightsEnd));
    assert_eq!(parse_extra("2026-12-05 14:00..2026-12-06 02:00 @ Tokyo"), Err(ExprError::Zone("Tokyo".into())));
    assert_eq!(parse_extra(""), Err(ExprError::Empty));
}

#[test]
fn the_tag_opens_once_in_the_zone_of_the_hours_and_an_unreadable_one_protects() {
    let found =
        |value: &str| instance("i-1").launched("2026-11-20T09:00:00+09:00").tag("Idle-Reaper:Schedule-Extra", value);
    let verdict = |value: &str, now: &str| judge(&with(&[]), &found(value), at(now)).verdict;
    let (inside, after) = ("2026-12-05T22:30:00+09:00", "2026-12-06T04:30:00+09:00");
    let period = "2026-12-05 14:00..2026-12-06 02:00";
    assert_eq!(verdict(period, inside).reason(), Reason::WithinHours);
    assert_eq!(verdict(period, after).reason(), Reason::OutsideHours);
    assert_eq!(verdict(&format!("{period} @ America/New_York"), inside).reason(), Reason::OutsideHours);
    assert_eq!(verdict(&format!("{period} @ America/New_York"), after).reason(), Reason::WithinHours);
    for wrong in ["2026-12-05", "yes", "", "2026-12-06 02:00..2026-12-05 14:00"] {
        let Verdict::Skip(skipped) = verdict(wrong, after) else { panic!("`{wrong}` protects nothing") };
        assert!(matches!(skipped, Skipped::ScheduleUnreadable { .. }) && skipped.wants_attention(), "{wrong}");
    }
    let both = found(period).tag("idle-reaper:schedule", "night");
    let shown = judge(&with(&[]), &both, at(inside)).verdict;
    assert_eq!(shown, Verdict::Skip(Skipped::WithinHours { schedule: format!("night + {period}") }));
    let mistyped = instance("i-1").tag("idle-reaper:schedule-extr", period);
    assert_eq!(judge(&with(&[]), &mistyped, at(after)).verdict.reason(), Reason::TagUnknown);
}

#[test]
fn what_the_reaper_stopped_is_started_where_the_tag_opens_once() {
    let waiting = instance("i-1").reaped().tag("idle-reaper:schedule-extra", "2026-11-28 14:00..2026-11-28 20:00");
    let action = |now: &str| judge(&with(&[]), &waiting, at(now)).verdict.action();
    assert_eq!(action("2026-11-28T13:00:00+09:00"), None);
    assert!(action("2026-11-28T14:00:00+09:00").is_some());
    assert_eq!(action("2026-11-28T21:00:00+09:00"), None);
}
