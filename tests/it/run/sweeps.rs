//! Two cadences: every scheduled run scans the targets where something is, and everything is scanned once per sweep.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration as Seconds;

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::history::last_scans::FILE;
use idle_reaper::engine::model::{State, Target};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::request::{Mode, Scope};
use proptest::prelude::*;

use crate::fake::{
    Ask, Deed, EVENING, Faults, HERE, Parts, SETTINGS, Shape, Stage, THERE, World, apply, apply_both, apply_killed, at,
    db, for_databases, in_parts, instance, plan, try_apply, with,
};
use crate::laws::arbitrary::for_all;

const ACCOUNTS: [&str; 6] =
    ["111111111111", "222222222222", "333333333333", "444444444444", "555555555555", "666666666666"];
const REGIONS: [&str; 2] = ["ap-northeast-1", "us-east-1"];

fn every(sweep: &str) -> Settings {
    with(&[("[scope]", &format!("[scope]\nsweep = \"{sweep}\""))])
}

/// Six accounts with two Regions each; one instance, in the first of them.
fn organisation() -> World {
    let world = World::of([instance("i-1")]);
    ACCOUNTS
        .iter()
        .flat_map(|account| REGIONS.map(|region| (account, region)))
        .fold(world, |world, (account, region)| world.with_target(account, region))
}

/// The targets that a run scanned.
fn scanned(world: &World) -> BTreeSet<Target> {
    world.calls(|deed| deed == Deed::LookAt).into_iter().filter(|call| call.ok).map(|call| call.target).collect()
}

fn later(minutes: i64) -> DateTime<Utc> {
    at(EVENING) + Duration::minutes(minutes)
}

/// The scope of an event in one target.
fn place(account: &str, region: &str) -> Scope {
    Scope { places: Some(BTreeSet::from([(account.to_owned(), region.to_owned())])), ..Scope::default() }
}

fn run(world: &World, settings: &Settings, minutes: i64) -> Report {
    world.forget();
    apply(world, settings, later(minutes))
}

#[test]
fn where_only_databases_are_known_a_run_that_cannot_list_them_does_not_make_the_target_empty() {
    let settings = for_databases(&SETTINGS.replace("[scope]", "[scope]\nsweep = \"4h\""));
    let world = World::of([db("orders")]).with_target(THERE.0, THERE.1);
    let here = Target::new(HERE.0, HERE.1);
    run(&world, &settings, 0);
    let refused = Faults { unlisted: BTreeSet::from([here.clone()]), ..Faults::default() };
    let world = world.with_faults(refused);
    assert_eq!(run(&world, &settings, 15).unlisted.len(), 1);
    let world = world.with_faults(Faults::default());
    assert_eq!(run(&world, &settings, 30).rows.len(), 1);
    assert!(scanned(&world).contains(&here));
}

#[test]
fn the_second_run_scans_where_something_was_found_and_says_when_it_scanned_the_rest() {
    let (world, settings) = (organisation(), every("4h"));
    assert_eq!(run(&world, &settings, 0).not_due, []);
    assert_eq!(scanned(&world), world.targets());
    let report = run(&world, &settings, 1);
    assert_eq!(scanned(&world), BTreeSet::from([Target::new(HERE.0, HERE.1)]));
    assert_eq!(report.not_due.len() + 1, world.targets().len());
    assert!(report.not_due.iter().all(|one| one.last_scan == later(0)));
    assert_eq!((report.scanned, report.unreachable.len(), report.rows.len()), (1, 0, 1));
    assert_eq!(world.calls(|deed| deed == Deed::ListRegions), []);
}

#[test]
fn a_person_a_first_run_changed_settings_and_a_lost_file_scan_everything() {
    let (world, settings) = (organisation(), every("4h"));
    let all = world.targets();
    let check = |what: &str, run: &dyn Fn()| {
        apply(&world, &settings, later(0));
        world.forget();
        run();
        assert_eq!(scanned(&world), all, "{what}");
    };
    check("a dry run", &|| drop(plan(&world, &settings, later(1))));
    check("changed settings", &|| {
        let changed = with(&[("[scope]", "[scope]\nsweep = \"4h\""), ("cpu-percent = 10", "cpu-percent = 11")]);
        apply(&world, &changed, later(1));
    });
    check("a lost file", &|| {
        world.lose(FILE);
        apply(&world, &settings, later(1));
    });
    check("a damaged file", &|| {
        world.put(FILE, "{");
        apply(&world, &settings, later(1));
    });
    check("always", &|| drop(apply(&world, &every("always"), later(1))));
    let reviewed = plan(&world, &settings, later(1)).plan;
    check("a reviewed plan", &|| {
        try_apply(&world, &settings, &Ask { reviewed: Some(reviewed.clone()), ..Ask::at(later(1)) }).expect("a report");
    });
    check("a clock that was wrong", &|| {
        apply(&world, &settings, later(60 * 24 * 30));
        world.forget();
        apply(&world, &settings, later(1));
    });
}

