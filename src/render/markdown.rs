//! The report in Markdown, for tickets and pull requests.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::engine::model::Unreachable;
use crate::engine::model::{Reason, Target, Verdict};
use crate::engine::report::views::Views;
use crate::engine::report::{Report, Row};
use crate::render::catalogue::{Figure, Label, Sentence, voice};
use crate::render::edge::{cell, code};
use crate::render::words::{deferred, not_scanned, nothing_outside_hours, scanned, why};
use crate::render::{detail, remark};

/// The report in Markdown.
pub fn markdown(report: &Report) -> String {
    let (counts, voice) = (report.counts(), voice(report.locale));
    let mut out = String::new();
    let _ = writeln!(out, "# idle-reaper {} {}\n", report.mode.as_str(), report.run);
    let figures = [
        (Figure::Found, counts.found),
        (Figure::Candidates, counts.candidates),
        (Figure::ToDo, report.plan.steps.len()),
        (Figure::Deferred, counts.deferred),
        (Figure::Stopped, counts.stopped),
        (Figure::Started, counts.started),
        (Figure::Failed, counts.failed),
        (Figure::Unreachable, counts.unreachable),
    ];
    let say =
        |(figure, count): (Figure, usize)| voice.say(Sentence::Figure { figure, number: &format!("**{count}**") });
    let list = figures.map(say).join(voice.label(Label::ListBreak));
    let health = voice.say(Sentence::Health { word: &format!("**{}**", report.health().as_str()) });
    let (clause, stop) = (voice.label(Label::ClauseBreak), voice.label(Label::FullStop));
    let _ = writeln!(out, "{}{list}{clause}{health}{stop}\n", voice.say(Sentence::Judged { at: report.at }));
    if let Some(known) = scanned(report) {
        let _ = writeln!(out, "> **{known}**\n");
    }
    if let Some(why) = &report.plan.refused {
        let _ = writeln!(out, "> {}\n", cell(&voice.say(Sentence::Refused { why })));
    }
    candidates(&mut out, report);
    outcomes(&mut out, report);
    attention(&mut out, report);
    skipped(&mut out, report);
    remarks(&mut out, report);
    accounts(&mut out, report);
    out.push_str(&crate::render::money::of_report(report));
    if !report.unreachable.is_empty() {
        head(&mut out, report, Label::TitleNotSeen, &[Label::Account, Label::Region, Label::Cause]);
        // An account that refuses does so in every Region, for the same cause: one line says it.
        for alike in report.unreachable.chunk_by(|a, b| a.account == b.account && a.cause == b.cause) {
            let regions: Vec<&str> = alike.iter().map(|unreachable| &*unreachable.region).collect();
            let Some(Unreachable { account, region: _, cause }) = alike.first() else { continue };
            let _ = writeln!(out, "| {} | {} | {} |", cell(account), cell(&regions.join(", ")), cell(cause));
        }
        out.push('\n');
    }
    for note in not_scanned(report).chain(report.notes.iter().cloned()) {
        let _ = writeln!(out, "- {}", cell(&note));
    }
    out
}

fn candidates(out: &mut String, report: &Report) {
    let speaks = |row: &&Row| !matches!(row.verdict, Verdict::Skip(_) | Verdict::OutOfScope(_));
    let rows: Vec<&Row> = report.rows.iter().filter(speaks).collect();
    if rows.is_empty() {
        nothing_outside_hours(report).into_iter().for_each(|line| *out += &format!("{line}\n\n"));
        return;
    }
    let header = [
        Label::Verdict,
        Label::Armed,
        Label::Instance,
        Label::Name,
        Label::Account,
        Label::Region,
        Label::Policy,
        Label::Why,
    ];
    head(out, report, Label::TitleOutsideHours, &header);
    for row in rows {
        let policy = row.policy.as_ref().map_or("", |policy| policy.name.as_str());
        let armed = voice(report.locale).label(if row.armed { Label::Yes } else { Label::No });
        let _ = writeln!(
            out,
            "| {} | {armed} | {} | {} | {} | {} | {} | {} |",
            row.verdict.as_str(),
            code(&row.id.name),
            cell(&row.name),
            cell(&row.id.place.account),
            cell(&row.id.place.region),
            cell(policy),
            cell(&why(row, report.locale)),
        );
    }
    out.push('\n');
    deferred(report).into_iter().for_each(|line| *out += &format!("{}\n\n", cell(&line)));
}

