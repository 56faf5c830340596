//! The bill: what Cost Explorer returns, read to the last digit or not at all, and what follows from it.

use std::collections::BTreeMap;

use idle_reaper::engine::cost::bill::{Bill, Change, Group, Hours, Net, ServiceCost};
use idle_reaper::engine::model::month::Month;
use idle_reaper::engine::model::{Currency, Usd};

use super::prices::usd;

const DEV: &str = "111111111111";
const SHOP: &str = "222222222222";
const EC2: &str = "Amazon Elastic Compute Cloud - Compute";

/// A group of a month whose amounts are in US dollars, apart from `UsageQuantity`.
pub fn group(month: &str, keys: [&str; 2], amounts: &[(&str, &str)]) -> Group {
    let unit = |metric: &str| if metric == "UsageQuantity" { "Hrs" } else { "USD" };
    let amounts =
        amounts.iter().map(|(metric, amount)| ((*metric).to_owned(), ((*amount).to_owned(), unit(metric).to_owned())));
    let keys = keys.map(str::to_owned).to_vec();
    Group { from: format!("{month}-01"), keys, amounts: amounts.collect(), estimated: month == "2026-10" }
}

/// What a service costs as billed and net.
pub fn cost(month: &str, account: &str, service: &str, billed: &str, net: &str) -> Group {
    group(month, [account, service], &[("UnblendedCost", billed), ("AmortizedCost", billed), ("NetAmortizedCost", net)])
}

/// Hours of one kind of charge.
pub fn hours(account: &str, charge: &str, used: &str, list: &str, net: &str) -> Group {
    let amounts = [("UsageQuantity", used), ("UnblendedCost", list), ("NetAmortizedCost", net)];
    group("2026-10", [account, charge], &amounts)
}

fn october() -> Month {
    Month::parse("2026-10").unwrap()
}

pub fn services() -> Vec<Group> {
    vec![
        cost("2026-09", DEV, EC2, "100.00", "80"),
        cost("2026-09", DEV, "AWS CloudHSM", "1168", "1168"),
        cost("2026-10", DEV, EC2, "150.005", "120"),
        cost("2026-10", DEV, "Amazon Kendra", "810.0000000001", "810"),
        cost("2026-10", DEV, "AWS Credits", "-12.5", "-12.5"),
        cost("2026-10", SHOP, EC2, "2000", "1400"),
        cost("2026-10", SHOP, "AWS Key Management Service", "3.2E-9", "0.0000000032"),
    ]
}

fn covered() -> Vec<Group> {
    vec![
        hours(DEV, "Usage", "250", "50", "50"),
        hours(DEV, "SavingsPlanCoveredUsage", "750", "150", "90"),
        hours(SHOP, "DiscountedUsage", "744", "0", "33"),
    ]
}

fn bill() -> Bill {
    Bill::of(october(), &services(), Some(&covered())).unwrap()
}

fn negative(text: &str) -> Usd {
    Usd(text.parse().unwrap())
}

#[test]
fn every_service_of_every_account_stands_in_it_the_dearest_first_and_to_the_last_digit() {
    let bill = bill();
    let named = |of: &[ServiceCost]| of.iter().map(|one| (one.service.to_string(), one.usd)).collect::<Vec<_>>();
    assert_eq!(bill.accounts.iter().map(|one| &*one.account).collect::<Vec<_>>(), [SHOP, DEV]);
    let wanted = [
        ("Amazon Kendra".to_owned(), usd("810.0000000001")),
        (EC2.to_owned(), usd("150.005")),
        ("AWS CloudHSM".to_owned(), Usd::ZERO),
        ("AWS Credits".to_owned(), negative("-12.5")),
    ];
    assert_eq!(named(&bill.accounts[1].services), wanted, "a service that ended is shown, and so is a credit");
    let total = bill.accounts[1].total();
    assert_eq!((total.usd, total.before_usd, total.net_usd), (usd("947.5050000001"), usd("1268"), Some(usd("917.5"))));
    assert_eq!(bill.by_service()[0].usd, usd("2150.005"), "one service of two accounts is one sum");
    assert!(bill.accounts[0].services[1].is_under_a_cent() && bill.months.estimated);
    let part = bill.of_account(DEV).unwrap();
    assert_eq!((part.total(), part.accounts.len()), (total, 1));
    assert_eq!(bill.of_account("333333333333"), None);
}

#[test]
fn what_cannot_be_read_is_no_bill_rather_than_one_that_is_too_low() {
    let with = |group: Group| {
        let all: Vec<Group> = services().into_iter().chain([group]).collect();
        Bill::of(october(), &all, None).unwrap_err()
    };
    let odd = |change: fn(&mut Group)| {
        let mut group = cost("2026-10", DEV, "x", "1", "1");
        change(&mut group);
        with(group)
    };
    assert!(odd(|group| group.keys.truncate(1)).contains("a group of 1 keys"));
    assert!(odd(|group| drop(group.amounts.remove("UnblendedCost"))).contains("without `UnblendedCost`"));
    assert!(odd(|group| group.from = "2026-10".into()).contains("the date `2026-10`"));
    assert!(odd(|group| group.from = "2026-08-01".into()).contains("2026-08, which was not asked for"));
    for text in ["", "NaN", "1,000", "twelve", "1e999"] {
        let why = with(cost("2026-10", DEV, "x", text, "1"));
        assert!(why.contains(&format!("the amount `{text}`")), "{why}");
    }
    let yuan = odd(|group| group.amounts.values_mut().for_each(|(_, unit)| *unit = "CNY".into()));
    assert!(yuan.contains("the bill is in `CNY`"), "{yuan}");
}

