//! Weeks of metrics of candidates for idleness, from CloudWatch, 500 metrics per call. The price of a metric does not
//! depend on its window. A metric without a complete answer is a gap with its cause, for that instance and that metric
//! alone.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{Dimension, Metric as Named, MetricDataQuery, MetricStat, StatusCode};
use aws_smithy_types::DateTime as SdkTime;
use chrono::{DateTime, Utc};

use crate::aws::metrics::METRICS;
use crate::aws::{Meter, pages, words};
use crate::engine::evidence::idle::{Asked, Series, Source};
use crate::engine::evidence::{Evidence, Metric, Reading, Wanted};

/// One metric as CloudWatch knows it.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    pub(crate) metric: Named,
    pub(crate) statistic: &'static str,
    /// Seconds.
    pub(crate) period: i64,
    pub(crate) since: DateTime<Utc>,
}

/// The metrics of each requested instance from GetMetricData.
pub(crate) async fn evidence(
    client: &Client,
    meter: &Meter,
    wanted: &[Wanted],
    now: DateTime<Utc>,
) -> HashMap<Box<str>, Evidence> {
    let of = |one: &'_ Wanted| -> Vec<(Box<str>, Asked)> {
        one.asked.iter().map(|asked| (one.id.clone(), *asked)).collect()
    };
    let instances = wanted.iter().filter(|one| one.source == Source::Ec2);
    let all: Vec<(Box<str>, Asked)> = instances.flat_map(of).collect();
    let queries: Vec<Query> = all.iter().map(|(id, asked)| query(*asked, id, ("AWS/EC2", "InstanceId"))).collect();
    let answers = ask(client, meter, &queries, now).await;
    let mut found: HashMap<Box<str>, Evidence> = HashMap::new();
    for ((id, asked), reading) in all.iter().zip(answers) {
        found.entry(id.clone()).or_default().add(asked.metric, reading);
    }
    from_parts(client, meter, wanted, now, &mut found).await;
    found
}

/// Only Nitro instances have EBS metrics of their own. For others, the volumes have them. Those of a cluster are at its
/// instances.
async fn from_parts(
    client: &Client,
    meter: &Meter,
    wanted: &[Wanted],
    now: DateTime<Utc>,
    found: &mut HashMap<Box<str>, Evidence>,
) {
    let mut open: Vec<(&Wanted, Asked)> = Vec::new();
    for one in wanted {
        let is_database = one.source != Source::Ec2;
        let is_open = |asked: &&Asked| {
            let reading = found.get(&one.id).and_then(|evidence| evidence.get(asked.metric));
            let is_empty = matches!(reading, Some(Reading::Known(series)) if series.is_empty());
            is_database || is_ebs(asked.metric) && is_empty && !one.parts.is_empty()
        };
        open.extend(one.asked.iter().filter(is_open).map(|asked| (one, *asked)));
    }
    let each = |(one, asked): &(&'_ Wanted, Asked)| -> Vec<Query> {
        let source = of_parts(one.source);
        let of_part = |part: &str| {
            let witness = has_witness(one, *asked).then_some(Asked { metric: Metric::CpuLately, ..*asked });
            [Some(*asked), witness].into_iter().flatten().map(|asked| query(asked, part, source)).collect::<Vec<_>>()
        };
        one.parts.iter().flat_map(|part| of_part(part)).collect()
    };
    let queries: Vec<Query> = open.iter().flat_map(each).collect();
    let mut answers = ask(client, meter, &queries, now).await.into_iter();
    for (one, asked) in open {
        let period = asked.metric.period();
        let mut part = || match (answers.next()?, has_witness(one, asked).then(|| answers.next()).flatten()) {
            (Reading::Known(requests), Some(Reading::Known(witness))) => {
                Some(Reading::Known(requests.requests_as_connections(&witness, period)))
            }
            (Reading::Known(_), Some(gap)) => Some(gap),
            (reading, _) => Some(reading),
        };
        let readings: Vec<Reading> = one.parts.iter().filter_map(|_| part()).collect();
        let reading = together(readings, period, one.source);
        found.entry(one.id.clone()).or_default().add(asked.metric, reading);
    }
}

/// Whether another metric has to show that a missing value is zero.
fn has_witness(one: &Wanted, asked: Asked) -> bool {
    one.source == Source::Neptune && asked.metric == Metric::ConnectionsLately
}

/// The readings of all parts combined: volumes add up, and the busiest instance speaks for its cluster. A gap of one part
/// is a gap of all.
fn together(readings: Vec<Reading>, period: i64, source: Source) -> Reading {
    let join = if source == Source::Ec2 { |one, other| one + other } else { f64::max };
    let mut all = Vec::with_capacity(readings.len());
    for reading in readings {
        match reading {
            Reading::Known(series) => all.push(series),
            Reading::Gap(cause) => return Reading::Gap(cause),
        }
    }
    Reading::Known(Series::joined(&all, period, join))
}

fn is_ebs(metric: Metric) -> bool {
    matches!(metric, Metric::WriteOps | Metric::WriteBytes | Metric::WrittenLately)
}

/// One reading for each query, in their order.
pub(crate) async fn ask(client: &Client, meter: &Meter, queries: &[Query], now: DateTime<Utc>) -> Vec<Reading> {
    // A call has one start time, so each window needs calls of its own.
    let mut by_window: BTreeMap<DateTime<Utc>, Vec<(usize, &Query)>> = BTreeMap::new();
    for (n, query) in queries.iter().enumerate() {
        by_window.entry(query.since).or_default().push((n, query));
    }
    let mut readings: BTreeMap<usize, Reading> = BTreeMap::new();
    for (since, numbered) in by_window {
        for part in numbered.chunks(METRICS) {
            meter.asked(part.len());
            let of: Vec<&Query> = part.iter().map(|(_, query)| *query).collect();
            readings.extend(part.iter().map(|(n, _)| *n).zip(read(client, &of, since, now).await));
        }
    }
    let not_asked = || Reading::Gap("it was not asked for".to_owned());
    (0..queries.len()).map(|n| readings.remove(&n).unwrap_or_else(not_asked)).collect()
}

