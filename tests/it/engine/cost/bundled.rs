//! The list prices that the release brings along: what the table holds, and what a dry run over an inventory says of it.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Output};

use idle_reaper::engine::cost::bundled;
use idle_reaper::engine::cost::price::{PriceKey, Tenancy};
use idle_reaper::engine::model::{Product, Usd};
use serde_json::{Value, json};

use crate::docs::read;
use crate::fake::{EVENING, SETTINGS};

fn key(kind: &str, region: &str, operation: &str) -> PriceKey {
    let (kind, region, operation) = (kind.into(), region.into(), operation.into());
    PriceKey { product: Product::Instance, kind, region, operation, tenancy: Tenancy::Shared }
}

#[test]
fn the_table_is_whole_and_its_prices_are_those_of_aws() {
    let (text, prices) = (read("data/list-prices.tsv"), bundled::prices());
    assert!(text.starts_with(&format!("# On-demand list prices of {} in US dollars", bundled::date().unwrap())));
    let rows: Vec<Vec<&str>> =
        text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect()).collect();
    let (head, rows) = rows.split_first().unwrap();
    let names: BTreeSet<_> = rows.iter().map(|row| &row[..2]).collect();
    assert_eq!((names.len(), rows.iter().all(|row| row.len() == head.len())), (rows.len(), true));
    let known = rows.iter().flat_map(|row| &row[2..]).filter(|cell| **cell != "-").count();
    let besides = prices.keys().filter(|key| key.product != Product::Instance).count();
    assert_eq!((prices.len() - besides, besides), (known, 6 * 17 + 16), "each cell is `-` or a price");
    for (product, kind, region, usd) in [
        (Product::Storage, "gp3", "us-east-1", "0.08"),
        (Product::Storage, "gp2", "ap-northeast-1", "0.12"),
        (Product::PublicAddress, "Idle", "eu-central-1", "0.005"),
        (Product::PublicAddress, "InUse", "sa-east-1", "0.005"),
        (Product::NatGateway, "", "ap-northeast-1", "0.062"),
        (Product::LoadBalancer, "application", "eu-west-2", "0.02646"),
        (Product::LoadBalancer, "classic", "us-east-1", "0.025"),
        (Product::EksCluster, "", "eu-west-2", "0.10"),
    ] {
        assert_eq!(prices.get(&PriceKey::unit(product, kind, region)).copied(), Usd::parse(usd), "{kind} in {region}");
    }
    assert!(known > 3000 && prices.values().all(|usd| *usd > Usd::ZERO), "{known}");
    for (kind, region, operation, usd) in [
        ("t3.micro", "us-east-1", "RunInstances", "0.0104"),
        ("m5.large", "us-east-1", "RunInstances", "0.096"),
        ("m5.large", "us-east-1", "RunInstances:0002", "0.188"),
        ("m5.large", "eu-west-1", "RunInstances", "0.107"),
        ("m5.xlarge", "eu-central-1", "RunInstances", "0.23"),
        ("c5.2xlarge", "ap-northeast-1", "RunInstances", "0.428"),
        ("p3.2xlarge", "us-east-1", "RunInstances", "3.06"),
    ] {
        assert_eq!(prices.get(&key(kind, region, operation)).copied(), Usd::parse(usd), "{kind} in {region}");
    }
    for (key, usd) in prices.iter().filter(|(key, _)| &*key.operation == "RunInstances:0002") {
        let linux = prices.get(&PriceKey { operation: "RunInstances".into(), ..key.clone() });
        assert!(linux.is_some_and(|linux| linux < usd), "{key:?}");
    }
}

fn instance(id: &str, kind: &str, zone: &str, operation: &str) -> Value {
    json!({
        "InstanceId": id, "InstanceType": kind, "State": {"Name": "running"}, "LaunchTime": "2026-11-25T00:30:00Z",
        "RootDeviceType": "ebs", "Placement": {"AvailabilityZone": zone, "Tenancy": "default"},
        "UsageOperation": operation, "Tags": [{"Key": "Env", "Value": "dev"}],
    })
}

