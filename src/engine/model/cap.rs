//! What can defer a step to a later run: a cap, or a condition that is not met yet.

use serde::{Deserialize, Serialize};

/// What put a step off to a later run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cap {
    /// `stops-per-run`
    StopsPerRun,
    /// `stops-per-account`
    StopsPerAccount,
    /// `stops-percent`
    StopsPercent,
    /// `stops-per-account-per-day`
    StopsPerAccountPerDay,
    /// `stops-per-policy-per-day`
    StopsPerPolicyPerDay,
    /// `tolerated-undo`: more could not be started again within that time.
    ToleratedUndo,
    /// `starts-per-run`
    StartsPerRun,
    /// Too many unreachable targets: nothing is acted on.
    #[serde(alias = "too-blind")]
    TooManyUnreachable,
    /// Far more than the same weekday ever had: nothing is acted on until somebody acknowledges it.
    SuddenChange,
    /// A reviewed plan does not hold it; a run may only do less.
    NotReviewed,
    /// The acting role could not start it again, and its policy starts what it stops.
    CannotStart,
    /// Its owner has not been told.
    #[serde(alias = "not-told")]
    NotNotified,
    /// Its owner was told of the first stop, and the business day ahead is not over.
    Announced,
    /// It is idle, and not marked yet.
    NotMarked,
    /// It is marked, its owner was told, and the grace is not over.
    InGrace,
    /// Its owner or schedule tag changed too often since its notice: the operator decides.
    TagsChanged,
}

impl Cap {
    /// Whether the step waits for people, and not for room under a cap.
    pub fn is_waiting(self) -> bool {
        match self {
            Self::CannotStart
            | Self::NotNotified
            | Self::Announced
            | Self::NotMarked
            | Self::InGrace
            | Self::TagsChanged => true,
            Self::StopsPerRun
            | Self::StopsPerAccount
            | Self::StopsPercent
            | Self::StopsPerAccountPerDay
            | Self::StopsPerPolicyPerDay
            | Self::ToleratedUndo
            | Self::StartsPerRun
            | Self::TooManyUnreachable
            | Self::SuddenChange
            | Self::NotReviewed => false,
        }
    }

    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StopsPerRun => "stops-per-run",
            Self::StopsPerAccount => "stops-per-account",
            Self::StopsPercent => "stops-percent",
            Self::StopsPerAccountPerDay => "stops-per-account-per-day",
            Self::StopsPerPolicyPerDay => "stops-per-policy-per-day",
            Self::ToleratedUndo => "tolerated-undo",
            Self::StartsPerRun => "starts-per-run",
            Self::TooManyUnreachable => "too-many-unreachable",
            Self::SuddenChange => "sudden-change",
            Self::NotReviewed => "not-reviewed",
            Self::CannotStart => "cannot-start",
            Self::NotNotified => "not-notified",
            Self::Announced => "announced",
            Self::NotMarked => "not-marked",
            Self::InGrace => "in-grace",
            Self::TagsChanged => "tags-changed",
        }
    }
}
