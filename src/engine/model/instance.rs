//! An instance as DescribeInstances shows it, reduced to what a decision needs.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::model::resource_id::name;
use crate::engine::model::{Details, ResourceId, Tags};

/// The state of an instance. A state that this release does not know is kept as such: it skips.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Being started.
    Pending,
    /// The only state that can be stopped.
    Running,
    /// On its way to terminated.
    ShuttingDown,
    /// Gone; shown for about an hour.
    Terminated,
    /// On its way to stopped.
    Stopping,
    /// The only state that can be started.
    Stopped,
    /// Missing from the answer, or a word that this release does not know.
    Unknown,
}

impl State {
    /// The state for AWS's word.
    pub fn of(word: &str) -> Self {
        match word {
            "pending" => Self::Pending,
            "running" => Self::Running,
            "shutting-down" => Self::ShuttingDown,
            "terminated" => Self::Terminated,
            "stopping" => Self::Stopping,
            "stopped" => Self::Stopped,
            _ => Self::Unknown,
        }
    }

    /// Whether a stop has taken hold.
    pub fn is_down(self) -> bool {
        match self {
            Self::Stopping | Self::Stopped => true,
            Self::Pending | Self::Running | Self::ShuttingDown | Self::Terminated | Self::Unknown => false,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::ShuttingDown => "shutting-down",
            Self::Terminated => "terminated",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Unknown => "unknown",
        })
    }
}

/// One instance. Every field is as the API gave it; `None` means that the answer did not say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Instance {
    /// Account, Region and `i-…`; a snapshot has account and Region beside its list of instances.
    #[serde(with = "name")]
    pub id: ResourceId,
    /// State when seen.
    pub state: State,
    /// Instance type, such as `t3.micro`; empty when the answer did not say.
    pub kind: Box<str>,
    /// The **last** start, not creation.
    pub launch: Option<DateTime<Utc>>,
    /// The last change of state by hand, from the time in `StateTransitionReason`.
    pub transition: Option<DateTime<Utc>>,
    /// `spot`, `scheduled`, `capacity-block` …; absent for an on-demand instance.
    pub lifecycle: Option<Box<str>>,
    /// `ebs` or `instance-store`.
    pub root: Option<Box<str>>,
    /// Whether the block device mappings show instance-store volumes.
    pub ephemeral: bool,
    /// `default`, `dedicated`, `host`.
    pub tenancy: Option<Box<str>>,
    /// The Dedicated Host.
    pub host: Option<Box<str>>,
    /// The Outpost, by ARN: a rack that is paid for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outpost: Option<Box<str>>,
    /// A capacity reservation or block that is paid for anyway.
    pub reservation: Option<Box<str>>,
    /// Whether the source/destination check is off on the instance or one of its interfaces: it forwards traffic.
    pub forwards: bool,
    /// Marketplace product codes.
    pub product_codes: Box<[Box<str>]>,
    /// The service that manages the instance, by `Operator`; `Some("")` where it is managed by an unnamed one.
    pub operator: Option<Box<str>>,
    /// Whether hibernation was enabled at launch.
    pub hibernation: bool,
    /// What prices and evidence need to know beside.
    #[serde(default)]
    pub details: Details,
    /// Every tag.
    pub tags: Tags,
    /// Whether there are tags that could not be read: any of them might protect, or belong to a `match`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tags_unreadable: bool,
}

impl Instance {
    /// The `Name` tag, or nothing.
    pub fn name(&self) -> &str {
        self.tags.get("Name").unwrap_or_default()
    }
}
