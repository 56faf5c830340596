//! `[calendars.…]`: public holidays, own closed days, days that work like another weekday, and freezes.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike, Duration, NaiveDate};

use crate::engine::config::holidays::Own;
use crate::engine::config::include::Files;
use crate::engine::config::reader::{Section, Value};
use crate::engine::config::shape::Form;
use crate::engine::config::{NAME, check_name, hints};
use crate::engine::schedule::{Calendar, DateRange, Dates, Days, Holidays, Like, MonthDay, parse_days};

/// The number of days before the end of a calendar's data from which `check` warns.
const WARN_DAYS: i64 = 365;

/// The number of days before a provisional holiday from which `check` warns.
const PROVISIONAL_DAYS: i64 = 60;

/// The format that [`date`] reads; it also allows dates that do not exist.
pub(crate) const DATE: Form = Form::Like("^[0-9]{4}-[0-9]{2}-[0-9]{2}$");

/// The format that [`dates`] reads.
const DATES: Form = Form::Like("^([0-9]{4}-)?[0-9]{2}-[0-9]{2}(\\.\\.([0-9]{4}-)?[0-9]{2}-[0-9]{2})?$");

/// The most days of a range that crosses the end of the year. A longer one is probably written the wrong way round.
const MOST_ACROSS: i64 = 183;

/// A day of the week, in any case.
macro_rules! day {
    () => {
        "([Mm][Oo][Nn]|[Tt][Uu][Ee]|[Ww][Ee][Dd]|[Tt][Hh][Uu]|[Ff][Rr][Ii]|[Ss][Aa][Tt]|[Ss][Uu][Nn])"
    };
}

/// The format that [`Like::parse`] reads.
const LIKE: Form = Form::Like(concat!("^", day!(), "( ([0-9:]{5}-[0-9:]{5}|all-day))?$"));

/// The format that [`parse_days`] reads.
const DAYS: Form = Form::Like(concat!("^", day!(), "([-.]", day!(), ")*$"));

pub(crate) fn read(files: &Files<'_>, own: &Own) -> BTreeMap<String, Arc<Calendar>> {
    let mut calendars = BTreeMap::new();
    for (name, section) in files.named_sections("calendars") {
        check_name(&section, "calendar", &name);
        let mut calendar = Calendar {
            name: name.text.to_owned(),
            week: week(&section),
            holidays: holidays(&section, own),
            closed: ranges(&section, "closed"),
            like: BTreeMap::new(),
            freeze: ranges(&section, "freeze"),
        };
        like(&section, &mut calendar);
        if let Some(last) = calendar.last_covered() {
            let what = format!("calendar `{}` has holidays until {last}", name.text);
            let message = format!("{what}; after that nothing under it is stopped or started");
            let from = last - Duration::days(WARN_DAYS - 1);
            section.source.warn_from(from, section.place_of("holidays"), message, None);
        }
        warn_provisional(&section, &calendar);
        section.finish();
        calendars.insert(name.text.to_owned(), Arc::new(calendar));
    }
    calendars
}

/// Warns of days that are not yet announced, from some weeks before the first of a year until the last of it.
fn warn_provisional(section: &Section<'_>, calendar: &Calendar) {
    let mut by_year: BTreeMap<i32, Vec<NaiveDate>> = BTreeMap::new();
    for date in calendar.holidays.iter().flat_map(Holidays::provisional_days) {
        by_year.entry(date.year()).or_default().push(date);
    }
    for dates in by_year.values_mut() {
        dates.sort_unstable();
        dates.dedup();
        let (Some(first), Some(last)) = (dates.first(), dates.last()) else { continue };
        let list = dates.iter().map(NaiveDate::to_string).collect::<Vec<_>>().join(", ");
        let message =
            format!("calendar `{}` has holidays that are computed and not yet announced: {list}", calendar.name);
        let hint = "compare them with the announcement; where it differs, use `closed` and `like`".to_owned();
        let days = *first - Duration::days(PROVISIONAL_DAYS)..=*last;
        section.source.warn_within(days, section.place_of("holidays"), message, Some(hint));
    }
}

fn week(section: &Section<'_>) -> Option<Days> {
    let word = section.text_like("week", DAYS)?;
    let parsed = parse_days(word.text);
    let usual =
        || "write the business days, such as `week = \"mon-fri\"`, `\"sun-thu\"` or `\"mon-thu.sat\"`".to_owned();
    let hint = || hints::for_hours(word.text).unwrap_or_else(usual);
    parsed.map_err(|wrong| section.complain(word.span.clone(), wrong.to_string(), hint())).ok()
}

