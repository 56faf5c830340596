//! What the acting role could not start again, over the simulated AWS: encrypted volumes and licence configurations.

use std::path::Path;

use serde_json::{Value, json};

use super::simulated::Simulated;
use super::world::row;

const LICENSE: &str = "arn:aws:license-manager:ap-northeast-1:222222222222:license-configuration:lic-1";

/// One machine for each way in which a volume may be encrypted.
fn estate(usable: &[&str]) -> Simulated {
    Simulated::of(&json!({
        "hub": "platform", "reading-role": "IdleReaperRead", "acting-role": "IdleReaperAct", "external-id": "demo-external-id",
        "now": "2026-11-25T18:05:00+09:00", "usable": usable,
        "accounts": [{"name": "platform"}, {"name": "shop-dev", "id": "222222222222"}],
        "ssm": {"/idle-reaper/pause": "off"}, "buckets": ["idle-reaper-records"],
        "defaults": {"account": "shop-dev", "region": "ap-northeast-1", "cpu": 1, "tags": {"Env": "dev"},
            "launch-time": "2026-11-25T09:00:00+09:00"},
        "instances": [
            {"story": "plain"},
            {"story": "aws-managed", "kms-key": "aws"},
            {"story": "named", "kms-key": "named"},
            {"story": "other", "kms-key": "other"},
            {"story": "foreign", "kms-key": "arn:aws:kms:ap-northeast-1:999999999999:key/shared"},
            {"story": "licensed", "license": LICENSE},
        ],
    }))
}

const NAMED: (&str, &str) = (
    "[busy]\ncpu-percent = 10\nunmeasured = \"skip\"\n",
    "[restart]\nkms-keys = [\"arn:aws:kms:*:222222222222:key/named\"]\n",
);

fn apply(world: &Simulated, settings: &Path, at: &str) -> Value {
    world.post("clock", &json!({"now": at}));
    world.run(settings, &["apply", "--yes", "--at", at, "--format", "json"]).json()
}

fn states(world: &Simulated) -> Vec<(String, String)> {
    let all = world.get("instances");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    all.as_array().unwrap().iter().map(|one| (text(&one["story"]), text(&one["state"]))).collect()
}

fn in_state(world: &Simulated, state: &str) -> Vec<String> {
    let mut found: Vec<String> = states(world).into_iter().filter(|one| one.1 == state).map(|one| one.0).collect();
    found.sort();
    found
}

#[test]
fn only_what_can_be_started_again_is_stopped_and_one_call_for_each_target_tells_it() {
    let world = estate(&["named"]);
    let settings = world.settings(&[NAMED, ("stops-percent = 40", "stops-percent = 100")]);
    let report = apply(&world, &settings, "2026-11-25T18:05:00+09:00");
    assert_eq!(in_state(&world, "running"), ["foreign", "licensed", "other"]);
    let held = report["plan"]["deferred"].as_array().unwrap();
    assert!(held.len() == 3 && held.iter().all(|one| one["because"] == "cannot-start"), "{held:?}");
    let notes = report["notes"].to_string();
    for word in ["key/other", "999999999999:key/shared", LICENSE] {
        assert!(notes.contains(word), "{word}: {notes}");
    }
    let calls = world.calls();
    assert_eq!(calls["ec2:DescribeVolumes"], 1, "{calls}");
    assert_eq!(calls["kms:ListAliases"], 2, "of the two own keys that the settings do not name: {calls}");
    let report = apply(&world, &settings, "2026-11-26T09:00:00+09:00");
    assert_eq!((&report["counts"]["started"], in_state(&world, "stopped")), (&json!(3), Vec::new()));
}

#[test]
fn a_start_that_falls_back_for_lack_of_a_grant_is_remembered_and_shown() {
    // The settings name a key that the role may not use.
    let world = estate(&[]);
    let settings = world.settings(&[NAMED, ("stops-percent = 40", "stops-percent = 100")]);
    apply(&world, &settings, "2026-11-25T18:05:00+09:00");
    assert_eq!(in_state(&world, "stopped"), ["aws-managed", "named", "plain"]);
    let morning = apply(&world, &settings, "2026-11-26T09:00:00+09:00");
    assert_eq!((&morning["counts"]["failed"], in_state(&world, "stopped")), (&json!(1), vec!["named".to_owned()]));
    world.post("instance", &json!({"story": "named", "person-starts": "2026-11-26T09:30:00+09:00"}));
    let evening = apply(&world, &settings, "2026-11-26T18:05:00+09:00");
    assert!(in_state(&world, "running").contains(&"named".to_owned()));
    assert!(evening["notes"].to_string().contains("the last start failed at 2026-11-26 00:"), "{}", evening["notes"]);
}

#[test]
fn what_cannot_be_asked_protects() {
    for (action, code) in [("DescribeVolumes", "UnauthorizedOperation"), ("ListAliases", "AccessDeniedException")] {
        let world = estate(&["named"]);
        world.post("fault", &json!({"action": action, "code": code, "status": 403, "message": "no"}));
        let settings = world.settings(&[NAMED, ("stops-percent = 40", "stops-percent = 100")]);
        let report = apply(&world, &settings, "2026-11-25T18:05:00+09:00");
        let stopped: &[&str] = if action == "ListAliases" { &["named", "plain"] } else { &[] };
        assert_eq!(in_state(&world, "stopped"), stopped, "{action}");
        let notes = report["notes"].to_string();
        assert!(notes.contains(action) && notes.contains(code), "{notes}");
        let id = world.get("world")["instances"]["other"]["id"].as_str().unwrap().to_owned();
        assert_eq!(row(&report, &id)["verdict"], "stop", "the verdict stands, the step is deferred");
    }
}
