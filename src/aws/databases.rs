//! Every database of a target: DescribeDBInstances and DescribeDBClusters. RDS answers for Neptune and DocumentDB, too.

use std::sync::Arc;

use aws_sdk_rds::Client;
use aws_sdk_rds::types::{DbCluster, DbInstance, Tag};

use crate::aws::answers::{self, check_account, filled, instant};
use crate::aws::client::Access;
use crate::aws::errors::unless_denied;
use crate::aws::{all, listed};
use crate::engine::kinds::database::join_clusters;
use crate::engine::model::{Database, Instance, Member, ResourceId, Tags, Target};

const INSTANCES: &str = "rds:DescribeDBInstances";
const CLUSTERS: &str = "rds:DescribeDBClusters";

/// The maximum number of entries on a page.
const PAGE: i32 = 100;

/// One cause for every account that lacks the permission: AWS's message names the account and the request.
const DENIED: &str = "the reading role may not list them; set the parameter `Databases` of spoke.yaml to `yes`, or give it \
                      `rds:DescribeDBInstances` and `rds:DescribeDBClusters`";

/// Every database.
///
/// # Errors
/// Why they are unknown. A part of them is not returned.
pub(crate) async fn list(access: &Access<'_>) -> Result<Vec<Instance>, String> {
    let (client, place) = (access.client(), Arc::new(access.target.clone()));
    let mut found = instances(&client, &place).await?;
    found.extend(clusters(&client, &place).await?);
    Ok(join_clusters(found))
}

async fn instances(client: &Client, place: &Arc<Target>) -> Result<Vec<Instance>, String> {
    let page = async |token| {
        let page = client.describe_db_instances().max_records(PAGE).set_marker(token).send().await;
        let page = page.map_err(|error| unless_denied(INSTANCES, &error, DENIED))?;
        Ok((listed(INSTANCES, page.db_instances)?, page.marker))
    };
    let found = all(INSTANCES, page).await?;
    let check = |raw: &DbInstance| check_account(INSTANCES, place, raw.db_instance_arn(), "databases");
    found.iter().map(|raw| check(raw).map(|()| instance(place, raw))).collect()
}

async fn clusters(client: &Client, place: &Arc<Target>) -> Result<Vec<Instance>, String> {
    let page = async |token| {
        let page = client.describe_db_clusters().max_records(PAGE).set_marker(token).send().await;
        let page = page.map_err(|error| unless_denied(CLUSTERS, &error, DENIED))?;
        Ok((listed(CLUSTERS, page.db_clusters)?, page.marker))
    };
    let found = all(CLUSTERS, page).await?;
    let check = |raw: &DbCluster| check_account(CLUSTERS, place, raw.db_cluster_arn(), "databases");
    found.iter().map(|raw| check(raw).map(|()| cluster(place, raw))).collect()
}

fn instance(place: &Arc<Target>, raw: &DbInstance) -> Instance {
    let replicas = [raw.read_replica_db_instance_identifiers(), raw.read_replica_db_cluster_identifiers()].concat();
    let source = filled(raw.read_replica_source_db_instance_identifier())
        .or(filled(raw.read_replica_source_db_cluster_identifier()));
    let standby = filled(raw.secondary_availability_zone()).map(|_| true);
    let facts = Database {
        status: filled(raw.db_instance_status()).unwrap_or_default(),
        engine: filled(raw.engine()).unwrap_or_default(),
        created: instant(raw.instance_create_time()),
        multi_az: standby.or(raw.multi_az()),
        license: filled(raw.license_model()),
        storage: filled(raw.storage_type()),
        custom: filled(raw.custom_iam_instance_profile()).is_some(),
        cluster: filled(raw.db_cluster_identifier()),
        replica_of: source,
        replicas: replicas.into_iter().map(Box::from).collect(),
        retention: raw.backup_retention_period().and_then(|days| u32::try_from(days).ok()),
        restarts: instant(raw.automatic_restart_time()),
        maintenance: filled(raw.preferred_maintenance_window()),
        ..Database::default()
    };
    let id = ResourceId::db_instance(place.clone(), raw.db_instance_identifier().unwrap_or_default());
    Instance::database(id, raw.db_instance_class().unwrap_or_default(), tags(raw.tag_list.as_deref()), facts)
}

