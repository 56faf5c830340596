//! Plans: their ids, how long they hold, who comes first, and that a reviewed one only narrows.

use std::collections::BTreeSet;

use chrono::Duration;
use idle_reaper::engine::plan::{Plan, PlanRefused};
use idle_reaper::engine::report::Report;

use crate::engine::judge::forgotten::{NOON, idle_box, rests, telling};
use crate::fake::{EVENING, World, at, instance, plan, planned, with};

fn evening(machines: usize) -> Report {
    plan(&World::of((0..machines).map(|n| instance(&format!("i-{n}")))), &with(&[]), at(EVENING))
}

#[test]
fn a_plans_id_is_a_digest_of_what_it_says() {
    let first = evening(3).plan;
    assert!(first.id.len() == 12 && first.id.bytes().all(|digit| digit.is_ascii_hexdigit()), "{}", first.id);
    assert_eq!(first.id, evening(3).plan.id, "the same plan");
    let later = plan(&World::of([instance("i-0")]), &with(&[]), at(EVENING) + Duration::seconds(1)).plan;
    let under = plan(&World::of([instance("i-0")]), &with(&[("cpu-percent = 10", "cpu-percent = 11")]), at(EVENING));
    let less = first.clone().at_most(&Plan { steps: first.steps[1..].to_vec(), ..first.clone() });
    let ids = [&first, &evening(1).plan, &evening(0).plan, &later, &under.plan, &less].map(|plan| plan.id.clone());
    assert_eq!(BTreeSet::from(ids.clone()).len(), ids.len(), "{ids:?}");
}

#[test]
fn a_plan_is_carried_out_within_its_hour_by_a_clock_at_most_a_minute_behind() {
    let (made, settings) = (evening(1).plan, with(&[]));
    let check = |seconds| made.check(&settings, at(EVENING) + Duration::seconds(seconds));
    assert_eq!((check(-60), check(0), check(3599)), (Ok(()), Ok(()), Ok(())));
    assert!(matches!(check(-61), Err(PlanRefused::FromTheFuture { .. })));
    assert!(matches!(check(3600), Err(PlanRefused::Expired { .. })));
}

#[test]
fn it_is_not_always_the_same_instance_that_waits_for_room() {
    let capped = with(&[("stops-per-run = 1000", "stops-per-run = 1")]);
    let lucky = |day: i64| {
        let started = |n: usize| idle_reaper::engine::model::Instance {
            launch: Some(at(EVENING) - Duration::days(9)),
            ..instance(&format!("i-{n}"))
        };
        let report = plan(&World::of((0..8).map(started)), &capped, at(EVENING) + Duration::days(day));
        planned(&report)
    };
    let week: BTreeSet<Vec<String>> = (0..5).map(lucky).collect();
    assert!(week.len() > 1 && week.iter().all(|one| one.len() == 1), "{week:?}");
    assert_eq!(lucky(0), lucky(0), "of one day it is always the same");
}

#[test]
fn a_reviewed_plan_marks_nothing_that_it_does_not_hold() {
    let world = World::of([idle_box("i-1"), idle_box("i-2")]);
    for id in ["i-1", "i-2"] {
        rests(&world, id, at(NOON));
    }
    let all = plan(&world, &telling(), at(NOON)).plan;
    assert_eq!(all.marks.len(), 2);
    for n in 0..2 {
        let reviewed = Plan { marks: vec![all.marks[n].clone()], ..all.clone() };
        assert_eq!(all.clone().at_most(&reviewed).marks, reviewed.marks);
    }
    assert_eq!(all.clone().at_most(&Plan { marks: Vec::new(), ..all.clone() }).marks, []);
}
