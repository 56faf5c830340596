//! A schedule resolved: hours, zones and calendars together, and what they say about an instant.

use std::sync::Arc;

use chrono::{DateTime, Days as DayCount, Duration, NaiveDate, NaiveTime, Offset, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

use super::calendar::{Calendar, DateRange, Day};
use super::expr::{DAY_MINUTES, Hours, Window};

/// How far back and ahead an opening or a closing is looked for, in days: a year and a month, so that a
/// window that opens once a year is found.
const HORIZON_DAYS: i64 = 400;

/// Hours in one zone under one calendar. A schedule is open when any of its parts is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The hours as written.
    pub hours: Hours,
    /// The zone whose wall clock they are read on.
    pub zone: Tz,
    /// The calendar that closes days, if one is named.
    pub calendar: Option<Arc<Calendar>>,
}

/// A named schedule of the settings, or a tag's expression with what it takes from the policy's schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The name in the settings, or the expression in the tag.
    pub name: String,
    /// At least one.
    pub parts: Vec<Part>,
    /// Frozen periods that hold beyond the parts' own calendars: a tag cannot shed its policy's freeze.
    pub also_frozen_by: Vec<(Tz, Arc<Calendar>)>,
}

/// What a schedule says about one instant. Pure data, so that it can be computed once for a thousand instances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoursAt {
    /// The zone in which its times are best shown.
    pub zone: Tz,
    /// Open at the instant.
    pub open: bool,
    /// The frozen range that holds it.
    pub frozen: Option<DateRange>,
    /// The date for which a calendar has no data.
    pub exhausted: Option<NaiveDate>,
    /// When it closed last; `None` while open, or when it has not been open within the horizon.
    pub closed_since: Option<DateTime<Utc>>,
    /// The next opening after the instant; `None` when there is none within the horizon.
    pub opens: Option<DateTime<Utc>>,
}

impl Schedule {
    /// Whether the schedule is open at `at`. Total: every instant of every zone has an answer.
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.parts.iter().any(|part| part.is_open(at))
    }

    /// Everything a decision needs to know about `at`.
    pub fn at(&self, at: DateTime<Utc>) -> HoursAt {
        let open = self.is_open(at);
        HoursAt {
            zone: self.zone(),
            open,
            frozen: self.frozen(at),
            exhausted: self.parts.iter().find_map(|part| part.exhausted(at)),
            closed_since: if open { None } else { self.last_closing(at) },
            opens: self.next_opening(at),
        }
    }

    /// The zone of the first part: the one in which times are shown.
    pub fn zone(&self) -> Tz {
        self.parts.first().map_or(Tz::UTC, |part| part.zone)
    }

    /// The frozen range that holds `at`, in any part's zone.
    pub fn frozen(&self, at: DateTime<Utc>) -> Option<DateRange> {
        let own = self.parts.iter().filter_map(|part| Some((part.zone, part.calendar.as_ref()?)));
        let also = self.also_frozen_by.iter().map(|(zone, calendar)| (*zone, calendar));
        own.chain(also).find_map(|(zone, calendar)| calendar.frozen(at.with_timezone(&zone).date_naive()))
    }

    /// The next instant after `after` at which a window begins, within the horizon.
    pub fn next_opening(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let start = floor_minute(after) + Duration::minutes(1);
        (0..HORIZON_DAYS).find_map(|day| self.edges(start + Duration::days(day)).find(|t| self.opens_at(*t)))
    }

    /// Whether a bare date protects at `now`: until the first opening after that day. Where nothing ever
    /// opens, until the day is over.
    pub fn keeps_through(&self, date: NaiveDate, now: DateTime<Utc>) -> bool {
        let Some(next) = date.succ_opt() else {
            return true;
        };
        let over = self.parts.iter().all(|part| part.local_date(now) >= next);
        if !over || self.parts.iter().all(|part| part.windows().is_empty()) {
            return !over;
        }
        // The latest opening at or before now must lie after the day, in the zone of the part that opened.
        let lapsed = |part: &Part, at: DateTime<Utc>| part.opens_at(at) && part.local_date(at) >= next;
        self.latest(now, |at| self.parts.iter().any(|part| lapsed(part, at))).is_none()
    }

    fn last_closing(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.latest(at, |t| self.is_open(t - Duration::minutes(1)) && !self.is_open(t))
    }

    fn latest(&self, at: DateTime<Utc>, wanted: impl Fn(DateTime<Utc>) -> bool) -> Option<DateTime<Utc>> {
        let end = floor_minute(at) + Duration::minutes(1);
        (1..=HORIZON_DAYS).find_map(|day| self.edges(end - Duration::days(day)).rev().find(|t| wanted(*t)))
    }

    fn opens_at(&self, at: DateTime<Utc>) -> bool {
        self.parts.iter().any(|part| part.opens_at(at))
    }

    /// The minutes of the 24 hours from `start` at which something may change, in order. Where no clock is
    /// changed these are the windows' own ends; on a night of change every minute is a candidate, which is
    /// slow, right, and rare.
    fn edges(&self, start: DateTime<Utc>) -> impl DoubleEndedIterator<Item = DateTime<Utc>> + use<> {
        let end = start + Duration::days(1);
        let mut edges = Vec::new();
        if self.parts.iter().all(|part| part.offset(start) == part.offset(end)) {
            for part in &self.parts {
                part.push_edges(start, end, &mut edges);
            }
            edges.sort_unstable();
            edges.dedup();
        } else {
            edges.extend((0..i64::from(DAY_MINUTES)).map(|minute| start + Duration::minutes(minute)));
        }
        edges.into_iter()
    }
}

