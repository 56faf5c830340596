//! Which list price an instance has, how the price list's answer is read, and the table of what is known.

use idle_reaper::engine::cost::price::{Price, PriceKey, Prices, Tenancy, price_of};
use idle_reaper::engine::model::{Instance, Usd};
use serde_json::{Value, json};

use crate::fake::{at, instance};

pub fn linux(id: &str) -> Instance {
    let mut instance = instance(id);
    instance.details.usage = Some("RunInstances".into());
    instance
}

pub fn usd(text: &str) -> Usd {
    Usd::parse(text).unwrap()
}

pub fn key() -> PriceKey {
    PriceKey::of(&linux("i-1")).unwrap()
}

/// A product of the documented shape.
pub fn product(attributes: Value, prices: &[(&str, &str)]) -> String {
    let mut all = json!({
        "instanceType": "t3.micro", "regionCode": "ap-northeast-1", "operation": "RunInstances",
        "tenancy": "Shared", "capacitystatus": "Used", "marketoption": "OnDemand", "operatingSystem": "Linux",
        "preInstalledSw": "NA", "usagetype": "APN1-BoxUsage:t3.micro", "servicecode": "AmazonEC2",
    });
    all.as_object_mut().unwrap().extend(attributes.as_object().unwrap().clone());
    let dimensions: serde_json::Map<String, Value> = prices
        .iter()
        .enumerate()
        .map(|(n, (unit, price))| {
            let dimension = json!({
                "unit": unit, "beginRange": "0", "endRange": "Inf", "appliesTo": [],
                "description": "per On Demand Linux t3.micro Instance Hour",
                "rateCode": format!("SKU.JRTCKXETXF.{n}"), "pricePerUnit": { "USD": price },
            });
            (format!("SKU.JRTCKXETXF.{n}"), dimension)
        })
        .collect();
    json!({
        "product": { "productFamily": "Compute Instance", "attributes": all, "sku": "SKU" },
        "serviceCode": "AmazonEC2",
        "terms": {
            "OnDemand": { "SKU.JRTCKXETXF": {
                "priceDimensions": dimensions, "sku": "SKU", "effectiveDate": "2026-11-01T00:00:00Z",
                "offerTermCode": "JRTCKXETXF", "termAttributes": {},
            } },
            "Reserved": { "SKU.38NPMPTW36": { "priceDimensions": { "SKU.38NPMPTW36.2TG2D8R56U": {
                "unit": "Hrs", "pricePerUnit": { "USD": "0.0001" } } } } },
        },
        "version": "20261101000000", "publicationDate": "2026-11-01T00:00:00Z",
    })
    .to_string()
}

fn read(products: &[String]) -> Price {
    price_of(&key(), products)
}

fn why(price: Price) -> String {
    let Price::Unknown(why) = price else { panic!("{price:?} is known") };
    why
}

#[test]
fn the_on_demand_price_of_an_hour_is_read_to_the_last_digit() {
    let one = product(json!({}), &[("Hrs", "0.0136000000")]);
    assert_eq!(read(std::slice::from_ref(&one)), Price::Hourly(usd("0.0136")));
    assert_eq!(read(&[one.clone(), one]), Price::Hourly(usd("0.0136")), "the same price twice is one price");
    let quantity = product(json!({}), &[("Quantity", "77"), ("Hrs", "0.0136")]);
    assert_eq!(read(&[quantity]), Price::Hourly(usd("0.0136")), "only hours count");
}

#[test]
fn the_price_of_another_product_is_not_taken_whatever_the_filters_let_through() {
    for other in [
        json!({"capacitystatus": "UnusedCapacityReservation"}),
        json!({"capacitystatus": "AllocatedCapacityReservation"}),
        json!({"tenancy": "Dedicated"}),
        json!({"operation": "RunInstances:0002"}),
        json!({"regionCode": "us-east-1"}),
        json!({"instanceType": "t3.nano"}),
        json!({"marketoption": "CapacityBlock"}),
    ] {
        let (good, bad) = (product(json!({}), &[("Hrs", "0.0136")]), product(other.clone(), &[("Hrs", "9")]));
        assert_eq!(read(&[bad.clone(), good]), Price::Hourly(usd("0.0136")), "{other}");
        assert!(why(read(&[bad])).contains("no hourly price"), "{other}");
    }
}

