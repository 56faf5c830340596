//! Law 5: the order in which instances were seen does not change the plan or the report.

use idle_reaper::engine::report::Report;
use idle_reaper::render::json;
use proptest::prelude::*;

use super::accounting::any_dim_scene;
use super::arbitrary::{Scene, any_faulty_scene, any_scene, for_all};
use super::mixed::{any_faulty_mixed_scene, any_mixed_scene};
use crate::fake::{EVENING, Shape, World, apply, at, instance, plan, with};

fn otherwise(scene: &Scene, seed: u64) -> Scene {
    let mut other = Scene { seed, ..scene.clone() };
    other.instances.reverse();
    other.activity.truncate(other.instances.len());
    other.activity.resize(other.instances.len(), idle_reaper::engine::rules::case::Activity::of_cpu(0.5));
    other.activity.reverse();
    other
}

fn whole(report: &Report) -> String {
    json(report, true).expect("a report")
}

#[test]
fn the_order_of_the_answers_changes_neither_plan_nor_report() {
    let scenes = prop_oneof![any_scene(12), any_mixed_scene(12)];
    for_all(400, (scenes, any::<u64>()), |(scene, seed)| {
        let one = plan(&scene.world(), scene.settings, scene.at);
        let two = otherwise(&scene, seed);
        let two = plan(&two.world(), two.settings, two.at);
        assert_eq!(whole(&one), whole(&two));
    });
}

#[test]
fn the_order_of_the_answers_changes_nothing_of_what_was_not_seen() {
    for_all(150, (any_dim_scene(), any::<u64>()), |(scene, seed)| {
        let mut scene = scene;
        scene.faults.breaks_after.clear(); // which instances come before the break is for the order to say
        let look = |scene: &Scene| {
            let skipped = ["444444444444", "555555555555"];
            let world = skipped.iter().fold(scene.world(), |world, id| world.with_account(id, None, Some("SUSPENDED")));
            whole(&plan(&world, scene.settings, scene.at))
        };
        assert_eq!(look(&scene), look(&otherwise(&scene, seed)));
    });
}

#[test]
fn instances_that_tell_no_id_have_an_order_all_the_same() {
    let nameless = |n: usize| instance("").tag("Name", &format!("n-{n}"));
    for seed in 0..20 {
        let one = plan(&World::of((0..4).map(nameless)).shuffled_by(seed), &with(&[]), at(EVENING));
        let names: Vec<&str> = one.rows.iter().map(|row| &*row.name).collect();
        assert_eq!(names, ["n-0", "n-1", "n-2", "n-3"]);
    }
}

#[test]
fn the_order_of_the_answers_changes_no_outcome() {
    let scenes = prop_oneof![any_faulty_scene(12), any_faulty_mixed_scene(12)];
    for_all(250, (scenes, any::<u64>()), |(scene, seed)| {
        let one = apply(&scene.world(), scene.settings, scene.at);
        let two = otherwise(&scene, seed);
        let two = apply(&two.world(), two.settings, two.at);
        let ends = |report: &Report| -> Vec<_> {
            report.outcomes.iter().map(|o| (o.id.name.clone(), o.action, o.outcome, o.detail.clone())).collect()
        };
        assert_eq!(ends(&one), ends(&two));
        assert_eq!(one.plan, two.plan);
    });
}
