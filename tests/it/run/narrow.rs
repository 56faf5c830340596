//! Runs by an event: they look at what it names and at nothing else, act as the settings arm them, and leave what
//! whole runs keep as it is.

use std::collections::BTreeMap;

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Instance, Reason, State};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::request::events::Event;
use idle_reaper::engine::request::invocation::{Asked, AskedInvalid};
use idle_reaper::engine::request::{Mode, RequestInvalid, Scope};
use idle_reaper::run::Error;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::engine::judge::forgotten::{NOON, TELLING, heard, idle_box, rests, run, telling};
use crate::fake::{
    Ask, Deed, EVENING, HERE, Shape, THERE, World, apply, at, instance, row, settings, try_apply, with, without,
};

fn running(place: (&str, &str), id: &str) -> Value {
    json!({"version": "0", "source": "aws.ec2", "detail-type": "EC2 Instance State-change Notification",
        "time": "2019-01-01T00:00:00Z", "account": place.0, "region": place.1,
        "detail": {"instance-id": id, "state": "running"}})
}

fn scope(event: &Value) -> Scope {
    match Asked::parse(&event.to_string()).expect("an event") {
        Asked::Event(event) => event.scope(),
        Asked::Request(request) => panic!("{request:?}"),
        Asked::Doctor(scope) => panic!("{scope:?}"),
        Asked::Queue(messages) => panic!("{messages:?}"),
        Asked::Stage(stage) => panic!("{stage:?}"),
    }
}

/// The run by an event that `id` came up.
fn came_up(world: &World, settings: &Settings, place: (&str, &str), id: &str, now: &str) -> Result<Report, Error> {
    try_apply(world, settings, &Ask { scope: scope(&running(place, id)), ..Ask::at(at(now)) })
}

/// Started after closing, ten minutes ago.
fn night_worker(id: &str) -> Instance {
    instance(id).launched("2026-11-25T21:20:00+09:00")
}

#[test]
fn a_start_after_hours_is_judged_at_once_and_respected_for_the_overtime() {
    let world = World::of([night_worker("i-1"), instance("i-2"), instance("i-3").account(THERE.0).region(THERE.1)]);
    let report = came_up(&world, &with(&[]), HERE, "i-1", EVENING).expect("a report");
    assert_eq!(report.rows.len(), 1, "it alone is looked at");
    assert_eq!(row(&report, "i-1").verdict.reason(), Reason::Overtime);
    assert_eq!(world.calls(Deed::acts), []);
    let places: Vec<_> = world.calls(|deed| deed == Deed::LookAgain || deed == Deed::LookAt);
    assert!(places.iter().all(|call| *call.target.account == *HERE.0 && *call.target.region == *HERE.1), "{places:?}");
}

#[test]
fn an_event_arms_what_the_settings_arm_and_nothing_else() {
    let world = World::of([instance("i-1"), instance("i-2")]);
    came_up(&world, &with(&[("armed = true", "armed = false")]), HERE, "i-1", EVENING).expect("a report");
    came_up(&world, &without(&["stage = \"enforce\"\n"]), HERE, "i-1", EVENING).expect("a report");
    assert_eq!(world.calls(Deed::acts), []);
    came_up(&world, &with(&[]), HERE, "i-1", EVENING).expect("a report");
    assert_eq!((world.rests("i-1"), world.rests("i-2")), (State::Stopped, State::Running));
}

#[test]
fn many_events_stop_no_more_than_one_run_may() {
    for (cap, word) in [("stops-per-run", "stops-per-run"), ("stops-per-account", "stops-per-account")] {
        let settings = with(&[(&format!("{cap} = 1000"), &format!("{cap} = 2"))]);
        let world = World::of(["i-1", "i-2", "i-3", "i-4"].map(instance));
        let minutes = [("i-1", "21:30"), ("i-2", "21:33"), ("i-3", "21:36")];
        let reports = minutes.map(|(id, minute)| {
            came_up(&world, &settings, HERE, id, &format!("2026-11-25T{minute}:00+09:00")).expect("a report")
        });
        let stopped = reports.each_ref().map(|report| report.counts().stopped);
        assert_eq!(stopped, [1, 1, 0], "{cap}");
        assert_eq!(reports[2].plan.deferred[0].because.as_str(), word);
        // The next whole run has caps of its own, as it always had.
        assert_eq!(apply(&world, &settings, at("2026-11-25T21:45:00+09:00")).counts().stopped, 2);
    }
}

#[test]
fn an_owner_who_was_not_notified_is_notified_first_by_an_event_as_by_any_run() {
    let world = World::of([instance("i-1").tag("Owner", "ana")]);
    came_up(&world, &telling(), HERE, "i-1", EVENING).expect("a report");
    assert_eq!((world.rests("i-1"), heard(&world, "ana").len()), (State::Running, 1));
}

