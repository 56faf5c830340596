//! The list prices that this release brings along, for a dry run over a saved inventory.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::engine::cost::price::PriceKey;
use crate::engine::model::{Product, Usd};

/// One line for each type and operation, one column for each Region.
const TABLE: &str = include_str!("../../../data/list-prices.tsv");

/// The same for what is not an instance: one line for each product and type.
const UNITS: &str = include_str!("../../../data/unit-prices.tsv");

/// The date of the prices: it stands in the first line of the table.
pub fn date() -> Option<NaiveDate> {
    TABLE.lines().next()?.split(' ').find_map(|word| word.parse().ok())
}

/// The prices. What the tables do not have is unknown.
pub fn prices() -> BTreeMap<PriceKey, Usd> {
    let instance = |kind: &str, operation: &str, region: &str| {
        Some(PriceKey { operation: operation.into(), ..PriceKey::unit(Product::Instance, kind, region) })
    };
    let unit = |product: &str, kind: &str, region: &str| match product {
        "storage" => Some(PriceKey::unit(Product::Storage, kind, region)),
        "public-address" => Some(PriceKey::unit(Product::PublicAddress, kind, region)),
        "nat-gateway" => Some(PriceKey::unit(Product::NatGateway, kind, region)),
        "eks-cluster" => Some(PriceKey::unit(Product::EksCluster, kind, region)),
        "load-balancer" => Some(PriceKey::unit(Product::LoadBalancer, kind, region)),
        _ => None,
    };
    read(TABLE, instance).chain(read(UNITS, unit)).collect()
}

/// The prices of a table: `key` makes a key of the first two cells of a line and the Region of a column.
fn read<K: Fn(&str, &str, &str) -> Option<PriceKey>>(
    table: &'static str,
    key: K,
) -> impl Iterator<Item = (PriceKey, Usd)> {
    let mut lines = table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t'));
    let regions: Vec<&str> = lines.next().into_iter().flatten().skip(2).collect();
    lines.flat_map(move |mut cells| {
        let (one, other) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
        let priced = |(region, usd): (&&str, &str)| Some((key(one, other, region)?, Usd::parse(usd)?));
        regions.iter().zip(cells).filter_map(priced).collect::<Vec<_>>()
    })
}
