//! Renderings of an undo: JSON with the fields of a report, a table for terminals, Markdown for tickets.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::engine::model::{Counts, Health, Kind, Outcome, Target, Unreachable};
use crate::engine::plan::Plan;
use crate::engine::request::Mode;
use crate::engine::undo::{Finding, Found, Undo, WhyNot};
use crate::render::catalogue::{Figure, Label, Sentence, voice};
use crate::render::json::Digest;
use crate::render::page::{Fit, Head, Page, Shown, Tone};
use crate::render::report::{ended, unreachable_grid};
use crate::render::{edge, why_started};

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Whole<'a> {
    version: u8,
    run: &'a str,
    mode: Mode,
    undoes: &'a str,
    applied: bool,
    at: DateTime<Utc>,
    health: Health,
    counts: Counts,
    notes: &'a [String],
    resources: Vec<Line<'a>>,
    plan: &'a Plan,
    outcomes: &'a [Outcome],
    unreachable: &'a [Unreachable],
    denied: &'a [Target],
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Line<'a> {
    account: &'a str,
    region: &'a str,
    id: &'a str,
    name: &'a str,
    policy: &'a str,
    verdict: &'static str,
    armed: bool,
    reason: &'a str,
    detail: String,
    /// Its page in the AWS console, where the settings have links.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

fn line<'a>(undo: &Undo, found: &'a Found) -> Line<'a> {
    let Found { stop, finding, launched: _, owner: _ } = found;
    let (verdict, reason) = match finding {
        Finding::Start => ("start", "undo"),
        Finding::Left(why) => ("skip", why.as_str()),
    };
    Line {
        account: &stop.id.place.account,
        region: &stop.id.place.region,
        id: &stop.id.name,
        name: &stop.name,
        policy: &stop.policy,
        verdict,
        armed: *finding == Finding::Start && undo.applied,
        reason,
        detail: why_started(finding, undo.locale),
        link: undo.links.as_ref().and_then(|links| links.resource(&stop.id)),
    }
}

/// The undo as JSON, with the fields of a report of version 1.
///
/// # Errors
/// If the serializer fails.
pub fn undo_json(undo: &Undo, indent: bool) -> serde_json::Result<String> {
    let Undo { run, undoes, at, applied, whole: _, found, plan, outcomes, unreachable, denied, notes, .. } = undo;
    let whole = Whole {
        version: 1,
        run,
        mode: Mode::Undo,
        undoes,
        applied: *applied,
        at: *at,
        health: undo.health(),
        counts: undo.counts(),
        notes,
        resources: found.iter().map(|found| line(undo, found)).collect(),
        plan,
        outcomes,
        unreachable,
        denied,
    };
    edge::json(&whole, indent)
}

/// The counts of `undo`, with a pointer to the whole of it.
pub fn undo_digest(undo: &Undo, whole: serde_json::Value) -> Digest {
    Digest {
        run: undo.run.clone(),
        mode: Mode::Undo,
        health: undo.health(),
        counts: undo.counts(),
        report: whole,
        event: None,
        undoes: Some(undo.undoes.clone()),
        refused: None,
        notes: undo.notes.clone(),
    }
}

fn figures(undo: &Undo) -> String {
    let (counts, voice) = (undo.counts(), voice(undo.locale));
    let beside =
        [(Figure::Started, counts.started), (Figure::Failed, counts.failed), (Figure::Unreachable, counts.unreachable)];
    let selected = undo.found.iter().filter(|found| is_selected(found)).count();
    let always = [(Figure::Found, selected), (Figure::ToDo, undo.plan.steps.len())];
    let list = voice.figures(&always, &beside).join(voice.label(Label::ListBreak));
    let word = match undo.health() {
        Health::Ok => "ok",
        Health::Degraded => "DEGRADED",
    };
    list + voice.label(Label::ClauseBreak) + &voice.say(Sentence::Health { word })
}

fn headline(undo: &Undo) -> String {
    let Undo { run, undoes, by_tags_in, at, applied, .. } = undo;
    let account = by_tags_in.as_deref();
    voice(undo.locale).say(Sentence::Undoing { run, undoes, account, at: *at, applied: *applied })
}

/// Whether this request selects the instance.
fn is_selected(found: &Found) -> bool {
    found.finding != Finding::Left(WhyNot::NotSelected)
}

/// The undo as a page.
pub fn undo_page(undo: &Undo) -> Page {
    let mut page = Page::new(undo.locale);
    let word = |label| voice(undo.locale).label(label);
    page.title(headline(undo));
    if let Some(links) = &undo.links {
        // A dry run is in no record.
        let own = links.run(&undo.run, undo.at).filter(|_| undo.applied && undo.by_tags_in.is_none());
        page.link(word(Label::WholeReport), own);
        page.link(&undo.undoes, links.other_run(&undo.undoes));
    }
    page.line(figures(undo));
    let selected: Vec<&Found> = undo.found.iter().filter(|found| is_selected(found)).collect();
    let others = undo.found.iter().any(|found| found.stop.id.kind != Kind::Instance);
    let count = undo.found.len().saturating_sub(selected.len());
    if count > 0 {
        page.line(voice(undo.locale).say(Sentence::OthersNotSelected { count, others }));
    }
    if selected.is_empty() {
        page.line(word(Label::NothingToUndo));
    }
    let places =
        || [Head::new(word(Label::Account), Fit::Optional(1)), Head::new(word(Label::Region), Fit::Optional(2))];
    let names = || [Head::id(word(Label::of_ids(others))), Head::new(word(Label::Name), Fit::Cut)];
    let found = selected.iter().map(|found| {
        let Line { account, region, id, name, policy, verdict, armed: _, reason: _, detail, link } = line(undo, found);
        let rest = [name, account, region, policy, &detail].map(Shown::from);
        [verdict.into(), Shown::from(id).linked(link)].into_iter().chain(rest).collect()
    });
    let last = [Head::new(word(Label::Policy), Fit::Optional(3)), Head::new(word(Label::Why), Fit::Beneath)];
    let heads = [Head::new(word(Label::Verdict), Fit::Whole)].into_iter().chain(names()).chain(places()).chain(last);
    page.grid(Some(word(Label::of_list(others))), heads.collect(), found.collect());
    let outcomes = undo.outcomes.iter().map(|one| {
        let Outcome { id, action: _, outcome, detail, at: _ } = one;
        let Target { account, region } = &*id.place;
        let stop = undo.found.iter().map(|found| &found.stop).find(|stop| stop.id == *id);
        let name = stop.map_or("", |stop| &*stop.name);
        let link = undo.links.as_ref().and_then(|links| links.resource(id));
        let shown = [name, account, region, detail].map(Shown::from);
        [ended(*outcome), Shown::from(&*id.name).linked(link)].into_iter().chain(shown).collect()
    });
    let happened = Head::new(word(Label::WhatHappened), Fit::Beneath);
    let heads = [Head::new(word(Label::Outcome), Fit::Whole)].into_iter().chain(names()).chain(places());
    page.grid(Some(word(Label::WhatWasDone)), heads.chain([happened]).collect(), outcomes.collect());
    let unreachable = undo.unreachable.iter().map(|one| {
        let Unreachable { account, region, cause } = one;
        vec![Shown::toned(&**account, Tone::Bad), (&**region).into(), cause.as_str().into()]
    });
    unreachable_grid(&mut page, undo.locale, unreachable.collect());
    for note in &undo.notes {
        page.item(voice(undo.locale).say(Sentence::Note { note }));
    }
    page
}
