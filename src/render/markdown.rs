//! The report in Markdown, for tickets and pull requests.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::detail;
use crate::decide::report::{Report, Row};
use crate::words::{Reason, Verdict};

/// The report in Markdown.
pub fn markdown(report: &Report) -> String {
    let counts = report.counts();
    let mut out = String::new();
    let _ = writeln!(out, "# idle-reaper {} {}\n", report.mode.as_str(), report.run);
    let _ = writeln!(
        out,
        "Judged at {}. **{}** seen, **{}** condemned, **{}** to do, **{}** deferred, **{}** stopped, **{}** started, **{}** failed, **{}** blind; health **{}**.\n",
        report.at.format("%Y-%m-%d %H:%M UTC"),
        counts.seen,
        counts.condemned,
        report.plan.steps.len(),
        counts.deferred,
        counts.stopped,
        counts.started,
        counts.failed,
        counts.blind,
        report.health().as_str(),
    );
    if let Some(why) = &report.plan.refused {
        let _ = writeln!(out, "> Nothing is acted on: {}\n", cell(why));
    }
    condemned(&mut out, report);
    outcomes(&mut out, report);
    spared(&mut out, report);
    if !report.blind.is_empty() {
        let _ = writeln!(out, "## Not seen\n\n| account | region | cause |\n|---|---|---|");
        for blind in &report.blind {
            let _ = writeln!(out, "| {} | {} | {} |", blind.account, cell(&blind.region), cell(&blind.cause));
        }
        out.push('\n');
    }
    for note in &report.notes {
        let _ = writeln!(out, "- {}", cell(note));
    }
    out
}

fn condemned(out: &mut String, report: &Report) {
    let speaks = |row: &&Row| !matches!(row.verdict, Verdict::Spare(_) | Verdict::OutOfScope(_));
    let rows: Vec<&Row> = report.rows.iter().filter(speaks).collect();
    if rows.is_empty() {
        let _ = writeln!(out, "Nothing runs outside its hours.\n");
        return;
    }
    let _ = writeln!(
        out,
        "## Outside hours\n\n| verdict | armed | instance | name | account | region | policy | why |\n|---|---|---|---|---|---|---|---|"
    );
    for row in rows {
        let policy = row.policy.as_ref().map_or("", |policy| policy.name.as_str());
        let armed = if row.armed { "yes" } else { "no" };
        let _ = writeln!(
            out,
            "| {} | {armed} | `{}` | {} | {} | {} | {policy} | {} |",
            row.verdict.as_str(),
            row.id,
            cell(&row.name),
            row.target.account,
            row.target.region,
            cell(&detail(&row.verdict)),
        );
    }
    out.push('\n');
}

fn outcomes(out: &mut String, report: &Report) {
    if report.outcomes.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "## What was done\n\n| outcome | action | instance | account | region | what happened |\n|---|---|---|---|---|---|"
    );
    for outcome in &report.outcomes {
        let _ = writeln!(
            out,
            "| {} | {} | `{}` | {} | {} | {} |",
            outcome.outcome.as_str(),
            outcome.action,
            outcome.id,
            outcome.account,
            outcome.region,
            cell(&outcome.detail),
        );
    }
    out.push('\n');
}

fn spared(out: &mut String, report: &Report) {
    let mut by_reason: BTreeMap<Reason, (usize, &Row)> = BTreeMap::new();
    for row in report.rows.iter().filter(|row| matches!(row.verdict, Verdict::Spare(_) | Verdict::OutOfScope(_))) {
        by_reason.entry(row.verdict.reason()).or_insert((0, row)).0 += 1;
    }
    if by_reason.is_empty() {
        return;
    }
    let _ = writeln!(out, "## Left alone\n\n| reason | count | for example |\n|---|---|---|");
    for (reason, (count, row)) in by_reason {
        let _ = writeln!(out, "| {reason} | {count} | `{}`: {} |", row.id, cell(&detail(&row.verdict)));
    }
    out.push('\n');
}

/// Text that teams wrote, made harmless: no pipe or line break ends a cell, no markup is rendered.
fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' | '<' | '[' | ']' | '*' | '_' | '!' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
