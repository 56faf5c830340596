//! The last hour of an instance that would be stopped, from five-minute figures: what it did, and whether enough
//! figures exist to call it quiet. A gap never counts as quiet.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::config::Busy;
use crate::engine::evidence::idle::{Asked, FIVE_MINUTES, Source, bucket_from};
use crate::engine::evidence::{Evidence, Metric, Reading, Wanted};
use crate::engine::model::{Gauge, Instance, Kind, figure};

/// Five-minute buckets of one hour.
const BUCKETS: usize = 12;

/// This many of the twelve must exist: more than half. CloudWatch delivers the newest one or two late.
const NEEDED: usize = 7;

/// For an instance that has run for less than an hour, this many may be missing: the two newest, which arrive late.
const LATE: usize = 2;

/// The newest bucket begins at most this many minutes ago: its own five, and ten for its delivery.
const NEWEST_MINUTES: i64 = 15;

/// The second request, for an instance whose CPU is quiet.
const REST: [Metric; 3] = [Metric::ReceivedLately, Metric::SentLately, Metric::WrittenLately];

/// The only request for a database. Its reads and writes in one hour do not tell work from its own upkeep.
const OF_DATABASES: [Metric; 2] = [Metric::CpuLately, Metric::ConnectionsLately];

/// An instance or a database whose last hour is requested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recent {
    /// Its name.
    pub id: Box<str>,
    /// When it was started last.
    pub launch: Option<DateTime<Utc>>,
    /// What is measured in its place, as [`Instance::parts`] has it.
    pub parts: Box<[Box<str>]>,
    /// What publishes its metrics.
    pub source: Source,
    /// Whether its type may have a GPU.
    pub gpu: bool,
}

impl Recent {
    /// The facts about an instance that are needed.
    pub fn of(instance: &Instance) -> Self {
        let Instance { id, launch, kind, .. } = instance;
        // The EC2 families with GPUs are named g and p, and no others: g4dn, gr6, p5.
        let gpu = id.kind == Kind::Instance && kind.starts_with(['g', 'p']);
        Self { id: (&*id.name).into(), launch: *launch, parts: instance.parts(), source: Source::of(instance), gpu }
    }

    /// Whether it is a database.
    pub fn is_database(&self) -> bool {
        self.source != Source::Ec2
    }

    /// The first request: CPU, which decides most cases, and connections of a database.
    pub fn first(&self, now: DateTime<Utc>) -> Wanted {
        self.wanted(if self.is_database() { &OF_DATABASES } else { &[Metric::CpuLately] }, now)
    }

    /// The second request: network and EBS writes.
    pub fn rest(&self, now: DateTime<Utc>) -> Wanted {
        self.wanted(if self.is_database() { &[] } else { &REST }, now)
    }

    /// What `evidence` about it says.
    pub fn read(&self, evidence: &Evidence, now: DateTime<Utc>) -> LastHour {
        let read = if self.is_database() { LastHour::read_database } else { LastHour::read };
        read(evidence, self.launch, now)
    }

    fn wanted(&self, metrics: &[Metric], now: DateTime<Utc>) -> Wanted {
        let asked = |metric: &Metric| Asked { metric: *metric, since: since(now) };
        Wanted {
            id: self.id.clone(),
            parts: self.parts.clone(),
            source: self.source,
            asked: metrics.iter().map(asked).collect(),
        }
    }
}

/// The start of the request: the first bucket that begins within the last hour.
pub fn since(now: DateTime<Utc>) -> DateTime<Utc> {
    let hour_ago = now.timestamp().saturating_sub(3600);
    let first = (hour_ago.div_euclid(FIVE_MINUTES) + 1).saturating_mul(FIVE_MINUTES);
    DateTime::from_timestamp(first, 0).unwrap_or(now)
}

