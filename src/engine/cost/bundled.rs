//! The list prices that this release brings along, for a dry run over a saved inventory.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::engine::cost::price::{PriceKey, Tenancy};
use crate::engine::model::{Product, Usd};

/// One line for each type and operation, one column for each Region.
const TABLE: &str = include_str!("../../../data/list-prices.tsv");

/// The date of the prices: it stands in the first line of the table.
pub fn date() -> Option<NaiveDate> {
    TABLE.lines().next()?.split(' ').find_map(|word| word.parse().ok())
}

/// The prices. What the table does not have is unknown.
pub fn prices() -> BTreeMap<PriceKey, Usd> {
    let mut lines = TABLE.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t'));
    let regions: Vec<&str> = lines.next().into_iter().flatten().skip(2).collect();
    let mut prices = BTreeMap::new();
    for mut cells in lines {
        let (Some(kind), Some(operation)) = (cells.next(), cells.next()) else { continue };
        for (region, usd) in regions.iter().zip(cells) {
            let (kind, region, operation) = (kind.into(), (*region).into(), operation.into());
            let key = PriceKey { product: Product::Instance, kind, region, operation, tenancy: Tenancy::Shared };
            prices.extend(Usd::parse(usd).map(|usd| (key, usd)));
        }
    }
    prices
}
