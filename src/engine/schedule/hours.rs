//! A resolved schedule: hours, time zones and calendars together, and their answer for an instant.

use std::sync::Arc;

use chrono::{DateTime, Datelike, Days as DayCount, Duration, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use chrono_tz::Tz;

use crate::engine::schedule::calendar::{Calendar, Day};
use crate::engine::schedule::dates::DateRange;
use crate::engine::schedule::expr::{DAY_MINUTES, Hours, Window, next_day};
use crate::engine::schedule::instants::{begin_of, bounded, first_second, floor_second, minus, offset, plus};
use crate::engine::schedule::once::Once;

/// The search limit for an opening or a closing, back and ahead, in days: a year and a month, so that a window that
/// opens once a year is found.
const HORIZON_DAYS: i64 = 400;

/// Hours in one time zone under one calendar. A schedule is open when any of its parts is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The opening hours.
    pub hours: Hours,
    /// The time zone of the hours.
    pub zone: Tz,
    /// The calendar that closes days, if there is one.
    pub calendar: Option<Arc<Calendar>>,
}

/// A named schedule of the settings, or a tag's expression completed from the policy's schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The name in the settings, or the expression in the tag.
    pub name: String,
    /// The parts; at least one.
    pub parts: Vec<Part>,
    /// Freezes in addition to those of the parts' own calendars: a tag cannot remove its policy's freeze.
    pub also_frozen_by: Vec<(Tz, Arc<Calendar>)>,
}

/// The answer of a schedule for one instant. It is plain data, so it is computed once for a thousand instances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoursAt {
    /// The time zone in which its times are shown.
    pub zone: Tz,
    /// Whether the schedule is open at the instant.
    pub open: bool,
    /// The freeze that contains the instant.
    pub frozen: Option<DateRange>,
    /// The date for which a calendar has no data.
    pub exhausted: Option<NaiveDate>,
    /// When it closed last; `None` while it is open, or when it was not open within the horizon.
    pub closed_since: Option<DateTime<Utc>>,
    /// When it opened last; `None` while it is closed, or when it did not open within the horizon.
    pub opened: Option<DateTime<Utc>>,
    /// The next opening after the instant; `None` when there is none within the horizon.
    pub opens: Option<DateTime<Utc>>,
}

