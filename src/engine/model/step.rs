//! A step of a plan: one instance, and the action to take.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::model::{Action, Reason, ResourceId, placed, sane_option};

/// One instance, the action to take, and the conditions that must still hold then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Step {
    /// Which resource.
    #[serde(flatten, deserialize_with = "placed")]
    pub id: ResourceId,
    /// The action to take.
    pub action: Action,
    /// The policy that requires it.
    pub policy: std::sync::Arc<str>,
    /// The rule that requires it.
    #[serde(default = "hours")]
    pub reason: Reason,
    /// The launch time on which the verdict is based.
    #[serde(default, deserialize_with = "sane_option")]
    pub launched: Option<DateTime<Utc>>,
    /// The latest instant at which it may begin.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "sane_option")]
    pub not_after: Option<DateTime<Utc>>,
}

impl Step {
    /// The values that a person approves when they review a plan.
    pub(crate) fn agreed(&self) -> (&ResourceId, Action, &str, Option<DateTime<Utc>>) {
        (&self.id, self.action, &self.policy, self.launched)
    }
}

/// The default for plans of older releases, which have no reason: their stops were for hours.
fn hours() -> Reason {
    Reason::OutsideHours
}
