//! Reads what the tags of an instance say about keeping it. The rules, the messages and the monthly stocktake share
//! this code.

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;

use crate::engine::model::Tags;
use crate::engine::schedule::Schedule;
use crate::engine::tags::{KeepUntil, Lifetime, TagNames};

/// Whether and until when a team keeps an instance. If several tags apply, the first variant here counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names of the fields say what they are")]
pub enum Kept {
    /// Permanently, by this tag.
    ForGood { key: String, value: String },
    /// Until this date or instant, by this tag value; by `key=value` for a tag of `also-keep-until`.
    Until { value: String, until: KeepUntil },
    /// By a value that cannot be read: the instance is kept anyway.
    Unreadable { value: String },
    /// By a tag whose key is mistyped, and the key that is probably meant: the team may have meant a keep.
    Mistyped { key: String, meant: String },
    /// No tag keeps it.
    No,
}

impl Kept {
    /// Reads the tags of an instance. `hours` come from its own `schedule` tag or from its policy; they decide when a
    /// bare date ends. `created` is the first launch, from which spans count. Several tags may have the same name,
    /// because AWS keys are case-sensitive.
    pub fn read(
        tags: &Tags,
        names: &TagNames,
        created: Option<DateTime<Utc>>,
        hours: Option<&Schedule>,
        now: DateTime<Utc>,
    ) -> Self {
        let also = || names.also_keep.iter().find_map(|pattern| pattern.find(tags));
        let kept = || names.kept_in_dialect(tags);
        if let Some((key, value)) = tags.any_case(&names.keep).next().or_else(also).or_else(kept) {
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
        for (key, found) in names.lifetimes(tags) {
            let value = format!("{key}={found}");
            match Lifetime::parse(found, created) {
                Ok(Lifetime::Until(until)) if lasts(until, hours, now) => return Self::Until { value, until },
                // A rule skips an instance without a first launch.
                Ok(Lifetime::Until(_) | Lifetime::Unlaunched) => {}
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

/// Whether `until` is in the future. A bare date lasts until the first opening after that day, in the schedule's zone.
/// Otherwise an instance would be stopped at midnight during overtime.
fn lasts(until: KeepUntil, hours: Option<&Schedule>, now: DateTime<Utc>) -> bool {
    match (until, hours) {
        (KeepUntil::Instant(instant), _) => now < instant,
        (KeepUntil::Date(date), Some(hours)) => hours.keeps_through(date, now),
        // Without a policy there is no time zone. The day lasts until it is over everywhere, at UTC-12.
        (KeepUntil::Date(date), None) => (now - Duration::hours(12)).date_naive() <= date,
    }
}
