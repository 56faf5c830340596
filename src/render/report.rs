//! The report as a page: first the most important part, then the skipped instances with reasons, then the targets that
//! could not be scanned.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::engine::model::{Action, Health, Kind, Outcome, OutcomeKind, Reason, ResourceId, Target, Unreachable};
use crate::engine::report::views::Views;
use crate::engine::report::{Report, Row};
use crate::engine::request::Mode;
use crate::render::catalogue::{Effect, Figure, Label, Sentence, voice};
use crate::render::columns::{View, account, speaks};
use crate::render::page::{Fit, Head, Page, Shown, Tone};
use crate::render::words::{deferred, not_scanned, nothing_outside_hours, scanned, why};
use crate::render::{detail, remark};

/// The report in the form of `view`.
pub fn page(report: &Report, view: &View) -> Page {
    let mut page = Page::new(report.locale);
    headline(&mut page, report, view);
    list(&mut page, report, view);
    outcomes(&mut page, report);
    attention(&mut page, report);
    remarks(&mut page, report);
    skipped(&mut page, report);
    accounts(&mut page, report);
    money(&mut page, report);
    crate::render::forgotten::of_report(&mut page, report, view.zone);
    unreachable(&mut page, report);
    not_scanned(report).for_each(|line| page.item(line));
    not_due(&mut page, report, view);
    for note in &report.notes {
        page.item(voice(report.locale).say(Sentence::Note { note }));
    }
    page
}

fn headline(page: &mut Page, report: &Report, view: &View) {
    let voice = voice(report.locale);
    page.title(voice.say(Sentence::Headline { mode: report.mode, run: &report.run, at: report.at, zone: view.zone }));
    let linked = report.links.as_ref().filter(|_| report.mode != Mode::Plan);
    page.link(voice.label(Label::WholeReport), linked.and_then(|links| links.run(&report.run, report.at)));
    let list = parts(report).join(voice.label(Label::ListBreak));
    let of = |kind: Kind| report.rows.iter().filter(|row| row.id.kind == kind).count();
    let [instances, databases, services] = Kind::ALL.map(of);
    page.line(voice.say(Sentence::Tally { instances, databases, services, list: &list, effect: effect(report) }));
    let counts = report.counts();
    let figures = [
        (Figure::Stopped, counts.stopped),
        (Figure::Started, counts.started),
        (Figure::Failed, counts.failed),
        (Figure::Deferred, counts.deferred),
        (Figure::Unreachable, counts.unreachable),
        (Figure::Denied, counts.denied),
    ];
    let mut figures = voice.figures(&[], &figures);
    match report.health() {
        Health::Ok if figures.is_empty() => {}
        Health::Ok => page.line(figures.join(voice.label(Label::ListBreak))),
        Health::Degraded => {
            figures.push(voice.say(Sentence::Health { word: "DEGRADED" }));
            page.warning(figures.join(voice.label(Label::ListBreak)));
        }
    }
    scanned(report).into_iter().for_each(|known| page.warning(known));
    if let Some(why) = &report.plan.refused {
        page.warning(voice.say(Sentence::Refused { why }));
    }
}

/// The number of instances per verdict; together they are all instances found.
fn parts(report: &Report) -> Vec<String> {
    let voice = voice(report.locale);
    let dry = report.mode == Mode::Plan;
    let count = |wanted: &dyn Fn(&&Row) -> bool| report.rows.iter().filter(wanted).count();
    let (mut parts, mut would_be) = (Vec::new(), Vec::new());
    for action in [Action::Stop, Action::Hibernate, Action::Start] {
        let armed = |row: &&Row| row.verdict.action() == Some(action) && row.armed && !dry;
        let would = |row: &&Row| row.verdict.action() == Some(action) && (!row.armed || dry);
        parts.push((count(&armed), Sentence::ToDo { action, count: count(&armed) }));
        would_be.push((count(&would), Sentence::WouldBe { action, count: count(&would) }));
    }
    let reported = count(&|row| speaks(&row.verdict) && row.verdict.action().is_none());
    let skipped = count(&|row| !speaks(&row.verdict));
    parts.append(&mut would_be);
    parts.push((reported, Sentence::Reported { count: reported }));
    parts.push((skipped, Sentence::Skipped { count: skipped }));
    parts.into_iter().filter(|(count, _)| *count > 0).map(|(_, part)| voice.say(part)).collect()
}

