//! Reads reports: the plan of a reviewed one, and what an earlier run decided about one instance.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::engine::model::{Cap, Health, Outcome, ResourceId, Step, placed, sane};
use crate::engine::plan::Plan;

/// The report version that this release reads.
const VERSION: u64 = 1;

/// The text is not a report that this release reads.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "each message says what the variant means")]
pub enum PastUnreadable {
    #[error("it is no report: {0}")]
    NotAReport(#[from] serde_json::Error),
    #[error("its version is {0}, and this release reads {VERSION}")]
    OtherVersion(u64),
    #[error(
        "it was changed after it was made: its plan has the id {id}, and what it says now has the id {found}; make a new one with `idle-reaper plan --out`, and carry it out as it is"
    )]
    Changed { id: String, found: String },
}

/// An earlier run, from its report. Enum values stay strings, because another release may have others.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Past {
    /// The run's id.
    pub run: String,
    /// The time at which everything was judged.
    #[serde(deserialize_with = "sane")]
    pub at: DateTime<Utc>,
    /// Whether everything was scanned and executed, as known when the report was written.
    pub health: Health,
    /// One line for each resource found. Earlier reports call them `instances`.
    #[serde(alias = "instances")]
    pub resources: Vec<Line>,
    /// What was to be done.
    pub plan: Plan,
    /// What was done.
    pub outcomes: Vec<Outcome>,
}

/// One instance and its verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Line {
    /// The instance.
    #[serde(flatten, deserialize_with = "placed")]
    pub id: ResourceId,
    /// The `Name` tag; empty if there is none.
    pub name: String,
    /// The policy that matched first.
    pub policy: Option<String>,
    /// The verdict.
    pub verdict: String,
    /// Whether the action was allowed.
    pub armed: bool,
    /// The rule that decided.
    pub reason: String,
    /// The reason as text for people.
    pub detail: String,
}

/// What a run decided about one instance, and the outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recalled {
    /// The run's id.
    pub run: String,
    /// The time at which it judged.
    pub at: DateTime<Utc>,
    /// The run's health; `None` for a run that broke off before its report.
    pub health: Option<Health>,
    /// The verdict.
    #[serde(flatten)]
    pub line: Line,
    /// The step, if the plan had one.
    pub step: Option<Step>,
    /// Why the step was deferred, if it was.
    pub deferred: Option<Cap>,
    /// Why the whole plan was refused, if it was.
    pub refused: Option<String>,
    /// How the step ended, if known.
    pub outcome: Option<Outcome>,
}

impl Past {
    /// Reads a report.
    ///
    /// # Errors
    /// [`PastUnreadable`] with the cause.
    pub fn parse(text: &str) -> Result<Self, PastUnreadable> {
        versioned(text)
    }

    /// What the run decided about one instance; `None` if the run did not find it. `ended`: whether this is the
    /// report of a completed run, and not the plan of one that broke off.
    pub fn recall(&self, id: &str, ended: bool) -> Option<Recalled> {
        let Self { run, at, health, resources, plan, outcomes } = self;
        let Plan { id: _, made_at: _, expires: _, settings: _, steps, deferred, marks: _, labels: _, refused } = plan;
        Some(Recalled {
            run: run.clone(),
            at: *at,
            health: ended.then_some(*health),
            line: resources.iter().find(|line| *line.id.name == *id)?.clone(),
            step: steps.iter().find(|step| *step.id.name == *id).cloned(),
            deferred: deferred.iter().find(|deferred| *deferred.id.name == *id).map(|deferred| deferred.because),
            refused: refused.clone(),
            outcome: outcomes.iter().find(|outcome| *outcome.id.name == *id).cloned(),
        })
    }
}

/// The plan in a report that a person reviewed, as `plan --out FILE --format json` wrote it. The id covers everything
/// that was approved, including the time when the plan was made. If the contents do not match the id, the plan is
/// rejected.
///
/// # Errors
/// [`PastUnreadable`] with the cause. [`Plan::check`] decides whether the plan may still be executed.
pub fn reviewed(text: &str) -> Result<Plan, PastUnreadable> {
    #[derive(Deserialize)]
    struct Reviewed {
        plan: Plan,
    }
    let Reviewed { plan } = versioned(text)?;
    match plan.digest() {
        found if found == plan.id => Ok(plan),
        found => Err(PastUnreadable::Changed { id: plan.id, found }),
    }
}

/// What is needed of a report of the version that this release reads.
///
/// # Errors
/// [`PastUnreadable`] with the cause.
pub fn versioned<'t, T: Deserialize<'t>>(text: &'t str) -> Result<T, PastUnreadable> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u64,
    }
    let Versioned { version } = serde_json::from_str(text)?;
    if version == VERSION { Ok(serde_json::from_str(text)?) } else { Err(PastUnreadable::OtherVersion(version)) }
}
