//! The value of a `keep-until` tag: a date, or an instant with its offset, then a space and a free reason.

use chrono::{DateTime, NaiveDate, Utc};
use thiserror::Error;

/// Until when a team keeps its instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeepUntil {
    /// A bare date: until the first opening after that day, in the schedule's zone.
    Date(NaiveDate),
    /// An instant, written with its offset.
    Instant(DateTime<Utc>),
}

/// The value cannot be read; the instance is kept and the tag reported.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is neither a date such as `2026-12-31` nor an instant with its offset such as `2026-12-31T18:00+09:00`")]
pub struct KeepUnreadable(pub String);

impl KeepUntil {
    /// Reads a tag's value.
    ///
    /// # Errors
    /// [`KeepUnreadable`] with the value.
    pub fn parse(value: &str) -> Result<Self, KeepUnreadable> {
        let when = value.split_once(' ').map_or(value, |(when, _reason)| when);
        date(when)
            .map(Self::Date)
            .or_else(|| instant(when).map(Self::Instant))
            .ok_or_else(|| KeepUnreadable(value.to_owned()))
    }
}

/// `YYYY-MM-DD` and nothing shorter, longer or signed.
pub(crate) fn date(text: &str) -> Option<NaiveDate> {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(
            |(n, byte)| {
                if n == 4 || n == 7 { byte == b'-' } else { byte.is_ascii_digit() }
            },
        );
    if shape { text.parse().ok() } else { None }
}

/// A date, `T`, minutes or seconds, and an offset: without one, nobody knows which midnight is meant.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let (day, rest) = text.split_once('T')?;
    date(day)?;
    let zone_at = rest.find(['Z', '+', '-'])?;
    let (time, zone) = rest.split_at(zone_at);
    let seconds = if time.len() == 5 { ":00" } else { "" };
    DateTime::parse_from_rfc3339(&format!("{day}T{time}{seconds}{zone}")).ok().map(|at| at.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_instants_are_read_with_and_without_a_reason() {
        let date = KeepUntil::Date(NaiveDate::from_ymd_opt(2026, 12, 31).unwrap());
        assert_eq!(KeepUntil::parse("2026-12-31"), Ok(date));
        assert_eq!(KeepUntil::parse("2026-12-31 load test for the launch"), Ok(date));
        let instant = KeepUntil::Instant("2026-12-31T09:00:00Z".parse().unwrap());
        for value in ["2026-12-31T18:00+09:00", "2026-12-31T18:00:00+09:00 why", "2026-12-31T09:00Z"] {
            assert_eq!(KeepUntil::parse(value), Ok(instant), "{value}");
        }
    }

    #[test]
    fn everything_else_is_unreadable() {
        for value in [
            "",
            "next friday",
            "2026-2-1",
            "2026-02-30",
            "31.12.2026",
            "2026-12-31T18:00",
            "2026-12-31,why",
            " 2026-12-31",
            "+2026-12-31",
            "2026-12-31T25:00Z",
            "２０２６-12-31",
        ] {
            assert_eq!(KeepUntil::parse(value), Err(KeepUnreadable(value.into())), "{value}");
        }
    }
}
