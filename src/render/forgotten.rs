//! What is only reported: a section of the report, of the stocktake and of messages, and the same as data.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::engine::config::Money;
use crate::engine::history::forgotten::Sighting;
use crate::engine::model::{Locale, ReportOnly, Unused};
use crate::engine::report::Report;
use crate::engine::report::forgotten::{Forgotten, Line, NotScanned, Standing, sum};
use crate::engine::report::stocktake::Stocktake;
use crate::render::catalogue::forgotten::{Remnant, remnant, unused};
use crate::render::catalogue::money::{Phrase, phrase};
use crate::render::catalogue::{Label, Term, term, voice};
use crate::render::columns::account;
use crate::render::edge::{cell, code, plain};
use crate::render::money::{caveat, cost, figure};
use crate::render::page::{Fit, Head, Page, Shown};

/// The number of resources in a table on a terminal. JSON has all.
const SHOWN: usize = 20;

/// The section of a report.
pub(crate) fn section(page: &mut Page, report: &Report) {
    let Some(found) = report.forgotten.as_ref().filter(|found| !found.is_empty()) else { return };
    let (locale, money, word) = (report.locale, &report.money, |label| voice(report.locale).label(label));
    page.line(headline(found, money, locale));
    let heads = vec![
        Head::new(word(Label::Kind), Fit::Whole),
        Head::id(word(Label::Id)),
        Head::new(word(Label::Name), Fit::Cut),
        Head::new(word(Label::Why), Fit::Cut),
        Head::new(word(Label::Since), Fit::Whole),
        Head::new(word(Label::Owner), Fit::Spare(1)),
        Head::new(word(Label::Account), Fit::Spare(2)),
        Head::new(word(Label::Region), Fit::Spare(3)),
        Head::figure(word(Label::UsdMonth), Fit::Whole),
        Head::new(word(Label::Command), Fit::Beneath),
    ];
    let rows = found.forgotten().take(SHOWN).map(|line| row(report, line)).collect();
    page.grid(None, heads, rows);
    let more = found.forgotten().count().saturating_sub(SHOWN);
    if more > 0 {
        page.line(remnant(locale, Remnant::Further { count: more }));
    }
    besides(found, money, locale).into_iter().for_each(|line| page.line(line));
    not_scanned(found, locale).into_iter().for_each(|line| page.item(line));
}

/// The number of resources, and their cost.
pub(crate) fn headline(found: &Forgotten, money: &Money, locale: Locale) -> String {
    let sum = sum(found.forgotten());
    let amount = cost(&sum, money, locale);
    remnant(locale, Remnant::Head { count: sum.instances, amount: &amount, caveat: caveat(locale) })
}

fn row(report: &Report, line: &Line) -> Vec<Shown> {
    let (id, one, locale) = (line.id(), &line.sighting.unused, report.locale);
    vec![
        id.kind.as_str().into(),
        (&*id.id).into(),
        one.name().into(),
        what(one, locale).into(),
        since(line, Tz::UTC, locale).into(),
        line.owner.known().unwrap_or(term(locale, Term::Nobody)).into(),
        account(report, &id.place.account).into(),
        (&*id.place.region).into(),
        line.known().map_or_else(|| term(locale, Term::Unknown).to_owned(), |usd| usd.to_string()).into(),
        (&*one.command).into(),
    ]
}

/// Its size, and why it seems to be forgotten.
fn what(one: &Unused, locale: Locale) -> String {
    let why = unused(locale, &one.why);
    if one.size.is_empty() { why } else { format!("{}, {why}", one.size) }
}

/// Since when it was found so.
fn since(line: &Line, zone: Tz, locale: Locale) -> String {
    let date = line.sighting.first_seen.with_timezone(&zone).date_naive();
    remnant(locale, Remnant::Since { date, at_least: line.sighting.at_least })
}

/// What was found and is not in the sum, and advice.
pub(crate) fn besides(found: &Forgotten, money: &Money, locale: Locale) -> Vec<String> {
    let count = |standing| found.standing(standing).count();
    let (young, kept, managed) = (count(Standing::Young), count(Standing::Kept), count(Standing::Managed));
    let example = found.standing(Standing::Managed).find_map(|line| line.sighting.unused.managed.as_deref());
    let list = [
        (young > 0).then_some(Remnant::Young { count: young, after: found.after }),
        (kept > 0).then_some(Remnant::Kept { count: kept }),
        example.map(|example| Remnant::Managed { count: managed, example }),
    ];
    let list: Vec<String> = list.into_iter().flatten().map(|one| remnant(locale, one)).collect();
    let list = list.join(voice(locale).label(Label::ListBreak));
    let besides =
        (!list.is_empty()).then(|| remnant(locale, Remnant::Besides { count: young + kept + managed, list: &list }));
    let advice = sum(found.standing(Standing::Advice));
    let amount = cost(&advice, money, locale);
    let advice =
        (advice.instances > 0).then(|| remnant(locale, Remnant::Advice { count: advice.instances, amount: &amount }));
    besides.into_iter().chain(advice).collect()
}

