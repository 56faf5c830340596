//! The outcome of a step.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::model::{Action, ResourceId, Step, named, placed, sane};

named! {
    /// How a step ended.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum OutcomeKind {
        /// Confirmed as stopped.
        Stopped = "stopped",
        /// Confirmed as stopping.
        Stopping = "stopping",
        /// Confirmed as running again.
        Started = "started",
        /// Confirmed as starting, which takes minutes.
        Starting = "starting",
        /// It was in that state already.
        Already = "already",
        /// Something had changed since the plan: skipped.
        Overtaken = "overtaken",
        /// AWS refused, or the instance did not stay in the new state.
        Failed = "failed",
        /// Not started.
        NotTried = "not-tried",
        /// Started, but the end was not confirmed.
        Unverified = "unverified",
    }
}

impl OutcomeKind {
    /// Whether a stop that ended so has happened, or may have.
    pub fn may_have_stopped(self) -> bool {
        matches!(self, Self::Stopped | Self::Stopping | Self::Unverified)
    }
}

/// How the detail of a start begins for which AWS has no capacity.
pub const NO_CAPACITY: &str = "no capacity: ";

/// How the detail of an act begins that the acting role may not do.
pub const NOT_ALLOWED: &str = "not allowed: ";

/// How the detail of a start ends that the acting role may not make, because others stopped the instance.
pub const ONLY_ITS_OWN: &str = "; what others stopped is started only where `StartAtOpening` of spoke.yaml is `yes`";

/// One for each step of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Outcome {
    /// Which resource.
    #[serde(flatten, deserialize_with = "placed")]
    pub id: ResourceId,
    /// What was to be done.
    pub action: Action,
    /// How it ended.
    pub outcome: OutcomeKind,
    /// A description of what happened.
    pub detail: String,
    /// When the outcome was known.
    #[serde(deserialize_with = "sane")]
    pub at: DateTime<Utc>,
}

impl Outcome {
    /// How `step` ended.
    pub fn of(step: &Step, outcome: OutcomeKind, detail: impl Into<String>, at: DateTime<Utc>) -> Self {
        let Step { id, action, policy: _, reason: _, launched: _, not_after: _ } = step;
        Self { id: id.clone(), action: *action, outcome, detail: detail.into(), at }
    }

    /// The same outcome for every step.
    pub fn all<'a>(
        steps: impl IntoIterator<Item = &'a Step>,
        outcome: OutcomeKind,
        detail: &str,
        at: DateTime<Utc>,
    ) -> Vec<Self> {
        steps.into_iter().map(|step| Self::of(step, outcome, detail, at)).collect()
    }
}