/// The values of one metric read so far.
#[derive(Clone, Default)]
struct Partly {
    points: Vec<(DateTime<Utc>, f64)>,
    status: Option<StatusCode>,
}

/// Reads every page. Metrics that were complete before a page failed stay known; the rest is a gap.
async fn read(client: &Client, queries: &[&Query], since: DateTime<Utc>, now: DateTime<Utc>) -> Vec<Reading> {
    let mut found = vec![Partly::default(); queries.len()];
    let asked = queries.iter().enumerate().map(|(n, query)| build(n, query)).collect();
    let time = |at: DateTime<Utc>| SdkTime::from_secs(at.timestamp());
    let call = client.get_metric_data().set_metric_data_queries(Some(asked));
    let call = call.start_time(time(since)).end_time(time(now));
    let each = async |token| {
        let page = call.clone().set_next_token(token).send().await;
        let page = page.map_err(|error| words("cloudwatch:GetMetricData", &error))?;
        for result in page.metric_data_results() {
            let place = result.id().and_then(|id| id.strip_prefix('m')).and_then(|n| n.parse::<usize>().ok());
            let Some(partly) = place.and_then(|place| found.get_mut(place)) else { continue };
            let at = result.timestamps().iter().map(|at| DateTime::from_timestamp(at.secs(), 0));
            let points = at.zip(result.values()).filter_map(|(at, value)| Some((at?, *value)));
            partly.points.extend(points);
            partly.status = Some(result.status_code().cloned().unwrap_or(StatusCode::Complete));
        }
        Ok::<_, String>(page.next_token)
    };
    let failed = pages("cloudwatch:GetMetricData", each).await.err();
    found.into_iter().map(|partly| reading(partly, failed.as_deref())).collect()
}

fn reading(partly: Partly, failed: Option<&str>) -> Reading {
    let Partly { points, status } = partly;
    match (status, failed) {
        (Some(StatusCode::Complete), _) => Reading::Known(Series::new(points)),
        (_, Some(why)) => Reading::Gap(why.to_owned()),
        (Some(status), None) => Reading::Gap(format!("CloudWatch answered only in part: `{}`", status.as_str())),
        (None, None) => Reading::Gap("CloudWatch's answer does not speak of it".to_owned()),
    }
}

fn build(n: usize, query: &Query) -> MetricDataQuery {
    let period = i32::try_from(query.period).unwrap_or(i32::MAX);
    let stat = MetricStat::builder().metric(query.metric.clone()).period(period).stat(query.statistic).build();
    MetricDataQuery::builder().id(format!("m{n}")).metric_stat(stat).return_data(true).build()
}

const EBS: &str = "AWS/EBS";

/// "Amazon Neptune sends metrics to CloudWatch only when they have a non-zero value" (Neptune user guide).
const NEPTUNE: &str = "AWS/Neptune";

/// The namespace and the dimension of the parts' metrics.
fn of_parts(source: Source) -> (&'static str, &'static str) {
    match source {
        Source::Ec2 => (EBS, "VolumeId"),
        Source::Rds => ("AWS/RDS", "DBInstanceIdentifier"),
        Source::DocDb => ("AWS/DocDB", "DBInstanceIdentifier"),
        Source::Neptune => (NEPTUNE, "DBInstanceIdentifier"),
    }
}

/// A metric of what has this id.
fn query(asked: Asked, id: &str, (namespace, key): (&str, &str)) -> Query {
    let (name, statistic) = match asked.metric {
        Metric::ConnectionsLately if namespace == NEPTUNE => ("TotalRequestsPerSec", "Maximum"),
        metric => name(metric, namespace == EBS),
    };
    let dimension = Dimension::builder().name(key).value(id).build();
    let metric = Named::builder().namespace(namespace).metric_name(name).dimensions(dimension).build();
    Query { metric, statistic, period: asked.metric.period(), since: asked.since }
}

/// The name and the statistic of a metric, of an instance or of a volume.
fn name(metric: Metric, volume: bool) -> (&'static str, &'static str) {
    match metric {
        Metric::CpuByDay | Metric::Cpu | Metric::CpuOverVeto => ("CPUUtilization", "Maximum"),
        Metric::CpuLately => ("CPUUtilization", "Average"),
        Metric::Received | Metric::ReceivedLately => ("NetworkIn", "Sum"),
        Metric::Sent | Metric::SentLately => ("NetworkOut", "Sum"),
        Metric::WriteOps if volume => ("VolumeWriteOps", "Sum"),
        Metric::WriteBytes | Metric::WrittenLately if volume => ("VolumeWriteBytes", "Sum"),
        Metric::WriteOps => ("EBSWriteOps", "Sum"),
        Metric::WriteBytes | Metric::WrittenLately => ("EBSWriteBytes", "Sum"),
        Metric::GpuLately => (crate::aws::metrics::GPU, "Maximum"),
        Metric::Connections | Metric::ConnectionsLately => ("DatabaseConnections", "Maximum"),
        Metric::ReadIops => ("ReadIOPS", "Maximum"),
        Metric::WriteIops => ("WriteIOPS", "Maximum"),
        Metric::FailedChecks => ("StatusCheckFailed", "Maximum"),
        Metric::Credits => ("CPUCreditBalance", "Minimum"),
    }
}

#[cfg(test)]
mod tests;
