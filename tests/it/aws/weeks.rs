//! Weeks of metrics and load balancers from the simulated AWS: who is idle, what it cost, and a Region that refuses.

use std::collections::BTreeMap;

use idle_reaper::aws::AwsReader;
use idle_reaper::engine::config::{Idle, Settings};
use idle_reaper::engine::cost::spent::Spent;
use idle_reaper::engine::evidence::idle::{Idleness, Metric, Missing, Sign};
use idle_reaper::engine::evidence::witness::Witness;
use idle_reaper::engine::model::Tier;
use idle_reaper::engine::model::WhyReportOnly;
use idle_reaper::engine::model::{ByResource, Instance, Target};
use idle_reaper::ports::Scan;
use idle_reaper::run::{Clock, gather};
use serde_json::json;

use super::world::{EVENING, World};
use crate::fake::at;

/// Boxes that have run for a hundred days, with five weeks of metrics.
fn boxes() -> World {
    let world = World::of(&json!({
        "hub": "platform", "external-id": "demo-external-id", "now": EVENING,
        "accounts": [{"name": "platform"}, {"name": "shop-dev"}], "ssm": {"/idle-reaper/pause": "off"},
        "defaults": {"account": "shop-dev", "region": "ap-northeast-1", "launch-time": "2026-08-01T09:00:00Z", "vcpus": 2},
        "instances": [
            {"story": "forgotten"}, {"story": "month-end"}, {"story": "web"}, {"story": "silent"}, {"story": "old-xen"},
            {"story": "elsewhere", "region": "us-east-1"},
        ],
    }));
    let weeks = |story: &str, from: &str, values: serde_json::Value| {
        world.post("/metrics", &json!({"story": story, "from": from, "to": EVENING, "values": values}));
    };
    for story in ["forgotten", "month-end", "web", "elsewhere"] {
        weeks(story, "2026-10-20T00:00:00Z", json!("idle"));
    }
    world.post(
        "/metrics",
        &json!({"story": "month-end", "from": "2026-10-31T20:00:00Z", "to": "2026-10-31T22:00:00Z", "values": {"CPUUtilization": 88}}),
    );
    // Xen: no EBS metrics of its own, and a volume that has some.
    let xen = json!({"CPUUtilization": 0.8, "NetworkIn": 50000, "NetworkOut": 50000, "StatusCheckFailed": 0, "CPUCreditBalance": 144});
    weeks("old-xen", "2026-10-20T00:00:00Z", xen);
    world.post("/balancer", &json!({"account": "shop-dev", "region": "ap-northeast-1", "stories": ["web"]}));
    world
}

struct Answers {
    by_story: BTreeMap<String, Idleness>,
    spent: Spent,
}

impl Answers {
    fn of(&self, story: &str) -> &Idleness {
        &self.by_story[story]
    }

    fn report_only(&self, story: &str) -> Option<WhyReportOnly> {
        match self.of(story) {
            Idleness::Idle(facts) => facts.report_only.clone(),
            other => panic!("{story}: {other:?}"),
        }
    }
}

fn ask(world: &World, prepare: impl FnOnce(&[Instance])) -> Answers {
    let text = std::fs::read_to_string(world.settings(&[])).unwrap();
    let settings = Settings::parse("reaper.toml", &text).unwrap();
    let aws = world.aws();
    let eyes = AwsReader::new(&aws, &settings, "run-1");
    let account = world.instances()["forgotten"]["account"].as_str().unwrap().to_owned();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut all: Vec<Instance> = Vec::new();
        for region in ["ap-northeast-1", "us-east-1"] {
            let target = Target::new(account.as_str(), region);
            eyes.instances(&target, None, |instance| all.push(instance)).await.unwrap();
        }
        prepare(&all);
        let candidates: Vec<&Instance> = all.iter().collect();
        let clock = Clock::start(at(EVENING), None);
        let own = ByResource::default();
        let found = gather(&eyes, &Idle::default(), &candidates, &Witness::default(), &own, clock, 8).await;
        let name = |instance: &Instance| (instance.name().to_owned(), found.idleness[&instance.id].clone());
        Answers { by_story: all.iter().map(name).collect(), spent: eyes.spent() }
    })
}

