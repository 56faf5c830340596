//! The laws over every kind at once: whatever else there is, each kind keeps to its own calls and caps, and what befalls one kind
//! changes nothing for the others.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use idle_reaper::engine::config::{Caps, Settings};
use idle_reaper::engine::model::{Action, Instance, Kind, OutcomeKind, Scaling, State};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::undo::{Finding, WhyNot};

use super::arbitrary::{any_caps, for_all};
use super::mixed::{any_faulty_mixed_scene, any_mixed_scene, only};
use crate::fake::{Ask, Back, Call, Deed, Faults, World, apply, apply_killed, plan, try_apply, try_undo};

/// The kind that a name in a call is of.
fn kind_of(id: &str) -> Kind {
    match id.split_once(':').map(|(kind, _)| kind) {
        Some("db" | "cluster") => Kind::Database,
        Some("service") => Kind::Service,
        _ => Kind::Instance,
    }
}

fn of(kind: Kind, calls: &[Call]) -> BTreeSet<Box<str>> {
    let ids = calls.iter().flat_map(|call| call.ids.iter());
    ids.filter(|id| kind_of(id) == kind).cloned().collect()
}

fn stops(world: &World) -> Vec<Call> {
    world.calls(|deed| matches!(deed, Deed::Stop | Deed::Hibernate))
}

#[test]
fn a_dry_run_over_every_kind_writes_nothing_and_shows_each_once() {
    for_all(100, any_faulty_mixed_scene(12), |scene| {
        let world = scene.world();
        let report = plan(&world, scene.settings, scene.at);
        assert_eq!(world.calls(Deed::writes), []);
        let rows: BTreeSet<_> = report.rows.iter().map(|row| &row.id).collect();
        assert_eq!((rows.len(), report.rows.len()), (world.all().len(), world.all().len()));
    });
}

fn check_caps(caps: &Caps, report: &Report, world: &World) {
    for kind in Kind::ALL.iter().copied() {
        let running = report.rows.iter().filter(|row| row.running_in_scope && row.id.kind == kind).count();
        let share = (running * caps.stops_percent as usize).div_ceil(100);
        let limit = match kind {
            Kind::Instance => caps.stops_per_run,
            Kind::Database => caps.databases_per_run,
            Kind::Service => caps.services_per_run,
        } as usize;
        let stopped = of(kind, &stops(world)).len();
        assert!(stopped <= share.min(limit), "{stopped} stops of the kind {kind:?}");
    }
    let mut by_account: BTreeMap<String, BTreeSet<Box<str>>> = BTreeMap::new();
    for call in stops(world) {
        by_account.entry(call.target.account.to_string()).or_default().extend(call.ids);
    }
    assert!(by_account.values().map(BTreeSet::len).sum::<usize>() <= caps.stops_per_run as usize);
    assert!(by_account.values().all(|ids| ids.len() <= caps.stops_per_account as usize));
}

/// Each stop follows from an armed verdict and a tag that was written before.
fn check_stops(report: &Report, world: &World) {
    let log = world.log();
    for (n, call) in log.iter().enumerate().filter(|(_, call)| matches!(call.deed, Deed::Stop | Deed::Hibernate)) {
        for id in &call.ids {
            let row = report.rows.iter().find(|row| *row.id.name == **id).expect("a line");
            assert!(row.armed && row.verdict.action().is_some_and(Action::is_stop), "{:?}", row.verdict);
            let tagged = |call: &Call| call.deed == Deed::Tag && call.names(id) && call.ok;
            assert!(log[..n].iter().any(tagged), "`{id}` was stopped before it was tagged");
            assert!(call.deed == Deed::Stop || kind_of(id) == Kind::Instance, "{call:?}");
        }
    }
}

#[test]
fn what_is_done_keeps_to_the_caps_of_every_kind_whatever_goes_wrong() {
    let others = std::cell::Cell::new((0, 0));
    let values = (any_faulty_mixed_scene(18), any_caps(), 0..4u32, 0..4u32);
    for_all(250, values, |(scene, caps, databases_per_run, services_per_run)| {
        let world = scene.world();
        let caps = Caps { databases_per_run, services_per_run, ..caps };
        let report = apply(&world, &Settings { caps, ..scene.settings.clone() }, scene.at);
        check_caps(&caps, &report, &world);
        check_stops(&report, &world);
        let (databases, services) = others.get();
        let count = |kind| of(kind, &stops(&world)).len();
        others.set((databases + count(Kind::Database), services + count(Kind::Service)));
    });
    let (databases, services) = others.get();
    assert!(databases > 12 && services > 12, "{databases} databases and {services} services: the cases are too tame");
}

/// What was stopped, or may have been, by account, each once for each time that it was running before.
fn stopped_by_account(world: &World) -> BTreeMap<String, usize> {
    let mut ids: BTreeMap<String, BTreeSet<Box<str>>> = BTreeMap::new();
    for call in stops(world) {
        ids.entry(call.target.account.to_string()).or_default().extend(call.ids);
    }
    ids.into_iter().map(|(account, ids)| (account, ids.len())).collect()
}

