//! Sessions of Session Manager over the simulated AWS: who is logged in is not cut off.

use serde_json::{Value, json};

use super::simulated::Simulated;
use super::world::row;

const EVENING: &str = "2026-11-25T20:30:00+09:00";

fn world() -> Simulated {
    Simulated::of(&json!({
        "hub": "platform", "reading-role": "IdleReaperRead", "acting-role": "IdleReaperAct", "external-id": "demo-external-id",
        "now": EVENING, "accounts": [{"name": "platform"}, {"name": "shop-dev", "id": "222222222222"}],
        "ssm": {"/idle-reaper/pause": "off"}, "buckets": ["idle-reaper-records"],
        "defaults": {"account": "shop-dev", "region": "ap-northeast-1", "cpu": 1, "tags": {"Env": "dev"},
            "launch-time": "2026-11-25T09:00:00+09:00"},
        "instances": [{"story": "used"}, {"story": "free"}],
    }))
}

/// What a dry run decides about the instance of each story, and the calls of it.
fn decided(world: &Simulated, sessions: bool) -> ([Value; 2], Value) {
    let busy = format!("[busy]\nsessions = {sessions}\ncpu-percent = 10\n");
    let settings = world.settings(&[("[busy]\ncpu-percent = 10\n", &busy)]);
    let report = world.run(&settings, &["plan", "--at", EVENING, "--format", "json"]).json();
    let all = world.get("instances");
    let id = |story: &str| {
        let one = all.as_array().unwrap().iter().find(|one| one["story"] == story).unwrap();
        one["id"].as_str().unwrap().to_owned()
    };
    (["used", "free"].map(|story| row(&report, &id(story))["reason"].clone()), world.calls())
}

#[test]
fn an_instance_with_an_active_session_is_skipped_and_one_call_for_each_target_tells_it() {
    let world = world();
    let (without, calls) = decided(&world, false);
    assert_eq!(
        (without, &calls["ssm:DescribeSessions"]),
        ([json!("outside-hours"), json!("outside-hours")], &Value::Null)
    );
    world.post("sessions", &json!({"stories": ["used", "used"]}));
    let (with, calls) = decided(&world, true);
    assert_eq!(with, [json!("logged-in"), json!("outside-hours")]);
    assert_eq!(calls["ssm:DescribeSessions"], 1, "{calls}");
}

#[test]
fn a_refusal_protects_everything_there() {
    let world = world();
    world.post("fault", &json!({"action": "DescribeSessions", "code": "AccessDeniedException", "status": 400}));
    assert_eq!(decided(&world, true).0, [json!("logged-in"), json!("logged-in")]);
    assert_eq!(decided(&world, false).0, [json!("outside-hours"), json!("outside-hours")]);
}
