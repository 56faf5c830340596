//! `[schedules.…]`: named hours in a time zone, under a calendar.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Duration, NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;

use crate::engine::config::include::Files;
use crate::engine::config::reader::{Section, Value, ValueOrSection};
use crate::engine::config::shape::Form;
use crate::engine::config::{check_name, hints};
use crate::engine::schedule::{Calendar, Expr, ExprError, Hours, Part, Schedule, parse_extra, parse_zone};

/// The format that [`parse_extra`] reads; it also allows dates and times that do not exist.
const EXTRA: Form = Form::Like("^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{5}[.][.][0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{5}");

const NO_ZONE: &str = "write `zone = \"Asia/Tokyo\"` in the schedule, or ` @ Asia/Tokyo` after the hours";

/// By name. `None` is a schedule with a mistake. A policy that names it must not be reported as well.
pub(crate) type Schedules = BTreeMap<String, Option<Arc<Schedule>>>;

pub(crate) fn read(files: &Files<'_>, calendars: &BTreeMap<String, Arc<Calendar>>) -> Schedules {
    let mut schedules = Schedules::new();
    for (name, section) in files.named_sections("schedules") {
        check_name(&section, "schedule", &name);
        if matches!(name.text, "always" | "closed") || name.text.eq_ignore_ascii_case("never") {
            let what = format!("`{}` is an expression and cannot name a schedule", name.text);
            section.complain(name.span.clone(), what, None);
        }
        let schedule = one(&section, name.text, calendars).map(Arc::new);
        section.finish();
        schedules.insert(name.text.to_owned(), schedule);
    }
    schedules
}

fn one(section: &Section<'_>, name: &str, calendars: &BTreeMap<String, Arc<Calendar>>) -> Option<Schedule> {
    // Every key is read before a mistake in one of them ends the function, so that no key is reported as unknown.
    let mut wrong = false;
    let default_zone = section.text("zone").map(|word| {
        let zone = zone_of(section, &word);
        wrong |= zone.is_none();
        zone.unwrap_or(Tz::UTC)
    });
    let calendar = section.text("calendar").map(|word| calendar_of(section, &word, calendars));
    wrong |= matches!(calendar, Some(None));
    let calendar = calendar.flatten();
    let extra = extra(section, default_zone);
    let silent = format!("{} does not say when it is open", section.title);
    let hint = "write `open = [\"mon-fri 09:00-18:00\"]`; what is never open is `open = [\"closed\"]`".to_owned();
    section.need("open", silent.clone(), hint.clone());
    let open = section.texts_or_sections("open")?;
    if open.is_empty() {
        section.complain(section.place_of("open"), silent, hint);
        return None;
    }
    let entries = open.len();
    let one = |entry: ValueOrSection<'_>| match entry {
        ValueOrSection::Value(word) => part(section, &word, default_zone, calendar.clone()),
        ValueOrSection::Section(own) => part_of(own, default_zone, calendars),
    };
    let mut parts: Vec<Part> = open.into_iter().filter_map(one).collect();
    if wrong || parts.len() < entries {
        return None;
    }
    check_countries(section, name, &parts);
    parts.extend(extra?);
    Some(Schedule { name: name.to_owned(), parts, also_frozen_by: Vec::new() })
}

fn calendar_of(
    section: &Section<'_>,
    word: &Value<'_>,
    calendars: &BTreeMap<String, Arc<Calendar>>,
) -> Option<Arc<Calendar>> {
    let calendar = calendars.get(word.text).cloned();
    if calendar.is_none() {
        let known: Vec<&str> = calendars.keys().map(String::as_str).collect();
        section.complain_unknown(word, "a calendar of these settings", known);
    }
    calendar
}

/// An entry of `open` with its own calendar.
fn part_of(own: Section<'_>, zone: Option<Tz>, calendars: &BTreeMap<String, Arc<Calendar>>) -> Option<Part> {
    let example = "write `{ open = \"mon-fri 09:00-18:00 @ Asia/Tokyo\", calendar = \"japan\" }`".to_owned();
    own.need("open", format!("{} has no hours", own.title), example.clone());
    own.need("calendar", format!("{} names no calendar", own.title), example);
    let open = own.text("open");
    let calendar = own.text("calendar").map(|word| calendar_of(&own, &word, calendars));
    // Its expression is checked even where its calendar is wrong.
    let part = open.and_then(|word| part(&own, &word, zone, calendar.clone().flatten()));
    own.finish();
    part.filter(|_| matches!(calendar, Some(Some(_))))
}

/// The periods of `extra`, each in its own zone or in that of the schedule; `None` if there is a mistake in them.
fn extra(section: &Section<'_>, zone: Option<Tz>) -> Option<Vec<Part>> {
    let words = section.texts_like("extra", EXTRA).unwrap_or_default();
    let parts: Vec<Part> = words.iter().filter_map(|word| periods(section, word, zone)).collect();
    (parts.len() == words.len()).then_some(parts)
}

