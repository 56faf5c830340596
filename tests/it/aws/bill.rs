//! Cost Explorer, asked by the real client: recorded answers of the documented shape from a small server on loopback, and
//! whole runs over the simulator.

use idle_reaper::aws::Aws;
use idle_reaper::engine::cost::bill::{About, Bill, Group};
use idle_reaper::engine::model::Usd;
use idle_reaper::engine::model::month::Month;
use idle_reaper::ports::{Billing as _, PortError};
use serde_json::{Value, json};

use super::prices::PriceServer;
use super::simulated::Simulated;

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

fn amount(usd: &str) -> Value {
    json!({"UnblendedCost": {"Amount": usd, "Unit": "USD"}, "NetAmortizedCost": {"Amount": usd, "Unit": "USD"}})
}

fn page(start: &str, groups: &[(&str, &str, &str)], next: Option<&str>) -> (u16, Value) {
    let groups: Vec<Value> = groups
        .iter()
        .map(|(account, service, usd)| json!({"Keys": [account, service], "Metrics": amount(usd)}))
        .collect();
    let mut page = json!({
        "GroupDefinitions": [{"Type": "DIMENSION", "Key": "LINKED_ACCOUNT"}, {"Type": "DIMENSION", "Key": "SERVICE"}],
        "ResultsByTime": [{"TimePeriod": {"Start": start, "End": "2026-11-01"}, "Total": {}, "Groups": groups, "Estimated": true}],
        "DimensionValueAttributes": [],
    });
    if let Some(next) = next {
        page["NextPageToken"] = next.into();
    }
    (200, page)
}

async fn ask(server: &PriceServer, about: About, view: Option<&str>) -> Result<Vec<Group>, String> {
    let answer = server.list("ap-northeast-1").costs(about, month("2026-09"), month("2026-11"), view).await;
    answer.map_err(|PortError(why)| why)
}

#[tokio::test]
async fn two_months_are_asked_for_by_account_and_service_and_every_page_is_read() {
    let pages = vec![
        page("2026-09-01", &[("111111111111", "Amazon Kendra", "5")], Some("a")),
        page("2026-10-01", &[("111111111111", "Amazon Kendra", "810.5"), ("222222222222", "Tax", "-1E-7")], None),
    ];
    let server = PriceServer::start(pages);
    let view = "arn:aws:billing::999999999999:billingview/custom-1";
    let groups = ask(&server, About::Services, Some(view)).await.unwrap();
    let bill = Bill::of(month("2026-10"), &groups, None).unwrap();
    assert_eq!(bill.accounts[0].services[0].usd, Usd::parse("810.5").unwrap());
    assert_eq!(bill.accounts[0].services[0].before_usd, Usd::parse("5").unwrap());
    assert!(bill.months.estimated);
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].0, "AWSInsightsIndexService.GetCostAndUsage");
    let wanted = json!({
        "TimePeriod": {"Start": "2026-09-01", "End": "2026-11-01"},
        "Granularity": "MONTHLY",
        "Metrics": ["UnblendedCost", "AmortizedCost", "NetAmortizedCost"],
        "GroupBy": [{"Type": "DIMENSION", "Key": "LINKED_ACCOUNT"}, {"Type": "DIMENSION", "Key": "SERVICE"}],
        "BillingViewArn": view,
    });
    assert_eq!(asked[0].1, wanted);
    assert_eq!(asked[1].1["NextPageToken"], "a");
}

