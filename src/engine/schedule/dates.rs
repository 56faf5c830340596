//! Dates of a calendar: one date or a range, of one year or of every year.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

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

/// A date of every year: a month and a day. 29 February is one, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MonthDay {
    month: u32,
    day: u32,
}

/// A leap year, which has every month and day.
const LEAP: i32 = 2024;

impl MonthDay {
    /// Reads `MM-DD`.
    pub fn parse(text: &str) -> Option<Self> {
        let date = parse_date(&format!("{LEAP}-{text}"))?;
        Some(Self { month: date.month(), day: date.day() })
    }

    /// It in `year`. In a year without 29 February, a range begins on 1 March and ends on 28 February instead.
    fn in_year(self, year: i32, or: Self) -> Option<NaiveDate> {
        let date = |one: Self| NaiveDate::from_ymd_opt(year, one.month, one.day);
        date(self).or_else(|| date(or))
    }
}

/// Dates that are closed or frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dates {
    /// In one year.
    Once(DateRange),
    /// In every year, across its end where the last is before the first.
    Yearly {
        /// The first.
        first: MonthDay,
        /// The last.
        last: MonthDay,
    },
}

impl Dates {
    /// The range with `date` in it, if there is one.
    pub fn around(&self, date: NaiveDate) -> Option<DateRange> {
        let within = |range: &DateRange| range.contains(date);
        match *self {
            Self::Once(range) => Some(range).filter(within),
            Self::Yearly { first, last } => {
                let began = [0, 1].into_iter().filter_map(|back| date.year().checked_sub(back));
                began.filter_map(|year| yearly(first, last, year)).find(within)
            }
        }
    }

    /// How many days the range has if it begins in `year`.
    pub fn days(&self, year: i32) -> i64 {
        let range = match *self {
            Self::Once(range) => Some(range),
            Self::Yearly { first, last } => yearly(first, last, year),
        };
        range.map_or(0, |range| range.last.signed_duration_since(range.first).num_days().saturating_add(1))
    }
}

/// The range from `first` to `last` that begins in `year`. For 29 February alone it is empty where there is none.
fn yearly(first: MonthDay, last: MonthDay, year: i32) -> Option<DateRange> {
    let until = if first <= last { year } else { year.checked_add(1)? };
    let first = first.in_year(year, MonthDay { month: 3, day: 1 })?;
    Some(DateRange { first, last: last.in_year(until, MonthDay { month: 2, day: 28 })? })
}

/// Reads `YYYY-MM-DD`, and nothing shorter, longer or signed.
pub(crate) fn parse_date(text: &str) -> Option<NaiveDate> {
    let fits = |(n, byte): (usize, u8)| if n == 4 || n == 7 { byte == b'-' } else { byte.is_ascii_digit() };
    (text.len() == 10 && text.bytes().enumerate().all(fits)).then(|| text.parse().ok())?
}

impl From<DateRange> for Dates {
    fn from(range: DateRange) -> Self {
        Self::Once(range)
    }
}

impl fmt::Display for DateRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { write!(f, "{}", self.first) } else { write!(f, "{}..{}", self.first, self.last) }
    }
}

impl fmt::Display for MonthDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

impl fmt::Display for Dates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Once(range) => range.fmt(f),
            Self::Yearly { first, last } if first == last => first.fmt(f),
            Self::Yearly { first, last } => write!(f, "{first}..{last}"),
        }
    }
}
