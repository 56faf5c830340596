//! `[caps]`: how many at most.

use super::reader::Section;

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
}

pub(super) fn read(top: &Section<'_>) -> Caps {
    let mut caps = Caps { stops_per_run: 50, stops_per_account: 20, stops_percent: 30, starts_per_run: 100 };
    let Some(section) = top.section("caps") else {
        return caps;
    };
    caps.stops_per_run = section.number("stops-per-run", 0..=1_000_000).unwrap_or(caps.stops_per_run);
    caps.stops_per_account = section.number("stops-per-account", 0..=1_000_000).unwrap_or(caps.stops_per_account);
    caps.stops_percent = section.number("stops-percent", 0..=100).unwrap_or(caps.stops_percent);
    caps.starts_per_run = section.number("starts-per-run", 0..=1_000_000).unwrap_or(caps.starts_per_run);
    section.finish();
    caps
}
