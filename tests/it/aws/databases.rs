//! Databases from the simulated AWS: listed only where a policy names them, with a permission of their own.

use serde_json::{Value, json};

use super::world::{EVENING, World};

/// An account with a DB instance and a cluster of two, beside a running instance.
fn fleet() -> World {
    let dev = json!({"Env": "dev"});
    World::of(&json!({
        "hub": "platform", "external-id": "demo-external-id", "now": EVENING,
        "accounts": [{"name": "platform"}, {"name": "shop-dev"}], "ssm": {"/idle-reaper/pause": "off"},
        "buckets": ["idle-reaper-records"],
        "defaults": {"account": "shop-dev", "region": "ap-northeast-1", "launch-time": "2026-08-01T09:00:00Z", "tags": dev},
        "instances": [{"story": "web"}],
        "databases": [
            {"database": "orders", "engine": "postgres"},
            {"database": "orders", "engine": "aurora-postgresql", "members": 2, "class": "db.r6g.large"},
        ],
    }))
}

/// Settings of the demo, with a policy for databases before the others. The simulated AWS has no metrics of databases.
fn with_databases(world: &World) -> std::path::PathBuf {
    let text = std::fs::read_to_string(world.settings(&[])).expect("the demo's settings");
    let (head, first) = text.split_once("[[policies]]").expect("a policy");
    let policy = "[[policies]]\nname = \"databases\"\nkinds = [\"database\"]\nmatch = { tags = [\"Env=dev\"] }\n\
                  schedule = \"tokyo-office\"\noutside = \"stop\"\n\n";
    let head = head.replace("[busy]\ncpu-percent = 10\nunmeasured = \"skip\"\n", "[busy]\noff = true\n");
    world.file("databases.toml", &format!("{head}{policy}[[policies]]{first}"))
}

fn lines(report: &Value, kind: &str) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = report["resources"].as_array().expect("lines").iter().filter(|line| line["kind"] == kind);
    all.map(|line| (text(&line["id"]), text(&line["type"]), text(&line["verdict"]))).collect()
}

fn rds_calls(world: &World) -> usize {
    let is_rds = |call: &&Value| call["action"].as_str().is_some_and(|action| action.starts_with("DescribeDB"));
    world.calls().iter().filter(is_rds).count()
}

#[test]
fn databases_are_judged_as_aws_answers_them_and_asked_for_only_where_a_policy_names_them() {
    let world = fleet();
    let report = world.plan(&world.settings(&[]), EVENING);
    assert_eq!((lines(&report, "database").len(), rds_calls(&world)), (0, 0));
    let report = world.plan(&with_databases(&world), EVENING);
    let of = |id: &str, class: &str| (id.to_owned(), class.to_owned(), "stop".to_owned());
    assert_eq!(lines(&report, "database"), [of("cluster:orders", "db.r6g.large"), of("db:orders", "db.t3.medium")]);
    assert_eq!(lines(&report, "instance").len(), 1);
    assert!(rds_calls(&world) > 0 && world.writes().is_empty(), "{:?}", world.writes());
}

/// The same settings, in which the policy for databases acts.
fn acting(world: &World) -> std::path::PathBuf {
    let text = std::fs::read_to_string(with_databases(world)).expect("the settings");
    let policy = "name = \"databases\"\nstage = \"enforce\"\nunannounced = true\nat-opening = \"start-reaped\"";
    let text = text.replace("name = \"databases\"", policy).replace("stops-percent = 40", "stops-percent = 100");
    world.file("acting.toml", &text)
}

fn written(world: &World, service: &str) -> Vec<String> {
    let all = world.writes().into_iter().filter(|call| call["service"] == service);
    let mut names: Vec<String> = all.map(|call| call["action"].as_str().unwrap_or_default().to_owned()).collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn a_database_is_tagged_and_stopped_in_the_evening_and_started_and_untagged_in_the_morning() {
    let world = fleet();
    let settings = acting(&world);
    world.apply(&settings, "2026-11-25T12:00:00+09:00");
    assert!(written(&world, "rds").is_empty());
    let report = world.apply(&settings, EVENING);
    let stop = ["AddTagsToResource", "StopDBCluster", "StopDBInstance"];
    assert_eq!(written(&world, "rds"), stop, "{}", report["outcomes"]);
    assert_eq!(report["counts"]["failed"], 0, "{}", report["outcomes"]);
    world.forget_calls();
    let report = world.apply(&settings, "2026-11-26T08:46:00+09:00");
    let start = ["RemoveTagsFromResource", "StartDBCluster", "StartDBInstance"];
    assert_eq!(written(&world, "rds"), start, "{}", report["outcomes"]);
    let after = world.plan(&settings, "2026-11-26T10:00:00+09:00");
    assert!(lines(&after, "database").iter().all(|(_, _, verdict)| verdict == "skip"), "{}", after["resources"]);
}

#[test]
fn a_role_that_may_not_list_databases_is_said_once_and_darkens_no_instance() {
    let world = fleet();
    world.fault(&json!({"action": "DescribeDBInstances", "code": "AccessDenied", "status": 403}));
    let report = world.plan(&with_databases(&world), EVENING);
    assert_eq!((lines(&report, "database").len(), lines(&report, "instance").len()), (0, 1));
    assert_eq!(
        (report["health"].as_str(), report["unreachable"].as_array().map(Vec::len)),
        (Some("degraded"), Some(0))
    );
    let unlisted = report["unlisted"].as_array().expect("what could not be listed");
    assert!(!unlisted.is_empty() && unlisted.iter().all(|one| one["cause"] == unlisted[0]["cause"]), "{unlisted:?}");
    let notes = report["notes"].as_array().expect("notes");
    let said = notes.iter().filter(|note| note.as_str().is_some_and(|note| note.contains("`Databases` of spoke.yaml")));
    assert_eq!(said.count(), 1, "{notes:?}");
}
