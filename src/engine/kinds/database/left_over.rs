//! Databases that a blue/green switch-over left behind. AWS renames the old one to `NAME-old1`, gives its name to the new
//! one, and bills both.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::cost::parts::{Part, parts};
use crate::engine::cost::price::PriceKey;
use crate::engine::kinds::reported::{Surroundings, quoted};
use crate::engine::kinds::traffic::{Counter, Traffic};
use crate::engine::model::{Billed, Database, Instance, ReportOnly, ResourceId, Tags, Unused, WhyUnused, sane_option};

/// The days without a connection: the window of AWS Compute Optimizer for idle databases.
pub const DAYS: u32 = 14;

/// The engines for which RDS has blue/green deployments.
const ENGINES: [&str; 5] = ["mysql", "mariadb", "postgres", "aurora-mysql", "aurora-postgresql"];

/// The highest number of connections. A database that was stopped for part of the window has no values there.
const fn connections(dimension: &'static str) -> [Counter; 1] {
    let (namespace, name, statistic) = ("AWS/RDS", "DatabaseConnections", "Maximum");
    [Counter { namespace, name, statistic, dimension, always: false }]
}

const OF_INSTANCE: [Counter; 1] = connections("DBInstanceIdentifier");
const OF_CLUSTER: [Counter; 1] = connections("DBClusterIdentifier");

/// A database with the name of one that was replaced, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LeftOver {
    /// `db:NAME-old1` or `cluster:NAME-old1`.
    pub id: Box<str>,
    /// Its class; of a cluster that of its members.
    pub class: Box<str>,
    /// What AWS returned about it.
    pub facts: Database,
    /// Its tags.
    pub tags: Tags,
    /// The database that has its former name.
    pub successor: Box<str>,
    /// When that was created.
    #[serde(deserialize_with = "sane_option")]
    pub replaced: Option<DateTime<Utc>>,
    /// Whether anything has connected to it.
    #[serde(default)]
    pub traffic: Traffic,
}

/// The former name of a database that AWS has renamed: `orders` of `orders-old1`.
fn former(identifier: &str) -> Option<&str> {
    let (name, number) = identifier.rsplit_once("-old")?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !name.is_empty()).then_some(name)
}

/// The databases that a switch-over left behind, among all of one account and Region. A name alone shows nothing: a newer
/// database of the same kind and engine must have the former name. What replicates to or from another database that is
/// still in use, or is part of a global one, is in use itself.
pub fn left_over(found: &[Instance]) -> Vec<LeftOver> {
    let of = |old: &Instance| -> Option<LeftOver> {
        let facts = old.database.as_deref()?;
        let name = former(old.id.identifier())?;
        let has_name =
            |other: &&Instance| other.id.identifier() == name && other.id.is_db_cluster() == old.id.is_db_cluster();
        let new = found.iter().find(has_name).and_then(|new| new.database.as_deref())?;
        let is_newer = facts.created.zip(new.created).is_some_and(|(old, new)| old < new);
        let is_candidate = facts.cluster.is_none() && facts.global.is_none() && !old.tags_unreadable;
        let is_gone = matches!(&*facts.status, "" | "creating" | "deleting");
        let known = ENGINES.contains(&&*facts.engine) && facts.engine == new.engine;
        if !is_candidate || !is_newer || !known || is_gone || replicates(facts) {
            return None;
        }
        Some(LeftOver {
            id: (&*old.id.name).into(),
            class: old.kind.clone(),
            facts: facts.clone(),
            tags: old.tags.clone(),
            successor: name.into(),
            replaced: new.created,
            traffic: Traffic::default(),
        })
    };
    found.iter().filter_map(of).collect()
}

/// Whether it replicates to or from a database that was not left behind itself. Names of other Regions are ARNs.
fn replicates(facts: &Database) -> bool {
    let mut others = facts.replicas.iter().chain(&facts.replica_of);
    others.any(|other| former(other.rsplit(':').next().unwrap_or_default()).is_none())
}

impl LeftOver {
    /// The id of the database itself, in this account and Region.
    fn resource(&self, around: &Surroundings<'_>) -> ResourceId {
        ResourceId::named(around.place.clone(), &*self.id)
    }

    /// Its identifier.
    pub fn identifier(&self) -> &str {
        self.id.split_once(':').map_or(&*self.id, |(_, identifier)| identifier)
    }

    /// Whether anything can connect to it. Stopped, it has no metrics.
    pub fn is_up(&self) -> bool {
        !matches!(&*self.facts.status, "stopped" | "stopping")
    }

    /// What counts its connections.
    pub fn counters(&self) -> &'static [Counter] {
        if self.id.starts_with("cluster:") { &OF_CLUSTER } else { &OF_INSTANCE }
    }

    /// Why it seems to be forgotten; `None` where something connects to it.
    pub fn unused(&self, around: &Surroundings<'_>) -> Option<Unused> {
        if self.traffic == Traffic::Carried {
            return None;
        }
        let instance = Instance::database(self.resource(around), &self.class, None, self.facts.clone());
        let billed = |Part { key, quantity }: &Part| {
            let PriceKey { product, kind, operation, .. } = key.clone();
            Billed { product, kind, operation, quantity: *quantity }
        };
        let (billed, unpriced) = match parts(&instance) {
            _ if !self.is_up() => (Vec::new(), Some("it is stopped, and only its storage is billed".to_owned())),
            Ok(parts) => (parts.iter().map(billed).collect(), None),
            Err(cause) => (Vec::new(), Some(cause)),
        };
        let classes = match self.facts.members.len() {
            0 | 1 => instance.kind.to_string(),
            members => format!("{members} × {}", instance.kind),
        };
        Some(Unused {
            size: format!("{classes} {}", self.facts.engine).trim_start().into(),
            not_before: self.replaced,
            billed,
            unpriced: unpriced.map(Into::into),
            command: self.command(&around.place.region).into(),
            ..around.unused(
                ReportOnly::ReplacedDatabase,
                &self.id,
                WhyUnused::Replaced { by: self.successor.clone() },
                &self.tags,
            )
        })
    }

    /// Deletes it after a last snapshot. A cluster of Aurora is deleted only after its instances.
    fn command(&self, region: &str) -> String {
        let (region, identifier) = (quoted(region), self.identifier());
        let last = quoted(&format!("{identifier}-final"));
        let delete = |what: &str, identifier: &str| {
            let identifier = quoted(identifier);
            format!("aws rds delete-db-{what} --db-{what}-identifier {identifier} --region {region}")
        };
        let cluster = self.id.starts_with("cluster:");
        let what = if cluster { "cluster" } else { "instance" };
        let members = self.facts.members.iter().filter(|_| self.facts.cluster_class.is_none());
        let mut commands: Vec<String> = members.map(|member| delete("instance", &member.name)).collect();
        commands.push(format!("{} --final-db-snapshot-identifier {last}", delete(what, identifier)));
        commands.join(" && ")
    }
}
