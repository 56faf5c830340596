//! The record as tables: JSON Lines with flat snake_case columns, which Athena and BigQuery read directly.
//! `docs/record.md` documents the columns, and the statements that declare them.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::engine::history::runs::{RunLine, micros, micros_or_null};
use crate::engine::model::Outcome;
use crate::engine::model::Step;
use crate::engine::model::{Action, ResourceId};
use crate::engine::report::{Report, Row};
use crate::engine::request::Mode;
use crate::engine::undo::{Finding, Found, Undo};
use crate::render::detail;

/// A name and an owner, by instance.
type Who<'a> = HashMap<&'a ResourceId, (&'a str, Option<&'a str>)>;

/// The data about a run for the tables, for an apply or an undo.
pub struct RunLines<'a> {
    /// The run's id.
    pub run: &'a str,
    /// The requested mode.
    pub mode: Mode,
    /// The instant for which everything was assessed.
    pub at: DateTime<Utc>,
    /// The run that it undoes.
    pub undoes: Option<&'a str>,
    /// The planned steps.
    pub steps: &'a [Step],
    /// The results.
    pub outcomes: &'a [Outcome],
    who: Who<'a>,
}

#[derive(Serialize)]
struct PlanLine<'a> {
    run: &'a str,
    #[serde(serialize_with = "micros")]
    at: DateTime<Utc>,
    mode: &'a str,
    account: &'a str,
    region: &'a str,
    id: &'a str,
    name: &'a str,
    policy: &'a str,
    action: Action,
    #[serde(serialize_with = "micros_or_null")]
    launched: Option<DateTime<Utc>>,
    #[serde(serialize_with = "micros_or_null")]
    not_after: Option<DateTime<Utc>>,
    owner: Option<&'a str>,
}

#[derive(Serialize)]
struct OutcomeLine<'a> {
    run: &'a str,
    #[serde(serialize_with = "micros")]
    at: DateTime<Utc>,
    account: &'a str,
    region: &'a str,
    id: &'a str,
    /// Not in the table `history`.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    policy: Option<&'a str>,
    action: Action,
    outcome: &'a str,
    /// Not in the table `history`.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(serialize_with = "micros_or_null")]
    launched: Option<DateTime<Utc>>,
    owner: Option<Cow<'a, str>>,
    undoes: Option<&'a str>,
}

#[derive(Serialize)]
struct VerdictLine<'a> {
    run: &'a str,
    #[serde(serialize_with = "micros")]
    at: DateTime<Utc>,
    account: &'a str,
    region: &'a str,
    id: &'a str,
    name: &'a str,
    policy: Option<&'a str>,
    verdict: &'a str,
    armed: bool,
    reason: &'a str,
    detail: String,
}

impl<'a> From<&'a Report> for RunLines<'a> {
    fn from(report: &'a Report) -> Self {
        let (steps, outcomes) = (&*report.plan.steps, &*report.outcomes);
        let named: HashSet<&ResourceId> =
            steps.iter().map(|step| &step.id).chain(outcomes.iter().map(|outcome| &outcome.id)).collect();
        let rows = report.rows.iter().filter(|row| named.contains(&row.id));
        let who = rows.map(|row| (&row.id, (&*row.name, row.owner.known()))).collect();
        Self { run: &report.run, mode: report.mode, at: report.at, undoes: None, steps, outcomes, who }
    }
}

impl<'a> From<&'a Undo> for RunLines<'a> {
    fn from(undo: &'a Undo) -> Self {
        let who = undo.found.iter().map(|found| (&found.stop.id, (&*found.stop.name, found.owner.as_deref())));
        Self {
            run: &undo.run,
            mode: Mode::Undo,
            at: undo.at,
            undoes: Some(&undo.undoes),
            steps: &undo.plan.steps,
            outcomes: &undo.outcomes,
            who: who.collect(),
        }
    }
}

impl<'a> RunLines<'a> {
    fn who(&self, id: &ResourceId) -> (&'a str, Option<&'a str>) {
        self.who.get(id).copied().unwrap_or_default()
    }

    /// The same with these outcomes.
    #[must_use]
    pub fn with_outcomes(&self, outcomes: &'a [Outcome]) -> Self {
        Self { outcomes, who: self.who.clone(), ..*self }
    }

    /// A run of which only the plan is known: without names and owners.
    pub fn bare(run: &'a str, at: DateTime<Utc>, steps: &'a [Step], outcomes: &'a [Outcome]) -> Self {
        Self { run, mode: Mode::Apply, at, undoes: None, steps, outcomes, who: Who::new() }
    }

