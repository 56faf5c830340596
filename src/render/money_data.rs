//! The report's money as JSON: amounts are texts, so that no reader rounds them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use crate::engine::cost::budgets::GroupCost;
use crate::engine::cost::savings::Saved;
use crate::engine::cost::waste::{Cost, Waste};
use crate::engine::model::month::Month;
use crate::engine::model::{Locale, Usd};
use crate::engine::report::Report;
use crate::render::money::caveat_of;

/// `{"note", "currency", "waste": {…}, "saved": {…}}`; unknown parts are omitted.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct MoneyData<'a> {
    /// The kind of price of every amount.
    note: String,
    /// The date of the bundled price list, if amounts are by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    bundled_prices: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<Second<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waste: Option<Wasted<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    budgets: Vec<GroupCost>,
    #[serde(skip_serializing_if = "Option::is_none")]
    saved: Option<Realised<'a>>,
}

/// The second currency.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Second<'a> {
    code: &'a str,
    /// Units per US dollar.
    rate: String,
    date: NaiveDate,
}

/// Waste per month.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Wasted<'a> {
    #[serde(flatten)]
    total: Cost,
    accounts: Vec<Line<'a, Cost>>,
    policies: Vec<Line<'a, Cost>>,
    owners: Vec<Line<'a, Cost>>,
    /// By the value of the tag by which costs are grouped, if the settings name one.
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Vec<Line<'a, Cost>>>,
}

/// The savings in the month of the run.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Realised<'a> {
    month: Month,
    #[serde(flatten)]
    total: SavedData,
    /// By the effective rate of each account; absent where none is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    net_usd: Option<Usd>,
    /// The part of `usd` in accounts whose rate is unknown. It is not in `net_usd`.
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown_net_usd: Option<Usd>,
    accounts: Vec<Line<'a, SavedData>>,
    policies: Vec<Line<'a, SavedData>>,
    owners: Vec<Line<'a, SavedData>>,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
struct SavedData {
    usd: Usd,
    #[serde(with = "rust_decimal::serde::str")]
    hours: rust_decimal::Decimal,
    #[serde(with = "rust_decimal::serde::str")]
    unknown_hours: rust_decimal::Decimal,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Line<'a, T> {
    /// `null` where there is none.
    name: Option<&'a str>,
    #[serde(flatten)]
    sum: T,
}

impl<'a> MoneyData<'a> {
    /// The money of `report`; `None` where none is known.
    pub(crate) fn of(report: &'a Report) -> Option<Self> {
        let (waste, saved) = (report.waste().map(|waste| wasted(waste, report)), saved(report));
        let second = report.money.second.as_ref();
        let currency = second.map(|c| Second { code: &c.code, rate: c.rate.to_string(), date: c.date });
        (waste.is_some() || saved.is_some()).then(|| Self {
            note: caveat_of(report, Locale::En),
            bundled_prices: report.bundled_prices,
            currency,
            waste,
            budgets: report.budgets(),
            saved,
        })
    }
}

fn wasted<'a>(waste: Waste<'a>, report: &Report) -> Wasted<'a> {
    let Waste { total, accounts, owners, policies, groups: of_tag } = waste;
    let groups = |groups: BTreeMap<_, _>| groups.into_iter().map(|(name, sum)| Line { name, sum }).collect();
    let accounts = accounts.into_iter().map(|(name, sum)| Line { name: Some(name), sum }).collect();
    let tags = report.money.group_by_tag.is_some().then(|| groups(of_tag));
    Wasted { total, accounts, policies: groups(policies), owners: groups(owners), tags }
}

fn saved(report: &Report) -> Option<Realised<'_>> {
    let (savings, (month, total)) = report.saved.as_ref().zip(report.saved())?;
    let net = report.saved_net();
    Some(Realised {
        month,
        total: data(&total),
        net_usd: net.map(|net| net.usd),
        unknown_net_usd: net.map(|net| net.unknown).filter(|usd| *usd > Usd::ZERO),
        accounts: by(savings.by(month, |whose| &whose.account)),
        policies: by(savings.by(month, |whose| &whose.policy)),
        owners: by(savings.by(month, |whose| &whose.owner)),
    })
}

fn by(sums: BTreeMap<&str, Saved>) -> Vec<Line<'_, SavedData>> {
    let named = |name| Some(name).filter(|name: &&str| !name.is_empty());
    sums.into_iter().map(|(name, sum)| Line { name: named(name), sum: data(&sum) }).collect()
}

fn data(saved: &Saved) -> SavedData {
    let Saved { hours, usd, unknown_hours } = saved;
    SavedData { usd: *usd, hours: *hours, unknown_hours: *unknown_hours }
}
