//! Steps that write or remove the `marked` tag of an idle instance.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::engine::model::ResourceId;
use crate::engine::model::resource_id::placed;

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
    /// Which resource.
    #[serde(flatten, deserialize_with = "placed")]
    pub id: ResourceId,
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

/// How sure it is that an instance is idle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// It may be stopped after grace.
    Strict,
    /// Only reported until the operator opts in.
    Likely,
}

impl Tier {
    /// The word in tags and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Likely => "likely",
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a mark is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lifted {
    /// It is not idle any more.
    Active,
    /// The last hour shows life.
    Busy,
    /// Somebody started it.
    Restarted,
    /// Somebody changed its tags.
    Retagged,
    /// A tag of its team keeps it.
    Kept,
    /// A rule protects it now.
    Protected,
    /// The policy does not stop what is idle, or not what is idle so surely.
    NotAsked,
    /// Another policy matches it now.
    OtherPolicy,
    /// The mark was edited by hand.
    Unreadable,
}

impl Lifted {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Busy => "busy",
            Self::Restarted => "restarted",
            Self::Retagged => "retagged",
            Self::Kept => "kept",
            Self::Protected => "protected",
            Self::NotAsked => "not-asked",
            Self::OtherPolicy => "other-policy",
            Self::Unreadable => "unreadable",
        }
    }
}