#[test]
fn what_is_ambiguous_empty_or_broken_is_unknown_and_never_zero() {
    let price = |text: &str| product(json!({}), &[("Hrs", text)]);
    assert!(why(read(&[price("0.1"), price("0.2")])).contains("2 different prices"));
    assert!(why(read(&[price("0"), price("0.2")])).contains("2 different prices"));
    assert!(why(read(&[])).contains("does not have it"));
    assert!(why(read(&["{".to_owned()])).contains("cannot be read"));
    assert!(why(read(&["[]".to_owned()])).contains("no hourly price"));
    assert!(why(read(&[price("-1")])).contains("no hourly price"));
    let yuan = product(json!({}), &[("Hrs", "0.5")]).replace("USD", "CNY");
    assert!(why(read(&[yuan])).contains("US dollars"));
    assert!(why(read(&[price("0.0000000000"), price("0")])).contains("which is no price"));
}

#[test]
fn a_zero_that_an_earlier_release_recorded_is_asked_for_again() {
    let now = at("2026-11-25T12:00:00Z");
    let mut known = Prices::default();
    known.learn(key(), Price::Hourly(Usd::ZERO), now);
    let known = Prices::parse(&known.text());
    assert!(known.missing([key()], now).contains(&key()));
    assert!(why(known.find(&key(), now)).contains("not asked"));
}

#[test]
fn a_local_zone_has_a_price_of_its_own_and_another_zone_beneath_a_region_none() {
    let in_zone = |region: &str, zone: Option<&str>| {
        let mut found = linux("i-1");
        found.id.place = idle_reaper::engine::model::Target::new("111111111111", region).into();
        found.details.zone = zone.map(Box::from);
        PriceKey::of(&found).map(|key| key.region.to_string())
    };
    for (region, zone, expected) in [
        ("ap-northeast-1", Some("ap-northeast-1a"), "ap-northeast-1"),
        ("us-gov-west-1", Some("us-gov-west-1b"), "us-gov-west-1"),
        ("us-west-2", None, "us-west-2"),
        ("us-west-2", Some("us-west-2-lax-1a"), "us-west-2-lax-1"),
        ("us-west-2", Some("us-west-2-lax-1b"), "us-west-2-lax-1"),
        ("ap-northeast-1", Some("ap-northeast-1-tpe-1a"), "ap-northeast-1-tpe-1"),
    ] {
        assert_eq!(in_zone(region, zone).as_deref(), Ok(expected), "{zone:?}");
    }
    for zone in
        ["us-west-2-wl1-las-wlz-1", "us-west-2-lax-1", "us-west-2", "us-west-2ab", "us-west-21a", "usw2-az1", "x"]
    {
        let why = in_zone("us-west-2", Some(zone)).expect_err(zone);
        assert!(why.contains(zone), "{why}");
    }
}

#[test]
fn two_instances_with_the_same_key_are_one_lookup() {
    let mut windows = linux("i-3");
    windows.details.usage = Some("RunInstances:0002".into());
    let keys = [linux("i-1"), linux("i-2"), windows].map(|instance| PriceKey::of(&instance).unwrap());
    assert_eq!(Prices::default().missing(keys, at("2026-11-25T00:00:00Z")).len(), 2);
}

#[test]
fn a_platform_stands_in_for_an_operation_that_is_not_given() {
    let mut instance = linux("i-1");
    instance.details.usage = None;
    instance.details.platform = Some("Windows with SQL Server Web".into());
    assert_eq!(&*PriceKey::of(&instance).unwrap().operation, "RunInstances:0202");
    instance.details.platform = Some("Plan 9".into());
    assert!(PriceKey::of(&instance).unwrap_err().contains("Plan 9"));
    instance.details.platform = None;
    assert!(PriceKey::of(&instance).is_err());
}

