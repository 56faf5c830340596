//! The part of a plan that writes and removes marks.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::judge::marking::Marking;
use crate::engine::model::{Instance, Target};
use crate::engine::tags::mark::Lifted;

/// What is done to a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarkVerb {
    /// Write it.
    Put,
    /// Remove it.
    Lift,
}

/// One instance and what is to be done about its mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct MarkStep {
    /// Instance id.
    pub id: Box<str>,
    /// Account id.
    pub account: Arc<str>,
    /// Region.
    pub region: Arc<str>,
    /// What is done.
    pub verb: MarkVerb,
    /// The tag's value, for a mark that is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Why it is removed, for a mark that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Lifted>,
}

/// How a mark ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct MarkEnd {
    /// What was to be done.
    pub step: MarkStep,
    /// Why it was not done; absent where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

impl MarkStep {
    /// The step that a marking asks for.
    pub fn of(instance: &Instance, marking: &Marking) -> Self {
        let (verb, value, because) = match marking {
            Marking::Put(mark) => (MarkVerb::Put, Some(mark.to_string()), None),
            Marking::Lift(why) => (MarkVerb::Lift, None, Some(*why)),
        };
        let Target { account, region } = instance.target.clone();
        Self { id: instance.id.clone(), account, region, verb, value, because }
    }

    /// Where the instance is.
    pub fn target(&self) -> Target {
        Target { account: self.account.clone(), region: self.region.clone() }
    }
}
