//! The heat maps of an organisation, one for each time zone of its schedules.

use std::cmp::Reverse;
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Days, Utc};
use chrono_tz::Tz;

use crate::engine::config::Settings;
use crate::engine::schedule::{Hours, Schedule};
use crate::engine::trends::{HeatMap, Log, Sample, Trends};

/// The days of a map.
pub const MAP_DAYS: u64 = 31;

/// What is known of the last weeks. Its maps are built when a page asks for them: they take longer than all else that a
/// small run does.
#[derive(Clone, Debug)]
pub struct LastWeeks {
    log: Log,
    zones: Vec<(Tz, Vec<Arc<Schedule>>)>,
    now: DateTime<Utc>,
    trends: OnceLock<Trends>,
}

impl LastWeeks {
    /// What `log` knew at `now`. Open hours and calendars are those of the settings, whatever they were then.
    pub fn of(log: Log, settings: &Settings, now: DateTime<Utc>) -> Self {
        let log = log.until(now);
        Self { zones: zones(settings, log.samples.values()), log, now, trends: OnceLock::new() }
    }

    /// With the maps.
    pub fn trends(&self) -> &Trends {
        let map = |(zone, schedules): &(Tz, Vec<Arc<Schedule>>)| {
            let mut map = HeatMap::until(self.now, *zone, schedules);
            map.add_samples(self.log.samples.values());
            map
        };
        self.trends.get_or_init(|| Trends::with(self.log.weeks(self.now), self.zones.iter().map(map)))
    }
}

impl From<Trends> for LastWeeks {
    fn from(trends: Trends) -> Self {
        let (log, now) = (Log::default(), DateTime::UNIX_EPOCH);
        Self { log, zones: Vec::new(), now, trends: OnceLock::from(trends) }
    }
}

impl Trends {
    /// What `log` knew at `now`. Open hours and calendars are those of the settings, whatever they were then.
    pub fn of(log: Log, settings: &Settings, now: DateTime<Utc>) -> Self {
        LastWeeks::of(log, settings, now).trends().clone()
    }

    /// The first map is the one with most machines. Maps without any figure are left out.
    pub(super) fn with(weeks: Vec<super::Week>, maps: impl Iterator<Item = HeatMap>) -> Self {
        let mut maps: Vec<HeatMap> = maps.filter(|map| map.hours().any(|hour| hour.running.is_some())).collect();
        let machine_hours = |map: &HeatMap| map.hours().filter_map(|hour| hour.running).map(u64::from).sum::<u64>();
        maps.sort_by_cached_key(|map| Reverse(machine_hours(map)));
        let mut maps = maps.into_iter();
        Self { weeks, heat: maps.next(), other_zones: maps.collect() }
    }
}

impl HeatMap {
    /// The days of a map that ends on the day of `now`.
    pub(super) fn until(now: DateTime<Utc>, zone: Tz, schedules: &[Arc<Schedule>]) -> Self {
        let today = now.with_timezone(&zone).date_naive();
        let first = today.checked_sub_days(Days::new(MAP_DAYS - 1)).unwrap_or(today);
        Self::open_hours(zone, schedules, first, today)
    }

    /// Adds what runs found.
    pub(super) fn add_samples<'a>(&mut self, samples: impl Iterator<Item = &'a Sample>) {
        for Sample { at, closed, unreachable, not_due, .. } in samples {
            let running = closed.get(self.zone.name()).copied().unwrap_or(0);
            let Some(hour) = self.hour(*at) else { continue };
            hour.add(running, *unreachable > 0);
            self.not_due |= *not_due > 0;
        }
    }
}

/// The time zones in which something can run while it is closed, each with its schedules: those of the policies, and
/// those that tags have named.
pub(super) fn zones<'a>(
    settings: &Settings,
    samples: impl Iterator<Item = &'a Sample>,
) -> Vec<(Tz, Vec<Arc<Schedule>>)> {
    let mut zones: Vec<(Tz, Vec<Arc<Schedule>>)> = Vec::new();
    let closes = |schedule: &&Arc<Schedule>| schedule.parts.iter().any(|part| part.hours != Hours::Always);
    for schedule in settings.policies.iter().map(|policy| &policy.schedule).filter(closes) {
        match zones.iter_mut().find(|(zone, _)| *zone == schedule.zone()) {
            Some((_, known)) if known.iter().any(|one| one.name == schedule.name) => {}
            Some((_, known)) => known.push(schedule.clone()),
            None => zones.push((schedule.zone(), vec![schedule.clone()])),
        }
    }
    let mut named: Vec<&String> = samples.flat_map(|sample| sample.closed.keys()).collect();
    named.sort();
    named.dedup();
    for zone in named.into_iter().filter_map(|name| name.parse::<Tz>().ok()) {
        if zones.iter().all(|(known, _)| *known != zone) {
            zones.push((zone, Vec::new()));
        }
    }
    zones
}
