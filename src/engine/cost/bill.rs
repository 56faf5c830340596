//! The bill by account and service, as Cost Explorer returns it, and the effective rate of each account: what an hour of
//! EC2 really costs there, as a share of its list price.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::engine::model::month::Month;
use crate::engine::model::{Currency, Usd, date};

/// The question to Cost Explorer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// The cost of each service in each account.
    Services,
    /// The hours of EC2 instances in each account, without Spot, by the kind of charge.
    Hours,
}

/// One group of one month in the answer of `GetCostAndUsage`, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// The first day of the month.
    pub from: String,
    /// The account, and the service or the kind of charge.
    pub keys: Vec<String>,
    /// By metric: amount and unit.
    pub amounts: BTreeMap<String, (String, String)>,
    /// Whether AWS may still change the amounts of this month.
    pub estimated: bool,
}

/// The bill of the last full month beside that of the month before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    /// What is known of the two months.
    #[serde(flatten)]
    pub months: Months,
    /// Every account with a cost, the most expensive first.
    pub accounts: Vec<AccountBill>,
}

/// The last full month, beside the month before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Months {
    /// The last full month.
    pub month: Month,
    /// Whether AWS may still change its amounts.
    pub estimated: bool,
    /// The second currency when this bill was read.
    pub currency: Option<Currency>,
    /// The second currency when the bill of the month before was read.
    pub before_currency: Option<Currency>,
}

/// The bill of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountBill {
    /// Account id.
    pub account: Arc<str>,
    /// Every service with a cost in one of the two months, the most expensive first.
    pub services: Vec<ServiceCost>,
    /// The hours of its EC2 instances, if there were any and Cost Explorer returned them.
    pub hours: Option<Hours>,
}

/// The cost of one service in one account, or a sum of such costs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceCost {
    /// The service, as Cost Explorer names it.
    pub service: Arc<str>,
    /// The cost as billed (unblended), in US dollars.
    pub usd: Usd,
    /// The cost after every discount, with each commitment spread over the hours that it covers (net amortised).
    pub net_usd: Option<Usd>,
    /// The cost as billed in the month before.
    pub before_usd: Usd,
}

/// The hours of EC2 instances in the last full month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// All hours.
    pub hours: Decimal,
    /// Those that Savings Plans covered.
    pub in_plans: Decimal,
    /// Those that Reserved Instances covered. The bill has no list price for them.
    pub reserved: Decimal,
    /// The list price of the hours that were not reserved.
    pub list_usd: Usd,
    /// Their cost after every discount, with Savings Plans spread over the hours that they cover.
    pub net_usd: Option<Usd>,
}

impl Hours {
    /// The net cost as a share of the list price; `None` if it is unknown.
    pub fn effective_rate(&self) -> Option<Decimal> {
        let net = self.net_usd.filter(|net| !net.0.is_sign_negative())?;
        net.0.checked_div(self.list_usd.0).filter(|_| self.list_usd > Usd::ZERO)
    }

    /// This number of hours as a share of all hours, in rounded per cent.
    pub fn percent(&self, part: Decimal) -> Option<Decimal> {
        Usd(part).percent_of(Usd(self.hours))
    }
}

/// The change of an amount in the second currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The whole change.
    pub total: Decimal,
    /// The part that comes from usage: the change in US dollars at the earlier rate.
    pub usage: Decimal,
    /// The rest, which comes from the exchange rate.
    pub exchange: Decimal,
}

impl Change {
    /// The change from `before` at the rate `old` to `now` at the rate `new`; `None` if both rates are the same one, or
    /// are of two currencies.
    pub fn of(before: Usd, now: Usd, old: &Currency, new: &Currency) -> Option<Self> {
        if old.code != new.code || old == new {
            return None;
        }
        let total = new.convert(now).saturating_sub(old.convert(before));
        let usage = old.convert(Usd(now.0.saturating_sub(before.0)));
        Some(Self { total, usage, exchange: total.saturating_sub(usage) })
    }
}

impl AccountBill {
    /// The cost of all services.
    pub fn total(&self) -> ServiceCost {
        ServiceCost::sum(&self.services)
    }
}

