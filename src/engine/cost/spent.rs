//! The cost of a run itself: calls, metrics, dollars.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Serialize;

/// CloudWatch bills $0.01 per 1,000 metrics that GetMetricData requests, regardless of the window. Source: CloudWatch
/// pricing, November 2026.
const USD_PER_METRIC: Decimal = Decimal::from_parts(1, 0, 0, false, 5);

/// Cost Explorer bills $0.01 per request, and each page is one. Source: AWS Cost Management pricing, November 2026.
const USD_PER_BILL: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// The cost of a run so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Spent {
    /// Calls by service and operation, such as `cloudwatch:GetMetricData`, including retries.
    #[serde(serialize_with = "by_api")]
    pub calls: BTreeMap<String, u64>,
    /// The number of requested metrics.
    pub metrics: u64,
    /// The cost of the metrics and of Cost Explorer in US dollars. All other calls are free, or a fraction of a cent of
    /// S3 requests.
    pub usd: Decimal,
}

/// Serialises as a list: AWS's names must not become keys of this format.
fn by_api<S: serde::Serializer>(calls: &BTreeMap<String, u64>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Line<'a> {
        api: &'a str,
        calls: u64,
    }
    serializer.collect_seq(calls.iter().map(|(api, calls)| Line { api, calls: *calls }))
}

impl Spent {
    /// The cost of these calls and metrics.
    pub fn of(calls: BTreeMap<String, u64>, metrics: u64) -> Self {
        let bills = Decimal::from(calls.get("ce:GetCostAndUsage").copied().unwrap_or_default());
        let usd = Decimal::from(metrics) * USD_PER_METRIC + bills * USD_PER_BILL;
        Self { calls, metrics, usd: usd.normalize() }
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

    #[test]
    fn a_page_of_cost_explorer_costs_a_cent() {
        let calls = BTreeMap::from([("ce:GetCostAndUsage".to_owned(), 3), ("ec2:DescribeInstances".to_owned(), 9)]);
        assert_eq!(Spent::of(calls, 500).usd.to_string(), "0.035");
    }
}
