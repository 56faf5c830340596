//! Gathering over the fake world: the funnel, the witness, faults of one target, the deadline.

use std::collections::BTreeSet;
use std::time::Duration as Wait;

use chrono::Duration;
use idle_reaper::engine::config::Idle;
use idle_reaper::engine::evidence::idle::{Idleness, Metric, Missing, Own, Sign};
use idle_reaper::engine::evidence::witness::Witness;
use idle_reaper::engine::model::Tier;
use idle_reaper::engine::model::WhyReportOnly;
use idle_reaper::engine::model::{ByResource, Instance, Target};
use idle_reaper::ports::Scan;
use idle_reaper::run::{Clock, Gathered, gather, own_acts};

use super::samples::Case;
use crate::fake::{Deed, EVENING, Faults, Shape, THERE, World, at, block_on, here};

/// A world of these boxes, each with its own weeks.
fn world(boxes: &[(&str, Case)]) -> (World, Vec<Instance>) {
    let instances: Vec<Instance> = boxes.iter().map(|(id, case)| case.instance.clone().named(id)).collect();
    let world = World::of(instances.clone());
    let weeks = boxes.iter().fold(world, |world, (id, case)| world.with_weeks(id, case.evidence()));
    (weeks, instances)
}

fn ask(world: &World, instances: &[Instance], witness: &Witness, left: Option<Wait>) -> Gathered {
    let candidates: Vec<&Instance> = instances.iter().collect();
    let clock = Clock::start(at(EVENING), left);
    block_on(gather(world, &Idle::default(), &candidates, witness, &ByResource::default(), clock, 8))
}

fn gathered(world: &World, instances: &[Instance]) -> Gathered {
    ask(world, instances, &Witness::default(), None)
}

fn busy() -> Case {
    Case::idle().with_burst(Duration::days(3), 60.0)
}

fn there(case: Case) -> Case {
    case.being(|it| it.id.place = Target::new(THERE.0, THERE.1).into())
}

#[test]
fn the_active_drop_out_after_one_metric_and_survivors_are_asked_for_the_rest() {
    let (world, all) = world(&[("i-1", Case::idle()), ("i-2", busy()), ("i-3", busy()), ("i-4", Case::idle())]);
    let found = gathered(&world, &all);
    assert!(
        matches!(found.idleness[&here("i-1")], Idleness::Idle(_))
            && matches!(found.idleness[&here("i-2")], Idleness::Active(_))
    );
    assert_eq!(world.metrics(), 4 + 2 + 2 * 5);
    let rounds = world.calls(|deed| deed == Deed::Gather);
    assert_eq!(rounds.iter().map(|call| call.text.as_str()).collect::<Vec<_>>(), ["4", "2", "10"]);
    assert!(!rounds[1].names("i-2") && rounds[1].names("i-4"));
    assert_eq!(world.spent().usd.to_string(), "0.00016");
}

#[test]
fn what_was_seen_active_is_not_measured_again_before_it_could_be_idle() {
    let (world, all) = world(&[("i-1", Case::idle()), ("i-2", busy())]);
    let first = gathered(&world, &all);
    assert_eq!(first.sightings.len(), 1);
    let text = Witness::default().after(&first.sightings, &Idle::default(), at(EVENING));
    world.forget();
    let second = ask(&world, &all, &Witness::parse(&text), None);
    assert_eq!(world.metrics(), 7, "those of the idle one");
    assert!(
        matches!(&second.idleness[&here("i-2")], Idleness::Active(Sign::Witnessed { what, .. }) if what == "burst")
    );
    assert_eq!(second.sightings, []);
    assert_eq!(second.idleness[&here("i-1")], first.idleness[&here("i-1")]);
}

#[test]
fn what_cannot_have_run_for_long_enough_costs_nothing() {
    let young = Case::idle().started(at(EVENING) - Duration::hours(9));
    let (world, all) = world(&[("i-1", young)]);
    let found = gathered(&world, &all);
    assert!(matches!(found.idleness[&here("i-1")], Idleness::Undetermined(Missing::RunningHours { .. })));
    assert_eq!((world.metrics(), world.log().len()), (0, 0));
}

#[test]
fn a_region_that_refuses_leaves_its_own_undetermined_and_no_others() {
    let (world, all) = world(&[("i-1", Case::idle()), ("i-2", there(Case::idle()))]);
    let refused = BTreeSet::from([Target::new(THERE.0, THERE.1)]);
    let world = world.with_faults(Faults { unmeasured: refused, ..Faults::default() });
    let found = gathered(&world, &all);
    assert!(matches!(found.idleness[&here("i-1")], Idleness::Idle(_)));
    let Idleness::Undetermined(Missing::Metric { metric, cause }) = &found.idleness[&all[1].id] else { panic!() };
    assert!(*metric == Metric::CpuByDay && cause.contains("AccessDenied"), "{cause}");
}

