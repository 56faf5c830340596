//! Which databases AWS refuses to stop, or where a stop would save nothing. The refusals are those of "Stopping an
//! Amazon RDS DB instance temporarily" and "Stopping and starting an Amazon Aurora DB cluster" in AWS's user guides.

use crate::engine::model::{CannotStop, Database, ResourceId};

/// The engines whose DB instances AWS can stop alone.
const INSTANCES: [&str; 16] = [
    "db2-ae",
    "db2-se",
    "mariadb",
    "mysql",
    "oracle-ee",
    "oracle-ee-cdb",
    "oracle-se",
    "oracle-se1",
    "oracle-se2",
    "oracle-se2-cdb",
    "postgres",
    "sqlserver-dev-ee",
    "sqlserver-ee",
    "sqlserver-ex",
    "sqlserver-se",
    "sqlserver-web",
];

/// The engines whose clusters AWS can stop.
const CLUSTERS: [&str; 5] = ["aurora", "aurora-mysql", "aurora-postgresql", "docdb", "neptune"];

/// What AWS says about a refusal, or `None`.
pub(crate) fn refusal(id: &ResourceId, facts: &Database) -> Option<CannotStop> {
    let owned = |text: &str| text.to_owned();
    if let Some(cluster) = &facts.cluster {
        return Some(CannotStop::Member(owned(cluster)));
    }
    if facts.custom || facts.engine.starts_with("custom-") {
        return Some(CannotStop::Custom(owned(&facts.engine)));
    }
    if let Some(source) = &facts.replica_of {
        return Some(CannotStop::Replica(owned(source)));
    }
    if let Some(replica) = facts.replicas.first() {
        return Some(CannotStop::Source(owned(replica)));
    }
    if id.is_db_cluster() { of_cluster(facts) } else { of_instance(facts) }
}

fn of_instance(facts: &Database) -> Option<CannotStop> {
    // An answer that does not say whether there is a standby may be about one that has.
    if facts.engine.starts_with("sqlserver") && facts.multi_az != Some(false) {
        return Some(CannotStop::SqlServerMultiAz);
    }
    (!INSTANCES.contains(&&*facts.engine)).then(|| CannotStop::Engine(facts.engine.to_string()))
}

fn of_cluster(facts: &Database) -> Option<CannotStop> {
    if let Some(global) = &facts.global {
        return Some(CannotStop::Global(global.to_string()));
    }
    match facts.engine_mode.as_deref() {
        Some("serverless") => return Some(CannotStop::ServerlessV1),
        Some("global") => return Some(CannotStop::Global(String::new())),
        Some(_) | None => {}
    }
    if facts.limitless {
        return Some(CannotStop::Limitless);
    }
    if facts.cluster_class.is_some() || matches!(&*facts.engine, "mysql" | "postgres") {
        return Some(CannotStop::MultiAzCluster(facts.engine.to_string()));
    }
    if !CLUSTERS.contains(&&*facts.engine) {
        return Some(CannotStop::Engine(facts.engine.to_string()));
    }
    facts.members.is_empty().then_some(CannotStop::NoMembers)
}
