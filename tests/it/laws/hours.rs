//! Law 11: whether a schedule is open at an instant is total for every IANA zone, including both DST nights; two
//! spellings of the same hours have the same verdicts at every instant.
//! `schedule/` checks the answers; here it is enough that there is one and that it does not contradict itself.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use idle_reaper::engine::schedule::{Calendar, DateRange, Expr, Hours, Part, Schedule, Window};
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
    prop_oneof![1 => select(vec!["always", "closed"]).prop_map(str::to_owned), 20 => windows]
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
            assert!(!schedule.is_open(closed) && schedule.is_open(closed - Duration::seconds(1)), "{closed}");
        }
        if let Some(opens) = said.opens {
            assert!(opens > now && schedule.is_open(opens), "{opens}");
            assert!(!schedule.is_open(opens - Duration::seconds(1)), "{opens}");
        }
    });
}

#[test]
fn a_window_of_every_week_opens_and_closes_within_two_weeks() {
    for_all(300, (any_window(), any_zone(), any_instant()), |(text, zone, now)| {
        let schedule = schedule(&[(text.clone(), zone)]);
        let said = schedule.at(now);
        // Of days that touch only the first opens, and what is open on all of them opens never.
        let whole_days = text.ends_with("all-day") || text.ends_with("00:00-24:00") || text.ends_with("00:00-00:00");
        if whole_days && said.opens.is_none() {
            return assert!(
                said.open && schedule.business_week() == idle_reaper::engine::schedule::Days::MONDAY_TO_FRIDAY
            );
        }
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

/// One window cut in two where `cut` falls, at midnight if `cut` is 0. Of one that runs past midnight the second part
/// begins on the next day.
fn cut(window: Window, cut: u16) -> Vec<Window> {
    let length = (1440 + window.end - window.begin - 1) % 1440 + 1;
    if length < 2 {
        return vec![window];
    }
    let at = if cut == 0 && window.overnight() { 1440 - window.begin } else { 1 + cut % (length - 1) };
    let middle = window.begin + at;
    let first = Window { end: if middle > 1440 { middle - 1440 } else { middle }, ..window };
    if middle < 1440 {
        return vec![first, Window { begin: middle, ..window }];
    }
    let week = [0, 1, 2, 3, 4, 5, 6].map(|n| chrono::Weekday::try_from(n).expect("a weekday"));
    let next = week.into_iter().filter(|day| window.days.contains(*day)).map(|day| day.succ()).collect();
    // What is left of it lies on the next day alone.
    vec![first, Window { days: next, begin: middle - 1440, ..window }]
}

/// A schedule of these windows, under a calendar that closes some days.
fn of(windows: Vec<Window>, zone: Tz, closed: Option<DateRange>) -> Schedule {
    let calendar = closed.map(|range| Calendar { closed: vec![range.into()], ..Calendar::default() }.into());
    let parts = vec![Part { hours: Hours::Windows(windows), zone, calendar }];
    Schedule { name: String::new(), parts, also_frozen_by: Vec::new() }
}

#[test]
fn hours_say_the_same_however_they_are_cut_ordered_and_repeated() {
    let windows = prop::collection::vec(any_window(), 1..4).prop_map(|windows| windows.join(" + "));
    let instants = prop::collection::vec(0..40 * 86_400i64, 4);
    let values = (windows, any_zone(), any_instant(), instants, prop::collection::vec(0..1440u16, 4), any::<bool>());
    for_all(250, values, |(text, zone, now, later, cuts, closes)| {
        let Ok(Expr { hours: Hours::Windows(whole), .. }) = Expr::parse(&text) else { panic!("{text}") };
        let cut: Vec<Window> = whole
            .iter()
            .zip(&cuts)
            // A closed day closes what begins on it: under a calendar a night may not be cut at or after midnight.
            .flat_map(|(window, at)| if closes && window.overnight() { vec![*window] } else { cut(*window, *at) })
            .rev()
            .chain([whole[0]])
            .collect();
        let closed = closes.then(|| DateRange { first: now.date_naive(), last: now.date_naive() });
        let (one, other) = (of(whole.clone(), zone, closed), of(cut, zone, closed));
        for now in later.into_iter().map(|seconds| now + Duration::seconds(seconds - 20 * 86_400)) {
            assert_eq!(one.at(now), other.at(now), "{text} in {zone} at {now}");
            let date = (now - Duration::days(2)).date_naive();
            assert_eq!(one.keeps_through(date, now), other.keeps_through(date, now), "{text} in {zone} at {now}");
            assert_eq!(one.keep_ends(date), other.keep_ends(date), "{text} in {zone} at {now}");
            assert_eq!(one.business_week(), other.business_week(), "{text}");
        }
    });
}

/// Whether the wall clock of `zone` shows a time in one of these windows: from one weekday to another across the end
/// of the week, Monday is 0, and minutes of the day.
fn shown(windows: &[(u32, u32, u32, u32)], zone: Tz, now: DateTime<Utc>) -> bool {
    use chrono::{Datelike, Timelike};
    let local = now.with_timezone(&zone).naive_local();
    let (day, minute) = (local.weekday().num_days_from_monday(), local.hour() * 60 + local.minute());
    windows.iter().any(|(from, to, begin, end)| {
        let on = |day: u32| (day + 7 - from) % 7 <= (to + 7 - from) % 7;
        let wraps = end <= begin;
        (on(day) && minute >= *begin && (wraps || minute < *end)) || (wraps && minute < *end && on((day + 6) % 7))
    })
}

#[test]
fn expressions_of_weekdays_mean_what_they_always_meant() {
    const DAYS: [&str; 7] = ["mon", "tue", "Wed", "THU", "fri", "sat", "sun"];
    let window = (0..7u32, 0..7u32, 0..1440u32, 1..=1440u32).prop_filter("equal ends", |(.., begin, end)| begin != end);
    let windows = prop::collection::vec(window, 1..5);
    for_all(500, (windows, any_zone(), any_instant()), |(windows, zone, now)| {
        let time = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        let one = |(from, to, begin, end): &(u32, u32, u32, u32)| {
            let (from, to) = (DAYS[*from as usize], DAYS[*to as usize]);
            let days = if from == to { from.to_owned() } else { format!("{from}-{to}") };
            format!("{days} {}-{}", time(*begin), time(*end))
        };
        let text = windows.iter().map(one).collect::<Vec<_>>().join(" + ");
        let Hours::Windows(parsed) = Expr::parse(&text).expect(&text).hours else { panic!("{text}") };
        assert!(parsed.iter().all(|window| window.monthly == idle_reaper::engine::schedule::Monthly::default()));
        let schedule = schedule(&[(text.clone(), zone)]);
        for minutes in [0, 61, 719, 1439, 3001, 7777] {
            let at = now + Duration::minutes(minutes);
            assert_eq!(schedule.is_open(at), shown(&windows, zone, at), "{text} in {zone} at {at}");
        }
    });
}
