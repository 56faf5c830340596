//! Renderings of an undo: JSON with the fields of any report, a table for terminals, Markdown for tickets.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use comfy_table::Cell;
use serde::Serialize;

use crate::engine::model::{Counts, Health, Outcome, Unreachable};
use crate::engine::model::{Locale, Target};
use crate::engine::plan::Plan;
use crate::engine::request::Mode;
use crate::engine::undo::{Finding, Found, Undo};
use crate::render::Style;
use crate::render::catalogue::{Figure, Label, Sentence, voice};
use crate::render::edge;
use crate::render::edge::cell;
use crate::render::json::Digest;
use crate::render::table::{headed, text};

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
    instances: Vec<Line<'a>>,
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
}

/// Why one instance is started again, or is not.
pub(super) fn why(finding: &Finding, locale: Locale) -> String {
    let mut out = String::new();
    let _ = voice(locale).finding(&mut out, finding);
    out
}

fn word(finding: &Finding) -> &'static str {
    match finding {
        Finding::Start => "start",
        Finding::Left(_) => "skip",
    }
}

fn line<'a>(undo: &Undo, found: &'a Found) -> Line<'a> {
    let Found { stop, finding, launched: _, owner: _ } = found;
    Line {
        account: &stop.id.place.account,
        region: &stop.id.place.region,
        id: &stop.id.name,
        name: &stop.name,
        policy: &stop.policy,
        verdict: word(finding),
        armed: *finding == Finding::Start && undo.applied,
        reason: match finding {
            Finding::Start => "undo",
            Finding::Left(why) => why.as_str(),
        },
        detail: why(finding, undo.locale),
    }
}

/// The undo as JSON, with the fields of a report of version 1.
///
/// # Errors
/// When the serializer fails.
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
        instances: found.iter().map(|found| line(undo, found)).collect(),
        plan,
        outcomes,
        unreachable,
        denied,
    };
    edge::json(&whole, indent)
}

/// The figures of `undo`, pointing to the whole of it.
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
    let shown = [(Figure::Found, counts.found), (Figure::ToDo, undo.plan.steps.len())]
        .into_iter()
        .chain(beside.into_iter().filter(|(_, count)| *count > 0));
    let say = |(figure, count): (Figure, usize)| voice.say(Sentence::Figure { figure, number: &count.to_string() });
    let list = shown.map(say).collect::<Vec<_>>().join(voice.label(Label::ListBreak));
    let word = match undo.health() {
        Health::Ok => "ok",
        Health::Degraded => "DEGRADED",
    };
    list + voice.label(Label::ClauseBreak) + &voice.say(Sentence::Health { word })
}

fn headline(undo: &Undo) -> String {
    let Undo { run, undoes, at, applied, .. } = undo;
    voice(undo.locale).say(Sentence::Undoing { run, undoes, at: *at, applied: *applied })
}

/// The undo as a table.
pub fn undo_table(undo: &Undo, style: Style) -> String {
    let voice = voice(undo.locale);
    let mut out = format!("{}\n{}\n\n", headline(undo), figures(undo));
    if undo.found.is_empty() {
        let _ = writeln!(out, "{}\n", voice.label(Label::NothingToUndo));
    } else {
        let head =
            [Label::Verdict, Label::Instance, Label::Name, Label::Account, Label::Region, Label::Policy, Label::Why];
        let mut table = headed(undo.locale, style, &head);
        for found in &undo.found {
            let Line { account, region, id, name, policy, verdict, armed: _, reason: _, detail } = line(undo, found);
            let cells = [text(verdict), text(id), text(name), text(account), text(region), text(policy), text(&detail)];
            table.add_row(cells.to_vec());
        }
        let _ = writeln!(out, "{table}\n");
    }
    if !undo.outcomes.is_empty() {
        let head = [Label::Outcome, Label::Instance, Label::Account, Label::Region, Label::WhatHappened];
        let mut table = headed(undo.locale, style, &head);
        for Outcome { id, action: _, outcome, detail, at: _ } in &undo.outcomes {
            let Target { account, region } = &*id.place;
            let cells = [Cell::new(outcome.as_str()), text(&id.name), text(account), text(region), text(detail)];
            table.add_row(cells.to_vec());
        }
        let _ = writeln!(out, "{}\n{table}\n", voice.label(Label::WhatWasDone));
    }
    if !undo.unreachable.is_empty() {
        let mut table = headed(undo.locale, style, &[Label::NotSeen, Label::Region, Label::Cause]);
        for Unreachable { account, region, cause } in &undo.unreachable {
            table.add_row(vec![text(account), text(region), text(cause)]);
        }
        let _ = writeln!(out, "{table}\n");
    }
    for note in &undo.notes {
        let _ = writeln!(out, "{}", voice.say(Sentence::Note { note }));
    }
    out
}

/// The undo in Markdown.
pub fn undo_markdown(undo: &Undo) -> String {
    let voice = voice(undo.locale);
    let mut out = format!("# {}\n\n{}{}\n\n", cell(&headline(undo)), figures(undo), voice.label(Label::FullStop));
    let mut table = |head: &[Label], rows: Vec<Vec<String>>| {
        if rows.is_empty() {
            return;
        }
        let words: Vec<&str> = head.iter().map(|label| voice.label(*label)).collect();
        let _ = writeln!(out, "| {} |\n|{}", words.join(" | "), "---|".repeat(words.len()));
        for row in rows {
            let cells: Vec<String> = row.iter().map(|text| cell(text)).collect();
            let _ = writeln!(out, "| {} |", cells.join(" | "));
        }
        out.push('\n');
    };
    let found = undo.found.iter().map(|found| {
        let Line { account, region, id, name, policy: _, verdict, armed: _, reason: _, detail } = line(undo, found);
        [verdict, id, name, account, region, &detail].map(str::to_owned).to_vec()
    });
    let head = [Label::Verdict, Label::Instance, Label::Name, Label::Account, Label::Region, Label::Why];
    table(&head, found.collect());
    let outcomes = undo.outcomes.iter().map(|one| {
        [one.outcome.as_str(), &one.id.name, &one.id.place.account, &one.id.place.region, &one.detail]
            .map(str::to_owned)
            .to_vec()
    });
    let head = [Label::Outcome, Label::Instance, Label::Account, Label::Region, Label::WhatHappened];
    table(&head, outcomes.collect());
    let unreachable =
        undo.unreachable.iter().map(|one| [&*one.account, &*one.region, &one.cause].map(str::to_owned).to_vec());
    table(&[Label::Account, Label::Region, Label::Cause], unreachable.collect());
    for note in &undo.notes {
        let _ = writeln!(out, "- {}", cell(note));
    }
    out
}
