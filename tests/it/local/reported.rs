//! What is only reported, in saved answers of the AWS CLI: whose it is, what it lacks, and what is refused.

use std::collections::BTreeSet;

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Locale, ReportOnly};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::report::forgotten::{Forgotten, Standing};
use idle_reaper::local::inventory::{InventoryInvalid, Recorded, Source};
use idle_reaper::render;
use serde_json::{Value, json};

use crate::fake::{EVENING, HERE, at, plan_over, with};

fn wanted() -> Settings {
    let kinds = "[forgotten]\nkinds = [\"volume\", \"address\", \"nat-gateway\", \"load-balancer\"]\n\n[busy]";
    with(&[("[busy]", kinds)])
}

fn read(files: &[(&str, String)]) -> Result<Recorded, InventoryInvalid> {
    let files: Vec<_> =
        files.iter().map(|(name, text)| Source { name: (*name).to_owned(), text: text.clone() }).collect();
    Recorded::read(&files, &wanted())
}

fn over(files: &[(&str, String)]) -> Report {
    plan_over(&read(files).unwrap_or_else(|wrong| panic!("{wrong}")), &wanted(), at(EVENING))
}

fn forgotten(report: &Report) -> &Forgotten {
    report.forgotten.as_ref().expect("the section")
}

/// Id, account, Region and standing of each line.
fn lines(report: &Report) -> BTreeSet<(String, String, String, &'static str)> {
    let of = |line: &idle_reaper::engine::report::forgotten::Line| {
        let place = &line.id().place;
        (line.id().id.to_string(), place.account.to_string(), place.region.to_string(), line.standing.as_str())
    };
    forgotten(report).lines.iter().map(of).collect()
}

fn instances() -> String {
    let instance = |id: &str, state: &str| {
        json!({
            "InstanceId": id, "InstanceType": "t3.micro", "LaunchTime": "2026-09-01T09:00:00+00:00", "ImageId": "ami-1",
            "Placement": {"AvailabilityZone": format!("{}a", HERE.1), "Tenancy": "default"}, "RootDeviceType": "ebs",
            "State": {"Name": state}, "NetworkInterfaces": [], "Tags": [{"Key": "Owner", "Value": "ann"}],
        })
    };
    let all = [instance("i-on", "running"), instance("i-off", "stopped")];
    json!({"Reservations": [{"OwnerId": HERE.0, "Instances": all}]}).to_string()
}

fn volume(id: &str, attached: Option<&str>) -> Value {
    let attachments: Vec<_> = attached.into_iter().map(|id| json!({"InstanceId": id, "State": "attached"})).collect();
    json!({
        "VolumeId": id, "Attachments": attachments, "AvailabilityZone": format!("{}a", HERE.1), "Size": 100,
        "CreateTime": "2026-01-05T08:00:00.000Z", "Encrypted": false, "VolumeType": "gp3", "Iops": 3000, "Throughput": 125,
        "State": if attached.is_some() { "in-use" } else { "available" },
    })
}

fn volumes(all: &[Value]) -> String {
    json!({"Volumes": all}).to_string()
}

fn addresses() -> String {
    let address = |id: &str| {
        json!({
            "PublicIp": "203.0.113.7", "AllocationId": id, "Domain": "vpc", "PublicIpv4Pool": "amazon",
            "NetworkBorderGroup": HERE.1,
        })
    };
    json!({"Addresses": [address("eipalloc-1")]}).to_string()
}

#[test]
fn volumes_and_addresses_beside_the_instances_are_found_with_owner_place_and_price() {
    let all = [volume("vol-free", None), volume("vol-off", Some("i-off")), volume("vol-on", Some("i-on"))];
    let report =
        over(&[("instances.json", instances()), ("volumes.json", volumes(&all)), ("addresses.json", addresses())]);
    let at = |id: &str| (id.to_owned(), HERE.0.to_owned(), HERE.1.to_owned(), "forgotten");
    assert_eq!(lines(&report), BTreeSet::from(["vol-free", "vol-off", "eipalloc-1"].map(at)));
    let off = forgotten(&report).lines.iter().find(|line| *line.id().id == *"vol-off").unwrap();
    assert_eq!(off.owner.known(), Some("ann"), "what hangs on a stopped instance is its owner's");
    assert!(forgotten(&report).lines.iter().all(|line| line.monthly.is_ok()), "{report:?}");
    let page = render::markdown(&report);
    assert!(page.contains("Forgotten: 3 resources") && page.contains("delete-volume --volume-id vol-free"), "{page}");
}

