//! What is special about a date under a calendar.

use chrono::{Datelike, NaiveDate};

use crate::engine::schedule::calendar::{Calendar, Day, Like};
use crate::engine::schedule::dates::DateRange;

/// What is special about a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DayNote {
    /// A public holiday.
    Holiday {
        /// Its name.
        name: String,
        /// It is computed and not yet announced.
        provisional: bool,
    },
    /// One of the calendar's own closed days.
    Closed,
    /// It works like this weekday, or within these hours of it.
    WorksLike(Like),
    /// Nothing is stopped or started on it.
    Freeze(DateRange),
    /// The calendar has no data for it.
    Beyond,
}

impl Calendar {
    /// What is special about `date`.
    pub fn notes(&self, date: NaiveDate) -> Vec<DayNote> {
        let day = match self.day(date) {
            Day::Closed(_) if self.closes(date) => Some(DayNote::Closed),
            Day::Closed(name) => {
                let mut sets = self.holidays.iter().filter(|set| set.name(date).is_some());
                let provisional = sets.all(|set| set.provisional(date));
                Some(DayNote::Holiday { name: name.to_owned(), provisional })
            }
            Day::Beyond => Some(DayNote::Beyond),
            Day::Works(like) => {
                let is_special = self.like.contains_key(&date) || like != date.weekday().into();
                is_special.then_some(DayNote::WorksLike(like))
            }
        };
        day.into_iter().chain(self.frozen(date).map(DayNote::Freeze)).collect()
    }
}
