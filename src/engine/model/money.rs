//! Money: decimal, never floating point. Amounts are rounded only when they are shown.

use std::fmt;
use std::iter::Sum;

use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// Hours in a month by AWS's convention: its pricing pages and its calculator use 730 (365 × 24 ÷ 12).
pub const HOURS_PER_MONTH: u32 = 730;

/// US dollars. Sums and products never panic: a result that is too large becomes the largest number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Usd(#[serde(with = "rust_decimal::serde::str")] pub Decimal);

impl Usd {
    /// Zero.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// Reads an amount as the price list or the settings write it: digits, at most one point, no sign, no exponent.
    pub fn parse(text: &str) -> Option<Self> {
        decimal(text).map(Self)
    }

    /// The cost of this many hours at an hourly price.
    #[must_use]
    pub fn for_hours(self, hours: Decimal) -> Self {
        Self(self.0.saturating_mul(hours))
    }

    /// The cost of a month of [`HOURS_PER_MONTH`] hours at an hourly price.
    #[must_use]
    pub fn monthly(self) -> Self {
        self.for_hours(HOURS_PER_MONTH.into())
    }

    /// The sum of two amounts.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// This amount as a share of `whole`, in rounded per cent; `None` where `whole` is zero.
    pub fn percent_of(self, whole: Self) -> Option<Decimal> {
        let share = self.0.checked_div(whole.0)?;
        Some(rounded(share.saturating_mul(Decimal::ONE_HUNDRED), 0))
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::plus)
    }
}

impl fmt::Display for Usd {
    /// Two decimals and groups of three: `1,234.56`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&grouped(self.0, 2))
    }
}

/// The age in days after which a rate is too old: a rate set once a month, and a few days to set the next one.
pub const RATE_DAYS: i64 = 35;

/// A second currency, and its exchange rate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Currency {
    /// ISO 4217 code, three capital letters.
    pub code: String,
    /// Units for one US dollar.
    pub rate: Decimal,
    /// The date of that rate.
    pub date: NaiveDate,
}

impl Currency {
    /// The amount in this currency, rounded to its smallest coin, in groups of three.
    pub fn show(&self, amount: Usd) -> String {
        grouped(self.convert(amount), self.decimals())
    }

    /// An amount that is in this currency already, with its sign, in groups of three.
    pub fn show_change(&self, amount: Decimal) -> String {
        let sign = if amount.is_sign_negative() { "" } else { "+" };
        format!("{sign}{}", grouped(amount, self.decimals()))
    }

    /// The amount in this currency, rounded to its smallest coin.
    pub fn convert(&self, amount: Usd) -> Decimal {
        rounded(amount.0.saturating_mul(self.rate), self.decimals())
    }

    /// The US dollars of an amount in this currency; `None` where they cannot be computed.
    pub fn to_usd(&self, amount: Decimal) -> Option<Usd> {
        amount.checked_div(self.rate).map(Usd)
    }

    /// The age of the rate in days on `day`, if it is too old.
    pub fn too_old(&self, day: NaiveDate) -> Option<i64> {
        Some((day - self.date).num_days()).filter(|days| *days > RATE_DAYS)
    }

    /// Decimals by ISO 4217 (list one, 2024-06): two, except for these. The crate `iso_currency` is not used, because
    /// it needs `iso_country`, which is no longer maintained, and a build script.
    fn decimals(&self) -> u32 {
        match self.code.as_str() {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
            | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            _ => 2,
        }
    }
}

/// Reads digits, at most one point, no sign and no exponent; no more than a [`Decimal`] holds.
pub(crate) fn decimal(text: &str) -> Option<Decimal> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
    let ends = text.bytes().last().is_some_and(|byte| byte.is_ascii_digit());
    if plain && begins && ends { text.parse().ok() } else { None }
}

/// Rounds half up: half a cent becomes a cent.
fn rounded(amount: Decimal, decimals: u32) -> Decimal {
    let mut amount = amount.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
    // A number with too many digits for these decimals stays as it is.
    amount.rescale(decimals);
    amount
}

/// `1234.5` as `1,234.50`.
fn grouped(amount: Decimal, decimals: u32) -> String {
    let text = rounded(amount, decimals).to_string();
    let (sign, text) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let mut out = String::from(sign);
    for (n, digit) in whole.chars().enumerate() {
        if n > 0 && (whole.len() - n).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !rest.is_empty() {
        out.push('.');
        out.push_str(rest);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(text: &str) -> Usd {
        Usd::parse(text).unwrap()
    }

    #[test]
    fn amounts_are_read_to_the_last_digit_and_shown_to_the_cent() {
        assert_eq!(usd("0.0104000000").monthly(), usd("7.592"));
        assert_eq!(usd("0.0104").monthly().to_string(), "7.59");
        assert_eq!(usd("0.005").to_string(), "0.01");
        assert_eq!(usd("1234567.895").to_string(), "1,234,567.90");
        assert_eq!(usd("999.999").to_string(), "1,000.00");
        assert_eq!(Usd::ZERO.to_string(), "0.00");
    }

    #[test]
    fn what_is_no_plain_amount_is_none() {
        for text in ["", "-1", "+1", "1e3", ".5", "5.", "1_000", "1,000", "1.2.3", "NaN", "USD 3", &"9".repeat(40)] {
            assert_eq!(Usd::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_tenth_a_thousand_times_is_a_hundred() {
        assert_eq!(std::iter::repeat_n(usd("0.1"), 1000).sum::<Usd>(), usd("100"));
    }

    #[test]
    fn what_is_beyond_any_bill_does_not_panic() {
        let most = Usd(Decimal::MAX);
        assert_eq!(most.plus(most), most);
        assert_eq!(most.monthly(), most);
        assert!(most.to_string().starts_with("79,228,162,514"));
        assert_eq!(most.percent_of(Usd::ZERO), None);
    }

    #[test]
    fn a_second_currency_has_its_own_decimals() {
        let date = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
        let show = |code: &str, rate: &str| {
            Currency { code: code.into(), rate: rate.parse().unwrap(), date }.show(usd("7.592"))
        };
        assert_eq!(show("JPY", "155.25"), "1,179");
        assert_eq!(show("EUR", "0.9"), "6.83");
        assert_eq!(show("KWD", "0.31"), "2.354");
    }
}