#[test]
fn what_has_no_list_price_has_no_key() {
    type Change = fn(&mut Instance);
    let changes: [Change; 5] = [
        |i| i.lifecycle = Some("spot".into()),
        |i| i.tenancy = Some("host".into()),
        |i| i.tenancy = None,
        |i| i.kind = "".into(),
        |i| i.details = Default::default(),
    ];
    for (n, change) in changes.into_iter().enumerate() {
        let mut instance = linux("i-1");
        change(&mut instance);
        assert!(PriceKey::of(&instance).is_err(), "change {n}");
    }
    let mut dedicated = linux("i-1");
    dedicated.tenancy = Some("dedicated".into());
    assert_eq!(PriceKey::of(&dedicated).unwrap().tenancy, Tenancy::Dedicated);
}

#[test]
fn an_outpost_and_an_unknown_type_have_no_price() {
    let now = at("2026-11-25T00:00:00Z");
    let mut prices = Prices::default();
    prices.learn(key(), Price::Hourly(usd("0.0136")), now);
    let price = |instance: &Instance| prices.find(&PriceKey::of(instance).unwrap(), now);
    let outpost = Some("arn:aws:outposts:us-west-2:111111111111:outpost/op-1".into());
    assert!(PriceKey::of(&Instance { outpost, ..linux("i-1") }).unwrap_err().contains("Outpost"));
    assert!(PriceKey::of(&Instance { tenancy: Some("host".into()), ..linux("i-1") }).is_err());
    let reserved = Instance { reservation: Some("cr-1".into()), ..linux("i-1") };
    assert_eq!(price(&reserved).monthly(), Some(usd("9.928")), "a reservation costs what its instance would");
    assert_eq!(price(&Instance { kind: "x99.huge".into(), ..linux("i-1") }).monthly(), None);
}

#[test]
fn the_table_is_read_back_and_a_broken_line_is_asked_for_again() {
    let now = at("2026-11-25T00:00:00Z");
    let mut prices = Prices::default();
    let other = PriceKey { kind: "m7i.large".into(), ..key() };
    prices.learn(key(), Price::Hourly(usd("0.0136")), now);
    prices.learn(other.clone(), Price::Unknown("the price list does not have it".into()), now);
    let text = prices.text();
    assert_eq!(Prices::parse(&text), prices);
    let broken = text.replace("0.0136", "0.0136 or so");
    assert_eq!(Prices::parse(&broken).missing([key(), other], now).into_iter().collect::<Vec<_>>(), [key()]);
}

#[test]
fn a_price_is_asked_for_again_after_a_month_and_trusted_for_three() {
    let asked = at("2026-11-01T00:00:00Z");
    let mut prices = Prices::default();
    prices.learn(key(), Price::Hourly(usd("0.0136")), asked);
    let after = |days: i64| asked + chrono::Duration::days(days);
    let old = |prices: &Prices, days| !prices.missing([key()], after(days)).is_empty();
    assert!(!old(&prices, 29) && old(&prices, 30));
    assert!(old(&prices, -1), "a price of the future is the work of a wrong clock");
    prices.fail(key(), "no connection".into());
    assert_eq!(prices.find(&key(), after(89)), Price::Hourly(usd("0.0136")));
    assert_eq!(why(prices.find(&key(), after(90))), "no connection");
    let other = PriceKey { kind: "m7i.large".into(), ..key() };
    for (days, lines) in [(89, 2), (90, 1)] {
        let mut prices = prices.clone();
        prices.learn(other.clone(), Price::Hourly(usd("0.1")), after(days));
        assert_eq!(prices.text().lines().count(), lines, "{days}: what nobody trusts any more is dropped");
    }
    let mut unknown = Prices::default();
    unknown.learn(key(), Price::Unknown("new".into()), asked);
    assert!(!old(&unknown, 0) && old(&unknown, 1), "new types reach the list late");
}