fn cluster(place: &Arc<Target>, raw: &DbCluster) -> Instance {
    let forwards = raw.global_write_forwarding_status().filter(|status| status.as_str() != "disabled");
    let capacity = raw.serverless_v2_scaling_configuration().and_then(|scaling| scaling.min_capacity());
    let member = |name: &str| Member { name: name.into(), class: None };
    let members = raw.db_cluster_members().iter().filter_map(|one| one.db_instance_identifier()).map(member);
    let facts = Database {
        status: filled(raw.status()).unwrap_or_default(),
        engine: filled(raw.engine()).unwrap_or_default(),
        engine_mode: filled(raw.engine_mode()),
        created: instant(raw.cluster_create_time()),
        multi_az: raw.multi_az(),
        storage: filled(raw.storage_type()),
        replica_of: filled(raw.replication_source_identifier()),
        replicas: raw.read_replica_identifiers().iter().map(|name| name.as_str().into()).collect(),
        global: filled(raw.global_cluster_identifier()).or(forwards.map(|_| Box::default())),
        cluster_class: filled(raw.db_cluster_instance_class()),
        limitless: raw.cluster_scalability_type().is_some_and(|kind| kind.as_str() == "limitless"),
        scales_to_zero: capacity == Some(0.0),
        retention: raw.backup_retention_period().and_then(|days| u32::try_from(days).ok()),
        restarts: instant(raw.automatic_restart_time()),
        maintenance: filled(raw.preferred_maintenance_window()),
        members: members.collect(),
        ..Database::default()
    };
    let id = ResourceId::db_cluster(place.clone(), raw.db_cluster_identifier().unwrap_or_default());
    Instance::database(id, "", tags(raw.tag_list.as_deref()), facts)
}

fn tags(raw: Option<&[Tag]>) -> Option<Tags> {
    answers::tags(raw, |tag| (tag.key(), tag.value()))
}

#[cfg(test)]
mod tests {
    use aws_sdk_rds::types::{DbClusterMember, ServerlessV2ScalingConfigurationInfo, WriteForwardingStatus};

    use super::*;
    use crate::engine::model::State;

    fn place() -> Arc<Target> {
        Arc::new(Target::new("111111111111", "eu-west-1"))
    }

    fn tag(key: &str) -> Tag {
        Tag::builder().key(key).value("dev").build()
    }

    #[test]
    fn an_instance_is_reduced_to_what_is_used() {
        let raw = DbInstance::builder()
            .db_instance_identifier("orders")
            .db_instance_class("db.t3.medium")
            .db_instance_status("available")
            .engine("postgres")
            .multi_az(false)
            .secondary_availability_zone("eu-west-1b")
            .read_replica_source_db_cluster_identifier("main")
            .read_replica_db_cluster_identifiers("copy")
            .custom_iam_instance_profile("p")
            .db_cluster_identifier("c")
            .backup_retention_period(7)
            .preferred_maintenance_window("sun:05:00-sun:05:30")
            .tag_list(tag("Env"))
            .build();
        let found = instance(&place(), &raw);
        let facts = found.database.as_deref().unwrap();
        assert_eq!((&*found.id.name, &*found.kind, found.state), ("db:orders", "db.t3.medium", State::Running));
        assert_eq!((facts.multi_az, facts.custom, facts.retention), (Some(true), true, Some(7)));
        assert_eq!((facts.cluster.as_deref(), facts.replica_of.as_deref()), (Some("c"), Some("main")));
        assert_eq!(facts.maintenance.as_deref(), Some("sun:05:00-sun:05:30"));
        assert_eq!((&*facts.replicas, found.tags.get("Env")), (&["copy".into()][..], Some("dev")));
    }

    #[test]
    fn a_cluster_has_its_members_and_what_protects_it() {
        let member = DbClusterMember::builder().db_instance_identifier("one").build();
        let scaling = ServerlessV2ScalingConfigurationInfo::builder().min_capacity(0.0).build();
        let raw = DbCluster::builder()
            .db_cluster_identifier("orders")
            .status("backing-up")
            .engine("aurora-mysql")
            .db_cluster_members(member)
            .serverless_v2_scaling_configuration(scaling)
            .global_write_forwarding_status(WriteForwardingStatus::Enabled)
            .set_tag_list(Some(Vec::new()))
            .build();
        let found = cluster(&place(), &raw);
        let facts = found.database.as_deref().unwrap();
        assert_eq!((&*found.id.name, found.state, found.tags_unreadable), ("cluster:orders", State::Changing, false));
        assert_eq!((facts.members.len(), facts.scales_to_zero, facts.global.as_deref()), (1, true, Some("")));
    }

    #[test]
    fn what_is_missing_is_not_nothing() {
        assert!(instance(&place(), &DbInstance::builder().build()).tags_unreadable);
        assert_eq!(tags(Some(&[Tag::builder().value("x").build()])), None);
        assert!(
            check_account(INSTANCES, &place(), Some("arn:aws:rds:eu-west-1:222222222222:db:orders"), "databases")
                .is_err()
        );
        assert!(
            check_account(INSTANCES, &place(), Some("arn:aws:rds:eu-west-1:111111111111:db:orders"), "databases")
                .is_ok()
        );
    }
}
