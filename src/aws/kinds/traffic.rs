//! Whether resources have carried traffic: one metric of each first, and the others only of those that it shows silent,
//! because metrics are billed one by one.

use aws_sdk_cloudwatch::types::{Dimension, Metric};
use chrono::{DateTime, Utc};

use crate::aws::kinds::Metrics;
use crate::aws::metrics_weeks::{Query, ask};
use crate::engine::evidence::Reading;
use crate::engine::evidence::idle::HOUR;
use crate::engine::kinds::traffic::{Counter, Traffic, window};

/// What is known of each resource, in their order, by the name that its metrics have and those that count its traffic.
///
/// # Errors
/// Why no metric at all could be read, as without the permission.
pub(super) async fn traffic(
    metrics: &Metrics<'_>,
    wanted: &[(&str, &'static [Counter])],
    days: u32,
) -> Result<Vec<Traffic>, String> {
    let since = window(days, metrics.now);
    let mut known = vec![Traffic::Silent; wanted.len()];
    for round in 0..wanted.iter().map(|(_, counters)| counters.len()).max().unwrap_or_default() {
        let all = known.iter_mut().zip(wanted).filter(|(traffic, _)| **traffic == Traffic::Silent);
        let open: Vec<_> =
            all.filter_map(|(traffic, (id, counters))| Some((traffic, *id, counters.get(round)?))).collect();
        let queries: Vec<Query> = open.iter().map(|(_, id, counter)| query(id, counter, since)).collect();
        let readings = ask(&metrics.client, metrics.meter, &queries, metrics.now).await;
        let gap = |reading: &Reading| match reading {
            Reading::Gap(cause) => Some(cause.clone()),
            Reading::Known(_) => None,
        };
        if let Some(cause) = readings.first().and_then(gap).filter(|_| readings.iter().all(|one| gap(one).is_some())) {
            return Err(cause);
        }
        for ((traffic, _, counter), reading) in open.into_iter().zip(&readings) {
            *traffic = std::mem::take(traffic).and(counter, reading, since, metrics.now);
        }
    }
    Ok(known)
}

fn query(id: &str, counter: &Counter, since: DateTime<Utc>) -> Query {
    let dimension = Dimension::builder().name(counter.dimension).value(id).build();
    let metric = Metric::builder().namespace(counter.namespace).metric_name(counter.name).dimensions(dimension).build();
    Query { metric, statistic: counter.statistic, period: HOUR, since }
}