#[test]
fn pages_lists_of_entries_and_several_documents_are_read_alike() {
    let (one, two) = (volume("vol-1", None), volume("vol-2", None));
    for text in [
        volumes(&[one.clone(), two.clone()]),
        json!([{"Volumes": [one]}, {"Volumes": [two]}]).to_string(),
        json!([one, two]).to_string(),
        format!("{}\n{}", volumes(std::slice::from_ref(&one)), volumes(std::slice::from_ref(&two))),
        format!("{}\n{}", instances(), volumes(&[one.clone(), two.clone()])),
    ] {
        let report = over(&[("instances.json", instances()), ("volumes.json", text.clone())]);
        assert_eq!(lines(&report).len(), 2, "{text}");
    }
}

#[test]
fn whose_it_is_comes_from_its_instance_or_from_the_only_account() {
    let other = instances().replace(HERE.0, "999999999999").replace("i-on", "i-other").replace("i-off", "i-far");
    let all = volumes(&[volume("vol-free", None), volume("vol-far", Some("i-far"))]);
    let report = over(&[("one.json", instances()), ("other.json", other), ("volumes.json", all.clone())]);
    let place = |id: &str| lines(&report).into_iter().find(|(name, ..)| name == id).map(|(_, account, ..)| account);
    assert_eq!(place("vol-far").as_deref(), Some("999999999999"));
    assert_eq!(place("vol-free").as_deref(), Some("unknown"), "two accounts may have it");
    let alone = read(&[("volumes.json", all.clone())]).expect("an inventory");
    let report = plan_over(&alone, &wanted(), at(EVENING));
    assert_eq!(lines(&report).len(), 1, "of an instance that is not in the inventory nothing is known");
    let taken = read(&[("one.json", instances()), ("volumes.json", all)]).expect("an inventory");
    assert!(taken.notes.iter().any(|note| note.contains(HERE.0) && note.contains("do not name")), "{:?}", taken.notes);
}

#[test]
fn gateways_and_load_balancers_have_no_metrics_there_and_are_said_to_be_unknown() {
    let gateway = json!({
        "NatGatewayId": "nat-1", "State": "available", "VpcId": "vpc-1", "CreateTime": "2026-01-05T08:00:00Z",
        "NatGatewayAddresses": [],
    });
    let arn = format!("arn:aws:elasticloadbalancing:{}:{}:loadbalancer/app/web/1", HERE.1, HERE.0);
    let balancer = json!({
        "LoadBalancerArn": arn, "CreatedTime": "2026-01-05T08:00:00Z", "State": {"Code": "active"}, "Type": "application",
    });
    let report = over(&[
        ("instances.json", instances()),
        ("gateways.json", json!({"NatGateways": [gateway]}).to_string()),
        ("balancers.json", json!({"LoadBalancers": [balancer]}).to_string()),
    ]);
    assert!(lines(&report).is_empty());
    let unknown = |kind: ReportOnly| {
        let all = forgotten(&report).not_scanned.iter();
        all.filter(|one| one.kind == kind).map(|one| one.cause.as_str()).collect::<Vec<_>>()
    };
    for kind in [ReportOnly::NatGateway, ReportOnly::LoadBalancer] {
        let causes = unknown(kind);
        assert!(causes.len() == 1 && causes[0].contains("no metrics"), "{causes:?}");
    }
    // The others are simply not in the inventory.
    assert!(unknown(ReportOnly::Volume)[0].contains("none of this account and Region"));
    assert!(render::markdown(&report).contains("nat-gateway"));
}

#[test]
fn parts_of_entries_and_entries_that_differ_are_refused_and_named() {
    let parts = json!({"Volumes": [{"VolumeId": "vol-1", "State": "available", "Size": 8}]}).to_string();
    let wrong = read(&[("parts.json", parts)]).expect_err("parts").to_string();
    assert!(wrong.contains("`parts.json`") && wrong.contains("`Attachments`") && wrong.contains("--query"), "{wrong}");
    let (free, used) = (volumes(&[volume("vol-1", None)]), volumes(&[volume("vol-1", Some("i-on"))]));
    let wrong = read(&[("a.json", free.clone()), ("b.json", used.clone())]).expect_err("they differ").to_string();
    assert!(["`vol-1`", "`a.json`", "`b.json`"].iter().all(|part| wrong.contains(part)), "{wrong}");
    assert_eq!(
        lines(&over(&[("a.json", free.clone()), ("b.json", free.clone())])).len(),
        1,
        "equal entries count once"
    );
    // Within one file the later entry counts.
    assert!(lines(&over(&[("a.json", format!("{free}\n{used}"))])).is_empty());
}

