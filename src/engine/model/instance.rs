//! An instance as DescribeInstances returns it, reduced to what a decision needs. Other kinds are mapped to the same facts.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::model::resource_id::name;
use crate::engine::model::{Database, Kind, ResourceId, Service, Tags, named, sane_option};

named! {
    /// The state of an instance. An instance in an unknown state is skipped.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum State {
        /// Being started.
        Pending = "pending",
        /// The only state from which an instance can be stopped.
        Running = "running",
        /// Being terminated.
        ShuttingDown = "shutting-down",
        /// Terminated; AWS lists it for about an hour.
        Terminated = "terminated",
        /// Being stopped.
        Stopping = "stopping",
        /// The only state from which an instance can be started.
        Stopped = "stopped",
        /// A database in a status in which it can be neither stopped nor started, such as `backing-up`, or a service that is
        /// being deployed. It is billed.
        Changing = "changing",
        /// The response has no state, or one that this release does not know.
        Unknown = "unknown",
    }
}

impl State {
    /// Whether it runs; `None` where it is neither running nor stopped.
    pub fn runs(self) -> Option<bool> {
        match self {
            Self::Running => Some(true),
            Self::Stopped => Some(false),
            Self::Pending | Self::Stopping | Self::ShuttingDown | Self::Terminated => None,
            Self::Changing | Self::Unknown => None,
        }
    }

    /// The state for the name that EC2 uses.
    pub fn of(word: &str) -> Self {
        let mut known = Self::ALL.iter().copied().filter(|state| *state != Self::Changing);
        known.find(|state| state.as_str() == word).unwrap_or(Self::Unknown)
    }

    /// Whether a stop has taken effect.
    pub fn is_down(self) -> bool {
        match self {
            Self::Stopping | Self::Stopped => true,
            Self::Pending | Self::Running | Self::ShuttingDown | Self::Terminated | Self::Changing | Self::Unknown => {
                false
            }
        }
    }
}

/// One instance, database or service. Every field is as the API returned it; `None` means that the response did not have it,
/// or that a resource of this kind has no such field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Instance {
    /// Account, Region and `i-…`, `db:…`, `cluster:…` or `service:…`. A snapshot stores account and Region beside its list of instances.
    #[serde(with = "name")]
    pub id: ResourceId,
    /// The state at the time of the scan.
    pub state: State,
    /// Instance type, such as `t3.micro`; empty when the response did not have it.
    pub kind: Box<str>,
    /// The **last** start, not the creation. Of another kind AWS does not tell it: then it is the last start that is known,
    /// or the creation.
    #[serde(default, deserialize_with = "sane_option")]
    pub launch: Option<DateTime<Utc>>,
    /// The last manual change of state, from the time in `StateTransitionReason`.
    #[serde(default, deserialize_with = "sane_option")]
    pub transition: Option<DateTime<Utc>>,
    /// `spot`, `scheduled`, `capacity-block` …; absent for an on-demand instance.
    pub lifecycle: Option<Box<str>>,
    /// `ebs` or `instance-store`.
    pub root: Option<Box<str>>,
    /// Whether the block device mappings show instance-store volumes.
    pub ephemeral: bool,
    /// `default`, `dedicated`, `host`.
    pub tenancy: Option<Box<str>>,
    /// The id of the Dedicated Host.
    pub host: Option<Box<str>>,
    /// The ARN of the Outpost: a rack that is paid for anyway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outpost: Option<Box<str>>,
    /// A capacity reservation or block that is paid for anyway.
    pub reservation: Option<Box<str>>,
    /// Whether the source/destination check is off on the instance or one of its interfaces: it forwards traffic.
    pub forwards: bool,
    /// Marketplace product codes.
    pub product_codes: Box<[Box<str>]>,
    /// The service that manages the instance, from `Operator`; `Some("")` where that service is not named.
    pub operator: Option<Box<str>>,
    /// Whether hibernation was enabled at launch.
    pub hibernation: bool,
    /// Further facts that prices and evidence need.
    #[serde(default)]
    pub details: Details,
    /// Every tag.
    pub tags: Tags,
    /// Whether some tags could not be read. Any of them might protect the instance, or belong to a `match`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tags_unreadable: bool,
    /// What only a database has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<Box<Database>>,
    /// What only a service has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Box<Service>>,
}

impl Instance {
    /// The value of the `Name` tag, or an empty text. The name of a database is its identifier, and that of a service is its
    /// cluster and its name.
    pub fn name(&self) -> &str {
        match self.id.kind {
            Kind::Instance => self.tags.get("Name").unwrap_or_default(),
            Kind::Database | Kind::Service => self.id.identifier(),
        }
    }

    /// A resource of another kind, without the facts of EC2. Without `tags`, these are unknown.
    pub(crate) fn of_kind(
        id: ResourceId,
        state: State,
        kind: &str,
        created: Option<DateTime<Utc>>,
        tags: Option<Tags>,
    ) -> Self {
        Self {
            id,
            state,
            kind: kind.into(),
            launch: created,
            transition: None,
            lifecycle: None,
            root: None,
            ephemeral: false,
            tenancy: None,
            host: None,
            outpost: None,
            reservation: None,
            forwards: false,
            product_codes: Box::default(),
            operator: None,
            hibernation: false,
            details: Details { created, ..Details::default() },
            tags_unreadable: tags.is_none(),
            tags: tags.unwrap_or_default(),
            database: None,
            service: None,
        }
    }
}

/// Every field is as DescribeInstances returned it; `None` means that the response did not have it. Snapshots of older
/// releases have none of these fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Details {
    /// The Availability Zone, Local Zone or Wavelength Zone. The latter two have their own prices.
    pub zone: Option<Box<str>>,
    /// The first launch: when the primary network interface was attached. The launch time is the last start.
    #[serde(default, deserialize_with = "sane_option")]
    pub created: Option<DateTime<Utc>>,
    /// `PlatformDetails`, such as `Linux/UNIX` or `Windows`: the price depends on it.
    pub platform: Option<Box<str>>,
    /// `UsageOperation`, such as `RunInstances:0002`: the price list uses this value.
    pub usage: Option<Box<str>>,
    /// Virtual CPUs: cores × threads per core.
    pub vcpus: Option<u32>,
    /// The AMI from which it was launched.
    pub image: Option<Box<str>>,
    /// The number of network interfaces.
    pub interfaces: u32,
    /// The name of its instance profile.
    pub profile: Option<Box<str>>,
    /// The ids of its EBS volumes.
    pub volumes: Box<[Box<str>]>,
    /// The ARNs of the licence configurations that it uses.
    pub licenses: Box<[Box<str>]>,
}
