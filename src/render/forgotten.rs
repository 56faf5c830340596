//! What is only reported: a section of the report, of the stocktake and of messages, and the same as data.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::engine::config::{Links, Money, Preferences, Settings};
use crate::engine::cost::waste::Cost;
use crate::engine::history::forgotten::Sighting;
use crate::engine::model::{Locale, ReportOnly, Text, Usd};
use crate::engine::report::Report;
use crate::engine::report::forgotten::{Forgotten, Line, NotScanned, Standing, sum};
use crate::render::catalogue::forgotten::{Remnant, remnant, unused};
use crate::render::catalogue::money::{Phrase, phrase};
use crate::render::catalogue::{Label, Term, term, voice};
use crate::render::columns::account;
use crate::render::edge::plain;
use crate::render::money::{caveat, cost, figure};
use crate::render::page::{Fit, Head, Page, Shown};

/// The number of resources in a table on a terminal. JSON has all.
const SHOWN: usize = 20;

/// The section of a report or a stocktake, with the dearest `most` resources. `account`: how an account is shown.
pub(crate) fn section(
    page: &mut Page,
    found: &Forgotten,
    (money, locale, zone, links): (&Money, Locale, Tz, Option<&Links>),
    most: usize,
    account: impl Fn(&str) -> String,
) {
    if found.is_empty() {
        return;
    }
    let word = |label| voice(locale).label(label);
    page.line(headline(found.forgotten(), money, locale));
    let heads = vec![
        Head::new(word(Label::Kind), Fit::Whole),
        Head::id(word(Label::Id)),
        Head::new(word(Label::Name), Fit::Cut),
        Head::new(word(Label::Why), Fit::Cut),
        Head::new(word(Label::Since), Fit::Whole),
        Head::new(word(Label::Owner), Fit::Optional(1)),
        Head::new(word(Label::Account), Fit::Optional(2)),
        Head::new(word(Label::Region), Fit::Optional(3)),
        Head::figure(word(Label::UsdMonth), Fit::Whole),
        Head { code: true, ..Head::new(word(Label::Command), Fit::Beneath) },
    ];
    let row = |line: &Line| {
        let (id, one) = (line.id(), &line.sighting.unused);
        let why = unused(locale, &one.why);
        vec![
            id.kind.as_str().into(),
            Shown::from(&*id.id).linked(links.and_then(|links| links.reported(id))),
            one.name().into(),
            if one.size.is_empty() { why } else { format!("{}, {why}", one.size) }.into(),
            since(line, zone, locale).into(),
            line.owner.known().unwrap_or(term(locale, Term::Nobody)).into(),
            account(&id.place.account).into(),
            (&*id.place.region).into(),
            line.known().map_or_else(|| term(locale, Term::Unknown).to_owned(), |usd| usd.to_string()).into(),
            Shown::from(&*one.command),
        ]
    };
    page.grid(None, heads, found.forgotten().take(most).map(row).collect());
    let more = found.forgotten().count().saturating_sub(most);
    if more > 0 {
        page.line(remnant(locale, Remnant::Further { count: more }));
    }
    if found.forgotten().take(most).any(Line::is_attached) {
        page.line(remnant(locale, Remnant::Attached));
    }
    if found.forgotten().take(most).any(Line::terminates) {
        page.line(remnant(locale, Remnant::Terminates));
    }
    let apart = besides(found.lines.iter().map(Beside::from), Some(found.after), money, locale);
    apart.into_iter().for_each(|line| page.line(line));
    not_scanned(&found.not_scanned, found.waiting, locale).into_iter().for_each(|line| page.item(line));
}

/// The section of a report.
pub(crate) fn of_report(page: &mut Page, report: &Report, zone: Tz) {
    if let Some(found) = &report.forgotten {
        section(page, found, (&report.money, report.locale, zone, report.links.as_deref()), SHOWN, |id| {
            account(report, id)
        });
    }
}

/// The number of resources, and their cost.
fn headline<'a>(lines: impl Iterator<Item = &'a Line>, money: &Money, locale: Locale) -> String {
    headline_of(&sum(lines), money, locale)
}