/// What could not be scanned, each kind and cause once. AWS puts an id of its own into each refusal, so causes are
/// compared up to it.
pub(crate) fn not_scanned(found: &Forgotten, locale: Locale) -> Vec<String> {
    let mut alike: BTreeMap<(ReportOnly, &str), (usize, &NotScanned)> = BTreeMap::new();
    for one in &found.not_scanned {
        let cause = one.cause.split([':', '(']).next().unwrap_or_default();
        alike.entry((one.kind, cause)).or_insert((0, one)).0 += 1;
    }
    let line = |((kind, _), (targets, first)): ((ReportOnly, &str), (usize, &NotScanned))| {
        let (kind, example) = (kind.as_str(), first.target.to_string());
        remnant(locale, Remnant::NotScanned { kind, targets, example: &example, cause: &first.cause })
    };
    let waiting = (found.waiting > 0).then(|| remnant(locale, Remnant::Waiting { targets: found.waiting }));
    alike.into_iter().map(line).chain(waiting).collect()
}

/// The section of a stocktake: every resource, with the command that would end it.
pub(crate) fn markdown(out: &mut String, stocktake: &Stocktake, money: &Money, locale: Locale) {
    let Some(found) = stocktake.forgotten.as_ref().filter(|found| !found.is_empty()) else { return };
    let word = |label| voice(locale).label(label);
    let _ = writeln!(out, "## {}\n", cell(&headline(found, money, locale)));
    let heads = [Label::Kind, Label::Id, Label::Name, Label::Region, Label::Why, Label::Since, Label::Owner];
    let heads = heads.map(word).into_iter().chain([term(locale, Term::PerMonth), word(Label::Command)]);
    let _ = writeln!(out, "| {} |\n|{}", heads.collect::<Vec<_>>().join(" | "), "---|".repeat(9));
    for line in found.forgotten() {
        let one = &line.sighting.unused;
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            one.id.kind.as_str(),
            code(&one.id.id),
            cell(one.name()),
            cell(&one.id.place.region),
            cell(&what(one, locale)),
            since(line, stocktake.zone, locale),
            cell(line.owner.known().unwrap_or(term(locale, Term::Nobody))),
            cell(&line.monthly.as_ref().map_or_else(
                |cause| phrase(locale, Phrase::PriceUnknown { cause }),
                |usd| figure(*usd, money, locale)
            )),
            code(&one.command),
        );
    }
    out.push('\n');
    for line in besides(found, money, locale).into_iter().chain(not_scanned(found, locale)) {
        let _ = writeln!(out, "- {}", cell(&line));
    }
}

/// What is forgotten, one line each, at most `most` of them.
pub(crate) fn lines(found: &Forgotten, most: usize, zone: Tz, money: &Money, locale: Locale) -> Vec<String> {
    let line = |line: &Line| {
        let one = &line.sighting.unused;
        let cost =
            line.known().map_or_else(|| term(locale, Term::Unknown).to_owned(), |usd| figure(usd, money, locale));
        let (id, name, region) = (&*one.id.id, one.name(), &*one.id.place.region);
        let (why, since) = (unused(locale, &one.why), since(line, zone, locale));
        plain(&remnant(locale, Remnant::Line { id, name, region, why: &why, since: &since, cost: &cost }))
    };
    found.forgotten().take(most).map(line).collect()
}

/// The same as data.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct ForgottenData<'a> {
    forgotten: usize,
    usd_month: Decimal,
    unknown_prices: usize,
    resources: Vec<ResourceData<'a>>,
    not_scanned: &'a [NotScanned],
    waiting: usize,
}

/// One resource, as the record has it, and what the run adds.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct ResourceData<'a> {
    #[serde(flatten)]
    sighting: &'a Sighting,
    name: &'a str,
    reason: &'static str,
    detail: String,
    standing: &'static str,
    owner: Option<&'a str>,
    owner_by: String,
    usd_month: Option<Decimal>,
    price_unknown: Option<&'a str>,
}

impl<'a> ForgottenData<'a> {
    pub(crate) fn of(found: &'a Forgotten, locale: Locale) -> Self {
        let sum = sum(found.forgotten());
        Self {
            forgotten: sum.instances,
            usd_month: sum.monthly.0.round_dp(2),
            unknown_prices: sum.unknown,
            resources: found.lines.iter().map(|line| ResourceData::of(line, locale)).collect(),
            not_scanned: &found.not_scanned,
            waiting: found.waiting,
        }
    }
}

impl<'a> ResourceData<'a> {
    pub(crate) fn of(line: &'a Line, locale: Locale) -> Self {
        let Line { sighting, owner, standing, monthly } = line;
        let one = &sighting.unused;
        Self {
            sighting,
            name: one.name(),
            reason: one.why.as_str(),
            detail: unused(locale, &one.why),
            standing: standing.as_str(),
            owner: owner.known(),
            owner_by: owner.by.to_string(),
            usd_month: line.known().map(|usd| usd.0.round_dp(2)),
            price_unknown: monthly.as_ref().err().map(String::as_str),
        }
    }
}
