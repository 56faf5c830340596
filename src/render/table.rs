//! The report for a terminal: first what matters, then what was skipped and why, then what could not be seen.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use comfy_table::{Attribute, Cell, Color, ContentArrangement, LineStyle, Table, TableStyle};

use crate::engine::model::{Ending, Health, Outcome};
use crate::engine::model::{Locale, Reason, Verdict};
use crate::engine::report::views::Views;
use crate::engine::report::{Report, Row};
use crate::render::catalogue::{Figure, Label, Sentence, voice};
use crate::render::edge::plain;
use crate::render::words::{deferred, not_scanned, nothing_outside_hours, scanned, why};
use crate::render::{Style, detail, remark};

/// One line under the header and nothing else: rows of a hundred instances stay readable.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// The report as a table.
pub fn table(report: &Report, style: Style) -> String {
    let mut out = String::new();
    headline(&mut out, report, style);
    candidates(&mut out, report, style);
    outcomes(&mut out, report, style);
    attention(&mut out, report, style);
    remarks(&mut out, report, style);
    skipped(&mut out, report, style);
    accounts(&mut out, report, style);
    money(&mut out, report, style);
    unseen(&mut out, report, style);
    for note in &report.notes {
        let _ = writeln!(out, "{}", voice(report.locale).say(Sentence::Note { note }));
    }
    out
}

fn headline(out: &mut String, report: &Report, style: Style) {
    let (counts, voice) = (report.counts(), voice(report.locale));
    let plan = &report.plan;
    let headline = Sentence::Headline { mode: report.mode, run: &report.run, at: report.at };
    let _ = writeln!(out, "{}", voice.say(headline));
    let say = |figure, number: &str| voice.say(Sentence::Figure { figure, number });
    let always =
        [(Figure::Found, counts.found), (Figure::Candidates, counts.candidates), (Figure::ToDo, plan.steps.len())];
    let beside = [
        (Figure::Deferred, counts.deferred),
        (Figure::Stopped, counts.stopped),
        (Figure::Started, counts.started),
        (Figure::Failed, counts.failed),
        (Figure::Unreachable, counts.unreachable),
        (Figure::Denied, counts.denied),
    ];
    let shown = always.into_iter().chain(beside.into_iter().filter(|(_, count)| *count > 0));
    let parts: Vec<String> = shown.map(|(figure, count)| say(figure, &count.to_string())).collect();
    let (word, colour) = match report.health() {
        Health::Ok => ("ok", Color::Green),
        Health::Degraded => ("DEGRADED", Color::Red),
    };
    let health = paint(&voice.say(Sentence::Health { word }), colour, style);
    let (list, clause) = (parts.join(voice.label(Label::ListBreak)), voice.label(Label::ClauseBreak));
    let calls = say(Figure::Calls, &counts.calls.to_string());
    let _ = writeln!(out, "{list}{clause}{health}{clause}{calls}\n");
    if let Some(known) = scanned(report) {
        let _ = writeln!(out, "{}\n", paint(&known, Color::Red, style));
    }
    if let Some(why) = &plan.refused {
        let _ = writeln!(out, "{}\n", paint(&voice.say(Sentence::Refused { why }), Color::Red, style));
    }
}

fn candidates(out: &mut String, report: &Report, style: Style) {
    let voice = voice(report.locale);
    let rows: Vec<&Row> = report.rows.iter().filter(|row| speaks(&row.verdict)).collect();
    if rows.is_empty() {
        nothing_outside_hours(report).into_iter().for_each(|line| *out += &format!("{line}\n\n"));
        return;
    }
    let header =
        [Label::Verdict, Label::Instance, Label::Name, Label::Account, Label::Region, Label::Policy, Label::Why];
    let mut table = new_table(report, style, &header);
    for row in &rows {
        let word = if row.armed || row.verdict.action().is_none() {
            row.verdict.as_str().to_owned()
        } else {
            voice.say(Sentence::Unarmed { verdict: row.verdict.as_str() })
        };
        table.add_row(vec![
            coloured(&word, verdict_colour(&row.verdict), style),
            text(&row.id.name),
            text(&row.name),
            text(&account(report, &row.id.place.account)),
            text(&row.id.place.region),
            text(row.policy.as_ref().map_or("", |policy| policy.name.as_str())),
            text(&why(row, report.locale)),
        ]);
    }
    let _ = writeln!(out, "{table}\n");
    deferred(report).into_iter().for_each(|line| *out += &format!("{line}\n\n"));
}

