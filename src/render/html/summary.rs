//! The first screen: what matters in a sentence, what could not be scanned, and the figures.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, RoundingStrategy};

use crate::engine::config::Money as MoneySettings;
use crate::engine::cost::waste::Cost;
use crate::engine::model::{Health, Locale, Unreachable, Usd};
use crate::engine::request::Mode;
use crate::render::catalogue::money::{Phrase, phrase};
use crate::render::catalogue::page::{Text, text as say};
use crate::render::catalogue::{Label, Sentence, Term, term, voice};
use crate::render::html::Options;
use crate::render::html::bars::chart;
use crate::render::html::document::{Block, Cell, Head, Table, Tile};
use crate::render::html::forgotten::{self, Shown};
use crate::render::html::rows::Rows;
use crate::render::html::sheet::{Line, Sheet};
use crate::render::html::sums::{Saved, Sum, Wasted};
use crate::render::html::trend::UNKNOWN;
use crate::render::money::figure;

/// The most places that could not be scanned, and the most notes. The JSON has all.
const MOST: usize = 10;

/// From so many resources on a page has the elements of its list and little else.
const MANY: usize = 1_000;

/// The sentence at the top of the page.
pub(super) fn headline(sheet: &Sheet) -> Text<'static> {
    let (count, found, others) = (sheet.count(), sheet.counts.found, sheet.has_others);
    match sheet.mode {
        Mode::Undo if sheet.carried_out() => {
            Text::Undoing { count: sheet.counts.started, found, others, carried_out: true }
        }
        Mode::Undo => Text::Undoing { count: sheet.plan.steps.len(), found, others, carried_out: false },
        Mode::Plan | Mode::Apply if count > 0 => Text::Wasting { count, found, others },
        Mode::Plan | Mode::Apply => Text::NotWasting { found, others },
    }
}

/// What was done or would be, and whether the run could do everything.
pub(super) fn lines(sheet: &Sheet, locale: Locale) -> Vec<Cell> {
    let (counts, steps, candidates) = (&sheet.counts, sheet.plan.steps.len(), sheet.counts.candidates);
    let did = match sheet.carried_out() {
        false => Text::DryRun { steps, candidates },
        true => Text::Done {
            stopped: counts.stopped,
            started: counts.started,
            failed: counts.failed,
            deferred: counts.deferred,
            held: candidates > 0 && steps == 0 && counts.deferred == 0,
        },
    };
    let (class, health) = match sheet.health {
        Health::Ok if sheet.is_partial() => ("report", Text::Partly),
        Health::Ok => ("good", Text::Healthy),
        Health::Degraded => ("bad", Text::Degraded),
    };
    let tag = |class: &str, text: String| Cell { tag: Some(class.to_owned()), ..text.into() };
    let refused = sheet.plan.refused.iter().map(|why| tag("bad", voice(locale).say(Sentence::Refused { why })));
    refused.chain([say(locale, did).into(), tag(class, say(locale, health))]).collect()
}

/// What could not be scanned, which comes before any figure: nothing is known there.
pub(super) fn unscanned(rows: &Rows<'_>) -> Option<Block> {
    let (locale, all) = (rows.options.locale, &rows.sheet.unreachable);
    // An account that denies access does so in every Region, for the same cause.
    let alike = all.chunk_by(|a, b| a.account == b.account && a.cause == b.cause);
    let row = |alike: &[Unreachable]| {
        let one = alike.first()?;
        let regions: Vec<&str> = alike.iter().map(|one| &*one.region).collect();
        Some(vec![rows.account(&one.account).into(), regions.join(", ").into(), rows.people.text(&one.cause).into()])
    };
    let mut lines: Vec<Vec<Cell>> = alike.filter_map(row).collect();
    let rest = lines.len().saturating_sub(MOST);
    lines.truncate(MOST);
    let heads = [Label::Account, Label::Region, Label::Cause].map(|label| Head(voice(locale).label(label).into(), ""));
    (!all.is_empty()).then(|| {
        Block::Table(Table {
            class: "alert",
            heading: say(locale, Text::NotScanned { count: all.len() }),
            heads: heads.into(),
            rows: lines,
            notes: (rest > 0).then(|| say(locale, Text::Further { count: rest })).into_iter().collect(),
            ..Table::default()
        })
    })
}

