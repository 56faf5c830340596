//! `kept-until`: the team postponed any stop. A bare date lasts until the first opening after that day.

use chrono::{Duration, NaiveDate};

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule, owned};
use crate::engine::tags::{KeepUntil, Kept};

pub(crate) const RULE: Rule = Rule { reason: Reason::KeptUntil, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    match case.kept_from_stops().clone() {
        Kept::Until { value, until } => {
            Some(Verdict::Skip(Skipped::KeptUntil { value, too_far: too_far(case, until) }))
        }
        Kept::ForGood { .. } | Kept::Unreadable { .. } | Kept::Mistyped { .. } | Kept::No => None,
    }
}

/// The limit in days, if the date of the tag is beyond it. The tag still protects the instance, and the report shows
/// it.
fn too_far(case: &Case<'_>, until: KeepUntil) -> Option<u32> {
    let limit = case.settings.tags.max_keep_days;
    let last = case.now.checked_add_signed(Duration::days(i64::from(limit)))?;
    let zone = case.policy.map_or(chrono_tz::Tz::UTC, |(_, hours)| hours.at.zone);
    let beyond = match until {
        KeepUntil::Instant(instant) => instant > last,
        KeepUntil::Date(date) => date > NaiveDate::from(last.with_timezone(&zone).naive_local()),
    };
    beyond.then_some(limit)
}

fn inputs(case: &Case<'_>) -> Inputs {
    let (names, tags) = (&case.settings.tags, &case.instance.tags);
    let found = tags.any_case(&names.keep_until).chain(names.lifetimes(tags)).map(owned).collect();
    Inputs::KeptUntil { key: names.keep_until.clone(), found }
}
