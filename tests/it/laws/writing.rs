//! Law 7: a dry run by hand makes zero writing calls; an unarmed run makes none in an account it looks at.

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::request::Scope;
use proptest::sample::select;

use super::arbitrary::{VARIANTS, any_faulty_scene, for_all};
use crate::fake::{Ask, Deed, EVENING, World, apply, at, instance, plan, try_plan, with};

#[test]
fn a_dry_run_writes_nothing_anywhere() {
    for_all(200, any_faulty_scene(10), |scene| {
        let world = scene.world();
        let before = world.all();
        let report = plan(&world, scene.settings, scene.at);
        assert_eq!(world.calls(Deed::writes), []);
        assert!(report.outcomes.is_empty());
        let only = Scope { instances: Some(vec!["i-000".to_owned()]), ..Scope::default() };
        try_plan(&world, scene.settings, &Ask { scope: only, ..Ask::at(scene.at) }).expect("a plan");
        assert_eq!(world.calls(Deed::writes), []);
        assert_eq!(before.len(), world.all().len());
    });
}

/// Whether nothing may be done under these settings, for want of one of the keys.
fn unarmed(settings: &Settings) -> bool {
    let enforced = |policy: &std::sync::Arc<idle_reaper::engine::config::Policy>| {
        policy.stage == idle_reaper::engine::config::Stage::Enforce
    };
    !settings.run.armed || settings.run.record.is_none() || !settings.policies.iter().any(enforced)
}

#[test]
fn an_unarmed_run_writes_in_no_account_that_it_looks_at() {
    let unarmed: Vec<&Settings> = VARIANTS.iter().filter(|settings| unarmed(settings)).collect();
    assert_eq!(unarmed.len(), 3);
    for_all(200, (any_faulty_scene(10), select(unarmed)), |(scene, settings)| {
        let world = scene.world();
        let report = apply(&world, settings, scene.at);
        assert_eq!(world.calls(Deed::acts), []);
        assert_eq!((report.plan.steps.len(), report.outcomes.len()), (0, 0));
        assert!(report.rows.iter().all(|row| !row.armed));
    });
}

#[test]
fn an_unarmed_run_is_recorded_and_keeps_its_verdicts() {
    let world = World::of([instance("i-1")]);
    let report = apply(&world, &with(&[("armed = true", "armed = false")]), at(EVENING));
    assert_eq!(report.rows[0].verdict.as_str(), "stop");
    assert_eq!(report.counts().candidates, 1);
    let written: Vec<_> = world.calls(Deed::writes).into_iter().map(|call| call.text).collect();
    assert!(written.contains(&"runs/date=2026-11-25/run-1/report.json.gz".to_owned()), "{written:?}");
    assert!(written.iter().all(|key| !key.contains("plan.json") && !key.contains("lock")), "{written:?}");
}

#[test]
fn a_run_without_a_record_writes_nothing_at_all() {
    let world = World::of([instance("i-1")]);
    let report = apply(&world, &with(&[("record = \"record\"", "")]), at(EVENING));
    assert_eq!(world.calls(Deed::writes), []);
    assert!(report.notes.iter().any(|note| note.contains("no `record` is configured")), "{:?}", report.notes);
}