fn periods(section: &Section<'_>, word: &Value<'_>, zone: Option<Tz>) -> Option<Part> {
    let (periods, own) = match parse_extra(word.text) {
        Ok(read) => read,
        Err(wrong) => {
            let hint = if let ExprError::Zone(zone) = &wrong { Some(hints::for_zone(zone)) } else { None };
            section.complain(word.span.clone(), wrong.to_string(), hint);
            return None;
        }
    };
    if let Some(zone) = own {
        check_zone(section, word, zone);
    }
    let Some(zone) = own.or(zone) else {
        section.complain(word.span.clone(), format!("`{}` has no time zone", word.text), NO_ZONE.to_owned());
        return None;
    };
    if let Some(last) = periods.iter().map(|once| once.end.date()).max() {
        let message = format!("the period `{}` is over", word.text);
        section.source.warn_from(last + Duration::days(2), word.span.clone(), message, Some("remove it".to_owned()));
    }
    Some(Part::once(periods, zone))
}

/// Warns about a calendar with holidays of several countries over hours in several zones: each country's holidays
/// close the hours of all of them.
fn check_countries(section: &Section<'_>, name: &str, parts: &[Part]) {
    for calendar in parts.iter().filter_map(|part| part.calendar.as_ref()) {
        let countries = calendar.countries();
        let under = parts.iter().filter(|part| part.calendar.as_ref().is_some_and(|its| its.name == calendar.name));
        let zones: BTreeSet<&str> =
            under.filter(|part| matches!(part.hours, Hours::Windows(_))).map(|part| part.zone.name()).collect();
        if countries.len() > 1 && zones.len() > 1 {
            let list = |all: &BTreeSet<&str>| all.iter().copied().collect::<Vec<_>>().join(", ");
            let message = format!(
                "the holidays of {} in calendar `{}` close the hours of `{name}` in {} alike",
                list(&countries),
                calendar.name,
                list(&zones)
            );
            let hint = "give each window the calendar of its country: `open = [{ open = \"mon-fri 09:00-18:00 @ \
                        Asia/Tokyo\", calendar = \"japan\" }]`";
            section.warn(section.place_of("open"), message, hint.to_owned());
            return;
        }
    }
}

fn part(section: &Section<'_>, word: &Value<'_>, zone: Option<Tz>, calendar: Option<Arc<Calendar>>) -> Option<Part> {
    let expr = match Expr::parse(word.text) {
        Ok(expr) => expr,
        Err(wrong) => {
            let hint = if wrong == ExprError::Never {
                Some("for hours that never open write `open = [\"closed\"]`".to_owned())
            } else if let ExprError::Zone(zone) = &wrong {
                Some(hints::for_zone(zone))
            } else {
                hints::for_hours(word.text)
            };
            section.complain(word.span.clone(), wrong.to_string(), hint);
            return None;
        }
    };
    if let Some(zone) = expr.zone {
        check_zone(section, word, zone);
    }
    let zone = match (expr.zone.or(zone), &expr.hours) {
        (Some(zone), _) => zone,
        (None, Hours::Always | Hours::Closed) => Tz::UTC,
        (None, Hours::Windows(_) | Hours::Once(_)) => {
            section.complain(word.span.clone(), format!("`{}` has no time zone", word.text), NO_ZONE.to_owned());
            return None;
        }
    };
    Some(Part { hours: expr.hours, zone, calendar })
}

/// A time zone; an unknown name is a mistake.
pub(crate) fn zone_of(section: &Section<'_>, word: &Value<'_>) -> Option<Tz> {
    match parse_zone(word.text) {
        Ok(zone) => {
            check_zone(section, word, zone);
            Some(zone)
        }
        Err(wrong) => {
            section.complain(word.span.clone(), wrong.to_string(), hints::for_zone(word.text));
            None
        }
    }
}

/// Warns about time zones with a fixed offset: their clocks never change, and `Etc/GMT+9` has the opposite sign.
fn check_zone(section: &Section<'_>, word: &Value<'_>, zone: Tz) {
    let name = zone.name();
    let fixed = matches!(name, "EST" | "MST" | "HST") || name.trim_start_matches("Etc/").starts_with("GMT");
    let offset = zone.offset_from_utc_datetime(&NaiveDateTime::default()).fix();
    if fixed && offset.local_minus_utc() != 0 {
        let message = format!("the zone `{name}` is UTC{offset} in summer and in winter");
        let hint = "write a region and a city, such as `America/New_York` or `Asia/Tokyo`".to_owned();
        section.warn(word.span.clone(), message, hint);
    }
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;

    use super::*;
    use crate::engine::config::reader::Source;

    /// Settings with a mistake are refused as a whole. Even if they were not, the result must not be a schedule in
    /// UTC, or one with fewer hours than the author wrote.
    #[test]
    fn a_schedule_with_a_mistake_is_none_at_all() {
        let right = "zone = \"Asia/Tokyo\"\nopen = [\"mon-fri 09:00-18:00\", \"sat 09:00-12:00\"]";
        for (keys, is_one) in [
            (right.to_owned(), true),
            (right.replace("Tokyo", "Tokio"), false),
            (right.replace("sat", "someday"), false),
            (format!("{right}\ncalendar = \"nowhere\""), false),
        ] {
            let text = format!("[schedules.office]\n{keys}\n");
            let source = Source::new("reaper.toml", &text);
            let document = DeTable::parse(&text).unwrap();
            let files = Files::new(Section::top(&source, document.get_ref()), &[], &[]);
            let schedules = read(&files, &BTreeMap::new());
            drop(files);
            assert_eq!(schedules["office"].is_some(), is_one, "{keys}");
            assert_eq!(source.into_found().0.len(), usize::from(!is_one), "{keys}");
        }
    }
}
