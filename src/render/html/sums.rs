//! The amounts of a page.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::engine::cost::waste::Cost;
use crate::engine::model::{Currency, Usd};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Money {
    pub(super) note: String,
    #[serde(default)]
    pub(super) bundled_prices: Option<NaiveDate>,
    #[serde(default)]
    pub(super) currency: Option<Currency>,
    #[serde(default)]
    pub(super) waste: Option<Wasted>,
    #[serde(default)]
    pub(super) saved: Option<Saved>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Wasted {
    #[serde(flatten)]
    pub(super) total: Cost,
    pub(super) accounts: Vec<Sum>,
    pub(super) policies: Vec<Sum>,
    pub(super) owners: Vec<Sum>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Sum {
    pub(super) name: Option<String>,
    #[serde(flatten)]
    pub(super) cost: Cost,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Saved {
    pub(super) month: String,
    pub(super) usd: Usd,
    #[serde(with = "rust_decimal::serde::str")]
    pub(super) hours: Decimal,
    #[serde(with = "rust_decimal::serde::str")]
    pub(super) unknown_hours: Decimal,
}
