//! `schedule` for a terminal: whether it is open now, and the coming days.

use std::fmt::Write as _;

use chrono::{DateTime, Days, Duration, NaiveTime, Utc};

use super::words::at;
use crate::schedule::{Day, Schedule};

/// How many minutes one character of the calendar stands for.
const SLOT_MINUTES: i64 = 30;

/// What a schedule says at `now`, and a calendar of the coming `days`.
pub fn hours(schedule: &Schedule, now: DateTime<Utc>, days: u64) -> String {
    let state = schedule.at(now);
    let zone = state.zone;
    let mut out = String::new();
    let open = if state.open { "open" } else { "closed" };
    let _ = writeln!(out, "`{}` is {open} at {}", schedule.name, at(now, zone));
    if let Some(range) = state.frozen {
        let _ = writeln!(out, "frozen {range}: nothing is stopped or started");
    }
    if let Some(date) = state.exhausted {
        let _ = writeln!(out, "no holidays are known for {date}: nothing is stopped or started");
    }
    if let Some(since) = state.closed_since {
        let _ = writeln!(out, "closed since {}", at(since, zone));
    }
    match state.opens {
        Some(opens) => {
            let _ = writeln!(out, "opens next {}", at(opens, zone));
        }
        None => out.push_str("does not open within the next 400 days\n"),
    }
    let _ = writeln!(out, "\n{:16}00    03    06    09    12    15    18    21    24  {}", "", zone.name());
    let today = now.with_timezone(&zone).date_naive();
    for date in (0..days).filter_map(|day| today.checked_add_days(Days::new(day))) {
        let mut line = String::new();
        for slot in 0..(24 * 60 / SLOT_MINUTES) {
            let local = date.and_time(NaiveTime::MIN) + Duration::minutes(slot * SLOT_MINUTES);
            line.push(mark(schedule, local, zone));
        }
        let _ = writeln!(out, "{} |{line}| {}", date.format("%a %Y-%m-%d"), remark(schedule, date));
    }
    out.push_str("# open, . closed, / part of the half hour, ' ' no such time (clocks go forward)\n");
    out
}

/// One character for half an hour of the wall clock.
fn mark(schedule: &Schedule, local: chrono::NaiveDateTime, zone: chrono_tz::Tz) -> char {
    let mut open = 0;
    let mut there = 0;
    for minute in 0..SLOT_MINUTES {
        // Only for drawing: an hour that clocks skip has no instant and is left blank.
        let instant = (local + Duration::minutes(minute)).and_local_timezone(zone).earliest();
        there += i64::from(instant.is_some());
        open += i64::from(instant.is_some_and(|instant| schedule.is_open(instant.to_utc())));
    }
    match (open, there) {
        (_, 0) => ' ',
        (0, _) => '.',
        (open, there) if open == there => '#',
        (_, _) => '/',
    }
}

fn remark(schedule: &Schedule, date: chrono::NaiveDate) -> String {
    let mut remarks: Vec<String> = Vec::new();
    for calendar in schedule.parts.iter().filter_map(|part| part.calendar.as_ref()) {
        let remark = match calendar.day(date) {
            Day::Closed(why) if calendar.holidays.iter().any(|set| set.provisional(date)) => {
                format!("{why} (provisional)")
            }
            Day::Closed(why) => why.to_owned(),
            Day::Beyond => "no holidays known".to_owned(),
            Day::Works(_) => calendar.like.get(&date).map_or(String::new(), |day| format!("works like {day}")),
        };
        remarks.push(remark);
        remarks.push(calendar.frozen(date).map_or(String::new(), |range| format!("frozen {range}")));
    }
    remarks.retain(|remark| !remark.is_empty());
    remarks.sort();
    remarks.dedup();
    remarks.join("; ")
}
