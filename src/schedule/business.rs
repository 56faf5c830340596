//! Business days: grace and warnings are counted in the days on which somebody is there to read them.

use chrono::{DateTime, Datelike, Duration, NaiveDate, Offset, TimeZone, Utc, Weekday};

use super::calendar::Day;
use super::hours::{Part, Schedule};

/// How far ahead a business day is looked for: a year and a month.
const HORIZON_DAYS: u64 = 400;

impl Schedule {
    /// Whether `date` is a business day: Monday to Friday, as the calendar of the schedule's first part has it.
    /// A date beyond the calendar's data is none: what is unknown makes nobody's grace shorter.
    pub fn is_business_day(&self, date: NaiveDate) -> bool {
        let day = self.parts.first().and_then(|part: &Part| part.calendar.as_ref()).map(|calendar| calendar.day(date));
        match day.unwrap_or(Day::Works(date.weekday())) {
            Day::Works(weekday) => !matches!(weekday, Weekday::Sat | Weekday::Sun),
            Day::Closed(_) | Day::Beyond => false,
        }
    }

    /// The same time of day, `days` business days after `from`, in the schedule's zone; `None` where there are
    /// not that many within the horizon. The time is found by asking the zone about UTC, never the other way: on
    /// a night of a clock change it may be an hour off.
    pub fn business_days_after(&self, from: DateTime<Utc>, days: u32) -> Option<DateTime<Utc>> {
        let zone = self.zone();
        let start = from.with_timezone(&zone).date_naive();
        let ahead = (0..=HORIZON_DAYS)
            .filter(|ahead| {
                *ahead > 0 && start.checked_add_days(chrono::Days::new(*ahead)).is_some_and(|d| self.is_business_day(d))
            })
            .nth((days as usize).checked_sub(1)?)?;
        let offset = |at: DateTime<Utc>| zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc();
        let there = from.checked_add_signed(Duration::days(i64::try_from(ahead).ok()?))?;
        there.checked_add_signed(Duration::seconds(i64::from(offset(from) - offset(there))))
    }

    /// The last minute of `date` in the zone of the schedule's first part, found by asking UTC instants.
    pub fn end_of(&self, date: NaiveDate) -> Option<DateTime<Utc>> {
        let next = date.succ_opt()?;
        let noon = next.and_hms_opt(12, 0, 0)?.and_utc();
        // Every zone's midnight lies within 26 hours before noon UTC of the day and 12 after.
        let begins =
            |minute: &i64| (noon + Duration::minutes(*minute)).with_timezone(&self.zone()).date_naive() >= next;
        let (mut low, mut high) = (-27 * 60, 13 * 60);
        while high - low > 1 {
            let middle = (low + high) / 2;
            if begins(&middle) { high = middle } else { low = middle }
        }
        Some(noon + Duration::minutes(low))
    }

    /// The same time of day, `days` business days before `to`; the earliest instant where there are not that many.
    pub fn business_days_before(&self, to: DateTime<Utc>, days: u32) -> DateTime<Utc> {
        let local = to.with_timezone(&self.zone()).date_naive();
        let back = (1..=HORIZON_DAYS)
            .filter(|back| {
                local.checked_sub_days(chrono::Days::new(*back)).is_some_and(|date| self.is_business_day(date))
            })
            .nth((days as usize).saturating_sub(1));
        let back = i64::try_from(back.unwrap_or(HORIZON_DAYS)).unwrap_or(0);
        if days == 0 { to } else { to - Duration::days(back) }
    }
}
