//! Every ECS service of a target: ListClusters, ListServices and DescribeServices; and what Application Auto Scaling may do
//! with them.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_applicationautoscaling::Client as AutoScaling;
use aws_sdk_applicationautoscaling::types::{ScalableDimension, ScalableTarget, ServiceNamespace};
use aws_sdk_ecs::Client;
use aws_sdk_ecs::types::{Service as Raw, ServiceField, Tag};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;

use crate::aws::answers::{self, check_account, filled, instant};
use crate::aws::client::Access;
use crate::aws::errors::{CallError, unless_denied};
use crate::aws::{all, listed, words};
use crate::engine::model::{Deployment, Instance, ResourceId, Scaling, Service, Suspended, Tags, Target, TaskSize};

const CLUSTERS: &str = "ecs:ListClusters";
const SERVICES: &str = "ecs:ListServices";
const DESCRIBE: &str = "ecs:DescribeServices";
const DEFINITION: &str = "ecs:DescribeTaskDefinition";
const TARGETS: &str = "application-autoscaling:DescribeScalableTargets";

/// The maximum number of entries on a page of clusters and of services.
const PAGE: i32 = 100;

/// The maximum number of services in one DescribeServices.
const DESCRIBED: usize = 10;

/// One cause for every account that lacks the permission: AWS's message names the account and the request.
const DENIED: &str = "the reading role may not list them; set the parameter `Services` of spoke.yaml to `yes`, or give it \
                      `ecs:ListClusters`, `ecs:ListServices`, `ecs:DescribeServices` and \
                      `application-autoscaling:DescribeScalableTargets`";

/// Every service; with `only`, those of these names.
///
/// # Errors
/// Why they are unknown. A part of them is not returned.
pub(crate) async fn list(access: &Access<'_>, only: Option<&[Box<str>]>) -> Result<Vec<Instance>, String> {
    let (client, place) = (access.client(), Arc::new(access.target.clone()));
    let mut found = Vec::new();
    for (cluster, services) in wanted(&client, &place, only).await? {
        for part in services.chunks(DESCRIBED) {
            found.extend(describe(&client, &place, &cluster, part).await?);
        }
    }
    if !found.is_empty() {
        let known = scaling(&access.client(), &place).await?;
        for one in &mut found {
            let scaling = known.get(&one.id).map_or(Scaling::Absent, |suspended| Scaling::Target(*suspended));
            one.service.iter_mut().for_each(|facts| facts.scaling = scaling);
        }
    }
    Ok(found)
}

fn cause<E: CallError>(operation: &str, error: &SdkError<E, HttpResponse>) -> String {
    unless_denied(operation, error, DENIED)
}

/// The services to describe, by cluster. Those that are asked for by name need no list.
async fn wanted(
    client: &Client,
    place: &Arc<Target>,
    only: Option<&[Box<str>]>,
) -> Result<Vec<(String, Vec<String>)>, String> {
    let mut all: Vec<(String, Vec<String>)> = Vec::new();
    if let Some(only) = only {
        let ids: Vec<ResourceId> = only.iter().map(|name| ResourceId::named(place.clone(), &**name)).collect();
        for (cluster, name) in ids.iter().filter_map(ResourceId::service_parts) {
            match all.iter_mut().find(|(known, _)| known == cluster) {
                Some((_, names)) => names.push(name.to_owned()),
                None => all.push((cluster.to_owned(), vec![name.to_owned()])),
            }
        }
        return Ok(all);
    }
    for cluster in clusters(client).await? {
        check_account(CLUSTERS, place, Some(&cluster), "services")?;
        let services = services(client, &cluster).await?;
        all.push((cluster, services));
    }
    Ok(all)
}

async fn clusters(client: &Client) -> Result<Vec<String>, String> {
    let page = async |token| {
        let page = client.list_clusters().max_results(PAGE).set_next_token(token).send().await;
        let page = page.map_err(|error| cause(CLUSTERS, &error))?;
        Ok((listed(CLUSTERS, page.cluster_arns)?, page.next_token))
    };
    all(CLUSTERS, page).await
}

