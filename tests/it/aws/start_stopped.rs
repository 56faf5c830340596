//! Break-glass: what the reaper has stopped is started by its tags, when hub, record and settings are lost.

use std::path::Path;

use serde_json::{Value, json};

use super::simulated::Simulated;

const EVENING: &str = "2026-11-25T21:30:00+09:00";
const LATER: &str = "2026-11-25T22:30:00+09:00";

/// No settings at all.
const NONE: &str = "/nonexistent/reaper.toml";

/// An account with 20 instances, in which a person works with keys of their own.
fn estate(prefix: &str) -> Simulated {
    let world = Simulated::of(&json!({
        "hub": "shop-dev", "reading-role": "IdleReaperRead", "acting-role": "IdleReaperAct", "external-id": "demo-external-id",
        "now": EVENING, "regions": ["ap-northeast-1", "us-east-1"], "accounts": [{"name": "shop-dev"}],
        "ssm": {"/idle-reaper/pause": "off"}, "buckets": ["idle-reaper-records"],
        "defaults": {"account": "shop-dev", "region": "ap-northeast-1", "cpu": 1, "tags": {"Env": "dev"},
            "launch-time": "2026-11-25T09:00:00+09:00"},
        "instances": [
            {"story": "box", "count": 15}, {"story": "far", "count": 3, "region": "us-east-1"},
            {"story": "touched"}, {"story": "bare"}, {"story": "off", "state": "stopped"},
        ],
    }));
    let also = format!("also-keep = [\"DoNotStop\"]\nprefix = \"{prefix}\"");
    let hub = "pause = \"ssm:/idle-reaper/pause\"\nhub = \"platform-tokyo\"";
    let settings = world.settings(&[
        ("stops-percent = 40", "stops-percent = 100"),
        ("also-keep = [\"DoNotStop\"]", &also),
        ("pause = \"ssm:/idle-reaper/pause\"", hub),
    ]);
    let report = world.run(&settings, &["apply", "--yes", "--at", EVENING, "--format", "json"]).json();
    assert_eq!(report["counts"]["stopped"], 20, "{report:#}");
    // A person started one and stopped it again, and took the tag away from another.
    world.post("clock", &json!({"now": LATER}));
    world.post("instance", &json!({"story": "touched", "person-starts": "2026-11-25T21:50:00+09:00"}));
    world.post("instance", &json!({"story": "touched", "person-stops": "2026-11-25T22:00:00+09:00"}));
    world.post("instance", &json!({"story": "bare", "tags": {format!("{prefix}stopped"): null}}));
    // The record and the switch are lost.
    for (key, _) in world.get("objects")["idle-reaper-records"].as_object().unwrap().clone() {
        world.post("object", &json!({"bucket": "idle-reaper-records", "key": key}));
    }
    world.post("parameter", &json!({"name": "/idle-reaper/pause"}));
    world.post("meter/reset", &Value::Null);
    world
}

fn account(world: &Simulated) -> String {
    world.get("world")["hub"]["account"].as_str().unwrap().to_owned()
}

