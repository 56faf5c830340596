//! The answers of `aws rds describe-db-instances` and `aws rds describe-db-clusters`, reduced to what rules read.

use serde_json::Value;

use crate::engine::config::UNKNOWN;
use crate::engine::model::{Database, Instance, Member, ResourceId, Tags, Target};
use crate::local::inventory::Recorded;
use crate::local::reduce::{filled, flag, instant, list, number, region_of, tags_of, target_of, text};

/// What an answer lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Listing {
    /// DB instances.
    Instances,
    /// DB clusters.
    Clusters,
}

impl Listing {
    /// Every listing, with the key of its list.
    pub(super) const ALL: [(&str, Self); 2] = [("DBInstances", Self::Instances), ("DBClusters", Self::Clusters)];

    /// What a whole entry has besides its status. What a `--query` leaves out might be what protects a database.
    const WHOLE: [(&str, Self); 2] =
        [("DBInstanceIdentifier", Self::Instances), ("DBClusterIdentifier", Self::Clusters)];

    /// What a single entry is, outside of its list. A member of a cluster names its cluster as well.
    pub(super) fn of(value: &Value) -> Option<Self> {
        let (_, listing) = Self::WHOLE.into_iter().find(|(key, _)| value.get(key).is_some())?;
        let status = match listing {
            Self::Instances => "DBInstanceStatus",
            Self::Clusters => "Status",
        };
        let is_whole = [status, "Engine", "TagList"].iter().all(|key| value.get(key).is_some());
        is_whole.then_some(listing)
    }
}

impl Recorded {
    /// The databases of a list.
    pub(super) fn from_databases(listing: Listing, databases: &[Value]) -> Self {
        Self::of_found(databases.iter().map(|raw| match listing {
            Listing::Instances => instance(raw),
            Listing::Clusters => cluster(raw),
        }))
    }
}

fn names<'a>(raw: &'a Value, keys: &'a [&str]) -> impl Iterator<Item = Box<str>> + 'a {
    keys.iter().flat_map(move |key| list(raw, key)).filter_map(Value::as_str).map(Box::from)
}

/// Account and Region are in the ARN. Without it, an Availability Zone shows the Region.
fn place(arn: Option<&str>, zone: Option<&str>) -> Target {
    let unknown = || Target::new(UNKNOWN, zone.map_or(UNKNOWN, region_of));
    arn.and_then(|arn| target_of(arn, "rds")).unwrap_or_else(unknown)
}

fn tags(raw: &Value) -> Option<Tags> {
    tags_of(raw, "TagList", ["Key", "Value"])
}

/// One entry of `DBInstances`.
fn instance(raw: &Value) -> Instance {
    let place = place(text(raw, &["DBInstanceArn"]), text(raw, &["AvailabilityZone"]));
    let sources = ["ReadReplicaSourceDBInstanceIdentifier", "ReadReplicaSourceDBClusterIdentifier"];
    let replicas = ["ReadReplicaDBInstanceIdentifiers", "ReadReplicaDBClusterIdentifiers"];
    let standby = filled(raw, &["SecondaryAvailabilityZone"]).map(|_| true);
    let facts = Database {
        status: filled(raw, &["DBInstanceStatus"]).unwrap_or_default(),
        engine: filled(raw, &["Engine"]).unwrap_or_default(),
        created: instant(raw, &["InstanceCreateTime"]),
        multi_az: standby.or_else(|| flag(raw, &["MultiAZ"])),
        license: filled(raw, &["LicenseModel"]),
        storage: filled(raw, &["StorageType"]),
        custom: filled(raw, &["CustomIamInstanceProfile"]).is_some(),
        cluster: filled(raw, &["DBClusterIdentifier"]),
        replica_of: sources.iter().find_map(|key| filled(raw, &[key])),
        replicas: names(raw, &replicas).collect(),
        retention: number(raw, "BackupRetentionPeriod"),
        restarts: instant(raw, &["AutomaticRestartTime"]),
        maintenance: filled(raw, &["PreferredMaintenanceWindow"]),
        ..Database::default()
    };
    let id = ResourceId::db_instance(place, text(raw, &["DBInstanceIdentifier"]).unwrap_or_default());
    Instance::database(id, text(raw, &["DBInstanceClass"]).unwrap_or_default(), tags(raw), facts)
}

/// One entry of `DBClusters`.
fn cluster(raw: &Value) -> Instance {
    let zone = list(raw, "AvailabilityZones").first().and_then(Value::as_str);
    let place = place(text(raw, &["DBClusterArn"]), zone);
    let member = |member: &Value| Some(Member { name: text(member, &["DBInstanceIdentifier"])?.into(), class: None });
    let forwards = filled(raw, &["GlobalWriteForwardingStatus"]).filter(|status| **status != *"disabled");
    let capacity = raw.get("ServerlessV2ScalingConfiguration").and_then(|scaling| scaling.get("MinCapacity"));
    let facts = Database {
        status: filled(raw, &["Status"]).unwrap_or_default(),
        engine: filled(raw, &["Engine"]).unwrap_or_default(),
        engine_mode: filled(raw, &["EngineMode"]),
        created: instant(raw, &["ClusterCreateTime"]),
        multi_az: flag(raw, &["MultiAZ"]),
        storage: filled(raw, &["StorageType"]),
        replica_of: filled(raw, &["ReplicationSourceIdentifier"]),
        replicas: names(raw, &["ReadReplicaIdentifiers"]).collect(),
        global: filled(raw, &["GlobalClusterIdentifier"]).or_else(|| forwards.map(|_| Box::default())),
        cluster_class: filled(raw, &["DBClusterInstanceClass"]),
        limitless: text(raw, &["ClusterScalabilityType"]) == Some("limitless"),
        scales_to_zero: capacity.and_then(Value::as_f64) == Some(0.0),
        retention: number(raw, "BackupRetentionPeriod"),
        restarts: instant(raw, &["AutomaticRestartTime"]),
        maintenance: filled(raw, &["PreferredMaintenanceWindow"]),
        members: list(raw, "DBClusterMembers").iter().filter_map(member).collect(),
        ..Database::default()
    };
    let id = ResourceId::db_cluster(place, text(raw, &["DBClusterIdentifier"]).unwrap_or_default());
    Instance::database(id, "", tags(raw), facts)
}