async fn services(client: &Client, cluster: &str) -> Result<Vec<String>, String> {
    let page = async |token| match client
        .list_services()
        .cluster(cluster)
        .max_results(PAGE)
        .set_next_token(token)
        .send()
        .await
    {
        // It was deleted since the clusters were listed.
        Err(error) if is_gone(&error) => Ok((Vec::new(), None)),
        Err(error) => Err(cause(SERVICES, &error)),
        Ok(page) => Ok((listed(SERVICES, page.service_arns)?, page.next_token)),
    };
    all(SERVICES, page).await
}

/// Whether an error says that the cluster does not exist.
fn is_gone<E: CallError>(error: &SdkError<E, HttpResponse>) -> bool {
    error.as_service_error().and_then(|service| service.meta().code()) == Some("ClusterNotFoundException")
}

/// These services of one cluster, as far as they exist.
async fn describe(
    client: &Client,
    place: &Arc<Target>,
    cluster: &str,
    services: &[String],
) -> Result<Vec<Instance>, String> {
    let call = client.describe_services().cluster(cluster).include(ServiceField::Tags);
    let answer = match call.set_services(Some(services.to_vec())).send().await {
        Err(error) if is_gone(&error) => return Ok(Vec::new()),
        answer => answer.map_err(|error| cause(DESCRIBE, &error))?,
    };
    let failed = answer.failures().iter().find(|failure| failure.reason() != Some("MISSING"));
    if let Some(failure) = failed {
        let (arn, reason) = (failure.arn().unwrap_or_default(), failure.reason().unwrap_or_default());
        return Err(format!("`{DESCRIBE}` could not describe `{arn}`: {reason}"));
    }
    let found = listed(DESCRIBE, answer.services.as_deref())?;
    found
        .iter()
        .map(|raw| check_account(DESCRIBE, place, raw.cluster_arn(), "services").map(|()| service(place, raw)))
        .collect()
}

/// The size of the tasks of a task definition.
///
/// # Errors
/// Why it is unknown.
pub(crate) async fn task_size(access: &Access<'_>, definition: &str) -> Result<Option<TaskSize>, String> {
    let client: Client = access.client();
    let answer = client.describe_task_definition().task_definition(definition).send().await;
    let answer = answer.map_err(|error| words(DEFINITION, &error))?;
    let Some(raw) = answer.task_definition() else { return Ok(None) };
    let platform = raw.runtime_platform();
    let system = platform.and_then(|platform| platform.operating_system_family()).map(|system| system.as_str());
    let architecture = platform.and_then(|platform| platform.cpu_architecture()).map(|name| name.as_str());
    let storage = raw.ephemeral_storage().and_then(|storage| u32::try_from(storage.size_in_gib()).ok());
    Ok(TaskSize::read(raw.cpu(), raw.memory(), system, architecture, storage))
}

/// What is suspended of the scalable targets of services, by service.
async fn scaling(client: &AutoScaling, place: &Arc<Target>) -> Result<HashMap<ResourceId, Suspended>, String> {
    let call = client.describe_scalable_targets().service_namespace(ServiceNamespace::Ecs);
    let page = async |token| {
        let page = call.clone().set_next_token(token).send().await.map_err(|error| cause(TARGETS, &error))?;
        Ok((listed(TARGETS, page.scalable_targets)?, page.next_token))
    };
    Ok(all(TARGETS, page).await?.iter().filter_map(|raw| suspended(place, raw)).collect())
}

fn suspended(place: &Arc<Target>, raw: &ScalableTarget) -> Option<(ResourceId, Suspended)> {
    if *raw.scalable_dimension() != ScalableDimension::EcsServiceDesiredCount {
        return None;
    }
    let (cluster, name) = raw.resource_id().strip_prefix("service/")?.split_once('/')?;
    let state = raw.suspended_state();
    let suspended = Suspended {
        scale_in: state.and_then(|state| state.dynamic_scaling_in_suspended()).unwrap_or(false),
        scale_out: state.and_then(|state| state.dynamic_scaling_out_suspended()).unwrap_or(false),
        scheduled: state.and_then(|state| state.scheduled_scaling_suspended()).unwrap_or(false),
    };
    Some((ResourceId::service(place.clone(), cluster, name), suspended))
}

