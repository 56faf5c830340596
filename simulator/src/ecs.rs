//! The calls of ECS and of Application Auto Scaling, with their refusals. Codes are those of AWS; where its message is not
//! published, the words are ours.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::answer::{Answer, Refusal};
use crate::calls::{Slant, unknown};
use crate::ec2_act::{KEEP, OWN_KEYS};
use crate::page::page;
use crate::request::Call;
use crate::service::{ScalableTarget, Service};
use crate::world::World;

/// The maximum number of services in one DescribeServices.
const DESCRIBED: usize = 10;

/// The maximum number of tags of a resource.
const TAGS: usize = 50;

/// The three parts of `SuspendedState`, in our order.
const SUSPENDED: [&str; 3] = ["DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended"];

pub(crate) fn work(world: &mut World, call: &Call, slant: Slant) -> Result<Answer, Refusal> {
    match call.action.as_str() {
        "ListClusters" => clusters(world, call, slant),
        "ListServices" => services(world, call, slant),
        "DescribeServices" => describe(world, call, slant),
        "UpdateService" => update(world, call),
        "TagResource" | "UntagResource" => tag(world, call),
        _ => Err(unknown(call)),
    }
}

pub(crate) fn auto_scaling(world: &mut World, call: &Call, slant: Slant) -> Result<Answer, Refusal> {
    match call.action.as_str() {
        "DescribeScalableTargets" => targets(world, call, slant),
        "RegisterScalableTarget" => register(world, call),
        _ => Err(unknown(call)),
    }
}

/// The services that a call names, as far as it names any.
pub(crate) fn ids(call: &Call) -> Vec<Box<str>> {
    let named = ["service", "resourceArn", "ResourceId"].map(|key| call.text(key));
    let many = ["services", "ResourceIds"].into_iter().flat_map(|key| call.json[key].as_array().into_iter().flatten());
    named.into_iter().flatten().chain(many.filter_map(Value::as_str)).map(|id| last(id).into()).collect()
}

fn wrong(code: &str, words: impl Into<String>) -> Refusal {
    Refusal::new(400, code, words)
}

/// The last part of an ARN or a name.
fn last(of: &str) -> &str {
    of.rsplit('/').next().unwrap_or_default()
}

fn arn(call: &Call, kind: &str, name: &str) -> String {
    format!("arn:aws:ecs:{}:{}:{kind}/{name}", call.region, call.account)
}

fn epoch(at: DateTime<Utc>) -> Value {
    at.timestamp().into()
}

/// One page of `rows` under `list`, with at most as many entries as the call and the service allow.
fn paged(call: &Call, slant: Slant, keys: [&str; 3], sizes: [usize; 2], rows: &[Value]) -> Result<Answer, Refusal> {
    let [list, size, token] = keys;
    let [usual, most] = sizes;
    let asked = call.json[size].as_u64().map_or(usual, |asked| asked as usize);
    if !(1..=most).contains(&asked) {
        return Err(wrong("InvalidParameterException", format!("{size} must be between 1 and {most}.")));
    }
    let found = page(rows.len(), asked, call.text(token), slant.page)
        .ok_or_else(|| wrong("InvalidParameterException", "Invalid token"))?;
    let mut body = json!({list: rows[found.from..found.to]});
    if let Some(next) = found.next {
        body[token] = next.into();
    }
    Ok(Answer::json(&body))
}

fn clusters(world: &mut World, call: &Call, slant: Slant) -> Result<Answer, Refusal> {
    let mut names: Vec<String> =
        world.place(call).services.iter().map(|one| arn(call, "cluster", &one.cluster)).collect();
    names.sort();
    names.dedup();
    let rows: Vec<Value> = names.into_iter().map(Value::from).collect();
    paged(call, slant, ["clusterArns", "maxResults", "nextToken"], [100, 100], &rows)
}

/// The services of the cluster that the call names.
fn of_cluster<'w>(world: &'w mut World, call: &Call) -> Result<Vec<&'w mut Service>, Refusal> {
    let cluster = last(call.text("cluster").unwrap_or("default"));
    let found: Vec<&mut Service> = world.place(call).services.iter_mut().filter(|one| one.cluster == cluster).collect();
    if found.is_empty() { Err(wrong("ClusterNotFoundException", "Cluster not found.")) } else { Ok(found) }
}

fn services(world: &mut World, call: &Call, slant: Slant) -> Result<Answer, Refusal> {
    let found = of_cluster(world, call)?;
    let name = |one: &&mut Service| arn(call, "service", &format!("{}/{}", one.cluster, one.name)).into();
    let rows: Vec<Value> = found.iter().map(name).collect();
    paged(call, slant, ["serviceArns", "maxResults", "nextToken"], [10, 100], &rows)
}

