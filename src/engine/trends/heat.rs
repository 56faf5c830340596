//! A heat map: for each hour of some days, the machines that ran while their hours were closed.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::engine::schedule::DayNote;

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
