//! What runs add to the trends, and what they leave out.

use std::time::Duration as Seconds;

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{State, Target};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::request::{Mode, Scope};
use idle_reaper::engine::trends::{FILE, Trends, What};
use idle_reaper::run;

use crate::engine::trends::figure;
use crate::fake::{
    Ask, Back, Deed, EVENING, Faults, HERE, Parts, Shape, World, apply, apply_killed, at, block_on, in_parts, instance,
    plan, try_apply, try_undo, with,
};

fn later(minutes: i64) -> DateTime<Utc> {
    at(EVENING) + Duration::minutes(minutes)
}

fn read(world: &World, settings: &Settings, minutes: i64) -> Trends {
    block_on(run::trends::read(world, settings, later(minutes))).0.unwrap().trends().clone()
}

/// Machines in the hour of the evening, and whether there may be more.
fn ran(trends: &Trends) -> Option<(u32, bool)> {
    trends.heat.as_ref().and_then(|map| figure(map, at(EVENING)))
}

fn shown(report: &Report) -> &Trends {
    report.trends.as_ref().unwrap().trends()
}

/// Two that are to be stopped, one that is kept, one without a policy, one that is always open, and one stopped.
fn machines() -> World {
    World::of([
        instance("i-1"),
        instance("i-2"),
        instance("i-3").tag("idle-reaper:keep", ""),
        instance("i-4").tag("Env", "prod"),
        instance("i-5").tag("idle-reaper:schedule", "always"),
        instance("i-6").state(State::Stopped),
        instance("i-7").tag("idle-reaper:schedule", "whenever"),
        instance("i-8").tag("idle-reaper:kep", ""),
    ])
}

#[test]
fn a_run_counts_what_ran_while_its_own_hours_were_closed_whatever_protects_it() {
    let (world, settings) = (machines(), with(&[]));
    let report = apply(&world, &settings, at(EVENING));
    let trends = shown(&report);
    assert_eq!(ran(trends), Some((4, false)), "i-1, i-2, i-3 and i-8");
    assert_eq!(*trends, read(&world, &settings, 0));
    let week = trends.weeks.last().unwrap();
    assert_eq!((week.stops, week.undone_or_restarted, week.near_misses.typo_tags), (Some(2), 0, Some(1)));
    assert_eq!((week.near_misses.overtaken, week.near_misses.held_back), (Some(0), Some(0)));
    let next = apply(&world, &settings, later(60));
    let map = shown(&next).heat.as_ref().unwrap();
    assert_eq!(figure(map, later(60)), Some((2, false)), "what was stopped does not run any more");
    assert_eq!(shown(&next).weeks.last().unwrap().stops, Some(2));
}

#[test]
fn a_run_reads_the_file_once_and_writes_it_once_and_a_dry_run_writes_nothing() {
    let (world, settings) = (machines(), with(&[]));
    apply(&world, &settings, at(EVENING));
    world.forget();
    apply(&world, &settings, later(15));
    let of_file = |deed| world.calls(|one| one == deed).iter().filter(|call| call.text == FILE).count();
    assert_eq!((of_file(Deed::ReadRecord), of_file(Deed::WriteRecord)), (1, 1));
    world.forget();
    let report = plan(&world, &settings, later(30));
    assert_eq!((of_file(Deed::ReadRecord), world.calls(Deed::writes).len()), (1, 0));
    assert_eq!(ran(shown(&report)), Some((4, false)));
}

#[test]
fn a_restart_by_others_and_an_undo_make_stops_false() {
    let (world, settings) = (World::of([instance("i-1"), instance("i-2"), instance("i-3")]), with(&[]));
    let named = Ask { named: Some("20261125T123000Z-1a2b3c4d"), ..Ask::at(at(EVENING)) };
    try_apply(&world, &settings, &named).unwrap();
    world.change("i-1", |one| idle_reaper::engine::model::Instance {
        state: State::Running,
        launch: Some(later(50)),
        transition: None,
        ..one
    });
    let mut back =
        Back { undoes: "20261125T123000Z-1a2b3c4d".to_owned(), at: later(70), apply: true, ..Back::default() };
    back.scope.instances = Some(vec!["i-2".to_owned()]);
    try_undo(&world, &settings, &back).unwrap();
    for minutes in [75, 90] {
        let report = apply(&world, &settings, later(minutes));
        let week = shown(&report).weeks.last().unwrap().clone();
        assert_eq!((week.undone_or_restarted, week.stops.unwrap() >= 3), (2, true), "{minutes}");
    }
}

#[test]
fn a_run_that_selects_adds_nothing_and_its_stops_are_counted_by_the_next() {
    let (world, settings) = (World::of([instance("i-1"), instance("i-2")]), with(&[]));
    let scope = Scope { instances: Some(vec!["i-1".to_owned()]), ..Scope::default() };
    let report = try_apply(&world, &settings, &Ask { scope, ..Ask::at(at(EVENING)) }).unwrap();
    assert_eq!((shown(&report), world.recorded(FILE).len()), (&Trends::default(), 0));
    let report = apply(&world, &settings, later(15));
    assert_eq!(ran(shown(&report)), Some((1, false)));
    assert_eq!(shown(&report).weeks[0].stops, Some(2));
}