/// The same of a sum.
pub(crate) fn headline_of(sum: &Cost, money: &Money, locale: Locale) -> String {
    let amount = cost(sum, money, locale);
    remnant(locale, Remnant::Head { count: sum.instances, amount: &amount, caveat: caveat(locale) })
}

/// Since when it was found so.
fn since(line: &Line, zone: Tz, locale: Locale) -> String {
    since_of(line.sighting.first_seen, line.sighting.at_least, zone, locale)
}

/// The same of the first scan that found it. `at_least`: it may have been so before.
pub(crate) fn since_of(first_seen: DateTime<Utc>, at_least: bool, zone: Tz, locale: Locale) -> String {
    let date = first_seen.with_timezone(&zone).date_naive();
    remnant(locale, Remnant::Since { date, at_least })
}

/// What is said of resources that are not in the sum, whether they come from a run or from its record.
#[derive(Clone, Copy)]
pub(crate) struct Beside<'a> {
    pub(crate) standing: &'a str,
    pub(crate) managed: Option<&'a str>,
    pub(crate) usd: Option<Usd>,
}

impl<'a> From<&'a Line> for Beside<'a> {
    fn from(line: &'a Line) -> Self {
        let managed = line.sighting.unused.managed.as_deref();
        Self { standing: line.standing.as_str(), managed, usd: line.known() }
    }
}

/// What was found and is not in the sum, and advice. `after`: from when on a resource counts, if that is known.
pub(crate) fn besides<'a>(
    found: impl Iterator<Item = Beside<'a>>,
    after: Option<Duration>,
    money: &Money,
    locale: Locale,
) -> Vec<String> {
    let mut apart: BTreeMap<&str, Cost> = BTreeMap::new();
    let mut example = None;
    for one in found {
        apart.entry(one.standing).or_default().add(one.usd);
        example = example.or(one.managed.filter(|_| one.standing == Standing::Managed.as_str()));
    }
    let count = |standing: Standing| apart.get(standing.as_str()).map_or(0, |sum| sum.instances);
    let (young, kept, managed) = (count(Standing::Young), count(Standing::Kept), count(Standing::Managed));
    let unconfirmed = count(Standing::Unconfirmed);
    let list = [
        (young > 0).then_some(Remnant::Young { count: young, after }),
        (kept > 0).then_some(Remnant::Kept { count: kept }),
        example.map(|example| Remnant::Managed { count: managed, example }),
        (unconfirmed > 0).then_some(Remnant::Unconfirmed { count: unconfirmed }),
    ];
    let list: Vec<String> = list.into_iter().flatten().map(|one| remnant(locale, one)).collect();
    let list = list.join(voice(locale).label(Label::ListBreak));
    let count = young + kept + managed + unconfirmed;
    let besides = (!list.is_empty()).then(|| remnant(locale, Remnant::Besides { count, list: &list }));
    let apart = |standing: Standing, of: fn(usize, &str) -> Remnant<'_>| {
        let sum = apart.get(standing.as_str())?;
        Some(remnant(locale, of(sum.instances, &cost(sum, money, locale))))
    };
    let standby = apart(Standing::Standby, |count, amount| Remnant::Standby { count, amount });
    let advice = apart(Standing::Advice, |count, amount| Remnant::Advice { count, amount });
    let running = apart(Standing::Running, |count, amount| Remnant::Running { count, amount });
    besides.into_iter().chain(standby).chain(running).chain(advice).collect()
}

/// What could not be scanned, each kind and cause once. AWS puts an id of its own into each refusal, so causes are
/// compared up to it.
pub(crate) fn not_scanned(failed: &[NotScanned], waiting: usize, locale: Locale) -> Vec<String> {
    let mut alike: BTreeMap<(ReportOnly, &str), (usize, &NotScanned)> = BTreeMap::new();
    for one in failed {
        let cause = one.cause.split([':', '(']).next().unwrap_or_default();
        alike.entry((one.kind, cause)).or_insert((0, one)).0 += 1;
    }
    let line = |((kind, _), (targets, first)): ((ReportOnly, &str), (usize, &NotScanned))| {
        let (kind, example) = (kind.as_str(), first.target.to_string());
        remnant(locale, Remnant::NotScanned { kind, targets, example: &example, cause: &first.cause })
    };
    let waiting = (waiting > 0).then(|| remnant(locale, Remnant::Waiting { targets: waiting }));
    alike.into_iter().map(line).chain(waiting).collect()
}