fn holidays(section: &Section<'_>, own: &Own) -> Vec<Holidays> {
    let mut sets = Vec::new();
    for word in section.texts_like("holidays", NAME).unwrap_or_default() {
        match own.get(word.text).cloned().map_or_else(|| Holidays::of(word.text), Ok) {
            Ok(set) => sets.push(set),
            Err(unknown) => {
                let hint = hints::for_holidays(word.text, own.keys().map(String::as_str));
                section.complain(word.span, unknown.to_string(), hint);
            }
        }
    }
    sets
}

fn ranges(section: &Section<'_>, key: &'static str) -> Vec<Dates> {
    section.texts_like(key, DATES).unwrap_or_default().iter().filter_map(|word| dates(section, word)).collect()
}

/// `2026-12-29`, `12-29`, or a range such as `2026-12-29..2027-01-03` or `12-29..01-03`.
fn dates(section: &Section<'_>, word: &Value<'_>) -> Option<Dates> {
    let (first, last) = word.text.split_once("..").unwrap_or((word.text, word.text));
    let known = crate::engine::model::date;
    match (MonthDay::parse(first), MonthDay::parse(last)) {
        (Some(first), Some(last)) => {
            let dates = Dates::Yearly { first, last };
            let across = last < first && dates.days(COMMON_YEAR) > MOST_ACROSS;
            if across { backwards(section, word, &format!("{last}..{first}")) } else { Some(dates) }
        }
        (None, Some(_)) if known(first).is_some() => half_dated(section, word),
        (Some(_), None) if known(last).is_some() => half_dated(section, word),
        (_, _) => {
            let (first, last) = (date(section, word, first)?, date(section, word, last)?);
            let dates = Dates::Once(DateRange { first, last });
            if last < first { backwards(section, word, &format!("{last}..{first}")) } else { Some(dates) }
        }
    }
}

/// A year of 365 days, before another one.
const COMMON_YEAR: i32 = 2025;

fn backwards<T>(section: &Section<'_>, word: &Value<'_>, right: &str) -> Option<T> {
    let message = format!("the range `{}` ends before it begins", word.text);
    section.complain(word.span.clone(), message, format!("write `{right}`"));
    None
}

fn half_dated<T>(section: &Section<'_>, word: &Value<'_>) -> Option<T> {
    let hint = "write both ends with a year, or neither".to_owned();
    section.complain(word.span.clone(), format!("only one end of the range `{}` has a year", word.text), hint);
    None
}

fn date(section: &Section<'_>, word: &Value<'_>, text: &str) -> Option<NaiveDate> {
    let found = crate::engine::model::date(text);
    if found.is_none() {
        let hint = "write `2026-12-29`, or `2026-12-29..2027-01-03` for a range, both ends included; `12-29` is that day \
                    of every year";
        section.complain(word.span.clone(), format!("there is no date `{text}`"), hint.to_owned());
    }
    found
}

fn like(section: &Section<'_>, calendar: &mut Calendar) {
    for (key, day) in section.named_texts("like", DATE, LIKE) {
        if MonthDay::parse(key.text).is_some() {
            let hint = format!("write it with its year, such as `2026-{}`", key.text);
            section.complain(
                key.span,
                format!("`{}` is a date of every year, and cannot be like another day", key.text),
                hint,
            );
            continue;
        }
        let Some(date) = date(section, &key, key.text) else {
            continue;
        };
        let like = match Like::parse(day.text) {
            Ok(like) => like,
            Err(wrong) => {
                let mended = hints::for_like(day.text);
                let hint = mended
                    .unwrap_or("write a day, such as `mon`, or a short day, such as `mon 09:00-12:00`".to_owned());
                section.complain(day.span, wrong.to_string(), hint);
                continue;
            }
        };
        let closes = |dates: &&Dates| matches!(dates, Dates::Once(range) if range.contains(date));
        if let Some(range) = calendar.closed.iter().find(closes) {
            let hint = "a date is either closed or like another day; leave one of them out".to_owned();
            section.complain(key.span, format!("{date} is also closed by `{range}`"), hint);
            continue;
        }
        calendar.like.insert(date, like);
    }
}
