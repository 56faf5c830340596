//! Databases through nights and weeks, in the simulated AWS that refuses as AWS does and in which a stop takes minutes.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::simulated::Simulated;

/// An account with an instance and these databases.
fn organisation(databases: &Value) -> Simulated {
    Simulated::of(&json!({
        "hub": "platform", "reading-role": "IdleReaperRead", "acting-role": "IdleReaperAct", "external-id": "demo-external-id",
        "now": "2026-11-25T12:00:00+09:00", "regions": ["ap-northeast-1", "us-east-1"],
        "accounts": [{"name": "platform"}, {"name": "shop-dev", "id": "222222222222"}],
        "ssm": {"/idle-reaper/pause": "off"}, "buckets": ["idle-reaper-records"],
        "defaults": {"account": "shop-dev", "region": "ap-northeast-1", "cpu": 1, "tags": {"Env": "dev"},
            "launch-time": "2026-11-20T09:00:00+09:00"},
        "instances": [{"story": "web"}],
        "databases": databases,
    }))
}

/// The demo's settings, whose policy for office hours is for databases, too.
fn settings(world: &Simulated) -> PathBuf {
    let policy = "name = \"dev-office-hours\"\n";
    world.settings(&[
        (policy, &format!("{policy}kinds = [\"instance\", \"database\"]\n")),
        ("start-lead = \"15m\"\n", ""),
        ("stops-percent = 40", "stops-percent = 100"),
    ])
}

fn apply(world: &Simulated, settings: &Path, at: &str) -> Value {
    world.post("clock", &json!({"now": at}));
    world.run(settings, &["apply", "--yes", "--at", at, "--format", "json"]).json()
}

fn database(world: &Simulated, name: &str) -> Value {
    let all = world.get("databases");
    let found = all.as_array().unwrap().iter().find(|one| one["database"] == name);
    found.unwrap_or_else(|| panic!("no database {name}: {all}")).clone()
}

fn status(world: &Simulated, at: &str, name: &str) -> String {
    world.post("clock", &json!({"now": at}));
    database(world, name)["status"].as_str().unwrap().to_owned()
}

fn line<'a>(report: &'a Value, id: &str) -> &'a Value {
    let all = report["resources"].as_array().unwrap();
    all.iter().find(|line| line["id"] == id).unwrap_or_else(|| panic!("no line {id}: {report}"))
}

fn ours(world: &Simulated, name: &str) -> bool {
    database(world, name)["tags"]["idle-reaper:stopped"].is_string()
}

#[test]
fn a_database_is_stopped_in_the_evening_and_up_before_its_instances_in_the_morning() {
    let world = organisation(&json!([
        {"database": "orders", "connections": 0},
        {"database": "stock", "engine": "aurora-mysql", "members": 2, "class": "db.r6g.large", "connections": 0},
    ]));
    let settings = settings(&world);
    apply(&world, &settings, "2026-11-25T12:00:00+09:00");
    assert_eq!(status(&world, "2026-11-25T18:04:00+09:00", "orders"), "available", "within its hours");
    let evening = apply(&world, &settings, "2026-11-25T18:05:00+09:00");
    for (name, id) in [("orders", "db:orders"), ("stock", "cluster:stock")] {
        assert_eq!(database(&world, name)["status"], "stopping", "{evening}");
        let outcome = evening["outcomes"].as_array().unwrap().iter().find(|one| one["id"] == id);
        assert_eq!(outcome.map(|one| &one["outcome"]), Some(&json!("stopping")), "{evening}");
        assert!(ours(&world, name));
    }
    let later = apply(&world, &settings, "2026-11-25T18:20:00+09:00");
    assert_eq!((line(&later, "db:orders")["state"].as_str(), &later["health"]), (Some("stopped"), &json!("ok")));
    // Half an hour before the opening, for a start takes minutes.
    let lead = apply(&world, &settings, "2026-11-26T08:32:00+09:00");
    assert_eq!(database(&world, "orders")["status"], "starting", "{lead}");
    assert_eq!(world.get("states"), json!({"stopped": 1}), "the instance is started later");
    apply(&world, &settings, "2026-11-26T08:47:00+09:00");
    assert_eq!(world.get("states"), json!({"running": 1}));
    for name in ["orders", "stock"] {
        assert_eq!(status(&world, "2026-11-26T08:50:00+09:00", name), "available");
    }
    let open = apply(&world, &settings, "2026-11-26T09:05:00+09:00");
    assert_eq!(line(&open, "db:orders")["reason"], "within-hours", "{open}");
    let calls = world.calls();
    let counts = ["StopDBInstance", "StopDBCluster", "StartDBInstance", "StartDBCluster"];
    assert_eq!(counts.map(|action| calls[format!("rds:{action}")].as_u64()), [Some(1); 4], "{calls}");
}

