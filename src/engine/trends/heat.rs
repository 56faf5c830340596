//! A heat map: for each hour of some days, the machines that ran while their hours were closed.

use std::collections::BTreeMap;
use std::iter;
use std::sync::Arc;

use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime, Offset, Timelike, Utc};
use chrono_tz::Tz;

use crate::engine::model::is_sane;
use crate::engine::schedule::{DayNote, Schedule};

/// An hour is looked at in steps of this length: since 1972 every zone is a multiple of it away from UTC.
const STEP_MINUTES: i64 = 15;

/// No map has more days than this.
const MOST_DAYS: usize = 62;

/// Days and hours in one time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeatMap {
    /// The time zone of its days and hours.
    pub zone: Tz,
    /// The schedules whose open hours it outlines.
    pub schedules: Vec<String>,
    /// The days, in order.
    pub days: Vec<HeatDay>,
    /// In some hours, accounts and Regions in which the last scan had found nothing were not due. They count as empty.
    pub not_due: bool,
}

/// One day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeatDay {
    /// The local date.
    pub date: NaiveDate,
    /// What is special about it in the schedules' calendars.
    pub notes: Vec<DayNote>,
    /// Its hours in order: 23, 24 or 25. A skipped hour is left out, a repeated one is there twice.
    pub hours: Vec<HeatHour>,
}

/// One hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeatHour {
    /// When it begins.
    pub starts: DateTime<Utc>,
    /// When it ends: an hour later, or half an hour where clocks change by that.
    pub ends: DateTime<Utc>,
    /// Whether one of the schedules is open for at least half of it.
    pub open: bool,
    /// The most machines that were found running at one time, each while its own hours were closed; `None` where nobody
    /// scanned.
    pub running: Option<u32>,
    /// There may have been more, because not everything could be scanned.
    pub at_least: bool,
    /// What happened in it, in the map of one instance.
    pub events: Vec<Event>,
}

/// What happened to the instance of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub what: What,
}

/// What can happen to an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// The reaper stopped it.
    Stopped,
    /// The reaper started it.
    Started,
    /// A person undid a stop of it.
    Undone,
    /// Somebody else started it.
    StartedByOthers,
}

impl HeatMap {
    /// The open hours of these schedules from one local date to another, and of no machine anything.
    pub fn open_hours(zone: Tz, schedules: &[Arc<Schedule>], first: NaiveDate, last: NaiveDate) -> Self {
        let possible = |date: &NaiveDate| *date <= last && is_sane(date.and_time(NaiveTime::MIN).and_utc());
        let dates = first.iter_days().take_while(possible).take(MOST_DAYS);
        let mut days: BTreeMap<NaiveDate, Vec<HeatHour>> = dates.map(|date| (date, Vec::new())).collect();
        let shown = |at: DateTime<Utc>| {
            let local = at.with_timezone(&zone);
            (local.date_naive(), local.hour(), local.offset().fix())
        };
        let (mut at, end) = around(first, days.len());
        let mut before = None;
        while at < end {
            let now = shown(at);
            // Nearly every hour is whole, which takes two conversions in place of four.
            let whole = shown(at + step() * 3) == now;
            let until = at + if whole { step() * 4 } else { step() };
            if let Some(hours) = days.get_mut(&now.0) {
                match hours.last_mut().filter(|_| before == Some(now)) {
                    Some(hour) => hour.ends = until,
                    None => hours.push(HeatHour::new(at, until)),
                }
            }
            (before, at) = (Some(now), until);
        }
        let names = schedules.iter().map(|schedule| schedule.name.clone()).collect();
        let day = |(date, mut hours): (NaiveDate, Vec<HeatHour>)| {
            let ends = hours.first().zip(hours.last()).map(|(first, last)| (first.starts, last.ends));
            let periods: Vec<_> =
                ends.iter().flat_map(|(from, to)| schedules.iter().map(|one| one.open_periods(*from, *to))).collect();
            hours.iter_mut().for_each(|hour| hour.open = hour.is_open(&periods));
            HeatDay { date, notes: notes(schedules, date), hours }
        };
        Self { zone, schedules: names, days: days.into_iter().map(day).collect(), not_due: false }
    }

    /// Every hour, in order.
    pub fn hours(&self) -> impl Iterator<Item = &HeatHour> {
        self.days.iter().flat_map(|day| &day.hours)
    }

    pub(super) fn hours_mut(&mut self) -> impl Iterator<Item = &mut HeatHour> {
        self.days.iter_mut().flat_map(|day| &mut day.hours)
    }

    /// The hour that contains an instant.
    pub(super) fn hour(&mut self, at: DateTime<Utc>) -> Option<&mut HeatHour> {
        let date = at.with_timezone(&self.zone).date_naive();
        let day = self.days.iter_mut().find(|day| day.date == date)?;
        day.hours.iter_mut().find(|hour| hour.starts <= at && at < hour.ends)
    }
}

impl HeatHour {
    fn new(starts: DateTime<Utc>, ends: DateTime<Utc>) -> Self {
        Self { starts, ends, open: false, running: None, at_least: false, events: Vec::new() }
    }

    /// Its instants, a quarter of an hour apart.
    pub(super) fn steps(&self) -> impl Iterator<Item = DateTime<Utc>> + use<> {
        let ends = self.ends;
        iter::successors(Some(self.starts), |at| Some(*at + step())).take_while(move |at| *at < ends)
    }

    /// Whether one of these lists of periods has at least half of it.
    fn is_open(&self, periods: &[Vec<(DateTime<Utc>, DateTime<Utc>)>]) -> bool {
        let overlap = |(from, to): &(DateTime<Utc>, DateTime<Utc>)| {
            ((*to).min(self.ends) - (*from).max(self.starts)).max(Duration::zero())
        };
        periods.iter().any(|all| all.iter().map(overlap).sum::<Duration>() * 2 >= self.ends - self.starts)
    }

    /// Adds what was found at one time. The highest figure counts, and of two equal ones the exact one.
    pub(super) fn add(&mut self, running: u32, at_least: bool) {
        let known = self.running.map(|known| (known, !self.at_least));
        if let Some((running, exact)) = known.max(Some((running, !at_least))) {
            (self.running, self.at_least) = (Some(running), !exact);
        }
    }
}

fn step() -> Duration {
    Duration::minutes(STEP_MINUTES)
}

/// The time in which these days lie, in any zone: none is more than a day away from UTC.
fn around(first: NaiveDate, days: usize) -> (DateTime<Utc>, DateTime<Utc>) {
    let begin = first.checked_sub_days(Days::new(1)).unwrap_or(first).and_time(NaiveTime::MIN).and_utc();
    let length = Duration::days(if days == 0 { 0 } else { i64::try_from(days + 2).unwrap_or(0) });
    (begin, begin.checked_add_signed(length).unwrap_or(begin))
}

/// What is special about a date in the calendars of these schedules, each note once.
fn notes(schedules: &[Arc<Schedule>], date: NaiveDate) -> Vec<DayNote> {
    let mut notes: Vec<DayNote> = Vec::new();
    let calendars = schedules.iter().flat_map(|schedule| &schedule.parts).filter_map(|part| part.calendar.as_ref());
    for note in calendars.flat_map(|calendar| calendar.notes(date)) {
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes
}
