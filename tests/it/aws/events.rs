//! Events of AWS that are no schedule, through the real binary.

use idle_reaper::aws::AwsHub;
use idle_reaper::engine::config::Settings;
use idle_reaper::ports::WriteRecord;
use serde_json::{Value, json};

use super::lambda::Function;
use super::world::{EVENING, World, root, row};

pub fn sample(name: &str) -> Value {
    let text = std::fs::read_to_string(root().join("infra/events").join(name)).expect(name);
    serde_json::from_str(&text).expect(name)
}

/// The event that the instance of a story came up.
fn came_up(world: &World, story: &str) -> Value {
    let mut event = sample("instance-running.json");
    event["detail"]["instance-id"] = json!(world.id(story));
    event
}

#[test]
fn an_instance_that_came_up_is_judged_alone_and_stopped_only_as_the_settings_arm_it() {
    let world = World::of_stories();
    let unarmed = world.settings(&[("armed = true", "armed = false")]);
    let function = Function::start(&world, &unarmed, Some(EVENING));
    let answer = function.invoke(&came_up(&world, "office-1").to_string());
    assert_eq!((&answer["event"], &answer["mode"]), (&json!("instance-state"), &json!("apply")), "{answer}");
    assert_eq!((&answer["counts"]["found"], &answer["counts"]["candidates"]), (&json!(1), &json!(1)), "{answer}");
    assert_eq!(world.state("office-1"), "running");
    drop(function);

    let armed = world.settings(&[]);
    let function = Function::start(&world, &armed, Some(EVENING));
    let answer = function.invoke(&came_up(&world, "office-1").to_string());
    assert_eq!((&answer["counts"]["stopped"], &answer["health"]), (&json!(1), &json!("ok")), "{answer}");
    assert_eq!((world.state("office-1"), world.state("office-2")), ("stopped".to_owned(), "running".to_owned()));
    let metrics = function.log().into_iter().find(|line| line.get("_aws").is_some()).expect("no embedded metrics");
    assert_eq!(metrics["mode"], "apply-selected", "the alarm for runs that are missing counts whole runs alone");
    for line in function.log() {
        assert!(!line.to_string().contains(&world.id("office-1")), "account data in the log: {line}");
    }
}

#[test]
fn an_event_about_what_is_not_looked_at_is_answered_and_no_error() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    let function = Function::start(&world, &settings, Some(EVENING));
    for (key, value) in [("account", "999999999999"), ("region", "sa-east-1")] {
        let mut event = came_up(&world, "office-1");
        event[key] = json!(value);
        let answer = function.invoke(&event.to_string());
        assert_eq!((&answer["health"], &answer["counts"]["found"]), (&json!("ok"), &json!(0)), "{answer}");
        assert!(answer["notes"].to_string().contains(value), "{answer}");
    }
    let answer = function.invoke(&sample("instance-stopped.json").to_string());
    assert!(answer["notes"][0].as_str().unwrap().contains("`stopped`"), "{answer}");
    assert_eq!((&answer["health"], &answer["report"]), (&json!("ok"), &Value::Null));
    assert_eq!(world.state("office-1"), "running");
    let broken = function.invoke(r#"{"source":"aws.ec2","detail-type":"EC2 Instance State-change Notification"}"#);
    assert_eq!(broken["errorType"], "RequestInvalid", "{broken}");
}

