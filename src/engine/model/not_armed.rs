//! Why a verdict that would act is not carried out: which place is not enabled.

use serde::Serialize;

use crate::engine::model::named;

named! {
    /// The first place that is not enabled, starting from the one nearest to the instance.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
    #[serde(rename_all = "kebab-case")]
    enum NotArmed {
        /// The scan of its account and Region is incomplete.
        Partial = "partly-scanned",
        /// Its policy only observes.
        Observes = "policy-observes",
        /// The settings do not arm the run.
        Run = "run-not-armed",
        /// The settings configure no record.
        NoRecord = "no-record",
    }
}
