//! How a command ends; exit codes are made of it.

use crate::engine::model::Health;
use crate::engine::report::Report;

/// How a command ended, when it did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Done, or nothing to do.
    Done,
    /// The plan has steps, and the caller wants to know.
    HasSteps,
    /// Something failed, or could not be looked at.
    Degraded,
}

impl End {
    /// How a run ended, by its report.
    pub(super) fn of(report: &Report, detailed: bool) -> Self {
        match (report.health(), detailed && !report.plan.steps.is_empty()) {
            (Health::Degraded, _) => Self::Degraded,
            (Health::Ok, true) => Self::HasSteps,
            (Health::Ok, false) => Self::Done,
        }
    }
}
