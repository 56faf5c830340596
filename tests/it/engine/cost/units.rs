//! The prices of what is not an instance: how the price list is asked, and which of its products is taken.

use idle_reaper::engine::cost::price::{Price, PriceKey, Prices, price_of};
use idle_reaper::engine::cost::query::Query;
use idle_reaper::engine::model::{Product, Usd};
use serde_json::json;

use crate::fake::at;

/// A product of the documented shape.
fn product(usage: &str, unit: &str, usd: &str) -> String {
    let price = json!({"unit": unit, "pricePerUnit": {"USD": usd}});
    let product = json!({"attributes": {"usagetype": usage, "regionCode": "eu-central-1"}});
    json!({"product": product, "terms": {"OnDemand": {"A.B": {"priceDimensions": {"A.B.C": price}}}}}).to_string()
}

fn key(product: Product, kind: &str) -> PriceKey {
    PriceKey::unit(product, kind, "eu-central-1")
}

fn hourly(usd: &str) -> Price {
    Price::Hourly(Usd::parse(usd).unwrap())
}

#[test]
fn each_product_has_its_service_its_usage_type_and_its_unit() {
    for (key, service, usage, unit) in [
        (key(Product::Storage, "gp3"), "AmazonEC2", "EUC1-EBS:VolumeUsage.gp3", "GB-Mo"),
        (key(Product::Storage, "io1"), "AmazonEC2", "EUC1-EBS:VolumeUsage.piops", "GB-Mo"),
        (key(Product::Storage, "standard"), "AmazonEC2", "EUC1-EBS:VolumeUsage", "GB-Mo"),
        (key(Product::Iops, "gp3"), "AmazonEC2", "EUC1-EBS:VolumeP-IOPS.gp3", "IOPS-Mo"),
        (key(Product::Iops, "io1"), "AmazonEC2", "EUC1-EBS:VolumeP-IOPS.piops", "IOPS-Mo"),
        (key(Product::Iops, "io2.tier2"), "AmazonEC2", "EUC1-EBS:VolumeP-IOPS.io2.tier2", "IOPS-Mo"),
        (key(Product::Throughput, "gp3"), "AmazonEC2", "EUC1-EBS:VolumeP-Throughput.gp3", "GiBps-mo"),
        (key(Product::PublicAddress, "Idle"), "AmazonVPC", "EUC1-PublicIPv4:IdleAddress", "Hrs"),
        (key(Product::PublicAddress, "InUse"), "AmazonVPC", "EUC1-PublicIPv4:InUseAddress", "Hrs"),
        (key(Product::EksCluster, ""), "AmazonEKS", "EUC1-AmazonEKS-Hours:perCluster", "Hrs"),
        (key(Product::Fargate, "Fargate-vCPU-Hours:perCPU"), "AmazonECS", "EUC1-Fargate-vCPU-Hours:perCPU", "hours"),
        (key(Product::Fargate, "Fargate-GB-Hours"), "AmazonECS", "EUC1-Fargate-GB-Hours", "hours"),
        (key(Product::FargateStorage, ""), "AmazonECS", "EUC1-Fargate-EphemeralStorage-GB-Hours", "GB-Hours"),
        (key(Product::NatGateway, ""), "AmazonEC2", "EUC1-NatGateway-Hours", "Hrs"),
        (key(Product::LoadBalancer, "application"), "AWSELB", "EUC1-LoadBalancerUsage", "Hrs"),
        (key(Product::LoadBalancer, "classic"), "AWSELB", "EUC1-LoadBalancerUsage", "Hrs"),
    ] {
        assert_eq!(Query::of(&key).service, service, "{key:?}");
        assert_eq!(price_of(&key, &[product(usage, unit, "0.0952000000")]), hourly("0.0952"), "{key:?}");
        let bare = usage.trim_start_matches("EUC1-");
        assert_eq!(price_of(&key, &[product(bare, unit, "0.08")]), hourly("0.08"), "us-east-1 has no prefix");
    }
}