#[test]
fn a_run_that_selects_scans_what_it_selects_and_an_event_makes_its_target_due() {
    let (world, settings) = (organisation(), every("4h"));
    run(&world, &settings, 0);
    world.add(instance("i-new").account(THERE.0).region(THERE.1).launched("2026-11-25T21:29:00+09:00"));
    let scope = place(THERE.0, THERE.1);
    let report = try_apply(&world, &settings, &Ask { scope, ..Ask::at(later(1)) }).expect("a report");
    assert_eq!((report.rows.len(), report.not_due.len()), (1, 0));
    run(&world, &settings, 2);
    assert_eq!(scanned(&world), BTreeSet::from([HERE, THERE].map(|(account, region)| Target::new(account, region))));
}

#[test]
fn the_stocktake_scans_everything_once_in_the_month() {
    let operator = "[channels.ops]
sns = \"arn:aws:sns:us-east-1:111111111111:ops\"
[notify]
operator = \"ops\"

[caps]";
    let settings = with(&[("[scope]", "[scope]\nsweep = \"4h\""), ("[caps]", operator)]);
    let world = organisation();
    // Until the first run of December in UTC, the zone of settings with one schedule in Tokyo is Tokyo's.
    let november = at("2026-11-30T14:50:00Z");
    apply(&world, &settings, november);
    world.forget();
    apply(&world, &settings, november + Duration::minutes(5));
    assert_eq!(scanned(&world).len(), 1);
    world.forget();
    apply(&world, &settings, november + Duration::minutes(15));
    assert_eq!(scanned(&world), world.targets(), "the first run of December in Tokyo");
    world.forget();
    apply(&world, &settings, november + Duration::minutes(20));
    assert_eq!(scanned(&world).len(), 1);
}

#[test]
fn what_cannot_be_scanned_is_tried_again_and_counts_once_in_a_sweep() {
    let settings = every("4h");
    let faults = Faults { unreachable: BTreeSet::from([Target::whole_account("666666666666")]), ..Faults::default() };
    let world = organisation().with_faults(faults);
    let first = run(&world, &settings, 0);
    assert_eq!(first.plan.refused, None, "one account of six");
    let second = run(&world, &settings, 1);
    // Of the two accounts that this run asked, one is unreachable: as half of what was due it would refuse every run.
    assert_eq!((second.unreachable.len(), second.plan.refused), (1, None));
    world.mend();
    run(&world, &settings, 2);
    assert!(scanned(&world).iter().any(|target| *target.account == *"666666666666"), "mended, and scanned at once");
    let hot = Faults { unreachable: BTreeSet::from([Target::new(HERE.0, HERE.1)]), ..Faults::default() };
    let world = world.with_faults(hot);
    for minutes in 3..6 {
        assert!(run(&world, &settings, minutes).plan.refused.is_some(), "where something was found it always counts");
    }
}

#[test]
fn a_divided_run_scans_what_a_run_in_one_scans_and_a_lost_part_is_not_empty() {
    let settings = every("4h");
    let (one, divided) = (organisation(), organisation());
    let whole = Parts { size: 2, ..Parts::default() };
    for minutes in [0, 1, 60, 241] {
        [&one, &divided].into_iter().for_each(World::forget);
        let report = apply(&one, &settings, later(minutes));
        let parts = in_parts(&divided, &settings, Mode::Apply, &Ask::at(later(minutes)), &whole).expect("a report");
        assert_eq!(scanned(&one), scanned(&divided), "after {minutes} minutes");
        assert_eq!((report.not_due, report.scanned), (parts.not_due, parts.scanned), "after {minutes} minutes");
    }
    let first = Parts { lost: (&[0], &[]), ..whole };
    let lost = in_parts(&divided, &settings, Mode::Apply, &Ask::at(later(242)), &first).expect("a report");
    assert!(lost.unreachable.iter().any(|one| *one.account == *HERE.0), "{:?}", lost.unreachable);
    divided.forget();
    apply(&divided, &settings, later(243));
    assert!(scanned(&divided).contains(&Target::new(HERE.0, HERE.1)), "what was found there is still known");
}

