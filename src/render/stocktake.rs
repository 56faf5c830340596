//! The stocktake of one account in Markdown, and the short message about it. `stocktake_data` makes the table and the
//! JSON.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use crate::engine::config::Money;
use crate::engine::cost::price::Price;
use crate::engine::cost::waste::Cost;
use crate::engine::history::findings::{Finding, Life};
use crate::engine::model::{Currency, Locale, Text};
use crate::engine::report::stocktake::{Line, Stocktake};
use crate::engine::tags::TagNames;
use crate::render::bill;
use crate::render::catalogue::money::{Phrase, phrase};
use crate::render::catalogue::{Term, term};
use crate::render::edge::plain;
use crate::render::forgotten;
use crate::render::money::{caveat, cost, figure, over as over_budget};
use crate::render::page::{Fit, Head, Page, Shown};

/// The number of unconfirmed instances in a message. The record has the whole list.
const NAMED: usize = 10;

/// The whole stocktake in Markdown.
pub fn markdown(stocktake: &Stocktake, money: &Money, locale: Locale) -> String {
    let (mut head, mut page) = (Page::new(locale), Page::new(locale));
    head.title(title(stocktake, locale));
    summary(stocktake, money, locale).into_iter().for_each(|line| head.item(line));
    let bill = stocktake.bill.as_ref().map(|part| {
        let title = phrase(locale, Phrase::BillOf { month: part.months.month });
        format!("## {title}\n\n{}", bill::services(part, locale))
    });
    groups(&mut page, stocktake, money, locale);
    table(&mut page, stocktake, stocktake.unconfirmed(), Term::NotConfirmed, money, locale);
    table(&mut page, stocktake, stocktake.running(), Term::Running, money, locale);
    table(&mut page, stocktake, stocktake.kept(), Term::Kept, money, locale);
    if let Some(found) = &stocktake.forgotten {
        let how = (money, locale, stocktake.zone, stocktake.links.as_deref());
        forgotten::section(&mut page, found, how, usize::MAX, str::to_owned);
    }
    findings(&mut page, stocktake, locale);
    format!("{}\n{}{}", head.markdown(), bill.unwrap_or_default(), page.markdown())
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
fn findings(page: &mut Page, stocktake: &Stocktake, locale: Locale) {
    let row = |(finding, life): &(Finding, Life)| {
        let link = stocktake.links.as_ref().and_then(|links| finding.page(links));
        let about = [Shown::from(&*finding.id).linked(link), (&*finding.what).into(), (&*finding.place.region).into()];
        about.into_iter().chain(days(stocktake, life).map(Shown::from)).collect()
    };
    let [id, others @ ..] = FINDING.map(|head| term(locale, head));
    let heads = std::iter::once(Head::id(id)).chain(others.map(|head| Head::new(head, Fit::Cut))).collect();
    page.grid(Some(term(locale, Term::Findings)), heads, stocktake.findings.iter().map(row).collect());
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
fn groups(page: &mut Page, stocktake: &Stocktake, money: &Money, locale: Locale) {
    let Some(key) = &money.group_by_tag else { return };
    let (instances, month) = (term(locale, Term::of_counts(stocktake.has_others())), term(locale, Term::PerMonth));
    let row = |(value, sum): (Option<&str>, Cost)| {
        vec![value.unwrap_or("-").into(), sum.instances.to_string().into(), cost(&sum, money, locale).into()]
    };
    let heads = [&**key, instances, month].map(|head| Head::new(head, Fit::Cut));
    page.grid(None, heads.into(), stocktake.by_group().into_iter().map(row).collect());
}

fn table<'a>(
    page: &mut Page,
    stocktake: &Stocktake,
    lines: impl Iterator<Item = &'a Line>,
    heading: Term,
    money: &Money,
    locale: Locale,
) {
    let head = |column| Head::new(term(locale, column), Fit::Cut);
    let heads = vec![
        Head::id(term(locale, Term::of_ids(stocktake.has_others()))),
        head(Term::Name),
        head(Term::Region),
        head(Term::Type),
        head(Term::State),
        head(Term::Created),
        head(Term::Started),
        head(Term::Owner),
        head(Term::HowKnown),
        head(Term::LaunchedBy),
        head(Term::Kept),
        head(Term::PerMonth),
    ];
    let time = |at: &Option<DateTime<Utc>>| {
        let local = at.map(|at| at.with_timezone(&stocktake.zone).format("%Y-%m-%d %H:%M %Z").to_string());
        Shown::from(local.unwrap_or_default())
    };
    let row = |line: &Line| {
        let Line { id, name, kind, state, created, started, owner, launched_by, kept, .. } = line;
        let (owner, how) =
            owner.as_ref().map_or((term(locale, Term::Nobody), ""), |owner| (&owner.name, owner.how.as_str()));
        let link = stocktake.links.as_ref().and_then(|links| links.resource(id));
        let about = [&**name, &id.place.region, kind, state.as_str()].map(Shown::from);
        let launched_by = launched_by.as_deref().unwrap_or_default();
        let rest = [phrase(locale, Phrase::IsKept(kept)), monthly(line, money, locale)].map(Shown::from);
        let cells =
            std::iter::once(Shown::from(&*id.name).linked(link)).chain(about).chain([created, started].map(time));
        cells.chain([owner, how, launched_by].map(Shown::from)).chain(rest).collect()
    };
    page.grid(Some(term(locale, heading)), heads, lines.map(row).collect());
}
