//! The control API, by which a test or a benchmark prepares the world. JSON in and out, under `/_simulator/`.

use std::io::Read as _;

use serde_json::{Value, json};

use crate::Shared;
use crate::database_fields::Fields;
use crate::faults::Fault;
use crate::hub::Topic;
use crate::service_fields::ServiceFields;
use crate::spec::entry;
use crate::world::{Place, World};

/// A prefix that cannot be a bucket's name.
pub(crate) const PREFIX: &str = "/_simulator/";

/// Answers one request, by its path without the prefix.
pub(crate) fn answer(shared: &Shared, method: &str, path: &str, body: &Value) -> Result<Value, String> {
    if (method, path) == ("POST", "fault/clear") {
        shared.world().faults.clear();
        shared.cleared.notify_waiters();
        return Ok(json!({}));
    }
    let world = &mut *shared.world();
    match (method, path) {
        ("GET", "ready") => Ok(json!({"ready": true})),
        ("POST", "world") => {
            *world = World::of(body)?;
            Ok(world.about())
        }
        ("GET", "world") => Ok(world.about()),
        ("POST", "clock") => {
            let parse = |text: &str| text.parse().map_err(|error| format!("`{text}` is no instant: {error}"));
            world.now = body["now"].as_str().map(parse).transpose()?;
            Ok(json!({"now": world.now()}))
        }
        ("POST", "instance") => change(world, body),
        ("POST", "database") => change_database(world, body),
        ("GET", "databases") => {
            let mut all: Vec<Value> =
                world.databases().map(|(account, region, one)| one.show(&account, &region)).collect();
            all.sort_by_key(|one| format!("{}{}{}{}", one["account"], one["region"], one["database"], one["cluster"]));
            Ok(all.into())
        }
        ("POST", "service") => change_service(world, body),
        ("GET", "services") => {
            let mut all: Vec<Value> =
                world.services().map(|(account, region, one)| one.show(&account, &region)).collect();
            all.sort_by_key(|one| format!("{}{}{}{}", one["account"], one["region"], one["cluster"], one["service"]));
            Ok(all.into())
        }
        ("POST", "terraform") => {
            let ignores_sizes = body["ignores-sizes"].as_bool().unwrap_or(false);
            Ok(json!({"errors": world.declare(ignores_sizes)}))
        }
        ("GET", "instances") => {
            let all = world.instances().map(|(account, region, instance)| instance.show(account, region));
            Ok(all.collect())
        }
        ("GET", "states") => {
            let mut counts = std::collections::BTreeMap::<&str, usize>::new();
            world.instances().for_each(|(_, _, one)| *counts.entry(one.state().name()).or_default() += 1);
            Ok(json!(counts))
        }
        ("POST", "conditions") => conditions(world, body),
        ("POST", "settle") => {
            world.settle();
            Ok(json!({}))
        }
        ("POST", "fault") => {
            let fault: Fault =
                serde_json::from_value(body.clone()).map_err(|error| format!("no such fault: {error}"))?;
            let none = serde_json::Map::new();
            let is_read =
                Fields::read(&none, &fault.fields).is_ok() || ServiceFields::read(&none, &fault.fields).is_ok();
            if !is_read {
                crate::instance::Instance::new("".into(), None, world.now()).change(&entry(&none, &fault.fields)?)?;
            }
            world.add_fault(fault);
            Ok(json!({}))
        }
        ("POST", "seed") => {
            world.faults.seed = body["seed"].as_u64().ok_or("a seed is a number")?;
            Ok(json!({}))
        }
        ("GET", "meter") => Ok(world.meter.show()),
        ("POST", "meter/reset") => {
            let before = world.meter.show();
            world.meter.reset();
            Ok(before)
        }
        ("GET", "objects") => {
            let text = |body: &Vec<u8>| Value::String(String::from_utf8_lossy(&unpacked(body)).into_owned());
            let of = |(name, objects): (&String, &std::collections::BTreeMap<String, Vec<u8>>)| {
                let objects: serde_json::Map<_, _> =
                    objects.iter().map(|(key, body)| (key.clone(), text(body))).collect();
                (name.clone(), Value::Object(objects))
            };
            Ok(Value::Object(world.hub.buckets.iter().map(of).collect()))
        }
        _ => hub(world, method, path, body),
    }
}

/// An object as a test reads it: compressed ones are unpacked.
fn unpacked(body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    match flate2::read::GzDecoder::new(body).read_to_end(&mut whole) {
        Ok(_) => whole,
        Err(_) => body.to_vec(),
    }
}

