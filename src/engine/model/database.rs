//! The facts that only databases have: RDS DB instances, and clusters of Aurora, Neptune and DocumentDB. A cluster is one
//! resource, because its instances cannot be stopped alone; they are its size and its price.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::model::{Instance, ResourceId, State, Tags, sane_option};

/// Every field is as DescribeDBInstances or DescribeDBClusters returned it; `None` means that the response did not have
/// it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Database {
    /// The status as AWS names it, such as `backing-up`.
    pub status: Box<str>,
    /// The engine, such as `postgres` or `aurora-mysql`.
    pub engine: Box<str>,
    /// The engine mode of a cluster; `serverless` is Aurora Serverless v1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine_mode: Option<Box<str>>,
    /// When it was created. No field says when it was started.
    #[serde(default, deserialize_with = "sane_option")]
    pub created: Option<DateTime<Utc>>,
    /// Whether it has a standby in another Availability Zone.
    pub multi_az: Option<bool>,
    /// The licence model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<Box<str>>,
    /// The storage type; `aurora-iopt1` has its own price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage: Option<Box<str>>,
    /// Whether it is RDS Custom.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub custom: bool,
    /// The cluster that it is a member of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<Box<str>>,
    /// What it is a replica of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replica_of: Option<Box<str>>,
    /// Its replicas.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub replicas: Box<[Box<str>]>,
    /// The global database that a cluster is part of; empty where only its setting for writes shows that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub global: Option<Box<str>>,
    /// The class of a Multi-AZ DB cluster. Other clusters have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster_class: Option<Box<str>>,
    /// Whether a cluster is an Aurora Limitless Database.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub limitless: bool,
    /// Whether a cluster of Serverless v2 may scale to 0 capacity units.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub scales_to_zero: bool,
    /// For how many days automated backups are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<u32>,
    /// When AWS starts it again, if it is stopped.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "sane_option")]
    pub restarts: Option<DateTime<Utc>>,
    /// Its weekly maintenance window, as AWS writes it: `sun:05:00-sun:05:30` in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maintenance: Option<Box<str>>,
    /// Whether AWS made its last start, because it had been stopped for seven days.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub restarted_by_aws: bool,
    /// When it was first found stopped, if only AWS has started it since.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "sane_option")]
    pub resting: Option<DateTime<Utc>>,
    /// Whether the reaper's last stop of it failed: AWS accepted the stop, and it is available again without a start.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stop_failed: bool,
    /// Whether it is stopped, and the events that show whether others started it meanwhile could not be read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub doubtful: bool,
    /// The instances of a cluster.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub members: Box<[Member]>,
}

/// What AWS reports that happened to a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseEvent {
    /// Which database.
    pub id: ResourceId,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub what: Happened,
}

/// What happened to a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// It was started, by anybody.
    Started,
    /// It was stopped, by anybody.
    Stopped,
    /// AWS begins to start it, because it has been stopped for seven days.
    StartedByAws,
}

/// An instance of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Member {
    /// Its identifier.
    pub name: Box<str>,
    /// Its class; `None` where the instance itself was not listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<Box<str>>,
}

/// Why AWS refuses to stop a database or a service, or why a stop would save nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CannotStop {
    /// A member of this cluster: AWS stops the cluster as a whole.
    Member(String),
    /// A read replica of this source.
    Replica(String),
    /// It has this read replica.
    Source(String),
    /// Part of this global database.
    Global(String),
    /// Aurora Serverless v1.
    ServerlessV1,
    /// Aurora Limitless Database.
    Limitless,
    /// A Multi-AZ DB cluster of this engine.
    MultiAzCluster(String),
    /// SQL Server with Mirroring or Always On.
    SqlServerMultiAz,
    /// RDS Custom.
    Custom(String),
    /// An engine that is unknown to this release.
    Engine(String),
    /// A cluster without instances.
    NoMembers,
    /// A service of this scheduling strategy: only `REPLICA` has a desired count.
    Strategy(String),
    /// A service in Express Mode: ECS manages its size.
    Express,
    /// A service whose tasks run on this capacity, which is not billed by the task.
    Capacity(String),
    /// A service with tasks on servers outside of AWS.
    External,
}

impl Instance {
    /// A database, mapped to the facts that all resources share. `class` is the class of an instance.
    pub fn database(id: ResourceId, class: &str, tags: Option<Tags>, facts: Database) -> Self {
        let found = Self::of_kind(id, state(&facts.status), class, facts.created, tags);
        Self { database: Some(Box::new(facts)), ..found }.sized()
    }

    /// What is measured in its place: the instances of a database, or the volumes of an instance whose own metrics lack
    /// them.
    pub fn parts(&self) -> Box<[Box<str>]> {
        match &self.database {
            Some(facts) if self.id.is_db_cluster() => facts.members.iter().map(|member| member.name.clone()).collect(),
            Some(_) => Box::new([self.id.identifier().into()]),
            None => self.details.volumes.clone(),
        }
    }

    /// Adds the class of a member that was listed as an instance. Returns whether it is a member of this cluster.
    pub fn take_member(&mut self, name: &str, class: &str) -> bool {
        let Some(facts) = &mut self.database else { return false };
        let Some(member) = facts.members.iter_mut().find(|member| *member.name == *name) else { return false };
        member.class = Some(class).filter(|class| !class.is_empty()).map(Box::from);
        *self = self.clone().sized();
        true
    }

    /// The type of a cluster is the class of its members; several classes are joined with `+`.
    fn sized(mut self) -> Self {
        if let Some(facts) = self.database.as_ref().filter(|facts| !facts.members.is_empty()) {
            let classes: Option<Vec<&str>> = facts.members.iter().map(|member| member.class.as_deref()).collect();
            let mut classes = classes.unwrap_or_default();
            classes.sort_unstable();
            classes.dedup();
            self.kind = classes.join("+").into();
        }
        self
    }
}

/// The state for the status that AWS names. Every status but these is one that AWS leaves by itself, or that a person
/// must mend; in none of them a database can be stopped or started.
fn state(status: &str) -> State {
    match status {
        "available" => State::Running,
        "stopped" => State::Stopped,
        "stopping" => State::Stopping,
        "starting" => State::Pending,
        "deleting" => State::ShuttingDown,
        "" => State::Unknown,
        _ => State::Changing,
    }
}
