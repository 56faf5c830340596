//! The laws over instances and databases at once: whatever else there is, each kind keeps to its own calls and caps, and what
//! befalls one kind changes nothing for the other.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use idle_reaper::engine::config::{Caps, Settings};
use idle_reaper::engine::model::{Action, Database, Instance, Kind, OutcomeKind, ResourceId, State};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::undo::Finding;

use super::arbitrary::{Scene, TEXTS, VARIANTS, any_caps, any_faulty_scene, any_scene, for_all};
use crate::fake::{
    Ask, Back, Call, Deed, Faults, World, apply, apply_killed, db_facts, for_databases, plan, try_apply, try_undo,
};

/// The same settings for both kinds. A database cannot be hibernated.
fn for_both(settings: &Settings) -> Settings {
    let text =
        VARIANTS.iter().zip(TEXTS.iter()).find(|(variant, _)| variant.hash == settings.hash).expect("a variant").1;
    for_databases(&text.replace("outside = \"hibernate\"", "outside = \"stop\""))
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

/// What an earlier run has found of a database, as the record keeps it.
fn sighting(found: &Instance, now: DateTime<Utc>) -> Option<String> {
    let launch = found.launch.filter(|launch| *launch < now - chrono::Duration::minutes(15))?;
    let text = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let (place, up) = (&found.id.place, found.state == State::Running);
    let line = serde_json::json!({
        "id": &*found.id.name, "account": &*place.account, "region": &*place.region, "kind": "database",
        "found": text(now - chrono::Duration::minutes(15)), "up": up, "started": text(launch),
    });
    Some(line.to_string() + "\n")
}

/// The scene in which every other resource is a database.
fn mixed_scene(scene: &Scene) -> Scene {
    let mut scene = scene.clone();
    scene.instances.retain(|found| !found.id.name.is_empty());
    for found in scene.instances.iter_mut().skip(1).step_by(2) {
        let old = found.id.name.clone();
        *found = as_database(found);
        if let Some(fault) = scene.faults.instances.remove(&*old) {
            scene.faults.instances.insert((*found.id.name).into(), fault);
        }
    }
    scene
}

/// Its world, in which earlier runs have found the databases.
fn mixed(scene: &Scene) -> World {
    let scene = mixed_scene(scene);
    let databases = scene.instances.iter().filter(|found| found.id.kind == Kind::Database);
    let seen: String = databases.filter_map(|found| sighting(found, scene.at)).collect();
    let world = scene.world();
    world.put("state/databases.jsonl", &seen);
    world
}

/// The scene without its databases.
fn without_databases(scene: &Scene) -> Scene {
    let mixed = mixed_scene(scene);
    let kept = mixed.instances.iter().zip(&mixed.activity).filter(|(found, _)| found.id.kind == Kind::Instance);
    let (instances, activity) = kept.map(|(found, activity)| (found.clone(), activity.clone())).unzip();
    Scene { instances, activity, ..mixed }
}

fn of(kind: Kind, calls: &[Call]) -> BTreeSet<Box<str>> {
    let ids = calls.iter().flat_map(|call| call.ids.iter());
    ids.filter(|id| id.starts_with("db:") == (kind == Kind::Database)).cloned().collect()
}

fn stops(world: &World) -> Vec<Call> {
    world.calls(|deed| matches!(deed, Deed::Stop | Deed::Hibernate))
}

#[test]
fn a_dry_run_over_both_kinds_writes_nothing_and_shows_each_once() {
    for_all(100, any_faulty_scene(12), |scene| {
        let world = mixed(&scene);
        let report = plan(&world, &for_both(scene.settings), scene.at);
        assert_eq!(world.calls(Deed::writes), []);
        let rows: BTreeSet<_> = report.rows.iter().map(|row| &row.id).collect();
        assert_eq!((rows.len(), report.rows.len()), (world.all().len(), world.all().len()));
    });
}

fn check_caps(caps: &Caps, report: &Report, world: &World) {
    for kind in [Kind::Instance, Kind::Database] {
        let running = report.rows.iter().filter(|row| row.running_in_scope && row.id.kind == kind).count();
        let share = (running * caps.stops_percent as usize).div_ceil(100);
        let limit = if kind == Kind::Database { caps.databases_per_run } else { caps.stops_per_run } as usize;
        let stopped = of(kind, &stops(world)).len();
        assert!(stopped <= share.min(limit), "{stopped} stops of the kind {kind:?}");
    }
    let mut by_account: BTreeMap<String, BTreeSet<Box<str>>> = BTreeMap::new();
    for call in stops(world) {
        by_account.entry(call.target.account.to_string()).or_default().extend(call.ids);
    }
    assert!(by_account.values().map(BTreeSet::len).sum::<usize>() <= caps.stops_per_run as usize);
    assert!(by_account.values().all(|ids| ids.len() <= caps.stops_per_account as usize));
}

/// Each stop follows from an armed verdict and a tag that was written before.
fn check_stops(report: &Report, world: &World) {
    let log = world.log();
    for (n, call) in log.iter().enumerate().filter(|(_, call)| matches!(call.deed, Deed::Stop | Deed::Hibernate)) {
        for id in &call.ids {
            let row = report.rows.iter().find(|row| *row.id.name == **id).expect("a line");
            assert!(row.armed && row.verdict.action().is_some_and(Action::is_stop), "{:?}", row.verdict);
            let tagged = |call: &Call| call.deed == Deed::Tag && call.names(id) && call.ok;
            assert!(log[..n].iter().any(tagged), "`{id}` was stopped before it was tagged");
            assert!(call.deed == Deed::Stop || !id.starts_with("db:"), "{call:?}");
        }
    }
}

#[test]
fn what_is_done_keeps_to_the_caps_of_both_kinds_whatever_goes_wrong() {
    let databases = std::cell::Cell::new(0);
    for_all(200, (any_faulty_scene(14), any_caps(), 0..4u32), |(scene, caps, databases_per_run)| {
        let world = mixed(&scene);
        let caps = Caps { databases_per_run, ..caps };
        let report = apply(&world, &Settings { caps, ..for_both(scene.settings) }, scene.at);
        check_caps(&caps, &report, &world);
        check_stops(&report, &world);
        databases.set(databases.get() + of(Kind::Database, &stops(&world)).len());
    });
    assert!(databases.get() > 12, "only {} databases were stopped: the cases are too tame", databases.get());
}

#[test]
fn what_rds_refuses_changes_nothing_for_instances() {
    for_all(100, any_scene(12), |scene| {
        let settings = for_both(scene.settings);
        let refused = mixed(&scene);
        refused.set_faults(Faults { unlisted: refused.targets().into_iter().collect(), ..Faults::default() });
        let report = apply(&refused, &settings, scene.at);
        let alone = without_databases(&scene).world();
        let wanted = apply(&alone, &settings, scene.at);
        let verdicts = |report: &Report| {
            let lines = report.rows.iter().map(|row| (row.id.clone(), format!("{:?}", row.verdict)));
            lines.collect::<BTreeMap<_, _>>()
        };
        assert_eq!(verdicts(&report), verdicts(&wanted));
        assert_eq!(of(Kind::Instance, &stops(&refused)), of(Kind::Instance, &stops(&alone)));
        assert_eq!(report.unreachable, []);
    });
}

#[test]
fn an_undo_brings_back_what_a_run_stopped_of_both_kinds() {
    let run = "20261125T123000Z-1a2b3c4d";
    let back = std::cell::Cell::new(0);
    for_all(60, any_scene(12), |scene| {
        let (world, settings) = (mixed(&scene), for_both(scene.settings));
        let report = try_apply(&world, &settings, &Ask { named: Some(run), ..Ask::at(scene.at) }).expect("a report");
        // The record files a run under the date in its id.
        if report.run.get(..8) != Some(&scene.at.format("%Y%m%d").to_string()) || report.outcomes.is_empty() {
            return;
        }
        let later = scene.at + chrono::Duration::minutes(20);
        let asked = Back { undoes: run.into(), at: later, apply: true, ..Back::default() };
        let undo = try_undo(&world, &settings, &asked).expect("an undo");
        let stopped = report.outcomes.iter().filter(|one| one.action.is_stop() && one.outcome == OutcomeKind::Stopping);
        for one in stopped.filter(|one| one.id.kind == Kind::Database) {
            let found = undo.found.iter().find(|found| found.stop.id == one.id).expect("a line");
            let is_frozen = matches!(found.finding, Finding::Left(idle_reaper::engine::undo::WhyNot::Frozen(_)));
            assert!(is_frozen || world.get(&one.id.name).state == State::Pending, "{:?}", found.finding);
            back.set(back.get() + 1);
        }
    });
    assert!(back.get() > 10, "only {} databases were brought back", back.get());
}

#[test]
fn a_killed_run_leaves_every_database_that_it_stopped_with_its_tag() {
    let killed = std::cell::Cell::new(0);
    for_all(60, (any_scene(12), 50..4000u64), |(scene, after)| {
        let (world, settings) = (mixed(&scene), for_both(scene.settings));
        let before = world.all();
        let was_killed = apply_killed(&world, &settings, &Ask::at(scene.at), Duration::from_millis(after));
        killed.set(killed.get() + usize::from(was_killed));
        let now = world.all();
        for (old, new) in before.iter().zip(&now).filter(|(old, _)| old.id.kind == Kind::Database) {
            let was_stopped = old.state == State::Running && new.state != State::Running;
            assert!(!was_stopped || new.tags.get(&settings.tags.stopped).is_some(), "{new:?}");
        }
    });
    assert!(killed.get() > 10, "only {} runs were killed", killed.get());
}
