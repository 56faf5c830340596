//! Instants from outside: from the record, a file or a request. They are checked before any computation, because sums
//! with an instant at the end of time overflow, and loops over months from the year −262143 run for minutes.

use chrono::{DateTime, Datelike, NaiveDateTime, Utc};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// Whether schedules and sums can be computed for an instant.
pub fn is_sane(at: DateTime<Utc>) -> bool {
    (1970..9000).contains(&at.year())
}

/// The instant in a run's id, which is also the date of its folder. An id contains nothing that could lead out of the
/// folder.
pub(crate) fn began(run: &str) -> Option<DateTime<Utc>> {
    let (at, chance) = run.split_once('-')?;
    let plain = !chance.is_empty() && chance.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let at = NaiveDateTime::parse_from_str(at, "%Y%m%dT%H%M%SZ").ok()?;
    plain.then(|| at.and_utc())
}

/// Reads a valid instant, for `#[serde(deserialize_with)]`.
///
/// # Errors
/// For text that is not an instant, or an instant outside the years 1970 to 9000.
pub(crate) fn sane<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime<Utc>, D::Error> {
    let at = DateTime::<Utc>::deserialize(from)?;
    if is_sane(at) { Ok(at) } else { Err(D::Error::custom(format!("the instant `{at}` is not between 1970 and 9000"))) }
}

/// Reads an optional instant.
///
/// # Errors
/// The same as for [`sane`].
pub(crate) fn sane_option<'de, D: Deserializer<'de>>(from: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    #[derive(Deserialize)]
    struct Sane(#[serde(deserialize_with = "sane")] DateTime<Utc>);
    Ok(Option::<Sane>::deserialize(from)?.map(|Sane(at)| at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_of_a_run_stands_in_its_id() {
        assert_eq!(began("20261125T123000Z-1a2b3c4d"), Some("2026-11-25T12:30:00Z".parse().unwrap()));
        for id in ["", "last", "20261125T123000Z", "20261125T123000Z-", "20261125T123000Z-../x", "20261325T123000Z-1a"]
        {
            assert_eq!(began(id), None, "{id}");
        }
    }
}