#[test]
fn eighteen_are_started_again_without_hub_record_and_settings_and_no_other() {
    let world = estate("idle-reaper:");
    let account = account(&world);
    let run = |more: &[&str]| {
        let arguments = [&["start-stopped", "--at", LATER, "--format", "json", "--account", &account], more].concat();
        world.run(Path::new(NONE), &arguments)
    };
    let dry = run(&[]);
    assert_eq!((dry.code, dry.json()["plan"]["steps"].as_array().unwrap().len()), (0, 18), "{dry:?}");
    assert!(dry.err.contains("dry run; add `--yes`"), "{}", dry.err);
    assert_eq!((&world.get("meter")["writes"], &world.get("states")["stopped"]), (&json!(0), &json!(21)));
    let text = world.run(Path::new(NONE), &["start-stopped", "--at", LATER, "--account", &account]);
    let heading = format!("dry run of a start of what is stopped in account {account}, by run ");
    assert!(text.out.contains(&heading) && !text.out.contains("run *"), "{}", text.out);
    let east = run(&["--region", "us-east-1"]);
    assert_eq!(east.json()["plan"]["steps"].as_array().unwrap().len(), 3, "{east:?}");
    let other = run(&["--run", "20261101T000000Z-00000000", "--yes"]);
    assert_eq!((other.code, &other.json()["counts"]["started"]), (0, &json!(0)), "{other:?}");
    assert_eq!(world.get("meter")["writes"], 0);
    let done = run(&["--yes"]);
    assert_eq!((done.code, &done.json()["counts"]["started"]), (0, &json!(18)), "{done:?}");
    assert_eq!(world.get("states"), json!({"running": 18, "stopped": 3}));
    let all = world.get("instances");
    let tagged = all.as_array().unwrap().iter().filter(|one| one["tags"].get("idle-reaper:stopped").is_some());
    let tagged: Vec<&str> = tagged.map(|one| one["story"].as_str().unwrap()).collect();
    assert_eq!(tagged, ["touched"], "the tag goes when the start is verified, and only then");
    let calls = world.calls();
    for call in calls.as_object().unwrap().keys() {
        let is_one = ["ec2:", "rds:Describe", "ecs:List", "ecs:Describe"].iter().any(|begin| call.starts_with(begin));
        assert!(is_one || call == "sts:GetCallerIdentity", "{call}: {calls}");
    }
    let again = run(&["--yes"]);
    assert_eq!((again.code, &again.json()["counts"]["started"]), (0, &json!(0)), "{again:?}");
}

#[test]
fn a_start_that_is_refused_keeps_its_tag_and_exits_with_3() {
    let world = estate("idle-reaper:");
    let id = world.get("world")["instances"]["far-2"]["id"].as_str().unwrap().to_owned();
    let fault = json!({"action": "StartInstances", "ids": [id], "code": "InsufficientInstanceCapacity", "status": 500,
        "message": "We currently do not have sufficient capacity"});
    world.post("fault", &fault);
    let account = account(&world);
    let ran =
        world.run(Path::new(NONE), &["start-stopped", "--at", LATER, "--format", "json", "-a", &account, "--yes"]);
    let report = ran.json();
    assert_eq!(ran.code, 3, "{ran:?}");
    let failed: Vec<&Value> =
        report["outcomes"].as_array().unwrap().iter().filter(|one| one["outcome"] != "started").collect();
    assert!(!failed.is_empty() && failed.len() <= 3, "{failed:?}");
    let all = world.get("instances");
    let one = all.as_array().unwrap().iter().find(|one| one["story"] == "far-2").unwrap();
    let tag = one["tags"]["idle-reaper:stopped"].as_str().unwrap();
    assert!(tag.contains(" hub=platform-tokyo"), "{tag}");
}

#[test]
fn another_account_and_a_changed_prefix_are_said() {
    let world = estate("acme:");
    let run = |arguments: &[&str]| world.run(Path::new(NONE), &[&["start-stopped", "--at", LATER], arguments].concat());
    for (arguments, word) in [
        (&[][..], "needs the account"),
        (&["-a", "222222222222", "--yes"][..], "your credentials are of"),
        (&["-a", "shop-dev"][..], "twelve digits"),
        (&["-a", "222222222222", "-a", "333333333333"][..], "one account at a time"),
    ] {
        let ran = run(arguments);
        assert!(ran.code == 1 && ran.err.contains(word), "{arguments:?}: {ran:?}");
    }
    let account = account(&world);
    let none = run(&["-a", &account, "--yes"]);
    assert!(none.code == 0 && none.err.contains("add `--tag-prefix`"), "{none:?}");
    assert_eq!(world.get("meter")["writes"], 0);
    let wrong = run(&["-a", &account, "--tag-prefix", "aws:", "--yes"]);
    assert!(wrong.code == 1 && wrong.err.contains("`aws:`"), "{wrong:?}");
    let done = run(&["-a", &account, "--tag-prefix", "acme:", "--yes", "--format", "json"]);
    assert_eq!((done.code, &done.json()["counts"]["started"]), (0, &json!(18)), "{done:?}");
}