fn describe(world: &mut World, call: &Call, slant: Slant) -> Result<Answer, Refusal> {
    let now = world.now();
    let asked: Vec<String> =
        call.json["services"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    if asked.is_empty() || asked.len() > DESCRIBED {
        return Err(wrong(
            "InvalidParameterException",
            "Services cannot be empty and cannot have more than 10 elements.",
        ));
    }
    let all = of_cluster(world, call)?;
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for name in asked {
        match all.iter().find(|one| one.name == last(&name)) {
            Some(one) => found.push(shown(call, one, slant.past, now)),
            None => missing.push(json!({"arn": name, "reason": "MISSING"})),
        }
    }
    Ok(Answer::json(&json!({"services": found, "failures": missing})))
}

/// A service as DescribeServices shows it.
fn shown(call: &Call, one: &Service, past: bool, now: DateTime<Utc>) -> Value {
    let life = one.shown(past);
    let deployment = |status: &str, state: &str, created: DateTime<Utc>| {
        json!({
            "id": format!("ecs-svc/{}", created.timestamp()), "status": status, "rolloutState": state,
            "desiredCount": life.desired, "runningCount": life.desired, "pendingCount": 0, "failedTasks": 0,
            "createdAt": epoch(created), "updatedAt": epoch(created),
        })
    };
    let deployments = match one.deploys(now) && life.deployed != one.created {
        true => {
            vec![deployment("PRIMARY", "IN_PROGRESS", life.deployed), deployment("ACTIVE", "COMPLETED", one.created)]
        }
        false => vec![deployment("PRIMARY", "COMPLETED", life.deployed)],
    };
    let mut body = json!({
        "serviceName": one.name, "serviceArn": arn(call, "service", &format!("{}/{}", one.cluster, one.name)),
        "clusterArn": arn(call, "cluster", &one.cluster), "status": "ACTIVE", "desiredCount": life.desired,
        "runningCount": life.desired, "pendingCount": 0, "createdAt": epoch(one.created),
        "schedulingStrategy": one.strategy, "deployments": deployments, "events": [],
        "taskDefinition": arn(call, "task-definition", &format!("{}:1", one.name)),
    });
    if let Some(launch_type) = &one.launch_type {
        body["launchType"] = launch_type.as_str().into();
    }
    if let Some(manager) = &one.managed_by {
        body["resourceManagementType"] = manager.as_str().into();
    }
    if !one.providers.is_empty() {
        let strategy = one.providers.iter().map(|name| json!({"capacityProvider": name, "weight": 1, "base": 0}));
        body["capacityProviderStrategy"] = strategy.collect();
    }
    let wants_tags = call.json["include"].as_array().is_some_and(|include| include.contains(&json!("TAGS")));
    // Without the question there are none; with it, a service without tags has no list either.
    if wants_tags {
        body["tags"] = life.tags.iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
    }
    body
}

/// Why IAM refuses a call of the acting role for this service, by the policies of `infra/spoke.yaml`.
fn denied(world: &World, call: &Call, one: &Service) -> Option<Refusal> {
    if call.role.is_none() || call.role != world.spec.acting_role {
        return None;
    }
    let keys: Vec<&str> = written(call).into_iter().map(|(key, _)| key).collect();
    let own = !keys.is_empty() && keys.iter().all(|key| OWN_KEYS.contains(key));
    let has = |key: &str| one.life.tags.contains_key(key);
    let allowed = match call.action.as_str() {
        "UpdateService" => has(OWN_KEYS[0]),
        "TagResource" => own && !has(KEEP),
        _ => own,
    };
    let role = call.role.as_deref().unwrap_or_default();
    let words = format!(
        "User: arn:aws:sts::{}:assumed-role/{role}/session is not authorized to perform: ecs:{} on resource: {} with an \
         explicit deny in an identity-based policy",
        call.account,
        call.action,
        arn(call, "service", &format!("{}/{}", one.cluster, one.name))
    );
    (!allowed).then(|| Refusal::new(400, "AccessDeniedException", words))
}

/// The service of this cluster and name, if the caller may do with it what it asks for.
fn permitted<'w>(world: &'w mut World, call: &Call, cluster: &str, name: &str) -> Result<&'w mut Service, Refusal> {
    let is_meant = |one: &Service| one.cluster == cluster && one.name == name;
    let n = world.place(call).services.iter().position(is_meant);
    let n = n.ok_or_else(|| wrong("ServiceNotFoundException", "Service not found."))?;
    let one = world.place(call).services[n].clone();
    match denied(world, call, &one) {
        Some(refusal) => Err(refusal),
        None => Ok(&mut world.place(call).services[n]),
    }
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let now = world.now();
    of_cluster(world, call)?;
    let (cluster, name) =
        (last(call.text("cluster").unwrap_or("default")), last(call.text("service").unwrap_or_default()));
    let one = permitted(world, call, cluster, name)?;
    if let Some(desired) = call.json["desiredCount"].as_i64() {
        if one.strategy == "DAEMON" {
            let words = "The daemon scheduling strategy does not support a desired count for services. Remove the desired \
                         count value and try again.";
            return Err(wrong("InvalidParameterException", words));
        }
        let count =
            u32::try_from(desired).map_err(|_| wrong("InvalidParameterException", "desiredCount is negative."))?;
        one.scale(count, now);
    }
    let body = json!({"service": shown(call, one, false, now)});
    Ok(Answer::json(&body))
}

