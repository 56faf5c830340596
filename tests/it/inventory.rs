//! Saved inventories: a snapshot judged again says the same, and whatever the command line of AWS answers is shown.

use idle_reaper::adapters::recorded::Recorded;
use idle_reaper::decide::report::Report;
use idle_reaper::decide::request::Scope;
use idle_reaper::flow::{Clock, snapshot};
use idle_reaper::render::detail;
use idle_reaper::words::{Locale, Reason, Target};
use proptest::sample::select;
use serde_json::{Value, json};

use crate::fake::{EVENING, HERE, THERE, World, at, block_on, instance, plan, plan_over, with, without};
use crate::laws::arbitrary::{any_scene, for_all};

fn said(report: &Report) -> Vec<String> {
    report.rows.iter().map(|row| format!("{} {} {:?} {}", row.target, row.id, row.verdict, row.armed)).collect()
}

#[test]
fn a_snapshot_judged_again_says_the_same() {
    // An inventory cannot be asked for the last hour, so nobody is.
    let settings = with(&[("[busy]\ncpu-percent = 10", "[busy]\noff = true")]);
    for_all(150, (any_scene(10), select(vec!["*", "us-east-1"])), |(scene, region)| {
        let mut scene = scene;
        scene.faults.blind.insert(Target::new(THERE.0, region));
        scene.faults.closed.insert(Target::new(HERE.0, THERE.1));
        let world = scene.world().with_account("444444444444", Some("old"), Some("SUSPENDED"));
        let clock = Clock::start(scene.at, None);
        let saved = block_on(async { snapshot(&world, &settings, &Scope::default(), clock, &|_, _| {}).await });
        let text = serde_json::to_string(&saved.expect("a snapshot")).expect("JSON");
        let recorded = Recorded::parse("fleet.json", &text, &settings).expect("an inventory");
        let (live, again) = (plan(&world, &settings, scene.at), plan_over(&recorded, &settings, scene.at));
        assert_eq!(said(&live), said(&again));
        assert_eq!((live.blind, live.closed, live.skipped), (again.blind, again.closed, again.skipped));
        assert_eq!(live.plan, again.plan);
    });
}

fn describe(instances: &Value) -> String {
    json!({"Reservations": [{"OwnerId": HERE.0, "Instances": instances}]}).to_string()
}

fn reasons(text: &str) -> Vec<Reason> {
    let settings = without(&["[busy]\ncpu-percent = 10"]);
    let recorded = Recorded::parse("fleet.json", text, &settings).unwrap_or_else(|wrong| panic!("{wrong}"));
    plan_over(&recorded, &settings, at(EVENING)).rows.iter().map(|row| row.verdict.reason()).collect()
}

#[test]
fn over_an_inventory_the_verdict_stands_and_says_that_the_last_hour_was_not_measured() {
    for settings in [with(&[]), without(&["[busy]\ncpu-percent = 10"])] {
        let text = describe(&json!([plain()]));
        let recorded = Recorded::parse("fleet.json", &text, &settings).expect("an inventory");
        let report = plan_over(&recorded, &settings, at(EVENING));
        assert_eq!(report.rows[0].verdict.as_str(), "stop");
        for (locale, words) in [(Locale::En, "last hour not measured"), (Locale::Ja, "直近1時間は未測定")] {
            let said = detail(&report.rows[0].verdict, locale);
            assert!(said.contains(words), "{said}");
        }
    }
}

fn plain() -> Value {
    json!({
        "InstanceId": "i-1", "InstanceType": "t3.micro", "State": {"Code": 16, "Name": "running"},
        "LaunchTime": "2026-11-25T00:30:00+00:00", "RootDeviceType": "ebs", "SourceDestCheck": true,
        "Placement": {"AvailabilityZone": "ap-northeast-1a", "Tenancy": "default"},
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeId": "vol-1"}}],
        "NetworkInterfaces": [{"SourceDestCheck": true}], "Tags": [{"Key": "Env", "Value": "dev"}],
    })
}

