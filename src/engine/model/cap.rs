//! What can defer a step to a later run: a cap, or a condition that is not met yet.

use serde::{Deserialize, Serialize};

use crate::engine::model::named::named;

named! {
    /// What put a step off to a later run.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Cap {
        /// `stops-per-run`
        StopsPerRun = "stops-per-run",
        /// `stops-per-account`
        StopsPerAccount = "stops-per-account",
        /// `stops-percent`
        StopsPercent = "stops-percent",
        /// `stops-per-account-per-day`
        StopsPerAccountPerDay = "stops-per-account-per-day",
        /// `stops-per-policy-per-day`
        StopsPerPolicyPerDay = "stops-per-policy-per-day",
        /// `tolerated-undo`: more could not be started again within that time.
        ToleratedUndo = "tolerated-undo",
        /// `starts-per-run`
        StartsPerRun = "starts-per-run",
        /// Too many unreachable targets: nothing is acted on.
        #[serde(alias = "too-blind")]
        TooManyUnreachable = "too-many-unreachable",
        /// Far more than the same weekday ever had: nothing is acted on until somebody acknowledges it.
        SuddenChange = "sudden-change",
        /// A reviewed plan does not hold it; a run may only do less.
        NotReviewed = "not-reviewed",
        /// The acting role could not start it again, and its policy starts what it stops.
        CannotStart = "cannot-start",
        /// Its owner has not been told.
        #[serde(alias = "not-told")]
        NotNotified = "not-notified",
        /// Its owner was told of the first stop, and the business day ahead is not over.
        Announced = "announced",
        /// It is idle, and not marked yet.
        NotMarked = "not-marked",
        /// It is marked, its owner was told, and the grace is not over.
        InGrace = "in-grace",
        /// Its owner or schedule tag changed too often since its notice: the operator decides.
        TagsChanged = "tags-changed",
    }
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
}
