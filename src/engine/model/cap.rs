//! What can defer a step to a later run: a cap, or a condition that is not met yet.

use serde::{Deserialize, Serialize};

use crate::engine::model::named;

named! {
    /// What deferred a step to a later run.
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
        /// `tolerated-undo`: more instances could not be started again within that time.
        ToleratedUndo = "tolerated-undo",
        /// `databases-per-run`
        DatabasesPerRun = "databases-per-run",
        /// `services-per-run`
        ServicesPerRun = "services-per-run",
        /// `starts-per-run`
        StartsPerRun = "starts-per-run",
        /// Too many unreachable targets: the run acts on nothing.
        #[serde(alias = "too-blind")]
        TooManyUnreachable = "too-many-unreachable",
        /// Far more candidates than on the same weekday before: the run acts on nothing until a person acknowledges
        /// it.
        SuddenChange = "sudden-change",
        /// The reviewed plan does not contain the step. A run may only do less than the plan.
        NotReviewed = "not-reviewed",
        /// The acting role could not start the instance again, and its policy starts what it stops.
        CannotStart = "cannot-start",
        /// Its owner was not notified.
        #[serde(alias = "not-told")]
        NotNotified = "not-notified",
        /// Its owner was notified of the first stop, and the following business day is not over.
        Announced = "announced",
        /// It is idle, and not marked yet.
        NotMarked = "not-marked",
        /// It is marked and its owner was notified, but the grace period is not over.
        InGrace = "in-grace",
        /// Its owner or schedule tag changed too often since its notice: the operator must decide.
        TagsChanged = "tags-changed",
    }
}

impl Cap {
    /// Whether the step waits for a person, and not for room under a cap.
    pub fn is_waiting(self) -> bool {
        match self {
            Self::CannotStart | Self::NotNotified | Self::Announced => true,
            Self::NotMarked | Self::InGrace | Self::TagsChanged => true,
            // Caps of a run.
            Self::StopsPerRun | Self::StopsPerAccount | Self::StopsPercent | Self::StartsPerRun => false,
            Self::DatabasesPerRun | Self::ServicesPerRun => false,
            // Caps of a day.
            Self::StopsPerAccountPerDay | Self::StopsPerPolicyPerDay | Self::ToleratedUndo => false,
            // Guards of the whole run.
            Self::TooManyUnreachable | Self::SuddenChange | Self::NotReviewed => false,
        }
    }
}
