//! What the price list sells.

use serde::{Deserialize, Serialize};

/// The price list's units of what is sold by the hour.
const HOURS: [&str; 3] = ["Hrs", "hours", "GB-Hours"];

/// A product of the price list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Product {
    /// A running instance. A price of the record without a product is one.
    #[default]
    Instance,
    /// A running DB instance.
    Database,
    /// A vCPU, a gigabyte of memory or the licence of a vCPU on Fargate, by its usage type.
    Fargate,
    /// A gigabyte of ephemeral storage on Fargate.
    FargateStorage,
    /// A gigabyte of a type of volume, for a month.
    Storage,
    /// An operation per second of a type of volume, for a month.
    Iops,
    /// A gibibyte per second of a type of volume, for a month.
    Throughput,
    /// A public IPv4 address, `Idle` or `InUse`.
    PublicAddress,
    /// A NAT gateway.
    NatGateway,
    /// A load balancer: `application`, `network`, `gateway` or `classic`.
    LoadBalancer,
    /// The control plane of an EKS cluster in standard support.
    EksCluster,
}

impl Product {
    /// Whether files omit it.
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde passes references
    pub(crate) fn is_implied(&self) -> bool {
        *self == Self::default()
    }

    /// Whether its price is for an hour. Otherwise it is for a month.
    pub fn is_hourly(self) -> bool {
        HOURS.contains(&self.unit())
    }

    /// The unit of its price in the price list.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Instance | Self::Database | Self::EksCluster => "Hrs",
            Self::PublicAddress | Self::NatGateway | Self::LoadBalancer => "Hrs",
            Self::Fargate => "hours",
            Self::FargateStorage => "GB-Hours",
            Self::Storage => "GB-Mo",
            Self::Iops => "IOPS-Mo",
            Self::Throughput => "GiBps-mo",
        }
    }
}