#[test]
fn what_aws_starts_on_the_seventh_day_is_stopped_again_and_what_a_person_starts_is_not() {
    let closed = json!({"Env": "dev", "idle-reaper:schedule": "closed"});
    let world = organisation(&json!([{"database": "orders", "connections": 0, "tags": closed}]));
    let settings = settings(&world);
    apply(&world, &settings, "2026-11-30T12:00:00+09:00");
    let stopped = apply(&world, &settings, "2026-11-30T14:05:00+09:00");
    assert_eq!(database(&world, "orders")["stops"], 1, "{stopped}");
    for day in 1..=7 {
        apply(&world, &settings, &format!("2026-12-{day:02}T14:05:00+09:00"));
    }
    assert_eq!(database(&world, "orders")["status"], "stopped");
    let starting = apply(&world, &settings, "2026-12-07T14:15:00+09:00");
    assert_eq!(database(&world, "orders")["status"], "starting", "AWS starts it: {starting}");
    assert_eq!(starting["health"], "ok");
    let mut last = Value::Null;
    for minute in ["14:30", "14:45", "15:00"] {
        last = apply(&world, &settings, &format!("2026-12-07T{minute}:00+09:00"));
        assert_ne!(line(&last, "db:orders")["reason"], "overtime", "no person started it");
    }
    assert_eq!(database(&world, "orders")["stops"], 2, "{last}");
    apply(&world, &settings, "2026-12-07T15:15:00+09:00");
    assert_eq!(database(&world, "orders")["status"], "stopped");
    world.post("database", &json!({"database": "orders", "person-starts": "2026-12-07T15:40:00+09:00"}));
    apply(&world, &settings, "2026-12-07T15:45:00+09:00");
    let night = apply(&world, &settings, "2026-12-07T16:30:00+09:00");
    assert_eq!(line(&night, "db:orders")["reason"], "overtime", "{night}");
    assert_eq!(database(&world, "orders")["status"], "available");
}

#[test]
fn what_aws_refuses_is_never_asked_for_and_a_database_in_between_is_deferred() {
    let world = organisation(&json!([
        {"database": "copy", "replica-of": "main"}, {"database": "main", "replicas": ["copy"]},
        {"database": "mirrored", "engine": "sqlserver-se", "multi-az": true},
        {"database": "custom", "engine": "custom-oracle-ee", "custom": true},
        {"database": "old", "engine": "aurora", "members": 1, "engine-mode": "serverless"},
        {"database": "world", "engine": "aurora-mysql", "members": 1, "global": "world"},
        {"database": "three", "engine": "mysql", "members": 3, "cluster-class": "db.m5d.large"},
        {"database": "kept", "tags": {"Env": "dev", "idle-reaper:keep": ""}},
        {"database": "orders", "connections": 0},
        {"database": "busy", "connections": 4},
        {"database": "silent"},
    ]));
    let settings = settings(&world);
    apply(&world, &settings, "2026-11-25T12:00:00+09:00");
    // A backup begins between the look and the act.
    let begins = json!({"action": "StopDBInstance", "mode": "change", "times": 1, "fields": {"status": "backing-up"}});
    world.post("fault", &begins);
    let report = apply(&world, &settings, "2026-11-25T18:05:00+09:00");
    let reason = |id: &str| line(&report, id)["reason"].as_str().unwrap().to_owned();
    for id in ["db:copy", "db:main", "db:mirrored", "db:custom", "cluster:old", "cluster:world", "cluster:three"] {
        assert_eq!(reason(id), "cannot-stop", "{id}");
    }
    assert_eq!(
        (reason("db:kept"), reason("db:busy"), reason("db:silent")),
        ("kept".into(), "busy".into(), "unmeasured".into())
    );
    let calls = world.calls();
    assert_eq!((calls["rds:StopDBInstance"].as_u64(), calls["rds:StopDBCluster"].as_u64()), (Some(1), None), "{calls}");
    assert_eq!(report["counts"]["failed"], 0, "{report}");
    assert_eq!(database(&world, "orders")["status"], "backing-up");
    world.post("database", &json!({"database": "orders", "status": "available"}));
    apply(&world, &settings, "2026-11-25T19:10:00+09:00");
    let last = apply(&world, &settings, "2026-11-25T21:20:00+09:00");
    assert_eq!(database(&world, "orders")["stops"], 1, "{last}");
}

#[test]
fn a_database_whose_tags_infrastructure_code_has_stripped_is_up_in_the_morning() {
    let world = organisation(&json!([
        {"database": "orders", "connections": 0},
        {"database": "stock", "engine": "aurora-mysql", "members": 2, "class": "db.r6g.large", "connections": 0},
    ]));
    let settings = settings(&world);
    apply(&world, &settings, "2026-11-25T12:00:00+09:00");
    apply(&world, &settings, "2026-11-25T18:05:00+09:00");
    apply(&world, &settings, "2026-11-25T18:20:00+09:00");
    world.post("database", &json!({"database": "orders", "class": "db.t3.large"}));
    let errors = world.post("terraform", &json!({}))["errors"].clone();
    assert_eq!(errors.as_array().map(Vec::len), Some(1), "a stopped database has no other class: {errors}");
    assert!(!ours(&world, "orders") && !ours(&world, "stock"));
    // RDS authorises by the tags of five minutes ago.
    let refused = apply(&world, &settings, "2026-11-26T08:32:00+09:00");
    let outcomes = refused["outcomes"].as_array().unwrap();
    let is_put_off = |one: &Value| one["outcome"] == "not-tried" || one["kind"] == "instance";
    assert!(outcomes.iter().all(is_put_off) && refused["health"] == "ok", "{refused}");
    apply(&world, &settings, "2026-11-26T08:40:00+09:00");
    for name in ["orders", "stock"] {
        assert_eq!(status(&world, "2026-11-26T08:59:00+09:00", name), "available");
    }
}
