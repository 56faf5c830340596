//! A calendar: dates that are closed, dates that work like another weekday, and freezes in which nothing is stopped or
//! started.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::Serialize;

use crate::engine::schedule::days::Days;
use crate::engine::schedule::holidays::Holidays;

/// A range of local dates, including both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DateRange {
    /// The first date.
    pub first: NaiveDate,
    /// The last date, not before `first`.
    pub last: NaiveDate,
}

impl DateRange {
    /// Whether `date` lies in the range.
    pub fn contains(&self, date: NaiveDate) -> bool {
        self.first <= date && date <= self.last
    }
}

impl fmt::Display for DateRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { write!(f, "{}", self.first) } else { write!(f, "{}..{}", self.first, self.last) }
    }
}

/// The kind of a date in a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Day<'a> {
    /// The windows of this weekday begin on it.
    Works(Weekday),
    /// No window begins on it, for this reason.
    Closed(&'a str),
    /// The calendar has no data for the date.
    Beyond,
}

/// A named calendar of the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// The name in the settings.
    pub name: String,
    /// The weekdays that are business days, if the calendar sets them.
    pub week: Option<Days>,
    /// Public holidays, one set per listed code.
    pub holidays: Vec<Holidays>,
    /// The calendar's own closed days and ranges.
    pub closed: Vec<DateRange>,
    /// Dates that work like another day of the week. They override public holidays.
    pub like: BTreeMap<NaiveDate, Weekday>,
    /// Ranges in which the reaper stops and starts nothing.
    pub freeze: Vec<DateRange>,
}

impl Calendar {
    /// The kind of `date`.
    pub fn day(&self, date: NaiveDate) -> Day<'_> {
        if self.holidays.iter().any(|set| !set.covers(date)) {
            return Day::Beyond;
        }
        if let Some(weekday) = self.like.get(&date) {
            return Day::Works(*weekday);
        }
        if self.closed.iter().any(|range| range.contains(date)) {
            return Day::Closed("closed by the calendar");
        }
        match self.holidays.iter().find_map(|set| set.name(date)) {
            Some(name) => Day::Closed(name),
            None => Day::Works(date.weekday()),
        }
    }

    /// The freeze that contains `date`, if any.
    pub fn frozen(&self, date: NaiveDate) -> Option<DateRange> {
        self.freeze.iter().copied().find(|range| range.contains(date))
    }

    /// The last date for which every set of holidays has data; `None` without holidays.
    pub fn last_covered(&self) -> Option<NaiveDate> {
        self.holidays.iter().map(Holidays::last).min()
    }
}
