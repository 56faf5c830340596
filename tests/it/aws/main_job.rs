//! The main job over the simulated organisation: look, judge, plan, stop, verify.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::world::{EVENING, World, outcome, root, row};

fn stories() -> Vec<Value> {
    let text = std::fs::read_to_string(root().join("tests/stories.json")).unwrap();
    serde_json::from_str::<Value>(&text).unwrap()["instances"].as_array().unwrap().clone()
}

/// What each story expects, by the name that the world gives it: a story with a count has several.
fn expectations(world: &World) -> Vec<(String, Value)> {
    let mut expected = Vec::new();
    for name in world.instances().into_keys() {
        let of = |story: &Value| {
            let base = story["story"].as_str().unwrap();
            name == base
                || (story["count"].is_number() && name.strip_prefix(base).is_some_and(|rest| rest.starts_with('-')))
        };
        expected.push((name.clone(), stories().into_iter().find(of).unwrap_or_else(|| panic!("no story for {name}"))));
    }
    expected
}

#[test]
fn every_story_gets_the_verdict_that_it_tells_and_a_dry_run_writes_nothing() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    let before = world.instances();
    let report = world.plan(&settings, EVENING);
    for (name, story) in expectations(&world) {
        let id = world.id(&name);
        if story.get("unseen").is_some() {
            assert!(!report["resources"].to_string().contains(&id), "{name} was seen");
            continue;
        }
        let row = row(&report, &id);
        let expect = &story["expect"];
        assert_eq!((&row["verdict"], &row["reason"]), (&expect["verdict"], &expect["reason"]), "{name}: {row}");
    }
    assert_eq!(world.writes(), Vec::<Value>::new());
    assert_eq!(world.instances(), before);
    assert!(world.objects().is_empty(), "a dry run recorded something");
    let roles: BTreeSet<String> =
        world.calls().iter().filter_map(|call| call["role"].as_str().map(str::to_owned)).collect();
    assert!(!roles.iter().any(|role| role.contains("IdleReaperAct")), "a dry run acted as {roles:?}");
}

#[test]
fn what_is_planned_is_stopped_tagged_verified_and_recorded_and_nothing_else_is_touched() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    let before = world.instances();
    let report = world.apply(&settings, EVENING);
    let planned: BTreeSet<String> = report["plan"]["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["id"].as_str().unwrap().to_owned())
        .collect();
    let protected = world.id("stop-protected");
    for (name, now) in world.instances() {
        let (id, was) = (now["id"].as_str().unwrap(), &before[&name]);
        if !planned.contains(id) {
            assert_eq!(now["state"], was["state"], "{name}");
            assert_eq!(now["tags"], was["tags"], "{name}");
            continue;
        }
        let (word, detail) = outcome(&report, id);
        match was["state"].as_str().unwrap() {
            "running" if id == protected => {
                assert_eq!((word.as_str(), &now["state"]), ("failed", &json!("running")), "{detail}");
                assert!(detail.contains("OperationNotPermitted"), "{detail}");
                assert_eq!(
                    world.tag(&name, "idle-reaper:stopped"),
                    None,
                    "the tag must tell the truth after a failure"
                );
            }
            "running" => {
                assert_eq!((word.as_str(), &now["state"]), ("stopped", &json!("stopped")), "{name}: {detail}");
                let tag = world.tag(&name, "idle-reaper:stopped").unwrap();
                assert!(tag.contains(report["run"].as_str().unwrap()), "{tag}");
            }
            _ => {
                assert_eq!((word.as_str(), &now["state"]), ("started", &json!("running")), "{name}: {detail}");
                assert_eq!(world.tag(&name, "idle-reaper:stopped"), None, "a start removes the tag");
            }
        }
    }
    assert_eq!(report["counts"]["stopped"], 18);
    assert_eq!(report["counts"]["failed"], 1);
    assert_eq!(report["health"], "degraded", "one failed, and one account refuses us");
    let objects = world.objects();
    for what in ["/plan.json.gz", "/report.json.gz", ".jsonl.gz", ".jsonl"] {
        assert!(objects.keys().any(|key| key.ends_with(what)), "no {what} in {:?}", objects.keys());
    }
    assert!(!objects.keys().any(|key| key.contains("lock")), "the lock was not given back");
}

