//! `[caps]`: how many at most.

use chrono::Duration;

use crate::engine::config::reader::Section;

/// `[caps]`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// Stops and hibernations in one run.
    pub stops_per_run: u32,
    /// The same in one account.
    pub stops_per_account: u32,
    /// The same in per cent of the running instances in scope, rounded up.
    pub stops_percent: u32,
    /// Starts in one run.
    pub starts_per_run: u32,
    /// Stops and hibernations of one account in one day of UTC, over all runs.
    pub stops_per_account_per_day: u32,
    /// The same of one policy.
    pub stops_per_policy_per_day: u32,
    /// No run stops more in one Region of one account than can be started again within this time.
    pub tolerated_undo: Duration,
}

impl Caps {
    /// What holds where the settings say nothing.
    pub const DEFAULT: Self = Self {
        stops_per_run: 50,
        stops_per_account: 20,
        stops_percent: 30,
        starts_per_run: 100,
        // Twice what one run may stop: the evening's stops, and as many again in the night.
        stops_per_account_per_day: 40,
        stops_per_policy_per_day: 100,
        tolerated_undo: Duration::minutes(30),
    };
}

pub(crate) fn read(top: &Section<'_>) -> Caps {
    let mut caps = Caps::DEFAULT;
    let Some(section) = top.section("caps") else {
        return caps;
    };
    caps.stops_per_run = section.number("stops-per-run", 0..=1_000_000).unwrap_or(caps.stops_per_run);
    caps.stops_per_account = section.number("stops-per-account", 0..=1_000_000).unwrap_or(caps.stops_per_account);
    caps.stops_percent = section.number("stops-percent", 0..=100).unwrap_or(caps.stops_percent);
    caps.starts_per_run = section.number("starts-per-run", 0..=1_000_000).unwrap_or(caps.starts_per_run);
    let day = section.number("stops-per-account-per-day", 0..=1_000_000);
    caps.stops_per_account_per_day = day.unwrap_or(caps.stops_per_account_per_day);
    let day = section.number("stops-per-policy-per-day", 0..=1_000_000);
    caps.stops_per_policy_per_day = day.unwrap_or(caps.stops_per_policy_per_day);
    caps.tolerated_undo = section.duration("tolerated-undo").unwrap_or(caps.tolerated_undo);
    section.finish();
    caps
}
