//! NAT gateways that no packet passes. One that no route table leads to is waste; one with a route may be a standby.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::engine::kinds::reported::{Surroundings, quoted};
use crate::engine::kinds::traffic::{Counter, Traffic, is_older};
use crate::engine::model::{Billed, Product, ReportOnly, Tags, Unused, WhyUnused, sane_option};

/// The days without a packet: the window of AWS Compute Optimizer for idle NAT gateways, long enough for a monthly job.
pub const DAYS: u32 = 32;

/// The metrics that must all be zero, as for AWS Compute Optimizer. A NAT gateway has a value of each for every minute.
/// The first finds those in use, so that the others are asked for only of the rest.
pub const COUNTERS: [Counter; 3] = [
    counter("ActiveConnectionCount", "Maximum"),
    counter("PacketsInFromSource", "Sum"),
    counter("PacketsInFromDestination", "Sum"),
];

const fn counter(name: &'static str, statistic: &'static str) -> Counter {
    Counter { namespace: "AWS/NATGateway", name, statistic, dimension: "NatGatewayId", always: true }
}

/// What DescribeNatGateways, DescribeRouteTables and the metrics returned; `None` for what they did not return.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Gateway {
    /// `nat-…`
    pub id: Box<str>,
    /// `available`, `pending`, …
    pub state: Option<Box<str>>,
    /// When it was created.
    #[serde(deserialize_with = "sane_option")]
    pub created: Option<DateTime<Utc>>,
    /// Its public addresses.
    pub addresses: u32,
    /// Whether it is a regional one, which is billed for each zone that it covers.
    pub is_regional: bool,
    /// Whether an appliance such as a firewall or a proxy is attached to it.
    pub has_appliance: bool,
    /// What its metrics say of [`DAYS`].
    pub traffic: Traffic,
    /// Whether a route of any route table leads to it.
    pub routed: Option<bool>,
    /// Its tags.
    pub tags: Tags,
}

impl Gateway {
    /// Whether its metrics can say that it is not used.
    pub fn needs_metrics(&self, now: DateTime<Utc>) -> bool {
        self.state.as_deref() == Some("available") && !self.has_appliance && is_older(self.created, DAYS, now)
    }

    /// Why it seems to be forgotten; `None` where it is in use, or where that is unknown.
    pub fn unused(&self, around: &Surroundings<'_>) -> Option<Unused> {
        if self.state.as_deref() != Some("available") || self.has_appliance || self.traffic != Traffic::Silent {
            return None;
        }
        let routed = self.routed?;
        let region = &*around.place.region;
        let mut billed = vec![Billed::unit(Product::NatGateway, "", Decimal::ONE)];
        if self.addresses > 0 {
            billed.push(Billed::unit(Product::PublicAddress, "InUse", self.addresses.into()));
        }
        let unpriced = self.is_regional.then(|| "a regional gateway is billed for each zone that it covers".into());
        Some(Unused {
            size: if self.addresses == 0 { "private".into() } else { Box::default() },
            not_before: self.created,
            billed: if unpriced.is_some() { Vec::new() } else { billed },
            unpriced,
            command: format!(
                "aws ec2 delete-nat-gateway --nat-gateway-id {} --region {}",
                quoted(&self.id),
                quoted(region)
            )
            .into(),
            ..around.unused(ReportOnly::NatGateway, &self.id, WhyUnused::NoTraffic { days: DAYS, routed }, &self.tags)
        })
    }
}
