//! Cost Explorer: GetCostAndUsage over the line items of the spec, by month, with its filters, groups and pages.

use std::collections::BTreeMap;

use chrono::{Datelike, Duration, NaiveDate};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::answer::{Answer, Refusal};
use crate::calls::{Slant, unknown};
use crate::page::page;
use crate::request::Call;
use crate::world::World;

/// Groups on a page. The API reference names no number.
const PAGE: usize = 2_000;

/// A month, and the values of its group.
type Group = (String, Vec<String>);

/// The amount and the unit of each metric.
type Amounts<'a> = BTreeMap<&'a str, (f64, &'a str)>;

/// Until so many days after a month its amounts may change.
const ESTIMATED_DAYS: i64 = 5;

/// What one service cost an account in one month, by the kind of charge.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Item {
    /// The account's name.
    account: String,
    /// Such as `2026-10`.
    month: String,
    service: String,
    #[serde(default)]
    region: String,
    #[serde(default = "usage")]
    record_type: String,
    #[serde(default)]
    usage_type_group: String,
    #[serde(default)]
    purchase_type: String,
    /// Unblended.
    usd: f64,
    /// Amortized, and net amortized: the same unless told.
    amortized_usd: Option<f64>,
    net_usd: Option<f64>,
    #[serde(default)]
    quantity: f64,
}

fn usage() -> String {
    "Usage".to_owned()
}

fn invalid(words: impl Into<String>) -> Refusal {
    Refusal::new(400, "ValidationException", words)
}

impl Item {
    fn dimension(&self, key: &str, world: &World) -> Option<String> {
        Some(match key {
            "LINKED_ACCOUNT" => world.accounts.get(&self.account).cloned().unwrap_or_default(),
            "SERVICE" => self.service.clone(),
            "REGION" => self.region.clone(),
            "RECORD_TYPE" => self.record_type.clone(),
            "USAGE_TYPE_GROUP" => self.usage_type_group.clone(),
            "PURCHASE_TYPE" => self.purchase_type.clone(),
            _ => return None,
        })
    }

    fn metric(&self, name: &str) -> Option<(f64, &'static str)> {
        let amortized = self.amortized_usd.unwrap_or(self.usd);
        Some(match name {
            "UnblendedCost" | "BlendedCost" => (self.usd, "USD"),
            "AmortizedCost" => (amortized, "USD"),
            "NetAmortizedCost" | "NetUnblendedCost" => (self.net_usd.unwrap_or(amortized), "USD"),
            "UsageQuantity" => (self.quantity, "N/A"),
            _ => return None,
        })
    }

    /// Whether an expression of `Filter` fits.
    fn fits(&self, filter: &Value, world: &World) -> Result<bool, Refusal> {
        let Some((operator, of)) = filter.as_object().and_then(|one| one.iter().next()) else { return Ok(true) };
        let each = |of: &Value| -> Result<Vec<bool>, Refusal> {
            of.as_array().into_iter().flatten().map(|one| self.fits(one, world)).collect()
        };
        match operator.as_str() {
            "And" => Ok(each(of)?.into_iter().all(|fits| fits)),
            "Or" => Ok(each(of)?.into_iter().any(|fits| fits)),
            "Not" => Ok(!self.fits(of, world)?),
            "Dimensions" => {
                let key = of["Key"].as_str().unwrap_or_default();
                let own = self.dimension(key, world).ok_or_else(|| invalid(format!("Unknown dimension: {key}")))?;
                Ok(of["Values"].as_array().into_iter().flatten().any(|value| value == own.as_str()))
            }
            other => Err(invalid(format!("The simulated Cost Explorer has no filter `{other}`"))),
        }
    }
}