#[test]
fn no_datapoints_are_no_idleness() {
    let nothing = Case::idle().only(Metric::CpuByDay, |_| false);
    let (world, all) = world(&[("i-1", nothing)]);
    let found = gathered(&world, &all);
    assert!(matches!(found.idleness[&here("i-1")], Idleness::Undetermined(Missing::Sparse { has: 0, .. })));
}

#[test]
fn when_there_is_no_time_left_nothing_is_idle() {
    let (world, all) = world(&[("i-1", Case::idle())]);
    let world = world.with_faults(Faults { slow_metrics: Wait::from_secs(60), ..Faults::default() });
    let found = ask(&world, &all, &Witness::default(), Some(Wait::from_secs(20)));
    let Idleness::Undetermined(Missing::Metric { cause, .. }) = &found.idleness[&here("i-1")] else {
        panic!("{:?}", found.idleness)
    };
    assert!(cause.contains("no time left"), "{cause}");
}

#[test]
fn a_load_balancer_is_asked_for_where_something_idle_is_and_a_refusal_is_unknown() {
    let (quiet, other) = (Case::idle(), there(Case::idle()));
    let (world, all) = world(&[("i-1", quiet.clone()), ("i-2", quiet), ("i-3", other), ("i-4", there(busy()))]);
    let refused = BTreeSet::from([Target::new(THERE.0, THERE.1)]);
    let world = world.behind_load_balancer("i-2").with_faults(Faults { no_balancers: refused, ..Faults::default() });
    let found = gathered(&world, &all);
    let why = |n: usize| match &found.idleness[&all[n].id] {
        Idleness::Idle(facts) => facts.report_only.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!((why(0), why(1)), (None, Some(WhyReportOnly::LoadBalancer)));
    assert!(matches!(why(2), Some(WhyReportOnly::LoadBalancerUnknown(cause)) if cause.contains("AccessDenied")));
    assert_eq!(world.calls(|deed| deed == Deed::AskBalancers).len(), 2);
    let (world, all) = super::gathering::world(&[("i-1", busy())]);
    gathered(&world, &all);
    assert_eq!(world.calls(|deed| deed == Deed::AskBalancers), [], "nobody idle, nobody asks");
}

#[test]
fn five_of_one_image_tell_what_its_agents_need() {
    let chatty = || Case::idle().all(Metric::Sent, 400_000.0);
    let boxes = |n: usize| (0..n).map(|n| format!("i-{n}")).collect::<Vec<String>>();
    let of = |n: usize| {
        let ids = boxes(n);
        let (world, all) = world(&ids.iter().map(|id| (id.as_str(), chatty())).collect::<Vec<_>>());
        match &gathered(&world, &all).idleness[&here("i-0")] {
            Idleness::Idle(facts) => facts.tier,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((of(4), of(5)), (Tier::Likely, Tier::Strict));
}

#[test]
fn an_answer_that_forgets_an_instance_ends() {
    let (world, all) = world(&[]);
    let stranger = Case::idle().instance;
    assert!(all.is_empty());
    world.add(stranger.clone());
    let found = gathered(&world, &[stranger]);
    assert!(matches!(found.idleness[&here("i-1")], Idleness::Undetermined(Missing::Metric { .. })));
    assert_eq!(world.metrics(), 1);
}

#[test]
fn the_record_tells_the_reapers_own_stops_and_starts_further_back_than_a_fight_lasts() {
    let (world, _) = world(&[]);
    let line = |action: &str, outcome: &str, at: &str| {
        format!("{{\"id\":\"i-1\",\"action\":\"{action}\",\"outcome\":\"{outcome}\",\"at\":\"{at}\"}}\n")
    };
    let stop = line("stop", "stopped", "2026-10-28T09:00:00Z").replace('}', ",\"launched\":\"2026-10-28T04:10:00Z\"}");
    world.put("acts/date=2026-10-28/run-1.jsonl", &format!("{stop}nonsense\n"));
    let others = [line("start", "failed", "2026-10-29T00:01:00Z"), line("stop", "overtaken", "2026-10-29T00:02:00Z")];
    let start = line("start", "started", "2026-10-29T00:00:00Z");
    world.put("acts/date=2026-10-29/run-2.jsonl", &format!("{start}{}", others.concat()));
    world.put("acts/date=2026-10-01/run-0.jsonl", &line("stop", "stopped", "2026-10-01T09:00:00Z"));
    let own = block_on(own_acts(&world, at(EVENING), 40)).expect("a record");
    let expected = Own {
        stops: vec![at("2026-10-28T09:00:00Z")],
        starts: vec![at("2026-10-29T00:00:00Z")],
        launches: vec![at("2026-10-28T04:10:00Z")],
    };
    assert_eq!(own, ByResource::from_iter([(here("i-1").unplaced(), expected)]));
}
