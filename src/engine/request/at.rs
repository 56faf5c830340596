//! The instant of `--at`: with its offset, or as a clock shows it in a time zone.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use thiserror::Error;

use crate::engine::model::{date, is_sane};
use crate::engine::request::parse_at;
use crate::engine::schedule::{instants_of, parse_zone};

/// Why the text of `--at` names no instant.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "each message says what the variant means")]
pub enum AtInvalid {
    #[error(
        "`{0}` is no time to judge by; write a time such as `22:00` or `2026-11-25 22:00`, or an instant with its offset such as `2026-11-25T22:00:00+09:00`"
    )]
    Unreadable(String),
    #[error("`{zone}` in `{text}` is not an IANA time zone; write one such as `Asia/Tokyo`")]
    Zone { text: String, zone: String },
    #[error(
        "`{text}` does not say in which time zone: {known}; add a zone, such as `{text} @ {example}`, or write an instant with its offset, such as `2026-11-25T22:00:00+09:00`"
    )]
    NoZone { text: String, known: String, example: String },
    #[error("in {zone} the clocks never showed `{local}`, because they were set forward then; write another time")]
    Skipped { zone: Tz, local: NaiveDateTime },
    #[error("in {zone} the clocks showed `{local}` twice, because they were set back then; write one of {instants}")]
    Twice { zone: Tz, local: NaiveDateTime, instants: String },
}

/// The instant that `text` names, and the zone in which it was read if it has no offset. A time without a date is that
/// time on the day of `now`. The zone is the one in the text, such as `22:00 @ Asia/Tokyo`, otherwise the only one of
/// `zones`.
///
/// # Errors
/// [`AtInvalid`] where the text names no instant, or more than one.
pub fn read_at(text: &str, zones: &[Tz], now: DateTime<Utc>) -> Result<(DateTime<Utc>, Option<Tz>), AtInvalid> {
    read_at_on(text, zones, |zone| now.with_timezone(&zone).date_naive())
}

/// The same; a time without a date is that time on `day`, which may depend on the zone.
///
/// # Errors
/// As [`read_at`].
pub fn read_at_on(
    text: &str,
    zones: &[Tz],
    day: impl FnOnce(Tz) -> NaiveDate,
) -> Result<(DateTime<Utc>, Option<Tz>), AtInvalid> {
    if let Ok(at) = parse_at(text) {
        return Ok((at, None));
    }
    let (clock, named) = text.split_once('@').map_or((text, None), |(clock, zone)| (clock, Some(zone.trim())));
    let unreadable = || AtInvalid::Unreadable(text.to_owned());
    let (named_day, time) = day_and_time(clock.trim()).ok_or_else(unreadable)?;
    let zone = match named {
        Some(zone) => parse_zone(zone).map_err(|_| AtInvalid::Zone { text: text.to_owned(), zone: zone.to_owned() })?,
        None => only(text, zones)?,
    };
    let local = named_day.unwrap_or_else(|| day(zone)).and_time(time);
    match instants_of(zone, local).as_slice() {
        [] => Err(AtInvalid::Skipped { zone, local }),
        [at] if is_sane(*at) => Ok((*at, Some(zone))),
        [_] => Err(unreadable()),
        several => Err(AtInvalid::Twice { zone, local, instants: listed(several.iter().map(|at| shown(*at, zone))) }),
    }
}

/// An instant with the offset of `zone`, in the form that [`read_at`] reads.
pub fn shown(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// `22:00` or `22:00:30`, after a date and one space or `T` if there is one.
fn day_and_time(text: &str) -> Option<(Option<NaiveDate>, NaiveTime)> {
    let (day, time) = match text.split_once([' ', 'T']) {
        Some((day, time)) => (Some(date(day)?), time),
        None => (None, text),
    };
    let format = match time.len() {
        5 => "%H:%M",
        8 => "%H:%M:%S",
        _ => return None,
    };
    let digits = time.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
    // A leap second is no time at which anything is judged.
    let time = NaiveTime::parse_from_str(time, format).ok().filter(|_| digits && !time.ends_with(":60"))?;
    Some((day, time))
}

/// The only zone.
fn only(text: &str, zones: &[Tz]) -> Result<Tz, AtInvalid> {
    let mut zones = zones.to_vec();
    zones.sort_by_key(|zone| zone.name());
    zones.dedup();
    let (known, example) = match zones.as_slice() {
        [zone] => return Ok(*zone),
        [] => ("the settings have no schedule with one".to_owned(), "Asia/Tokyo"),
        [first, ..] => {
            let known = listed(zones.iter());
            (format!("the schedules of these settings have several, {known}"), first.name())
        }
    };
    Err(AtInvalid::NoZone { text: text.to_owned(), known, example: example.to_owned() })
}

/// Texts in backticks, with commas.
fn listed(texts: impl Iterator<Item = impl std::fmt::Display>) -> String {
    texts.enumerate().fold(String::new(), |mut out, (n, text)| {
        let _ = write!(out, "{}`{text}`", if n == 0 { "" } else { ", " });
        out
    })
}
