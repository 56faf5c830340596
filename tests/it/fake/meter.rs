//! CloudWatch of the fake world: weeks of metrics that a test has put there, or the hours that a machine really had.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use idle_reaper::engine::evidence::idle::{Asked, Evidence, Metric, Reading, Series, Wanted};
use idle_reaper::engine::model::{ResourceId, Target};

use super::{Deed, World};

/// What a machine did in one hour in which it ran.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hour {
    /// The maximum of its CPU utilisation, in per cent.
    pub cpu: f64,
    /// Bytes received, and as many sent.
    pub network: f64,
}

impl Hour {
    /// It does nothing, but for an agent that says so: 2.4 MB a day.
    pub const QUIET: Self = Self { cpu: 0.8, network: 50_000.0 };
    /// Somebody works with it.
    pub const WORK: Self = Self { cpu: 62.0, network: 40e6 };

    fn of(self, metric: Metric) -> f64 {
        match metric {
            Metric::CpuByDay | Metric::Cpu | Metric::CpuOverVeto | Metric::CpuLately | Metric::GpuLately => self.cpu,
            Metric::Received | Metric::Sent | Metric::ReceivedLately | Metric::SentLately => self.network,
            Metric::WriteOps => 400.0,
            Metric::Connections | Metric::ConnectionsLately => 0.0,
            Metric::ReadIops | Metric::WriteIops => 1.5,
            Metric::WriteBytes | Metric::WrittenLately => 2_000_000.0,
            Metric::FailedChecks => 0.0,
            Metric::Credits => 144.0,
        }
    }
}

/// The hours in which a machine ran and CloudWatch has a datapoint, by the instant at which each begins.
pub type Hours = BTreeMap<DateTime<Utc>, Hour>;

fn measured(hours: &Hours, asked: &Asked) -> Reading {
    let mut points: BTreeMap<i64, f64> = BTreeMap::new();
    for (at, hour) in hours.range(asked.since..) {
        let (value, period) = (hour.of(asked.metric), asked.metric.period());
        let point = points.entry(at.timestamp().div_euclid(period) * period).or_insert(value);
        *point = point.max(value);
    }
    let point = |(at, value)| (DateTime::from_timestamp(at, 0).expect("an instant"), value);
    Reading::Known(Series::new(points.into_iter().map(point)))
}

impl World {
    /// What a machine did in the hour that begins then.
    pub fn ran(&self, id: &str, at: DateTime<Utc>, hour: Hour) {
        self.state.borrow_mut().hours.entry(id.into()).or_default().insert(at, hour);
    }

    /// Weeks of metrics, as CloudWatch answers.
    pub(super) async fn gathered(&self, target: &Target, wanted: &[Wanted]) -> HashMap<Box<str>, Evidence> {
        let slow = self.state.borrow().faults.slow_metrics;
        tokio::time::sleep(slow).await;
        let ids: Vec<Box<str>> = wanted.iter().map(|one| one.id.clone()).collect();
        let metrics: usize = wanted.iter().map(|one| one.asked.len()).sum();
        let refused = self.state.borrow().faults.unmeasured.contains(target);
        self.note(Deed::Gather, target, &ids, metrics.to_string(), !refused);
        let state = self.state.borrow();
        let gap = || Reading::Gap("AccessDenied: cloudwatch:GetMetricData".to_owned());
        let nothing = Evidence::default();
        let answer = |one: &Wanted| {
            // Where several have the name, each may have weeks of its own.
            let own = ResourceId::instance(target.clone(), &*one.id).to_string();
            let known = state.weeks.get(&*own).or_else(|| state.weeks.get(&one.id)).unwrap_or(&nothing);
            let of = |asked: &Asked| match state.hours.get(&one.id) {
                _ if refused => gap(),
                Some(hours) => measured(hours, asked),
                None => known.get(asked.metric).cloned().unwrap_or_else(gap),
            };
            Evidence::of(one.asked.iter().map(|asked| (asked.metric, of(asked))))
        };
        wanted.iter().map(|one| (one.id.clone(), answer(one))).collect()
    }
}
