//! Services through nights, in the simulated AWS in which something else scales them, too: alarms, pipelines, people, and
//! infrastructure code that knows nothing of a stop.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::simulated::Simulated;

/// An account with these services.
fn organisation(services: &Value) -> Simulated {
    Simulated::of(&json!({
        "hub": "platform", "reading-role": "IdleReaperRead", "acting-role": "IdleReaperAct", "external-id": "demo-external-id",
        "now": NOON, "regions": ["ap-northeast-1", "us-east-1"],
        "accounts": [{"name": "platform"}, {"name": "shop-dev", "id": "222222222222"}],
        "ssm": {"/idle-reaper/pause": "off"}, "buckets": ["idle-reaper-records"],
        "defaults": {"account": "shop-dev", "region": "ap-northeast-1", "tags": {"Env": "dev"},
            "launch-time": "2026-11-20T09:00:00+09:00"},
        "services": services,
    }))
}

const NOON: &str = "2026-11-25T12:00:00+09:00";
const EVENING: &str = "2026-11-25T18:05:00+09:00";
const MORNING: &str = "2026-11-26T08:50:00+09:00";

/// The demo's settings, whose policy for office hours is for services, too.
fn settings(world: &Simulated) -> PathBuf {
    let policy = "name = \"dev-office-hours\"\n";
    world.settings(&[
        (policy, &format!("{policy}kinds = [\"instance\", \"service\"]\n")),
        ("stops-percent = 40", "stops-percent = 100"),
    ])
}

fn apply(world: &Simulated, settings: &Path, at: &str) -> Value {
    world.post("clock", &json!({"now": at}));
    world.run(settings, &["apply", "--yes", "--at", at, "--format", "json"]).json()
}

/// A service that a run at noon has found running.
fn known(service: &Value) -> (Simulated, PathBuf) {
    let world = organisation(&json!([service]));
    let settings = settings(&world);
    apply(&world, &settings, NOON);
    (world, settings)
}

fn service(world: &Simulated, name: &str) -> Value {
    let all = world.get("services");
    let found = all.as_array().unwrap().iter().find(|one| one["service"] == name);
    found.unwrap_or_else(|| panic!("no service {name}: {all}")).clone()
}

/// Its desired count, and what is suspended.
fn size(world: &Simulated) -> (Value, Value) {
    let web = service(world, "web");
    (web["desired"].clone(), web["suspended"].clone())
}

fn reason(report: &Value, id: &str) -> String {
    let all = report["resources"].as_array().unwrap();
    let line = all.iter().find(|line| line["id"] == id).unwrap_or_else(|| panic!("no line {id}: {report}"));
    line["reason"].as_str().unwrap().to_owned()
}

fn autoscaled() -> Value {
    json!({"service": "web", "cluster": "shop", "desired": 3, "scaling": [2, 6], "suspended": [true, false, false],
        "alarm-minutes": 5})
}

#[test]
fn an_autoscaler_does_not_lift_what_is_stopped_and_has_its_former_switches_in_the_morning() {
    let (world, settings) = known(&autoscaled());
    let evening = apply(&world, &settings, EVENING);
    assert_eq!(evening["outcomes"][0]["outcome"], "stopped", "{evening}");
    for at in ["2026-11-25T18:20:00+09:00", "2026-11-26T02:00:00+09:00"] {
        assert_eq!(reason(&apply(&world, &settings, at), "service:shop/web"), "not-running");
        assert_eq!(size(&world), (json!(0), json!([true, true, true])));
    }
    apply(&world, &settings, MORNING);
    assert_eq!(size(&world), (json!(3), json!([true, false, false])));
    let web = service(&world, "web");
    assert_eq!((&web["stops"], &web["starts"], &web["raised"]), (&json!(1), &json!(1), &json!(0)));
    assert!(web["tags"]["idle-reaper:stopped"].is_null());
}

