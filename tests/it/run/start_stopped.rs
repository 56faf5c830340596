//! Break-glass over the fake world: what the tags alone cannot tell.

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Happened, OutcomeKind, ResourceId, Scaling, Suspended};
use idle_reaper::engine::request::{Mode, Run, Scope};
use idle_reaper::engine::undo::{Undo, WhyNot};
use idle_reaper::run::{Clock, StartOrder, start_stopped};

use crate::fake::{
    Deed, Fault, Faults, HERE, SETTINGS, Shape, World, apply, at, block_on, db, for_databases, for_every_kind,
    instance, service,
};

const CLOSED: &str = "2026-11-25T21:30:00+09:00";
const NEXT: &str = "2026-11-25T21:45:00+09:00";
const LATER: &str = "2026-11-25T22:30:00+09:00";

/// After an evening in which the reaper has stopped an instance and a database.
fn evening() -> World {
    let world = World::of([instance("i-1"), db("orders")]);
    for when in ["2026-11-25T17:45:00+09:00", CLOSED, NEXT] {
        apply(&world, &for_databases(SETTINGS), at(when));
    }
    world
}

/// What is started, and what is left with its reason.
fn started(world: &World) -> (Vec<String>, Vec<(String, WhyNot)>, Undo) {
    let settings = Settings::parse("test", "version = 1\n[scope]\naccounts = \"self\"\nregions = \"enabled\"\n");
    let settings = settings.expect("settings");
    let run = Run { id: "20261125T133000Z-2b".into(), mode: Mode::Undo, scope: Scope::default(), at: at(LATER) };
    let clock = Clock::start(at(LATER), None);
    let account = HERE.0;
    let order = StartOrder { run: &run, account, only: None, settings: &settings, clock, progress: &|_, _| {} };
    let undo = block_on(async { start_stopped(&order, world, world, None).await }).expect("a start");
    let name = |id: &ResourceId| id.name.to_string();
    let up = |outcome: OutcomeKind| matches!(outcome, OutcomeKind::Started | OutcomeKind::Starting);
    let started = undo.outcomes.iter().filter(|one| up(one.outcome)).map(|one| name(&one.id)).collect();
    let left = undo.found.iter().filter_map(|found| match &found.finding {
        idle_reaper::engine::undo::Finding::Start => None,
        idle_reaper::engine::undo::Finding::Left(why) => Some((name(&found.stop.id), why.clone())),
    });
    (started, left.collect(), undo)
}

#[test]
fn a_database_is_started_where_its_events_show_that_nobody_else_did() {
    let world = evening();
    world.now_says(&[("db:orders", "2026-11-25T21:35:00+09:00", Happened::Stopped)]);
    let (started, left, undo) = started(&world);
    assert_eq!((started.len(), left, undo.troubled), (2, vec![], false), "{started:?} {:?}", undo.notes);
}

#[test]
fn a_database_whose_events_cannot_be_read_is_left_stopped_and_instances_are_started() {
    let world = evening();
    let (started, left, undo) = started(&world);
    assert_eq!((started, left), (vec!["i-1".to_owned()], vec![("db:orders".to_owned(), WhyNot::Touched)]));
    assert!(undo.troubled);
    let said = |note: &String| note.contains("left stopped") && note.contains("rds:DescribeEvents");
    assert!(undo.notes.iter().any(said), "{:?}", undo.notes);
}

/// The same evening for services: one with a scalable target of which scaling in was suspended, and one without.
fn evening_of_services() -> World {
    let former = Scaling::Target(Suspended { scale_in: true, ..Suspended::default() });
    let web = service("web").service(|facts| (facts.desired, facts.scaling) = (Some(3), former));
    let world = World::of([instance("i-1"), web, service("plain").service(|facts| facts.scaling = Scaling::Absent)]);
    for when in ["2026-11-25T17:45:00+09:00", CLOSED, NEXT] {
        apply(&world, &for_every_kind(SETTINGS), at(when));
    }
    world.lose("state/databases.jsonl");
    world
}

#[test]
fn a_service_has_its_count_and_its_scaling_again_by_its_tag_alone() {
    let world = evening_of_services();
    let (started, left, undo) = started(&world);
    assert_eq!((started.len(), left, undo.troubled), (3, vec![], false), "{started:?} {:?}", undo.notes);
    let facts = |name: &str| world.get(name).service.expect("a service");
    let former = Suspended { scale_in: true, ..Suspended::default() };
    assert_eq!(
        (facts("service:shop/web").desired, facts("service:shop/web").scaling),
        (Some(3), Scaling::Target(former))
    );
    assert_eq!(facts("service:shop/plain").scaling, Scaling::Absent);
    assert!(world.all().iter().all(|found| found.tags.get("idle-reaper:stopped").is_none()));
}

#[test]
fn a_service_without_the_tag_or_with_one_that_tells_no_count_is_not_guessed() {
    let world = evening_of_services();
    world.change("service:shop/web", |found| found.untagged("idle-reaper:stopped"));
    let tag = world.get("service:shop/plain").tags.get("idle-reaper:stopped").expect("a tag").to_owned();
    let without_count = tag.split(" was=").next().expect("its begin").to_owned();
    world.change("service:shop/plain", |found| found.tag("idle-reaper:stopped", &without_count));
    world.forget();
    let (started, _, undo) = started(&world);
    assert_eq!(started, ["i-1"], "{:?}", undo.outcomes);
    let plain = undo.outcomes.iter().find(|one| *one.id.name == *"service:shop/plain").expect("an outcome");
    assert!(plain.outcome == OutcomeKind::Failed && plain.detail.contains("by hand"), "{plain:?}");
    assert!(world.calls(Deed::switches).iter().all(|call| call.names("i-1")));
}

#[test]
fn a_refused_start_of_a_service_keeps_its_tag_for_the_next_try() {
    let world = evening_of_services().with_faults(Faults::one("service:shop/web", Fault::StartRefused));
    let (started, _, _) = started(&world);
    assert_eq!(started.len(), 2, "{started:?}");
    let web = world.get("service:shop/web");
    assert!(web.tags.get("idle-reaper:stopped").is_some_and(|tag| tag.contains("was=3/100")), "{:?}", web.tags);
    assert_eq!(web.service.expect("a service").scaling, Scaling::Target(Suspended::ALL));
}
