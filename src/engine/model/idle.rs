//! An instance that runs and does nothing: the figures, and why it may be only reported.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::engine::model::Tier;
use crate::engine::model::{Marker, figure};

/// Runs and does nothing, by its evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Forgotten {
    /// The evidence.
    pub facts: IdleFacts,
    /// Why it is only reported; `None` where it is marked, and stopped after grace.
    pub reported: Option<WhyReported>,
    /// Whether it is hibernated when it is stopped: its policy hibernates.
    pub hibernate: bool,
    /// Since when it is marked.
    pub marked: Option<DateTime<Utc>>,
    /// The zone in which its times are shown.
    pub zone: Tz,
}

/// Why an idle instance is not stopped.
#[derive(Clone, Debug, PartialEq)]
pub enum WhyReported {
    /// The policy only reports what is idle.
    Policy,
    /// It is only likely to be idle, and the policy stops what is strictly idle.
    Tier,
    /// What it is or does for others.
    Itself(WhyReportOnly),
}

/// What was measured of an instance that does nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct IdleFacts {
    /// How sure it is.
    pub tier: Tier,
    /// Why it is `likely` and not `strict`.
    pub why_likely: Option<WhyLikely>,
    /// Why it is never stopped for it.
    pub report_only: Option<WhyReportOnly>,
    /// Since when it has been seen doing nothing; not before the veto window.
    pub since: DateTime<Utc>,
    /// Hours it ran in the decision window.
    pub running_hours: u32,
    /// The percentile of the hours' maximum of CPU, in per cent.
    #[serde(with = "figure")]
    pub cpu_p97: f64,
    /// The highest of them, in per cent.
    #[serde(with = "figure")]
    pub cpu_max: f64,
    /// Network in and out of the busiest day, in bytes, before anything is subtracted.
    #[serde(with = "figure")]
    pub network_per_day: f64,
    /// What was subtracted for the image's own agents, in bytes an hour; `None` where there were too few peers, or
    /// nothing needed to be subtracted.
    #[serde(with = "figure::perhaps")]
    pub baseline_per_hour: Option<f64>,
    /// The percentile of EBS write operations per second.
    #[serde(with = "figure")]
    pub write_ops: f64,
    /// The percentile of EBS bytes written per second.
    #[serde(with = "figure")]
    pub write_bytes: f64,
}

/// Why an idle instance is not surely so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhyLikely {
    /// Some day had more network than agents need.
    Network,
    /// It, or what is known of it, is younger than the veto window.
    Young,
}

/// Why an idle instance is reported and never stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhyReportOnly {
    /// A load balancer sends to it.
    LoadBalancer,
    /// Nobody knows whether one does, for this cause.
    LoadBalancerUnknown(String),
    /// It forwards traffic: the source/destination check is off.
    Forwards,
    /// So many network interfaces.
    Interfaces(u32),
    /// A marketplace product, by code: it may hold a licence.
    Product(String),
    /// A word of its name, of its role or of its instance profile.
    Word(String),
    /// Its type's work does not show in its own CPU.
    Type(String),
    /// It has, or may have, instance-store data.
    InstanceStore(Marker),
}