/// A dry run over an inventory, with or without a price file.
fn plan(instances: &[Value], prices: Option<&str>, format: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let money = prices.map_or("", |_| "\n[money]\nprice-file = \"prices.csv\"\n");
    fs::write(folder.path().join("reaper.toml"), format!("{SETTINGS}{money}")).unwrap();
    fs::create_dir(folder.path().join("record")).unwrap();
    fs::write(folder.path().join("record/prices.csv"), prices.unwrap_or_default()).unwrap();
    let answer = json!({"Reservations": [{"OwnerId": "111111111111", "Instances": instances}]});
    fs::write(folder.path().join("fleet.json"), answer.to_string()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_idle-reaper"));
    command.env_clear().current_dir(folder.path());
    command.args(["plan", "--inventory", "fleet.json", "--at", EVENING, "--format", format]).output().unwrap()
}

fn report(instances: &[Value], prices: Option<&str>) -> Value {
    let ended = plan(instances, prices, "json");
    serde_json::from_slice(&ended.stdout).unwrap_or_else(|_| panic!("{ended:?}"))
}

const LABEL: &str = "list price of 2025-03-02, bundled; before Savings Plans, reservations and tax";

#[test]
fn a_dry_run_over_an_inventory_has_the_bundled_prices_and_says_so_in_every_format() {
    let fleet = [instance("i-1", "m5.large", "us-east-1a", "RunInstances")];
    for format in ["table", "markdown", "json", "csv", "ndjson"] {
        let Output { stdout, stderr, .. } = plan(&fleet, None, format);
        let (out, said) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
        let has = out.contains("70.08") && (out.clone() + &said).contains(LABEL);
        assert!(has, "{format}: {out}{said}");
    }
    assert_eq!(report(&fleet, None)["money"]["note"], LABEL);
    let kept = json!({"Key": "idle-reaper:keep", "Value": ""});
    let mut skipped = fleet[0].clone();
    skipped["Tags"].as_array_mut().unwrap().push(kept);
    let out = String::from_utf8(plan(&[skipped], None, "table").stdout).unwrap();
    assert!(out.contains(&format!("Every figure: {LABEL}")), "{out}");
}

#[test]
fn what_the_table_lacks_is_unknown_and_a_price_file_wins() {
    let fleet = [
        instance("i-1", "m5.large", "us-east-1a", "RunInstances"),
        instance("i-2", "m99.large", "us-east-1a", "RunInstances"),
        instance("i-3", "m5.large", "ap-northeast-1a", "RunInstances:0010"),
        instance("i-4", "m5.large", "mars-east-1a", "RunInstances"),
        instance("i-5", "m5.large", "us-east-1-bos-1a", "RunInstances"),
    ];
    let found = report(&fleet, None);
    let priced = |report: &Value| -> Vec<(String, Value)> {
        let rows = report["resources"].as_array().unwrap().iter();
        let known = rows.filter(|row| row.get("usd-month").is_some());
        known.map(|row| (row["id"].as_str().unwrap().to_owned(), row["usd-month"].clone())).collect()
    };
    assert_eq!(priced(&found), [("i-1".to_owned(), json!("70.08"))]);
    let head = "instance-type,region,operation,tenancy,usd-hour\n";
    let one = report(&fleet, Some(&format!("{head}m99.large,us-east-1,,,1\n")));
    assert_eq!(priced(&one).len(), 2);
    assert_eq!(one["money"]["note"], LABEL);
    let own = report(&fleet, Some(&format!("{head}m5.large,us-east-1,,,1\n")));
    assert_eq!(priced(&own), [("i-1".to_owned(), json!("730"))]);
    assert_eq!(own["money"]["note"], "list price, before Savings Plans, reservations and tax");
}