#[test]
fn planning_again_after_applying_leaves_only_what_failed() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    world.apply(&settings, EVENING);
    let again = world.plan(&settings, EVENING);
    let steps: Vec<&str> =
        again["plan"]["steps"].as_array().unwrap().iter().map(|s| s["id"].as_str().unwrap()).collect();
    assert_eq!(steps, [world.id("stop-protected")]);
}

#[test]
fn unarmed_or_observing_nothing_is_written_in_an_account_looked_at() {
    for change in [[("armed = true", "armed = false")], [("stage = \"enforce\"", "stage = \"observe\"")]] {
        let world = World::of_stories();
        let settings = world.settings(&change);
        let report = world.apply(&settings, EVENING);
        assert_eq!(report["plan"]["steps"], json!([]));
        assert!(report["counts"]["candidates"].as_u64().unwrap() > 10, "the verdicts stand");
        assert!(report["resources"].as_array().unwrap().iter().all(|row| row["armed"] == json!(false)));
        let elsewhere: Vec<_> = world.writes().into_iter().filter(|call| call["service"] != "s3").collect();
        assert_eq!(elsewhere, Vec::<Value>::new());
        assert!(world.objects().keys().any(|key| key.ends_with("/report.json.gz")), "the run is recorded");
    }
}

#[test]
fn without_a_record_nothing_is_acted_on() {
    let world = World::of_stories();
    let settings = world.settings(&[("record = \"s3://idle-reaper-records/record\"", "")]);
    let report = world.apply(&settings, EVENING);
    assert_eq!(report["plan"]["steps"], json!([]));
    assert_eq!(world.writes(), Vec::<Value>::new());
    assert!(report["notes"].to_string().contains("no `record`"), "{}", report["notes"]);
}

#[test]
fn one_session_an_account_serves_every_region_and_reading_sessions_cannot_write() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    world.plan(&settings, EVENING);
    let calls = world.calls();
    let assumed: Vec<&Value> = calls.iter().filter(|call| call["action"] == "AssumeRole").collect();
    let targets: BTreeSet<String> = assumed.iter().map(|call| call["target"].to_string()).collect();
    assert_eq!(assumed.len(), targets.len(), "an account was entered twice: {assumed:?}");
    assert_eq!(assumed.len(), 7, "one for each active account");
    let looks = calls.iter().filter(|call| call["action"] == "DescribeInstances").count();
    assert_eq!(looks, 12, "one page for each target that lets us in");
    for call in assumed {
        assert_eq!(call["external-id"], "demo-external-id", "{call}");
        assert!(call.to_string().contains("ec2:Describe*"), "no narrowing session policy: {call}");
    }
}

