//! The schedules of AWS Instance Scheduler: periods, each with days, a begin and an end. Only what is the same in every
//! week, and has both a begin and an end, is translated.

use thiserror::Error;

use crate::engine::schedule::dialects::week::{DAYS, Week};
use crate::engine::schedule::{Expr, PLACES};

pub use crate::engine::schedule::dialects::zones::canonical as zone;

/// 23:59.
const LAST_MINUTE: usize = 24 * 60 - 1;

/// A period, as its table and its command line write it. An absent list is every day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of Instance Scheduler")]
pub struct Period {
    pub name: String,
    pub begintime: Option<String>,
    pub endtime: Option<String>,
    pub weekdays: Vec<String>,
    pub monthdays: Vec<String>,
    pub months: Vec<String>,
}

/// Why a period has no exact translation.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "each message says what the variant means")]
pub enum Untranslatable {
    #[error("the period `{0}` has only one of `begintime` and `endtime`: in the rest of the day nobody decides")]
    OneSided(String),
    #[error("the period `{0}` depends on the day of the month or on the month")]
    NotWeekly(String),
    #[error("`{1}` in the period `{0}` is not a day of every week")]
    Weekday(String, String),
    #[error("`{1}` in the period `{0}` is not a time of day")]
    Time(String, String),
    #[error("the period `{0}` begins after it ends, which Instance Scheduler refuses or never opens")]
    Reversed(String),
    #[error("the period `{0}` says nothing")]
    Empty(String),
}

/// The week of a schedule with these periods. Where one period ends and the next one begins a minute later, the
/// instance keeps running.
///
/// # Errors
/// [`Untranslatable`] for the first period that has no exact translation.
pub fn week(periods: &[Period]) -> Result<Week, Untranslatable> {
    let windows = periods.iter().map(window).collect::<Result<Vec<_>, _>>()?;
    let open = |day: usize, minute: usize| {
        windows.iter().any(|(days, begin, end)| days.contains(&day) && (*begin..*end).contains(&minute))
    };
    let week = Week::of(open);
    Ok(if periods.len() > 1 { week.glued() } else { week })
}

/// What a person may write for periods that are not the same in every week: nth and last weekdays, and days of the
/// month. It is only proposed, because each period was meant for another tool.
pub fn by_hand(periods: &[Period]) -> Option<String> {
    let windows = periods.iter().map(window_by_hand).collect::<Option<Vec<_>>>()?.join(" + ");
    Expr::parse(&windows).is_ok().then_some(windows)
}

fn window_by_hand(period: &Period) -> Option<String> {
    let Period { name: _, begintime, endtime, weekdays, monthdays, months } = period;
    let (begin, end) = (minutes(begintime.as_ref()?)?, minutes(endtime.as_ref()?)?);
    // A period until 23:59 may go on at midnight in the next one.
    if begin >= end || end == LAST_MINUTE {
        return None;
    }
    let days = match (listed(weekdays), listed(monthdays)) {
        _ if !listed(months).is_empty() => return None,
        (week, month) if month.is_empty() => week.iter().map(|part| in_month(part)).collect::<Option<Vec<_>>>()?,
        (week, month) if week.is_empty() => month.iter().map(|part| dates(part)).collect::<Option<Vec<_>>>()?,
        // Only a day that is both would count.
        (_, _) => return None,
    };
    let days = if days.is_empty() { "mon-sun".to_owned() } else { days.join(".") };
    Some(format!("{days} {:02}:{:02}-{:02}:{:02}", begin / 60, begin % 60, end / 60, end % 60))
}

/// The parts of a list that do not mean everything.
fn listed(parts: &[String]) -> Vec<String> {
    let parts = parts.iter().flat_map(|part| part.split(',')).map(|part| part.trim().to_lowercase());
    parts.filter(|part| !is_every(part)).collect()
}

/// `mon#2` as `2nd-mon`, `friL` as `last-fri`, and days of every week.
fn in_month(part: &str) -> Option<String> {
    let named = |text: &str| DAYS.get(day(text)?).copied();
    let nth = |n: &str| ["1", "2", "3", "4", "5"].iter().position(|known| *known == n);
    if let Some((text, n)) = part.split_once('#') {
        return Some(format!("{}-{}", PLACES.get(nth(n)?)?, named(text)?));
    }
    if let Some(text) = part.strip_suffix('l') {
        return Some(format!("last-{}", named(text)?));
    }
    Some(range(part)?.into_iter().filter_map(|day| DAYS.get(day).copied()).collect::<Vec<_>>().join("."))
}

/// `1-5` as `day-1.day-2` and so on.
fn dates(part: &str) -> Option<String> {
    let (first, last) = part.split_once('-').unwrap_or((part, part));
    let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
    let days: Vec<String> = (first..=last.min(31)).map(|day| format!("day-{day}")).collect();
    (!days.is_empty()).then(|| days.join("."))
}

/// The days of a period, and the minutes between which it is open.
fn window(period: &Period) -> Result<(Vec<usize>, usize, usize), Untranslatable> {
    let Period { name, begintime, endtime, weekdays, monthdays, months } = period;
    let every = |parts: &[String]| parts.iter().all(|part| is_every(part.trim()));
    if !every(monthdays) || !every(months) {
        return Err(Untranslatable::NotWeekly(name.clone()));
    }
    let mut days = Vec::new();
    for part in weekdays.iter().flat_map(|part| part.split(',')) {
        let wrong = || Untranslatable::Weekday(name.clone(), part.trim().to_owned());
        days.extend(range(&part.trim().to_lowercase()).ok_or_else(wrong)?);
    }
    if weekdays.is_empty() {
        days = (0..DAYS.len()).collect();
    }
    let time = |text: &String| minutes(text).ok_or_else(|| Untranslatable::Time(name.clone(), text.clone()));
    match (begintime, endtime) {
        (Some(begin), Some(end)) => match (time(begin)?, time(end)?) {
            (begin, end) if begin > end => Err(Untranslatable::Reversed(name.clone())),
            (begin, end) => Ok((days, begin, end)),
        },
        (None, None) if weekdays.is_empty() => Err(Untranslatable::Empty(name.clone())),
        (None, None) => Ok((days, 0, 24 * 60)),
        (Some(_), None) | (None, Some(_)) => Err(Untranslatable::OneSided(name.clone())),
    }
}

fn is_every(text: &str) -> bool {
    matches!(text, "*" | "?")
}

/// `mon`, `monday`, `0`, `mon-fri`, or `sat-mon` across the end of the week. 0 is Monday.
fn range(text: &str) -> Option<Vec<usize>> {
    if is_every(text) {
        return Some((0..DAYS.len()).collect());
    }
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (day(first.trim())?, day(last.trim())?);
    let wrapped = if last < first { last.saturating_add(DAYS.len()) } else { last };
    Some((first..=wrapped).filter_map(|day| day.checked_rem(DAYS.len())).collect())
}

fn day(text: &str) -> Option<usize> {
    const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let named = || NAMES.iter().zip(DAYS).position(|(long, short)| text == *long || text == short);
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|day| digits && *day < DAYS.len()).or_else(named)
}

/// `9:00` or `09:00`, in minutes after midnight.
fn minutes(text: &str) -> Option<usize> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(hour, 2) || !digits(minute, 2) || minute.len() < 2 {
        return None;
    }
    let (hour, minute): (usize, usize) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then(|| hour.saturating_mul(60).saturating_add(minute))
}
