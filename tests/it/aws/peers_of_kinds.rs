//! What other schedulers do wrong with databases and services, over the simulated AWS that refuses as AWS does. Each test is named
//! after what happened to their users.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::simulated::Simulated;

const NOON: &str = "2026-11-25T12:00:00+09:00";
const EVENING: &str = "2026-11-25T18:05:00+09:00";

/// An account with these databases and services, which a run at noon has found.
fn known(databases: &Value, services: &Value) -> (Simulated, PathBuf) {
    let world = Simulated::of(&json!({
        "hub": "platform", "reading-role": "IdleReaperRead", "acting-role": "IdleReaperAct", "external-id": "demo-external-id",
        "now": NOON, "regions": ["ap-northeast-1", "us-east-1"],
        "accounts": [{"name": "platform"}, {"name": "shop-dev", "id": "222222222222"}],
        "ssm": {"/idle-reaper/pause": "off"}, "buckets": ["idle-reaper-records"],
        "defaults": {"account": "shop-dev", "region": "ap-northeast-1", "tags": {"Env": "dev"},
            "launch-time": "2026-11-20T09:00:00+09:00"},
        "databases": databases, "services": services,
    }));
    let policy = "name = \"dev-office-hours\"\n";
    let settings = world.settings(&[
        (policy, &format!("{policy}kinds = [\"instance\", \"database\", \"service\"]\n")),
        ("start-lead = \"15m\"\n", ""),
        ("stops-percent = 40", "stops-percent = 100"),
    ]);
    apply(&world, &settings, NOON);
    (world, settings)
}

fn apply(world: &Simulated, settings: &Path, at: &str) -> Value {
    world.post("clock", &json!({"now": at}));
    world.run(settings, &["apply", "--yes", "--at", at, "--format", "json"]).json()
}

fn outcome(report: &Value, id: &str) -> (String, String) {
    let all = report["outcomes"].as_array().unwrap();
    let found = all.iter().find(|one| one["id"] == id).unwrap_or_else(|| panic!("no outcome {id}: {report}"));
    let text = |key: &str| found[key].as_str().unwrap_or_default().to_owned();
    (text("outcome"), text("detail"))
}

fn reason(report: &Value, id: &str) -> String {
    let all = report["resources"].as_array().unwrap();
    let line = all.iter().find(|line| line["id"] == id).unwrap_or_else(|| panic!("no line {id}: {report}"));
    line["reason"].as_str().unwrap().to_owned()
}

fn calls(world: &Simulated, action: &str) -> u64 {
    world.calls()[action].as_u64().unwrap_or_default()
}

fn database(world: &Simulated, name: &str) -> Value {
    let all = world.get("databases");
    all.as_array().unwrap().iter().find(|one| one["database"] == name).expect("a database").clone()
}

/// `Env=dev` and so many other tags.
fn tags(others: usize) -> Value {
    let others = (0..others).map(|n| (format!("t{n}"), json!("x")));
    Value::Object(others.chain([("Env".to_owned(), json!("dev"))]).collect::<Map<_, _>>())
}

#[test]
fn a_database_is_not_stopped_while_rds_still_configures_what_aws_has_started() {
    let closed = json!({"Env": "dev", "idle-reaper:schedule": "closed"});
    let (world, settings) = known(&json!([{"database": "orders", "connections": 0, "tags": closed}]), &json!([]));
    apply(&world, &settings, "2026-11-25T14:05:00+09:00");
    for day in ["2026-11-26", "2026-11-27", "2026-11-28", "2026-11-29", "2026-11-30", "2026-12-01", "2026-12-02"] {
        apply(&world, &settings, &format!("{day}T14:05:00+09:00"));
    }
    // It is stopped at 14:13, starts seven days later, is up for RDS at 14:21, and ready at 14:25.
    for (minute, expected) in [("14:14", "not-running"), ("14:22", "in-transition"), ("14:24", "in-transition")] {
        let report = apply(&world, &settings, &format!("2026-12-02T{minute}:00+09:00"));
        assert_eq!(reason(&report, "db:orders"), expected, "{minute}");
    }
    assert_eq!(calls(&world, "rds:StopDBInstance"), 1, "none was refused");
    apply(&world, &settings, "2026-12-02T14:45:00+09:00");
    assert_eq!((database(&world, "orders")["stops"].as_u64(), calls(&world, "rds:StopDBInstance")), (Some(2), 2));
}

