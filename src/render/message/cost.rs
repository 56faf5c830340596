//! The cost of instances, as text.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::engine::model::{Kind, Usd};
use crate::engine::report::digest::Digest;
use crate::render::catalogue::{Letter, letter};
use crate::render::message::Frame;
use crate::render::money::figure;

/// The monthly cost of one instance.
pub(crate) fn monthly(dollars: Option<Decimal>, frame: &Frame<'_>) -> String {
    match dollars {
        Some(dollars) => {
            let amount = figure(Usd(dollars), frame.money, frame.locale);
            letter(frame.locale, Letter::Monthly { amount: &amount })
        }
        None => letter(frame.locale, Letter::PriceUnknown),
    }
}

/// The monthly cost of all resources in a digest, each counted once.
pub(crate) fn total(digest: &Digest, frame: &Frame<'_>) -> String {
    let prices: BTreeMap<_, _> = digest.entries.iter().map(|entry| (&entry.item.id, entry.item.monthly)).collect();
    let unknown = prices.values().filter(|price| price.is_none()).count();
    let sum: Usd = prices.values().flatten().map(|price| Usd(*price)).sum();
    let sum = (unknown < prices.len()).then(|| figure(sum, frame.money, frame.locale));
    let others = prices.keys().any(|id| id.kind != Kind::Instance);
    letter(frame.locale, Letter::Total { cost: sum.as_deref(), unknown, others })
}
