//! Runs that are killed, or whose last write fails: what they may have stopped counts for every cap, a stop that was made counts
//! as one, and the next run, exactly one interval later, finds no lock.

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::cost::savings::Savings;
use idle_reaper::engine::model::Cap;
use idle_reaper::engine::model::{Health, OutcomeKind};
use idle_reaper::engine::model::{Instance, Kind, Reason, State};
use idle_reaper::engine::request::{Mode, Scope};
use idle_reaper::run::Error;

use crate::engine::judge::forgotten::TELLING;
use crate::fake::{
    Ask, Back, Deed, EVENING, Faults, KILLED, Parts, Shape, THERE, World, at, db, here, in_parts, instance, row,
    service, settings, try_apply, try_undo, with,
};

/// The schedule's interval.
const INTERVAL: Duration = Duration::minutes(15);

/// A Lambda function's deadline, less what the handler keeps back.
const LEFT: std::time::Duration = std::time::Duration::from_secs(13 * 60 - 2);

fn ask(now: DateTime<Utc>) -> Ask {
    Ask { left: Some(LEFT), ..Ask::at(now) }
}

fn fleet(count: usize) -> World {
    World::of((0..count).map(|n| instance(&format!("i-{n}"))))
}

fn killed_by(key: &'static str, again: bool) -> Faults {
    Faults { killed_writing: Some((key, again)), ..Faults::default() }
}

/// A run that is killed.
fn killed(world: &World, settings: &Settings, ask: &Ask) {
    let ended = try_apply(world, settings, ask);
    assert!(matches!(&ended, Err(Error::Broke(why)) if why == KILLED), "{ended:?}");
    world.mend();
    settle(world);
}

/// What was on its way has arrived.
fn settle(world: &World) {
    for one in world.all() {
        world.change(&one.id.name, |one| match one.state {
            State::Stopping => one.state(State::Stopped),
            _ => one,
        });
    }
}

fn down(world: &World) -> usize {
    world.all().iter().filter(|one| one.state.is_down()).count()
}

/// Settings with notices and savings, under which nothing waits for anybody.
fn counting() -> Settings {
    settings(&crate::fake::SETTINGS.replace("[calendars.japan]", TELLING))
}

#[test]
fn what_a_killed_run_has_stopped_is_spent_from_the_caps_of_the_day() {
    for cap in ["account", "policy"] {
        let daily = format!("stops-percent = 100\nstops-per-{cap}-per-day = 3");
        let settings = with(&[("stops-percent = 100", &daily)]);
        let world = fleet(6).with_faults(killed_by("acts/", true));
        killed(&world, &settings, &ask(at(EVENING)));
        assert_eq!(down(&world), 3);
        let next = try_apply(&world, &settings, &ask(at(EVENING) + INTERVAL)).expect("a report");
        assert_eq!((next.counts().stopped, next.plan.deferred.len(), down(&world)), (0, 3, 3), "{cap}");
    }
}

#[test]
fn wherever_a_run_in_parts_is_killed_its_steps_are_spent_and_the_next_interval_finds_no_lock() {
    let settings = with(&[("stops-percent = 100", "stops-percent = 100\nstops-per-policy-per-day = 3")]);
    for (key, stopped) in [("/looks", 0), ("scan/0", 0), ("/decided", 0), ("act/0", 3), ("report.json", 3)] {
        let world = fleet(6).with_faults(killed_by(key, false));
        let ended = in_parts(&world, &settings, Mode::Apply, &ask(at(EVENING)), &Parts { size: 1, ..Parts::default() });
        assert!(matches!(&ended, Err(Error::Broke(why)) if why == KILLED), "{key}: {ended:?}");
        assert_eq!(world.recorded("acting.lock").len(), usize::from(key != "report.json"), "{key}");
        world.mend();
        settle(&world);
        assert_eq!(down(&world), stopped, "{key}");
        let next = try_apply(&world, &settings, &ask(at(EVENING) + INTERVAL)).expect("a report");
        let left = if key == "/decided" { 0 } else { 3 - stopped }; // there the intent was recorded
        assert_eq!(next.counts().stopped, left, "{key}: {:?}", next.plan.deferred);
    }
}

#[test]
fn a_crash_in_the_morning_means_no_dark_opening() {
    let (settings, opening) = (with(&[]), at("2026-11-26T09:00:00+09:00"));
    for parts in [false, true] {
        let world = World::of([instance("i-1").reaped()]).with_faults(killed_by("plan.json", false));
        let early = ask(opening - INTERVAL);
        if parts {
            let whole = Parts { size: 1, ..Parts::default() };
            assert!(in_parts(&world, &settings, Mode::Apply, &early, &whole).is_err());
            world.mend();
        } else {
            killed(&world, &settings, &early);
        }
        assert_eq!(world.recorded("acting.lock").len(), 1, "it was killed with the lock in its hands");
        let next = try_apply(&world, &settings, &ask(opening)).expect("a report");
        assert_eq!((next.counts().started, world.rests("i-1")), (1, State::Running), "in parts: {parts}");
    }
}

