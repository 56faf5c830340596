//! A run that would suddenly stop far more than the same weekday ever did is held back until it is acknowledged.

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::Cap;
use idle_reaper::engine::model::Health;
use idle_reaper::engine::model::State;
use idle_reaper::engine::plan::Plan;
use idle_reaper::engine::report::Report;
use idle_reaper::engine::request::{Request, RequestInvalid, Scope};
use idle_reaper::engine::undo::sudden::{NotAcknowledged, Sudden, sudden};
use idle_reaper::run::Error;
use serde_json::{Value, json};

use crate::engine::judge::forgotten::{NOON, idle_box, rests, telling};
use crate::fake::{Ask, Deed, EVENING, Shape, World, apply, at, instance, plan, try_apply, with};

/// A Wednesday evening, so many machines left running.
fn evening_of(machines: usize) -> World {
    World::of((0..machines).map(|n| instance(&format!("i-{n:02}"))))
}

/// What a run left on this day.
fn remember(world: &World, day: &str, run: &str, count: &Value) {
    world.put(&format!("counts/date={day}/{run}.json"), &count.to_string());
}

/// The same evening with a month of Wednesdays behind it, three machines on the worst of them.
fn after_quiet_weeks(machines: usize) -> World {
    let world = evening_of(machines);
    for (day, armed) in [("2026-10-21", 2), ("2026-10-28", 3), ("2026-11-04", 0), ("2026-11-11", 1), ("2026-11-18", 3)]
    {
        remember(&world, day, "run-0", &json!({"candidates": armed, "armed": armed, "seen": 60}));
        remember(&world, day, "run-00", &json!({"candidates": 0, "armed": 0, "seen": 60}));
    }
    world
}

fn counted(world: &World, run: &str) -> Value {
    let (_, text) = world
        .recorded("counts/")
        .into_iter()
        .rfind(|(key, _)| key.ends_with(&format!("/{run}.json")))
        .unwrap_or_else(|| panic!("no count of {run}"));
    serde_json::from_str(&text).expect("JSON")
}

fn acknowledging(run: &str) -> Ask {
    Ask { acknowledge: Some(run.to_owned()), ..Ask::at(at(EVENING)) }
}

/// Nothing is done, and the report says so.
fn assert_held(world: &World, report: &Report, armed: usize) {
    assert_eq!(world.calls(Deed::acts), []);
    assert_eq!((report.plan.steps.len(), report.outcomes.len(), report.health()), (0, 0, Health::Degraded));
    assert_eq!(report.plan.deferred.len(), armed);
    assert!(report.plan.deferred.iter().all(|put_off| put_off.because == Cap::SuddenChange));
}