impl Schedule {
    /// Whether the schedule is open at `at`. Every instant in every time zone has an answer.
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        let at = bounded(at);
        self.parts.iter().any(|part| part.is_open(at))
    }

    /// All facts about `at` that a decision needs.
    pub fn at(&self, at: DateTime<Utc>) -> HoursAt {
        let open = self.is_open(at);
        HoursAt {
            zone: self.zone(),
            open,
            frozen: self.frozen(at),
            exhausted: self.parts.iter().find_map(|part| part.exhausted(bounded(at))),
            closed_since: if open { None } else { self.edges_before(at).find(|edge| self.closes_at(*edge)) },
            opened: if open { self.edges_before(at).find(|edge| self.opens_at(*edge)) } else { None },
            opens: self.next_opening(at),
        }
    }

    /// The time zone of the first part, in which times are shown.
    pub fn zone(&self) -> Tz {
        self.parts.first().map_or(Tz::UTC, |part| part.zone)
    }

    /// The zones in which it has windows. `always` and `closed` are the same in every zone.
    pub fn zones(&self) -> impl Iterator<Item = Tz> {
        let local = |part: &&Part| matches!(part.hours, Hours::Windows(_) | Hours::Once(_));
        self.parts.iter().filter(local).map(|part| part.zone)
    }

    /// The freeze that contains `at`, in the zone of any part.
    pub fn frozen(&self, at: DateTime<Utc>) -> Option<DateRange> {
        let at = bounded(at);
        let own = self.parts.iter().filter_map(|part| Some((part.zone, part.calendar.as_ref()?)));
        let also = self.also_frozen_by.iter().map(|(zone, calendar)| (*zone, calendar));
        own.chain(also).find_map(|(zone, calendar)| calendar.frozen(at.with_timezone(&zone).date_naive()))
    }

    /// The next instant after `after`, within the horizon, at which the schedule changes from closed to open.
    pub fn next_opening(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.edges_after(after).find(|edge| self.opens_at(*edge)).filter(|opens| *opens > after)
    }

    /// When it is open between two instants, in order.
    pub fn open_periods(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
        let days =
            std::iter::successors(Some(from), |day| Some(plus(*day, Duration::days(1))).filter(|next| next > day));
        let edges = days.take_while(|day| *day < to).flat_map(|day| self.edges(day)).filter(|edge| *edge < to);
        let changes: Vec<DateTime<Utc>> = std::iter::once(from).chain(edges).chain([to]).collect();
        let parts = changes.windows(2).filter_map(|two| Some((*two.first()?, *two.last()?)));
        parts.filter(|(from, to)| from < to && self.is_open(*from)).collect()
    }

    /// Whether a bare date protects at `now`: until the first opening after that day. Where nothing ever opens or
    /// closes, it protects until the day is over.
    pub fn keeps_through(&self, date: NaiveDate, now: DateTime<Utc>) -> bool {
        let (Some(next), now) = (date.succ_opt(), bounded(now)) else {
            return true;
        };
        if self.parts.iter().any(|part| part.local_date(now) < next) {
            return true;
        }
        let later = |edge: &DateTime<Utc>| self.parts.iter().any(|part| part.local_date(*edge) >= next);
        let opened = self.edges_before(now).take_while(later).any(|edge| self.opens_after(next, edge));
        !opened && !self.is_constant(now)
    }

    /// When the protection of a bare date ends; `None` where nothing opens after that day within the horizon.
    pub fn keep_ends(&self, date: NaiveDate) -> Option<DateTime<Utc>> {
        let next = date.succ_opt()?;
        let begins = || self.parts.iter().map(|part| begin_of(part.zone, next));
        let (first, over) = (begins().min()?, begins().max()?);
        let opening = self.edges_after(before(first)).find(|edge| self.opens_after(next, *edge));
        match opening {
            Some(opening) => Some(opening.max(over)),
            None => self.is_constant(over).then_some(over),
        }
    }

    /// Whether the schedule opens at `edge`, and `edge` is on `date` or later in the zone of an opening part.
    fn opens_after(&self, date: NaiveDate, edge: DateTime<Utc>) -> bool {
        self.opens_at(edge) && self.parts.iter().any(|part| part.local_date(edge) >= date && part.is_open(edge))
    }

    /// Whether the schedule neither opens nor closes within the horizon of `at`: it is `closed`, or always open.
    fn is_constant(&self, at: DateTime<Utc>) -> bool {
        if self.parts.iter().all(|part| part.never_opens_after(at)) {
            return true;
        }
        let mut edges = self.edges_before(at).chain(self.edges_after(at));
        self.is_open(at) && edges.all(|edge| self.is_open(edge) && self.is_open(before(edge)))
    }

    /// Whether the schedule opens at `edge`. The boundary of two adjacent windows is not an opening.
    fn opens_at(&self, edge: DateTime<Utc>) -> bool {
        self.is_open(edge) && !self.is_open(before(edge))
    }

    fn closes_at(&self, edge: DateTime<Utc>) -> bool {
        !self.is_open(edge) && self.is_open(before(edge))
    }

    /// Every instant after `at` at which the state may change, in order, within the horizon.
    fn edges_after(&self, at: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
        let start = plus(floor_second(bounded(at)), Duration::seconds(1));
        (0..HORIZON_DAYS).flat_map(move |day| self.edges(plus(start, Duration::days(day))))
    }

    /// Every such instant up to `at`, in reverse order.
    fn edges_before(&self, at: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
        let end = plus(floor_second(bounded(at)), Duration::seconds(1));
        (1..=HORIZON_DAYS).flat_map(move |day| self.edges(minus(end, Duration::days(day))).into_iter().rev())
    }

    /// The instants in the 24 hours from `start` at which the state may change, in order.
    fn edges(&self, start: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let mut edges = Vec::new();
        for part in &self.parts {
            part.push_edges(start, plus(start, Duration::days(1)), &mut edges);
        }
        edges.sort_unstable();
        edges.dedup();
        edges
    }
}

impl Part {
    /// Periods in which a schedule is open besides its hours, regardless of any calendar.
    pub fn once(periods: Vec<Once>, zone: Tz) -> Self {
        Self { hours: Hours::Once(periods), zone, calendar: None }
    }

    fn local_date(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    pub(crate) fn windows(&self) -> &[Window] {
        match &self.hours {
            Hours::Always | Hours::Closed | Hours::Once(_) => &[],
            Hours::Windows(windows) => windows,
        }
    }

    /// The periods in which it is open once.
    pub fn extra(&self) -> &[Once] {
        match &self.hours {
            Hours::Always | Hours::Closed | Hours::Windows(_) => &[],
            Hours::Once(periods) => periods,
        }
    }

    /// Whether it has no window, and no period that begins after `at`.
    fn never_opens_after(&self, at: DateTime<Utc>) -> bool {
        match &self.hours {
            Hours::Always | Hours::Windows(_) => false,
            Hours::Closed => true,
            Hours::Once(periods) => periods.iter().all(|once| once.begin <= self.local(at)),
        }
    }

    /// What the clocks of its zone show.
    fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        at.with_timezone(&self.zone).naive_local()
    }