/// One resource in a message, with its cost.
fn described(line: &Line, zone: Tz, money: &Money, locale: Locale) -> String {
    let one = &line.sighting.unused;
    let cost = line.known().map_or_else(|| term(locale, Term::Unknown).to_owned(), |usd| figure(usd, money, locale));
    let (id, name, region) = (&*one.id.id, one.name(), &*one.id.place.region);
    let (why, since) = (unused(locale, &one.why), since(line, zone, locale));
    plain(&remnant(locale, Remnant::Line { id, name, region, why: &why, since: &since, cost: &cost }))
}

/// What is forgotten, in lines for a message that has others too.
pub(crate) fn lines(found: &Forgotten, most: usize, zone: Tz, money: &Money, locale: Locale) -> Vec<String> {
    let mut lines = vec![plain(&headline(found.forgotten(), money, locale))];
    lines.extend(found.forgotten().take(most).map(|line| format!("- {}", described(line, zone, money, locale))));
    lines
}

/// A message about newly forgotten resources: the dearest with the command for each, and how to keep one.
pub fn message(new: &[&Line], settings: &Settings, prefers: &Preferences) -> Text {
    let of_channel = prefers.money(&settings.money);
    let (money, most) = (&*of_channel, prefers.max_lines.unwrap_or(SHOWN).min(SHOWN));
    let locale = prefers.locale.unwrap_or(settings.run.locale);
    let zone = prefers.zone.unwrap_or_else(|| settings.zone());
    let mut out = plain(&headline(new.iter().copied(), money, locale)) + "\n\n";
    for line in new.iter().take(most) {
        let place = &line.id().place.account;
        let _ = writeln!(
            out,
            "- {place}: {}\n  {}",
            described(line, zone, money, locale),
            plain(&line.sighting.unused.command)
        );
    }
    if new.len() > most {
        let _ = writeln!(out, "- {}", phrase(locale, Phrase::Further { count: new.len() - most }));
    }
    if new.iter().take(most).any(|line| line.is_attached()) {
        let _ = writeln!(out, "\n{}", remnant(locale, Remnant::Attached));
    }
    if new.iter().take(most).any(|line| line.terminates()) {
        let _ = writeln!(out, "\n{}", remnant(locale, Remnant::Terminates));
    }
    let _ = writeln!(out, "\n{}", remnant(locale, Remnant::Untouched { keep: &settings.tags.keep }));
    Text::linking(out, pages(new.iter().take(most).copied(), settings.links.as_deref()))
}

/// The ids of these resources, with their pages.
pub(crate) fn pages<'a>(
    lines: impl Iterator<Item = &'a Line>,
    links: Option<&Links>,
) -> impl Iterator<Item = (String, Option<String>)> {
    lines.map(move |line| (line.id().id.to_string(), links.and_then(|links| links.reported(line.id()))))
}

/// The same as data.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct ForgottenData<'a> {
    forgotten: usize,
    usd_month: Decimal,
    unknown_prices: usize,
    /// From when on a resource counts.
    after_hours: i64,
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
    /// Its page in the AWS console, where the settings have links.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

impl<'a> ForgottenData<'a> {
    pub(crate) fn of(found: &'a Forgotten, links: Option<&Links>, locale: Locale) -> Self {
        let sum = sum(found.forgotten());
        Self {
            forgotten: sum.instances,
            usd_month: sum.monthly.0.round_dp(2),
            unknown_prices: sum.unknown,
            after_hours: found.after.num_hours(),
            resources: found.lines.iter().map(|line| ResourceData::of(line, links, locale)).collect(),
            not_scanned: &found.not_scanned,
            waiting: found.waiting,
        }
    }
}

impl<'a> ResourceData<'a> {
    pub(crate) fn of(line: &'a Line, links: Option<&Links>, locale: Locale) -> Self {
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
            link: links.and_then(|links| links.reported(&one.id)),
        }
    }
}