#[test]
fn before_its_deadline_a_run_that_hangs_is_not_overtaken() {
    let (world, settings) = (fleet(2), with(&[("stops-per-run = 1000", "stops-per-run = 1")]));
    let world = world.with_faults(killed_by("acts/", true));
    killed(&world, &settings, &ask(at(EVENING)));
    let early = try_apply(&world, &settings, &ask(at(EVENING) + Duration::minutes(12)));
    assert!(matches!(early, Err(Error::Busy { .. })), "{early:?}");
}

#[test]
fn a_process_whose_clock_is_a_quarter_of_an_hour_off_takes_no_live_lock_over_and_leaves_none_that_is_void() {
    for ahead in [-120, -16, 16, 120] {
        let (world, settings) = (fleet(2), with(&[("stops-per-run = 1000", "stops-per-run = 1")]));
        let world = world.with_faults(killed_by("acts/", true));
        killed(&world, &settings, &ask(at(EVENING)));
        let other = Ask { ahead, ..ask(at(EVENING) + Duration::minutes(2)) };
        let refused = try_apply(&world, &settings, &other);
        assert!(matches!(refused, Err(Error::Busy { .. })), "{ahead}: {refused:?}");

        let (world, settings) = (fleet(2), with(&[("stops-per-run = 1000", "stops-per-run = 1")]));
        let world = world.with_faults(killed_by("acts/", true));
        killed(&world, &settings, &Ask { ahead, ..ask(at(EVENING)) });
        let refused = try_apply(&world, &settings, &ask(at(EVENING) + Duration::minutes(2)));
        assert!(matches!(refused, Err(Error::Busy { .. })), "{ahead}: {refused:?}");
        assert!(try_apply(&world, &settings, &ask(at(EVENING) + INTERVAL)).is_ok(), "{ahead}");
    }
}

#[test]
fn a_run_whose_last_write_failed_counts_as_one_that_was_killed() {
    let settings = with(&[("stops-percent = 100", "stops-percent = 100\nstops-per-account-per-day = 3")]);
    let faults = Faults { no_writing_again: Some("acts/"), ..Faults::default() };
    let world = fleet(6).with_faults(faults);
    let first = try_apply(&world, &settings, &ask(at(EVENING))).expect("a report");
    assert_eq!((first.counts().stopped, first.health()), (3, Health::Degraded));
    world.mend();
    let next = try_apply(&world, &settings, &ask(at(EVENING) + INTERVAL)).expect("a report");
    assert!(next.plan.deferred.iter().all(|one| one.because == Cap::StopsPerAccountPerDay), "{:?}", next.plan.deferred);
    assert_eq!((next.counts().stopped, next.plan.deferred.len()), (0, 3));
}

/// Somebody starts it, and two hours and more later it is judged.
fn started(world: &World, id: &str, now: DateTime<Utc>) -> DateTime<Utc> {
    let launch = Some(now);
    world.change(id, |one| Instance { launch, state: State::Running, ..one });
    now + Duration::minutes(150)
}

#[test]
fn a_stop_of_a_killed_run_that_was_seen_counts_in_a_fight_and_in_savings() {
    let settings = counting();
    let world = fleet(1).with_faults(killed_by("acts/", true));
    killed(&world, &settings, &ask(at(EVENING)));
    let seen = at(EVENING) + INTERVAL;
    let report = try_apply(&world, &settings, &ask(seen)).expect("a report");
    assert_eq!(report.counts().stopped, 0);
    let open = |world: &World| Savings::parse(&world.recorded(Savings::KEY)[0].1).expect("savings").open;
    assert_eq!(open(&world)[&here("i-0")].since, seen, "it counts from when it was seen");
    try_apply(&world, &settings, &ask(seen + INTERVAL)).expect("a report");
    assert_eq!(open(&world)[&here("i-0")].since, seen, "and once");
    // The second stop, by a run that is not killed; after it somebody starts it again, and that is a fight.
    let later = started(&world, "i-0", at("2026-11-25T22:30:00+09:00"));
    assert_eq!(try_apply(&world, &settings, &ask(later)).expect("a report").counts().stopped, 1);
    settle(&world);
    let later = started(&world, "i-0", later + Duration::minutes(30));
    let report = try_apply(&world, &settings, &ask(later)).expect("a report");
    assert_eq!(row(&report, "i-0").verdict.reason(), Reason::RestartFight);
    let past =
        world.recorded("acts/").iter().map(|(_, text)| text.matches("\"outcome\":\"stopped\"").count()).sum::<usize>();
    assert_eq!(past, 1, "what was seen was recorded once, and the other stop was still stopping");
}