/// What else was not scanned, which the figures therefore do not have.
pub(super) fn left_unscanned(rows: &Rows<'_>) -> Option<Block> {
    let locale = rows.options.locale;
    let lines = rows.sheet.left_unscanned(rows.options.zone, locale);
    let mut lines: Vec<String> = lines.iter().map(|line| rows.people.text(line)).collect();
    let rest = lines.len().saturating_sub(MOST);
    lines.truncate(MOST);
    lines.extend((rest > 0).then(|| say(locale, Text::Further { count: rest })));
    (!lines.is_empty()).then(|| Block::List { heading: say(locale, Text::LeftUnscanned), lines })
}

/// The figures, with what the amounts are.
pub(super) fn figures(rows: &Rows<'_>) -> Block {
    let (locale, sheet, counts) = (rows.options.locale, rows.sheet, &rows.sheet.counts);
    let tile =
        |class, label, figure: String, about: Vec<String>| Tile { class, label: say(locale, label), figure, about };
    let second = |usd: Usd| {
        sheet.money.iter().filter_map(|money| money.currency.as_ref()).map(move |second| {
            let (code, amount, rate) = (&second.code, second.show(usd), second.rate.to_string());
            say(locale, Text::InCurrency { code, amount: &amount, rate: &rate, date: second.date })
        })
    };
    let dollars = |usd: Usd| figure(usd, &MoneySettings::default(), locale);
    let (others, mut tiles) = (sheet.has_others, Vec::new());
    match sheet.wasted() {
        Some(Wasted { total, .. }) => {
            let of = say(locale, Text::OfInstances { count: total.instances, others, unknown: total.unknown });
            let about = second(total.monthly).chain([of]).collect();
            tiles.push(tile("waste", Text::Wasted, dollars(total.monthly), about));
        }
        None if sheet.mode == Mode::Undo => {}
        None => tiles.push(tile("waste", Text::Wasted, say(locale, Text::AmountUnknown), Vec::new())),
    }
    if let Some(Saved { month, usd, hours, unknown_hours }) =
        sheet.money.as_ref().and_then(|money| money.saved.as_ref())
    {
        let half_up = RoundingStrategy::MidpointAwayFromZero;
        let whole = |hours: &Decimal| hours.round_dp_with_strategy(1, half_up).normalize().to_string();
        let (hours, unknown) = (whole(hours), Some(whole(unknown_hours)).filter(|_| !unknown_hours.is_zero()));
        let of = say(locale, Text::SavedHours { hours: &hours, unknown: unknown.as_deref() });
        tiles.push(tile("saved", Text::SavedIn { month }, dollars(*usd), second(*usd).chain([of]).collect()));
    }
    if let Some(found) = sheet.forgotten.as_ref().filter(|found| found.forgotten > 0) {
        let sum = found.sum();
        let of = say(locale, Text::OfResources { count: sum.instances, unknown: sum.unknown });
        let about = second(sum.monthly).chain([of]).collect();
        tiles.push(tile("waste", Text::ForgottenInMonth, dollars(sum.monthly), about));
    }
    let (label, count) = match sheet.mode {
        Mode::Apply => (Text::Stopped, counts.stopped),
        Mode::Plan => (Text::Candidates, counts.candidates),
        Mode::Undo => (Text::Started, counts.started),
    };
    tiles.push(tile("", label, count.to_string(), Vec::new()));
    let people = sheet.for_people;
    tiles.push(tile(if people > 0 { "warn" } else { "" }, Text::ForPeople, people.to_string(), Vec::new()));
    if counts.unreachable > 0 {
        tiles.push(tile("bad", Text::Unscanned, counts.unreachable.to_string(), Vec::new()));
    }
    let views = &sheet.views;
    let places = Text::InAccounts { accounts: views.accounts.len(), regions: views.regions.len() };
    let about = if views.accounts.is_empty() { Vec::new() } else { vec![say(locale, places)] };
    tiles.push(tile("", Text::Instances { others }, counts.found.to_string(), about));
    let note = sheet.caveat(locale).map(|caveat| phrase(locale, Phrase::Figures { caveat: &caveat }));
    Block::Tiles { tiles, note }
}

