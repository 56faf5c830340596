//! Law 4: steps ≤ every cap, and steps + deferred = candidates and armed. Caps are enforced again at the effect
//! boundary.

use std::collections::{BTreeMap, BTreeSet};

use super::arbitrary::{Scene, any_caps, any_faulty_scene, any_scene, for_all};
use crate::fake::{Deed, EVENING, Fault, Faults, NO_DAILY_CAPS, Shape, World, apply, at, instance, keys, plan, with};
use idle_reaper::engine::config::{Caps, Settings};
use idle_reaper::engine::model::Cap;
use idle_reaper::engine::model::OutcomeKind;
use idle_reaper::engine::model::{Action, Kind};
use idle_reaper::engine::report::Report;

fn share(caps: &Caps, report: &Report) -> usize {
    let running = report.rows.iter().filter(|row| row.running_in_scope && row.id.kind == Kind::Instance).count();
    (running * caps.stops_percent as usize).div_ceil(100)
}

/// How many may be stopped in one run and in one account, and how many may be started.
fn limits(settings: &Settings, report: &Report) -> (usize, usize, usize) {
    let caps = &settings.caps;
    let run = (caps.stops_per_run as usize).min(share(caps, report));
    (run, caps.stops_per_account as usize, caps.starts_per_run as usize)
}

/// The caps of a day, which no earlier run has touched here, and of a place; each stop by account, Region, policy.
fn check_days_and_places(caps: &Caps, stopped: &[(&str, &str, &str)]) {
    fn most<K: Ord>(keys: impl Iterator<Item = K>) -> u32 {
        let mut counts: BTreeMap<K, u32> = BTreeMap::new();
        keys.for_each(|key| *counts.entry(key).or_default() += 1);
        counts.into_values().max().unwrap_or_default()
    }
    let (accounts, policies) = (most(stopped.iter().map(|(a, _, _)| a)), most(stopped.iter().map(|(_, _, p)| p)));
    assert!(accounts <= caps.stops_per_account_per_day, "{accounts}");
    assert!(policies <= caps.stops_per_policy_per_day, "{policies}");
    let places = most(stopped.iter().map(|(a, r, _)| (a, r)));
    assert!(
        places <= idle_reaper::engine::plan::undo_capacity::startable_within(Kind::Instance, caps.tolerated_undo),
        "{places}"
    );
}

fn capped(scene: &Scene, caps: Caps) -> Settings {
    Settings { caps, ..scene.settings.clone() }
}

#[test]
fn a_plan_keeps_to_every_cap_and_loses_nothing() {
    let mut deferred = 0;
    let count = std::cell::RefCell::new(&mut deferred);
    for_all(300, (any_scene(14), any_caps()), |(scene, caps)| {
        let settings = capped(&scene, caps);
        let report = plan(&scene.world(), &settings, scene.at);
        let (run, account, starts) = limits(&settings, &report);
        let (started, stopped): (Vec<_>, Vec<_>) =
            report.plan.steps.iter().partition(|step| step.action == Action::Start);
        let mut by_account: BTreeMap<&str, usize> = BTreeMap::new();
        stopped.iter().for_each(|step| *by_account.entry(&step.id.place.account).or_default() += 1);
        assert!(started.len() <= starts && stopped.len() <= run);
        assert!(by_account.values().all(|stops| *stops <= account), "{by_account:?}");
        let stopped = stopped.into_iter().map(|step| (&*step.id.place.account, &*step.id.place.region, &*step.policy));
        check_days_and_places(&settings.caps, &stopped.collect::<Vec<_>>());

        let armed: Vec<_> = report.rows.iter().filter(|row| row.armed && row.verdict.action().is_some()).collect();
        let mut armed: Vec<_> =
            armed.iter().map(|row| (row.id.name.to_string(), row.verdict.action().expect("an action"))).collect();
        armed.sort();
        assert_eq!(keys(&report), armed);
        **count.borrow_mut() += report.plan.deferred.len();
    });
    assert!(deferred > 100, "only {deferred} steps were put off: the cases are too tame");
}

#[test]
fn what_is_done_keeps_to_every_cap_too() {
    for_all(300, (any_faulty_scene(14), any_caps()), |(scene, caps)| {
        let settings = capped(&scene, caps);
        let world = scene.world();
        let report = apply(&world, &settings, scene.at);
        let (run, account, starts) = limits(&settings, &report);
        let mut stopped: BTreeMap<String, BTreeSet<Box<str>>> = BTreeMap::new();
        let mut started = BTreeSet::new();
        for call in world.calls(Deed::switches) {
            match call.deed {
                Deed::Start => started.extend(call.ids),
                _ => stopped.entry(call.target.account.to_string()).or_default().extend(call.ids),
            }
        }
        assert!(started.len() <= starts);
        assert!(stopped.values().map(BTreeSet::len).sum::<usize>() <= run);
        assert!(stopped.values().all(|ids| ids.len() <= account));
        let policy = |id: &str| report.plan.steps.iter().find(|step| *step.id.name == *id).map(|step| &*step.policy);
        let calls = world.calls(|deed| matches!(deed, Deed::Stop | Deed::Hibernate));
        let done: BTreeSet<(&str, &str, &str, &str)> = calls
            .iter()
            .flat_map(|call| call.ids.iter().map(move |id| (call, &**id)))
            .map(|(call, id)| (&*call.target.account, &*call.target.region, policy(id).unwrap_or_default(), id))
            .collect();
        let done: Vec<_> = done.into_iter().map(|(account, region, policy, _)| (account, region, policy)).collect();
        check_days_and_places(&settings.caps, &done);
    });
}