#[test]
fn what_was_not_stopped_or_bears_another_tag_is_no_fight_and_saves_nothing() {
    let up = instance("i-0");
    let kept = instance("i-1").reaped().tag("idle-reaper:keep", ""); // stopped, by another run
    let world = World::of([up, kept]);
    let line = |id: &str| {
        format!(
            r#"{{"id":"{id}","action":"stop","outcome":"unverified","at":"2026-11-25T12:15:00Z","run":"run-9","policy":"dev"}}"#
        )
    };
    world.put("acts/date=2026-11-25/run-9.jsonl", &format!("{}\n{}\n", line("i-0"), line("i-1")));
    let report = try_apply(&world, &counting(), &ask(at(EVENING))).expect("a report");
    assert_eq!(report.counts().stopped, 1);
    let savings = Savings::parse(&world.recorded(Savings::KEY)[0].1).expect("savings");
    assert_eq!(savings.open.keys().map(|id| &*id.name).collect::<Vec<_>>(), ["i-0"], "its own stop, and none of run-9");
    let later = started(&world, "i-0", at("2026-11-25T22:00:00+09:00"));
    let report = try_apply(&world, &counting(), &ask(later)).expect("a report");
    assert_eq!(report.counts().stopped, 1, "one stop is no fight: {:?}", row(&report, "i-0").verdict);
}

#[test]
fn an_undo_that_is_killed_leaves_its_steps_in_the_record_too() {
    const RUN: &str = "20261125T123000Z-1a2b3c4d";
    let (world, settings) = (fleet(2), with(&[]));
    try_apply(&world, &settings, &Ask { named: Some(RUN), ..ask(at(EVENING)) }).expect("a report");
    settle(&world);
    let faults = Faults { no_writing_again: Some("acts/"), ..Faults::default() };
    let world = world.with_faults(faults);
    let back = Back { undoes: RUN.to_owned(), at: at(EVENING) + INTERVAL, apply: true, ..Back::default() };
    let undo = try_undo(&world, &settings, &back).expect("an undo");
    assert_eq!(undo.outcomes.iter().filter(|one| one.outcome == OutcomeKind::Started).count(), 2);
    assert_eq!(undo.health(), Health::Degraded);
    let lines = world.recorded(&format!("acts/date=2026-11-25/{}", undo.run))[0].1.clone();
    assert_eq!(lines.matches("unverified").count(), 2, "{lines}");
}

#[test]
fn outcomes_are_recorded_before_anything_else_that_follows_the_acts() {
    let settings = counting();
    let world = fleet(2);
    try_apply(&world, &settings, &ask(at(EVENING))).expect("a report");
    let calls = world.log();
    let last_act = calls.iter().rposition(|call| call.deed.acts()).expect("an act");
    let written = calls[last_act..].iter().find(|call| matches!(call.deed, Deed::WriteRecord)).expect("a file");
    assert!(written.text.starts_with("acts/"), "{written:?}");
}

#[test]
fn requests_that_select_share_one_cap_a_day_which_whole_runs_neither_spend_nor_have() {
    let settings = with(&[("stops-per-run = 1000", "stops-per-run = 3")]);
    for scheduled_first in [false, true] {
        let world = fleet(20);
        let whole = |world: &World, now| try_apply(world, &settings, &ask(now)).expect("a report").counts().stopped;
        let mut now = at(EVENING);
        if scheduled_first {
            assert_eq!(whole(&world, now), 3);
            settle(&world);
        }
        let up: Vec<String> =
            world.all().iter().filter(|one| !one.state.is_down()).map(|one| one.id.name.to_string()).collect();
        let mut stopped = 0;
        for (n, id) in up.iter().take(10).enumerate() {
            now += Duration::minutes(1);
            let selectors = [
                Scope { instances: Some(vec![id.clone()]), ..Scope::default() },
                Scope {
                    accounts: Some(vec!["111111111111".to_owned()]),
                    instances: Some(vec![id.clone()]),
                    ..Scope::default()
                },
            ];
            let scope = selectors[n % 2].clone();
            let one = try_apply(&world, &settings, &Ask { scope, ..ask(now) }).expect("a report");
            stopped += one.counts().stopped;
            settle(&world);
        }
        assert_eq!(stopped, 3, "scheduled first: {scheduled_first}");
        assert_eq!(whole(&world, now + INTERVAL), 3, "a whole run has its own");
    }
}