#[tokio::test]
async fn the_hours_are_those_of_instances_without_spot_by_the_kind_of_charge() {
    let server = PriceServer::start(vec![page("2026-10-01", &[], None)]);
    assert_eq!(ask(&server, About::Hours, None).await, Ok(Vec::new()));
    let (_, asked) = server.asked().remove(0);
    assert_eq!(asked["GroupBy"][1]["Key"], "RECORD_TYPE");
    assert!(asked["Metrics"].as_array().unwrap().contains(&json!("UsageQuantity")));
    assert_eq!(asked.get("BillingViewArn"), None);
    let filter = json!({"And": [
        {"Dimensions": {"Key": "USAGE_TYPE_GROUP", "Values": ["EC2: Running Hours"]}},
        {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Usage", "SavingsPlanCoveredUsage", "DiscountedUsage"]}},
        {"Not": {"Dimensions": {"Key": "PURCHASE_TYPE", "Values": ["Spot Instances"]}}},
    ]});
    assert_eq!(asked["Filter"], filter);
}

#[tokio::test]
async fn a_refusal_or_pages_without_end_are_errors_that_name_the_call() {
    let refusal = json!({"__type": "AccessDeniedException", "Message": "no"});
    let why = ask(&PriceServer::start(vec![(400, refusal)]), About::Services, None).await.unwrap_err();
    assert!(why.contains("`ce:GetCostAndUsage` was answered with `AccessDeniedException`"), "{why}");
    let why = ask(&PriceServer::start(vec![page("2026-10-01", &[], Some("a"))]), About::Services, None).await;
    assert!(why.unwrap_err().contains("the same page token twice"));
    let endless = (0..60).map(|n| page("2026-10-01", &[], Some(&n.to_string()))).collect();
    let server = PriceServer::start(endless);
    assert!(ask(&server, About::Services, None).await.unwrap_err().contains("more than 50 pages"));
    assert_eq!(server.asked().len(), 50);
}

#[tokio::test]
async fn each_page_is_metered_under_its_name_in_iam_and_priced() {
    let server = PriceServer::start(vec![page("2026-10-01", &[], None)]);
    let aws = Aws::of(server.sdk("eu-west-1"));
    let list = idle_reaper::aws::Pricing::new(&aws);
    list.costs(About::Services, month("2026-09"), month("2026-11"), None).await.unwrap();
    let spent = aws.meter.spent();
    assert_eq!((spent.calls.get("ce:GetCostAndUsage"), spent.usd.to_string()), (Some(&1), "0.01".to_owned()));
}

/// An organisation whose bill has what nobody looks for, and hours that are cheaper than their list price.
fn billed() -> Simulated {
    let cost = |account: &str, month: &str, service: &str, usd: f64| json!({"account": account, "month": month, "service": service, "usd": usd});
    let hours = |kind: &str, list: f64, net: f64, hours: f64| {
        json!({
            "account": "shop-dev", "month": "2026-10", "service": "Amazon Elastic Compute Cloud - Compute", "record-type": kind,
            "usage-type-group": "EC2: Running Hours", "purchase-type": "On Demand Instances",
            "usd": list, "net-usd": net, "quantity": hours,
        })
    };
    let spot = json!({
        "account": "shop-dev", "month": "2026-10", "service": "Amazon Elastic Compute Cloud - Compute", "usd": 40.0,
        "usage-type-group": "EC2: Running Hours", "purchase-type": "Spot Instances", "quantity": 1000.0,
    });
    Simulated::of(&json!({
        "hub": "platform", "external-id": "demo-external-id", "now": FIRST,
        "reading-role": "IdleReaperRead", "acting-role": "IdleReaperAct",
        "accounts": [{"name": "platform"}, {"name": "shop-dev"}, {"name": "quiet"}], "ssm": {"/idle-reaper/pause": "off"},
        "buckets": ["idle-reaper-records"], "regions": ["ap-northeast-1", "us-east-1"],
        "defaults": {"account": "shop-dev", "region": "ap-northeast-1", "launch-time": "2026-10-01T09:00:00Z"},
        "instances": [{"story": "web", "tags": {"Env": "dev", "Owner": "data", "CostCenter": "CC-1"}}],
        "costs": [
            cost("quiet", "2026-09", "Amazon Kendra", 810.0), cost("quiet", "2026-10", "Amazon Kendra", 1010.0),
            cost("quiet", "2026-08", "Amazon Kendra", 9.0), cost("shop-dev", "2026-10", "AmazonCloudWatch", 0.004),
            hours("Usage", 60.0, 54.0, 500.0), hours("SavingsPlanCoveredUsage", 40.0, 16.0, 500.0), spot,
        ],
    }))
}

const FIRST: &str = "2026-11-01T12:00:00+09:00";
const DECEMBER: &str = "2026-12-01T12:00:00+09:00";

/// The settings of the demo with a bill, budgets, and a rate of this day.
fn with_bill(world: &Simulated, rate: &str, date: &str) -> std::path::PathBuf {
    let money = format!(
        "[bill]\n[money]\ncurrency = \"JPY\"\nrate = \"{rate}\"\ndate = \"{date}\"\ngroup-by-tag = \"CostCenter\"\n\
         budgets = {{ shop-dev = \"150 JPY\" }}\nowner-budgets = {{ data = 1 }}\ntag-budgets = {{ CC-1 = 1 }}\n\
         [owners]\ntags = [\"Owner\"]\n[notify]\noperator = \"ops\"\n[channels.ops]\nsns = \"arn:aws:sns:ap-northeast-1:111111111111:ops\"\n[caps]"
    );
    world.settings(&[("[caps]", &money), ("armed = true", "armed = false")])
}

fn apply_at(world: &Simulated, settings: &std::path::Path, at: &str) -> Value {
    world.post("clock", &json!({"now": at}));
    world.run(settings, &["apply", "--yes", "--at", at, "--format", "json"]).json()
}

fn object(world: &Simulated, end: &str) -> String {
    let objects = world.get("objects");
    let mut all = objects["idle-reaper-records"].as_object().expect("the record").iter();
    let found =
        all.find(|(key, _)| key.ends_with(end)).unwrap_or_else(|| panic!("no object ends with {end}: {objects}"));
    found.1.as_str().unwrap().to_owned()
}

#[test]
fn the_bill_from_cost_explorer_stands_in_the_stocktakes_and_the_next_month_splits_its_change() {
    let world = billed();
    let accounts = world.get("world")["accounts"].clone();
    let id = |name: &str| accounts[name].as_str().unwrap().to_owned();
    apply_at(&world, &with_bill(&world, "150", "2026-10-30"), FIRST);
    assert_eq!(world.calls()["ce:GetCostAndUsage"], 2, "{}", world.calls());
    // Nothing runs in this account, and it has a stocktake all the same.
    let quiet = object(&world, &format!("month=2026-11/{}.md", id("quiet")));
    for part in ["Amazon Kendra", "USD 1,010.00", "USD 810.00", "USD +200.00"] {
        assert!(quiet.contains(part), "`{part}` is not in:\n{quiet}");
    }
    assert!(quiet.contains("still change") || quiet.contains("stimated"), "the month has just ended:\n{quiet}");
    let shop = object(&world, &format!("stocktake/month=2026-11/{}.md", id("shop-dev")));
    // 54 and 16 net of 60 and 40: without Spot, the hours cost 70 % of their list price, and half of them are covered.
    assert!(shop.contains("70 %") && shop.contains("50 %"), "{shop}");
    for over in ["owner data", "CostCenter CC-1", "Over budget: "] {
        assert!(shop.contains(over), "`{over}` is not in:\n{shop}");
    }
    let bill: Value = serde_json::from_str(&object(&world, "bill/month=2026-11/bill.json")).unwrap();
    assert_eq!(bill["bill"]["estimated"], true, "{bill}");
    // A second run of the month does not pay again.
    apply_at(&world, &with_bill(&world, "150", "2026-10-30"), "2026-11-02T12:00:00+09:00");
    assert_eq!(world.calls()["ce:GetCostAndUsage"], 2);
}

#[test]
fn a_refused_cost_explorer_leaves_the_stocktake_and_says_why() {
    let world = billed();
    world.post(
        "fault",
        &json!({"action": "GetCostAndUsage", "mode": "error", "code": "AccessDeniedException", "status": 400}),
    );
    let report = apply_at(&world, &with_bill(&world, "150", "2026-10-30"), FIRST);
    assert!(report["notes"].to_string().contains("the bill is unknown"), "{}", report["notes"]);
    let shop = object(&world, &format!("/{}.md", world.get("world")["accounts"]["shop-dev"].as_str().unwrap()));
    assert!(shop.contains("web"), "{shop}");
}

#[test]
fn a_new_rate_splits_the_change_and_an_old_one_is_warned_of() {
    let world = billed();
    apply_at(&world, &with_bill(&world, "150", "2026-10-30"), FIRST);
    world.post("clock", &json!({"now": DECEMBER}));
    let report = apply_at(&world, &with_bill(&world, "160", "2026-11-02"), DECEMBER);
    assert!(!report["notes"].to_string().contains("the bill is unknown"), "{}", report["notes"]);
    let bill = object(&world, "bill/month=2026-12/bill.md");
    assert!(bill.contains("150 of 2026-10-30") && bill.contains("160 of 2026-11-02"), "{bill}");
    let stale =
        object(&world, &format!("month=2026-12/{}.md", world.get("world")["accounts"]["shop-dev"].as_str().unwrap()));
    assert!(!stale.contains("days old"), "29 days are not too old:\n{stale}");
    let checked = world.run(&with_bill(&world, "160", "2026-08-02"), &["check"]);
    assert!(format!("{}{}", checked.out, checked.err).contains("older than 35 days"), "{}{}", checked.out, checked.err);
}
