//! `[calendars.…]`: public holidays, own closed days, days that work like another weekday, and freezes.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Duration, NaiveDate};

use crate::engine::config::include::Files;
use crate::engine::config::reader::{Section, Word};
use crate::engine::config::shape::Form;
use crate::engine::config::{check_name, hints};
use crate::engine::schedule::{Calendar, DateRange, Days, HOLIDAY_CODES, Holidays, parse_day, parse_days};

/// The number of days before the end of a calendar's data from which `check` warns.
const WARN_DAYS: i64 = 365;

/// The format that [`date`] reads; it also allows dates that do not exist.
const DATE: Form = Form::Like("^[0-9]{4}-[0-9]{2}-[0-9]{2}$");

/// The format that [`range`] reads.
const RANGE: Form = Form::Like("^[0-9]{4}-[0-9]{2}-[0-9]{2}(\\.\\.[0-9]{4}-[0-9]{2}-[0-9]{2})?$");

/// A day of the week, in any case.
macro_rules! day {
    () => {
        "([Mm][Oo][Nn]|[Tt][Uu][Ee]|[Ww][Ee][Dd]|[Tt][Hh][Uu]|[Ff][Rr][Ii]|[Ss][Aa][Tt]|[Ss][Uu][Nn])"
    };
}

/// One day of the week.
const DAY: Form = Form::Like(concat!("^", day!(), "$"));

/// The format that [`parse_days`] reads.
const DAYS: Form = Form::Like(concat!("^", day!(), "([-.]", day!(), ")*$"));

pub(crate) fn read(files: &Files<'_>) -> BTreeMap<String, Arc<Calendar>> {
    let mut calendars = BTreeMap::new();
    for (name, section) in files.named_sections("calendars") {
        check_name(&section, "calendar", &name);
        let mut calendar = Calendar {
            name: name.text.to_owned(),
            week: week(&section),
            holidays: holidays(&section),
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
        section.finish();
        calendars.insert(name.text.to_owned(), Arc::new(calendar));
    }
    calendars
}

fn week(section: &Section<'_>) -> Option<Days> {
    let word = section.word_like("week", DAYS)?;
    let parsed = parse_days(word.text);
    let usual =
        || "write the business days, such as `week = \"mon-fri\"`, `\"sun-thu\"` or `\"mon-thu.sat\"`".to_owned();
    let hint = || hints::for_hours(word.text).unwrap_or_else(usual);
    parsed.map_err(|wrong| section.complain(word.span.clone(), wrong.to_string(), hint())).ok()
}

fn holidays(section: &Section<'_>) -> Vec<Holidays> {
    let mut sets = Vec::new();
    for word in section.words_like("holidays", Form::one_of(HOLIDAY_CODES)).unwrap_or_default() {
        match Holidays::of(word.text) {
            Ok(set) => sets.push(set),
            Err(unknown) => {
                let hint = hints::for_holidays(word.text, HOLIDAY_CODES);
                section.complain(word.span, unknown.to_string(), hint);
            }
        }
    }
    sets
}

fn ranges(section: &Section<'_>, key: &'static str) -> Vec<DateRange> {
    section.words_like(key, RANGE).unwrap_or_default().iter().filter_map(|word| range(section, word)).collect()
}

/// `2026-12-29`, or `2026-12-29..2027-01-03`.
fn range(section: &Section<'_>, word: &Word<'_>) -> Option<DateRange> {
    let (first, last) = word.text.split_once("..").unwrap_or((word.text, word.text));
    let (first, last) = (date(section, word, first)?, date(section, word, last)?);
    if last < first {
        let hint = format!("write `{last}..{first}`");
        section.complain(word.span.clone(), format!("the range `{}` ends before it begins", word.text), Some(hint));
        return None;
    }
    Some(DateRange { first, last })
}

fn date(section: &Section<'_>, word: &Word<'_>, text: &str) -> Option<NaiveDate> {
    let date = crate::engine::model::date(text);
    if date.is_none() {
        let hint = "write `2026-12-29`, or `2026-12-29..2027-01-03` for a range, both ends included".to_owned();
        section.complain(word.span.clone(), format!("there is no date `{text}`"), Some(hint));
    }
    date
}

fn like(section: &Section<'_>, calendar: &mut Calendar) {
    for (key, day) in section.named_words("like", DATE, DAY) {
        let Some(date) = date(section, &key, key.text) else {
            continue;
        };
        let Ok(weekday) = parse_day(day.text) else {
            let hint = hints::for_hours(day.text).unwrap_or("known: mon, tue, wed, thu, fri, sat, sun".to_owned());
            section.complain(day.span, format!("`{}` is not a day", day.text), hint);
            continue;
        };
        if let Some(range) = calendar.closed.iter().find(|range| range.contains(date)) {
            let hint = "a date is either closed or like another day; leave one of them out".to_owned();
            section.complain(key.span, format!("{date} is also closed by `{range}`"), Some(hint));
            continue;
        }
        calendar.like.insert(date, weekday);
    }
}
