//! What goes wrong in the world, and what the reaper makes of it.

use serde_json::{Value, json};

use super::world::{EVENING, World, outcome, row};

#[test]
fn a_denied_region_is_unreachable_one_closed_by_policy_is_closed_and_the_others_go_on() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    world.fault(&json!({"action": "DescribeInstances", "account": "222222222222", "region": "us-east-1", "code": "UnauthorizedOperation",
        "message": "You are not authorized to perform this operation with an explicit deny in a service control policy", "status": 403}));
    world.fault(&json!({"action": "DescribeInstances", "account": "444444444444", "region": "us-east-1", "code": "UnauthorizedOperation",
        "message": "You are not authorized to perform this operation", "status": 403}));
    let report = world.plan(&settings, EVENING);
    assert_eq!(report["denied"], json!([{"account": "222222222222", "region": "us-east-1"}]));
    let unreachable = report["unreachable"].to_string();
    assert!(unreachable.contains("444444444444") && unreachable.contains("UnauthorizedOperation"), "{unreachable}");
    assert!(!unreachable.contains("222222222222"), "{unreachable}");
    assert_eq!(row(&report, &world.id("office-1"))["verdict"], "stop");
    assert_eq!(report["counts"]["denied"], 1);
}

#[test]
fn too_many_unreachable_targets_mean_that_nothing_is_acted_on() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    world.fault(&json!({"action": "DescribeInstances", "region": "us-east-1", "code": "InternalError", "status": 400}));
    let report = world.apply(&settings, EVENING);
    assert_eq!(report["plan"]["steps"], json!([]));
    assert!(report["plan"]["refused"].as_str().unwrap().contains("max-unreachable-percent"));
    let writes: Vec<_> = world.writes().into_iter().filter(|call| call["service"] != "s3").collect();
    assert_eq!(writes, Vec::<Value>::new());
    let deferred = report["plan"]["deferred"].as_array().unwrap();
    assert!(deferred.iter().all(|one| one["because"] == "too-many-unreachable") && !deferred.is_empty());
}

#[test]
fn a_list_of_accounts_that_cannot_be_had_is_an_error() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    world.fault(&json!({"action": "ListAccounts", "code": "AccessDeniedException", "status": 400}));
    let ran = world.run(&settings, &["plan", "--at", EVENING]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("organizations:ListAccounts") && ran.err.contains("AccessDeniedException"), "{}", ran.err);
}

#[test]
fn paused_at_the_start_nothing_is_done_and_the_plan_is_shown() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    world.post("/parameter", &json!({"name": "/idle-reaper/pause", "value": "release weekend"}));
    let report = world.apply(&settings, EVENING);
    assert!(report["outcomes"].as_array().unwrap().iter().all(|one| one["outcome"] == "not-tried"));
    assert_eq!(world.state("office-1"), "running");
    assert!(report["notes"].to_string().contains("release weekend"));
}

#[test]
fn a_pause_switch_that_cannot_be_read_pauses() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    world.post("/parameter", &json!({"name": "/idle-reaper/pause", "value": null}));
    let report = world.apply(&settings, EVENING);
    assert_eq!(report["counts"]["stopped"], 0);
    assert_eq!(report["health"], "degraded");
    assert_eq!(world.state("office-1"), "running");
}

#[test]
fn a_pause_in_the_middle_of_a_run_holds_back_the_batches_to_come() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    // The first read is the run's own; every batch asks again.
    world.fault(&json!({"action": "GetParameter", "code": "AccessDeniedException", "status": 400, "after": 3}));
    let report = world.apply(&settings, EVENING);
    let words: Vec<&str> =
        report["outcomes"].as_array().unwrap().iter().map(|one| one["outcome"].as_str().unwrap()).collect();
    assert!(words.contains(&"not-tried"), "{words:?}");
    for one in report["outcomes"].as_array().unwrap().iter().filter(|one| one["outcome"] == "not-tried") {
        assert!(one["detail"].as_str().unwrap().contains("pause"), "{one}");
    }
}

#[test]
fn a_record_that_cannot_be_written_stops_everything_before_it_begins() {
    let world = World::of_stories();
    let settings = world.settings(&[("s3://idle-reaper-records/record", "s3://no-such-bucket/record")]);
    let ran = world.run(&settings, &["apply", "--yes", "--at", EVENING]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("record") && ran.err.contains("NoSuchBucket"), "{}", ran.err);
    let writes: Vec<_> = world.writes().into_iter().filter(|call| call["service"] != "s3").collect();
    assert_eq!(writes, Vec::<Value>::new());
}

#[test]
fn a_stop_that_is_accepted_and_does_not_hold_is_unverified() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    let id = world.id("office-us");
    world.fault(&json!({"action": "StopInstances", "ids": [id], "mode": "ignore"}));
    let report = world.apply(&settings, EVENING);
    assert_eq!(outcome(&report, &id).0, "unverified");
    assert_eq!(report["health"], "degraded");
}

