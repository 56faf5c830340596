//! A panic ends what was being done and nothing else: one resource, one target, one stage. Each place has a trap.

use idle_reaper::engine::model::{Health, OutcomeKind};
use idle_reaper::engine::model::{Reason, State, set_trap};
use idle_reaper::engine::report::Report;
use idle_reaper::run::Error;

use crate::engine::judge::forgotten::TELLING;
use crate::fake::{
    Ask, EVENING, Shape, THERE, World, apply, at, instance, outcome_of, plan, row, settings, try_apply, with,
};

/// Takes the trap away, whatever happens.
struct Trap;

impl Trap {
    fn at(place: &str, id: &str) -> Self {
        set_trap(Some((place, id)));
        Self
    }
}

impl Drop for Trap {
    fn drop(&mut self) {
        set_trap(None);
    }
}

fn world() -> World {
    let far = |id: &str| instance(id).account(THERE.0).region(THERE.1);
    World::of([instance("i-1"), instance("i-2"), far("i-3")])
}

fn noted(report: &Report) -> bool {
    report.notes.iter().any(|note| note.contains("a trap at"))
}

#[test]
fn an_instance_whose_judgement_panics_is_left_alone_and_shown_with_the_message() {
    let _trap = Trap::at("judge", "i-2");
    for report in [plan(&world(), &with(&[]), at(EVENING)), apply(&world(), &with(&[]), at(EVENING))] {
        let one = row(&report, "i-2");
        assert_eq!((one.verdict.as_str(), one.verdict.reason()), ("skip", Reason::Incomplete));
        assert!(format!("{:?}", one.verdict).contains("a trap at judge i-2"), "{:?}", one.verdict);
        assert_eq!(report.plan.steps.len(), 2, "the others are judged as ever");
    }
}

#[test]
fn a_panic_in_one_target_is_that_target_s() {
    for place in ["scan", "regions"] {
        let _trap = Trap::at(place, THERE.0);
        let report = apply(&world(), &with(&[]), at(EVENING));
        assert_eq!(report.unreachable.len(), 1, "{place}: {:?}", report.unreachable);
        assert!(report.unreachable[0].cause.contains("a trap at"), "{place}: {:?}", report.unreachable);
        assert_eq!((report.health(), report.rows.len()), (Health::Degraded, 2), "{place}");
    }
    let _trap = Trap::at("measure", THERE.0);
    let report = apply(&world(), &with(&[]), at(EVENING));
    assert_eq!(row(&report, "i-3").verdict.reason(), Reason::Unmeasured);
    assert_eq!(report.counts().stopped, 2);
}

#[test]
fn a_panic_while_acting_in_one_target_leaves_its_steps_unverified_and_the_others_done() {
    let _trap = Trap::at("act", THERE.0);
    let world = world();
    let report = apply(&world, &with(&[]), at(EVENING));
    assert_eq!(
        (outcome_of(&report, "i-1"), outcome_of(&report, "i-3")),
        (OutcomeKind::Stopping, OutcomeKind::Unverified)
    );
    assert_eq!((report.health(), world.rests("i-1")), (Health::Degraded, State::Stopped));
    assert_eq!(world.recorded("acting.lock"), []);
}

#[test]
fn a_stage_after_the_acts_that_panics_degrades_the_run_and_the_rest_is_done() {
    let telling = settings(&crate::fake::SETTINGS.replace("[calendars.japan]", TELLING));
    for place in ["notify", "save", "stocktake", "keep", "tables", "report", "mark", "label"] {
        let _trap = Trap::at(place, "");
        let world = world();
        let report = apply(&world, &telling, at(EVENING));
        assert_eq!(report.counts().stopped, 3, "{place}");
        let marks = ["mark", "label"].contains(&place); // with nothing to mark nothing is lost
        assert!(marks || noted(&report) && report.health() == Health::Degraded, "{place}: {:?}", report.notes);
        let acts = &world.recorded("acts/")[0].1;
        assert_eq!(acts.matches("stopping").count(), 3, "{place}: {acts}");
        assert_eq!(world.recorded("acting.lock"), [], "{place}: the lock was given back");
        let reports = world.recorded("runs/").into_iter().filter(|(key, _)| key.contains("report.json"));
        assert!(place == "report" || reports.count() == 1, "{place}");
    }
}

#[test]
fn a_run_that_panics_before_it_acts_is_an_error_and_gives_the_lock_back() {
    let telling = settings(&crate::fake::SETTINGS.replace("[calendars.japan]", TELLING));
    for settings in [with(&[]), telling] {
        let _trap = Trap::at("run", "");
        let world = world();
        let ended = try_apply(&world, &settings, &Ask::at(at(EVENING)));
        assert!(matches!(&ended, Err(Error::Broke(why)) if why.contains("a trap at run")), "{ended:?}");
        assert_eq!(world.recorded("acting.lock"), []);
    }
}
