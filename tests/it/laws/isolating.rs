//! Law 9: one bad instance, tag, account or Region never stops or spoils the rest.

use std::collections::BTreeMap;

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::Target;
use idle_reaper::engine::model::{Kind, OutcomeKind};
use idle_reaper::engine::report::Report;
use proptest::prelude::*;
use proptest::sample::select;

use super::arbitrary::{VARIANTS, any_faults, any_instance, any_scene, any_tag, for_all};
use super::mixed::{any_faulty_mixed_scene, any_mixed_scene, as_kind, of_every_kind};
use crate::fake::{Fault, Faults, Shape, apply, plan};

/// Settings without caps that bite: under a cap the rest does depend on who comes first.
fn roomy() -> impl Strategy<Value = Settings> {
    let roomy = VARIANTS.iter().filter(|settings| settings.caps.stops_per_run == 1000);
    let unreachable = |settings: &Settings| {
        let run = idle_reaper::engine::config::Run { max_unreachable_percent: 100, ..settings.run.clone() };
        Settings { run, ..settings.clone() }
    };
    select(roomy.map(unreachable).collect::<Vec<_>>())
}

/// Everything that the report says of every instance but `bad`.
fn rest(report: &Report, bad: &str) -> BTreeMap<(String, String), (String, Option<OutcomeKind>)> {
    let rows = report.rows.iter().filter(|row| *row.id.name != *bad && !row.id.name.is_empty());
    let ended =
        |id: &str| report.outcomes.iter().find(|outcome| *outcome.id.name == *id).map(|outcome| outcome.outcome);
    rows.map(|row| {
        let said = format!("{:?} {}", row.verdict, row.armed);
        ((row.id.place.to_string(), row.id.name.to_string()), (said, ended(&row.id.name)))
    })
    .collect()
}

#[test]
fn a_bad_instance_spoils_nothing_for_the_others() {
    let faults = vec![
        None,
        Some(Fault::Protected),
        Some(Fault::TagRefused),
        Some(Fault::UntagRefused),
        Some(Fault::StartRefused),
        Some(Fault::FallsBack),
        Some(Fault::StopIgnored),
    ];
    let bad = (any_instance(), prop::collection::vec(any_tag(), 0..4), select(faults));
    for_all(250, (any_scene(8), roomy(), bad), |(scene, settings, (bad, tags, fault))| {
        let alone = apply(&scene.world(), &settings, scene.at);
        let mut scene = scene;
        let bad = tags.iter().fold(bad, |bad, (key, value)| bad.tag(key, value));
        scene.instances.push(bad.named("i-bad"));
        if let Some(fault) = fault {
            scene.faults = Faults::one("i-bad", fault);
        }
        let together = apply(&scene.world(), &settings, scene.at);
        assert_eq!(rest(&alone, "i-bad"), rest(&together, "i-bad"));
    });
}

#[test]
fn a_bad_resource_of_any_kind_spoils_nothing_for_the_others() {
    let faults = vec![
        None,
        Some(Fault::Protected),
        Some(Fault::TagRefused),
        Some(Fault::UntagRefused),
        Some(Fault::StartRefused),
        Some(Fault::SuspendRefused),
        Some(Fault::InTransition),
        Some(Fault::StopIgnored),
    ];
    let bad = (any_instance(), prop::collection::vec(any_tag(), 0..4), select(faults), select(Kind::ALL.to_vec()));
    for_all(300, (any_mixed_scene(8), roomy(), bad), |(scene, settings, (bad, tags, fault, kind))| {
        let settings = Settings { run: settings.run.clone(), ..of_every_kind(&settings).clone() };
        let alone = apply(&scene.world(), &settings, scene.at);
        let mut scene = scene;
        let bad = as_kind(&tags.iter().fold(bad, |bad, (key, value)| bad.tag(key, value)).named("i-bad"), kind);
        let id = bad.id.name.to_string();
        scene.instances.push(bad);
        if let Some(fault) = fault {
            scene.faults = Faults::one(&id, fault);
        }
        let together = apply(&scene.world(), &settings, scene.at);
        assert_eq!(rest(&alone, &id), rest(&together, &id));
    });
}

#[test]
fn every_step_of_any_kind_has_an_outcome_whatever_goes_wrong() {
    for_all(250, any_faulty_mixed_scene(12), |scene| {
        let report = apply(&scene.world(), scene.settings, scene.at);
        if !scene.settings.run.armed || scene.settings.run.record.is_none() {
            return;
        }
        let steps: Vec<_> = report.plan.steps.iter().map(|step| (&step.id, step.action)).collect();
        let outcomes: Vec<_> = report.outcomes.iter().map(|outcome| (&outcome.id, outcome.action)).collect();
        assert_eq!(steps, outcomes);
        assert!(report.outcomes.iter().all(|outcome| !outcome.detail.contains("by mistake")));
    });
}

#[test]
fn an_unreachable_target_spoils_nothing_for_the_others() {
    let places = vec![("111111111111", "*"), ("222222222222", "us-east-1"), ("111111111111", "ap-northeast-1")];
    for_all(200, (any_scene(10), roomy(), select(places)), |(scene, settings, (account, region))| {
        let gone = Target::new(account, region);
        let outside = |found: &Target| found.account != gone.account || (region != "*" && found.region != gone.region);
        let lit = plan(&scene.world(), &settings, scene.at);
        let mut scene = scene;
        scene.faults.unreachable.insert(gone.clone());
        let dim = plan(&scene.world(), &settings, scene.at);
        let said = |report: &Report| -> Vec<String> {
            let rows = report.rows.iter().filter(|row| outside(&row.id.place));
            rows.map(|row| format!("{} {} {:?} {}", row.id.place, row.id.name, row.verdict, row.armed)).collect()
        };
        assert_eq!(said(&lit), said(&dim));
    });
}

#[test]
fn every_step_has_an_outcome_whatever_goes_wrong() {
    for_all(250, (any_scene(12), any_faults(12), roomy()), |(scene, faults, settings)| {
        let mut scene = scene;
        scene.faults = faults;
        let report = apply(&scene.world(), &settings, scene.at);
        let steps: Vec<_> = report.plan.steps.iter().map(|step| (&step.id.name, step.action)).collect();
        let outcomes: Vec<_> = report.outcomes.iter().map(|outcome| (&outcome.id.name, outcome.action)).collect();
        assert_eq!(steps, outcomes);
        assert!(report.outcomes.iter().all(|outcome| !outcome.detail.contains("by mistake")));
    });
}