/// Whether the line stands in the first table: something is to be done, or would be.
fn speaks(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Stop(_) | Verdict::Hibernate(_) | Verdict::Start(_) | Verdict::Idle(_) | Verdict::Report(_) => true,
        Verdict::Skip(_) | Verdict::OutOfScope(_) => false,
    }
}

fn outcomes(out: &mut String, report: &Report, style: Style) {
    if report.outcomes.is_empty() {
        return;
    }
    let header = [Label::Outcome, Label::Action, Label::Instance, Label::Account, Label::Region, Label::WhatHappened];
    let mut table = new_table(report, style, &header);
    for outcome in &report.outcomes {
        let Outcome { id, action, outcome: ending, detail, at: _ } = outcome;
        table.add_row(vec![
            coloured(ending.as_str(), ending_colour(*ending), style),
            Cell::new(action.as_str()),
            text(&id.name),
            text(&account(report, &id.place.account)),
            text(&id.place.region),
            text(detail),
        ]);
    }
    let _ = writeln!(out, "{}\n{table}\n", voice(report.locale).label(Label::WhatWasDone));
}

fn attention(out: &mut String, report: &Report, style: Style) {
    let rows: Vec<&Row> = report.rows.iter().filter(|row| row.verdict.wants_attention()).collect();
    if rows.is_empty() {
        return;
    }
    let header =
        [Label::SparedBecause, Label::Instance, Label::Name, Label::Account, Label::Region, Label::WhatIsWrong];
    let mut table = new_table(report, style, &header);
    for row in rows {
        table.add_row(vec![
            coloured(row.verdict.reason().as_str(), Color::Yellow, style),
            text(&row.id.name),
            text(&row.name),
            text(&account(report, &row.id.place.account)),
            text(&row.id.place.region),
            text(&why(row, report.locale)),
        ]);
    }
    let _ = writeln!(out, "{}\n{table}\n", voice(report.locale).label(Label::SomebodyShouldLook));
}

fn remarks(out: &mut String, report: &Report, style: Style) {
    let header = [Label::Remark, Label::Instance, Label::Name, Label::Account, Label::Region, Label::WhatHappened];
    let mut table = new_table(report, style, &header);
    let all = report.rows.iter().flat_map(|row| row.remarks.iter().map(move |one| (row, one)));
    for (row, one) in all.filter(|(_, one)| one.wants_attention()) {
        table.add_row(vec![
            coloured(one.as_str(), Color::Yellow, style),
            text(&row.id.name),
            text(&row.name),
            text(&account(report, &row.id.place.account)),
            text(&row.id.place.region),
            text(&remark(one, row.zone, report.locale)),
        ]);
    }
    if !table.is_empty() {
        let _ = writeln!(out, "{}\n{table}\n", voice(report.locale).label(Label::TitleRemarks));
    }
}

fn skipped(out: &mut String, report: &Report, style: Style) {
    let mut by_reason: BTreeMap<Reason, Vec<&Row>> = BTreeMap::new();
    for row in report.rows.iter().filter(|row| !speaks(&row.verdict)) {
        by_reason.entry(row.verdict.reason()).or_default().push(row);
    }
    if by_reason.is_empty() {
        return;
    }
    let mut table = new_table(report, style, &[Label::LeftAloneBy, Label::Count, Label::ForExample]);
    for (reason, rows) in by_reason {
        let example = rows.first().map_or(String::new(), |row| {
            let name = if row.name.is_empty() { &*row.id.name } else { &*row.name };
            format!("{name}: {}", detail(&row.verdict, report.locale))
        });
        table.add_row(vec![Cell::new(reason.as_str()), Cell::new(rows.len()), text(&example)]);
    }
    let _ = writeln!(out, "{table}\n");
}