#[test]
fn a_forgotten_box_is_idle_and_everything_else_says_why_it_is_not() {
    let world = boxes();
    let answers = ask(&world, |all| {
        let xen = all.iter().find(|instance| instance.name() == "old-xen").unwrap();
        for volume in &xen.details.volumes {
            let values = json!({"VolumeWriteOps": 300, "VolumeWriteBytes": 1_000_000});
            let seed = json!({"story": "old-xen", "volume": volume, "from": "2026-11-01T00:00:00Z", "to": EVENING, "values": values});
            world.post("/metrics", &seed);
        }
        assert!(!xen.details.volumes.is_empty());
    });
    let Idleness::Idle(facts) = answers.of("forgotten") else { panic!("{:?}", answers.of("forgotten")) };
    assert_eq!((facts.tier, &facts.report_only, facts.cpu_max), (Tier::Strict, &None, 0.8));
    assert!(matches!(answers.of("month-end"), Idleness::Active(Sign::Burst { cpu: 88.0, .. })));
    assert!(
        matches!(
            answers.of("silent"),
            Idleness::Undetermined(Missing::Sparse { metric: Metric::CpuByDay, has: 0, .. })
        ),
        "{:?}",
        answers.of("silent")
    );
    assert_eq!(answers.report_only("web"), Some(WhyReportOnly::LoadBalancer));
    assert_eq!(answers.report_only("elsewhere"), None);
    let Idleness::Idle(facts) = answers.of("old-xen") else { panic!("{:?}", answers.of("old-xen")) };
    assert!((facts.write_ops - 300.0 / 3600.0).abs() < 1e-9, "by its volumes");

    // Six are screened, four confirmed, six metrics asked of each of those; and two of the volume.
    let Spent { calls, metrics, usd } = answers.spent;
    assert_eq!((metrics, usd.to_string()), (6 + 4 + 4 * 6 + 2, "0.00036".to_owned()));
    assert_eq!(calls["cloudwatch:GetMetricData"], 2 * 3 + 1);
    assert_eq!((calls["ec2:DescribeInstances"], calls["sts:AssumeRole"]), (2, 1));
    assert_eq!(calls["elasticloadbalancing:DescribeTargetGroups"], 2);
    assert_eq!(calls["elasticloadbalancing:DescribeTargetHealth"], 1);
    let policy = world.calls().iter().find_map(|call| call["session-policy"].as_str().map(str::to_owned)).unwrap();
    assert!(policy.contains("elasticloadbalancing:Describe*") && !policy.contains("Stop"), "{policy}");
}

#[test]
fn a_region_that_refuses_metrics_leaves_its_own_undetermined() {
    let world = boxes();
    world.fault(&json!({"action": "GetMetricData", "region": "us-east-1", "code": "AccessDenied", "status": 403}));
    let answers = ask(&world, |_| ());
    let Idleness::Undetermined(Missing::Metric { metric, cause }) = answers.of("elsewhere") else {
        panic!("{:?}", answers.of("elsewhere"))
    };
    assert!(*metric == Metric::CpuByDay && cause.contains("AccessDenied"), "{cause}");
    assert!(matches!(answers.of("forgotten"), Idleness::Idle(_)));
}

#[test]
fn load_balancers_that_may_not_be_asked_for_are_unknown_and_unknown_protects() {
    let world = boxes();
    world.fault(&json!({"action": "DescribeTargetGroups", "code": "AccessDenied", "status": 403}));
    let answers = ask(&world, |_| ());
    let why = answers.report_only("forgotten");
    assert!(
        matches!(&why, Some(WhyReportOnly::LoadBalancerUnknown(cause)) if cause.contains("DescribeTargetGroups")),
        "{why:?}"
    );
}
