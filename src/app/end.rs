//! How a command ends. The exit code follows from it.

use crate::engine::model::Health;
use crate::engine::report::Report;

/// How a command ended, when it did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Done, or nothing to do.
    Done,
    /// The plan has steps, and the caller asked for this exit code.
    HasSteps,
    /// An import has left something over.
    LeftOver,
    /// Something failed, or could not be scanned.
    Degraded,
}

impl End {
    /// How a run ended, from its report.
    pub(super) fn of(report: &Report, detailed: bool) -> Self {
        match (report.health(), detailed && !report.plan.steps.is_empty()) {
            (Health::Degraded, _) => Self::Degraded,
            (Health::Ok, true) => Self::HasSteps,
            (Health::Ok, false) => Self::Done,
        }
    }
}
