//! Law 5: the order in which instances were seen does not change the plan or the report.

use idle_reaper::decide::report::Report;
use idle_reaper::render::json;
use proptest::prelude::*;

use super::arbitrary::{Scene, any_faulty_scene, any_scene, for_all};
use crate::fake::{apply, plan};

fn otherwise(scene: &Scene, seed: u64) -> Scene {
    let mut other = Scene { seed, ..scene.clone() };
    other.instances.reverse();
    other.activity.truncate(other.instances.len());
    other.activity.resize(other.instances.len(), idle_reaper::decide::case::Activity::Cpu(0.5));
    other.activity.reverse();
    other
}

fn whole(report: &Report) -> String {
    json(report, true).expect("a report")
}

#[test]
fn the_order_of_the_answers_changes_neither_plan_nor_report() {
    for_all(250, (any_scene(12), any::<u64>()), |(scene, seed)| {
        let one = plan(&scene.world(), scene.settings, scene.at);
        let two = otherwise(&scene, seed);
        let two = plan(&two.world(), two.settings, two.at);
        assert_eq!(whole(&one), whole(&two));
    });
}

#[test]
fn the_order_of_the_answers_changes_no_outcome() {
    for_all(150, (any_faulty_scene(12), any::<u64>()), |(scene, seed)| {
        let one = apply(&scene.world(), scene.settings, scene.at);
        let two = otherwise(&scene, seed);
        let two = apply(&two.world(), two.settings, two.at);
        let ends = |report: &Report| -> Vec<_> {
            report.outcomes.iter().map(|o| (o.id.clone(), o.action, o.outcome, o.detail.clone())).collect()
        };
        assert_eq!(ends(&one), ends(&two));
        assert_eq!(one.plan, two.plan);
    });
}
