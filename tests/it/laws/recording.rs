//! Law 10: the intent is recorded before the act; evidence is removed only by a recorded outcome; the act is the
//! last step; every stop is verified.

use std::collections::{BTreeMap, BTreeSet};

use idle_reaper::engine::model::State;
use idle_reaper::engine::model::{Health, OutcomeKind};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::tags::stop_tag::OwnTag;
use idle_reaper::run::Error;

use super::arbitrary::{any_faulty_scene, for_all};
use crate::fake::{
    Ask, Call, Deed, EVENING, Fault, Faults, World, apply, at, instance, outcome_of, row, settings, try_apply, with,
};

fn first(log: &[Call], wanted: impl Fn(&Call) -> bool) -> Option<usize> {
    log.iter().position(wanted)
}

/// The outcomes as the record of acts tells them, by id.
fn recorded(world: &World, run: &str) -> BTreeMap<String, String> {
    let (_, text) = world.recorded(&format!("acts/date=2026-11-25/{run}.jsonl")).pop().unwrap_or_default();
    let line = |line: &str| -> serde_json::Value { serde_json::from_str(line).expect("a line of JSON") };
    let word = |value: &serde_json::Value| value.as_str().expect("a word").to_owned();
    text.lines().map(line).map(|line| (word(&line["id"]), word(&line["outcome"]))).collect()
}

fn check_order(world: &World, report: &Report) {
    let log = world.log();
    let Some(act) = first(&log, |call| call.deed.acts()) else { return };
    let intent = first(&log, |call| call.deed == Deed::WriteRecord && call.text.ends_with("/plan.json.gz") && call.ok);
    assert!(intent.expect("an intent") < act, "acted before the intent was recorded");
    for outcome in &report.outcomes {
        let id = &*outcome.id.name;
        let stop = |call: &Call| matches!(call.deed, Deed::Stop | Deed::Hibernate) && call.names(id);
        if let Some(stop) = first(&log, stop) {
            let tag = first(&log, |call| call.deed == Deed::Tag && call.names(id) && call.ok);
            assert!(tag.expect("a tag") < stop, "`{id}` was stopped before it was tagged");
        }
        let begun = log.iter().rposition(|call| call.deed.switches() && call.names(id));
        let refused = outcome.outcome == OutcomeKind::Failed && row(report, id).verdict.action().is_some();
        if let Some(begun) = begun {
            let verified = log[begun..].iter().any(|call| call.deed == Deed::LookAgain && call.names(id));
            assert!(verified || refused, "`{id}` was not looked at again");
        }
        let untagged = log.iter().any(|call| call.deed == Deed::Untag && call.names(id));
        assert!(!untagged || matches!(outcome.outcome, OutcomeKind::Failed | OutcomeKind::Started), "{outcome:?}");
    }
}

#[test]
fn intent_then_tag_then_act_then_verification_whatever_goes_wrong() {
    let acted = std::cell::Cell::new(0);
    for_all(300, any_faulty_scene(10), |scene| {
        let mut scene = scene;
        scene.instances.retain(|found| !found.id.name.is_empty());
        let world = scene.world();
        let report = apply(&world, scene.settings, scene.at);
        check_order(&world, &report);
        acted.set(acted.get() + report.outcomes.len());
    });
    assert!(acted.get() > 150, "only {} outcomes: the cases are too tame", acted.get());
}

#[test]
fn what_is_stopped_bears_a_tag_that_says_who_when_and_why() {
    let world = World::of([instance("i-1"), instance("i-2")]);
    let report = apply(&world, &with(&[]), at(EVENING));
    let value = |id: &str| world.get(id).tags.get("idle-reaper:stopped").expect("the tag").to_owned();
    assert_eq!(value("i-1"), value("i-2"), "one value for the whole batch");
    let tag = OwnTag::parse(&value("i-1")).expect("a tag that can be read");
    assert_eq!((&*tag.run, &*tag.policy), (&*report.run, "dev"));
    assert!(!tag.touched_since(&world.get("i-1")));
}

