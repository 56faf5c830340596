//! `schedule` for a terminal: whether it is open now, and the following days.

use std::fmt::Write as _;

use chrono::{DateTime, Days, Duration, NaiveTime, Utc};

use crate::engine::model::Locale;
use crate::engine::schedule::{DayNote, HoursAt, Like, Schedule};
use crate::render::catalogue::{Label, Sentence, Voice, voice};

/// The minutes for each character of the calendar.
const SLOT_MINUTES: i64 = 30;

/// The state of a schedule at `now`, in sentences.
pub fn state(schedule: &Schedule, now: DateTime<Utc>, locale: Locale) -> Vec<String> {
    let HoursAt { zone, open, frozen, exhausted, closed_since, opened: _, opens } = schedule.at(now);
    let voice = voice(locale);
    let sentences = [
        Some(Sentence::ScheduleAt { name: &schedule.name, open, at: now, zone }),
        frozen.map(|range| Sentence::Frozen { range }),
        exhausted.map(|date| Sentence::Exhausted { date }),
        closed_since.map(|at| Sentence::ClosedSince { at, zone }),
        opens.map(|at| Sentence::Opens { at, zone }),
    ];
    let never = opens.is_none().then(|| voice.label(Label::NeverOpens).to_owned());
    sentences.into_iter().flatten().map(|sentence| voice.say(sentence)).chain(never).collect()
}

/// The state of a schedule at `now`, and a calendar of the next `days`.
pub fn hours(schedule: &Schedule, now: DateTime<Utc>, days: u64, locale: Locale) -> String {
    let (zone, voice) = (schedule.zone(), voice(locale));
    let mut out: String = state(schedule, now, locale).iter().map(|line| format!("{line}\n")).collect();
    let _ = writeln!(out, "\n{:16}00    03    06    09    12    15    18    21    24  {}", "", zone.name());
    let today = now.with_timezone(&zone).date_naive();
    for date in (0..days).filter_map(|day| today.checked_add_days(Days::new(day))) {
        let mut line = String::new();
        for slot in 0..(24 * 60 / SLOT_MINUTES) {
            let local = date.and_time(NaiveTime::MIN) + Duration::minutes(slot * SLOT_MINUTES);
            line.push(mark(schedule, local, zone));
        }
        let _ = writeln!(out, "{} |{line}| {}", voice.say(Sentence::Date { date }), remark(schedule, date, voice));
    }
    let _ = writeln!(out, "{}", voice.label(Label::LegendOfSchedule));
    out
}

/// The character for half an hour of local time.
fn mark(schedule: &Schedule, local: chrono::NaiveDateTime, zone: chrono_tz::Tz) -> char {
    let mut open = 0;
    let mut there = 0;
    for minute in 0..SLOT_MINUTES {
        // Only for drawing: an hour skipped by a clock change has no instant, and is left blank.
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

fn remark(schedule: &Schedule, date: chrono::NaiveDate, voice: Voice) -> String {
    let mut remarks: Vec<String> = Vec::new();
    for calendar in schedule.parts.iter().filter_map(|part| part.calendar.as_ref()) {
        remarks.extend(calendar.notes(date).iter().map(|note| day_note(note, voice)));
    }
    let extra = schedule.parts.iter().flat_map(|part| part.extra());
    let extra = extra.filter(|once| once.begin.date() <= date && once.end > date.and_time(NaiveTime::MIN));
    remarks.extend(extra.map(|once| voice.say(Sentence::OpenOnce { period: &once.to_string() })));
    remarks.sort();
    remarks.dedup();
    remarks.join("; ")
}

/// What is special about a date.
pub(crate) fn day_note(note: &DayNote, voice: Voice) -> String {
    match note {
        DayNote::Closed => voice.label(Label::ClosedByCalendar).to_owned(),
        DayNote::Holiday { name, provisional } => {
            let holiday = voice.holiday(name);
            if *provisional { voice.say(Sentence::Provisional { holiday: &holiday }) } else { holiday }
        }
        DayNote::Beyond => voice.label(Label::DayUnknown).to_owned(),
        DayNote::WorksLike(like) => works_like(like, voice),
        DayNote::Freeze(range) => voice.say(Sentence::FrozenDay { range: *range }),
    }
}

/// A date that works like a weekday, and its hours if it is a short day.
fn works_like(like: &Like, voice: Voice) -> String {
    let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let hours = like.hours.map(|(begin, end)| format!("{}-{}", time(begin), time(end)));
    voice.say(Sentence::WorksLike { day: like.weekday, hours: hours.as_deref() })
}
