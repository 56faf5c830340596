//! The last hour of candidates, from CloudWatch: CPU first, and the rest of those whose CPU is quiet.

use std::collections::HashMap;

use aws_config::Region;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{DimensionFilter, Metric as Named, RecentlyActive};
use chrono::{DateTime, Utc};

use super::config::{Aws, Meter};
use super::errors::words;
use super::metrics_weeks::{Query, ask, evidence};
use super::tokens::Tokens;
use crate::decide::case::Activity;
use crate::decide::idle::{Evidence, FIVE_MINUTES, Metric, Reading, Series};
use crate::decide::last_hour::{LastHour, Recent, since};
use crate::decide::settings::{Busy, Unmeasured};
use crate::words::Target;

/// The most metrics that one GetMetricData call may ask for.
pub(super) const METRICS: usize = 500;

/// GPU utilisation in per cent, as the CloudWatch agent publishes it for each GPU, in its own namespace.
pub(super) const GPU: &str = "nvidia_smi_utilization_gpu";
const AGENT: &str = "CWAgent";
const INSTANCE: &str = "InstanceId";

/// A client of one target.
pub(super) fn client(aws: &Aws, target: &Target, credentials: Option<SharedCredentialsProvider>) -> Client {
    let mut config = aws_sdk_cloudwatch::config::Builder::from(&aws.sdk)
        .region(Region::new(target.region.to_string()))
        .interceptor(aws.meter.clone());
    if let Some(credentials) = credentials {
        config.set_credentials_provider(Some(credentials));
    }
    Client::from_conf(config.build())
}

/// The last hour of each instance. Whose CPU is busy by `limits` is asked for nothing more: metrics are billed one by
/// one.
pub(super) async fn last_hour(
    client: &Client,
    meter: &Meter,
    asked: &[Recent],
    limits: &Busy,
    now: DateTime<Utc>,
) -> HashMap<Box<str>, Activity> {
    let cpu: Vec<_> = asked.iter().map(|one| one.cpu(now)).collect();
    let mut found = evidence(client, meter, &cpu, now).await;
    let read = |one: &Recent, found: &HashMap<Box<str>, Evidence>| {
        LastHour::read(found.get(&one.id).unwrap_or(&Evidence::default()), one.launch, now)
    };
    // Without a CPU figure it is unmeasured already, unless the settings ignore that.
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

/// What agents say of the GPUs of these instances, the busiest GPU of each; nothing of one that has no agent. The agent's
/// metrics have dimensions of its configuration's choice, so that they are listed before they are asked for.
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

/// Every metric of a GPU of these instances that had a figure within three hours.
async fn gpu_metrics<'a>(client: &Client, ids: &[&'a str]) -> Result<Vec<(&'a str, Named)>, String> {
    let call = client.list_metrics().namespace(AGENT).metric_name(GPU).recently_active(RecentlyActive::Pt3H);
    let call = call.dimensions(DimensionFilter::builder().name(INSTANCE).build());
    let (mut listed, mut tokens, mut token) = (Vec::new(), Tokens::default(), None);
    loop {
        let page = call.clone().set_next_token(token).send().await;
        let page = page.map_err(|error| words("cloudwatch:ListMetrics", &error))?;
        for metric in page.metrics() {
            let of = metric.dimensions().iter().find(|dimension| dimension.name() == Some(INSTANCE));
            let id = of.and_then(|of| ids.iter().find(|id| of.value() == Some(**id)));
            listed.extend(id.map(|id| (*id, metric.clone())));
        }
        token = tokens.next("cloudwatch:ListMetrics", page.next_token())?;
        if token.is_none() {
            return Ok(listed);
        }
    }
}
