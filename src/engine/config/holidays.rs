//! `[holidays.…]`: sets of public holidays beside those that the program carries, such as those of a state.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::engine::config::calendars::DATE;
use crate::engine::config::check_name;
use crate::engine::config::include::Files;
use crate::engine::config::reader::{Section, Value};
use crate::engine::config::shape::Form;
use crate::engine::model::date;
use crate::engine::schedule::{HOLIDAY_CODES, Holidays};

/// The format that [`parse_years`] reads.
const YEARS: Form = Form::Like("^[0-9]{4}[.][.][0-9]{4}$");

/// The years before which and after which nobody plans.
const PLANNED: std::ops::RangeInclusive<i32> = 1970..=2199;

/// By name.
pub(crate) type Own = BTreeMap<String, Holidays>;

pub(crate) fn read(files: &Files<'_>) -> Own {
    let mut sets = Own::new();
    for (name, section) in files.named_sections("holidays") {
        check_name(&section, "set of holidays", &name);
        if HOLIDAY_CODES.contains(&name.text) {
            let what = format!("the holidays for `{}` are already known", name.text);
            section.complain(name.span.clone(), what, "choose another name".to_owned());
        }
        sets.extend(one(&section, name.text).map(|set| (name.text.to_owned(), set)));
        section.finish();
    }
    sets
}

fn one(section: &Section<'_>, name: &str) -> Option<Holidays> {
    section.need("years", format!("{} does not say for which years it holds", section.title), years_hint());
    section.need(
        "days",
        format!("{} has no days", section.title),
        "write `days = { \"2026-03-31\" = \"…\" }`".to_owned(),
    );
    let years = section.parsed("years", YEARS, parse_years, "is not a range of years", &years_hint());
    let days = section.named_texts("days", DATE, Form::Free);
    let provisional = section.texts_like("provisional", DATE).unwrap_or_default();
    let mut set = Holidays::own(name, years?)?;
    for (key, name) in days {
        if let Some(date) = covered(section, &set, &key) {
            set.add(date, name.text, provisional.iter().any(|word| word.text == key.text));
        }
    }
    for word in provisional {
        if covered(section, &set, &word).is_some_and(|date| set.name(date).is_none()) {
            section.complain(word.span.clone(), format!("`{}` is not one of the `days`", word.text), None);
        }
    }
    Some(set)
}

fn years_hint() -> String {
    "write `years = \"2026..2035\"`".to_owned()
}

/// `2026..2035`
fn parse_years(text: &str) -> Option<(i32, i32)> {
    let (first, last) = text.split_once("..")?;
    let (first, last): (i32, i32) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last && PLANNED.contains(&first) && PLANNED.contains(&last)).then_some((first, last))
}

/// A date within the years of the set.
fn covered(section: &Section<'_>, set: &Holidays, word: &Value<'_>) -> Option<NaiveDate> {
    let date = date(word.text).filter(|date| set.covers(*date));
    if date.is_none() {
        let what = format!("there is no date `{}` in the years of {}", word.text, section.title);
        section.complain(word.span.clone(), what, "write a date such as `2026-03-31`".to_owned());
    }
    date
}
