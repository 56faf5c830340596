//! A calendar month: figures are grouped by it, and the record is partitioned by it.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::engine::model::date;

/// A month of a year, stored as its first day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(NaiveDate);

impl Month {
    /// The month that contains a day.
    pub fn of(day: NaiveDate) -> Self {
        Self(day.with_day(1).unwrap_or(day)) // every month has a first day
    }

    /// The month that contains an instant, in a time zone.
    pub fn at(now: DateTime<Utc>, zone: Tz) -> Self {
        Self::of(now.with_timezone(&zone).date_naive())
    }

    /// Reads `2026-11`, the form in which it is shown.
    pub fn parse(text: &str) -> Option<Self> {
        date(&format!("{text}-01")).map(Self)
    }

    /// The first instant of the next month in UTC; `None` at the end of time.
    pub fn next_begins(self) -> Option<DateTime<Utc>> {
        let next = self.0.checked_add_months(chrono::Months::new(1))?;
        Some(next.and_time(NaiveTime::MIN).and_utc())
    }

    /// The month before; `None` at the beginning of time.
    pub fn before(self) -> Option<Self> {
        self.0.checked_sub_months(chrono::Months::new(1)).map(Self)
    }

    /// Its first day.
    pub fn first_day(self) -> NaiveDate {
        self.0
    }

    /// Whether it has ended in UTC at `instant`.
    pub fn ended_by(self, instant: DateTime<Utc>) -> bool {
        self.next_begins().is_some_and(|next| next <= instant)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m"))
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a month such as 2026-11")))
    }
}