#[test]
fn accounts_can_be_named_excluded_and_narrowed_by_unit_and_suspended_ones_are_shown() {
    let world = World::of_stories();
    let settings = world.settings(&[("exclude", "exclude")].map(|_| {
        (
            "accounts = \"organization\"\nregions",
            "accounts = \"organization\"\nexclude-accounts = [\"444444444444\"]\nregions",
        )
    }));
    let ran = world.run(&settings, &["targets", "--format", "json"]);
    let targets = ran.json();
    let skipped = targets["not-in-scope"].to_string();
    assert!(skipped.contains("888888888888") && skipped.contains("SUSPENDED"), "{skipped}");
    assert!(skipped.contains("444444444444") && skipped.contains("exclude"), "{skipped}");
    let ran = world.run(
        &settings,
        &["plan", "--at", EVENING, "--account", "shop-dev", "--region", "us-east-1", "--format", "json"],
    );
    let report = ran.json();
    assert_eq!(ran.code, 0, "{ran:?}");
    let places: BTreeSet<String> = report["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("{} {}", row["account"], row["region"]))
        .collect();
    assert_eq!(places.len(), 1, "{places:?}");
    let ran = world.run(&settings, &["plan", "--account", "no-such-account"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("no-such-account"), "{}", ran.err);
}

#[test]
fn units_narrow_what_is_looked_at_and_protect_what_is_in_them_all_beneath_included() {
    let world = World::of_stories();
    let units = world.get("/world")["organizational-units"].clone();
    let unit = |path: &str| units[path].as_str().unwrap().to_owned();
    let narrowed = format!("accounts = \"organization\"\norganizational-units = [\"{}\"]", unit("Workloads"));
    let settings = world.settings(&[("accounts = \"organization\"", &narrowed)]);
    let accounts: BTreeSet<String> = world.run(&settings, &["targets", "--format", "json"]).json()["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|account| account["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(accounts, ["data-dev", "legacy-prod", "payments-dev", "shop-dev", "shop-stg"].map(str::to_owned).into());
    let never = format!("[never]\norganizational-units = [\"{}\"]", unit("Workloads/Dev"));
    let settings = world.settings(&[("[never]", &never)]);
    let report = world.plan(&settings, EVENING);
    assert_eq!(row(&report, &world.id("office-1"))["reason"], "never-listed");
    assert_eq!(row(&report, &world.id("staging-1"))["verdict"], "stop");
    let settings = world.settings(&[("[never]", "[never]\norganizational-units = [\"ou-none-00000000\"]")]);
    let ran = world.run(&settings, &["plan", "--at", EVENING]);
    assert_eq!(ran.code, 1, "a unit that cannot be asked for protects nobody, so nothing is looked at: {ran:?}");
}

#[test]
fn the_regions_enabled_in_each_account_are_asked_for() {
    let world = World::of_stories();
    let settings = world.settings(&[("regions = [\"ap-northeast-1\", \"us-east-1\"]", "regions = \"enabled\"")]);
    let report = world.plan(&settings, EVENING);
    assert_eq!(report["counts"]["found"], 68);
    assert_eq!(report["unreachable"].as_array().unwrap().len(), 1, "{}", report["unreachable"]);
    assert_eq!(report["unreachable"][0]["region"], "*");
}

#[test]
fn exit_codes_say_what_happened() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    let code = |arguments: &[&str]| world.run(&settings, arguments).code;
    assert_eq!(code(&["plan", "--at", EVENING]), 3, "an account could not be scanned");
    assert_eq!(code(&["plan", "--at", EVENING, "--account", "shop-dev"]), 0);
    assert_eq!(code(&["plan", "--at", EVENING, "--account", "shop-dev", "--detailed-exitcode"]), 2);
    assert_eq!(code(&["plan", "--at", EVENING, "--account", "sandbox", "--detailed-exitcode"]), 0);
    assert_eq!(code(&["plan", "--no-such-flag"]), 1);
    assert_eq!(code(&["apply"]), 1, "nobody is there to be asked");
    assert_eq!(code(&["explain", "i-00000000000000000"]), 1);
    assert_eq!(code(&["--version"]), 0);
    assert_eq!(world.writes(), Vec::<Value>::new());
}

#[test]
fn invalid_settings_mean_that_nothing_is_looked_at() {
    let world = World::of_stories();
    let settings = world.settings(&[("outside = \"hibernate\"", "outside = \"hibrenate\"")]);
    let ran = world.run(&settings, &["apply", "--yes", "--at", EVENING]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("did you mean `hibernate`?"), "{}", ran.err);
    assert_eq!(world.calls(), Vec::<Value>::new());
}

#[test]
fn an_instant_for_apply_is_refused_unless_every_endpoint_is_loopback() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    let mut command = world.binary(&settings);
    // Nothing is sent there: the check comes before the first call.
    command.env("AWS_ENDPOINT_URL_EC2", "http://192.0.2.1:1").args(["apply", "--yes", "--at", EVENING]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("loopback"), "{output:?}");
    assert_eq!(world.calls(), Vec::<Value>::new());
}

#[test]
fn a_snapshot_is_judged_like_the_world_that_it_was_taken_of() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    let file = world.folder.path().join("saved.json");
    let file = file.to_str().unwrap();
    assert_eq!(world.run(&settings, &["snapshot", "--out", file]).code, 3, "one account is unreachable");
    let live = world.plan(&settings, EVENING);
    world.forget_calls();
    let saved = world.run(&settings, &["plan", "--inventory", file, "--at", EVENING, "--format", "json"]).json();
    assert_eq!(world.calls(), Vec::<Value>::new(), "an inventory needs no AWS");
    assert_eq!(saved["unreachable"], live["unreachable"]);
    for row in live["resources"].as_array().unwrap() {
        let again = super::world::row(&saved, row["id"].as_str().unwrap());
        // The last hour cannot be asked of a file.
        if !["busy", "unmeasured"].contains(&row["reason"].as_str().unwrap()) {
            assert_eq!((&again["verdict"], &again["reason"]), (&row["verdict"], &row["reason"]), "{row}");
        }
    }
}

