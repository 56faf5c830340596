//! Cost Explorer, asked by the real client: recorded answers of the documented shape from a small server on loopback.

use idle_reaper::aws::Aws;
use idle_reaper::engine::cost::bill::{About, Bill, Group};
use idle_reaper::engine::model::Usd;
use idle_reaper::engine::model::month::Month;
use idle_reaper::ports::{Billing as _, PortError};
use serde_json::{Value, json};

use super::prices::PriceServer;

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