#[test]
fn a_denied_region_is_denied_in_every_run_and_asked_once_in_a_sweep() {
    let settings = every("4h");
    let closed: BTreeSet<Target> = [(HERE.0, "us-east-1"), (THERE.0, "us-east-1"), (THERE.0, HERE.1)]
        .into_iter()
        .map(|(account, region)| Target::new(account, region))
        .collect();
    let world = organisation().with_faults(Faults { closed: closed.clone(), ..Faults::default() });
    for minutes in [0, 1, 2] {
        let report = run(&world, &settings, minutes);
        assert_eq!(report.denied, [Target::new(HERE.0, "us-east-1")], "after {minutes} minutes");
        let dark: Vec<_> = report.unreachable.iter().map(|one| &*one.account).collect();
        assert_eq!(dark, [THERE.0, THERE.0], "an account of which everything is denied, after {minutes} minutes");
        assert_eq!((report.plan.refused, report.scanned), (None, if minutes == 0 { 9 } else { 1 }));
        let asked = world.calls(|deed| deed == Deed::LookAt).into_iter().filter(|call| closed.contains(&call.target));
        assert_eq!(asked.count(), if minutes == 0 { 3 } else { 0 }, "after {minutes} minutes");
    }
}

#[test]
fn a_settings_change_does_not_make_an_unreachable_account_count_less() {
    let settings = every("4h");
    let changed = with(&[("[scope]", "[scope]\nsweep = \"4h\""), ("cpu-percent = 10", "cpu-percent = 11")]);
    let world = World::of(ACCOUNTS.map(|account| instance("i-1").account(account)));
    run(&world, &settings, 0);
    let gone = ACCOUNTS[..4].iter().map(|account| Target::whole_account(*account)).collect();
    let world = world.with_faults(Faults { unreachable: gone, ..Faults::default() });
    for minutes in [1, 2, 3] {
        let report = run(&world, &changed, minutes);
        assert!(report.plan.refused.is_some(), "four accounts of six, in which something was, after {minutes} minutes");
    }
}

#[test]
fn a_reviewed_run_in_parts_scans_everything_and_changed_settings_leave_nothing_out() {
    let settings = every("4h");
    let world = organisation();
    run(&world, &settings, 0);
    let reviewed = plan(&world, &settings, later(1)).plan;
    world.forget();
    let whole = Parts { size: 2, ..Parts::default() };
    let ask = Ask { reviewed: Some(reviewed), ..Ask::at(later(1)) };
    in_parts(&world, &settings, Mode::Apply, &ask, &whole).expect("a report");
    assert_eq!(scanned(&world), world.targets());
    let changed = with(&[("[scope]", "[scope]\nsweep = \"4h\""), ("cpu-percent = 10", "cpu-percent = 11")]);
    let meanwhile = Parts { changed: Some((Stage::Conclude, &changed)), ..whole };
    let report = in_parts(&world, &settings, Mode::Apply, &Ask::at(later(2)), &meanwhile).expect("a report");
    assert_eq!(report.not_due.len() + 1, world.targets().len());
    run(&world, &changed, 3);
    assert_eq!(scanned(&world), world.targets(), "the first run of the new settings scans everything");
}

#[test]
fn a_scan_by_a_wrong_clock_does_not_outlive_the_right_ones() {
    let (world, settings) = (organisation(), every("4h"));
    run(&world, &settings, 2 * 24 * 60);
    run(&world, &settings, 0);
    run(&world, &settings, 1);
    assert_eq!(scanned(&world).len(), 1);
}

/// A run of a process that keeps no session assumes the role in each account where it scans something.
fn calls(world: &World) -> usize {
    let scanned = world.calls(|deed| deed == Deed::LookAt);
    let accounts: BTreeSet<_> = scanned.iter().map(|call| call.target.account.clone()).collect();
    scanned.len() + accounts.len()
}

