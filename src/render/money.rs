//! Amounts of money: US dollars, and the second currency with its rate and date.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::engine::config::Money;
use crate::engine::cost::bill::Net;
use crate::engine::cost::budgets::{GroupCost, Of};
use crate::engine::cost::savings::Saved;
use crate::engine::cost::waste::{Cost, Waste};
use crate::engine::model::month::Month;
use crate::engine::model::{Currency, Locale, Usd};
use crate::engine::report::Report;
use crate::render::catalogue::money::{Phrase, Second, phrase};
use crate::render::catalogue::{Term, term};
use crate::render::columns::account;
use crate::render::page::{Fit, Head, Page, Shown};

/// One amount: `USD 7.59 (JPY 1,178 at 155.20 of 2026-11-20)`.
pub fn figure(usd: Usd, money: &Money, locale: Locale) -> String {
    let amount = usd.to_string();
    let Some(Currency { code, rate, date }) = &money.second else {
        return phrase(locale, Phrase::Amount { usd: &amount, second: None });
    };
    let (shown, rate) = (money.second.as_ref().map_or(String::new(), |second| second.show(usd)), rate.to_string());
    let second = Second { code, amount: &shown, rate: &rate, date: *date };
    phrase(locale, Phrase::Amount { usd: &amount, second: Some(second) })
}

/// The kind of price of every amount: a list price, before Savings Plans, reservations and tax.
pub fn caveat(locale: Locale) -> &'static str {
    term(locale, Term::Caveat)
}

/// The kind of price of every amount in `report`.
pub fn caveat_of(report: &Report, locale: Locale) -> String {
    caveat_by(report.bundled_prices, locale)
}

/// The same. `bundled`: the date of the bundled price list, if amounts are by it.
pub(crate) fn caveat_by(bundled: Option<chrono::NaiveDate>, locale: Locale) -> String {
    let bundled = bundled.map(|date| phrase(locale, Phrase::Bundled { date }));
    bundled.unwrap_or_else(|| caveat(locale).to_owned())
}

/// A sum, with the number of instances whose price is unknown.
pub fn cost(cost: &Cost, money: &Money, locale: Locale) -> String {
    let amount = figure(cost.monthly, money, locale);
    match cost.unknown {
        0 => amount,
        unknown if unknown == cost.instances => term(locale, Term::Unknown).to_owned(),
        unknown => phrase(locale, Phrase::AtLeast { amount: &amount, unknown }),
    }
}

/// The savings of one month, on one line.
pub fn realised(month: Month, saved: &Saved, money: &Money, locale: Locale) -> String {
    let Saved { hours, usd, unknown_hours } = saved;
    let half_up = RoundingStrategy::MidpointAwayFromZero;
    let whole = |hours: &Decimal| hours.round_dp_with_strategy(1, half_up).normalize().to_string();
    let (amount, hours, unknown) = (figure(*usd, money, locale), whole(hours), whole(unknown_hours));
    let unknown_hours = (!unknown_hours.is_zero()).then_some(&*unknown);
    let line = phrase(locale, Phrase::Realised { month, amount: &amount, hours: &hours, unknown_hours });
    format!("{line} ({})", caveat(locale))
}

/// The budgets that are exceeded, one per line.
pub(crate) fn over(groups: &[GroupCost], money: &Money, locale: Locale) -> Vec<String> {
    let line = |group: &GroupCost| {
        let key = money.group_by_tag.as_deref().filter(|_| group.of == Of::Tag);
        let (amount, budget) = (cost(&group.cost, money, locale), figure(group.budget, money, locale));
        let percent = group.cost.monthly.percent_of(group.budget);
        let percent = percent.map_or("-".to_owned(), |percent| percent.to_string()); // a budget of zero has none
        let over = Phrase::OverBudget { key, value: &group.value, amount: &amount, percent: &percent, budget: &budget };
        phrase(locale, over)
    };
    groups.iter().filter(|group| group.is_over()).map(line).collect()
}

/// The net of savings by list price.
fn net_of(net: &Net, money: &Money, locale: Locale) -> String {
    let Net { usd, unknown } = net;
    let (amount, unknown) = (figure(*usd, money, locale), Some(*unknown).filter(|usd| *usd > Usd::ZERO));
    let unknown = unknown.map(|unknown| figure(unknown, money, locale));
    phrase(locale, Phrase::NetOf { amount: &amount, unknown: unknown.as_deref() })
}

