//! ECS services from the simulated AWS: listed only where a policy names them, with a permission of their own.

use serde_json::{Value, json};

use super::world::{EVENING, World};

/// An account with twelve services in two clusters, beside a running instance. One has a scalable target.
fn fleet() -> World {
    let service = |cluster: &str, name: &str| json!({"service": name, "cluster": cluster, "desired": 2});
    let mut services: Vec<Value> = (0..11).map(|n| service("shop", &format!("web-{n:02}"))).collect();
    services.push(json!({"service": "web-00", "cluster": "ads", "desired": 1, "scaling": [1, 4]}));
    World::of(&json!({
        "hub": "platform", "external-id": "demo-external-id", "now": EVENING,
        "accounts": [{"name": "platform"}, {"name": "shop-dev"}], "ssm": {"/idle-reaper/pause": "off"},
        "buckets": ["idle-reaper-records"],
        "defaults": {
            "account": "shop-dev", "region": "ap-northeast-1", "launch-time": "2026-08-01T09:00:00Z", "tags": {"Env": "dev"},
        },
        "instances": [{"story": "web"}],
        "services": services,
    }))
}

/// Settings of the demo, with a policy for services after the others.
fn with_services(world: &World) -> std::path::PathBuf {
    let text = std::fs::read_to_string(world.settings(&[])).expect("the demo's settings");
    let (head, first) = text.split_once("[[policies]]").expect("a policy");
    let policy = "[[policies]]\nname = \"services\"\nkinds = [\"service\"]\nmatch = { tags = [\"Env=dev\"] }\n\
                  schedule = \"tokyo-office\"\noutside = \"stop\"\n\n";
    world.file("services.toml", &format!("{head}{policy}[[policies]]{first}"))
}

fn lines(report: &Value, kind: &str) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = report["resources"].as_array().expect("lines").iter().filter(|line| line["kind"] == kind);
    all.map(|line| (text(&line["id"]), text(&line["type"]), text(&line["verdict"]))).collect()
}

fn calls(world: &World, actions: &[&str]) -> usize {
    world.calls().iter().filter(|call| call["action"].as_str().is_some_and(|action| actions.contains(&action))).count()
}

#[test]
fn services_are_judged_as_aws_answers_them_and_asked_for_only_where_a_policy_names_them() {
    const OF_ECS: [&str; 3] = ["ListServices", "DescribeServices", "DescribeScalableTargets"];
    let world = fleet();
    let report = world.plan(&world.settings(&[]), EVENING);
    assert_eq!((lines(&report, "service").len(), calls(&world, &OF_ECS)), (0, 0));
    let report = world.plan(&with_services(&world), EVENING);
    let found = lines(&report, "service");
    assert_eq!((found.len(), lines(&report, "instance").len()), (12, 1), "{found:?}");
    assert_eq!(found[0], ("service:ads/web-00".to_owned(), "FARGATE".to_owned(), "stop".to_owned()));
    assert!(found.iter().all(|(_, _, verdict)| verdict == "stop"), "{found:?}");
    // One list for each of two clusters; ten services are described at a time; one question about scaling in the Region.
    assert_eq!(OF_ECS.map(|action| calls(&world, &[action])), [2, 3, 1]);
    assert!(world.writes().is_empty(), "{:?}", world.writes());
}

#[test]
fn a_role_that_may_not_list_services_is_said_once_and_darkens_nothing_else() {
    for refused in ["ListClusters", "DescribeServices", "DescribeScalableTargets"] {
        let world = fleet();
        world.fault(&json!({"action": refused, "code": "AccessDeniedException", "status": 400}));
        let report = world.plan(&with_services(&world), EVENING);
        assert_eq!((lines(&report, "service").len(), lines(&report, "instance").len()), (0, 1), "{refused}");
        let health = (report["health"].as_str(), report["unreachable"].as_array().map(Vec::len));
        assert_eq!(health, (Some("degraded"), Some(0)), "{refused}");
        let unlisted = report["unlisted"].as_array().expect("what could not be listed");
        assert!(!unlisted.is_empty() && unlisted.iter().all(|one| one["kind"] == "service"), "{unlisted:?}");
        let notes = report["notes"].as_array().expect("notes");
        let said = |note: &&Value| note.as_str().is_some_and(|note| note.contains("`Services` of spoke.yaml"));
        assert_eq!(notes.iter().filter(said).count(), 1, "{notes:?}");
    }
}

/// Settings whose only policy stops and starts services.
fn enforcing(world: &World) -> std::path::PathBuf {
    let text = std::fs::read_to_string(world.settings(&[])).expect("the demo's settings");
    let (head, _) = text.split_once("[[policies]]").expect("a policy");
    let policy = "[[policies]]\nname = \"services\"\nkinds = [\"service\"]\nmatch = { tags = [\"Env=dev\"] }\n\
                  stage = \"enforce\"\nunannounced = true\nschedule = \"tokyo-office\"\noutside = \"stop\"\n\
                  at-opening = \"start-reaped\"\n";
    world.file("enforcing.toml", &format!("{head}{policy}"))
}

#[test]
fn a_service_is_scaled_to_zero_without_its_scaling_and_back() {
    let world = World::of(&json!({
        "hub": "platform", "external-id": "demo-external-id", "now": EVENING,
        "accounts": [{"name": "platform"}, {"name": "shop-dev"}], "ssm": {"/idle-reaper/pause": "off"},
        "buckets": ["idle-reaper-records"],
        "services": [{
            "service": "web", "cluster": "shop", "desired": 2, "scaling": [1, 4], "account": "shop-dev",
            "region": "ap-northeast-1", "launch-time": "2026-08-01T09:00:00Z", "tags": {"Env": "dev"},
        }],
    }));
    let settings = enforcing(&world);
    world.apply(&settings, "2026-11-25T17:45:00+09:00");
    let writes = |world: &World| -> Vec<String> {
        let all = world.writes().into_iter().map(|call| call["action"].as_str().unwrap_or_default().to_owned());
        let of_services = ["TagResource", "UntagResource", "UpdateService", "RegisterScalableTarget"];
        all.filter(|action| of_services.contains(&action.as_str())).collect()
    };
    assert_eq!(writes(&world), Vec::<String>::new());
    let evening = world.apply(&settings, EVENING);
    assert_eq!(evening["outcomes"][0]["outcome"], "stopped", "{}", evening["outcomes"]);
    assert_eq!(writes(&world), ["TagResource", "RegisterScalableTarget", "UpdateService"]);
    world.forget_calls();
    let morning = world.apply(&settings, "2026-11-26T08:50:00+09:00");
    assert_eq!(morning["outcomes"][0]["outcome"], "started", "{}", morning["outcomes"]);
    assert_eq!(writes(&world), ["RegisterScalableTarget", "UpdateService", "UntagResource"]);
}