#[test]
fn a_reviewed_plan_is_carried_out_and_nothing_beyond_it() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    let file = world.folder.path().join("plan.json");
    let file = file.to_str().unwrap();
    let only = world.id("office-1");
    assert_eq!(
        world.run(&settings, &["plan", "--at", EVENING, "--instance", &only, "--out", file, "--format", "json"]).code,
        3
    );
    let apply = |at: &str| world.run(&settings, &["apply", "--yes", "--plan", file, "--at", at, "--format", "json"]);
    let expired = apply("2026-11-25T22:30:00+09:00");
    assert_eq!(expired.code, 1);
    assert!(expired.err.contains("expired"), "{}", expired.err);
    let other = world.settings(&[("overtime = \"2h\"", "overtime = \"3h\"")]);
    let ran = world.run(&other, &["apply", "--yes", "--plan", file, "--at", EVENING]);
    assert!(ran.code == 1 && ran.err.contains("other settings"), "{ran:?}");
    let settings = world.settings(&[]);
    let ran = world
        .run(&settings, &["apply", "--yes", "--plan", file, "--at", "2026-11-25T21:38:00+09:00", "--format", "json"]);
    let report = ran.json();
    assert_eq!(report["outcomes"].as_array().unwrap().len(), 1);
    assert_eq!(outcome(&report, &only).0, "stopped");
}

#[test]
fn settings_are_read_from_s3_and_from_a_parameter() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    let text = std::fs::read_to_string(&settings).unwrap();
    let short = "version = 1\n[scope]\naccounts = \"organization\"\n";
    world.post("/parameter", &json!({"name": "/idle-reaper/settings", "value": short}));
    let ran = world.run(&settings, &["check", "--config", "ssm:/idle-reaper/settings"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let ran = world.run(&settings, &["check", "--config", "ssm:/no/such"]);
    assert!(ran.code == 1 && ran.err.contains("ParameterNotFound"), "{ran:?}");
    let ran = world.run(&settings, &["check", "--config", "s3://idle-reaper-records/no-such.toml"]);
    assert!(ran.code == 1 && ran.err.contains("NoSuchKey"), "{ran:?}");
    assert!(text.len() > short.len());
}

#[test]
fn what_a_run_did_is_shown_from_the_record_without_a_permission_in_any_account() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    let report = world.apply(&settings, EVENING);
    world.forget_calls();
    let (stopped, later) = (world.id("office-1"), "2026-11-25T22:00:00+09:00");
    let explain = |run: &str| world.run(&settings, &["explain", &stopped, "--run", run, "--at", later]);
    let run = report["run"].as_str().unwrap();
    for ran in [explain("last"), explain(run)] {
        assert_eq!(ran.code, 0, "{ran:?}");
        for part in
            [run, "verdict  stop, armed, by the rule `outside-hours`", "outcome  stopped", "idle-reaper:keep-until"]
        {
            assert!(ran.out.contains(part), "no {part} in {}", ran.out);
        }
    }
    let ran = explain("20261125T000000Z-00000000");
    assert!(ran.code == 1 && ran.err.contains("the record has no run"), "{ran:?}");
    assert!(world.calls().iter().all(|call| call["service"] == "s3"), "{:?}", world.calls());
    assert_eq!(world.writes(), Vec::<Value>::new());
}

#[test]
fn a_plan_in_the_record_is_carried_out_from_the_command_line() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    world.post("/parameter", &json!({"name": "/idle-reaper/pause", "value": "on"}));
    world.clock(EVENING);
    let only = world.id("office-1");
    world.run(&settings, &["apply", "--yes", "--at", EVENING, "--instance", &only]);
    world.post("/parameter", &json!({"name": "/idle-reaper/pause", "value": "off"}));
    let report = world.objects().into_keys().find(|key| key.ends_with("/report.json.gz")).unwrap();
    let plan = format!("record:{}", report.strip_prefix("record/").unwrap());
    let ran = world.run(&settings, &["apply", "--yes", "--plan", &plan, "--at", EVENING, "--format", "json"]);
    let report = ran.json();
    assert_eq!(report["outcomes"].as_array().unwrap().len(), 1, "{}", report["outcomes"]);
    assert_eq!(outcome(&report, &only).0, "stopped");
    let ran = world.run(&settings, &["apply", "--yes", "--plan", "record:plans/none.json", "--at", EVENING]);
    assert!(ran.code == 1 && ran.err.contains("the record has no `plans/none.json`"), "{ran:?}");
}
