//! What AWS starts after seven days runs through its maintenance window, where the policy asks for it.

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Happened, Reason, Skipped, State, Verdict};

use crate::fake::{SETTINGS, Shape, World, apply, at, db, for_databases, plan, row};

fn with(maintenance: &str) -> String {
    SETTINGS.replace("unannounced = true", &format!("unannounced = true\nmaintenance = \"{maintenance}\""))
}

fn settings(maintenance: &str) -> Settings {
    for_databases(&with(maintenance))
}

/// The database was stopped at 21:30, and is up again at 22:50, a Wednesday in Tokyo. `begun`: AWS has started it.
fn started_again(window: Option<&str>, begun: bool) -> World {
    let world = World::of([db("orders")]);
    world.change("db:orders", |mut found| {
        found.database.as_mut().expect("a database").maintenance = window.map(Box::from);
        found
    });
    for when in ["2026-11-25T17:45:00+09:00", "2026-11-25T21:30:00+09:00", "2026-11-25T21:45:00+09:00"] {
        apply(&world, &settings("allow"), at(when));
    }
    world.change("db:orders", |found| found.state(State::Running));
    let started = ("db:orders", "2026-11-25T22:50:00+09:00", Happened::Started);
    let by_aws = ("db:orders", "2026-11-25T22:40:00+09:00", Happened::StartedByAws);
    let events = [by_aws, started];
    world.now_says(&events[usize::from(!begun)..]);
    world
}

fn reason(world: &World, maintenance: &str, when: &str) -> Reason {
    row(&plan(world, &settings(maintenance), at(when)), "db:orders").verdict.reason()
}

/// 23:30 to 24:00 in Tokyo.
const WINDOW: &str = "wed:14:30-wed:15:00";

#[test]
fn it_is_stopped_after_its_window() {
    let world = started_again(Some(WINDOW), true);
    assert_eq!(reason(&world, "stop", "2026-11-25T23:10:00+09:00"), Reason::OutsideHours);
    for when in ["2026-11-25T23:10:00+09:00", "2026-11-25T23:45:00+09:00"] {
        assert_eq!(reason(&world, "allow", when), Reason::MaintenanceWindow, "{when}");
    }
    let after = plan(&world, &settings("allow"), at("2026-11-26T00:00:00+09:00"));
    assert_eq!(after.plan.steps.len(), 1, "{:?}", row(&after, "db:orders").verdict);
}

#[test]
fn a_window_that_cannot_be_read_protects_and_wants_attention() {
    for window in [None, Some("whenever")] {
        let world = started_again(window, true);
        let report = plan(&world, &settings("allow"), at("2026-11-26T00:30:00+09:00"));
        let Verdict::Skip(skipped) = &row(&report, "db:orders").verdict else { panic!("{window:?}") };
        assert!(matches!(skipped, Skipped::MaintenanceWindow { until: None, .. }), "{skipped:?}");
        assert!(skipped.wants_attention());
    }
}

#[test]
fn what_a_person_started_does_not_wait_for_the_window() {
    let world = started_again(Some("thu:14:30-thu:15:00"), false);
    assert_eq!(reason(&world, "allow", "2026-11-26T00:55:00+09:00"), Reason::OutsideHours);
}

#[test]
fn a_policy_that_is_not_for_databases_cannot_allow_it() {
    let wrong = Settings::parse("reaper.toml", &with("allow")).expect_err("a mistake").to_string();
    assert!(wrong.contains("`maintenance` is for databases, and this policy is for none"), "{wrong}");
    assert!(Settings::parse("reaper.toml", &with("stop")).is_ok());
    let unknown = Settings::parse("reaper.toml", &with("window")).expect_err("a mistake").to_string();
    assert!(unknown.contains("known: stop, allow"), "{unknown}");
}
