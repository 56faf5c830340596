//! The health of a run, and its counts.

use serde::{Deserialize, Serialize};

/// Whether everything could be found and done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// Yes.
    Ok,
    /// Something failed, or an account or Region could not be looked at.
    Degraded,
}

impl Health {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Degraded => "degraded",
        }
    }
}

/// The figures; the metrics have the same names.
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
    /// Steps put off.
    pub deferred: usize,
    /// Those of them that wait for people: to be told, or to answer.
    pub waiting: usize,
    /// Marks written.
    pub marked: usize,
    /// Marks removed.
    pub lifted: usize,
    /// Messages that a channel accepted.
    pub messages: usize,
    /// Targets that could not be looked at.
    #[serde(alias = "blind")]
    pub unreachable: usize,
    /// Targets denied by the organisation's policy.
    #[serde(alias = "closed")]
    pub denied: usize,
    /// Calls of AWS's APIs, retries included.
    pub calls: u64,
}
