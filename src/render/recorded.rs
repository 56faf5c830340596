//! A recorded report for terminals, tickets and spreadsheets: what it says of each instance, and no more than it says.

use chrono_tz::Tz;
use serde_json::Value;

use crate::engine::config::Links;
use crate::engine::model::{Health, Locale};
use crate::render::catalogue::{Figure, Label, Sentence, voice};
use crate::render::edge::escaped;
use crate::render::html::Sheet;
use crate::render::lines::COLUMNS;
use crate::render::page::{Fit, Head, Page, Shown};

/// The report: its figures, and what it says of all but the skipped instances.
pub fn page(sheet: &Sheet, zone: Tz, locale: Locale, links: Option<&Links>) -> Page {
    let (voice, counts) = (voice(locale), &sheet.counts);
    let mut page = Page::new(locale);
    page.title(voice.say(Sentence::Headline { mode: sheet.mode, run: &sheet.run, at: sheet.at, zone }));
    let run = links.filter(|_| sheet.carried_out()).and_then(|links| links.run(&sheet.run, sheet.at));
    page.link(voice.label(Label::WholeReport), run);
    let figures = [
        (Figure::Candidates, counts.candidates),
        (Figure::Stopped, counts.stopped),
        (Figure::Started, counts.started),
        (Figure::Failed, counts.failed),
        (Figure::Deferred, counts.deferred),
        (Figure::Unreachable, counts.unreachable),
    ];
    let figures = voice.figures(&[(Figure::Found, counts.found)], &figures);
    page.line(figures.join(voice.label(Label::ListBreak)));
    sheet.left_unscanned(zone, locale).into_iter().for_each(|line| page.warning(line));
    if sheet.health == Health::Degraded {
        page.warning(voice.say(Sentence::Health { word: "DEGRADED" }));
    }
    let head = |label, fit| Head::new(voice.label(label), fit);
    let heads = vec![
        head(Label::Verdict, Fit::Whole),
        Head::id(voice.label(Label::of_ids(sheet.has_others))),
        head(Label::Name, Fit::Cut),
        head(Label::Owner, Fit::Optional(2)),
        Head::figure(voice.label(Label::UsdMonth), Fit::Optional(1)),
        head(Label::Account, Fit::Optional(3)),
        head(Label::Region, Fit::Optional(4)),
        head(Label::Why, Fit::Beneath),
    ];
    let lines =
        sheet.resources.iter().filter(|line| line.is_waste() || line.verdict == "start" || line.is_for_people());
    let row = |line: &crate::render::html::Line| {
        let usd = line.usd_month.map(|usd| usd.to_string()).unwrap_or_default();
        let owner = line.owner.as_deref().unwrap_or_default();
        let rest: [&str; 6] = [&line.name, owner, &usd, &line.account, &line.region, &line.detail];
        let id = Shown::from(&*line.id).linked(line.href());
        [Shown::from(&*line.verdict), id].into_iter().chain(rest.map(Shown::from)).collect()
    };
    page.grid(Some(voice.label(Label::of_list(sheet.has_others))), heads, lines.map(row).collect());
    sheet.other_notes().for_each(|note| page.item(voice.say(Sentence::Note { note })));
    page
}

/// Its resources as a table.
///
/// # Errors
/// The error of `csv`; no report causes one.
pub fn csv(report: &Value) -> Result<String, csv::Error> {
    let columns: Vec<&str> = COLUMNS.split(',').filter(|column| *column != "age").collect();
    crate::render::csv::csv(&columns, resources(report).iter().cloned())
}

/// Its resources as JSON, one per line.
pub fn ndjson(report: &Value) -> String {
    resources(report).iter().map(|line| format!("{}\n", escaped(&line.to_string()))).collect()
}

fn resources(report: &Value) -> &[Value] {
    // Earlier reports call them `instances`.
    report.get("resources").or_else(|| report.get("instances")).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
