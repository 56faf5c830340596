//! The same arbitrary worlds with every kind in them: of three resources one is an instance, one a database and one a service.

use std::sync::LazyLock;

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{
    Database, Deployment, Instance, Kind, ResourceId, Scaling, Service, State, Suspended, Tags,
};
use proptest::prelude::*;

use super::arbitrary::{Scene, TEXTS, VARIANTS, any_faulty_scene, any_scene};
use crate::fake::{Change, db_facts, for_every_kind, service};

/// The variants for every kind. Only an instance can be hibernated, and the fake role knows one prefix.
pub static FOR_EVERY_KIND: LazyLock<Vec<Settings>> = LazyLock::new(|| {
    let text = |text: &String| {
        let stops = text.replace("outside = \"hibernate\"", "outside = \"stop\"");
        for_every_kind(&stops.replace("prefix = \"Team/\"\n", ""))
    };
    TEXTS.iter().map(text).collect()
});

/// The same variant for every kind.
pub fn of_every_kind(settings: &Settings) -> &'static Settings {
    let same = |variant: &Settings| variant.hash == settings.hash;
    let n = VARIANTS.iter().position(same).or_else(|| FOR_EVERY_KIND.iter().position(same)).expect("a variant");
    &FOR_EVERY_KIND[n]
}

/// The same resource of another kind, with its tags and its state.
pub fn as_kind(found: &Instance, kind: Kind) -> Instance {
    match kind {
        Kind::Instance => found.clone(),
        Kind::Database => as_database(found),
        Kind::Service => as_service(found),
    }
}

fn as_database(found: &Instance) -> Instance {
    let status = match found.state {
        State::Running => "available",
        State::Stopped => "stopped",
        State::Stopping => "stopping",
        State::Pending => "starting",
        State::ShuttingDown | State::Terminated => "deleting",
        State::Changing | State::Unknown => "backing-up",
    };
    let id = ResourceId::db_instance(found.id.place.clone(), &found.id.name);
    let facts = Database { status: status.into(), created: found.launch, ..db_facts("postgres") };
    Instance::database(id, "db.t3.medium", Some(found.tags.clone()), facts)
}

/// A service with a scalable target, or without one. A stop by the reaper has suspended all of its scaling.
fn as_service(found: &Instance) -> Instance {
    let was = |value: &str| if value.contains(" policy=") { format!("{value} was=2/010") } else { value.to_owned() };
    let is_stop = |key: &str| key.to_ascii_lowercase().ends_with(":stopped");
    let ours = found.tags.iter().any(|(key, value)| is_stop(key) && value.contains(" policy="));
    let tags = found.tags.iter().map(|(key, value)| (key, if is_stop(key) { was(value) } else { value.to_owned() }));
    let (status, desired, rollout) = match found.state {
        State::Running => ("ACTIVE", Some(2), "COMPLETED"),
        State::Stopped => ("ACTIVE", Some(0), "COMPLETED"),
        State::Stopping | State::Pending | State::Changing => ("ACTIVE", Some(2), "IN_PROGRESS"),
        State::ShuttingDown => ("DRAINING", Some(0), "COMPLETED"),
        State::Terminated => ("INACTIVE", Some(0), "COMPLETED"),
        State::Unknown => ("ACTIVE", None, "COMPLETED"),
    };
    let former = Suspended { scale_out: true, ..Suspended::default() };
    let scaling = match found.id.name.bytes().map(usize::from).sum::<usize>() % 3 {
        _ if ours && found.state == State::Stopped => Scaling::Target(Suspended::ALL),
        0 => Scaling::Absent,
        1 => Scaling::Target(former),
        _ => Scaling::Target(Suspended::default()),
    };
    let plain = *service("web").service.expect("a service");
    let facts = Service {
        status: status.into(),
        desired,
        running: desired,
        created: found.launch,
        deployments: Box::new([Deployment { state: Some(rollout.into()), created: found.launch }]),
        scaling,
        ..plain
    };
    let id = ResourceId::service(found.id.place.clone(), "shop", &found.id.name);
    Instance::service(id, Some(Tags::new(tags.collect::<Vec<_>>())), facts)
}

/// What an earlier run has found of a database or a service, as the record keeps it.
fn sighting(found: &Instance, now: DateTime<Utc>) -> Option<String> {
    let launch = found.launch.filter(|launch| *launch < now - Duration::minutes(15))?;
    let text = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let (place, up) = (&found.id.place, found.state == State::Running);
    let kind = match found.id.kind {
        Kind::Instance => return None,
        Kind::Database => "database",
        Kind::Service => "service",
    };
    let line = serde_json::json!({
        "id": &*found.id.name, "account": &*place.account, "region": &*place.region, "kind": kind,
        "found": text(now - Duration::minutes(15)), "up": up, "started": text(launch),
    });
    Some(line.to_string() + "\n")
}

/// What somebody does to a database or a service without leaving a trace is not for a run to see.
fn is_seen(change: Change) -> bool {
    match change {
        Change::Kept | Change::Rescheduled => true,
        Change::Restarted | Change::Started | Change::Terminated | Change::Gone | Change::Stopped => false,
    }
}

/// The scene with every kind in it, which earlier runs have found.
pub fn mixed(mut scene: Scene) -> Scene {
    scene.instances.retain(|found| !found.id.name.is_empty());
    scene.settings = of_every_kind(scene.settings);
    for (n, found) in scene.instances.iter_mut().enumerate() {
        let old = found.id.name.clone();
        *found = as_kind(found, Kind::ALL[n % Kind::ALL.len()]);
        let faults = &mut scene.faults;
        if found.id.kind == Kind::Instance {
            continue;
        }
        if let Some(fault) = faults.instances.remove(&*old) {
            faults.instances.insert((*found.id.name).into(), fault);
        }
        if let Some(change) = faults.changes.remove(&*old).filter(|change| is_seen(*change)) {
            faults.changes.insert((*found.id.name).into(), change);
        }
    }
    // There has been a run, also if it has found none of them: a dry run and a real one then know the same.
    let seen = scene.instances.iter().filter_map(|found| sighting(found, scene.at));
    scene.seen = std::iter::once("\n".to_owned()).chain(seen).collect();
    scene
}

/// A scene of every kind with so many resources at most, without faults.
pub fn any_mixed_scene(most: usize) -> impl Strategy<Value = Scene> {
    any_scene(most).prop_map(mixed)
}

/// A scene of every kind in which something goes wrong.
pub fn any_faulty_mixed_scene(most: usize) -> impl Strategy<Value = Scene> {
    any_faulty_scene(most).prop_map(mixed)
}

/// The scene without what is of other kinds.
pub fn only(kind: Kind, scene: &Scene) -> Scene {
    let mut scene = scene.clone();
    let of_kind = scene.instances.iter().zip(&scene.activity).filter(|(found, _)| found.id.kind == kind);
    (scene.instances, scene.activity) = of_kind.map(|(found, activity)| (found.clone(), activity.clone())).unzip();
    scene
}
