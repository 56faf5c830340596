//! The stocktake of one account as data: a CSV table, and one line of JSON. The names of columns and fields are an
//! interface: new ones are allowed, renaming is a breaking change. Amounts are texts, so that no reader rounds them.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::Serialize;

use crate::engine::config::Money;
use crate::engine::cost::bill::Bill;
use crate::engine::cost::price::Price;
use crate::engine::history::findings::{Finding, Life};
use crate::engine::history::runs::{micros, micros_or_null};
use crate::engine::model::month::Month;
use crate::engine::model::{Locale, Usd};
use crate::engine::report::stocktake::{Line, Stocktake, kept_until};
use crate::engine::tags::Kept;
use crate::render::edge;
use crate::render::forgotten::ForgottenData;
use crate::render::money::caveat;

/// One row of the table, and one instance of the JSON.
#[derive(Serialize)]
struct Row<'a> {
    month: Month,
    account: &'a str,
    account_name: Option<&'a str>,
    region: &'a str,
    id: &'a str,
    name: &'a str,
    #[serde(rename = "type")]
    instance_type: &'a str,
    state: String,
    #[serde(serialize_with = "micros_or_null")]
    created: Option<DateTime<Utc>>,
    #[serde(serialize_with = "micros_or_null")]
    started: Option<DateTime<Utc>>,
    owner: Option<&'a str>,
    owner_by: Option<&'a str>,
    launched_by: Option<&'a str>,
    policy: Option<&'a str>,
    kept: &'static str,
    kept_value: Option<&'a str>,
    kept_until: Option<NaiveDate>,
    unconfirmed: bool,
    hourly_usd: Option<Decimal>,
    monthly_usd: Option<Decimal>,
    price_unknown: Option<&'a str>,
    #[serde(flatten)]
    second: SecondData<'a>,
    price_note: &'static str,
    group: Option<&'a str>,
    /// Its page in the AWS console, where the settings have links.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    /// The kind of resource, where the stocktake has other resources than instances.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
}

/// An amount a month in the second currency, and its rate.
#[derive(Serialize)]
struct SecondData<'a> {
    currency: Option<&'a str>,
    monthly_currency: Option<Decimal>,
    rate: Option<Decimal>,
    rate_date: Option<NaiveDate>,
}

impl<'a> SecondData<'a> {
    fn of(money: &'a Money, monthly: Option<Usd>) -> Self {
        let second = money.second.as_ref();
        Self {
            currency: second.map(|second| second.code.as_str()),
            monthly_currency: second.zip(monthly).map(|(second, usd)| second.convert(usd)),
            rate: second.map(|second| second.rate),
            rate_date: second.map(|second| second.date),
        }
    }
}

/// The JSON.
#[derive(Serialize)]
struct Whole<'a> {
    version: u8,
    month: Month,
    account: &'a str,
    account_name: Option<&'a str>,
    #[serde(serialize_with = "micros")]
    at: DateTime<Utc>,
    running: usize,
    kept: usize,
    unconfirmed: usize,
    monthly_usd: Decimal,
    unknown_prices: usize,
    budget_usd: Option<Decimal>,
    #[serde(flatten)]
    second: SecondData<'a>,
    price_note: &'static str,
    bill: Option<&'a Bill>,
    resources: Vec<Row<'a>>,
    unreachable: Vec<Unreachable<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    forgotten: Option<ForgottenData<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<Found<'a>>,
}

/// What had to be mended, what became of it, and its page.
#[derive(Serialize)]
struct Found<'a> {
    #[serde(flatten)]
    finding: &'a Finding,
    #[serde(flatten)]
    life: &'a Life,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

#[derive(Serialize)]
struct Unreachable<'a> {
    region: &'a str,
    cause: &'a str,
}

/// The names of the columns, in order.
pub const COLUMNS: &str = "month,account,account_name,region,id,name,type,state,created,started,owner,owner_by,launched_by,\
    policy,kept,kept_value,kept_until,unconfirmed,hourly_usd,monthly_usd,price_unknown,currency,monthly_currency,rate,rate_date,price_note,group";