fn outcomes(out: &mut String, report: &Report) {
    if report.outcomes.is_empty() {
        return;
    }
    let header = [Label::Outcome, Label::Action, Label::Instance, Label::Account, Label::Region, Label::WhatHappened];
    head(out, report, Label::WhatWasDone, &header);
    for outcome in &report.outcomes {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            outcome.outcome.as_str(),
            outcome.action,
            code(&outcome.id.name),
            cell(&outcome.id.place.account),
            cell(&outcome.id.place.region),
            cell(&outcome.detail),
        );
    }
    out.push('\n');
}

/// What was left alone, and somebody has to mend.
fn attention(out: &mut String, report: &Report) {
    let rows: Vec<&Row> = report.rows.iter().filter(|row| row.verdict.wants_attention()).collect();
    if rows.is_empty() {
        return;
    }
    head(out, report, Label::SomebodyShouldLook, &[Label::SparedBecause, Label::Instance, Label::WhatIsWrong]);
    for row in rows {
        let Target { account, region } = &*row.id.place;
        let place = [&*row.name, account, region].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        let (reason, id, place) = (row.verdict.reason(), code(&row.id.name), cell(&place.join(", ")));
        let _ = writeln!(out, "| {reason} | {id} {place} | {} |", cell(&why(row, report.locale)));
    }
    out.push('\n');
}

fn skipped(out: &mut String, report: &Report) {
    let mut by_reason: BTreeMap<Reason, (usize, &Row)> = BTreeMap::new();
    for row in report.rows.iter().filter(|row| matches!(row.verdict, Verdict::Skip(_) | Verdict::OutOfScope(_))) {
        by_reason.entry(row.verdict.reason()).or_insert((0, row)).0 += 1;
    }
    if by_reason.is_empty() {
        return;
    }
    head(out, report, Label::TitleLeftAlone, &[Label::Reason, Label::Count, Label::ForExample]);
    for (reason, (count, row)) in by_reason {
        let _ = writeln!(
            out,
            "| {reason} | {count} | {}: {} |",
            code(&row.id.name),
            cell(&detail(&row.verdict, report.locale))
        );
    }
    out.push('\n');
}

fn remarks(out: &mut String, report: &Report) {
    let all = report.rows.iter().flat_map(|row| row.remarks.iter().map(move |one| (row, one)));
    let all: Vec<_> = all.filter(|(_, one)| one.wants_attention()).collect();
    if all.is_empty() {
        return;
    }
    let header = [Label::Remark, Label::Instance, Label::Name, Label::Account, Label::Region, Label::WhatHappened];
    head(out, report, Label::TitleRemarks, &header);
    for (row, one) in all {
        let (name, said) = (cell(&row.name), cell(&remark(one, row.zone, report.locale)));
        let (word, id, target) = (one.as_str(), code(&row.id.name), &row.id.place);
        let (account, region) = (cell(&target.account), cell(&target.region));
        let _ = writeln!(out, "| {word} | {id} | {name} | {account} | {region} | {said} |");
    }
    out.push('\n');
}

fn accounts(out: &mut String, report: &Report) {
    let Views { accounts, regions: _, policies: _, owners: _ } = Views::of(&report.rows, &report.names);
    if accounts.is_empty() {
        return;
    }
    let header =
        [Label::Account, Label::Name, Label::Found, Label::Running, Label::OutsideHours, Label::Kept, Label::Skipped];
    head(out, report, Label::ByAccount, &header);
    for (id, (name, tally)) in accounts {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} |",
            cell(id),
            cell(name.unwrap_or_default()),
            tally.found,
            tally.running,
            tally.outside_hours,
            tally.kept,
            tally.left_alone(),
        );
    }
    out.push('\n');
}

/// A title, and the head of the table beneath it.
fn head(out: &mut String, report: &Report, title: Label, columns: &[Label]) {
    let voice = voice(report.locale);
    let _ = write!(out, "## {}\n\n|", voice.label(title));
    for column in columns {
        let _ = write!(out, " {} |", voice.label(*column));
    }
    let _ = writeln!(out, "\n|{}", "---|".repeat(columns.len()));
}
