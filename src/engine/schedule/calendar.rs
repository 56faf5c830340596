//! A calendar: dates that are closed, dates that work like another weekday, and freezes in which nothing is stopped or
//! started.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, Weekday};

use crate::engine::schedule::dates::{DateRange, Dates};
use crate::engine::schedule::days::{Days, parse_day};
use crate::engine::schedule::expr::{ExprError, parse_hours, span};
use crate::engine::schedule::holidays::Holidays;

/// The weekday whose windows begin on a date, and the hours within which they are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Like {
    /// The weekday.
    pub weekday: Weekday,
    /// The begin and the end of a short day, in minutes as those of a window; `None` for a whole day.
    pub hours: Option<(u16, u16)>,
}

impl Like {
    /// Reads `mon`, or `mon 09:00-12:00`.
    ///
    /// # Errors
    /// [`ExprError`] with the part that cannot be read.
    pub fn parse(text: &str) -> Result<Self, ExprError> {
        match text.split_once(' ') {
            None => Ok(parse_day(text)?.into()),
            Some((day, hours)) => Ok(Self { weekday: parse_day(day)?, hours: Some(parse_hours(hours, text)?) }),
        }
    }

    /// Whether the day's windows may be open at `minute`, counted from the midnight at which the day begins.
    pub(super) fn includes(self, minute: u32) -> bool {
        self.hours.is_none_or(|(begin, end)| span(begin, end).contains(&minute))
    }
}

impl From<Weekday> for Like {
    fn from(weekday: Weekday) -> Self {
        Self { weekday, hours: None }
    }
}

/// The kind of a date in a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Day<'a> {
    /// The windows of this weekday begin on it, within these hours.
    Works(Like),
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
    pub closed: Vec<Dates>,
    /// Dates that work like another day of the week. They override public holidays, and closed days of every year.
    pub like: BTreeMap<NaiveDate, Like>,
    /// Ranges in which the reaper stops and starts nothing.
    pub freeze: Vec<Dates>,
}

impl Calendar {
    /// The kind of `date`.
    pub fn day(&self, date: NaiveDate) -> Day<'_> {
        if self.holidays.iter().any(|set| !set.covers(date)) {
            return Day::Beyond;
        }
        if let Some(like) = self.like.get(&date) {
            return Day::Works(*like);
        }
        if self.closes(date) {
            return Day::Closed("closed by the calendar");
        }
        match self.holidays.iter().find_map(|set| set.name(date)) {
            Some(name) => Day::Closed(name),
            None => {
                let worked = self.holidays.iter().find_map(|set| set.worked(date));
                Day::Works(worked.unwrap_or(date.weekday()).into())
            }
        }
    }

    /// The freeze that contains `date`, if any.
    pub fn frozen(&self, date: NaiveDate) -> Option<DateRange> {
        self.freeze.iter().find_map(|dates| dates.around(date))
    }

    /// Whether `date` is one of the calendar's own closed days.
    pub fn closes(&self, date: NaiveDate) -> bool {
        self.closed.iter().any(|dates| dates.around(date).is_some())
    }

    /// The countries whose holidays it has, by the first two letters of their codes. A set of the settings has none,
    /// unless its name begins as a code does.
    pub fn countries(&self) -> BTreeSet<&str> {
        let countries = self.holidays.iter().filter_map(|set| set.code().split('-').next());
        countries.filter(|country| country.len() == 2).collect()
    }

    /// The last date for which every set of holidays has data; `None` without holidays.
    pub fn last_covered(&self) -> Option<NaiveDate> {
        self.holidays.iter().map(Holidays::last).min()
    }
}