/// Whether anything is done about the verdicts.
fn effect(report: &Report) -> Option<Effect> {
    let acting = || report.rows.iter().filter(|row| row.verdict.action().is_some());
    let unarmed = acting().next().is_some() && acting().all(|row| !row.armed);
    match report.mode {
        Mode::Plan if unarmed => Some(Effect::DryUnarmed),
        Mode::Plan => Some(Effect::Dry { steps: report.plan.steps.len() }),
        Mode::Apply | Mode::Undo => unarmed.then_some(Effect::Unarmed),
    }
}

fn list(page: &mut Page, report: &Report, view: &View) {
    let rows = view.rows(report, false);
    if rows.is_empty() && view.reasons.is_empty() {
        nothing_outside_hours(report).into_iter().for_each(|line| page.line(line));
        let (count, found) =
            (report.rows.iter().filter(|row| row.verdict.reason() == Reason::NoPolicy).count(), report.rows.len());
        if count > 0 {
            page.line(voice(report.locale).say(Sentence::NoPolicy { count, found, others: report.has_others() }));
        }
    }
    let (heads, rows) = view.grid(report, &rows);
    page.grid(Some(voice(report.locale).label(Label::of_list(report.has_others()))), heads, rows);
    deferred(report).into_iter().for_each(|line| page.line(line));
}

fn heads(report: &Report, first: Label, last: Label) -> Vec<Head> {
    let word = |label| voice(report.locale).label(label);
    vec![
        Head::new(word(first), Fit::Whole),
        Head::id(word(Label::of_ids(report.has_others()))),
        Head::new(word(Label::Name), Fit::Cut),
        Head::new(word(Label::Account), Fit::Optional(1)),
        Head::new(word(Label::Region), Fit::Optional(2)),
        Head::new(word(last), Fit::Beneath),
    ]
}

fn line(report: &Report, first: Shown, id: &ResourceId, name: &str, last: String) -> Vec<Shown> {
    let Target { account: owner, region } = &*id.place;
    let linked = Shown::from(&*id.name).linked(report.link(id));
    vec![first, linked, name.into(), account(report, owner).into(), (&**region).into(), last.into()]
}

fn outcomes(page: &mut Page, report: &Report) {
    let names: HashMap<&ResourceId, &str> = report.rows.iter().map(|row| (&row.id, &*row.name)).collect();
    let lines = report.outcomes.iter().map(|outcome| {
        let Outcome { id, action, outcome, detail, at: _ } = outcome;
        let name = names.get(id).copied().unwrap_or_default();
        let mut line = line(report, ended(*outcome), id, name, detail.clone());
        line.insert(1, action.as_str().into());
        line
    });
    let voice = voice(report.locale);
    let mut heads = heads(report, Label::Outcome, Label::WhatHappened);
    heads.insert(1, Head::new(voice.label(Label::Action), Fit::Whole));
    page.grid(Some(voice.label(Label::WhatWasDone)), heads, lines.collect());
}

/// The result of a step, by its name.
pub(crate) fn ended(kind: OutcomeKind) -> Shown {
    let tone = match kind {
        OutcomeKind::Stopped | OutcomeKind::Stopping | OutcomeKind::Started | OutcomeKind::Starting => Tone::Good,
        OutcomeKind::Failed | OutcomeKind::Unverified => Tone::Bad,
        OutcomeKind::NotTried | OutcomeKind::Overtaken => Tone::Notice,
        OutcomeKind::Already => Tone::Plain,
    };
    Shown::toned(kind.as_str(), tone)
}

/// Skipped instances that a person must fix.
fn attention(page: &mut Page, report: &Report) {
    let rows = report.rows.iter().filter(|row| row.verdict.wants_attention());
    let lines = rows.map(|row| {
        let reason = Shown::toned(row.verdict.reason().as_str(), Tone::Notice);
        line(report, reason, &row.id, &row.name, why(row, report.locale))
    });
    let title = voice(report.locale).label(Label::SomebodyShouldLook);
    page.grid(Some(title), heads(report, Label::Reason, Label::WhatIsWrong), lines.collect());
}