#[test]
fn the_caps_of_a_day_hold_over_every_kind_and_every_run_killed_ones_included() {
    let spent = std::cell::Cell::new(0);
    let values = (any_mixed_scene(18), 0..4u32, 1..5u32, 50..4000u64);
    for_all(120, values, |(scene, of_account, of_policy, after)| {
        let limits = (of_account, of_policy);
        let caps =
            Caps { stops_per_account_per_day: limits.0, stops_per_policy_per_day: limits.1, ..scene.settings.caps };
        let settings = Settings { caps, ..scene.settings.clone() };
        let world = scene.world();
        let minutes = |n: i64| scene.at + chrono::Duration::minutes(n);
        apply_killed(&world, &settings, &Ask::at(scene.at), Duration::from_millis(after));
        for n in [17, 34] {
            if minutes(n).date_naive() == scene.at.date_naive() {
                // The lock of the killed run is void by then; an error has done nothing.
                let _ = try_apply(&world, &settings, &Ask::at(minutes(n)));
            }
        }
        let stopped = stopped_by_account(&world);
        assert!(stopped.values().all(|count| *count <= of_account as usize), "{stopped:?} of {of_account}");
        assert!(stopped.values().sum::<usize>() <= of_policy as usize, "{stopped:?} of {of_policy}");
        spent.set(spent.get() + usize::from(stopped.values().sum::<usize>() == of_policy as usize));
    });
    assert!(spent.get() > 5, "only {} days were spent: the cases are too tame", spent.get());
}

#[test]
fn what_rds_and_ecs_refuse_changes_nothing_for_instances() {
    for_all(100, any_mixed_scene(12), |scene| {
        let settings = scene.settings;
        let refused = scene.world();
        refused.set_faults(Faults { unlisted: refused.targets().into_iter().collect(), ..Faults::default() });
        let report = apply(&refused, settings, scene.at);
        let alone = only(Kind::Instance, &scene).world();
        let wanted = apply(&alone, settings, scene.at);
        let verdicts = |report: &Report| {
            let lines = report.rows.iter().map(|row| (row.id.clone(), format!("{:?}", row.verdict)));
            lines.collect::<BTreeMap<_, _>>()
        };
        assert_eq!(verdicts(&report), verdicts(&wanted));
        assert_eq!(of(Kind::Instance, &stops(&refused)), of(Kind::Instance, &stops(&alone)));
        assert_eq!(report.unreachable, []);
    });
}

/// Whether it is as it was before its stop: a database is on its way, a service has its count and its scaling.
fn is_back(before: &Instance, now: &Instance) -> bool {
    match (&before.service, &now.service) {
        (Some(before), Some(now)) => (before.desired, before.scaling) == (now.desired, now.scaling),
        _ => now.state == State::Pending,
    }
}

#[test]
fn an_undo_brings_back_what_a_run_stopped_of_every_kind() {
    let run = "20261125T123000Z-1a2b3c4d";
    let back = std::cell::Cell::new((0, 0));
    for_all(100, any_mixed_scene(12), |scene| {
        let (world, settings) = (scene.world(), scene.settings);
        let before = world.all();
        let report = try_apply(&world, settings, &Ask { named: Some(run), ..Ask::at(scene.at) }).expect("a report");
        // The record files a run under the date in its id.
        if report.run.get(..8) != Some(&scene.at.format("%Y%m%d").to_string()) || report.outcomes.is_empty() {
            return;
        }
        let later = scene.at + chrono::Duration::minutes(20);
        let asked = Back { undoes: run.into(), at: later, apply: true, ..Back::default() };
        let undo = try_undo(&world, settings, &asked).expect("an undo");
        let is_stopped = |end| matches!(end, OutcomeKind::Stopping | OutcomeKind::Stopped);
        let stopped = report.outcomes.iter().filter(|one| one.action.is_stop() && is_stopped(one.outcome));
        for one in stopped.filter(|one| one.id.kind != Kind::Instance) {
            let found = undo.found.iter().find(|found| found.stop.id == one.id).expect("a line");
            let was = before.iter().find(|before| before.id == one.id).expect("it was there");
            let is_frozen = matches!(found.finding, Finding::Left(WhyNot::Frozen(_)));
            assert!(is_frozen || is_back(was, &world.get(&one.id.name)), "{was:?}: {:?}", found.finding);
            let (databases, services) = back.get();
            let is_database = usize::from(one.id.kind == Kind::Database);
            back.set((databases + is_database, services + 1 - is_database));
        }
    });
    let (databases, services) = back.get();
    assert!(databases > 10 && services > 10, "{databases} databases and {services} services came back: too tame");
}

#[test]
fn a_killed_run_leaves_a_tag_and_what_a_start_restores_on_everything_that_it_stopped() {
    let killed = std::cell::Cell::new(0);
    for_all(100, (any_mixed_scene(12), 50..4000u64), |(scene, after)| {
        let (world, settings) = (scene.world(), scene.settings);
        let before = world.all();
        let was_killed = apply_killed(&world, settings, &Ask::at(scene.at), Duration::from_millis(after));
        killed.set(killed.get() + usize::from(was_killed));
        let now = world.all();
        let was_up = |old: &Instance| old.id.kind != Kind::Instance && old.state == State::Running;
        for (old, new) in before.iter().zip(&now).filter(|(old, _)| was_up(old)) {
            let tag = new.tags.get(&settings.tags.stopped);
            let was_stopped = new.state != State::Running;
            assert!(!was_stopped || tag.is_some(), "{new:?}");
            let scaling = |one: &Instance| one.service.as_ref().map(|facts| facts.scaling);
            let size = |text: &str| tag.is_some_and(|tag| tag.contains(&format!(" was=2{text}")));
            match scaling(old) {
                Some(Scaling::Target(former)) if scaling(old) != scaling(new) || was_stopped => {
                    assert!(size(&format!("/{former}")), "{new:?}");
                }
                Some(_) if was_stopped => assert!(size(""), "{new:?}"),
                _ => {}
            }
        }
    });
    assert!(killed.get() > 10, "only {} runs were killed", killed.get());
}