/// Waste by account, policy and owner.
pub(super) fn bars(rows: &Rows<'_>) -> Option<Block> {
    let locale = rows.options.locale;
    let name = |name: String| if name.is_empty() { UNKNOWN.to_owned() } else { name };
    let sums_of = |sums: &[Sum], shown: &dyn Fn(&str) -> String, none: &str| -> Vec<(String, Cost)> {
        sums.iter().map(|sum| (sum.name.as_deref().map_or_else(|| none.to_owned(), shown), sum.cost)).collect()
    };
    let counted = |shown: &dyn Fn(&Line) -> String| -> Vec<(String, Cost)> {
        let mut counts: BTreeMap<String, Cost> = BTreeMap::new();
        rows.sheet.waste().for_each(|line| counts.entry(name(shown(line))).or_default().add(line.usd_month));
        counts.into_iter().collect()
    };
    let (heading, charts) = match rows.sheet.wasted() {
        Some(Wasted { total: _, accounts, policies, owners }) => (
            Text::MonthlyBy,
            [
                (Label::Account, sums_of(accounts, &|id| rows.account(id), UNKNOWN)),
                (Label::Policy, sums_of(policies, &str::to_owned, UNKNOWN)),
                (Label::Owner, sums_of(owners, &|owner| rows.people.owner(owner), term(locale, Term::Nobody))),
            ],
        ),
        None => (
            Text::InstancesBy { others: rows.sheet.has_others },
            [
                (Label::Account, counted(&|line| rows.account(&line.account))),
                (Label::Policy, counted(&|line| line.policy.clone().unwrap_or_default())),
                (Label::Owner, counted(&|line| rows.owner(line))),
            ],
        ),
    };
    let charts: Vec<_> =
        charts.into_iter().filter_map(|(label, sums)| chart(voice(locale).label(label), sums, locale)).collect();
    (!charts.is_empty()).then(|| Block::Charts { heading: say(locale, heading), charts })
}

/// What is only reported besides instances.
pub(super) fn forgotten(rows: &Rows<'_>) -> Option<Table> {
    let Options { zone, locale, .. } = *rows.options;
    let money = MoneySettings::default();
    let shown = Shown { people: &rows.people, money: &money, zone, locale, account: &|id| rows.account(id) };
    let first = (rows.sheet.resources.len() > MANY).then_some(forgotten::FIRST);
    rows.sheet.forgotten.as_ref()?.table(&shown, forgotten::MOST, first)
}

/// What else is to be known of the run.
pub(super) fn about(rows: &Rows<'_>) -> Block {
    let (locale, sheet) = (rows.options.locale, rows.sheet);
    let notes = sheet.other_notes().map(|note| voice(locale).say(Sentence::Note { note: &rows.people.text(note) }));
    let left_out = sheet.not_in_scope.iter().map(|one| {
        let (account, name, because) = (&one.account, one.name.as_deref(), &one.because);
        voice(locale).say(Sentence::NotInScope { account, name, because })
    });
    let rest: usize = [sheet.notes.len(), sheet.not_in_scope.len()].map(|all| all.saturating_sub(MOST)).iter().sum();
    let further = (rest > 0).then(|| say(locale, Text::Further { count: rest }));
    let lines = notes.take(MOST).chain(left_out.take(MOST)).chain(further).collect();
    Block::List { heading: say(locale, Text::AboutRun), lines }
}