#[test]
fn what_could_not_be_scanned_makes_a_lower_bound() {
    let faults = Faults { unreachable: [Target::new("333333333333", HERE.1)].into(), ..Faults::default() };
    let there = [instance("i-1"), instance("i-2").account("333333333333")];
    let world = World::of(there).with_target("222222222222", HERE.1).with_faults(faults);
    let report = apply(&world, &with(&[]), at(EVENING));
    assert_eq!(ran(shown(&report)), Some((1, true)));
}

#[test]
fn a_killed_run_leaves_an_hour_that_nobody_knows() {
    let (world, settings) = (World::of([instance("i-1")]), with(&[]));
    assert!(apply_killed(&world, &settings, &Ask::at(at(EVENING)), Seconds::from_millis(1)));
    let report = apply(&world, &settings, later(120));
    let map = shown(&report).heat.as_ref().unwrap();
    assert_eq!((figure(map, at(EVENING)), figure(map, later(120)).is_some()), (None, true));
}

#[test]
fn a_divided_run_adds_what_an_undivided_one_adds() {
    let settings = with(&[]);
    let (one, other) = (machines(), machines());
    let whole = apply(&one, &settings, at(EVENING));
    let parts = Parts { size: 1, ..Parts::default() };
    let divided = in_parts(&other, &settings, Mode::Apply, &Ask::at(at(EVENING)), &parts).unwrap();
    assert_eq!(ran(shown(&divided)), ran(shown(&whole)));
    assert_eq!(shown(&divided).weeks, shown(&whole).weeks);
}

#[test]
fn targets_that_were_not_due_count_as_empty_and_are_mentioned() {
    let settings = with(&[("[scope]", "[scope]\nsweep = \"4h\"")]);
    let world = World::of([instance("i-1")]).with_target("444444444444", HERE.1).with_target("555555555555", HERE.1);
    assert!(!shown(&apply(&world, &settings, at(EVENING))).heat.as_ref().unwrap().not_due);
    let report = apply(&world, &settings, later(1));
    assert!(!report.not_due.is_empty());
    let map = shown(&report).heat.as_ref().unwrap();
    assert_eq!((map.not_due, figure(map, later(1))), (true, Some((1, false))));
}

#[test]
fn a_lost_file_costs_what_it_knew_and_stops_of_the_last_days_are_counted_again() {
    let (world, settings) = (World::of([instance("i-1")]), with(&[]));
    apply(&world, &settings, at(EVENING));
    world.lose(FILE);
    let report = apply(&world, &settings, later(60));
    let map = shown(&report).heat.as_ref().unwrap();
    assert_eq!((figure(map, at(EVENING)), figure(map, later(60))), (None, Some((0, false))));
    assert_eq!((shown(&report).weeks[0].stops, shown(&report).weeks[0].hours_known), (Some(1), 1));
    world.put(FILE, "\u{fffd}\u{fffd}");
    assert_eq!(shown(&apply(&world, &settings, later(120))).weeks[0].hours_known, 1);
}

#[test]
fn without_a_record_there_are_no_trends() {
    let world = machines();
    let settings = with(&[("record = \"record\"", "")]);
    assert!(apply(&world, &settings, at(EVENING)).trends.is_none());
    assert!(plan(&world, &settings, at(EVENING)).trends.is_none());
    assert_eq!(world.recorded(FILE), []);
}

#[test]
fn the_map_of_one_instance_shows_its_stops_and_starts_from_the_record() {
    let (world, settings) = (World::of([instance("i-1"), instance("i-2")]), with(&[]));
    apply(&world, &settings, at(EVENING));
    let morning = at("2026-11-26T09:00:00+09:00");
    apply(&world, &settings, morning);
    let now = at("2026-11-26T12:00:00+09:00");
    let scope = Scope { instances: Some(vec!["i-1".to_owned()]), ..Scope::default() };
    let (map, notes) = block_on(async {
        let history = run::history(&world, now).await.unwrap();
        let clock = run::Clock::start(now, None);
        let found = run::explain(&world, &settings, &scope, None, &history, clock, &|_, _| {}).await.unwrap();
        run::trends::of_instance(&world, &settings, &found.explained[0], now).await
    });
    let map = map.unwrap();
    assert_eq!(notes.lines, [""; 0]);
    let events: Vec<_> = map.hours().flat_map(|hour| &hour.events).map(|event| event.what).collect();
    assert_eq!(events, [What::StartedByOthers, What::Stopped, What::Started]);
    let figures =
        [EVENING, "2026-11-25T23:30:00+09:00", "2026-11-24T23:30:00+09:00"].map(|text| figure(&map, at(text)));
    assert_eq!(figures, [Some((1, false)), Some((0, false)), None]);
}