/// The keys of a call about tags, each with its value where it has one.
fn written(call: &Call) -> Vec<(&str, Option<&str>)> {
    let added = call.json["tags"].as_array().into_iter().flatten();
    let added = added.filter_map(|tag| Some((tag["key"].as_str()?, Some(tag["value"].as_str().unwrap_or_default()))));
    let removed = call.json["tagKeys"].as_array().into_iter().flatten().filter_map(Value::as_str);
    added.chain(removed.map(|key| (key, None))).collect()
}

fn tag(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let of = call.text("resourceArn").unwrap_or_default();
    let mut parts = of.split_once(":service/").map_or("", |(_, rest)| rest).split('/');
    let (Some(cluster), Some(name)) = (parts.next(), parts.next()) else {
        return Err(wrong("InvalidParameterException", "Long arn format must be used for tagging operations."));
    };
    let one = permitted(world, call, cluster, name)?;
    let all = written(call);
    let new = all.iter().filter(|(key, value)| value.is_some() && !one.life.tags.contains_key(*key)).count();
    if one.life.tags.len() + new > TAGS {
        return Err(wrong("InvalidParameterException", "Too many tags. A resource can have 50 tags."));
    }
    one.remember();
    for (key, value) in all {
        match value {
            Some(value) => one.life.tags.insert(key.to_owned(), value.to_owned()),
            None => one.life.tags.remove(key),
        };
    }
    Ok(Answer::json(&json!({})))
}

fn targets(world: &mut World, call: &Call, slant: Slant) -> Result<Answer, Refusal> {
    let rows: Vec<Value> = world
        .place(call)
        .services
        .iter()
        .filter_map(|one| {
            let target = one.shown(slant.past).target.as_ref()?;
            let suspended: serde_json::Map<_, _> =
                SUSPENDED.iter().zip(target.suspended).map(|(key, value)| ((*key).to_owned(), value.into())).collect();
            Some(json!({
                "ServiceNamespace": "ecs", "ResourceId": format!("service/{}/{}", one.cluster, one.name),
                "ScalableDimension": "ecs:service:DesiredCount", "MinCapacity": target.least, "MaxCapacity": target.most,
                "RoleARN": "arn:aws:iam::aws:role/AWSServiceRoleForApplicationAutoScaling_ECSService",
                "CreationTime": epoch(one.created), "SuspendedState": suspended,
            }))
        })
        .collect();
    paged(call, slant, ["ScalableTargets", "MaxResults", "NextToken"], [50, 50], &rows)
}

/// Changes a scalable target, or makes one. What the call does not name stays.
fn register(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let now = world.now();
    let of = call.text("ResourceId").unwrap_or_default().to_owned();
    let invalid = |words: String| wrong("ValidationException", words);
    let is_meant = |one: &Service| of == format!("service/{}/{}", one.cluster, one.name);
    let one = world.place(call).services.iter_mut().find(|one| is_meant(one));
    let one = one.ok_or_else(|| invalid(format!("ECS service doesn't exist: {of}")))?;
    let count = |key: &str| call.json[key].as_u64().and_then(|count| u32::try_from(count).ok());
    let known = one.life.target.clone();
    let least = count("MinCapacity").or(known.as_ref().map(|target| target.least));
    let most = count("MaxCapacity").or(known.as_ref().map(|target| target.most));
    let (Some(least), Some(most)) = (least, most) else {
        return Err(invalid("The minimum and the maximum capacity are required for a new scalable target".to_owned()));
    };
    let mut suspended = known.map_or([false; 3], |target| target.suspended);
    for (value, key) in suspended.iter_mut().zip(SUSPENDED) {
        *value = call.json["SuspendedState"][key].as_bool().unwrap_or(*value);
    }
    one.suspend(ScalableTarget { least, most, suspended }, now);
    Ok(Answer::json(
        &json!({"ScalableTargetARN": format!("arn:aws:application-autoscaling:{}:{}:scalable-target/x", call.region, call.account)}),
    ))
}