impl ServiceCost {
    /// The sum of these costs. Its net cost is unknown if one of them is.
    pub fn sum<'a>(costs: impl IntoIterator<Item = &'a Self>) -> Self {
        let start = Self { net_usd: Some(Usd::ZERO), ..Self::default() };
        costs.into_iter().fold(start, |sum, one| Self {
            service: sum.service,
            usd: sum.usd.plus(one.usd),
            net_usd: sum.net_usd.zip(one.net_usd).map(|(sum, one)| sum.plus(one)),
            before_usd: sum.before_usd.plus(one.before_usd),
        })
    }

    /// Whether nothing is left of it when amounts are rounded to cents.
    pub fn is_under_a_cent(&self) -> bool {
        [self.usd, self.before_usd].into_iter().chain(self.net_usd).all(|usd| usd.0.round_dp(2).is_zero())
    }
}

impl Bill {
    /// The bill from the groups of both questions. `hours` is `None` if Cost Explorer did not return them.
    ///
    /// # Errors
    /// As text, what cannot be read. A bill of which a part is missing would be shown as too low.
    pub fn of(month: Month, services: &[Group], hours: Option<&[Group]>) -> Result<Self, String> {
        let mut accounts: BTreeMap<Arc<str>, BTreeMap<&str, ServiceCost>> = BTreeMap::new();
        let mut estimated = false;
        for group in services {
            let (account, service) = group.keys()?;
            let (usd, net) = (group.usd("UnblendedCost")?, group.net()?);
            let of = accounts.entry(account.into()).or_default();
            let cost = of.entry(service).or_insert_with(|| ServiceCost {
                service: service.into(),
                net_usd: Some(Usd::ZERO),
                ..ServiceCost::default()
            });
            match group.month()? {
                of if of == month => {
                    cost.usd = cost.usd.plus(usd);
                    cost.net_usd = cost.net_usd.zip(net).map(|(sum, net)| sum.plus(net));
                    estimated |= group.estimated;
                }
                of if Some(of) == month.before() => cost.before_usd = cost.before_usd.plus(usd),
                of => return Err(format!("Cost Explorer returned the month {of}, which was not asked for")),
            }
        }
        let mut hours = hours.map_or_else(|| Ok(BTreeMap::new()), hours_by_account)?;
        let dearest = |a: &ServiceCost, b: &ServiceCost| {
            b.usd.cmp(&a.usd).then(b.before_usd.cmp(&a.before_usd)).then_with(|| a.service.cmp(&b.service))
        };
        let account = |(account, services): (Arc<str>, BTreeMap<&str, ServiceCost>)| {
            let mut services: Vec<ServiceCost> = services.into_values().collect();
            services.sort_by(dearest);
            AccountBill { hours: hours.remove(&*account), account, services }
        };
        let mut accounts: Vec<AccountBill> = accounts.into_iter().map(account).collect();
        accounts.sort_by(|a, b| dearest(&a.total(), &b.total()).then_with(|| a.account.cmp(&b.account)));
        let months = Months { month, estimated, currency: None, before_currency: None };
        Ok(Self { months, accounts })
    }

    /// The cost of everything.
    pub fn total(&self) -> ServiceCost {
        ServiceCost::sum(self.accounts.iter().flat_map(|account| &account.services))
    }

    /// The cost of each service over all accounts, the most expensive first.
    pub fn by_service(&self) -> Vec<ServiceCost> {
        let mut services: BTreeMap<&Arc<str>, Vec<&ServiceCost>> = BTreeMap::new();
        for cost in self.accounts.iter().flat_map(|account| &account.services) {
            services.entry(&cost.service).or_default().push(cost);
        }
        let sum = |(name, costs)| ServiceCost { service: Arc::clone(name), ..ServiceCost::sum(costs) };
        let mut services: Vec<ServiceCost> = services.into_iter().map(sum).collect();
        services.sort_by(|a, b| b.usd.cmp(&a.usd).then_with(|| a.service.cmp(&b.service)));
        services
    }

    /// The part of one account.
    pub fn of_account(&self, id: &str) -> Option<Self> {
        let account = self.accounts.iter().find(|account| *account.account == *id)?;
        Some(Self { months: self.months.clone(), accounts: vec![account.clone()] })
    }

    /// The hours of EC2 instances in all accounts of which they are known.
    pub fn hours(&self) -> Option<Hours> {
        self.accounts.iter().filter_map(|account| account.hours).reduce(|sum, one| Hours {
            hours: sum.hours.saturating_add(one.hours),
            in_plans: sum.in_plans.saturating_add(one.in_plans),
            reserved: sum.reserved.saturating_add(one.reserved),
            list_usd: sum.list_usd.plus(one.list_usd),
            net_usd: sum.net_usd.zip(one.net_usd).map(|(sum, one)| sum.plus(one)),
        })
    }