#[test]
fn an_event_that_finds_another_run_under_way_comes_to_nothing_and_comes_again_from_its_queue() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    let until = (chrono::Utc::now() + chrono::Duration::minutes(5)).to_rfc3339();
    let lock = json!({"run": "20261125T122900Z-00000000", "until": until}).to_string();
    let read = Settings::parse("reaper.toml", &std::fs::read_to_string(&settings).unwrap()).expect("settings");
    let hub = AwsHub::new(&world.aws(), &read);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert_eq!(runtime.block_on(hub.create("acting.lock", &lock)), Ok(None));
    let function = Function::start(&world, &settings, Some(EVENING));
    let answer = function.invoke(&came_up(&world, "office-1").to_string());
    assert_eq!(answer["errorType"], "Refused", "{answer}");
    assert!(answer["errorMessage"].as_str().unwrap().contains("20261125T122900Z-00000000"), "{answer}");
    let message =
        |id: &str, event: Value| json!({"messageId": id, "body": event.to_string(), "eventSource": "aws:sqs"});
    let batch = json!({"Records": [
        message("held", came_up(&world, "office-1")),
        message("done", sample("instance-stopped.json")),
        message("broken", json!({"mode": "apply"})),
    ]});
    let again = |failed: &[&str]| -> Value {
        let items: Vec<Value> = failed.iter().map(|id| json!({"itemIdentifier": id})).collect();
        json!({"batchItemFailures": items})
    };
    assert_eq!(function.invoke(&batch.to_string()), again(&["held", "broken"]));
    assert_eq!(world.state("office-1"), "running");
    assert_eq!(runtime.block_on(hub.remove("acting.lock")), Ok(()));
    assert_eq!(function.invoke(&batch.to_string()), again(&["broken"]), "it is done once the lock is given back");
    assert_eq!(world.state("office-1"), "stopped");
}

/// The demo's settings, with an operator who listens to a topic.
fn heard_by_an_operator(world: &World) -> std::path::PathBuf {
    let arn = world.post("/topic", &json!({"name": "ops"}))["arn"].as_str().unwrap().to_owned();
    let telling = format!("[channels.ops]\nsns = \"{arn}\"\n\n[notify]\noperator = \"ops\"\n\n[never]");
    world.settings(&[("[never]", &telling)])
}

