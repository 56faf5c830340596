//! What the kinds that are only reported have in common: their facts, what is around them, and who else may manage
//! them.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::kinds::address::Address;
use crate::engine::kinds::database::left_over::LeftOver;
use crate::engine::kinds::eks::Cluster;
use crate::engine::kinds::gateway::Gateway;
use crate::engine::kinds::load_balancer::LoadBalancer;
use crate::engine::kinds::volume::Volume;
use crate::engine::model::{ReportOnly, Tags, Target, Unused, UnusedId, WhyUnused};

/// What AWS returned about one resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Facts {
    /// A volume.
    Volume(Volume),
    /// An address.
    Address(Address),
    /// A NAT gateway.
    NatGateway(Gateway),
    /// A load balancer.
    LoadBalancer(LoadBalancer),
    /// An EKS cluster.
    EksCluster(Cluster),
    /// A database that a switch-over left behind.
    ReplacedDatabase(Box<LeftOver>),
}

impl Facts {
    /// Why it seems to be forgotten; `None` where it is in use, or where that is unknown.
    pub fn unused(&self, around: &Surroundings<'_>) -> Option<Unused> {
        match self {
            Self::Volume(volume) => volume.unused(around),
            Self::Address(address) => address.unused(around),
            Self::NatGateway(gateway) => gateway.unused(around),
            Self::LoadBalancer(balancer) => balancer.unused(around),
            Self::EksCluster(cluster) => cluster.unused(around),
            Self::ReplacedDatabase(database) => database.unused(around),
        }
    }

    /// Its kind.
    pub fn kind(&self) -> ReportOnly {
        match self {
            Self::Volume(_) => ReportOnly::Volume,
            Self::Address(_) => ReportOnly::Address,
            Self::NatGateway(_) => ReportOnly::NatGateway,
            Self::LoadBalancer(_) => ReportOnly::LoadBalancer,
            Self::EksCluster(_) => ReportOnly::EksCluster,
            Self::ReplacedDatabase(_) => ReportOnly::ReplacedDatabase,
        }
    }

    /// Its id within its account and Region.
    pub fn id(&self) -> &str {
        match self {
            Self::Volume(volume) => &volume.id,
            Self::Address(address) => address.id(),
            Self::NatGateway(gateway) => &gateway.id,
            Self::LoadBalancer(balancer) => &balancer.id,
            Self::EksCluster(cluster) => &cluster.name,
            Self::ReplacedDatabase(database) => &database.id,
        }
    }

    /// The instances that it is attached to, as far as they are known.
    pub fn instances(&self) -> impl Iterator<Item = &str> {
        let (attached, instance) = match self {
            Self::Volume(volume) => (volume.attached.as_slice(), None),
            Self::Address(address) => (&[][..], address.instance.as_deref()),
            Self::NatGateway(_) | Self::LoadBalancer(_) | Self::EksCluster(_) | Self::ReplacedDatabase(_) => {
                (&[][..], None)
            }
        };
        attached.iter().filter_map(Option::as_deref).chain(instance)
    }
}

/// What a resource is judged by besides its own facts.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// Its account and Region.
    pub place: &'a Arc<Target>,
    /// The stopped instances there, by id. An instance that is not among them is in use, or unknown.
    pub stopped: &'a HashMap<Arc<str>, Stopped>,
}

impl Surroundings<'_> {
    /// What every kind says alike about a resource with these tags; it is priced in its Region.
    pub(crate) fn unused(&self, kind: ReportOnly, id: &str, why: WhyUnused, tags: &Tags) -> Unused {
        Unused {
            id: UnusedId { place: self.place.clone(), kind, id: id.into() },
            why,
            size: Box::default(),
            tags: tags.clone(),
            not_before: None,
            managed: relied_on(tags).or_else(|| manager(tags)),
            priced_in: (&*self.place.region).into(),
            billed: Vec::new(),
            unpriced: None,
            command: Box::default(),
        }
    }
}

/// A stopped instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// Whether the reaper stopped it, and nobody has touched it since.
    pub by_reaper: bool,
    /// When it was last started.
    pub launched: Option<DateTime<Utc>>,
}

/// Beginnings of tag keys by which other tools mark what they manage and may need again: Kubernetes and its storage and
/// load balancer drivers, backup and replication (Velero, AWS Backup, Data Lifecycle Manager, Elastic Disaster Recovery,
/// Application Migration Service), and AWS services that make resources in the account. In lower case.
const OF_OTHERS: [&str; 22] = [
    "kubernetes.io/",
    "k8s.io/",
    "kubernetescluster",
    "csivolumename",
    "ebs.csi.aws.com/",
    "elbv2.k8s.aws/",
    "ingress.k8s.aws/",
    "service.k8s.aws/",
    "eks:",
    "karpenter.",
    "velero.io/",
    "velero",
    "aws:backup:",
    "aws:dlm:",
    "dlm:",
    "awselasticdisasterrecovery",
    "awsapplicationmigrationservice",
    "aws:elasticmapreduce:",
    "elasticbeanstalk:",
    "awsbatchservicetag",
    "amazonecsmanaged",
    "aws:ecs:",
];

/// Parts of a name or a tag which say that others rely on the resource: a partner's firewall on an address, a plan for
/// disasters on a gateway. An address that is released never comes back.
const RELIED_ON: [&str; 6] = ["allowlist", "allow-list", "allow_list", "whitelist", "white-list", "standby"];

/// The tag that says that others rely on the resource.
pub(crate) fn relied_on(tags: &Tags) -> Option<Box<str>> {
    let relied_on = |text: &str| RELIED_ON.iter().any(|part| text.to_ascii_lowercase().contains(part));
    let tag = tags.iter().find(|(key, value)| relied_on(key) || relied_on(value));
    tag.map(|(key, value)| format!("tag `{key}={value}`").into())
}

/// The tag that says that another tool manages the resource.
pub(crate) fn manager(tags: &Tags) -> Option<Box<str>> {
    let is_theirs = |key: &str| OF_OTHERS.iter().any(|begin| key.to_ascii_lowercase().starts_with(begin));
    tags.iter().find(|(key, _)| is_theirs(key)).map(|(key, _)| format!("tag `{key}`").into())
}

/// A value in a command for a shell. What AWS names needs no quotes; anything else gets them.
pub(crate) fn quoted(value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/".contains(c);
    if !value.is_empty() && value.chars().all(is_plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', r"'\''"))
}
