//! An instance that runs but does nothing: the figures, and why it may be report-only.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::engine::model::{Marker, Tier, figure, sane};

/// An instance that, by its evidence, runs but does nothing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Forgotten {
    /// The evidence.
    pub facts: IdleFacts,
    /// Why it is only reported; `None` where it is marked, and stopped after the grace period.
    pub reported: Option<WhyReported>,
    /// Whether it is hibernated instead of stopped: its policy hibernates.
    pub hibernate: bool,
    /// When it was marked.
    pub marked: Option<DateTime<Utc>>,
    /// The zone in which its times are shown.
    pub zone: Tz,
}

/// Why an idle instance is not stopped.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhyReported {
    /// The policy only reports idle instances.
    Policy,
    /// It is only likely to be idle, and the policy stops only what is strictly idle.
    Tier,
    /// Its own role: what it does for other systems, or may do.
    Itself(WhyReportOnly),
}

/// Measurements of an instance that does nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct IdleFacts {
    /// How certain it is.
    pub tier: Tier,
    /// Why the tier is `likely` and not `strict`.
    pub why_likely: Option<WhyLikely>,
    /// Why it is never stopped as idle.
    pub report_only: Option<WhyReportOnly>,
    /// Since when it has done nothing; not before the start of the veto window.
    #[serde(deserialize_with = "sane")]
    pub since: DateTime<Utc>,
    /// Hours that it ran in the decision window.
    pub running_hours: u32,
    /// The percentile of the hourly maximum of CPU, in per cent.
    #[serde(with = "figure")]
    pub cpu_p97: f64,
    /// The highest hourly maximum, in per cent.
    #[serde(with = "figure")]
    pub cpu_max: f64,
    /// Network in and out of the busiest day, in bytes, before anything is subtracted.
    #[serde(with = "figure")]
    pub network_per_day: f64,
    /// The network traffic of the image's own agents, in bytes an hour, which was subtracted. `None` where there were
    /// too few peers, or nothing had to be subtracted.
    #[serde(with = "figure::perhaps")]
    pub baseline_per_hour: Option<f64>,
    /// The percentile of EBS write operations per second.
    #[serde(with = "figure")]
    pub write_ops: f64,
    /// The percentile of EBS bytes written per second.
    #[serde(with = "figure")]
    pub write_bytes: f64,
    /// The percentile of the read and write operations per second of a database, which has no figures of network and
    /// EBS. `None` for an instance.
    #[serde(default, with = "figure::perhaps", skip_serializing_if = "Option::is_none")]
    pub io_per_second: Option<f64>,
}

/// Why an idle instance is not certain to be idle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhyLikely {
    /// On at least one day, it had more network traffic than agents need.
    Network,
    /// The instance, or the data about it, is younger than the veto window.
    Young,
}

/// Why an idle instance is reported and never stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhyReportOnly {
    /// A load balancer sends traffic to it.
    LoadBalancer,
    /// It is unknown whether a load balancer sends traffic to it, for this cause.
    LoadBalancerUnknown(String),
    /// It forwards traffic: the source/destination check is off.
    Forwards,
    /// It has this many network interfaces.
    Interfaces(u32),
    /// A Marketplace product, by code: it may hold a licence.
    Product(String),
    /// A word in its name, its role or its instance profile.
    Word(String),
    /// The work of its instance type does not show in its own CPU metric.
    Type(String),
    /// It has, or may have, instance-store data.
    InstanceStore(Marker),
}
