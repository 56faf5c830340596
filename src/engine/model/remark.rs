//! Further facts about an instance, beside its verdict. A remark decides nothing.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::engine::model::Because;

/// One such fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remark {
    /// It has run for longer than `max-age`, and only the settings' default names its owner.
    Aged {
        /// Its last start.
        since: DateTime<Utc>,
    },
    /// Nobody has started the database since then: only AWS has, every seventh day.
    StillWanted {
        /// When it was first found stopped.
        since: DateTime<Utc>,
    },
    /// An unknown tag under the reaper's prefix, and the key that is probably meant.
    UnknownTag {
        /// Its key.
        key: String,
        /// The correct key.
        meant: Option<String>,
    },
    /// The reaper stopped it, and it stayed stopped.
    Holds(Stopped),
    /// The reaper stopped it, and it was started again earlier than planned.
    StartedAgain {
        /// That stop.
        stopped: Stopped,
        /// Its last start.
        at: DateTime<Utc>,
        /// Who started it.
        by: Starter,
    },
    /// The service is up, and all its scaling is still suspended by this stop.
    ScalingSuspended(Stopped),
}

/// A stop by the reaper, as the instance's own tag records it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stopped {
    /// When the run decided, to the second.
    pub at: DateTime<Utc>,
    /// The run's id.
    pub run: String,
    /// Why it was stopped.
    pub because: Because,
}

/// Who started an instance again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Starter {
    /// A person undid the stop with the reaper's undo.
    Undo,
    /// The person named in an event.
    Person(Box<str>),
    /// Unknown: EC2 does not report it, and no event named a person.
    Unknown,
}

impl Starter {
    /// The name in reports; `None` where it is unknown.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Undo => Some("undo"),
            Self::Person(name) => Some(name),
            Self::Unknown => None,
        }
    }
}

impl Remark {
    /// The name in reports.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Aged { .. } => "aged",
            Self::StillWanted { .. } => "still-wanted",
            Self::UnknownTag { .. } => "unknown-tag",
            Self::Holds(_) => "holds",
            Self::StartedAgain { .. } => "started-again",
            Self::ScalingSuspended(_) => "scaling-suspended",
        }
    }

    /// Whether the remark belongs in a summary, and not only beside the instance.
    pub fn wants_attention(&self) -> bool {
        match self {
            Self::Aged { .. } | Self::StillWanted { .. } | Self::UnknownTag { .. } => true,
            Self::StartedAgain { .. } | Self::ScalingSuspended(_) => true,
            Self::Holds(_) => false,
        }
    }
}