#[test]
fn a_stop_whose_answer_is_lost_is_seen_by_looking() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    let id = world.id("office-us");
    world.fault(&json!({"action": "StopInstances", "region": "us-east-1", "mode": "lost", "code": "InternalError", "status": 500}));
    let report = world.apply(&settings, EVENING);
    assert_eq!(outcome(&report, &id).0, "stopped");
    assert!(world.tag("office-us", "idle-reaper:stopped").is_some());
}

#[test]
fn an_instance_that_changes_between_look_and_act_is_overtaken() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    let file = world.folder.path().join("plan.json");
    world.run(&settings, &["plan", "--at", EVENING, "--out", file.to_str().unwrap(), "--format", "json"]);
    // The plan is reviewed meanwhile, and a colleague keeps one machine.
    let kept = world.id("office-2");
    world.post("/instance", &json!({"story": "office-2", "tags": {"idle-reaper:keep": ""}}));
    world.clock(EVENING);
    let ran = world
        .run(&settings, &["apply", "--yes", "--plan", file.to_str().unwrap(), "--at", EVENING, "--format", "json"]);
    let report = ran.json();
    assert_eq!(row(&report, &kept)["reason"], "kept");
    assert_eq!(outcome(&report, &kept), ("overtaken".to_owned(), "now skip, by the rule `kept`".to_owned()));
    assert_eq!(world.state("office-2"), "running");
    assert_eq!(world.state("office-1"), "stopped");
}

#[test]
fn a_second_acting_run_is_refused_while_the_first_one_acts() {
    let world = World::of_stories();
    let folder = world.folder.path().join("record");
    std::fs::create_dir_all(&folder).unwrap();
    let settings = world.settings(&[("s3://idle-reaper-records/record", folder.to_str().unwrap())]);
    let held = json!({"run": "20261125T122900Z-other", "until": "2126-01-01T00:00:00Z"});
    std::fs::write(folder.join("acting.lock"), held.to_string()).unwrap();
    let ran = world.run(&settings, &["apply", "--yes", "--at", EVENING]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("20261125T122900Z-other"), "{}", ran.err);
    assert_eq!(world.state("office-1"), "running");
    // A lock that has outlived its run is void.
    let held = json!({"run": "20261125T122900Z-other", "until": "2026-01-01T00:00:00Z"});
    std::fs::write(folder.join("acting.lock"), held.to_string()).unwrap();
    let report = world.apply(&settings, EVENING);
    assert_eq!(report["counts"]["stopped"], 18);
    assert!(!folder.join("acting.lock").exists());
}

#[test]
fn a_tag_that_cannot_be_written_means_no_stop() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    world
        .fault(&json!({"action": "CreateTags", "region": "us-east-1", "code": "UnauthorizedOperation", "status": 403}));
    let report = world.apply(&settings, EVENING);
    let (word, detail) = outcome(&report, &world.id("office-us"));
    assert_eq!(word, "failed");
    assert!(detail.contains("tag could not be written"), "{detail}");
    assert_eq!(world.state("office-us"), "running");
    assert_eq!(world.state("office-1"), "stopped");
}

#[test]
fn a_start_that_falls_back_is_seen_and_keeps_its_evidence() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    let id = world.id("night-shift-reaped");
    world.fault(&json!({"action": "StartInstances", "ids": [id], "mode": "ignore"}));
    let report = world.apply(&settings, EVENING);
    let (word, detail) = outcome(&report, &id);
    assert_eq!(word, "failed");
    assert!(detail.contains("kms:CreateGrant"), "{detail}");
    assert!(world.tag("night-shift-reaped", "idle-reaper:stopped").is_some());
}

#[test]
fn metrics_that_are_refused_spare_the_candidates_of_that_region() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    world.fault(&json!({"action": "GetMetricData", "account": "333333333333", "code": "AccessDenied", "status": 403}));
    let report = world.plan(&settings, EVENING);
    let row = row(&report, &world.id("staging-1"));
    assert_eq!((&row["verdict"], &row["reason"]), (&json!("skip"), &json!("unmeasured")));
    assert!(row["detail"].as_str().unwrap().contains("AccessDenied"), "{row}");
}

#[test]
fn an_account_whose_regions_a_policy_does_not_list_is_unreachable_and_not_denied() {
    let world = World::of_stories();
    let settings = world.settings(&[("regions = [\"ap-northeast-1\", \"us-east-1\"]", "regions = \"enabled\"")]);
    for message in [
        "You are not authorized to perform this operation with an explicit deny in a service control policy",
        "You are not authorized to perform: ec2:DescribeRegions because no service control policy allows the ec2:DescribeRegions action",
    ] {
        world.fault(&json!({"action": "DescribeRegions", "account": "222222222222", "code": "UnauthorizedOperation",
            "message": message, "status": 403}));
        let report = world.plan(&settings, EVENING);
        assert_eq!((&report["denied"], &report["health"]), (&json!([]), &json!("degraded")), "{message}");
        let unreachable = report["unreachable"].to_string();
        assert!(unreachable.contains("222222222222") && unreachable.contains("ec2:DescribeRegions"), "{unreachable}");
    }
}
