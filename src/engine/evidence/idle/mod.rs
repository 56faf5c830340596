//! Whether an instance does nothing: `active`, `idle` or `undetermined`, from weeks of metrics. A gap proves nothing,
//! and only `idle` can make an instance a candidate.

mod baseline;
mod classify;
mod database;
mod report_only;
mod running;
mod series;
mod sign;
mod windows;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use crate::engine::evidence::idle::baseline::{Peer, baselines};
pub use crate::engine::evidence::idle::classify::{Next, Question, classify, network_per_hour, next};
pub use crate::engine::evidence::idle::report_only::why_report_only;
pub use crate::engine::evidence::idle::running::Own;
pub(crate) use crate::engine::evidence::idle::series::bucket_from;
pub use crate::engine::evidence::idle::series::{DAY, FIVE_MINUTES, HOUR, Series};
pub use crate::engine::evidence::idle::sign::Sign;
pub(crate) use crate::engine::evidence::idle::sign::{BURST, CONNECTIONS};
pub use crate::engine::evidence::idle::windows::since;

use crate::engine::model::{IdleFacts, Instance};

/// A metric that is requested from CloudWatch. Each costs the same, however long the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// The maximum of CPU utilisation of each day of the veto window, in per cent.
    CpuByDay,
    /// The maximum of CPU utilisation of each hour of the decision window, in per cent.
    Cpu,
    /// The same over the veto window, for an instance that was started within it: its daily values include its starts.
    CpuOverVeto,
    /// Bytes received in each hour.
    Received,
    /// Bytes sent in each hour.
    Sent,
    /// EBS write operations of each hour.
    WriteOps,
    /// Bytes written to EBS in each hour.
    WriteBytes,
    /// The maximum of failed status checks in each hour.
    FailedChecks,
    /// The smallest CPU credit balance of each hour, for a burstable type.
    Credits,
    /// The maximum of the connections of a database in each hour.
    Connections,
    /// The maximum of a database's read operations per second in each hour.
    ReadIops,
    /// The maximum of its write operations per second in each hour.
    WriteIops,
    /// The mean of CPU utilisation in each five minutes of the last hour, in per cent.
    CpuLately,
    /// Bytes received in each five minutes of the last hour.
    ReceivedLately,
    /// Bytes sent in each five minutes of the last hour.
    SentLately,
    /// Bytes written to EBS in each five minutes of the last hour.
    WrittenLately,
    /// The maximum of GPU utilisation in each five minutes of the last hour, in per cent, as measured by an agent.
    GpuLately,
    /// The maximum of the connections of a database in each five minutes of the last hour.
    ConnectionsLately,
}

impl Metric {
    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CpuByDay => "daily CPU",
            Self::Cpu | Self::CpuOverVeto => "hourly CPU",
            Self::Received | Self::ReceivedLately => "network in",
            Self::Sent | Self::SentLately => "network out",
            Self::WriteOps => "EBS write operations",
            Self::WriteBytes | Self::WrittenLately => "EBS bytes written",
            Self::FailedChecks => "status checks",
            Self::Credits => "CPU credit balance",
            Self::CpuLately => "CPU",
            Self::GpuLately => "GPU",
            Self::Connections | Self::ConnectionsLately => "connections",
            Self::ReadIops => "read operations",
            Self::WriteIops => "write operations",
        }
    }

    /// The period of one datapoint in seconds.
    pub fn period(self) -> i64 {
        match self {
            Self::CpuByDay => DAY,
            Self::Cpu | Self::CpuOverVeto | Self::FailedChecks | Self::Credits => HOUR,
            Self::Received | Self::Sent | Self::WriteOps | Self::WriteBytes => HOUR,
            Self::Connections | Self::ReadIops | Self::WriteIops => HOUR,
            Self::CpuLately | Self::GpuLately | Self::ConnectionsLately => FIVE_MINUTES,
            Self::ReceivedLately | Self::SentLately | Self::WrittenLately => FIVE_MINUTES,
        }
    }

    /// Whether it is requested for the veto window; the others are requested for the decision window.
    pub fn over_veto(self) -> bool {
        matches!(self, Self::CpuByDay | Self::CpuOverVeto | Self::Connections)
    }
}

/// One metric, and the start of its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The metric.
    pub metric: Metric,
    /// The start of the window, at the beginning of a period.
    pub since: DateTime<Utc>,
}

/// What publishes the metrics of a resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// EC2: the instance itself, and EBS for its volumes.
    #[default]
    Ec2,
    /// RDS, for each instance of a database, Aurora included.
    Rds,
    /// DocumentDB, which publishes what RDS does under a name of its own.
    DocDb,
    /// Neptune, which counts requests in place of connections, and publishes no value of zero.
    Neptune,
}

impl Source {
    /// Which one publishes those of a resource.
    pub fn of(found: &Instance) -> Self {
        match found.database.as_deref().map(|facts| &*facts.engine) {
            None => Self::Ec2,
            Some("docdb") => Self::DocDb,
            Some("neptune") => Self::Neptune,
            Some(_) => Self::Rds,
        }
    }
}

/// The metrics to request for one instance or database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its name.
    pub id: Box<str>,
    /// What is measured in its place, as [`Instance::parts`] has it.
    pub parts: Box<[Box<str>]>,
    /// What publishes them.
    pub source: Source,
    /// The metrics.
    pub asked: Vec<Asked>,
}

/// The data of one metric.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// Its datapoints; there may be few or none.
    Known(Series),
    /// It was requested, but the response is incomplete, for this cause. It never counts as zero.
    Gap(String),
}

/// The measurements of one instance so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence(BTreeMap<Metric, Reading>);

impl Evidence {
    /// Evidence of these readings.
    pub fn of(readings: impl IntoIterator<Item = (Metric, Reading)>) -> Self {
        Self(readings.into_iter().collect())
    }

    /// Adds a new reading.
    pub fn add(&mut self, metric: Metric, reading: Reading) {
        self.0.insert(metric, reading);
    }

    /// The reading of a metric; `None` where it was not requested.
    pub fn get(&self, metric: Metric) -> Option<&Reading> {
        self.0.get(&metric)
    }

    /// Every reading.
    pub fn iter(&self) -> impl Iterator<Item = (Metric, &Reading)> {
        self.0.iter().map(|(metric, reading)| (*metric, reading))
    }
}

/// Whether an instance is idle.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Idleness {
    /// Not requested.
    #[default]
    NotAsked,
    /// It is active, with this evidence.
    Active(Sign),
    /// It is idle. This is the only answer that can make it a candidate.
    Idle(IdleFacts),
    /// Undetermined, because this is missing.
    Undetermined(Missing),
}

/// What is missing for an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names of the fields say what they are")]
pub enum Missing {
    /// Instances of this kind cannot be found idle.
    Ineligible(Ineligible),
    /// The launch time, or it is in the future.
    Launch,
    /// The number of vCPUs.
    Vcpus,
    /// Hours that it ran in the decision window, and how many are needed.
    RunningHours { has: u32, wants: u32 },
    /// A metric that was not requested, or not returned, for this cause.
    Metric { metric: Metric, cause: String },
    /// The datapoints of a metric, and how many were expected.
    Sparse { metric: Metric, has: u32, expected: u32 },
}

/// Kinds of instances that cannot be found idle. Other rules decide about them first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ineligible {
    /// It is not running.
    NotRunning,
    /// It is not on demand.
    Lifecycle,
    /// Its root device is not EBS.
    Root,
    /// Another service manages it.
    Managed,
    /// The metrics of its engine are unknown to this release.
    Engine,
}