#[test]
fn what_nobody_looks_at_is_explained_and_no_error() {
    let world = World::of([instance("i-1")]).with_account("333333333333", None, Some("suspended"));
    for (account, region) in [("999999999999", HERE.1), (HERE.0, "eu-west-3"), (THERE.0, HERE.1)] {
        let report = came_up(&world, &with(&[]), (account, region), "i-1", EVENING).expect("no error");
        assert_eq!((report.rows.len(), report.health().as_str()), (0, "ok"));
        let named =
            |note: &String| note.contains(account) && note.contains(region) && note.contains("outside the scope");
        assert!(report.notes.iter().any(named), "{:?}", report.notes);
    }
    let report = came_up(&world, &with(&[]), ("333333333333", HERE.1), "i-1", EVENING).expect("no error");
    assert_eq!(report.skipped.len(), 1, "an account that is left out for its state says so itself");
    let report = came_up(&world, &with(&[]), HERE, "i-gone", EVENING).expect("no error");
    assert!(report.notes.iter().any(|note| note.contains("`i-gone`")), "{:?}", report.notes);
    assert_eq!(world.calls(Deed::acts), []);
}

#[test]
fn an_instance_of_the_same_id_elsewhere_is_not_meant() {
    let world = World::of([instance("i-1"), instance("i-2").account(THERE.0).region(THERE.1)]);
    let report = came_up(&world, &with(&[]), THERE, "i-1", EVENING).expect("a report");
    assert_eq!((report.rows.len(), world.rests("i-1")), (0, State::Running));
}

/// What runs leave to later ones, but for the file in which an event makes its target due.
fn kept(world: &World) -> BTreeMap<String, String> {
    let files = ["state/", "counts/", "stocktake/"].iter().flat_map(|part| world.recorded(part));
    files.filter(|(key, _)| key != "state/targets.jsonl").collect()
}

/// Less what is about this one instance.
fn of_others(mut kept: BTreeMap<String, String>, id: &str) -> BTreeMap<String, String> {
    for text in kept.values_mut() {
        *text = text.lines().filter(|line| !line.contains(id)).map(|line| format!("{line}\n")).collect();
    }
    kept
}

#[test]
fn what_whole_runs_keep_of_others_is_not_touched_by_an_event() {
    let (world, settings) = (World::of([idle_box("i-1"), idle_box("i-2")]), telling());
    rests(&world, "i-2", at(NOON));
    run(&world, &settings, "i-1", NOON);
    let before = kept(&world);
    for file in ["state/told.jsonl", "state/witness.jsonl", "state/savings.json", "state/stocktake"] {
        assert!(before.contains_key(file), "{file} is kept by no run: {:?}", before.keys());
    }
    assert!(before["state/told.jsonl"].contains("i-1"));
    world.add(Instance { launch: Some(at("2026-11-25T12:10:00+09:00")), ..instance("i-7").tag("Owner", "ben") });
    came_up(&world, &settings, HERE, "i-7", "2026-11-25T12:11:00+09:00").expect("a report");
    assert_eq!(of_others(kept(&world), "i-7"), of_others(before, "i-7"));
    // The notice of the others goes on as if nothing had been.
    rests(&world, "i-2", at("2026-12-02T12:00:00+09:00"));
    run(&world, &settings, "i-1", "2026-12-02T12:00:00+09:00");
    assert_eq!((world.rests("i-1"), world.rests("i-2")), (State::Stopped, State::Stopped));
}

#[test]
fn an_event_is_neither_weighed_as_a_whole_run_nor_takes_stock() {
    let (world, settings) = (World::of([instance("i-1").tag("Owner", "ana")]), telling());
    came_up(&world, &settings, HERE, "i-1", EVENING).expect("a report");
    for file in ["counts/", "stocktake/", "state/stocktake"] {
        assert_eq!(world.recorded(file), [], "{file}");
    }
    apply(&world, &settings, at("2026-11-25T21:45:00+09:00"));
    assert_eq!(world.recorded("counts/").len(), 1);
    assert!(!world.recorded("state/stocktake").is_empty(), "the first whole run of the month takes stock");
}

#[test]
fn what_others_saved_goes_on_while_an_event_is_looked_at() {
    let text = crate::fake::SETTINGS.replace("[calendars.japan]", TELLING);
    let (world, settings) = (World::of([instance("i-1").tag("Owner", "ana"), night_worker("i-2")]), settings(&text));
    apply(&world, &settings, at(EVENING));
    assert_eq!(world.rests("i-1"), State::Stopped);
    let open = world.recorded("state/savings.json");
    assert!(open[0].1.contains("i-1"), "{open:?}");
    came_up(&world, &settings, HERE, "i-2", "2026-11-25T21:40:00+09:00").expect("a report");
    assert_eq!(world.recorded("state/savings.json"), open);
}

