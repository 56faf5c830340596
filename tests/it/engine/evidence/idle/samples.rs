//! A box that does nothing, and changes to it.

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::config::Idle;
use idle_reaper::engine::evidence::idle::{Evidence, Idleness, Metric, Own, Question, Reading, Series, Sign, classify};
use idle_reaper::engine::model::IdleFacts;
use idle_reaper::engine::model::{Details, Instance};

use crate::fake::{EVENING, at, instance};

/// Every metric.
pub const METRICS: [Metric; 9] = [
    Metric::CpuByDay,
    Metric::Cpu,
    Metric::CpuOverVeto,
    Metric::Received,
    Metric::Sent,
    Metric::WriteOps,
    Metric::WriteBytes,
    Metric::FailedChecks,
    Metric::Credits,
];

/// What a box that does nothing has of a metric in every period.
pub fn quiet(metric: Metric) -> f64 {
    match metric {
        Metric::CpuByDay => 1.5,
        Metric::Cpu | Metric::CpuOverVeto | Metric::CpuLately | Metric::GpuLately => 0.8,
        Metric::Received | Metric::Sent | Metric::ReceivedLately | Metric::SentLately => 50_000.0, // 2.4 MB a day, both together
        Metric::WriteOps => 400.0,
        Metric::Connections | Metric::ConnectionsLately => 0.0,
        Metric::ReadIops | Metric::WriteIops => 1.5,
        Metric::WriteBytes | Metric::WrittenLately => 2_000_000.0,
        Metric::FailedChecks => 0.0,
        Metric::Credits => 144.0,
    }
}

/// Datapoints of one metric.
pub type Points = Vec<(DateTime<Utc>, f64)>;

/// An instance, its weeks of metrics and everything else that the answer depends on.
#[derive(Clone, Debug)]
pub struct Case {
    pub settings: Idle,
    pub instance: Instance,
    pub own: Own,
    pub now: DateTime<Utc>,
    pub baseline: Option<f64>,
    /// The points of each metric, in the order of [`METRICS`]; `None` is a gap.
    pub points: Vec<Option<Points>>,
}

impl Case {
    /// A box with two vCPUs that has run for a hundred days and does nothing.
    pub fn idle() -> Self {
        Self::idle_at(at(EVENING))
    }

    /// The same, looked at at another instant.
    pub fn idle_at(now: DateTime<Utc>) -> Self {
        let details = Details { vcpus: Some(2), interfaces: 1, image: Some("ami-1".into()), ..Details::default() };
        let launch = Some(now - Duration::days(100));
        let instance = Instance { kind: "m5.large".into(), details, launch, ..instance("i-1") };
        let mut case =
            Self { settings: Idle::default(), instance, own: Own::default(), now, baseline: None, points: Vec::new() };
        case.points = METRICS.iter().map(|metric| Some(case.series(*metric, |_| true))).collect();
        case
    }

    /// Quiet points of a metric in every period for which `ran` holds.
    fn series(&self, metric: Metric, ran: impl Fn(DateTime<Utc>) -> bool) -> Points {
        let mut points = Vec::new();
        let mut next = idle_reaper::engine::evidence::idle::since(metric, &self.settings, self.now);
        while next < self.now {
            if ran(next) {
                points.push((next, quiet(metric)));
            }
            next += Duration::seconds(metric.period());
        }
        points
    }

    /// It runs from nine to six on weekdays in Tokyo; the reaper starts and stops it.
    pub fn in_office_hours(mut self) -> Self {
        let ran = |at: DateTime<Utc>| {
            use chrono::{Datelike, Timelike};
            let local = at.with_timezone(&chrono_tz::Asia::Tokyo);
            local.weekday().num_days_from_monday() < 5 && (9..18).contains(&local.hour())
        };
        self.now = at("2026-11-25T17:30:00+09:00");
        for day in 0..50 {
            let opening = at("2026-11-25T09:00:00+09:00") - Duration::days(day);
            if ran(opening) {
                self.own.starts.push(opening + Duration::minutes(1));
                self.own.stops.push(opening + Duration::hours(9));
            }
        }
        self.instance.launch = Some(at("2026-11-25T09:00:20+09:00"));
        let whole = |metric: Metric| {
            let part = |at: DateTime<Utc>| (0..metric.period() / 3600).any(|n| ran(at + Duration::hours(n)));
            Some(self.series(metric, part))
        };
        self.points = METRICS.iter().map(|metric| whole(*metric)).collect();
        self
    }

