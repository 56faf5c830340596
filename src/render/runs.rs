//! The runs in the record: a table for terminals, JSON for scripts.

use crate::engine::config::Links;
use crate::engine::history::runs::{Listed, RunLine};
use crate::engine::model::Locale;
use crate::render::catalogue::{Figure, Label, Sentence, voice};
use crate::render::page::{Fit, Head, Page, Shown};

/// The health of a run that was interrupted.
const BROKE_OFF: &str = "broke-off";

/// The runs as a page, in the given order.
pub fn runs_page(runs: &[Listed], links: Option<&Links>, locale: Locale) -> Page {
    let (mut page, voice) = (Page::new(locale), voice(locale));
    if runs.is_empty() {
        page.line(voice.label(Label::NoRuns));
    }
    // The cells contain values and instants from the record, the same in every language.
    let heads = vec![
        Head::id(voice.label(Label::Run)),
        Head::new("at (UTC)", Fit::Whole),
        Head::new("mode", Fit::Optional(1)),
        Head::new("health", Fit::Whole),
        Head::new(voice.label(Label::WhatHappened), Fit::Beneath),
    ];
    let lines = runs.iter().map(|run| {
        let at = run.at().format("%a %Y-%m-%d %H:%M").to_string();
        let (mode, health, happened) = match run {
            Listed::Ended(line) => (line.mode.as_str(), line.health.as_str(), figures(line, locale)),
            Listed::BrokeOff { run: _, at: _, mode, steps } => {
                let number = &steps.to_string();
                (mode.as_str(), BROKE_OFF, voice.say(Sentence::Figure { figure: Figure::ToDo, number }))
            }
        };
        // A run that was interrupted has no report.
        let ended = links.filter(|_| matches!(run, Listed::Ended(_)));
        let link = ended.and_then(|links| links.run(run.run(), run.at()));
        let rest = [&*at, mode, health, &happened].map(Shown::from);
        std::iter::once(Shown::from(run.run()).linked(link)).chain(rest).collect()
    });
    page.grid(None, heads, lines.collect());
    page
}

/// The most important counts: instances found, and every other count that is not zero.
fn figures(line: &RunLine, locale: Locale) -> String {
    let (voice, counts) = (voice(locale), line.counts);
    let beside = [
        (Figure::Candidates, counts.candidates),
        (Figure::ToDo, usize::try_from(line.steps).unwrap_or(usize::MAX)),
        (Figure::Deferred, counts.deferred),
        (Figure::Stopped, counts.stopped),
        (Figure::Started, counts.started),
        (Figure::Failed, counts.failed),
        (Figure::Unreachable, counts.unreachable),
    ];
    voice.figures(&[(Figure::Found, counts.found)], &beside).join(voice.label(Label::ListBreak))
}

/// The runs as JSON: the columns of the table `runs`. An interrupted run has only the known ones.
pub fn runs_json(runs: &[Listed]) -> serde_json::Value {
    let value = |run: &Listed| match run {
        Listed::Ended(line) => serde_json::json!(line),
        Listed::BrokeOff { run, at, mode, steps } => serde_json::json!({
            "run": run, "at": at, "mode": mode, "health": BROKE_OFF, "steps": steps,
        }),
    };
    runs.iter().map(value).collect()
}