fn remarks(page: &mut Page, report: &Report) {
    let all = report.rows.iter().flat_map(|row| row.remarks.iter().map(move |one| (row, one)));
    let lines = all.filter(|(_, one)| one.wants_attention()).map(|(row, one)| {
        let word = Shown::toned(one.as_str(), Tone::Notice);
        line(report, word, &row.id, &row.name, remark(one, row.zone, report.locale))
    });
    let title = voice(report.locale).label(Label::TitleRemarks);
    page.grid(Some(title), heads(report, Label::Remark, Label::WhatHappened), lines.collect());
}

fn skipped(page: &mut Page, report: &Report) {
    let mut by_reason: BTreeMap<Reason, (usize, &Row)> = BTreeMap::new();
    for row in report.rows.iter().filter(|row| !speaks(&row.verdict)) {
        by_reason.entry(row.verdict.reason()).or_insert((0, row)).0 += 1;
    }
    let lines = by_reason.into_iter().map(|(reason, (count, row))| {
        let name = if row.name.is_empty() { &*row.id.name } else { &*row.name };
        let example = format!("{name}: {}", detail(&row.verdict, report.locale));
        vec![reason.as_str().into(), count.to_string().into(), example.into()]
    });
    let word = |label| voice(report.locale).label(label);
    let heads = vec![
        Head::new(word(Label::Reason), Fit::Whole),
        Head::figure(word(Label::Count), Fit::Whole),
        Head::new(word(Label::ForExample), Fit::Cut),
    ];
    page.grid(Some(word(Label::TitleSkipped)), heads, lines.collect());
}

/// The counts by account; for a single account the headline is enough.
fn accounts(page: &mut Page, report: &Report) {
    let Views { accounts, regions: _, policies: _, owners: _ } = Views::of(&report.rows, &report.names);
    if accounts.len() < 2 {
        return;
    }
    let word = |label| voice(report.locale).label(label);
    let figures = [Label::Found, Label::Running, Label::OutsideHours, Label::Kept, Label::Skipped];
    let heads = std::iter::once(Head::new(word(Label::Account), Fit::Cut))
        .chain(figures.map(|label| Head::figure(word(label), Fit::Whole)));
    let lines = accounts.into_iter().map(|(id, (_, tally))| {
        let figures = [tally.found, tally.running, tally.outside_hours, tally.kept, tally.left_alone()];
        std::iter::once(account(report, id).into()).chain(figures.map(|count| count.to_string().into())).collect()
    });
    page.grid(Some(word(Label::ByAccount)), heads.collect(), lines.collect());
}

/// Waste, savings, and the cost of the run itself.
fn money(page: &mut Page, report: &Report) {
    crate::render::money::summary(report).into_iter().for_each(|line| page.line(line));
    if let Some(waste) = report.waste() {
        crate::render::money::groups(page, &waste, report);
    }
    crate::render::money::saved(page, report);
}

fn unreachable(page: &mut Page, report: &Report) {
    // An account that denies access does so in every Region, for the same cause, so one line is enough.
    let alike = report.unreachable.chunk_by(|a, b| a.account == b.account && a.cause == b.cause);
    let lines = alike.filter_map(|alike| {
        let Unreachable { account: id, region: _, cause } = alike.first()?;
        let regions: Vec<&str> = alike.iter().map(|unreachable| &*unreachable.region).collect();
        Some(vec![Shown::toned(account(report, id), Tone::Bad), regions.join(", ").into(), cause.as_str().into()])
    });
    unreachable_grid(page, report.locale, lines.collect());
}

fn not_due(page: &mut Page, report: &Report, view: &View) {
    let Some(oldest) = report.not_due.iter().map(|one| one.last_scan).min() else { return };
    let accounts = report.not_due.iter().map(|one| &one.account).collect::<BTreeSet<_>>().len();
    let sentence = Sentence::NotDue { targets: report.not_due.len(), accounts, oldest, zone: view.zone };
    page.item(voice(report.locale).say(sentence));
}

/// Targets that could not be scanned: account, Regions and cause.
pub(crate) fn unreachable_grid(page: &mut Page, locale: crate::engine::model::Locale, lines: Vec<Vec<Shown>>) {
    let word = |label| voice(locale).label(label);
    let heads = vec![
        Head::new(word(Label::Account), Fit::Whole),
        Head::new(word(Label::Region), Fit::Cut),
        Head::new(word(Label::Cause), Fit::Beneath),
    ];
    page.grid(Some(word(Label::TitleNotSeen)), heads, lines);
}
