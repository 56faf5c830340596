//! `[schedules.…]`: named hours in a time zone, under a calendar.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;

use crate::engine::config::include::Files;
use crate::engine::config::reader::{Section, Word};
use crate::engine::config::{check_name, hints};
use crate::engine::schedule::{Calendar, Expr, ExprError, Hours, Part, Schedule, parse_zone};

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
    let default_zone = section.word("zone").map(|word| {
        let zone = zone_of(section, &word);
        wrong |= zone.is_none();
        zone.unwrap_or(Tz::UTC)
    });
    let calendar = section.word("calendar").and_then(|word| {
        let calendar = calendars.get(word.text).cloned();
        if calendar.is_none() {
            wrong = true;
            let known: Vec<&str> = calendars.keys().map(String::as_str).collect();
            section.complain_unknown(&word, "a calendar of these settings", known);
        }
        calendar
    });
    let silent = format!("{} does not say when it is open", section.title);
    let hint = "write `open = [\"mon-fri 09:00-18:00\"]`; what is never open is `open = [\"closed\"]`".to_owned();
    section.need("open", silent.clone(), hint.clone());
    let open = section.words("open")?;
    if open.is_empty() {
        section.complain(section.place_of("open"), silent, hint);
        return None;
    }
    let parts: Vec<Part> = open.iter().filter_map(|word| part(section, word, default_zone, calendar.clone())).collect();
    if wrong || parts.len() < open.len() {
        return None;
    }
    Some(Schedule { name: name.to_owned(), parts, also_frozen_by: Vec::new() })
}

fn part(section: &Section<'_>, word: &Word<'_>, zone: Option<Tz>, calendar: Option<Arc<Calendar>>) -> Option<Part> {
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
        (None, Hours::Windows(_)) => {
            let hint = "write `zone = \"Asia/Tokyo\"` in the schedule, or ` @ Asia/Tokyo` after the hours".to_owned();
            section.complain(word.span.clone(), format!("`{}` has no time zone", word.text), Some(hint));
            return None;
        }
    };
    Some(Part { hours: expr.hours, zone, calendar })
}

/// A time zone; an unknown name is a mistake.
pub(crate) fn zone_of(section: &Section<'_>, word: &Word<'_>) -> Option<Tz> {
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
fn check_zone(section: &Section<'_>, word: &Word<'_>, zone: Tz) {
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
