//! A hub in a Region that accounts have to opt into: STS and DescribeRegions answer there only for those that did.

use serde_json::{Value, json};

use super::simulated::Simulated;
use super::world::EVENING;

/// The demo's organisation, in which nobody but the hub has opted into Hong Kong.
fn estate() -> Simulated {
    let world = Simulated::of_stories();
    for action in ["AssumeRole", "DescribeRegions"] {
        let fault = json!({"action": action, "region": "ap-east-1", "code": "AuthFailure", "status": 403,
            "message": "the Region is not enabled in this account"});
        world.post("fault", &fault);
    }
    world
}

fn plan(world: &Simulated, look: &str) -> Value {
    let settings = world
        .settings(&[("[scope]\n", look), ("regions = [\"ap-northeast-1\", \"us-east-1\"]", "regions = \"enabled\"")]);
    let mut command = world.binary(&settings);
    command.env("AWS_REGION", "ap-east-1").args(["plan", "--at", EVENING, "--format", "json"]);
    serde_json::from_slice(&command.output().unwrap().stdout).expect("a report")
}

#[test]
fn roles_are_assumed_and_regions_listed_in_a_region_that_every_account_has() {
    let report = plan(&estate(), "[scope]\n");
    let from_hub = |unreachable: &&Value| unreachable["cause"].to_string().contains("the Region is not enabled");
    let unreachable: Vec<&Value> = report["unreachable"].as_array().unwrap().iter().filter(from_hub).collect();
    assert_eq!(unreachable, Vec::<&Value>::new());
    assert!(report["counts"]["found"].as_u64() > Some(10), "{}", report["counts"]);
}

#[test]
fn the_settings_may_name_another_region() {
    let report = plan(&estate(), "[scope]\nsts-region = \"ap-east-1\"\n");
    assert_eq!(report["counts"]["found"], 0, "{}", report["counts"]);
    assert!(report["unreachable"].to_string().contains("the Region is not enabled"), "{}", report["unreachable"]);
    let report = plan(&estate(), "[scope]\nsts-region = \"eu-west-1\"\n");
    assert!(report["counts"]["found"].as_u64() > Some(10), "{}", report["counts"]);
}