#[test]
fn every_tell_is_read_from_what_the_command_line_of_aws_answers() {
    assert_eq!(reasons(&describe(&json!([plain()]))), [Reason::OutsideHours]);
    for (path, value, reason) in [
        ("State", json!({"Name": "stopped"}), Reason::NotRunning),
        ("State", json!({"Name": "rebooting"}), Reason::NotRunning),
        ("InstanceLifecycle", json!("spot"), Reason::Spot),
        ("RootDeviceType", json!("instance-store"), Reason::InstanceStore),
        ("BlockDeviceMappings", json!([{"DeviceName": "/dev/xvdb"}]), Reason::InstanceStore),
        ("InstanceType", json!("m5d.large"), Reason::InstanceStore),
        ("Placement", json!({"AvailabilityZone": "ap-northeast-1a", "HostId": "h-1"}), Reason::NoSaving),
        ("Placement", json!({"AvailabilityZone": "ap-northeast-1a", "Tenancy": "host"}), Reason::NoSaving),
        ("Placement", json!({"AvailabilityZone": "eu-central-1a"}), Reason::NotLookedAt),
        ("CapacityReservationId", json!("cr-1"), Reason::NoSaving),
        ("CapacityBlockId", json!("cb-1"), Reason::NoSaving),
        ("SourceDestCheck", json!(false), Reason::Appliance),
        ("NetworkInterfaces", json!([{"SourceDestCheck": true}, {"SourceDestCheck": false}]), Reason::Appliance),
        ("ProductCodes", json!([{"ProductCodeType": "marketplace"}]), Reason::Appliance),
        ("Operator", json!({"Managed": true}), Reason::ManagedService),
        ("Operator", json!({"Managed": true, "Principal": "eks.amazonaws.com"}), Reason::KubernetesNode),
        ("Operator", json!({"Principal": "eks.amazonaws.com"}), Reason::KubernetesNode),
        ("Operator", json!({"Managed": false}), Reason::OutsideHours),
        ("Tags", json!([{"Key": "Env", "Value": "dev"}, {"Value": "always"}]), Reason::Incomplete),
        ("LaunchTime", json!("yesterday"), Reason::Incomplete),
        ("LaunchTime", json!(null), Reason::Incomplete),
        ("InstanceType", json!(7), Reason::Incomplete),
        ("InstanceId", json!({}), Reason::Incomplete),
        ("Tags", json!([{"Key": "Env"}, {"Value": "dev"}, 7]), Reason::NoPolicy),
        ("Tags", json!("Env=dev"), Reason::NoPolicy),
    ] {
        let mut found = plain();
        found[path] = value.clone();
        assert_eq!(reasons(&describe(&json!([found]))), [reason], "{path} = {value}");
    }
}

#[test]
fn one_odd_instance_hides_none_of_the_others() {
    let mut other = plain();
    other["InstanceId"] = json!("i-2");
    let odd = [json!(null), json!(7), json!("i-3"), json!([]), json!({}), json!({"InstanceId": null})];
    for odd in odd {
        let seen = reasons(&describe(&json!([plain(), odd, other])));
        assert_eq!(seen.len(), 3, "{odd}");
        assert_eq!(seen.iter().filter(|reason| **reason == Reason::OutsideHours).count(), 2, "{odd}");
    }
}

#[test]
fn an_instance_that_stands_there_twice_is_one() {
    let text = json!({"Reservations": [
        {"OwnerId": HERE.0, "Instances": [plain()]}, {"OwnerId": HERE.0, "Instances": [plain()]},
    ]});
    assert_eq!(reasons(&text.to_string()).len(), 1);
}

#[test]
fn what_is_no_inventory_is_refused() {
    let settings = without(&[]);
    for text in ["", "{}", "[]", "null", "{\"Reservations\": 7}", "{\"snapshot\": 1}", "{\"snapshot\": true}", "i-1"] {
        assert!(Recorded::parse("fleet.json", text, &settings).is_err(), "{text}");
    }
    assert_eq!(plan(&World::of([instance("i-1")]), &settings, at(EVENING)).rows.len(), 1);
}
