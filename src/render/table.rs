//! The report for a terminal: first what matters, then what was spared and why, then what could not be seen.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use comfy_table::{Attribute, Cell, Color, ContentArrangement, LineStyle, Table, TableStyle};

use super::{Style, detail};
use crate::decide::report::{Ending, Health, Outcome, Report, Row};
use crate::words::{Reason, Verdict};

/// One line under the header and nothing else: rows of a hundred instances stay readable.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// The report as a table.
pub fn table(report: &Report, style: Style) -> String {
    let mut out = String::new();
    headline(&mut out, report, style);
    condemned(&mut out, report, style);
    outcomes(&mut out, report, style);
    attention(&mut out, report, style);
    spared(&mut out, report, style);
    unseen(&mut out, report, style);
    for note in &report.notes {
        let _ = writeln!(out, "note: {note}");
    }
    out
}

fn headline(out: &mut String, report: &Report, style: Style) {
    let counts = report.counts();
    let _ = writeln!(
        out,
        "{} of run {}, judged at {}",
        report.mode.as_str(),
        report.run,
        report.at.format("%Y-%m-%d %H:%M UTC")
    );
    let plan = &report.plan;
    let mut parts = vec![format!("{} seen", counts.seen), format!("{} condemned", counts.condemned)];
    parts.push(format!("{} to do", plan.steps.len()));
    for (figure, word) in [
        (counts.deferred, "deferred"),
        (counts.stopped, "stopped"),
        (counts.started, "started"),
        (counts.failed, "failed"),
        (counts.blind, "blind"),
        (counts.closed, "closed"),
    ] {
        if figure > 0 {
            parts.push(format!("{figure} {word}"));
        }
    }
    let health = match report.health() {
        Health::Ok => paint("health ok", Color::Green, style),
        Health::Degraded => paint("health DEGRADED", Color::Red, style),
    };
    let _ = writeln!(out, "{}; {health}; {} calls\n", parts.join(", "), counts.calls);
    if let Some(why) = &plan.refused {
        let _ = writeln!(out, "{}\n", paint(&format!("Nothing is acted on: {why}"), Color::Red, style));
    }
}

fn condemned(out: &mut String, report: &Report, style: Style) {
    let rows: Vec<&Row> = report.rows.iter().filter(|row| speaks(&row.verdict)).collect();
    if rows.is_empty() {
        let _ = writeln!(out, "Nothing runs outside its hours.\n");
        return;
    }
    let mut table = new_table(style, &["verdict", "instance", "name", "account", "region", "policy", "why"]);
    for row in &rows {
        let word = if row.armed || row.verdict.action().is_none() {
            row.verdict.as_str().to_owned()
        } else {
            format!("{} (unarmed)", row.verdict.as_str())
        };
        table.add_row(vec![
            coloured(&word, verdict_colour(&row.verdict), style),
            Cell::new(&row.id),
            text(&row.name),
            Cell::new(account(report, &row.target.account)),
            Cell::new(&row.target.region),
            Cell::new(row.policy.as_ref().map_or("", |policy| policy.name.as_str())),
            text(&detail(&row.verdict)),
        ]);
    }
    let _ = writeln!(out, "{table}\n");
    if !report.plan.deferred.is_empty() {
        let mut by_cap: BTreeMap<&str, usize> = BTreeMap::new();
        for deferred in &report.plan.deferred {
            *by_cap.entry(deferred.because.as_str()).or_default() += 1;
        }
        let list: Vec<String> = by_cap.iter().map(|(cap, count)| format!("{count} by `{cap}`")).collect();
        let _ = writeln!(out, "Deferred to a later run: {}\n", list.join(", "));
    }
}

/// Whether the line stands in the first table: something is to be done, or would be.
fn speaks(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Stop(_) | Verdict::Hibernate(_) | Verdict::Start(_) | Verdict::Report(_) => true,
        Verdict::Spare(_) | Verdict::OutOfScope(_) => false,
    }
}

fn outcomes(out: &mut String, report: &Report, style: Style) {
    if report.outcomes.is_empty() {
        return;
    }
    let mut table = new_table(style, &["outcome", "action", "instance", "account", "region", "what happened"]);
    for outcome in &report.outcomes {
        let Outcome { id, account: owner, region, action, outcome: ending, detail, at: _ } = outcome;
        table.add_row(vec![
            coloured(ending.as_str(), ending_colour(*ending), style),
            Cell::new(action.as_str()),
            Cell::new(id),
            Cell::new(account(report, owner)),
            Cell::new(region),
            text(detail),
        ]);
    }
    let _ = writeln!(out, "What was done\n{table}\n");
}