#[test]
fn a_stop_that_fails_leaves_no_tag_behind() {
    for fault in [Fault::Protected, Fault::TagRefused, Fault::TagUnclearButDone] {
        let world = World::of([instance("i-1")]).with_faults(Faults::one("i-1", fault));
        let report = apply(&world, &with(&[]), at(EVENING));
        assert_eq!(outcome_of(&report, "i-1"), OutcomeKind::Failed, "{fault:?}");
        assert_eq!(world.rests("i-1"), State::Running, "{fault:?}");
        assert_eq!(world.get("i-1").tags.get("idle-reaper:stopped"), None, "{fault:?}");
    }
}

#[test]
fn a_tag_that_aws_confirms_and_does_not_write_is_written_once_more() {
    for fault in [Fault::TagIgnoredOnce, Fault::TagShownLate] {
        let world = World::of([instance("i-1"), instance("i-2")]).with_faults(Faults::one("i-1", fault));
        let report = apply(&world, &with(&[]), at(EVENING));
        assert_eq!(report.health(), Health::Ok, "{fault:?}: {:?}", report.outcomes);
        for id in ["i-1", "i-2"] {
            let tag = OwnTag::parse(world.get(id).tags.get("idle-reaper:stopped").expect("the tag")).expect("readable");
            assert_eq!((&*tag.run, world.rests(id)), (&*report.run, State::Stopped), "{fault:?}");
        }
        let values: BTreeSet<_> = world.calls(|deed| deed == Deed::Tag).into_iter().map(|call| call.text).collect();
        assert_eq!(values.len(), 1, "the second writing says something else: {values:?}");
        assert_eq!(world.calls(|deed| deed == Deed::Stop).len(), 1, "{fault:?}");
    }
}

#[test]
fn where_the_tag_cannot_be_had_the_stop_stands_and_the_run_says_so() {
    let world = World::of([instance("i-1"), instance("i-2")]).with_faults(Faults::one("i-1", Fault::TagIgnored));
    let report = apply(&world, &with(&[]), at(EVENING));
    assert_eq!((report.health(), world.rests("i-1")), (Health::Degraded, State::Stopped));
    let detail = |id: &str| &report.outcomes.iter().find(|one| *one.id.name == *id).expect("an outcome").detail;
    let value = world.get("i-2").tags.get("idle-reaper:stopped").expect("the tag").to_owned();
    assert!(detail("i-1").contains("is not on it") && detail("i-1").contains(&value), "{}", detail("i-1"));
    assert!(!detail("i-2").contains("tag"), "{}", detail("i-2"));
    let (tags, starts) = (world.calls(|deed| deed == Deed::Tag).len(), world.calls(|deed| deed == Deed::Start).len());
    assert_eq!((tags, starts), (2, 0), "written once more, and no stop is undone for it");
}

#[test]
fn a_stop_that_fails_and_whose_tag_stays_is_reported() {
    for (fault, stays) in [(Fault::ProtectedUntagIgnoredOnce, false), (Fault::ProtectedUntagIgnored, true)] {
        let world = World::of([instance("i-1")]).with_faults(Faults::one("i-1", fault));
        let report = apply(&world, &with(&[]), at(EVENING));
        assert_eq!(
            (outcome_of(&report, "i-1"), world.rests("i-1")),
            (OutcomeKind::Failed, State::Running),
            "{fault:?}"
        );
        assert_eq!(world.get("i-1").tags.get("idle-reaper:stopped").is_some(), stays, "{fault:?}");
        assert_eq!(report.outcomes[0].detail.contains("could not be removed"), stays, "{}", report.outcomes[0].detail);
    }
}