    fn of(&mut self, metric: Metric) -> &mut Option<Points> {
        let place = METRICS.iter().position(|one| *one == metric).expect("a metric");
        &mut self.points[place]
    }

    /// Started at this instant by somebody; nothing is measured before.
    pub fn started(mut self, when: DateTime<Utc>) -> Self {
        self.instance.launch = Some(when);
        for (metric, points) in METRICS.iter().zip(&mut self.points) {
            let period = Duration::seconds(metric.period());
            points.iter_mut().for_each(|points| points.retain(|(at, _)| *at + period > when));
        }
        self
    }

    /// One period of a metric, so long ago, has another value.
    pub fn with(mut self, metric: Metric, ago: Duration, value: f64) -> Self {
        let (now, period) = (self.now, Duration::seconds(metric.period()));
        let points = self.of(metric).as_mut().expect("no gap");
        let point = points.iter_mut().find(|(at, _)| *at <= now - ago && now - ago < *at + period);
        point.expect("a point").1 = value;
        self
    }

    /// The period of a metric that begins then has this value, whether it had one or not.
    pub fn having(self, metric: Metric, begin: DateTime<Utc>, value: f64) -> Self {
        let mut case = self.lacking(metric, begin, begin + Duration::seconds(metric.period()));
        case.of(metric).as_mut().expect("no gap").push((begin, value));
        case
    }

    /// Points of a metric from then to then are not there.
    pub fn lacking(mut self, metric: Metric, from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        self.of(metric).as_mut().expect("no gap").retain(|(at, _)| *at < from || to <= *at);
        self
    }

    /// The limits are others.
    pub fn under(mut self, change: impl FnOnce(&mut Idle)) -> Self {
        change(&mut self.settings);
        self
    }

    /// A burst of CPU so long ago, in every metric that shows it.
    pub fn with_burst(self, ago: Duration, cpu: f64) -> Self {
        let case = self.with(Metric::CpuByDay, ago, cpu).with(Metric::CpuOverVeto, ago, cpu);
        if ago < case.settings.decision { case.with(Metric::Cpu, ago, cpu) } else { case }
    }

    /// Every point of a metric has another value.
    pub fn all(mut self, metric: Metric, value: f64) -> Self {
        self.of(metric).iter_mut().flatten().for_each(|point| point.1 = value);
        self
    }

    /// The newest `part` per cent of the points of a metric have another value.
    pub fn newest(mut self, metric: Metric, part: usize, value: f64) -> Self {
        let points = self.of(metric).as_mut().expect("no gap");
        let n = points.len() * part / 100;
        points.iter_mut().rev().take(n).for_each(|point| point.1 = value);
        self
    }

    /// Points of a metric for which this does not hold are not there.
    pub fn only(mut self, metric: Metric, keep: impl Fn(usize) -> bool) -> Self {
        let points = self.of(metric).as_mut().expect("no gap");
        let kept = points.iter().enumerate().filter(|(n, _)| keep(*n)).map(|(_, point)| *point).collect();
        *points = kept;
        self
    }

    /// There is no whole answer about a metric.
    pub fn gap(mut self, metric: Metric) -> Self {
        *self.of(metric) = None;
        self
    }

    /// The instance is another.
    pub fn being(mut self, change: impl FnOnce(&mut Instance)) -> Self {
        change(&mut self.instance);
        self
    }

    pub fn evidence(&self) -> Evidence {
        Evidence::of(METRICS.iter().zip(&self.points).map(|(metric, points)| {
            let gap = || Reading::Gap("Throttling".to_owned());
            (*metric, points.clone().map_or_else(gap, |points| Reading::Known(Series::new(points))))
        }))
    }

    pub fn question(&self) -> Question<'_> {
        Question { settings: &self.settings, instance: &self.instance, own: &self.own, now: self.now }
    }

    pub fn answer(&self) -> Idleness {
        classify(self.question(), &self.evidence(), self.baseline)
    }

    pub fn facts(&self) -> IdleFacts {
        match self.answer() {
            Idleness::Idle(facts) => facts,
            other => panic!("not idle: {other:?}"),
        }
    }

    pub fn sign(&self) -> Sign {
        match self.answer() {
            Idleness::Active(sign) => sign,
            other => panic!("not active: {other:?}"),
        }
    }
}
