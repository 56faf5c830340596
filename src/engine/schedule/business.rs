//! Business days. First notices, grace periods and warnings count the days on which people work and can read them.

use chrono::{DateTime, Datelike, Days as DayCount, Duration, NaiveDate, Utc, Weekday};

use crate::engine::schedule::calendar::Day;
use crate::engine::schedule::days::Days;
use crate::engine::schedule::expr::{DAY_MINUTES, Hours, Window};
use crate::engine::schedule::hours::Schedule;
use crate::engine::schedule::instants::{bounded, minus, not_before};

/// The search limit for a business day: a year and a month.
const HORIZON_DAYS: u64 = 400;

/// The number of weekdays from which a schedule defines the business week. A schedule for the weekend, or for every
/// day, does not show when its team works.
const TELLING: std::ops::RangeInclusive<u32> = 3..=6;

impl Schedule {
    /// The weekdays that are business days: those of the calendar's `week`. Where it has none, those on which the
    /// schedule opens, if they are three to six. Otherwise Monday to Friday.
    pub fn business_week(&self) -> Days {
        let written = self.parts.first().and_then(|part| part.calendar.as_ref()?.week);
        written.unwrap_or_else(|| {
            let opens = self.weekdays();
            if TELLING.contains(&opens.count()) { opens } else { Days::MONDAY_TO_FRIDAY }
        })
    }

    /// The weekdays on which the schedule opens, or is open from midnight to midnight. For hours past midnight, the
    /// day on which they begin counts, in every notation.
    fn weekdays(&self) -> Days {
        let windows: Vec<&Window> = self.parts.iter().flat_map(|part| part.windows()).collect();
        let always = self.parts.iter().any(|part| part.hours == Hours::Always);
        let open = |day: Weekday, minute: u16| {
            let (today, eve) = (|w: &Window| w.days.contains(day), |w: &Window| w.days.contains(day.pred()));
            always || windows.iter().any(|w| w.holds(u32::from(minute), || today(w), || eve(w)))
        };
        let before = |day: Weekday, minute: u16| match minute {
            0 => open(day.pred(), DAY_MINUTES.saturating_sub(1)),
            minute => open(day, minute.saturating_sub(1)),
        };
        let ends = windows.iter().flat_map(|window| [window.begin, window.end % DAY_MINUTES]);
        let edges: Vec<u16> = ends.chain([0]).collect();
        let counts = |day: &Weekday| {
            let mut all_day = true;
            edges.iter().any(|minute| {
                let now = open(*day, *minute);
                all_day &= now;
                now && !before(*day, *minute)
            }) || all_day
        };
        Days::all().filter(counts).collect()
    }

    /// Whether `date` is a business day: in this `week`, not a holiday, and not closed by the calendar of the
    /// schedule's first part. A date beyond the calendar's data is not a business day, so that missing data never
    /// shortens a grace period.
    fn is_business_day(&self, week: Days, date: Option<NaiveDate>) -> bool {
        let Some(date) = date else { return false };
        let calendar = self.parts.first().and_then(|part| part.calendar.as_ref());
        match calendar.map_or(Day::Works(date.weekday().into()), |calendar| calendar.day(date)) {
            Day::Works(like) => week.contains(like.weekday),
            Day::Closed(_) | Day::Beyond => false,
        }
    }

    /// The same time of day, `days` business days after `from`, in the schedule's zone; `None` where the horizon has
    /// fewer business days. On a night when clocks change the result is never early: for a local time that occurs
    /// twice it is the second one, for a local time that is skipped it is the end of the gap.
    pub fn business_days_after(&self, from: DateTime<Utc>, days: u32) -> Option<DateTime<Utc>> {
        let (zone, week) = (self.zone(), self.business_week());
        let local = bounded(from).with_timezone(&zone).naive_local();
        let ahead = (1..=HORIZON_DAYS).filter_map(|ahead| local.checked_add_days(DayCount::new(ahead)));
        let mut ahead = ahead.filter(|local| self.is_business_day(week, Some(local.date())));
        let due = not_before(zone, ahead.nth((days as usize).checked_sub(1)?)?);
        (due > from).then_some(due)
    }

    /// Whether the first business day of this week, from Monday on, has begun. A week without one, or beyond the calendar's
    /// data, counts on its Sunday.
    pub fn has_week_begun(&self, now: DateTime<Utc>) -> bool {
        let (today, week) = (bounded(now).with_timezone(&self.zone()).date_naive(), self.business_week());
        let is_sunday = today.weekday() == Weekday::Sun;
        let mut days = (0..=u64::from(today.weekday().num_days_from_monday())).map(DayCount::new);
        is_sunday || days.any(|back| self.is_business_day(week, today.checked_sub_days(back)))
    }

    /// The same time of day, `days` business days before `to`; the earliest instant where the horizon has fewer.
    pub fn business_days_before(&self, to: DateTime<Utc>, days: u32) -> DateTime<Utc> {
        let (to, week) = (bounded(to), self.business_week());
        let local = to.with_timezone(&self.zone()).date_naive();
        let back = (1..=HORIZON_DAYS)
            .filter(|back| self.is_business_day(week, local.checked_sub_days(DayCount::new(*back))))
            .nth((days as usize).saturating_sub(1));
        let back = i64::try_from(back.unwrap_or(HORIZON_DAYS)).unwrap_or(0);
        if days == 0 { to } else { minus(to, Duration::days(back)) }
    }
}