/// The figures of one hour. A figure that was not requested, or not returned, is `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct LastHour {
    /// CPU of the busiest five minutes, in per cent.
    #[serde(with = "figure::perhaps")]
    pub cpu: Option<f64>,
    /// Bytes per second, received and sent together, of the busiest five minutes.
    #[serde(with = "figure::perhaps")]
    pub network: Option<f64>,
    /// Bytes per second written to EBS, of the busiest five minutes.
    #[serde(with = "figure::perhaps")]
    pub written: Option<f64>,
    /// Utilisation of its busiest GPU, in per cent, where an agent measures it.
    #[serde(with = "figure::perhaps")]
    pub gpu: Option<f64>,
    /// Connections of a database, the most at one time.
    #[serde(default, with = "figure::perhaps", skip_serializing_if = "Option::is_none")]
    pub connections: Option<f64>,
    /// The number of existing buckets, of the metric that has the fewest.
    pub has: u32,
    /// The number of possible buckets.
    pub of: u32,
    /// Why the data is not enough to call it quiet.
    pub gap: Option<String>,
}

impl LastHour {
    /// A whole hour with this CPU, and no other activity.
    pub fn of_cpu(cpu: f64) -> Self {
        let whole = u32::try_from(BUCKETS).unwrap_or(u32::MAX);
        let (network, written) = (Some(0.0), Some(0.0));
        Self { cpu: Some(cpu), network, written, has: whole, of: whole, ..Self::default() }
    }

    /// Reads `evidence` about an instance that was started at `launch`.
    pub fn read(evidence: &Evidence, launch: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        let (expected, mut hour) = Self::empty(launch, now);
        let peak = |hour: &mut Self, metric| hour.peak(evidence, metric, expected, now);
        hour.cpu = peak(&mut hour, Metric::CpuLately);
        let received = peak(&mut hour, Metric::ReceivedLately);
        let sent = peak(&mut hour, Metric::SentLately);
        #[allow(clippy::cast_precision_loss)] // 300
        let per_second = |bytes: f64| bytes / FIVE_MINUTES as f64;
        // The sum of both peaks is at most twice the traffic of the busiest five minutes.
        hour.network = received.zip(sent).map(|(received, sent)| received + sent).or(received).or(sent).map(per_second);
        hour.written = peak(&mut hour, Metric::WrittenLately).map(per_second);
        if evidence.get(Metric::GpuLately).is_some() {
            hour.gpu = peak(&mut hour, Metric::GpuLately);
        }
        hour.has = hour.has.min(hour.of);
        hour
    }

    /// The same for a database.
    pub fn read_database(evidence: &Evidence, launch: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        let (expected, mut hour) = Self::empty(launch, now);
        hour.cpu = hour.peak(evidence, Metric::CpuLately, expected, now);
        hour.connections = hour.peak(evidence, Metric::ConnectionsLately, expected, now);
        hour.has = hour.has.min(hour.of);
        hour
    }

    fn empty(launch: Option<DateTime<Utc>>, now: DateTime<Utc>) -> (Expected, Self) {
        let expected = Expected::of(launch, now);
        (expected, Self { has: u32::MAX, of: small(expected.buckets), ..Self::default() })
    }

    /// The highest bucket of one metric; records what is missing.
    fn peak(&mut self, evidence: &Evidence, metric: Metric, expected: Expected, now: DateTime<Utc>) -> Option<f64> {
        let (what, needed) = (metric.as_str(), expected.needed);
        let series = match evidence.get(metric) {
            Some(Reading::Known(series)) => series,
            Some(Reading::Gap(cause)) => {
                self.has = 0;
                self.gap.get_or_insert_with(|| format!("{what}: {cause}"));
                return None;
            }
            None => {
                self.gap.get_or_insert_with(|| format!("{what} was not asked for"));
                return None;
            }
        };
        let buckets = series.buckets(FIVE_MINUTES, f64::max);
        let within = |first: &&i64| **first >= expected.first && **first <= now.timestamp();
        let has = buckets.keys().filter(within).count();
        self.has = self.has.min(small(has));
        let age = buckets.keys().rfind(within).map(|first| now.timestamp().saturating_sub(*first));
        if has < needed || age.is_none_or(|age| age > NEWEST_MINUTES * 60) {
            let newest = age.map_or_else(String::new, |age| format!(", the newest {} min old", age / 60));
            let of = expected.buckets;
            self.gap
                .get_or_insert_with(|| format!("{what}: {has} of {of} five-minute figures, {needed} needed{newest}"));
        }
        buckets.values().copied().reduce(f64::max)
    }

