//! The calls to the simulated AWS, and what they would have cost.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Dollars per metric requested from GetMetricData ("Amazon CloudWatch Pricing": $0.01 per 1,000).
const DOLLARS_A_METRIC: f64 = 0.000_01;

/// Counts since the world was built, or since the meter was reset.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    /// Calls by `service:Action`, including refused ones.
    pub calls: BTreeMap<String, u64>,
    /// The same calls by account, then by `service:Action`. AssumeRole counts for the account that it enters.
    pub accounts: BTreeMap<String, BTreeMap<String, u64>>,
    /// Of these, throttled calls.
    pub throttled: BTreeMap<String, u64>,
    /// Of these, calls that write.
    pub writes: u64,
    /// Calls that were only tried, by `service:Action`.
    pub dry_runs: BTreeMap<String, u64>,
    /// Metrics requested.
    pub metrics: u64,
    /// Calls that are being answered in parallel: now, and at most.
    pub in_flight: u64,
    /// See `in_flight`.
    pub peak_width: u64,
    /// Bytes of requests.
    pub bytes_in: u64,
    /// Bytes of answers.
    pub bytes_out: u64,
    /// Faults that applied to a call, by their mode.
    pub faults: BTreeMap<String, u64>,
}

impl Meter {
    /// Every call.
    pub fn all(&self) -> u64 {
        self.calls.values().sum()
    }

    /// Counts one call in the account that it goes to.
    pub(crate) fn count(&mut self, name: &str, account: &str) {
        let of_account = self.accounts.entry(account.to_owned()).or_default();
        for calls in [&mut self.calls, of_account] {
            *calls.entry(name.to_owned()).or_default() += 1;
        }
    }

    pub(crate) fn begin(&mut self, bytes: usize) {
        self.in_flight += 1;
        self.peak_width = self.peak_width.max(self.in_flight);
        self.bytes_in += bytes as u64;
    }

    pub(crate) fn end(&mut self, bytes: usize) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.bytes_out += bytes as u64;
    }

    /// Starts again at zero. Calls in flight stay in flight.
    pub(crate) fn reset(&mut self) {
        *self = Self { in_flight: self.in_flight, ..Self::default() };
    }

    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn show(&self) -> Value {
        json!({
            "calls": self.calls, "all": self.all(), "throttled": self.throttled, "writes": self.writes,
            "dry-runs": self.dry_runs, "accounts": self.accounts,
            "metrics": self.metrics, "dollars": self.metrics as f64 * DOLLARS_A_METRIC,
            "peak-width": self.peak_width, "bytes-in": self.bytes_in, "bytes-out": self.bytes_out,
            "faults": self.faults,
        })
    }
}