/// Reads and changes the resources of the hub and its accounts.
fn hub(world: &mut World, method: &str, path: &str, body: &Value) -> Result<Value, String> {
    let text = |key: &str| body[key].as_str().map(str::to_owned).ok_or_else(|| format!("`{key}` is missing"));
    match (method, path) {
        ("POST", "parameter") => {
            let name = text("name")?;
            match body["value"].as_str() {
                Some(value) => world.hub.parameters.insert(name, value.to_owned()),
                None => world.hub.parameters.remove(&name),
            };
        }
        ("POST", "object") => {
            let (bucket, key) = (text("bucket")?, text("key")?);
            let objects = world.hub.buckets.get_mut(&bucket).ok_or_else(|| format!("no bucket `{bucket}`"))?;
            match body["text"].as_str() {
                Some(text) => objects.insert(key, text.as_bytes().to_vec()),
                None => objects.remove(&key),
            };
        }
        ("POST", "secret") => {
            world.hub.secrets.insert(text("name")?, text("value")?);
        }
        ("POST", "contact") => {
            let name = text("account")?;
            let account = world.accounts.get(&name).cloned().unwrap_or(name);
            match body["email"].as_str() {
                Some(email) => world.hub.contacts.insert(account, email.to_owned()),
                None => world.hub.contacts.remove(&account),
            };
        }
        ("POST", "topic") => {
            let region = body["region"].as_str().unwrap_or(&world.spec.home_region);
            let arn = format!("arn:aws:sns:{region}:{}:{}", world.hub_account, text("name")?);
            let heard_by_somebody = body["subscriber"].as_bool().unwrap_or(true);
            let pending = body["pending"].as_u64().map_or(0, |pending| pending as usize);
            world.hub.topics.insert(arn.clone(), Topic { heard_by_somebody, pending, said: Vec::new() });
            return Ok(json!({"arn": arn}));
        }
        ("GET", "heard") => {
            let said = |(arn, topic): (&String, &Topic)| (arn.clone(), json!(topic.said));
            return Ok(Value::Object(world.hub.topics.iter().map(said).collect()));
        }
        ("POST", "balancer") => return of_stories(world, body, |place| &mut place.balanced),
        ("POST", "sessions") => return of_stories(world, body, |place| &mut place.sessions),
        _ => return Err(format!("no such route: {method} {path}")),
    }
    Ok(body.clone())
}

/// Adds instances, by their stories, to a list of their places.
fn of_stories(world: &mut World, body: &Value, list: fn(&mut Place) -> &mut Vec<String>) -> Result<Value, String> {
    for story in body["stories"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let (account, region, id) = world.stories.get(story).cloned().ok_or_else(|| format!("no story `{story}`"))?;
        list(world.places.entry((account, region)).or_default()).push(id.into());
    }
    Ok(body.clone())
}

/// Changes one instance, by its story or by its id, or launches one with a new story in an account and Region.
fn change(world: &mut World, body: &Value) -> Result<Value, String> {
    let fields = body.as_object().ok_or("an instance is an object")?;
    let change = entry(&serde_json::Map::new(), fields)?;
    let of_story = || change.story.as_ref().and_then(|story| Some(world.stories.get(story)?.2.to_string()));
    let launched = change.story.as_ref().filter(|_| change.id.is_none() && change.account.is_some());
    if let Some(story) = launched.filter(|story| !world.stories.contains_key(*story)) {
        world.run(story, &change)?;
        return Ok(world.about()["instances"][story].clone());
    }
    let id = change.id.clone().or_else(of_story).ok_or("no such story")?;
    let instance = world.find(&id).ok_or_else(|| format!("no instance `{id}`"))?;
    instance.remember();
    instance.change(&change)?;
    Ok(json!({"id": id, "state": instance.state().name()}))
}

/// Changes one database, by its identifier.
fn change_database(world: &mut World, body: &Value) -> Result<Value, String> {
    let fields = Fields::read(&serde_json::Map::new(), body.as_object().ok_or("a database is an object")?)?;
    let (now, name) = (world.now(), fields.database.clone().ok_or("`database` is missing")?);
    let account = fields.account.as_ref().and_then(|name| world.accounts.get(name)).cloned();
    let is_meant = |account_of: &str, one: &crate::database::Database| {
        one.name == name
            && fields.cluster.is_none_or(|cluster| one.is_cluster == cluster)
            && account.as_deref().is_none_or(|account| account_of == account)
    };
    let mut all = world.databases();
    let (account, region, one) =
        all.find(|(account, _, one)| is_meant(account, one)).ok_or_else(|| format!("no database `{name}`"))?;
    one.change(&fields, now);
    Ok(one.show(&account, &region))
}

/// Changes one service, by its name and its cluster.
fn change_service(world: &mut World, body: &Value) -> Result<Value, String> {
    let fields = ServiceFields::read(&serde_json::Map::new(), body.as_object().ok_or("a service is an object")?)?;
    let (now, name) = (world.now(), fields.service.clone().ok_or("`service` is missing")?);
    let account = fields.account.as_ref().and_then(|name| world.accounts.get(name)).cloned();
    let is_meant = |account_of: &str, one: &crate::service::Service| {
        one.name == name
            && fields.cluster.as_ref().is_none_or(|cluster| one.cluster == *cluster)
            && account.as_deref().is_none_or(|account| account_of == account)
    };
    let mut all = world.services();
    let (account, region, one) =
        all.find(|(account, _, one)| is_meant(account, one)).ok_or_else(|| format!("no service `{name}`"))?;
    one.change(&fields, now);
    Ok(one.show(&account, &region))
}

/// Sets how long calls take, and whether they are throttled.
fn conditions(world: &mut World, body: &Value) -> Result<Value, String> {
    for (key, value) in body.as_object().ok_or("conditions are an object")? {
        let wrong = || format!("`{key}` cannot be {value}");
        match key.as_str() {
            "latency-ms" => world.spec.latency_ms = value.as_f64().ok_or_else(wrong)?,
            "throttle" => world.spec.throttle = value.as_bool().ok_or_else(wrong)?,
            "transition-seconds" => world.spec.transition_seconds = value.as_f64().ok_or_else(wrong)?,
            "database-minutes" => world.spec.database_minutes = value.as_f64().ok_or_else(wrong)?,
            "tag-lag-minutes" => world.spec.tag_lag_minutes = value.as_f64().ok_or_else(wrong)?,
            "page-size" => {
                let size = value.as_u64().filter(|size| (1..=1000).contains(size)).ok_or_else(wrong)?;
                world.spec.page_size = size as usize;
            }
            _ => return Err(format!("there is no condition `{key}`")),
        }
    }
    Ok(body.clone())
}