    fn is_open(&self, at: DateTime<Utc>) -> bool {
        match &self.hours {
            Hours::Always => true,
            Hours::Closed => false,
            Hours::Windows(windows) => {
                let local = self.local(at);
                let (date, minute) = (local.date(), local.num_seconds_from_midnight() / 60);
                let today = |window: &Window| self.runs(window, date, minute);
                let eve = |window: &Window| date.pred_opt().is_some_and(|d| self.runs(window, d, next_day(minute)));
                windows.iter().any(|window| window.holds(minute, || today(window), || eve(window)))
            }
            Hours::Once(periods) => periods.iter().any(|once| once.contains(self.local(at))),
        }
    }

    /// Whether `window` begins on `date`, and the day's hours include `minute`, counted from its midnight. A closed or
    /// short day closes only the windows that begin on it.
    fn runs(&self, window: &Window, date: NaiveDate, minute: u32) -> bool {
        match self.day(date) {
            Day::Works(like) => like.includes(minute) && window.begins_on(date, like.weekday),
            Day::Closed(_) | Day::Beyond => false,
        }
    }

    fn day(&self, date: NaiveDate) -> Day<'_> {
        match &self.calendar {
            Some(calendar) => calendar.day(date),
            None => Day::Works(date.weekday().into()),
        }
    }

    /// The first date on which the answer for `at` needs data that the calendar does not have.
    fn exhausted(&self, at: DateTime<Utc>) -> Option<NaiveDate> {
        let today = self.local_date(at);
        let eve = self.windows().iter().any(Window::overnight).then(|| today.pred_opt()).flatten();
        let mut dates = eve.into_iter().chain((!self.windows().is_empty()).then_some(today));
        dates.find(|date| self.day(*date) == Day::Beyond)
    }

    /// The instants from `start` until before `end` at which a window may begin or end. These are its begin and end in
    /// local time, and clock changes, because a clock change moves the local time. No zone changes its clocks twice in
    /// a day.
    fn push_edges(&self, start: DateTime<Utc>, end: DateTime<Utc>, edges: &mut Vec<DateTime<Utc>>) {
        if self.windows().is_empty() && self.extra().is_empty() {
            return;
        }
        let (old, new) = (offset(self.zone, before(start)), offset(self.zone, before(end)));
        if old == new {
            return self.push_shown(start, end, old, edges);
        }
        let change = first_second(before(start), before(end), |at| offset(self.zone, at) == new);
        self.push_shown(start, change, old, edges);
        edges.push(change);
        self.push_shown(change, end, new, edges);
    }

    /// The begins and ends of windows in `[start, end)`, where the UTC offset is constant.
    fn push_shown(&self, start: DateTime<Utc>, end: DateTime<Utc>, offset: Duration, edges: &mut Vec<DateTime<Utc>>) {
        let mut push = |local: NaiveDateTime| {
            let edge = minus(local.and_utc(), offset);
            edges.extend((start <= edge && edge < end).then_some(edge));
        };
        self.extra().iter().flat_map(|once| [once.begin, once.end]).for_each(&mut push);
        let first = plus(start, offset).date_naive();
        for date in (0..2).filter_map(|day| first.checked_add_days(DayCount::new(day))) {
            let windows = self.windows().iter().map(|window| (window.begin, window.end));
            for minute in windows.chain(self.short(date)).flat_map(|(begin, end)| [begin, end % DAY_MINUTES]) {
                let midnight = date.and_time(NaiveTime::MIN);
                midnight.checked_add_signed(Duration::minutes(minute.into())).map(&mut push);
            }
        }
    }

    /// The hours of short days that may begin or end on `date`.
    fn short(&self, date: NaiveDate) -> impl Iterator<Item = (u16, u16)> {
        let days = [Some(date), date.pred_opt()].into_iter().flatten();
        let like = days.filter_map(|date| self.calendar.as_ref()?.like.get(&date));
        like.filter_map(|like| like.hours)
    }
}

/// The second before `at`.
fn before(at: DateTime<Utc>) -> DateTime<Utc> {
    minus(at, Duration::seconds(1))
}
