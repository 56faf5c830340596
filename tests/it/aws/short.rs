//! Answers of AWS that end before their time, or have no body at all, while their length says that this is all of it. The
//! SDK takes some of them for answers with less in them.

use serde_json::{Value, json};

use super::simulated::Simulated;

/// The Regions enabled in each account, and a unit that protects what is beneath it.
fn settings(world: &Simulated) -> std::path::PathBuf {
    let units = world.get("world")["organizational-units"].clone();
    let never = format!("[never]\norganizational-units = [{}]", units["Workloads/Dev"]);
    world.settings(&[("[never]", &never), ("regions = [\"ap-northeast-1\", \"us-east-1\"]", "regions = \"enabled\"")])
}

fn fault(world: &Simulated, action: &str, mode: &str, times: u32) {
    world.post("fault", &json!({"action": action, "mode": mode, "times": times}));
}

/// All of a report but what looking cost.
fn told(report: &Value) -> Value {
    json!([report["counts"]["found"], report["resources"], report["unreachable"], report["plan"]["steps"]])
}

#[test]
fn whatever_of_looking_ends_before_its_time_is_asked_for_again() {
    let world = Simulated::of_stories();
    let settings = settings(&world);
    let whole = told(&world.plan(&settings));
    assert_eq!(whole[0], 68);
    for action in [
        "DescribeInstances",
        "DescribeRegions",
        "AssumeRole",
        "ListAccounts",
        "ListAccountsForParent",
        "ListOrganizationalUnitsForParent",
    ] {
        for mode in ["shorten", "empty"] {
            fault(&world, action, mode, 2);
            assert_eq!(told(&world.plan(&settings)), whole, "{action} {mode}");
            world.post("fault/clear", &json!({}));
        }
    }
}

/// An account of which nobody knows in which units it is must not count as one that is in none.
#[test]
fn where_units_are_unknown_nothing_is_scanned() {
    let world = Simulated::of_stories();
    let settings = settings(&world);
    for action in ["ListAccounts", "ListAccountsForParent", "ListOrganizationalUnitsForParent"] {
        fault(&world, action, "empty", 1_000);
        let ran = world.run(&settings, &["plan"]);
        assert_eq!(ran.code, 1, "{action}: {ran:?}");
        assert!(ran.err.contains(action) && ran.err.contains("it is empty"), "{}", ran.err);
        world.post("fault/clear", &json!({}));
    }
}

/// A page that is shorter hides instances, and a tag that is lost is a protection lost.
#[test]
fn where_a_page_stays_short_its_region_is_unreachable() {
    let world = Simulated::of_stories();
    let settings = settings(&world);
    for (mode, words) in [
        ("shorten", "the answer cannot be used: it is no whole document"),
        ("empty", "the answer cannot be used: it is empty"),
    ] {
        fault(&world, "DescribeInstances", mode, 100_000);
        let report = world.plan(&settings);
        assert_eq!(report["counts"]["found"], 0, "{mode}");
        let unreachable = report["unreachable"].to_string();
        assert!(unreachable.contains("ec2:DescribeInstances") && unreachable.contains(words), "{mode}: {unreachable}");
        world.post("fault/clear", &json!({}));
    }
}
