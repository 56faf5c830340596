//! The last hour of candidates, from CloudWatch: first CPU, then the other metrics of instances whose CPU is quiet.

use std::collections::HashMap;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{Metric as Named, RecentlyActive};
use chrono::{DateTime, Utc};

use crate::aws::metrics_weeks::{Query, ask, evidence};
use crate::aws::{Meter, all, words};
use crate::engine::config::{Busy, Unmeasured};
use crate::engine::evidence::idle::{FIVE_MINUTES, Series};
use crate::engine::evidence::last_hour::since;
use crate::engine::evidence::{Evidence, LastHour, Metric, Reading, Recent};
use crate::engine::rules::Activity;

/// The maximum number of metrics in one GetMetricData call.
pub(crate) const METRICS: usize = 500;

/// GPU utilisation in per cent, as the CloudWatch agent publishes it for each GPU, in its own namespace.
pub(crate) const GPU: &str = "nvidia_smi_utilization_gpu";
const AGENT: &str = "CWAgent";
const INSTANCE: &str = "InstanceId";

/// The last hour of each instance. If its CPU is busy by `limits`, no other metric is requested, because metrics are
/// billed one by one.
pub(crate) async fn last_hour(
    client: &Client,
    meter: &Meter,
    asked: &[Recent],
    limits: &Busy,
    now: DateTime<Utc>,
) -> HashMap<Box<str>, Activity> {
    let cpu: Vec<_> = asked.iter().map(|one| one.first(now)).collect();
    let mut found = evidence(client, meter, &cpu, now).await;
    let read = |one: &Recent, found: &HashMap<Box<str>, Evidence>| {
        one.read(found.get(&one.id).unwrap_or(&Evidence::default()), now)
    };
    // An instance without a CPU value is already unmeasured, unless the settings ignore that.
    let is_open = |hour: &LastHour| {
        hour.busy(limits).is_none() && (hour.cpu.is_some() || limits.unmeasured == Unmeasured::Ignore)
    };
    let quiet: Vec<&Recent> = asked.iter().filter(|one| is_open(&read(one, &found))).collect();
    let rest: Vec<_> = quiet.iter().map(|one| one.rest(now)).collect();
    for (id, more) in evidence(client, meter, &rest, now).await {
        let known = found.entry(id).or_default();
        more.iter().for_each(|(metric, reading)| known.add(metric, reading.clone()));
    }
    let gpus: Vec<&str> = quiet.iter().filter(|one| one.gpu).map(|one| &*one.id).collect();
    for (id, reading) in gpu_readings(client, meter, &gpus, now).await {
        found.entry(id.into()).or_default().add(Metric::GpuLately, reading);
    }
    asked.iter().map(|one| (one.id.clone(), Activity::Measured(read(one, &found)))).collect()
}

/// The GPU metrics that agents publish for these instances, of the busiest GPU of each; nothing for an instance without
/// an agent. The agent's configuration chooses the dimensions, so the metrics are listed before they are requested.
async fn gpu_readings<'a>(
    client: &Client,
    meter: &Meter,
    ids: &[&'a str],
    now: DateTime<Utc>,
) -> HashMap<&'a str, Reading> {
    if ids.is_empty() {
        return HashMap::new();
    }
    let listed = match gpu_metrics(client, ids).await {
        Ok(listed) => listed,
        Err(why) => return ids.iter().map(|id| (*id, Reading::Gap(why.clone()))).collect(),
    };
    let query = |metric: &Named| Query {
        metric: metric.clone(),
        statistic: "Maximum",
        period: FIVE_MINUTES,
        since: since(now),
    };
    let queries: Vec<Query> = listed.iter().map(|(_, metric)| query(metric)).collect();
    let mut found: HashMap<&str, Reading> = HashMap::new();
    for ((id, _), reading) in listed.iter().zip(ask(client, meter, &queries, now).await) {
        let both = match (found.remove(id), reading) {
            (Some(Reading::Gap(cause)), _) | (_, Reading::Gap(cause)) => Reading::Gap(cause),
            (None, known @ Reading::Known(_)) => known,
            (Some(Reading::Known(one)), Reading::Known(other)) => {
                Reading::Known(Series::new(one.points().iter().chain(other.points()).copied()))
            }
        };
        found.insert(*id, both);
    }
    found
}

/// Every GPU metric of these instances that had a value within three hours.
async fn gpu_metrics<'a>(client: &Client, ids: &[&'a str]) -> Result<Vec<(&'a str, Named)>, String> {
    let call = client.list_metrics().namespace(AGENT).metric_name(GPU).recently_active(RecentlyActive::Pt3H);
    let of = |metric: &Named| {
        let of = metric.dimensions().iter().find(|dimension| dimension.name() == Some(INSTANCE))?;
        ids.iter().find(|id| of.value() == Some(**id)).map(|id| (*id, metric.clone()))
    };
    let page = async |token| {
        let page = call.clone().set_next_token(token).send().await;
        let page = page.map_err(|error| words("cloudwatch:ListMetrics", &error))?;
        Ok((page.metrics().iter().filter_map(of).collect::<Vec<_>>(), page.next_token))
    };
    all("cloudwatch:ListMetrics", page).await
}

