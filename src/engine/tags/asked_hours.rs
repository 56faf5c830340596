//! The tags of a resource that ask for hours: the team's own `schedule`, and those of other tools that the settings
//! name.

use crate::engine::model::Tags;
use crate::engine::schedule::dialects::{Dialect, Meaning};
use crate::engine::tags::TagNames;

/// A tag that asks for hours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AskedHours<'a> {
    /// Its key, as written.
    pub key: &'a str,
    /// Its value.
    pub value: &'a str,
    /// The notation of the value; `None` for a schedule's name or an expression.
    pub dialect: Option<&'a Dialect>,
}

impl TagNames {
    /// The tags of `tags` that ask for hours. The team's own ones replace those of other tools, so that a team can
    /// change its hours while the old tags are still there.
    pub fn asked_hours<'a>(&'a self, tags: &'a Tags) -> Vec<AskedHours<'a>> {
        let plain = |key: &'a str| {
            tags.any_case(key).map(|(key, value)| AskedHours { key, value, dialect: None }).collect::<Vec<_>>()
        };
        let own = plain(&self.schedule);
        if !own.is_empty() {
            return own;
        }
        let also = self.also_schedule.iter().flat_map(|key| plain(key));
        let of_others = self.dialects.iter().flat_map(|(key, dialect)| {
            tags.any_case(key).map(|(key, value)| AskedHours { key, value, dialect: Some(dialect) })
        });
        also.chain(of_others)
            .filter(|asked| !asked.dialect.is_some_and(|dialect| keeps(dialect, asked.value)))
            .collect()
    }

    /// The tag of another tool by which that tool leaves the resource alone.
    pub(crate) fn kept_in_dialect<'a>(&'a self, tags: &'a Tags) -> Option<(&'a str, &'a str)> {
        self.dialects.iter().find_map(|(key, dialect)| tags.any_case(key).find(|(_, value)| keeps(dialect, value)))
    }

    /// The values of every tag that may ask for hours, in a fixed order.
    pub(crate) fn hours_values(&self, tags: &Tags) -> Vec<Box<str>> {
        let keys = self.hours_keys();
        let mut values: Vec<Box<str>> =
            keys.flat_map(|key| tags.any_case(key).map(|(_, value)| Box::from(value)).collect::<Vec<_>>()).collect();
        values.sort_unstable();
        values
    }

    /// The keys of the tags that may ask for hours.
    pub(crate) fn hours_keys(&self) -> impl Iterator<Item = &str> {
        let others = self.also_schedule.iter().chain(self.dialects.iter().map(|(key, _)| key));
        std::iter::once(&self.schedule).chain(others).map(String::as_str)
    }
}

/// Whether the value says that the other tool leaves the resource alone.
fn keeps(dialect: &Dialect, value: &str) -> bool {
    dialect.read(value) == Ok(Meaning::Keep)
}
