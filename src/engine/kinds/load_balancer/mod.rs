//! Load balancers without targets and without requests: application, network, gateway and classic ones.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::engine::kinds::reported::{Surroundings, quoted};
use crate::engine::kinds::traffic::{Counter, Traffic, is_older};
use crate::engine::model::{Billed, Product, ReportOnly, Tags, Unused, WhyUnused, sane_option};

/// The days without a request: twice the window of AWS Trusted Advisor for idle load balancers.
pub const DAYS: u32 = 14;

/// What an Application Load Balancer answers by itself or through a target. It counts no request that it had to refuse
/// because no target was there, as those of scanners. Redirects and fixed responses need no target by design.
const OF_APPLICATION: [Counter; 3] = [
    v2("AWS/ApplicationELB", "RequestCount"),
    v2("AWS/ApplicationELB", "HTTP_Redirect_Count"),
    v2("AWS/ApplicationELB", "HTTP_Fixed_Response_Count"),
];
const OF_NETWORK: [Counter; 1] = [v2("AWS/NetworkELB", "ProcessedBytes")];
const OF_GATEWAY: [Counter; 1] = [v2("AWS/GatewayELB", "ProcessedBytes")];
/// Requests of HTTP listeners, connections of TCP listeners.
const OF_CLASSIC: [Counter; 1] = [counter("AWS/ELB", "RequestCount", "LoadBalancerName")];

const fn v2(namespace: &'static str, name: &'static str) -> Counter {
    counter(namespace, name, "LoadBalancer")
}

/// Elastic Load Balancing reports a metric only where requests flow ("CloudWatch metrics for your load balancer", in the
/// guides of all four types), so that a complete answer without values says that none did.
const fn counter(namespace: &'static str, name: &'static str, dimension: &'static str) -> Counter {
    Counter { namespace, name, statistic: "Sum", dimension, always: false }
}

/// The type of a Classic Load Balancer; AWS has no name for it in an answer.
pub const CLASSIC: &str = "classic";

/// The metrics of a type that must all be zero. The first finds those in use. There are none of a type that this release
/// does not know.
pub fn counters(kind: &str) -> &'static [Counter] {
    match kind {
        "application" => &OF_APPLICATION,
        "network" => &OF_NETWORK,
        "gateway" => &OF_GATEWAY,
        CLASSIC => &OF_CLASSIC,
        _ => &[],
    }
}

/// What AWS returned; `None` for what it did not return.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct LoadBalancer {
    /// The end of its ARN, such as `app/web/50dc6c495c0c9188`, which metrics name it by; for a classic one its name.
    pub id: Box<str>,
    /// Its ARN. A classic one has none.
    pub arn: Option<Box<str>>,
    /// `application`, `network`, `gateway` or `classic`.
    pub kind: Box<str>,
    /// `active`, … A classic one has none.
    pub state: Option<Box<str>>,
    /// When it was created.
    #[serde(deserialize_with = "sane_option")]
    pub created: Option<DateTime<Utc>>,
    /// Whether it has public IPv4 addresses.
    pub is_public: bool,
    /// The zones that it is in.
    pub zones: u32,
    /// Whether anything is registered with it, healthy or not: instances, addresses, functions, other load balancers.
    pub has_targets: Option<bool>,
    /// What its metrics say of [`DAYS`].
    pub traffic: Traffic,
    /// Its tags.
    pub tags: Tags,
}

impl LoadBalancer {
    /// Whether its metrics can say that it is not used.
    pub fn needs_metrics(&self, now: DateTime<Utc>) -> bool {
        self.may_be_unused() && is_older(self.created, DAYS, now)
    }

    fn may_be_unused(&self) -> bool {
        let is_active = *self.kind == *CLASSIC || self.state.as_deref() == Some("active");
        is_active && !counters(&self.kind).is_empty() && self.has_targets != Some(true)
    }

    /// Why it seems to be forgotten; `None` where it is in use, or where that is unknown.
    pub fn unused(&self, around: &Surroundings<'_>) -> Option<Unused> {
        if !self.may_be_unused() || self.has_targets != Some(false) || self.traffic != Traffic::Silent {
            return None;
        }
        let region = &*around.place.region;
        let mut billed = vec![Billed::unit(Product::LoadBalancer, &self.kind, Decimal::ONE)];
        if self.is_public && self.zones > 0 {
            billed.push(Billed::unit(Product::PublicAddress, "InUse", self.zones.into()));
        }
        Some(Unused {
            size: self.kind.clone(),
            not_before: self.created,
            billed,
            command: self.command(region).into(),
            ..around.unused(ReportOnly::LoadBalancer, &self.id, WhyUnused::NoTargets { days: DAYS }, &self.tags)
        })
    }

    fn command(&self, region: &str) -> String {
        let region = quoted(region);
        match &self.arn {
            Some(arn) => {
                format!("aws elbv2 delete-load-balancer --load-balancer-arn {} --region {region}", quoted(arn))
            }
            None => format!("aws elb delete-load-balancer --load-balancer-name {} --region {region}", quoted(&self.id)),
        }
    }
}
