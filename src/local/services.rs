//! The answers of `aws ecs describe-services --include TAGS`, and of `aws application-autoscaling describe-scalable-targets`
//! and `aws ecs describe-task-definition` for them, reduced to what rules and prices read.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::engine::config::UNKNOWN;
use crate::engine::model::{Deployment, Instance, Kind, ResourceId, Scaling, Service, Suspended, Target, TaskSize};
use crate::local::inventory::Recorded;
use crate::local::reduce::{filled, flag, list, number, tags_of, target_of, text, time};

/// What a whole service has. What a `--query` leaves out might be what protects it.
const WHOLE: [&str; 5] = ["serviceArn", "clusterArn", "status", "desiredCount", "deployments"];

/// What a document has of services; `None` where it is something else.
pub(super) fn read(file: &str, document: &Value) -> Option<Recorded> {
    let listed = |key: &str| document.get(key).and_then(Value::as_array);
    if let Some(services) = listed("services") {
        let mut recorded = Recorded::of_found(services.iter().map(service));
        // What does not exist any more is missing for a good reason.
        let failures = list(document, "failures").iter().filter_map(|failure| text(failure, &["reason"]));
        let failures = failures.filter(|reason| *reason != "MISSING").count();
        if failures > 0 {
            recorded.notes.push(format!("`{file}` has `failures`: services that could not be described: {failures}"));
        }
        return Some(recorded);
    }
    if let Some(targets) = listed("ScalableTargets") {
        return Some(Recorded { scalable: targets.iter().filter_map(scalable).collect(), ..Recorded::default() });
    }
    if let Some(definition) = document.get("taskDefinition").filter(|definition| definition.is_object()) {
        return Some(Recorded { tasks: task(definition).into_iter().collect(), ..Recorded::default() });
    }
    let is_whole = WHOLE.iter().all(|key| document.get(key).is_some());
    is_whole.then(|| Recorded::of_found(std::iter::once(service(document))))
}

impl Recorded {
    /// Adds to each service what is suspended of its scalable target, and the size of its tasks. A service without a scalable
    /// target stays unknown: the answer may be of another Region.
    pub(super) fn join_services(&mut self) {
        let suspended: HashMap<ResourceId, Suspended> = std::mem::take(&mut self.scalable).into_iter().collect();
        let tasks: HashMap<Box<str>, TaskSize> = std::mem::take(&mut self.tasks).into_iter().collect();
        let found = self.targets.values_mut().flat_map(|saw| &mut saw.instances);
        for one in found.filter(|one| one.id.kind == Kind::Service) {
            let Some(facts) = &mut one.service else { continue };
            if let Some(suspended) = suspended.get(&one.id) {
                facts.scaling = Scaling::Target(*suspended);
            }
            let task = facts.task_definition.as_ref().and_then(|definition| tasks.get(definition));
            facts.task = task.copied().or(facts.task);
        }
    }
}

/// An instant: the AWS CLI writes texts, and its first version numbers of seconds.
fn instant(raw: &Value, key: &str) -> Option<DateTime<Utc>> {
    let value = raw.get(key)?;
    #[allow(clippy::cast_possible_truncation)] // milliseconds of an instant of this era
    let of_seconds = |seconds: f64| DateTime::from_timestamp_millis((seconds * 1000.0) as i64);
    value.as_str().and_then(time).or_else(|| value.as_f64().and_then(of_seconds))
}

/// The size of the tasks of one definition, with its ARN.
fn task(raw: &Value) -> Option<(Box<str>, TaskSize)> {
    let platform = |key: &str| text(raw, &["runtimePlatform", key]);
    let storage = raw.get("ephemeralStorage").and_then(|storage| number(storage, "sizeInGiB"));
    let (system, architecture) = (platform("operatingSystemFamily"), platform("cpuArchitecture"));
    let size = TaskSize::read(text(raw, &["cpu"]), text(raw, &["memory"]), system, architecture, storage)?;
    Some((filled(raw, &["taskDefinitionArn"])?, size))
}

/// One entry of `services`.
fn service(raw: &Value) -> Instance {
    let arns = ["serviceArn", "clusterArn"].map(|key| text(raw, &[key]).unwrap_or_default());
    let place = arns.iter().find_map(|arn| target_of(arn, "ecs")).unwrap_or_else(|| Target::new(UNKNOWN, UNKNOWN));
    let deployment = |state: &'static str| {
        move |one: &Value| Deployment { state: filled(one, &[state]), created: instant(one, "createdAt") }
    };
    let sets = list(raw, "taskSets").iter().map(deployment("stabilityStatus"));
    let providers = list(raw, "capacityProviderStrategy").iter();
    let facts = Service {
        status: filled(raw, &["status"]).unwrap_or_default(),
        desired: number(raw, "desiredCount"),
        running: number(raw, "runningCount"),
        created: instant(raw, "createdAt"),
        strategy: filled(raw, &["schedulingStrategy"]),
        launch_type: filled(raw, &["launchType"]),
        providers: providers.map(|one| filled(one, &["capacityProvider"]).unwrap_or_default()).collect(),
        managed_by: filled(raw, &["resourceManagementType"]),
        deployments: list(raw, "deployments").iter().map(deployment("rolloutState")).chain(sets).collect(),
        task_definition: filled(raw, &["taskDefinition"]),
        task: None,
        scaling: Scaling::Unknown,
    };
    let [arn, cluster] = arns;
    let name = text(raw, &["serviceName"]).or_else(|| arn.rsplit('/').next()).unwrap_or_default();
    Instance::service(ResourceId::service(place, cluster, name), tags_of(raw, "tags", ["key", "value"]), facts)
}

/// One entry of `ScalableTargets`, if it is of a service's desired count. Its ARN has no name of a service, and its
/// `ResourceId` no account.
fn scalable(raw: &Value) -> Option<(ResourceId, Suspended)> {
    let place = target_of(text(raw, &["ScalableTargetARN"])?, "application-autoscaling")?;
    let (cluster, name) = text(raw, &["ResourceId"])?.strip_prefix("service/")?.split_once('/')?;
    let is = |key: &str| flag(raw, &["SuspendedState", key]).unwrap_or(false);
    let suspended = Suspended {
        scale_in: is("DynamicScalingInSuspended"),
        scale_out: is("DynamicScalingOutSuspended"),
        scheduled: is("ScheduledScalingSuspended"),
    };
    Some((ResourceId::service(place, cluster, name), suspended))
}
