//! What happened over weeks.

pub mod clocks;
pub mod false_stops;
pub mod instances;
pub mod inventories;
pub mod log;

use chrono::{DateTime, Utc};
use idle_reaper::engine::trends::{HeatHour, HeatMap, Sample};

/// A run in which `tokyo` machines ran while closed in Tokyo.
pub fn sample(at: DateTime<Utc>, tokyo: u32) -> Sample {
    let closed = if tokyo == 0 { [].into() } else { [("Asia/Tokyo".to_owned(), tokyo)].into() };
    Sample { run: at.format("%Y%m%dT%H%M%SZ-0").to_string().into(), at, closed, ..Sample::default() }
}

/// The hour that contains an instant.
pub fn hour(map: &HeatMap, at: DateTime<Utc>) -> &HeatHour {
    map.hours().find(|hour| hour.starts <= at && at < hour.ends).unwrap_or_else(|| panic!("no hour has {at}"))
}

/// What is known of that hour: machines, and whether there may be more.
pub fn figure(map: &HeatMap, at: DateTime<Utc>) -> Option<(u32, bool)> {
    let hour = hour(map, at);
    hour.running.map(|running| (running, hour.at_least))
}
