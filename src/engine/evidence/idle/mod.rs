//! Whether an instance does nothing: `active`, `idle` or `undetermined`, from weeks of metrics. A gap proves nothing,
//! and only `idle` can make an instance a candidate.

mod baseline;
mod classify;
mod database;
mod report_only;
mod running;
mod series;
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
pub use crate::engine::evidence::idle::windows::since;

use crate::engine::model::{IdleFacts, Instance, figure, sane, sane_option};

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
            Self::Cpu
            | Self::CpuOverVeto
            | Self::Received
            | Self::Sent
            | Self::WriteOps
            | Self::WriteBytes
            | Self::FailedChecks
            | Self::Credits
            | Self::Connections
            | Self::ReadIops
            | Self::WriteIops => HOUR,
            Self::CpuLately
            | Self::ReceivedLately
            | Self::SentLately
            | Self::WrittenLately
            | Self::GpuLately
            | Self::ConnectionsLately => FIVE_MINUTES,
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
}

impl Source {
    /// Which one publishes those of a resource.
    pub fn of(found: &Instance) -> Self {
        match found.database.as_deref().map(|facts| &*facts.engine) {
            None => Self::Ec2,
            Some("docdb") => Self::DocDb,
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

/// Evidence that an instance is not idle. `at` is the last instant of activity. The instance cannot be idle until a
/// whole window has passed since then. `None` where this is unknown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names of the fields say what they are")]
pub enum Sign {
    /// The maximum of CPU in one hour, and the limit, in per cent.
    CpuPeak {
        #[serde(with = "figure")]
        cpu: f64,
        #[serde(with = "figure")]
        limit: f64,
        #[serde(deserialize_with = "sane")]
        at: DateTime<Utc>,
    },
    /// The percentile of the hourly maximum of CPU, and the limit, in per cent.
    Cpu {
        #[serde(with = "figure")]
        percentile: f64,
        #[serde(with = "figure")]
        limit: f64,
        #[serde(default, deserialize_with = "sane_option")]
        at: Option<DateTime<Utc>>,
    },
    /// The same in vCPUs.
    CpuAbsolute {
        #[serde(with = "figure")]
        vcpus: f64,
        #[serde(with = "figure")]
        limit: f64,
        #[serde(default, deserialize_with = "sane_option")]
        at: Option<DateTime<Utc>>,
    },
    /// A maximum of CPU in the veto window, and the limit, in per cent.
    Burst {
        #[serde(with = "figure")]
        cpu: f64,
        #[serde(with = "figure")]
        limit: f64,
        #[serde(deserialize_with = "sane")]
        at: DateTime<Utc>,
    },
    /// Network of the busiest day in bytes, and in what percentage of the hours it was quiet.
    Network {
        #[serde(with = "figure")]
        busiest_day: f64,
        #[serde(with = "figure")]
        quiet_percent: f64,
        #[serde(default, deserialize_with = "sane_option")]
        at: Option<DateTime<Utc>>,
    },
    /// The percentile of EBS write operations per second, and the limit.
    Writes {
        #[serde(with = "figure")]
        ops: f64,
        #[serde(with = "figure")]
        limit: f64,
        #[serde(default, deserialize_with = "sane_option")]
        at: Option<DateTime<Utc>>,
    },
    /// The percentile of EBS bytes written per second, and the limit.
    Written {
        #[serde(with = "figure")]
        bytes: f64,
        #[serde(with = "figure")]
        limit: f64,
        #[serde(default, deserialize_with = "sane_option")]
        at: Option<DateTime<Utc>>,
    },
    /// Connections of a database in one hour. None is idle.
    Connections {
        #[serde(with = "figure")]
        connections: f64,
        #[serde(deserialize_with = "sane")]
        at: DateTime<Utc>,
    },
    /// The percentile of the hourly maximum of a database's read and write operations per second, and the limit.
    DatabaseIo {
        #[serde(with = "figure")]
        ops: f64,
        #[serde(with = "figure")]
        limit: f64,
        #[serde(default, deserialize_with = "sane_option")]
        at: Option<DateTime<Utc>>,
    },
    /// A status check failed: an instance that hangs looks idle.
    ChecksFailed {
        #[serde(deserialize_with = "sane")]
        at: DateTime<Utc>,
    },
    /// A burstable type had no CPU credits left in this many hours: a throttled instance looks quiet.
    CreditsSpent { hours: u32 },
    /// An earlier run found it active then, with the sign of this name, and it cannot be idle yet.
    Witnessed {
        #[serde(deserialize_with = "sane")]
        at: DateTime<Utc>,
        what: String,
    },
}

impl Sign {
    /// The name in the record and in reports.
    pub fn as_str(&self) -> &str {
        match self {
            Self::CpuPeak { .. } => "cpu-peak",
            Self::Cpu { .. } => "cpu",
            Self::CpuAbsolute { .. } => "cpu-absolute",
            Self::Burst { .. } => BURST,
            Self::Network { .. } => "network",
            Self::Writes { .. } => "writes",
            Self::Written { .. } => "written",
            Self::Connections { .. } => CONNECTIONS,
            Self::DatabaseIo { .. } => "database-io",
            Self::ChecksFailed { .. } => "checks-failed",
            Self::CreditsSpent { .. } => "credits-spent",
            Self::Witnessed { what, .. } => what,
        }
    }

    /// The last instant of activity. The instance must do nothing for a whole window after it before it can be idle.
    pub fn at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::CpuPeak { at, .. }
            | Self::Burst { at, .. }
            | Self::Connections { at, .. }
            | Self::ChecksFailed { at }
            | Self::Witnessed { at, .. } => Some(*at),
            Self::Cpu { at, .. }
            | Self::CpuAbsolute { at, .. }
            | Self::Network { at, .. }
            | Self::Writes { at, .. }
            | Self::DatabaseIo { at, .. }
            | Self::Written { at, .. } => *at,
            Self::CreditsSpent { .. } => None,
        }
    }
}

/// The names of the signs that protect for the whole veto window.
pub(crate) const BURST: &str = "burst";
pub(crate) const CONNECTIONS: &str = "connections";

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