/// Amounts to a hundredth of a cent, so that the sum of many small ones is correct.
fn amount(usd: Usd) -> Decimal {
    usd.0.round_dp(4).normalize()
}

fn row<'a>(stocktake: &'a Stocktake, line: &'a Line, money: &'a Money) -> Row<'a> {
    let Line { id, name, kind, state, created, started, owner, launched_by, policy, group, kept, seen: _, price } =
        line;
    let (word, value) = match kept {
        Kept::No => ("no", None),
        Kept::ForGood { key, value: _ } => ("for-good", Some(key)),
        Kept::Until { value, until: _ } => ("until", Some(value)),
        Kept::Unreadable { value } => ("unreadable", Some(value)),
        Kept::Mistyped { key, meant: _ } => ("mistyped", Some(key)),
    };
    let monthly = line.monthly();
    Row {
        month: stocktake.month,
        account: &id.place.account,
        account_name: stocktake.name.as_deref(),
        region: &id.place.region,
        id: &id.name,
        name,
        instance_type: kind,
        state: state.to_string(),
        created: *created,
        started: *started,
        owner: owner.as_ref().map(|owner| owner.name.as_str()),
        owner_by: owner.as_ref().map(|owner| owner.how.as_str()),
        launched_by: launched_by.as_deref(),
        policy: policy.as_deref(),
        kept: word,
        kept_value: value.map(String::as_str),
        kept_until: kept_until(line, stocktake.zone),
        unconfirmed: line.unconfirmed(),
        hourly_usd: price.known().map(|usd| usd.0.normalize()),
        monthly_usd: monthly.map(amount),
        price_unknown: match price {
            Price::Hourly(_) => None,
            Price::Unknown(cause) => Some(cause),
        },
        second: SecondData::of(money, monthly),
        price_note: caveat(Locale::En),
        group: group.as_deref(),
        link: stocktake.links.as_ref().and_then(|links| links.resource(id)),
        kind: stocktake.has_others().then(|| id.kind.as_str()),
    }
}

/// The stocktake as one line of JSON.
///
/// # Errors
/// The error of `serde_json`; no stocktake causes one.
pub fn json(stocktake: &Stocktake, money: &Money) -> serde_json::Result<String> {
    let Stocktake {
        account,
        name,
        month,
        at,
        zone: _,
        budget,
        lines,
        unreachable,
        over: _,
        bill,
        forgotten,
        findings,
        links,
    } = stocktake;
    let cost = stocktake.cost();
    let whole = Whole {
        version: 1,
        month: *month,
        account,
        account_name: name.as_deref(),
        at: *at,
        running: cost.instances,
        kept: stocktake.kept().count(),
        unconfirmed: stocktake.unconfirmed().count(),
        monthly_usd: amount(cost.monthly),
        unknown_prices: cost.unknown,
        budget_usd: budget.map(amount),
        second: SecondData::of(money, Some(cost.monthly)),
        price_note: caveat(Locale::En),
        bill: bill.as_ref(),
        resources: lines.iter().map(|line| row(stocktake, line, money)).collect(),
        unreachable: unreachable.iter().map(|(region, cause)| Unreachable { region, cause }).collect(),
        forgotten: forgotten.as_ref().map(|found| ForgottenData::of(found, links.as_deref(), Locale::En)),
        findings: findings
            .iter()
            .map(|(finding, life)| Found { finding, life, link: links.as_ref().and_then(|links| finding.page(links)) })
            .collect(),
    };
    Ok(edge::json(&whole, false)? + "\n")
}

/// The stocktake as a table, one instance per row. No cell becomes a formula, even if a tag contains one.
///
/// # Errors
/// The error of `csv`; no stocktake causes one.
pub fn csv(stocktake: &Stocktake, money: &Money) -> Result<String, csv::Error> {
    // Converted from the JSON, so that the fields are defined in one place.
    let value = |line| serde_json::to_value(row(stocktake, line, money)).unwrap_or_default();
    let kind = stocktake.has_others().then_some("kind");
    let columns: Vec<&str> = COLUMNS.split(',').chain(kind).chain(stocktake.links.as_ref().map(|_| "link")).collect();
    crate::render::csv::csv(&columns, stocktake.lines.iter().map(value))
}
