//! Saved inventories: a snapshot judged again says the same, and whatever the command line of AWS answers is shown.

use std::fs;
use std::path::Path;
use std::process::Command;

use idle_reaper::engine::model::{Locale, Reason, Target};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::request::Scope;
use idle_reaper::local::inventory::Recorded;
use idle_reaper::render::detail;
use idle_reaper::run::{Clock, snapshot};
use proptest::sample::select;
use serde_json::{Value, json};

use crate::fake::{EVENING, HERE, THERE, World, at, block_on, instance, plan, plan_over, with, without};
use crate::laws::arbitrary::{any_scene, for_all};

fn said(report: &Report) -> Vec<String> {
    report.rows.iter().map(|row| format!("{} {} {:?} {}", row.id.place, row.id.name, row.verdict, row.armed)).collect()
}

#[test]
fn a_snapshot_judged_again_says_the_same() {
    // An inventory cannot be asked for the last hour, so nobody is.
    let settings = with(&[("[busy]\ncpu-percent = 10", "[busy]\noff = true")]);
    for_all(150, (any_scene(10), select(vec!["*", "us-east-1"])), |(scene, region)| {
        let mut scene = scene;
        scene.faults.unreachable.insert(Target::new(THERE.0, region));
        scene.faults.closed.insert(Target::new(HERE.0, THERE.1));
        let world = scene.world().with_account("444444444444", Some("old"), Some("SUSPENDED"));
        let clock = Clock::start(scene.at, None);
        let saved = block_on(async { snapshot(&world, &settings, &Scope::default(), clock, &|_, _| {}).await });
        let text = serde_json::to_string(&saved.expect("a snapshot")).expect("JSON");
        let recorded = Recorded::parse("fleet.json", &text, &settings).expect("an inventory");
        let (live, again) = (plan(&world, &settings, scene.at), plan_over(&recorded, &settings, scene.at));
        assert_eq!(said(&live), said(&again));
        assert_eq!((live.unreachable, live.denied, live.skipped), (again.unreachable, again.denied, again.skipped));
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
        for (locale, words) in [(Locale::En, "last hour not measured"), (Locale::Ja, "直近 1 時間は未測定")] {
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
        ("Placement", json!({"AvailabilityZone": "eu-central-1a"}), Reason::NotInScope),
        ("CapacityReservationId", json!("cr-1"), Reason::NoSaving),
        ("OutpostArn", json!("arn:aws:outposts:us-west-2:111111111111:outpost/op-1"), Reason::NoSaving),
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
        ("Tags", json!([{"Key": "Env"}, {"Value": "dev"}, 7]), Reason::MatchUnknown),
        ("Tags", json!("Env=dev"), Reason::MatchUnknown),
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

/// The report of a dry run over an inventory.
fn over(text: &str, settings: &idle_reaper::engine::config::Settings) -> Report {
    let recorded = Recorded::parse("fleet.json", text, settings).unwrap_or_else(|wrong| panic!("{wrong}"));
    plan_over(&recorded, settings, at(EVENING))
}

#[test]
fn an_inventory_that_is_one_page_of_several_is_not_whole_and_says_so() {
    use idle_reaper::engine::model::Health;

    let settings = without(&["[busy]\ncpu-percent = 10"]);
    let page = |token: Value, instances: Value| {
        json!({"Reservations": [{"OwnerId": HERE.0, "Instances": instances}], "NextToken": token}).to_string()
    };
    for token in [json!("eyJOZXh0VG9rZW4iOiBudWxsfQ=="), json!(7), json!({"a": 1})] {
        for instances in [json!([plain()]), json!([])] {
            let report = over(&page(token.clone(), instances.clone()), &settings);
            assert_eq!(report.health(), Health::Degraded, "{token}");
            assert!(
                report.unreachable.iter().any(|unreachable| unreachable.cause.contains("`NextToken`")),
                "{:?}",
                report.unreachable
            );
            assert_eq!(report.rows.len(), instances.as_array().unwrap().len(), "what it shows is shown");
        }
    }
    for token in [json!(null), json!("")] {
        assert_eq!(over(&page(token, json!([plain()])), &settings).health(), Health::Ok);
    }
}

#[test]
fn a_reservation_without_instances_is_not_an_empty_one() {
    use idle_reaper::engine::model::Health;

    let settings = without(&["[busy]\ncpu-percent = 10"]);
    for broken in [
        json!({"OwnerId": HERE.0}),
        json!({"OwnerId": HERE.0, "Instances": null}),
        json!({"OwnerId": HERE.0, "Instances": {"InstanceId": "i-9"}}),
        json!({}),
        json!(null),
        json!(7),
    ] {
        for order in [false, true] {
            let mut reservations = vec![json!({"OwnerId": HERE.0, "Instances": [plain()]}), broken.clone()];
            if order {
                reservations.reverse();
            }
            let report = over(&json!({"Reservations": reservations}).to_string(), &settings);
            assert_eq!((report.rows.len(), report.health()), (1, Health::Degraded), "{broken}");
            assert!(report.unreachable[0].cause.contains("without a list of `Instances`"), "{:?}", report.unreachable);
        }
    }
    let empty = json!({"Reservations": [{"OwnerId": HERE.0, "Instances": []}]}).to_string();
    assert_eq!(over(&empty, &settings).health(), Health::Ok);
}

#[test]
fn an_instance_whose_account_is_unknown_is_protected_by_whatever_never_says_of_accounts() {
    let first = |never: &str, owner: Value| {
        let never = format!("[never]\n{never}\n[calendars.japan]");
        let settings = with(&[("[busy]\ncpu-percent = 10", ""), ("[calendars.japan]", never.as_str())]);
        over(&json!({"Reservations": [{"OwnerId": owner, "Instances": [plain()]}]}).to_string(), &settings).rows[0]
            .verdict
            .reason()
    };
    for owner in [json!(null), json!(""), json!("11111111111"), json!("unknown"), json!(111_111_111_111_u64), json!([])]
    {
        for never in ["accounts = [\"222222222222\"]", "accounts = [\"22*\"]", "accounts = [\"*-prod\"]"] {
            assert_eq!(first(never, owner.clone()), Reason::NeverListed, "{never} and {owner}");
        }
        assert_eq!(first("tags = [\"Env=prod\"]", owner.clone()), Reason::OutsideHours, "{owner}");
        assert_eq!(first("accounts = []", owner.clone()), Reason::OutsideHours, "{owner}");
    }
    assert_eq!(first("accounts = [\"222222222222\"]", json!(HERE.0)), Reason::OutsideHours);
}

#[test]
fn what_of_an_inventory_is_unknown_is_shown_whatever_the_request_selects() {
    use idle_reaper::run;

    let settings = without(&["[busy]\ncpu-percent = 10"]);
    let text = json!({"Reservations": [{"OwnerId": HERE.0, "Instances": [plain()]}, {"Instances": [plain()]}],
        "NextToken": "more"});
    let recorded = Recorded::parse("fleet.json", &text.to_string(), &settings).expect("an inventory");
    let scope =
        Scope { accounts: Some(vec![HERE.0.to_owned()]), regions: Some(vec![HERE.1.to_owned()]), ..Scope::default() };
    let clock = Clock::start(at(EVENING), None);
    let seen = block_on(async {
        run::scan(
            &recorded,
            &settings,
            &scope,
            idle_reaper::engine::request::Mode::Plan,
            &Default::default(),
            clock,
            &|_, _| {},
        )
        .await
    });
    let seen = seen.expect("a look");
    assert!(
        seen.unreachable.iter().any(|unreachable| unreachable.cause.contains("NextToken")),
        "{:?}",
        seen.unreachable
    );
    assert_eq!(seen.rows.len(), 2, "the one without an account may be the one that is selected");
}

#[test]
fn over_an_inventory_costs_come_from_the_price_file_of_the_record_or_of_the_working_directory() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (record, at) in [("", "prices.csv"), ("[run]\nrecord = \"record\"\n", "record/prices.csv")] {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("record")).unwrap();
        let settings = fs::read_to_string(root.join("examples/laptop.toml")).unwrap();
        let settings =
            settings.replace("examples/prices.csv", "prices.csv").replace("[scope]", &format!("{record}[scope]"));
        fs::write(folder.path().join("reaper.toml"), settings).unwrap();
        let report = || -> Value {
            let mut binary = Command::new(env!("CARGO_BIN_EXE_idle-reaper"));
            binary.env_clear().current_dir(folder.path()).args(["plan", "--format", "json", "--inventory"]);
            let output = binary.arg(root.join("examples/inventory.json")).output().unwrap();
            serde_json::from_slice(&output.stdout).unwrap()
        };
        let without = report();
        assert!(without["notes"].to_string().contains("the price file `prices.csv`"), "{}", without["notes"]);
        assert!(without["money"]["note"].to_string().contains("bundled"), "{}", without["money"]);
        fs::copy(root.join("examples/prices.csv"), folder.path().join(at)).unwrap();
        let with = report();
        assert_eq!(with["resources"][0]["usd-month"], "90.52", "from {at}");
        assert!(!with["money"]["note"].to_string().contains("bundled"), "from {at}: {}", with["money"]);
    }
}
