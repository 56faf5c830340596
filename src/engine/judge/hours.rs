//! The hours of one instance: from its tags, and otherwise from its policy.

use std::sync::Arc;

use chrono_tz::Tz;

use crate::engine::judge::Judge;
use crate::engine::model::Instance;
use crate::engine::rules::case::Hours;
use crate::engine::schedule::dialects::Meaning;
use crate::engine::schedule::{Expr, ExprError, Part, Schedule, parse_extra};
use crate::engine::tags::asked_hours::AskedHours;

/// A policy's index, the dialect of a tag, and its value. Instances with the same have the same hours.
pub(super) type ByTag = (usize, Option<&'static str>, Box<str>, Box<str>);

impl Judge<'_> {
    /// The hours of `instance` under the policy with this index, and the periods of its tag `schedule-extra`.
    pub(super) fn hours(&mut self, index: usize, instance: &Instance) -> Option<Arc<Hours>> {
        let hours = self.asked(index, instance)?;
        let mut values = instance.tags.any_case(&self.settings.tags.schedule_extra).map(|(_, value)| value);
        let Some(value) = values.next().filter(|_| hours.unreadable.is_none()) else { return Some(hours) };
        let read = match values.find(|other| *other != value) {
            Some(other) => Err(ExprError::TwoTags(value.to_owned(), other.to_owned())),
            None => parse_extra(value),
        };
        Some(Arc::new(match read {
            Ok((periods, zone)) => {
                let mut schedule = Schedule::clone(&hours.schedule);
                schedule.parts.push(Part::once(periods, zone.unwrap_or(schedule.zone())));
                schedule.name = format!("{} + {value}", schedule.name);
                Hours { at: schedule.at(self.now), schedule: Arc::new(schedule), unreadable: None }
            }
            Err(wrong) => unreadable(&hours, value, wrong),
        }))
    }

    /// The hours without these periods.
    fn asked(&mut self, index: usize, instance: &Instance) -> Option<Arc<Hours>> {
        let base = self.by_policy.get(index)?.clone();
        let settings = self.settings;
        let asked = settings.tags.asked_hours(&instance.tags);
        let Some(first) = asked.first() else { return Some(base) };
        let own = first.key.eq_ignore_ascii_case(&settings.tags.schedule);
        if own && let Some(other) = asked.iter().find(|other| other.value != first.value) {
            let wrong = ExprError::TwoTags(first.value.to_owned(), other.value.to_owned());
            return Some(Arc::new(unreadable(&base, first.value, wrong)));
        }
        let read: Vec<Arc<Hours>> = asked.iter().map(|asked| self.known(index, &base, asked)).collect();
        if let Some(wrong) = read.iter().find(|hours| hours.unreadable.is_some()) {
            return Some(wrong.clone());
        }
        let hours = read.first()?;
        let differs = |other: &Arc<Hours>| other.schedule.parts != hours.schedule.parts;
        if let Some((_, other)) = read.iter().zip(&asked).find(|(read, _)| differs(read)) {
            let tag = |asked: &AskedHours<'_>| format!("{}={}", asked.key, asked.value);
            return Some(Arc::new(unreadable(&base, first.value, ExprError::TwoKeys(tag(first), tag(other)))));
        }
        Some(hours.clone())
    }

    /// The hours of a tag, which are read once for all instances that have it.
    fn known(&mut self, index: usize, base: &Hours, asked: &AskedHours<'_>) -> Arc<Hours> {
        // Two keys may have different defaults in one dialect.
        let key: Box<str> = asked.dialect.map_or_else(Box::default, |_| asked.key.to_lowercase().into());
        let by: ByTag = (index, asked.dialect.map(|dialect| dialect.name()), key, asked.value.into());
        if let Some(known) = self.by_tag.get(&by) {
            return known.clone();
        }
        let hours = Arc::new(self.read_tag(base, asked));
        self.by_tag.insert(by, hours.clone());
        hours
    }

    /// The hours that a tag asks for. What the tag omits comes from the policy's schedule.
    fn read_tag(&self, base: &Hours, asked: &AskedHours<'_>) -> Hours {
        let meaning = match asked.dialect {
            Some(dialect) => dialect.read(asked.value),
            None => Ok(Meaning::Hours(asked.value.to_owned())),
        };
        let named = |name: &str| self.settings.schedules.get(name).filter(|_| asked.dialect.is_none());
        let (name, parts) = match meaning {
            Ok(Meaning::Policy(None) | Meaning::Keep) => return base.clone(),
            Ok(Meaning::Policy(Some(zone))) => (format!("{} @ {zone}", base.schedule.name), moved(base, zone)),
            Ok(Meaning::Hours(text)) => match named(&text) {
                Some(named) => (text, named.parts.clone()),
                None => match Expr::parse(&text) {
                    Ok(expr) => (text, vec![part(expr, &base.schedule)]),
                    Err(wrong) => return unreadable(base, asked.value, wrong),
                },
            },
            Err(wrong) => return unreadable(base, asked.value, wrong),
        };
        let freezes = base.schedule.parts.iter().filter_map(|part| Some((part.zone, part.calendar.clone()?)));
        let schedule = Schedule { name, parts, also_frozen_by: freezes.collect() };
        Hours { at: schedule.at(self.now), schedule: Arc::new(schedule), unreadable: None }
    }
}

/// The policy's hours, because those of the tag cannot be read.
fn unreadable(base: &Hours, value: &str, wrong: ExprError) -> Hours {
    Hours { schedule: base.schedule.clone(), at: base.at.clone(), unreadable: Some((value.to_owned(), wrong)) }
}

/// A tag's expression uses the zone and the calendar of the policy's schedule. If it names a zone, it has no
/// calendar: the calendar's holidays belong to the other zone.
fn part(expr: Expr, base: &Schedule) -> Part {
    let calendar = base.parts.first().and_then(|part| part.calendar.clone());
    match expr.zone {
        Some(zone) => Part { hours: expr.hours, zone, calendar: None },
        None => Part { hours: expr.hours, zone: base.zone(), calendar },
    }
}

/// The policy's hours in another zone, and so without its calendar.
fn moved(base: &Hours, zone: Tz) -> Vec<Part> {
    let moved = |part: &Part| Part { hours: part.hours.clone(), zone, calendar: None };
    base.schedule.parts.iter().map(moved).collect()
}
