//! Why a verdict that would act is not carried out: which place is not enabled.

use serde::Serialize;

/// The first place that is not enabled, starting from the one nearest to the instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotArmed {
    /// The scan of its account and Region is incomplete.
    Partial,
    /// Its policy only observes.
    Observes,
    /// The settings do not arm the run.
    Run,
    /// The settings configure no record.
    NoRecord,
}

impl NotArmed {
    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Partial => "partly-scanned",
            Self::Observes => "policy-observes",
            Self::Run => "run-not-armed",
            Self::NoRecord => "no-record",
        }
    }
}