#[test]
fn a_stop_with_an_unknown_outcome_keeps_its_tag() {
    for (fault, end) in [
        (Fault::StopUnclear, OutcomeKind::Unverified),
        (Fault::StopIgnored, OutcomeKind::Unverified),
        (Fault::StopUnclearButDone, OutcomeKind::Stopped),
    ] {
        let world = World::of([instance("i-1")]).with_faults(Faults::one("i-1", fault));
        let report = apply(&world, &with(&[]), at(EVENING));
        let ended = outcome_of(&report, "i-1");
        assert!(ended == end || (ended, end) == (OutcomeKind::Stopping, OutcomeKind::Stopped), "{fault:?}: {ended:?}");
        assert!(world.get("i-1").tags.get("idle-reaper:stopped").is_some(), "{fault:?}");
    }
}

#[test]
fn what_cannot_be_tagged_is_not_stopped() {
    let world = World::of([instance("i-1"), instance("i-2")]).with_faults(Faults::one("i-1", Fault::TagRefused));
    let report = apply(&world, &with(&[]), at(EVENING));
    assert_eq!((outcome_of(&report, "i-1"), world.rests("i-1")), (OutcomeKind::Failed, State::Running));
    assert_eq!(world.rests("i-2"), State::Stopped);
    assert!(world.calls(Deed::switches).iter().all(|call| !call.names("i-1")));
}

#[test]
fn an_intent_that_cannot_be_recorded_is_not_carried_out() {
    for what in ["plan.json", "tables/plans", "acts/", "acting.lock"] {
        let faults = Faults { no_writing: Some(what), ..Faults::default() };
        let world = World::of([instance("i-1")]).with_faults(faults);
        let failed = try_apply(&world, &with(&[]), &Ask::at(at(EVENING)));
        assert!(matches!(failed, Err(Error::Record(_))), "{what}: {failed:?}");
        assert_eq!(world.calls(Deed::acts), [], "{what}");
        assert!(what == "acting.lock" || world.recorded("acting.lock").is_empty(), "the lock was not given back");
    }
}

#[test]
fn a_record_that_cannot_be_read_stops_an_apply_and_is_noted_by_a_plan() {
    let world = World::of([instance("i-1")]).with_faults(Faults { no_reading: true, ..Faults::default() });
    let failed = try_apply(&world, &with(&[]), &Ask::at(at(EVENING)));
    assert!(matches!(failed, Err(Error::Record(_))), "{failed:?}");
    assert_eq!(world.calls(Deed::writes), []);
    let report = crate::fake::plan(&world, &with(&[]), at(EVENING));
    assert!(report.notes[0].contains("cannot be read"), "{:?}", report.notes);
}

#[test]
fn a_run_whose_outcomes_cannot_be_recorded_is_degraded_and_no_error() {
    for what in ["acts/", "tables/outcomes", "tables/verdicts", "tables/runs", "report.json"] {
        let (no_writing, again) = if what == "acts/" { (None, Some(what)) } else { (Some(what), None) };
        let faults = Faults { no_writing, no_writing_again: again, ..Faults::default() };
        let world = World::of([instance("i-1")]).with_faults(faults);
        let report = apply(&world, &with(&[]), at(EVENING));
        assert_eq!((world.rests("i-1"), report.health()), (State::Stopped, Health::Degraded), "{what}");
        assert!(report.notes.iter().any(|note| note.contains("could not be recorded")), "{:?}", report.notes);
    }
}

#[test]
fn every_outcome_is_recorded_once() {
    let faults = Faults::one("i-1", Fault::Protected).and("i-2", Fault::StopIgnored);
    let world = World::of((0..4).map(|n| instance(&format!("i-{n}")))).with_faults(faults);
    let report = apply(&world, &settings(crate::fake::SETTINGS), at(EVENING));
    let said = report.outcomes.iter().map(|o| (o.id.name.to_string(), o.outcome.as_str().to_owned())).collect();
    assert_eq!(recorded(&world, "run-1"), said);
    assert!(world.recorded("acting.lock").is_empty());
}