fn attention(out: &mut String, report: &Report, style: Style) {
    let wanting = |row: &&Row| match &row.verdict {
        Verdict::Spare(spared) => spared.wants_attention(),
        Verdict::Stop(_) | Verdict::Hibernate(_) | Verdict::Start(_) | Verdict::Report(_) | Verdict::OutOfScope(_) => {
            false
        }
    };
    let rows: Vec<&Row> = report.rows.iter().filter(wanting).collect();
    if rows.is_empty() {
        return;
    }
    let mut table = new_table(style, &["spared because", "instance", "name", "account", "region", "what is wrong"]);
    for row in rows {
        table.add_row(vec![
            coloured(row.verdict.reason().as_str(), Color::Yellow, style),
            Cell::new(&row.id),
            text(&row.name),
            Cell::new(account(report, &row.target.account)),
            Cell::new(&row.target.region),
            text(&detail(&row.verdict)),
        ]);
    }
    let _ = writeln!(out, "Spared, and somebody should look\n{table}\n");
}

fn spared(out: &mut String, report: &Report, style: Style) {
    let mut by_reason: BTreeMap<Reason, Vec<&Row>> = BTreeMap::new();
    for row in report.rows.iter().filter(|row| !speaks(&row.verdict)) {
        by_reason.entry(row.verdict.reason()).or_default().push(row);
    }
    if by_reason.is_empty() {
        return;
    }
    let mut table = new_table(style, &["left alone", "count", "for example"]);
    for (reason, rows) in by_reason {
        let example = rows.first().map_or(String::new(), |row| {
            let name = if row.name.is_empty() { &row.id } else { &row.name };
            format!("{name}: {}", detail(&row.verdict))
        });
        table.add_row(vec![Cell::new(reason.as_str()), Cell::new(rows.len()), text(&example)]);
    }
    let _ = writeln!(out, "{table}\n");
}

fn unseen(out: &mut String, report: &Report, style: Style) {
    if !report.blind.is_empty() {
        let mut table = new_table(style, &["not seen", "region", "cause"]);
        for blind in &report.blind {
            table.add_row(vec![
                coloured(&account(report, &blind.account), Color::Red, style),
                Cell::new(&blind.region),
                text(&blind.cause),
            ]);
        }
        let _ = writeln!(out, "{table}\n");
    }
    for skipped in &report.skipped {
        let name = skipped.name.as_deref().map_or(String::new(), |name| format!(" ({name})"));
        let _ = writeln!(out, "not looked at: {}{name}: {}", skipped.account, skipped.because);
    }
}

fn account(report: &Report, id: &std::sync::Arc<str>) -> String {
    report.names.get(id).map_or_else(|| id.to_string(), |name| format!("{name} {id}"))
}

fn new_table(style: Style, header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(STYLE).set_header(header.iter().map(|text| bold(text, style))).force_no_tty();
    if style.colour {
        table.enforce_styling();
    }
    if let Some(width) = style.width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    table
}

/// Text that teams or AWS wrote: no control character of theirs reaches the terminal.
fn text(text: &str) -> Cell {
    Cell::new(text.replace(char::is_control, " "))
}

fn bold(text: &str, style: Style) -> Cell {
    let cell = Cell::new(text);
    if style.colour { cell.add_attribute(Attribute::Bold) } else { cell }
}

fn coloured(text: &str, colour: Color, style: Style) -> Cell {
    let cell = Cell::new(text);
    if style.colour { cell.fg(colour) } else { cell }
}

fn paint(text: &str, colour: Color, style: Style) -> String {
    let code = if colour == Color::Green { 32 } else { 31 };
    if style.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

fn verdict_colour(verdict: &Verdict) -> Color {
    match verdict {
        Verdict::Stop(_) | Verdict::Hibernate(_) => Color::Red,
        Verdict::Start(_) => Color::Green,
        Verdict::Report(_) => Color::Yellow,
        Verdict::Spare(_) | Verdict::OutOfScope(_) => Color::Reset,
    }
}

fn ending_colour(ending: Ending) -> Color {
    match ending {
        Ending::Stopped | Ending::Stopping | Ending::Started => Color::Green,
        Ending::Failed | Ending::Unverified => Color::Red,
        Ending::NotTried | Ending::Overtaken => Color::Yellow,
        Ending::Already => Color::Reset,
    }
}