#[test]
fn an_event_that_finds_another_run_under_way_does_nothing_and_loses_nothing() {
    let (world, settings) = (World::of([instance("i-1").tag("Owner", "ana")]), telling());
    world.put("acting.lock", r#"{"run":"run-9","until":"2026-11-25T12:31:00Z"}"#);
    let ended = came_up(&world, &settings, HERE, "i-1", EVENING);
    assert!(matches!(&ended, Err(Error::Busy { run, .. }) if run == "run-9"), "{ended:?}");
    assert_eq!((world.said().len(), world.calls(Deed::acts).len()), (0, 0));
    apply(&world, &settings, at("2026-11-25T21:45:00+09:00"));
    assert_eq!(heard(&world, "ana").len(), 1, "the next run does what this one could not");
}

#[test]
fn what_has_a_key_of_a_request_is_a_request_and_never_an_event() {
    for (key, value) in
        [("mode", json!("apply")), ("accounts", json!([])), ("at", json!(EVENING)), ("apply", json!(true))]
    {
        let mut event = running(HERE, "i-1");
        event[key] = value;
        let asked = Asked::parse(&event.to_string());
        assert!(matches!(asked, Err(AskedInvalid::Request(RequestInvalid::NotARequest(_)))), "{key}: {asked:?}");
    }
    let Ok(Asked::Request(request)) = Asked::parse(r#"{"mode":"apply"}"#) else { panic!("a request") };
    assert_eq!((request.mode, request.scope.is_whole()), (Mode::Apply, true));
}

#[test]
fn an_event_never_selects_more_than_it_names() {
    for state in ["pending", "stopping", "stopped", "shutting-down", "terminated", "of a new kind"] {
        let mut event = running(HERE, "i-1");
        event["detail"]["state"] = json!(state);
        assert!(scope(&event).is_empty(), "{state}");
    }
    assert!(!scope(&running(HERE, "i-1")).is_whole());
    for id in ["*", "i-*", "i-", "i-?", "i-1,i-2", "I-1", "", "i-\u{30a2}"] {
        let asked = Asked::parse(&running(HERE, id).to_string());
        assert!(matches!(asked, Err(AskedInvalid::Request(RequestInvalid::BrokenEvent { .. }))), "{id}: {asked:?}");
    }
    for (account, region) in [("*", HERE.1), ("1111", HERE.1), (HERE.0, "*"), (HERE.0, ""), ("", HERE.1)] {
        assert!(Asked::parse(&running((account, region), "i-1").to_string()).is_err(), "{account} {region}");
    }
    let empty = json!({"source": "aws.ce", "detail-type": "Anomaly Detected", "detail": {"anomalyId": "a"}});
    assert!(scope(&empty).is_empty());
    assert!(matches!(Asked::parse(&empty.to_string()), Ok(Asked::Event(Event::Anomaly(_)))));
}

fn odd() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("running".to_owned()),
        Just("*".to_owned()),
        Just("i-0123456789abcdef0".to_owned()),
        Just("111111111111".to_owned()),
        Just("us-east-1".to_owned()),
        Just("RunInstances".to_owned()),
        "[ -~]{0,12}",
        any::<String>(),
    ];
    let leaf = prop_oneof![word.prop_map(Value::from), any::<i64>().prop_map(Value::from), Just(Value::Null)];
    let keys = proptest::sample::select(vec![
        "state",
        "instance-id",
        "rootCauses",
        "linkedAccount",
        "region",
        "service",
        "anomalyId",
        "eventName",
        "impact",
        "responseElements",
        "instancesSet",
        "items",
        "instanceId",
        "userIdentity",
        "eventTime",
        "awsRegion",
        "eventID",
    ]);
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::vec((keys.clone(), inner), 0..5)
                .prop_map(|pairs| pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

proptest! {
    /// Whatever an event says: it never becomes a run of everything, nor one over what could stand for more than itself.
    #[test]
    fn no_event_is_ever_a_run_of_everything(
        kind in proptest::sample::select(vec![
            ("aws.ec2", "EC2 Instance State-change Notification"), ("aws.ce", "Anomaly Detected"),
            ("aws.ec2", "AWS API Call via CloudTrail"),
        ]),
        detail in odd(), account in odd(), region in odd(), topic in any::<bool>(),
    ) {
        let event = if topic {
            json!({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": detail.to_string()}}]})
        } else {
            json!({"source": kind.0, "detail-type": kind.1, "account": account, "region": region, "detail": detail})
        };
        let Ok(asked) = Asked::parse(&event.to_string()) else { return Ok(()) };
        let Asked::Event(told) = asked else { panic!("a request: {event}") };
        let scope = told.scope();
        prop_assert!(!scope.is_whole());
        let plain = |word: &String| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        prop_assert!(scope.instances.iter().flatten().all(plain));
        prop_assert!(scope.places.iter().flatten().all(|(account, region)| plain(account) && plain(region)));
        prop_assert_eq!(scope.instances.is_some(), matches!(told, Event::Running { .. }));
    }
}