#[test]
fn a_narrowed_run_that_is_killed_spends_too() {
    let settings = with(&[("stops-per-run = 1000", "stops-per-run = 1")]);
    let only = |id: &str| Scope { instances: Some(vec![id.to_owned()]), ..Scope::default() };
    let world = fleet(3).with_faults(killed_by("acts/", true));
    killed(&world, &settings, &Ask { scope: only("i-0"), ..ask(at(EVENING)) });
    let later = Ask { scope: only("i-1"), ..ask(at(EVENING) + INTERVAL) };
    assert_eq!(try_apply(&world, &settings, &later).expect("a report").counts().stopped, 0);
    assert_eq!(try_apply(&world, &settings, &ask(at(EVENING) + INTERVAL * 2)).expect("a report").counts().stopped, 1);
}

#[test]
fn the_caps_of_a_day_hold_where_the_settings_say_nothing() {
    let place = |n: usize| {
        if n.is_multiple_of(2) { instance(&format!("i-{n}")) } else { instance(&format!("i-{n}")).account(THERE.0) }
    };
    let settings = with(&[]);
    assert_eq!((settings.caps.stops_per_account_per_day, settings.caps.stops_per_policy_per_day), (40, 100));
    let world = World::of((0..140).map(place));
    let report = try_apply(&world, &settings, &ask(at(EVENING))).expect("a report");
    assert_eq!(report.counts().stopped, 80, "two accounts of 40 each");
    assert!(report.plan.deferred.iter().all(|one| one.because == Cap::StopsPerAccountPerDay));
}

/// Six resources of one kind that a run in the afternoon has found.
fn fleet_of(kind: Kind, settings: &Settings) -> World {
    let one = |n: usize| match kind {
        Kind::Instance => instance(&format!("i-{n}")),
        Kind::Database => db(&format!("db-{n}")),
        Kind::Service => service(&format!("web-{n}")),
    };
    let world = World::of((0..6).map(one));
    try_apply(&world, settings, &ask(at("2026-11-25T17:45:00+09:00"))).expect("a report");
    world
}

#[test]
fn a_killed_run_is_spent_from_the_caps_of_the_day_and_started_in_the_morning_whatever_the_kind() {
    let text =
        crate::fake::SETTINGS.replace("stops-percent = 100", "stops-percent = 100\nstops-per-account-per-day = 3");
    let settings = crate::fake::for_every_kind(&text);
    for kind in Kind::ALL.iter().copied() {
        let world = fleet_of(kind, &settings).with_faults(killed_by("acts/", true));
        killed(&world, &settings, &ask(at(EVENING)));
        assert_eq!(down(&world), 3, "{kind:?}");
        let tagged = |one: &Instance| one.tags.get("idle-reaper:stopped").is_some();
        assert!(world.all().iter().all(|one| one.state.is_down() == tagged(one)), "{kind:?}: {:?}", world.all());
        let next = try_apply(&world, &settings, &ask(at(EVENING) + INTERVAL)).expect("a report");
        assert_eq!((next.counts().stopped, next.plan.deferred.len(), down(&world)), (0, 3, 3), "{kind:?}");
        try_apply(&world, &settings, &ask(at("2026-11-26T08:50:00+09:00"))).expect("a report");
        settle(&world);
        try_apply(&world, &settings, &ask(at("2026-11-26T09:05:00+09:00"))).expect("a report");
        assert_eq!(down(&world), 0, "{kind:?}: {:?}", world.all());
    }
}

#[test]
fn a_run_killed_after_its_starts_starts_nothing_twice_whatever_the_kind() {
    let settings = crate::fake::for_every_kind(crate::fake::SETTINGS);
    for kind in Kind::ALL.iter().copied() {
        let world = fleet_of(kind, &settings);
        try_apply(&world, &settings, &ask(at(EVENING))).expect("a report");
        settle(&world);
        try_apply(&world, &settings, &ask(at(EVENING) + INTERVAL)).expect("a report");
        assert_eq!(down(&world), 6, "{kind:?}");
        let world = world.with_faults(killed_by("acts/", true));
        killed(&world, &settings, &ask(at("2026-11-26T08:46:00+09:00")));
        world.forget();
        let next = try_apply(&world, &settings, &ask(at("2026-11-26T09:01:00+09:00"))).expect("a report");
        assert_eq!((down(&world), next.counts().failed), (0, 0), "{kind:?}: {:?}", next.outcomes);
        assert_eq!(world.calls(|deed| deed == Deed::Start).len(), 0, "{kind:?}");
        let is_same = |one: &Instance| one.service.as_ref().is_none_or(|facts| facts.desired == Some(2));
        assert!(world.all().iter().all(is_same), "{kind:?}: {:?}", world.all());
    }
}
