//! A step of a plan: one instance and the action to take.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::model::{Action, Reason, Target, sane_option};

/// One instance and what is to be done with it, and what must still be true then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Step {
    /// Instance id.
    pub id: Box<str>,
    /// Account id.
    pub account: std::sync::Arc<str>,
    /// Region.
    pub region: std::sync::Arc<str>,
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
    pub(crate) fn agreed(&self) -> (&str, &str, &str, Action, &str, Option<DateTime<Utc>>) {
        (&self.account, &self.region, &self.id, self.action, &self.policy, self.launched)
    }

    /// Where the instance is.
    pub fn target(&self) -> Target {
        Target { account: self.account.clone(), region: self.region.clone() }
    }
}

/// What a plan of an older release says nothing of: its stops were for hours.
fn hours() -> Reason {
    Reason::OutsideHours
}
