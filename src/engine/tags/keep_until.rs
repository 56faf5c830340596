//! The value of a `keep-until` tag: a date, or an instant with its offset, optionally followed by a space and a
//! free-text reason.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use thiserror::Error;

use crate::engine::model::date;
use crate::engine::tags::later_date::names_later;

/// Until when a team keeps its instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeepUntil {
    /// A bare date: until the first opening after that day, in the schedule's zone.
    Date(NaiveDate),
    /// An instant, written with its offset.
    Instant(DateTime<Utc>),
}

/// The value cannot be read; the instance is kept and the tag reported.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize)]
#[error(
    "`{0}` is neither one date such as `2026-12-31` nor one instant with its offset such as `2026-12-31T18:00+09:00`"
)]
pub struct KeepUnreadable(pub String);

impl KeepUntil {
    /// Reads a tag's value.
    ///
    /// # Errors
    /// [`KeepUnreadable`] with the value. A reason that contains a later date is an error too, because it is unclear
    /// which date counts.
    pub fn parse(value: &str) -> Result<Self, KeepUnreadable> {
        let (when, reason) = value.split_once(' ').unwrap_or((value, ""));
        let until = date(when).map(Self::Date).or_else(|| instant(when).map(Self::Instant));
        let day = when.get(..10).and_then(date);
        until
            .zip(day)
            .filter(|(until, day)| !until.is_before_any_of(reason, *day))
            .map(|(until, _)| until)
            .ok_or_else(|| KeepUnreadable(value.to_owned()))
    }

    /// Whether `reason` contains a later date or instant. `day` is this date as written.
    fn is_before_any_of(self, reason: &str, day: NaiveDate) -> bool {
        match self {
            Self::Date(_) => names_later(reason, day, false),
            Self::Instant(until) => {
                let bare = |word: &str| instant(word.trim_matches(|c: char| !c.is_ascii_alphanumeric()));
                names_later(reason, day, true) || reason.split_whitespace().filter_map(bare).any(|at| at > until)
            }
        }
    }
}

/// Reads a date, `T`, minutes or seconds, and an offset. Without an offset, the time zone is unknown.
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
    fn a_later_date_in_the_reason_is_unreadable() {
        for reason in [
            "to 2026-12-05",
            "- 2026-12-05",
            "-2026-12-05",
            "– 2026-12-05",
            "~2026-12-05",
            "〜 2026-12-05",
            "..2026-12-05",
            "-> 2026-12-05",
            "2026-12-05",
            "until 2026-12-05T18:00+09:00",
            "through 2026/12/5",
            "or 2026.12.05",
            "(2026-12-05)",
            "TO 20261205",
            "to 05.12.2026",
            "to 12/05/2026",
            "to 5/12/26",
            "till 5 Dec",
            "until the 5th of December 2026",
            "to Dec 5th, 2026",
            "moved to December 5",
            "to 5-Dec-2026",
            "to Jan 5",
            "- 12/05",
            "to 5.12.",
            "to 12-05",
            "to 2026-12",
            "to Dec 2026",
            "until January",
            "to 2027",
            "to 27",
            "- 27",
            "to Friday",
            "until next week",
            "until end of month",
            "+10 days",
            "+2w",
            "から 2026年12月5日",
            "12月5日",
            "12/5まで",
            "１月５日まで",
            "～２０２６－１２－０５",
            "load test, now until 2026-12-05",
        ] {
            let value = format!("2026-11-25 {reason}");
            assert_eq!(KeepUntil::parse(&value), Err(KeepUnreadable(value.clone())), "{value}");
        }
        for value in [
            "2026-11-25T18:00+09:00 to 2026-11-25T20:00+09:00",
            "2026-11-25T18:00+09:00 to 2026-11-25T09:30Z",
            "2026-11-25T18:00+09:00 - 20:00",
            "2026-11-25T18:00+09:00 until 2026-12-05",
        ] {
            assert_eq!(KeepUntil::parse(value), Err(KeepUnreadable(value.into())), "{value}");
        }
    }

    #[test]
    fn numbers_that_are_no_later_date_are_part_of_the_reason() {
        for reason in [
            "ticket 2026-1234",
            "ticket 2026-1",
            "ticket 1234",
            "ticket 12345678",
            "OPS-2027",
            "OPS-12-05",
            "INC20261205",
            "#2026-1234 (Alice)",
            "extended from 2026-11-20",
            "since 2020-01-01",
            "2026-11-25",
            "set 25 Nov 2026 by Bob",
            "- load test",
            "- 5 machines",
            "(Wed)",
            "- Wednesday",
            "runs 24/7",
            "upgrade to 8.0.36",
            "resize to 2048 MB",
            "needs 10.1.2.3",
            "3/4 of the fleet",
            "may need 5 more",
            "version 2.5",
            "負荷試験",
            "room 2027",
            "99999999999999999999 - ",
            "+",
            "+1",
            "…",
        ] {
            let value = format!("2026-11-25 {reason}");
            let date = KeepUntil::Date(NaiveDate::from_ymd_opt(2026, 11, 25).unwrap());
            assert_eq!(KeepUntil::parse(&value), Ok(date), "{value}");
        }
        let value = "2026-11-25T18:00+09:00 since 2026-11-25T08:00Z at 10:00";
        assert!(KeepUntil::parse(value).is_ok(), "{value}");
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
