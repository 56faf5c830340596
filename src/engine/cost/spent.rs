//! What a run cost itself: calls, metrics, dollars.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Serialize;

/// CloudWatch bills a metric that GetMetricData asks for with $0.01 per 1,000, whatever the window: CloudWatch pricing,
/// November 2026.
const USD_PER_METRIC: Decimal = Decimal::from_parts(1, 0, 0, false, 5);

/// What a run cost itself so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Spent {
    /// Calls by service and operation, such as `cloudwatch:GetMetricData`, retries included.
    #[serde(serialize_with = "by_api")]
    pub calls: BTreeMap<String, u64>,
    /// Metrics asked for.
    pub metrics: u64,
    /// US dollars for them; what else a run calls is free of charge, or a fraction of a cent of S3 requests.
    pub usd: Decimal,
}

/// A list: AWS's own names are no keys of ours.
fn by_api<S: serde::Serializer>(calls: &BTreeMap<String, u64>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Line<'a> {
        api: &'a str,
        calls: u64,
    }
    serializer.collect_seq(calls.iter().map(|(api, calls)| Line { api, calls: *calls }))
}

impl Spent {
    /// The sum of these calls and metrics.
    pub fn of(calls: BTreeMap<String, u64>, metrics: u64) -> Self {
        Self { calls, metrics, usd: (Decimal::from(metrics) * USD_PER_METRIC).normalize() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_metrics_cost_a_cent() {
        assert_eq!(Spent::of(BTreeMap::new(), 1000).usd.to_string(), "0.01");
        assert_eq!(Spent::of(BTreeMap::new(), 1).usd.to_string(), "0.00001");
        assert_eq!(Spent::of(BTreeMap::new(), 0).usd.to_string(), "0");
    }
}
