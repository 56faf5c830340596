//! What was started for an opening, and what was not: by account, for owners and for whoever is on call.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use crate::engine::judge::Owner;
use crate::engine::model::{Action, Kind, NO_CAPACITY, Outcome, OutcomeKind, ResourceId, Verdict};
use crate::engine::report::{Report, Row};

/// The starts of one account for one opening, or those of one owner there.
#[derive(Clone, Debug)]
pub struct Morning<'a> {
    /// The account.
    pub account: &'a Arc<str>,
    /// When its schedule opens, or has opened.
    pub opens: DateTime<Utc>,
    /// The zone of that schedule.
    pub zone: Tz,
    /// Every instance that was to be started.
    pub starts: Vec<Start<'a>>,
}

/// One instance that was to be started.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    /// Its row.
    pub row: &'a Row,
    /// Why it does not run; `None` if it does.
    pub why: Option<Why<'a>>,
}

/// Why an instance was not started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why<'a> {
    /// It was tried, or held back, and this is what happened.
    Failed(&'a str),
    /// A cap defers it to the next run.
    Deferred(&'a str),
}

impl Morning<'_> {
    /// How many were started.
    pub fn started(&self) -> usize {
        self.starts.iter().filter(|start| start.why.is_none()).count()
    }

    /// How many instances, databases and services were to be started.
    pub fn kinds(&self) -> [usize; 3] {
        Kind::ALL.map(|kind| self.starts.iter().filter(|start| start.row.id.kind == kind).count())
    }

    /// What does not run.
    pub fn missing(&self) -> impl Iterator<Item = (&Row, Why<'_>)> {
        self.starts.iter().filter_map(|start| Some((start.row, start.why?)))
    }

    /// How many AWS had no capacity for.
    pub fn without_capacity(&self) -> usize {
        let lacks = |why: &Why<'_>| matches!(why, Why::Failed(text) if text.starts_with(NO_CAPACITY));
        self.missing().filter(|(_, why)| lacks(why)).count()
    }

    /// Whether something failed. What a cap defers is started by the next run, and is no failure.
    pub fn has_failed(&self) -> bool {
        self.missing().any(|(_, why)| matches!(why, Why::Failed(_)))
    }

    /// The part of one owner.
    #[must_use]
    pub fn of_owner(&self, owner: &Owner) -> Self {
        let starts = self.starts.iter().filter(|start| start.row.owner.name == owner.name).copied().collect();
        Self { starts, ..*self }
    }
}

/// The openings for which this run was to start something, by account.
pub fn mornings(report: &Report) -> Vec<Morning<'_>> {
    let is_start = |outcome: &&Outcome| outcome.action == Action::Start;
    let outcomes: HashMap<&ResourceId, &Outcome> =
        report.outcomes.iter().filter(is_start).map(|outcome| (&outcome.id, outcome)).collect();
    let deferred: HashMap<&ResourceId, &str> =
        report.plan.deferred.iter().map(|one| (&one.id, one.because.as_str())).collect();
    let mut all: BTreeMap<(&Arc<str>, DateTime<Utc>), Morning<'_>> = BTreeMap::new();
    for row in report.rows.iter().filter(|row| row.armed) {
        let Verdict::Start(reopening) = &row.verdict else { continue };
        let why = match (outcomes.get(&row.id), &report.plan.refused, deferred.get(&row.id)) {
            (Some(outcome), ..) => match outcome.outcome {
                OutcomeKind::Started | OutcomeKind::Starting | OutcomeKind::Already => None,
                // Somebody changed it meanwhile, so it is not ours to start any more.
                OutcomeKind::Overtaken => continue,
                OutcomeKind::Stopped | OutcomeKind::Stopping => Some(Why::Failed(&outcome.detail)),
                OutcomeKind::Failed | OutcomeKind::NotTried | OutcomeKind::Unverified => {
                    Some(Why::Failed(&outcome.detail))
                }
            },
            (None, Some(refused), _) => Some(Why::Failed(refused)),
            (None, None, Some(cap)) => Some(Why::Deferred(cap)),
            (None, None, None) => continue,
        };
        let (account, opens) = (&row.id.place.account, reopening.opens.unwrap_or_else(|| opened(row, report.at)));
        let fresh = || Morning { account, opens, zone: row.zone, starts: Vec::new() };
        all.entry((account, opens)).or_insert_with(fresh).starts.push(Start { row, why });
    }
    all.into_values().collect()
}

/// How far back an opening is looked for: no schedule is open for longer between two openings that matter here.
const BACK_DAYS: i64 = 2;

/// The last opening of the row's policy at or before `now`. The message about an opening is then the same before and after
/// it.
fn opened(row: &Row, now: DateTime<Utc>) -> DateTime<Utc> {
    let Some(policy) = &row.policy else { return now };
    let next = |after: &DateTime<Utc>| policy.schedule.next_opening(*after).filter(|next| next > after && *next <= now);
    let first = now - Duration::days(BACK_DAYS);
    std::iter::successors(next(&first), next).last().unwrap_or(first)
}
