//! The stop tag of a database after its start, and what is down after a start: nothing that a person stopped is started.

use idle_reaper::engine::model::{Happened, OutcomeKind, State};
use idle_reaper::engine::undo::{Finding, WhyNot};

use crate::fake::{
    Ask, Back, Fault, Faults, SETTINGS, Shape, World, apply, at, db, for_databases, outcome_of, row, try_apply,
    try_undo,
};
use crate::run::databases::{CLOSED, NEXT, OPEN, OPENING, known, settings};

fn bears_tag(world: &World) -> bool {
    world.get("db:orders").tags.get("idle-reaper:stopped").is_some()
}

/// The run that stops a database in the evening.
const EVENING_RUN: &str = "20261125T123000Z-1a";

fn started_in_the_morning() -> World {
    let world = known(World::of([db("orders")]));
    let evening = Ask { named: Some(EVENING_RUN), ..Ask::at(at(CLOSED)) };
    try_apply(&world, &settings(), &evening).expect("a report");
    apply(&world, &settings(), at(NEXT));
    assert_eq!(outcome_of(&apply(&world, &settings(), at(OPENING)), "db:orders"), OutcomeKind::Starting);
    world
}

#[test]
fn the_run_after_a_start_removes_the_tag_of_the_stop() {
    let world = started_in_the_morning();
    let watching = for_databases(&SETTINGS.replace("stage = \"enforce\"", "stage = \"observe\""));
    assert!(crate::fake::plan(&world, &watching, at(OPEN)).plan.marks.is_empty(), "not armed");
    world.set_faults(Faults::one("db:orders", Fault::UntagRefused));
    let refused = apply(&world, &settings(), at(OPEN));
    assert!(bears_tag(&world) && refused.marks.iter().all(|end| end.failed.is_some()), "{:?}", refused.marks);
    assert_eq!(refused.marks.len(), 1);
    world.mend();
    apply(&world, &settings(), at("2026-11-26T09:05:00+09:00"));
    assert!(!bears_tag(&world), "the next run does it");
    assert!(apply(&world, &settings(), at("2026-11-26T09:20:00+09:00")).marks.is_empty());
}

#[test]
fn the_tag_stays_where_a_person_started_it() {
    let world = known(World::of([db("orders")]));
    apply(&world, &settings(), at(CLOSED));
    apply(&world, &settings(), at(NEXT));
    world.change("db:orders", |found| found.state(State::Running));
    let report = apply(&world, &settings(), at("2026-11-25T22:30:00+09:00"));
    assert!(bears_tag(&world) && !row(&report, "db:orders").remarks.is_empty(), "a remark names the start");
}

#[test]
fn without_events_what_is_down_after_our_start_was_stopped_by_a_person() {
    let world = started_in_the_morning();
    world.change("db:orders", |found| found.state(State::Stopped));
    for when in [OPEN, "2026-11-26T09:05:00+09:00", "2026-11-27T08:45:00+09:00"] {
        let report = apply(&world, &settings(), at(when));
        assert_eq!((report.plan.steps.len(), bears_tag(&world)), (0, true), "{when}");
    }
}

#[test]
fn a_lost_record_starts_only_what_events_show_as_stopped_by_us() {
    let lost = |events: Option<&[(&str, &str, Happened)]>| {
        let world = known(World::of([db("orders")]));
        apply(&world, &settings(), at(CLOSED));
        apply(&world, &settings(), at(NEXT));
        world.lose("state/databases.jsonl");
        events.into_iter().for_each(|events| world.now_says(events));
        let reports = [OPENING, OPEN].map(|when| apply(&world, &settings(), at(when)).plan.steps.len());
        reports.iter().sum::<usize>()
    };
    let ours = ("db:orders", "2026-11-25T21:35:00+09:00", Happened::Stopped);
    let person = ("db:orders", "2026-11-25T22:00:00+09:00", Happened::Started);
    let theirs = ("db:orders", "2026-11-25T23:00:00+09:00", Happened::Stopped);
    assert_eq!(lost(Some(&[ours])), 1);
    assert_eq!(lost(Some(&[ours, person, theirs])), 0, "a person started and stopped it");
    assert_eq!(lost(Some(&[])), 0, "nothing shows our stop");
    assert_eq!(lost(None), 0, "unknown protects");
}