#[test]
fn a_day_of_runs_makes_a_quarter_of_the_calls_that_scanning_everything_makes() {
    let (accounts, regions, runs) = (40, 17, 96);
    let place = |n: usize| (format!("{:012}", 100_000_000_000 + n / regions), format!("region-{}", n % regions));
    let places: Vec<(String, String)> = (0..accounts * regions).map(place).collect();
    // As in the benchmark, 85 of 100 targets are empty.
    let full = places.iter().enumerate().filter(|(n, _)| n * 37 % 100 < 15);
    let world =
        World::of(full.map(|(n, (account, region))| instance(&format!("i-{n}")).account(account).region(region)));
    let world = places.iter().fold(world, |world, (account, region)| world.with_target(account, region));
    let settings = with(&[("armed = true", "armed = false"), ("[scope]", "[scope]\nsweep = \"4h\"")]);
    run(&world, &settings, -15);
    assert_eq!(calls(&world), accounts * (regions + 1));
    let each: Vec<usize> = (0..runs)
        .map(|number| {
            run(&world, &settings, number * 15);
            calls(&world)
        })
        .collect();
    let always = each.len() * accounts * (regions + 1);
    let share = 100.0 * each.iter().sum::<usize>() as f64 / always as f64;
    assert!(share <= 25.0, "{share} % of the calls");
    assert!(each.iter().all(|calls| *calls < always / each.len() / 2), "no run is half of a sweep: {each:?}");
}

/// What happens between two runs.
#[derive(Clone, Debug)]
enum Happens {
    Nothing,
    /// An instance is started here, and an event may tell of it.
    Launch {
        account: usize,
        region: usize,
        event: bool,
    },
    /// The file is lost.
    Lost,
    /// The run is killed after so many milliseconds.
    Killed(u64),
    /// The account cannot be scanned in this run.
    Unreachable(usize),
    /// A hub with the same settings runs at the same time, over the same record.
    SecondHub,
    /// The run is that of a hub with another name and other settings, over the same record.
    OtherHub,
}

fn any_happening() -> impl Strategy<Value = Happens> {
    prop_oneof![
        8 => Just(Happens::Nothing),
        3 => (0..6_usize, 0..2_usize, any::<bool>())
            .prop_map(|(account, region, event)| Happens::Launch { account, region, event }),
        1 => Just(Happens::Lost),
        1 => (1..400_u64).prop_map(Happens::Killed),
        1 => (0..6_usize).prop_map(Happens::Unreachable),
        2 => Just(Happens::SecondHub),
        2 => Just(Happens::OtherHub),
    ]
}

/// Minutes until the next run, and what happens before it.
fn any_history() -> impl Strategy<Value = Vec<(i64, Happens)>> {
    prop::collection::vec((5..40_i64, any_happening()), 20..45)
}

const SWEEP: i64 = 4 * 60;

/// Another hub, which does not know what the first one stopped.
fn other_hub(sweep: &str) -> Settings {
    let scope = format!("[scope]\nsweep = \"{sweep}\"");
    with(&[
        ("armed = true", "armed = true\nhub = \"other\""),
        ("[scope]", &scope),
        ("cpu-percent = 10", "cpu-percent = 11"),
    ])
}

#[test]
fn every_target_is_scanned_within_a_sweep_and_one_run() {
    for_all(12, any_history(), |history| {
        let (world, settings, other) = (organisation(), every("4h"), other_hub("4h"));
        let mut last: BTreeMap<Target, i64> = world.targets().into_iter().map(|target| (target, 0)).collect();
        run(&world, &settings, 0);
        let (mut now, mut longest) = (0, 0);
        for (number, (minutes, happens)) in history.into_iter().enumerate() {
            now += minutes;
            longest = longest.max(minutes);
            world.forget();
            let ask = Ask::at(later(now));
            match happens {
                Happens::Nothing => drop(try_apply(&world, &settings, &ask)),
                Happens::Launch { account, region, event } => {
                    launch(&world, &settings, number, (account, region), event, now)
                }
                Happens::Lost => {
                    world.lose(FILE);
                    drop(try_apply(&world, &settings, &ask));
                }
                Happens::Killed(millis) => {
                    apply_killed(&world, &settings, &ask, Seconds::from_millis(millis));
                    longest = longest.max(minutes + 40);
                }
                Happens::Unreachable(_) => drop(try_apply(&world, &settings, &ask)),
                Happens::SecondHub => drop(apply_both(&world, &settings, later(now))),
                Happens::OtherHub => drop(try_apply(&world, &other, &ask)),
            }
            for target in scanned(&world) {
                last.insert(target, now);
            }
            let oldest = last.values().min().copied().unwrap_or(now);
            assert!(now - oldest <= SWEEP + longest, "not scanned since {oldest}, now {now}");
        }
    });
}

