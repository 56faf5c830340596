//! Law 6: plan, apply, plan again at the same instant: the second plan holds only what the first deferred or could
//! not finish.

use std::collections::BTreeSet;

use idle_reaper::engine::model::Action;
use idle_reaper::engine::model::OutcomeKind;
use idle_reaper::engine::report::Report;
use proptest::prelude::*;

use super::arbitrary::{any_caps, any_faulty_scene, any_scene, for_all};
use super::mixed::{any_faulty_mixed_scene, any_mixed_scene};
use crate::fake::{apply, keys, plan};

fn left_over(report: &Report) -> BTreeSet<(String, Action)> {
    let unfinished = report.outcomes.iter().filter(|outcome| match outcome.outcome {
        OutcomeKind::Overtaken | OutcomeKind::Failed | OutcomeKind::NotTried | OutcomeKind::Unverified => true,
        OutcomeKind::Stopped
        | OutcomeKind::Stopping
        | OutcomeKind::Started
        | OutcomeKind::Starting
        | OutcomeKind::Already => false,
    });
    let deferred = report.plan.deferred.iter().map(|put_off| (put_off.id.name.to_string(), put_off.action));
    unfinished.map(|outcome| (outcome.id.name.to_string(), outcome.action)).chain(deferred).collect()
}

#[test]
fn a_second_plan_holds_only_what_the_first_left_over() {
    let done = std::cell::Cell::new(0);
    for_all(500, prop_oneof![any_faulty_scene(12), any_faulty_mixed_scene(12)], |scene| {
        let world = scene.world();
        let planned = plan(&world, scene.settings, scene.at);
        let applied = apply(&world, scene.settings, scene.at);
        assert_eq!(planned.plan, applied.plan, "a dry run and a real run share the plan");
        let again = plan(&world, scene.settings, scene.at);
        let left = left_over(&applied);
        assert!(keys(&again).iter().all(|key| left.contains(key)), "{:?} of {left:?}", keys(&again));
        done.set(done.get() + applied.outcomes.len() - applied.counts().failed);
    });
    assert!(done.get() > 150, "only {} steps were done: the cases are too tame", done.get());
}

#[test]
fn in_a_world_without_faults_what_was_put_off_is_all_that_is_left() {
    for_all(250, (prop_oneof![any_scene(12), any_mixed_scene(12)], any_caps()), |(scene, caps)| {
        let settings = idle_reaper::engine::config::Settings { caps, ..scene.settings.clone() };
        let world = scene.world();
        let applied = apply(&world, &settings, scene.at);
        let again = plan(&world, &settings, scene.at);
        let left: Vec<_> = left_over(&applied).into_iter().collect();
        assert_eq!(keys(&again), left);
    });
}

#[test]
fn repeated_runs_come_to_rest() {
    for_all(100, prop_oneof![any_scene(10), any_mixed_scene(10)], |scene| {
        let world = scene.world();
        let runs = (0..12).take_while(|_| !apply(&world, scene.settings, scene.at).plan.steps.is_empty()).count();
        assert!(runs < 12, "still acting after {runs} runs");
    });
}

#[test]
fn a_dry_run_changes_nothing_that_a_second_one_would_see() {
    for_all(150, (prop_oneof![any_scene(10), any_mixed_scene(10)], any::<bool>()), |(scene, _)| {
        let world = scene.world();
        let one = plan(&world, scene.settings, scene.at);
        let before = world.all();
        let two = plan(&world, scene.settings, scene.at);
        assert_eq!(one.plan, two.plan);
        assert_eq!(before, world.all());
    });
}