#[test]
fn the_memory_of_another_platform_and_of_spot_is_not_taken() {
    let memory = key(Product::Fargate, "Fargate-GB-Hours");
    let one = product("EUC1-Fargate-GB-Hours", "hours", "0.005");
    for other in [
        "EUC1-Fargate-ARM-GB-Hours",
        "EUC1-Fargate-Windows-GB-Hours",
        "EUC1-Fargate-EphemeralStorage-GB-Hours",
        "EUC1-SpotUsage-Fargate-GB-Hours",
        "EUC1-SpotUsage:Fargate-GB-Hours",
    ] {
        assert_eq!(price_of(&memory, &[product(other, "hours", "0.004"), one.clone()]), hourly("0.005"), "{other}");
    }
}

#[test]
fn products_beside_the_one_that_is_asked_for_are_not_taken() {
    let unit = key;
    let key = key(Product::PublicAddress, "Idle");
    let idle = product("EUC1-PublicIPv4:IdleAddress", "Hrs", "0.005");
    let used = product("EUC1-PublicIPv4:InUseAddress", "Hrs", "0.006");
    assert_eq!(price_of(&key, &[used.clone(), idle]), hourly("0.005"));
    for other in ["EUC1-X-PublicIPv4:IdleAddress", "Outposts-PublicIPv4:IdleAddress", "EUC1PublicIPv4:IdleAddress", ""]
    {
        let price = price_of(&key, &[used.clone(), product(other, "Hrs", "0.005")]);
        assert!(matches!(price, Price::Unknown(_)), "{other}");
    }
    // A regional gateway has a price of its own, and so has the trust store of a load balancer.
    let (gateway, balancer) = (unit(Product::NatGateway, ""), unit(Product::LoadBalancer, "application"));
    for (key, other) in [
        (&gateway, "EUC1-RegionalNatGateway-Hours"),
        (&gateway, "EUC1-NatGateway-Bytes"),
        (&balancer, "EUC1-TS-LoadBalancerUsage"),
        (&balancer, "TS-LoadBalancerUsage"),
        (&balancer, "Outposts-LoadBalancerUsage"),
        (&balancer, "EUC1-LCUUsage"),
    ] {
        assert!(matches!(price_of(key, &[product(other, "Hrs", "0.005")]), Price::Unknown(_)), "{other}");
    }
    let families = ["application", "network", "gateway", "classic"]
        .map(|kind| Query::of(&unit(Product::LoadBalancer, kind)).attributes.first().unwrap().1.to_owned());
    assert_eq!(
        families,
        ["Load Balancer-Application", "Load Balancer-Network", "Load Balancer-Gateway", "Load Balancer"]
    );
    let wrong_unit = product("EUC1-PublicIPv4:IdleAddress", "GB-Mo", "0.005");
    assert!(matches!(price_of(&key, &[wrong_unit]), Price::Unknown(_)));
}

#[test]
fn the_table_of_prices_keeps_products_apart_and_reads_lines_of_before() {
    let now = at("2026-11-25T12:00:00Z");
    let mut prices = Prices::default();
    prices.learn(key(Product::Storage, "gp3"), hourly("0.0952"), now);
    prices.learn(key(Product::Iops, "gp3"), hourly("0.006"), now);
    let old = r#"{"kind":"t3.micro","region":"eu-central-1","operation":"RunInstances","tenancy":"shared","price":{"hourly":"0.012"},"asked":"2026-11-25T12:00:00Z"}"#;
    let read = Prices::parse(&format!("{}{old}\n", prices.text()));
    assert_eq!(read.find(&key(Product::Storage, "gp3"), now), hourly("0.0952"));
    assert_eq!(read.find(&key(Product::Iops, "gp3"), now), hourly("0.006"));
    let instance =
        PriceKey { operation: "RunInstances".into(), ..PriceKey::unit(Product::Instance, "t3.micro", "eu-central-1") };
    assert_eq!(read.find(&instance, now), hourly("0.012"));
}
