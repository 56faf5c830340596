//! A step of a plan: one instance and the action to take.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::model::resource_id::placed;
use crate::engine::model::{Action, Reason, ResourceId, sane_option};

/// One instance and what is to be done with it, and what must still be true then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Step {
    /// Which resource.
    #[serde(flatten, deserialize_with = "placed")]
    pub id: ResourceId,
    /// What is done.
    pub action: Action,
    /// The policy that asks for it.
    pub policy: std::sync::Arc<str>,
    /// The rule that asks for it.
    #[serde(default = "hours")]
    pub reason: Reason,
    /// The launch time on which the verdict rests.
    #[serde(default, deserialize_with = "sane_option")]
    pub launched: Option<DateTime<Utc>>,
    /// The instant after which it must not begin.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "sane_option")]
    pub not_after: Option<DateTime<Utc>>,
}

impl Step {
    /// What a person agrees to who reviews a plan.
    pub(crate) fn agreed(&self) -> (&ResourceId, Action, &str, Option<DateTime<Utc>>) {
        (&self.id, self.action, &self.policy, self.launched)
    }
}

/// What a plan of an older release says nothing of: its stops were for hours.
fn hours() -> Reason {
    Reason::OutsideHours
}
