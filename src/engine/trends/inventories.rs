//! What saved inventories show: an instance was found running since its last start, or stopped since its last change of
//! state and running before. Other machines may have run and gone, so these figures are at least that much.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;

use crate::engine::config::Settings;
use crate::engine::model::{Instance, Kind, ResourceId, State, Usd};
use crate::engine::schedule::Schedule;
use crate::engine::trends::zones::zones;
use crate::engine::trends::{HeatMap, Sample, Trends};

/// A time in which a machine ran.
#[derive(Clone, Debug)]
pub struct Presence {
    /// Which machine.
    pub id: ResourceId,
    /// Its hours.
    pub schedule: Arc<Schedule>,
    /// From when on.
    pub from: DateTime<Utc>,
    /// Until before when.
    pub to: DateTime<Utc>,
}

impl Presence {
    /// The last time that an instance ran, as it was found at `at`.
    pub fn of(instance: &Instance, schedule: &Arc<Schedule>, at: DateTime<Utc>) -> Option<Self> {
        // AWS does not say when a resource of another kind was started.
        if instance.id.kind != Kind::Instance {
            return None;
        }
        let to = match instance.state {
            State::Running => at,
            State::Stopping | State::Stopped | State::ShuttingDown | State::Terminated => instance.transition?.min(at),
            State::Pending | State::Changing | State::Unknown => return None,
        };
        let from = instance.launch.filter(|from| *from < to)?;
        Some(Self { id: instance.id.clone(), schedule: schedule.clone(), from, to })
    }
}

/// Saved inventories, judged by one settings file.
#[derive(Clone, Debug)]
pub struct Inventories<'a> {
    /// The settings.
    pub settings: &'a Settings,
    /// What is true at the instants of the inventories.
    pub samples: Vec<Sample>,
    /// What is known of the time before.
    pub ran: Vec<Presence>,
}

/// Two settings over the same inventories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Under the settings that are compared with.
    pub old: HeatMap,
    /// Under the new settings, in the same time zone.
    pub new: HeatMap,
    /// What runs outside its hours or is idle, in US dollars a month: the average of the inventories. `None` where no
    /// prices are known.
    pub old_usd: Option<Usd>,
    /// The same under the new settings.
    pub new_usd: Option<Usd>,
}

impl<'a> Inventories<'a> {
    /// None yet.
    pub fn new(settings: &'a Settings) -> Self {
        Self { settings, samples: Vec::new(), ran: Vec::new() }
    }

    /// The maps, exact at the instants of the inventories and a lower bound before. There are no weeks.
    pub fn trends(&self) -> Trends {
        let zones = zones(self.settings, self.samples.iter());
        Trends::with(Vec::new(), zones.into_iter().map(|(zone, schedules)| self.map(zone, &schedules)))
    }

    fn map(&self, zone: Tz, schedules: &[Arc<Schedule>]) -> HeatMap {
        let last = self.samples.iter().map(|sample| sample.at).max().unwrap_or_default();
        let mut map = HeatMap::until(last, zone, schedules);
        map.add_presences(&self.ran);
        map.add_samples(self.samples.iter());
        map
    }

    /// The map in one zone, whatever runs there.
    fn map_in(&self, zone: Tz) -> HeatMap {
        let zones = zones(self.settings, self.samples.iter()).into_iter();
        let schedules = zones.filter(|(one, _)| *one == zone).flat_map(|(_, schedules)| schedules).collect::<Vec<_>>();
        self.map(zone, &schedules)
    }

    fn usd_month(&self) -> Option<Usd> {
        let rates: Vec<Usd> = self.samples.iter().filter_map(|sample| sample.waste).collect();
        let average = rates.iter().copied().sum::<Usd>().0.checked_div(Decimal::from(rates.len()))?;
        Some(Usd(average).monthly())
    }
}

impl Comparison {
    /// Compares in the zone in which most runs under either settings; `None` where nothing can be shown.
    pub fn of(old: &Inventories<'_>, new: &Inventories<'_>) -> Option<Self> {
        let zone = new.trends().heat.or_else(|| old.trends().heat)?.zone;
        let (old_usd, new_usd) = (old.usd_month(), new.usd_month());
        Some(Self { old: old.map_in(zone), new: new.map_in(zone), old_usd, new_usd })
    }

    /// How much more is found under the new settings, in US dollars a month; negative if it is less.
    pub fn difference(&self) -> Option<Decimal> {
        Some(self.new_usd?.0.saturating_sub(self.old_usd?.0))
    }
}

/// When a machine ran: the ends of its times by their beginnings.
type Times = BTreeMap<DateTime<Utc>, DateTime<Utc>>;

impl HeatMap {
    /// Adds the machines of its zone that ran while closed. A machine that is in several inventories runs once.
    fn add_presences(&mut self, ran: &[Presence]) {
        let mut schedules: BTreeMap<&str, (&Schedule, BTreeMap<&ResourceId, Times>)> = BTreeMap::new();
        for Presence { id, schedule, from, to } in ran.iter().filter(|one| one.schedule.zone() == self.zone) {
            let (_, machines) = schedules.entry(&schedule.name).or_insert((schedule, BTreeMap::new()));
            let until = machines.entry(id).or_default().entry(*from).or_insert(*to);
            *until = (*to).max(*until);
        }
        let running = |at: DateTime<Utc>| {
            let closed = schedules.values().filter(|(schedule, _)| !schedule.is_open(at));
            let runs = |times: &&Times| times.range(..=at).any(|(_, to)| at < *to);
            closed.map(|(_, machines)| machines.values().filter(runs).count()).sum::<usize>()
        };
        for hour in self.hours_mut() {
            let most = hour.steps().map(running).max().unwrap_or(0);
            if most > 0 {
                hour.add(u32::try_from(most).unwrap_or(u32::MAX), true);
            }
        }
    }
}