/// An instance of a development policy, started out of hours long before, so that it is stopped when it is seen.
fn launch(world: &World, settings: &Settings, number: usize, (account, region): (usize, usize), event: bool, now: i64) {
    let id = format!("i-launched-{number}");
    world.add(instance(&id).account(ACCOUNTS[account]).region(REGIONS[region]));
    if event {
        let scope = place(ACCOUNTS[account], REGIONS[region]);
        drop(try_apply(world, settings, &Ask { scope, ..Ask::at(later(now)) }));
    }
    drop(try_apply(world, settings, &Ask::at(later(now))));
}

#[test]
fn both_cadences_stop_the_same_at_the_same_runs_but_for_what_is_new_in_an_empty_target() {
    let late = std::cell::Cell::new(0);
    for_all(10, any_history(), |history| {
        let (lazy, eager) = (organisation(), organisation());
        // The percentage is one of what was due, so that both cadences reach it at different runs.
        let any = |sweep: &str| {
            let scope = format!("[scope]\nsweep = \"{sweep}\"");
            // Closed for as long as the longest history, so that what is found late is still stopped.
            let closed = ("mon-fri 09:00-18:00", "sun 09:00-10:00");
            with(&[("armed = true", "armed = true\nmax-unreachable-percent = 100"), ("[scope]", &scope), closed])
        };
        let (every_sweep, always) = (any("4h"), any("always"));
        let mut stopped: [BTreeMap<String, i64>; 2] = Default::default();
        let mut launched: BTreeMap<String, (bool, bool)> = BTreeMap::new();
        // The targets in which the run of two cadences knows something.
        let mut known = BTreeSet::from([Target::new(HERE.0, HERE.1)]);
        let (mut now, mut longest) = (0, 0);
        for (number, (minutes, happens)) in history.into_iter().enumerate() {
            now += minutes;
            longest = longest.max(minutes);
            let mut faults = Faults::default();
            lazy.mend();
            eager.mend();
            match happens {
                Happens::Launch { account, region, event } => {
                    let target = Target::new(ACCOUNTS[account], REGIONS[region]);
                    let empty = !known.contains(&target);
                    known.extend(event.then_some(target));
                    launched.insert(format!("i-launched-{number}"), (empty, event));
                    for (world, settings) in [(&lazy, &every_sweep), (&eager, &always)] {
                        launch(world, settings, number, (account, region), event, now);
                    }
                }
                Happens::Lost => lazy.lose(FILE),
                Happens::Unreachable(account) => {
                    faults.unreachable.extend(REGIONS.map(|region| Target::new(ACCOUNTS[account], region)));
                }
                Happens::SecondHub => {
                    for (world, settings) in [(&lazy, &every_sweep), (&eager, &always)] {
                        world.set_faults(faults.clone());
                        drop(apply_both(world, settings, later(now)));
                    }
                }
                Happens::OtherHub => {
                    for (world, sweep) in [(&lazy, "4h"), (&eager, "always")] {
                        drop(try_apply(world, &other_hub(sweep), &Ask::at(later(now))));
                    }
                }
                Happens::Killed(_) | Happens::Nothing => {}
            }
            for (index, (world, settings)) in [(&lazy, &every_sweep), (&eager, &always)].into_iter().enumerate() {
                world.set_faults(faults.clone());
                drop(try_apply(world, settings, &Ask::at(later(now))));
                for one in world.all().iter().filter(|one| one.state != State::Running) {
                    stopped[index].entry(one.id.name.to_string()).or_insert(now);
                    known.extend((index == 0).then(|| (*one.id.place).clone()));
                }
            }
        }
        let [lazy, eager] = stopped;
        for (id, at) in &eager {
            let (empty, event) = launched.get(id).copied().unwrap_or_default();
            match lazy.get(id) {
                Some(then) if then == at => {}
                Some(then) => {
                    assert!(empty && !event, "{id} was stopped at {then} instead of {at}");
                    assert!(then - at <= SWEEP + 2 * longest, "{id} was stopped {} minutes late", then - at);
                    late.set(late.get() + 1);
                }
                None => assert!(empty && !event && now - at <= SWEEP + 2 * longest, "{id} was never stopped"),
            }
        }
        assert!(lazy.keys().all(|id| eager.contains_key(id)), "nothing else is stopped");
    });
    assert!(late.get() > 10, "only {} stops were late: the histories are too tame", late.get());
}