#[test]
fn each_cap_names_itself_on_what_it_puts_off() {
    let fleet = || (0..10).map(|n| instance(&format!("i-{n}"))).collect::<Vec<_>>();
    for (change, cap, steps) in [
        (("stops-per-run = 1000", "stops-per-run = 3"), Cap::StopsPerRun, 3),
        (("stops-per-account = 1000", "stops-per-account = 4"), Cap::StopsPerAccount, 4),
        (("stops-percent = 100", "stops-percent = 11"), Cap::StopsPercent, 2), // rounded up
        (("stops-per-run = 1000", "stops-per-run = 0"), Cap::StopsPerRun, 0),
    ] {
        let report = plan(&World::of(fleet()), &with(&[change]), at(EVENING));
        assert_eq!(report.plan.steps.len(), steps, "{change:?}");
        assert_eq!(report.plan.deferred.len(), 10 - steps);
        assert!(report.plan.deferred.iter().all(|put_off| put_off.because == cap), "{:?}", report.plan.deferred);
    }
    let reaped = fleet().into_iter().map(Shape::reaped);
    let settings = with(&[("stops-percent = 100", "stops-percent = 100\nstarts-per-run = 1")]);
    let report = plan(&World::of(reaped), &settings, at("2026-11-26T09:00:00+09:00"));
    assert_eq!((report.plan.steps.len(), report.plan.deferred.len()), (1, 9));
    assert!(report.plan.deferred.iter().all(|put_off| put_off.because == Cap::StartsPerRun));
}

#[test]
fn a_stop_that_fails_is_not_made_up_by_another_beyond_the_cap() {
    let fleet = (0..6).map(|n| instance(&format!("i-{n}")));
    let settings = with(&[("stops-per-run = 1000", "stops-per-run = 2")]);
    let world = World::of(fleet);
    let first = plan(&world, &settings, at(EVENING)).plan.steps[0].id.name.clone();
    let world = world.with_faults(Faults::one(&first, Fault::Protected));
    let report = apply(&world, &settings, at(EVENING));
    let ended = |wanted: OutcomeKind| report.outcomes.iter().filter(|outcome| outcome.outcome == wanted).count();
    assert_eq!((report.outcomes.len(), ended(OutcomeKind::Failed)), (2, 1));
    assert_eq!(report.plan.deferred.len(), 4);
}

/// What is stopped in the evening by two runs, one after another, and what they put off by this cap.
fn two_runs(change: (&str, &str), cap: Cap) -> (usize, usize) {
    let fleet = (0..4).map(|n| instance(&format!("i-{n}")).account(["111111111111", "222222222222"][n % 2]));
    let (world, settings) = (World::of(fleet), with(&[change]));
    let put_off = |report: &Report| report.plan.deferred.iter().filter(|put_off| put_off.because == cap).count();
    let first = apply(&world, &settings, at(EVENING));
    let second = apply(&world, &settings, at("2026-11-25T21:45:00+09:00"));
    assert_eq!(put_off(&first), put_off(&second), "a second run of the day has nothing to spend");
    (first.counts().stopped + second.counts().stopped, put_off(&second))
}

#[test]
fn a_day_has_its_caps_by_account_and_by_policy_over_all_its_runs() {
    let day = |key: &str| ("stops-percent = 100", format!("stops-percent = 100\nstarts-per-run = 100\n{key} = 1"));
    let (from, to) = day("stops-per-account-per-day");
    assert_eq!(two_runs((from, &to), Cap::StopsPerAccountPerDay), (2, 2));
    let (from, to) = day("stops-per-policy-per-day");
    assert_eq!(two_runs((from, &to), Cap::StopsPerPolicyPerDay), (1, 3));
}

#[test]
fn the_next_day_begins_anew_at_midnight_of_utc_and_what_may_have_been_stopped_counts() {
    let settings = with(&[("stops-percent = 100", "stops-percent = 100\nstops-per-policy-per-day = 1")]);
    let world = World::of([instance("i-0"), instance("i-1")]);
    world.put(
        "acts/date=2026-11-25/20261125T100000Z-1a.jsonl",
        r#"{"id":"i-9","action":"stop","outcome":"unverified","at":"2026-11-25T10:00:00Z","policy":"dev"}"#,
    );
    assert_eq!(apply(&world, &settings, at(EVENING)).counts().stopped, 0);
    // Midnight of UTC is nine in the morning of Tokyo, when the schedule opens; so the next evening.
    assert_eq!(apply(&world, &settings, at("2026-11-26T21:30:00+09:00")).counts().stopped, 1);
}

#[test]
fn no_run_stops_more_in_one_place_than_can_be_started_again_in_the_time_that_is_tolerated() {
    let fleet = |region: &'static str| (0..60).map(move |n| instance(&format!("i-{region}-{n}")).region(region));
    let world = || World::of(fleet("ap-northeast-1").chain(fleet("us-east-1")));
    // 40 s for each batch of 50: one batch within 79 s, none within 39.
    for (tolerated, steps) in [("39s", 0), ("79s", 100), ("80s", 120)] {
        let settings = with(&[NO_DAILY_CAPS, ("[busy]", &format!("tolerated-undo = \"{tolerated}\"\n\n[busy]"))]);
        let report = plan(&world(), &settings, at(EVENING));
        assert_eq!(report.plan.steps.len(), steps, "{tolerated}");
        assert!(report.plan.deferred.iter().all(|put_off| put_off.because == Cap::ToleratedUndo));
    }
}
