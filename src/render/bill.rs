//! The bill in text: the figures of one account or of all, the tables of services, and the operator's page and message.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::engine::config::Money;
use crate::engine::cost::bill::{Bill, Hours, ServiceCost};
use crate::engine::cost::waste::Cost;
use crate::engine::model::month::Month;
use crate::engine::model::{Locale, Usd};
use crate::render::catalogue::money::{NetPart, Phrase, Rate, phrase};
use crate::render::catalogue::{Term, term};
use crate::render::edge::{cell, plain};
use crate::render::money::figure;

/// The number of services in a message. The page has all of them.
const NAMED: usize = 10;

/// The figures of a bill, one per line. `running`: what runs now in the same accounts.
pub(crate) fn figures(bill: &Bill, running: &Cost, money: &Money, locale: Locale) -> Vec<String> {
    let total = bill.total();
    let (amount, before) = (figure(total.usd, money, locale), figure(total.before_usd, money, locale));
    let net = total.net_usd.filter(|net| *net != total.usd).map(|net| figure(net, money, locale));
    let (net, change) = (net.as_deref(), change(&total));
    let (month, estimated) = (bill.months.month, bill.months.estimated);
    let billed = Phrase::Billed { month, amount: &amount, net, before: &before, change: &change, estimated };
    let hours = bill.hours().into_iter().flat_map(|of| hours(&of, running, money, locale));
    std::iter::once(phrase(locale, billed)).chain(split(bill, locale)).chain(hours).collect()
}

/// The change in the second currency, by usage and by exchange rate.
fn split(bill: &Bill, locale: Locale) -> Option<String> {
    let (change, old, new) = bill.change()?;
    let (total, usage, exchange) =
        (new.show_change(change.total), new.show_change(change.usage), new.show_change(change.exchange));
    let (old_rate, new_rate) = (old.rate.to_string(), new.rate.to_string());
    let changed = Phrase::Changed {
        code: &new.code,
        total: &total,
        usage: &usage,
        exchange: &exchange,
        old: Rate { rate: &old_rate, date: old.date },
        new: Rate { rate: &new_rate, date: new.date },
    };
    Some(phrase(locale, changed))
}

/// The hours of EC2 instances, and what runs now beside them. The bill has no list price for reserved hours, so where
/// there are any the two cannot be compared.
fn hours(of: &Hours, running: &Cost, money: &Money, locale: Locale) -> Vec<String> {
    let percent = |part: Decimal| of.percent(part).map_or("-".to_owned(), |percent| percent.to_string());
    let (all, in_plans, reserved) =
        (of.hours.round().normalize().to_string(), percent(of.in_plans), percent(of.reserved));
    let list = figure(of.list_usd, money, locale);
    let rate = of.effective_rate();
    let net = of.net_usd.zip(rate).map(|(net, rate)| (figure(net, money, locale), in_percent(rate)));
    let net = net.as_ref().map(|(amount, percent)| NetPart { amount, percent });
    let billed = Phrase::InstanceHours { hours: &all, list: &list, net, in_plans: &in_plans, reserved: &reserved };
    let beside = running.monthly.percent_of(of.list_usd).filter(|_| of.reserved.is_zero() && running.unknown == 0);
    let beside = beside.map(|percent| {
        let net = rate.map(|rate| figure(running.monthly.for_hours(rate), money, locale));
        phrase(locale, Phrase::RunsBeside { percent: &percent.to_string(), net: net.as_deref() })
    });
    std::iter::once(phrase(locale, billed)).chain(beside).collect()
}

fn in_percent(rate: Decimal) -> String {
    Usd(rate).percent_of(Usd(Decimal::ONE)).unwrap_or_default().to_string()
}

/// The change against the month before, with its sign.
fn change(cost: &ServiceCost) -> String {
    let change = Usd(cost.usd.0.saturating_sub(cost.before_usd.0));
    let sign = if change.0.round_dp(2) > Decimal::ZERO { "+" } else { "" };
    format!("USD {sign}{change}")
}

/// The services of one account, as a table.
pub(crate) fn services(bill: &Bill, locale: Locale) -> String {
    let rows = bill.accounts.iter().flat_map(|account| &account.services);
    table(&[Term::Service], bill.months.month, rows.map(|cost| (vec![cost.service.to_string()], cost)), locale)
}

