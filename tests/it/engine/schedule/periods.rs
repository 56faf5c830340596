//! An oracle for every form that is not a weekday: periods of local time, cut into stretches of one offset, moved to
//! UTC and merged. The code tests instants; this never does.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, Offset, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use idle_reaper::engine::schedule::Schedule;

use super::reference::changes;
use crate::fake::at;

/// The zones and the years in which they are checked: changes at 01:00 UTC, at 02:00, at midnight, and of half an
/// hour; and none at all.
pub const ZONES: [(Tz, i32); 5] = [
    (Tz::Europe__Berlin, 2026),
    (Tz::America__New_York, 2026),
    (Tz::America__Sao_Paulo, 2018),
    (Tz::Australia__Lord_Howe, 2026),
    (Tz::Asia__Tokyo, 2026),
];

/// The open intervals, in order, none touching the next.
pub struct Periods(Vec<(DateTime<Utc>, DateTime<Utc>)>);

impl Periods {
    /// These periods of local time, between the begin of the year before `year` and the end of the year after it.
    pub fn new(local: &[(NaiveDateTime, NaiveDateTime)], zone: Tz, year: i32) -> Self {
        let (from, to) = (at(&format!("{}-01-01T00:00:00Z", year - 1)), at(&format!("{}-01-01T00:00:00Z", year + 2)));
        let edges: Vec<_> = [from].into_iter().chain(changes(zone, from, to)).chain([to]).collect();
        let mut open = Vec::new();
        for stretch in edges.windows(2) {
            let offset = zone.offset_from_utc_datetime(&stretch[0].naive_utc()).fix().local_minus_utc();
            let utc = |local: NaiveDateTime| (local - Duration::seconds(i64::from(offset))).and_utc();
            let cut = |(begin, end): &(_, _)| (utc(*begin).max(stretch[0]), utc(*end).min(stretch[1]));
            open.extend(local.iter().map(cut).filter(|(begin, end)| begin < end));
        }
        Self::merged(open)
    }

    /// These and others: open where either is.
    pub fn with(self, other: Self) -> Self {
        Self::merged(self.0.into_iter().chain(other.0).collect())
    }

    fn merged(mut open: Vec<(DateTime<Utc>, DateTime<Utc>)>) -> Self {
        open.sort();
        let mut merged: Vec<(DateTime<Utc>, DateTime<Utc>)> = Vec::new();
        for (begin, end) in open {
            match merged.last_mut() {
                Some(last) if begin <= last.1 => last.1 = last.1.max(end),
                _ => merged.push((begin, end)),
            }
        }
        Self(merged)
    }

    fn is_open(&self, at: DateTime<Utc>) -> bool {
        let next = self.0.partition_point(|(begin, _)| *begin <= at);
        next > 0 && at < self.0[next - 1].1
    }

    fn next_opening(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.0.iter().map(|(begin, _)| *begin).find(|begin| *begin > at)
    }

    fn last_closing(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.0.iter().rev().map(|(_, end)| *end).find(|end| *end <= at)
    }

    /// Compares every minute of the days around `center`, and what comes before and after at some of them.
    pub fn check(&self, schedule: &Schedule, center: DateTime<Utc>, text: &str) {
        for minute in -2 * 1440..2 * 1440 {
            let now = center + Duration::minutes(minute);
            let open = self.is_open(now);
            assert_eq!(schedule.is_open(now), open, "{text} at {now}");
            if minute % 331 == 0 {
                let said = schedule.at(now);
                let closed = if open { None } else { self.last_closing(now) };
                // A period that is farther away than the search goes is none.
                let near = |at: &DateTime<Utc>| (*at - now).abs() < Duration::days(399);
                assert_eq!(said.opens.filter(near), self.next_opening(now).filter(near), "{text} opens after {now}");
                assert_eq!(said.closed_since.filter(near), closed.filter(near), "{text} closed before {now}");
            }
        }
    }
}

/// The instants around which `zone` is checked: its changes of clocks, the ends of months and of the year.
pub fn centers(zone: Tz, year: i32) -> Vec<DateTime<Utc>> {
    let begin = at(&format!("{year}-01-01T00:00:00Z"));
    let fixed = ["02-28", "05-31", "12-31"].map(|day| at(&format!("{year}-{day}T12:00:00Z")));
    changes(zone, begin, begin + Duration::days(365)).into_iter().chain(fixed).collect()
}

/// Every date of three years around `year`.
pub fn dates(year: i32) -> impl Iterator<Item = NaiveDate> {
    let first = NaiveDate::from_ymd_opt(year - 1, 1, 1).expect("a date");
    first.iter_days().take_while(move |date| date.year() < year + 2)
}

/// The dates that these days of the month name, found by counting through each month.
pub fn named(days: &str, year: i32) -> Vec<NaiveDate> {
    let (mut found, mut month, mut all) = (Vec::new(), Vec::<NaiveDate>::new(), dates(year).peekable());
    while let Some(date) = all.next() {
        month.push(date);
        if all.peek().is_none_or(|next| next.month() != date.month()) {
            found.extend(days.split('.').flat_map(|day| of_month(day, &month)));
            month.clear();
        }
    }
    found
}

fn of_month(day: &str, month: &[NaiveDate]) -> Vec<NaiveDate> {
    let weekday = |text: &str| text.parse::<Weekday>().expect("a weekday");
    let all = |text: &str| month.iter().copied().filter(|date| date.weekday() == weekday(text)).collect::<Vec<_>>();
    match day.split_once('-') {
        None => all(day),
        Some(("day", number)) => {
            let number: usize = number.parse().expect("a number");
            month.get(number - 1).copied().into_iter().collect()
        }
        Some(("last", day)) => all(day).pop().into_iter().collect(),
        Some((place, day)) => {
            let place: usize = place[..1].parse().expect("a place");
            all(day).get(place - 1).copied().into_iter().collect()
        }
    }
}

/// The period from `begin` to `end`, in minutes of a day, that begins on `date`.
pub fn period(date: NaiveDate, begin: i64, end: i64) -> (NaiveDateTime, NaiveDateTime) {
    let midnight = date.and_time(chrono::NaiveTime::MIN);
    let days = if end <= begin { 1440 } else { 0 };
    (midnight + Duration::minutes(begin), midnight + Duration::minutes(end + days))
}