/// The figures by account; of a single one the headline tells enough.
fn accounts(out: &mut String, report: &Report, style: Style) {
    let Views { accounts, regions: _, policies: _, owners: _ } = Views::of(&report.rows, &report.names);
    if accounts.len() < 2 {
        return;
    }
    let header = [Label::Account, Label::Found, Label::Running, Label::OutsideHours, Label::Kept, Label::Skipped];
    let mut table = new_table(report, style, &header);
    for (id, (name, tally)) in accounts {
        let title = name.map_or_else(|| id.to_owned(), |name| format!("{name} {id}"));
        let figures = [tally.found, tally.running, tally.outside_hours, tally.kept, tally.left_alone()];
        table.add_row(std::iter::once(text(&title)).chain(figures.map(Cell::new)).collect::<Vec<_>>());
    }
    let _ = writeln!(out, "{table}\n");
}

/// What is wasted, what was saved, and what the run cost itself.
fn money(out: &mut String, report: &Report, style: Style) {
    let lines = crate::render::money::summary(report);
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(out, "{}", lines.join("\n"));
    let groups = report.waste().map(|waste| crate::render::money::groups(&waste, report)).unwrap_or_default();
    if !groups.is_empty() {
        let mut table = plain_table(style, crate::render::money::heads(report.locale));
        table.add_rows(groups.iter().map(|line| line.iter().map(|cell| text(cell))));
        let _ = writeln!(out, "{table}");
    }
    out.push('\n');
}

fn unseen(out: &mut String, report: &Report, style: Style) {
    if !report.unreachable.is_empty() {
        let mut table = new_table(report, style, &[Label::NotSeen, Label::Region, Label::Cause]);
        // An account that refuses does so in every Region, for the same cause: one line says it.
        for alike in report.unreachable.chunk_by(|a, b| a.account == b.account && a.cause == b.cause) {
            let regions: Vec<&str> = alike.iter().map(|unreachable| &*unreachable.region).collect();
            let Some(first) = alike.first() else { continue };
            table.add_row(vec![
                coloured(&account(report, &first.account), Color::Red, style),
                text(&regions.join(", ")),
                text(&first.cause),
            ]);
        }
        let _ = writeln!(out, "{table}\n");
    }
    not_scanned(report).for_each(|line| *out += &format!("{line}\n"));
}

fn account(report: &Report, id: &std::sync::Arc<str>) -> String {
    report.names.get(id).map_or_else(|| id.to_string(), |name| format!("{name} {id}"))
}

fn new_table(report: &Report, style: Style, header: &[Label]) -> Table {
    headed(report.locale, style, header)
}

/// An empty table with these heads.
pub(crate) fn headed(locale: Locale, style: Style, header: &[Label]) -> Table {
    plain_table(style, header.iter().map(|label| voice(locale).label(*label)))
}

fn plain_table(style: Style, header: impl IntoIterator<Item = &'static str>) -> Table {
    let mut table = Table::new();
    let words = header.into_iter().map(|text| bold(text, style));
    table.load_style(STYLE).set_header(words).force_no_tty();
    if style.colour {
        table.enforce_styling();
    }
    if let Some(width) = style.width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    table
}

/// A cell of text that teams or AWS wrote.
pub(crate) fn text(text: &str) -> Cell {
    Cell::new(plain(text))
}

fn bold(text: &str, style: Style) -> Cell {
    let cell = Cell::new(text);
    if style.colour { cell.add_attribute(Attribute::Bold) } else { cell }
}

fn coloured(word: &str, colour: Color, style: Style) -> Cell {
    let cell = text(word);
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
        Verdict::Idle(found) if found.reported.is_none() => Color::Red,
        Verdict::Report(_) | Verdict::Idle(_) => Color::Yellow,
        Verdict::Skip(_) | Verdict::OutOfScope(_) => Color::Reset,
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
