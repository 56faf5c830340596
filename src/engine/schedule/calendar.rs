//! A calendar: which dates are closed, which work like another day, and when nothing may be touched.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{Datelike, NaiveDate, Weekday};

use crate::engine::schedule::expr::Days;
use crate::engine::schedule::holidays::Holidays;

/// A range of local dates, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateRange {
    /// First date.
    pub first: NaiveDate,
    /// Last date, not before `first`.
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

/// What a date is, by a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Day<'a> {
    /// Windows of this weekday begin on it.
    Works(Weekday),
    /// No window begins on it, for this reason.
    Closed(&'a str),
    /// The calendar has no data so early or so late.
    Beyond,
}

/// A named calendar of the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// The name in the settings.
    pub name: String,
    /// The weekdays that are business days, where it says so.
    pub week: Option<Days>,
    /// Public holidays, one set for each code listed.
    pub holidays: Vec<Holidays>,
    /// Own closed days and ranges.
    pub closed: Vec<DateRange>,
    /// Dates that work like another day of the week; stronger than a public holiday.
    pub like: BTreeMap<NaiveDate, Weekday>,
    /// Ranges in which nothing is stopped or started.
    pub freeze: Vec<DateRange>,
}

impl Calendar {
    /// What `date` is.
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

    /// The frozen range that holds `date`, if any.
    pub fn frozen(&self, date: NaiveDate) -> Option<DateRange> {
        self.freeze.iter().copied().find(|range| range.contains(date))
    }

    /// The last date for which every set of holidays has data; `None` without holidays.
    pub fn last_covered(&self) -> Option<NaiveDate> {
        self.holidays.iter().map(Holidays::last).min()
    }
}