    /// The change of the whole in the second currency, with the earlier and the later rate, if both are known.
    pub fn change(&self) -> Option<(Change, &Currency, &Currency)> {
        let (old, new) = self.months.before_currency.as_ref().zip(self.months.currency.as_ref())?;
        let total = self.total();
        Some((Change::of(total.before_usd, total.usd, old, new)?, old, new))
    }

    /// The effective rate of each account that has one.
    pub fn effective_rates(&self) -> EffectiveRates {
        let rate = |one: &AccountBill| Some((one.account.clone(), one.hours?.effective_rate()?));
        EffectiveRates(self.accounts.iter().filter_map(rate).collect())
    }
}

/// The net cost as a share of the list price, by account. An account that is missing here has an unknown rate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EffectiveRates(BTreeMap<Arc<str>, Decimal>);

/// An amount by list price as it is after discounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Net {
    /// The net amount, in accounts with a known rate.
    pub usd: Usd,
    /// The amount by list price in the other accounts. It is not in `usd`.
    pub unknown: Usd,
}

impl EffectiveRates {
    /// The rate of one account.
    pub fn of(&self, account: &str) -> Option<Decimal> {
        self.0.get(account).copied()
    }

    /// The net of amounts by list price; `None` if no rate is known for any of them.
    pub fn net<'a>(&self, amounts: impl IntoIterator<Item = (&'a str, Usd)>) -> Option<Net> {
        let (mut net, mut known) = (Net::default(), false);
        for (account, list) in amounts {
            match self.of(account) {
                Some(rate) => {
                    known = true;
                    net.usd = net.usd.plus(list.for_hours(rate));
                }
                None => net.unknown = net.unknown.plus(list),
            }
        }
        known.then_some(net)
    }
}

/// The hours of each account. Cost Explorer shows on-demand use and use that Savings Plans cover at list price
/// (`UnblendedCost`), and reserved use at zero.
fn hours_by_account(groups: &[Group]) -> Result<BTreeMap<Arc<str>, Hours>, String> {
    let mut accounts: BTreeMap<Arc<str>, Hours> = BTreeMap::new();
    for group in groups {
        let (account, charge) = group.keys()?;
        let used = group.number("UsageQuantity")?.0;
        let of =
            accounts.entry(account.into()).or_insert_with(|| Hours { net_usd: Some(Usd::ZERO), ..Hours::default() });
        of.hours = of.hours.saturating_add(used);
        match charge {
            "DiscountedUsage" => {
                of.reserved = of.reserved.saturating_add(used);
                continue;
            }
            "SavingsPlanCoveredUsage" => of.in_plans = of.in_plans.saturating_add(used),
            _ => {}
        }
        of.list_usd = of.list_usd.plus(group.usd("UnblendedCost")?);
        of.net_usd = of.net_usd.zip(group.net()?).map(|(sum, net)| sum.plus(net));
    }
    Ok(accounts)
}

impl Group {
    fn keys(&self) -> Result<(&str, &str), String> {
        match self.keys.as_slice() {
            [account, other] => Ok((account, other)),
            _ => Err(format!("Cost Explorer returned a group of {} keys, not of 2", self.keys.len())),
        }
    }

    fn month(&self) -> Result<Month, String> {
        let day = date(&self.from).ok_or_else(|| format!("Cost Explorer returned the date `{}`", self.from))?;
        Ok(Month::of(day))
    }

    /// An amount that may be negative, as a credit is, or written with an exponent.
    fn number(&self, metric: &str) -> Result<(Decimal, &str), String> {
        let missing = || format!("Cost Explorer returned a group without `{metric}`");
        let (amount, unit) = self.amounts.get(metric).ok_or_else(missing)?;
        let number = amount.parse().or_else(|_| Decimal::from_scientific(amount));
        Ok((number.map_err(|_| format!("Cost Explorer returned the amount `{amount}`"))?, unit))
    }

    fn usd(&self, metric: &str) -> Result<Usd, String> {
        match self.number(metric)? {
            (amount, "USD") => Ok(Usd(amount)),
            (_, unit) => Err(format!("the bill is in `{unit}`, and every amount here is in US dollars")),
        }
    }

    /// The net amortised cost, or the amortised cost if there are no discounts to take off.
    fn net(&self) -> Result<Option<Usd>, String> {
        let known = ["NetAmortizedCost", "AmortizedCost"].into_iter().find(|metric| self.amounts.contains_key(*metric));
        known.map(|metric| self.usd(metric)).transpose()
    }
}