#[test]
fn one_cluster_that_is_busy_or_has_no_capacity_holds_up_no_other() {
    let cluster = |name: &str| json!({"database": name, "engine": "aurora-mysql", "members": 2, "class": "db.r6g.large", "connections": 0});
    let (world, settings) = known(&json!([cluster("busy"), cluster("fine"), cluster("scarce")]), &json!([]));
    // A backup begins between the scan and the stop.
    let begins = json!({"action": "StopDBCluster", "mode": "change", "times": 1, "ids": ["busy"], "fields": {"status": "backing-up"}});
    world.post("fault", &begins);
    let evening = apply(&world, &settings, EVENING);
    let (end, detail) = outcome(&evening, "cluster:busy");
    assert!(end == "not-tried" && detail.contains("InvalidDBClusterStateFault"), "{end}: {detail}");
    assert_eq!(["fine", "scarce"].map(|name| outcome(&evening, &format!("cluster:{name}")).0), ["stopping"; 2]);
    assert_eq!((evening["counts"]["failed"].as_u64(), evening["health"].as_str()), (Some(0), Some("ok")));
    let none = json!({"action": "StartDBCluster", "times": 1, "ids": ["scarce"], "code": "InsufficientDBInstanceCapacity", "status": 400});
    world.post("fault", &none);
    let morning = apply(&world, &settings, "2026-11-26T08:32:00+09:00");
    let (end, detail) = outcome(&morning, "cluster:scarce");
    assert!(end == "failed" && detail.starts_with("no capacity"), "{end}: {detail}");
    assert_eq!(outcome(&morning, "cluster:fine").0, "starting");
    let next = apply(&world, &settings, "2026-11-26T08:47:00+09:00");
    assert_eq!(outcome(&next, "cluster:scarce").0, "starting", "the next run tries again");
}

#[test]
fn members_of_a_cluster_are_its_size_and_are_never_stopped_alone() {
    let cluster =
        json!({"database": "stock", "engine": "docdb", "members": 3, "class": "db.r6g.large", "connections": 0});
    let (world, settings) = known(&json!([cluster]), &json!([]));
    let evening = apply(&world, &settings, EVENING);
    let ids: Vec<&str> =
        evening["resources"].as_array().unwrap().iter().filter_map(|line| line["id"].as_str()).collect();
    assert_eq!(ids, ["cluster:stock"]);
    assert_eq!((calls(&world, "rds:StopDBCluster"), calls(&world, "rds:StopDBInstance")), (1, 0));
}

#[test]
fn a_resource_that_can_take_no_further_tag_is_not_stopped() {
    let (world, settings) = known(
        &json!([{"database": "full", "connections": 0, "tags": tags(49)}, {"database": "free", "connections": 0, "tags": tags(48)}]),
        &json!([{"service": "full", "cluster": "shop", "tags": tags(49)}, {"service": "free", "cluster": "shop", "tags": tags(48)}]),
    );
    let evening = apply(&world, &settings, EVENING);
    for id in ["db:full", "service:shop/full"] {
        let (end, detail) = outcome(&evening, id);
        assert!(end == "failed" && detail.contains("its tag could not be written"), "{id}: {end}: {detail}");
    }
    assert_eq!(
        (outcome(&evening, "db:free").0.as_str(), outcome(&evening, "service:shop/free").0.as_str()),
        ("stopping", "stopped")
    );
    assert_eq!((calls(&world, "rds:StopDBInstance"), calls(&world, "ecs:UpdateService")), (1, 1));
}

#[test]
fn a_service_whose_stop_saves_nothing_or_cannot_be_made_costs_no_writing_call() {
    let service = |name: &str, key: &str, value: Value| json!({"service": name, "cluster": "shop", key: value});
    let (world, settings) = known(
        &json!([]),
        &json!([
            service("daemon", "strategy", json!("DAEMON")),
            service("express", "managed-by", json!("ECS")),
            service("on-instances", "launch-type", json!("EC2")),
            service("outside", "launch-type", json!("EXTERNAL")),
            service("own-capacity", "providers", json!(["my-group"])),
            service("in-part", "providers", json!(["FARGATE", "my-group"])),
            service("spot", "providers", json!(["FARGATE_SPOT"])),
        ]),
    );
    let evening = apply(&world, &settings, EVENING);
    for name in ["daemon", "express", "on-instances", "outside", "own-capacity", "in-part"] {
        assert_eq!(reason(&evening, &format!("service:shop/{name}")), "cannot-stop", "{name}");
    }
    assert_eq!(outcome(&evening, "service:shop/spot").0, "stopped");
    let writes = ["TagResource", "UpdateService"].map(|action| calls(&world, &format!("ecs:{action}")));
    assert_eq!((writes, calls(&world, "application-autoscaling:RegisterScalableTarget")), ([1, 1], 0));
}

#[test]
fn services_beyond_the_first_page_are_found_and_each_has_its_own_count_again() {
    let service = |n: u64| {
        let env = if n % 26 == 25 { "dev" } else { "shared" };
        let tags = json!({"Env": env});
        json!({"service": format!("web-{n:03}"), "cluster": "shop", "desired": 1 + n % 4, "scaling": [1, 9], "tags": tags})
    };
    let all: Vec<Value> = (0..130).map(service).collect();
    let (world, settings) = known(&json!([]), &json!(all));
    let evening = apply(&world, &settings, EVENING);
    assert_eq!((&evening["counts"]["found"], &evening["counts"]["stopped"]), (&json!(130), &json!(5)), "{evening}");
    let sizes = |world: &Simulated| -> Vec<(u64, Value)> {
        let all = world.get("services");
        let size = |one: &Value| (one["desired"].as_u64().unwrap(), one["suspended"].clone());
        all.as_array().unwrap().iter().map(size).collect()
    };
    assert_eq!(sizes(&world).iter().filter(|size| **size == (0, json!([true, true, true]))).count(), 5);
    apply(&world, &settings, "2026-11-26T08:47:00+09:00");
    let before: Vec<(u64, Value)> = (0..130).map(|n| (1 + n % 4, json!([false, false, false]))).collect();
    assert_eq!(sizes(&world), before);
}
