//! Why a verdict that would act is not acted on: which of the places is off.

/// The first place that is off, from the nearest to the instance outwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotArmed {
    /// Its account and Region were not scanned to the end.
    Partial,
    /// Its policy only observes.
    Observes,
    /// The settings do not arm the run.
    Run,
    /// The settings name no record.
    NoRecord,
}

impl NotArmed {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Partial => "partly-scanned",
            Self::Observes => "policy-observes",
            Self::Run => "run-not-armed",
            Self::NoRecord => "no-record",
        }
    }
}
