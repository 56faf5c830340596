//! Steps that write or remove the `marked` tag of an idle instance, and those that remove an obsolete `stopped` tag.

use serde::{Deserialize, Serialize};

use crate::engine::model::{ResourceId, named, placed};

/// What the step does to a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarkVerb {
    /// Write it.
    Put,
    /// Remove it.
    Lift,
    /// Remove the tag `stopped` of a database that runs again.
    Untag,
}

/// One instance, and what is to be done with its mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct MarkStep {
    /// Which resource.
    #[serde(flatten, deserialize_with = "placed")]
    pub id: ResourceId,
    /// What is done.
    pub verb: MarkVerb,
    /// The tag's value, for a mark that is to be written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Why the mark is to be removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Lifted>,
}

/// The result of a mark step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct MarkEnd {
    /// What was to be done.
    pub step: MarkStep,
    /// Why it failed; absent where it succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

named! {
    /// How certain it is that an instance is idle.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Tier {
        /// The instance may be stopped after the grace period.
        Strict = "strict",
        /// The instance is only reported, until the operator opts in.
        Likely = "likely",
    }
}

named! {
    /// Why a mark is removed.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Lifted {
        /// The instance is no longer idle.
        Active = "active",
        /// The last hour shows activity.
        Busy = "busy",
        /// A person started it.
        Restarted = "restarted",
        /// A person changed its tags.
        Retagged = "retagged",
        /// A tag of its team keeps the instance.
        Kept = "kept",
        /// A rule protects it now.
        Protected = "protected",
        /// The policy does not stop idle instances, or not those of this tier.
        NotAsked = "not-asked",
        /// Another policy matches it now.
        OtherPolicy = "other-policy",
        /// The mark was edited by hand.
        Unreadable = "unreadable",
    }
}
