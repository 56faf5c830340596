//! Ports without AWS: a saved inventory, a folder.

mod databases;
mod documents;
pub mod folder;
pub mod include;
mod invalid;
pub mod inventory;
pub mod layout;
mod merge;
pub mod nearest;
mod no_record;
pub mod packed;
mod pages;
mod placing;
pub mod price_file;
mod reduce;
mod reported;
mod services;

pub use crate::local::documents::decode;

use chrono::{DateTime, NaiveDateTime, Utc};

/// The time in `User initiated (2026-11-23 14:50:11 GMT)`.
pub(crate) fn transition_time(reason: &str) -> Option<DateTime<Utc>> {
    let (_, rest) = reason.split_once('(')?;
    let (time, _) = rest.split_once(')')?;
    let time = time.trim_end_matches("GMT").trim_end_matches("UTC").trim_end();
    NaiveDateTime::parse_from_str(time, "%Y-%m-%d %H:%M:%S").ok().map(|time| time.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_transition_is_read() {
        let time = Some("2026-11-23T14:50:11Z".parse().unwrap());
        assert_eq!(transition_time("User initiated (2026-11-23 14:50:11 GMT)"), time);
        assert_eq!(transition_time("User initiated (2026-11-23 14:50:11 UTC)"), time);
        assert_eq!(transition_time(""), None);
        assert_eq!(transition_time("Server.SpotInstanceTermination"), None);
    }
}
