//! The stop tag of a service that the record keeps: only what was done is remembered, and a start by anybody ends it.

use idle_reaper::engine::model::{Instance, OutcomeKind, Scaling};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::request::Mode;
use idle_reaper::engine::undo::Undo;

use crate::fake::{
    Ask, Back, Fault, Faults, Parts, Shape, World, apply, at, in_parts, outcome_of, try_apply, try_undo,
};

use super::services::{CLOSED, FORMER, LATER, MORNING, NEXT, OPEN, TAG, WEB, known, scaled, settings, size};

/// The run of the evening, as an undo names it.
const EVENING: &str = "20261125T123000Z-1a";

/// After an undo.
const NIGHT: &str = "2026-11-25T22:15:00+09:00";

const FILE: &str = "state/databases.jsonl";

fn run(world: &World, when: &str) -> Report {
    apply(world, &settings(), at(when))
}

/// A person or another tool sets its desired count to 0.
fn scale_to_zero(world: &World) {
    world.change(WEB, |found| found.service(|facts| (facts.desired, facts.running) = (Some(0), Some(0))));
}

/// Another tool takes the tag away.
fn strip(world: &World) {
    world.change(WEB, |found| found.untagged(TAG));
}

/// No run starts it until the morning.
fn stays_down(world: &World, whens: &[&str], cause: &str) {
    for when in whens {
        let report = run(world, when);
        assert!(report.plan.steps.is_empty(), "{cause}, {when}: {:?}", report.plan.steps);
    }
    assert_eq!(size(world).0, Some(0), "{cause}");
}

/// After the stop of the evening.
fn stopped(services: impl IntoIterator<Item = Instance>) -> World {
    let world = known(services);
    let report = try_apply(&world, &settings(), &Ask { named: Some(EVENING), ..Ask::at(at(CLOSED)) });
    assert_eq!(outcome_of(&report.expect("a report"), WEB), OutcomeKind::Stopped);
    world
}

fn undo(world: &World) -> Undo {
    let back = Back { undoes: EVENING.into(), at: at(LATER), apply: true, ..Back::default() };
    try_undo(world, &settings(), &back).expect("an undo")
}

#[test]
fn a_stop_that_did_not_happen_is_not_remembered() {
    for fault in [Fault::TagRefused, Fault::TagUnclearButDone, Fault::Protected, Fault::SuspendRefused] {
        let world = known([scaled(Scaling::Target(FORMER))]).with_faults(Faults::one(WEB, fault));
        assert_eq!(outcome_of(&run(&world, CLOSED), WEB), OutcomeKind::Failed, "{fault:?}");
        world.mend();
        scale_to_zero(&world);
        stays_down(&world, &[NEXT, OPEN, MORNING], &format!("{fault:?}"));
    }
}

#[test]
fn nor_is_one_of_a_divided_run() {
    let world = known([scaled(Scaling::Absent)]).with_faults(Faults::one(WEB, Fault::TagRefused));
    let parts = Parts { size: 1, ..Parts::default() };
    let report = in_parts(&world, &settings(), Mode::Apply, &Ask::at(at(CLOSED)), &parts).expect("a report");
    assert_eq!(outcome_of(&report, WEB), OutcomeKind::Failed);
    world.mend();
    scale_to_zero(&world);
    stays_down(&world, &[NEXT, OPEN], "in parts");
}

#[test]
fn an_undo_ends_what_is_remembered_and_nothing_of_others() {
    let world = stopped([scaled(Scaling::Absent), crate::fake::service("api")]);
    run(&world, NEXT);
    strip(&world);
    world.change("service:shop/api", |found| found.untagged(TAG));
    let undone = undo(&world);
    assert_eq!((undone.counts().started, undone.troubled), (2, false), "{:?}", undone.notes);
    scale_to_zero(&world);
    stays_down(&world, &[NIGHT, OPEN], "undone");
}

#[test]
fn a_start_by_an_undo_that_fails_leaves_it_remembered() {
    let world = stopped([scaled(Scaling::Absent)]);
    run(&world, NEXT);
    world.set_faults(Faults::one(WEB, Fault::StartRefused));
    assert_eq!(undo(&world).counts().failed, 1);
    world.mend();
    strip(&world);
    assert_eq!(outcome_of(&run(&world, OPEN), WEB), OutcomeKind::Started);
    assert_eq!(size(&world).0, Some(2));
}

#[test]
fn an_undo_says_where_it_could_not_be_recorded() {
    let world = stopped([scaled(Scaling::Absent)]);
    world.set_faults(Faults { no_writing: Some(FILE), ..Faults::default() });
    let undone = undo(&world);
    assert_eq!((undone.counts().started, undone.troubled), (1, true));
    let said = |note: &String| note.contains("stop tags of services could not be recorded");
    assert!(undone.notes.iter().any(said), "{:?}", undone.notes);
}

#[test]
fn a_start_ends_it_though_the_run_could_not_record_that() {
    let world = stopped([scaled(Scaling::Absent)]);
    run(&world, NEXT);
    world.set_faults(Faults { no_writing: Some(FILE), ..Faults::default() });
    assert_eq!(outcome_of(&run(&world, OPEN), WEB), OutcomeKind::Started);
    world.mend();
    scale_to_zero(&world);
    stays_down(&world, &[MORNING, "2026-11-26T09:20:00+09:00"], "the record");
}
