//! What a running resource costs: so many units of one or more products of the price list.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::engine::cost::price::{Price, PriceKey, Prices};
use crate::engine::cost::{database, fargate};
use crate::engine::model::{Instance, Usd};

/// So many units of one product.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Part {
    /// The key of its price.
    pub key: PriceKey,
    /// The number of units.
    pub quantity: Decimal,
}

impl Part {
    /// The parts for these keys, one for each distinct key.
    pub(crate) fn count(keys: impl IntoIterator<Item = PriceKey>) -> Box<[Self]> {
        let mut counted: BTreeMap<PriceKey, u32> = BTreeMap::new();
        for key in keys {
            let count = counted.entry(key).or_default();
            *count = count.saturating_add(1);
        }
        counted.into_iter().map(|(key, count)| Self { key, quantity: count.into() }).collect()
    }
}

/// What `instance` costs while it is up.
///
/// # Errors
/// Why that is unknown, as text.
pub fn parts(instance: &Instance) -> Result<Box<[Part]>, String> {
    if let Some(facts) = &instance.database {
        return database::parts(instance, facts);
    }
    if let Some(facts) = &instance.service {
        return fargate::parts(&instance.id.place.region, facts);
    }
    PriceKey::of(instance).map(|key| Part::count([key]))
}

impl Prices {
    /// The price of all parts together. Without the price of one of them it is unknown.
    pub fn total(&self, parts: &[Part], now: DateTime<Utc>) -> Price {
        let mut sum = Usd::ZERO;
        for Part { key, quantity } in parts {
            match self.find(key, now) {
                Price::Hourly(usd) => sum = sum.plus(usd.for_hours(*quantity)),
                unknown @ Price::Unknown(_) => return unknown,
            }
        }
        Price::Hourly(sum)
    }
}
