//! Periods in which something is open once, such as `2026-12-05 14:00..2026-12-06 02:00`.

use std::fmt;

use chrono::{Duration, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;

use crate::engine::schedule::dates::parse_date;
use crate::engine::schedule::expr::{DAY_MINUTES, ExprError, parse_time, parse_zone, read_length};

/// One period of local time; the begin is included, the end excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Once {
    /// The begin.
    pub begin: NaiveDateTime,
    /// The end, after the begin.
    pub end: NaiveDateTime,
}

impl Once {
    /// Whether the period holds this local time.
    pub(super) fn contains(&self, local: NaiveDateTime) -> bool {
        self.begin <= local && local < self.end
    }
}

/// Reads periods, joined by ` + ` and followed by a zone if they name one.
///
/// # Errors
/// [`ExprError`] with the part that cannot be read.
pub fn parse_extra(text: &str) -> Result<(Vec<Once>, Option<Tz>), ExprError> {
    read_length(text)?;
    let (body, zone) = text.split_once(" @ ").map_or((text, None), |(body, zone)| (body, Some(zone)));
    let zone = zone.map(parse_zone).transpose()?;
    Ok((body.split(" + ").map(parse_once).collect::<Result<_, _>>()?, zone))
}

fn parse_once(text: &str) -> Result<Once, ExprError> {
    let wrong = || ExprError::Extra(text.to_owned());
    let (begin, end) = text.split_once("..").ok_or_else(wrong)?;
    let (begin, begins) = moment(begin).ok_or_else(wrong)?;
    let (end, _) = moment(end).ok_or_else(wrong)?;
    if begins == DAY_MINUTES {
        return Err(ExprError::BeginsAtMidnightsEnd);
    }
    if end <= begin { Err(ExprError::ExtraEnds(text.to_owned())) } else { Ok(Once { begin, end }) }
}

/// `2026-12-05 14:00`, and its minutes.
fn moment(text: &str) -> Option<(NaiveDateTime, u16)> {
    let (date, time) = text.split_once(' ')?;
    let minutes = parse_time(time).ok()?;
    let midnight = parse_date(date)?.and_time(NaiveTime::MIN);
    Some((midnight.checked_add_signed(Duration::minutes(minutes.into()))?, minutes))
}

impl fmt::Display for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.begin.format("%Y-%m-%d %H:%M"), self.end.format("%Y-%m-%d %H:%M"))
    }
}