pub(crate) fn work(world: &World, call: &Call, slant: Slant) -> Result<Answer, Refusal> {
    if call.action != "GetCostAndUsage" {
        return Err(unknown(call));
    }
    let months = months(call)?;
    let names = |key: &str| call.json[key].as_array().cloned().unwrap_or_default();
    let metrics: Vec<String> = names("Metrics").iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let keys = names("GroupBy");
    if metrics.is_empty() || keys.len() > 2 {
        return Err(invalid("Metrics must not be empty, and GroupBy may have two entries"));
    }
    // The management account sees everything, a member only itself.
    let is_own =
        |item: &&Item| call.account == world.hub_account || world.accounts.get(&item.account) == Some(&call.account);
    let mut groups: BTreeMap<Group, Amounts<'_>> = BTreeMap::new();
    for item in world.spec.costs.iter().filter(is_own).filter(|item| months.iter().any(|(name, _)| *name == item.month))
    {
        if !item.fits(&call.json["Filter"], world)? {
            continue;
        }
        let key = |one: &Value| {
            let key = one["Key"].as_str().filter(|_| one["Type"] == "DIMENSION").unwrap_or_default();
            item.dimension(key, world).ok_or_else(|| invalid(format!("Invalid GroupBy: {one}")))
        };
        let group = groups.entry((item.month.clone(), keys.iter().map(key).collect::<Result<_, _>>()?)).or_default();
        for name in &metrics {
            let (amount, unit) = item.metric(name).ok_or_else(|| invalid(format!("Invalid metric: {name}")))?;
            group.entry(name).or_insert((0.0, unit)).0 += amount;
        }
    }
    let groups: Vec<_> = groups.into_iter().collect();
    let wrong = || Refusal::new(400, "InvalidNextTokenException", "Invalid NextPageToken");
    let found = page(groups.len(), PAGE, call.text("NextPageToken"), slant.page).ok_or_else(wrong)?;
    let shown = &groups[found.from..found.to];
    let today = world.now().date_naive();
    let of_month = |(name, [start, end]): &(String, [NaiveDate; 2])| {
        let own = shown.iter().filter(|((month, _), _)| month == name);
        let group = |((_, keys), amounts): &(Group, Amounts<'_>)| {
            let amount = |(name, (amount, unit)): (&&str, &(f64, &str))| {
                ((*name).to_owned(), json!({"Amount": format!("{amount:.10}"), "Unit": unit}))
            };
            json!({"Keys": keys, "Metrics": amounts.iter().map(amount).collect::<Map<_, _>>()})
        };
        json!({
            "TimePeriod": {"Start": start.to_string(), "End": end.to_string()}, "Total": {},
            "Groups": own.map(group).collect::<Vec<_>>(), "Estimated": today < *end + Duration::days(ESTIMATED_DAYS),
        })
    };
    let mut body = json!({
        "GroupDefinitions": keys, "DimensionValueAttributes": [],
        "ResultsByTime": months.iter().map(of_month).collect::<Vec<_>>(),
    });
    if let Some(next) = found.next {
        body["NextPageToken"] = next.into();
    }
    Ok(Answer::json(&body))
}

/// The months of a period, by their names: the end is excluded.
fn months(call: &Call) -> Result<Vec<(String, [NaiveDate; 2])>, Refusal> {
    if call.json["Granularity"] != "MONTHLY" {
        return Err(invalid("The simulated Cost Explorer knows the granularity MONTHLY only"));
    }
    let day = |key: &str| {
        let text = call.json["TimePeriod"][key].as_str().unwrap_or_default();
        text.parse::<NaiveDate>().map_err(|_| invalid(format!("Invalid TimePeriod: {key} `{text}`")))
    };
    let (mut start, end) = (day("Start")?, day("End")?);
    if start >= end {
        return Err(invalid("Start date (and hour) should be before end date (and hour)"));
    }
    let mut months = Vec::new();
    while start < end {
        let first = start.with_day(1).unwrap_or(start);
        let next = first.checked_add_months(chrono::Months::new(1)).unwrap_or(end).min(end);
        months.push((start.format("%Y-%m").to_string(), [start, next]));
        start = next;
    }
    Ok(months)
}
