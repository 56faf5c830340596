//! Reports read back: the plan of a reviewed one, and what an earlier run decided about one instance.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::engine::model::Cap;
use crate::engine::model::Step;
use crate::engine::model::resource_id::placed;
use crate::engine::model::{Health, Outcome};
use crate::engine::model::{ResourceId, sane};
use crate::engine::plan::Plan;

/// The version of the reports that this release reads.
const VERSION: u64 = 1;

/// The text is no report that this release reads.
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

/// An earlier run, as its report tells it. Words of the report are kept as words: another release may have others.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Past {
    /// The run's id.
    pub run: String,
    /// The instant by which everything was judged.
    #[serde(deserialize_with = "sane")]
    pub at: DateTime<Utc>,
    /// Whether everything could be seen and done, as far as it was known when the report was written.
    pub health: Health,
    /// One line for each instance seen.
    pub instances: Vec<Line>,
    /// What was to be done.
    pub plan: Plan,
    /// What was done.
    pub outcomes: Vec<Outcome>,
}

/// One instance and its verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Line {
    /// Which instance.
    #[serde(flatten, deserialize_with = "placed")]
    pub id: ResourceId,
    /// The `Name` tag, or nothing.
    pub name: String,
    /// The policy that matched first.
    pub policy: Option<String>,
    /// What was to be done.
    pub verdict: String,
    /// Whether it might be done.
    pub armed: bool,
    /// The rule that decided.
    pub reason: String,
    /// The same for people.
    pub detail: String,
}

/// What a run decided about one instance, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recalled {
    /// The run's id.
    pub run: String,
    /// The instant by which it judged.
    pub at: DateTime<Utc>,
    /// The run's health; `None` for a run that broke off before its report.
    pub health: Option<Health>,
    /// The verdict.
    pub line: Line,
    /// The step, where the plan held one.
    pub step: Option<Step>,
    /// What put the step off, where something did.
    pub deferred: Option<Cap>,
    /// Why the whole plan was refused, where it was.
    pub refused: Option<String>,
    /// How the step ended, where that is known.
    pub outcome: Option<Outcome>,
}

impl Past {
    /// Reads a report.
    ///
    /// # Errors
    /// [`PastUnreadable`] with what is wrong.
    pub fn parse(text: &str) -> Result<Self, PastUnreadable> {
        read(text)
    }

    /// What the run decided about one instance; `None` where it did not see it. `ended`: whether this is the
    /// report of a run that came to its end, and not the plan of one that broke off.
    pub fn recall(self, id: &str, ended: bool) -> Option<Recalled> {
        let Self { run, at, health, instances, plan, outcomes } = self;
        let Plan { id: _, made_at: _, expires: _, settings: _, steps, deferred, marks: _, labels: _, refused } = plan;
        Some(Recalled {
            run,
            at,
            health: ended.then_some(health),
            line: instances.into_iter().find(|line| *line.id.name == *id)?,
            step: steps.into_iter().find(|step| *step.id.name == *id),
            deferred: deferred.into_iter().find(|deferred| *deferred.id.name == *id).map(|deferred| deferred.because),
            refused,
            outcome: outcomes.into_iter().find(|outcome| *outcome.id.name == *id),
        })
    }
}

/// The plan in a report that somebody has reviewed: what `plan --out FILE --format json` wrote. What was agreed to is what
/// its id was made of, the instant at which it was made included; a plan that says something else now is none.
///
/// # Errors
/// [`PastUnreadable`] with what is wrong. Whether the plan may still be carried out is for [`Plan::check`].
pub fn reviewed(text: &str) -> Result<Plan, PastUnreadable> {
    #[derive(Deserialize)]
    struct Reviewed {
        plan: Plan,
    }
    let Reviewed { plan } = read(text)?;
    match plan.digest() {
        found if found == plan.id => Ok(plan),
        found => Err(PastUnreadable::Changed { id: plan.id, found }),
    }
}

fn read<'t, T: Deserialize<'t>>(text: &'t str) -> Result<T, PastUnreadable> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u64,
    }
    let Versioned { version } = serde_json::from_str(text)?;
    if version == VERSION { Ok(serde_json::from_str(text)?) } else { Err(PastUnreadable::OtherVersion(version)) }
}
