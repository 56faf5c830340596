//! What the kinds that are only reported have in common: their facts, what is around them, and who else may manage
//! them.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::engine::kinds::address::Address;
use crate::engine::kinds::volume::Volume;
use crate::engine::model::{ReportOnly, Tags, Target, Unused, UnusedId};

/// What AWS returned about one resource.
#[derive(Clone, Debug, PartialEq)]
pub enum Facts {
    /// A volume.
    Volume(Volume),
    /// An address.
    Address(Address),
}

impl Facts {
    /// Why it seems to be forgotten; `None` where it is in use, or where that is unknown.
    pub fn unused(&self, around: &Around<'_>) -> Option<Unused> {
        match self {
            Self::Volume(volume) => volume.unused(around),
            Self::Address(address) => address.unused(around),
        }
    }
}

/// What a resource is judged by besides its own facts.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// Its account and Region.
    pub place: &'a Arc<Target>,
    /// The stopped instances there, by id. An instance that is not among them is in use, or unknown.
    pub stopped: &'a HashMap<Arc<str>, Stopped>,
}

impl Around<'_> {
    pub(crate) fn id(&self, kind: ReportOnly, id: &str) -> UnusedId {
        UnusedId { place: self.place.clone(), kind, id: id.into() }
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
