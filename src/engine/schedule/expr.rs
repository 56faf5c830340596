//! The grammar of schedule expressions in settings and tags.
//!
//! ```text
//! expr   = "always" | "closed" | window *( " + " window ) [ " @ " zone ]
//! window = days " " ( HH:MM "-" HH:MM | "all-day" )
//! days   = range *( "." range )        range = day [ "-" day ] | place "-" day | "day-" 1…31
//! day    = mon … sun, any case         place = "1st" … "5th" | "last"
//! ```
//!
//! It uses only characters that every AWS service allows in tag values. The grammar is strict on purpose: an
//! expression that cannot be read skips the instance and is reported. That is better than a guess.

use std::fmt;
use std::ops::Range;

use chrono::{NaiveDate, Weekday};
use chrono_tz::Tz;
use serde::Serialize;
use thiserror::Error;

use crate::engine::schedule::days::{Days, Monthly, parse_begins, write_begins};
use crate::engine::schedule::once::Once;

/// Minutes in a day without a clock change; `24:00`, allowed as an end only.
pub(super) const DAY_MINUTES: u16 = 24 * 60;

/// The longest expression accepted, in bytes. AWS limits a tag's value to 256 characters.
const LONGEST: usize = 1024;

/// Opening hours, without time zone and calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hours {
    /// Always open, regardless of the calendar.
    Always,
    /// Never open.
    Closed,
    /// Open in each of these windows; there is at least one.
    Windows(Vec<Window>),
    /// Open once in each of these periods, regardless of the calendar.
    Once(Vec<Once>),
}

/// One window in local time; the begin is included, the end excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The days of the week on which the window begins.
    pub days: Days,
    /// The days of the month on which it begins too.
    pub monthly: Monthly,
    /// Minutes after local midnight, `0..1440`.
    pub begin: u16,
    /// Minutes after local midnight, `1..=1440`. An end at or before `begin` is on the next day.
    pub end: u16,
}

impl Window {
    /// Whether the window runs past midnight into the next day.
    pub fn overnight(&self) -> bool {
        self.end <= self.begin
    }

    /// Whether the window begins on `date`, which works like this weekday.
    pub(super) fn begins_on(&self, date: NaiveDate, works_like: Weekday) -> bool {
        self.days.contains(works_like) || self.monthly.contains(date, works_like)
    }

    /// Whether the window is open at `minute` of a day, if it begins `today` or began on the `eve`.
    pub(crate) fn holds(&self, minute: u32, today: impl FnOnce() -> bool, eve: impl FnOnce() -> bool) -> bool {
        let open = span(self.begin, self.end);
        (open.contains(&minute) && today()) || (open.contains(&next_day(minute)) && eve())
    }
}

/// The minutes of a window, counted from the midnight at which its day begins. An end at or before the begin is on the
/// next day.
pub(super) fn span(begin: u16, end: u16) -> Range<u32> {
    let until = u32::from(end);
    u32::from(begin)..if end <= begin { next_day(until) } else { until }
}

/// The same minute, counted from the midnight before.
pub(super) fn next_day(minute: u32) -> u32 {
    minute.saturating_add(DAY_MINUTES.into())
}

/// A parsed expression: hours, and a time zone if it names one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expr {
    /// The opening hours.
    pub hours: Hours,
    /// The zone after ` @ `.
    pub zone: Option<Tz>,
}

/// Why an expression cannot be read. Each message says what was found and what is expected.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each message says what the variant means")]
pub enum ExprError {
    #[error("two tags whose keys differ in case only ask for different hours, `{0}` and `{1}`; remove one of them")]
    TwoTags(String, String),
    #[error("two tags ask for different hours, `{0}` and `{1}`; remove one of them")]
    TwoKeys(String, String),
    /// Of a tag in the notation of Cloud Custodian.
    #[error(
        "`{0}` is no off-hours value that can be read exactly; write `off=(m-f,19);on=(m-f,7);tz=jst` without blanks, `on`, or `off`"
    )]
    OffHours(String),
    /// Of a tag in the notation of Cloud Custodian.
    #[error("`{0}` never opens: at every hour of `on` there is an `off`, which wins")]
    NoOpening(String),
    /// Of a tag in the notation of Cloud Custodian.
    #[error("`{0}` has an `on` and an `off` at one hour at which it is stopped already, so the order of both decides")]
    SameHour(String),
    #[error("the schedule expression is empty; write for example `mon-fri 09:00-18:00`, `always` or `closed`")]
    Empty,
    /// Most users who write `never` in a tag mean that their instance is never stopped.
    #[error(
        "`never` can mean never open or never stopped; write `closed` for hours that never open, or `always`, or the tag `keep`, for what is never stopped"
    )]
    Never,
    #[error("the schedule expression is {0} characters long; at most {LONGEST} are read")]
    TooLong(usize),
    #[error("`{0}` is not an IANA time zone such as `Asia/Tokyo`")]
    Zone(String),
    #[error("a zone cannot follow `{0}`, which is the same everywhere")]
    ZoneOnConstant(&'static str),
    #[error("`{0}` is not a window; write days, one space, and hours, such as `mon-fri 09:00-18:00` or `sat all-day`")]
    Window(String),
    #[error(
        "`{0}` is not a day; write mon, tue, wed, thu, fri, sat or sun, `mon-fri` for a range, `mon.thu` for several, `2nd-sat` or `last-fri` for one of a month, `day-15` for a date of each month"
    )]
    Day(String),
    #[error(
        "`{0}` is not a day of the week; write mon, tue, wed, thu, fri, sat or sun, `mon-fri` for a range, `mon.thu` for several"
    )]
    Weekday(String),
    #[error("`{0}` is not a day of the month; write `day-1` to `day-31`")]
    DayOfMonth(String),
    #[error("`{0}` is not a time of day; write two digits, a colon, two digits, such as `09:00`")]
    Time(String),
    #[error("`24:00` can only end a window; a day begins at `00:00`")]
    BeginsAtMidnightsEnd,
    #[error("`{0}` begins and ends at the same minute; write `all-day` for the whole day")]
    EqualEnds(String),
    #[error(
        "`{0}` is not a period; write its begin, two dots and its end, such as `2026-12-05 14:00..2026-12-06 02:00`"
    )]
    Extra(String),
    #[error("the period `{0}` ends before it begins")]
    ExtraEnds(String),
}