/// The money section of a report, in lines: waste, savings, and the cost of the run itself. Empty where none of them
/// is known.
pub fn summary(report: &Report) -> Vec<String> {
    let (money, locale) = (&report.money, report.locale);
    let caveat = caveat_of(report, locale);
    let waste = report.waste().filter(|waste| waste.total.instances > 0).map(|waste| {
        let (amount, count) = (cost(&waste.total, money, locale), waste.total.instances);
        phrase(locale, Phrase::WasteOf { count, others: report.has_others(), amount: &amount, caveat: &caveat })
    });
    // Without waste, the amounts of skipped instances still are of the bundled list.
    let waste = waste.or_else(|| report.bundled_prices.map(|_| phrase(locale, Phrase::Figures { caveat: &caveat })));
    let saved = report.saved().map(|(month, saved)| {
        let net = report.saved_net().map(|net| format!("; {}", net_of(&net, money, locale)));
        realised(month, &saved, money, locale) + &net.unwrap_or_default()
    });
    let over = over(&report.budgets(), money, locale);
    waste.into_iter().chain(over).chain(saved).chain(own(report)).collect()
}

/// The cost of the run itself, if it made requests that AWS bills.
fn own(report: &Report) -> Option<String> {
    let usd = Usd(report.cost.usd);
    let amount = (usd >= CENT).then(|| figure(usd, &report.money, report.locale));
    let phrase = |metrics| phrase(report.locale, Phrase::OwnCost { metrics, amount: amount.as_deref() });
    Some(report.cost.metrics).filter(|metrics| *metrics > 0).map(phrase)
}

/// One cent.
const CENT: Usd = Usd(Decimal::from_parts(1, 0, 0, false, 2));

/// Waste by account, policy, owner and tag, one line each, where there are at least two of a kind.
pub(crate) fn groups(page: &mut Page, waste: &Waste<'_>, report: &Report) {
    let locale = report.locale;
    let kind = |kind: &str, groups: Vec<(String, &Cost)>| {
        let line = |(name, sum): (String, &Cost)| {
            let amount = cost(sum, &report.money, locale);
            [kind.to_owned(), name, sum.instances.to_string(), amount].map(Shown::from).into()
        };
        dearest(groups).into_iter().map(line).collect::<Vec<Vec<Shown>>>()
    };
    let or = |name: &Option<&str>, none: &str| name.unwrap_or(none).to_owned();
    let Waste { total: _, accounts, owners, policies, groups } = waste;
    let nobody = term(locale, Term::Nobody);
    let all = [
        kind(term(locale, Term::Account), accounts.iter().map(|(id, sum)| (account(report, id), sum)).collect()),
        kind(term(locale, Term::Policy), policies.iter().map(|(name, sum)| (or(name, "-"), sum)).collect()),
        kind(term(locale, Term::Owner), owners.iter().map(|(name, sum)| (or(name, nobody), sum)).collect()),
        kind(
            report.money.group_by_tag.as_deref().unwrap_or_default(),
            groups.iter().map(|(value, sum)| (or(value, "-"), sum)).collect(),
        ),
    ];
    let heads = [Term::Waste, Term::WastedBy, Term::of_counts(report.has_others()), Term::PerMonth];
    let heads = heads.map(|head| Head::new(term(locale, head), Fit::Cut)).into();
    page.grid(None, heads, all.into_iter().filter(|lines| lines.len() > 1).flatten().collect());
}

/// The savings in the month of the run by account, policy and owner, one line each, where there are at least two of a
/// kind.
pub(crate) fn saved(page: &mut Page, report: &Report) {
    let Some((month, savings)) = report.saved().map(|(month, _)| month).zip(report.saved.as_ref()) else { return };
    let locale = report.locale;
    let kinds = [
        (Term::Account, savings.by(month, |whose| &whose.account)),
        (Term::Policy, savings.by(month, |whose| &whose.policy)),
        (Term::Owner, savings.by(month, |whose| &whose.owner)),
    ];
    let several = kinds.into_iter().filter(|(_, groups)| groups.len() > 1);
    let lines = several.flat_map(|(kind, groups)| {
        let line = move |(name, saved): (&str, Saved)| {
            let name = if name.is_empty() { term(locale, Term::Nobody).to_owned() } else { account(report, name) };
            [term(locale, kind).to_owned(), name, figure(saved.usd, &report.money, locale)].map(Shown::from).into()
        };
        groups.into_iter().map(line).collect::<Vec<Vec<Shown>>>()
    });
    let heads = [Term::Saved, Term::WastedBy, Term::PerMonth].map(|head| Head::new(term(locale, head), Fit::Cut));
    page.grid(None, heads.into(), lines.collect());
}

/// The most expensive first.
fn dearest<N: Ord>(mut groups: Vec<(N, &Cost)>) -> Vec<(N, &Cost)> {
    groups.sort_by(|(a, one), (b, other)| other.monthly.cmp(&one.monthly).then_with(|| a.cmp(b)));
    groups
}