#[test]
fn an_undo_does_not_start_what_a_person_stopped_after_our_start() {
    let finding = |events: Option<&[(&str, &str, Happened)]>| {
        let world = started_in_the_morning();
        world.change("db:orders", |found| found.state(State::Stopped));
        events.into_iter().for_each(|events| world.now_says(events));
        let back = Back { undoes: EVENING_RUN.into(), at: at("2026-11-26T08:45:00+09:00"), ..Back::default() };
        try_undo(&world, &settings(), &back).expect("an undo").found[0].finding.clone()
    };
    let person = ("db:orders", "2026-11-26T08:42:00+09:00", Happened::Stopped);
    let start = ("db:orders", "2026-11-26T08:40:00+09:00", Happened::Started);
    assert_eq!(finding(Some(&[start, person])), Finding::Left(WhyNot::Touched));
    assert_eq!(finding(None), Finding::Left(WhyNot::Touched));
    assert_eq!(finding(Some(&[person])), Finding::Left(WhyNot::Touched), "the event of the start is missing");
    assert_eq!(finding(Some(&[])), Finding::Start, "it has fallen back");
}

#[test]
fn what_a_person_stopped_after_an_undo_is_not_started_at_the_opening() {
    let world = known(World::of([db("orders")]));
    let evening = Ask { named: Some(EVENING_RUN), ..Ask::at(at(CLOSED)) };
    try_apply(&world, &settings(), &evening).expect("a report");
    apply(&world, &settings(), at(NEXT));
    let back = Back { undoes: EVENING_RUN.into(), at: at("2026-11-25T22:00:00+09:00"), apply: true, ..Back::default() };
    assert_eq!(try_undo(&world, &settings(), &back).expect("an undo").counts().started, 1);
    world.change("db:orders", |found| found.state(State::Stopped));
    for when in ["2026-11-25T22:15:00+09:00", OPENING, OPEN] {
        let report = apply(&world, &settings(), at(when));
        assert_eq!(row(&report, "db:orders").verdict.action(), None, "{when}");
    }
}

#[test]
fn events_that_one_run_could_not_read_are_asked_for_again_and_the_database_starts() {
    let world = known(World::of([db("orders")]));
    apply(&world, &settings(), at(CLOSED));
    apply(&world, &settings(), at(NEXT));
    world.lose("state/databases.jsonl");
    let report = apply(&world, &settings(), at(OPENING));
    assert!(report.plan.steps.is_empty(), "unknown protects");
    assert!(report.notes.iter().any(|note| note.contains("rds:DescribeEvents")), "{:?}", report.notes);
    world.now_says(&[("db:orders", "2026-11-25T21:35:00+09:00", Happened::Stopped)]);
    assert_eq!(apply(&world, &settings(), at(OPEN)).plan.steps.len(), 1);
}

#[test]
fn a_person_who_stopped_it_after_a_start_that_was_never_confirmed_has_the_last_word() {
    let world = known(World::of([db("orders")]));
    apply(&world, &settings(), at(CLOSED));
    apply(&world, &settings(), at(NEXT));
    world.set_faults(Faults { killed_writing: Some(("acts/", true)), ..Faults::default() });
    assert!(try_apply(&world, &settings(), &Ask::at(at(OPENING))).is_err(), "the run that started it was killed");
    assert_ne!(world.get("db:orders").state, State::Stopped);
    world.mend();
    world.change("db:orders", |found| found.state(State::Stopped));
    world.now_says(&[
        ("db:orders", "2026-11-25T21:35:00+09:00", Happened::Stopped),
        ("db:orders", "2026-11-26T08:36:00+09:00", Happened::Started),
        ("db:orders", "2026-11-26T08:40:00+09:00", Happened::Stopped),
    ]);
    for when in [OPEN, "2026-11-26T09:05:00+09:00", "2026-11-27T08:45:00+09:00"] {
        assert!(apply(&world, &settings(), at(when)).plan.steps.is_empty(), "{when}");
    }
}
