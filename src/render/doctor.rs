//! The result of a check-up: what is wrong, where, why, and how to mend it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use minijinja::{Environment, context};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::engine::doctor::{Check, Diagnosis, Finding, Mark, Who};
use crate::engine::model::{Health, Target};
use crate::render::edge::plain;

/// Places that one line names. The JSON has all of them.
const NAMED: usize = 10;

const ROLES: &str = "deploy the roles: `make deploy-organization`, or `make deploy-spoke` in one account";

/// The texts of one check, as templates.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    what: String,
    mend: String,
}

/// A test reads the file, so that no check is without words.
static WORDS: LazyLock<BTreeMap<Check, Words>> =
    LazyLock::new(|| toml::from_str(include_str!("doctor.toml")).unwrap_or_default());

/// What it is, and how to mend it where it must be mended.
fn words(group: &Finding, region: &str) -> (String, Option<String>) {
    let Finding { check, mark, subject, who, places: _, cause: _ } = group;
    let wrong = *mark == Mark::Wrong;
    let who = who.map_or("a role", Who::as_str);
    let said = |text: &str| {
        let values = context! { subject, region, who, wrong, roles => ROLES };
        Environment::empty().render_str(text, values).unwrap_or_else(|_| text.to_owned())
    };
    match WORDS.get(check) {
        Some(Words { what, mend }) => (said(what), wrong.then(|| said(mend))),
        None => (check.to_string(), None),
    }
}

/// The number of different accounts. The places are in order.
fn accounts(group: &Finding) -> usize {
    group.places.chunk_by(|a, b| a.account == b.account).count()
}

fn places(group: &Finding) -> Vec<String> {
    let name = |place: &Target| if place.is_whole_account() { place.account.to_string() } else { place.to_string() };
    let mut places: Vec<String> = group.places.iter().map(name).collect();
    places.dedup();
    places
}

fn block(out: &mut String, group: &Finding, region: &str) {
    let word = if group.mark == Mark::Wrong { "WRONG" } else { "note " };
    let count = match accounts(group) {
        0 => String::new(),
        1 => "1 account: ".to_owned(),
        several => format!("{several} accounts: "),
    };
    let (what, mend) = words(group, region);
    let _ = write!(out, "\n{word}  {count}{}\n  why   {}\n", plain(&what), plain(&group.cause));
    if let Some(mend) = mend {
        let _ = writeln!(out, "  mend  {}", plain(&mend));
    }
    let places = places(group);
    if !places.is_empty() {
        let (more, named) = (places.len().saturating_sub(NAMED), places.into_iter().take(NAMED).collect::<Vec<_>>());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let _ = writeln!(out, "  in    {}{more}", plain(&named.join(", ")));
    }
}

/// The result for a terminal.
pub fn doctor_text(found: &Diagnosis) -> String {
    let wrong = found.groups.iter().filter(|group| group.mark == Mark::Wrong).count();
    let head = match wrong {
        0 => "nothing is wrong".to_owned(),
        1 => "1 thing is wrong".to_owned(),
        several => format!("{several} things are wrong"),
    };
    let passed: usize = found.passed.values().sum();
    let Diagnosis { region, accounts, targets, calls, .. } = found;
    let mut out = format!("{head}; {passed} checks passed; accounts: {accounts}, targets: {targets}, calls: {calls}\n");
    found.groups.iter().for_each(|group| block(&mut out, group, region));
    out
}

/// The result as JSON.
pub fn doctor_json(found: &Diagnosis) -> Value {
    let lines = |wanted: Mark| -> Vec<Value> {
        let groups = found.groups.iter().filter(|group| group.mark == wanted);
        let line = |group: &Finding| {
            let (what, mend) = words(group, &found.region);
            json!({
                "check": group.check, "subject": group.subject, "what": what, "cause": group.cause, "mend": mend,
                "accounts": accounts(group), "places": places(group),
            })
        };
        groups.map(line).collect()
    };
    let Diagnosis { run, region: _, groups: _, passed, accounts, targets, calls } = found;
    let (problems, notes) = (lines(Mark::Wrong), lines(Mark::Noted));
    let health = if problems.is_empty() { Health::Ok } else { Health::Degraded };
    json!({
        "version": 1, "mode": "doctor", "run": run, "health": health.as_str(),
        "counts": {"problems": problems.len(), "accounts": accounts, "targets": targets, "calls": calls},
        "problems": problems, "notes": notes, "passed": passed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_words_and_none_has_a_word_too_many() {
        for (check, wrong) in Check::ALL.iter().flat_map(|check| [(*check, true), (*check, false)]) {
            let found = Finding::wrong(check, "SUBJECT", None, "why");
            let found = Finding { mark: if wrong { Mark::Wrong } else { Mark::Noted }, ..found };
            let (what, mend) = words(&found, "REGION");
            let all = what.clone() + mend.as_deref().unwrap_or_default();
            assert!(what != check.as_str() && !all.contains("{{") && mend.is_some() == wrong, "{check}: {all}");
        }
        assert_eq!(WORDS.len(), Check::ALL.len());
    }
}
