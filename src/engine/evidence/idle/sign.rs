//! The evidence that an instance is not idle.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::model::{figure, sane, sane_option};

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
            Self::CpuPeak { at, .. } | Self::Burst { at, .. } | Self::Connections { at, .. } => Some(*at),
            Self::ChecksFailed { at } | Self::Witnessed { at, .. } => Some(*at),
            Self::Cpu { at, .. } | Self::CpuAbsolute { at, .. } | Self::Network { at, .. } => *at,
            Self::Writes { at, .. } | Self::DatabaseIo { at, .. } | Self::Written { at, .. } => *at,
            Self::CreditsSpent { .. } => None,
        }
    }
}

/// The names of the signs that protect for the whole veto window.
pub(crate) const BURST: &str = "burst";
pub(crate) const CONNECTIONS: &str = "connections";
