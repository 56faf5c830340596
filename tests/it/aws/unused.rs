//! NAT gateways, load balancers and EKS clusters that nothing uses, from the simulator: as they are listed, by their metrics, and where
//! a permission is missing.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::simulated::Simulated;
use super::world::EVENING;

const ALL: &str = "[forgotten]\nkinds = [\"volume\", \"address\", \"nat-gateway\", \"load-balancer\", \"eks-cluster\", \"replaced-database\"]\n\n[caps]";

/// One of each kind of waste in Tokyo, beside what only looks like it.
fn world() -> Simulated {
    let with = |name: &str, more: Value| {
        let mut all = json!({
            "account": "shop-dev", "region": "ap-northeast-1", "created": "2026-02-01T09:00:00Z", "tags": {"Name": name},
        });
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let database = |name: &str, created: &str, connections: u32| {
        json!({
            "database": name, "engine": "postgres", "launch-time": created, "connections": connections,
            "tags": {"Name": name},
        })
    };
    let packets = |count: f64| json!({"ActiveConnectionCount": count, "PacketsInFromSource": count, "PacketsInFromDestination": count});
    let gateway = |name: &str, routed: bool, metrics: Value| with(name, json!({"routed": routed, "metrics": metrics}));
    let balancer = |name: &str, kind: &str, more: Value| {
        let mut all = with(name, json!({"name": name, "type": kind}));
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    Simulated::of(&json!({
        "hub": "platform", "external-id": "demo-external-id", "now": EVENING,
        "reading-role": "IdleReaperRead", "acting-role": "IdleReaperAct",
        "accounts": [{"name": "platform"}, {"name": "shop-dev"}], "ssm": {"/idle-reaper/pause": "off"},
        "buckets": ["idle-reaper-records"], "regions": ["ap-northeast-1", "us-east-1"],
        "defaults": {"account": "shop-dev", "region": "ap-northeast-1", "launch-time": "2026-08-01T09:00:00Z"},
        "instances": [
            {"story": "web"},
            {"story": "node", "tags": {"kubernetes.io/cluster/eks-used": "owned"}},
        ],
        "eks-clusters": [
            with("eks-empty", json!({"name": "eks-empty"})),
            with("eks-used", json!({"name": "eks-used"})),
            with("eks-fargate", json!({"name": "eks-fargate", "fargate": ["default"]})),
            with("eks-auto", json!({"name": "eks-auto", "auto-mode": true})),
        ],
        "databases": [
            database("orders", "2026-06-01T09:00:00Z", 3),
            database("orders-old1", "2025-06-01T09:00:00Z", 0),
            database("bills", "2026-06-01T09:00:00Z", 3),
            // Something still connects to it.
            database("bills-old1", "2025-06-01T09:00:00Z", 1),
            database("alone-old1", "2025-06-01T09:00:00Z", 0),
        ],
        "volumes": [with("old-data", json!({"size": 100, "type": "gp3"}))],
        "addresses": [{"account": "shop-dev", "region": "ap-northeast-1", "ip": "203.0.113.7", "tags": {"Name": "old-vpn"}}],
        "nat-gateways": [
            gateway("nat-old", false, packets(0.0)),
            gateway("nat-routed", true, packets(0.0)),
            gateway("nat-used", false, packets(12.0)),
            // 8 KB a day are traffic.
            gateway("nat-quiet", false, json!({"ActiveConnectionCount": 0, "PacketsInFromSource": 0.1, "PacketsInFromDestination": 0})),
            gateway("nat-unmeasured", false, json!({})),
            gateway("nat-half-measured", false, json!({"ActiveConnectionCount": 0})),
            with("nat-young", json!({"metrics": packets(0.0), "created": "2026-11-20T09:00:00Z"})),
        ],
        "load-balancers": [
            balancer("lb-old", "application", json!({"target-type": "instance"})),
            balancer("lb-no-group", "network", json!({})),
            balancer("lb-classic", "classic", json!({})),
            balancer("lb-of-cluster", "network", json!({"tags": {"Name": "lb-of-cluster", "elbv2.k8s.aws/cluster": "prod"}})),
            balancer("lb-kept", "application", json!({"tags": {"Name": "lb-kept", "idle-reaper:keep": ""}})),
            balancer("lb-redirects", "application", json!({"metrics": {"HTTP_Redirect_Count": 3.0}})),
            balancer("lb-answers", "application", json!({"metrics": {"HTTP_Fixed_Response_Count": 3.0}})),
            balancer("lb-functions", "application", json!({"target-type": "lambda"})),
            balancer("lb-addresses", "application", json!({"target-type": "ip", "targets": ["10.0.0.7"]})),
            balancer("lb-bytes", "network", json!({"metrics": {"ProcessedBytes": 9.0}})),
            balancer("lb-classic-used", "classic", json!({"targets": ["i-1"]})),
            balancer("lb-young", "application", json!({"created": "2026-11-20T09:00:00Z"})),
        ],
    }))
}

fn settings(world: &Simulated) -> PathBuf {
    world.settings(&[("[caps]", ALL)])
}

/// Name, standing and dollars of each resource.
fn found(report: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let resources = report["forgotten"]["resources"].as_array().expect("the section");
    let one = |one: &Value| (text(&one["name"]), text(&one["standing"]), text(&one["usd-month"]));
    let mut found: Vec<_> = resources.iter().map(one).collect();
    found.sort();
    found
}

#[test]
fn each_kind_of_waste_is_found_with_its_price_and_what_only_looks_like_it_is_not() {
    let world = world();
    let report = world.plan(&settings(&world));
    let wanted = [
        ("eks-empty", "young", ""),      // only our own scans say since when
        ("lb-classic", "forgotten", ""), // the bundled list has no price for it in Tokyo
        ("lb-kept", "kept", "25.04"),
        ("lb-no-group", "forgotten", "25.04"),
        ("lb-of-cluster", "managed", "25.04"),
        ("lb-old", "forgotten", "25.04"),
        ("nat-old", "forgotten", "48.91"),
        ("nat-routed", "standby", "48.91"),
        ("old-data", "forgotten", "9.60"),
        ("old-vpn", "forgotten", "3.65"),
        ("orders-old1", "forgotten", ""), // the bundled list has no databases
    ];
    let wanted = wanted.map(|(name, standing, usd)| (name.to_owned(), standing.to_owned(), usd.to_owned()));
    assert_eq!(found(&report), wanted, "{}", report["forgotten"]);
    assert_eq!(
        (report["health"].as_str(), report["forgotten"]["not-scanned"].as_array().map(Vec::len)),
        (Some("ok"), Some(0))
    );
    let meter = world.get("meter");
    assert_eq!(meter["writes"], 0, "{meter}");
    // Six gateways, four of which have no connections, three of these known; eight balancers of v2 and one classic.
    let calls = &meter["calls"];
    assert_eq!(calls["ec2:DescribeRouteTables"], 1, "{calls}");
    assert_eq!(calls["elasticloadbalancing:DescribeTags"], 2, "{calls}");
}

#[test]
fn a_missing_permission_darkens_its_kind_alone_and_the_doctor_says_so_once() {
    for (action, kind) in [
        ("DescribeNatGateways", "nat-gateway"),
        ("DescribeRouteTables", "nat-gateway"),
        ("DescribeTags", "load-balancer"),
        ("ListClusters", "eks-cluster"),
        ("ListFargateProfiles", "eks-cluster"),
        ("DescribeTargetHealth", "load-balancer"),
        ("DescribeDBInstances", "replaced-database"),
    ] {
        let world = world();
        let path = settings(&world);
        world.post("fault", &json!({"action": action, "mode": "error", "code": "AccessDenied", "status": 403}));
        let report = world.plan(&path);
        assert_eq!((report["health"].as_str(), report["unreachable"].as_array().map(Vec::len)), (Some("ok"), Some(0)));
        let lacking = report["forgotten"]["not-scanned"].as_array().unwrap();
        assert!(lacking.iter().all(|one| one["kind"] == kind) && !lacking.is_empty(), "{action}: {lacking:?}");
        assert!(lacking[0]["cause"].as_str().unwrap().contains(action), "{lacking:?}");
        assert_eq!(asked(&world, &path, action), 1, "{action}");
    }
}

/// How many of the doctor's problems with `[forgotten]` name this action.
fn asked(world: &Simulated, path: &Path, action: &str) -> usize {
    let ran = world.run(path, &["doctor", "--at", EVENING, "--format", "json"]);
    let answer: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}{}", ran.out, ran.err));
    let problems = answer["problems"].as_array().unwrap();
    let text = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    let of = |one: &&Value| text(one, "subject").contains("[forgotten]") && text(one, "cause").contains(action);
    problems.iter().filter(of).count()
}

#[test]
fn metrics_that_are_refused_or_partial_make_no_finding() {
    let world = world();
    let path = settings(&world);
    world.post("fault", &json!({"action": "GetMetricData", "mode": "error", "code": "AccessDenied", "status": 403}));
    let report = world.plan(&path);
    let kinds: std::collections::BTreeSet<_> = report["forgotten"]["not-scanned"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["kind"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["load-balancer", "nat-gateway", "replaced-database"]);
    let names: Vec<_> = found(&report).into_iter().map(|(name, ..)| name).collect();
    assert_eq!(names, ["eks-empty", "old-data", "old-vpn"]);
}

#[test]
fn without_their_names_the_new_kinds_make_no_call() {
    let world = world();
    world.plan(&world.settings(&[("[caps]", "[forgotten]\n\n[caps]")]));
    let calls = world.calls();
    for call in [
        "ec2:DescribeNatGateways",
        "ec2:DescribeRouteTables",
        "elasticloadbalancing:DescribeLoadBalancers",
        "eks:ListClusters",
        "rds:DescribeDBInstances",
    ] {
        assert!(calls.get(call).is_none(), "{calls}");
    }
    assert!(calls.get("ec2:DescribeAddresses").is_some(), "{calls}");
}

#[test]
fn a_snapshot_holds_what_was_found_and_is_judged_the_same() {
    let world = world();
    let path = settings(&world);
    let live = world.plan(&path);
    let saved = world.run(&path, &["snapshot", "--at", EVENING, "--out", "saved.json"]);
    assert_eq!(saved.code, 0, "{}", saved.err);
    let again = world.run(&path, &["plan", "--inventory", "saved.json", "--at", EVENING, "--format", "json"]).json();
    assert_eq!(found(&again), found(&live));
    assert_eq!(again["forgotten"]["not-scanned"], live["forgotten"]["not-scanned"]);
}
