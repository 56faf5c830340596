//! What the tags of an instance say about keeping it. Read here once, for the rules, the messages and the monthly
//! stocktake.

use chrono::{DateTime, Duration, Utc};

use crate::engine::model::Tags;
use crate::engine::schedule::Schedule;
use crate::engine::tags::keep_until::KeepUntil;
use crate::engine::tags::names::TagNames;

/// Whether and until when a team keeps an instance. Where several tags say something, the first arm here counts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the fields say what they are")]
pub enum Kept {
    /// For good, by this tag.
    ForGood { key: String, value: String },
    /// Until then; the value of the tag, and how it is read.
    Until { value: String, until: KeepUntil },
    /// By a value that cannot be read: it is kept all the same.
    Unreadable { value: String },
    /// By a tag whose key is mistyped, and what it should be: what is meant may be a keep.
    Mistyped { key: String, meant: String },
    /// By no tag that is in force.
    No,
}

impl Kept {
    /// Reads the tags of an instance. `hours` are those that hold for it, of its own `schedule` tag or of its policy:
    /// they say when a bare date is over. There may be several tags of a name, for AWS tells keys apart by case.
    pub fn read(tags: &Tags, names: &TagNames, hours: Option<&Schedule>, now: DateTime<Utc>) -> Self {
        let also = || names.also_keep.iter().find_map(|pattern| pattern.find(tags));
        if let Some((key, value)) = tags.any_case(&names.keep).next().or_else(also) {
            return Self::ForGood { key: key.to_owned(), value: value.to_owned() };
        }
        let mut kept = Self::No;
        for (_, value) in tags.any_case(&names.keep_until) {
            let value = value.to_owned();
            match KeepUntil::parse(&value) {
                Ok(until) if lasts(until, hours, now) => return Self::Until { value, until },
                Ok(_) => {}
                Err(_) => kept = Self::Unreadable { value },
            }
        }
        let mistyped = || tags.iter().find_map(|(key, _)| Some((key.to_owned(), names.meant(key)?.to_owned())));
        if kept != Self::No {
            return kept;
        }
        mistyped().map_or(Self::No, |(key, meant)| Self::Mistyped { key, meant })
    }
}

/// Whether `until` has not come. A bare date lasts until the first opening after that day, in the schedule's zone, so
/// that nothing is stopped at midnight in the middle of overtime.
fn lasts(until: KeepUntil, hours: Option<&Schedule>, now: DateTime<Utc>) -> bool {
    match (until, hours) {
        (KeepUntil::Instant(instant), _) => now < instant,
        (KeepUntil::Date(date), Some(hours)) => hours.keeps_through(date, now),
        // Without a policy there is no zone: the day lasts until it is over everywhere, at UTC-12.
        (KeepUntil::Date(date), None) => (now - Duration::hours(12)).date_naive() <= date,
    }
}