    /// The steps by the key of their outcomes. A step contains the policy.
    pub fn steps_by_key(&self) -> HashMap<(&'a ResourceId, Action), &'a Step> {
        self.steps.iter().map(|step| ((&step.id, step.action), step)).collect()
    }
}

/// The table `plans`: one line per step.
pub fn plans(run_lines: &RunLines<'_>) -> impl Iterator<Item = impl Serialize> {
    run_lines.steps.iter().map(|step| {
        let Step { id, action, policy, reason: _, launched, not_after } = step;
        let (name, owner) = run_lines.who(id);
        PlanLine {
            run: run_lines.run,
            at: run_lines.at,
            mode: run_lines.mode.as_str(),
            account: &id.place.account,
            region: &id.place.region,
            id: &id.name,
            name,
            policy,
            action: *action,
            launched: *launched,
            not_after: *not_after,
            owner,
        }
    })
}

/// The table `outcomes`: one line per outcome.
pub fn outcomes(run_lines: &RunLines<'_>) -> impl Iterator<Item = impl Serialize> {
    outcome_lines(run_lines)
}

/// The table `history`, which is kept for years: the same with neither name nor text, and each owner as `stand_in`
/// gives it.
pub fn history(run_lines: &RunLines<'_>, stand_in: impl Fn(&str) -> String) -> impl Iterator<Item = impl Serialize> {
    outcome_lines(run_lines).map(move |line| OutcomeLine {
        name: None,
        detail: None,
        owner: line.owner.map(|owner| stand_in(&owner).into()),
        ..line
    })
}

fn outcome_lines<'a>(run_lines: &RunLines<'a>) -> impl Iterator<Item = OutcomeLine<'a>> {
    let steps = run_lines.steps_by_key();
    run_lines.outcomes.iter().map(move |one| {
        let Outcome { id, action, outcome, detail, at } = one;
        let (name, owner) = run_lines.who(id);
        let step = steps.get(&(id, *action));
        OutcomeLine {
            run: run_lines.run,
            at: *at,
            account: &id.place.account,
            region: &id.place.region,
            id: &id.name,
            name: Some(name),
            policy: step.map(|step| &*step.policy),
            action: *action,
            outcome: outcome.as_str(),
            detail: Some(detail),
            launched: step.and_then(|step| step.launched),
            owner: owner.map(Cow::Borrowed),
            undoes: run_lines.undoes,
        }
    })
}

/// The table `verdicts`: one line per instance.
pub fn verdicts(report: &Report) -> impl Iterator<Item = impl Serialize> {
    report.rows.iter().map(|row| {
        let Row { id, name, policy, verdict, armed, .. } = row;
        VerdictLine {
            run: &report.run,
            at: report.at,
            account: &id.place.account,
            region: &id.place.region,
            id: &id.name,
            name,
            policy: policy.as_ref().map(|policy| policy.name.as_str()),
            verdict: verdict.as_str(),
            armed: *armed,
            reason: verdict.reason().as_str(),
            detail: detail(verdict, report.locale),
        }
    })
}

/// The same for an undo: `start` with the reason `undo`, or `skip` with the reason why not.
pub fn findings(undo: &Undo) -> impl Iterator<Item = impl Serialize> {
    undo.found.iter().map(|found| {
        let Found { stop, finding, launched: _, owner: _ } = found;
        let (verdict, reason) = match finding {
            Finding::Start => ("start", "undo"),
            Finding::Left(why) => ("skip", why.as_str()),
        };
        VerdictLine {
            run: &undo.run,
            at: undo.at,
            account: &stop.id.place.account,
            region: &stop.id.place.region,
            id: &stop.id.name,
            name: &stop.name,
            policy: Some(&stop.policy),
            verdict,
            armed: *finding == Finding::Start && undo.applied,
            reason,
            detail: crate::render::why_started(finding, undo.locale),
        }
    })
}

/// The line of a report in the table `runs`, which has one for each run.
pub fn run_of(report: &Report) -> RunLine {
    RunLine {
        steps: report.plan.steps.len() as u64,
        refused: report.plan.refused.clone(),
        settings: report.plan.settings.clone(),
        ..RunLine::new(&report.run, report.at, report.mode, report.health(), report.counts())
    }
}

/// The line of an undo in the table `runs`.
pub fn run_of_undo(undo: &Undo) -> RunLine {
    RunLine {
        steps: undo.plan.steps.len() as u64,
        undoes: Some(undo.undoes.clone()),
        settings: undo.plan.settings.clone(),
        ..RunLine::new(&undo.run, undo.at, Mode::Undo, undo.health(), undo.counts())
    }
}
