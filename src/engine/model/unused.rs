//! Resources that are found and reported, and never touched: what they are, and why they seem to be forgotten.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::engine::model::{Product, Tags, Target, named, sane_option};

named! {
    /// The kinds of resources that are only reported. A step takes a [`ResourceId`](crate::engine::model::ResourceId), whose
    /// kinds are others, so no plan can hold one of these:
    ///
    /// ```compile_fail
    /// use idle_reaper::engine::model::{Kind, ReportOnly};
    /// let kind: Kind = ReportOnly::Volume.into();
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum ReportOnly {
        /// An EBS volume.
        Volume = "volume",
        /// An Elastic IP address.
        Address = "address",
        /// A NAT gateway.
        NatGateway = "nat-gateway",
        /// A load balancer of any type.
        LoadBalancer = "load-balancer",
        /// An EKS cluster.
        EksCluster = "eks-cluster",
        /// A database that a blue/green switch-over left behind.
        ReplacedDatabase = "replaced-database",
        /// An EC2 Auto Scaling group.
        AutoScalingGroup = "auto-scaling-group",
        /// A managed node group of EKS.
        NodeGroup = "node-group",
    }
}

impl ReportOnly {
    /// The kinds that are found where the settings name none. The others read metrics, which cost money, need more
    /// permissions, or depend on the schedules of policies.
    pub const USUAL: [Self; 2] = [Self::Volume, Self::Address];

    /// Whether it is a group of instances, which their own tags tell. AWS is asked for every other kind.
    pub fn is_group(self) -> bool {
        matches!(self, Self::AutoScalingGroup | Self::NodeGroup)
    }
}

/// Identifies a resource that is only reported. There is no way from it to the id of a step.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UnusedId {
    /// Account and Region.
    #[serde(flatten)]
    pub place: Arc<Target>,
    /// Its kind.
    pub kind: ReportOnly,
    /// Its id there, such as `vol-…`; for a load balancer the end of its ARN, for a classic one its name; for a database
    /// `db:…` or `cluster:…`; for a node group `CLUSTER/GROUP`.
    pub id: Arc<str>,
}

/// Why a resource seems to be forgotten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhyUnused {
    /// A volume that is attached to nothing.
    Unattached,
    /// An address that is associated with nothing.
    Unassociated,
    /// A volume or an address of a stopped instance.
    OfStopped {
        /// The instance; of a volume with several the first.
        instance: Arc<str>,
        /// The others of a volume with Multi-Attach.
        #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
        others: Box<[Arc<str>]>,
        /// Whether the reaper stopped it, and nobody has touched it since.
        by_reaper: bool,
    },
    /// A NAT gateway that no packet has passed for so many days.
    NoTraffic {
        /// The days.
        days: u32,
        /// Whether a route table has a route to it. If so, it may be a standby.
        routed: bool,
    },
    /// A load balancer without targets, and without requests for so many days.
    NoTargets {
        /// The days.
        days: u32,
    },
    /// An EKS cluster without nodes, and without anything that would bring some.
    NoNodes,
    /// A database whose name went to another one in a blue/green switch-over.
    Replaced {
        /// The other one.
        by: Box<str>,
    },
    /// A group that has running instances.
    Running {
        /// How many.
        members: u32,
        /// When the one that runs longest was launched; `None` if that is unknown of one.
        #[serde(default, deserialize_with = "sane_option")]
        since: Option<DateTime<Utc>>,
        /// The hours that they ran in the last seven days while their schedule was closed, summed up; `None` if that is
        /// unknown of one.
        #[serde(default)]
        closed_hours: Option<i64>,
        /// Whether each of them ran while it was closed.
        #[serde(default)]
        all_closed: bool,
        /// Whether one of them is kept.
        #[serde(default)]
        kept: bool,
    },
    /// In use, and cheaper as another type. Advice, and no waste.
    Cheaper {
        /// The other type.
        than: Box<str>,
    },
}

impl WhyUnused {
    /// The name in reports and the record.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Unattached => "unattached",
            Self::Unassociated => "unassociated",
            Self::OfStopped { .. } => "of-stopped",
            Self::NoTraffic { .. } => "no-traffic",
            Self::NoTargets { .. } => "no-targets",
            Self::NoNodes => "no-nodes",
            Self::Replaced { .. } => "replaced",
            Self::Running { .. } => "running",
            Self::Cheaper { .. } => "cheaper",
        }
    }

    /// Whether it has been so since `other` was found.
    pub fn continues(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::OfStopped { instance: one, .. }, Self::OfStopped { instance: other, .. }) => one == other,
            (Self::Running { .. }, Self::Running { .. }) => true,
            _ => self == other,
        }
    }
}

/// What is billed: a quantity of a product of the price list. Negative where advice would save it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Billed {
    /// The product.
    pub product: Product,
    /// Its type, such as `gp3`; empty where the product has none.
    #[serde(default)]
    pub kind: Box<str>,
    /// What else its price depends on: of a database its engine, licence and the like.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub operation: Box<str>,
    /// Units a month, or the number of what is billed by the hour.
    #[serde(with = "rust_decimal::serde::str")]
    pub quantity: Decimal,
}

impl Billed {
    /// So many units of a product whose price depends on its type alone.
    pub fn unit(product: Product, kind: &str, quantity: Decimal) -> Self {
        Self { product, kind: kind.into(), operation: Box::default(), quantity }
    }
}

/// One resource that seems to be forgotten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Unused {
    /// Which resource.
    #[serde(flatten)]
    pub id: UnusedId,
    /// Why.
    pub why: WhyUnused,
    /// Its size and type, as `100 GiB gp3`; empty where it has none.
    #[serde(default)]
    pub size: Box<str>,
    /// Its tags.
    #[serde(default)]
    pub tags: Tags,
    /// It cannot have been so before this instant: when it was created, or when its instance was started.
    #[serde(default, deserialize_with = "sane_option")]
    pub not_before: Option<DateTime<Utc>>,
    /// What says that another tool or AWS itself manages it, so that it is not forgotten.
    #[serde(default)]
    pub managed: Option<Box<str>>,
    /// The Region or Local Zone of its price.
    pub priced_in: Box<str>,
    /// What is billed.
    pub billed: Vec<Billed>,
    /// Why its price is unknown, if that is certain.
    #[serde(default)]
    pub unpriced: Option<Box<str>>,
    /// The AWS CLI command that would end it; for a volume of a stopped instance the one that shows its attachments. It
    /// is only shown, and empty where a run could not confirm the resource.
    pub command: Box<str>,
}

impl Unused {
    /// The `Name` tag; empty if there is none.
    pub fn name(&self) -> &str {
        self.tags.get("Name").unwrap_or_default()
    }

    /// Whether it is advice about something that is in use.
    pub fn is_advice(&self) -> bool {
        matches!(self.why, WhyUnused::Cheaper { .. })
    }

    /// Whether it may be a standby, as a routed gateway without traffic may.
    pub fn may_be_standby(&self) -> bool {
        matches!(self.why, WhyUnused::NoTraffic { routed: true, .. })
    }
}