#[cfg(test)]
mod tests {
    use aws_config::{BehaviorVersion, Region};
    use aws_credential_types::Credentials;
    use aws_sdk_cloudwatch::operation::get_metric_data::{GetMetricDataInput, GetMetricDataOutput};
    use aws_sdk_cloudwatch::operation::list_metrics::ListMetricsOutput;
    use aws_sdk_cloudwatch::types::{Dimension, MetricDataResult, StatusCode};
    use aws_smithy_mocks::{MockResponseInterceptor, Rule, RuleMode, create_mock_http_client, mock};
    use aws_smithy_types::DateTime as SdkTime;

    use super::*;
    use crate::engine::evidence::idle::Source;
    use crate::engine::model::Gauge;

    fn client(rules: &[&Rule]) -> Client {
        let mocks = MockResponseInterceptor::new().rule_mode(RuleMode::MatchAny);
        let mocks = rules.iter().fold(mocks, |mocks, rule| mocks.with_rule(rule));
        let config = aws_sdk_cloudwatch::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"))
            .http_client(create_mock_http_client())
            .interceptor(mocks);
        Client::from_conf(config.build())
    }

    fn now() -> DateTime<Utc> {
        "2026-11-25T12:00:30Z".parse().unwrap()
    }

    /// Whether this metric is the first one that a call requests.
    fn asks(input: &GetMetricDataInput, name: &str) -> bool {
        let stat = input.metric_data_queries().first().and_then(|query| query.metric_stat());
        stat.and_then(|stat| stat.metric()).and_then(Named::metric_name) == Some(name)
    }

    /// Twelve full buckets of this value for each of `metrics` metrics.
    fn hour(metrics: usize, value: f64) -> GetMetricDataOutput {
        let result = |n| {
            let times = (1..=12).map(|back| SdkTime::from_secs(now().timestamp() - 30 - 300 * back));
            let result = MetricDataResult::builder().id(format!("m{n}")).status_code(StatusCode::Complete);
            result.set_timestamps(Some(times.collect())).set_values(Some(vec![value; 12])).build()
        };
        GetMetricDataOutput::builder().set_metric_data_results(Some((0..metrics).map(result).collect())).build()
    }

    fn box_of(gpu: bool) -> Recent {
        Recent { id: "i-1".into(), launch: None, parts: Box::default(), source: Source::Ec2, gpu }
    }

    async fn measured(rules: &[&Rule], gpu: bool) -> (LastHour, u64) {
        let (meter, limits) = (Meter::default(), Busy::default());
        let found = last_hour(&client(rules), &meter, &[box_of(gpu)], &limits, now()).await;
        let Activity::Measured(hour) = &found["i-1"] else { panic!("{found:?}") };
        (hour.clone(), meter.spent().metrics)
    }

    #[tokio::test]
    async fn a_busy_cpu_asks_for_nothing_more_and_a_quiet_one_for_network_and_writes() {
        let busy = mock!(Client::get_metric_data).then_output(|| hour(1, 62.0));
        let (found, metrics) = measured(&[&busy], true).await;
        assert_eq!((found.busy(&Busy::default()).map(|(gauge, ..)| gauge), metrics), (Some(Gauge::Cpu), 1));
        let quiet = mock!(Client::get_metric_data).then_output(|| hour(3, 1.0));
        let (found, metrics) = measured(&[&quiet], false).await;
        assert_eq!((found.busy(&Busy::default()), found.gap(), metrics), (None, None, 4));
    }

    #[tokio::test]
    async fn a_gpu_is_asked_for_where_an_agent_measures_it() {
        let dimension = |name: &str, value: &str| Dimension::builder().name(name).value(value).build();
        let listed = move || {
            let metric = Named::builder().namespace(AGENT).metric_name(GPU);
            let metric = metric.dimensions(dimension("index", "0")).dimensions(dimension(INSTANCE, "i-1")).build();
            ListMetricsOutput::builder().metrics(metric).build()
        };
        let lists = mock!(Client::list_metrics).then_output(listed);
        let gpu = mock!(Client::get_metric_data).match_requests(|input| asks(input, GPU)).then_output(|| hour(1, 97.0));
        let others =
            mock!(Client::get_metric_data).match_requests(|input| !asks(input, GPU)).then_output(|| hour(3, 1.0));
        let (found, metrics) = measured(&[&lists, &gpu, &others], true).await;
        assert_eq!((found.busy(&Busy::default()).map(|(gauge, ..)| gauge), metrics), (Some(Gauge::Gpu), 5));
        let none = mock!(Client::list_metrics).then_output(|| ListMetricsOutput::builder().build());
        let (found, metrics) = measured(&[&none, &others], true).await;
        assert_eq!((found.gpu, found.gap(), metrics), (None, None, 4), "an agent that is not there is not missed");
    }
}