/// Costs under these headings, as a table. Those under a cent are counted below it.
fn table<'a>(
    heads: &[Term],
    month: Month,
    rows: impl Iterator<Item = (Vec<String>, &'a ServiceCost)>,
    locale: Locale,
) -> String {
    let before = month.before().map_or(String::new(), |before| before.to_string());
    let [changed, net] = [Term::Change, Term::NetAmortised].map(|head| term(locale, head).to_owned());
    let heads = heads.iter().map(|head| term(locale, *head).to_owned());
    let heads: Vec<String> = heads.chain([format!("USD {month}"), format!("USD {before}"), changed, net]).collect();
    let mut out = format!("| {} |\n|{}\n", heads.join(" | "), "---|".repeat(heads.len()));
    let mut hidden = 0;
    for (names, cost) in rows {
        if cost.is_under_a_cent() {
            hidden += 1;
            continue;
        }
        let net = cost.net_usd.map_or_else(|| term(locale, Term::Unknown).to_owned(), |net| net.to_string());
        let amounts = [cost.usd.to_string(), cost.before_usd.to_string(), change(cost), net];
        let cells: Vec<String> = names.iter().chain(&amounts).map(|text| cell(text)).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
    out.push('\n');
    if hidden > 0 {
        let _ = writeln!(out, "{}\n", phrase(locale, Phrase::UnderACent { count: hidden }));
    }
    out
}

/// The bill of all accounts, or why it is unknown.
#[derive(Clone, Copy, Debug)]
pub struct OfBill<'a> {
    /// The bill.
    pub bill: &'a Result<Bill, String>,
    /// The month of the stocktake.
    pub month: Month,
    /// What runs now in all accounts.
    pub running: &'a Cost,
    /// Names of accounts, if known.
    pub names: &'a BTreeMap<Arc<str>, String>,
}

impl OfBill<'_> {
    /// The path of its page in the record.
    pub fn key(&self) -> String {
        format!("bill/month={}/bill.md", self.month)
    }

    /// The heading, and the figures or why there are none, one per line.
    fn head(&self, money: &Money, locale: Locale) -> (String, Vec<String>) {
        let title = phrase(locale, Phrase::BillOf { month: self.month.before().unwrap_or(self.month) });
        match self.bill {
            Ok(bill) => (title, figures(bill, self.running, money, locale)),
            Err(cause) => (title, vec![phrase(locale, Phrase::NoBill { cause })]),
        }
    }

    /// The page for the record: every service over all accounts, and every service of every account.
    pub fn markdown(&self, money: &Money, locale: Locale) -> String {
        let (title, figures) = self.head(money, locale);
        let lines: String = figures.iter().map(|line| format!("- {}\n", cell(line))).collect();
        let mut out = format!("# {}\n\n{lines}\n", cell(&title));
        let Ok(bill) = self.bill else { return out };
        let (services, month) = (bill.by_service(), bill.months.month);
        let rows = services.iter().map(|cost| (vec![cost.service.to_string()], cost));
        out += &table(&[Term::Service], month, rows, locale);
        let all = bill.accounts.iter().flat_map(|of| of.services.iter().map(|cost| (&of.account, cost)));
        let named = |id: &Arc<str>| self.names.get(id).map_or_else(|| id.to_string(), |name| format!("{id} ({name})"));
        let rows = all.map(|(account, cost)| (vec![named(account), cost.service.to_string()], cost));
        out + &table(&[Term::Account, Term::Service], month, rows, locale)
    }

    /// A short message for the operator; `place` is the location of the page.
    pub fn message(&self, money: &Money, place: &str, locale: Locale) -> String {
        let (title, mut lines) = self.head(money, locale);
        let services = self.bill.as_ref().map(Bill::by_service).unwrap_or_default();
        let line =
            |cost: &ServiceCost| format!("- {}: {} ({})", cost.service, figure(cost.usd, money, locale), change(cost));
        lines.extend(services.iter().filter(|cost| !cost.is_under_a_cent()).take(NAMED).map(line));
        let lines: String = lines.iter().map(|line| plain(line) + "\n").collect();
        format!("{}\n\n{lines}\n{}\n", plain(&title), phrase(locale, Phrase::WholeList { place }))
    }
}