#[test]
fn an_anomaly_in_either_spelling_notifies_the_operator_of_what_runs_there_and_does_nothing() {
    let world = World::of_stories();
    let settings = heard_by_an_operator(&world);
    let function = Function::start(&world, &settings, Some(EVENING));
    world.forget_calls();
    let answer = function.invoke(&sample("cost-anomaly.json").to_string());
    assert_eq!((&answer["event"], &answer["mode"]), (&json!("cost-anomaly"), &json!("plan")), "{answer}");
    assert!(answer["counts"]["found"].as_u64() > Some(3), "{answer}");
    assert_eq!((&answer["counts"]["messages"], &answer["counts"]["stopped"]), (&json!(1), &json!(0)), "{answer}");
    let place = answer["report"].as_str().unwrap().strip_prefix("s3://idle-reaper-records/").unwrap().to_owned();
    let whole: Value = serde_json::from_str(&world.objects()[&place]).unwrap();
    assert!(whole["notes"].to_string().contains("12345678-abcd-ef12-3456-987654321a12"), "{}", whole["notes"]);
    let elsewhere = |row: &Value| row["account"] != "222222222222" || row["region"] != "ap-northeast-1";
    assert!(!whole["resources"].as_array().unwrap().iter().any(elsewhere), "only what is named is looked at");
    let heard = world.get("/heard")["ops"].clone();
    let said = heard[0]["Message"].as_str().unwrap();
    for part in ["1001", "shop-dev", "running now", "more", "Amazon Simple Storage Service"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let acts = ["StopInstances", "StartInstances", "CreateTags", "DeleteTags"];
    assert!(!world.calls().iter().any(|call| acts.contains(&call["action"].as_str().unwrap_or_default())));

    let answer = function.invoke(&sample("cost-anomaly-sns.json").to_string());
    assert_eq!((&answer["event"], &answer["health"]), (&json!("cost-anomaly"), &json!("ok")), "{answer}");
    let mut foreign = sample("cost-anomaly.json");
    foreign["detail"]["anomalyId"] = json!("foreign-1");
    foreign["detail"]["rootCauses"][0]["linkedAccount"] = json!("121212121212");
    let answer = function.invoke(&foreign.to_string());
    assert_eq!((&answer["health"], &answer["counts"]["messages"]), (&json!("ok"), &json!(1)), "{answer}");
    foreign["detail"]["rootCauses"] = json!([]);
    let answer = function.invoke(&foreign.to_string());
    assert_eq!((&answer["health"], &answer["counts"]["messages"]), (&json!("ok"), &json!(1)), "{answer}");
    for line in function.log() {
        assert!(!line.to_string().contains("222222222222"), "account data in the log: {line}");
    }
}

#[test]
fn who_launched_an_instance_is_remembered_once_and_shown_by_report_and_explain() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    let function = Function::start(&world, &settings, Some(EVENING));
    let id = world.id("office-1");
    let mut event = sample("run-instances.json");
    event["detail"]["responseElements"]["instancesSet"]["items"][0]["instanceId"] = json!(id);
    let answer = function.invoke(&event.to_string());
    assert_eq!((&answer["event"], &answer["health"]), (&json!("launch"), &json!("ok")), "{answer}");
    assert!(answer["notes"][0].as_str().unwrap().contains("launched 1 "), "{answer}");
    let again = function.invoke(&event.to_string());
    assert!(again["notes"][0].as_str().unwrap().contains("launched 0 "), "{again}");
    let mut failed = event.clone();
    failed["detail"]["errorCode"] = json!("Client.UnauthorizedOperation");
    let answer = function.invoke(&failed.to_string());
    assert_eq!((&answer["event"], &answer["health"]), (&json!("launch"), &json!("ok")), "{answer}");
    let mut foreign = event.clone();
    foreign["account"] = json!("333333333333");
    assert_eq!(function.invoke(&foreign.to_string())["errorType"], "RequestInvalid");
    for line in function.log() {
        assert!(!line.to_string().contains("ana@example.com"), "a name in the log: {line}");
    }

    let mut start = sample("start-instances.json");
    start["detail"]["responseElements"]["instancesSet"]["items"][0]["instanceId"] = json!(id);
    let answer = function.invoke(&start.to_string());
    assert!(answer["notes"][0].as_str().unwrap().contains("started 1 "), "{answer}");

    let report = world.plan(&settings, EVENING);
    assert_eq!(row(&report, &id)["launched-by"], "ana@example.com");
    let explained = world.run(&settings, &["explain", &id, "--at", EVENING]).out;
    assert!(explained.contains("Launched by: ana@example.com"), "{explained}");
    let explained = world.run(&settings, &["--format", "json", "explain", &id, "--at", EVENING]).json();
    assert_eq!(explained["launched-by"], "ana@example.com", "{explained}");
}

#[test]
fn a_label_is_written_by_the_acting_role_where_the_settings_ask_for_it() {
    let world = World::of_stories();
    let morning = "2026-11-25T10:30:00+09:00";
    let settings = world.settings(&[("[tags]\n", "[tags]\nlaunched-by = true\n")]);
    let function = Function::start(&world, &settings, Some(morning));
    let mut event = sample("run-instances.json");
    let (mine, kept) = (world.id("office-1"), world.id("kept-yes"));
    event["detail"]["responseElements"]["instancesSet"]["items"] = json!([{"instanceId": mine}, {"instanceId": kept}]);
    function.invoke(&event.to_string());
    assert_eq!(world.tag("office-1", "idle-reaper:launched-by"), None, "an event arms nothing");
    world.clock(morning);
    let answer = function.invoke(r#"{"mode":"apply"}"#);
    assert_eq!(answer["counts"]["stopped"], 0, "{answer}");
    assert_eq!(world.tag("office-1", "idle-reaper:launched-by").as_deref(), Some("ana@example.com"));
    assert_eq!(world.tag("kept-yes", "idle-reaper:launched-by"), None, "nobody touches what is kept");
}
