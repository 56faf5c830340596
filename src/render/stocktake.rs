//! The stocktake of one account in Markdown, and the short message about it. `stocktake_data` makes the table and the
//! JSON.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use crate::engine::config::Money;
use crate::engine::cost::price::Price;
use crate::engine::cost::waste::Cost;
use crate::engine::history::findings::Life;
use crate::engine::model::{Currency, Locale, Text};
use crate::engine::report::stocktake::{Line, Stocktake};
use crate::engine::tags::TagNames;
use crate::render::bill;
use crate::render::catalogue::money::{Phrase, phrase};
use crate::render::catalogue::{Term, term};
use crate::render::edge::{cell, code, plain};
use crate::render::forgotten;
use crate::render::money::{caveat, cost, figure, over as over_budget};
use crate::render::page::linked;

/// The number of unconfirmed instances in a message. The record has the whole list.
const NAMED: usize = 10;

/// The whole stocktake in Markdown.
pub fn markdown(stocktake: &Stocktake, money: &Money, locale: Locale) -> String {
    let mut out = format!("# {}\n\n", cell(&title(stocktake, locale)));
    for line in summary(stocktake, money, locale) {
        let _ = writeln!(out, "- {}", cell(&line));
    }
    out.push('\n');
    if let Some(part) = &stocktake.bill {
        let _ = write!(
            out,
            "## {}\n\n{}",
            phrase(locale, Phrase::BillOf { month: part.months.month }),
            bill::services(part, locale)
        );
    }
    groups(&mut out, stocktake, money, locale);
    table(&mut out, stocktake, stocktake.unconfirmed(), Term::NotConfirmed, money, locale);
    table(&mut out, stocktake, stocktake.running(), Term::Running, money, locale);
    table(&mut out, stocktake, stocktake.kept(), Term::Kept, money, locale);
    out += &forgotten::of_stocktake(stocktake, money, locale);
    findings(&mut out, stocktake, locale);
    out
}

/// The days of a finding's life, by the clocks of the stocktake's zone.
pub(crate) fn days(stocktake: &Stocktake, life: &Life) -> [String; 4] {
    let Life { found, notified, mended, verified } = life;
    let day = |at: DateTime<Utc>| at.with_timezone(&stocktake.zone).date_naive().to_string();
    [Some(*found), *notified, *mended, *verified].map(|at| at.map(day).unwrap_or_default())
}

/// The headings of a list of findings.
pub(crate) const FINDING: [Term; 7] =
    [Term::Resource, Term::What, Term::Region, Term::Found, Term::Notified, Term::Mended, Term::Verified];

/// What there was to mend, and what became of it.
fn findings(out: &mut String, stocktake: &Stocktake, locale: Locale) {
    if stocktake.findings.is_empty() {
        return;
    }
    let heads = FINDING.map(|head| term(locale, head)).join(" | ");
    let _ = writeln!(out, "## {}\n\n| {heads} |\n|{}", term(locale, Term::Findings), "---|".repeat(FINDING.len()));
    for (finding, life) in &stocktake.findings {
        let page = stocktake.links.as_ref().and_then(|links| finding.page(links));
        let [found, notified, mended, verified] = days(stocktake, life);
        let (id, what, region) = (linked(code(&finding.id), page), cell(&finding.what), cell(&finding.place.region));
        let _ = writeln!(out, "| {id} | {what} | {region} | {found} | {notified} | {mended} | {verified} |");
    }
    out.push('\n');
}

/// A short message for the account's owner; `place` is the location of the whole list.
pub fn message(stocktake: &Stocktake, money: &Money, tags: &TagNames, place: &str, locale: Locale) -> Text {
    let mut out = plain(&title(stocktake, locale)) + "\n\n";
    for line in summary(stocktake, money, locale) {
        let _ = writeln!(out, "{}", plain(&line));
    }
    let unconfirmed: Vec<&Line> = stocktake.unconfirmed().collect();
    for line in unconfirmed.iter().take(NAMED) {
        let cost = monthly(line, money, locale);
        let Line { id, name, created, started, .. } = line;
        let since = created.or(*started);
        let (region, zone) = (&id.place.region, stocktake.zone);
        let words = Phrase::Unconfirmed { id: &id.name, name, region, since, zone, cost: &cost };
        let _ = writeln!(out, "- {}", plain(&phrase(locale, words)));
    }
    if unconfirmed.len() > NAMED {
        let _ = writeln!(out, "- {}", phrase(locale, Phrase::Further { count: unconfirmed.len() - NAMED }));
    }
    if !unconfirmed.is_empty() {
        let TagNames { keep, keep_until, owner, .. } = tags;
        let _ = writeln!(out, "\n{}", phrase(locale, Phrase::Confirm { keep, keep_until, owner }));
    }
    if let Some(found) = stocktake.forgotten.as_ref().filter(|found| found.forgotten().next().is_some()) {
        let lines = forgotten::lines(found, NAMED, stocktake.zone, money, locale);
        let _ = writeln!(out, "\n{}", lines.join("\n"));
    }
    let _ = writeln!(out, "\n{}", phrase(locale, Phrase::WholeList { place }));
    let links = stocktake.links.as_deref();
    let page = |line: &&Line| (line.id.name.to_string(), links.and_then(|links| links.resource(&line.id)));
    let found = stocktake.forgotten.iter().flat_map(|found| forgotten::pages(found.forgotten().take(NAMED), links));
    let own = links.and_then(|links| links.in_record(&stocktake.account, &stocktake.own_key("html")));
    let pages = unconfirmed.iter().take(NAMED).map(page).chain(found).chain([(place.to_owned(), own)]);
    Text::linking(out, pages)
}

