//! `[caps]`: upper limits.

use chrono::Duration;

use crate::engine::config::reader::Section;

/// `[caps]`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// Stops and hibernations in one run.
    pub stops_per_run: u32,
    /// The same limit per account.
    pub stops_per_account: u32,
    /// The same limit as a percentage of the running instances in scope, rounded up.
    pub stops_percent: u32,
    /// Stops of databases in one run. They count in the other limits, too.
    pub databases_per_run: u32,
    /// The same of services.
    pub services_per_run: u32,
    /// Starts in one run.
    pub starts_per_run: u32,
    /// Stops and hibernations of one account in one UTC day, over all runs.
    pub stops_per_account_per_day: u32,
    /// The same limit per policy.
    pub stops_per_policy_per_day: u32,
    /// A run stops no more instances in one Region of one account than can be started again within this time.
    pub tolerated_undo: Duration,
}

impl Caps {
    /// The defaults.
    pub const DEFAULT: Self = Self {
        stops_per_run: 50,
        stops_per_account: 20,
        stops_percent: 30,
        // A start of a database takes minutes, and every stop must stay undoable.
        databases_per_run: 10,
        services_per_run: 10,
        starts_per_run: 100,
        // Twice the limit of one run: the stops of the evening, and as many again during the night.
        stops_per_account_per_day: 40,
        stops_per_policy_per_day: 100,
        tolerated_undo: Duration::minutes(30),
    };
}

pub(crate) fn read(section: &Section<'_>) -> Caps {
    let number = |key, default| section.number(key, 0..=1_000_000).unwrap_or(default);
    Caps {
        stops_per_run: number("stops-per-run", Caps::DEFAULT.stops_per_run),
        stops_per_account: number("stops-per-account", Caps::DEFAULT.stops_per_account),
        stops_percent: section.number("stops-percent", 0..=100).unwrap_or(Caps::DEFAULT.stops_percent),
        databases_per_run: number("databases-per-run", Caps::DEFAULT.databases_per_run),
        services_per_run: number("services-per-run", Caps::DEFAULT.services_per_run),
        starts_per_run: number("starts-per-run", Caps::DEFAULT.starts_per_run),
        stops_per_account_per_day: number("stops-per-account-per-day", Caps::DEFAULT.stops_per_account_per_day),
        stops_per_policy_per_day: number("stops-per-policy-per-day", Caps::DEFAULT.stops_per_policy_per_day),
        tolerated_undo: section.duration("tolerated-undo").unwrap_or(Caps::DEFAULT.tolerated_undo),
    }
}
