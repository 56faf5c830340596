//! What instances cost, in words.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::decide::digest::Digest;
use crate::render::catalogue::{Letter, letter};
use crate::words::Locale;

/// An amount of US dollars. The one place at which a second currency is put in.
fn amount(dollars: Decimal) -> String {
    format!("USD {:.2}", dollars.round_dp(2))
}

/// What one instance costs a month.
pub(super) fn monthly(dollars: Option<Decimal>, locale: Locale) -> String {
    match dollars {
        Some(dollars) => letter(locale, Letter::Monthly { amount: &amount(dollars) }),
        None => letter(locale, Letter::PriceUnknown),
    }
}

/// What everything in a digest costs a month, each instance counted once.
pub(super) fn total(digest: &Digest, locale: Locale) -> String {
    let prices: BTreeMap<_, _> =
        digest.entries.iter().map(|entry| ((&entry.item.target, &entry.item.id), entry.item.monthly)).collect();
    let unknown = prices.values().filter(|price| price.is_none()).count();
    let sum = prices.values().flatten().try_fold(Decimal::ZERO, |sum, price| sum.checked_add(*price));
    let sum = sum.filter(|_| unknown < prices.len()).map(amount);
    letter(locale, Letter::Total { cost: sum.as_deref(), unknown })
}
