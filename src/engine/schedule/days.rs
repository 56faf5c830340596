//! The days on which windows begin: weekdays, the nth or last weekday of a month, and days of the month.

use std::fmt;

use chrono::{Datelike, Days as DayCount, NaiveDate, Weekday, WeekdaySet};

use crate::engine::schedule::expr::ExprError;

/// A set of weekdays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Days(WeekdaySet);

impl Days {
    /// Monday to Friday.
    pub const MONDAY_TO_FRIDAY: Self =
        Self(WeekdaySet::from_array([Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri]));

    /// Every weekday, Monday first.
    pub(crate) fn all() -> impl Iterator<Item = Weekday> {
        WeekdaySet::ALL.iter(Weekday::Mon)
    }

    /// How many days are in the set.
    pub fn count(self) -> u32 {
        self.0.len().into()
    }

    /// Whether `day` is in the set.
    pub fn contains(self, day: Weekday) -> bool {
        self.0.contains(day)
    }

    /// Adds the days from one to another, across the end of the week if necessary.
    fn add_range(&mut self, from: Weekday, to: Weekday) {
        let until = WeekdaySet::ALL.iter(from).take_while(|day| *day != to);
        self.0 = self.0.union(until.chain([to]).collect());
    }

    /// Adds `mon` or `mon-fri`; the error is the part that is no weekday.
    fn add<'t>(&mut self, range: &'t str) -> Result<(), &'t str> {
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        self.add_range(weekday(from).ok_or(from)?, weekday(to).ok_or(to)?);
        Ok(())
    }
}

impl FromIterator<Weekday> for Days {
    fn from_iter<T: IntoIterator<Item = Weekday>>(days: T) -> Self {
        Self(days.into_iter().collect())
    }
}

/// The places that a weekday can have in a month. A month without a fifth one has none at that place.
pub(crate) const PLACES: [&str; 6] = ["1st", "2nd", "3rd", "4th", "5th", "last"];

/// Days of each month: nth and last weekdays, and dates. A month without a fifth one, or without a 31st, has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Monthly {
    /// The weekdays at each of the [`PLACES`].
    places: [Days; PLACES.len()],
    /// Bit n is set for the nth day of the month.
    dates: u32,
}

impl Monthly {
    /// Whether `date` is one of these days. Where the calendar gives it the windows of another weekday, it is no
    /// longer an nth weekday, and it is still the nth day of the month.
    pub fn contains(self, date: NaiveDate, works_like: Weekday) -> bool {
        let weekday = date.weekday();
        let next = date.checked_add_days(DayCount::new(7));
        let is_last = next.is_none_or(|next| next.month() != date.month());
        let in_order = PLACES.iter().zip(self.places).zip(0..).any(|((place, days), n)| {
            days.contains(weekday) && if *place == "last" { is_last } else { date.day0() / 7 == n }
        });
        self.dates & bit(date.day()) != 0 || in_order && weekday == works_like
    }

    /// Adds `2nd-sat`, `last-fri` or `day-15`. `false` means that `range` begins with none of these words.
    fn add(&mut self, range: &str) -> Result<bool, ExprError> {
        let Some((place, day)) = range.split_once('-') else { return Ok(false) };
        if place.eq_ignore_ascii_case("day") {
            let number = day.parse().ok().filter(|n: &u32| (1..=31).contains(n) && n.to_string() == day);
            self.dates |= bit(number.ok_or_else(|| ExprError::DayOfMonth(range.to_owned()))?);
            return Ok(true);
        }
        let known = PLACES.iter().zip(&mut self.places).find(|(known, _)| known.eq_ignore_ascii_case(place));
        let Some((_, days)) = known else { return Ok(false) };
        let day = weekday(day).ok_or_else(|| ExprError::Day(range.to_owned()))?;
        days.add_range(day, day);
        Ok(true)
    }
}

fn bit(day: u32) -> u32 {
    1_u32.checked_shl(day).unwrap_or(0)
}

/// Reads one day of the week: `mon` … `sun`, in any case.
///
/// # Errors
/// [`ExprError::Weekday`] for anything else.
pub fn parse_day(text: &str) -> Result<Weekday, ExprError> {
    weekday(text).ok_or_else(|| ExprError::Weekday(text.to_owned()))
}

fn weekday(text: &str) -> Option<Weekday> {
    const NAMES: [(&str, Weekday); 7] = [
        ("mon", Weekday::Mon),
        ("tue", Weekday::Tue),
        ("wed", Weekday::Wed),
        ("thu", Weekday::Thu),
        ("fri", Weekday::Fri),
        ("sat", Weekday::Sat),
        ("sun", Weekday::Sun),
    ];
    NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, day)| *day)
}

/// Reads days of the week in the notation of windows: `mon-fri`, `sun-thu`, `mon.wed.fri`.
///
/// # Errors
/// [`ExprError::Weekday`] with the part that is not a day of the week.
pub fn parse_days(text: &str) -> Result<Days, ExprError> {
    let mut days = Days::default();
    let read = text.split('.').try_for_each(|range| days.add(range));
    read.map(|()| days).map_err(|part| ExprError::Weekday(part.to_owned()))
}

/// Reads the days of a window: those of [`parse_days`], and days of the month.
pub(super) fn parse_begins(text: &str) -> Result<(Days, Monthly), ExprError> {
    let (mut days, mut monthly) = (Days::default(), Monthly::default());
    for range in text.split('.') {
        if !monthly.add(range)? {
            days.add(range).map_err(|part| ExprError::Day(part.to_owned()))?;
        }
    }
    Ok((days, monthly))
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&names(*self).collect::<Vec<_>>().join("."))
    }
}

fn names(days: Days) -> impl Iterator<Item = String> {
    days.0.iter(Weekday::Mon).map(|day| day.to_string().to_lowercase())
}

/// The days of a window, as [`parse_begins`] reads them.
pub(super) fn write_begins(days: Days, monthly: Monthly) -> String {
    let places = PLACES.iter().zip(monthly.places);
    let places = places.flat_map(|(place, days)| names(days).map(move |day| format!("{place}-{day}")));
    let dates = (1..=31).filter(|day| monthly.dates & bit(*day) != 0).map(|day| format!("day-{day}"));
    names(days).chain(places).chain(dates).collect::<Vec<_>>().join(".")
}
