//! Break-glass over the fake world: what the tags alone cannot tell.

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Happened, OutcomeKind, ResourceId};
use idle_reaper::engine::request::{Mode, Run, Scope};
use idle_reaper::engine::undo::{Undo, WhyNot};
use idle_reaper::run::{Clock, StartOrder, start_stopped};

use crate::fake::{HERE, SETTINGS, World, apply, at, block_on, db, for_databases, instance};

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
