//! Weeks of metrics of candidates for idleness, from CloudWatch, 500 metrics per call. The price of a metric does not
//! depend on its window. A metric without a complete answer is a gap with its cause, for that instance and that metric
//! alone.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{Dimension, Metric as Named, MetricDataQuery, MetricStat, StatusCode};
use aws_smithy_types::DateTime as SdkTime;
use chrono::{DateTime, Utc};

use crate::aws::config::Meter;
use crate::aws::errors::words;
use crate::aws::metrics::METRICS;
use crate::aws::tokens::Tokens;
use crate::engine::evidence::idle::{Asked, Evidence, Metric, Reading, Series, Wanted};

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
    let all: Vec<(Box<str>, Asked)> = wanted.iter().flat_map(of).collect();
    let queries: Vec<Query> = all.iter().map(|(id, asked)| query(*asked, id, false)).collect();
    let answers = ask(client, meter, &queries, now).await;
    let mut found: HashMap<Box<str>, Evidence> = HashMap::new();
    for ((id, asked), reading) in all.iter().zip(answers) {
        found.entry(id.clone()).or_default().add(asked.metric, reading);
    }
    from_volumes(client, meter, wanted, now, &mut found).await;
    found
}

/// Only Nitro instances have EBS metrics of their own. For others, the volumes have them.
async fn from_volumes(
    client: &Client,
    meter: &Meter,
    wanted: &[Wanted],
    now: DateTime<Utc>,
    found: &mut HashMap<Box<str>, Evidence>,
) {
    let mut open: Vec<(&Wanted, Asked)> = Vec::new();
    for one in wanted {
        for asked in one.asked.iter().filter(|asked| is_ebs(asked.metric)) {
            let reading = found.get(&one.id).and_then(|evidence| evidence.get(asked.metric));
            if matches!(reading, Some(Reading::Known(series)) if series.is_empty()) && !one.volumes.is_empty() {
                open.push((one, *asked));
            }
        }
    }
    let each = |(one, asked): &(&'_ Wanted, Asked)| -> Vec<(Box<str>, Asked)> {
        one.volumes.iter().map(|volume| (volume.clone(), *asked)).collect()
    };
    let all: Vec<(Box<str>, Asked)> = open.iter().flat_map(each).collect();
    let queries: Vec<Query> = all.iter().map(|(volume, asked)| query(*asked, volume, true)).collect();
    let mut answers = ask(client, meter, &queries, now).await.into_iter();
    for (one, asked) in open {
        let of_volumes: Vec<Reading> = answers.by_ref().take(one.volumes.len()).collect();
        found.entry(one.id.clone()).or_default().add(asked.metric, together(of_volumes, asked.metric.period()));
    }
}