#[test]
fn without_discounts_the_amortised_cost_is_the_net_cost_and_without_either_it_is_unknown() {
    let net = |metrics: &[(&str, &str)]| {
        let groups = [group("2026-10", [DEV, EC2], metrics), cost("2026-10", DEV, "x", "1", "1")];
        Bill::of(october(), &groups, None).unwrap().total().net_usd
    };
    assert_eq!(net(&[("UnblendedCost", "5"), ("AmortizedCost", "4")]), Some(usd("5")));
    assert_eq!(net(&[("UnblendedCost", "5"), ("AmortizedCost", "4"), ("NetAmortizedCost", "3")]), Some(usd("4")));
    assert_eq!(net(&[("UnblendedCost", "5")]), None);
}

#[test]
fn the_effective_rate_is_net_by_list_price_and_unknown_where_the_bill_has_no_list_price() {
    let bill = bill();
    let of = |account: &str| bill.of_account(account).unwrap().hours().unwrap();
    let dev = of(DEV);
    assert_eq!(dev.effective_rate(), Some("0.7".parse().unwrap()), "140 of 200");
    assert_eq!((dev.percent(dev.in_plans), dev.percent(dev.reserved)), (Some(75.into()), Some(0.into())));
    let shop = of(SHOP);
    assert_eq!((shop.effective_rate(), shop.percent(shop.reserved)), (None, Some(100.into())));
    let rates = bill.effective_rates();
    assert_eq!((rates.of(DEV), rates.of(SHOP)), (Some("0.7".parse().unwrap()), None));
    for odd in [
        Hours { list_usd: usd("5"), net_usd: Some(negative("-1")), ..Hours::default() },
        Hours { list_usd: Usd::ZERO, net_usd: Some(usd("1")), ..Hours::default() },
        Hours { list_usd: negative("-5"), net_usd: Some(usd("1")), ..Hours::default() },
        Hours { list_usd: usd("5"), net_usd: None, ..Hours::default() },
        Hours::default(),
    ] {
        assert_eq!(odd.effective_rate(), None, "{odd:?}");
    }
    assert_eq!(Bill::of(october(), &services(), None).unwrap().hours(), None);
}

#[test]
fn a_net_sum_leaves_out_accounts_of_unknown_rate_and_says_how_much() {
    let rates = bill().effective_rates();
    let net = |amounts: &[(&'static str, &str)]| rates.net(amounts.iter().map(|(id, amount)| (*id, usd(amount))));
    assert_eq!(net(&[(DEV, "120")]), Some(Net { usd: usd("84"), unknown: Usd::ZERO }));
    assert_eq!(net(&[(DEV, "120"), (SHOP, "30")]), Some(Net { usd: usd("84"), unknown: usd("30") }));
    assert_eq!(net(&[(SHOP, "30")]), None, "unknown is not zero");
    assert_eq!(net(&[]), None);
}

#[test]
fn a_change_in_the_second_currency_is_usage_at_the_old_rate_and_the_rest_is_the_exchange_rate() {
    let yen = |rate: &str, date: &str| Currency {
        code: "JPY".into(),
        rate: rate.parse().unwrap(),
        date: date.parse().unwrap(),
    };
    let (old, new) = (yen("150", "2026-10-01"), yen("160", "2026-11-01"));
    let change = Change::of(usd("100"), usd("120"), &old, &new).unwrap();
    assert_eq!(change, Change { total: 4200.into(), usage: 3000.into(), exchange: 1200.into() });
    let change = Change::of(usd("120"), usd("100"), &new, &old).unwrap();
    assert_eq!(change, Change { total: (-4200).into(), usage: (-3200).into(), exchange: (-1000).into() });
    assert_eq!(Change::of(usd("1"), usd("2"), &old, &old), None, "one rate splits nothing");
    let euro = Currency { code: "EUR".into(), ..old.clone() };
    assert_eq!(Change::of(usd("1"), usd("2"), &old, &euro), None);
    assert_eq!((new.show_change(change.usage), new.show_change(1_200.into())), ("-3,200".into(), "+1,200".into()));
}

#[test]
fn a_bill_reads_back_as_it_was_written() {
    let text = serde_json::to_string(&bill()).unwrap();
    assert_eq!(serde_json::from_str::<Bill>(&text).unwrap(), bill());
    let keys: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert!(!keys.contains_key(DEV), "ids are values and no keys");
}