fn service(place: &Arc<Target>, raw: &Raw) -> Instance {
    let deployments = raw.deployments().iter().map(|one| Deployment {
        state: filled(one.rollout_state().map(|state| state.as_str())),
        created: instant(one.created_at()),
    });
    let sets = raw.task_sets().iter().map(|one| Deployment {
        state: filled(one.stability_status().map(|status| status.as_str())),
        created: instant(one.created_at()),
    });
    let facts = Service {
        status: filled(raw.status()).unwrap_or_default(),
        desired: u32::try_from(raw.desired_count()).ok(),
        running: u32::try_from(raw.running_count()).ok(),
        created: instant(raw.created_at()),
        strategy: filled(raw.scheduling_strategy().map(|strategy| strategy.as_str())),
        launch_type: filled(raw.launch_type().map(|kind| kind.as_str())),
        providers: raw.capacity_provider_strategy().iter().map(|one| one.capacity_provider().into()).collect(),
        managed_by: filled(raw.resource_management_type().map(|manager| manager.as_str())),
        deployments: deployments.chain(sets).collect(),
        task_definition: filled(raw.task_definition()),
        task: None,
        scaling: Scaling::Unknown,
    };
    let name = raw.service_name().unwrap_or_default();
    let id = ResourceId::service(place.clone(), raw.cluster_arn().unwrap_or_default(), name);
    Instance::service(id, tags(raw.tags.as_deref()), facts)
}

fn tags(raw: Option<&[Tag]>) -> Option<Tags> {
    answers::tags(raw, |tag| (tag.key(), tag.value()))
}

#[cfg(test)]
mod tests {
    use aws_sdk_ecs::types::{
        Deployment as RawDeployment, DeploymentRolloutState, LaunchType, SchedulingStrategy, TaskSet,
    };
    use aws_smithy_types::DateTime as SdkTime;
    use chrono::DateTime;

    use super::*;
    use crate::engine::model::State;

    fn place() -> Arc<Target> {
        Arc::new(Target::new("111111111111", "eu-west-1"))
    }

    #[test]
    fn a_service_is_reduced_to_what_is_used() {
        let deployment = RawDeployment::builder()
            .rollout_state(DeploymentRolloutState::Completed)
            .created_at(SdkTime::from_secs(1_764_000_000))
            .build();
        let raw = Raw::builder()
            .service_name("web")
            .cluster_arn("arn:aws:ecs:eu-west-1:111111111111:cluster/shop")
            .status("ACTIVE")
            .desired_count(2)
            .launch_type(LaunchType::Fargate)
            .scheduling_strategy(SchedulingStrategy::Replica)
            .deployments(deployment)
            .tags(Tag::builder().key("Env").value("dev").build())
            .build();
        let found = service(&place(), &raw);
        assert_eq!((&*found.id.name, &*found.kind, found.state), ("service:shop/web", "FARGATE", State::Running));
        assert_eq!(found.tags.get("Env"), Some("dev"));
        assert_eq!(found.launch, DateTime::from_timestamp(1_764_000_000, 0), "a deployment counts as a start");
        let set = TaskSet::builder().stability_status("STABILIZING".into()).build();
        let raw = Raw::builder().status("ACTIVE").desired_count(1).task_sets(set).build();
        assert_eq!(service(&place(), &raw).state, State::Changing);
    }

    #[test]
    fn what_is_missing_is_not_nothing() {
        let bare = service(&place(), &Raw::builder().build());
        assert!(bare.tags_unreadable && bare.id.identifier().is_empty() && bare.state == State::Unknown);
        assert_eq!(tags(Some(&[Tag::builder().value("x").build()])), None);
        assert!(
            check_account(DESCRIBE, &place(), Some("arn:aws:ecs:eu-west-1:222222222222:cluster/shop"), "services")
                .is_err()
        );
        assert!(
            check_account(DESCRIBE, &place(), Some("arn:aws:ecs:eu-west-1:111111111111:cluster/shop"), "services")
                .is_ok()
        );
    }
}
