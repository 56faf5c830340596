//! Law 4: steps ≤ every cap, and steps + deferred = condemned and armed. Caps are enforced again at the effect
//! boundary.

use std::collections::{BTreeMap, BTreeSet};

use super::arbitrary::{Scene, any_caps, any_faulty_scene, any_scene, for_all};
use crate::fake::{Deed, EVENING, Fault, Faults, Shape, World, apply, at, instance, keys, plan, with};
use idle_reaper::decide::caps::Cap;
use idle_reaper::decide::report::{Ending, Report};
use idle_reaper::decide::settings::{Caps, Settings};
use idle_reaper::words::Action;

fn share(caps: &Caps, report: &Report) -> usize {
    let running = report.rows.iter().filter(|row| row.running_in_scope).count();
    (running * caps.stops_percent as usize).div_ceil(100)
}

/// How many may be stopped in one run and in one account, and how many may be started.
fn limits(settings: &Settings, report: &Report) -> (usize, usize, usize) {
    let caps = &settings.caps;
    let run = (caps.stops_per_run as usize).min(share(caps, report));
    (run, caps.stops_per_account as usize, caps.starts_per_run as usize)
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
        stopped.iter().for_each(|step| *by_account.entry(&step.account).or_default() += 1);
        assert!(started.len() <= starts && stopped.len() <= run);
        assert!(by_account.values().all(|stops| *stops <= account), "{by_account:?}");

        let armed: Vec<_> = report.rows.iter().filter(|row| row.armed && row.verdict.action().is_some()).collect();
        let mut armed: Vec<_> =
            armed.iter().map(|row| (row.id.to_string(), row.verdict.action().expect("an action"))).collect();
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
    let first = plan(&world, &settings, at(EVENING)).plan.steps[0].id.clone();
    let world = world.with_faults(Faults::one(&first, Fault::Protected));
    let report = apply(&world, &settings, at(EVENING));
    let ended = |wanted: Ending| report.outcomes.iter().filter(|outcome| outcome.outcome == wanted).count();
    assert_eq!((report.outcomes.len(), ended(Ending::Failed)), (2, 1));
    assert_eq!(report.plan.deferred.len(), 4);
}