#[test]
fn a_sudden_change_is_held_back_and_says_why_and_how_to_acknowledge_it() {
    let world = after_quiet_weeks(18);
    let report = apply(&world, &with(&[]), at(EVENING));
    assert_held(&world, &report, 18);
    let why = report.plan.refused.expect("a refusal");
    for words in
        ["18 instances", "Wednesday (UTC)", "more than 3", "apply --acknowledge run-1", r#""acknowledge":"run-1""#]
    {
        assert!(why.contains(words), "{why}");
    }
    let count = json!({"candidates": 18, "armed": 18, "found": 18, "policies": {"dev": 18}, "held": true});
    assert_eq!(counted(&world, "run-1"), count);
    assert!(world.recorded("acting.lock").is_empty());
}

#[test]
fn ten_or_fewer_are_stopped_whatever_earlier_weeks_had_and_nothing_is_read_for_them() {
    let world = after_quiet_weeks(10);
    let report = apply(&world, &with(&[]), at(EVENING));
    assert_eq!(report.counts().stopped, 10);
    assert!(world.calls(|deed| deed == Deed::ReadRecord).iter().all(|call| !call.text.starts_with("counts")));
    let count = json!({"candidates": 10, "armed": 10, "found": 10, "policies": {"dev": 10}});
    assert_eq!(counted(&world, "run-1"), count);
}

#[test]
fn up_to_one_and_a_half_times_the_highest_is_no_sudden_change() {
    for (machines, stopped) in [(18, 18), (19, 0)] {
        let world = evening_of(machines);
        remember(&world, "2026-10-28", "run-0", &json!({"condemned": 12, "armed": 12, "seen": 60}));
        remember(&world, "2026-11-18", "run-0", &json!({"condemned": 1, "armed": 1, "seen": 60}));
        assert_eq!(apply(&world, &with(&[]), at(EVENING)).counts().stopped, stopped);
    }
}

#[test]
fn ten_are_no_sudden_change_even_after_weeks_of_nothing_and_eleven_are() {
    assert_eq!(sudden(10, Some(0)), None);
    assert_eq!(sudden(11, Some(0)), Some(Sudden { armed: 11, highest: 0 }));
}

#[test]
fn the_first_weeks_and_other_weekdays_and_older_ones_hold_nothing_back() {
    let world = evening_of(18);
    for day in ["2026-11-24", "2026-11-19", "2026-10-14", "2026-12-02"] {
        remember(&world, day, "run-0", &json!({"candidates": 3, "armed": 3, "seen": 60}));
    }
    assert_eq!(apply(&world, &with(&[]), at(EVENING)).counts().stopped, 18);
}

#[test]
fn only_the_same_weekdays_are_read_and_only_five_weeks_of_them() {
    let world = after_quiet_weeks(18);
    apply(&world, &with(&[]), at(EVENING));
    let read = world.calls(|deed| deed == Deed::ReadRecord).into_iter().map(|call| call.text);
    let mut read: Vec<String> = read.filter(|key| key.starts_with("counts") && !key.ends_with(".json")).collect();
    read.sort();
    let days = ["2026-10-21", "2026-10-28", "2026-11-04", "2026-11-11", "2026-11-18", "2026-11-25"];
    assert_eq!(read, days.map(|day| format!("counts/date={day}")));
}

#[test]
fn an_acknowledged_run_goes_on_and_is_remembered() {
    let world = after_quiet_weeks(18);
    apply(&world, &with(&[]), at(EVENING));
    let report = try_apply(&world, &with(&[]), &acknowledging("run-1")).expect("a report");
    assert_eq!((report.counts().stopped, report.health()), (18, Health::Ok));
    assert_eq!(counted(&world, "run-1")["acknowledged-by"], "run-2");
    assert_eq!(counted(&world, "run-2")["acknowledges"], "run-1");
    assert_eq!(counted(&world, "run-2").get("held"), None);
}

#[test]
fn what_the_caps_left_over_of_an_acknowledged_run_is_not_held_back_anew() {
    let settings = with(&[("stops-per-run = 1000", "stops-per-run = 5")]);
    let world = after_quiet_weeks(18);
    assert_eq!(apply(&world, &settings, at(EVENING)).counts().stopped, 0);
    assert_eq!(apply(&world, &settings, at(EVENING)).counts().stopped, 0, "still nobody has acknowledged it");
    assert_eq!(try_apply(&world, &settings, &acknowledging("run-1")).expect("a report").counts().stopped, 5);
    assert_eq!(apply(&world, &settings, at(EVENING)).counts().stopped, 5);
}

#[test]
fn a_run_that_was_held_back_does_not_raise_the_bar_for_later_ones() {
    let world = after_quiet_weeks(18);
    for week in 0..7 {
        let evening = at(EVENING) + Duration::weeks(week);
        for again in [0, 15] {
            let report = apply(&world, &with(&[]), evening + Duration::minutes(again));
            assert_held(&world, &report, 18);
        }
    }
}

#[test]
fn what_was_acknowledged_is_known_a_week_later() {
    let world = after_quiet_weeks(18);
    apply(&world, &with(&[]), at(EVENING));
    try_apply(&world, &with(&[]), &acknowledging("run-1")).expect("a report");
    (0..27).for_each(|n| world.add(instance(&format!("i-new-{n}")).launched("2026-12-02T09:30:00+09:00")));
    let report = apply(&world, &with(&[]), at(EVENING) + Duration::weeks(1));
    assert_eq!(report.counts().stopped, 27, "one and a half times 18");
}

#[test]
fn an_acknowledgement_covers_a_tenth_more_and_is_refused_beyond() {
    for (more, fits) in [(1, true), (2, false)] {
        let world = after_quiet_weeks(18);
        apply(&world, &with(&[]), at(EVENING));
        (0..more).for_each(|n| world.add(instance(&format!("i-new-{n}"))));
        let ended = try_apply(&world, &with(&[]), &acknowledging("run-1"));
        match ended {
            Ok(report) => assert!(fits && report.counts().stopped == 18 + more),
            Err(Error::Acknowledge(NotAcknowledged::Beyond { held: 18, armed: 20, .. })) => assert!(!fits),
            Err(other) => panic!("{other:?}"),
        }
    }
}

#[test]
fn only_a_run_that_was_held_back_of_late_can_be_acknowledged() {
    let world = after_quiet_weeks(18);
    let held = json!({"candidates": 18, "armed": 18, "seen": 60, "held": true});
    remember(&world, "2026-11-17", "long-ago", &held);
    remember(&world, "2026-11-18", "in-time", &held);
    for run in ["long-ago", "run-0", "no-such-run", "", "../2026-11-18/in-time"] {
        let ended = try_apply(&world, &with(&[]), &acknowledging(run));
        let unknown =
            matches!(&ended, Err(Error::Acknowledge(NotAcknowledged::Unknown { run: named })) if named == run);
        assert!(unknown, "{run}: {ended:?}");
    }
    assert_eq!(world.calls(Deed::writes), []);
    let report = try_apply(&world, &with(&[]), &acknowledging("in-time")).expect("a report");
    assert_eq!(report.counts().stopped, 18);
}

#[test]
fn an_acknowledgement_goes_with_the_whole_scope_and_a_record() {
    let world = after_quiet_weeks(18);
    let only = Scope { accounts: Some(vec!["111111111111".to_owned()]), ..Scope::default() };
    let ended = try_apply(&world, &with(&[]), &Ask { scope: only, ..acknowledging("run-0") });
    assert!(matches!(ended, Err(Error::Request(RequestInvalid::AcknowledgeNarrow))), "{ended:?}");
    let ended = try_apply(&world, &with(&[("record = \"record\"", "")]), &acknowledging("run-0"));
    assert!(matches!(ended, Err(Error::Acknowledge(_))), "{ended:?}");
    assert_eq!(world.log().iter().filter(|call| call.deed == Deed::ListAccounts).count(), 0, "nothing is looked at");
}

#[test]
fn a_narrow_run_is_neither_held_back_nor_counted() {
    let world = after_quiet_weeks(18);
    let only = Scope { policies: Some(vec!["dev".to_owned()]), ..Scope::default() };
    let report = try_apply(&world, &with(&[]), &Ask { scope: only, ..Ask::at(at(EVENING)) }).expect("a report");
    assert_eq!(report.counts().stopped, 18);
    assert_eq!(world.recorded("counts/date=2026-11-25"), []);
}

#[test]
fn a_reviewed_plan_is_compared_by_what_stands_in_it() {
    let all = plan(&after_quiet_weeks(18), &with(&[]), at(EVENING)).plan;
    let few = Plan { steps: all.steps[..4].to_vec(), ..all.clone() };
    let capped = with(&[("stops-per-run = 1000", "stops-per-run = 6")]);
    let run = |settings: &Settings, reviewed: Plan| {
        let world = after_quiet_weeks(18);
        let reviewed = Plan { settings: settings.hash.clone(), ..reviewed };
        let ask = Ask { reviewed: Some(reviewed), ..Ask::at(at(EVENING)) };
        let report = try_apply(&world, settings, &ask).expect("a report");
        (report.counts().stopped, counted(&world, "run-1"))
    };
    let (stopped, count) = run(&with(&[]), all.clone());
    assert_eq!((stopped, &count["held"], &count["armed"]), (0, &json!(true), &json!(18)));
    let (stopped, count) = run(&with(&[]), few.clone());
    assert_eq!(
        (stopped, &count["armed"], count.get("policies")),
        (4, &json!(4), None),
        "it teaches no more than it did"
    );
    assert!(run(&capped, few).0 <= 4);
    let capped_plan = plan(&after_quiet_weeks(18), &capped, at(EVENING)).plan;
    assert_eq!(run(&capped, capped_plan).0, 0, "what the caps put off counts too");
}

#[test]
fn observing_teaches_and_what_is_enforced_after_it_is_no_sudden_change() {
    for key in [("armed = true", "armed = false"), ("stage = \"enforce\"", "stage = \"observe\"")] {
        let long = (0..18).map(|n| instance(&format!("i-{n:02}")).launched("2026-11-16T09:30:00+09:00"));
        let world = World::of(long);
        apply(&world, &with(&[key]), at(EVENING) - Duration::weeks(1));
        assert_eq!(
            (&counted(&world, "run-1")["candidates"], &counted(&world, "run-1")["armed"]),
            (&json!(18), &json!(0))
        );
        assert_eq!(apply(&world, &with(&[]), at(EVENING)).counts().stopped, 18);
    }
}

#[test]
fn an_unarmed_run_is_never_held_back() {
    let world = after_quiet_weeks(18);
    let report = apply(&world, &with(&[("armed = true", "armed = false")]), at(EVENING));
    assert_eq!((report.plan.refused.as_deref(), report.health()), (None, Health::Ok));
    let count = json!({"candidates": 18, "armed": 0, "found": 18, "policies": {"dev": 18}});
    assert_eq!(counted(&world, "run-1"), count);
}

#[test]
fn a_dry_run_notes_it_and_writes_nothing() {
    let world = after_quiet_weeks(18);
    let report = plan(&world, &with(&[]), at(EVENING));
    assert_eq!((report.plan.steps.len(), &report.plan.refused, report.health()), (18, &None, Health::Ok));
    assert!(report.notes.iter().any(|note| note.starts_with("an apply would be held back: 18")), "{:?}", report.notes);
    assert_eq!(world.calls(Deed::writes), []);
}

#[test]
fn a_count_that_cannot_be_read_teaches_nothing_and_is_no_excuse() {
    let world = evening_of(18);
    remember(&world, "2026-11-18", "run-0", &json!("garbage"));
    world.put("counts/date=2026-11-11/run-0.draft", "half a fi");
    assert_held(&world, &apply(&world, &with(&[]), at(EVENING)), 18);
    let world = evening_of(18);
    world.put("counts/date=2026-11-11/run-0.draft", "half a fi");
    assert_eq!(apply(&world, &with(&[]), at(EVENING)).counts().stopped, 18, "a draft is no count");
}

#[test]
fn a_count_that_cannot_be_written_stops_everything_before_it_begins() {
    let faults = crate::fake::Faults { no_writing: Some("counts/"), ..crate::fake::Faults::default() };
    let world = evening_of(3).with_faults(faults);
    let ended = try_apply(&world, &with(&[]), &Ask::at(at(EVENING)));
    assert!(matches!(ended, Err(Error::Record(_))), "{ended:?}");
    assert_eq!(world.calls(Deed::acts), []);
}

#[test]
fn starts_are_held_back_with_the_stops_of_a_sudden_change() {
    let world = after_quiet_weeks(18);
    let night = instance("i-night").reaped().tag("idle-reaper:schedule", "night");
    world.add(night);
    let report = apply(&world, &with(&[]), at(EVENING));
    assert_held(&world, &report, 19);
}

#[test]
fn a_run_that_has_too_many_unreachable_targets_and_sudden_says_both() {
    let world = after_quiet_weeks(18).with_target("222222222222", "us-east-1");
    let unreachable = [idle_reaper::engine::model::Target::new("222222222222", "us-east-1")].into();
    let world = world.with_faults(crate::fake::Faults { unreachable, ..crate::fake::Faults::default() });
    let report = apply(&world, &with(&[]), at(EVENING));
    assert!(
        report.plan.refused.as_ref().is_some_and(|why| why.contains("max-unreachable-percent")),
        "{:?}",
        report.plan.refused
    );
    assert!(report.notes.iter().any(|note| note.starts_with("sudden change: 18")), "{:?}", report.notes);
    assert_eq!(counted(&world, "run-1")["held"], true, "a unreachable run teaches nothing by accident");
}

#[test]
fn a_request_may_acknowledge_and_a_dry_run_may_not() {
    let parse = |text: &str| Request::parse(text);
    let request = parse(r#"{"mode":"apply","acknowledge":"20261125T123000Z-1a2b3c4d"}"#).expect("a request");
    assert_eq!((request.acknowledge.as_deref(), request.scope.is_whole()), (Some("20261125T123000Z-1a2b3c4d"), true));
    assert_eq!(parse(r#"{"mode":"apply"}"#).expect("a request").acknowledge, None);
    let dry = parse(r#"{"mode":"plan","acknowledge":"20261125T123000Z-1a2b3c4d"}"#);
    assert!(matches!(dry, Err(RequestInvalid::AcknowledgeForPlan)), "{dry:?}");
    for odd in ["null", "7", "true", "[]", "{}"] {
        let wrong = parse(&format!(r#"{{"mode":"apply","acknowledge":{odd}}}"#));
        assert!(matches!(wrong, Err(RequestInvalid::NotARequest(_))), "{odd}: {wrong:?}");
    }
}

#[test]
fn days_are_those_of_utc() {
    let late: DateTime<Utc> = at("2026-11-26T08:00:00+09:00"); // still Wednesday in UTC
    let world = after_quiet_weeks(18);
    assert_held(&world, &apply(&world, &with(&[]), late), 18);
}

#[test]
fn what_is_idle_counts_on_both_sides_so_that_the_end_of_its_grace_is_no_sudden_change() {
    let idle = |n: usize| format!("i-idle-{n:02}");
    let forgotten = (0..12).map(|n| idle_box(&idle(n)));
    let outside = (0..3).map(|n| instance(&format!("i-{n}")).tag("Owner", "ana").tag("idle-reaper:schedule", "night"));
    let (world, settings) = (World::of(forgotten.chain(outside)), telling());
    for now in [NOON, "2026-12-02T12:00:00+09:00"] {
        (0..12).for_each(|n| rests(&world, &idle(n), at(now)));
        let report = apply(&world, &settings, at(now));
        assert_eq!(report.plan.refused, None, "{now}");
    }
    let stopped = (0..12).filter(|n| world.rests(&idle(*n)) == State::Stopped).count();
    assert!(stopped > 0, "the grace is over");
    assert_eq!(counted(&world, "run-1")["policies"], json!({"dev": 15}));
}
