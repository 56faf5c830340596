//! What is only reported, from the simulated AWS: volumes and addresses as it answers them, and a role without one of
//! the permissions.

use serde_json::{Value, json};

use super::world::{EVENING, World};

/// An account that left volumes and an address behind, beside a running instance with a volume of its own.
fn left() -> World {
    let place = json!({"account": "shop-dev", "region": "ap-northeast-1"});
    let with = |more: Value| {
        let mut all = place.clone();
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let volume = |name: &str, kind: &str, tag: &str| {
        with(json!({"size": 100, "type": kind, "created": "2026-02-01T09:00:00Z", "tags": {"Name": name, (tag): "x"}}))
    };
    World::of(&json!({
        "hub": "platform", "external-id": "demo-external-id", "now": EVENING,
        "accounts": [{"name": "platform"}, {"name": "shop-dev"}], "ssm": {"/idle-reaper/pause": "off"},
        "buckets": ["idle-reaper-records"],
        "defaults": {"account": "shop-dev", "region": "ap-northeast-1", "launch-time": "2026-08-01T09:00:00Z"},
        "instances": [{"story": "web"}],
        "volumes": [
            volume("old-data", "gp3", "Owner"),
            volume("kept", "gp2", "idle-reaper:keep"),
            volume("db", "gp3", "kubernetes.io/created-for/pvc/name"),
        ],
        "addresses": [with(json!({"ip": "203.0.113.7", "tags": {"Name": "old-vpn"}}))],
    }))
}

/// Standing and command of each resource, by name.
fn found(report: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let resources = report["forgotten"]["resources"].as_array().expect("the section");
    let mut found: Vec<_> =
        resources.iter().map(|one| (text(&one["name"]), text(&one["standing"]), text(&one["command"]))).collect();
    found.retain(|(name, ..)| !name.is_empty());
    found.sort();
    found
}

#[test]
fn volumes_and_addresses_are_found_as_aws_answers_them_and_nothing_is_written() {
    let world = left();
    let settings = world.settings(&[("[caps]", "[forgotten]\n\n[caps]")]);
    let report = world.plan(&settings, EVENING);
    let standing: Vec<_> = found(&report).into_iter().map(|(name, standing, _)| (name, standing)).collect();
    let wanted = [("db", "managed"), ("kept", "kept"), ("old-data", "forgotten"), ("old-vpn", "forgotten")];
    assert_eq!(
        standing,
        wanted.map(|(name, standing)| (name.to_owned(), standing.to_owned())),
        "{}",
        report["forgotten"]
    );
    let commands: String = found(&report).into_iter().map(|(.., command)| command + "\n").collect();
    assert!(commands.contains("aws ec2 delete-volume --volume-id vol-"), "{commands}");
    assert!(commands.contains("aws ec2 release-address --allocation-id eipalloc-"), "{commands}");
    assert_eq!(
        report["forgotten"]["usd-month"], "13.25",
        "100 GiB of gp3 and an address in Tokyo, by the bundled list"
    );
    assert!(world.writes().is_empty(), "{:?}", world.writes());
}

#[test]
fn a_role_without_one_permission_darkens_that_kind_alone() {
    let world = left();
    let settings = world.settings(&[("[caps]", "[forgotten]\n\n[caps]")]);
    world.fault(&json!({"action": "DescribeAddresses", "code": "UnauthorizedOperation", "status": 403}));
    let report = world.plan(&settings, EVENING);
    assert_eq!((report["health"].as_str(), report["unreachable"].as_array().map(Vec::len)), (Some("ok"), Some(0)));
    let lacking = &report["forgotten"]["not-scanned"];
    assert_eq!(lacking[0]["kind"], "address", "{lacking}");
    assert!(lacking[0]["cause"].as_str().unwrap().contains("UnauthorizedOperation"), "{lacking}");
    assert!(found(&report).iter().any(|(name, standing, _)| name == "old-data" && standing == "forgotten"));
}
