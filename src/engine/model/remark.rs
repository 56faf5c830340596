//! What else there is to know about an instance, beside its verdict. A remark decides nothing.

use chrono::{DateTime, Utc};

use crate::engine::model::Because;

/// One thing worth knowing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// It has been running for longer than `max-age`, and only the settings' default owns it.
    Aged {
        /// Its last start.
        since: DateTime<Utc>,
    },
    /// A tag under our prefix that is none of ours, and the key that is meant where it nearly is one.
    UnknownTag {
        /// Its key.
        key: String,
        /// What it should be.
        meant: Option<String>,
    },
    /// The reaper stopped it, and it has stayed so.
    Holds(Stopped),
    /// The reaper stopped it, and it was started again before it was to be.
    StartedAgain {
        /// That stop.
        stopped: Stopped,
        /// Its last start.
        at: DateTime<Utc>,
        /// Who started it.
        by: Starter,
    },
}

/// A stop by the reaper, as the instance's own tag tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// When the run decided, to the second.
    pub at: DateTime<Utc>,
    /// The run's id.
    pub run: String,
    /// For what it was stopped.
    pub because: Because,
}

/// Who started an instance again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Starter {
    /// Somebody took the stop back with an undo of the reaper.
    Undo,
    /// Whom an event named, as far as it told.
    Person(Box<str>),
    /// Nobody knows: EC2 does not tell, and no event did.
    Unknown,
}

impl Starter {
    /// The word or the name in reports; `None` where nobody knows.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Undo => Some("undo"),
            Self::Person(name) => Some(name),
            Self::Unknown => None,
        }
    }
}

impl Remark {
    /// The word in reports.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Aged { .. } => "aged",
            Self::UnknownTag { .. } => "unknown-tag",
            Self::Holds(_) => "holds",
            Self::StartedAgain { .. } => "started-again",
        }
    }

    /// Whether people should read it in a summary, and not only where they look for the instance.
    pub fn wants_attention(&self) -> bool {
        match self {
            Self::Aged { .. } | Self::UnknownTag { .. } | Self::StartedAgain { .. } => true,
            Self::Holds(_) => false,
        }
    }
}