#[test]
fn what_the_settings_do_not_ask_for_is_said_and_a_cut_list_too() {
    let mut cut: Value = serde_json::from_str(&volumes(&[volume("vol-1", None)])).unwrap();
    cut["NextToken"] = "eyJ".into();
    let files = [Source { name: "volumes.json".to_owned(), text: cut.to_string() }];
    let notes = Recorded::read(&files, &with(&[])).expect("an inventory").notes;
    assert!(notes.iter().any(|note| note.contains("`volume` in the inventory: 1, not shown")), "{notes:?}");
    assert!(notes.iter().any(|note| note.contains("NextToken")), "{notes:?}");
}

#[test]
fn every_answer_that_aws_really_gave_is_read_whole() {
    let recorded = |name: &str| match name {
        "volumes" => include_str!("recorded/describe-volumes.json"),
        "addresses" => include_str!("recorded/describe-addresses.json"),
        _ => include_str!("recorded/describe-nat-gateways.json"),
    };
    let text = |name: &str| recorded(name).to_owned();
    let report = over(&[
        ("instances.json", include_str!("recorded/describe-instances.json").to_owned()),
        ("volumes.json", text("volumes")),
        ("addresses.json", text("addresses")),
        ("gateways.json", text("nat-gateways")),
    ]);
    let free = |list: &str, key: &str, is_free: fn(&Value) -> bool| {
        let mut last = std::collections::BTreeMap::new();
        for answer in serde_json::from_str::<Vec<Value>>(recorded(list)).unwrap() {
            for one in answer[key].as_array().unwrap() {
                let id = one.get("VolumeId").or(one.get("AllocationId")).and_then(Value::as_str).unwrap();
                last.insert(id.to_owned(), is_free(one));
            }
        }
        last.into_iter().filter(|(_, free)| *free).map(|(id, _)| id).collect::<BTreeSet<_>>()
    };
    let mut wanted = free("volumes", "Volumes", |one| one["State"] == "available");
    wanted.extend(free("addresses", "Addresses", |one| one.get("AssociationId").is_none()));
    let found: BTreeSet<_> = lines(&report).into_iter().map(|(id, ..)| id).collect();
    assert!(wanted.is_subset(&found) && wanted.len() > 10, "{:?}", wanted.difference(&found));
    assert!(forgotten(&report).lines.iter().all(|line| line.standing != Standing::Unconfirmed));
    for locale in Locale::ALL {
        let report = Report { locale: *locale, ..report.clone() };
        assert!(!render::markdown(&report).contains("{{"));
    }
}

#[test]
fn what_a_switch_over_left_is_found_among_saved_databases_although_no_policy_names_databases() {
    let database = |name: &str, created: &str| {
        json!({
            "DBInstanceIdentifier": name, "DBInstanceArn": format!("arn:aws:rds:{}:{}:db:{name}", HERE.1, HERE.0),
            "DBInstanceClass": "db.t3.medium", "DBInstanceStatus": "available", "Engine": "mysql", "MultiAZ": false,
            "InstanceCreateTime": created, "TagList": [{"Key": "Owner", "Value": "ann"}],
        })
    };
    let old = database("orders-old1", "2025-01-05T08:00:00.000Z");
    let both = json!({"DBInstances": [database("orders", "2026-06-05T08:00:00.000Z"), old]}).to_string();
    let files = [Source { name: "db.json".to_owned(), text: both }];
    let settings = with(&[("[busy]", "[forgotten]\nkinds = [\"replaced-database\"]\n\n[busy]")]);
    let recorded = Recorded::read(&files, &settings).unwrap();
    let report = plan_over(&recorded, &settings, at(EVENING));
    let [line] = &*forgotten(&report).lines else { panic!("{:?}", forgotten(&report)) };
    assert_eq!(
        (&*line.id().id, line.standing, line.owner.known()),
        ("db:orders-old1", Standing::Forgotten, Some("ann"))
    );
    assert_eq!(report.rows.len(), 0, "no policy names databases");
    let unwanted = Recorded::read(&files, &wanted()).unwrap();
    let note = "`replaced-database` in the inventory: 1, not shown, because `kinds` of `[forgotten]` does not name it";
    assert!(unwanted.notes.iter().any(|said| said == note), "{:?}", unwanted.notes);
}