/// The volumes' readings combined. A gap of one volume is a gap of all.
fn together(readings: Vec<Reading>, period: i64) -> Reading {
    let mut all = Vec::with_capacity(readings.len());
    for reading in readings {
        match reading {
            Reading::Known(series) => all.push(series),
            Reading::Gap(cause) => return Reading::Gap(cause),
        }
    }
    Reading::Known(Series::sum(&all, period))
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
            readings.extend(part.iter().map(|(n, _)| *n).zip(pages(client, &of, since, now).await));
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
async fn pages(client: &Client, queries: &[&Query], since: DateTime<Utc>, now: DateTime<Utc>) -> Vec<Reading> {
    let mut found = vec![Partly::default(); queries.len()];
    let asked = queries.iter().enumerate().map(|(n, query)| build(n, query)).collect();
    let time = |at: DateTime<Utc>| SdkTime::from_secs(at.timestamp());
    let call = client.get_metric_data().set_metric_data_queries(Some(asked));
    let call = call.start_time(time(since)).end_time(time(now));
    let (mut tokens, mut token) = (Tokens::default(), None);
    let failed = loop {
        let page = match call.clone().set_next_token(token).send().await {
            Ok(page) => page,
            Err(error) => break Some(words("cloudwatch:GetMetricData", &error)),
        };
        for result in page.metric_data_results() {
            let place = result.id().and_then(|id| id.strip_prefix('m')).and_then(|n| n.parse::<usize>().ok());
            let Some(partly) = place.and_then(|place| found.get_mut(place)) else { continue };
            let at = result.timestamps().iter().map(|at| DateTime::from_timestamp(at.secs(), 0));
            let points = at.zip(result.values()).filter_map(|(at, value)| Some((at?, *value)));
            partly.points.extend(points);
            partly.status = Some(result.status_code().cloned().unwrap_or(StatusCode::Complete));
        }
        match tokens.next("cloudwatch:GetMetricData", page.next_token()) {
            Ok(None) => break None,
            Ok(next) => token = next,
            Err(why) => break Some(why),
        }
    };
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

/// A metric of the instance or of the volume with this id.
fn query(asked: Asked, id: &str, volume: bool) -> Query {
    let (name, statistic) = name(asked.metric, volume);
    let (namespace, key) = if volume { ("AWS/EBS", "VolumeId") } else { ("AWS/EC2", "InstanceId") };
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
        Metric::FailedChecks => ("StatusCheckFailed", "Maximum"),
        Metric::Credits => ("CPUCreditBalance", "Minimum"),
    }
}

#[cfg(test)]
mod tests {
    use aws_config::{BehaviorVersion, Region};
    use aws_credential_types::Credentials;
    use aws_sdk_cloudwatch::operation::get_metric_data::GetMetricDataOutput;
    use aws_sdk_cloudwatch::types::MetricDataResult;
    use aws_smithy_mocks::{MockResponseInterceptor, Rule, create_mock_http_client, mock};
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-25T12:00:00Z".parse().unwrap()
    }

    fn wanted(ids: &[&str], metrics: &[Metric]) -> Vec<Wanted> {
        let since = now() - chrono::Duration::days(14);
        let asked: Vec<Asked> = metrics.iter().map(|metric| Asked { metric: *metric, since }).collect();
        let one = |id: &&str| Wanted {
            id: (*id).into(),
            volumes: ["vol-1".into(), "vol-2".into()].into(),
            asked: asked.clone(),
        };
        ids.iter().map(one).collect()
    }

    fn result(id: &str, values: &[f64], status: StatusCode) -> MetricDataResult {
        let times =
            (0..values.len()).map(|n| SdkTime::from_secs(now().timestamp() - 3600 * i64::try_from(n + 1).unwrap()));
        MetricDataResult::builder()
            .id(id)
            .set_values(Some(values.to_vec()))
            .set_timestamps(Some(times.collect()))
            .status_code(status)
            .build()
    }

    fn page(results: Vec<MetricDataResult>, next: Option<&str>) -> GetMetricDataOutput {
        let page = GetMetricDataOutput::builder().set_metric_data_results(Some(results));
        page.set_next_token(next.map(str::to_owned)).build()
    }

    /// An error in the protocol that the SDK uses for CloudWatch. The error code is a field in the body, so an error
    /// with an empty body is known by its status alone.
    fn refusal(status: u16) -> HttpResponse {
        let mut response =
            HttpResponse::new(status.try_into().unwrap(), SdkBody::from(&b"\xa1\x66__type\x6aThrottling"[..]));
        response.headers_mut().insert("smithy-protocol", "rpc-v2-cbor");
        response
    }

    fn client(rules: &[&Rule]) -> Client {
        let mocks = rules.iter().fold(MockResponseInterceptor::new(), |mocks, rule| mocks.with_rule(rule));
        let config = aws_sdk_cloudwatch::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"))
            .http_client(create_mock_http_client())
            .interceptor(mocks);
        Client::from_conf(config.build())
    }

    fn gap<'a>(found: &'a HashMap<Box<str>, Evidence>, id: &str, metric: Metric) -> &'a str {
        match found[id].get(metric) {
            Some(Reading::Gap(cause)) => cause,
            other => panic!("{other:?}"),
        }
    }

    fn known(found: &HashMap<Box<str>, Evidence>, id: &str, metric: Metric) -> Vec<f64> {
        match found[id].get(metric) {
            Some(Reading::Known(series)) => series.points().iter().map(|(_, value)| *value).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn pages_are_put_together_and_what_ends_partly_is_a_gap() {
        let pages = mock!(Client::get_metric_data)
            .sequence()
            .output(|| {
                page(
                    vec![result("m0", &[1.0], StatusCode::PartialData), result("m1", &[2.0], StatusCode::PartialData)],
                    Some("a"),
                )
            })
            .output(|| page(vec![result("m0", &[3.0, f64::NAN], StatusCode::Complete)], None))
            .build();
        let meter = Meter::default();
        let found = evidence(&client(&[&pages]), &meter, &wanted(&["i-1", "i-2", "i-3"], &[Metric::Cpu]), now()).await;
        assert_eq!(known(&found, "i-1", Metric::Cpu), [1.0, 3.0]);
        assert!(gap(&found, "i-2", Metric::Cpu).contains("PartialData"));
        assert!(gap(&found, "i-3", Metric::Cpu).contains("does not speak of it"));
        assert_eq!(meter.spent().metrics, 3, "a page costs nothing");
    }

    #[tokio::test(start_paused = true)]
    async fn a_page_that_stays_throttled_is_a_gap_of_those_that_were_not_complete() {
        let pages = mock!(Client::get_metric_data)
            .sequence()
            .output(|| page(vec![result("m0", &[1.0], StatusCode::Complete)], Some("a")))
            .http_response(|| refusal(400))
            .times(5)
            .build();
        let found =
            evidence(&client(&[&pages]), &Meter::default(), &wanted(&["i-1", "i-2"], &[Metric::Cpu]), now()).await;
        assert_eq!(known(&found, "i-1", Metric::Cpu), [1.0]);
        assert!(gap(&found, "i-2", Metric::Cpu).contains("cloudwatch:GetMetricData"), "{found:?}");
    }

    #[tokio::test]
    async fn a_page_token_that_comes_again_is_a_gap() {
        let pages = mock!(Client::get_metric_data)
            .sequence()
            .output(|| page(vec![], Some("a")))
            .output(|| page(vec![result("m0", &[1.0], StatusCode::Complete)], Some("a")))
            .build();
        let found =
            evidence(&client(&[&pages]), &Meter::default(), &wanted(&["i-1", "i-2"], &[Metric::Cpu]), now()).await;
        assert!(gap(&found, "i-2", Metric::Cpu).contains("same page token twice"));
    }

    #[tokio::test]
    async fn five_hundred_metrics_are_asked_for_in_a_call_and_no_more() {
        let first =
            mock!(Client::get_metric_data).match_requests(|call| call.metric_data_queries().len() == 500).then_output(
                || page((0..500).map(|n| result(&format!("m{n}"), &[1.0], StatusCode::Complete)).collect(), None),
            );
        let second = mock!(Client::get_metric_data)
            .match_requests(|call| call.metric_data_queries().len() == 1)
            .then_http_response(|| refusal(400));
        let ids: Vec<String> = (0..501).map(|n| format!("i-{n}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let meter = Meter::default();
        let found = evidence(&client(&[&first, &second]), &meter, &wanted(&ids, &[Metric::CpuByDay]), now()).await;
        assert_eq!((first.num_calls(), meter.spent().metrics), (1, 501));
        assert_eq!(known(&found, "i-499", Metric::CpuByDay), [1.0]);
        assert!(!gap(&found, "i-500", Metric::CpuByDay).is_empty());
    }

    #[tokio::test]
    async fn where_an_instance_has_no_ebs_metrics_its_volumes_are_asked_and_one_gap_is_a_gap_of_all() {
        let of_instance = mock!(Client::get_metric_data)
            .match_requests(|call| call.metric_data_queries().len() == 3)
            .then_output(|| {
                let empty = |id| result(id, &[], StatusCode::Complete);
                page(vec![result("m0", &[7.0], StatusCode::Complete), empty("m1"), empty("m2")], None)
            });
        let of_volumes = mock!(Client::get_metric_data)
            .match_requests(|call| {
                let names =
                    call.metric_data_queries().iter().filter_map(|query| query.metric_stat()?.metric()?.metric_name());
                names.collect::<Vec<_>>()
                    == ["VolumeWriteOps", "VolumeWriteOps", "VolumeWriteBytes", "VolumeWriteBytes"]
            })
            .then_output(|| {
                let one = |id| result(id, &[2.0, 3.0], StatusCode::Complete);
                page(vec![one("m0"), one("m1"), one("m2"), result("m3", &[1.0], StatusCode::Forbidden)], None)
            });
        let metrics = [Metric::Received, Metric::WriteOps, Metric::WriteBytes];
        let found =
            evidence(&client(&[&of_instance, &of_volumes]), &Meter::default(), &wanted(&["i-1"], &metrics), now())
                .await;
        assert_eq!(known(&found, "i-1", Metric::Received), [7.0]);
        assert_eq!(known(&found, "i-1", Metric::WriteOps), [6.0, 4.0]);
        assert!(gap(&found, "i-1", Metric::WriteBytes).contains("Forbidden"));
    }
}
