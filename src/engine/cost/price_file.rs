//! A price file: list prices from the operator, for partitions and networks without access to the Price List.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::engine::cost::price::{PriceKey, Tenancy};
use crate::engine::cost::{database, fargate};
use crate::engine::model::{Product, Usd};

/// One line of the file: CSV with these names in the header.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Line {
    instance_type: String,
    region: String,
    /// Of an instance, empty means Linux. Of a database it is its engine.
    #[serde(default)]
    operation: String,
    /// Empty means shared.
    #[serde(default)]
    tenancy: String,
    usd_hour: String,
}

/// The maximum number of errors that are reported for a file.
const TOLD: usize = 10;

/// The prices in the file, and its errors. A line that cannot be read gives no price, and does not affect the other
/// lines.
pub fn read(text: &str) -> (BTreeMap<PriceKey, Usd>, Vec<String>) {
    let (mut prices, mut wrong): (BTreeMap<PriceKey, Usd>, Vec<String>) = (BTreeMap::new(), Vec::new());
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).comment(Some(b'#')).from_reader(text.as_bytes());
    for (line, record) in (2_u64..).zip(reader.deserialize::<Line>()) {
        let price = record.map_err(|error| error.to_string()).and_then(|line| line.price());
        match price {
            Ok((key, usd)) => match prices.get(&key) {
                Some(other) if *other != usd => {
                    wrong.push(format!("entry {line} gives another price than one before it"))
                }
                Some(_) | None => {
                    prices.entry(key).or_insert(usd);
                }
            },
            Err(why) => wrong.push(format!("entry {line}: {why}")),
        }
    }
    let more = wrong.len().saturating_sub(TOLD);
    wrong.truncate(TOLD);
    if more > 0 {
        wrong.push(format!("and {more} more entries"));
    }
    (prices, wrong)
}

impl Line {
    fn price(self) -> Result<(PriceKey, Usd), String> {
        let Self { instance_type, region, operation, tenancy, usd_hour } = self;
        if instance_type.is_empty() || region.is_empty() {
            return Err("it names no instance type or no Region".to_owned());
        }
        let tenancy = match tenancy.to_lowercase().as_str() {
            "" | "shared" | "default" => Tenancy::Shared,
            "dedicated" => Tenancy::Dedicated,
            _ => return Err(format!("`{tenancy}` is no tenancy; write `Shared` or `Dedicated`")),
        };
        let usd = Usd::parse(&usd_hour).filter(|usd| *usd != Usd::ZERO);
        let usd = usd.ok_or_else(|| format!("`{usd_hour}` is no price; write US dollars an hour, such as `0.0136`"))?;
        if instance_type.starts_with("db.") {
            return database::key_of_line(&instance_type, &region, &operation).map(|key| (key, usd));
        }
        if let Some(key) = fargate::key_of_line(&instance_type, &region) {
            return Ok((key, usd));
        }
        let operation = if operation.is_empty() { "RunInstances".into() } else { operation.into() };
        let (product, kind, region) = (Product::Instance, instance_type.into(), region.into());
        Ok((PriceKey { product, kind, region, operation, tenancy }, usd))
    }
}