impl Expr {
    /// Reads one expression.
    ///
    /// # Errors
    /// [`ExprError`] with the part that cannot be read.
    pub fn parse(text: &str) -> Result<Self, ExprError> {
        read_length(text)?;
        let (body, zone) = match text.split_once(" @ ") {
            None => (text, None),
            Some((body, zone)) => (body, Some(parse_zone(zone)?)),
        };
        if body.trim().eq_ignore_ascii_case("never") {
            return Err(ExprError::Never);
        }
        let hours = match (body, zone) {
            ("always", None) => Hours::Always,
            ("closed", None) => Hours::Closed,
            ("always", Some(_)) => return Err(ExprError::ZoneOnConstant("always")),
            ("closed", Some(_)) => return Err(ExprError::ZoneOnConstant("closed")),
            _ => Hours::Windows(body.split(" + ").map(parse_window).collect::<Result<_, _>>()?),
        };
        Ok(Self { hours, zone })
    }
}

/// Refuses what is empty, or too long to be read.
pub(super) fn read_length(text: &str) -> Result<(), ExprError> {
    match text.len() {
        0 => Err(ExprError::Empty),
        length if length > LONGEST => Err(ExprError::TooLong(length)),
        _ => Ok(()),
    }
}

/// Reads an IANA time zone name in its exact spelling.
///
/// # Errors
/// [`ExprError::Zone`] when there is no such time zone.
pub fn parse_zone(text: &str) -> Result<Tz, ExprError> {
    text.parse().map_err(|_| ExprError::Zone(text.to_owned()))
}

fn parse_window(text: &str) -> Result<Window, ExprError> {
    let (days, hours) = text.split_once(' ').ok_or_else(|| ExprError::Window(text.to_owned()))?;
    let (days, monthly) = parse_begins(days)?;
    let (begin, end) = parse_hours(hours, text)?;
    Ok(Window { days, monthly, begin, end })
}

/// Reads `09:00-18:00` or `all-day`; `text` is the whole window.
pub(super) fn parse_hours(hours: &str, text: &str) -> Result<(u16, u16), ExprError> {
    if hours == "all-day" {
        return Ok((0, DAY_MINUTES));
    }
    let (begin, end) = hours.split_once('-').ok_or_else(|| ExprError::Window(text.to_owned()))?;
    let (begin, end) = (parse_time(begin)?, parse_time(end)?);
    if begin == DAY_MINUTES {
        return Err(ExprError::BeginsAtMidnightsEnd);
    }
    if begin == end {
        return Err(ExprError::EqualEnds(hours.to_owned()));
    }
    // An end at 00:00 means the end of the day on which the window begins.
    Ok((begin, if end == 0 { DAY_MINUTES } else { end }))
}

/// Converts `HH:MM` to minutes after midnight, including `24:00`.
pub(super) fn parse_time(text: &str) -> Result<u16, ExprError> {
    let wrong = || ExprError::Time(text.to_owned());
    let &[h1, h2, b':', m1, m2] = text.as_bytes() else {
        return Err(wrong());
    };
    if ![h1, h2, m1, m2].iter().all(u8::is_ascii_digit) {
        return Err(wrong());
    }
    let two = |tens: u8, ones: u8| {
        let digit = |byte: u8| u16::from(byte.saturating_sub(b'0'));
        digit(tens).saturating_mul(10).saturating_add(digit(ones))
    };
    let (hour, minute) = (two(h1, h2), two(m1, m2));
    let minutes = hour.saturating_mul(60).saturating_add(minute);
    if minute > 59 || minutes > DAY_MINUTES { Err(wrong()) } else { Ok(minutes) }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = write_begins(self.days, self.monthly);
        if (self.begin, self.end) == (0, DAY_MINUTES) {
            return write!(f, "{days} all-day");
        }
        let (b, e) = (self.begin, self.end);
        write!(f, "{days} {:02}:{:02}-{:02}:{:02}", b / 60, b % 60, e / 60, e % 60)
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => f.write_str("always"),
            Self::Closed => f.write_str("closed"),
            Self::Windows(windows) => joined(f, windows),
            Self::Once(periods) => joined(f, periods),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, all: &[impl fmt::Display]) -> fmt::Result {
    all.iter().enumerate().try_for_each(|(n, one)| write!(f, "{}{one}", if n == 0 { "" } else { " + " }))
}