    /// Why the data is not enough to call it quiet.
    pub fn gap(&self) -> Option<&str> {
        let figures = [self.cpu, self.network, self.written, self.gpu, self.connections];
        let odd = figures.into_iter().flatten().any(f64::is_nan).then_some("a figure is not a number");
        self.gap.as_deref().or(odd)
    }

    /// The first figure that reaches its limit, and the limit.
    pub fn busy(&self, limits: &Busy) -> Option<(Gauge, f64, f64)> {
        self.figures(limits).find(|(_, figure, limit)| figure >= limit)
    }

    /// Each figure that is known, with its limit.
    pub fn figures(&self, limits: &Busy) -> impl Iterator<Item = (Gauge, f64, f64)> + use<> {
        let Busy {
            cpu_percent,
            network_bytes_per_second,
            write_bytes_per_second,
            gpu_percent,
            database_connections,
            unmeasured: _,
            sessions: _,
        } = limits;
        let figures = [
            (Gauge::Cpu, self.cpu, *cpu_percent),
            (Gauge::Gpu, self.gpu, *gpu_percent),
            (Gauge::Connections, self.connections, *database_connections),
            (Gauge::Network, self.network, *network_bytes_per_second),
            (Gauge::Writes, self.written, *write_bytes_per_second),
        ];
        let known = |(gauge, figure, limit): (Gauge, Option<f64>, f64)| Some((gauge, figure?, limit));
        figures.into_iter().filter_map(known)
    }
}

/// The possible buckets, and how many are required.
#[derive(Clone, Copy)]
struct Expected {
    /// The first second of the first bucket.
    first: i64,
    buckets: usize,
    needed: usize,
}

impl Expected {
    fn of(launch: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        let hour = since(now).timestamp();
        // The bucket in which it was started is incomplete.
        let started = launch.map_or(hour, |launch| bucket_from(launch, FIVE_MINUTES));
        let first = started.max(hour);
        let passed = now.timestamp().saturating_sub(first).div_euclid(FIVE_MINUTES).saturating_add(1);
        let buckets = usize::try_from(passed).unwrap_or(0).min(BUCKETS);
        let needed = if started > hour { buckets.saturating_sub(LATE).max(1) } else { NEEDED };
        Self { first, buckets, needed }
    }
}

fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::evidence::idle::Series;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    const NOW: &str = "2026-11-25T13:02:30Z";

    /// Five-minute buckets with this value, by the number of minutes ago at which they begin.
    fn buckets(ages: impl IntoIterator<Item = i64>, value: f64) -> Reading {
        let points = ages.into_iter().map(|age| (at("2026-11-25T13:00:00Z") - chrono::Duration::minutes(age), value));
        Reading::Known(Series::new(points))
    }

    fn whole(metric: Metric, value: f64) -> (Metric, Reading) {
        (metric, buckets((0..12).map(|n| 5 * n), value))
    }

    fn quiet() -> Evidence {
        let all = [Metric::CpuLately, Metric::ReceivedLately, Metric::SentLately, Metric::WrittenLately];
        Evidence::of(all.map(|metric| whole(metric, 1.0)))
    }

    fn with(metric: Metric, reading: Reading) -> LastHour {
        let mut evidence = quiet();
        evidence.add(metric, reading);
        LastHour::read(&evidence, None, at(NOW))
    }

    #[test]
    fn seven_of_twelve_buckets_are_needed_and_the_newest_is_at_most_a_quarter_of_an_hour_old() {
        assert_eq!(LastHour::read(&quiet(), None, at(NOW)).gap(), None);
        for metric in [Metric::CpuLately, Metric::ReceivedLately, Metric::SentLately, Metric::WrittenLately] {
            let of = |first: i64, count: i64| with(metric, buckets((0..count).map(|n| first + 5 * n), 1.0));
            assert_eq!(of(10, 7).gap(), None, "{metric:?}");
            assert!(of(10, 6).gap().is_some(), "{metric:?}");
            assert!(of(15, 8).gap().is_some_and(|gap| gap.contains("17 min old")), "{metric:?}");
            assert!(with(metric, buckets([], 1.0)).gap().is_some(), "{metric:?}");
            assert!(with(metric, buckets([55], 0.4)).gap().is_some(), "{metric:?}");
            let refused = with(metric, Reading::Gap("denied".to_owned()));
            assert!(refused.gap().is_some_and(|gap| gap.contains("denied")), "{metric:?}");
        }
        let seven = with(Metric::CpuLately, buckets((0..7).map(|n| 5 * n), 1.0));
        assert_eq!((seven.has, seven.of), (7, 12), "the fewest are told");
    }

    #[test]
    fn an_instance_that_is_up_for_less_may_lack_the_two_newest() {
        let read = |launch: &str, ages: std::ops::Range<i64>| {
            let mut evidence = Evidence::default();
            for metric in [Metric::CpuLately, Metric::ReceivedLately, Metric::SentLately, Metric::WrittenLately] {
                evidence.add(metric, buckets(ages.clone().map(|n| 5 * n), 1.0));
            }
            LastHour::read(&evidence, Some(at(launch)), at(NOW))
        };
        // Running since 12:41: the buckets of 12:45, 12:50, 12:55 and 13:00.
        let up = "2026-11-25T12:41:00Z";
        assert_eq!((read(up, 2..4).gap(), read(up, 2..4).has, read(up, 2..4).of), (None, 2, 4));
        assert!(read(up, 3..4).gap().is_some());
        assert_eq!(read("2026-11-25T12:12:00Z", 2..10).gap(), None, "eight of ten");
        assert!(read("2026-11-25T12:12:00Z", 2..9).gap().is_some(), "seven of ten");
        assert!(read("2026-11-25T13:01:00Z", 0..0).gap().is_some(), "nothing is known of one that has just begun");
        assert!(read("2026-11-25T12:55:00Z", 0..0).gap().is_some());
    }

    #[test]
    fn any_busy_five_minutes_of_cpu_network_writes_or_a_gpu_count_also_where_others_are_missing() {
        let limits = Busy::default();
        let gauge = |metric, value| with(metric, whole(metric, value).1).busy(&limits).map(|(gauge, _, _)| gauge);
        assert_eq!(gauge(Metric::CpuLately, 10.0), Some(Gauge::Cpu));
        assert_eq!(gauge(Metric::ReceivedLately, 60e6), Some(Gauge::Network));
        assert_eq!(gauge(Metric::SentLately, 60e6), Some(Gauge::Network));
        assert_eq!(gauge(Metric::WrittenLately, 300e6), Some(Gauge::Writes));
        assert_eq!(gauge(Metric::GpuLately, 97.0), Some(Gauge::Gpu));
        assert_eq!(gauge(Metric::GpuLately, 0.0), None);
        let sparse = with(Metric::SentLately, buckets([20], 60e6));
        assert!(sparse.busy(&limits).is_some() && sparse.gap().is_some());
        assert!(with(Metric::GpuLately, buckets([55], 0.0)).gap().is_some(), "an agent that has fallen silent");
    }

    #[test]
    fn what_was_not_asked_for_is_a_gap() {
        let cpu = Evidence::of([whole(Metric::CpuLately, 1.0)]);
        assert!(LastHour::read(&cpu, None, at(NOW)).gap().is_some());
        assert!(LastHour::read(&Evidence::default(), None, at(NOW)).gap().is_some());
        assert_eq!(LastHour { cpu: Some(f64::NAN), ..LastHour::of_cpu(1.0) }.gap(), Some("a figure is not a number"));
    }
}