/// The heading of a stocktake and the subject of its message.
pub fn title(stocktake: &Stocktake, locale: Locale) -> String {
    let Stocktake { account, name, month, .. } = stocktake;
    phrase(locale, Phrase::Title { account, name: name.as_deref(), month: *month })
}

/// The figures, one per line.
pub(crate) fn summary(stocktake: &Stocktake, money: &Money, locale: Locale) -> Vec<String> {
    let Stocktake { at, zone, budget, unreachable, over, bill, .. } = stocktake;
    let say = |words: Phrase<'_>| phrase(locale, words);
    let sum: Cost = stocktake.cost();
    let amount = cost(&sum, money, locale);
    let whole = unreachable.is_empty();
    let head = [
        say(Phrase::Taken { at: *at, zone: *zone }),
        say(Phrase::Runs { count: sum.instances, amount: &amount, whole }),
    ];
    let unscanned = unreachable.iter().map(|(region, cause)| say(Phrase::Unreachable { region, cause }));
    let billed = bill.iter().flat_map(|bill| bill::figures(bill, &sum, money, locale));
    if !whole && stocktake.lines.is_empty() {
        return head.into_iter().chain(billed).chain(unscanned).collect();
    }
    let old_rate = money
        .too_old(at.date_naive())
        .map(|(Currency { code, date, .. }, days)| say(Phrase::OldRate { code, date: *date, days }));
    let figures = [
        match budget.map(|budget| (budget, sum.monthly.percent_of(budget))) {
            None => say(Phrase::NoBudget),
            Some((budget, percent)) => {
                let (shown, over) = (figure(budget, money, locale), sum.monthly > budget);
                // A budget of zero has no percentage.
                let least = if whole { "" } else { "≥" };
                let percent = percent.map_or("-".to_owned(), |percent| format!("{least}{percent}"));
                say(Phrase::OfBudget { budget: &shown, percent: &percent, over })
            }
        },
        say(Phrase::Figures { caveat: caveat(locale) }),
        say(Phrase::AreKept { count: stocktake.kept().count() }),
        say(Phrase::AreUnconfirmed { count: stocktake.unconfirmed().count() }),
    ];
    let lives = || stocktake.findings.iter().map(|(_, life)| life);
    let mended = lives().filter(|life| life.mended.is_some()).count();
    let verified = lives().filter(|life| life.verified.is_some()).count();
    let notified = lives().filter(|life| life.notified.is_some()).count();
    let found = stocktake.findings.len();
    let followed = (found > 0).then(|| say(Phrase::Findings { found, notified, mended, verified }));
    head.into_iter()
        .chain(figures)
        .chain(followed)
        .chain(old_rate)
        .chain(over_budget(over, money, locale))
        .chain(billed)
        .chain(unscanned)
        .collect()
}

/// The monthly cost in a line, or that it is unknown and why.
fn monthly(line: &Line, money: &Money, locale: Locale) -> String {
    match (line.monthly(), &line.price) {
        (Some(usd), _) => figure(usd, money, locale),
        (None, Price::Unknown(cause)) => phrase(locale, Phrase::PriceUnknown { cause }),
        (None, Price::Hourly(_)) => term(locale, Term::Unknown).to_owned(),
    }
}

/// What runs by the tag by which costs are grouped, as a table.
fn groups(out: &mut String, stocktake: &Stocktake, money: &Money, locale: Locale) {
    let Some(key) = money.group_by_tag.as_ref().filter(|_| stocktake.running().next().is_some()) else { return };
    let (instances, month) = (term(locale, Term::of_counts(stocktake.has_others())), term(locale, Term::PerMonth));
    let _ = writeln!(out, "| {} | {instances} | {month} |\n|---|---|---|", cell(key));
    for (value, sum) in stocktake.by_group() {
        let amount = cost(&sum, money, locale);
        let _ = writeln!(out, "| {} | {} | {} |", cell(value.unwrap_or("-")), sum.instances, cell(&amount));
    }
    out.push('\n');
}

fn table<'a>(
    out: &mut String,
    stocktake: &Stocktake,
    lines: impl Iterator<Item = &'a Line>,
    heading: Term,
    money: &Money,
    locale: Locale,
) {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return;
    }
    let columns = [
        Term::of_ids(stocktake.has_others()),
        Term::Name,
        Term::Region,
        Term::Type,
        Term::State,
        Term::Created,
        Term::Started,
        Term::Owner,
        Term::HowKnown,
        Term::LaunchedBy,
        Term::Kept,
        Term::PerMonth,
    ];
    let _ = write!(out, "## {}\n\n|", term(locale, heading));
    for column in columns {
        let _ = write!(out, " {} |", term(locale, column));
    }
    let _ = writeln!(out, "\n|{}", "---|".repeat(columns.len()));
    let time = |at: &Option<DateTime<Utc>>| {
        at.map_or(String::new(), |at| at.with_timezone(&stocktake.zone).format("%Y-%m-%d %H:%M %Z").to_string())
    };
    for line in lines {
        let Line { id, name, kind, state, created, started, owner, launched_by, kept, .. } = line;
        let (owner, how) =
            owner.as_ref().map_or((term(locale, Term::Nobody), ""), |owner| (&owner.name, owner.how.as_str()));
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {state} | {} | {} | {} | {} | {} | {} | {} |",
            linked(code(&id.name), stocktake.links.as_ref().and_then(|links| links.resource(id))),
            cell(name),
            cell(&id.place.region),
            cell(kind),
            time(created),
            time(started),
            cell(owner),
            cell(how),
            cell(launched_by.as_deref().unwrap_or_default()),
            cell(&phrase(locale, Phrase::IsKept(kept))),
            cell(&monthly(line, money, locale)),
        );
    }
    out.push('\n');
}
