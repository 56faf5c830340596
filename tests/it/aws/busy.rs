//! The last hour in the simulated AWS: what is quiet, busy by network, disks or GPU, and what has gaps.

use serde_json::{Value, json};

use super::world::{World, row};

const EVENING: &str = "2026-11-25T20:30:00+09:00";

/// Figures of five minutes, from so many minutes before the evening until then.
fn figures(world: &World, story: &str, from: &str, values: &Value, gpu: bool) {
    let body = json!({"story": story, "from": from, "to": EVENING, "minutes": 5, "values": values, "gpu": gpu});
    world.post("/metrics", &body);
}

#[test]
fn what_is_busy_by_network_disks_or_gpu_is_not_stopped_and_a_gap_is_never_quiet() {
    let stories = ["quiet", "serves", "receives", "writes", "trains", "one-figure", "half-an-hour"];
    let kind = |story: &str| if story == "trains" { "g5g.xlarge" } else { "t3.micro" };
    let instance = |story: &&str| json!({"story": story, "type": kind(story), "tags": {"Env": "dev"}});
    let instances: Vec<Value> = stories.iter().map(instance).collect();
    let world = World::of(&json!({
        "hub": "platform", "external-id": "demo-external-id", "now": EVENING,
        "accounts": [{"name": "platform"}, {"name": "shop-dev"}],
        "ssm": {"/idle-reaper/pause": "off"}, "buckets": ["idle-reaper-records"],
        "defaults": {"account": "shop-dev", "region": "ap-northeast-1", "launch-time": "2026-11-25T09:00:00+09:00"},
        "instances": instances,
    }));
    let (hour, half) = ("2026-11-25T19:30:00+09:00", "2026-11-25T20:00:00+09:00");
    let quiet = json!({"CPUUtilization": 0.4, "NetworkIn": 4000, "NetworkOut": 4000, "EBSWriteBytes": 160_000});
    for story in &stories[..5] {
        figures(&world, story, hour, &quiet, false);
    }
    figures(&world, "half-an-hour", half, &quiet, false);
    let once = json!({"story": "one-figure", "from": "2026-11-25T19:35:00+09:00", "to": "2026-11-25T19:40:00+09:00", "values": quiet});
    world.post("/metrics", &once);
    // One busy figure in the hour is enough.
    let at = "2026-11-25T20:10:00+09:00";
    figures(&world, "serves", at, &json!({"NetworkOut": 50_000_000}), false);
    figures(&world, "receives", at, &json!({"NetworkIn": 50_000_000}), false);
    figures(&world, "writes", at, &json!({"EBSWriteBytes": 300_000_000}), false);
    figures(&world, "trains", hour, &json!({"nvidia_smi_utilization_gpu": 97}), true);
    // On unless it is switched off: the section is absent.
    let settings = world.settings(&[("[busy]\ncpu-percent = 10\nunmeasured = \"skip\"\n", "")]);
    let report = world.plan(&settings, EVENING);
    let found = |story: &str| {
        let row = row(&report, &world.id(story));
        (row["verdict"].clone(), row["reason"].clone(), row["detail"].as_str().unwrap_or_default().to_owned())
    };
    let (verdict, _, detail) = found("quiet");
    assert!(verdict == "stop" && detail.contains("(11 of 12 figures)"), "{detail}");
    for (story, words) in [("serves", "network"), ("receives", "network"), ("writes", "EBS writes"), ("trains", "GPU")]
    {
        let (verdict, reason, detail) = found(story);
        assert!(verdict == "skip" && reason == "busy" && detail.contains(words), "{story}: {verdict} {detail}");
    }
    for story in ["one-figure", "half-an-hour"] {
        let (verdict, reason, detail) = found(story);
        assert!(verdict == "skip" && reason == "unmeasured", "{story}: {verdict} {detail}");
        assert!(detail.contains("of 12 five-minute figures"), "{detail}");
    }
}
