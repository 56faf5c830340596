//! Instants that come from outside: from the record, from a file, from a request. They are bounded before anything is
//! computed with them, for sums with an instant at the end of time overflow, and loops over months from the year
//! −262143 run for minutes.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// Whether an instant lies where schedules and their sums can be reckoned.
pub fn is_sane(at: DateTime<Utc>) -> bool {
    (1970..9000).contains(&at.year())
}

/// Reads an instant that is sane, for `#[serde(deserialize_with)]`.
///
/// # Errors
/// What is no instant, or lies outside 1970 to 9000.
pub(crate) fn sane<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime<Utc>, D::Error> {
    let at = DateTime::<Utc>::deserialize(from)?;
    if is_sane(at) { Ok(at) } else { Err(D::Error::custom(format!("the instant `{at}` is not between 1970 and 9000"))) }
}

/// The same where there may be none.
///
/// # Errors
/// As [`sane`].
pub(crate) fn sane_option<'de, D: Deserializer<'de>>(from: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    #[derive(Deserialize)]
    struct Sane(#[serde(deserialize_with = "sane")] DateTime<Utc>);
    Ok(Option::<Sane>::deserialize(from)?.map(|Sane(at)| at))
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