#[test]
fn alarms_would_lift_a_stopped_service_whose_scaling_is_not_suspended() {
    let (world, settings) = known(&autoscaled());
    apply(&world, &settings, EVENING);
    world.post("service", &json!({"service": "web", "suspended": [false, false, false]}));
    let later = apply(&world, &settings, "2026-11-25T18:20:00+09:00");
    assert_eq!((size(&world).0, reason(&later, "service:shop/web")), (json!(2), "overtime".to_owned()));
}

#[test]
fn a_service_that_something_else_scales_up_again_is_not_stopped_again_and_again() {
    let (world, settings) =
        known(&json!({"service": "web", "cluster": "shop", "desired": 2, "rival-desired": 2, "rival-minutes": 20}));
    let mut reasons = Vec::new();
    for quarter in 0..56 {
        let at = chrono::DateTime::parse_from_rfc3339(EVENING).unwrap() + chrono::Duration::minutes(15 * quarter);
        let report = apply(&world, &settings, &at.to_rfc3339());
        reasons.push(reason(&report, "service:shop/web"));
    }
    reasons.dedup();
    let web = service(&world, "web");
    assert_eq!((&web["stops"], &web["starts"], &web["raised"]), (&json!(2), &json!(0), &json!(2)), "{reasons:?}");
    let one_stop = ["outside-hours", "not-running", "overtime"];
    assert_eq!(&reasons[..6], &[one_stop, one_stop].concat(), "{reasons:?}");
    assert_eq!(reasons[6], "restart-fight", "{reasons:?}");
}

#[test]
fn a_deployment_in_progress_is_waited_for_and_counts_as_a_start() {
    let (world, settings) = known(&json!({"service": "web", "cluster": "shop", "desired": 2}));
    world.post("service", &json!({"service": "web", "deploys": "2026-11-25T18:03:00+09:00"}));
    assert_eq!(reason(&apply(&world, &settings, EVENING), "service:shop/web"), "in-transition");
    let later = apply(&world, &settings, "2026-11-25T18:20:00+09:00");
    assert_eq!(reason(&later, "service:shop/web"), "overtime");
    apply(&world, &settings, "2026-11-25T20:10:00+09:00");
    assert_eq!(size(&world).0, json!(0));
}

#[test]
fn infrastructure_code_that_strips_tags_takes_no_memory_from_the_start() {
    let (world, settings) = known(&autoscaled());
    apply(&world, &settings, EVENING);
    world.post("terraform", &json!({"ignores-sizes": true}));
    assert!(service(&world, "web")["tags"]["idle-reaper:stopped"].is_null());
    let morning = apply(&world, &settings, MORNING);
    assert_eq!(morning["outcomes"][0]["outcome"], "started", "{morning}");
    assert_eq!(size(&world), (json!(3), json!([true, false, false])));
}

#[test]
fn an_undo_after_infrastructure_code_has_stripped_the_tags_restores_the_same() {
    let (world, settings) = known(&autoscaled());
    let evening = apply(&world, &settings, EVENING);
    world.post("terraform", &json!({"ignores-sizes": true}));
    let at = "2026-11-25T20:00:00+09:00";
    world.post("clock", &json!({"now": at}));
    let run = evening["run"].as_str().unwrap();
    let undo = world.run(&settings, &["undo", run, "--yes", "--at", at, "--format", "json"]).json();
    assert_eq!(undo["outcomes"][0]["outcome"], "started", "{undo}");
    assert_eq!(size(&world), (json!(3), json!([true, false, false])));
}

#[test]
fn infrastructure_code_that_also_resets_the_count_is_a_start_and_no_former_switch_is_lost() {
    let (world, settings) = known(&autoscaled());
    apply(&world, &settings, EVENING);
    let at = "2026-11-25T18:40:00+09:00";
    world.post("clock", &json!({"now": at}));
    world.post("terraform", &json!({}));
    assert_eq!(reason(&apply(&world, &settings, at), "service:shop/web"), "overtime");
    apply(&world, &settings, "2026-11-25T20:45:00+09:00");
    assert_eq!(size(&world), (json!(0), json!([true, true, true])));
    apply(&world, &settings, MORNING);
    assert_eq!(size(&world), (json!(3), json!([true, false, false])));
}
