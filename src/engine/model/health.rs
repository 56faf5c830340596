//! The health of a run, and its counts.

use serde::{Deserialize, Serialize};

use crate::engine::model::named;

named! {
    /// Whether the run could find and do everything.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Health {
        /// The run found and did everything.
        Ok = "ok",
        /// Something failed, or an account or Region could not be scanned.
        Degraded = "degraded",
    }
}

/// The counts. Metrics have the same names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Counts {
    /// Instances found.
    #[serde(alias = "seen")]
    pub found: usize,
    /// Instances whose verdict is to stop or hibernate, armed or not.
    #[serde(alias = "condemned")]
    pub candidates: usize,
    /// Outcomes `stopped` and `stopping`.
    pub stopped: usize,
    /// Outcomes `started`.
    pub started: usize,
    /// Outcomes `failed` and `unverified`.
    pub failed: usize,
    /// Deferred steps.
    pub deferred: usize,
    /// Deferred steps that wait for a person: for a notice or an answer.
    #[serde(default)]
    pub waiting: usize,
    /// Marks written.
    #[serde(default)]
    pub marked: usize,
    /// Marks removed.
    #[serde(default)]
    pub lifted: usize,
    /// Messages that a channel accepted.
    #[serde(default)]
    pub messages: usize,
    /// Targets that could not be scanned.
    #[serde(alias = "blind")]
    pub unreachable: usize,
    /// Targets denied by the organisation's policy.
    #[serde(alias = "closed")]
    pub denied: usize,
    /// Calls of AWS APIs, including retries.
    pub calls: u64,
}

/// The metrics that the alarms of `hub.yaml` watch. Every run in Lambda emits them, `paused` only while it is paused.
pub const WATCHED_METRICS: [&str; 4] = ["deferred", "degraded", "paused", "unreachable"];

/// Further metrics. CloudWatch charges for each, so a run emits only those that the settings name.
pub const FURTHER_METRICS: [&str; 12] = [
    "calls",
    "candidates",
    "denied",
    "failed",
    "found",
    "lifted",
    "marked",
    "messages",
    "saved-usd",
    "started",
    "stopped",
    "waiting",
];