impl Part {
    fn local_date(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    fn windows(&self) -> &[Window] {
        match &self.hours {
            Hours::Always | Hours::Never => &[],
            Hours::Windows(windows) => windows,
        }
    }

    fn is_open(&self, at: DateTime<Utc>) -> bool {
        match &self.hours {
            Hours::Always => true,
            Hours::Never => false,
            Hours::Windows(windows) => windows.iter().any(|window| self.held_by(window, at).is_some()),
        }
    }

    /// The local date on which the occurrence of `window` that holds `at` began.
    fn held_by(&self, window: &Window, at: DateTime<Utc>) -> Option<NaiveDate> {
        let local = at.with_timezone(&self.zone).naive_local();
        let (date, minute) = (local.date(), local.hour() * 60 + local.minute());
        let (begin, end) = (u32::from(window.begin), u32::from(window.end));
        if minute >= begin && (window.overnight() || minute < end) && self.begins_on(window, date) {
            return Some(date);
        }
        let eve = date.pred_opt()?;
        (window.overnight() && minute < end && self.begins_on(window, eve)).then_some(eve)
    }

    /// A closed day closes the windows that begin on it, and no others.
    fn begins_on(&self, window: &Window, date: NaiveDate) -> bool {
        match self.day(date) {
            Day::Works(weekday) => window.days.contains(weekday),
            Day::Closed(_) | Day::Beyond => false,
        }
    }

    fn day(&self, date: NaiveDate) -> Day<'_> {
        match &self.calendar {
            Some(calendar) => calendar.day(date),
            None => Day::Works(chrono::Datelike::weekday(&date)),
        }
    }

    fn opens_at(&self, at: DateTime<Utc>) -> bool {
        let before = at - Duration::minutes(1);
        self.windows().iter().any(|window| {
            let now = self.held_by(window, at);
            now.is_some() && now != self.held_by(window, before)
        })
    }

    /// The first date on which the answer for `at` would need data that the calendar lacks.
    fn exhausted(&self, at: DateTime<Utc>) -> Option<NaiveDate> {
        let today = self.local_date(at);
        let eve = self.windows().iter().any(Window::overnight).then(|| today.pred_opt()).flatten();
        let mut dates = eve.into_iter().chain((!self.windows().is_empty()).then_some(today));
        dates.find(|date| self.day(*date) == Day::Beyond)
    }

    fn offset(&self, at: DateTime<Utc>) -> Duration {
        let offset = self.zone.offset_from_utc_datetime(&at.naive_utc()).fix();
        Duration::seconds(i64::from(offset.local_minus_utc()))
    }

    /// The ends of windows in `[start, end)`, where the offset is the same throughout.
    fn push_edges(&self, start: DateTime<Utc>, end: DateTime<Utc>, edges: &mut Vec<DateTime<Utc>>) {
        let offset = self.offset(start);
        let first = (start + offset).date_naive();
        for day in 0..2 {
            let Some(midnight) = first.checked_add_days(DayCount::new(day)).map(|d| d.and_time(NaiveTime::MIN)) else {
                continue;
            };
            let midnight = midnight.and_utc() - offset;
            for window in self.windows() {
                for minute in [window.begin, window.end % DAY_MINUTES] {
                    let edge = midnight + Duration::minutes(i64::from(minute));
                    if start <= edge && edge < end {
                        edges.push(edge);
                    }
                }
            }
        }
    }
}

fn floor_minute(at: DateTime<Utc>) -> DateTime<Utc> {
    at - Duration::seconds(i64::from(at.second())) - Duration::nanoseconds(i64::from(at.nanosecond()))
}
